/* registration/client.h against a real nginx, under a clock of our own. */
#include "registration/client.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <uv.h>

#include "../support/nginx.h"
#include "base/text.h"

#define S 1000000ull
#define NOW 1526815353 /* 2018-05-20 */
#define CALM_MS 5000   /* HTTP's own deadline; a paused host waits longer */

/* $1 is the domain. */
static const char server[] =
    "location ~ ^/rdap/domain/(ok[^/]*)$ { return 200 '{\"objectClassName\":\n"
    "  \"domain\",\"ldhName\":\"$1\",\"events\":[{\"eventAction\":\n"
    "  \"registration\",\"eventDate\":\"2018-05-18\"}]}'; }\n"
    "location ~ ^/rdap/domain/missing { return 404 '{\"errorCode\":404}'; }\n"
    "location ~ ^/rdap/domain/bare { return 404 ' '; }\n"
    "location ~ ^/rdap/domain/html { default_type text/html;\n"
    "  return 404 '<html>'; }\n"
    "location ~ ^/rdap/domain/page { default_type text/html;\n"
    "  return 200 '<html>'; }\n"
    "location ~ ^/rdap/domain/forbidden { return 403 '<html>'; }\n"
    "location ~ ^/rdap/domain/broken { return 500; }\n"
    "location ~ ^/rdap/domain/limited {\n"
    "  add_header Retry-After 30 always; return 429 ''; }\n"
    "location ~ ^/rdap/domain/moved { return 302 /other$uri; }\n"
    "location ~ ^/other/rdap/domain/(.*)$ { return 200 '{\"objectClassName\":\n"
    "  \"domain\",\"ldhName\":\"$1\",\"events\":[{\"eventAction\":\n"
    "  \"registration\",\"eventDate\":\"2018-05-18\"}]}'; }\n"
    "location ~ ^/rdap/domain/loop { return 302 $uri; }\n"
    "location ~ ^/rdap/domain/away {\n"
    "  return 302 http://127.0.0.9:$server_port/; }\n"
    "location ~ ^/rdap/domain/wrong { return 200\n"
    "  '{\"objectClassName\":\"domain\",\"ldhName\":\"other.test\"}'; }\n"
    "location ~ ^/rdap/domain/big { try_files /big =404; }\n";

struct fixture {
    struct nginx nginx;
    uv_loop_t loop;
    struct http *http;
    struct talk *talk;
    bool with_whois;
    uint64_t now_us;
    int64_t now_utc_s;
    char bootstrap[96], cache[96];
    size_t n_resolved, n_dns_json; /* names asked for */
    struct registration_client *client;
    struct snow_registration last; /* answers, since open_client() */
    size_t n_answers, by_status[8];
    bool closes; /* the client, from inside the answer */
};

static uint64_t mono_us(void *arg)
{
    return ((struct fixture *)arg)->now_us;
}

static int64_t utc_s(void *arg)
{
    return ((struct fixture *)arg)->now_utc_s;
}

static void resolve(void *arg, const char *host, struct http_lookup *l)
{
    struct fixture *f = arg;
    struct snow_addr a = snow_addr_from_ipv4(0x7f000001);

    f->n_dns_json += strcmp(host, "iana.test") == 0;
    http_lookup_done(l, &a, strcmp(host, "none.test") != 0);
}

static bool allow(void *arg, struct snow_addr a)
{
    (void)arg;
    return snow_addr_compare(a, snow_addr_from_ipv4(0x7f000001)) == 0;
}

static void on_answer(void *arg, const struct snow_registration *r)
{
    struct fixture *f = arg;

    f->n_answers++;
    f->by_status[r->status & 7]++;
    f->last = *r;
    if (f->closes)
        registration_client_close(f->client);
}

static struct clock clock_of(struct fixture *f)
{
    return (struct clock){ mono_us, utc_s, f };
}

