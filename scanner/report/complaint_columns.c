#include "report/columns.h"

#define TOLD(record) (((const struct report_told_row *)(record))->told)
#define TEXT(record)                                                           \
    (((const struct report_told_row *)(record))->all->text.data)

static void get_state(struct report_cell *to, const void *record, size_t at)
{
    const char *word = analysis_complaint_word(TOLD(record)->state);

    (void)at;
    report_cell_text(to, word, strlen(word));
}

/* at: where the offset of the text stands. */
static void get_text(struct report_cell *to, const void *record, size_t at)
{
    const char *text = TEXT(record);
    size_t offset;

    memcpy(&offset, (const char *)TOLD(record) + at, sizeof offset);
    report_cell_text(to, text + offset, strlen(text + offset));
}

static void get_domains(struct report_cell *to, const void *record, size_t at)
{
    const char *domain = TEXT(record) + TOLD(record)->domains;

    (void)at;
    report_cell_absent(to);
    for (uint32_t i = 0; i < TOLD(record)->n_domains; i++) {
        report_cell_element(to, domain, strlen(domain));
        domain += strlen(domain) + 1;
    }
}

static void get_count(struct report_cell *to, const void *record, size_t at)
{
    uint64_t count;

    memcpy(&count, (const char *)TOLD(record) + at, sizeof count);
    report_cell_count(to, count);
}

/* What a later scan says, where there is one. */
static void get_seen(struct report_cell *to, const void *record, size_t at)
{
    if (TOLD(record)->state != ANALYSIS_COMPLAINT_NOT_ASKED)
        get_count(to, record, at);
}

static void get_unanswered(struct report_cell *to, const void *record,
                           size_t at)
{
    (void)at;
    if (TOLD(record)->state != ANALYSIS_COMPLAINT_NOT_ASKED)
        report_cell_count(to, TOLD(record)->n - TOLD(record)->answered);
}

static void get_time(struct report_cell *to, const void *record, size_t at)
{
    int64_t utc_s;

    memcpy(&utc_s, (const char *)TOLD(record) + at, sizeof utc_s);
    report_cell_time(to, utc_s);
}

static void get_days(struct report_cell *to, const void *record, size_t at)
{
    const struct analysis_complaint *told = TOLD(record);

    (void)at;
    if (told->state != ANALYSIS_COMPLAINT_NOT_ASKED)
        report_cell_number(
            to, (double)(told->seen_utc_s - told->made_utc_s) / 86400, 1);
}

#define AT(member) offsetof(struct analysis_complaint, member)

/* clang-format off */
static const struct report_column columns[] = {
    { "state", REPORT_TEXT, get_state, 0,
      "What the newest finished scan says: `still` (every address that has "
      "answered carries its domain), `partly` (some do), and where all have "
      "answered and none does, `moved` (a domain stands on other addresses), "
      "`renamed` (other names are there) or `gone` (no name, or one that the "
      "provider has made). `unanswered`: too few answers for any of these. "
      "`not-asked`: no scan since, or none late enough." },
    { "days", REPORT_NUMBER, get_days, 0,
      "Days from the complaint to that scan." },
    { "finding_id", REPORT_TEXT, get_text, AT(finding_id),
      "What was complained of, as it was called then." },
    { "kind", REPORT_TEXT, get_text, AT(kind), "`run`, `strip` or "
      "`campaign`." },
    { "range", REPORT_TEXT, get_text, AT(range),
      "From the lowest to the highest address that was told to this contact." },
    { "domains", REPORT_LIST, get_domains, 0,
      "Registrable domains that they carried." },
    { "recipient", REPORT_TEXT, get_text, AT(recipient),
      "The contact it was written to." },
    { "made", REPORT_TIME, get_time, AT(made_utc_s),
      "When it was written; whether it was sent is not known." },
    { "message_id", REPORT_TEXT, get_text, AT(message_id),
      "Of the message, without angle brackets." },
    { "scan", REPORT_COUNT, get_count, AT(scan),
      "Number of the scan it was about, which may be forgotten since." },
    { "ip_count", REPORT_COUNT, get_count, AT(n), "Addresses told." },
    { "answered", REPORT_COUNT, get_seen, AT(answered),
      "Of these, addresses that the newest scan has an answer about." },
    { "same", REPORT_COUNT, get_seen, AT(same),
      "Of these, addresses that still carry the domain." },
    { "renamed", REPORT_COUNT, get_seen, AT(renamed),
      "Addresses that carry another name instead." },
    { "gone", REPORT_COUNT, get_seen, AT(gone),
      "Addresses without a name, or with one that the provider has made." },
    { "unanswered", REPORT_COUNT, get_unanswered, 0,
      "Addresses that the newest scan has no answer about." },
    { "elsewhere", REPORT_COUNT, get_seen, AT(elsewhere),
      "Other addresses of the newest scan that carry one of the domains and "
      "were not complained of for it." },
    { "new_scan", REPORT_COUNT, get_seen, AT(seen_scan),
      "Number of the newest scan." },
    { "seen", REPORT_TIME, get_time, AT(seen_utc_s),
      "What that scan measured `new` against." },
};
/* clang-format on */

const struct report_kind report_kind_complaint = {
    "Complaints", "`diff --complaints --format csv|ndjson`", columns,
    COUNT_OF(columns)
};
