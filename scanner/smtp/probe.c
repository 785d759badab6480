/*
 * smtp – many polite conversations with mail servers at once.
 *
 *   probe.c   sockets and timers in slots; pump() fills free ones
 *   dialog.c  what to say, how long to wait, what came of it    (pure)
 *   reply.c   the grammar of replies, bounded                   (pure)
 *   socket.c  whence and where to
 *   tls.c     what OpenSSL makes of octets, and of certificates
 *
 * Life      free → connecting → talking → closing → ready → free; pump() takes
 *           the first and the last step, callbacks the others.
 * Always    free + in flight == slots; one answer() per address, except for
 *           those that smtp_engine_stop() cut short; one command in flight.
 * Never     speaks before the greeting has ended; says anything but EHLO, HELO,
 *           STARTTLS and QUIT; allocates per conversation, unless it is
 *           continued inside TLS: OpenSSL does, until the goodbye.
 * Start at  pump(), near the end of this file.
 * Sources   RFC 5321 §3.1 (greeting), §4.1.1.1 (EHLO), §4.2 (replies),
 *           §4.3.2 (codes), §4.5.3 (limits, timeouts); RFC 7504 §2 (521, 556);
 *           RFC 3207 (STARTTLS), RFC 8314 §3 (TLS at once).
 */
#include "smtp/probe.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>
#include <uv.h>

#include "base/pool.h"
#include "base/text.h"
#include "loop/pacer.h"
#include "smtp/dialog.h"
#include "smtp/socket.h"
#include "smtp/tls.h"

#define BURST_S                                                                \
    0.02             /* so much of a second's connections may come at once: a  \
                        few ticks of the loop's millisecond clock */
#define LAUNCHES 128 /* in one go, then the loop sees to the others */
#define IN_MAX 16384 /* read at once; all slots share the memory */
#define TLS_MAX 4096 /* octets that go through TLS at once */
#define GRACE_MS 1   /* 0 would not let the loop turn */
#define IDLE_MS 86400000 /* a started engine keeps the loop alive */

struct slot {
    uv_tcp_t tcp;
    uv_timer_t deadline;
    uv_connect_t connect;
    struct smtp_engine *engine;
    struct slot *next; /* on the ready list */
    struct snow_step step;
    int64_t seen_utc_s;
    unsigned open_handles; /* 0: the slot is free or ready */
    bool is_due;           /* its deadline has passed, the grace is running */
    bool is_finished, is_cut_short;
    struct smtp_tls *tls;      /* NULL: all is said in the clear */
    struct smtp_dialog dialog; /* last: most of its text is never touched */
};

struct smtp_engine {
    uv_loop_t *loop;
    const struct clock *clock;
    struct smtp_hooks hooks;
    struct smtp_dialog_config talk;
    struct ssl_ctx_st *tls; /* NULL: never spoken */
    uint16_t port;
    struct sockaddr_storage source;
    char ehlo[SMTP_EHLO_MAX + 1];
    uv_timer_t wake; /* pump() runs from here alone */
    struct pacer pacer;
    double rate;
    struct pool pool;
    struct slot *ready, **ready_end;
    struct smtp_stats stats;
    bool is_started, is_draining, is_stopped, is_done, is_closing;
    char in[IN_MAX];
};

static uint64_t now_us(const struct smtp_engine *e)
{
    return clock_mono_us(e->clock);
}

static size_t in_flight(const struct smtp_engine *e)
{
    return e->pool.n - e->pool.n_free;
}

/* --- what the kernel says ------------------------------------------------- */

