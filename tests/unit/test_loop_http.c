/* loop/http.h against a real nginx on loopback. */
#include "loop/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <uv.h>

#include "../support/nginx.h"
#include "base/text.h"
#include "loop/transfer.h"

#define BIG ((size_t)50 << 20)
#define CALM_MS 20000 /* a deadline that only a broken test meets */

static const char plain_server[] =
    "location = /moved { return 302 /small.json; }\n"
    "location = /loop { return 301 /loop; }\n"
    "location = /away { return 302 http://127.0.0.9:$server_port/small.json; "
    "}\n"
    "location = /named { return 307 "
    "http://OTHER.test.:$server_port/small.json; "
    "}\n"
    "location = /ftp { return 302 ftp://rdap.test/; }\n"
    "location = /slow { return 429 '{}'; add_header Retry-After 30 always; }\n"
    "location = /trickle.json { limit_rate 1; }\n"
    "location = /bare { return 404; default_type ''; }\n"
    "location = /html { return 404 '<html>'; default_type text/html; }\n"
    "location = /packed.json { gzip on; gzip_min_length 1;\n"
    "  gzip_types application/rdap+json; }\n"
    "location = /bomb.json { gzip on; gzip_min_length 1;\n"
    "  gzip_types application/rdap+json; }\n"
    "location = /agent { return 200 "
    "'$http_user_agent|$http_accept|$http_accept_encoding'; }\n"
    "location = /etag.json { etag on; }\n";

struct fixture {
    uv_loop_t loop;
    struct nginx plain, tls;
};

/* What one GET needs to know, and what came of it. */
struct run {
    struct http *http;
    struct fixture *f;
    uv_timer_t timer; /* answers for late.test */
    struct http_lookup *late, *never;
    struct snow_addr allowed[64]; /* asked of and allowed, in order */
    size_t n_allowed, n_denied, n_resolved, n_done;
    int code;
    long status;
    size_t body_len;
    char body[128], url[128], retry_after[16], etag[64], type[64];
    char address[64], redirect[128];
    unsigned redirects;
    bool is_cut;
    uv_timer_t turn_timer;
    struct http_turn *turn; /* held */
    uint64_t hold_ms;       /* 0: for ever */
    size_t n_turns;
    bool may_go;
    struct http_hop hop; /* the last; its host is gone */
};

