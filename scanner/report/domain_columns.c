/* What is known of a domain: its registration, its mail set-up, its website. */
#include "analysis/mail_setup.h"
#include "analysis/website.h"
#include "report/columns.h"

#define REGISTRATION(record)                                                   \
    (((const struct report_domain *)(record))->registration)
#define MAIL(record) (((const struct report_domain *)(record))->mail)
#define SITE(record) (((const struct report_domain *)(record))->website)
#define REG(member) offsetof(struct snow_registration, member)
#define SET(member) offsetof(struct analysis_mail_setup, member)
#define WEB(member) offsetof(struct analysis_website, member)

static void add_text(struct report_cell *to, const char *text)
{
    report_cell_text(to, text, strlen(text));
}

/* ---- registration ---- */

static void get_domain(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, ((const struct report_domain *)record)->domain);
}

static void get_status(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *r = REGISTRATION(record);

    (void)at;
    if (r)
        add_text(to, snow_registration_status_word(r->status));
}

/* Only of a registered domain does an empty text say "there is none". */
static void get_text(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *r = REGISTRATION(record);
    const char *text = r ? (const char *)r + at : "";

    if (*text || (r && r->status == SNOW_REGISTRATION_REGISTERED))
        add_text(to, text);
}

static void get_source(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *r = REGISTRATION(record);

    (void)at;
    if (r && r->source[0])
        add_text(to, r->source);
}

static void get_list(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *r = REGISTRATION(record);
    const char *text = r ? (const char *)r + at : "";

    report_cell_split(to, text, strlen(text), ';');
}

static void get_time(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *r = REGISTRATION(record);
    int64_t utc_s = SNOW_TIME_UNKNOWN;

    if (r)
        memcpy(&utc_s, (const char *)r + at, sizeof utc_s);
    report_cell_time(to, utc_s);
}

static void get_iana_id(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_registration *r = REGISTRATION(record);

    (void)at;
    if (r && r->registrar_iana_id > 0)
        report_cell_count(to, r->registrar_iana_id);
}

/* ---- mail set-up ---- */

static bool is_answered(const void *record, enum mail_question q)
{
    const struct analysis_mail_setup *m = MAIL(record);

    return m && m->status[q] != SNOW_PTR_PENDING &&
           !snow_ptr_status_is_failure(m->status[q]);
}

static void get_mx(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    report_cell_absent(to);
    for (size_t i = 0; m && i < m->n_mx; i++)
        report_cell_element(to, m->mx[i].host, strlen(m->mx[i].host));
}

static void get_spf(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    if (is_answered(record, MAIL_TXT))
        report_cell_absent(to);
    if (m && m->spf_len > 0)
        report_cell_text(to, m->spf_text, m->spf_len);
}

static void get_dmarc(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    if (is_answered(record, MAIL_DMARC))
        report_cell_absent(to);
    if (m && m->dmarc_len > 0)
        report_cell_text(to, m->dmarc, m->dmarc_len);
}

static void get_addrs(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);
    const struct mail_addrs *addrs =
        m ? (const void *)((const char *)m + at) : NULL;

    report_cell_absent(to);
    for (size_t i = 0; addrs && i < addrs->n; i++) {
        char text[SNOW_ADDR_TEXT_MAX];

        snow_addr_format(addrs->at[i], text);
        report_cell_element(to, text, strlen(text));
    }
}

static void get_answer(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    if (m && m->status[at] != SNOW_PTR_PENDING)
        add_text(to, snow_ptr_status_word(m->status[at]));
}

static void get_mail_text(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    if (m && *((const char *)m + at))
        add_text(to, (const char *)m + at);
}

static void get_ns(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    report_cell_absent(to);
    for (size_t i = 0; m && i < m->n_ns; i++)
        report_cell_element(to, m->ns[i], strlen(m->ns[i]));
}

static void get_serial(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    if (m && m->soa_server[0])
        report_cell_count(to, m->soa_serial);
}

