/* The operations of struct store_backend for PostgreSQL, by their files. */
#ifndef STORE_PG_OPS_H
#define STORE_PG_OPS_H

#include "store/pg.h"

/** The tables, and the statements that make them. */
#define PG_SCHEMA_VERSION 1
extern const char pg_schema_sql[];

extern const struct store_sharing pg_sharing; /* pg_fleet.c */

#define SECONDS " * interval '1 second'" /**< behind a number */

/* --- of struct store_backend --- */

#define PG_SCAN_COLUMNS "id, targets, settings, seed, created, now, finished"
void pg_read_scan(struct snow_scan *out, const PGresult *r, int row);

int pg_add_scan(struct snow_store *base, const struct snow_scan *scan,
                int64_t *id, struct snow_error *err);
int pg_get_scan(struct snow_store *base, int64_t id, struct snow_scan *out,
                struct snow_error *err);
int pg_update_scan(struct snow_store *base, const struct snow_scan *scan,
                   struct snow_error *err);
int pg_finish_scan(struct snow_store *base, int64_t id, int64_t utc_s,
                   struct snow_error *err);
int pg_forget_scan(struct snow_store *base, int64_t id,
                   struct snow_forgotten *out, struct snow_error *err);
int pg_compact(struct snow_store *base, bool is_due, uint64_t *freed,
               struct snow_error *err);
int pg_begin(struct snow_store *base, struct snow_error *err);
int pg_put(struct snow_store *base, const struct snow_record *r,
           struct snow_error *err);
int pg_commit(struct snow_store *base, struct snow_error *err);
void pg_rollback(struct snow_store *base);
void pg_batch_free(struct pg_batch *b); /**< NULL is fine */
int pg_each_scan(struct snow_store *base, snow_scan_fn fn, void *arg,
                 struct snow_error *err);
int pg_blocks_open(struct snow_blocks **out, struct snow_store *base,
                   int64_t scan, struct snow_error *err);
int pg_blocks_next(struct snow_blocks *c, struct snow_addr from,
                   const struct snow_block **block, bool *is_closed,
                   struct snow_error *err);
void pg_blocks_close(struct snow_blocks *c);
int pg_count_blocks(struct snow_store *base, int64_t scan, uint64_t *n,
                    struct snow_error *err);
int pg_each_probe(struct snow_store *base, int64_t scan, snow_probe_fn fn,
                  void *arg, struct snow_error *err);
int pg_each_evidence(struct snow_store *base, int64_t scan, const char *kind,
                     snow_evidence_fn fn, void *arg, struct snow_error *err);
int pg_names_open(struct snow_names **out, struct snow_store *base,
                  int64_t scan, struct snow_error *err);
int pg_names_next(struct snow_names *c, const struct snow_name **name,
                  struct snow_error *err);
void pg_names_close(struct snow_names *c);
int pg_each_node(struct snow_store *base, int64_t scan, snow_node_fn fn,
                 void *arg, struct snow_error *err);
int pg_get_walk(struct snow_store *base, int64_t scan, struct snow_walk *out,
                struct snow_error *err);
int pg_each_complaint(struct snow_store *base, snow_complaint_fn fn, void *arg,
                      struct snow_error *err);

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
