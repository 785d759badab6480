#include "report/columns.h"

#define CHANGE(record) ((const struct snow_change *)(record))

/* Columns of the one scan or the other: at is OLDER or NEWER. */
enum { OLDER, NEWER };

static const struct snow_change_side *side(const void *record, size_t at)
{
    return at == OLDER ? &CHANGE(record)->older : &CHANGE(record)->newer;
}

static void add_text(struct report_cell *to, const char *text)
{
    report_cell_text(to, text, strlen(text));
}

static void get_subject(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, snow_change_subject_word(CHANGE(record)->subject));
}

static void get_change(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, snow_change_word(CHANGE(record)->kind));
}

static void get_addr(struct report_cell *to, const void *record, size_t at)
{
    report_cell_addr(to,
                     at == 0 ? CHANGE(record)->first : CHANGE(record)->last);
}

static void get_count(struct report_cell *to, const void *record, size_t at)
{
    uint64_t count;

    memcpy(&count, (const char *)record + at, sizeof count);
    report_cell_count(to, count);
}

/* How many changed is counted of runs and domains. */
static void get_changed(struct report_cell *to, const void *record, size_t at)
{
    enum snow_change_subject subject = CHANGE(record)->subject;

    if (subject == SNOW_CHANGE_OF_RUN || subject == SNOW_CHANGE_OF_DOMAIN)
        get_count(to, record, at);
}

static void get_names(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_change_side *s = side(record, at);
    const char *name = s->names;

    if (CHANGE(record)->subject != SNOW_CHANGE_OF_NAME)
        return;
    report_cell_absent(to);
    for (unsigned i = 0; i < s->n_names; i++) {
        report_cell_element(to, name, strlen(name));
        name += strlen(name) + 1;
    }
}

static void get_domains(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_change_side *s = side(record, at);

    if (CHANGE(record)->subject == SNOW_CHANGE_OF_NAME)
        return;
    report_cell_absent(to);
    for (size_t i = 0; i < s->n_domains; i++)
        report_cell_element(to, s->domains[i], strlen(s->domains[i]));
}

static void get_cidrs(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_change_side *s = side(record, at);

    if (CHANGE(record)->subject == SNOW_CHANGE_OF_NAME)
        return;
    report_cell_absent(to);
    report_cell_ranges(to, s->ranges, s->n_ranges);
}

static void get_kind(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = CHANGE(record)->newer.finding;

    (void)at;
    if (!f)
        f = CHANGE(record)->older.finding;
    if (f)
        add_text(to, snow_finding_kind_word(f->kind));
}

/* A finding's own; absent where the scan has none. */
static const struct snow_finding *finding(struct report_cell *to,
                                          const void *record, size_t at)
{
    const struct snow_finding *f = side(record, at)->finding;

    if (!f && CHANGE(record)->subject == SNOW_CHANGE_OF_FINDING)
        report_cell_absent(to);
    return f;
}

static void get_id(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding(to, record, at);

    if (f)
        add_text(to, f->id);
}

static void get_tier(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding(to, record, at);

    if (f)
        add_text(to, snow_tier_word(f->tier));
}

static void get_score(struct report_cell *to, const void *record, size_t at)
{
    const struct snow_finding *f = finding(to, record, at);

    if (f)
        report_cell_number(to, f->score, 1);
}

static void get_seen(struct report_cell *to, const void *record, size_t at)
{
    report_cell_time(to, side(record, at)->seen_utc_s);
}

static void get_days(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_number(to, CHANGE(record)->days, 1);
}

#define AT(member) offsetof(struct snow_change, member)

/* clang-format off */
static const struct report_column columns[] = {
    { "subject", REPORT_TEXT, get_subject, 0,
      "What the change is about: `name` (the reverse names of one address), "
      "`run` (neighbouring addresses), `domain` or `finding`." },
    { "change", REPORT_TEXT, get_change, 0,
      "Of a name: `appeared`, `changed`, `vanished`. Of a run: `moved-in` "
      "(four or more neighbours changed their registrable domain, or got one "
      "where they had none or a generic name), `gone` (no answered address "
      "carries its domain any more). Of a domain: `migrated` (left one run, "
      "stands in another). Of a finding: `new`, `persisting`, `gone`, "
      "`unanswered` (the newer scan has no answer about it)." },
    { "first_ip", REPORT_TEXT, get_addr, 0,
      "Lowest address: of what is there now, else of what was." },
    { "last_ip", REPORT_TEXT, get_addr, 1, "Highest address." },
    { "ip_count", REPORT_COUNT, get_count, AT(ip_count),
      "Addresses it covers." },
    { "answered", REPORT_COUNT, get_count, AT(answered),
      "Of these, addresses that both scans have an answer about; nothing is "
      "said of others." },
    { "changed_count", REPORT_COUNT, get_changed, AT(changed),
      "Of these, addresses whose registrable domain is another one now; of "
      "runs and domains." },
    { "old_names", REPORT_LIST, get_names, OLDER,
      "Reverse names in the older scan; `-` for none." },
    { "new_names", REPORT_LIST, get_names, NEWER,
      "Reverse names in the newer scan; `-` for none." },
    { "old_domains", REPORT_LIST, get_domains, OLDER,
      "Registrable domains in the older scan, sorted; `-` for none, or none "
      "but generic names." },
    { "new_domains", REPORT_LIST, get_domains, NEWER,
      "The same in the newer scan." },
    { "old_cidrs", REPORT_LIST, get_cidrs, OLDER,
      "Where it was; `-` for nowhere." },
    { "new_cidrs", REPORT_LIST, get_cidrs, NEWER,
      "Where it is; `-` for nowhere." },
    { "kind", REPORT_TEXT, get_kind, 0,
      "Of a finding: `run`, `strip` or `campaign`." },
    { "old_id", REPORT_TEXT, get_id, OLDER,
      "Its `finding_id` in the older scan; `-` when it has none there." },
    { "new_id", REPORT_TEXT, get_id, NEWER, "The same in the newer scan." },
    { "old_tier", REPORT_TEXT, get_tier, OLDER, "Its tier then." },
    { "new_tier", REPORT_TEXT, get_tier, NEWER, "Its tier now." },
    { "old_score", REPORT_NUMBER, get_score, OLDER, "Its score then." },
    { "new_score", REPORT_NUMBER, get_score, NEWER, "Its score now." },
    { "old_seen", REPORT_TIME, get_seen, OLDER,
      "When the older scan saw it: of a name the very observation, else what "
      "that scan measured `new` against." },
    { "new_seen", REPORT_TIME, get_seen, NEWER,
      "The same of the newer scan." },
    { "days", REPORT_NUMBER, get_days, 0,
      "Days from the older scan to the newer one." },
};
/* clang-format on */

const struct report_kind report_kind_change = { "Changes",
                                                "`diff --format csv|ndjson`",
                                                columns, COUNT_OF(columns) };
