/* The engine against servers on loopback that misbehave on purpose. */
#include "smtp/probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "../support/smtp_fixture.h"
#include "base/text.h"

#define TARGETS_MAX 512
#define CALM_MS 60000 /* a deadline that only a broken test meets */

struct answer {
    struct snow_addr addr;
    uint8_t status, ehlo, tls;
    bool client_blocked;
    uint16_t code, port;
    uint32_t greeting_ms;
    int64_t seen_utc_s;
    char banner[512], hello[128], capabilities[128];
    size_t banner_len;
};

/* One run of one engine over a list of addresses. */
struct run {
    uv_loop_t loop;
    uv_check_t busy;
    uv_timer_t later; /* kicks or stops, where a test wants it */
    struct smtp_engine *engine;
    struct smtp_fixture fixture;
    struct snow_addr targets[TARGETS_MAX];
    size_t n_targets, n_given, n_answers, most_in_flight;
    struct answer answers[TARGETS_MAX];
    size_t hold_at;     /* no further target before the kick; 0: none */
    size_t drain_after; /* answers; 0: none */
    size_t stop_after;
    unsigned n_done;
    int code;
};

static int on_next(void *arg, uint64_t now_us, struct snow_step *out,
                   uint64_t *wait_us)
{
    struct run *r = arg;
    struct smtp_stats stats;

    (void)now_us;
    if (r->n_given == r->n_targets)
        return SNOW_EDONE;
    if (r->hold_at && r->n_given == r->hold_at) {
        *wait_us = UINT64_MAX;
        return SNOW_EAGAIN;
    }
    *out = (struct snow_step){ .addr = r->targets[r->n_given++] };
    smtp_engine_stats(r->engine, &stats);
    if (stats.in_flight + 1 > r->most_in_flight)
        r->most_in_flight = stats.in_flight + 1;
    return 0;
}

static void keep(char *to, size_t cap, const char *from, size_t len)
{
    snprintf(to, cap, "%.*s", (int)len, from);
}

static void on_answer(void *arg, const struct snow_step *step,
                      const struct snow_probe *p)
{
    struct run *r = arg;
    struct answer *a = &r->answers[r->n_answers++];

    assert_int_equal(snow_addr_compare(step->addr, p->addr), 0);
    *a = (struct answer){ .addr = p->addr,
                          .status = p->status,
                          .ehlo = p->ehlo_status,
                          .tls = p->tls_status,
                          .client_blocked = p->client_blocked,
                          .code = p->code,
                          .port = p->port,
                          .greeting_ms = p->greeting_ms,
                          .seen_utc_s = p->seen_utc_s,
                          .banner_len = p->banner_len };
    keep(a->banner, sizeof a->banner, p->banner, p->banner_len);
    keep(a->hello, sizeof a->hello, p->hello, p->hello_len);
    keep(a->capabilities, sizeof a->capabilities, p->capabilities,
         p->capabilities_len);
    if (r->n_answers == r->drain_after)
        smtp_engine_drain(r->engine);
    if (r->n_answers == r->stop_after)
        smtp_engine_stop(r->engine);
}

static void on_done(void *arg, int code)
{
    struct run *r = arg;

    r->n_done++;
    r->code = code;
    smtp_engine_close(r->engine);
}

