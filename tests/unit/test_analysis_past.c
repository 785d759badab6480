/* What other scans saw counts for the runs of this one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "../support/analysis_lab.h"
#include "analysis/past.h"
#include "base/text.h"

#define FIRST "203.0.113.16"

/* One thing that a scan of another day saw. */
struct sight {
    const char *scan, *addr, *name; /* NULL: NXDOMAIN */
    const char *seen;               /* NULL: as that scan's now */
    unsigned status;                /* 0: NAME or NXDOMAIN */
};

static void show(struct analysis *a, const struct sight *s)
{
    struct analysis_seen seen = { .status = s->status };
    struct snow_addr wanted;
    char names[64] = "";

    assert_int_equal(snow_addr_parse(&seen.addr, s->addr), 0);
    seen.seen_utc_s = lab_time(s->seen ? s->seen : s->scan);
    seen.names = names;
    if (s->name) {
        text_copy(names, sizeof names, s->name);
        seen.n_names = 1;
    }
    if (!s->status)
        seen.status = s->name ? SNOW_PTR_NAME : SNOW_PTR_NXDOMAIN;
    if (analysis_past_wants(a, seen.addr, &wanted) &&
        snow_addr_compare(wanted, seen.addr) == 0)
        analysis_past_see(a, &seen);
}

/* Four addresses of new.com, registered on 2018-01-01, scanned on 2018-12-01
 * with what other scans saw. */
static void look_back(struct snow_finding *out, const struct sight *s, size_t n)
{
    static const char *const names[] = { "new.com", "tlad.new.com",
                                         "ohris.new.com", "caruk.new.com" };
    struct snow_findings f;
    struct analysis *a;
    struct lab l;

    lab_init(&l, "2018-12-01");
    for (unsigned i = 0; i < 4; i++) {
        char addr[32];

        snprintf(addr, sizeof addr, "203.0.113.%u", 16 + i);
        lab_name(&l, addr, names[i]);
    }
    lab_register(&l, "new.com", lab_time("2018-01-01"), 9990);
    a = lab_analyse(&l);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(s[i].scan, s[i - 1].scan) != 0)
            assert_int_equal(analysis_past_begin(a, lab_time(s[i].scan)), 0);
        show(a, &s[i]);
    }
    assert_int_equal(analysis_findings(&f, a), 0);
    assert_int_equal(f.n, 1);
    *out = f.all[0];
    snow_findings_fini(&f);
    analysis_free(a);
    lab_fini(&l);
}

/* clang-format off */
static const struct {
    const char *why;
    struct sight seen[6];
    const char *first, *last;
    uint64_t domains;
    double age_for_new; /* days that NEW is measured by */
} cases[] = {
    { "one scan alone", { { 0 } }, "2018-12-01", "2018-12-01", 0, 334 },
    { "an earlier scan saw the domain",
      { { "2018-02-01", FIRST, "new.com", NULL, 0 } },
      "2018-02-01", "2018-12-01", 1, 31 },
    { "on another address of the run, under another name",
      { { "2018-02-01", "203.0.113.19", "Old.NEW.com.", NULL, 0 } },
      "2018-02-01", "2018-12-01", 1, 31 },
    { "beside the run is not on it",
      { { "2018-02-01", "203.0.113.20", "new.com", NULL, 0 } },
      "2018-12-01", "2018-12-01", 0, 334 },
    { "a later scan saw it, too",
      { { "2019-02-01", FIRST, "new.com", NULL, 0 } },
      "2018-12-01", "2019-02-01", 1, 334 },
    { "another domain stood there",
      { { "2018-02-01", FIRST, "x.past.com", NULL, 0 } },
      "2018-12-01", "2018-12-01", 2, 334 },
    { "several, each once; none for generic names and failures",
      { { "2018-01-15", FIRST, "a.past.com", NULL, 0 },
        { "2018-01-15", "203.0.113.17", "b.past.com", NULL, 0 },
        { "2018-02-01", FIRST, "c.other.net", NULL, 0 },
        { "2018-02-01", "203.0.113.17", "113-17.pool.big.net", NULL, 0 },
        { "2018-02-01", "203.0.113.18", "lost.com", NULL,
          SNOW_PTR_SERVFAIL } },
      "2018-12-01", "2018-12-01", 3, 334 },
    { "nothing stood there: known, and one domain over time",
      { { "2018-02-01", FIRST, NULL, NULL, 0 } },
      "2018-12-01", "2018-12-01", 1, 334 },
    { "no answer: not known",
      { { "2018-02-01", FIRST, NULL, NULL, SNOW_PTR_TIMEOUT } },
      "2018-12-01", "2018-12-01", 0, 334 },
    { "seen before it was registered: another one's domain then",
      { { "2017-06-01", FIRST, "new.com", NULL, 0 } },
      "2017-06-01", "2018-12-01", 1, 334 },
    { "imported later than it was seen",
      { { "2018-06-30", FIRST, "new.com", "2018-01-11", 0 } },
      "2018-01-11", "2018-12-01", 1, 10 },
    { "scanned on a pretended day",
      { { "2018-01-31", FIRST, "new.com", "2026-01-01", 0 } },
      "2018-12-01", "2026-01-01", 1, 30 },
};
/* clang-format on */

