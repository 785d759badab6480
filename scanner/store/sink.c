#include "store/sink.h"

#include <uv.h>

#include "base/room.h"
#include "snowline/fleet.h"
#include "store/batch.h"

#define BATCH_BOUND (4u << 20)

/* A server that is away is tried again after so long, doubled each time. */
#define WAIT_LEAST_MS 250u
#define WAIT_MOST_MS 4000u
#define PATIENCE_MS 5000u /* at the end */

/** Leases, of a batch or to be told of. */
struct leases {
    struct snow_lease *at; /**< [n] */
    size_t n, cap;
};

struct sink {
    struct snow_store *store;
    struct sink_hooks hooks;
    uv_async_t wake; /**< the writer tells the loop */
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t cond;
    struct buf batches[2];
    unsigned filling; /**< index of the loop's batch */
    bool wants_flush;

    /* shared, under the mutex */
    bool is_busy, is_closing, is_ending;
    struct snow_error error, away;
    struct leases lost, finished; /**< not told yet */

    /* the writer's */
    struct snow_block scratch;
    struct leases held; /**< of the batch, and those that were lost in it */
    bool *is_held;      /**< [held.n] */
    size_t held_cap;
};

/* Those of one batch are few, and come in long rows. */
static size_t find_lease(const struct leases *l, const struct snow_lease *of)
{
    for (size_t i = l->n; i-- > 0;)
        if (snow_lease_is_same(&l->at[i], of))
            return i;
    return SIZE_MAX;
}

static int add_lease(struct leases *l, const struct snow_lease *of)
{
    struct snow_lease *more = room_for_one(l->at, l->n, &l->cap, sizeof *l->at);

    if (!more)
        return SNOW_ENOMEM;
    l->at = more;
    more[l->n++] = *of;
    return 0;
}

int sink_put(struct sink *k, const struct snow_record *r)
{
    struct buf *b = &k->batches[k->filling];
    int code = batch_add(b, r);

    if (!code && b->len >= BATCH_BOUND)
        sink_flush(k);
    return code;
}

/* --- leases, on the writer --- */

static int gather_leases(struct sink *k, const struct buf *b)
{
    struct batch_entry e;
    size_t at = 0;
    int code = 0;

    k->held.n = 0;
    while (!code && batch_next(b, &at, &e))
        if (e.lease.token && find_lease(&k->held, &e.lease) == SIZE_MAX)
            code = add_lease(&k->held, &e.lease);
    if (!code && k->held_cap < k->held.cap) {
        bool *more = realloc(k->is_held, k->held.cap * sizeof *more);

        if (!more)
            return SNOW_ENOMEM;
        k->is_held = more;
        k->held_cap = k->held.cap;
    }
    return code;
}

/* From here to the commit nobody else gets what is held. */
static int fence(struct sink *k, const struct buf *b, struct snow_error *err)
{
    int code = gather_leases(k, b);

    if (code || k->held.n == 0)
        return code;
    return snow_store_fence(k->store, k->held.at, k->held.n, k->hooks.lease_s,
                            k->is_held, err);
}

static bool is_mine(const struct sink *k, const struct batch_entry *e)
{
    return !e->lease.token || k->is_held[find_lease(&k->held, &e->lease)];
}

/* What the loop is to be told of a batch that is kept. */
static int note_leases(struct sink *k, const struct buf *b)
{
    struct batch_entry e;
    size_t at = 0;
    int code = 0;

    for (size_t i = 0; !code && i < k->held.n; i++)
        if (!k->is_held[i])
            code = add_lease(&k->lost, &k->held.at[i]);
    while (!code && batch_next(b, &at, &e))
        if (e.kind == SNOW_RECORD_FINISHED && is_mine(k, &e))
            code = add_lease(&k->finished, &e.lease);
    return code;
}

static int keep_all(struct sink *k, const struct buf *b, struct snow_error *err)
{
    int code = snow_store_begin(k->store, err);
    struct batch_entry e;
    size_t at = 0;

    if (code)
        return code;
    code = fence(k, b, err);
    while (!code && batch_next(b, &at, &e))
        if (is_mine(k, &e))
            code = batch_put(&e, &k->scratch, k->store, err);
    if (!code)
        code = snow_store_commit(k->store, err);
    if (code)
        snow_store_rollback(k->store);
    return code;
}

/* Under the mutex. @return false: it is not worth waiting any longer */
static bool wait_for_server(struct sink *k, unsigned *wait_ms,
                            unsigned *waited_ms, const struct snow_error *err)
{
    if (k->is_closing && *waited_ms >= PATIENCE_MS)
        return false;
    if (k->away.code == 0) {
        k->away = *err;
        uv_async_send(&k->wake);
    }
    uv_cond_timedwait(&k->cond, &k->mutex, *wait_ms * UINT64_C(1000000));
    if (k->is_closing)
        *waited_ms += *wait_ms;
    if (*wait_ms < WAIT_MOST_MS)
        *wait_ms *= 2;
    return true;
}

/* Under the mutex, which is let go of meanwhile. What is sent again changes
 * nothing, if it was kept before. */
static int keep_at_last(struct sink *k, const struct buf *b,
                        struct snow_error *err)
{
    unsigned wait_ms = WAIT_LEAST_MS, waited_ms = 0;
    int code;

    for (;;) {
        uv_mutex_unlock(&k->mutex);
        code = keep_all(k, b, err);
        uv_mutex_lock(&k->mutex);
        if (code != SNOW_EAWAY ||
            !wait_for_server(k, &wait_ms, &waited_ms, err))
            break;
    }
    k->away.code = 0;
    if (code == SNOW_EAWAY)
        code = SNOW_EINCOMPLETE;
    return code ? code : note_leases(k, b);
}