static struct snow_addr addr(const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

static struct smtp_config calm(const struct run *r)
{
    return (struct smtp_config){ .ehlo = "probe.example",
                                 .port = (uint16_t)r->fixture.port,
                                 .concurrency = 64,
                                 .connect_timeout_ms = CALM_MS,
                                 .banner_timeout_ms = CALM_MS,
                                 .total_timeout_ms = CALM_MS };
}

static void serve(struct run *r, const struct smtp_host *hosts, size_t n)
{
    const char *wrong;

    memset(r, 0, sizeof *r);
    wrong = smtp_fixture_start(&r->fixture, hosts, n);
    if (wrong)
        fail_msg("fixture: %s", wrong);
    for (size_t i = 0; i < n; i++)
        r->targets[r->n_targets++] = addr(hosts[i].ip);
}

static void begin(struct run *r, const struct smtp_config *cfg)
{
    struct smtp_hooks hooks = { on_next, on_answer, on_done, r };

    assert_int_equal(uv_loop_init(&r->loop), 0);
    assert_int_equal(
        smtp_engine_new(&r->engine, &r->loop, cfg, &hooks, &clock_system, NULL),
        0);
    smtp_engine_start(r->engine);
    assert_int_equal(r->n_given, 0); /* nothing happens inside start */
}

static void end(struct run *r)
{
    uv_run(&r->loop, UV_RUN_DEFAULT);
    assert_int_equal(r->n_done, 1);
    assert_int_equal(uv_loop_close(&r->loop), 0);
    smtp_fixture_stop(&r->fixture);
}

static const struct answer *answer_of(const struct run *r, const char *ip)
{
    const struct answer *found = NULL;

    for (size_t i = 0; i < r->n_answers; i++) {
        if (snow_addr_compare(r->answers[i].addr, addr(ip)) != 0)
            continue;
        if (found)
            fail_msg("%s: two answers", ip);
        found = &r->answers[i];
    }
    if (!found)
        fail_msg("%s: no answer", ip);
    return found;
}

/* --- what comes of each server -------------------------------------------- */

struct expectation {
    struct smtp_host host;
    uint8_t status, ehlo;
    unsigned code;
    const char *banner, *hello;
    unsigned n_ehlo, n_helo, n_quit; /* what they heard */
};

#define LIST "PIPELINING\nSIZE 10240000\nENHANCEDSTATUSCODES\n8BITMIME"

/* clang-format off */
static const struct expectation prompt[] = {
    { { "127.62.0.1", "open", "mx1.example" }, SNOW_SMTP_OPEN, SNOW_EHLO_OK,
      220, "220 mx1.example ESMTP Postfix", "mx1.example", 1, 0, 1 },
    { { "127.62.0.2", "delay=400", "mx2.example" }, SNOW_SMTP_OPEN,
      SNOW_EHLO_OK, 220, "220 mx2.example ESMTP Postfix", "mx2.example",
      1, 0, 1 },
    { { "127.62.0.3", "teaser=400", "mx3.example" }, SNOW_SMTP_OPEN,
      SNOW_EHLO_OK, 220, "220-mx3.example ESMTP Postfix\n"
      "220 mx3.example ESMTP Postfix", "mx3.example", 1, 0, 1 },
    { { "127.62.0.4", "helo-only", "mx4.example" }, SNOW_SMTP_OPEN,
      SNOW_EHLO_HELO, 220, "220 mx4.example SMTP", "mx4.example", 1, 1, 1 },
    { { "127.62.0.5", "refuses", "mx5.example" }, SNOW_SMTP_OPEN,
      SNOW_EHLO_REJECTED, 220, "220 mx5.example ESMTP Postfix", "", 1, 1, 1 },
    { { "127.62.0.6", "554", "mx6.example" }, SNOW_SMTP_REJECTED,
      SNOW_EHLO_NOT_ASKED, 554, "554 mx6.example No SMTP service here", "",
      0, 0, 1 },
    { { "127.62.0.7", "blocked", "mx7.example" }, SNOW_SMTP_REJECTED,
      SNOW_EHLO_NOT_ASKED, 554, "554 5.7.1 mx7.example: your address is "
      "listed at zen.spamhaus.example", "", 0, 0, 1 },
    { { "127.62.0.8", "421", "mx8.example" }, SNOW_SMTP_BUSY,
      SNOW_EHLO_NOT_ASKED, 421, "421 mx8.example Too many connections", "",
      0, 0, 0 },
    { { "127.62.0.9", "close", "-" }, SNOW_SMTP_CLOSED, SNOW_EHLO_NOT_ASKED,
      0, "", "", 0, 0, 0 },
    { { "127.62.0.10", "reset=100", "-" }, SNOW_SMTP_RESET,
      SNOW_EHLO_NOT_ASKED, 0, "", "", 0, 0, 0 },
    { { "127.62.0.11", "hangup", "mx11.example" }, SNOW_SMTP_OPEN,
      SNOW_EHLO_CLOSED, 220, "220 mx11.example ESMTP Postfix", "", 1, 0, 0 },
    { { "127.62.0.12", "ssh", "Debian" }, SNOW_SMTP_NOT_SMTP,
      SNOW_EHLO_NOT_ASKED, 0, "SSH-2.0-OpenSSH_9.2p1 Debian", "", 0, 0, 0 },
    { { "127.62.0.13", "http", "-" }, SNOW_SMTP_NOT_SMTP, SNOW_EHLO_NOT_ASKED,
      0, "HTTP/1.0 400 Bad Request", "", 0, 0, 0 },
    { { "127.62.0.14", "flood", "mx14.example" }, SNOW_SMTP_TARPIT,
      SNOW_EHLO_NOT_ASKED, 220, NULL, "", 0, 0, 0 },
    { { "::1", "open", "mx6.example" }, SNOW_SMTP_OPEN, SNOW_EHLO_OK, 220,
      "220 mx6.example ESMTP Postfix", "mx6.example", 1, 0, 1 },
};

/* Those that only our patience ends. */
static const struct expectation slow[] = {
    { { "127.62.0.1", "silent", "-" }, SNOW_SMTP_SILENT, SNOW_EHLO_NOT_ASKED,
      0, "", "", 0, 0, 0 },
    { { "127.62.0.2", "partial", "mx2.example" }, SNOW_SMTP_PARTIAL,
      SNOW_EHLO_NOT_ASKED, 220, "220 mx2.example ESM", "", 0, 0, 0 },
    { { "127.62.0.3", "teaser=30000", "mx3.example" }, SNOW_SMTP_PARTIAL,
      SNOW_EHLO_NOT_ASKED, 220, "220-mx3.example ESMTP Postfix", "", 0, 0, 0 },
    { { "127.62.0.4", "tarpit=20", "mx4.example" }, SNOW_SMTP_TARPIT,
      SNOW_EHLO_NOT_ASKED, 220, NULL, "", 0, 0, 0 },
    { { "127.62.0.5", "deaf", "mx5.example" }, SNOW_SMTP_OPEN,
      SNOW_EHLO_TIMEOUT, 220, "220 mx5.example ESMTP Postfix", "", 1, 0, 0 },
};
/* clang-format on */

static void check_answer(const struct answer *a, const struct expectation *x)
{
    if (a->status != x->status || a->ehlo != x->ehlo || a->code != x->code)
        fail_msg("%s: %s %s %u", x->host.behaviour,
                 snow_smtp_status_word(a->status),
                 snow_ehlo_status_word(a->ehlo), a->code);
    if ((x->banner && strcmp(a->banner, x->banner) != 0) ||
        strcmp(a->hello, x->hello) != 0)
        fail_msg("%s: banner '%s' hello '%s'", x->host.behaviour, a->banner,
                 a->hello);
    if (strcmp(a->capabilities, a->ehlo == SNOW_EHLO_OK ? LIST : "") != 0)
        fail_msg("%s: capabilities '%s'", x->host.behaviour, a->capabilities);
    assert_true(a->seen_utc_s > 1500000000);
    assert_int_equal(a->client_blocked,
                     strcmp(x->host.behaviour, "blocked") == 0);
    assert_int_equal(a->tls,
                     a->ehlo == SNOW_EHLO_OK || a->ehlo == SNOW_EHLO_HELO
                         ? SNOW_TLS_NOT_OFFERED
                         : SNOW_TLS_NOT_ASKED);
}

/* Nobody heard us speak too early, too much, or of anything else. */
static void check_manners(const struct smtp_count *c,
                          const struct expectation *x)
{
    if (c->early || c->pipelined || c->forbidden || c->connections != 1)
        fail_msg("%s: early %u pipelined %u forbidden %u connections %u",
                 x->host.behaviour, c->early, c->pipelined, c->forbidden,
                 c->connections);
    if (c->ehlo != x->n_ehlo || c->helo != x->n_helo || c->quit != x->n_quit)
        fail_msg("%s: EHLO %u HELO %u QUIT %u", x->host.behaviour, c->ehlo,
                 c->helo, c->quit);
    if (c->ehlo > 0)
        assert_string_equal(c->argument, "probe.example");
}

static void play(const struct expectation *x, size_t n,
                 const struct smtp_config *patience)
{
    static struct run r;
    struct smtp_host hosts[32];
    struct smtp_config cfg;
    struct smtp_stats stats;

    for (size_t i = 0; i < n; i++)
        hosts[i] = x[i].host;
    serve(&r, hosts, n);
    cfg = calm(&r);
    if (patience) {
        cfg.banner_timeout_ms = patience->banner_timeout_ms;
        cfg.total_timeout_ms = patience->total_timeout_ms;
    }
    begin(&r, &cfg);
    while (r.n_done == 0) {
        uv_run(&r.loop, UV_RUN_ONCE);
        if (r.n_done == 0)
            smtp_engine_stats(r.engine, &stats);
    }
    assert_int_equal(stats.connections, n);
    assert_int_equal(r.n_answers, n);
    assert_int_equal(r.code, 0);
    for (size_t i = 0; i < n; i++) {
        check_answer(answer_of(&r, x[i].host.ip), &x[i]);
        check_manners(&r.fixture.counts[i], &x[i]);
    }
    end(&r);
}

static void each_server_gets_its_record(void **state)
{
    (void)state;
    play(prompt, COUNT_OF(prompt), NULL);
}

static void patience_ends(void **state)
{
    const struct smtp_config patience = { .banner_timeout_ms = 2000,
                                          .total_timeout_ms = 3000 };

    (void)state;
    play(slow, COUNT_OF(slow), &patience);
}

static void greetings_are_timed(void **state)
{
    static struct run r;
    static const struct smtp_host host = { "127.62.0.1", "delay=300", "mx" };
    struct smtp_config cfg;

    (void)state;
    serve(&r, &host, 1);
    cfg = calm(&r);
    begin(&r, &cfg);
    end(&r);
    assert_int_equal(r.answers[0].port, cfg.port);
    assert_in_range(r.answers[0].greeting_ms, 290, CALM_MS);
}

/* --- connections that do not come about ----------------------------------- */

static void nobody_listens(void **state)
{
    static struct run r;
    static const struct smtp_host host = { "127.62.0.1", "open", "mx" };
    struct smtp_config cfg;

    (void)state;
    serve(&r, &host, 1);
    r.targets[0] = addr("127.62.0.2");
    /* the kernel opens no TCP connection to a broadcast address */
    r.targets[r.n_targets++] = addr("127.255.255.255");
    cfg = calm(&r);
    begin(&r, &cfg);
    end(&r);
    assert_int_equal(answer_of(&r, "127.62.0.2")->status, SNOW_SMTP_REFUSED);
    assert_int_equal(answer_of(&r, "127.255.255.255")->status,
                     SNOW_SMTP_UNREACHABLE);
}

/* A queue that is full drops each SYN: no answer, as behind a filter. */
static int full_queue(struct sockaddr_in *at, int fillers[4])
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *at = (struct sockaddr_in){ .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(0x7f3e0003) };
    assert_int_equal(bind(fd, (struct sockaddr *)at, len), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
    for (int i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fillers[i], (struct sockaddr *)at, len);
    }
    return fd;
}

