/*
 * Shards on a PostgreSQL server: who has which, and until when.
 *
 * Two who want the same   SKIP LOCKED: the second takes the next one.
 * A token                 is a random number of the one who leases, so that
 *                         shards that are taken away and added anew cannot be
 *                         taken for what they were.
 * Times                   are now(), when the transaction began: too early
 *                         where it had to wait, hence never too long a lease
 *                         and never one that is called over too soon.
 * Locks                   of several shards are taken by their numbers, or not
 *                         waited for: nobody waits for each other.
 */
#include "store/pg_ops.h"

#include <stdio.h>

#include "base/random.h"
#include "base/text.h"

/* --- adding --- */

/* A statement carries this much, and one payload more. */
#define CHUNK_SHARDS 1000
#define CHUNK_OCTETS (1u << 20)

/** Columns of shards, as lists, and their payloads one behind the other. */
struct chunk {
    struct buf kinds, afters, ns, retries, starts, lens, whats;
    size_t n;
};

static void chunk_clear(struct chunk *c)
{
    struct buf *const all[] = { &c->kinds,  &c->afters, &c->ns,   &c->retries,
                                &c->starts, &c->lens,   &c->whats };

    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_clear(all[i]);
    c->n = 0;
}

static void chunk_fini(struct chunk *c)
{
    struct buf *const all[] = { &c->kinds,  &c->afters, &c->ns,   &c->retries,
                                &c->starts, &c->lens,   &c->whats };

    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_fini(all[i]);
}

static bool chunk_failed(const struct chunk *c)
{
    return c->kinds.failed || c->afters.failed || c->ns.failed ||
           c->retries.failed || c->starts.failed || c->lens.failed ||
           c->whats.failed;
}

static void add_number(struct buf *list, uint64_t number)
{
    if (list->len > 0)
        buf_add_char(list, ',');
    buf_add_u64(list, number > INT64_MAX ? INT64_MAX : number);
}

static void chunk_add(struct chunk *c, const struct snow_shard *shard)
{
    add_number(&c->kinds, shard->kind);
    add_number(&c->afters, shard->after);
    add_number(&c->ns, shard->n);
    add_number(&c->retries, shard->is_retry);
    add_number(&c->starts, c->whats.len + 1); /* SQL counts from 1 */
    add_number(&c->lens, shard->what_len);
    buf_add(&c->whats, shard->what, shard->what_len);
    c->n++;
}

static const char add_sql[] =
    "INSERT INTO shard(scan, id, kind, after, n, is_retry, what)"
    " SELECT $1, last.id + a.at, a.kind, a.after, a.n, a.is_retry,"
    "  substring($8 FROM a.start FOR a.len)"
    " FROM (SELECT coalesce(max(id), 0) AS id FROM shard WHERE scan = $1)"
    "  AS last,"
    "  unnest(string_to_array($2, ',')::smallint[],"
    "   string_to_array($3, ',')::smallint[],"
    "   string_to_array($4, ',')::bigint[],"
    "   string_to_array($5, ',')::boolean[],"
    "   string_to_array($6, ',')::integer[],"
    "   string_to_array($7, ',')::integer[]) WITH ORDINALITY"
    "  AS a(kind, after, n, is_retry, start, len, at)";

static int chunk_send(struct chunk *c, struct pg_store *s, int64_t scan,
                      struct snow_error *err)
{
    const struct buf *const lists[] = { &c->kinds,   &c->afters, &c->ns,
                                        &c->retries, &c->starts, &c->lens };
    struct pg_args a = { 0 };
    int code;

    if (c->n == 0)
        return 0;
    if (chunk_failed(c))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    pg_arg_int(&a, scan);
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        pg_arg_octets(&a, PG_TEXT, lists[i]->data, lists[i]->len);
    pg_arg_octets(&a, PG_BYTEA, c->whats.data ? c->whats.data : "",
                  c->whats.len);
    code = pg_query(s, add_sql, &a, NULL, err);
    chunk_clear(c);
    return code;
}

