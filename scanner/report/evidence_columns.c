#include "report/columns.h"

#include "analysis/banner.h"
#include "analysis/fingerprint.h"
#include "analysis/forward.h"
#include "analysis/mta.h"
#include "report/mails.h"
#include "report/own_columns.h"
#include "report/registrations.h"

#define ROW(record) ((const struct report_evidence_row *)(record))

static void add_text(struct report_cell *to, const char *text)
{
    report_cell_text(to, text, strlen(text));
}

static void get_id(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, ROW(record)->finding->id);
}

static void get_seq(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_count(to, ROW(record)->seq);
}

static void get_ip(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_addr(to, ROW(record)->addr);
}

static void get_ip_int(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (snow_addr_is_ipv4(ROW(record)->addr))
        report_cell_count(to, snow_addr_ipv4(ROW(record)->addr));
}

/* True for an outcome that proves that there is no name. */
static bool has_no_name(uint8_t status)
{
    return status == SNOW_PTR_NXDOMAIN || status == SNOW_PTR_NODATA ||
           status == SNOW_PTR_PRUNED;
}

static void get_ptr(struct report_cell *to, const void *record, size_t at)
{
    const char *name = ROW(record)->names;

    (void)at;
    if (has_no_name(ROW(record)->ptr_status))
        report_cell_absent(to);
    for (unsigned i = 0; i < ROW(record)->n_names; i++) {
        report_cell_element(to, name, strlen(name));
        name += strlen(name) + 1;
    }
}

static void get_ptr_status(struct report_cell *to, const void *record,
                           size_t at)
{
    (void)at;
    add_text(to, snow_ptr_status_word(ROW(record)->ptr_status));
}

static void get_ptr_count(struct report_cell *to, const void *record, size_t at)
{
    uint8_t status = ROW(record)->ptr_status;

    (void)at;
    if (status == SNOW_PTR_NAME || has_no_name(status))
        report_cell_count(to, ROW(record)->n_names);
}

static void get_ptr_time(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_time(to, ROW(record)->ptr_seen_utc_s);
}

static void get_domain(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (ROW(record)->domain)
        add_text(to, ROW(record)->domain);
}

/* A registrable domain is a public suffix and one label. */
static void get_suffix(struct report_cell *to, const void *record, size_t at)
{
    const char *domain = ROW(record)->domain;
    const char *dot = domain ? strchr(domain, '.') : NULL;

    (void)at;
    if (dot)
        add_text(to, dot + 1);
}

/* Every label before the domain ends in a dot; "\." is no such dot. */
static void get_extra_labels(struct report_cell *to, const void *record,
                             size_t at)
{
    const struct report_evidence_row *r = record;
    size_t len = r->domain ? strlen(r->name) - strlen(r->domain) : 0;
    uint64_t labels = 0;

    (void)at;
    for (size_t i = 0; i < len; i++) {
        if (r->name[i] == '\\')
            i++;
        else
            labels += r->name[i] == '.';
    }
    if (r->domain)
        report_cell_count(to, labels);
}

static void get_fcrdns(struct report_cell *to, const void *record, size_t at)
{
    const struct report_evidence_row *r = record;

    (void)at;
    add_text(to, analysis_forward_verdict(r->forward, r->addr));
}

static void get_forward_addrs(struct report_cell *to, const void *record,
                              size_t at)
{
    const struct analysis_forward *f = ROW(record)->forward;
    char text[SNOW_ADDR_TEXT_MAX];

    (void)at;
    if (f && has_no_name(f->status))
        report_cell_absent(to);
    for (size_t i = 0; f && i < f->n; i++) {
        snow_addr_format(f->addrs[i], text);
        report_cell_element(to, text, strlen(text));
    }
}

/* How the question for addresses of this family ended. */
static void get_forward_status(struct report_cell *to, const void *record,
                               size_t at)
{
    const struct report_evidence_row *r = record;
    const char *word = analysis_forward_status_word(r->forward, r->addr);

    (void)at;
    if (word)
        add_text(to, word);
}

