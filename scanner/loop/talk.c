/*
 * talk – say something over TCP, read what comes to its end.
 *
 * Life      queued → resolving → connecting → reading → closing → done. Each
 *           is one piece of memory that holds its handles; the last close
 *           callback delivers the answer.
 * Always    an address is allowed before it is connected to; one that cannot
 *           be reached gives way to the next, and the time that is left is
 *           divided among those left, so that a silent one cannot eat it all.
 * Never     half-closes after the question: there are servers of WHOIS that
 *           take it for a hang-up and say nothing.
 * Bounds    time in all, octets of the answer, exchanges at once.
 * Sources   RFC 3912 §2 (the server closes when all is said).
 */
#include "loop/talk.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/text.h"
#include "loop/lookup.h"

#define CHUNK 4096

struct exchange {
    struct talk *talk;
    struct exchange *next, **link; /**< in the queue, or among those open */
    struct http_lookup *lookup;    /**< under way, or NULL */
    struct lookup_addrs addrs;
    size_t at; /**< address that is tried */
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_connect_t connect;
    uv_write_t write;
    uint64_t deadline_ms;
    size_t open_handles;
    bool has_tcp, is_finished;
    struct buf in;
    struct talk_answer answer;
    struct talk_request request; /**< its text is behind chunk */
    char chunk[CHUNK];
    char text[];
};

struct talk {
    struct talk_config cfg;
    struct uv_loop_s *loop;
    uv_timer_t wake;
    size_t refs; /**< the wake timer and the exchanges with handles */
    size_t n_open;
    struct exchange *open, *queue, **queue_end;
    bool is_closing;
};

static void try_next(struct exchange *x, int code);
static void pump(struct talk *t);

/* --- the end of one ------------------------------------------------------ */

static void unref(struct talk *t)
{
    if (--t->refs == 0)
        free(t);
}

/* Into and out of the list of those open. */
static void link_open(struct exchange *x)
{
    struct talk *t = x->talk;

    x->next = t->open;
    x->link = &t->open;
    if (x->next)
        x->next->link = &x->next;
    t->open = x;
    t->n_open++;
}

static void unlink_open(struct exchange *x)
{
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
    x->talk->n_open--;
}

/* Hand the answer over; done may ask more, or close all. */
static void deliver(struct exchange *x)
{
    talk_fn done = x->request.done;

    if (!done)
        return;
    x->request.done = NULL;
    unlink_open(x);
    x->answer.octets = x->in.data ? x->in.data : "";
    x->answer.len = x->in.len;
    x->answer.host = x->request.host;
    x->answer.port = x->request.port;
    done(x->request.arg, &x->answer);
}

static void on_closed(uv_handle_t *h)
{
    struct exchange *x = h->data;
    struct talk *t = x->talk;

    if (--x->open_handles > 0)
        return;
    deliver(x);
    buf_fini(&x->in);
    free(x);
    if (!t->is_closing)
        pump(t);
    unref(t);
}

/* The only way out; later calls change nothing. */
static void finish(struct exchange *x, int code)
{
    if (x->is_finished)
        return;
    x->is_finished = true;
    x->answer.code = x->in.failed ? SNOW_ENOMEM : code;
    if (x->lookup)
        x->lookup->owner = NULL; /* its end is going to free it */
    x->lookup = NULL;
    uv_close((uv_handle_t *)&x->timer, on_closed);
    if (x->has_tcp && !uv_is_closing((uv_handle_t *)&x->tcp))
        uv_close((uv_handle_t *)&x->tcp, on_closed);
}

static int code_of(int uv)
{
    switch (uv) {
    case UV_ETIMEDOUT:
        return SNOW_ETIMEOUT;
    case UV_ENOMEM:
        return SNOW_ENOMEM;
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
        return SNOW_EREFUSED;
    default:
        return SNOW_EIO;
    }
}

/* --- saying and hearing -------------------------------------------------- */

static void on_room(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
    struct exchange *x = h->data;

    (void)suggested;
    *out = uv_buf_init(x->chunk, sizeof x->chunk);
}

