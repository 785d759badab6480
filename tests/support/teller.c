#include "teller.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOMENT_MS 5
#define BACKLOG 64

struct teller_caller {
    uv_tcp_t tcp;
    uv_timer_t timer;
    struct teller *teller;
    struct teller_caller *next;
    const struct teller_answer *answer;
    size_t at, open_handles, n_heard;
    bool is_over;
    char in[64], heard[TELLER_HEARD_MAX];
};

static void on_closed(uv_handle_t *h)
{
    struct teller_caller *c = h->data;

    if (--c->open_handles == 0)
        free(c);
}

static void leave(struct teller_caller *c, bool with_reset)
{
    struct teller_caller **at = &c->teller->callers;

    if (c->is_over)
        return;
    c->is_over = true;
    c->teller->n_open--;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    uv_close((uv_handle_t *)&c->timer, on_closed);
    if (!with_reset || uv_tcp_close_reset(&c->tcp, on_closed))
        uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_said(uv_write_t *w, int status)
{
    (void)status;
    free(w);
}

static void say(struct teller_caller *c, const char *text)
{
    uv_write_t *w = malloc(sizeof *w);
    uv_buf_t out = uv_buf_init((char *)text, (unsigned)strlen(text));

    assert_non_null(w);
    if (uv_write(w, (uv_stream_t *)&c->tcp, &out, 1, on_said))
        free(w);
}

static void on_moment(uv_timer_t *t)
{
    struct teller_caller *c = t->data;
    const struct teller_answer *a = c->answer;

    if (c->at < TELLER_PARTS && a->says[c->at]) {
        say(c, a->says[c->at++]);
        uv_timer_start(&c->timer, on_moment, MOMENT_MS, 0);
    } else if (a->ending == TELLER_FLOOD) {
        say(c, "more and more and more and more\n");
        uv_timer_start(&c->timer, on_moment, 1, 0);
    } else if (a->ending != TELLER_STAY) {
        leave(c, a->ending == TELLER_RESET);
    }
}

static void on_room(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
    struct teller_caller *c = h->data;

    (void)suggested;
    *out = uv_buf_init(c->in, sizeof c->in);
}

/* Answer once a whole line is there. */
static void hear(struct teller_caller *c, const char *octets, size_t n)
{
    for (size_t i = 0; i < n && c->n_heard < sizeof c->heard - 1; i++)
        c->heard[c->n_heard++] = octets[i];
    memcpy(c->teller->heard, c->heard, sizeof c->heard);
    if (c->answer || !strchr(c->heard, '\n'))
        return;
    c->answer = c->teller->answer(c->teller->arg, c->heard);
    uv_timer_start(&c->timer, on_moment, MOMENT_MS, 0);
}

static void on_heard(uv_stream_t *s, ssize_t n, const uv_buf_t *in)
{
    struct teller_caller *c = s->data;

    if (n == UV_EOF && uv_is_active((uv_handle_t *)&c->timer))
        c->teller->was_half_closed = true;
    if (n < 0)
        leave(c, false);
    else
        hear(c, in->base, (size_t)n);
}

static void on_caller(uv_stream_t *listener, int status)
{
    struct teller *t = listener->data;
    struct teller_caller *c = calloc(1, sizeof *c);
    const struct teller_answer *unasked = t->answer(t->arg, "");

    assert_int_equal(status, 0);
    assert_non_null(c);
    c->teller = t;
    c->tcp.data = c->timer.data = c;
    c->open_handles = 2;
    c->next = t->callers;
    t->callers = c;
    uv_tcp_init(listener->loop, &c->tcp);
    uv_timer_init(listener->loop, &c->timer);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&c->tcp), 0);
    t->n_accepted++;
    if (++t->n_open > t->n_open_most)
        t->n_open_most = t->n_open;
    if (unasked && unasked->is_hasty) {
        c->answer = unasked;
        uv_timer_start(&c->timer, on_moment, MOMENT_MS, 0);
    } else {
        uv_read_start((uv_stream_t *)&c->tcp, on_room, on_heard);
    }
}

void teller_open(struct teller *t, uv_loop_t *loop)
{
    struct sockaddr_in at;
    int len = sizeof at;

    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop, &t->listener);
    t->listener.data = t;
    assert_int_equal(uv_tcp_bind(&t->listener, (const struct sockaddr *)&at, 0),
                     0);
    assert_int_equal(uv_listen((uv_stream_t *)&t->listener, BACKLOG, on_caller),
                     0);
    uv_tcp_getsockname(&t->listener, (struct sockaddr *)&at, &len);
    t->port = ntohs(at.sin_port);
}

void teller_close(struct teller *t)
{
    if (!uv_is_closing((uv_handle_t *)&t->listener))
        uv_close((uv_handle_t *)&t->listener, NULL);
    while (t->callers)
        leave(t->callers, false);
}