/* clang-format off */
static const struct {
    int code;
    enum smtp_end how;
} ends[] = {
    { UV_EOF,           SMTP_END_EOF },
    { UV_ECONNRESET,    SMTP_END_RESET },
    { UV_ECONNABORTED,  SMTP_END_RESET },
    { UV_EPIPE,         SMTP_END_RESET },
    { UV_ENOTCONN,      SMTP_END_RESET },
    { UV_ECONNREFUSED,  SMTP_END_REFUSED },
    /* what ICMP and ICMPv6 are turned into */
    { UV_ENETUNREACH,   SMTP_END_UNREACHABLE },
    { UV_EHOSTUNREACH,  SMTP_END_UNREACHABLE },
    { UV_EACCES,        SMTP_END_UNREACHABLE },
    { UV_EPROTO,        SMTP_END_UNREACHABLE },
    { -EHOSTDOWN,   SMTP_END_UNREACHABLE },
    { -ENONET,      SMTP_END_UNREACHABLE },
    { -ENOPROTOOPT, SMTP_END_UNREACHABLE },
    { -EOPNOTSUPP,  SMTP_END_UNREACHABLE },
    { UV_ETIMEDOUT,     SMTP_END_TIMEOUT },
};
/* clang-format on */

/* Descriptors, ports, memory, our own firewall (EPERM), and what is not known:
 * our own fault, so that it is never booked against the target. */
static enum smtp_end end_of(int code)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (ends[i].code == code)
            return ends[i].how;
    return SMTP_END_LOCAL;
}

/* --- one conversation ----------------------------------------------------- */

static void on_wake(uv_timer_t *t);

static void wake_in(struct smtp_engine *e, uint64_t wait_us)
{
    uint64_t ms = wait_us / 1000 + (wait_us % 1000 != 0);

    if (!e->is_closing && e->is_started && !e->is_done)
        uv_timer_start(&e->wake, on_wake, ms < IDLE_MS ? ms : IDLE_MS, 0);
}

static void maybe_free(struct smtp_engine *e)
{
    if (!e->is_closing || e->wake.data || in_flight(e) > 0)
        return;
    pool_fini(&e->pool);
    smtp_tls_context_free(e->tls);
    free(e);
}

static void put_slot(struct slot *s)
{
    smtp_tls_free(s->tls);
    s->tls = NULL;
    pool_put(&s->engine->pool, s);
}

static void on_closed(uv_handle_t *h)
{
    struct slot *s = h->data;
    struct smtp_engine *e = s->engine;

    if (--s->open_handles > 0)
        return;
    if (e->is_closing) {
        put_slot(s);
        maybe_free(e);
        return;
    }
    s->next = NULL;
    *e->ready_end = s;
    e->ready_end = &s->next;
    wake_in(e, 0);
}

/* Our few octets always fit into the empty buffer of a socket; when they do
 * not, the connection is gone. */
static int send_octets(struct slot *s, char *octets, size_t len)
{
    uv_buf_t out = uv_buf_init(octets, (unsigned)len);
    int n = uv_try_write((uv_stream_t *)&s->tcp, &out, 1);

    if (n < 0)
        return n;
    return n == (int)len ? 0 : UV_ECONNRESET;
}

/* Send what TLS has to say. */
static int flush(struct slot *s)
{
    char out[TLS_MAX];
    size_t n = smtp_tls_take(s->tls, out, sizeof out);
    int code = 0;

    for (; !code && n > 0; n = smtp_tls_take(s->tls, out, sizeof out))
        code = send_octets(s, out, n);
    return code;
}

/* The only way out of a conversation. With nothing unread the kernel says
 * goodbye with a FIN. */
static void finish(struct slot *s)
{
    if (s->is_finished)
        return;
    s->is_finished = true;
    s->seen_utc_s = clock_utc_s(s->engine->clock);
    if (s->tls) {
        smtp_tls_shutdown(s->tls);
        flush(s);
        smtp_tls_release(s->tls);
    }
    uv_close((uv_handle_t *)&s->tcp, on_closed);
    uv_close((uv_handle_t *)&s->deadline, on_closed);
}

static void on_deadline(uv_timer_t *t);

static void note_end(struct slot *s, int code)
{
    if (code < 0)
        smtp_dialog_ended(&s->dialog, now_us(s->engine), end_of(code));
}

