/* Many workers on one scan, on a real server: nobody has what another has, and
 * all together never more than there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"
#include "store/pg_ops.h"
#include "support/postgres.h"

#define ALL UINT32_MAX
#define LEASE_S 600 /* longer than any test */

static struct postgres server;

static struct snow_store *open_store(void)
{
    struct snow_error err = { 0 };
    struct snow_store *s = NULL;

    if (snow_store_open(&s, server.url, SNOW_STORE_CREATE, &err))
        fail_msg("%s", err.text);
    return s;
}

static void run(struct snow_store *s, const char *sql)
{
    struct snow_error err = { 0 };

    if (pg_execute(pg_of(s), sql, &err))
        fail_msg("%s: %s", sql, err.text);
}

static int64_t number(struct snow_store *s, const char *sql)
{
    struct snow_error err = { 0 };
    PGresult *r = NULL;
    int64_t value;

    if (pg_query(pg_of(s), sql, NULL, &r, &err))
        fail_msg("%s: %s", sql, err.text);
    value = pg_int(r, 0, 0);
    PQclear(r);
    return value;
}

/** Two handles on one store with a scan: two machines. */
struct two {
    struct snow_store *a, *b;
    struct snow_worker wa, wb;
};

static int start_two(void **state)
{
    struct two *t = calloc(1, sizeof *t);
    struct snow_error err = { 0 };

    assert_non_null(t);
    assert_int_equal(postgres_empty(&server), 0);
    t->a = open_store();
    t->b = open_store();
    run(t->a, "INSERT INTO scan VALUES(1, '', '', 0, 0, 0, NULL, ''),"
              " (2, '', '', 0, 0, 0, NULL, '')");
    t->wa = (struct snow_worker){ .scan = 1, .name = "a:1" };
    t->wb = (struct snow_worker){ .scan = 1, .name = "b\xff:2" };
    assert_int_equal(snow_store_join(t->a, &t->wa, LEASE_S, &err), 0);
    assert_int_equal(snow_store_join(t->b, &t->wb, LEASE_S, &err), 0);
    assert_int_not_equal(t->wa.id, t->wb.id);
    *state = t;
    return 0;
}

static int stop_two(void **state)
{
    struct two *t = *state;

    snow_store_close(t->a);
    snow_store_close(t->b);
    free(t);
    return 0;
}

static void add(struct snow_store *s, int64_t scan, enum snow_shard_kind kind,
                enum snow_shard_kind after, const char *what)
{
    struct snow_error err = { 0 };
    struct snow_shard shard = { .lease = { .scan = scan },
                                .kind = kind,
                                .after = after,
                                .n = 256,
                                .what = what,
                                .what_len = strlen(what) };

    if (snow_store_add_shards(s, &shard, 1, &err))
        fail_msg("%s", err.text);
}

/* The number of what is leased, or the error. */
static int64_t lease(struct snow_store *s, const struct snow_worker *w,
                     uint32_t kinds, struct snow_shard *out)
{
    struct snow_error err = { 0 };
    int code = snow_store_lease(s, w, LEASE_S, kinds, out, &err);

    if (code && code != SNOW_EAGAIN && code != SNOW_EDONE)
        fail_msg("%d: %s", code, err.text);
    return code ? code : out->lease.shard;
}

static bool is_held(struct snow_store *s, const struct snow_lease *l)
{
    struct snow_error err = { 0 };
    bool held = false;

    if (snow_store_fence(s, l, 1, LEASE_S, &held, &err))
        fail_msg("%s", err.text);
    return held;
}

static void finish(struct snow_store *s, const struct snow_lease *l)
{
    struct snow_error err = { 0 };

    assert_int_equal(pg_finish_shard(pg_of(s), l, &err), 0);
}

/* Everybody has been silent for too long. */
static void expire(struct snow_store *s)
{
    run(s, "UPDATE shard SET expires = now() - interval '1 second'"
           " WHERE state = 1;"
           "UPDATE worker SET expires = now() - interval '1 second';"
           "UPDATE host SET expires = now() - interval '1 second'");
}

/* --- leases --- */

