/* Rows of scans, and how one is forgotten. */
#include "store/pg_ops.h"

#include <stdlib.h>

#include "base/text.h"

/* A transaction around statements that must be one, unless there is one.
 * @param is_own  to be told to end_own() */
static int begin_own(struct pg_store *s, bool *is_own, struct snow_error *err)
{
    int code = pg_connected(s, err);

    *is_own = !code && PQtransactionStatus(s->db) == PQTRANS_IDLE;
    return *is_own ? pg_execute(s, "BEGIN", err) : code;
}

static int end_own(struct pg_store *s, bool is_own, int code,
                   struct snow_error *err)
{
    if (is_own && !code)
        code = pg_execute(s, "COMMIT", err);
    if (is_own && code)
        pg_execute(s, "ROLLBACK", NULL);
    return code;
}

static void arg_time(struct pg_args *a, int64_t utc_s)
{
    if (utc_s == SNOW_TIME_UNKNOWN)
        pg_arg_octets(a, PG_INT8, NULL, 0);
    else
        pg_arg_int(a, utc_s);
}

/* A complaint outlives its scan, whose number is not given anew; whoever adds
 * holds the store's row, so that no two get the same. */
static int insert(struct pg_store *s, const struct snow_scan *scan, int64_t *id,
                  struct snow_error *err)
{
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code =
        pg_query(s, "SELECT version FROM store FOR UPDATE", NULL, NULL, err);

    pg_arg_text(&a, scan->targets);
    pg_arg_text(&a, scan->settings);
    pg_arg_int(&a, (int64_t)scan->seed);
    pg_arg_int(&a, scan->created_utc_s);
    pg_arg_int(&a, scan->now_utc_s);
    arg_time(&a, scan->finished_utc_s);
    pg_arg_text(&a, SNOW_VERSION);
    if (!code)
        code = pg_query(
            s,
            "INSERT INTO scan(id, targets, settings, seed, created, now,"
            " finished, version) SELECT 1 + greatest((SELECT"
            " coalesce(max(id), 0) FROM scan), (SELECT coalesce(max(scan), 0)"
            " FROM complaint)), $1, $2, $3, $4, $5, $6, $7 RETURNING id",
            &a, &r, err);
    if (!code)
        *id = pg_int(r, 0, 0);
    PQclear(r);
    return code;
}

int pg_add_scan(struct snow_store *base, const struct snow_scan *scan,
                int64_t *id, struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    bool is_own;
    int code = begin_own(s, &is_own, err);

    return code ? code : end_own(s, is_own, insert(s, scan, id, err), err);
}

static const char *keep_text(struct buf *to, const char *text)
{
    buf_clear(to);
    buf_add_text(to, text);
    return to->data;
}

