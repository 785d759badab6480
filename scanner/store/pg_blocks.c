/* Cursors over blocks and names, and what is left of the walk over ip6.arpa. */
#include "store/pg_ops.h"

#include <stdlib.h>

#include "base/text.h"

/* --- blocks: their own rows and tail rows side by side, in block order --- */

struct cursor {
    struct snow_blocks base;
    struct pg_rows block, tail;
    int64_t from; /* the rows begin there */
    bool is_begun, has_block, has_tail;
    struct snow_block now;
};

int pg_blocks_open(struct snow_blocks **out, struct snow_store *base,
                   int64_t scan, struct snow_error *err)
{
    struct cursor *c = calloc(1, sizeof *c);
    int code;

    (void)scan; /* known when the first block is asked for */
    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->base.backend = base->backend;
    c->base.store = base;
    code = pg_begin_reading(pg_of(base), err); /* what it sees is of now */
    if (code) {
        free(c);
        return code;
    }
    *out = &c->base;
    return 0;
}

void pg_blocks_close(struct snow_blocks *base)
{
    struct cursor *c = (struct cursor *)base;

    pg_rows_close(&c->block);
    pg_rows_close(&c->tail);
    pg_end_reading(pg_of(c->base.store));
    snow_block_fini(&c->now);
    free(c);
}

int pg_count_blocks(struct snow_store *base, int64_t scan, uint64_t *n,
                    struct snow_error *err)
{
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code;

    pg_arg_int(&a, scan);
    code = pg_query(pg_of(base),
                    "SELECT count(*) FROM block WHERE key BETWEEN"
                    " $1::bigint << 24 AND ($1::bigint << 24) + 16777215",
                    &a, &r, err);
    if (!code)
        *n = (uint64_t)pg_int(r, 0, 0);
    PQclear(r);
    return code;
}

/* The server begins where the reader does. */
static int begin(struct cursor *c, int64_t from, struct snow_error *err)
{
    struct pg_store *s = pg_of(c->base.store);
    struct pg_args a = { 0 };
    int code;

    pg_arg_int(&a, c->base.scan);
    pg_arg_int(&a, from);
    code = pg_rows_open(&c->block, s,
                        "SELECT key & 16777215, data FROM block WHERE key"
                        " BETWEEN ($1::bigint << 24) + $2::bigint"
                        " AND ($1::bigint << 24) + 16777215 ORDER BY key",
                        &a, err);
    if (!code)
        code = pg_rows_next(&c->block, &c->has_block, err);
    if (!code)
        code = pg_rows_open(&c->tail, s,
                            "SELECT block, data FROM tail WHERE scan = $1"
                            " AND block >= $2 ORDER BY block, seq",
                            &a, err);
    if (!code)
        code = pg_rows_next(&c->tail, &c->has_tail, err);
    c->is_begun = !code;
    return code;
}

static int64_t number_of(const struct pg_rows *r, bool has_row)
{
    return has_row ? pg_int(r->page, r->row, 0) : INT64_MAX;
}

static int add_blob(struct cursor *c, const struct pg_rows *r,
                    struct snow_error *err)
{
    struct pg_store *s = pg_of(c->base.store);
    char name[SNOW_ADDR_TEXT_MAX];
    size_t len;
    const char *blob = pg_octets(r->page, r->row, 1, &len);
    int code = block_decode(s->codec, &c->now, blob, len);

    if (code != SNOW_ESTORE)
        return code ? snow_fail(err, code, "out of memory") : 0;
    snow_addr_format(c->now.first, name);
    return snow_fail(err, code, "%s: the block of %s/24 is damaged", s->shown,
                     name);
}

/* Rows below a block are passed over unread. */
static int skip(struct cursor *c, int64_t from, struct snow_error *err)
{
    int code = c->is_begun ? 0 : begin(c, from, err);

    while (!code && number_of(&c->block, c->has_block) < from)
        code = pg_rows_next(&c->block, &c->has_block, err);
    while (!code && number_of(&c->tail, c->has_tail) < from)
        code = pg_rows_next(&c->tail, &c->has_tail, err);
    return code;
}

/* A block's own row, then its tail rows over it. */
static int read_block(struct cursor *c, int64_t number, bool *is_closed,
                      struct snow_error *err)
{
    int code = 0;

    snow_block_reset(&c->now, snow_addr_from_ipv4((uint32_t)(number << 8)));
    *is_closed = number_of(&c->block, c->has_block) == number;
    if (*is_closed && !(code = add_blob(c, &c->block, err)))
        code = pg_rows_next(&c->block, &c->has_block, err);
    while (!code && number_of(&c->tail, c->has_tail) == number)
        if (!(code = add_blob(c, &c->tail, err)))
            code = pg_rows_next(&c->tail, &c->has_tail, err);
    return code;
}

