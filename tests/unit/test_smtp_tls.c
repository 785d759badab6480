/* TLS of the engine against servers on loopback that offer it, and get it
 * wrong on purpose. */
#include "smtp/tls.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <uv.h>

#include "base/text.h"
#include "smtp/probe.h"
#include "support/smtp_fixture.h"
#include "support/smtp_fixture_tls.h"

#define TARGETS_MAX 32
#define CALM_MS 60000 /* a deadline that only a broken test meets */

struct answer {
    struct snow_probe p; /* its text is gone: */
    char hello[64], capabilities[256], subject[300], issuer[300], names[4200];
};

struct run {
    uv_loop_t loop;
    struct smtp_engine *engine;
    struct smtp_fixture fixture;
    struct snow_addr targets[TARGETS_MAX];
    size_t n_targets, n_given, n_answers;
    struct answer answers[TARGETS_MAX];
    bool stops; /* as soon as all have shaken hands */
    unsigned n_done;
};

static int on_next(void *arg, uint64_t now_us, struct snow_step *out,
                   uint64_t *wait_us)
{
    struct run *r = arg;

    (void)now_us, (void)wait_us;
    if (r->n_given == r->n_targets)
        return SNOW_EDONE;
    *out = (struct snow_step){ .addr = r->targets[r->n_given++] };
    return 0;
}

static void keep(char *to, size_t cap, const char *from, size_t len)
{
    snprintf(to, cap, "%.*s", (int)len, len ? from : "");
}

static void on_answer(void *arg, const struct snow_step *step,
                      const struct snow_probe *p)
{
    struct run *r = arg;
    struct answer *a = &r->answers[r->n_answers++];

    (void)step;
    a->p = *p;
    keep(a->hello, sizeof a->hello, p->hello, p->hello_len);
    keep(a->capabilities, sizeof a->capabilities, p->capabilities,
         p->capabilities_len);
    keep(a->subject, sizeof a->subject, p->tls.subject, p->tls.subject_len);
    keep(a->issuer, sizeof a->issuer, p->tls.issuer, p->tls.issuer_len);
    keep(a->names, sizeof a->names, p->tls.names, p->tls.names_len);
}

static void on_done(void *arg, int code)
{
    struct run *r = arg;

    assert_int_equal(code, r->stops ? SNOW_ECANCELED : 0);
    r->n_done++;
    smtp_engine_close(r->engine);
}

