/*
 * registration – who registered a domain and when, asked over RDAP.
 *
 *   client.c     questions on their way: cache, server, host queue, answer
 *   directory.c  which server; the bootstrap document
 *   bootstrap.c  the document, read and searched              (pure)
 *   pace.c       how often a host is asked; Retry-After       (pure)
 *   rdap.c       the server's answer to a record              (pure)
 *   cache.c      what registries said lately, in SQLite
 *
 * Life      fresh → (waits for the bootstrap document) → in its host's queue →
 *           under way → answered; "too many" puts it back in front.
 * Always    one answer for each question, from the loop; a host has at most
 *           two questions under way, however many TLDs it serves.
 * Never     takes a page, a redirect or a silence for "not registered".
 * Dead      a host that failed five times in a row answers nobody for five
 *           minutes: its queue is UNKNOWN at once; one that has said "too
 *           many" nine times in a row likewise, LIMITED (pace.h).
 * Start at  pump(), then route(), serve() and on_reply().
 * Sources   RFC 7480 (HTTP), RFC 9082 §3.1.3 (domain path), RFC 9224.
 */
#include "registration/client.h"

#include <uv.h>

#include "base/text.h"
#include "registration/directory.h"
#include "registration/pace.h"
#include "registration/rdap.h"

#define REDIRECTS 5
#define LIMITED_MAX 3 /* "too many" answers about one domain; then it stays */
#define ROUTED_AT_ONCE 64 /* cache look-ups in one turn of the loop */

struct host;

/** One question. */
struct ask {
    struct ask *next;
    struct registration_client *client; /**< NULL: closed meanwhile */
    const char *domain;
    registration_fn done;
    void *arg;
    const char *base; /**< URL of the server */
    struct host *host;
    uint64_t sent_us;
    unsigned limited;
};

/** First in, first out; zeroed memory is an empty one. */
struct queue {
    struct ask *first, *last;
};

/** An RDAP host. */
struct host {
    struct host *next;
    struct registration_pace pace;
    struct queue queue;
    struct ask *under_way[PACE_PARALLEL];
    char name[BOOTSTRAP_URL_MAX]; /**< with its port if one is given */
};

struct registration_client {
    struct http *http;
    const struct clock *clock;
    double rate;
    struct registration_cache *cache; /**< NULL: none, or no good any more */
    struct registration_directory directory;
    struct host *hosts;
    struct queue fresh, waiting; /**< waiting: for the document */
    struct registration_stats stats;
    uv_timer_t timer;
    bool is_closing;
    bool is_stopped; /**< HTTP is gone: nothing is asked any more */
};

static void push(struct queue *q, struct ask *a)
{
    a->next = NULL;
    if (q->last)
        q->last->next = a;
    else
        q->first = a;
    q->last = a;
}

static void push_front(struct queue *q, struct ask *a)
{
    a->next = q->first;
    q->first = a;
    if (!q->last)
        q->last = a;
}

static struct ask *pop(struct queue *q)
{
    struct ask *a = q->first;

    if (!a)
        return NULL;
    q->first = a->next;
    if (!q->first)
        q->last = NULL;
    return a;
}

static void on_timer(uv_timer_t *t);

static void wake(struct registration_client *c)
{
    if (!c->is_closing)
        uv_timer_start(&c->timer, on_timer, 0, 0);
}

/* --- answers ------------------------------------------------------------- */

/* Everything that is called from here may ask more, or close the client. */
static void answer(struct ask *a, const struct snow_registration *r)
{
    struct registration_client *c = a->client;
    registration_fn done = a->done;
    void *arg = a->arg;

    c->stats.waiting--;
    if (r->status < COUNT_OF(c->stats.by_status))
        c->stats.by_status[r->status]++;
    free(a);
    done(arg, r);
}

/* An answer that nobody gave. */
static void answer_alone(struct ask *a, unsigned status)
{
    struct snow_registration r;

    registration_record_init(&r, a->domain);
    r.status = (uint8_t)status;
    r.seen_utc_s = clock_utc_s(a->client->clock);
    answer(a, &r);
}

static bool answer_from_cache(struct ask *a)
{
    struct registration_client *c = a->client;
    struct snow_registration r;
    int code;

    if (!c->cache)
        return false;
    code =
        registration_cache_get(c->cache, a->domain, clock_utc_s(c->clock), &r);
    if (code == SNOW_EIO) { /* damaged: go on without it */
        registration_cache_close(c->cache);
        c->cache = c->directory.cache = NULL;
    }
    if (code)
        return false;
    c->stats.from_cache++;
    answer(a, &r);
    return true;
}