static void test_order(void **state)
{
    static const struct {
        const char *why;
        uint32_t kinds;
        int64_t shard; /* expected; negative: the error */
        int64_t finish;
    } rows[] = {
        { "the first kind, whatever was added first", ALL, 2, 0 },
        { "then its next", ALL, 3, 0 },
        { "nothing waits for itself", ALL, 5, 0 },
        { "what waits for a kind, waits", ALL, SNOW_EAGAIN, 2 },
        { "until its last shard is finished", ALL, SNOW_EAGAIN, 3 },
        { "what is not welcome stays", 1u << SNOW_SHARD_SWEEP, SNOW_EAGAIN, 5 },
        { "what waits for all that is finished", ALL, 1, 0 },
        { "the last waits for the one before", ALL, SNOW_EAGAIN, 1 },
        { "and comes last", ALL, 4, 4 },
        { "and there is nothing more", ALL, SNOW_EDONE, 0 },
    };
    struct two *t = *state;
    struct snow_lease had[6] = { { 0 } };
    struct snow_shard got;

    add(t->a, 1, SNOW_SHARD_PROBE, SNOW_SHARD_CANDIDATES, "probe");
    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "one");
    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "two");
    add(t->a, 1, SNOW_SHARD_FINISH, SNOW_SHARD_FINISH, "");
    add(t->a, 1, SNOW_SHARD_WALK, 0, "walk");
    add(t->a, 2, SNOW_SHARD_SWEEP, 0, "another scan's");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t is = lease(i % 2 ? t->a : t->b, i % 2 ? &t->wa : &t->wb,
                           rows[i].kinds, &got);

        if (is != rows[i].shard)
            fail_msg("%s: %lld", rows[i].why, (long long)is);
        if (is > 0)
            had[is] = got.lease;
        if (rows[i].finish)
            finish(t->a, &had[rows[i].finish]);
    }
}

static void test_payload(void **state)
{
    struct two *t = *state;
    struct snow_error err = { 0 };
    struct snow_shard in[3000] = { { .n = 0 } }, out;
    char *large = malloc(3000000);

    assert_non_null(large);
    for (size_t i = 0; i < 3000000; i++)
        large[i] = (char)(i * 7 + i / 251); /* NUL and \xff are in it */
    for (size_t i = 0; i < COUNT_OF(in); i++)
        in[i] = (struct snow_shard){ .lease.scan = 1,
                                     .kind = SNOW_SHARD_SWEEP,
                                     .n = i,
                                     .is_retry = i == 1,
                                     .what = large + i,
                                     .what_len = i % 40 };
    in[1].what = large;
    in[1].what_len = 3000000;
    in[2].n = UINT64_MAX;
    assert_int_equal(snow_store_add_shards(t->a, in, COUNT_OF(in), &err), 0);
    for (size_t i = 0; i < 5; i++) {
        size_t at = i < 3 ? i : 2000 + i;

        if (i == 3) /* of a later statement */
            run(t->a, "UPDATE shard SET state = 2 WHERE id <= 2003");
        assert_int_equal(lease(t->a, &t->wa, ALL, &out), at + 1);
        assert_int_equal(out.attempts, 1);
        assert_int_equal(out.is_retry, in[at].is_retry);
        assert_true(out.n == (at == 2 ? INT64_MAX : in[at].n));
        assert_int_equal(out.what_len, in[at].what_len);
        assert_memory_equal(out.what, in[at].what, out.what_len);
    }
    assert_int_equal(number(t->a, "SELECT count(DISTINCT id) FROM shard"
                                  " WHERE id BETWEEN 1 AND 3000"),
                     3000);
    free(large);
}

