#include "report_fixture.h"

#include <math.h>

#include "base/text.h"

/* What differs between the findings; the rest is set below. */
/* clang-format off */
static const struct {
    const char *id, *parent_id;
    enum snow_finding_kind kind;
    enum snow_tier tier;
    double cap; /* of the score; 0: none */
    const char *ranges[4][2];
    const char *domains[6];
    int apex_first;
    const char *registrar;
    uint32_t iana_id;
    const char *created[2];
    uint64_t probed, open;
    const char *caveats;
} rows[FIXTURE_N] = {
    { "campaign-01", "", SNOW_CAMPAIGN, SNOW_TIER_HIGH, 0,
      { { "192.0.2.16", "192.0.2.19" }, { "192.0.2.20", "192.0.2.25" },
        { "198.51.100.4", "198.51.100.7" } },
      { "bridgewdable.example", "commercieopard.example",
        "highplaounge.example" }, 0,
      "Example Registrar, Inc.", 64500,
      { "2017-09-12T08:15:42Z", "2018-01-05T21:00:00Z" }, 14, 12, "" },
    { "strip-01", "", SNOW_STRIP, SNOW_TIER_REVIEW, 0,
      { { "203.0.113.0", "203.0.113.7" } },
      { "one.example", "two.example" }, -1, "", 0, { "", "" }, 0, 0,
      "registration unknown" },
    { "run-01", "campaign-01", SNOW_RUN, SNOW_TIER_REVIEW, 0,
      { { "192.0.2.16", "192.0.2.19" } }, { "commercieopard.example" }, 1,
      "Example Registrar, Inc.", 64500,
      { "2017-11-03T08:15:42Z", "2017-11-03T08:15:42Z" }, 4, 4, "" },
    { "run-hostile", "", SNOW_RUN, SNOW_TIER_REVIEW, 40.0,
      { { "192.0.2.65", "192.0.2.66" } },
      { "=cmd|' /C calc'!A0.example", "a,\"b\"\r\nc.example",
        "na\xc3\xafve.example", "r\x1b[31med.example",
        "\xff\xc3(\xe2\x80\xae.example" }, -1,
      "@SUM(1+1)*cmd,\"x\"\x1b]0;owned\x07\t\n", 0,
      { "2018-01-01T00:00:00Z", "2018-01-01T23:59:59Z" }, 2, 0,
      "+caveat, with a comma;\x9b\"quoted\"" },
    { "run-02", "campaign-01", SNOW_RUN, SNOW_TIER_CONTEXT, 0,
      { { "192.0.2.20", "192.0.2.25" } }, { "bridgewdable.example" }, 0,
      "Example Registrar, Inc.", 64500,
      { "2017-09-12T08:15:42Z", "2017-09-12T08:15:42Z" }, 6, 4, "" },
    { "run-03", "campaign-01", SNOW_RUN, SNOW_TIER_CONTEXT, 0,
      { { "198.51.100.4", "198.51.100.7" } }, { "highplaounge.example" }, 1,
      "Example Registrar, Inc.", 64500,
      { "2018-01-05T21:00:00Z", "2018-01-05T21:00:00Z" }, 4, 4, "" },
    { "run-04", "strip-01", SNOW_RUN, SNOW_TIER_CONTEXT, 0,
      { { "203.0.113.0", "203.0.113.3" } }, { "one.example" }, 1, "", 0,
      { "", "" }, 0, 0, "" },
    { "run-05", "", SNOW_RUN, SNOW_TIER_CONTEXT, 20.0,
      { { "203.0.113.128", "203.0.113.129" } }, { "old.example" }, 0, "", 0,
      { "", "" }, 0, 0, "" },
    { "run-06", "", SNOW_RUN, SNOW_TIER_CONTEXT, 12.0,
      { { "2001:db8::1", "2001:db8::4" } }, { "six.example" }, 0, "", 0,
      { "", "" }, 0, 0, "" },
};
/* clang-format on */

static int64_t time_of(const char *text)
{
    int64_t utc_s = SNOW_TIME_UNKNOWN;

    if (*text)
        text_parse_time(&utc_s, NULL, text);
    return utc_s;
}

static void set_lists(struct fixture *f, size_t i)
{
    struct snow_finding *to = &f->all[i];

    to->ranges = f->ranges[i];
    to->domains = f->domains[i];
    for (; to->n_ranges < 4 && rows[i].ranges[to->n_ranges][0];
         to->n_ranges++) {
        struct snow_range *r = &f->ranges[i][to->n_ranges];

        snow_addr_parse(&r->first, rows[i].ranges[to->n_ranges][0]);
        snow_addr_parse(&r->last, rows[i].ranges[to->n_ranges][1]);
        to->ip_count += snow_addr_distance(r->first, r->last) + 1;
    }
    to->first = f->ranges[i][0].first;
    to->last = f->ranges[i][to->n_ranges - 1].last;
    for (; to->n_domains < 6 && rows[i].domains[to->n_domains]; to->n_domains++)
        f->domains[i][to->n_domains] = (char *)rows[i].domains[to->n_domains];
}