static struct snow_addr ipv4(const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

static void on_late(uv_timer_t *t)
{
    struct run *r = t->data;
    struct snow_addr a = ipv4("127.0.0.1");

    http_lookup_done(r->late, &a, 1);
    uv_close((uv_handle_t *)t, NULL);
}

static const struct {
    const char *host, *addrs[2];
} names[] = {
    { "rdap.test", { "127.0.0.1" } },
    { "other.test", { "127.0.0.1" } },
    { "half.test", { "127.0.0.9", "127.0.0.1" } },
    { "denied.test", { "127.0.0.9" } },
};

static void resolve(void *arg, const char *host, struct http_lookup *l)
{
    struct run *r = arg;
    struct snow_addr addrs[2];
    size_t n = 0;

    r->n_resolved++;
    if (strcmp(host, "never.test") == 0) {
        r->never = l;
        return;
    }
    if (strcmp(host, "late.test") == 0) {
        r->late = l;
        uv_timer_init(&r->f->loop, &r->timer);
        r->timer.data = r;
        uv_timer_start(&r->timer, on_late, 1, 0);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (; strcmp(names[i].host, host) == 0 && n < 2 && names[i].addrs[n];)
            addrs[n] = ipv4(names[i].addrs[n]), n++;
    http_lookup_done(l, addrs, n);
}

static bool allow(void *arg, struct snow_addr a)
{
    struct run *r = arg;

    if (snow_addr_compare(a, ipv4("127.0.0.9")) == 0) {
        r->n_denied++;
        return false;
    }
    if (r->n_allowed < COUNT_OF(r->allowed))
        r->allowed[r->n_allowed++] = a;
    return true;
}

static void on_done(void *arg, const struct http_answer *a)
{
    struct run *r = arg;

    r->n_done++;
    r->code = a->code;
    r->status = a->status;
    r->body_len = a->body_len;
    assert_int_equal(a->body[a->body_len], '\0');
    text_copy(r->body, sizeof r->body, a->body);
    text_copy(r->url, sizeof r->url, a->url);
    text_copy(r->retry_after, sizeof r->retry_after, a->retry_after);
    text_copy(r->etag, sizeof r->etag, a->etag);
    text_copy(r->type, sizeof r->type, a->content_type);
    text_copy(r->address, sizeof r->address, a->address);
    text_copy(r->redirect, sizeof r->redirect, a->redirect);
    r->redirects = a->redirects;
    r->is_cut = a->is_cut;
}

static void open_http(struct run *r, struct fixture *f, unsigned timeout_ms,
                      const char *ca_file)
{
    struct http_config cfg = { .user_agent = "snowline-test",
                               .ca_file = ca_file,
                               .timeout_ms = timeout_ms,
                               .parallel = 2,
                               .resolve = resolve,
                               .allow = allow,
                               .arg = r };

    *r = (struct run){ .f = f };
    assert_int_equal(http_new(&r->http, &f->loop, &cfg), 0);
}

static void close_http(struct run *r)
{
    http_close(r->http);
    uv_run(&r->f->loop, UV_RUN_DEFAULT);
}

/* Ask with a %u for the port. */
static int get(struct run *r, const char *url, unsigned port,
               unsigned redirects)
{
    char text[256];
    struct http_request ask = { .url = text,
                                .accept = "application/rdap+json",
                                .body_max = 1 << 20,
                                .redirects = redirects,
                                .done = on_done,
                                .arg = r };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, url, port);
#pragma GCC diagnostic pop
    return http_get(r->http, &ask);
}

/* clang-format off */
static const struct {
    const char *why, *url;
    unsigned redirects;
    int code;
    long status;
    const char *body; /* NULL: not looked at */
} cases[] = {
    { "a name, resolved by the hook", "http://rdap.test:%u/small.json", 0,
      0, 200, "{\"a\":1}" },
    { "a name resolved later", "http://late.test:%u/small.json", 0,
      0, 200, "{\"a\":1}" },
    { "a literal address", "http://127.0.0.1:%u/small.json", 0,
      0, 200, "{\"a\":1}" },
    { "an address spelt oddly", "http://0x7f.1:%u/small.json", 0,
      0, 200, "{\"a\":1}" },
    { "the allowed one of two addresses", "http://half.test:%u/small.json", 0,
      0, 200, "{\"a\":1}" },
    { "upper case and a final dot", "http://RDAP.Test.:%u/small.json#x", 0,
      0, 200, "{\"a\":1}" },
    { "no address of the name allowed", "http://denied.test:%u/", 0,
      SNOW_EPOLICY, 0, "" },
    { "a literal that is not allowed", "http://127.0.0.9:%u/", 0,
      SNOW_EPOLICY, 0, "" },
    { "the same, mapped into IPv6", "http://[::ffff:127.0.0.9]:%u/", 0,
      SNOW_EPOLICY, 0, "" },
    { "the same, as one number", "http://2130706441:%u/", 0,
      SNOW_EPOLICY, 0, "" },
    { "the same, octal", "http://0177.0.0.011:%u/", 0,
      SNOW_EPOLICY, 0, "" },
    { "a name without addresses", "http://none.test:%u/", 0,
      SNOW_ENOTFOUND, 0, "" },
    { "localhost is a name like any other", "http://localhost:%u/", 0,
      SNOW_ENOTFOUND, 0, "" },
    { "another scheme", "ftp://rdap.test:%u/", 0, SNOW_EPOLICY, 0, "" },
    { "a file", "file:///etc/passwd?%u", 0, SNOW_EPOLICY, 0, "" },
    { "a user name", "http://me@rdap.test:%u/", 0, SNOW_EPOLICY, 0, "" },
    { "a host that is no host name", "http://b\xc3\xbc" "cher.test:%u/", 0,
      SNOW_EPOLICY, 0, "" },
    { "404 with a body", "http://rdap.test:%u/html", 0, 0, 404, "<html>" },
    { "404 without the file", "http://rdap.test:%u/nothing", 0, 0, 404, NULL },
    { "429", "http://rdap.test:%u/slow", 0, 0, 429, "{}" },
    { "a redirect is followed", "http://rdap.test:%u/moved", 1,
      0, 200, "{\"a\":1}" },
    { "a redirect to another name", "http://rdap.test:%u/named", 5,
      0, 200, "{\"a\":1}" },
    { "a redirect is the answer", "http://rdap.test:%u/moved", 0,
      0, 302, NULL },
    { "redirects without end", "http://rdap.test:%u/loop", 5, 0, 301, NULL },
    { "a redirect to a forbidden address", "http://rdap.test:%u/away", 5,
      SNOW_EPOLICY, 0, "" },
    { "a redirect to another scheme", "http://rdap.test:%u/ftp", 5,
      SNOW_EPOLICY, 0, "" },
    { "unpacked", "http://rdap.test:%u/packed.json", 0,
      0, 200, "{\"a\":1,\"b\":\"aaaaaaaaaaaaaa\"}" },
    { "too large once unpacked", "http://rdap.test:%u/bomb.json", 0,
      SNOW_ELIMIT, 0, "" },
    { "too large", "http://rdap.test:%u/big.json", 0, SNOW_ELIMIT, 0, "" },
    { "what is sent", "http://rdap.test:%u/agent", 0,
      0, 200, "snowline-test|application/rdap+json|gzip" },
};
/* clang-format on */

static void gets_end_as_they_should(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run r;
        int code;

        open_http(&r, f, CALM_MS, NULL);
        code = get(&r, cases[i].url, f->plain.port, cases[i].redirects);
        if (code)
            fail_msg("%s: not begun: %d", cases[i].why, code);
        assert_int_equal(r.n_done, 0); /* never from inside */
        uv_run(&f->loop, UV_RUN_DEFAULT);
        if (r.n_done != 1 || r.code != cases[i].code ||
            r.status != cases[i].status)
            fail_msg("%s: %zu answers, code %d, status %ld", cases[i].why,
                     r.n_done, r.code, r.status);
        if (cases[i].body && strcmp(r.body, cases[i].body) != 0)
            fail_msg("%s: '%s'", cases[i].why, r.body);
        close_http(&r);
    }
}