static void test_takeover(void **state)
{
    struct two *t = *state;
    struct snow_shard old, new;

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    assert_int_equal(lease(t->a, &t->wa, ALL, &old), 1);
    assert_true(is_held(t->a, &old.lease));
    assert_int_equal(lease(t->b, &t->wb, ALL, &new), SNOW_EAGAIN);
    expire(t->b);
    assert_true(is_held(t->a, &old.lease)); /* nobody wanted it: renewed */
    assert_int_equal(lease(t->b, &t->wb, ALL, &new), SNOW_EAGAIN);
    expire(t->b);
    assert_int_equal(lease(t->b, &t->wb, ALL, &new), 1);
    assert_int_equal(new.attempts, 2);
    assert_true(old.lease.token != new.lease.token);
    assert_false(is_held(t->a, &old.lease));
    finish(t->a, &old.lease); /* nothing happens */
    assert_int_equal(snow_store_give_back(t->a, &old.lease, NULL), 0);
    assert_true(is_held(t->b, &new.lease));
    finish(t->b, &new.lease);
    assert_false(is_held(t->b, &new.lease));
    assert_int_equal(lease(t->a, &t->wa, ALL, &old), SNOW_EDONE);
}

static void test_give_back(void **state)
{
    struct two *t = *state;
    struct snow_shard old, new;

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    assert_int_equal(lease(t->a, &t->wa, ALL, &old), 1);
    assert_int_equal(snow_store_give_back(t->a, &old.lease, NULL), 0);
    assert_false(is_held(t->a, &old.lease));
    assert_int_equal(lease(t->b, &t->wb, ALL, &new), 1);
    assert_int_equal(snow_store_leave(t->b, &t->wb, NULL), 0);
    assert_false(is_held(t->b, &new.lease));
    assert_int_equal(lease(t->a, &t->wa, ALL, &old), 1);
    assert_int_equal(old.attempts, 3);
}

/* The server took it, and the answer got lost: it is not lost for ever. */
static void test_unsure(void **state)
{
    struct two *t = *state;
    struct snow_shard got;

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), 1);
    pg_of(t->a)->unsure =
        (struct snow_lease){ .scan = 1, .token = got.lease.token };
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), 1);
    assert_int_equal(got.attempts, 2);
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), SNOW_EAGAIN);
}

static void test_retry(void **state)
{
    struct two *t = *state;
    struct snow_shard first, got;
    struct snow_error err = { 0 };

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    add(t->a, 1, SNOW_SHARD_WALK, 0, "y");
    add(t->a, 1, SNOW_SHARD_PROBE, 0, "z");
    assert_int_equal(lease(t->a, &t->wa, ALL, &first), 1);
    finish(t->a, &first.lease);
    assert_int_equal(lease(t->a, &t->wa, ALL, &first), 2);
    assert_int_equal(snow_store_retry_shards(t->b, 1, SNOW_SHARD_PROBE, &err),
                     0);
    assert_false(is_held(t->a, &first.lease));
    assert_int_equal(number(t->b, "SELECT count(*) FROM shard"), 2);
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), 1);
    assert_true(got.is_retry);
    assert_int_equal(got.attempts, 1);
    /* a number that is given again is another shard */
    run(t->a, "DELETE FROM shard WHERE id = 2");
    add(t->a, 1, SNOW_SHARD_WALK, 0, "new");
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), 2);
    assert_false(is_held(t->a, &first.lease));
}

/** One of many who want the same. */
struct rival {
    pthread_t thread;
    struct snow_store *store;
    struct snow_worker worker;
    unsigned n;
    bool is_held;
    struct snow_lease lease;
};

static void *lease_all(void *arg)
{
    struct rival *r = arg;
    struct snow_shard got;
    int code;

    while ((code = snow_store_lease(r->store, &r->worker, LEASE_S, ALL, &got,
                                    NULL)) == 0) {
        r->n++;
        if (r->n % 3 == 0)
            snow_store_give_back(r->store, &got.lease, NULL);
        else if (pg_finish_shard(pg_of(r->store), &got.lease, NULL))
            break;
    }
    r->is_held = code == SNOW_EAGAIN || code == SNOW_EDONE;
    return NULL;
}

