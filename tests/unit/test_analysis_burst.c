/* The statistic against exact values and against simulations. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/burst.h"
#include "base/text.h"

#define DAY_S 86400

/* P that all n uniforms fall in some window of w: n w^(n-1) - (n-1) w^n. */
static const struct {
    const char *why;
    unsigned n;
    double days, of, p, within;
} all[] = {
    { "three in a day of a year", 3, 1, 365, 2.2e-5, .05 },
    { "five in a day", 5, 1, 365, 2.8e-10, .05 },
    { "four in a week", 4, 7, 365, 2.8e-5, .05 },
    { "eight in a week", 8, 7, 365, 7.5e-12, .05 },
    { "eight in 150 days", 8, 150, 365, .010, .05 },
    { "ten in 150 days", 10, 150, 365, .0021, .05 },
    { "three in 150 days say nothing", 3, 150, 365, .37, .05 },
};

/* P that some window holds at least k of n, from 200,000 draws each. */
static const struct {
    const char *why;
    unsigned k, n;
    double w, simulated;
} scans[] = {
    { "three of ten in three days of a year", 3, 10, 3 / 365., 2.26e-2 },
    { "four of ten in a week", 4, 10, 7 / 365., 5.19e-3 },
    { "five of ten in a week", 5, 10, 7 / 365., 1.60e-4 },
    { "eight of twenty in a month", 8, 20, 30 / 365., 7.58e-3 },
};

static const struct {
    const char *why;
    unsigned k, n;
    double p, tail;
} tails[] = {
    { "three at a large registrar", 3, 3, .3, 2.7e-2 },
    { "eight at a large registrar", 8, 8, .3, 6.6e-5 },
    { "three at one of a tenth", 3, 3, .1, 1e-3 },
    { "five at one of a tenth", 5, 5, .1, 1e-5 },
    { "three at a tiny one", 3, 3, .005, 1.3e-7 },
    { "none of three is sure", 0, 3, .3, 1 },
};

static void check(const char *why, double got, double want, double within)
{
    if (!(fabs(got - want) <= within * want))
        fail_msg("%s: %g, not %g", why, got, want);
}

static void probabilities_are_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        check(all[i].why,
              exp(analysis_burst_all_ln(all[i].n, all[i].days / all[i].of)),
              all[i].p, all[i].within);
    for (size_t i = 0; i < COUNT_OF(scans); i++)
        check(scans[i].why,
              exp(analysis_burst_scan_ln(scans[i].k, scans[i].n, scans[i].w)),
              scans[i].simulated, .1);
    for (size_t i = 0; i < COUNT_OF(tails); i++)
        check(
            tails[i].why,
            exp(analysis_binomial_tail_ln(tails[i].k, tails[i].n, tails[i].p)),
            tails[i].tail, .05);
}

static void the_background_is_the_measure(void **state)
{
    int64_t created[400];
    struct burst_background b = { .created_utc_s = created,
                                  .n = COUNT_OF(created) };

    (void)state;
    for (int i = 0; i < 400; i++)
        created[i] = (i - 400) * (int64_t)DAY_S; /* one a day until now */
    check("oldest", 1 - analysis_burst_position(&b, -401 * (int64_t)DAY_S), 1,
          .01);
    check("middle", analysis_burst_position(&b, -200 * (int64_t)DAY_S), .5,
          .02);
    check("newest", analysis_burst_position(&b, -1), 1, .01);
}

/* Leaving dates out is as good as a background without them. */
static void the_tested_are_left_out(void **state)
{
    int64_t created[1000], without[1000], left_out[1000];
    struct burst_background whole = { created, COUNT_OF(created), 0, left_out,
                                      0 };
    struct burst_background rest = { .created_utc_s = without };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(created); i++) {
        /* equal dates, and whole stretches of them left out */
        created[i] = ((int64_t)(i / 3) - 334) * DAY_S;
        if (i % 7 == 0 || i < 40 || i > 970 || (i > 500 && i < 560))
            left_out[whole.n_left_out++] = created[i];
        else
            without[rest.n++] = created[i];
    }
    assert_int_equal(analysis_burst_background_n(&whole), rest.n);
    for (int64_t day = -340; day < 2; day++)
        for (int64_t part = -1; part < 2; part++) {
            int64_t at = day * DAY_S + part * DAY_S / 3;

            if (analysis_burst_position(&whole, at) !=
                analysis_burst_position(&rest, at))
                fail_msg("day %d: differs", (int)day);
        }
}

static void a_burst_is_told_from_scatter(void **state)
{
    const double burst[] = { .10, .501, .502, .503, .504, .505, .506, .93 };
    const double even[] = { .05, .17, .30, .42, .55, .67, .80, .92 };
    struct burst_result r;

    (void)state;
    analysis_burst_test(&r, burst, COUNT_OF(burst));
    assert_true(r.p < BURST_P_MAX);
    assert_int_equal(r.from, 1);
    assert_int_equal(r.n, 6);
    analysis_burst_test(&r, even, COUNT_OF(even));
    assert_true(r.p > .05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probabilities_are_right),
        cmocka_unit_test(the_background_is_the_measure),
        cmocka_unit_test(the_tested_are_left_out),
        cmocka_unit_test(a_burst_is_told_from_scatter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