static void say(struct slot *s)
{
    struct smtp_dialog *d = &s->dialog;

    if (s->tls)
        smtp_tls_write(s->tls, d->say, d->say_len);
    note_end(s, s->tls ? flush(s) : send_octets(s, d->say, d->say_len));
}

/* EHLO follows on the end of the handshake, the goodbye on whatever we were
 * saying: neither may wait for what is not acknowledged yet. */
static void begin_tls(struct slot *s)
{
    int code = smtp_tls_new(&s->tls, s->engine->tls);

    uv_tcp_nodelay(&s->tcp, 1);
    note_end(s, code ? UV_ENOMEM : flush(s));
}

/* Do what the dialogue wants after an event. */
static void act(struct slot *s)
{
    struct smtp_dialog *d = &s->dialog;
    uint64_t now, ms;

    if (d->say_len > 0)
        say(s);
    if (d->state == SMTP_STATE_TLS && !s->tls)
        begin_tls(s);
    if (d->state == SMTP_STATE_DONE) {
        finish(s);
        return;
    }
    s->is_due = false;
    now = now_us(s->engine);
    ms = d->deadline_us > now ? (d->deadline_us - now + 999) / 1000 : 0;
    uv_timer_start(&s->deadline, on_deadline, ms, 0);
}

/* Timers run before sockets: after a halt of our own, what they said in time
 * may still wait to be read. So the loop gets one more turn. */
static void on_deadline(uv_timer_t *t)
{
    struct slot *s = t->data;

    if (!s->is_due) {
        s->is_due = true;
        uv_timer_start(t, on_deadline, GRACE_MS, 0);
        return;
    }
    smtp_dialog_tick(&s->dialog, now_us(s->engine));
    act(s);
}

static void on_memory_wanted(uv_handle_t *h, size_t wished, uv_buf_t *out)
{
    struct slot *s = h->data;

    (void)wished;
    *out = uv_buf_init(s->engine->in, IN_MAX);
}

/* What was said inside TLS, event by event. */
static void hear_inside(struct slot *s)
{
    char octets[TLS_MAX];
    size_t n;

    while (!s->is_finished &&
           (n = smtp_tls_read(s->tls, octets, sizeof octets)) > 0) {
        smtp_dialog_octets(&s->dialog, now_us(s->engine), octets, n);
        act(s);
    }
    if (s->is_finished || smtp_tls_state(s->tls) == SMTP_TLS_OPEN)
        return;
    note_end(s, smtp_tls_state(s->tls) == SMTP_TLS_CLOSED ? UV_EOF
                                                          : UV_ECONNRESET);
    act(s);
}

/* TLS may answer of its own accord: in the handshake, and with an alert. */
static void hear_tls(struct slot *s, const char *octets, size_t len)
{
    bool was_open = smtp_tls_state(s->tls) == SMTP_TLS_OPEN;
    enum smtp_tls_state state = smtp_tls_feed(s->tls, octets, len);
    int code = flush(s);

    if (code < 0)
        note_end(s, code);
    else if (!was_open && state == SMTP_TLS_OPEN)
        smtp_dialog_tls_done(&s->dialog, now_us(s->engine));
    else if (!was_open && state == SMTP_TLS_FAILED)
        smtp_dialog_tls_failed(&s->dialog, now_us(s->engine));
    if (code < 0 || (!was_open && state != SMTP_TLS_HANDSHAKE))
        act(s);
    if (!s->is_finished && state != SMTP_TLS_HANDSHAKE)
        hear_inside(s);
}

static void on_octets(uv_stream_t *stream, ssize_t n, const uv_buf_t *in)
{
    struct slot *s = stream->data;
    uint64_t now = now_us(s->engine);

    if (n == 0)
        return;
    if (n > 0 && s->tls) {
        hear_tls(s, in->base, (size_t)n);
        return;
    }
    if (n > 0)
        smtp_dialog_octets(&s->dialog, now, in->base, (size_t)n);
    else
        smtp_dialog_ended(&s->dialog, now, end_of((int)n));
    act(s);
}

