/*
 * Questions in the queue of a host: sent one after the other at its pace, and
 * what its answers mean for the next.
 */
#include "registration/ask.h"

#include "base/text.h"

#define LIMITED_MAX 3 /* "too many" answers about one domain; then it stays */
#define LATER_US 250000u /* until another process may have its answer */

/* Of one host, all share one pace. */
struct registration_host *
registration_host_of(struct registration_client *c,
                     const struct registration_server *s)
{
    char name[WIRE_HOST_MAX];
    struct registration_host *h;

    registration_wire_host(name, s);
    for (h = c->hosts; h; h = h->next)
        if (strcmp(h->name, name) == 0)
            return h;
    h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    memcpy(h->name, name, sizeof h->name);
    text_copy(h->where, sizeof h->where, s->where);
    registration_pace_init(&h->pace, c->rate, clock_mono_us(c->clock));
    h->next = c->hosts;
    c->hosts = h;
    return h;
}

/* --- under way ----------------------------------------------------------- */

/* A place for one more question, or NULL. */
static struct registration_ask **free_place(struct registration_host *h,
                                            const struct registration_ask *of)
{
    for (size_t i = 0; i < PACE_PARALLEL; i++)
        if (h->under_way[i] == of)
            return &h->under_way[i];
    return NULL;
}

/* What the host's behaviour means for the next question to it. */
static void note_behaviour(struct registration_ask *a,
                           const struct registration_answer *from,
                           unsigned status)
{
    const struct clock *clock = a->client->clock;
    struct registration_pace *p = &a->host->pace;
    uint64_t now_us = clock_mono_us(clock);

    if (from->code == SNOW_ENOMEM)
        return;
    if (from->code && from->code != SNOW_ELIMIT)
        registration_pace_failed(p, now_us);
    else if (status == SNOW_REGISTRATION_LIMITED)
        registration_pace_limited(p,
                                  registration_retry_s(from->reply.retry_after,
                                                       clock_utc_s(clock),
                                                       p->limited),
                                  a->sent_us, now_us);
    else
        registration_pace_answered(p, now_us);
}

static void on_reply(struct registration_wire *w,
                     const struct registration_answer *from)
{
    struct registration_ask *a = (struct registration_ask *)w;
    struct registration_client *c = a->client;
    struct registration_result r;

    if (!c) {
        registration_ask_free(a);
        return;
    }
    *free_place(a->host, a) = NULL;
    if (from->code == SNOW_ECANCELED) {
        c->is_stopped = true;
        registration_queue_push_front(&a->host->queue, a);
        return;
    }
    registration_result_init(a, &r,
                             from->code == SNOW_ENOMEM
                                 ? SNOW_REGISTRATION_ERROR
                                 : SNOW_REGISTRATION_UNKNOWN);
    r.is_whole = from->is_whole;
    r.has_source = *from->source != '\0';
    a->topic->read(a, &r, from);
    note_behaviour(a, from, r.status);
    registration_client_wake(c);
    if (r.status == SNOW_REGISTRATION_LIMITED && ++a->limited < LIMITED_MAX)
        registration_queue_push_front(&a->host->queue, a);
    else
        registration_ask_settle(a, &r);
}

static void send_ask(struct registration_ask *a,
                     struct registration_ask **place)
{
    struct registration_client *c = a->client;
    struct buf question = { 0 };
    int code = SNOW_ESYNTAX;

    a->wire.done = on_reply;
    a->topic->write(&question, a);
    if (question.failed)
        code = SNOW_ENOMEM;
    else if (question.len > 0)
        code = registration_wire_send(&a->wire, &c->wires, question.data);
    buf_fini(&question);
    if (code) {
        registration_ask_settle_alone(a, code == SNOW_ENOMEM
                                             ? SNOW_REGISTRATION_ERROR
                                             : SNOW_REGISTRATION_UNKNOWN);
        return;
    }
    a->sent_us = clock_mono_us(c->clock);
    *place = a;
    if (a->wire.server.protocol == REGISTRATION_OVER_RDAP)
        c->stats.asked_rdap++;
    else
        c->stats.asked_whois++;
}

/* --- next ---------------------------------------------------------------- */

