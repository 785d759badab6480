#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/holder.h"
#include "store/schema.h"

/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [PUT_BLOCK] = "REPLACE INTO block(key, data) VALUES(?1, ?2)",
    [DELETE_TAIL] = "DELETE FROM tail WHERE scan = ?1 AND block = ?2",
    [PUT_TAIL] = "INSERT INTO tail(scan, block, seq, data)"
                 " VALUES(?1, ?2, ?3, ?4)",
    [PUT_PROBE] =
        "REPLACE INTO probe(scan, addr, port, status, code, greeting_ms,"
        " ehlo_status, tls_status, client_blocked, seen, banner, hello,"
        " capabilities, tls_version, tls_cipher, tls_subject, tls_names,"
        " tls_issuer, tls_not_before, tls_not_after, tls_spki_sha256,"
        " tls_self_signed) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,"
        " ?14,?15,?16,?17,?18,?19,?20,?21,?22)",
    [PUT_EVIDENCE] =
        "REPLACE INTO evidence(scan, kind, subject, source, observed, data)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_NAME] = "REPLACE INTO name(scan, addr, nibbles, status, seen, names)"
                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [DELETE_NAME] = "DELETE FROM name WHERE scan = ?1 AND addr = ?2"
                    " AND nibbles = ?3",
    [PUT_NODE] = "REPLACE INTO node(scan, addr, nibbles, ask, open)"
                 " VALUES(?1, ?2, ?3, ?4, ?5)",
    [DELETE_NODE] = "DELETE FROM node WHERE scan = ?1 AND addr = ?2"
                    " AND nibbles = ?3",
    [PUT_COMPLAINT] =
        "REPLACE INTO complaint(message, finding, scan, made, recipient, data)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_COUNT] = "REPLACE INTO walk(scan, status, n) VALUES(?1, ?2, ?3)",
};
/* clang-format on */

int sqlite_failed(struct sqlite_store *s, struct snow_error *err)
{
    int code = s->db ? sqlite3_errcode(s->db) & 255 : SQLITE_NOMEM;
    int reason = s->db ? sqlite3_system_errno(s->db) : 0;

    if (code == SQLITE_FULL ||
        (code == SQLITE_IOERR &&
         (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)))
        return snow_fail(err, SNOW_EFULL,
                         "%s: no space left on the disk: free some, then "
                         "resume",
                         s->path);
    if (code == SQLITE_NOTADB)
        return snow_fail(err, SNOW_ESTORE, "%s: is no snowline store", s->path);
    if (code == SQLITE_CORRUPT)
        return snow_fail(err, SNOW_ESTORE, "%s: the store is damaged: %s",
                         s->path, sqlite3_errmsg(s->db));
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return snow_fail(err, SNOW_EBUSY, "%s: in use by another process",
                         s->path);
    if (code == SQLITE_NOMEM)
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->path);
    return snow_fail(err, SNOW_EIO, "%s: %s", s->path, sqlite3_errmsg(s->db));
}

int sqlite_execute(struct sqlite_store *s, const char *sql,
                   struct snow_error *err)
{
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : sqlite_failed(s, err);
}

int sqlite_read_number(struct sqlite_store *s, const char *sql, int64_t *out,
                       struct snow_error *err)
{
    sqlite3_stmt *q = NULL;
    int code = 0;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK ||
        sqlite3_step(q) != SQLITE_ROW)
        code = sqlite_failed(s, err);
    else
        *out = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return code;
}

/* --- open and close --- */

static void sqlite_close(struct snow_store *base)
{
    struct sqlite_store *s = sqlite_of(base);

    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd); /* last: it ends SQLite's locks of this file, too */
    block_codec_free(s->codec);
    buf_fini(&s->blob);
    buf_fini(&s->targets);
    buf_fini(&s->settings);
    free(s->path);
    free(s);
}

/* One writer, for the whole life of the handle; a killed one leaves nothing
 * behind, since the kernel ends its lock. */
static int lock(struct sqlite_store *s, enum snow_store_mode mode,
                struct snow_error *err)
{
    int flags = O_RDWR | O_CLOEXEC;

    if (mode == SNOW_STORE_CREATE)
        flags |= O_CREAT;
    s->lock_fd = open(s->path, flags, 0644);
    if (s->lock_fd < 0)
        return snow_fail(err,
                         errno == ENOENT && !(flags & O_CREAT) ? SNOW_ENOTFOUND
                                                               : SNOW_EIO,
                         "%s: %s", s->path, strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB))
        return snow_fail(err, SNOW_EBUSY, "%s: in use by another snowline",
                         s->path);
    return 0;
}

