/* A leased shard as a part of the sweep: its walk and its open blocks. */
#ifndef PIPELINE_SWEPT_H
#define PIPELINE_SWEPT_H

#include "pipeline/blocks.h"
#include "pipeline/sweep.h"
#include "snowline/fleet.h"

struct slot;

/** A part of the sweep with its open blocks. */
struct swept {
    struct sweep_part part; /**< the first member */
    struct blocks blocks;
    struct snow_ranges *targets, *ipv4;
    struct slot *slot; /**< NULL: lost */
};

struct swept_setup {
    struct run *run;
    const struct plan *plan;
    const struct snow_scan *scan;
    const struct snow_shard *shard;
    const char *what; /**< its payload, with a NUL */
};

/** Make a part and read what the store has of it; on any thread.
 * @return 0, SNOW_ENOMEM, as reading a store
 * @owner  the caller, with swept_free(), after a failure, too */
int swept_open(struct swept **out, const struct swept_setup *setup,
               struct snow_store *s, struct snow_error *err);
void swept_free(struct swept *w); /**< NULL is fine */

/* The sweep's hooks; their argument is the struct swept. */
int swept_answer(void *arg, const struct snow_step *step,
                 const struct dns_answer *a);
int swept_pruned(void *arg, struct snow_addr block, int checked);
int swept_keep(void *arg, enum sweep_keep when);

#endif
