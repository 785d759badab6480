/* What comes after the sweep, cut into shards by one worker for all. Pure
 * questions asked of the store, and one transaction. */
#ifndef PIPELINE_CHOOSE_H
#define PIPELINE_CHOOSE_H

#include "pipeline/plan.h"
#include "snowline/fleet.h"

/** The scan, constant while it is chosen for. */
struct choose {
    const struct snow_config *cfg;
    const struct plan *plan;
    const struct snow_scan *scan;
    unsigned lease_s;
};

/** Is there anything to do after the sweep? */
bool choose_is_due(const struct snow_config *cfg);

/**
 * Choose the candidates, and put shards for whom to greet and what to look up
 * in the place of @p shard, whose lease is checked.
 *
 * @return 0, also when the lease is lost; as reading and writing a store
 */
int choose_candidates(const struct choose *c, const struct snow_shard *shard,
                      struct snow_store *s, struct snow_error *err);

/** Choose which names to follow: reverse names of candidates, hosts that
 * greetings name. @return as choose_candidates() */
int choose_names(const struct choose *c, const struct snow_shard *shard,
                 struct snow_store *s, struct snow_error *err);

/** All is done: say so of the scan. @return as choose_candidates() */
int choose_end(const struct choose *c, const struct snow_shard *shard,
               struct snow_store *s, struct snow_error *err);

#endif
