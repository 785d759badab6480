/* What the score needs to know of a set of runs. Pure. */
#ifndef ANALYSIS_MEASURES_H
#define ANALYSIS_MEASURES_H

#include "analysis/core_internal.h"
#include "analysis/score.h"

/** What is the same for every finding of a scan. */
struct measures {
    struct analysis *a;
    double cohesion; /**< of names that have nothing to do with each other */
    double n_tests;  /**< sets whose dates are tested: all share the error */
};

/** Some runs of one analysis, and their domains. */
struct run_set {
    enum snow_finding_kind kind;
    const uint32_t *runs; /**< indices, ascending */
    size_t n_runs;
    uint32_t *domains; /**< sorted by name */
    size_t n_domains;
    double burst_floor; /**< the least p it may claim: that of the test which
                             brought it together */
};

/**
 * Measure a set.
 *
 * @param f   receives the registrar, the dates and the greeting
 * @return    0, SNOW_ENOMEM
 */
int analysis_measure(struct score_facts *out, struct snow_finding *f,
                     const struct measures *m, const struct run_set *set);

/** Does it begin and end where a network of its size would? */
bool analysis_run_is_aligned(const struct run *run);

/** Count the scores that the runs of @p a give, and nothing else. @p like has
 * measured the scan they were shuffled from. @return 0, SNOW_ENOMEM */
int analysis_findings_tally(struct snow_tally *out, struct analysis *a,
                            const struct measures *like);

/** Fill what is the same for all. */
void analysis_measures_init(struct measures *m, struct analysis *a);

#endif
