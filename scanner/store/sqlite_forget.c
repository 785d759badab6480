/*
 * What a store remembers longest, and how it forgets.
 *
 * Complaints outlive their scans. A scan goes in one transaction; its octets
 * are overwritten where they stood (secure_delete), and VACUUM and a
 * checkpoint leave none in free pages, in what earlier deletions left behind,
 * or in the write-ahead log.
 */
#include "store/sqlite.h"

int sqlite_put_complaint(struct sqlite_store *s, int64_t scan,
                         const struct snow_complaint *c, struct snow_error *err)
{
    sqlite3_stmt *q = s->statements[PUT_COMPLAINT];

    sqlite3_bind_text(q, 1, c->message_id, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, c->finding_id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, scan);
    sqlite3_bind_int64(q, 4, c->made_utc_s);
    sqlite3_bind_text(q, 5, c->recipient, -1, SQLITE_STATIC);
    sqlite3_bind_text64(q, 6, c->data, c->data_len, SQLITE_STATIC, SQLITE_UTF8);
    return sqlite_run(s, q, err);
}

/* NULL only without memory: the columns have none. */
static const char *text_of(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);

    return text ? text : "";
}

static int hand_out(sqlite3_stmt *q, snow_complaint_fn fn, void *arg)
{
    struct snow_complaint c = {
        .message_id = text_of(q, 0),
        .finding_id = text_of(q, 1),
        .scan = sqlite3_column_int64(q, 2),
        .made_utc_s = sqlite3_column_int64(q, 3),
        .recipient = text_of(q, 4),
        .data = text_of(q, 5),
        .data_len = (size_t)sqlite3_column_bytes(q, 5),
    };

    return fn(arg, &c);
}

int sqlite_each_complaint(struct snow_store *base, snow_complaint_fn fn,
                          void *arg, struct snow_error *err)
{
    static const char sql[] =
        "SELECT message, finding, scan, made, recipient, data FROM complaint"
        " ORDER BY made, message, finding";
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    bool has_row = false;
    int code;

    if (s->version < 4)
        return 0; /* an older store, opened for reading, knows of none */
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    code = sqlite_next(s, q, &has_row, err);
    while (!code && has_row) {
        code = hand_out(q, fn, arg);
        if (!code)
            code = sqlite_next(s, q, &has_row, err);
    }
    sqlite3_finalize(q);
    return code;
}

static int delete_rows(struct sqlite_store *s, const char *sql, int64_t scan,
                       uint64_t *n, struct snow_error *err)
{
    sqlite3_stmt *q = NULL;
    int code = 0;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, scan);
    if (sqlite3_step(q) != SQLITE_DONE)
        code = sqlite_failed(s, err);
    else if (n)
        *n += (uint64_t)sqlite3_changes(s->db);
    sqlite3_finalize(q);
    return code;
}

int sqlite_forget_scan(struct snow_store *base, int64_t id,
                       struct snow_forgotten *out, struct snow_error *err)
{
    struct sqlite_store *s = sqlite_of(base);
    struct snow_forgotten n = { 0 };
    const struct {
        const char *sql;
        uint64_t *n;
    } steps[] = {
        { "DELETE FROM block WHERE key BETWEEN ?1 << 24 AND (?1 << 24) +"
          " 16777215",
          &n.blocks },
        { "DELETE FROM tail WHERE scan = ?1", NULL },
        { "DELETE FROM probe WHERE scan = ?1", &n.probes },
        { "DELETE FROM evidence WHERE scan = ?1", &n.evidence },
        { "DELETE FROM name WHERE scan = ?1", &n.names },
        { "DELETE FROM node WHERE scan = ?1", NULL },
        { "DELETE FROM walk WHERE scan = ?1", NULL },
        { "DELETE FROM scan WHERE id = ?1", NULL },
    };
    int code = sqlite_execute(s, "PRAGMA secure_delete = ON", err);

    for (size_t i = 0; i < sizeof steps / sizeof *steps && !code; i++)
        code = delete_rows(s, steps[i].sql, id, steps[i].n, err);
    if (!code)
        *out = n;
    return code;
}

/* Octets in use by the file and its log. */
static int count_octets(struct sqlite_store *s, int64_t *out,
                        struct snow_error *err)
{
    int64_t pages, size;
    int code = sqlite_read_number(s, "PRAGMA page_count", &pages, err);

    if (!code)
        code = sqlite_read_number(s, "PRAGMA page_size", &size, err);
    if (!code)
        *out = pages * size;
    return code;
}

/* The log is folded back and cut to nothing, unless somebody reads in it. */
static int cut_log(struct sqlite_store *s, struct snow_error *err)
{
    int64_t is_busy;
    int code =
        sqlite_read_number(s, "PRAGMA wal_checkpoint(TRUNCATE)", &is_busy, err);

    if (code || !is_busy)
        return code;
    return snow_fail(err, SNOW_EBUSY,
                     "%s: another process reads it: purge again when it has "
                     "ended, since its log still holds what was forgotten",
                     s->path);
}

int sqlite_compact(struct snow_store *base, bool is_due, uint64_t *freed,
                   struct snow_error *err)
{
    struct sqlite_store *s = sqlite_of(base);
    int64_t before, after, n_free;
    int code = count_octets(s, &before, err);

    if (!code)
        code = sqlite_read_number(s, "PRAGMA freelist_count", &n_free, err);
    if (!code && (is_due || n_free > 0))
        code = sqlite_execute(s, "VACUUM", err);
    if (!code)
        code = count_octets(s, &after, err);
    if (!code)
        code = cut_log(s, err);
    if (!code)
        *freed = before > after ? (uint64_t)(before - after) : 0;
    return code;
}
