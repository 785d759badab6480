/*
 * Workers on a PostgreSQL server: that they live, what share of a scan's rates
 * they have, and which hosts of registries are theirs.
 *
 * Shares   never come to more than 1. The beats of a scan come one after the
 *          other (its row is locked), each takes at most what the living leave,
 *          and what a worker gives up is others' only with its next beat: until
 *          then it may not have heard of it.
 * Living   is whose time has not come. Others are judged by now(), when the
 *          transaction began: before the lock, so too many count. Oneself is
 *          judged by the clock behind the lock: others may have taken the share
 *          while it was waited for.
 * A host   that is taken from a worker that fell silent is left alone for a
 *          second: it may just have been asked.
 */
#include "store/pg_ops.h"

#include <stdio.h>

#include "base/text.h"

/* Text that every server takes, whatever a machine is called. */
static void copy_plain(char *to, size_t cap, const char *from)
{
    size_t i = 0;

    for (; from[i] && i + 1 < cap; i++)
        to[i] = from[i] > ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}

/* --- join and leave --- */

static const char join_sql[] =
    "WITH old AS (DELETE FROM worker WHERE seen < now() - interval '1 day')"
    " INSERT INTO worker(scan, name, share, answered, rate, joined, seen,"
    "  expires)"
    " SELECT id, $2, 0, 0, 0, now(), now(), now() + $3" SECONDS
    " FROM scan WHERE id = $1"
    " RETURNING id, floor(extract(epoch FROM joined))::bigint";

static int pg_join(struct snow_store *base, struct snow_worker *w,
                   unsigned lease_s, struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    char name[sizeof w->name];
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code = pg_connected(s, err);

    if (code)
        return code;
    copy_plain(name, sizeof name, w->name);
    pg_arg_int(&a, w->scan);
    pg_arg_text(&a, name);
    pg_arg_int(&a, lease_s);
    code = pg_query(s, join_sql, &a, &r, err);
    if (!code && PQntuples(r) == 0)
        code = snow_fail(err, SNOW_ENOTFOUND, "%s: no scan %lld", s->shown,
                         (long long)w->scan);
    if (!code) {
        w->id = pg_int(r, 0, 0);
        w->joined_utc_s = w->seen_utc_s = pg_int(r, 0, 1);
        w->share = 0;
        w->is_alive = true;
    }
    PQclear(r);
    return code;
}

static const char leave_sql[] =
    "WITH mine AS (SELECT id FROM shard"
    "  WHERE scan = $2 AND worker = $1 AND state = 1 ORDER BY id FOR UPDATE),"
    " given_back AS (UPDATE shard SET state = 0, worker = NULL, token = 0,"
    "   expires = NULL"
    "  FROM mine WHERE shard.scan = $2 AND shard.id = mine.id"
    "   AND shard.worker = $1 AND shard.state = 1),"
    " hosts AS (UPDATE host SET worker = 0, expires = now(),"
    "   not_before = greatest(not_before, now() + interval '1 second')"
    "  WHERE worker = $1)"
    " DELETE FROM worker WHERE id = $1";

static int pg_leave(struct snow_store *base, const struct snow_worker *w,
                    struct snow_error *err)
{
    struct pg_args a = { 0 };
    int code = pg_connected(pg_of(base), err);

    if (code)
        return code;
    pg_arg_int(&a, w->id);
    pg_arg_int(&a, w->scan);
    return pg_query(pg_of(base), leave_sql, &a, NULL, err);
}

/* --- beats --- */

/* $1 worker, $2 scan, $3 seconds, $4 the share it uses until it hears of the
 * new one. Rows that are locked are being written for by the worker itself,
 * which renews them, or are being taken away. One row a lease; a row without
 * one where there is none; no row: there is no such worker. */
