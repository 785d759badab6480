#include "pipeline/clerk.h"

#include <stdlib.h>

#include "base/text.h"

#define WAIT_LEAST_MS 250u
#define WAIT_MOST_MS 4000u

/** First in, first out. */
struct jobs {
    struct clerk_job *first, **last;
};

struct clerk {
    struct snow_store *store;
    uv_async_t wake;
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t cond;

    /* shared, under the mutex */
    struct jobs todo, done;
    bool is_ending;
    struct snow_error away;
};

static void push(struct jobs *l, struct clerk_job *j)
{
    j->next = NULL;
    *l->last = j;
    l->last = &j->next;
}

static struct clerk_job *pop(struct jobs *l)
{
    struct clerk_job *j = l->first;

    if (!j)
        return NULL;
    l->first = j->next;
    if (!l->first)
        l->last = &l->first;
    return j;
}

/* --- on the thread --- */

/* Under the mutex, which is let go of meanwhile. */
static void work(struct clerk *c, struct clerk_job *j)
{
    unsigned wait_ms = WAIT_LEAST_MS;

    for (;;) {
        uv_mutex_unlock(&c->mutex);
        j->err = (struct snow_error){ 0 };
        j->code = j->work(j, c->store, &j->err);
        uv_mutex_lock(&c->mutex);
        if (j->code != SNOW_EAWAY || c->is_ending)
            break;
        c->away = j->err;
        uv_cond_timedwait(&c->cond, &c->mutex, wait_ms * UINT64_C(1000000));
        if (c->is_ending)
            break;
        wait_ms = wait_ms < WAIT_MOST_MS ? 2 * wait_ms : wait_ms;
    }
    c->away.code = 0;
}

static void work_on(void *arg)
{
    struct clerk *c = arg;
    struct clerk_job *j;

    uv_mutex_lock(&c->mutex);
    while (!c->is_ending) {
        j = pop(&c->todo);
        if (!j) {
            uv_cond_wait(&c->cond, &c->mutex);
            continue;
        }
        work(c, j);
        push(&c->done, j);
        uv_async_send(&c->wake);
    }
    uv_mutex_unlock(&c->mutex);
}

/* --- on the loop --- */

static struct clerk_job *take(struct clerk *c, struct jobs *from)
{
    struct clerk_job *j;

    uv_mutex_lock(&c->mutex);
    j = pop(from);
    uv_mutex_unlock(&c->mutex);
    return j;
}

static void on_wake(uv_async_t *a)
{
    struct clerk *c = a->data;
    struct clerk_job *j;

    while ((j = take(c, &c->done)))
        j->done(j);
}

void clerk_do(struct clerk *c, struct clerk_job *j)
{
    uv_mutex_lock(&c->mutex);
    push(&c->todo, j);
    uv_cond_signal(&c->cond);
    uv_mutex_unlock(&c->mutex);
}

void clerk_waits(struct clerk *c, char *out, size_t cap)
{
    uv_mutex_lock(&c->mutex);
    text_copy(out, cap, c->away.code ? c->away.text : "");
    uv_mutex_unlock(&c->mutex);
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

int clerk_new(struct clerk **out, uv_loop_t *loop, struct snow_store *s)
{
    struct clerk *c = calloc(1, sizeof *c);

    if (!c)
        return SNOW_ENOMEM;
    c->store = s;
    c->todo.last = &c->todo.first;
    c->done.last = &c->done.first;
    if (uv_mutex_init(&c->mutex))
        goto no_mutex;
    if (uv_cond_init(&c->cond))
        goto no_cond;
    if (uv_async_init(loop, &c->wake, on_wake))
        goto no_wake;
    c->wake.data = c;
    uv_unref((uv_handle_t *)&c->wake); /* it alone keeps no loop alive */
    if (uv_thread_create(&c->thread, work_on, c) == 0) {
        *out = c;
        return 0;
    }
    uv_cond_destroy(&c->cond);
    uv_mutex_destroy(&c->mutex);
    uv_close((uv_handle_t *)&c->wake, on_closed); /* frees c, later */
    return SNOW_ENOMEM;

no_wake:
    uv_cond_destroy(&c->cond);
no_cond:
    uv_mutex_destroy(&c->mutex);
no_mutex:
    free(c);
    return SNOW_ENOMEM;
}

void clerk_close(struct clerk *c)
{
    struct clerk_job *j;

    if (!c)
        return;
    uv_mutex_lock(&c->mutex);
    c->is_ending = true;
    uv_cond_broadcast(&c->cond);
    uv_mutex_unlock(&c->mutex);
    uv_thread_join(&c->thread);
    while ((j = pop(&c->done)))
        j->done(j);
    while ((j = pop(&c->todo))) {
        j->code = SNOW_ECANCELED;
        j->done(j);
    }
    uv_mutex_destroy(&c->mutex);
    uv_cond_destroy(&c->cond);
    uv_close((uv_handle_t *)&c->wake, on_closed);
}