static void on_connected(uv_connect_t *req, int code)
{
    struct slot *s = req->data;

    if (s->is_finished)
        return;
    if (code == 0) {
        smtp_dialog_connected(&s->dialog, now_us(s->engine));
        code =
            uv_read_start((uv_stream_t *)&s->tcp, on_memory_wanted, on_octets);
    }
    if (code < 0)
        smtp_dialog_ended(&s->dialog, now_us(s->engine), end_of(code));
    act(s);
}

static int connect_slot(struct slot *s)
{
    struct smtp_engine *e = s->engine;
    struct sockaddr_storage to;
    int fd = smtp_socket_open(&to, s->step.addr, e->port, &e->source), code;

    if (fd < 0)
        return fd;
    code = uv_tcp_open(&s->tcp, fd);
    if (code < 0) {
        close(fd);
        return code;
    }
    return uv_tcp_connect(&s->connect, &s->tcp, (struct sockaddr *)&to,
                          on_connected);
}

static void launch(struct smtp_engine *e, const struct snow_step *step)
{
    struct slot *s = pool_get(&e->pool);
    int code;

    s->engine = e;
    s->step = *step;
    s->is_finished = s->is_cut_short = false;
    s->tls = NULL;
    s->open_handles = 2;
    uv_tcp_init(e->loop, &s->tcp);
    uv_timer_init(e->loop, &s->deadline);
    s->tcp.data = s->deadline.data = s->connect.data = s;
    smtp_dialog_init(&s->dialog, &e->talk, now_us(e));
    e->stats.connections++;
    code = connect_slot(s);
    if (code < 0)
        smtp_dialog_ended(&s->dialog, now_us(e), end_of(code));
    act(s);
}

/* --- the engine ----------------------------------------------------------- */

static void deliver(struct smtp_engine *e, struct slot *s)
{
    struct snow_probe p;

    if (s->is_cut_short)
        return;
    smtp_dialog_record(&s->dialog, &p);
    if (s->tls)
        smtp_tls_learnt(s->tls, &p.tls);
    p.addr = s->step.addr;
    p.port = e->port;
    p.seen_utc_s = s->seen_utc_s;
    e->stats.by_status[p.status & 15]++;
    e->hooks.answer(e->hooks.arg, &s->step, &p);
}

static void empty_ready_list(struct smtp_engine *e)
{
    while (e->ready) {
        struct slot *s = e->ready;

        e->ready = s->next;
        if (!e->ready)
            e->ready_end = &e->ready;
        deliver(e, s);
        put_slot(s);
    }
}

/* Fill free slots.
 * @return how long until it is worth trying again */
static uint64_t fill(struct smtp_engine *e)
{
    for (int i = 0; !e->is_draining && e->pool.n_free > 0; i++) {
        uint64_t now = now_us(e), wait_us = pacer_wait_us(&e->pacer, now);
        struct snow_step step;
        int code;

        if (i == LAUNCHES || wait_us > 0)
            return wait_us;
        code = e->hooks.next(e->hooks.arg, now, &step, &wait_us);
        if (code == SNOW_EAGAIN)
            return wait_us;
        if (code == 0) {
            pacer_take(&e->pacer, now);
            launch(e, &step);
        } else {
            e->is_draining = true;
        }
    }
    return UINT64_MAX;
}

static void pump(struct smtp_engine *e)
{
    uint64_t wait_us;

    empty_ready_list(e);
    wait_us = fill(e);
    if (!e->is_draining || in_flight(e) > 0) {
        wake_in(e, wait_us > 0 ? wait_us : GRACE_MS * 1000);
        return;
    }
    e->is_done = true;
    uv_timer_stop(&e->wake);
    e->hooks.done(e->hooks.arg, e->is_stopped ? SNOW_ECANCELED : 0);
}