static void test_race_for_leases(void **state)
{
    struct two *t = *state;
    struct rival r[4] = { { 0 } };
    unsigned n = 0, given_back = 0;

    for (int i = 0; i < 200; i++)
        add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    for (int i = 0; i < 4; i++) {
        r[i].store = open_store();
        r[i].worker = (struct snow_worker){ .id = 100 + i, .scan = 1 };
        pthread_create(&r[i].thread, NULL, lease_all, &r[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(r[i].thread, NULL);
        assert_true(r[i].is_held);
        n += r[i].n;
        given_back += r[i].n / 3;
        snow_store_close(r[i].store);
    }
    assert_true(n >= 200 + given_back);
    assert_int_equal(number(t->a, "SELECT sum(attempts) FROM shard"), n);
    assert_int_equal(number(t->a, "SELECT count(*) FROM shard"
                                  " WHERE state = 2"),
                     n - given_back);
}

static void *fence_once(void *arg)
{
    struct rival *r = arg;

    if (pg_execute(pg_of(r->store), "BEGIN", NULL) == 0 &&
        snow_store_fence(r->store, &r->lease, 1, LEASE_S, &r->is_held, NULL) ==
            0)
        r->n = pg_execute(pg_of(r->store), "COMMIT", NULL) == 0;
    return NULL;
}

/* While one writes, its lease cannot be taken, though it be over. */
static void test_fence_holds(void **state)
{
    struct two *t = *state;
    struct snow_shard mine, got;
    struct rival r = { .store = t->b };

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    assert_int_equal(lease(t->a, &t->wa, ALL, &mine), 1);
    expire(t->a);
    run(t->a, "BEGIN");
    assert_true(is_held(t->a, &mine.lease));
    assert_int_equal(lease(t->b, &t->wb, ALL, &got), SNOW_EAGAIN);
    /* another handle of the same lease comes after it */
    r.lease = mine.lease;
    pthread_create(&r.thread, NULL, fence_once, &r);
    finish(t->a, &mine.lease);
    run(t->a, "COMMIT");
    pthread_join(r.thread, NULL);
    assert_int_equal(r.n, 1);
    assert_int_equal(lease(t->b, &t->wb, ALL, &got), SNOW_EDONE);
}

/* Stopped between begin and commit: the server does not wait for ever. */
static void test_fence_is_dropped(void **state)
{
    struct two *t = *state;
    struct snow_shard mine, got;
    struct snow_error err = { 0 };
    bool held = false;
    int64_t is = 0;

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    assert_int_equal(snow_store_lease(t->a, &t->wa, 1, ALL, &mine, &err), 0);
    run(t->a, "BEGIN");
    assert_int_equal(snow_store_fence(t->a, &mine.lease, 1, 1, &held, &err), 0);
    assert_true(held);
    for (int i = 0; i < 600 && is != 1; i++) {
        is = lease(t->b, &t->wb, ALL, &got);
        usleep(50000);
    }
    assert_int_equal(is, 1);
    assert_int_equal(pg_execute(pg_of(t->a), "COMMIT", &err), SNOW_EAWAY);
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), SNOW_EAGAIN); /* anew */
}

static void test_fence_of_many(void **state)
{
    struct two *t = *state;
    struct snow_lease l[4];
    bool held[4] = { false, true, false, true };
    struct snow_shard got;
    struct snow_error err = { 0 };

    for (int i = 0; i < 4; i++)
        add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(lease(t->a, &t->wa, ALL, &got), i + 1);
        l[3 - i] = got.lease;
    }
    l[1].token ^= 2;
    l[3].scan = 2;
    assert_int_equal(snow_store_fence(t->b, l, 4, LEASE_S, held, &err), 0);
    assert_true(held[0] && !held[1] && held[2] && !held[3]);
}

/* --- workers --- */

static int add_worker(void *arg, const struct snow_worker *w)
{
    buf_printf(arg, "%s %u %llu%s;", w->name, w->n_leases,
               (unsigned long long)w->answered, w->is_alive ? "" : " dead");
    return 0;
}

static int sum_leased(void *arg, const struct snow_leased *l)
{
    *(int64_t *)arg += l->shard * (l->is_expired ? 100 : 1) * l->attempts;
    return 0;
}