static void hear(struct exchange *x, const char *octets, size_t len)
{
    size_t room = x->request.answer_max - x->in.len;

    buf_add(&x->in, octets, len < room ? len : room);
    x->answer.is_cut = len > room;
    if (x->answer.is_cut || x->in.failed)
        finish(x, 0);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *in)
{
    struct exchange *x = s->data;

    if (n > 0) {
        hear(x, in->base, (size_t)n);
    } else if (n == UV_EOF) {
        finish(x, 0);
    } else if (n == UV_ECONNRESET || n == UV_EPIPE) {
        x->answer.is_reset = true;
        finish(x, 0);
    } else if (n < 0) {
        finish(x, code_of((int)n));
    }
}

/* The write may hear of the RST before the read does, and takes the error
 * with it: what has come already is read all the same. */
static void on_written(uv_write_t *w, int status)
{
    struct exchange *x = w->data;

    if (status == UV_ECONNRESET || status == UV_EPIPE)
        x->answer.is_reset = true;
}

static void on_timer(uv_timer_t *timer)
{
    struct exchange *x = timer->data;

    if (!x->answer.is_connected && x->at + 1 < x->addrs.n)
        try_next(x, SNOW_ETIMEOUT);
    else
        finish(x, SNOW_ETIMEOUT);
}

static void set_timer(struct exchange *x, size_t shares)
{
    uint64_t now_ms = uv_now(x->talk->loop);
    uint64_t left_ms = x->deadline_ms > now_ms ? x->deadline_ms - now_ms : 0;

    uv_timer_start(&x->timer, on_timer, left_ms / shares, 0);
}

static void speak(struct exchange *x)
{
    uv_buf_t out =
        uv_buf_init((char *)x->request.octets, (unsigned)x->request.len);

    set_timer(x, 1);
    x->write.data = x;
    if (uv_read_start((uv_stream_t *)&x->tcp, on_room, on_read) ||
        uv_write(&x->write, (uv_stream_t *)&x->tcp, &out, 1, on_written))
        finish(x, SNOW_EIO);
}

/* --- connecting ---------------------------------------------------------- */

static void on_connected(uv_connect_t *c, int status)
{
    struct exchange *x = c->data;

    if (x->is_finished || uv_is_closing((uv_handle_t *)&x->tcp))
        return;
    x->answer.is_connected = status == 0;
    if (status == 0)
        speak(x);
    else
        try_next(x, code_of(status));
}

static void connect_now(struct exchange *x)
{
    struct sockaddr_storage to;
    int uv;

    x->answer.from = x->addrs.at[x->at];
    lookup_sockaddr(&to, x->answer.from, x->request.port);
    uv = uv_tcp_init(x->talk->loop, &x->tcp); /* no socket yet: cannot fail */
    x->has_tcp = uv == 0;
    if (uv) {
        finish(x, code_of(uv));
        return;
    }
    x->open_handles++;
    x->tcp.data = x;
    x->connect.data = x;
    set_timer(x, x->addrs.n - x->at);
    uv = uv_tcp_connect(&x->connect, &x->tcp, (const struct sockaddr *)&to,
                        on_connected);
    if (uv)
        try_next(x, code_of(uv));
}

/* The handle of an attempt is gone: it serves the next one. */
static void on_attempt_closed(uv_handle_t *h)
{
    struct exchange *x = h->data;

    x->has_tcp = false;
    if (x->is_finished) {
        on_closed(h);
        return;
    }
    x->open_handles--;
    x->at++;
    connect_now(x);
}

static void try_next(struct exchange *x, int code)
{
    if (x->at + 1 >= x->addrs.n) {
        finish(x, code);
        return;
    }
    uv_timer_stop(&x->timer);
    uv_close((uv_handle_t *)&x->tcp, on_attempt_closed);
}

/* --- from the queue to a connection -------------------------------------- */

