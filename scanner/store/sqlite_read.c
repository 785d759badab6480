#include "store/sqlite.h"

#define PROBE_COLUMNS 12 /* of the first version: without what TLS tells */

int sqlite_next(struct sqlite_store *s, sqlite3_stmt *q, bool *has_row,
                struct snow_error *err)
{
    int code = sqlite3_step(q);

    *has_row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0
                                                     : sqlite_failed(s, err);
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

/* Rows of scans are few, and short but for their targets. */
int sqlite_each_scan(struct snow_store *base, snow_scan_fn fn, void *arg,
                     struct snow_error *err)
{
    static const char sql[] = "SELECT id, targets, settings, seed, created,"
                              " now, finished FROM scan ORDER BY id";
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    bool has_row = false;
    int code;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    code = sqlite_next(s, q, &has_row, err);
    while (!code && has_row) {
        struct snow_scan scan = {
            .id = sqlite3_column_int64(q, 0),
            .targets = (const char *)sqlite3_column_text(q, 1),
            .settings = (const char *)sqlite3_column_text(q, 2),
            .seed = (uint64_t)sqlite3_column_int64(q, 3),
            .created_utc_s = sqlite3_column_int64(q, 4),
            .now_utc_s = sqlite3_column_int64(q, 5),
            .finished_utc_s = read_time(q, 6),
        };

        code = scan.targets && scan.settings
                   ? fn(arg, &scan)
                   : snow_fail(err, SNOW_ENOMEM, "out of memory");
        if (!code)
            code = sqlite_next(s, q, &has_row, err);
    }
    sqlite3_finalize(q);
    return code;
}