/* One client at a time; the clock is kept for its whole life. */
static void open_client(struct fixture *f, struct registration_config cfg)
{
    static struct clock clock;
    struct snow_error err = { .code = 0 };

    clock = clock_of(f);
    cfg.http = f->http;
    cfg.talk = f->talk;
    cfg.no_whois = !f->with_whois;
    f->n_answers = 0;
    memset(f->by_status, 0, sizeof f->by_status);
    f->closes = false;
    if (registration_client_new(&f->client, &f->loop, &cfg, &clock, &err))
        fail_msg("no client: %s", err.text);
}

static void ask(struct fixture *f, const char *domain)
{
    assert_int_equal(registration_client_ask(f->client, domain, on_answer, f),
                     0);
}

static void run_until_answered(struct fixture *f, size_t n)
{
    while (f->n_answers < n)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(f->n_answers, n);
}

/* Until nothing is under way, and nothing is left but a wait that is longer
 * than HTTP's deadline. */
static void run_until_idle(struct fixture *f)
{
    int timeout_ms;

    do {
        uv_run(&f->loop, UV_RUN_NOWAIT);
        timeout_ms = uv_backend_timeout(&f->loop);
        if (timeout_ms > 0 && timeout_ms <= CALM_MS)
            uv_run(&f->loop, UV_RUN_ONCE);
    } while (timeout_ms >= 0 && timeout_ms <= CALM_MS &&
             uv_loop_alive(&f->loop));
}

static uint64_t asked(const struct fixture *f)
{
    struct registration_stats s;

    registration_client_stats(f->client, &s);
    return s.asked_rdap;
}

static void advance(struct fixture *f, uint64_t seconds)
{
    f->now_us += seconds * S;
    f->now_utc_s += (int64_t)seconds;
}

static void close_client(struct fixture *f)
{
    registration_client_close(f->client);
    uv_run(&f->loop, UV_RUN_DEFAULT);
}

#define REG SNOW_REGISTRATION_REGISTERED
#define NOT SNOW_REGISTRATION_NOT_FOUND
#define UNK SNOW_REGISTRATION_UNKNOWN

/* clang-format off */
static const struct {
    const char *why, *domain;
    unsigned status, http_code;
    const char *source; /* path of the URL that answered; NULL: nobody did */
} cases[] = {
    { "registered", "ok.test", REG, 200, "/rdap/domain/ok.test" },
    { "not registered", "missing.test", NOT, 404,
      "/rdap/domain/missing.test" },
    { "not registered, without a word", "bare.test", NOT, 404,
      "/rdap/domain/bare.test" },
    { "404 with a page", "html.test", UNK, 404, "/rdap/domain/html.test" },
    { "a page", "page.test", UNK, 200, "/rdap/domain/page.test" },
    { "forbidden", "forbidden.test", UNK, 403, "/rdap/domain/forbidden.test" },
    { "their own fault", "broken.test", UNK, 500, "/rdap/domain/broken.test" },
    { "redirected", "moved.test", REG, 200, "/rdap/domain/moved.test" },
    { "redirected without end", "loop.test", UNK, 302,
      "/rdap/domain/loop.test" },
    { "redirected to where we do not go", "away.test", UNK, 0, NULL },
    { "another domain's record", "wrong.test", UNK, 200,
      "/rdap/domain/wrong.test" },
    { "50 MB", "big.test", UNK, 0, "/rdap/domain/big.test" },
    { "a TLD nobody answers for", "ok.example", UNK, 0, NULL },
    { "a server that is not there", "ok.dead", UNK, 0, NULL },
    { "a server without addresses", "ok.gone", UNK, 0, NULL },
    { "an override before the document", "ok.own", REG, 200,
      "/rdap/domain/ok.own" },
    { "no domain", "a/../b.test", UNK, 0, NULL },
};
/* clang-format on */

