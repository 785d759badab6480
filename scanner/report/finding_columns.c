#include "report/columns.h"

#include <math.h>

#include "report/holders.h"
#include "report/own_columns.h"

#define AT(member) offsetof(struct snow_finding, member)

static const struct snow_finding *finding_of(const void *record)
{
    return ((const struct report_finding_row *)record)->finding;
}

static const void *member(const void *record, size_t at)
{
    return (const char *)finding_of(record) + at;
}

/* Text kept in the finding itself; none is "-". */
static void get_text(struct report_cell *to, const void *record, size_t at)
{
    const char *text = member(record, at);

    report_cell_text(to, text, strlen(text));
}

/* Words that a member points to. */
static const char *words_at(const void *record, size_t at)
{
    const char *words;

    memcpy(&words, member(record, at), sizeof words);
    return words;
}

static void get_list(struct report_cell *to, const void *record, size_t at)
{
    const char *text = words_at(record, at);

    report_cell_split(to, text, strlen(text), ';');
}

static void get_count(struct report_cell *to, const void *record, size_t at)
{
    uint64_t count;

    memcpy(&count, member(record, at), sizeof count);
    report_cell_count(to, count);
}

static void get_addr(struct report_cell *to, const void *record, size_t at)
{
    struct snow_addr a;

    memcpy(&a, member(record, at), sizeof a);
    report_cell_addr(to, a);
}

static void get_time(struct report_cell *to, const void *record, size_t at)
{
    int64_t utc_s;

    memcpy(&utc_s, member(record, at), sizeof utc_s);
    report_cell_time(to, utc_s);
}

/* A count of what was told; absent when it was asked in vain. */
static const struct measure {
    size_t value, known, asked;
} measures[] = {
    { AT(mx_inside), AT(mx_known), AT(mail_asked) },
    { AT(spf_covers), AT(spf_known), AT(mail_asked) },
    { AT(fcrdns_ok), AT(fcrdns_total), AT(fcrdns_asked) },
    { AT(fcrdns_total), AT(fcrdns_asked), AT(fcrdns_asked) },
};
enum { MX_INSIDE, SPF_COVERS, FCRDNS_OK, FCRDNS_TOTAL };

static uint64_t count_at(const void *record, size_t at)
{
    uint64_t count;

    memcpy(&count, member(record, at), sizeof count);
    return count;
}

static void get_measure(struct report_cell *to, const void *record, size_t at)
{
    const struct measure *m = &measures[at];

    if (count_at(record, m->known) > 0)
        report_cell_count(to, count_at(record, m->value));
    else if (count_at(record, m->asked) > 0)
        report_cell_absent(to);
}

static void get_web_none(struct report_cell *to, const void *record, size_t at)
{
    const struct report_finding_row *row = record;

    (void)at;
    if (row->web.known > 0)
        report_cell_count(to, row->web.none);
    else if (row->web.asked > 0)
        report_cell_absent(to);
}

static void get_kind(struct report_cell *to, const void *record, size_t at)
{
    const char *word = snow_finding_kind_word(finding_of(record)->kind);

    (void)at;
    report_cell_text(to, word, strlen(word));
}

static void get_tier(struct report_cell *to, const void *record, size_t at)
{
    const char *word = snow_tier_word(finding_of(record)->tier);

    (void)at;
    report_cell_text(to, word, strlen(word));
}

static void get_score(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_number(to, finding_of(record)->score, 1);
}

static void get_coverage(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_number(to, finding_of(record)->coverage, 2);
}

/* Behind the point as many as 10^5 shuffles could tell. */
static void get_fdr(struct report_cell *to, const void *record, size_t at)
{
    const struct report_finding_row *row = record;

    (void)at;
    if (row->calibration)
        report_cell_number(
            to,
            snow_calibration_fdr(row->calibration,
                                 snow_score_class(row->finding->kind),
                                 row->finding->score),
            6);
}

static void get_cidrs(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding_of(record);

    (void)at;
    report_cell_ranges(to, f->ranges, f->n_ranges);
}

static void get_domains(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding_of(record);

    (void)at;
    for (size_t i = 0; i < f->n_domains; i++)
        report_cell_element(to, f->domains[i], strlen(f->domains[i]));
}

static void get_domain_count(struct report_cell *to, const void *record,
                             size_t at)
{
    (void)at;
    report_cell_count(to, finding_of(record)->n_domains);
}

static void get_apex_first(struct report_cell *to, const void *record,
                           size_t at)
{
    int apex_first = finding_of(record)->apex_first;

    (void)at;
    if (apex_first < 0)
        report_cell_absent(to);
    else
        report_cell_flag(to, apex_first > 0);
}

/* What registries publish is absent, not unknown, once one has answered. */
static void absent_if_answered(struct report_cell *to, const void *record)
{
    const struct report_finding_row *row = record;

    if (to->state == REPORT_KNOWN)
        return;
    to->state = row->has_registration ? REPORT_ABSENT : REPORT_NOT_ASKED;
}