static void on_wake(uv_timer_t *t)
{
    pump(t->data);
}

/* A name that would break its line, or that does not fit into it. */
static bool is_bad_name(const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f)
            return true;
    return n == 0 || n > SMTP_EHLO_MAX;
}

int smtp_engine_new(struct smtp_engine **out, struct uv_loop_s *loop,
                    const struct smtp_config *cfg,
                    const struct smtp_hooks *hooks, const struct clock *clock,
                    struct snow_error *err)
{
    struct smtp_engine *e;

    assert(cfg->concurrency > 0);
    if (is_bad_name(cfg->ehlo))
        return snow_fail(err, SNOW_EINVAL, "'%s' is no name for EHLO",
                         cfg->ehlo);
    e = calloc(1, sizeof *e);
    if (!e || pool_init(&e->pool, cfg->concurrency, sizeof(struct slot)) ||
        ((cfg->says_starttls || cfg->has_tls_at_once) &&
         smtp_tls_context_new(&e->tls))) {
        if (e)
            pool_fini(&e->pool);
        free(e);
        return snow_fail(err, SNOW_ENOMEM, "no memory for %u conversations",
                         cfg->concurrency);
    }
    e->loop = loop;
    e->clock = clock;
    e->hooks = *hooks;
    e->port = cfg->port;
    e->source = cfg->source;
    e->rate = cfg->rate;
    e->ready_end = &e->ready;
    text_copy(e->ehlo, sizeof e->ehlo, cfg->ehlo);
    e->talk = (struct smtp_dialog_config){
        .ehlo = e->ehlo,
        .connect_timeout_ms = cfg->connect_timeout_ms,
        .banner_timeout_ms = cfg->banner_timeout_ms,
        .total_timeout_ms = cfg->total_timeout_ms,
        .says_starttls = cfg->says_starttls,
        .has_tls_at_once = cfg->has_tls_at_once,
    };
    uv_timer_init(loop, &e->wake);
    e->wake.data = e;
    *out = e;
    return 0;
}

void smtp_engine_start(struct smtp_engine *e)
{
    e->is_started = true;
    pacer_init(&e->pacer, e->rate, e->rate * BURST_S, now_us(e));
    uv_timer_start(&e->wake, on_wake, 0, 0);
}

void smtp_engine_kick(struct smtp_engine *e)
{
    wake_in(e, 0);
}

void smtp_engine_set_rate(struct smtp_engine *e, double rate)
{
    e->rate = rate;
    e->pacer.burst = rate * BURST_S;
    pacer_set_rate(&e->pacer, rate, now_us(e));
}

void smtp_engine_drain(struct smtp_engine *e)
{
    e->is_draining = true;
    wake_in(e, 0);
}

/* Hang up on all who are still talking; those who have finished are heard. */
static void cut_short(struct smtp_engine *e)
{
    for (size_t i = 0; i < e->pool.n; i++) {
        struct slot *s = pool_at(&e->pool, i);

        if (s->open_handles == 0 || s->is_finished)
            continue;
        s->is_cut_short = true;
        finish(s);
    }
}

void smtp_engine_stop(struct smtp_engine *e)
{
    e->is_draining = e->is_stopped = true;
    cut_short(e);
    wake_in(e, 0);
}

void smtp_engine_stats(const struct smtp_engine *e, struct smtp_stats *out)
{
    *out = e->stats;
    out->in_flight = in_flight(e);
}

static void on_wake_closed(uv_handle_t *h)
{
    struct smtp_engine *e = h->data;

    h->data = NULL;
    maybe_free(e);
}

void smtp_engine_close(struct smtp_engine *e)
{
    if (!e)
        return;
    cut_short(e);
    for (; e->ready; e->ready = e->ready->next)
        put_slot(e->ready);
    e->is_closing = true;
    uv_close((uv_handle_t *)&e->wake, on_wake_closed);
}
