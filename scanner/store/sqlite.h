/* What sqlite.c (open, write) and the other sqlite_*.c share. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>

#include "store/backend.h"
#include "store/block.h"

enum statement {
    PUT_BLOCK,
    DELETE_TAIL,
    PUT_TAIL,
    PUT_PROBE,
    PUT_EVIDENCE,
    PUT_NAME,
    DELETE_NAME,
    PUT_NODE,
    DELETE_NODE,
    PUT_COUNT,
    PUT_COMPLAINT,
    STATEMENTS,
};

struct sqlite_store {
    struct snow_store base;
    sqlite3 *db;
    int lock_fd; /**< held for the whole life; its flock keeps others out */
    char *path;
    sqlite3_stmt *statements[STATEMENTS];
    struct block_codec *codec;
    struct buf blob, targets, settings;
    unsigned n_readers; /**< cursors that are open */
    bool is_reading;    /**< in a transaction that they began */
    int64_t seq;        /**< of the next tail row */
    int64_t version;    /**< of the tables; less than ours only when it was
                             opened for reading */
};

static inline struct sqlite_store *sqlite_of(struct snow_store *s)
{
    return (struct sqlite_store *)s;
}

/** What SQLite says of its last failure, in our codes and a person's words. */
int sqlite_failed(struct sqlite_store *s, struct snow_error *err);

/** Statements without rows. */
int sqlite_execute(struct sqlite_store *s, const char *sql,
                   struct snow_error *err);

/** The next row. */
int sqlite_next(struct sqlite_store *s, sqlite3_stmt *q, bool *has_row,
                struct snow_error *err);

/** Before the first row of a cursor and after its last. */
int sqlite_begin_reading(struct sqlite_store *s, struct snow_error *err);
void sqlite_end_reading(struct sqlite_store *s);

/** Run a prepared statement without rows. */
int sqlite_run(struct sqlite_store *s, sqlite3_stmt *q, struct snow_error *err);

/* Keys in the order of the addresses: 16 octets, big-endian. */
void sqlite_bind_addr(sqlite3_stmt *q, int i, struct snow_addr a);
struct snow_addr sqlite_column_addr(sqlite3_stmt *q, int column);

void sqlite_bind_octets(sqlite3_stmt *q, int i, const char *octets, size_t len);

/* Writers of what is known of ip6.arpa. */
int sqlite_put_name(struct sqlite_store *s, int64_t scan,
                    const struct snow_name *name, struct snow_error *err);
int sqlite_put_walk(struct sqlite_store *s, int64_t scan,
                    const struct snow_walk *walk, struct snow_error *err);

/* What was written to others, and forgetting: of struct store_backend. */
int sqlite_put_complaint(struct sqlite_store *s, int64_t scan,
                         const struct snow_complaint *c,
                         struct snow_error *err);
int sqlite_each_complaint(struct snow_store *base, snow_complaint_fn fn,
                          void *arg, struct snow_error *err);
int sqlite_forget_scan(struct snow_store *base, int64_t id,
                       struct snow_forgotten *out, struct snow_error *err);
int sqlite_compact(struct snow_store *base, bool is_due, uint64_t *freed,
                   struct snow_error *err);

/** The one number of a query's one row. */
int sqlite_read_number(struct sqlite_store *s, const char *sql, int64_t *out,
                       struct snow_error *err);

/* Readers of struct store_backend. */
int sqlite_each_scan(struct snow_store *base, snow_scan_fn fn, void *arg,
                     struct snow_error *err);
int sqlite_blocks_open(struct snow_blocks **out, struct snow_store *base,
                       int64_t scan, struct snow_error *err);
int sqlite_count_blocks(struct snow_store *base, int64_t scan, uint64_t *n,
                        struct snow_error *err);
int sqlite_blocks_next(struct snow_blocks *c, struct snow_addr from,
                       const struct snow_block **block, bool *is_closed,
                       struct snow_error *err);
void sqlite_blocks_close(struct snow_blocks *c);
int sqlite_each_probe(struct snow_store *base, int64_t scan, snow_probe_fn fn,
                      void *arg, struct snow_error *err);
int sqlite_each_evidence(struct snow_store *base, int64_t scan,
                         const char *kind, snow_evidence_fn fn, void *arg,
                         struct snow_error *err);
int sqlite_names_open(struct snow_names **out, struct snow_store *base,
                      int64_t scan, struct snow_error *err);
int sqlite_names_next(struct snow_names *base, const struct snow_name **name,
                      struct snow_error *err);
void sqlite_names_close(struct snow_names *base);
int sqlite_each_node(struct snow_store *base, int64_t scan, snow_node_fn fn,
                     void *arg, struct snow_error *err);
int sqlite_get_walk(struct snow_store *base, int64_t scan,
                    struct snow_walk *out, struct snow_error *err);

#endif