int pg_get_scan(struct snow_store *base, int64_t id, struct snow_scan *out,
                struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code = pg_connected(s, err);

    pg_arg_int(&a, id);
    if (!code)
        code = pg_query(s,
                        "SELECT " PG_SCAN_COLUMNS " FROM scan"
                        " WHERE $1 IN (0, id) ORDER BY id DESC LIMIT 1",
                        &a, &r, err);
    if (!code && PQntuples(r) == 0)
        code =
            snow_fail(err, SNOW_ENOTFOUND, "%s: no such scan in it", s->shown);
    if (!code) {
        pg_read_scan(out, r, 0);
        out->targets = keep_text(&s->targets, out->targets);
        out->settings = keep_text(&s->settings, out->settings);
        if (s->targets.failed || s->settings.failed)
            code = snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    PQclear(r);
    return code;
}

int pg_update_scan(struct snow_store *base, const struct snow_scan *scan,
                   struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    struct pg_args a = { 0 };
    int code = pg_connected(s, err);

    pg_arg_int(&a, scan->id);
    pg_arg_text(&a, scan->targets);
    pg_arg_text(&a, scan->settings);
    pg_arg_int(&a, scan->now_utc_s);
    return code ? code
                : pg_query(s,
                           "UPDATE scan SET targets = $2, settings = $3,"
                           " now = $4 WHERE id = $1",
                           &a, NULL, err);
}

int pg_finish_scan(struct snow_store *base, int64_t id, int64_t utc_s,
                   struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    struct pg_args a = { 0 };
    int code = pg_connected(s, err);

    pg_arg_int(&a, id);
    arg_time(&a, utc_s);
    return code ? code
                : pg_query(s, "UPDATE scan SET finished = $2 WHERE id = $1", &a,
                           NULL, err);
}

/* --- forgetting --- */

static int delete_rows(struct pg_store *s, const char *sql,
                       const struct pg_args *a, uint64_t *n,
                       struct snow_error *err)
{
    PGresult *r = NULL;
    int code = pg_query(s, sql, a, &r, err);

    if (!code && n)
        *n += strtoull(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return code;
}

/* Who is at it now would put rows of a scan that is gone. */
static int check_workers(struct pg_store *s, int64_t id, struct snow_error *err)
{
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int64_t n = 0;
    int code;

    pg_arg_int(&a, id);
    code = pg_query(s,
                    "SELECT count(*) FROM worker WHERE scan = $1"
                    " AND expires > now()",
                    &a, &r, err);
    if (!code)
        n = pg_int(r, 0, 0);
    PQclear(r);
    if (code || n == 0)
        return code;
    return snow_fail(err, SNOW_EBUSY,
                     "%s: scan %lld is being worked on: wait until it is done, "
                     "or end its workers",
                     s->shown, (long long)id);
}

int pg_forget_scan(struct snow_store *base, int64_t id,
                   struct snow_forgotten *out, struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    struct snow_forgotten n = { 0 };
    struct pg_args a = { 0 };
    const struct {
        const char *sql;
        uint64_t *n;
    } steps[] = {
        { "DELETE FROM block WHERE key BETWEEN $1::bigint << 24"
          " AND ($1::bigint << 24) + 16777215",
          &n.blocks },
        { "DELETE FROM tail WHERE scan = $1", NULL },
        { "DELETE FROM probe WHERE scan = $1", &n.probes },
        { "DELETE FROM evidence WHERE scan = $1", &n.evidence },
        { "DELETE FROM name WHERE scan = $1", &n.names },
        { "DELETE FROM node WHERE scan = $1", NULL },
        { "DELETE FROM walk WHERE scan = $1", NULL },
        { "DELETE FROM shard WHERE scan = $1", NULL },
        { "DELETE FROM worker WHERE scan = $1", NULL },
        { "DELETE FROM scan WHERE id = $1", NULL },
    };
    int code = check_workers(s, id, err);

    pg_arg_int(&a, id);
    for (size_t i = 0; i < COUNT_OF(steps) && !code; i++)
        code = delete_rows(s, steps[i].sql, &a, steps[i].n, err);
    if (!code)
        *out = n;
    return code;
}

static int count_octets(struct pg_store *s, int64_t *out,
                        struct snow_error *err)
{
    PGresult *r = NULL;
    int code = pg_query(
        s,
        "SELECT sum(pg_total_relation_size(t::regclass))::bigint FROM"
        " unnest(ARRAY['block', 'tail', 'probe', 'evidence', 'name', 'node',"
        " 'walk', 'shard', 'worker', 'scan', 'complaint']) AS t",
        NULL, &r, err);

    if (!code)
        *out = pg_int(r, 0, 0);
    PQclear(r);
    return code;
}

/* Tables are written anew, without what was forgotten; the server's log and its
 * copies are its administrator's. */
int pg_compact(struct snow_store *base, bool is_due, uint64_t *freed,
               struct snow_error *err)
{
    static const char *const tables[] = {
        "VACUUM FULL block", "VACUUM FULL tail",     "VACUUM FULL probe",
        "VACUUM FULL name",  "VACUUM FULL evidence", "VACUUM FULL scan",
    };
    struct pg_store *s = pg_of(base);
    int64_t before, after;
    int code = pg_connected(s, err);

    *freed = 0;
    if (code || !is_due)
        return code;
    code = count_octets(s, &before, err);
    for (size_t i = 0; !code && i < COUNT_OF(tables); i++)
        code = pg_execute(s, tables[i], err);
    if (!code)
        code = count_octets(s, &after, err);
    if (!code)
        *freed = before > after ? (uint64_t)(before - after) : 0;
    return code;
}
