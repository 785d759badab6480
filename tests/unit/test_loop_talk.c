/* loop/talk.h over real sockets of loopback: the other side is played here, on
 * the same loop. */
#include "loop/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <uv.h>

#include "../support/teller.h"
#include "base/text.h"
#include "loop/http.h"

#define CALM_MS 20000 /* a deadline that only a broken test meets */
#define SHORT_MS 500
#define ASKED "example.test\r\n"
#define KEPT_MAX 64
#define CALLS 8

struct run {
    uv_loop_t loop;
    struct talk *talk;
    struct teller server;
    const struct teller_answer *part;
    struct http_lookup *never;
    size_t n_allowed, n_denied, n_done;
    struct talk_answer answer; /* the last */
    char text[KEPT_MAX + 1], from[SNOW_ADDR_TEXT_MAX];
    int codes[CALLS];
};

/* --- our side ------------------------------------------------------------ */

static const struct {
    const char *host, *addrs[3];
} names[] = {
    { "whois.test", { "127.0.0.1" } },
    { "second.test", { "127.0.0.3", "127.0.0.1" } }, /* nothing at the first */
    { "half.test", { "127.0.0.9", "127.0.0.1" } },
    { "denied.test", { "127.0.0.9" } },
    { "away.test", { "127.0.0.3", "127.0.0.4" } },
};

static void resolve(void *arg, const char *host, struct http_lookup *l)
{
    struct run *r = arg;
    struct snow_addr addrs[3];
    size_t n = 0;

    if (strcmp(host, "never.test") == 0) {
        r->never = l;
        return;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (; strcmp(names[i].host, host) == 0 && n < 3 && names[i].addrs[n];
             n++)
            assert_int_equal(snow_addr_parse(&addrs[n], names[i].addrs[n]), 0);
    http_lookup_done(l, addrs, n);
}

static bool allow(void *arg, struct snow_addr a)
{
    struct run *r = arg;

    if (snow_addr_ipv4(a) == 0x7f000009) {
        r->n_denied++;
        return false;
    }
    r->n_allowed++;
    return true;
}

static void on_done(void *arg, const struct talk_answer *a)
{
    struct run *r = arg;

    assert_true(a->len <= KEPT_MAX);
    assert_int_equal(a->octets[a->len], '\0');
    r->answer = *a;
    memcpy(r->text, a->octets, a->len + 1);
    snow_addr_format(a->from, r->from);
    if (r->n_done < CALLS)
        r->codes[r->n_done] = a->code;
    r->n_done++;
}

/* One answer is enough. */
static void on_only(void *arg, const struct talk_answer *a)
{
    on_done(arg, a);
    teller_close(&((struct run *)arg)->server);
}

static const struct teller_answer *choose(void *arg, const char *question)
{
    (void)question;
    return ((struct run *)arg)->part;
}

static void open_run(struct run *r, const struct teller_answer *part,
                     unsigned timeout_ms, size_t parallel)
{
    struct talk_config cfg = { .timeout_ms = timeout_ms,
                               .parallel = parallel,
                               .resolve = resolve,
                               .allow = allow,
                               .arg = r };

    memset(r, 0, sizeof *r);
    assert_int_equal(uv_loop_init(&r->loop), 0);
    assert_int_equal(talk_new(&r->talk, &r->loop, &cfg), 0);
    r->part = part;
    r->server = (struct teller){ .answer = choose, .arg = r };
    teller_open(&r->server, &r->loop);
}

static void close_run(struct run *r)
{
    teller_close(&r->server);
    talk_close(r->talk);
    uv_run(&r->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r->loop), 0);
}

static int ask(struct run *r, const char *host, talk_fn done)
{
    struct talk_request q = { .host = host,
                              .port = r->server.port,
                              .octets = ASKED,
                              .len = strlen(ASKED),
                              .answer_max = KEPT_MAX,
                              .done = done,
                              .arg = r };

    return talk_ask(r->talk, &q);
}

/* --- tests --------------------------------------------------------------- */

#define TEN "0123456789"
#define SIXTY_FOUR TEN TEN TEN TEN TEN TEN "abcd"