static int find(const struct sqlite_store *s, struct snow_error *err)
{
    if (access(s->path, R_OK) == 0)
        return 0;
    return snow_fail(err, errno == ENOENT ? SNOW_ENOTFOUND : SNOW_EIO, "%s: %s",
                     s->path, strerror(errno));
}

/* A store that nobody may write, say on a read-only disk: without a lock and
 * the side files that SQLite would have to make. */
static void format_immutable(struct buf *uri, const char *path)
{
    buf_add_text(uri, "file:");
    for (; *path; path++)
        if (text_is_alnum(*path) || strchr("/._-", *path))
            buf_add_char(uri, *path);
        else
            buf_printf(uri, "%%%02X", (unsigned char)*path);
    buf_add_text(uri, "?immutable=1");
}

/* Readers also open for writing where they may: so the last one to close
 * tidies up what a crash has left. They change nothing. */
static int connect_db(struct sqlite_store *s, bool is_memory,
                      struct snow_error *err)
{
    int code, flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
    struct buf name = { 0 };

    if (is_memory) {
        flags |= SQLITE_OPEN_CREATE;
        buf_add_text(&name, ":memory:");
    } else if (access(s->path, W_OK) == 0) {
        buf_add_text(&name, s->path);
    } else {
        flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
        format_immutable(&name, s->path);
    }
    if (name.failed)
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->path);
    code = sqlite3_open_v2(name.data, &s->db, flags, NULL);
    buf_fini(&name);
    if (code != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_extended_result_codes(s->db, 1);
    return sqlite_execute(s, "PRAGMA busy_timeout=10000", err);
}

static int check_format(struct sqlite_store *s, bool may_be_new,
                        struct snow_error *err)
{
    int64_t id, n_tables;
    int code;

    if ((code = sqlite_read_number(s, "PRAGMA application_id", &id, err)) ||
        (code =
             sqlite_read_number(s, "PRAGMA user_version", &s->version, err)) ||
        (code = sqlite_read_number(s, "SELECT count(*) FROM sqlite_schema",
                                   &n_tables, err)))
        return code;
    if (may_be_new && id == 0 && n_tables == 0)
        return SNOW_ENOTFOUND;
    if (id != SCHEMA_APPLICATION_ID)
        return snow_fail(err, SNOW_ESTORE, "%s: is no snowline store", s->path);
    if (s->version > SCHEMA_VERSION)
        return snow_fail(err, SNOW_ESTORE,
                         "%s: written by a newer snowline (format %lld, this "
                         "one knows %d)",
                         s->path, (long long)s->version, SCHEMA_VERSION);
    return 0;
}

static int prepare(struct sqlite_store *s, struct snow_error *err)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v2(s->db, statements[i], -1, &s->statements[i],
                               NULL) != SQLITE_OK)
            return sqlite_failed(s, err);
    return sqlite_read_number(s, "SELECT ifnull(max(seq), 0) + 1 FROM tail",
                              &s->seq, err);
}

/* An older store becomes one of ours, version by version. */
static int bring_up(struct sqlite_store *s, struct snow_error *err)
{
    int code = s->version < 2 ? sqlite_execute(s, schema_from_1, err) : 0;

    if (!code && s->version < 3)
        code = sqlite_execute(s, schema_from_2, err);
    if (!code && s->version < 4)
        code = sqlite_execute(s, schema_from_3, err);
    return code;
}

static int open_writer(struct sqlite_store *s, bool may_be_new,
                       struct snow_error *err)
{
    int code = check_format(s, may_be_new, err);

    if (code == SNOW_ENOTFOUND) {
        code = sqlite_execute(s, schema_pragmas, err);
        if (!code)
            code = sqlite_execute(s, schema_sql, err);
    } else if (!code) {
        code = bring_up(s, err);
    }
    if (!code) {
        s->version = SCHEMA_VERSION;
        code = sqlite_execute(s, schema_connection, err);
    }
    return code ? code : prepare(s, err);
}

static int open_any(struct snow_store **out, const char *path,
                    enum snow_store_mode mode, bool is_memory,
                    struct snow_error *err)
{
    struct sqlite_store *s = calloc(1, sizeof *s);
    int code;