static void get_spf_status(struct report_cell *to, const void *record,
                           size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    if (m && m->spf.status != SPF_STATUS_NOT_ASKED)
        add_text(to, analysis_spf_status_word(m->spf.status));
}

static void get_spf_all(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    if (m && m->spf.all)
        report_cell_text(to, &m->spf.all, 1);
}

static void get_spf_lookups(struct report_cell *to, const void *record,
                            size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    if (m && m->spf_len > 0)
        report_cell_count(to, m->spf.n_lookups);
}

static void get_spf_includes(struct report_cell *to, const void *record,
                             size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    report_cell_absent(to);
    for (size_t i = 0; m && i < m->spf.n_includes; i++)
        report_cell_element(to, m->spf.includes[i], strlen(m->spf.includes[i]));
}

/* What lets somebody send; `all` and what is not known have columns of their
 * own, or none. */
static void get_spf_passes(struct report_cell *to, const void *record,
                           size_t at)
{
    const struct analysis_mail_setup *m = MAIL(record);

    (void)at;
    report_cell_absent(to);
    for (size_t i = 0; m && i < m->spf.n_entries; i++) {
        const struct spf_entry *e = &m->spf.entries[i];
        char text[SNOW_PREFIX_TEXT_MAX];

        if (e->qualifier != '+' || e->is_unknown || e->prefix.len == 0)
            continue;
        snow_prefix_format(e->prefix, text);
        report_cell_element(to, text, strlen(text));
    }
}

/* ---- website ---- */

static void get_web(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (SITE(record))
        add_text(to, analysis_website_status_word(SITE(record)->status));
}

static void get_web_text(struct report_cell *to, const void *record, size_t at)
{
    const char *text = SITE(record) ? (const char *)SITE(record) + at : "";

    if (*text)
        add_text(to, text);
}

static void get_web_http(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (SITE(record) && SITE(record)->http_status > 0)
        report_cell_count(to, SITE(record)->http_status);
}

static void get_web_octets(struct report_cell *to, const void *record,
                           size_t at)
{
    (void)at;
    if (SITE(record) && SITE(record)->http_status > 0)
        report_cell_count(to, SITE(record)->text_octets);
}

static void get_web_company(struct report_cell *to, const void *record,
                            size_t at)
{
    (void)at;
    if (SITE(record) && SITE(record)->company != PAGE_COMPANY_UNKNOWN)
        report_cell_flag(to, SITE(record)->company == PAGE_COMPANY_YES);
}