static void take_addrs(struct exchange *x, const struct snow_addr *addrs,
                       size_t n)
{
    const struct talk_config *cfg = &x->talk->cfg;
    int code = lookup_take(&x->addrs, addrs, n, cfg->allow, cfg->arg);

    if (code)
        finish(x, code);
    else
        connect_now(x);
}

static void on_lookup(void *owner, const struct snow_addr *addrs, size_t n)
{
    struct exchange *x = owner;

    x->lookup = NULL;
    take_addrs(x, addrs, n);
}

static void begin(struct exchange *x)
{
    struct talk *t = x->talk;
    struct snow_addr literal;

    link_open(x);
    t->refs++;
    uv_timer_init(t->loop, &x->timer); /* cannot fail */
    x->timer.data = x;
    x->open_handles = 1;
    x->deadline_ms = uv_now(t->loop) + t->cfg.timeout_ms;
    set_timer(x, 1);
    if (snow_addr_parse(&literal, x->request.host) == 0) {
        take_addrs(x, &literal, 1);
        return;
    }
    x->lookup = lookup_new(on_lookup, x);
    if (x->lookup)
        t->cfg.resolve(t->cfg.arg, x->request.host, x->lookup);
    else
        finish(x, SNOW_ENOMEM);
}

static struct exchange *next_queued(struct talk *t)
{
    struct exchange *x = t->queue;

    if (!x)
        return NULL;
    t->queue = x->next;
    if (!t->queue)
        t->queue_end = &t->queue;
    return x;
}

static void pump(struct talk *t)
{
    while (t->queue && t->n_open < t->cfg.parallel)
        begin(next_queued(t));
}

static void on_wake(uv_timer_t *timer)
{
    pump(timer->data);
}

/* --- requests ------------------------------------------------------------ */

static bool is_host(const char *host)
{
    struct snow_addr a;

    return lookup_is_host(host) || snow_addr_parse(&a, host) == 0;
}

int talk_ask(struct talk *t, const struct talk_request *r)
{
    size_t host_len = strlen(r->host) + 1;
    struct exchange *x;

    if (t->is_closing)
        return SNOW_ECANCELED;
    if (!is_host(r->host) || r->port == 0 || r->port > 65535)
        return SNOW_ESYNTAX;
    x = calloc(1, sizeof *x + host_len + r->len);
    if (!x)
        return SNOW_ENOMEM;
    x->talk = t;
    x->request = *r;
    x->request.host = memcpy(x->text, r->host, host_len);
    x->request.octets = x->text + host_len;
    if (r->len > 0)
        memcpy(x->text + host_len, r->octets, r->len);
    *t->queue_end = x;
    t->queue_end = &x->next;
    uv_timer_start(&t->wake, on_wake, 0, 0);
    return 0;
}

/* --- beginning and end --------------------------------------------------- */

int talk_new(struct talk **out, struct uv_loop_s *loop,
             const struct talk_config *cfg)
{
    struct talk *t = calloc(1, sizeof *t);

    if (!t)
        return SNOW_ENOMEM;
    t->cfg = *cfg;
    t->loop = loop;
    t->queue_end = &t->queue;
    t->refs = 1;
    uv_timer_init(loop, &t->wake); /* cannot fail */
    t->wake.data = t;
    *out = t;
    return 0;
}

static void on_wake_closed(uv_handle_t *h)
{
    unref(h->data);
}

/* What never began has no handles. */
static void cancel_queued(struct talk *t)
{
    struct exchange *x;

    while ((x = next_queued(t))) {
        struct talk_answer a = { .code = SNOW_ECANCELED,
                                 .host = x->request.host,
                                 .port = x->request.port,
                                 .octets = "" };

        x->request.done(x->request.arg, &a);
        free(x);
    }
}

void talk_close(struct talk *t)
{
    if (!t || t->is_closing)
        return;
    t->is_closing = true;
    while (t->open) {
        struct exchange *x = t->open;

        finish(x, SNOW_ECANCELED);
        x->answer.code = SNOW_ECANCELED;
        deliver(x); /* takes it off the list */
    }
    cancel_queued(t);
    uv_close((uv_handle_t *)&t->wake, on_wake_closed);
}