    if (!s)
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", path);
    s->base.backend = &store_sqlite;
    s->lock_fd = -1;
    s->path = strdup(path);
    if (!s->path || block_codec_new(&s->codec)) {
        code = snow_fail(err, SNOW_ENOMEM, "%s: out of memory", path);
        goto fail;
    }
    if (!is_memory &&
        (code = mode == SNOW_STORE_READ ? find(s, err) : lock(s, mode, err)))
        goto fail;
    if ((code = connect_db(s, is_memory, err)))
        goto fail;
    if (mode == SNOW_STORE_READ && !is_memory)
        code = check_format(s, false, err);
    else
        code = open_writer(s, is_memory || mode == SNOW_STORE_CREATE, err);
    if (code)
        goto fail;
    *out = &s->base;
    return 0;

fail:
    sqlite_close(&s->base);
    return code;
}

static int sqlite_open(struct snow_store **out, const char *path,
                       enum snow_store_mode mode, struct snow_error *err)
{
    return open_any(out, path, mode, false, err);
}

static int memory_open(struct snow_store **out, const char *path,
                       enum snow_store_mode mode, struct snow_error *err)
{
    (void)path;
    return open_any(out, "memory:", mode, true, err);
}

static int64_t sqlite_writer(const struct snow_store *base)
{
    const struct sqlite_store *s = (const struct sqlite_store *)base;

    return holder_of(s->path);
}

/* --- scans --- */

static int sqlite_add_scan(struct snow_store *base,
                           const struct snow_scan *scan, int64_t *id,
                           struct snow_error *err)
{
    /* a complaint outlives its scan, whose number is not given anew */
    static const char sql[] =
        "INSERT INTO scan(id, targets, settings, seed, created, now, finished,"
        " version) VALUES(1 + max((SELECT ifnull(max(id), 0) FROM scan),"
        " (SELECT ifnull(max(scan), 0) FROM complaint)),"
        " ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    int code = 0;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_text(q, 1, scan->targets, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, scan->settings, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, (int64_t)scan->seed);
    sqlite3_bind_int64(q, 4, scan->created_utc_s);
    sqlite3_bind_int64(q, 5, scan->now_utc_s);
    if (scan->finished_utc_s != SNOW_TIME_UNKNOWN)
        sqlite3_bind_int64(q, 6, scan->finished_utc_s);
    sqlite3_bind_text(q, 7, SNOW_VERSION, -1, SQLITE_STATIC);
    if (sqlite3_step(q) != SQLITE_DONE)
        code = sqlite_failed(s, err);
    else
        *id = sqlite3_last_insert_rowid(s->db);
    sqlite3_finalize(q);
    return code;
}

static const char *keep_text(struct buf *to, sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);

    buf_clear(to);
    buf_add_text(to, text ? text : "");
    return to->data;
}

static int sqlite_get_scan(struct snow_store *base, int64_t id,
                           struct snow_scan *out, struct snow_error *err)
{
    static const char sql[] =
        "SELECT id, targets, settings, seed, created, now, finished FROM scan"
        " WHERE ?1 IN (0, id) ORDER BY id DESC LIMIT 1";
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    int code = 0, step;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, id);
    step = sqlite3_step(q);
    if (step == SQLITE_ROW)
        *out = (struct snow_scan){
            .id = sqlite3_column_int64(q, 0),
            .targets = keep_text(&s->targets, q, 1),
            .settings = keep_text(&s->settings, q, 2),
            .seed = (uint64_t)sqlite3_column_int64(q, 3),
            .created_utc_s = sqlite3_column_int64(q, 4),
            .now_utc_s = sqlite3_column_int64(q, 5),
            .finished_utc_s = sqlite3_column_type(q, 6) == SQLITE_NULL
                                  ? SNOW_TIME_UNKNOWN
                                  : sqlite3_column_int64(q, 6),
        };
    else if (step == SQLITE_DONE)
        code =
            snow_fail(err, SNOW_ENOTFOUND, "%s: no such scan in it", s->path);
    else
        code = sqlite_failed(s, err);
    sqlite3_finalize(q);
    if (!code && (s->targets.failed || s->settings.failed))
        code = snow_fail(err, SNOW_ENOMEM, "out of memory");
    return code;
}

static int sqlite_update_scan(struct snow_store *base,
                              const struct snow_scan *scan,
                              struct snow_error *err)
{
    static const char sql[] =
        "UPDATE scan SET targets = ?2, settings = ?3, now = ?4 WHERE id = ?1";
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    int code = 0;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, scan->id);
    sqlite3_bind_text(q, 2, scan->targets, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, scan->settings, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, scan->now_utc_s);
    if (sqlite3_step(q) != SQLITE_DONE)
        code = sqlite_failed(s, err);
    sqlite3_finalize(q);
    return code;
}

