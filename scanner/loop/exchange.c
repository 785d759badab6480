/*
 * A GET from the queue over names and redirects to its answer.
 *
 * Life      queued → resolving → its turn → fetching → done; a redirect goes
 *           back to resolving, so that each hop is judged anew. pump() makes
 * every step, from the loop; everything else notes what is next. Always    free
 * + under way + ready == slots; one answer for each request. Never     goes
 * from https back to http, where anyone on the way could answer; only what is
 * merely looked at may. Sources   RFC 9110 §15.4 (redirects).
 */
#include "loop/transfer.h"

/** A copied struct http_request, in the queue or under way. */
struct request {
    struct http_request copy;
    struct request *next;
    char text[];
};

struct exchange;

struct http_turn {
    struct exchange *exchange; /**< NULL when that ended first */
};

/** A slot. */
struct exchange {
    struct transfer transfer;
    struct http *http;
    struct request *request;          /**< NULL: the slot is free */
    struct exchange *next;            /**< in the free or the ready list */
    void (*step)(struct exchange *x); /**< what pump() does next */
    struct http_lookup *lookup;       /**< under way, or NULL */
    struct http_turn *turn;           /**< waited for, or NULL */
    uint64_t left_ms;                 /**< until the deadline, then */
    uv_timer_t deadline;
    struct buf url;
    struct http_place place;
    struct lookup_addrs addrs;
    unsigned redirects_left;
    int code;
    bool is_ready; /**< on the ready list */
};

struct http {
    struct http_config cfg;
    char *user_agent, *ca_file;
    struct transfers transfers;
    uv_timer_t wake;
    size_t open_handles;
    struct exchange *slots; /**< [cfg.parallel] */
    struct exchange *free, *ready, **ready_end;
    struct request *queue, **queue_end;
    bool is_closing;
};

static void on_wake(uv_timer_t *t);
static void finish(struct exchange *x);

static void set_step(struct exchange *x, void (*step)(struct exchange *x))
{
    struct http *h = x->http;

    x->step = step;
    if (x->is_ready)
        return;
    x->is_ready = true;
    x->next = NULL;
    *h->ready_end = x;
    h->ready_end = &x->next;
    uv_timer_start(&h->wake, on_wake, 0, 0);
}

static void end(struct exchange *x, int code)
{
    x->code = code;
    set_step(x, finish);
}

/* --- one hop ------------------------------------------------------------- */

static void fetch(struct exchange *x)
{
    struct transfer_target to = { .url = x->url.data,
                                  .place = &x->place,
                                  .addrs = x->addrs.at,
                                  .n = x->addrs.n,
                                  .request = &x->request->copy };
    int code = transfer_start(&x->transfer, &to);

    if (code)
        end(x, code);
}

/* The time that a turn takes is not the server's. */
static void await_turn(struct exchange *x)
{
    const struct http_request *r = &x->request->copy;
    struct http_hop hop = { .host = x->place.host,
                            .port = x->place.port,
                            .is_https = x->place.is_https,
                            .addr = x->place.is_literal ? x->place.addr
                                                        : x->addrs.at[0] };

    if (!r->turn) {
        fetch(x);
        return;
    }
    x->turn = malloc(sizeof *x->turn);
    if (!x->turn) {
        end(x, SNOW_ENOMEM);
        return;
    }
    x->turn->exchange = x;
    x->left_ms = uv_timer_get_due_in(&x->deadline);
    uv_timer_stop(&x->deadline);
    r->turn(r->arg, &hop, x->turn);
}

static void on_deadline(uv_timer_t *t);

void http_turn_done(struct http_turn *t, bool may_go)
{
    struct exchange *x = t->exchange;

    free(t);
    if (!x)
        return;
    x->turn = NULL;
    uv_timer_start(&x->deadline, on_deadline, x->left_ms, 0);
    if (may_go)
        set_step(x, fetch);
    else
        end(x, SNOW_EPOLICY);
}

static void on_lookup(void *owner, const struct snow_addr *addrs, size_t n)
{
    struct exchange *x = owner;
    const struct http_config *cfg = &x->http->cfg;
    int code = lookup_take(&x->addrs, addrs, n, cfg->allow, cfg->arg);

    x->lookup = NULL;
    if (code)
        end(x, code);
    else
        set_step(x, await_turn);
}

static void resolve(struct exchange *x)
{
    const struct http_config *cfg = &x->http->cfg;

    if (x->place.is_literal) {
        if (cfg->allow(cfg->arg, x->place.addr))
            set_step(x, await_turn);
        else
            end(x, SNOW_EPOLICY);
        return;
    }
    x->lookup = lookup_new(on_lookup, x);
    if (!x->lookup) {
        end(x, SNOW_ENOMEM);
        return;
    }
    cfg->resolve(cfg->arg, x->place.host, x->lookup);
}