static void get_registrar(struct report_cell *to, const void *record, size_t at)
{
    const char *name = words_at(record, at);

    report_cell_text(to, name, strlen(name));
    absent_if_answered(to, record);
}

static void get_iana_id(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding_of(record);

    (void)at;
    if (f->registrar_iana_id > 0)
        report_cell_count(to, f->registrar_iana_id);
    absent_if_answered(to, record);
}

static void get_created(struct report_cell *to, const void *record, size_t at)
{
    get_time(to, record, at);
    absent_if_answered(to, record);
}

static void get_age(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_number(to, finding_of(record)->age_days_median, 1);
    absent_if_answered(to, record);
}

/* A probability may be tiny: digits that count, not decimals. */
static void get_burst(struct report_cell *to, const void *record, size_t at)
{
    double p = finding_of(record)->burst_p;
    char text[32];

    (void)at;
    if (!isfinite(p))
        return;
    snprintf(text, sizeof text, "%.3g", p);
    report_cell_text(to, text, strlen(text));
}

static void get_smtp_open(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (finding_of(record)->smtp_probed > 0)
        report_cell_count(to, finding_of(record)->smtp_open);
}

static void get_banner(struct report_cell *to, const void *record, size_t at)
{
    if (finding_of(record)->smtp_probed > 0)
        get_text(to, record, at);
}

static void get_part(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_score *part = &finding_of(record)->parts[at];

    if (part->measured > 0)
        report_cell_number(to, part->value, 2);
}

static void get_asn(struct report_cell *to, const void *record, size_t at)
{
    const struct report_finding_row *row = record;

    (void)at;
    report_holders_asns(to, row->holders, row->finding);
}

/* @p at: enum report_holder_text */
static void get_holder(struct report_cell *to, const void *record, size_t at)
{
    const struct report_finding_row *row = record;

    report_holders_texts(to, row->holders, row->finding,
                         (enum report_holder_text)at);
}

static void get_over_time(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (finding_of(record)->domains_over_time > 0)
        report_cell_count(to, finding_of(record)->domains_over_time);
}

static void get_claims(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding_of(record);
    struct buf claim = { 0 };

    (void)at;
    report_cell_absent(to);
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        const struct snow_score *part = &f->parts[i];

        if (part->measured <= 0 || part->reason[0] == '\0')
            continue;
        buf_clear(&claim);
        buf_printf(&claim, "%s: %s", snow_score_part_word(i), part->reason);
        report_cell_element(to, claim.data, claim.len);
        to->text.failed |= claim.failed; /* which clearing forgets */
    }
    buf_fini(&claim);
}