static struct snow_addr addr(const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

static const struct smtp_config starttls = { .ehlo = "probe.example",
                                             .concurrency = 64,
                                             .connect_timeout_ms = CALM_MS,
                                             .banner_timeout_ms = CALM_MS,
                                             .total_timeout_ms = CALM_MS,
                                             .says_starttls = true };

static void begin(struct run *r, const struct smtp_host *hosts, size_t n,
                  const struct smtp_config *like)
{
    struct smtp_hooks hooks = { on_next, on_answer, on_done, r };
    struct smtp_config cfg = *like;
    const char *wrong;

    memset(r, 0, sizeof *r);
    wrong = smtp_fixture_start(&r->fixture, hosts, n);
    if (wrong)
        fail_msg("fixture: %s", wrong);
    for (size_t i = 0; i < n; i++)
        r->targets[r->n_targets++] = addr(hosts[i].ip);
    cfg.port = (uint16_t)r->fixture.port;
    assert_int_equal(uv_loop_init(&r->loop), 0);
    assert_int_equal(smtp_engine_new(&r->engine, &r->loop, &cfg, &hooks,
                                     &clock_system, NULL),
                     0);
    smtp_engine_start(r->engine);
}

static void end(struct run *r)
{
    assert_int_equal(r->n_done, 1);
    assert_int_equal(uv_loop_close(&r->loop), 0);
    smtp_fixture_stop(&r->fixture);
}

static const struct answer *answer_of(const struct run *r, const char *ip)
{
    for (size_t i = 0; i < r->n_answers; i++)
        if (snow_addr_compare(r->answers[i].p.addr, addr(ip)) == 0)
            return &r->answers[i];
    fail_msg("%s: no answer", ip);
    return NULL;
}

/* What we have sent at the end may not have been read yet. */
static void await_farewells(const struct run *r, size_t i, unsigned n)
{
    volatile struct smtp_count *count = &r->fixture.counts[i];

    for (int ms = 0; count->farewells < n && ms < CALM_MS; ms++)
        uv_sleep(1);
    assert_int_equal(count->farewells, n);
}

/* --- what comes of each server -------------------------------------------- */

struct expectation {
    const char *behaviour;
    uint8_t status, ehlo, tls;
    unsigned n_ehlo, n_starttls, n_secured, n_quit;
    const char *capabilities;
};

#define CLEAR "PIPELINING\nSTARTTLS"
#define INSIDE "PIPELINING\nSIZE 10240000\nENHANCEDSTATUSCODES\n8BITMIME"
#define OPEN SNOW_SMTP_OPEN, SNOW_EHLO_OK

/* clang-format off */
static const struct expectation offers[] = {
    { "starttls",     OPEN, SNOW_TLS_OK,          2, 1, 1, 1, INSIDE },
    { "starttls-454", OPEN, SNOW_TLS_REFUSED,     1, 1, 0, 1, CLEAR },
    { "tls-injects",  OPEN, SNOW_TLS_INJECTION,   1, 1, 0, 0, CLEAR },
    { "tls-babbles",  OPEN, SNOW_TLS_FAILED,      1, 1, 0, 0, CLEAR },
    { "tls-closes",   OPEN, SNOW_TLS_FAILED,      1, 1, 0, 0, CLEAR },
    { "tls-resets",   OPEN, SNOW_TLS_FAILED,      1, 1, 0, 0, CLEAR },
    { "tls-names",    OPEN, SNOW_TLS_OK,          2, 1, 1, 1, INSIDE },
    { "tls-endless",  OPEN, SNOW_TLS_FAILED,      1, 1, 0, 0, CLEAR },
    { "tls-expired",  OPEN, SNOW_TLS_OK,          2, 1, 1, 1, INSIDE },
    { "tls-signed",   OPEN, SNOW_TLS_OK,          2, 1, 1, 1, INSIDE },
    { "tls-1.0",      OPEN, SNOW_TLS_OK,          2, 1, 1, 1, INSIDE },
    { "tls-1.2",      OPEN, SNOW_TLS_OK,          2, 1, 1, 1, INSIDE },
    { "open",         OPEN, SNOW_TLS_NOT_OFFERED, 1, 0, 0, 1, INSIDE },
};

/* Those that only our patience ends. */
static const struct expectation slow[] = {
    { "tls-ignores",  OPEN, SNOW_TLS_FAILED,      1, 1, 0, 0, CLEAR },
    { "tls-deaf",     OPEN, SNOW_TLS_OK,          2, 1, 1, 0, CLEAR },
};

static const struct expectation not_wished[] = {
    { "starttls",     OPEN, SNOW_TLS_NOT_ASKED,   1, 0, 0, 1, CLEAR },
    { "open",         OPEN, SNOW_TLS_NOT_OFFERED, 1, 0, 0, 1, INSIDE },
};

static const struct expectation at_once[] = {
    { "smtps",        OPEN, SNOW_TLS_OK,          1, 0, 1, 1, INSIDE },
    { "smtps-signed", OPEN, SNOW_TLS_OK,          1, 0, 1, 1, INSIDE },
};
/* clang-format on */

static void host_of(struct smtp_host *out, size_t i, const char *behaviour)
{
    static char ips[TARGETS_MAX][16], names[TARGETS_MAX][16];

    snprintf(ips[i], sizeof ips[i], "127.64.0.%zu", i + 1);
    snprintf(names[i], sizeof names[i], "MX%zu.Example", i + 1);
    *out = (struct smtp_host){ ips[i], behaviour, names[i] };
}

/* Nobody heard anything but what was due; all inside was said goodbye to. */
static void check_manners(const struct smtp_count *c,
                          const struct expectation *x)
{
    if (c->early || c->pipelined || c->forbidden || c->connections != 1)
        fail_msg("%s: early %u pipelined %u forbidden %u connections %u",
                 x->behaviour, c->early, c->pipelined, c->forbidden,
                 c->connections);
    if (c->ehlo != x->n_ehlo || c->starttls != x->n_starttls ||
        c->secured != x->n_secured || c->quit != x->n_quit ||
        c->farewells != x->n_secured)
        fail_msg("%s: EHLO %u STARTTLS %u secured %u QUIT %u farewells %u",
                 x->behaviour, c->ehlo, c->starttls, c->secured, c->quit,
                 c->farewells);
}

static void check_answer(const struct answer *a, const struct expectation *x)
{
    if (a->p.status != x->status || a->p.ehlo_status != x->ehlo ||
        a->p.tls_status != x->tls)
        fail_msg("%s: %s %s %s", x->behaviour,
                 snow_smtp_status_word(a->p.status),
                 snow_ehlo_status_word(a->p.ehlo_status),
                 snow_tls_status_word(a->p.tls_status));
    if (strcmp(a->capabilities, x->capabilities) != 0)
        fail_msg("%s: capabilities '%s'", x->behaviour, a->capabilities);
}

static const struct fixture_tls other = { .is_first = false };

static void check_certificate(const struct answer *a,
                              const struct expectation *x,
                              const struct smtp_host *host,
                              const struct smtp_count *count)
{
    const struct fixture_tls *how = fixture_tls_find(x->behaviour);
    const struct snow_tls *t = &a->p.tls;
    char name[64] = "";

    if (x->tls != SNOW_TLS_OK) {
        assert_string_equal(t->version, "");
        assert_string_equal(t->spki_sha256, "");
        assert_int_equal(t->subject_len + t->issuer_len + t->names_len, 0);
        return;
    }
    how = how ? how : &other;
    assert_string_equal(t->spki_sha256, count->spki);
    assert_string_equal(a->subject, host->name);
    assert_string_equal(a->issuer,
                        how->is_signed ? "Signer of Tests" : host->name);
    assert_int_equal(t->is_self_signed, !how->is_signed);
    assert_int_equal(t->not_before_utc_s, FIXTURE_NOT_BEFORE);
    assert_int_equal(t->not_after_utc_s,
                     how->is_expired ? FIXTURE_EXPIRED : FIXTURE_NOT_AFTER);
    assert_string_equal(t->version, how->version == TLS1_VERSION ? "TLSv1"
                                    : how->version == TLS1_2_VERSION
                                        ? "TLSv1.2"
                                        : "TLSv1.3");
    assert_memory_equal(t->cipher, "TLS_", 4);
    for (size_t i = 0; host->name[i]; i++)
        name[i] = text_lower(host->name[i]);
    assert_int_equal(strncmp(a->names, name, strlen(name)), 0);
}

static void play(const struct expectation *x, size_t n,
                 const struct smtp_config *cfg)
{
    static struct run r;
    struct smtp_host hosts[TARGETS_MAX] = { { 0 } };

    for (size_t i = 0; i < n; i++)
        host_of(&hosts[i], i, x[i].behaviour);
    begin(&r, hosts, n, cfg);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_answers, n);
    for (size_t i = 0; i < n; i++) {
        await_farewells(&r, i, x[i].n_secured);
        check_answer(answer_of(&r, hosts[i].ip), &x[i]);
        check_manners(&r.fixture.counts[i], &x[i]);
        check_certificate(answer_of(&r, hosts[i].ip), &x[i], &hosts[i],
                          &r.fixture.counts[i]);
    }
    end(&r);
}