static void get_mx(struct report_cell *to, const void *record, size_t at)
{
    const struct report_mail *m = ROW(record)->mail;

    (void)at;
    if (m && has_no_name(m->mx_status))
        report_cell_absent(to);
    if (m && m->mx_len > 0)
        report_cell_split(to, m->mx, m->mx_len, ';');
}

/* A domain may have texts and no SPF record among them. */
static void get_spf(struct report_cell *to, const void *record, size_t at)
{
    const struct report_mail *m = ROW(record)->mail;

    (void)at;
    if (m && (m->txt_status == SNOW_PTR_NAME || has_no_name(m->txt_status)))
        report_cell_absent(to);
    if (m && m->spf_len > 0)
        report_cell_text(to, m->spf, m->spf_len);
}

static void get_smtp_state(struct report_cell *to, const void *record,
                           size_t at)
{
    const struct snow_probe *p = ROW(record)->probe;

    (void)at;
    add_text(to, p ? snow_smtp_status_word(p->status) : "not_probed");
}

static void get_smtp_code(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_probe *p = ROW(record)->probe;

    (void)at;
    if (p && p->code > 0)
        report_cell_count(to, p->code);
    else if (p)
        report_cell_absent(to);
}

static void get_smtp_banner(struct report_cell *to, const void *record,
                            size_t at)
{
    const struct snow_probe *p = ROW(record)->probe;

    (void)at;
    if (p)
        report_cell_text(to, p->banner, p->banner_len);
}

/* As in the finding's banner_fingerprint. */
static void get_smtp_fingerprint(struct report_cell *to, const void *record,
                                 size_t at)
{
    const struct report_evidence_row *r = record;
    char text[17];
    uint64_t fingerprint;

    (void)at;
    if (!r->probe)
        return;
    report_cell_absent(to);
    fingerprint =
        analysis_banner_fingerprint(r->probe->banner, r->probe->banner_len,
                                    r->domain ? r->name : NULL, r->domain);
    if (fingerprint == 0)
        return;
    snprintf(text, sizeof text, "%016llx", (unsigned long long)fingerprint);
    report_cell_text(to, text, strlen(text));
}

static void get_smtp_caps(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_probe *p = ROW(record)->probe;

    (void)at;
    if (p && p->ehlo_status != SNOW_EHLO_NOT_ASKED)
        report_cell_split(to, p->capabilities, p->capabilities_len, '\n');
}

/* A server that offers no TLS, or whose certificate has no common name, has
 * been asked in vain. */
static void get_tls_subject(struct report_cell *to, const void *record,
                            size_t at)
{
    const struct snow_probe *p = ROW(record)->probe;

    (void)at;
    if (p && p->tls_status != SNOW_TLS_NOT_ASKED)
        report_cell_absent(to);
    if (p && p->tls.subject_len > 0)
        report_cell_text(to, p->tls.subject, p->tls.subject_len);
}

static void get_smtp_time(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (ROW(record)->probe)
        report_cell_time(to, ROW(record)->probe->seen_utc_s);
}

/* The registration, or NULL; a cell is absent as long as a registry that
 * answered does not fill it. */
static const struct snow_registration *
published(struct report_cell *to, const struct report_evidence_row *r)
{
    if (r->registration && report_registration_is_answer(r->registration))
        report_cell_absent(to);
    return r->registration;
}

static void get_created(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *g = published(to, record);

    (void)at;
    if (g)
        report_cell_time(to, g->created_utc_s);
}

static void get_created_source(struct report_cell *to, const void *record,
                               size_t at)
{
    const struct snow_registration *g = ROW(record)->registration;

    (void)at;
    if (!g)
        return;
    if (g->created_utc_s == SNOW_TIME_UNKNOWN)
        add_text(to, "none");
    else
        add_text(to, strncmp(g->source, "http", 4) == 0 ? "rdap-registry"
                                                        : "whois");
}