static void domains_get_their_status(void **state)
{
    struct fixture *f = *state;
    char own[96];
    const char *servers[] = { own };

    snprintf(own, sizeof own, "own=http://127.0.0.1:%u/rdap", f->nginx.port);
    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap,
                                                 .servers = servers,
                                                 .n_servers = 1 });
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct snow_registration *r = &f->last;
        const char *path;

        ask(f, cases[i].domain);
        assert_int_equal(f->n_answers, i); /* never from inside */
        run_until_answered(f, i + 1);
        path = strstr(r->source, "/rdap/");
        if (r->status != cases[i].status ||
            r->http_code != cases[i].http_code ||
            strcmp(r->domain, cases[i].domain) != 0 || r->seen_utc_s != NOW)
            fail_msg("%s: %u, HTTP %u, %s", cases[i].why, r->status,
                     r->http_code, r->domain);
        if (cases[i].source ? !path || strcmp(path, cases[i].source) != 0
                            : r->source[0] != '\0')
            fail_msg("%s: said by '%s'", cases[i].why, r->source);
        if ((r->created_utc_s == 1526601600) != (r->status == REG))
            fail_msg("%s: created", cases[i].why);
    }
    close_client(f);
}

static void the_document_is_fetched_once(void **state)
{
    struct fixture *f = *state;

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap });
    f->n_dns_json = 0;
    for (int i = 0; i < 5; i++)
        ask(f, "ok.example");
    run_until_answered(f, 5);
    ask(f, "missing.test");
    run_until_answered(f, 6);
    assert_int_equal(f->n_dns_json, 1);
    assert_int_equal(f->by_status[UNK], 5);
    assert_int_equal(f->by_status[NOT], 1);
    close_client(f);
}

/* Seven hundred domains are routed in lots, and none is forgotten. */
static void many_are_all_answered(void **state)
{
    struct fixture *f = *state;

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap });
    for (int i = 0; i < 700; i++)
        ask(f, i % 7 ? "ok.example" : i % 2 ? "ok.test" : "missing.test");
    run_until_answered(f, 700);
    assert_int_equal(f->by_status[REG], 50);
    assert_int_equal(f->by_status[NOT], 50);
    assert_int_equal(asked(f), 100);
    close_client(f);
}

static void without_a_document_overrides_hold(void **state)
{
    struct fixture *f = *state;
    char own[96], bootstrap[96];
    const char *servers[] = { own };
    size_t before;

    snprintf(own, sizeof own, "*=http://rdap.test:%u/rdap/", f->nginx.port);
    snprintf(bootstrap, sizeof bootstrap,
             "http://iana.test:%u/rdap/domain/page", f->nginx.port);
    open_client(f, (struct registration_config){ .bootstrap = bootstrap });
    ask(f, "ok.test");
    run_until_answered(f, 1);
    assert_int_equal(f->last.status, UNK);
    assert_string_equal(f->last.source, "");

    before = f->n_dns_json;
    ask(f, "ok.test"); /* it is not fetched again for each domain */
    run_until_answered(f, 2);
    assert_int_equal(f->n_dns_json, before);
    advance(f, 300);
    ask(f, "ok.test"); /* but after a while */
    run_until_answered(f, 3);
    assert_int_equal(f->n_dns_json, before + 1);
    close_client(f);

    open_client(f, (struct registration_config){ .bootstrap = bootstrap,
                                                 .servers = servers,
                                                 .n_servers = 1 });
    ask(f, "ok.test");
    run_until_answered(f, 1);
    assert_int_equal(f->last.status, REG);
    assert_int_equal(f->n_dns_json, before + 1); /* not needed */
    close_client(f);
}

static void the_rate_holds(void **state)
{
    struct fixture *f = *state;

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap,
                                                 .rate = 0.1 });
    for (int i = 0; i < 10; i++)
        ask(f, "ok.test");
    run_until_idle(f);
    assert_int_equal(f->n_answers, 3); /* the burst */
    for (uint64_t n = 4; n <= 10; n++) {
        advance(f, 10);
        ask(f, "ok.example"); /* its answer shows that time went by */
        run_until_idle(f);
        assert_int_equal(asked(f), n);
    }
    assert_int_equal(f->by_status[REG], 10);
    close_client(f);
}

