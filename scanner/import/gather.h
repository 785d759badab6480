/* Puts what files say of addresses in order, however it comes: sorted in
 * memory, spilled to a file when there is more, merged at the end. */
#ifndef IMPORT_GATHER_H
#define IMPORT_GATHER_H

#include "import/format.h"
#include "snowline/block.h"

struct gather;

/** All that was said of one address. */
struct gather_addr {
    struct snow_addr addr;
    unsigned status;
    int64_t seen_utc_s; /**< the latest time that says so */
    unsigned n_names;
    const char *names; /**< sorted, single, each NUL-terminated */
};

#define GATHER_ITEMS (512u << 10) /**< takes 50 MiB at most */

/** @param items  that are kept in memory at once
 *  @return 0, SNOW_ENOMEM @owner the caller, with gather_free() */
int gather_new(struct gather **out, size_t items);
void gather_free(struct gather *g); /**< NULL is fine */

/** @return 0; SNOW_ENOMEM; SNOW_EFULL, SNOW_EIO of the spill file */
int gather_add(struct gather *g, const struct import_ptr *p,
               struct snow_error *err);

typedef int (*gather_fn)(void *arg, const struct gather_addr *a);

/**
 * Hand out every address once, in ascending order. A name counts for more than
 * its absence, and that for more than a failure, whichever came first; of more
 * than SNOW_BLOCK_NAMES_MAX names the first in order stay.
 *
 * @return 0; what @p fn returned; as gather_add()
 */
int gather_finish(struct gather *g, gather_fn fn, void *arg,
                  struct snow_error *err);

/* --- the spill file (spill.c) --- */

/** One thing said of one address. */
struct gather_item {
    struct snow_addr addr;
    uint32_t seen_utc_s;
    uint8_t status;
    uint16_t len;     /**< of the name */
    const char *name; /**< [len], no NUL needed */
};

struct spill;
struct spill_run;

int spill_new(struct spill **out, struct snow_error *err);
void spill_free(struct spill *s); /**< NULL is fine */

/** Write a run: items in ascending order, then its end. */
int spill_put(struct spill *s, const struct gather_item *item,
              struct snow_error *err);
int spill_end_run(struct spill *s, struct snow_error *err);

/** Go through all runs at once: the next item in ascending order.
 * @return 0, SNOW_ENOTFOUND behind the last, SNOW_EIO, SNOW_ENOMEM */
int spill_next(struct spill *s, struct gather_item *out,
               struct snow_error *err);

#endif