int pg_blocks_next(struct snow_blocks *base, struct snow_addr from,
                   const struct snow_block **block, bool *is_closed,
                   struct snow_error *err)
{
    struct cursor *c = (struct cursor *)base;
    struct snow_addr none = { 0, 0 };
    int64_t least = 0, at, tail;
    int code;

    *block = NULL;
    if (snow_addr_compare(from, none) > 0 && !snow_addr_is_ipv4(from))
        return 0; /* IPv6 lies behind all blocks */
    if (snow_addr_compare(from, none) > 0)
        least = (int64_t)(snow_addr_ipv4(from) >> 8);
    code = skip(c, least, err);
    at = number_of(&c->block, !code && c->has_block);
    tail = number_of(&c->tail, !code && c->has_tail);
    if (tail < at)
        at = tail;
    if (code || at == INT64_MAX)
        return code;
    code = read_block(c, at, is_closed, err);
    if (!code)
        *block = &c->now;
    return code;
}

/* --- names below ip6.arpa --- */

struct names {
    struct snow_names base;
    struct pg_rows rows;
    struct snow_name now;
};

int pg_names_open(struct snow_names **out, struct snow_store *base,
                  int64_t scan, struct snow_error *err)
{
    struct names *c = calloc(1, sizeof *c);
    struct pg_args a = { 0 };
    int code;

    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->base.backend = base->backend;
    pg_arg_int(&a, scan);
    code = pg_rows_open(&c->rows, pg_of(base),
                        "SELECT addr, nibbles, status, seen, names FROM name"
                        " WHERE scan = $1 ORDER BY addr, nibbles",
                        &a, err);
    if (code)
        free(c);
    else
        *out = &c->base;
    return code;
}

void pg_names_close(struct snow_names *base)
{
    struct names *c = (struct names *)base;

    pg_rows_close(&c->rows);
    free(c);
}

static void read_name(struct snow_name *name, const PGresult *r, int row)
{
    size_t len;

    *name = (struct snow_name){ .addr = pg_addr(r, row, 0),
                                .nibbles = (uint8_t)pg_int(r, row, 1),
                                .status = (uint8_t)pg_int(r, row, 2),
                                .seen_utc_s = pg_int(r, row, 3) };
    name->names = pg_octets(r, row, 4, &len);
    for (size_t i = 0; i < len && name->n_names < SNOW_BLOCK_NAMES_MAX; i++)
        if (name->names[i] == '\0')
            name->n_names++;
}

int pg_names_next(struct snow_names *base, const struct snow_name **name,
                  struct snow_error *err)
{
    struct names *c = (struct names *)base;
    bool has_row = false;
    int code = pg_rows_next(&c->rows, &has_row, err);

    *name = NULL;
    if (code || !has_row)
        return code;
    read_name(&c->now, c->rows.page, c->rows.row);
    *name = &c->now;
    return 0;
}

/* --- nodes and counts --- */

/** Whom a row goes to. */
struct whom {
    snow_node_fn node;
    struct snow_walk *walk;
    void *arg;
    size_t n; /**< rows */
};

static int hand_node(void *arg, const PGresult *r, int row)
{
    const struct whom *w = arg;
    struct snow_node node = { .addr = pg_addr(r, row, 0),
                              .nibbles = (uint8_t)pg_int(r, row, 1),
                              .ask = (uint16_t)pg_int(r, row, 2),
                              .open = (uint16_t)pg_int(r, row, 3) };

    return w->node(w->arg, &node);
}

int pg_each_node(struct snow_store *base, int64_t scan, snow_node_fn fn,
                 void *arg, struct snow_error *err)
{
    struct whom w = { .node = fn, .arg = arg };
    struct pg_reader to = { hand_node, &w };
    struct pg_args a = { 0 };

    pg_arg_int(&a, scan);
    return pg_each_row(pg_of(base),
                       "SELECT addr, nibbles, ask, open FROM node"
                       " WHERE scan = $1 ORDER BY addr, nibbles",
                       &a, &to, err);
}

static int hand_count(void *arg, const PGresult *r, int row)
{
    struct whom *w = arg;

    w->n++;
    w->walk->by_status[pg_int(r, row, 0) & 15] = (uint64_t)pg_int(r, row, 1);
    return 0;
}

int pg_get_walk(struct snow_store *base, int64_t scan, struct snow_walk *out,
                struct snow_error *err)
{
    struct snow_walk walk = { .nodes = NULL };
    struct whom w = { .walk = &walk };
    struct pg_reader to = { hand_count, &w };
    struct pg_args a = { 0 };
    int code;

    pg_arg_int(&a, scan);
    code =
        pg_each_row(pg_of(base), "SELECT status, n FROM walk WHERE scan = $1",
                    &a, &to, err);
    if (code || w.n == 0)
        return code ? code : SNOW_ENOTFOUND;
    *out = walk;
    return 0;
}
