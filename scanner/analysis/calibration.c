#include <math.h>

#include "snowline/findings.h"

static size_t step_of(double score)
{
    double step = fmin(fmax(score, 0), SNOW_SCORE_STEPS - 1);

    return (size_t)step;
}

enum snow_score_class snow_score_class(enum snow_finding_kind kind)
{
    return kind == SNOW_RUN ? SNOW_ALONE : SNOW_TOGETHER;
}

void snow_tally_add(struct snow_tally *t, enum snow_finding_kind kind,
                    double score)
{
    enum snow_score_class class_ = snow_score_class(kind);

    t->at[class_][step_of(score)]++;
    if (score > t->highest[class_])
        t->highest[class_] = score;
}

uint64_t snow_tally_from(const struct snow_tally *t,
                         enum snow_score_class class_, double score)
{
    uint64_t n = 0;

    for (size_t i = step_of(score); i < SNOW_SCORE_STEPS; i++)
        n += t->at[class_][i];
    return n;
}

double snow_calibration_fdr(const struct snow_calibration *c,
                            enum snow_score_class class_, double score)
{
    uint64_t observed = snow_tally_from(&c->observed, class_, score);
    uint64_t decoys = snow_tally_from(&c->decoys, class_, score);

    if (c->n_decoys == 0 || observed == 0)
        return (double)NAN;
    return fmin(1, (double)decoys / (double)c->n_decoys / (double)observed);
}

double snow_calibration_threshold(const struct snow_calibration *c, double fdr,
                                  double least)
{
    size_t from = SNOW_SCORE_STEPS, lowest = step_of(ceil(least));

    while (from > lowest) {
        double next = snow_calibration_fdr(c, SNOW_TOGETHER, (double)from - 1);

        if (next > fdr)
            break;
        from--;
    }
    return snow_tally_from(&c->observed, SNOW_TOGETHER, (double)from) > 0
               ? (double)from
               : SNOW_SCORE_STEPS;
}