static void get_age(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *g = published(to, record);
    int64_t now_utc_s = ROW(record)->now_utc_s;

    (void)at;
    if (g && g->created_utc_s != SNOW_TIME_UNKNOWN &&
        now_utc_s != SNOW_TIME_UNKNOWN)
        report_cell_number(
            to, ((double)now_utc_s - (double)g->created_utc_s) / 86400, 1);
}

/* Text of the registration, at its offset. */
static void get_published(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *g = published(to, record);
    const char *text = g ? (const char *)g + at : "";

    if (*text)
        add_text(to, text);
}

static void get_published_list(struct report_cell *to, const void *record,
                               size_t at)
{
    const struct snow_registration *g = published(to, record);
    const char *text = g ? (const char *)g + at : "";

    if (*text)
        report_cell_split(to, text, strlen(text), ';');
}

static void get_iana_id(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *g = published(to, record);

    (void)at;
    if (g && g->registrar_iana_id > 0)
        report_cell_count(to, g->registrar_iana_id);
}

static void get_http_code(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *g = ROW(record)->registration;

    (void)at;
    if (g && g->http_code > 0)
        report_cell_count(to, g->http_code);
}

static void get_web(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (ROW(record)->web)
        add_text(to, ROW(record)->web);
}

static void get_registration_time(struct report_cell *to, const void *record,
                                  size_t at)
{
    (void)at;
    if (ROW(record)->registration)
        report_cell_time(to, ROW(record)->registration->seen_utc_s);
}

/* at: 1 for the later of the two observations, 0 for the earlier. */
static int64_t seen_at(const void *record, size_t at)
{
    const struct report_evidence_row *r = record;
    int64_t ptr = r->ptr_seen_utc_s;
    int64_t smtp = r->probe ? r->probe->seen_utc_s : SNOW_TIME_UNKNOWN;

    if (smtp == SNOW_TIME_UNKNOWN ||
        (ptr != SNOW_TIME_UNKNOWN && (ptr > smtp) == (at == 1)))
        return ptr;
    return smtp;
}

/* Over all scans: of the names, and of the greeting in this one. */
static void get_seen(struct report_cell *to, const void *record, size_t at)
{
    const struct report_past *past = &ROW(record)->past;
    int64_t here = seen_at(record, at);
    int64_t there = at == 1 ? past->last_utc_s : past->first_utc_s;
    bool is_wider = there != SNOW_TIME_UNKNOWN && (there > here) == (at == 1);

    report_cell_time(to, is_wider ? there : here);
}

static void get_previous(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_past_names(to, &ROW(record)->past);
}

static void get_changes(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (ROW(record)->past.is_known)
        report_cell_count(to, ROW(record)->past.changes);
}

static void get_mta(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mta *m = ROW(record)->mta;

    (void)at;
    if (!m)
        return;
    report_cell_absent(to);
    if (m->family)
        add_text(to, m->family);
}

static void get_mta_version(struct report_cell *to, const void *record,
                            size_t at)
{
    (void)at;
    if (ROW(record)->mta)
        add_text(to, ROW(record)->mta->version);
}

static void get_banner_host(struct report_cell *to, const void *record,
                            size_t at)
{
    const struct snow_probe *p = ROW(record)->probe;
    char host[BANNER_HOST_MAX];

    (void)at;
    if (!p)
        return;
    analysis_banner_host(host, p->banner, p->banner_len);
    add_text(to, host);
}

static void get_banner_match(struct report_cell *to, const void *record,
                             size_t at)
{
    const struct report_evidence_row *r = record;
    const struct snow_probe *p = r->probe;
    char host[BANNER_HOST_MAX];
    enum analysis_banner_match match;

    (void)at;
    if (p && p->banner_len == 0)
        report_cell_absent(to);
    if (!p || p->banner_len == 0)
        return;
    analysis_banner_host(host, p->banner, p->banner_len);
    match = analysis_banner_compare(host, r->names, r->n_names, r->domain);
    if (match != ANALYSIS_BANNER_UNKNOWN)
        add_text(to, analysis_banner_match_word(match));
}

