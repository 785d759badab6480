/* registration/directory.h against a real nginx, which makes the ETags and
 * compares them, under a clock of our own. */
#include "registration/directory.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

#include "../support/nginx.h"

#define S 1000000ull
#define NOW 1526815353 /* 2018-05-20 */
#define DAY 86400

struct fixture {
    struct nginx nginx;
    uv_loop_t loop;
    struct http *http;
    struct clock clock;
    uint64_t now_us;
    int64_t now_utc_s;
    char url[96], cache[96];
    bool is_up; /* the name of the server has an address */
    size_t n_changed;
    struct registration_directory directory;
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
    const struct fixture *f = arg;
    struct snow_addr a = snow_addr_from_ipv4(0x7f000001);

    (void)host;
    http_lookup_done(l, &a, f->is_up);
}

static bool allow(void *arg, struct snow_addr a)
{
    (void)arg;
    return snow_addr_compare(a, snow_addr_from_ipv4(0x7f000001)) == 0;
}

static void on_change(void *arg)
{
    ((struct fixture *)arg)->n_changed++;
}

/* A new process: what it knows is in the cache alone. */
static void open_directory(struct fixture *f, const char *bootstrap,
                           const char *cache)
{
    struct registration_config cfg = { .bootstrap = bootstrap };
    struct snow_error err = { .code = 0 };

    f->directory = (struct registration_directory){
        .http = f->http, .clock = &f->clock, .changed = on_change, .arg = f
    };
    if (cache)
        assert_int_equal(registration_cache_open(&f->directory.cache, cache,
                                                 f->now_utc_s, &err),
                         0);
    if (registration_directory_init(&f->directory, &cfg, &err))
        fail_msg("%s", err.text);
}

static void close_directory(struct fixture *f)
{
    struct registration_cache *cache = f->directory.cache;

    registration_directory_fini(&f->directory);
    registration_cache_close(cache);
    f->directory.cache = NULL;
}

static int look_for(struct fixture *f, const char *subject, const char **base)
{
    struct snow_addr a;

    return snow_addr_parse(&a, subject)
               ? registration_directory_find(&f->directory, subject, base)
               : registration_directory_find_address(&f->directory, a, base);
}

/* Until it says so; waits for what is on its way. */
static const char *find(struct fixture *f, const char *subject)
{
    const char *base = NULL;
    size_t n = f->n_changed;

    if (look_for(f, subject, &base) == SNOW_EAGAIN) {
        while (f->n_changed == n)
            uv_run(&f->loop, UV_RUN_ONCE);
        assert_int_equal(look_for(f, subject, &base), 0);
    }
    return base ? base : "";
}

static void advance(struct fixture *f, int64_t seconds)
{
    f->now_us += (uint64_t)seconds * S;
    f->now_utc_s += seconds;
}

/* A line is written after its answer is sent, and before the next question is
 * read (there is one process): this one's answer comes behind all lines. */
static void settle(const struct fixture *f)
{
    static const char question[] = "HEAD /mark HTTP/1.0\r\n\r\n";
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)f->nginx.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char octets[512];

    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(write(fd, question, sizeof question - 1),
                     sizeof question - 1);
    while (read(fd, octets, sizeof octets) > 0)
        ;
    close(fd);
}

/* How many lines of the server's log say this. */
static size_t logged(const struct fixture *f, const char *words)
{
    char path[96], line[512];
    size_t n = 0;
    FILE *log;

    settle(f);
    snprintf(path, sizeof path, "%s/access.log", f->nginx.dir);
    log = fopen(path, "r");
    while (log && fgets(line, sizeof line, log))
        n += strstr(line, words) != NULL;
    if (log)
        fclose(log);
    return n;
}