static void the_past_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_finding f;
        size_t n = 0;
        double expected = (540 - cases[i].age_for_new) / 360;

        while (n < COUNT_OF(cases[i].seen) && cases[i].seen[n].scan)
            n++;
        look_back(&f, cases[i].seen, n);
        if (f.first_seen_utc_s != lab_time(cases[i].first) ||
            f.last_seen_utc_s != lab_time(cases[i].last))
            fail_msg("%s: seen at other times", cases[i].why);
        if (f.domains_over_time != cases[i].domains)
            fail_msg("%s: %llu domains over time", cases[i].why,
                     (unsigned long long)f.domains_over_time);
        if (fabs(f.parts[SNOW_PART_NEW].value - fmin(1, expected)) > .003)
            fail_msg("%s: new is %.3f", cases[i].why,
                     f.parts[SNOW_PART_NEW].value);
        if (fabs(f.age_days_median - 334) > .01)
            fail_msg("%s: the age itself changed", cases[i].why);
    }
}

/* What stands for years is no throwaway, however young it was at first. */
static void what_stands_for_years_is_not_new(void **state)
{
    struct ages ages = { 0 };
    struct age age = { .created_utc_s = 0, .sighted_utc_s = 10 * 86400 };
    struct facts facts = { .n = 1 };
    uint32_t of[] = { 1 };
    static const struct {
        int64_t now_days;
        double days;
    } years[] = { { 10, 10 }, { 300, 10 }, { 550, 10 }, { 551, 551 } };

    (void)state;
    ages.facts = &facts;
    ages.all = &age;
    ages.of = of;
    ages.n = 1;
    for (size_t i = 0; i < COUNT_OF(years); i++) {
        ages.now_utc_s = years[i].now_days * 86400;
        assert_true(analysis_ages_days_new(&ages, 0) == years[i].days);
    }
    age.sighted_utc_s = SNOW_TIME_UNKNOWN;
    assert_true(analysis_ages_days_new(&ages, 0) == 551);
}

static void blocks_without_a_run_are_not_wanted(void **state)
{
    struct snow_addr at = { 0, 0 }, first;
    struct analysis *a;
    struct lab l;

    (void)state;
    lab_init(&l, "2018-12-01");
    lab_name(&l, "203.0.113.16", "new.com");
    lab_name(&l, "203.0.113.17", "tlad.new.com");
    a = lab_analyse(&l);
    assert_int_equal(analysis_past_begin(a, 0), 0);
    snow_addr_parse(&first, "203.0.113.16");
    assert_true(analysis_past_wants(a, at, &at));
    assert_int_equal(snow_addr_compare(at, first), 0);
    assert_false(analysis_past_wants(a, snow_addr_add(first, 2), &at));
    analysis_free(a);
    lab_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_counts),
        cmocka_unit_test(what_stands_for_years_is_not_new),
        cmocka_unit_test(blocks_without_a_run_are_not_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