static void each_server_gets_its_record(void **state)
{
    (void)state;
    play(offers, COUNT_OF(offers), &starttls);
}

static void patience_ends(void **state)
{
    struct smtp_config cfg = starttls;

    (void)state;
    cfg.total_timeout_ms = 5000;
    play(slow, COUNT_OF(slow), &cfg);
}

static void starttls_need_not_be_said(void **state)
{
    struct smtp_config cfg = starttls;

    (void)state;
    cfg.says_starttls = false;
    play(not_wished, COUNT_OF(not_wished), &cfg);
}

static void tls_may_come_first(void **state)
{
    struct smtp_config cfg = starttls;

    (void)state;
    cfg.has_tls_at_once = true;
    play(at_once, COUNT_OF(at_once), &cfg);
}

/* A greeting in the clear is no TLS. */
static void tls_may_be_missing(void **state)
{
    static struct run r;
    struct smtp_config cfg = starttls;
    struct smtp_host host = { 0 };

    (void)state;
    cfg.has_tls_at_once = true;
    host_of(&host, 0, "open");
    begin(&r, &host, 1, &cfg);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.answers[0].p.status, SNOW_SMTP_NOT_SMTP);
    assert_int_equal(r.answers[0].p.ehlo_status, SNOW_EHLO_NOT_ASKED);
    assert_int_equal(r.answers[0].p.tls_status, SNOW_TLS_FAILED);
    assert_int_equal(r.answers[0].p.banner_len, 0);
    end(&r);
}