/* clang-format off */
static const struct report_column domain_columns[] = {
    { "domain", REPORT_TEXT, get_domain, 0, "The domain." },
    { "status", REPORT_TEXT, get_status, 0,
      "`registered`, `not-found` (said by the registry), `unknown`, `limited` "
      "(the server wants fewer questions) or `error` (our own fault); null "
      "when nobody was to be asked." },
    { "registrar", REPORT_TEXT, get_text, REG(registrar), "Its registrar." },
    { "registrar_iana_id", REPORT_COUNT, get_iana_id, 0,
      "IANA's number of the registrar." },
    { "created", REPORT_TIME, get_time, REG(created_utc_s),
      "When it was registered." },
    { "expires", REPORT_TIME, get_time, REG(expires_utc_s),
      "When the registration ends." },
    { "updated", REPORT_TIME, get_time, REG(updated_utc_s),
      "When it was last changed." },
    { "statuses", REPORT_LIST, get_list, REG(statuses),
      "Status words of the registry; always a list." },
    { "nameservers", REPORT_LIST, get_list, REG(nameservers),
      "Name servers as registered; always a list." },
    { "source", REPORT_TEXT, get_source, 0,
      "URL, server or file that said so; null when nobody did." },
    { "mx", REPORT_LIST, get_mx, 0,
      "Hosts that take its mail, the preferred first; `.` where it says that "
      "it takes none (RFC 7505); always a list." },
    { "spf", REPORT_TEXT, get_spf, 0, "Its SPF record." },
    { "dmarc", REPORT_TEXT, get_dmarc, 0, "Its DMARC record." },
    { "a", REPORT_LIST, get_addrs, SET(a),
      "Its IPv4 addresses; always a list." },
    { "web", REPORT_TEXT, get_web, 0,
      "Its website: `none`, `refused`, `timeout`, `default` (a page that "
      "nobody made for it), `parked`, `content`, `error` or `excluded` (at an "
      "address that is to be left alone)." },
    { "time", REPORT_TIME, get_time, REG(seen_utc_s),
      "When the registry said so." },
    { "aaaa", REPORT_LIST, get_addrs, SET(aaaa),
      "Its IPv6 addresses; always a list." },
    { "dns.ns", REPORT_LIST, get_ns, 0,
      "Name servers of its zone; always a list." },
    { "dns.soa_server", REPORT_TEXT, get_mail_text, SET(soa_server),
      "First name server of its SOA record." },
    { "dns.soa_mailbox", REPORT_TEXT, get_mail_text, SET(soa_mailbox),
      "Mailbox of its SOA record, as a name." },
    { "dns.soa_serial", REPORT_COUNT, get_serial, 0,
      "Serial of its SOA record." },
    { "mail.mx_status", REPORT_TEXT, get_answer, MAIL_MX,
      "Answer to the question for MX: `name` (there are some), `nodata`, "
      "`nxdomain`, `servfail`, `refused`, `timeout` or `error`." },
    { "mail.spf_status", REPORT_TEXT, get_spf_status, 0,
      "What receivers make of its SPF record: `ok`, `none`, `permerror`, "
      "`temperror` or `too-many` (look-ups)." },
    { "mail.spf_all", REPORT_TEXT, get_spf_all, 0,
      "What it says of everybody else: `+`, `-`, `~` or `?`." },
    { "mail.spf_lookups", REPORT_COUNT, get_spf_lookups, 0,
      "Terms of it that ask; receivers allow ten (RFC 7208 §4.6.4)." },
    { "mail.spf_includes", REPORT_LIST, get_spf_includes, 0,
      "Whose records it includes; always a list." },
    { "mail.spf_passes", REPORT_LIST, get_spf_passes, 0,
      "Prefixes that may send, includes followed; always a list." },
    { "mail.dmarc_policy", REPORT_TEXT, get_mail_text, SET(dmarc_policy),
      "Policy of its DMARC record: `none`, `quarantine` or `reject`." },
    { "website.detail", REPORT_TEXT, get_web_text, WEB(detail),
      "The same in finer words, as `site`, `server`, `placeholder`, "
      "`for-sale`." },
    { "website.http_status", REPORT_COUNT, get_web_http, 0,
      "HTTP status in the end." },
    { "website.url", REPORT_TEXT, get_web_text, WEB(url),
      "Where the page came from in the end." },
    { "website.redirects_to", REPORT_TEXT, get_web_text, WEB(redirects_to),
      "Host of another domain that it leads to." },
    { "website.address", REPORT_TEXT, get_web_text, WEB(address),
      "Address that was connected to." },
    { "website.title", REPORT_TEXT, get_web_text, WEB(title),
      "Title of the page." },
    { "website.text_octets", REPORT_COUNT, get_web_octets, 0,
      "Octets of text that a reader sees." },
    { "website.names_company", REPORT_FLAG, get_web_company, 0,
      "Does it say who runs it? Null when that cannot be told." },
    { "website.company_sign", REPORT_TEXT, get_web_text, WEB(company_sign),
      "By what: `imprint`, `number`, `address`, `form`, `phone`, `mail` or "
      "`contact`." },
};
/* clang-format on */

const struct report_kind report_kind_domain = { "domain",
                                                "`domain`, NDJSON or CSV",
                                                domain_columns,
                                                COUNT_OF(domain_columns) };