static void test_status(void **state)
{
    struct two *t = *state;
    struct snow_shard_count c[SNOW_N_SHARD_KINDS];
    struct snow_shard got;
    struct snow_beat beat;
    struct buf text = { 0 };
    int64_t sum = 0;

    for (int i = 0; i < 4; i++)
        add(t->a, 1, SNOW_SHARD_PROBE, 0, "x");
    lease(t->a, &t->wa, ALL, &got);
    finish(t->a, &got.lease);
    lease(t->a, &t->wa, ALL, &got);
    expire(t->a);
    t->wb.answered = 77;
    assert_int_equal(snow_store_beat(t->b, &t->wb, LEASE_S, &beat, NULL), 0);
    lease(t->b, &t->wb, ALL, &got);
    assert_int_equal(got.lease.shard, 2);
    lease(t->b, &t->wb, ALL, &got);
    assert_int_equal(snow_store_count_shards(t->a, 1, c, NULL), 0);
    assert_int_equal(c[SNOW_SHARD_PROBE].waiting, 1);
    assert_int_equal(c[SNOW_SHARD_PROBE].leased, 2);
    assert_int_equal(c[SNOW_SHARD_PROBE].n_finished, 256);
    assert_int_equal(c[SNOW_SHARD_PROBE].attempts, 4);
    assert_int_equal(c[SNOW_SHARD_PROBE].expired, 0);
    assert_int_equal(c[SNOW_SHARD_SWEEP].waiting, 0);
    assert_int_equal(snow_store_each_worker(t->a, 1, add_worker, &text, NULL),
                     0);
    assert_string_equal(text.data, "a:1 0 0 dead;b?:2 2 77;");
    assert_int_equal(snow_store_each_leased(t->a, 1, sum_leased, &sum, NULL),
                     0);
    assert_int_equal(sum, 2 * 2 + 3);
    buf_fini(&text);
}

static void test_beat_renews(void **state)
{
    struct two *t = *state;
    struct snow_shard got;
    struct snow_beat beat;
    struct snow_error err = { 0 };
    uint32_t wait_ms;

    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "x");
    add(t->a, 1, SNOW_SHARD_SWEEP, 0, "y");
    lease(t->a, &t->wa, ALL, &got);
    assert_int_equal(snow_store_claim(t->a, &t->wa, 1, "h", &wait_ms, &err), 0);
    expire(t->a);
    assert_int_equal(snow_store_beat(t->a, &t->wa, LEASE_S, &beat, &err), 0);
    assert_int_equal(beat.n_leases, 1);
    assert_int_equal(beat.leases[0], 1);
    assert_int_equal(beat.unfinished, 2);
    assert_int_equal(lease(t->b, &t->wb, ALL, &got), 2);
    assert_int_equal(snow_store_claim(t->b, &t->wb, 1, "h", &wait_ms, &err),
                     SNOW_EAGAIN);
    /* a lease that is just being written for is neither lost nor waited for */
    run(t->b, "BEGIN");
    run(t->b, "SELECT FROM shard WHERE id = 1 FOR UPDATE");
    assert_int_equal(snow_store_beat(t->a, &t->wa, LEASE_S, &beat, &err), 0);
    assert_int_equal(beat.n_leases, 1);
    run(t->b, "COMMIT");
    run(t->b, "DELETE FROM worker");
    assert_int_equal(snow_store_beat(t->a, &t->wa, LEASE_S, &beat, &err),
                     SNOW_ENOTFOUND);
    t->wa.scan = 99;
    assert_int_equal(snow_store_join(t->a, &t->wa, LEASE_S, &err),
                     SNOW_ENOTFOUND);
}

#define WORKERS 6

/** What a process does with its share, by its own account. */
struct life {
    struct snow_worker w;
    bool is_there, is_stopped;
};

static double sum_in_use(const struct life *all)
{
    double sum = 0;

    for (int i = 0; i < WORKERS; i++)
        if (all[i].is_there && !all[i].is_stopped)
            sum += all[i].w.share;
    return sum;
}

static void beat_once(struct snow_store *s, struct life *l, bool is_heard)
{
    double before = l->is_stopped ? 0 : l->w.share;
    struct snow_beat beat;
    struct snow_error err = { 0 };

    if (snow_store_beat(s, &l->w, LEASE_S, &beat, &err))
        fail_msg("%s", err.text);
    l->is_stopped = l->is_stopped && !is_heard;
    if (!is_heard)
        l->w.share = before;
}