static const char beat_sql[] =
    "WITH locked AS (SELECT id FROM shard"
    "  WHERE scan = $2 AND worker = $1 AND state = 1 FOR UPDATE SKIP LOCKED),"
    " renewed AS (UPDATE shard"
    "  SET expires = greatest(expires, now() + $3" SECONDS ")"
    "  FROM locked WHERE shard.scan = $2 AND shard.id = locked.id"
    "   AND shard.worker = $1 AND shard.state = 1),"
    " hosts AS (UPDATE host"
    "  SET expires = greatest(expires, now() + $3" SECONDS ")"
    "  WHERE worker = $1),"
    " others AS (SELECT count(*) AS n, coalesce(sum(share), 0) AS total"
    "  FROM worker WHERE scan = $2 AND id <> $1 AND expires > now()),"
    " next AS (SELECT least(1.0::float8 / (n + 1),"
    "  greatest(0, 1 - total)) AS share FROM others),"
    " self AS (UPDATE worker SET"
    "   share = greatest(next.share, CASE WHEN expires > clock_timestamp()"
    "    THEN least(worker.share, $4) ELSE 0 END),"
    "   answered = $5, rate = $6, seen = now(),"
    "   expires = greatest(expires, now() + $3" SECONDS ")"
    "  FROM next WHERE id = $1 AND scan = $2 RETURNING next.share),"
    " counts AS (SELECT count(*) FILTER (WHERE state < 2) AS unfinished,"
    "  count(*) FILTER (WHERE state = 2) AS finished"
    "  FROM shard WHERE scan = $2)"
    " SELECT self.share, others.n + 1, unfinished, finished, held.id"
    " FROM self CROSS JOIN others CROSS JOIN counts"
    " LEFT JOIN shard AS held ON held.scan = $2 AND held.worker = $1"
    "  AND held.state = 1";

static void read_beat(const PGresult *r, struct snow_worker *w,
                      struct snow_beat *out)
{
    *out = (struct snow_beat){ .n_workers = (unsigned)pg_int(r, 0, 1),
                               .unfinished = (uint64_t)pg_int(r, 0, 2),
                               .finished = (uint64_t)pg_int(r, 0, 3) };
    w->share = pg_float(r, 0, 0);
    for (int i = 0; i < PQntuples(r); i++)
        if (!PQgetisnull(r, i, 4) && out->n_leases < COUNT_OF(out->leases))
            out->leases[out->n_leases++] = pg_int(r, i, 4);
}

/* From here to the commit the beats of others wait. Statements that see what
 * they wrote come after this one: it is a statement of its own. */
static int begin_beat(struct pg_store *s, int64_t scan, unsigned lease_s,
                      struct snow_error *err)
{
    char sql[192];
    int code = pg_connected(s, err);

    if (code)
        return code;
    snprintf(sql, sizeof sql,
             "BEGIN;"
             "SET LOCAL idle_in_transaction_session_timeout = '%us';"
             "SELECT FROM scan WHERE id = %lld FOR UPDATE",
             lease_s, (long long)scan);
    return pg_execute(s, sql, err);
}

static int send_beat(struct pg_store *s, const struct snow_worker *w,
                     unsigned lease_s, PGresult **r, struct snow_error *err)
{
    struct pg_args a = { 0 };

    pg_arg_int(&a, w->id);
    pg_arg_int(&a, w->scan);
    pg_arg_int(&a, lease_s);
    pg_arg_float(&a, w->share);
    pg_arg_int(&a, (int64_t)w->answered);
    pg_arg_float(&a, w->rate_per_s);
    return pg_query(s, beat_sql, &a, r, err);
}

static int pg_beat(struct snow_store *base, struct snow_worker *w,
                   unsigned lease_s, struct snow_beat *out,
                   struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    PGresult *r = NULL;
    int code = begin_beat(s, w->scan, lease_s, err);

    if (!code)
        code = send_beat(s, w, lease_s, &r, err);
    if (!code && PQntuples(r) == 0)
        code =
            snow_fail(err, SNOW_ENOTFOUND, "%s: scan %lld has no worker %lld",
                      s->shown, (long long)w->scan, (long long)w->id);
    if (!code)
        code = pg_execute(s, "COMMIT", err);
    if (!code)
        read_beat(r, w, out);
    else
        pg_execute(s, "ROLLBACK", NULL);
    PQclear(r);
    return code;
}

static const char workers_sql[] =
    "SELECT id, name, share, answered, rate,"
    " floor(extract(epoch FROM joined))::bigint,"
    " floor(extract(epoch FROM seen))::bigint,"
    " coalesce(held.n, 0), expires > now()"
    " FROM worker LEFT JOIN (SELECT shard.worker, count(*) AS n FROM shard"
    "  WHERE scan = $1 AND state = 1 GROUP BY shard.worker) AS held"
    "  ON held.worker = id"
    " WHERE scan = $1 AND seen > now() - interval '1 hour' ORDER BY id";