/* ETags of nginx are made of a file's time and size: both are given. */
static void publish(const struct fixture *f, const char *file, const char *key,
                    const char *url, int64_t mtime)
{
    const struct timeval times[2] = { { mtime, 0 }, { mtime, 0 } };
    char text[256], name[32], path[128];

    snprintf(text, sizeof text, "{\"services\":[[[\"%s\"],[\"%s\"]]]}", key,
             url);
    snprintf(name, sizeof name, "www/%s", file);
    nginx_put(&f->nginx, name, text);
    snprintf(path, sizeof path, "%s/%s", f->nginx.dir, name);
    assert_int_equal(utimes(path, times), 0);
}

static void withdraw(const struct fixture *f, const char *file)
{
    char path[128];

    snprintf(path, sizeof path, "%s/www/%s", f->nginx.dir, file);
    assert_int_equal(unlink(path), 0);
}

/* --- tests --------------------------------------------------------------- */

static void each_document_is_fetched_when_needed(void **state)
{
    struct fixture *f = *state;

    open_directory(f, f->url, NULL);
    assert_int_equal(logged(f, "GET"), 0);
    assert_string_equal(find(f, "a.test"), "https://one.example/");
    assert_int_equal(logged(f, "GET"), 1);
    assert_string_equal(find(f, "192.0.2.7"), "https://four.example/");
    assert_int_equal(logged(f, "GET /x/ipv4.json"), 1);
    assert_string_equal(find(f, "2001:db8::7"), "https://six.example/");
    assert_int_equal(logged(f, "GET /x/ipv6.json"), 1);
    assert_string_equal(find(f, "198.51.100.7"), "");
    assert_string_equal(find(f, "a.other"), "");
    assert_int_equal(logged(f, "GET"), 3);
    assert_null(registration_directory_missed(&f->directory));
    close_directory(f);
}

static void a_day_passes_before_it_is_asked_after(void **state)
{
    struct fixture *f = *state;
    static const int64_t days[] = { 0, 0, DAY - 1, 1, 1, DAY - 1 };
    static const size_t questions[] = { 1, 1, 1, 2, 2, 3 };

    for (size_t i = 0; i < COUNT_OF(days); i++) {
        advance(f, days[i]);
        open_directory(f, f->url, f->cache);
        assert_string_equal(find(f, "a.test"), "https://one.example/");
        close_directory(f);
        if (logged(f, "GET") != questions[i])
            fail_msg("look %zu: %zu questions", i, logged(f, "GET"));
    }
    assert_int_equal(logged(f, " 304 "), 2); /* by its ETag */
    assert_int_equal(logged(f, " 200 "), 1);
}

static void it_may_be_good_for_longer(void **state)
{
    struct fixture *f = *state;
    char url[128];

    snprintf(url, sizeof url, "http://iana.test:%u/long/dns.json",
             f->nginx.port);
    for (int i = 0; i < 6; i++) { /* it says three days */
        open_directory(f, url, f->cache);
        assert_string_equal(find(f, "a.test"), "https://one.example/");
        close_directory(f);
        advance(f, DAY);
    }
    assert_int_equal(logged(f, "GET"), 2);
}

static void a_new_one_replaces_it(void **state)
{
    struct fixture *f = *state;

    open_directory(f, f->url, f->cache);
    assert_string_equal(find(f, "a.test"), "https://one.example/");
    close_directory(f);
    publish(f, "x/dns.json", "test", "https://two.example/", NOW + 5);
    advance(f, DAY);
    open_directory(f, f->url, f->cache);
    assert_string_equal(find(f, "a.test"), "https://two.example/");
    close_directory(f);
    assert_int_equal(logged(f, " 200 "), 2);
}