static const struct {
    const char *why, *url;
} malformed[] = {
    { "no URL", "" },
    { "no scheme", "rdap.test/x" },
    { "a port past the end", "http://rdap.test:70000/" },
    { "a blank", "http://rdap.test/a b" },
};

static void malformed_urls_fail_at_once(void **state)
{
    struct run r;

    open_http(&r, *state, CALM_MS, NULL);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        struct http_request ask = { .url = malformed[i].url, .done = on_done };

        if (http_get(r.http, &ask) != SNOW_ESYNTAX)
            fail_msg("%s is begun", malformed[i].why);
    }
    assert_int_equal(
        http_get(r.http, &(struct http_request){ .url = "http://rdap.test/",
                                                 .if_none_match = "a\r\nB: c",
                                                 .done = on_done }),
        SNOW_ESYNTAX);
    close_http(&r);
}

static void every_connected_address_was_asked_about(void **state)
{
    struct fixture *f = *state;
    struct run r;

    open_http(&r, f, CALM_MS, NULL);
    assert_int_equal(
        get(&r, "http://half.test:%u/small.json", f->plain.port, 0), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.n_resolved, 1);
    assert_int_equal(r.n_denied, 1);  /* 127.0.0.9, never connected to */
    assert_int_equal(r.n_allowed, 2); /* of the look-up, and of the socket */
    assert_int_equal(snow_addr_compare(r.allowed[1], ipv4("127.0.0.1")), 0);
    close_http(&r);
}

static void headers_come_through(void **state)
{
    struct fixture *f = *state;
    struct run r;
    struct http_request ask = { .body_max = 100, .done = on_done, .arg = &r };
    char url[80];

    open_http(&r, f, CALM_MS, NULL);
    assert_int_equal(get(&r, "http://rdap.test:%u/slow", f->plain.port, 0), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_string_equal(r.retry_after, "30");

    snprintf(url, sizeof url, "http://rdap.test:%u/etag.json", f->plain.port);
    ask.url = url;
    assert_int_equal(http_get(r.http, &ask), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.type, "application/rdap+json");
    assert_string_equal(r.url, url);

    ask.if_none_match = r.etag;
    assert_int_equal(http_get(r.http, &ask), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.status, 304);
    assert_int_equal(r.n_done, 3);
    close_http(&r);
}

static void nothing_there_is_refused(void **state)
{
    struct fixture *f = *state;
    struct run r;

    open_http(&r, f, CALM_MS, NULL);
    assert_int_equal(get(&r, "http://rdap.test:%u/", nginx_free_port(), 0), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.code, SNOW_EREFUSED);
    close_http(&r);
}

static void time_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct run r;

    open_http(&r, f, 100, NULL);
    assert_int_equal(
        get(&r, "http://rdap.test:%u/trickle.json", f->plain.port, 0), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.code, SNOW_ETIMEOUT);
    assert_string_equal(r.body, "");

    assert_int_equal(get(&r, "http://never.test:%u/", f->plain.port, 0), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_done, 2);
    assert_int_equal(r.code, SNOW_ETIMEOUT);
    http_close(r.http);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    http_lookup_done(r.never, NULL, 0); /* late, but safe */
}

