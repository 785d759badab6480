#include "store/sqlite.h"

#define PROBE_COLUMNS 12 /* of the first version: without what TLS tells */

/** Block rows and tail rows side by side, both in block order. */
struct cursors {
    sqlite3_stmt *block, *tail;
    bool has_block, has_tail;
};

int sqlite_next(struct sqlite_store *s, sqlite3_stmt *q, bool *has_row,
                struct snow_error *err)
{
    int code = sqlite3_step(q);

    *has_row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0
                                                     : sqlite_failed(s, err);
}

static int add_blob(struct sqlite_store *s, sqlite3_stmt *q,
                    struct snow_error *err)
{
    char name[SNOW_ADDR_TEXT_MAX];
    int code = block_decode(s->codec, &s->block, sqlite3_column_blob(q, 1),
                            (size_t)sqlite3_column_bytes(q, 1));

    if (code != SNOW_ESTORE)
        return code ? snow_fail(err, code, "out of memory") : 0;
    snow_addr_format(s->block.first, name);
    return snow_fail(err, code, "%s: the block of %s/24 is damaged", s->path,
                     name);
}

/* The next block in order: its own row, then its tail rows over it. */
static int next_block(struct sqlite_store *s, struct cursors *c,
                      bool *is_closed, struct snow_error *err)
{
    int64_t block =
        c->has_block ? sqlite3_column_int64(c->block, 0) : INT64_MAX;
    int64_t tail = c->has_tail ? sqlite3_column_int64(c->tail, 0) : INT64_MAX;
    int64_t number = block < tail ? block : tail;
    int code = 0;

    snow_block_reset(&s->block, snow_addr_from_ipv4((uint32_t)(number << 8)));
    *is_closed = block == number;
    if (*is_closed && !(code = add_blob(s, c->block, err)))
        code = sqlite_next(s, c->block, &c->has_block, err);
    while (!code && c->has_tail && sqlite3_column_int64(c->tail, 0) == number)
        if (!(code = add_blob(s, c->tail, err)))
            code = sqlite_next(s, c->tail, &c->has_tail, err);
    return code;
}

static int each_block(struct sqlite_store *s, struct cursors *c,
                      snow_block_fn fn, void *arg, struct snow_error *err)
{
    int code = sqlite_next(s, c->block, &c->has_block, err);

    if (!code)
        code = sqlite_next(s, c->tail, &c->has_tail, err);
    while (!code && (c->has_block || c->has_tail)) {
        bool is_closed;

        code = next_block(s, c, &is_closed, err);
        if (!code)
            code = fn(arg, &s->block, is_closed);
    }
    return code;
}