static void too_many_is_obeyed(void **state)
{
    struct fixture *f = *state;

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap });
    ask(f, "limited.test");
    run_until_idle(f);
    assert_int_equal(asked(f), 1);

    ask(f, "ok.test"); /* the same host: it waits, too */
    advance(f, 20);
    run_until_idle(f);
    assert_int_equal(asked(f), 1);
    assert_int_equal(f->n_answers, 0);

    advance(f, 10);
    ask(f, "ok.example");
    run_until_idle(f);
    assert_int_equal(f->by_status[REG], 1); /* ok.test, at last */
    assert_int_equal(asked(f), 3);
    assert_int_equal(f->n_answers, 2);

    advance(f, 30);
    ask(f, "ok.example");
    run_until_idle(f);
    assert_int_equal(asked(f), 4);
    assert_int_equal(f->by_status[SNOW_REGISTRATION_LIMITED], 1);
    assert_int_equal(f->n_answers, 4);
    close_client(f);
}

static void a_host_that_has_had_enough_is_left(void **state)
{
    struct fixture *f = *state;

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap });
    for (int i = 0; i < 50; i++)
        ask(f, "limited.test");
    for (int i = 0; i < 20 && f->by_status[SNOW_REGISTRATION_LIMITED] < 50;
         i++) {
        run_until_idle(f);
        advance(f, 30);
        ask(f, "ok.example");
    }
    assert_int_equal(f->by_status[SNOW_REGISTRATION_LIMITED], 50);
    assert_in_range(asked(f), 9, 10); /* two at a time */
    close_client(f);
}

static void a_dead_host_costs_little(void **state)
{
    struct fixture *f = *state;

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap });
    for (int i = 0; i < 50; i++)
        ask(f, "ok.dead");
    run_until_answered(f, 50);
    assert_int_equal(f->by_status[UNK], 50);
    assert_in_range(asked(f), 5, 6);
    close_client(f);
}

static void the_cache_saves_questions(void **state)
{
    struct fixture *f = *state;
    struct registration_config cfg = { .bootstrap = f->bootstrap,
                                       .cache_path = f->cache };
    struct registration_stats s;
    size_t fetched = 0;

    for (int i = 0; i < 2; i++) {
        open_client(f, cfg);
        ask(f, "ok.test");
        ask(f, "missing.test");
        ask(f, "html.test");
        run_until_answered(f, 3);
        registration_client_stats(f->client, &s);
        assert_int_equal(s.asked_rdap,
                         i == 0 ? 3 : 1); /* UNKNOWN is asked anew */
        assert_int_equal(s.from_cache, i == 0 ? 0 : 2);
        assert_int_equal(s.by_status[REG], 1);
        assert_int_equal(s.waiting, 0);
        if (i == 0)
            fetched = f->n_dns_json;
        close_client(f);
    }
    assert_int_equal(f->n_dns_json, fetched); /* the document is kept as well */

    advance(f, 31 * 86400);
    cfg.rate = 0;
    open_client(f, cfg);
    ask(f, "ok.test");
    run_until_answered(f, 1);
    assert_int_equal(asked(f), 1);
    assert_int_equal(f->last.seen_utc_s, f->now_utc_s);
    assert_int_equal(f->n_dns_json, fetched + 1);
    close_client(f);
}

static const struct {
    const char *why, *bootstrap, *server, *cache;
    int code;
} unusable[] = {
    { "an override without '='", "", "test", NULL, SNOW_ESYNTAX },
    { "an override without a URL", "", "test=rdap.example", NULL,
      SNOW_ESYNTAX },
    { "a document that is not there", "/nonexistent/dns.json", NULL, NULL,
      SNOW_EIO },
    { "a document that is a folder", "/tmp", NULL, NULL, SNOW_EIO },
    { "a document that is none", "/etc/passwd", NULL, NULL, SNOW_EIO },
    { "a cache that cannot be", "", NULL, "/dev/null/x.db", SNOW_EIO },
};