static void a_stale_one_serves_when_it_is_gone(void **state)
{
    struct fixture *f = *state;
    const char *base, *later;

    open_directory(f, f->url, f->cache);
    find(f, "a.test");
    close_directory(f);

    f->is_up = false;
    advance(f, 40 * DAY);
    open_directory(f, f->url, f->cache);
    base = find(f, "a.test");
    assert_string_equal(base, "https://one.example/");
    assert_null(registration_directory_missed(&f->directory));

    f->is_up = true; /* it is back, changed: taken while the old one serves */
    publish(f, "x/dns.json", "test", "https://two.example/", NOW + 5);
    advance(f, 299);
    find(f, "a.test");
    assert_int_equal(uv_run(&f->loop, UV_RUN_NOWAIT), 0);
    advance(f, 1);
    assert_string_equal(find(f, "a.test"), "https://one.example/");
    while (f->n_changed < 3)
        uv_run(&f->loop, UV_RUN_ONCE);
    later = find(f, "a.test");
    assert_string_equal(later, "https://two.example/");
    assert_string_equal(base, "https://one.example/"); /* is in use */
    close_directory(f);
}

static void the_snapshot_serves_when_there_is_none(void **state)
{
    struct fixture *f = *state;

    f->is_up = false;
    open_directory(f, f->url, f->cache);
    assert_string_equal(find(f, "a.com"), "https://rdap.verisign.com/com/v1/");
    assert_string_equal(find(f, "193.0.6.139"), "https://rdap.db.ripe.net/");
    assert_string_equal(find(f, "2a00::1"), "https://rdap.db.ripe.net/");
    assert_string_equal(find(f, "a.test"), "");
    assert_string_equal(registration_directory_missed(&f->directory), f->url);

    f->is_up = true;
    advance(f, 300);
    assert_string_equal(find(f, "a.test"), "");
    while (f->n_changed < 4)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_string_equal(find(f, "a.test"), "https://one.example/");
    assert_string_equal(find(f, "a.com"), "");
    close_directory(f);
}

/* A run of days asks after it as well, and waits for nothing. */
static void a_long_run_asks_after_it(void **state)
{
    struct fixture *f = *state;
    const char *bases[4];

    open_directory(f, f->url, f->cache);
    bases[0] = find(f, "a.test");
    for (size_t day = 1; day < COUNT_OF(bases); day++) {
        char url[32];
        size_t n = f->n_changed;

        snprintf(url, sizeof url, "https://day-%zu.example/", day);
        publish(f, "x/dns.json", "test", url, NOW + (int64_t)day);
        advance(f, DAY - 1);
        assert_ptr_equal(find(f, "a.test"), bases[day - 1]);
        assert_int_equal(logged(f, "GET"), day);
        advance(f, 1);
        assert_ptr_equal(find(f, "a.test"), bases[day - 1]);
        while (f->n_changed == n)
            uv_run(&f->loop, UV_RUN_ONCE);
        bases[day] = find(f, "a.test");
        assert_string_equal(bases[day], url);
    }
    assert_string_equal(bases[0], "https://one.example/"); /* is in use */
    f->is_up = false;
    advance(f, 3 * DAY);
    assert_string_equal(find(f, "a.test"), bases[3]);
    while (f->n_changed < 5)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_string_equal(find(f, "a.test"), bases[3]);
    assert_null(registration_directory_missed(&f->directory));
    close_directory(f);
}

/* nginx answers 404, or a page: neither is a document. */
static void what_is_no_document_is_not_taken(void **state)
{
    struct fixture *f = *state;

    open_directory(f, f->url, f->cache);
    find(f, "a.test");
    close_directory(f);
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            nginx_put(&f->nginx, "www/x/dns.json", "<html></html>");
        else
            withdraw(f, "x/dns.json");
        advance(f, DAY);
        open_directory(f, f->url, f->cache);
        assert_string_equal(find(f, "a.test"), "https://one.example/");
        close_directory(f);
    }
    withdraw(f, "x/ipv4.json");
    open_directory(f, f->url, f->cache);
    assert_string_equal(find(f, "8.8.8.8"), "https://rdap.arin.net/registry/");
    close_directory(f);
}

