/* Which runs are tied in pairs, found by what they share: no run is compared
 * with all others. Pure; memory is bounded by the number of runs. */
#ifndef ANALYSIS_PAIRS_H
#define ANALYSIS_PAIRS_H

#include "analysis/links.h"

/** A pair that is tied; a < b. */
struct pair {
    uint32_t a, b;
    float weight;
};

/** Ties that hold the same runs together as all of them would, whatever the
 * least weight that is asked of a tie. */
struct pairs {
    struct pair *all;
    size_t n, cap;
    size_t n_runs;
    uint32_t *parent; /**< [n_runs] room for leaving out what is not needed */
};

/** @return 0, SNOW_ENOMEM */
int analysis_pairs_list(struct pairs *p, const struct links *l);
void analysis_pairs_fini(struct pairs *p); /**< zeroed is fine */

/** The lowest run of a set, by its parents; shortens the way to it. */
uint32_t analysis_pairs_root(uint32_t *parent, uint32_t i);

#endif