/* One thing that happens to one of them. */
static void live(struct snow_store *s, struct life *l, unsigned what)
{
    struct snow_error err = { 0 };
    char sql[128];

    if (!l->is_there) {
        *l = (struct life){ .w = { .scan = 1, .name = "x" }, .is_there = true };
        assert_int_equal(snow_store_join(s, &l->w, LEASE_S, &err), 0);
    } else if (what == 0) {
        assert_int_equal(snow_store_leave(s, &l->w, &err), 0);
        l->is_there = false;
    } else if (what == 1) { /* silent for longer than its lease */
        snprintf(sql, sizeof sql,
                 "UPDATE worker SET expires = now() - interval '1 second'"
                 " WHERE id = %lld",
                 (long long)l->w.id);
        run(s, sql);
        l->is_stopped = true;
    } else {
        beat_once(s, l, what != 2); /* 2: the answer got lost */
    }
}

static void test_shares(void **state)
{
    struct two *t = *state;
    struct life all[WORKERS] = { { .is_there = false } };
    uint64_t chance = 4;

    run(t->a, "DELETE FROM worker");
    for (int i = 0; i < 1500; i++) {
        live(t->a, &all[random_below(&chance, WORKERS)],
             (unsigned)random_below(&chance, 10));
        if (sum_in_use(all) > 1 + 1e-9)
            fail_msg("step %d: %f", i, sum_in_use(all));
    }
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < WORKERS; i++)
            live(t->a, &all[i], 9);
    for (int i = 0; i < WORKERS; i++)
        assert_true(all[i].w.share > 1.0 / WORKERS - 1e-9 &&
                    all[i].w.share < 1.0 / WORKERS + 1e-9);
}

static void *beat_often(void *arg)
{
    struct rival *r = arg;
    struct snow_beat beat;

    for (r->n = 0; r->n < 40; r->n++)
        if (snow_store_beat(r->store, &r->worker, LEASE_S, &beat, NULL))
            break;
    return NULL;
}