int pg_add_shards(struct snow_store *base, const struct snow_shard *shards,
                  size_t n, struct snow_error *err)
{
    struct chunk c = { 0 };
    int code = 0;

    for (size_t i = 0; !code && i < n; i++) {
        int64_t scan = shards[i].lease.scan;

        chunk_add(&c, &shards[i]);
        if (c.n == CHUNK_SHARDS || c.whats.len >= CHUNK_OCTETS || i + 1 == n ||
            shards[i + 1].lease.scan != scan)
            code = chunk_send(&c, pg_of(base), scan, err);
    }
    chunk_fini(&c);
    return code;
}

static const char retry_sql[] =
    "WITH locked AS (SELECT id FROM shard WHERE scan = $1 ORDER BY id"
    "  FOR UPDATE),"
    " gone AS (DELETE FROM shard WHERE scan = $1 AND kind >= $2"
    "  AND id IN (SELECT id FROM locked))"
    " UPDATE shard SET state = 0, worker = NULL, token = 0, expires = NULL,"
    "  is_retry = true, attempts = 0"
    " WHERE scan = $1 AND kind < $2 AND id IN (SELECT id FROM locked)";

int pg_retry_shards(struct snow_store *base, int64_t scan, unsigned n_kinds,
                    struct snow_error *err)
{
    struct pg_args a = { 0 };

    pg_arg_int(&a, scan);
    pg_arg_int(&a, n_kinds);
    return pg_query(pg_of(base), retry_sql, &a, NULL, err);
}

/* --- leasing --- */

/* A shard that another has just taken is seen anew when its lock is had, and
 * passed over. Least: in the same view as the shards, so that what a plan adds
 * is there as soon as the plan is finished. */
static const char lease_sql[] =
    "WITH least AS (SELECT min(kind) AS kind FROM shard"
    "  WHERE scan = $1 AND state < 2),"
    " pick AS (SELECT id FROM shard"
    "  WHERE scan = $1 AND state < 2 AND after <= (SELECT kind FROM least)"
    "   AND ($3 >> kind::integer) & 1 = 1 AND (state = 0 OR expires < now())"
    "  ORDER BY shard.kind, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " UPDATE shard SET state = 1, worker = $2, token = $4,"
    "  expires = now() + $5" SECONDS ", attempts = attempts + 1"
    " WHERE scan = $1 AND id = (SELECT id FROM pick)"
    " RETURNING id, kind, after, n, attempts, is_retry, what";

static void read_shard(const PGresult *r, struct snow_shard *out)
{
    out->lease.shard = pg_int(r, 0, 0);
    out->kind = (enum snow_shard_kind)pg_int(r, 0, 1);
    out->after = (enum snow_shard_kind)pg_int(r, 0, 2);
    out->n = (uint64_t)pg_int(r, 0, 3);
    out->attempts = (uint32_t)pg_int(r, 0, 4);
    out->is_retry = pg_int(r, 0, 5) != 0;
    out->what = pg_octets(r, 0, 6, &out->what_len);
}

/* Nothing was leased: is there anything at all? */
static int why_none(struct pg_store *s, int64_t scan, struct snow_error *err)
{
    struct pg_args a = { 0 };
    PGresult *r = NULL;
    int code;

    pg_arg_int(&a, scan);
    code = pg_query(s,
                    "SELECT EXISTS(SELECT FROM shard"
                    " WHERE scan = $1 AND state < 2)",
                    &a, &r, err);
    if (!code)
        code = pg_int(r, 0, 0) ? SNOW_EAGAIN : SNOW_EDONE;
    PQclear(r);
    return code;
}

static int lease_next(struct pg_store *s, const struct snow_lease *l,
                      const struct snow_worker *w, unsigned lease_s,
                      uint32_t kinds, struct snow_error *err)
{
    struct pg_args a = { 0 };

    pg_arg_int(&a, l->scan);
    pg_arg_int(&a, w->id);
    pg_arg_int(&a, kinds);
    pg_arg_int(&a, l->token);
    pg_arg_int(&a, lease_s);
    return pg_query(s, lease_sql, &a, &s->leased, err);
}