/* 300, 304 and the like are answers of their own. */
static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

/* Take up a redirect; it is no answer, so @p url is not needed after this.
 * @return 0, or why it is not followed */
static int redirect(struct exchange *x, const char *url)
{
    struct http_place to = { .port = 0 };
    struct buf text = { 0 };
    int code = http_place_parse(&to, &text, url);

    if (code == 0 && x->place.is_https && !to.is_https &&
        !x->request->copy.is_look)
        code = SNOW_EPOLICY;
    if (code) {
        buf_fini(&text);
        return code == SNOW_ENOMEM ? code : SNOW_EPOLICY;
    }
    buf_fini(&x->url);
    x->url = text;
    x->place = to;
    x->redirects_left--;
    return 0;
}

/* --- from the queue to the answer ---------------------------------------- */

/* Whatever is under way for it ends. */
static void abandon(struct exchange *x)
{
    transfer_stop(&x->transfer);
    if (x->lookup)
        x->lookup->owner = NULL; /* its end is going to free it */
    x->lookup = NULL;
    if (x->turn)
        x->turn->exchange = NULL; /* so is its own */
    x->turn = NULL;
}

static void on_deadline(uv_timer_t *t)
{
    struct exchange *x = t->data;

    abandon(x);
    end(x, SNOW_ETIMEOUT);
}

static void begin(struct exchange *x, struct request *r)
{
    struct http *h = x->http;
    int code;

    x->request = r;
    x->redirects_left = r->copy.redirects;
    x->place = (struct http_place){ .port = 0 };
    uv_timer_start(&x->deadline, on_deadline, h->cfg.timeout_ms, 0);
    code = http_place_parse(&x->place, &x->url, r->copy.url);
    if (code)
        end(x, code);
    else
        resolve(x);
}

static struct http_answer nothing(int code, const char *url)
{
    return (struct http_answer){ .code = code,
                                 .body = "",
                                 .content_type = "",
                                 .retry_after = "",
                                 .cache_control = "",
                                 .etag = "",
                                 .expires = "",
                                 .address = "",
                                 .redirect = "",
                                 .url = url ? url : "" };
}

/* Hand the answer over; what it borrows stays until done has returned. */
static void deliver(struct exchange *x, const struct http_answer *a)
{
    struct request *r = x->request;

    uv_timer_stop(&x->deadline);
    x->request = NULL; /* done may close us */
    r->copy.done(r->copy.arg, a);
    free(r);
    buf_clear(&x->url);
    x->next = x->http->free;
    x->http->free = x;
}

static void finish(struct exchange *x)
{
    struct http_answer a = nothing(x->code, x->url.data);
    const char *to = NULL;
    long status;

    if (x->code == 0)
        transfer_read(&x->transfer, &a, &to);
    status = a.status;
    if (to && is_redirect(status) && x->redirects_left > 0) {
        int code = redirect(x, to);

        if (code == 0) {
            resolve(x);
            return;
        }
        a = nothing(code, x->url.data);
    }
    if (to && is_redirect(status))
        a.redirect = to;
    a.redirects = x->request->copy.redirects - x->redirects_left;
    deliver(x, &a);
}

static struct exchange *next_ready(struct http *h)
{
    struct exchange *x = h->ready;

    if (!x)
        return NULL;
    h->ready = x->next;
    if (!h->ready)
        h->ready_end = &h->ready;
    x->is_ready = false;
    return x;
}

static struct request *next_request(struct http *h)
{
    struct request *r = h->queue;

    if (!r)
        return NULL;
    h->queue = r->next;
    if (!h->queue)
        h->queue_end = &h->queue;
    return r;
}

/* Ready exchanges go on, free slots take from the queue. A done called from
 * here may start more, or close all. */
static void pump(struct http *h)
{
    while (!h->is_closing) {
        struct exchange *x = next_ready(h);

        if (x) {
            x->step(x);
            continue;
        }
        x = h->free;
        if (!x || !h->queue)
            return;
        h->free = x->next;
        begin(x, next_request(h));
    }
}

static void on_wake(uv_timer_t *t)
{
    pump(t->data);
}

static void on_transfer(struct transfer *t, int code)
{
    end(t->owner, code);
}

/* --- requests ------------------------------------------------------------ */