/* Beats at the same time come one after the other. */
static void test_beats_at_once(void **state)
{
    struct two *t = *state;
    struct rival r[4] = { { 0 } };

    run(t->a, "DELETE FROM worker");
    for (int i = 0; i < 4; i++) {
        r[i].store = open_store();
        r[i].worker = (struct snow_worker){ .scan = 1, .name = "r" };
        assert_int_equal(
            snow_store_join(r[i].store, &r[i].worker, LEASE_S, NULL), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_create(&r[i].thread, NULL, beat_often, &r[i]);
    for (int i = 0; i < 200; i++)
        assert_true(number(t->a, "SELECT (sum(share) * 1000000)::bigint"
                                 " FROM worker") <= 1000000);
    for (int i = 0; i < 4; i++) {
        pthread_join(r[i].thread, NULL);
        assert_int_equal(r[i].n, 40);
        snow_store_close(r[i].store);
    }
}

/* Its time is over while it waits for the lock, and others take its share: it
 * has none of the old one left. */
static void test_share_lost_while_waiting(void **state)
{
    struct two *t = *state;
    struct rival r = { .store = t->a };
    struct snow_beat beat;
    int64_t waiting = 0;

    snow_store_beat(t->a, &t->wa, LEASE_S, &beat, NULL);
    snow_store_leave(t->b, &t->wb, NULL);
    snow_store_beat(t->a, &t->wa, LEASE_S, &beat, NULL);
    assert_true(t->wa.share == 1);
    assert_int_equal(snow_store_join(t->b, &t->wb, LEASE_S, NULL), 0);
    run(t->b, "BEGIN");
    run(t->b, "SELECT FROM scan WHERE id = 1 FOR UPDATE");
    r.worker = t->wa;
    r.n = 39;
    pthread_create(&r.thread, NULL, beat_often, &r);
    while (waiting == 0)
        waiting = number(t->b, "SELECT count(*) FROM pg_locks"
                               " WHERE NOT granted");
    run(t->b, "UPDATE worker SET expires = clock_timestamp(), share = 1"
              " WHERE name = 'a:1';"
              "UPDATE worker SET share = 1 WHERE name <> 'a:1';"
              "COMMIT");
    pthread_join(r.thread, NULL);
    assert_true(r.worker.share == 0);
    assert_int_equal(number(t->b, "SELECT sum(share)::bigint FROM worker"), 1);
}

/* --- hosts --- */

static uint32_t claim(struct snow_store *s, const struct snow_worker *w,
                      bool is_had)
{
    struct snow_error err = { 0 };
    uint32_t wait_ms = 0;
    int code = snow_store_claim(s, w, LEASE_S, "rdap.example", &wait_ms, &err);

    if (code != (is_had ? 0 : SNOW_EAGAIN))
        fail_msg("%d: %s", code, err.text);
    return wait_ms;
}

static void test_hosts(void **state)
{
    struct two *t = *state;
    uint32_t wait_ms;

    assert_int_equal(claim(t->a, &t->wa, true), 0);
    assert_int_equal(claim(t->a, &t->wa, true), 0);
    claim(t->b, &t->wb, false);
    snow_store_release(t->b, &t->wb, "rdap.example", 0, NULL); /* not its own */
    claim(t->b, &t->wb, false);
    snow_store_release(t->a, &t->wa, "rdap.example", 3600000, NULL);
    wait_ms = claim(t->b, &t->wb, true);
    assert_true(wait_ms > 1800000 && wait_ms <= 3600000);
    snow_store_release(t->b, &t->wb, "rdap.example", 0, NULL);
    assert_true(claim(t->a, &t->wa, true) > 1800000); /* it had been said */
    run(t->a, "UPDATE host SET not_before = now() - interval '1 hour'");
    assert_int_equal(claim(t->a, &t->wa, true), 0);
    expire(t->a);
    wait_ms = claim(t->b, &t->wb, true); /* the silent one may have asked */
    assert_true(wait_ms > 0 && wait_ms <= 1000);
    snow_store_leave(t->b, &t->wb, NULL);
    wait_ms = claim(t->a, &t->wa, true);
    assert_true(wait_ms > 0 && wait_ms <= 1000);
    assert_int_equal(
        snow_store_claim(t->a, &t->wa, LEASE_S, "\xff'\"--", &wait_ms, NULL),
        0);
}

/* --- errors --- */

static void test_errors(void **state)
{
    struct two *t = *state;
    struct snow_error err = { 0 };
    struct snow_shard got;
    struct snow_beat beat;

    add(t->b, 1, SNOW_SHARD_SWEEP, 0, "x");
    number(t->b, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                 " WHERE pid <> pg_backend_pid() AND state = 'idle'");
    assert_int_equal(snow_store_lease(t->a, &t->wa, LEASE_S, ALL, &got, &err),
                     SNOW_EAWAY);
    assert_int_equal(lease(t->a, &t->wa, ALL, &got), 1); /* connected anew */
    run(t->b, "DROP TABLE shard");
    assert_int_equal(snow_store_lease(t->a, &t->wa, LEASE_S, ALL, &got, &err),
                     SNOW_ESTORE);
    assert_non_null(strstr(err.text, "shard"));
    assert_int_equal(snow_store_beat(t->a, &t->wa, LEASE_S, &beat, &err),
                     SNOW_ESTORE);
    assert_int_equal(number(t->a, "SELECT 1"), 1); /* no transaction is left */
}

static int start_server(void **state)
{
    (void)state;
    return postgres_start(&server);
}

static int stop_server(void **state)
{
    (void)state;
    postgres_stop(&server);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start_two, stop_two)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_order),
        TEST(test_payload),
        TEST(test_takeover),
        TEST(test_give_back),
        TEST(test_unsure),
        TEST(test_retry),
        TEST(test_race_for_leases),
        TEST(test_fence_holds),
        TEST(test_fence_is_dropped),
        TEST(test_fence_of_many),
        TEST(test_status),
        TEST(test_beat_renews),
        TEST(test_shares),
        TEST(test_beats_at_once),
        TEST(test_share_lost_while_waiting),
        TEST(test_hosts),
        TEST(test_errors),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
