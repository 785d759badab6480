/* What other scans saw where this one found runs: since when a domain stands
 * on its addresses, and what they carried else. Pure; memory grows with the
 * runs, not with the scans. */
#ifndef ANALYSIS_PAST_H
#define ANALYSIS_PAST_H

#include "analysis/core.h"

/** Different domains kept of the addresses of one run; one more is not told
 * from the last. */
#define PAST_DOMAINS_MAX 16

/** The past (and, of an older scan, the future) of one run. */
struct past_run {
    int64_t sighted_utc_s; /**< when its domain was seen on its addresses
                                first, by the scan's own idea of now; or
                                SNOW_TIME_UNKNOWN */
    bool is_known;         /**< another scan has answers about its addresses */
    unsigned n_domains;
    uint64_t domains[PAST_DOMAINS_MAX]; /**< hashes, of others than its own */
};

struct past {
    struct past_run *runs; /**< [runs of the analysis]; NULL: one scan only */
    int64_t now_utc_s;     /**< of the scan at hand */
    size_t from;           /**< runs before it end before the address at hand */
};

void analysis_past_fini(struct past *p); /**< zeroed is fine */

/**
 * After the second pass: begin with another scan of the same store.
 *
 * @param now_utc_s  what that scan measured "new" against
 * @return           0, SNOW_ENOMEM
 */
int analysis_past_begin(struct analysis *a, int64_t now_utc_s);

/** The first address at or after @p from of which that scan's outcome is
 * wanted; false when there is none. @p from only ascends. */
bool analysis_past_wants(struct analysis *a, struct snow_addr from,
                         struct snow_addr *out);

/** One outcome of that scan, in ascending order of the addresses; those that
 * are not wanted change nothing. */
void analysis_past_see(struct analysis *a, const struct analysis_seen *seen);

/** Before the findings: tell the ages of domains when they were first seen. */
void analysis_past_settle(struct analysis *a);

/** How many different domains the addresses of some runs carried over all
 * scans, those of the runs included; 0 when no other scan knows.
 * @return 0, SNOW_ENOMEM */
int analysis_past_domains(uint64_t *out, const struct analysis *a,
                          const uint32_t *runs, size_t n_runs);

#endif