static void set_registration(struct snow_finding *to, size_t i)
{
    to->registrar = (char *)rows[i].registrar;
    to->registrar_iana_id = rows[i].iana_id;
    to->created_min_utc_s = time_of(rows[i].created[0]);
    to->created_max_utc_s = time_of(rows[i].created[1]);
    to->age_days_median = rows[i].created[0][0] ? 143.25 : NAN;
    to->burst_p = rows[i].kind == SNOW_CAMPAIGN ? 1.25e-7 : NAN;
}

/* Where nobody listens, nobody answers either. */
static void set_measures(struct snow_finding *to)
{
    to->fcrdns_asked = to->smtp_probed;
    to->fcrdns_total = to->smtp_open;
    to->fcrdns_ok = to->smtp_open / 2;
    to->mail_asked = to->smtp_probed > 0 ? to->n_domains : 0;
    to->mx_known = to->spf_known = to->smtp_open > 0 ? to->n_domains : 0;
    to->mx_inside = to->mx_known / 2;
    to->spf_covers = to->spf_known;
}

/* clang-format off */
static const struct {
    enum snow_finding_kind least;
    enum snow_score_part part;
    struct snow_score score;
} parts[] = {
    { SNOW_RUN, SNOW_PART_MULTI_IP, { 0.67, 1, (char *)"4 addresses" } },
    { SNOW_RUN, SNOW_PART_CONSECUTIVE, { 1, 1, (char *)"no gap" } },
    { SNOW_RUN, SNOW_PART_APEX_FIRST, { 0, 1, (char *)"" } },
    { SNOW_CAMPAIGN, SNOW_PART_APEX_FIRST, { 1, 1, (char *)"in 3 of 3 runs" } },
    { SNOW_CAMPAIGN, SNOW_PART_MAIL, { 1, 0.45, (char *)"12 of 14 are open" } },
    { SNOW_CAMPAIGN, SNOW_PART_REGISTRAR,
      { 0.75, 1, (char *)"3 of 3 domains; 4% elsewhere" } },
    { SNOW_CAMPAIGN, SNOW_PART_NEW, { 1, 1, (char *)"median age 143 days" } },
    { SNOW_CAMPAIGN, SNOW_PART_BURST, { 1, 1, (char *)"p = 1.25e-07" } },
};
/* clang-format on */

static void set_parts(struct snow_finding *to, double cap)
{
    double points = 0, weights = 0;

    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++)
        to->parts[i].reason = (char *)"";
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (to->kind >= parts[i].least)
            to->parts[parts[i].part] = parts[i].score;
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        double weight = snow_score_part_weight(i) * to->parts[i].measured;

        points += weight * to->parts[i].value;
        weights += weight;
    }
    to->score = 100 * points / weights;
    to->coverage = weights / 100;
    if (cap > 0 && to->score > cap)
        to->score = cap;
    to->reasons = (char *)"multi_ip;consecutive";
}

void fixture_init(struct fixture *f)
{
    *f = (struct fixture){ 0 };
    f->findings.all = f->all;
    f->findings.n = FIXTURE_N;
    for (size_t i = 0; i < FIXTURE_N; i++) {
        struct snow_finding *to = &f->all[i];

        text_copy(to->id, sizeof to->id, rows[i].id);
        text_copy(to->parent_id, sizeof to->parent_id, rows[i].parent_id);
        to->caveats = (char *)rows[i].caveats;
        to->kind = rows[i].kind;
        to->tier = rows[i].tier;
        to->apex_first = rows[i].apex_first;
        to->smtp_probed = rows[i].probed;
        to->smtp_open = rows[i].open;
        set_lists(f, i);
        set_registration(to, i);
        set_measures(to);
        set_parts(to, rows[i].cap);
        to->named_count = to->ip_count;
        to->distinct_names = to->ip_count;
        if (to->smtp_open > 0)
            text_copy(to->banner_fingerprint, sizeof to->banner_fingerprint,
                      "0f1e2d3c4b5a6978");
        to->first_seen_utc_s = time_of("2018-05-20T11:02:33Z");
        to->last_seen_utc_s = time_of("2018-05-20T12:00:00Z");
    }
}