static void more_than_fit_wait(void **state)
{
    struct fixture *f = *state;
    struct run r;

    open_http(&r, f, CALM_MS, NULL);
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(&r,
                             i % 2 ? "http://rdap.test:%u/small.json"
                                   : "http://other.test:%u/moved",
                             f->plain.port, 3),
                         0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_done, 20);
    assert_int_equal(r.status, 200);
    close_http(&r);
}

static void on_close_at_once(void *arg, const struct http_answer *a)
{
    struct run *r = arg;
    struct http *h = r->http;

    on_done(arg, a);
    r->http = NULL;
    http_close(h); /* ends the others, from here; NULL the next times */
    assert_string_equal(a->content_type,
                        a->code ? "" : "application/rdap+json");
}

static void closing_ends_all(void **state)
{
    struct fixture *f = *state;
    struct run r;
    char url[80];
    struct http_request ask = {
        .url = url, .body_max = 100, .done = on_close_at_once, .arg = &r
    };

    open_http(&r, f, CALM_MS, NULL);
    snprintf(url, sizeof url, "http://rdap.test:%u/small.json", f->plain.port);
    for (int i = 0; i < 5; i++)
        assert_int_equal(http_get(r.http, &ask), 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.n_done, 5);
    assert_int_equal(r.code, SNOW_ECANCELED); /* of the last */

    open_http(&r, f, CALM_MS, NULL); /* under way: in a transfer, in a name */
    assert_int_equal(get(&r, "http://never.test:%u/", 80, 0), 0);
    assert_int_equal(
        get(&r, "http://rdap.test:%u/trickle.json", f->plain.port, 0), 0);
    for (int i = 0; i < 10; i++)
        uv_run(&f->loop, UV_RUN_NOWAIT);
    http_close(r.http);
    assert_int_equal(r.n_done, 2);
    http_lookup_done(r.never, NULL, 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
}

/* clang-format off */
static const struct {
    const char *why, *url;
    bool trusts;
    int code;
    long status;
} secure_cases[] = {
    { "a trusted certificate", "https://rdap.test:%u/small.json", true,
      0, 200 },
    { "a certificate nobody vouches for", "https://rdap.test:%u/small.json",
      false, SNOW_EIO, 0 },
    { "a certificate of another name", "https://other.test:%u/small.json",
      true, SNOW_EIO, 0 },
    { "never back to http", "https://rdap.test:%u/down", true,
      SNOW_EPOLICY, 0 },
};
/* clang-format on */

static void certificates_are_verified(void **state)
{
    struct fixture *f = *state;
    char ca_file[80];

    snprintf(ca_file, sizeof ca_file, "%s/cert.pem", f->tls.dir);
    for (size_t i = 0; i < COUNT_OF(secure_cases); i++) {
        struct run r;

        open_http(&r, f, CALM_MS, secure_cases[i].trusts ? ca_file : NULL);
        assert_int_equal(get(&r, secure_cases[i].url, f->tls.port, 5), 0);
        uv_run(&f->loop, UV_RUN_DEFAULT);
        if (r.code != secure_cases[i].code ||
            r.status != secure_cases[i].status)
            fail_msg("%s: code %d, status %ld", secure_cases[i].why, r.code,
                     r.status);
        close_http(&r);
    }
}

/* Look with a %u for the port. */
static void look(struct run *r, const char *url, unsigned port)
{
    char text[256];
    struct http_request ask = { .url = text,
                                .body_max = 1 << 20,
                                .redirects = 3,
                                .is_look = true,
                                .done = on_done,
                                .arg = r };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, url, port);
#pragma GCC diagnostic pop
    assert_int_equal(http_get(r->http, &ask), 0);
    uv_run(&r->f->loop, UV_RUN_DEFAULT);
}

