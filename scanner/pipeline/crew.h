/* The stages of one worker: each takes up shards while it runs, and says when
 * all of one is answered. */
#ifndef PIPELINE_CREW_H
#define PIPELINE_CREW_H

#include "base/map.h"
#include "pipeline/choose.h"
#include "pipeline/enquire.h"
#include "pipeline/forward.h"
#include "pipeline/greet.h"
#include "pipeline/hosts.h"
#include "pipeline/kinds.h"
#include "pipeline/netblock.h"
#include "pipeline/ownname.h"
#include "pipeline/sweep.h"

struct swept;

/** A shard that this worker has. Zeroed memory is a free one. */
struct slot {
    struct snow_shard shard; /**< its payload is the load's */
    char *what;              /**< what its stages borrow of the payload: the
                                  crew's, until it ends */
    struct swept *swept;     /**< its part of the sweep, or NULL */
    uint64_t open;           /**< of it, not answered */
    bool is_finished;        /**< its last record is put */
};

/** What is read of a shard before its stage can have it; made on the clerk's
 * thread. Zeroed memory is an empty one. */
struct load {
    struct snow_shard shard;
    char *what; /**< [shard.what_len + 1], owned */
    struct swept *swept;
    struct snow_ranges *set;
    struct map known[KINDS_MAX]; /**< names that are answered already, by kind
                                      of look-up; [0] alone for one kind */
};

/** Zeroed but for run, plan, scan, answered, arg, slots, n_slots and hosts'
 * members. */
struct crew {
    struct run *run;
    const struct plan *plan;
    const struct snow_scan *scan;
    /** All of a slot's shard is answered, and put into the sink. */
    void (*answered)(void *arg, struct slot *slot);
    void *arg;

    struct hosts hosts;
    struct reach reach;
    struct own_name *own_name;
    struct sweep sweep;
    struct greet greet;
    struct enquire enquire;
    struct kinds kinds;
    struct lookups forward;
    struct netblock netblock;
    struct slot *netblock_slot; /**< NULL: not begun, lost, or over */
    bool has_netblock;          /**< it has begun: once a worker */
    char **texts;               /**< [n_texts] payloads that are borrowed */
    size_t n_texts, cap_texts;
    struct slot *slots; /**< [n_slots], all of the worker's */
    size_t n_slots;
};

/** Put the stages that the settings want on the run. */
int crew_start(struct crew *c, struct snow_error *err);

/** Is there room for a shard of this kind just now? The kinds that are chosen
 * with are nobody's stage: always. */
bool crew_wants(const struct crew *c, enum snow_shard_kind kind);

/** Read what a stage needs of @p l->shard; on the clerk's thread. */
int crew_load(const struct crew *c, struct load *l, struct snow_store *s,
              struct snow_error *err);
void crew_unload(struct load *l); /**< what was not taken; zeroed is fine */

/** Hand a loaded shard to its stage; what it borrows of the load it keeps.
 * @return 0, SNOW_ENOMEM */
int crew_take(struct crew *c, struct load *l, struct slot *slot);

/** Others have the slot's shard: nothing of it is asked or put any more. */
void crew_drop(struct crew *c, struct slot *slot);

/** This worker may use such a part of the scan's rates. */
void crew_share(struct crew *c, double share);

void crew_tick(struct crew *c);
void crew_over(struct crew *c); /**< no more shards come */
void crew_end(struct crew *c);  /**< after the run; zeroed is fine */

#endif