static void write_batches(void *arg)
{
    struct sink *k = arg;

    uv_mutex_lock(&k->mutex);
    for (;;) {
        struct snow_error err = { 0 };
        int code;

        while (!k->is_busy && !k->is_ending)
            uv_cond_wait(&k->cond, &k->mutex);
        if (!k->is_busy)
            break;
        code = keep_at_last(k, &k->batches[!k->filling], &err);
        if (code)
            snow_fail(&k->error, code, "%s",
                      err.text[0] ? err.text : snow_strerror(code));
        k->is_busy = false;
        uv_cond_broadcast(&k->cond);
        uv_async_send(&k->wake);
    }
    uv_mutex_unlock(&k->mutex);
}

/* --- between the two --- */

/* The filled batch becomes the writer's, which must be idle. */
static void hand_over(struct sink *k)
{
    buf_clear(&k->batches[!k->filling]);
    k->filling = !k->filling;
    k->is_busy = true;
    uv_cond_broadcast(&k->cond);
}

static bool may_hand_over(const struct sink *k)
{
    return !k->is_busy && !k->error.code && k->batches[k->filling].len > 0;
}

void sink_flush(struct sink *k)
{
    uv_mutex_lock(&k->mutex);
    k->wants_flush = k->is_busy;
    if (may_hand_over(k))
        hand_over(k);
    uv_mutex_unlock(&k->mutex);
}

/* Take what is to be told out of the writer's reach. */
static struct leases take_leases(struct sink *k, struct leases *from)
{
    struct leases all;

    uv_mutex_lock(&k->mutex);
    all = *from;
    *from = (struct leases){ 0 };
    uv_mutex_unlock(&k->mutex);
    return all;
}

static void tell(struct sink *k, struct leases *from,
                 void (*hook)(void *arg, const struct snow_lease *l))
{
    struct leases all = take_leases(k, from);

    for (size_t i = 0; hook && i < all.n; i++)
        hook(k->hooks.arg, &all.at[i]);
    free(all.at);
}

static void on_wake(uv_async_t *a)
{
    struct sink *k = a->data;

    tell(k, &k->lost, k->hooks.lost);
    tell(k, &k->finished, k->hooks.finished);
    if (k->wants_flush || k->batches[k->filling].len >= BATCH_BOUND)
        sink_flush(k);
    if (k->hooks.drained)
        k->hooks.drained(k->hooks.arg);
}

void sink_waits(const struct sink *k, char *out, size_t cap)
{
    struct sink *mutable = (struct sink *)(uintptr_t)k;

    uv_mutex_lock(&mutable->mutex);
    text_copy(out, cap, k->away.code ? k->away.text : "");
    uv_mutex_unlock(&mutable->mutex);
}

bool sink_is_full(const struct sink *k)
{
    return k->batches[k->filling].len >= BATCH_BOUND;
}

bool sink_is_idle(const struct sink *k)
{
    struct sink *mutable = (struct sink *)(uintptr_t)k;
    bool is_idle;

    uv_mutex_lock(&mutable->mutex);
    is_idle = !k->is_busy && k->batches[k->filling].len == 0;
    uv_mutex_unlock(&mutable->mutex);
    return is_idle;
}

int sink_error(const struct sink *k, struct snow_error *err)
{
    struct sink *mutable = (struct sink *)(uintptr_t)k;
    int code;

    uv_mutex_lock(&mutable->mutex);
    code = k->error.code;
    if (code && err)
        *err = k->error;
    uv_mutex_unlock(&mutable->mutex);
    return code;
}

static void on_closed(uv_handle_t *h)
{
    struct sink *k = h->data;

    buf_fini(&k->batches[0]);
    buf_fini(&k->batches[1]);
    snow_block_fini(&k->scratch);
    free(k->held.at);
    free(k->is_held);
    free(k->lost.at);
    free(k->finished.at);
    free(k);
}

int sink_new(struct sink **out, uv_loop_t *loop, struct snow_store *s,
             const struct sink_hooks *hooks)
{
    struct sink *k = calloc(1, sizeof *k);

    if (!k)
        return SNOW_ENOMEM;
    k->store = s;
    k->hooks = *hooks;
    if (uv_mutex_init(&k->mutex))
        goto no_mutex;
    if (uv_cond_init(&k->cond))
        goto no_cond;
    if (uv_async_init(loop, &k->wake, on_wake))
        goto no_wake;
    k->wake.data = k;
    uv_unref((uv_handle_t *)&k->wake); /* it alone keeps no loop alive */
    if (uv_thread_create(&k->thread, write_batches, k) == 0) {
        *out = k;
        return 0;
    }
    uv_close((uv_handle_t *)&k->wake, on_closed); /* frees k, later */
    uv_cond_destroy(&k->cond);
    uv_mutex_destroy(&k->mutex);
    return SNOW_ENOMEM;

no_wake:
    uv_cond_destroy(&k->cond);
no_cond:
    uv_mutex_destroy(&k->mutex);
no_mutex:
    free(k);
    return SNOW_ENOMEM;
}

int sink_close(struct sink *k, struct snow_error *err)
{
    int code;

    if (!k)
        return 0;
    uv_mutex_lock(&k->mutex);
    k->is_closing = true;
    while (k->is_busy || may_hand_over(k)) {
        if (may_hand_over(k))
            hand_over(k);
        uv_cond_wait(&k->cond, &k->mutex);
    }
    k->is_ending = true;
    uv_cond_broadcast(&k->cond);
    uv_mutex_unlock(&k->mutex);
    uv_thread_join(&k->thread);
    code = sink_error(k, err);
    uv_mutex_destroy(&k->mutex);
    uv_cond_destroy(&k->cond);
    uv_close((uv_handle_t *)&k->wake, on_closed);
    return code;
}