static void what_cannot_work_is_told(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(unusable); i++) {
        struct registration_config cfg = {
            .bootstrap = unusable[i].bootstrap,
            .servers = &unusable[i].server,
            .n_servers = unusable[i].server != NULL,
            .cache_path = unusable[i].cache,
        };
        struct clock clock = clock_of(f);
        struct snow_error err = { .code = 0 };
        struct registration_client *c = NULL;
        int code = registration_client_new(&c, &f->loop, &cfg, &clock, &err);

        if (code != unusable[i].code || err.text[0] == '\0')
            fail_msg("%s: %d '%s'", unusable[i].why, code, err.text);
        registration_client_close(c);
    }
}

static void a_file_serves_as_document(void **state)
{
    struct fixture *f = *state;
    char path[96];

    snprintf(path, sizeof path, "%s/www/dns.json", f->nginx.dir);
    open_client(f, (struct registration_config){ .bootstrap = path });
    ask(f, "ok.test");
    run_until_answered(f, 1);
    assert_int_equal(f->last.status, REG);
    close_client(f);
}

static void closing_answers_nobody(void **state)
{
    struct fixture *f = *state;

    for (int turns = 0; turns < 12; turns++) { /* each time further on */
        open_client(f, (struct registration_config){ .bootstrap = f->bootstrap,
                                                     .rate = 1 });
        for (int i = 0; i < 5; i++)
            ask(f, i % 2 ? "limited.test" : "ok.dead");
        for (int i = 0; i < turns; i++)
            uv_run(&f->loop, UV_RUN_NOWAIT);
        registration_client_close(f->client);
        f->n_answers = 0;
        uv_run(&f->loop, UV_RUN_DEFAULT);
        assert_int_equal(f->n_answers, 0);
    }

    open_client(f, (struct registration_config){ .bootstrap = f->bootstrap });
    f->closes = true;
    for (int i = 0; i < 5; i++)
        ask(f, i % 2 ? "ok.test" : "ok.example");
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->n_answers, 1);
}

static void write_document(const struct fixture *f)
{
    char text[512];

    snprintf(text, sizeof text,
             "{\"version\":\"1.0\",\"services\":["
             "[[\"test\"],[\"http://rdap.test:%u/rdap/\"]],"
             "[[\"dead\"],[\"http://rdap.test:%u/\"]],"
             "[[\"gone\"],[\"http://none.test/\"]]]}",
             f->nginx.port, nginx_free_port());
    nginx_put(&f->nginx, "www/dns.json", text);
}

static int set_up(void **state)
{
    static struct fixture f;
    struct http_config cfg = { .user_agent = "snowline-test",
                               .timeout_ms = CALM_MS,
                               .parallel = 8,
                               .resolve = resolve,
                               .allow = allow,
                               .arg = &f };
    struct talk_config talk = { .timeout_ms = CALM_MS,
                                .parallel = 8,
                                .resolve = resolve,
                                .allow = allow,
                                .arg = &f };

    f = (struct fixture){ .now_us = S, .now_utc_s = NOW };
    nginx_init(&f.nginx);
    nginx_put_sparse(&f.nginx, "www/big", (size_t)50 << 20);
    nginx_start(&f.nginx, server, "");
    write_document(&f);
    snprintf(f.bootstrap, sizeof f.bootstrap, "http://iana.test:%u/dns.json",
             f.nginx.port);
    snprintf(f.cache, sizeof f.cache, "%s/cache/r.db", f.nginx.dir);
    assert_int_equal(uv_loop_init(&f.loop), 0);
    assert_int_equal(http_new(&f.http, &f.loop, &cfg), 0);
    assert_int_equal(talk_new(&f.talk, &f.loop, &talk), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    http_close(f->http);
    talk_close(f->talk);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    nginx_stop(&f->nginx);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(domains_get_their_status),
        TEST(the_document_is_fetched_once),
        TEST(many_are_all_answered),
        TEST(without_a_document_overrides_hold),
        TEST(the_rate_holds),
        TEST(too_many_is_obeyed),
        TEST(a_host_that_has_had_enough_is_left),
        TEST(a_dead_host_costs_little),
        TEST(the_cache_saves_questions),
        TEST(what_cannot_work_is_told),
        TEST(a_file_serves_as_document),
        TEST(closing_answers_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