/* --- under way ----------------------------------------------------------- */

/* A place for one more question, or NULL. */
static struct ask **free_place(struct host *h, const struct ask *of)
{
    for (size_t i = 0; i < PACE_PARALLEL; i++)
        if (h->under_way[i] == of)
            return &h->under_way[i];
    return NULL;
}

static void read_answer(struct snow_registration *r,
                        const struct http_answer *from)
{
    struct registration_reply reply = { .status = from->status,
                                        .retry_after = from->retry_after,
                                        .body = from->body,
                                        .body_len = from->body_len };

    if (from->code == 0)
        registration_rdap_read(r, &reply);
    else if (from->code == SNOW_ENOMEM)
        r->status = SNOW_REGISTRATION_ERROR;
    if (from->code == 0 || from->code == SNOW_ELIMIT)
        text_copy(r->source, sizeof r->source, from->url);
}

/* What the host's behaviour means for the next question to it. */
static void note_behaviour(struct ask *a, const struct http_answer *from,
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
                                  registration_retry_s(from->retry_after,
                                                       clock_utc_s(clock),
                                                       p->limited),
                                  a->sent_us, now_us);
    else
        registration_pace_answered(p, now_us);
}

static void on_reply(void *arg, const struct http_answer *from)
{
    struct ask *a = arg;
    struct registration_client *c = a->client;
    struct snow_registration r;

    if (!c) {
        free(a);
        return;
    }
    *free_place(a->host, a) = NULL;
    if (from->code == SNOW_ECANCELED) {
        c->is_stopped = true;
        push_front(&a->host->queue, a);
        return;
    }
    registration_record_init(&r, a->domain);
    r.seen_utc_s = clock_utc_s(c->clock);
    read_answer(&r, from);
    note_behaviour(a, from, r.status);
    wake(c);
    if (r.status == SNOW_REGISTRATION_LIMITED && ++a->limited < LIMITED_MAX) {
        push_front(&a->host->queue, a);
        return;
    }
    if (c->cache)
        registration_cache_put(c->cache, &r);
    answer(a, &r);
}

static void send_ask(struct ask *a, struct ask **place)
{
    struct registration_client *c = a->client;
    struct buf url = { 0 };
    struct http_request r = {
        .accept = "application/rdap+json, application/json;q=0.9",
        .body_max = RDAP_BODY_MAX,
        .redirects = REDIRECTS,
        .done = on_reply,
        .arg = a,
    };
    int code = SNOW_ENOMEM;

    buf_printf(&url, "%sdomain/%s", a->base, a->domain);
    r.url = url.data;
    if (!url.failed)
        code = http_get(c->http, &r);
    buf_fini(&url);
    if (code) {
        answer_alone(a, code == SNOW_ENOMEM ? SNOW_REGISTRATION_ERROR
                                            : SNOW_REGISTRATION_UNKNOWN);
        return;
    }
    a->sent_us = clock_mono_us(c->clock);
    *place = a;
    c->stats.asked++;
}

/* --- from fresh to under way --------------------------------------------- */

/* What stands between "//" and the path: of one host, all share one pace. */
static void host_name(char out[BOOTSTRAP_URL_MAX], const char *base)
{
    const char *at = strstr(base, "//");
    size_t n = 0;

    for (at = at ? at + 2 : base; at[n] && at[n] != '/'; n++)
        out[n] = text_lower(at[n]);
    out[n] = '\0';
}

static struct host *host_of(struct registration_client *c, const char *base)
{
    char name[BOOTSTRAP_URL_MAX];
    struct host *h;

    host_name(name, base);
    for (h = c->hosts; h; h = h->next)
        if (strcmp(h->name, name) == 0)
            return h;
    h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    memcpy(h->name, name, sizeof h->name);
    registration_pace_init(&h->pace, c->rate, clock_mono_us(c->clock));
    h->next = c->hosts;
    c->hosts = h;
    return h;
}

static void route(struct ask *a)
{
    struct registration_client *c = a->client;

    if (answer_from_cache(a))
        return;
    if (registration_directory_find(&c->directory, a->domain, &a->base)) {
        push(&c->waiting, a);
        return;
    }
    if (!a->base) {
        answer_alone(a, SNOW_REGISTRATION_UNKNOWN);
        return;
    }
    a->host = host_of(c, a->base);
    if (a->host)
        push(&a->host->queue, a);
    else
        answer_alone(a, SNOW_REGISTRATION_ERROR);
}