static void arg_lease(struct pg_args *a, const struct snow_lease *l)
{
    pg_arg_int(a, l->scan);
    pg_arg_int(a, l->shard);
    pg_arg_int(a, l->token);
}

static int free_lease(struct pg_store *s, const struct snow_lease *l,
                      struct snow_error *err)
{
    struct pg_args a = { 0 };

    arg_lease(&a, l);
    return pg_query(s,
                    "UPDATE shard SET state = 0, worker = NULL, token = 0,"
                    " expires = NULL WHERE scan = $1 AND ($2 = 0 OR id = $2)"
                    " AND token = $3 AND state = 1",
                    &a, NULL, err);
}

int pg_lease(struct snow_store *base, const struct snow_worker *w,
             unsigned lease_s, uint32_t kinds, struct snow_shard *out,
             struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    int code = pg_connected(s, err);

    PQclear(s->leased);
    s->leased = NULL;
    if (!code && s->unsure.token)
        code = free_lease(s, &s->unsure, err);
    if (code)
        return code;
    s->unsure =
        (struct snow_lease){ .scan = w->scan,
                             .token = (int64_t)(random_u64() >> 1) | 1 };
    *out = (struct snow_shard){ .lease = s->unsure };
    code = lease_next(s, &out->lease, w, lease_s, kinds, err);
    if (code != SNOW_EAWAY)
        s->unsure.token = 0;
    if (code)
        return code;
    if (PQntuples(s->leased) == 0)
        return why_none(s, w->scan, err);
    read_shard(s->leased, out);
    return 0;
}

int pg_give_back(struct snow_store *base, const struct snow_lease *l,
                 struct snow_error *err)
{
    int code = pg_connected(pg_of(base), err);

    return code ? code : free_lease(pg_of(base), l, err);
}

/* --- fencing --- */

/* A worker that is stopped, or cut off, between begin and commit would keep
 * its shards from everybody for as long as the server takes it for idle. */
static const char fence_sql[] =
    "WITH patience AS (SELECT"
    "  set_config('idle_in_transaction_session_timeout', $5, true)),"
    " locked AS (SELECT shard.scan, shard.id, a.at FROM patience,"
    "   unnest(string_to_array($1, ',')::bigint[],"
    "    string_to_array($2, ',')::bigint[],"
    "    string_to_array($3, ',')::bigint[]) WITH ORDINALITY"
    "   AS a(scan, id, token, at)"
    "  JOIN shard ON shard.scan = a.scan AND shard.id = a.id"
    "   AND shard.token = a.token"
    "  WHERE shard.state = 1 ORDER BY shard.scan, shard.id"
    "  FOR UPDATE OF shard)"
    " UPDATE shard SET expires = greatest(shard.expires,"
    "  now() + $4" SECONDS ")"
    " FROM locked WHERE shard.scan = locked.scan AND shard.id = locked.id"
    " RETURNING locked.at";

static int send_fence(struct pg_store *s, struct buf lists[3], unsigned lease_s,
                      PGresult **r, struct snow_error *err)
{
    struct pg_args a = { 0 };
    char patience[16];

    for (int i = 0; i < 3; i++) {
        if (lists[i].failed)
            return snow_fail(err, SNOW_ENOMEM, "out of memory");
        pg_arg_octets(&a, PG_TEXT, lists[i].data, lists[i].len);
    }
    snprintf(patience, sizeof patience, "%us", lease_s);
    pg_arg_int(&a, lease_s);
    pg_arg_text(&a, patience);
    return pg_query(s, fence_sql, &a, r, err);
}