/* clang-format off */
static const struct report_column columns[] = {
    { "finding_id", REPORT_TEXT, get_text, AT(id),
      "Stable name of the finding: same kind, addresses and domains, same "
      "id." },
    { "kind", REPORT_TEXT, get_kind, 0,
      "`run` (neighbouring addresses of one domain), `strip` (runs of "
      "different domains side by side) or `campaign` (runs and strips tied "
      "together by registration, mail or naming)." },
    { "parent_id", REPORT_TEXT, get_text, AT(parent_id),
      "The campaign or strip it belongs to; `-` when it stands alone." },
    { "tier", REPORT_TEXT, get_tier, 0,
      "How much it deserves a look: `high`, `review` or `context`." },
    { "score", REPORT_NUMBER, get_score, 0,
      "0 to 100: how closely it resembles the pattern, over the parts that "
      "were measured." },
    { "coverage", REPORT_NUMBER, get_coverage, 0,
      "0 to 1: the share of all weight that was measured; a score of little "
      "coverage says little." },
    { "first_ip", REPORT_TEXT, get_addr, AT(first), "Lowest address." },
    { "last_ip", REPORT_TEXT, get_addr, AT(last), "Highest address." },
    { "cidrs", REPORT_LIST, get_cidrs, 0,
      "The smallest exact cover by prefixes, never rounded up; of a "
      "campaign, the prefixes of its runs." },
    { "ip_count", REPORT_COUNT, get_count, AT(ip_count),
      "Addresses it covers." },
    { "named_count", REPORT_COUNT, get_count, AT(named_count),
      "Of these, addresses with a name that belongs to it." },
    { "gap_count", REPORT_COUNT, get_count, AT(gap_count),
      "Of these, addresses without one." },
    { "domains", REPORT_LIST, get_domains, 0, "Registrable domains, sorted." },
    { "domain_count", REPORT_COUNT, get_domain_count, 0,
      "How many there are." },
    { "apex_first", REPORT_FLAG, get_apex_first, 0,
      "1 when the lowest address carries the bare domain and the others "
      "names below it; of a strip or campaign, when that holds in all of "
      "its runs; `-` when it says nothing." },
    { "distinct_names", REPORT_COUNT, get_count, AT(distinct_names),
      "Different reverse names." },
    { "registrar", REPORT_TEXT, get_registrar, AT(registrar),
      "The commonest registrar of the domains." },
    { "registrar_iana_id", REPORT_COUNT, get_iana_id, 0,
      "Its number in IANA's list of registrars." },
    { "created_min", REPORT_TIME, get_created, AT(created_min_utc_s),
      "When the oldest of the domains was registered." },
    { "created_max", REPORT_TIME, get_created, AT(created_max_utc_s),
      "When the newest of the domains was registered." },
    { "age_days_median", REPORT_NUMBER, get_age, 0,
      "Median age of the domains in days when they were scanned." },
    { "burst_p", REPORT_NUMBER, get_burst, 0,
      "Probability that domains of this network were registered this close "
      "together by chance; empty when fewer dates are known than the test "
      "needs." },
    { "smtp_open", REPORT_COUNT, get_smtp_open, 0,
      "Addresses that speak SMTP, of those greeted." },
    { "smtp_probed", REPORT_COUNT, get_count, AT(smtp_probed),
      "Addresses greeted on the SMTP port." },
    { "banner_fingerprint", REPORT_TEXT, get_banner, AT(banner_fingerprint),
      "Fingerprint of the commonest greeting, names and numbers taken out." },
    { "mx_inside", REPORT_COUNT, get_measure, MX_INSIDE,
      "Domains with an MX host inside the finding; `-` when of none it could "
      "be told." },
    { "spf_covers", REPORT_COUNT, get_measure, SPF_COVERS,
      "Domains whose SPF record lets half or more of their addresses in the "
      "finding send; `-` when of none it could be told." },
    { "fcrdns_ok", REPORT_COUNT, get_measure, FCRDNS_OK,
      "Addresses whose name leads back to them; `-` when of none it could be "
      "told." },
    { "web_none", REPORT_COUNT, get_web_none, 0,
      "Domains without a website: no address, nobody listens, a page that "
      "nobody made for it, or parked; `-` when of none it could be told." },
    { "reporters_max", REPORT_COUNT, report_own_count, AT(reporters_max),
      "Most independent reporters of one address, by `--reports`; `-` when "
      "it names none of them." },
    { "reporters_median", REPORT_NUMBER, report_own_number,
      AT(reporters_median),
      "Median number of reporters of those addresses that `--reports` names."
      },
    { "asn", REPORT_LIST, get_asn, 0,
      "Numbers of the autonomous systems that announce some of it, of those "
      "that were given as targets." },
    { "abuse_email", REPORT_LIST, get_holder, REPORT_HOLDER_ABUSE_EMAIL,
      "Abuse contacts of the netblocks it lies in; `-` when the registry "
      "publishes none." },
    { "customer", REPORT_LIST, report_own_customers, 0,
      "Customers its addresses are allocated to, by `--allocations`; `-` when "
      "it names none." },
    { "reasons", REPORT_LIST, get_list, AT(reasons),
      "Codes of the parts that count towards the score." },
    { "caveats", REPORT_LIST, get_list, AT(caveats),
      "What speaks against it or is not known." },
    { "first_seen", REPORT_TIME, get_time, AT(first_seen_utc_s),
      "When a scan of the store first saw its domains on its addresses." },
    { "last_seen", REPORT_TIME, get_time, AT(last_seen_utc_s),
      "When one did last." },
#define X(id, weight, name, claim)                                           \
    { "s_" name, REPORT_NUMBER, get_part, SNOW_PART_##id,                    \
      "0 to 1: " claim " (weight " #weight "); empty when not measured." },
    SNOW_SCORE_PARTS(X)
#undef X
    { "claims", REPORT_LIST, get_claims, 0,
      "What was observed for each part that was measured." },
    { "netname", REPORT_LIST, get_holder, REPORT_HOLDER_NAME,
      "Names of the netblocks it lies in." },
    { "org", REPORT_LIST, get_holder, REPORT_HOLDER_ORGANISATION,
      "Who holds these netblocks." },
    { "fcrdns_total", REPORT_COUNT, get_measure, FCRDNS_TOTAL,
      "Addresses of which it could be told whether their name leads back." },
    { "domains_over_time", REPORT_COUNT, get_over_time, 0,
      "Different domains that its addresses carried over all scans of the "
      "store, its own included; empty when no other scan knows." },
    { "reporters_known", REPORT_COUNT, report_own_count, AT(reporters_known),
      "Addresses that `--reports` names." },
    { "reporters_cv", REPORT_NUMBER, report_own_number, AT(reporters_cv),
      "Standard deviation of the reporters over their mean inside a run, the "
      "mean of its runs: low when they are alike." },
    { "aligned_runs", REPORT_COUNT, get_count, AT(aligned_runs),
      "Runs that fill a network as they are let: four addresses or more that "
      "begin and end where a /30, a /29 and so on does." },
    { "allowed", REPORT_TEXT, report_own_allowed, 0,
      "Why `--allow` lets it pass; `-` when it does not." },
    { "fdr", REPORT_NUMBER, get_fdr, 0,
      "0 to 1, by `--decoys`: of what scores as high here (runs among runs, "
      "strips and campaigns together), the share that chance makes as well." },
};
/* clang-format on */

const struct report_kind report_kind_finding = {
    "Findings", "`export --format csv`, `findings --format csv|json|ndjson`",
    columns, COUNT_OF(columns)
};