/* Send what may be sent to a host now. */
static void serve(struct registration_client *c, struct host *h)
{
    while (!c->is_closing && !c->is_stopped && h->queue.first) {
        uint64_t now_us = clock_mono_us(c->clock);
        unsigned closed = registration_pace_closed(&h->pace, now_us);
        struct ask **place = free_place(h, NULL);
        struct ask *a;

        if (closed) {
            answer_alone(pop(&h->queue), closed);
            continue;
        }
        if (!place || !registration_pace_take(&h->pace, now_us))
            return;
        a = pop(&h->queue);
        if (!answer_from_cache(a)) /* another process may have asked */
            send_ask(a, place);
    }
}

/* Wake up when the first host may be asked again. */
static void arm(struct registration_client *c)
{
    uint64_t now_us = clock_mono_us(c->clock), least_us = UINT64_MAX;

    for (struct host *h = c->hosts; h; h = h->next) {
        uint64_t wait_us;

        if (!h->queue.first || !free_place(h, NULL))
            continue;
        wait_us = registration_pace_wait_us(&h->pace, now_us);
        if (wait_us < least_us)
            least_us = wait_us;
    }
    if (c->fresh.first)
        least_us = 0;
    if (least_us < UINT64_MAX)
        uv_timer_start(&c->timer, on_timer, (least_us + 999) / 1000, 0);
}

static void pump(struct registration_client *c)
{
    for (int i = 0; i < ROUTED_AT_ONCE && c->fresh.first && !c->is_closing; i++)
        route(pop(&c->fresh));
    for (struct host *h = c->hosts; h && !c->is_closing; h = h->next)
        serve(c, h);
    if (!c->is_closing && !c->is_stopped)
        arm(c);
}

static void on_timer(uv_timer_t *t)
{
    pump(t->data);
}

static void on_directory(void *arg)
{
    struct registration_client *c = arg;
    struct ask *a;

    while ((a = pop(&c->waiting)))
        push(&c->fresh, a);
    wake(c);
}

int registration_client_ask(struct registration_client *c, const char *domain,
                            registration_fn done, void *arg)
{
    struct ask *a = calloc(1, sizeof *a);

    if (!a)
        return SNOW_ENOMEM;
    a->client = c;
    a->domain = domain;
    a->done = done;
    a->arg = arg;
    push(&c->fresh, a);
    c->stats.waiting++;
    wake(c);
    return 0;
}

void registration_client_stats(const struct registration_client *c,
                               struct registration_stats *out)
{
    *out = c->stats;
    out->missed = registration_directory_missed(&c->directory);
}

/* --- beginning and end --------------------------------------------------- */

static void drop(struct queue *q)
{
    struct ask *a;

    while ((a = pop(q)))
        free(a);
}

static void destroy(struct registration_client *c)
{
    while (c->hosts) {
        struct host *h = c->hosts;

        c->hosts = h->next;
        drop(&h->queue);
        free(h);
    }
    drop(&c->fresh);
    drop(&c->waiting);
    registration_directory_fini(&c->directory);
    registration_cache_close(c->cache);
    free(c);
}

int registration_client_new(struct registration_client **out,
                            struct uv_loop_s *loop, struct http *http,
                            const struct registration_config *cfg,
                            const struct clock *clock, struct snow_error *err)
{
    struct registration_client *c = calloc(1, sizeof *c);
    int code = 0;

    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->http = http;
    c->clock = clock;
    c->rate = cfg->rate;
    if (cfg->cache_path && *cfg->cache_path)
        code = registration_cache_open(&c->cache, cfg->cache_path,
                                       clock_utc_s(clock), err);
    c->directory.http = http;
    c->directory.clock = clock;
    c->directory.cache = c->cache;
    c->directory.changed = on_directory;
    c->directory.arg = c;
    if (code == 0)
        code = registration_directory_init(&c->directory, cfg, err);
    if (code) {
        destroy(c);
        return code;
    }
    uv_timer_init(loop, &c->timer); /* cannot fail */
    c->timer.data = c;
    *out = c;
    return 0;
}

static void on_closed(uv_handle_t *h)
{
    destroy(h->data);
}

void registration_client_close(struct registration_client *c)
{
    if (!c)
        return;
    c->is_closing = true;
    for (struct host *h = c->hosts; h; h = h->next)
        for (size_t i = 0; i < PACE_PARALLEL; i++)
            if (h->under_way[i])
                h->under_way[i]->client = NULL; /* freed by its reply */
    registration_directory_fini(&c->directory);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}