/* A value that would end its header line does not get into one. */
static bool is_header_value(const char *text)
{
    for (; text && *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* Copy @p from to where the text ends; NULL stays NULL. */
static const char *keep(char **end_of_text, const char *from)
{
    char *at = *end_of_text;

    if (!from)
        return NULL;
    memcpy(at, from, size_of(from));
    *end_of_text += size_of(from);
    return at;
}

static struct request *copy_request(const struct http_request *from)
{
    struct request *r =
        malloc(sizeof *r + size_of(from->url) + size_of(from->accept) +
               size_of(from->if_none_match));
    char *text;

    if (!r)
        return NULL;
    text = r->text;
    r->next = NULL;
    r->copy = *from;
    r->copy.url = keep(&text, from->url);
    r->copy.accept = keep(&text, from->accept);
    r->copy.if_none_match = keep(&text, from->if_none_match);
    return r;
}

int http_get(struct http *h, const struct http_request *from)
{
    struct http_place place = { .port = 0 };
    struct buf url = { 0 };
    struct request *r;
    int code = http_place_parse(&place, &url, from->url);

    buf_fini(&url);
    if (h->is_closing)
        return SNOW_ECANCELED;
    if (code == SNOW_ESYNTAX || code == SNOW_ENOMEM)
        return code; /* what is not allowed is told to done */
    if (!is_header_value(from->accept) || !is_header_value(from->if_none_match))
        return SNOW_ESYNTAX;
    r = copy_request(from);
    if (!r)
        return SNOW_ENOMEM;
    *h->queue_end = r;
    h->queue_end = &r->next;
    uv_timer_start(&h->wake, on_wake, 0, 0);
    return 0;
}

/* --- beginning and end --------------------------------------------------- */

static void destroy(struct http *h)
{
    for (size_t i = 0; h->slots && i < h->cfg.parallel; i++) {
        transfer_fini(&h->slots[i].transfer);
        buf_fini(&h->slots[i].url);
    }
    transfers_fini(&h->transfers);
    free(h->slots);
    free(h->user_agent);
    free(h->ca_file);
    free(h);
}

static void init_slots(struct http *h, struct uv_loop_s *loop)
{
    for (size_t i = h->cfg.parallel; i-- > 0;) {
        struct exchange *x = &h->slots[i];

        x->http = h;
        x->transfer.all = &h->transfers;
        x->transfer.owner = x;
        uv_timer_init(loop, &x->deadline);
        x->deadline.data = x;
        x->next = h->free;
        h->free = x;
    }
}

int http_new(struct http **out, struct uv_loop_s *loop,
             const struct http_config *cfg)
{
    struct http *h = calloc(1, sizeof *h);
    int code = SNOW_ENOMEM;

    if (!h)
        return SNOW_ENOMEM;
    h->cfg = *cfg;
    h->slots = calloc(cfg->parallel, sizeof *h->slots);
    h->user_agent = strdup(cfg->user_agent);
    h->ca_file = cfg->ca_file ? strdup(cfg->ca_file) : NULL;
    if (!h->slots || !h->user_agent || (cfg->ca_file && !h->ca_file))
        goto fail;
    h->cfg.user_agent = h->user_agent;
    h->cfg.ca_file = h->ca_file;
    h->transfers.cfg = &h->cfg;
    h->transfers.ended = on_transfer;
    code = transfers_init(&h->transfers, loop);
    if (code)
        goto fail;
    h->ready_end = &h->ready;
    h->queue_end = &h->queue;
    uv_timer_init(loop, &h->wake);
    h->wake.data = h;
    init_slots(h, loop);
    *out = h;
    return 0;

fail:
    destroy(h);
    return code;
}

static void on_closed(uv_handle_t *handle)
{
    struct http *h = handle->data;

    if (--h->open_handles == 0)
        destroy(h);
}

static void close_timer(struct http *h, uv_timer_t *t)
{
    t->data = h;
    h->open_handles++;
    uv_close((uv_handle_t *)t, on_closed);
}

void http_close(struct http *h)
{
    struct request *r;

    if (!h)
        return;
    h->is_closing = true;
    for (size_t i = 0; i < h->cfg.parallel; i++) {
        struct exchange *x = &h->slots[i];
        struct http_answer a = nothing(SNOW_ECANCELED, x->url.data);

        abandon(x);
        if (x->request)
            deliver(x, &a);
    }
    while ((r = next_request(h))) {
        struct http_answer a = nothing(SNOW_ECANCELED, r->copy.url);

        r->copy.done(r->copy.arg, &a);
        free(r);
    }
    transfers_stop(&h->transfers);
    for (size_t i = 0; i < h->cfg.parallel; i++)
        close_timer(h, &h->slots[i].deadline);
    close_timer(h, &h->transfers.timer);
    close_timer(h, &h->wake);
}