int sqlite_each_block(struct snow_store *base, int64_t scan, snow_block_fn fn,
                      void *arg, struct snow_error *err)
{
    struct sqlite_store *s = sqlite_of(base);
    struct cursors c = { 0 };
    bool is_within = !sqlite3_get_autocommit(s->db); /* a transaction */
    int code = is_within ? 0 : sqlite_execute(s, "BEGIN", err);

    if (code)
        return code; /* both cursors see one state */
    if (sqlite3_prepare_v2(s->db,
                           "SELECT key & 16777215, data FROM block WHERE key"
                           " BETWEEN ?1 << 24 AND (?1 << 24) + 16777215"
                           " ORDER BY key",
                           -1, &c.block, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(s->db,
                           "SELECT block, data FROM tail WHERE scan = ?1"
                           " ORDER BY block, seq",
                           -1, &c.tail, NULL) != SQLITE_OK) {
        code = sqlite_failed(s, err);
    } else {
        sqlite3_bind_int64(c.block, 1, scan);
        sqlite3_bind_int64(c.tail, 1, scan);
        code = each_block(s, &c, fn, arg, err);
    }
    sqlite3_finalize(c.block);
    sqlite3_finalize(c.tail);
    if (!is_within)
        sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    return code;
}

struct snow_addr sqlite_column_addr(sqlite3_stmt *q, int column)
{
    const unsigned char *octets = sqlite3_column_blob(q, column);
    int len = sqlite3_column_bytes(q, column);
    struct snow_addr a = { 0, 0 };

    for (int i = 0; i < 8 && len == 16; i++) {
        a.hi = a.hi << 8 | octets[i];
        a.lo = a.lo << 8 | octets[8 + i];
    }
    return a;
}

static void read_octets(sqlite3_stmt *q, int column, const char **octets,
                        size_t *len)
{
    const char *blob = sqlite3_column_blob(q, column);

    *octets = blob ? blob : "";
    *len = (size_t)sqlite3_column_bytes(q, column);
}

static void read_probe(sqlite3_stmt *q, struct snow_probe *p)
{
    *p = (struct snow_probe){
        .addr = sqlite_column_addr(q, 0),
        .port = (uint16_t)sqlite3_column_int(q, 1),
        .status = (uint8_t)sqlite3_column_int(q, 2),
        .code = (uint16_t)sqlite3_column_int(q, 3),
        .greeting_ms = (uint32_t)sqlite3_column_int64(q, 4),
        .ehlo_status = (uint8_t)sqlite3_column_int(q, 5),
        .tls_status = (uint8_t)sqlite3_column_int(q, 6),
        .client_blocked = sqlite3_column_int(q, 7) != 0,
        .seen_utc_s = sqlite3_column_int64(q, 8),
    };
    read_octets(q, 9, &p->banner, &p->banner_len);
    read_octets(q, 10, &p->hello, &p->hello_len);
    read_octets(q, 11, &p->capabilities, &p->capabilities_len);
}

static void read_text(sqlite3_stmt *q, int column, char *to, size_t cap)
{
    const char *text = (const char *)sqlite3_column_text(q, column);

    text_copy(to, cap, text ? text : "");
}

static int64_t read_time(sqlite3_stmt *q, int column)
{
    return sqlite3_column_type(q, column) == SQLITE_NULL
               ? SNOW_TIME_UNKNOWN
               : sqlite3_column_int64(q, column);
}

static void read_tls(sqlite3_stmt *q, int column, struct snow_tls *t)
{
    read_text(q, column, t->version, sizeof t->version);
    read_text(q, column + 1, t->cipher, sizeof t->cipher);
    read_octets(q, column + 2, &t->subject, &t->subject_len);
    read_octets(q, column + 3, &t->names, &t->names_len);
    read_octets(q, column + 4, &t->issuer, &t->issuer_len);
    t->not_before_utc_s = read_time(q, column + 5);
    t->not_after_utc_s = read_time(q, column + 6);
    read_text(q, column + 7, t->spki_sha256, sizeof t->spki_sha256);
    t->is_self_signed = sqlite3_column_int(q, column + 8) != 0;
}

/** Whom a row goes to. */
struct reader {
    snow_probe_fn probe;
    snow_evidence_fn evidence;
    const char *kind;
    void *arg;
};

static int hand_probe(const struct reader *r, sqlite3_stmt *q)
{
    struct snow_probe p;

    read_probe(q, &p);
    if (sqlite3_column_count(q) > PROBE_COLUMNS)
        read_tls(q, PROBE_COLUMNS, &p.tls);
    return r->probe(r->arg, &p);
}

static int hand_evidence(const struct reader *r, sqlite3_stmt *q)
{
    struct snow_evidence e = {
        .subject = (const char *)sqlite3_column_text(q, 0),
        .kind = r->kind,
        .source = (const char *)sqlite3_column_text(q, 1),
        .observed_utc_s = sqlite3_column_int64(q, 2),
    };

    read_octets(q, 3, &e.data, &e.data_len);
    return r->evidence(r->arg, &e);
}

/* Every row of a query of one scan, and of one kind where that is asked. */
static int each_row(struct sqlite_store *s, const char *sql, int64_t scan,
                    const struct reader *r, struct snow_error *err)
{
    sqlite3_stmt *q = NULL;
    bool has_row = false;
    int code;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, scan);
    if (r->kind)
        sqlite3_bind_text(q, 2, r->kind, -1, SQLITE_STATIC);
    code = sqlite_next(s, q, &has_row, err);
    while (!code && has_row) {
        code = r->probe ? hand_probe(r, q) : hand_evidence(r, q);
        if (!code)
            code = sqlite_next(s, q, &has_row, err);
    }
    sqlite3_finalize(q);
    return code;
}

int sqlite_each_probe(struct snow_store *base, int64_t scan, snow_probe_fn fn,
                      void *arg, struct snow_error *err)
{
#define PROBE                                                                  \
    "SELECT addr, port, status, code, greeting_ms, ehlo_status,"               \
    " tls_status, client_blocked, seen, banner, hello, capabilities"
#define FROM_PROBE " FROM probe WHERE scan = ?1 ORDER BY addr, port"
    static const char before_3[] = PROBE FROM_PROBE;
    static const char sql[] =
        PROBE ", tls_version, tls_cipher, tls_subject, tls_names, tls_issuer,"
              " tls_not_before, tls_not_after, tls_spki_sha256,"
              " tls_self_signed" FROM_PROBE;
    struct sqlite_store *s = sqlite_of(base);
    struct reader r = { .probe = fn, .arg = arg };

    return each_row(s, s->version < 3 ? before_3 : sql, scan, &r, err);
}

int sqlite_each_evidence(struct snow_store *base, int64_t scan,
                         const char *kind, snow_evidence_fn fn, void *arg,
                         struct snow_error *err)
{
    static const char sql[] =
        "SELECT subject, source, observed, data FROM evidence"
        " WHERE scan = ?1 AND kind = ?2 ORDER BY subject";
    struct reader r = { .evidence = fn, .kind = kind, .arg = arg };

    return each_row(sqlite_of(base), sql, scan, &r, err);
}