/* clang-format off */
static const struct {
    const char *why, *url;
    bool is_secure, is_cut;
    long status;
    size_t body_len;
    unsigned redirects;
    const char *redirect;
} looks[] = {
    { "small enough", "http://rdap.test:%u/small.json",
      false, false, 200, 7, 0, "" },
    { "cut at the bound", "http://rdap.test:%u/big.json",
      false, true, 200, 1 << 20, 0, "" },
    { "cut once unpacked", "http://rdap.test:%u/bomb.json",
      false, true, 200, 1 << 20, 0, "" },
    { "nobody vouches for it", "https://rdap.test:%u/small.json",
      true, false, 200, 7, 0, "" },
    { "back to http", "https://rdap.test:%u/plain",
      true, false, 200, 7, 1, "" },
    { "redirects without end", "http://127.0.0.1:%u/loop",
      false, false, 301, 162, 3, "/loop" },
};
/* clang-format on */

static void looks_believe_nothing(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        struct run r;

        open_http(&r, f, CALM_MS, NULL);
        look(&r, looks[i].url,
             looks[i].is_secure ? f->tls.port : f->plain.port);
        if (r.code || r.status != looks[i].status ||
            r.is_cut != looks[i].is_cut || r.redirects != looks[i].redirects ||
            !strstr(r.redirect, looks[i].redirect))
            fail_msg("%s: code %d, status %ld, %u redirects, then '%s'",
                     looks[i].why, r.code, r.status, r.redirects, r.redirect);
        if (looks[i].status == 200)
            assert_int_equal(r.body_len, looks[i].body_len);
        assert_string_equal(r.address, "127.0.0.1");
        close_http(&r);
    }
}

static void what_is_not_followed_is_told(void **state)
{
    struct fixture *f = *state;
    struct run r;

    open_http(&r, f, CALM_MS, NULL);
    look(&r, "http://rdap.test:%u/ftp", f->plain.port);
    assert_int_equal(r.code, SNOW_EPOLICY);
    assert_string_equal(r.redirect, "ftp://rdap.test/");
    close_http(&r);
}

/* --- turns --- */

static void on_held(uv_timer_t *t)
{
    struct run *r = t->data;
    struct http_turn *turn = r->turn;

    r->turn = NULL;
    uv_close((uv_handle_t *)t, NULL);
    http_turn_done(turn, r->may_go);
}

static void on_turn(void *arg, const struct http_hop *hop,
                    struct http_turn *turn)
{
    struct run *r = arg;

    r->n_turns++;
    r->hop = *hop;
    r->hop.host = NULL;
    if (r->n_turns > 1) {
        http_turn_done(turn, r->may_go);
        return;
    }
    r->turn = turn;
    if (r->hold_ms == 0)
        return;
    uv_timer_init(&r->f->loop, &r->turn_timer);
    r->turn_timer.data = r;
    uv_timer_start(&r->turn_timer, on_held, r->hold_ms, 0);
}

static void take_turns(struct run *r, struct fixture *f, unsigned timeout_ms)
{
    char url[80];
    struct http_request ask = { .url = url,
                                .body_max = 1 << 20,
                                .redirects = 3,
                                .turn = on_turn,
                                .done = on_done,
                                .arg = r };

    open_http(r, f, timeout_ms, NULL);
    r->may_go = true;
    snprintf(url, sizeof url, "http://rdap.test:%u/moved", f->plain.port);
    assert_int_equal(http_get(r->http, &ask), 0);
}

/* Held for longer than the exchange may take. */
static void waiting_for_a_turn_takes_no_time(void **state)
{
    struct run r;

    take_turns(&r, *state, 2000);
    r.hold_ms = 2500;
    uv_run(&r.f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.n_turns, 2); /* each hop has its own */
    assert_int_equal(r.hop.port, r.f->plain.port);
    assert_int_equal(snow_addr_compare(r.hop.addr, ipv4("127.0.0.1")), 0);
    close_http(&r);
}

static void a_turn_may_be_denied(void **state)
{
    struct run r;

    take_turns(&r, *state, CALM_MS);
    r.hold_ms = 1;
    r.may_go = false;
    uv_run(&r.f->loop, UV_RUN_DEFAULT);
    assert_int_equal(r.code, SNOW_EPOLICY);
    assert_int_equal(r.n_done, 1);
    assert_string_equal(r.address, "");
    close_http(&r);
}

