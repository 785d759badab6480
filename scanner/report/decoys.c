/* What chance scores, beside what was found: the table under the findings. */
#include <math.h>

#include "report/writers.h"

#define STEP 5 /* of the score, from one line to the next */

static const struct snow_calibration *of(const struct report_request *q)
{
    return &q->findings->calibration;
}

static void add_class(struct buf *to, const struct snow_calibration *c,
                      enum snow_score_class class, double score)
{
    double mean =
        (double)snow_tally_from(&c->decoys, class, score) / (double)c->n_decoys;
    double fdr = snow_calibration_fdr(c, class, score);

    buf_printf(to, " %9llu %10.3f",
               (unsigned long long)snow_tally_from(&c->observed, class, score),
               mean);
    if (isnan(fdr))
        buf_printf(to, " %7s", "-");
    else
        buf_printf(to, " %7.4f", fdr);
}

/* Does anything score so much, and less than a step more? */
static bool has_any(const struct snow_calibration *c, int from)
{
    for (int score = from; score < from + STEP && score < SNOW_SCORE_STEPS;
         score++)
        for (unsigned i = 0; i < SNOW_N_SCORE_CLASSES; i++)
            if (c->observed.at[i][score] > 0 || c->decoys.at[i][score] > 0)
                return true;
    return false;
}

static void add_lines(struct buf *to, const struct snow_calibration *c)
{
    buf_printf(to, "\n%-9s %28s %31s\nSCORE %13s %10s %7s %12s %10s %7s\n", "",
               "STRIPS AND CAMPAIGNS", "SINGLE RUNS", "observed", "by chance",
               "share", "observed", "by chance", "share");
    for (int score = SNOW_SCORE_STEPS - 1; score >= 0; score -= STEP) {
        if (!has_any(c, score))
            continue;
        buf_printf(to, "%3d and up", score);
        add_class(to, c, SNOW_TOGETHER, score);
        buf_add_text(to, "  ");
        add_class(to, c, SNOW_ALONE, score);
        buf_add_char(to, '\n');
    }
}

static void add_highest(struct buf *to, const struct snow_calibration *c,
                        enum snow_score_class class, const char *what)
{
    if (snow_tally_from(&c->decoys, class, 0) == 0)
        buf_printf(to, "%s was found", what);
    else
        buf_printf(to, "%s scored above %.1f", what,
                   ceil(c->decoys.highest[class] * 10) / 10);
}

static void add_threshold(struct buf *to, const struct snow_calibration *c)
{
    if (!(c->high_from > 0))
        return;
    if (c->high_from >= SNOW_SCORE_STEPS)
        buf_add_text(to, "No score keeps the share of chance that was asked "
                         "for: nothing is high.\n");
    else
        buf_printf(to,
                   "The high tier begins at %.0f, by the share of chance "
                   "that was asked for.\n",
                   c->high_from);
}

void report_decoys(struct buf *to, const struct report_request *q)
{
    const struct snow_calibration *c = of(q);

    if (c->n_decoys == 0)
        return;
    buf_printf(to,
               "\nWhat chance scores, by %llu shuffle%s of dates, registrars "
               "and the order of addresses:\n",
               (unsigned long long)c->n_decoys, c->n_decoys == 1 ? "" : "s");
    add_highest(to, c, SNOW_ALONE, "no run");
    buf_add_text(to, ", ");
    add_highest(to, c, SNOW_TOGETHER, "no strip or campaign");
    buf_add_text(to, ".\n");
    add_threshold(to, c);
    add_lines(to, c);
}