static void nobody_answers(void **state)
{
    static struct run r;
    struct sockaddr_in at;
    struct smtp_config cfg;
    int fillers[4], fd = full_queue(&at, fillers);

    (void)state;
    memset(&r, 0, sizeof r);
    r.targets[r.n_targets++] = addr("127.62.0.3");
    cfg = calm(&r);
    cfg.port = ntohs(at.sin_port);
    cfg.connect_timeout_ms = 300;
    begin(&r, &cfg);
    end(&r);
    assert_int_equal(r.answers[0].status, SNOW_SMTP_TIMEOUT);
    assert_int_equal(r.answers[0].greeting_ms, 0);
    for (int i = 0; i < 4; i++)
        close(fillers[i]);
    close(fd);
}

#define HURRY_MS 500

/* The one event so far is that we are connected. Hold the loop until the
 * greeting lies in our socket, and its deadline has passed. */
static void on_busy(uv_check_t *busy)
{
    struct run *r = busy->data;
    volatile struct smtp_count *count = r->fixture.counts;

    if (r->n_given == 0)
        return;
    while (count->greeted == 0)
        uv_sleep(10);
    uv_sleep(HURRY_MS);
    uv_close((uv_handle_t *)busy, NULL);
}

static void our_own_delay_is_not_theirs(void **state)
{
    static struct run r;
    static const struct smtp_host host = { "127.62.0.1", "delay=200", "mx" };
    struct smtp_config cfg;

    (void)state;
    serve(&r, &host, 1);
    cfg = calm(&r);
    cfg.banner_timeout_ms = HURRY_MS;
    begin(&r, &cfg);
    assert_int_equal(uv_check_init(&r.loop, &r.busy), 0);
    r.busy.data = &r;
    uv_check_start(&r.busy, on_busy);
    end(&r);
    assert_int_equal(r.n_answers, 1);
    assert_int_equal(r.answers[0].status, SNOW_SMTP_OPEN);
}