static void closing_ends_who_waits_for_a_turn(void **state)
{
    struct run r;

    take_turns(&r, *state, CALM_MS);
    for (int i = 0; i < 10 && r.n_turns == 0; i++)
        uv_run(&r.f->loop, UV_RUN_NOWAIT);
    assert_int_equal(r.n_turns, 1);
    close_http(&r);
    assert_int_equal(r.n_done, 1);
    assert_int_equal(r.code, SNOW_ECANCELED);
    http_turn_done(r.turn, true); /* late, but safe */
}

static void on_transfer(struct transfer *t, int code)
{
    *(int *)t->owner = code;
}

/* The entry is for another name than the URL's, which curl could resolve. */
static void curl_resolves_nothing_itself(void **state)
{
    struct fixture *f = *state;
    struct run r = { .f = f };
    struct http_config cfg = { .user_agent = "x", .allow = allow, .arg = &r };
    struct transfers all = { .cfg = &cfg, .ended = on_transfer };
    int code = 1;
    struct transfer t = { .all = &all, .owner = &code };
    struct http_place place = { .host = "rdap.test", .port = f->plain.port };
    struct snow_addr addr = ipv4("127.0.0.1");
    struct http_request request = { .body_max = 100 };
    char url[80];
    struct transfer_target to = {
        .url = url, .place = &place, .addrs = &addr, .n = 1, .request = &request
    };

    snprintf(url, sizeof url, "http://localhost:%u/small.json", f->plain.port);
    assert_int_equal(transfers_init(&all, &f->loop), 0);
    assert_int_equal(transfer_start(&t, &to), 0);
    while (code == 1)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(code, SNOW_EIO);
    assert_int_equal(r.n_allowed, 0);
    transfers_stop(&all);
    uv_close((uv_handle_t *)&all.timer, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    transfer_fini(&t);
    transfers_fini(&all);
}

static void make_certificate(const struct nginx *n)
{
    char command[512];

    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt "
             "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=rdap.test "
             "-addext subjectAltName=DNS:rdap.test -keyout %s/key.pem "
             "-out %s/cert.pem 2>%s/openssl.log",
             n->dir, n->dir, n->dir);
    assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
    static struct fixture f;
    char secure_server[400];

    nginx_init(&f.plain);
    nginx_put(&f.plain, "www/small.json", "{\"a\":1}");
    nginx_put(&f.plain, "www/etag.json", "{\"a\":1}");
    nginx_put(&f.plain, "www/packed.json",
              "{\"a\":1,\"b\":\"aaaaaaaaaaaaaa\"}");
    nginx_put_sparse(&f.plain, "www/trickle.json", 4096);
    nginx_put_sparse(&f.plain, "www/bomb.json", 8 << 20);
    nginx_put_sparse(&f.plain, "www/big.json", BIG);
    nginx_start(&f.plain, plain_server, "");
    nginx_init(&f.tls);
    nginx_put(&f.tls, "www/small.json", "{\"a\":1}");
    make_certificate(&f.tls);
    snprintf(secure_server, sizeof secure_server,
             "ssl_certificate cert.pem; ssl_certificate_key key.pem;\n"
             "location = /down { return 302 http://rdap.test/; }\n"
             "location = /plain { return 302 "
             "http://rdap.test:%u/small.json; }\n",
             f.plain.port);
    nginx_start(&f.tls, secure_server, "ssl");
    assert_int_equal(uv_loop_init(&f.loop), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    nginx_stop(&f->plain);
    nginx_stop(&f->tls);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_end_as_they_should),
        cmocka_unit_test(malformed_urls_fail_at_once),
        cmocka_unit_test(every_connected_address_was_asked_about),
        cmocka_unit_test(headers_come_through),
        cmocka_unit_test(nothing_there_is_refused),
        cmocka_unit_test(time_is_bounded),
        cmocka_unit_test(more_than_fit_wait),
        cmocka_unit_test(closing_ends_all),
        cmocka_unit_test(certificates_are_verified),
        cmocka_unit_test(looks_believe_nothing),
        cmocka_unit_test(what_is_not_followed_is_told),
        cmocka_unit_test(waiting_for_a_turn_takes_no_time),
        cmocka_unit_test(a_turn_may_be_denied),
        cmocka_unit_test(closing_ends_who_waits_for_a_turn),
        cmocka_unit_test(curl_resolves_nothing_itself),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
