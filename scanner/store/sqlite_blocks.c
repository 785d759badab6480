#include "store/sqlite.h"

/* Block rows and tail rows side by side, both in block order. */
struct cursor {
    struct snow_blocks base;
    struct sqlite_store *store;
    sqlite3_stmt *block, *tail;
    bool has_block, has_tail;
    bool is_reading; /* counts among the store's readers */
    struct snow_block now;
};

/* All cursors of a handle see one state: the first begins a transaction, unless
 * there is one, and the last ends it. */
int sqlite_begin_reading(struct sqlite_store *s, struct snow_error *err)
{
    bool is_begun = s->n_readers == 0 && sqlite3_get_autocommit(s->db);
    int code = is_begun ? sqlite_execute(s, "BEGIN", err) : 0;

    if (code)
        return code;
    s->is_reading |= is_begun;
    s->n_readers++;
    return 0;
}

void sqlite_end_reading(struct sqlite_store *s)
{
    if (--s->n_readers > 0 || !s->is_reading)
        return;
    s->is_reading = false;
    sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
}

static int prepare(struct cursor *c, int64_t scan, struct snow_error *err)
{
    struct sqlite_store *s = c->store;
    int code;

    if (sqlite3_prepare_v2(s->db,
                           "SELECT key & 16777215, data FROM block WHERE key"
                           " BETWEEN ?1 << 24 AND (?1 << 24) + 16777215"
                           " ORDER BY key",
                           -1, &c->block, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(s->db,
                           "SELECT block, data FROM tail WHERE scan = ?1"
                           " ORDER BY block, seq",
                           -1, &c->tail, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(c->block, 1, scan);
    sqlite3_bind_int64(c->tail, 1, scan);
    code = sqlite_next(s, c->block, &c->has_block, err);
    return code ? code : sqlite_next(s, c->tail, &c->has_tail, err);
}

int sqlite_blocks_open(struct snow_blocks **out, struct snow_store *base,
                       int64_t scan, struct snow_error *err)
{
    struct cursor *c = calloc(1, sizeof *c);
    int code;

    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->base.backend = base->backend;
    c->store = sqlite_of(base);
    code = sqlite_begin_reading(c->store, err);
    c->is_reading = code == 0;
    if (!code)
        code = prepare(c, scan, err);
    if (code) {
        sqlite_blocks_close(&c->base);
        return code;
    }
    *out = &c->base;
    return 0;
}

int sqlite_count_blocks(struct snow_store *base, int64_t scan, uint64_t *n,
                        struct snow_error *err)
{
    static const char sql[] = "SELECT count(*) FROM block WHERE key BETWEEN"
                              " ?1 << 24 AND (?1 << 24) + 16777215";
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    bool has_row = false;
    int code = 0;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, scan);
    code = sqlite_next(s, q, &has_row, err);
    if (!code && has_row)
        *n = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return code;
}

void sqlite_blocks_close(struct snow_blocks *base)
{
    struct cursor *c = (struct cursor *)base;

    sqlite3_finalize(c->block);
    sqlite3_finalize(c->tail);
    if (c->is_reading)
        sqlite_end_reading(c->store);
    snow_block_fini(&c->now);
    free(c);
}

static int add_blob(struct cursor *c, sqlite3_stmt *q, struct snow_error *err)
{
    char name[SNOW_ADDR_TEXT_MAX];
    int code = block_decode(c->store->codec, &c->now, sqlite3_column_blob(q, 1),
                            (size_t)sqlite3_column_bytes(q, 1));

    if (code != SNOW_ESTORE)
        return code ? snow_fail(err, code, "out of memory") : 0;
    snow_addr_format(c->now.first, name);
    return snow_fail(err, code, "%s: the block of %s/24 is damaged",
                     c->store->path, name);
}

static int64_t number_of(sqlite3_stmt *q, bool has_row)
{
    return has_row ? sqlite3_column_int64(q, 0) : INT64_MAX;
}

/* Rows below a block are passed over unread. */
static int skip(struct cursor *c, int64_t from, struct snow_error *err)
{
    int code = 0;

    while (!code && c->has_block && number_of(c->block, true) < from)
        code = sqlite_next(c->store, c->block, &c->has_block, err);
    while (!code && c->has_tail && number_of(c->tail, true) < from)
        code = sqlite_next(c->store, c->tail, &c->has_tail, err);
    return code;
}

/* A block's own row, then its tail rows over it. */
static int read_block(struct cursor *c, int64_t number, bool *is_closed,
                      struct snow_error *err)
{
    struct sqlite_store *s = c->store;
    int code = 0;

    snow_block_reset(&c->now, snow_addr_from_ipv4((uint32_t)(number << 8)));
    *is_closed = number_of(c->block, c->has_block) == number;
    if (*is_closed && !(code = add_blob(c, c->block, err)))
        code = sqlite_next(s, c->block, &c->has_block, err);
    while (!code && number_of(c->tail, c->has_tail) == number)
        if (!(code = add_blob(c, c->tail, err)))
            code = sqlite_next(s, c->tail, &c->has_tail, err);
    return code;
}

int sqlite_blocks_next(struct snow_blocks *base, struct snow_addr from,
                       const struct snow_block **block, bool *is_closed,
                       struct snow_error *err)
{
    struct cursor *c = (struct cursor *)base;
    struct snow_addr none = { 0, 0 };
    int64_t least = 0, at, tail;
    int code;

    if (snow_addr_compare(from, none) > 0)
        least = snow_addr_is_ipv4(from)
                    ? (int64_t)(snow_addr_ipv4(from) >> 8)
                    : INT64_MAX; /* IPv6 lies behind all blocks */
    code = skip(c, least, err);
    at = number_of(c->block, c->has_block);
    tail = number_of(c->tail, c->has_tail);
    if (tail < at)
        at = tail;
    *block = NULL;
    if (code || at == INT64_MAX)
        return code;
    code = read_block(c, at, is_closed, err);
    if (!code)
        *block = &c->now;
    return code;
}