/* Without a descriptor to spare, nothing is booked against the target. */
static void our_own_fault(void **state)
{
    static struct run r;
    static const struct smtp_host hosts[] = {
        { "127.62.0.1", "open", "mx" },
        { "127.62.0.2", "open", "mx" },
    };
    struct smtp_config cfg;
    struct rlimit before, none;

    (void)state;
    serve(&r, hosts, COUNT_OF(hosts));
    cfg = calm(&r);
    begin(&r, &cfg);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    end(&r);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(r.n_answers, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(r.answers[i].status, SNOW_SMTP_LOCAL_ERROR);
}

static void source_address_is_bound(void **state)
{
    static struct run r;
    static const struct smtp_host hosts[] = {
        { "127.62.0.1", "open", "mx" },
        { "::1", "open", "mx" },
    };
    struct smtp_config cfg;
    struct sockaddr_in *source = (struct sockaddr_in *)&cfg.source;

    (void)state;
    serve(&r, hosts, COUNT_OF(hosts));
    cfg = calm(&r);
    source->sin_family = AF_INET;
    source->sin_addr.s_addr = htonl(0x7f3e0909);
    begin(&r, &cfg);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_string_equal(r.fixture.counts[0].from, "127.62.9.9");
    assert_int_equal(answer_of(&r, "127.62.0.1")->status, SNOW_SMTP_OPEN);
    /* an address of another family cannot be reached from it */
    assert_int_equal(answer_of(&r, "::1")->status, SNOW_SMTP_LOCAL_ERROR);
    assert_int_equal(r.fixture.counts[1].connections, 0);
    end(&r);
}

/* --- many ----------------------------------------------------------------- */

static void serve_many(struct run *r, size_t n, const char *behaviour)
{
    static char ips[TARGETS_MAX][16];
    static struct smtp_host hosts[TARGETS_MAX];

    for (size_t i = 0; i < n; i++) {
        snprintf(ips[i], sizeof ips[i], "127.62.%u.%u", (unsigned)(i / 200),
                 (unsigned)(i % 200 + 1));
        hosts[i] = (struct smtp_host){ ips[i], behaviour, "mx.example" };
    }
    serve(r, hosts, n);
}

static void slots_bound_concurrency(void **state)
{
    static struct run r;
    struct smtp_config cfg;

    (void)state;
    serve_many(&r, 300, "open");
    cfg = calm(&r);
    cfg.concurrency = 7;
    begin(&r, &cfg);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.n_answers, 300);
    assert_int_equal(r.most_in_flight, 7);
    for (size_t i = 0; i < r.n_targets; i++) {
        assert_int_equal(r.answers[i].status, SNOW_SMTP_OPEN);
        assert_int_equal(r.fixture.counts[i].connections, 1);
        assert_int_equal(r.fixture.counts[i].quit, 1);
        assert_int_equal(r.fixture.counts[i].rst, 0);
    }
    end(&r);
}