/* clang-format off */
static const struct {
    const char *why, *host;
    struct teller_answer part;
    unsigned timeout_ms;
    int code;
    bool is_cut, is_reset, is_connected;
    const char *text, *from;
} cases[] = {
    { "an answer", "127.0.0.1",
      { false, { "yes\r\n" }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, "yes\r\n", "127.0.0.1" },
    { "of a name", "whois.test",
      { false, { "yes\r\n" }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, "yes\r\n", "127.0.0.1" },
    { "in pieces", "whois.test",
      { false, { "y", "e", "s" }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, "yes", "127.0.0.1" },
    { "nothing at all", "whois.test",
      { false, { NULL }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, "", "127.0.0.1" },
    { "reset after an answer", "whois.test",
      { false, { "yes\r\n" }, TELLER_RESET }, CALM_MS,
      0, false, true, true, "yes\r\n", "127.0.0.1" },
    { "reset without one", "whois.test",
      { false, { NULL }, TELLER_RESET }, CALM_MS,
      0, false, true, true, "", "127.0.0.1" },
    { "an answer to whatever it is, and the question unread", "whois.test",
      { true, { "go away" }, TELLER_CLOSE }, CALM_MS,
      0, false, true, true, "go away", "127.0.0.1" },
    { "as much as is kept", "whois.test",
      { false, { SIXTY_FOUR }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, SIXTY_FOUR, "127.0.0.1" },
    { "one octet more", "whois.test",
      { false, { SIXTY_FOUR, "e" }, TELLER_STAY }, CALM_MS,
      0, true, false, true, SIXTY_FOUR, "127.0.0.1" },
    { "an answer without end", "whois.test",
      { false, { TEN TEN TEN TEN TEN TEN "a", "bcdefg" }, TELLER_FLOOD }, CALM_MS,
      0, true, false, true, SIXTY_FOUR, "127.0.0.1" },
    { "silence", "whois.test",
      { false, { NULL }, TELLER_STAY }, SHORT_MS,
      SNOW_ETIMEOUT, false, false, true, "", "127.0.0.1" },
    { "silence after a while", "whois.test",
      { false, { "wait" }, TELLER_STAY }, SHORT_MS,
      SNOW_ETIMEOUT, false, false, true, "wait", "127.0.0.1" },
    { "the second address, where the first refuses", "second.test",
      { false, { "yes" }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, "yes", "127.0.0.1" },
    { "nothing at any address", "away.test",
      { false, { "yes" }, TELLER_CLOSE }, CALM_MS,
      SNOW_EREFUSED, false, false, false, "", "127.0.0.4" },
    { "the allowed one of two addresses", "half.test",
      { false, { "yes" }, TELLER_CLOSE }, CALM_MS,
      0, false, false, true, "yes", "127.0.0.1" },
    { "no address of the name allowed", "denied.test",
      { false, { "yes" }, TELLER_CLOSE }, CALM_MS,
      SNOW_EPOLICY, false, false, false, "", "::" },
    { "an address that is not allowed", "127.0.0.9",
      { false, { "yes" }, TELLER_CLOSE }, CALM_MS,
      SNOW_EPOLICY, false, false, false, "", "::" },
    { "a name without addresses", "none.test",
      { false, { "yes" }, TELLER_CLOSE }, CALM_MS,
      SNOW_ENOTFOUND, false, false, false, "", "::" },
    { "a name that nobody resolves", "never.test",
      { false, { "yes" }, TELLER_CLOSE }, SHORT_MS,
      SNOW_ETIMEOUT, false, false, false, "", "::" },
};
/* clang-format on */

static void answers_are_read_to_their_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run r;

        open_run(&r, &cases[i].part, cases[i].timeout_ms, 2);
        assert_int_equal(ask(&r, cases[i].host, on_only), 0);
        assert_int_equal(r.n_done, 0); /* never from inside */
        uv_run(&r.loop, UV_RUN_DEFAULT);
        if (r.n_done != 1 || r.answer.code != cases[i].code ||
            r.answer.is_cut != cases[i].is_cut ||
            r.answer.is_reset != cases[i].is_reset ||
            r.answer.is_connected != cases[i].is_connected)
            fail_msg("%s: %zu answers, code %d, cut %d, reset %d, there %d",
                     cases[i].why, r.n_done, r.answer.code, r.answer.is_cut,
                     r.answer.is_reset, r.answer.is_connected);
        if (strcmp(r.text, cases[i].text) != 0)
            fail_msg("%s: '%s'", cases[i].why, r.text);
        if (strcmp(r.from, cases[i].from) != 0)
            fail_msg("%s: from %s", cases[i].why, r.from);
        if (r.answer.is_connected && !cases[i].part.is_hasty &&
            strcmp(r.server.heard, ASKED) != 0)
            fail_msg("%s: it heard '%s'", cases[i].why, r.server.heard);
        if (r.server.was_half_closed)
            fail_msg("%s: half-closed", cases[i].why);
        close_run(&r);
        if (r.never)
            http_lookup_done(r.never, NULL, 0); /* late, but safe */
    }
}

static const struct teller_answer slowly = { false,
                                             { "a", "b" },
                                             TELLER_CLOSE };
static const struct teller_answer silent = { false, { NULL }, TELLER_STAY };

static const struct {
    const char *why, *host;
    unsigned port;
} malformed[] = {
    { "no host", "", 43 },
    { "a blank", "whois.test x", 43 },
    { "a line's end", "whois.test\r\n", 43 },
    { "a dot in front", ".test", 43 },
    { "no port", "whois.test", 0 },
    { "a port past the end", "whois.test", 65536 },
};

static void malformed_requests_fail_at_once(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, &slowly, CALM_MS, 2);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        struct talk_request q = { .host = malformed[i].host,
                                  .port = malformed[i].port,
                                  .octets = "",
                                  .done = on_done,
                                  .arg = &r };

        if (talk_ask(r.talk, &q) != SNOW_ESYNTAX)
            fail_msg("%s is begun", malformed[i].why);
    }
    close_run(&r);
    assert_int_equal(r.n_done, 0);
}

static void on_sixth(void *arg, const struct talk_answer *a)
{
    struct run *r = arg;

    on_done(arg, a);
    if (r->n_done == 6)
        teller_close(&r->server);
}

static void more_than_fit_wait(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, &slowly, CALM_MS, 2);
    for (int i = 0; i < 6; i++)
        assert_int_equal(
            ask(&r, i % 2 ? "second.test" : "whois.test", on_sixth), 0);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_done, 6);
    assert_int_equal(r.server.n_accepted, 6);
    assert_int_equal(r.server.n_open_most, 2);
    for (int i = 0; i < 6; i++)
        assert_int_equal(r.codes[i], 0);
    close_run(&r);
}