/* Does another process ask just this? Then it can wait for the answer. */
static bool is_asked_elsewhere(struct registration_ask *a)
{
    struct registration_client *c = a->client;

    if (!c->cache || a->topic->is_inner)
        return false;
    if (registration_cache_claim(c->cache, a->name, clock_utc_s(c->clock)))
        return true;
    a->is_claimed = true;
    return false;
}

static bool is_shut(const struct registration_client *c,
                    struct registration_host *h)
{
    h->is_shut =
        c->gate && c->gate(c->gate_arg, h->name) == REGISTRATION_GATE_WAIT;
    return h->is_shut;
}

/* Send what may be sent to a host now. */
void registration_host_serve(struct registration_client *c,
                             struct registration_host *h)
{
    if (clock_mono_us(c->clock) >= h->later_us)
        registration_queue_join(&h->queue, &h->later);
    while (!c->is_closing && !c->is_stopped && h->queue.first) {
        uint64_t now_us = clock_mono_us(c->clock);
        unsigned closed = registration_pace_closed(&h->pace, now_us);
        struct registration_ask **place = free_place(h, NULL);
        struct registration_ask *a;

        if (closed) {
            registration_ask_settle_alone(registration_queue_pop(&h->queue),
                                          closed);
            continue;
        }
        if (!place || registration_pace_wait_us(&h->pace, now_us) > 0)
            return;
        if (is_shut(c, h))
            return;
        a = registration_queue_pop(&h->queue);
        if (registration_ask_recall(a)) /* another process may have asked */
            continue;
        if (is_asked_elsewhere(a)) {
            registration_queue_push(&h->later, a);
            h->later_us = now_us + LATER_US;
            continue;
        }
        if (a->is_claimed && registration_ask_recall(a)) /* just now */
            continue;
        registration_pace_take(&h->pace, now_us);
        send_ask(a, place);
    }
}

/* How long until a host may be asked again. */
uint64_t registration_host_wait_us(struct registration_host *h, uint64_t now_us)
{
    uint64_t wait_us = UINT64_MAX;

    if (h->queue.first && !h->is_shut && free_place(h, NULL))
        wait_us = registration_pace_wait_us(&h->pace, now_us);
    if (h->later.first) {
        uint64_t later_us = h->later_us > now_us ? h->later_us - now_us : 0;

        if (later_us < wait_us)
            wait_us = later_us;
    }
    return wait_us;
}

/* --- the gate ------------------------------------------------------------ */

void registration_client_opened(struct registration_client *c, const char *host,
                                uint32_t wait_ms)
{
    uint64_t now_us = clock_mono_us(c->clock);

    for (struct registration_host *h = c->hosts; h; h = h->next) {
        struct registration_pace *p = &h->pace;

        if (strcmp(h->name, host) != 0)
            continue;
        h->is_shut = false;
        p->pacer.tokens = p->pacer.tokens < 1 ? p->pacer.tokens : 1;
        if (now_us + wait_ms * UINT64_C(1000) > p->resume_us)
            p->resume_us = now_us + wait_ms * UINT64_C(1000);
    }
    registration_client_wake(c);
}

void registration_client_each_host(struct registration_client *c,
                                   registration_host_fn fn, void *arg)
{
    uint64_t now_us = clock_mono_us(c->clock);

    for (struct registration_host *h = c->hosts; h; h = h->next) {
        uint64_t wait_us = registration_pace_wait_us(&h->pace, now_us);
        struct registration_host_state state = {
            .name = h->name,
            .is_busy = h->queue.first || h->later.first,
            .wait_ms = (uint32_t)(wait_us < UINT64_C(3600000000)
                                      ? (wait_us + 999) / 1000
                                      : 3600000),
        };

        for (size_t i = 0; i < PACE_PARALLEL; i++)
            state.is_busy |= h->under_way[i] != NULL;
        fn(arg, &state);
    }
}

/* --- the end ------------------------------------------------------------- */

/* Freed by its reply; another process may ask it now. */
static void abandon(struct registration_ask *a)
{
    if (a->is_claimed && a->client->cache)
        registration_cache_release(a->client->cache, a->name);
    a->client = NULL;
}

void registration_host_abandon(struct registration_host *h)
{
    for (size_t i = 0; i < PACE_PARALLEL; i++)
        if (h->under_way[i])
            abandon(h->under_way[i]);
}