static void rate_bounds_connections(void **state)
{
    static struct run r;
    struct smtp_config cfg;
    uint64_t began_us;

    (void)state;
    serve_many(&r, 11, "open");
    cfg = calm(&r);
    cfg.rate = 50; /* a burst of one: ten waits of 20 ms */
    began_us = clock_mono_us(&clock_system);
    begin(&r, &cfg);
    end(&r);
    assert_int_equal(r.n_answers, 11);
    assert_true(clock_mono_us(&clock_system) - began_us >= 199000);
}

static size_t n_allocated;

static void *count_malloc(size_t n)
{
    n_allocated++;
    return malloc(n);
}

static void *count_realloc(void *p, size_t n)
{
    n_allocated++;
    return realloc(p, n);
}

static void *count_calloc(size_t n, size_t size)
{
    n_allocated++;
    return calloc(n, size);
}

/* libuv asks for no memory per conversation either. */
static void conversations_allocate_nothing(void **state)
{
    static struct run r;
    struct smtp_config cfg;
    size_t n[2], sizes[] = { 20, 300 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        serve_many(&r, sizes[i], "open");
        cfg = calm(&r);
        cfg.concurrency = 8;
        n_allocated = 0;
        begin(&r, &cfg);
        end(&r);
        n[i] = n_allocated;
        assert_int_equal(r.n_answers, sizes[i]);
    }
    assert_true(n[0] > 0);
    assert_int_equal(n[0], n[1]);
}

