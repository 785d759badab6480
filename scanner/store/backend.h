/* One way to keep records. All members are required; all may block. */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include <stdatomic.h>

#include "snowline/fleet.h"

struct store_backend {
    const char *scheme; /**< the part of the URL before ':' */
    int (*open)(struct snow_store **out, const char *where,
                enum snow_store_mode mode, struct snow_error *err);
    void (*close)(struct snow_store *s); /**< half-open is fine */
    int64_t (*writer)(const struct snow_store *s);
    int (*add_scan)(struct snow_store *s, const struct snow_scan *scan,
                    int64_t *id, struct snow_error *err);
    int (*get_scan)(struct snow_store *s, int64_t id, struct snow_scan *out,
                    struct snow_error *err);
    int (*update_scan)(struct snow_store *s, const struct snow_scan *scan,
                       struct snow_error *err);
    int (*finish_scan)(struct snow_store *s, int64_t id, int64_t utc_s,
                       struct snow_error *err);
    int (*begin)(struct snow_store *s, struct snow_error *err);
    int (*put)(struct snow_store *s, const struct snow_record *r,
               struct snow_error *err);
    int (*commit)(struct snow_store *s, struct snow_error *err);
    void (*rollback)(struct snow_store *s);
    int (*each_scan)(struct snow_store *s, snow_scan_fn fn, void *arg,
                     struct snow_error *err);
    int (*blocks_open)(struct snow_blocks **out, struct snow_store *s,
                       int64_t scan, struct snow_error *err);
    int (*blocks_next)(struct snow_blocks *c, struct snow_addr from,
                       const struct snow_block **block, bool *is_closed,
                       struct snow_error *err);
    void (*blocks_close)(struct snow_blocks *c); /**< half-open is fine */
    /** How many there are; those that only have a tail need not count. */
    int (*count_blocks)(struct snow_store *s, int64_t scan, uint64_t *n,
                        struct snow_error *err);
    int (*each_probe)(struct snow_store *s, int64_t scan, snow_probe_fn fn,
                      void *arg, struct snow_error *err);
    int (*each_evidence)(struct snow_store *s, int64_t scan, const char *kind,
                         snow_evidence_fn fn, void *arg,
                         struct snow_error *err);
    int (*names_open)(struct snow_names **out, struct snow_store *s,
                      int64_t scan, struct snow_error *err);
    int (*names_next)(struct snow_names *c, const struct snow_name **name,
                      struct snow_error *err);
    void (*names_close)(struct snow_names *c); /**< half-open is fine */
    int (*each_node)(struct snow_store *s, int64_t scan, snow_node_fn fn,
                     void *arg, struct snow_error *err);
    int (*get_walk)(struct snow_store *s, int64_t scan, struct snow_walk *out,
                    struct snow_error *err);
    int (*each_complaint)(struct snow_store *s, snow_complaint_fn fn, void *arg,
                          struct snow_error *err);
    int (*forget_scan)(struct snow_store *s, int64_t id,
                       struct snow_forgotten *out, struct snow_error *err);
    int (*compact)(struct snow_store *s, bool is_due, uint64_t *freed,
                   struct snow_error *err);
    const struct store_sharing *sharing; /**< NULL: one process at a time */
};

/** What a backend does for many workers; all as in snowline/fleet.h. */
struct store_sharing {
    int (*add_shards)(struct snow_store *s, const struct snow_shard *shards,
                      size_t n, struct snow_error *err);
    int (*retry_shards)(struct snow_store *s, int64_t scan, unsigned n_kinds,
                        struct snow_error *err);
    int (*join)(struct snow_store *s, struct snow_worker *w, unsigned lease_s,
                struct snow_error *err);
    int (*leave)(struct snow_store *s, const struct snow_worker *w,
                 struct snow_error *err);
    int (*beat)(struct snow_store *s, struct snow_worker *w, unsigned lease_s,
                struct snow_beat *out, struct snow_error *err);
    int (*each_worker)(struct snow_store *s, int64_t scan, snow_worker_fn fn,
                       void *arg, struct snow_error *err);
    int (*lease)(struct snow_store *s, const struct snow_worker *w,
                 unsigned lease_s, uint32_t kinds, struct snow_shard *out,
                 struct snow_error *err);
    int (*give_back)(struct snow_store *s, const struct snow_lease *l,
                     struct snow_error *err);
    int (*fence)(struct snow_store *s, const struct snow_lease *leases,
                 size_t n, unsigned lease_s, bool *is_held,
                 struct snow_error *err);
    int (*count_shards)(struct snow_store *s, int64_t scan,
                        struct snow_shard_count *out, struct snow_error *err);
    int (*each_leased)(struct snow_store *s, int64_t scan, snow_leased_fn fn,
                       void *arg, struct snow_error *err);
    int (*claim)(struct snow_store *s, const struct snow_worker *w,
                 unsigned lease_s, const char *host, uint32_t *wait_ms,
                 struct snow_error *err);
    int (*release)(struct snow_store *s, const struct snow_worker *w,
                   const char *host, uint32_t wait_ms, struct snow_error *err);
};

/** What every backend's own struct begins with. */
struct snow_store {
    const struct store_backend *backend;
    snow_progress_fn watch; /**< told of what is read, or NULL */
    void *watch_arg;
    atomic_bool is_interrupted;
};

/** What every backend's own cursors begin with; zeroed but for backend. */
struct snow_blocks {
    const struct store_backend *backend;
    struct snow_store *store; /**< to be told of it; NULL: nobody */
    int64_t scan;
    uint64_t n, of; /**< read so far, in all; of: 0 when nobody knows */
};
struct snow_names {
    const struct store_backend *backend;
    struct snow_store *store;
    uint64_t n;
};

extern const struct store_backend store_sqlite, store_postgresql, store_memory;

#endif
