/* Where all names of a scan lead, in little memory: is an address confirmed by
 * its name? Pure. */
#ifndef ANALYSIS_FORWARDS_H
#define ANALYSIS_FORWARDS_H

#include "analysis/forward.h"
#include "base/map.h"

/** Zeroed memory knows of no name. */
struct forwards {
    struct map by_hash; /**< hash of a name to 1 + its place in kept */
    struct buf kept;    /**< statuses, count, addresses; behind one another */
};

/** Add what came of the questions about a name. @return 0, SNOW_ENOMEM */
int analysis_forwards_add(struct forwards *f, const char *name,
                          const struct analysis_forward *answer);

/** What is known of the name with that map_hash(); false when it was not asked.
 */
bool analysis_forwards_get(const struct forwards *f, uint64_t hash,
                           struct analysis_forward *out);

void analysis_forwards_fini(struct forwards *f); /**< zeroed is fine */

#endif