static int sqlite_finish_scan(struct snow_store *base, int64_t id,
                              int64_t utc_s, struct snow_error *err)
{
    struct sqlite_store *s = sqlite_of(base);
    sqlite3_stmt *q = NULL;
    int code = 0;

    if (sqlite3_prepare_v2(s->db, "UPDATE scan SET finished = ?2 WHERE id = ?1",
                           -1, &q, NULL) != SQLITE_OK)
        return sqlite_failed(s, err);
    sqlite3_bind_int64(q, 1, id);
    if (utc_s != SNOW_TIME_UNKNOWN)
        sqlite3_bind_int64(q, 2, utc_s);
    if (sqlite3_step(q) != SQLITE_DONE)
        code = sqlite_failed(s, err);
    sqlite3_finalize(q);
    return code;
}

/* --- writing --- */

static int sqlite_begin(struct snow_store *s, struct snow_error *err)
{
    return sqlite_execute(sqlite_of(s), "BEGIN IMMEDIATE", err);
}

static int sqlite_commit(struct snow_store *s, struct snow_error *err)
{
    return sqlite_execute(sqlite_of(s), "COMMIT", err);
}

static void sqlite_rollback(struct snow_store *s)
{
    sqlite3_exec(sqlite_of(s)->db, "ROLLBACK", NULL, NULL, NULL);
}

int sqlite_run(struct sqlite_store *s, sqlite3_stmt *q, struct snow_error *err)
{
    int code = sqlite3_step(q) == SQLITE_DONE ? 0 : sqlite_failed(s, err);

    sqlite3_reset(q);
    return code;
}

static int64_t block_number(struct snow_addr a)
{
    return snow_addr_ipv4(a) >> 8;
}

static int put_block(struct sqlite_store *s, const struct snow_record *r,
                     struct snow_error *err)
{
    bool is_tail = r->kind == SNOW_RECORD_TAIL;
    sqlite3_stmt *q = s->statements[is_tail ? PUT_TAIL : PUT_BLOCK];
    sqlite3_stmt *clear = s->statements[DELETE_TAIL];
    int64_t number = block_number(r->block->first);
    int code;

    buf_clear(&s->blob);
    if ((code = block_encode(s->codec, &s->blob, r->block)))
        return snow_fail(err, code, "%s: out of memory", s->path);
    if (is_tail) {
        sqlite3_bind_int64(q, 1, r->scan);
        sqlite3_bind_int64(q, 2, number);
        sqlite3_bind_int64(q, 3, s->seq++);
    } else {
        sqlite3_bind_int64(q, 1, r->scan << 24 | number);
    }
    sqlite3_bind_blob64(q, is_tail ? 4 : 2, s->blob.data, s->blob.len,
                        SQLITE_STATIC);
    if ((code = sqlite_run(s, q, err)) || is_tail)
        return code;
    sqlite3_bind_int64(clear, 1, r->scan);
    sqlite3_bind_int64(clear, 2, number);
    return sqlite_run(s, clear, err);
}

void sqlite_bind_addr(sqlite3_stmt *q, int i, struct snow_addr a)
{
    unsigned char key[16];

    for (int k = 0; k < 8; k++) {
        key[k] = (unsigned char)(a.hi >> (56 - 8 * k));
        key[8 + k] = (unsigned char)(a.lo >> (56 - 8 * k));
    }
    sqlite3_bind_blob(q, i, key, sizeof key, SQLITE_TRANSIENT);
}

void sqlite_bind_octets(sqlite3_stmt *q, int i, const char *octets, size_t len)
{
    sqlite3_bind_blob64(q, i, len > 0 ? octets : "", len, SQLITE_STATIC);
}

static void bind_time(sqlite3_stmt *q, int i, int64_t utc_s)
{
    if (utc_s == SNOW_TIME_UNKNOWN)
        sqlite3_bind_null(q, i);
    else
        sqlite3_bind_int64(q, i, utc_s);
}

/* Without a certificate its times are not known, either. */
static void bind_tls(sqlite3_stmt *q, int i, const struct snow_tls *t)
{
    bool has_certificate = t->spki_sha256[0] != '\0';

    sqlite3_bind_text(q, i, t->version, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, i + 1, t->cipher, -1, SQLITE_STATIC);
    sqlite_bind_octets(q, i + 2, t->subject, t->subject_len);
    sqlite_bind_octets(q, i + 3, t->names, t->names_len);
    sqlite_bind_octets(q, i + 4, t->issuer, t->issuer_len);
    bind_time(q, i + 5,
              has_certificate ? t->not_before_utc_s : SNOW_TIME_UNKNOWN);
    bind_time(q, i + 6,
              has_certificate ? t->not_after_utc_s : SNOW_TIME_UNKNOWN);
    sqlite3_bind_text(q, i + 7, t->spki_sha256, -1, SQLITE_STATIC);
    sqlite3_bind_int(q, i + 8, t->is_self_signed);
}

