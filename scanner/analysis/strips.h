/* Strips: domains lying side by side. Pure. */
#ifndef ANALYSIS_STRIPS_H
#define ANALYSIS_STRIPS_H

#include "analysis/runs.h"

#define STRIP_GAP_MAX 2     /**< addresses between two segments, at most */
#define STRIP_DOMAINS_MIN 3 /**< fewer domains make no strip */

/** Runs [from, from + n) of the sorted list, of three domains at least. */
struct strip {
    size_t from, n;
};

/**
 * Find the strips among sorted runs.
 *
 * @param is_apart  [n_runs] runs that end a strip and belong to none: what is
 *                  known to be old, or a large sender's, is nobody's ally
 * @return          0, SNOW_ENOMEM
 * @owner           the caller, with free()
 */
int analysis_strips_find(struct strip **out, size_t *n, const struct run *runs,
                         size_t n_runs, const bool *is_apart);

/** A stretch of named addresses, those of single-address domains included:
 * worth a greeting, no finding. */
struct tile {
    struct snow_addr first, last;
    uint64_t n_named;
};

/** Tiles while they are found. Zeroed but for max is ready. */
struct tiles {
    uint64_t max; /**< addresses that may be chosen in all */
    struct tile *all;
    size_t n, cap;
    struct tile now;
    uint32_t domains[STRIP_DOMAINS_MIN];
    unsigned n_domains;
};

/** Fold in the next verdict, in address order. Memory is bounded by max.
 * @return 0, SNOW_ENOMEM */
int analysis_tiles_add(struct tiles *t, const struct verdict *v);

/**
 * Choose the densest (then longest, then lowest) up to max addresses; the last
 * one may be cut short. They are left in all[0 … n), in that order.
 *
 * @return 0, SNOW_ENOMEM
 */
int analysis_tiles_finish(struct tiles *t);
void analysis_tiles_fini(struct tiles *t); /**< zeroed is fine */

#endif