static void read_worker(const PGresult *r, int row, struct snow_worker *w)
{
    size_t len;

    text_copy(w->name, sizeof w->name, pg_octets(r, row, 1, &len));
    w->id = pg_int(r, row, 0);
    w->share = pg_float(r, row, 2);
    w->answered = (uint64_t)pg_int(r, row, 3);
    w->rate_per_s = pg_float(r, row, 4);
    w->joined_utc_s = pg_int(r, row, 5);
    w->seen_utc_s = pg_int(r, row, 6);
    w->n_leases = (uint32_t)pg_int(r, row, 7);
    w->is_alive = pg_int(r, row, 8) != 0;
}

static int pg_each_worker(struct snow_store *base, int64_t scan,
                          snow_worker_fn fn, void *arg, struct snow_error *err)
{
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code = pg_connected(pg_of(base), err);

    if (code)
        return code;
    pg_arg_int(&a, scan);
    code = pg_query(pg_of(base), workers_sql, &a, &r, err);
    for (int i = 0; !code && i < PQntuples(r); i++) {
        struct snow_worker w = { .scan = scan };

        read_worker(r, i, &w);
        code = fn(arg, &w);
    }
    PQclear(r);
    return code;
}

/* --- hosts --- */

/* No row: another has it. A worker has a host without a wait only from the one
 * who let go of it, and has said how long to wait. */
static const char claim_sql[] =
    "INSERT INTO host AS h(name, worker, expires, not_before)"
    " VALUES($1, $2, now() + $3" SECONDS ", now())"
    " ON CONFLICT(name) DO UPDATE SET worker = $2,"
    "  expires = now() + $3" SECONDS ","
    "  not_before = CASE WHEN h.worker IN (0, $2) THEN h.not_before"
    "   ELSE greatest(h.not_before, now() + interval '1 second') END"
    " WHERE h.worker IN (0, $2) OR h.expires < now()"
    " RETURNING ceil(extract(epoch FROM"
    "  greatest(not_before - now(), interval '0')) * 1000)::bigint";

static int pg_claim(struct snow_store *base, const struct snow_worker *w,
                    unsigned lease_s, const char *host, uint32_t *wait_ms,
                    struct snow_error *err)
{
    char name[256];
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code = pg_connected(pg_of(base), err);

    if (code)
        return code;
    copy_plain(name, sizeof name, host);
    pg_arg_text(&a, name);
    pg_arg_int(&a, w->id);
    pg_arg_int(&a, lease_s);
    code = pg_query(pg_of(base), claim_sql, &a, &r, err);
    if (!code && PQntuples(r) == 0)
        code = SNOW_EAGAIN;
    if (!code) {
        int64_t ms = pg_int(r, 0, 0);

        *wait_ms = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    }
    PQclear(r);
    return code;
}

static int pg_release(struct snow_store *base, const struct snow_worker *w,
                      const char *host, uint32_t wait_ms,
                      struct snow_error *err)
{
    char name[256];
    struct pg_args a = { 0 };
    int code = pg_connected(pg_of(base), err);

    if (code)
        return code;
    copy_plain(name, sizeof name, host);
    pg_arg_text(&a, name);
    pg_arg_int(&a, w->id);
    pg_arg_float(&a, wait_ms / 1000.0);
    return pg_query(pg_of(base),
                    "UPDATE host SET worker = 0, expires = now(),"
                    " not_before = greatest(not_before, now() + $3" SECONDS
                    ") WHERE name = $1 AND worker = $2",
                    &a, NULL, err);
}

const struct store_sharing pg_sharing = {
    .add_shards = pg_add_shards,
    .retry_shards = pg_retry_shards,
    .join = pg_join,
    .leave = pg_leave,
    .beat = pg_beat,
    .each_worker = pg_each_worker,
    .lease = pg_lease,
    .give_back = pg_give_back,
    .fence = pg_fence,
    .count_shards = pg_count_shards,
    .each_leased = pg_each_leased,
    .claim = pg_claim,
    .release = pg_release,
};