static void on_close_at_once(void *arg, const struct talk_answer *a)
{
    struct run *r = arg;

    on_done(arg, a);
    talk_close(r->talk); /* ends the others, from here */
    r->talk = NULL;
    teller_close(&r->server);
}

static void done_may_close_all(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, &slowly, CALM_MS, 2);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&r, "whois.test", on_close_at_once), 0);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_done, 5);
    assert_int_equal(r.codes[0], 0);
    for (int i = 1; i < 5; i++)
        assert_int_equal(r.codes[i], SNOW_ECANCELED);
    close_run(&r);
}

static void on_hung(uv_timer_t *t)
{
    struct run *r = t->data;

    talk_close(r->talk);
    assert_int_equal(ask(r, "whois.test", on_done), SNOW_ECANCELED);
    r->talk = NULL;
    teller_close(&r->server);
    uv_close((uv_handle_t *)t, NULL);
}

static void closing_ends_all(void **state)
{
    static const char *const hosts[] = { "whois.test", "never.test",
                                         "second.test", "whois.test" };
    struct run r;
    uv_timer_t timer;

    (void)state;
    open_run(&r, &silent, CALM_MS, 3);
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        assert_int_equal(ask(&r, hosts[i], on_done), 0);
    uv_timer_init(&r.loop, &timer);
    timer.data = &r;
    uv_timer_start(&timer, on_hung, 50, 0);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_done, COUNT_OF(hosts));
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        assert_int_equal(r.codes[i], SNOW_ECANCELED);
    close_run(&r);
    http_lookup_done(r.never, NULL, 0);
}

static void closing_before_anything_began(void **state)
{
    struct run r;

    (void)state;
    open_run(&r, &silent, CALM_MS, 3);
    assert_int_equal(ask(&r, "whois.test", on_done), 0);
    close_run(&r);
    assert_int_equal(r.n_done, 1);
    assert_int_equal(r.codes[0], SNOW_ECANCELED);
    assert_int_equal(r.server.n_accepted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_read_to_their_end),
        cmocka_unit_test(malformed_requests_fail_at_once),
        cmocka_unit_test(more_than_fit_wait),
        cmocka_unit_test(done_may_close_all),
        cmocka_unit_test(closing_ends_all),
        cmocka_unit_test(closing_before_anything_began),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