int pg_fence(struct snow_store *base, const struct snow_lease *leases, size_t n,
             unsigned lease_s, bool *is_held, struct snow_error *err)
{
    struct buf lists[3] = { { 0 } };
    PGresult *r = NULL;
    int code;

    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        add_number(&lists[0], (uint64_t)leases[i].scan);
        add_number(&lists[1], (uint64_t)leases[i].shard);
        add_number(&lists[2], (uint64_t)leases[i].token);
    }
    code = send_fence(pg_of(base), lists, lease_s, &r, err);
    if (!code)
        memset(is_held, 0, n * sizeof *is_held);
    for (int i = 0; !code && i < PQntuples(r); i++) {
        uint64_t at = (uint64_t)pg_int(r, i, 0);

        if (at >= 1 && at <= n)
            is_held[at - 1] = true;
    }
    PQclear(r);
    for (int i = 0; i < 3; i++)
        buf_fini(&lists[i]);
    return code;
}

int pg_finish_shard(struct pg_store *s, const struct snow_lease *l,
                    struct snow_error *err)
{
    struct pg_args a = { 0 };

    arg_lease(&a, l);
    return pg_query(s,
                    "UPDATE shard SET state = 2, expires = NULL"
                    " WHERE scan = $1 AND id = $2 AND token = $3"
                    " AND state = 1",
                    &a, NULL, err);
}

/* --- for people --- */

static int query_scan(struct pg_store *s, const char *sql, int64_t scan,
                      PGresult **r, struct snow_error *err)
{
    struct pg_args a = { 0 };
    int code = pg_connected(s, err);

    if (code)
        return code;
    pg_arg_int(&a, scan);
    return pg_query(s, sql, &a, r, err);
}

static const char count_sql[] =
    "SELECT kind, count(*) FILTER (WHERE state = 0),"
    " count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2),"
    " least(sum(n) FILTER (WHERE state = 0), 9223372036854775807)::bigint,"
    " least(sum(n) FILTER (WHERE state = 1), 9223372036854775807)::bigint,"
    " least(sum(n) FILTER (WHERE state = 2), 9223372036854775807)::bigint,"
    " count(*) FILTER (WHERE state = 1 AND expires < now()), sum(attempts)"
    " FROM shard WHERE scan = $1 GROUP BY kind";

int pg_count_shards(struct snow_store *base, int64_t scan,
                    struct snow_shard_count *out, struct snow_error *err)
{
    PGresult *r = NULL;
    int code = query_scan(pg_of(base), count_sql, scan, &r, err);

    if (code)
        return code;
    for (unsigned i = 0; i < SNOW_N_SHARD_KINDS; i++)
        out[i] = (struct snow_shard_count){ .kind = (enum snow_shard_kind)i };
    for (int i = 0; i < PQntuples(r); i++) {
        uint64_t kind = (uint64_t)pg_int(r, i, 0);
        struct snow_shard_count *c = &out[kind % SNOW_N_SHARD_KINDS];
        uint64_t *const cells[] = { &c->waiting,   &c->leased,   &c->finished,
                                    &c->n_waiting, &c->n_leased, &c->n_finished,
                                    &c->expired,   &c->attempts };

        for (int k = 0; k < (int)COUNT_OF(cells); k++)
            *cells[k] = (uint64_t)pg_int(r, i, k + 1);
    }
    PQclear(r);
    return 0;
}

static const char leased_sql[] =
    "SELECT id, worker, kind, n, floor(extract(epoch FROM expires))::bigint,"
    " expires < now(), attempts"
    " FROM shard WHERE scan = $1 AND state = 1 ORDER BY id";

int pg_each_leased(struct snow_store *base, int64_t scan, snow_leased_fn fn,
                   void *arg, struct snow_error *err)
{
    PGresult *r = NULL;
    int code = query_scan(pg_of(base), leased_sql, scan, &r, err);

    for (int i = 0; !code && i < PQntuples(r); i++) {
        struct snow_leased l = { .shard = pg_int(r, i, 0),
                                 .worker = pg_int(r, i, 1),
                                 .kind = (enum snow_shard_kind)pg_int(r, i, 2),
                                 .n = (uint64_t)pg_int(r, i, 3),
                                 .expires_utc_s = pg_int(r, i, 4),
                                 .is_expired = pg_int(r, i, 5) != 0,
                                 .attempts = (uint32_t)pg_int(r, i, 6) };

        code = fn(arg, &l);
    }
    PQclear(r);
    return code;
}