static void get_banner_fcrdns(struct report_cell *to, const void *record,
                              size_t at)
{
    const struct report_evidence_row *r = record;

    (void)at;
    add_text(to, analysis_forward_verdict(r->banner_forward, r->addr));
}

#define REGISTRATION(member) offsetof(struct snow_registration, member)

/* clang-format off */
static const struct report_column columns[] = {
    { "run_id", REPORT_TEXT, get_id, 0,
      "`finding_id` of the run; of its strip or campaign where no run "
      "covers the address." },
    { "seq", REPORT_COUNT, get_seq, 0,
      "Place of the address in the finding, from 1." },
    { "ip", REPORT_TEXT, get_ip, 0, "The address." },
    { "ip_int", REPORT_COUNT, get_ip_int, 0,
      "The same as a number, for sorting; IPv4 only." },
    { "ptr", REPORT_LIST, get_ptr, 0, "Its reverse names." },
    { "ptr_rcode", REPORT_TEXT, get_ptr_status, 0,
      "What became of the question for them: `name`, `nxdomain`, `nodata`, "
      "`servfail`, `refused`, `timeout`, `pruned` (lies under a name that "
      "does not exist), `error`, `pending`, `outside` (no target)." },
    { "ptr_count", REPORT_COUNT, get_ptr_count, 0, "How many names." },
    { "ptr_ttl", REPORT_COUNT, report_get_nothing, 0,
      "Their time to live in seconds; not kept yet." },
    { "ptr_observed_at", REPORT_TIME, get_ptr_time, 0,
      "When the names were seen." },
    { "ptr_class", REPORT_TEXT, report_get_nothing, 0,
      "Class of the name; not kept yet." },
    { "reg_domain", REPORT_TEXT, get_domain, 0,
      "Registrable domain of the name that belongs to the finding; empty "
      "for a gap." },
    { "reg_domain_icann", REPORT_TEXT, report_get_nothing, 0,
      "The same by the ICANN section of the suffix list alone; not kept yet." },
    { "public_suffix", REPORT_TEXT, get_suffix, 0,
      "Public suffix of that domain." },
    { "psl_section", REPORT_TEXT, report_get_nothing, 0,
      "Section of the suffix list; not kept yet." },
    { "extra_labels", REPORT_COUNT, get_extra_labels, 0,
      "Labels before the registrable domain; 0 is the bare domain." },
    { "fcrdns", REPORT_TEXT, get_fcrdns, 0,
      "Does the name lead back to the address: `pass`; `fail`, it leads "
      "elsewhere or nowhere; `not_checked`, it was not asked (of an address "
      "the first four names are) or nobody answered; `forward_status` tells "
      "these apart." },
    { "forward_addrs", REPORT_LIST, get_forward_addrs, 0,
      "Addresses of the name, 64 at most." },
    { "smtp_state", REPORT_TEXT, get_smtp_state, 0,
      "How the greeting ended, in the words of `probe`, or `not_probed`." },
    { "smtp_code", REPORT_COUNT, get_smtp_code, 0,
      "Reply code of the greeting." },
    { "smtp_banner", REPORT_TEXT, get_smtp_banner, 0,
      "The greeting; line ends and control octets as `\\xHH`." },
    { "smtp_banner_fp", REPORT_TEXT, get_smtp_fingerprint, 0,
      "Fingerprint of the greeting, names and numbers taken out." },
    { "smtp_ehlo_caps", REPORT_LIST, get_smtp_caps, 0,
      "What the answer to EHLO offers." },
    { "smtp_tls_subject", REPORT_TEXT, get_tls_subject, 0,
      "Common name of the certificate, which nobody has checked." },
    { "smtp_observed_at", REPORT_TIME, get_smtp_time, 0,
      "When it was greeted." },
    { "smtp_source_ip", REPORT_TEXT, report_get_nothing, 0,
      "Address it was greeted from; not kept yet." },
    { "domain_created", REPORT_TIME, get_created, 0,
      "When the domain was registered." },
    { "domain_created_source", REPORT_TEXT, get_created_source, 0,
      "Who says so: `rdap-registry`, `whois`, or `none`." },
    { "domain_age_days", REPORT_NUMBER, get_age, 0,
      "Age of the domain in days when it was scanned." },
    { "registrar", REPORT_TEXT, get_published, REGISTRATION(registrar),
      "Registrar of the domain." },
    { "registrar_iana_id", REPORT_COUNT, get_iana_id, 0,
      "Its number in IANA's list." },
    { "domain_status", REPORT_LIST, get_published_list, REGISTRATION(statuses),
      "Status words of the registry." },
    { "domain_ns", REPORT_LIST, get_published_list, REGISTRATION(nameservers),
      "Name servers of the domain, as registered." },
    { "rdap_url", REPORT_TEXT, get_published, REGISTRATION(source),
      "URL or server that the registration was learnt from." },
    { "rdap_http", REPORT_COUNT, get_http_code, 0,
      "HTTP status of its answer." },
    { "rdap_observed_at", REPORT_TIME, get_registration_time, 0,
      "When it said so." },
    { "spf", REPORT_TEXT, get_spf, 0,
      "SPF record of the domain, its first 512 octets." },
    { "mx", REPORT_LIST, get_mx, 0,
      "MX hosts of the domain, the preferred first, ten at most; `.` where it "
      "says that it takes no mail (RFC 7505)." },
    { "web_state", REPORT_TEXT, get_web, 0,
      "Website of the domain: `none` (no address), `refused`, `timeout`, "
      "`default` (a page that nobody made for it), `parked`, `content`, "
      "`error`, `excluded` (at an address that is left alone)." },
    { "reporters", REPORT_COUNT, report_own_addr_reporters, 0,
      "Independent reporters of the address, by `--reports`." },
    { "first_seen", REPORT_TIME, get_seen, 0,
      "Earliest observation of these names on the address, over all scans of "
      "the store; in this scan, of its greeting, too." },
    { "last_seen", REPORT_TIME, get_seen, 1,
      "Latest observation of them, likewise." },
    { "previous_ptr", REPORT_LIST, get_previous, 0,
      "Names that earlier scans saw before the last change; `-` when there "
      "were none, or nothing has changed; empty when no other scan knows." },
    { "mta", REPORT_TEXT, get_mta, 0,
      "Software of the mail server, by its greeting, else by its answer to "
      "EHLO; a claim, which can be false." },
    { "mta_version", REPORT_TEXT, get_mta_version, 0,
      "Version of that, as it is said." },
    { "banner_host", REPORT_TEXT, get_banner_host, 0,
      "Name that the greeting gives its host." },
    { "banner_matches_ptr", REPORT_TEXT, get_banner_match, 0,
      "What that is beside the reverse names: `equal` to one, in the same "
      "registrable `domain`, `other`, or `none` (it names no host); empty "
      "when there is nothing to compare it with." },
    { "banner_fcrdns", REPORT_TEXT, get_banner_fcrdns, 0,
      "Does the host that the greeting names lead back to the address, in "
      "the words of `fcrdns`." },
    { "forward_status", REPORT_TEXT, get_forward_status, 0,
      "How the question for the name's addresses ended: `name` (there are "
      "some), `nxdomain`, `nodata`, `servfail`, `refused`, `timeout`, "
      "`error`." },
    { "ptr_changes", REPORT_COUNT, get_changes, 0,
      "How often the names changed from scan to scan up to this one, "
      "appearing and vanishing included; empty when no other scan knows." },
    { "customer", REPORT_TEXT, report_own_addr_customer, 0,
      "Customer the address is allocated to, by `--allocations`." },
};
/* clang-format on */

const struct report_kind report_kind_evidence = {
    "Evidence, one row an address", "`export --format evidence-csv`", columns,
    COUNT_OF(columns)
};