/* --- bounds --------------------------------------------------------------- */

static void of_many_names_the_first_are_kept(void **state)
{
    static struct run r;
    struct smtp_host host = { 0 };
    size_t n = 1;

    (void)state;
    host_of(&host, 0, "tls-names");
    begin(&r, &host, 1, &starttls);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    for (const char *c = r.answers[0].names; *c; c++)
        n += *c == '\n';
    assert_int_equal(n, SNOW_TLS_NAMES_MAX);
    assert_non_null(strstr(r.answers[0].names, "\nhost-62.mx1.example"));
    assert_null(strstr(r.answers[0].names, "host-63."));
    end(&r);
}

/* Whoever never stops talking inside TLS is not listened to for ever. */
static void floods_end(void **state)
{
    static struct run r;
    struct smtp_host host = { 0 };

    (void)state;
    host_of(&host, 0, "tls-floods");
    begin(&r, &host, 1, &starttls);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_answers, 1);
    assert_int_equal(r.answers[0].p.tls_status, SNOW_TLS_OK);
    end(&r);
}

/* Records that are well-formed and lead nowhere: TLS 1.3 servers may send such
 * for compatibility, but not without end. */
static void handshakes_are_bounded(void **state)
{
    static const char nothing[] = "\x14\x03\x03\x00\x01\x01";
    struct ssl_ctx_st *context;
    struct smtp_tls *t;
    size_t n = 0;
    char out[1024];

    (void)state;
    assert_int_equal(smtp_tls_context_new(&context), 0);
    assert_int_equal(smtp_tls_new(&t, context), 0);
    assert_true(smtp_tls_take(t, out, sizeof out) > 100);
    assert_int_equal(out[0], 0x16); /* nothing but a ClientHello */
    assert_int_equal(smtp_tls_take(t, out, sizeof out), 0);
    while (smtp_tls_feed(t, nothing, 6) == SMTP_TLS_HANDSHAKE && n < 1000000)
        n += 6;
    assert_int_equal(smtp_tls_state(t), SMTP_TLS_FAILED);
    assert_int_equal(smtp_tls_read(t, out, sizeof out), 0);
    smtp_tls_shutdown(t);
    smtp_tls_release(t);
    smtp_tls_free(t);
    smtp_tls_free(NULL);
    smtp_tls_context_free(context);
}

/* --- ends ----------------------------------------------------------------- */

static void on_check(uv_check_t *c)
{
    struct run *r = c->data;
    volatile struct smtp_count *counts = r->fixture.counts;

    for (size_t i = 0; i < r->n_targets; i++)
        if (counts[i].secured == 0)
            return;
    smtp_engine_stop(r->engine);
    uv_close((uv_handle_t *)c, NULL);
}

static void on_tick(uv_timer_t *t)
{
    struct run *r = t->data;

    if (r->n_done > 0)
        uv_close((uv_handle_t *)t, NULL);
}

/* Stopped in the middle of it, we still say goodbye to TLS. */
static void stop_hangs_up(void **state)
{
    static struct run r;
    struct smtp_host hosts[4] = { { 0 } };
    uv_check_t check;
    uv_timer_t tick;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        host_of(&hosts[i], i, "tls-deaf");
    begin(&r, hosts, COUNT_OF(hosts), &starttls);
    r.stops = true;
    uv_check_init(&r.loop, &check);
    uv_timer_init(&r.loop, &tick);
    check.data = tick.data = &r;
    uv_check_start(&check, on_check);
    uv_timer_start(&tick, on_tick, 5, 5);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_answers, 0);
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        await_farewells(&r, i, 1);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_server_gets_its_record),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(starttls_need_not_be_said),
        cmocka_unit_test(tls_may_come_first),
        cmocka_unit_test(tls_may_be_missing),
        cmocka_unit_test(of_many_names_the_first_are_kept),
        cmocka_unit_test(floods_end),
        cmocka_unit_test(handshakes_are_bounded),
        cmocka_unit_test(stop_hangs_up),
    };

    signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