static void files_lie_beside_each_other(void **state)
{
    struct fixture *f = *state;
    char path[128];

    snprintf(path, sizeof path, "%s/www/x/dns.json", f->nginx.dir);
    open_directory(f, path, NULL);
    assert_string_equal(find(f, "a.test"), "https://one.example/");
    assert_string_equal(find(f, "192.0.2.7"), "https://four.example/");
    assert_string_equal(find(f, "2001:db8::7"), "https://six.example/");
    close_directory(f);

    withdraw(f, "x/ipv4.json");
    open_directory(f, path, NULL);
    assert_string_equal(find(f, "a.test"), "https://one.example/");
    assert_string_equal(find(f, "192.0.2.7"), "");
    assert_string_equal(find(f, "8.8.8.8"), ""); /* the user has said what */
    assert_null(registration_directory_missed(&f->directory));
    close_directory(f);
    assert_int_equal(logged(f, "GET"), 0);
}

static const struct {
    const char *why, *path, *beside;
} places[] = {
    { "a folder", "/x/dns.json", "/x/ipv4.json" },
    { "no folder", "/dns.json", "/ipv4.json" },
    { "no path at all", "", "/ipv4.json" },
    { "another name", "/x/names", "/x/ipv4.json" },
    { "a question behind it", "/x/dns.json?at=a/b", "/x/ipv4.json" },
};

static void documents_are_looked_for_beside(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(places); i++) {
        char url[128], want[64];
        size_t before;

        snprintf(url, sizeof url, "http://iana.test:%u%s", f->nginx.port,
                 places[i].path);
        snprintf(want, sizeof want, "GET %s HTTP", places[i].beside);
        before = logged(f, want);
        open_directory(f, url, NULL);
        find(f, "192.0.2.7");
        close_directory(f);
        if (logged(f, want) != before + 1)
            fail_msg("%s: not asked for %s", places[i].why, want);
    }
}

static void closing_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    const char *base;

    open_directory(f, f->url, f->cache);
    assert_int_equal(look_for(f, "a.test", &base), SNOW_EAGAIN);
    close_directory(f);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->n_changed, 0);
}

static int set_up(void **state)
{
    static struct fixture f;
    struct http_config cfg = { .user_agent = "snowline-test",
                               .timeout_ms = 5000,
                               .parallel = 4,
                               .resolve = resolve,
                               .allow = allow,
                               .arg = &f };

    f = (struct fixture){ .now_us = S, .now_utc_s = NOW, .is_up = true };
    f.clock = (struct clock){ mono_us, utc_s, &f };
    nginx_init(&f.nginx);
    publish(&f, "x/dns.json", "test", "https://one.example/", NOW);
    publish(&f, "long/dns.json", "test", "https://one.example/", NOW);
    publish(&f, "x/ipv4.json", "192.0.2.0/24", "https://four.example/", NOW);
    publish(&f, "x/ipv6.json", "2001:db8::/32", "https://six.example/", NOW);
    nginx_start(&f.nginx,
                "location /long/ { add_header Cache-Control max-age=259200; }",
                "");
    snprintf(f.url, sizeof f.url, "http://iana.test:%u/x/dns.json",
             f.nginx.port);
    snprintf(f.cache, sizeof f.cache, "%s/cache/r.db", f.nginx.dir);
    assert_int_equal(uv_loop_init(&f.loop), 0);
    assert_int_equal(http_new(&f.http, &f.loop, &cfg), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    http_close(f->http);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    nginx_stop(&f->nginx);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_document_is_fetched_when_needed),
        TEST(a_day_passes_before_it_is_asked_after),
        TEST(it_may_be_good_for_longer),
        TEST(a_new_one_replaces_it),
        TEST(a_stale_one_serves_when_it_is_gone),
        TEST(the_snapshot_serves_when_there_is_none),
        TEST(a_long_run_asks_after_it),
        TEST(what_is_no_document_is_not_taken),
        TEST(files_lie_beside_each_other),
        TEST(documents_are_looked_for_beside),
        TEST(closing_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
