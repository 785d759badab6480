#include "store/sqlite.h"

/* --- writing --- */

static void bind_prefix(sqlite3_stmt *q, int64_t scan, struct snow_addr addr,
                        unsigned nibbles)
{
    sqlite3_bind_int64(q, 1, scan);
    sqlite_bind_addr(q, 2, addr);
    sqlite3_bind_int(q, 3, (int)nibbles);
}

int sqlite_put_name(struct sqlite_store *s, int64_t scan,
                    const struct snow_name *name, struct snow_error *err)
{
    bool is_kept = name->status != SNOW_PTR_PENDING;
    sqlite3_stmt *q = s->statements[is_kept ? PUT_NAME : DELETE_NAME];
    size_t len = 0;

    bind_prefix(q, scan, name->addr, name->nibbles);
    if (!is_kept)
        return sqlite_run(s, q, err);
    for (unsigned i = 0; i < name->n_names; i++)
        len += strlen(name->names + len) + 1;
    sqlite3_bind_int(q, 4, name->status);
    sqlite3_bind_int64(q, 5, name->seen_utc_s);
    sqlite_bind_octets(q, 6, name->names, len);
    return sqlite_run(s, q, err);
}

static int put_node(struct sqlite_store *s, int64_t scan,
                    const struct snow_node *node, struct snow_error *err)
{
    bool is_left = node->ask || node->open;
    sqlite3_stmt *q = s->statements[is_left ? PUT_NODE : DELETE_NODE];

    bind_prefix(q, scan, node->addr, node->nibbles);
    if (is_left) {
        sqlite3_bind_int(q, 4, node->ask);
        sqlite3_bind_int(q, 5, node->open);
    }
    return sqlite_run(s, q, err);
}

int sqlite_put_walk(struct sqlite_store *s, int64_t scan,
                    const struct snow_walk *walk, struct snow_error *err)
{
    sqlite3_stmt *q = s->statements[PUT_COUNT];
    int code = 0;

    for (size_t i = 0; !code && i < walk->n_nodes; i++)
        code = put_node(s, scan, &walk->nodes[i], err);
    for (int i = 0; !code && i < 16; i++) {
        sqlite3_bind_int64(q, 1, scan);
        sqlite3_bind_int(q, 2, i);
        sqlite3_bind_int64(q, 3, (int64_t)walk->by_status[i]);
        code = sqlite_run(s, q, err);
    }
    return code;
}

/* --- reading --- */

/** Whom a row goes to: one of them. */
struct reader {
    snow_node_fn node;
    struct snow_walk *walk;
    void *arg;
    size_t n; /**< rows */
};

static int hand_node(const struct reader *r, sqlite3_stmt *q)
{
    struct snow_node node = {
        .addr = sqlite_column_addr(q, 0),
        .nibbles = (uint8_t)sqlite3_column_int(q, 1),
        .ask = (uint16_t)sqlite3_column_int(q, 2),
        .open = (uint16_t)sqlite3_column_int(q, 3),
    };

    return r->node(r->arg, &node);
}

static int hand_row(struct reader *r, sqlite3_stmt *q)
{
    r->n++;
    if (r->node)
        return hand_node(r, q);
    r->walk->by_status[sqlite3_column_int(q, 0) & 15] =
        (uint64_t)sqlite3_column_int64(q, 1);
    return 0;
}

/* Every row of a query of one scan; a store of the first version has none. */
static int each_row(struct sqlite_store *s, const char *sql, int64_t scan,
                    struct reader *r, struct snow_error *err)
{
    sqlite3_stmt *q = NULL;
    bool has_row = false;
    int code;

    if (s->version < 2)
        return 0;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, scan);
    code = sqlite_next(s, q, &has_row, err);
    while (!code && has_row) {
        code = hand_row(r, q);
        if (!code)
            code = sqlite_next(s, q, &has_row, err);
    }
    sqlite3_finalize(q);
    return code;
}

/** Names one by one. */
struct cursor {
    struct snow_names base;
    struct sqlite_store *store;
    sqlite3_stmt *q; /**< NULL: a store of the first version has none */
    bool is_reading;
    struct snow_name now;
};

int sqlite_names_open(struct snow_names **out, struct snow_store *base,
                      int64_t scan, struct snow_error *err)
{
    static const char sql[] = "SELECT addr, nibbles, status, seen, names"
                              " FROM name WHERE scan = ?1"
                              " ORDER BY addr, nibbles";
    struct cursor *c = calloc(1, sizeof *c);
    int code;

    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->base.backend = base->backend;
    c->store = sqlite_of(base);
    code = sqlite_begin_reading(c->store, err);
    c->is_reading = code == 0;
    if (!code && c->store->version >= 2 &&
        sqlite3_prepare_v2(c->store->db, sql, -1, &c->q, NULL) != SQLITE_OK)
        code = sqlite_failed(c->store, err);
    if (code) {
        sqlite_names_close(&c->base);
        return code;
    }
    sqlite3_bind_int64(c->q, 1, scan);
    *out = &c->base;
    return 0;
}

void sqlite_names_close(struct snow_names *base)
{
    struct cursor *c = (struct cursor *)base;

    sqlite3_finalize(c->q);
    if (c->is_reading)
        sqlite_end_reading(c->store);
    free(c);
}

static void read_name(struct snow_name *name, sqlite3_stmt *q)
{
    int len = sqlite3_column_bytes(q, 4);

    *name = (struct snow_name){
        .addr = sqlite_column_addr(q, 0),
        .nibbles = (uint8_t)sqlite3_column_int(q, 1),
        .status = (uint8_t)sqlite3_column_int(q, 2),
        .seen_utc_s = sqlite3_column_int64(q, 3),
        .names = sqlite3_column_blob(q, 4),
    };
    for (int i = 0; i < len && name->n_names < SNOW_BLOCK_NAMES_MAX; i++)
        if (name->names[i] == '\0')
            name->n_names++;
}

int sqlite_names_next(struct snow_names *base, const struct snow_name **name,
                      struct snow_error *err)
{
    struct cursor *c = (struct cursor *)base;
    bool has_row = false;
    int code = c->q ? sqlite_next(c->store, c->q, &has_row, err) : 0;

    *name = NULL;
    if (code || !has_row)
        return code;
    read_name(&c->now, c->q);
    *name = &c->now;
    return 0;
}

int sqlite_each_node(struct snow_store *base, int64_t scan, snow_node_fn fn,
                     void *arg, struct snow_error *err)
{
    static const char sql[] = "SELECT addr, nibbles, ask, open FROM node"
                              " WHERE scan = ?1 ORDER BY addr, nibbles";
    struct reader r = { .node = fn, .arg = arg };

    return each_row(sqlite_of(base), sql, scan, &r, err);
}

int sqlite_get_walk(struct snow_store *base, int64_t scan,
                    struct snow_walk *out, struct snow_error *err)
{
    static const char sql[] = "SELECT status, n FROM walk WHERE scan = ?1";
    struct snow_walk walk = { .nodes = NULL };
    struct reader r = { .walk = &walk };
    int code = each_row(sqlite_of(base), sql, scan, &r, err);

    if (code || r.n == 0)
        return code ? code : SNOW_ENOTFOUND;
    *out = walk;
    return 0;
}
