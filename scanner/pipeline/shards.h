/* Shards in the making: a set of addresses or a list of names, cut into parts
 * for workers. Pure but for shards_put(). */
#ifndef PIPELINE_SHARDS_H
#define PIPELINE_SHARDS_H

#include "base/text.h"
#include "snowline/fleet.h"
#include "snowline/ranges.h"

/** Blocks of one shard: a 64th of them all, within these bounds. */
#define SHARDS_SWEEP_LEAST 4
#define SHARDS_SWEEP_MOST 4096 /* 1 M addresses */
#define SHARDS_PROBE_LEAST 1
#define SHARDS_PROBE_MOST 64

/** Zeroed memory is an empty list. */
struct shards {
    struct snow_shard *at; /**< [n]; their payloads are set by shards_put() */
    size_t n, cap;
    struct buf text; /**< all payloads */
    bool is_retry;   /**< of those that are added from here on */
};

/** Add one without a payload. @return 0, SNOW_ENOMEM */
int shards_add(struct shards *l, enum snow_shard_kind kind,
               enum snow_shard_kind after);

/** Add one that holds a whole set. */
int shards_add_set(struct shards *l, enum snow_shard_kind kind,
                   enum snow_shard_kind after, const struct snow_ranges *set);

/**
 * Cut the IPv4 addresses of a set: whole blocks, so that no two shards share
 * one; neighbouring ones together, cut at multiples of the size.
 *
 * @param least, most  blocks of a shard; the last of a cut may hold fewer, any
 *                     up to twice as many
 */
int shards_cut(struct shards *l, enum snow_shard_kind kind,
               const struct snow_ranges *set, uint64_t least, uint64_t most);

/** Cut a list of names. @param most  names of a shard */
int shards_cut_names(struct shards *l, enum snow_shard_kind kind,
                     const char *const *names, size_t n, size_t most);

/** Put them into a store; between _begin() and _commit().
 * @return as snow_store_put() */
int shards_put(struct shards *l, struct snow_store *s, int64_t scan,
               struct snow_error *err);

void shards_fini(struct shards *l);

/** The next name of a payload of names, which ends with a NUL; NULL after the
 * last. @param at  0 at first */
const char *shards_next_name(const char *what, size_t len, size_t *at);

#endif