static int put_probe(struct sqlite_store *s, int64_t scan,
                     const struct snow_probe *p, struct snow_error *err)
{
    sqlite3_stmt *q = s->statements[PUT_PROBE];

    sqlite3_bind_int64(q, 1, scan);
    sqlite_bind_addr(q, 2, p->addr);
    sqlite3_bind_int(q, 3, p->port);
    sqlite3_bind_int(q, 4, p->status);
    sqlite3_bind_int(q, 5, p->code);
    sqlite3_bind_int64(q, 6, p->greeting_ms);
    sqlite3_bind_int(q, 7, p->ehlo_status);
    sqlite3_bind_int(q, 8, p->tls_status);
    sqlite3_bind_int(q, 9, p->client_blocked);
    sqlite3_bind_int64(q, 10, p->seen_utc_s);
    sqlite_bind_octets(q, 11, p->banner, p->banner_len);
    sqlite_bind_octets(q, 12, p->hello, p->hello_len);
    sqlite_bind_octets(q, 13, p->capabilities, p->capabilities_len);
    bind_tls(q, 14, &p->tls);
    return sqlite_run(s, q, err);
}

static int put_evidence(struct sqlite_store *s, int64_t scan,
                        const struct snow_evidence *e, struct snow_error *err)
{
    sqlite3_stmt *q = s->statements[PUT_EVIDENCE];

    sqlite3_bind_int64(q, 1, scan);
    sqlite3_bind_text(q, 2, e->kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, e->subject, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, e->source, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 5, e->observed_utc_s);
    sqlite3_bind_text64(q, 6, e->data, e->data_len, SQLITE_STATIC, SQLITE_UTF8);
    return sqlite_run(s, q, err);
}

static int sqlite_put(struct snow_store *base, const struct snow_record *r,
                      struct snow_error *err)
{
    struct sqlite_store *s = sqlite_of(base);

    switch (r->kind) {
    case SNOW_RECORD_BLOCK:
    case SNOW_RECORD_TAIL:
        return put_block(s, r, err);
    case SNOW_RECORD_PROBE:
        return put_probe(s, r->scan, r->probe, err);
    case SNOW_RECORD_EVIDENCE:
        return put_evidence(s, r->scan, r->evidence, err);
    case SNOW_RECORD_NAME:
        return sqlite_put_name(s, r->scan, r->name, err);
    case SNOW_RECORD_WALK:
        return sqlite_put_walk(s, r->scan, r->walk, err);
    case SNOW_RECORD_COMPLAINT:
        return sqlite_put_complaint(s, r->scan, r->complaint, err);
    default: /* of shared stores */
        return SNOW_EINVAL;
    }
}

#define OPERATIONS                                                             \
    .close = sqlite_close, .writer = sqlite_writer,                            \
    .add_scan = sqlite_add_scan, .get_scan = sqlite_get_scan,                  \
    .update_scan = sqlite_update_scan, .finish_scan = sqlite_finish_scan,      \
    .begin = sqlite_begin, .put = sqlite_put, .commit = sqlite_commit,         \
    .rollback = sqlite_rollback, .each_scan = sqlite_each_scan,                \
    .blocks_open = sqlite_blocks_open, .blocks_next = sqlite_blocks_next,      \
    .blocks_close = sqlite_blocks_close, .count_blocks = sqlite_count_blocks,  \
    .each_probe = sqlite_each_probe, .each_evidence = sqlite_each_evidence,    \
    .names_open = sqlite_names_open, .names_next = sqlite_names_next,          \
    .names_close = sqlite_names_close, .each_node = sqlite_each_node,          \
    .get_walk = sqlite_get_walk, .each_complaint = sqlite_each_complaint,      \
    .forget_scan = sqlite_forget_scan, .compact = sqlite_compact

const struct store_backend store_sqlite = { .scheme = "sqlite",
                                            .open = sqlite_open,
                                            OPERATIONS };

/* The same tables without a file. */
const struct store_backend store_memory = { .scheme = "memory",
                                            .open = memory_open,
                                            OPERATIONS };