/* --- ends ----------------------------------------------------------------- */

static void drain_lets_the_open_ones_finish(void **state)
{
    static struct run r;
    struct smtp_config cfg;

    (void)state;
    serve_many(&r, 50, "delay=200");
    cfg = calm(&r);
    cfg.concurrency = 5;
    r.drain_after = 1;
    begin(&r, &cfg);
    end(&r);
    assert_int_equal(r.code, 0);
    assert_true(r.n_given < 50);
    assert_int_equal(r.n_answers, r.n_given);
}

static void on_stop(uv_timer_t *t)
{
    struct run *r = t->data;

    smtp_engine_stop(r->engine);
    uv_close((uv_handle_t *)t, NULL);
}

static void on_kick(uv_timer_t *t)
{
    struct run *r = t->data;

    assert_int_equal(r->n_given, r->hold_at);
    r->hold_at = 0;
    smtp_engine_kick(r->engine);
    uv_close((uv_handle_t *)t, NULL);
}

static void later(struct run *r, uv_timer_cb fn)
{
    assert_int_equal(uv_timer_init(&r->loop, &r->later), 0);
    r->later.data = r;
    uv_timer_start(&r->later, fn, 200, 0);
}

static void stop_hangs_up(void **state)
{
    static struct run r;
    struct smtp_config cfg;

    (void)state;
    serve_many(&r, 50, "silent");
    cfg = calm(&r);
    cfg.concurrency = 20;
    begin(&r, &cfg);
    later(&r, on_stop);
    end(&r);
    assert_int_equal(r.code, SNOW_ECANCELED);
    assert_int_equal(r.n_given, 20);
    assert_int_equal(r.n_answers, 0);
}

