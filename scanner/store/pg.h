/* What pg.c (connect, errors, statements) and the other pg_*.c share. */
#ifndef STORE_PG_H
#define STORE_PG_H

#include <libpq-fe.h>

#include "store/backend.h"
#include "store/block.h"

struct pg_batch; /**< what is put and not sent yet; of pg_put.c */

struct pg_store {
    struct snow_store base;
    PGconn *db;
    char *url;
    char shown[256]; /**< the URL as people may see it */
    struct block_codec *codec;
    struct pg_batch *batch;
    struct buf blob, targets, settings;
    PGresult *leased;         /**< the shard handed out last, or NULL */
    struct snow_lease unsure; /**< asked for, and the answer got lost */
    unsigned n_readers;       /**< cursors that are open */
    unsigned n_cursors;       /**< that were ever opened: their names */
    bool is_reading;          /**< in a transaction that they began */
};

static inline struct pg_store *pg_of(struct snow_store *s)
{
    return (struct pg_store *)s;
}

/* --- statements --- */

/* Types of parameters: the numbers of pg_type that never change. */
enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT8 = 701,
    PG_BOOL_ARRAY = 1000,
    PG_BYTEA_ARRAY = 1001,
    PG_INT2_ARRAY = 1005,
    PG_INT4_ARRAY = 1007,
    PG_TEXT_ARRAY = 1009,
    PG_INT8_ARRAY = 1016,
};

#define PG_ARGS_MAX 32

/** Parameters of a statement, in their binary form. Zeroed memory is none. */
struct pg_args {
    int n;
    Oid types[PG_ARGS_MAX];
    const char *values[PG_ARGS_MAX];
    int lengths[PG_ARGS_MAX], formats[PG_ARGS_MAX];
    char numbers[PG_ARGS_MAX][8];
};

void pg_arg_int(struct pg_args *a, int64_t value);  /**< int8 */
void pg_arg_float(struct pg_args *a, double value); /**< float8 */
void pg_arg_bool(struct pg_args *a, bool value);
/** Text, octets or an array that is built already. @param octets  borrowed
 * until the statement has run; NULL: null */
void pg_arg_octets(struct pg_args *a, enum pg_type type, const char *octets,
                   size_t len);
void pg_arg_text(struct pg_args *a, const char *text);

/**
 * Run a statement; rows come in binary form.
 *
 * @param a    NULL: none
 * @param out  the caller's, with PQclear(); NULL: nobody wants it
 * @return     0; SNOW_EAWAY when the connection is lost or the transaction has
 *             to be tried again; SNOW_EFULL, SNOW_EREFUSED (a missing right),
 *             SNOW_ESTORE, SNOW_ENOMEM, SNOW_EIO
 */
int pg_query(struct pg_store *s, const char *sql, const struct pg_args *a,
             PGresult **out, struct snow_error *err);

/** The same for statements without parameters and rows; several, separated by
 * ';', are one transaction unless they say otherwise. */
int pg_execute(struct pg_store *s, const char *sql, struct snow_error *err);

/** Connect again when the connection is lost, unless a transaction is open.
 * @return 0, SNOW_EAWAY */
int pg_connected(struct pg_store *s, struct snow_error *err);

/* A cell of a result, 0 or "" where it is null. */
int64_t pg_int(const PGresult *r, int row, int column); /**< int2, 4, 8, bool */
double pg_float(const PGresult *r, int row, int column);
const char *pg_octets(const PGresult *r, int row, int column, size_t *len);

struct snow_addr pg_addr(const PGresult *r, int row, int column);
int64_t pg_time(const PGresult *r, int row, int column); /**< null: unknown */

/* --- rows in pages (pg_read.c) --- */

/** Before the first row of a cursor and after its last. */
int pg_begin_reading(struct pg_store *s, struct snow_error *err);
void pg_end_reading(struct pg_store *s);

/** Rows of a query, in constant memory. Zeroed memory is a closed one. */
struct pg_rows {
    struct pg_store *store;
    PGresult *page;
    int row; /**< of the page */
    bool is_open;
    char name[24];
};

int pg_rows_open(struct pg_rows *r, struct pg_store *s, const char *sql,
                 const struct pg_args *a, struct snow_error *err);
int pg_rows_next(struct pg_rows *r, bool *has_row, struct snow_error *err);
void pg_rows_close(struct pg_rows *r);

/** Whom a row goes to; anything but 0 ends the reading. */
struct pg_reader {
    int (*row)(void *arg, const PGresult *r, int row);
    void *arg;
};

int pg_each_row(struct pg_store *s, const char *sql, const struct pg_args *a,
                const struct pg_reader *to, struct snow_error *err);

#include "store/pg_ops.h"

#endif
