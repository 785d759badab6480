/* Scores beside those of decoys. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "base/text.h"
#include "snowline/findings.h"

/* Two observed and two of ten decoys' at some score, and so on. */
static const struct {
    const char *why;
    double observed[4];
    double decoys[4]; /* 0: no more */
    uint64_t n_decoys;
    double at, fdr; /* below 0: not told */
} cases[] = {
    { "no decoys were made", { 60 }, { 0 }, 0, 50, -1 },
    { "nothing was observed there", { 40 }, { 60 }, 10, 50, -1 },
    { "chance never scores so much", { 80, 60 }, { 40, 30 }, 10, 50, 0 },
    { "one decoy in ten does", { 80, 60 }, { 55, 30 }, 10, 50, .05 },
    { "the score itself counts", { 60 }, { 60 }, 10, 60, .1 },
    { "so does a fraction above it", { 60.7 }, { 60.2 }, 10, 60.7, .1 },
    { "a share is at most one", { 60 }, { 61, 62, 63, 64 }, 2, 60, 1 },
    { "scores past both ends", { 100 }, { 100 }, 4, 100, .25 },
};

static void fill(struct snow_tally *t, const double scores[4])
{
    for (unsigned i = 0; i < 4 && scores[i] > 0; i++)
        snow_tally_add(t, SNOW_CAMPAIGN, scores[i]);
}

static void shares_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_calibration c = { .n_decoys = cases[i].n_decoys };
        double fdr;

        fill(&c.observed, cases[i].observed);
        fill(&c.decoys, cases[i].decoys);
        fdr = snow_calibration_fdr(&c, SNOW_TOGETHER, cases[i].at);
        if (cases[i].fdr < 0 ? !isnan(fdr) : !(fabs(fdr - cases[i].fdr) < 1e-9))
            fail_msg("%s: %g", cases[i].why, fdr);
        if (!isnan(snow_calibration_fdr(&c, SNOW_ALONE, 0)))
            fail_msg("%s: runs were counted as well", cases[i].why);
    }
}

static const struct {
    const char *why;
    double observed[4], decoys[4];
    double fdr, from;
} thresholds[] = {
    { "all of it keeps to the share", { 90, 60 }, { 40 }, .01, 50 },
    { "from above the best decoy", { 90, 60 }, { 70 }, .01, 71 },
    { "one decoy in ten is little enough", { 90, 60 }, { 70 }, .1, 50 },
    { "none does", { 60 }, { 99 }, .01, 101 },
    { "the best score of all is by chance", { 100 }, { 100 }, .01, 101 },
    { "too much of it between", { 90, 60, 60, 60 }, { 70, 69 }, .1, 70 },
};

static void the_threshold_follows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(thresholds); i++) {
        struct snow_calibration c = { .n_decoys = 10 };
        double from;

        fill(&c.observed, thresholds[i].observed);
        fill(&c.decoys, thresholds[i].decoys);
        from = snow_calibration_threshold(&c, thresholds[i].fdr, 50);
        if (!(fabs(from - thresholds[i].from) < 1e-9))
            fail_msg("%s: from %g", thresholds[i].why, from);
    }
}

static void the_highest_is_kept(void **state)
{
    struct snow_tally t = { 0 };

    (void)state;
    snow_tally_add(&t, SNOW_RUN, 41.3);
    snow_tally_add(&t, SNOW_RUN, 7);
    snow_tally_add(&t, SNOW_STRIP, 50.5);
    assert_true(fabs(t.highest[SNOW_ALONE] - 41.3) < 1e-9);
    assert_true(fabs(t.highest[SNOW_TOGETHER] - 50.5) < 1e-9);
    assert_int_equal(snow_tally_from(&t, SNOW_ALONE, 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_told),
        cmocka_unit_test(the_threshold_follows),
        cmocka_unit_test(the_highest_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
