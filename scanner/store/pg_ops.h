/* The operations of struct store_backend for PostgreSQL, by their files. */
#ifndef STORE_PG_OPS_H
#define STORE_PG_OPS_H

#include "store/pg.h"

/** The tables, and the statements that make them. */
#define PG_SCHEMA_VERSION 1
extern const char pg_schema_sql[];

extern const struct store_sharing pg_sharing; /* pg_fleet.c */

/* --- pg_shard.c: as in struct store_sharing --- */

int pg_add_shards(struct snow_store *base, const struct snow_shard *shards,
                  size_t n, struct snow_error *err);
int pg_retry_shards(struct snow_store *base, int64_t scan, unsigned n_kinds,
                    struct snow_error *err);
int pg_lease(struct snow_store *base, const struct snow_worker *w,
             unsigned lease_s, uint32_t kinds, struct snow_shard *out,
             struct snow_error *err);
int pg_give_back(struct snow_store *base, const struct snow_lease *l,
                 struct snow_error *err);
int pg_fence(struct snow_store *base, const struct snow_lease *leases, size_t n,
             unsigned lease_s, bool *is_held, struct snow_error *err);
int pg_count_shards(struct snow_store *base, int64_t scan,
                    struct snow_shard_count *out, struct snow_error *err);
int pg_each_leased(struct snow_store *base, int64_t scan, snow_leased_fn fn,
                   void *arg, struct snow_error *err);

/** In the transaction in which it was fenced; nothing happens when the lease is
 * lost. */
int pg_finish_shard(struct pg_store *s, const struct snow_lease *l,
                    struct snow_error *err);

#endif
