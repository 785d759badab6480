/* The open blocks of a sweep: outcomes on their way into the store. */
#ifndef PIPELINE_BLOCKS_H
#define PIPELINE_BLOCKS_H

#include "pipeline/cuts.h"
#include "pipeline/run.h"
#include "snowline/targets.h"

/** The block that one lane has open. */
struct open_block {
    struct snow_block block;
    uint64_t fresh[4]; /**< answered since the last tick */
    bool is_open;
    bool is_complete; /**< waits until the sink has room for it */
};

struct blocks {
    struct run *run;
    struct snow_targets *walk;
    struct cuts *cuts; /**< told of what an earlier run has found */
    const struct snow_ranges *targets; /**< what the scan covers */
    int64_t scan;
    struct snow_lease lease; /**< of a shared store; zeroed: none */
    bool is_retry; /**< closed blocks are asked again: answers go over them */
    struct open_block *at; /**< [n], one a lane */
    unsigned n;
    struct snow_block *partial; /**< half done by an earlier run, in order */
    size_t n_partial;
    unsigned n_complete;
    unsigned tick_at;  /**< lanes before this have been kept; n: all */
    size_t text_bytes; /**< held for names of open blocks */
    bool is_narrow;
    struct snow_block scratch;
    uint64_t by_status[16]; /**< of the whole scan */
};

/**
 * Take up what an earlier run left: finished blocks are left out of the walk,
 * half-done ones go on where they stopped.
 *
 * @param b  zeroed but for run, cuts, targets, scan, lease, is_retry
 * @return   0, SNOW_ENOMEM, SNOW_ESTORE
 */
int blocks_init(struct blocks *b, struct snow_targets *walk, unsigned lanes,
                struct snow_store *s, struct snow_error *err);
void blocks_fini(struct blocks *b); /**< zeroed is fine */

/** Keep one outcome; tells the walk that its question is answered. */
int blocks_answer(struct blocks *b, const struct snow_step *step,
                  unsigned status, const char *names, unsigned n_names);

/** Keep a /24 that is proven empty; the address @p checked of it was asked and
 * does not exist (-1: none was). */
int blocks_prune(struct blocks *b, struct snow_addr block, int checked);

/** Hand what is new of open blocks to the sink: as much as it has room for,
 * blocks_go_on() continues when it has drained; or, at the end, all. */
int blocks_tick(struct blocks *b, bool is_last);
int blocks_go_on(struct blocks *b);

#endif