static void stop_from_an_answer(void **state)
{
    static struct run r;
    struct smtp_config cfg;

    (void)state;
    serve_many(&r, 50, "open");
    cfg = calm(&r);
    cfg.concurrency = 3;
    r.stop_after = 10;
    begin(&r, &cfg);
    end(&r);
    assert_int_equal(r.code, SNOW_ECANCELED);
    assert_in_range(r.n_answers, 10, 12); /* some had finished as well */
}

static void kick_asks_again(void **state)
{
    static struct run r;
    struct smtp_config cfg;

    (void)state;
    serve_many(&r, 6, "open");
    cfg = calm(&r);
    r.hold_at = 3;
    begin(&r, &cfg);
    later(&r, on_kick);
    end(&r);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.n_answers, 6);
}

static void nothing_to_do(void **state)
{
    static struct run r;
    struct smtp_config cfg;

    (void)state;
    memset(&r, 0, sizeof r);
    cfg = calm(&r);
    begin(&r, &cfg);
    assert_int_equal(r.n_done, 0);
    end(&r);
    assert_int_equal(r.code, 0);
}

static void close_at_any_time(void **state)
{
    static struct run r;
    struct smtp_config cfg;
    struct smtp_hooks hooks = { on_next, on_answer, on_done, &r };

    (void)state;
    serve_many(&r, 10, "silent");
    cfg = calm(&r);
    assert_int_equal(uv_loop_init(&r.loop), 0);
    smtp_engine_close(NULL);
    assert_int_equal(
        smtp_engine_new(&r.engine, &r.loop, &cfg, &hooks, &clock_system, NULL),
        0);
    smtp_engine_close(r.engine); /* not started */
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r.loop), 0);

    begin(&r, &cfg);
    while (r.n_given < 10)
        uv_run(&r.loop, UV_RUN_ONCE);
    smtp_engine_close(r.engine); /* in the middle of it */
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r.loop), 0);
    assert_int_equal(r.n_done, 0);
    assert_int_equal(r.n_answers, 0);
    smtp_fixture_stop(&r.fixture);
}

static const char *const bad_names[] = { "", "two words", "line\r\nQUIT",
                                         "\x7f" };

static void names_that_break_the_line_are_refused(void **state)
{
    static struct run r;
    struct smtp_hooks hooks = { on_next, on_answer, on_done, &r };
    struct smtp_config cfg = calm(&r);
    char longest[257];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad_names); i++) {
        cfg.ehlo = bad_names[i];
        assert_int_equal(smtp_engine_new(&r.engine, &r.loop, &cfg, &hooks,
                                         &clock_system, NULL),
                         SNOW_EINVAL);
    }
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    cfg.ehlo = longest;
    assert_int_equal(
        smtp_engine_new(&r.engine, &r.loop, &cfg, &hooks, &clock_system, NULL),
        SNOW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_server_gets_its_record),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(greetings_are_timed),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(our_own_delay_is_not_theirs),
        cmocka_unit_test(our_own_fault),
        cmocka_unit_test(source_address_is_bound),
        cmocka_unit_test(slots_bound_concurrency),
        cmocka_unit_test(rate_bounds_connections),
        cmocka_unit_test(conversations_allocate_nothing),
        cmocka_unit_test(drain_lets_the_open_ones_finish),
        cmocka_unit_test(stop_hangs_up),
        cmocka_unit_test(stop_from_an_answer),
        cmocka_unit_test(kick_asks_again),
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(close_at_any_time),
        cmocka_unit_test(names_that_break_the_line_are_refused),
    };

    signal(SIGPIPE, SIG_IGN); /* as the program does */
    uv_replace_allocator(count_malloc, count_realloc, count_calloc, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
