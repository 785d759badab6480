/* Running out of memory: every open fails each of its allocations once, says
 * so, and leaves nothing behind (what it does leave, the sanitizer tells). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "dns/engine.h"
#include "dns/resolve.h"
#include "dns/tree.h"
#include "loop/http.h"
#include "registration/client.h"
#include "smtp/probe.h"
#include "snowline/store.h"
#include "snowline/targets.h"
#include "store/sink.h"

#define FOREVER SIZE_MAX
#define ALLOCATIONS_MAX 2000

/* The linker sends the library's calls here (--wrap in the Makefile). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static size_t left = FOREVER; /* allocations until one fails */
static bool has_failed;

static bool fails(void)
{
    if (left == FOREVER || left-- > 0)
        return false;
    left = FOREVER;
    has_failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static uv_loop_t loop;

/* Each opens something, closes it if that went well, and says how it went. */

static int open_walk(void)
{
    struct snow_ranges *set = NULL;
    struct snow_targets *t = NULL;
    struct snow_walk_config cfg = { .lanes = 4 };
    const uint64_t half[4] = { UINT64_MAX };
    struct snow_step step;
    uint64_t wait_us;
    int code = snow_ranges_new(&set);

    if (!code)
        code = snow_ranges_read(set, "127.0.0.0/22", NULL);
    if (!code)
        code = snow_targets_new(&t, set, &cfg);
    if (!code)
        code = snow_targets_resume(t, snow_addr_from_ipv4(0x7f000100), half);
    if (!code)
        code = snow_targets_skip(t, snow_addr_from_ipv4(0x7f000000));
    if (!code)
        code = snow_targets_next(t, 0, &step, &wait_us);
    snow_targets_free(t);
    snow_ranges_free(set);
    return code;
}

/* One name, found in the end. */
static int walk_tree(struct dns_tree *t)
{
    struct snow_walk changes;
    struct dns_node node;
    int code = dns_tree_begin(t);

    while (!code && (code = dns_tree_next(t, &node)) == 0) {
        bool exists = node.addr.hi << 32 == 0 && node.addr.lo == 0;

        code = dns_tree_answer(t, &node,
                               exists ? SNOW_PTR_NODATA : SNOW_PTR_NXDOMAIN);
        if (!code)
            code = dns_tree_changes(t, &changes);
    }
    return code == SNOW_EDONE ? 0 : code;
}

static int open_tree(void)
{
    struct snow_ranges *set = NULL;
    struct dns_tree_config cfg = { .seed = 1 };
    struct dns_tree *t = NULL;
    int code = snow_ranges_new(&set);

    if (!code)
        code = snow_ranges_read(set, "2001:db8::/32", NULL);
    if (!code)
        code = dns_tree_new(&t, set, &cfg);
    if (!code)
        code = walk_tree(t);
    dns_tree_free(t);
    snow_ranges_free(set);
    return code;
}

static int write_store(struct snow_store *s)
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    struct snow_block b;
    struct snow_record r = { .kind = SNOW_RECORD_TAIL, .block = &b };
    int code = snow_store_add_scan(s, &scan, &r.scan, NULL);

    snow_block_init(&b, snow_addr_from_ipv4(0x7f000000));
    if (!code)
        code = snow_block_set(&b, 1, SNOW_PTR_NAME, 1, "a.example", 1);
    if (!code)
        code = snow_store_begin(s, NULL);
    if (!code && (code = snow_store_put(s, &r, NULL)) == 0)
        code = snow_store_commit(s, NULL);
    if (!code)
        code = snow_store_get_scan(s, 0, &scan, NULL);
    snow_block_fini(&b);
    return code;
}

static int open_store(void)
{
    struct snow_store *s = NULL;
    int code = snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL);

    if (!code)
        code = write_store(s);
    snow_store_close(s);
    return code;
}

static void on_drained(void *arg)
{
    (void)arg;
}

static int open_sink(void)
{
    struct snow_store *s = NULL;
    struct sink *k = NULL;
    int code = snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL);

    if (!code)
        code = sink_new(&k, &loop, s, on_drained, NULL);
    if (!code)
        code = sink_close(k, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    snow_store_close(s);
    return code;
}

static struct sockaddr_storage server(void)
{
    struct sockaddr_storage s = { .ss_family = AF_INET };
    struct sockaddr_in *in = (struct sockaddr_in *)&s;

    in->sin_port = htons(9); /* nothing is ever sent there */
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return s;
}

static int open_dns(void)
{
    struct sockaddr_storage s = server();
    struct dns_config cfg = { .servers = &s,
                              .n_servers = 1,
                              .window_max = 64,
                              .timeout_ms = 1000,
                              .tries = 2 };
    struct dns_hooks hooks = { 0 };
    struct dns_engine *e = NULL;
    int code = dns_engine_new(&e, &loop, &cfg, &hooks, &clock_system, NULL);

    if (!code)
        dns_engine_close(e);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static int open_smtp(void)
{
    struct smtp_config cfg = { .ehlo = "probe.example",
                               .port = 25,
                               .concurrency = 4,
                               .connect_timeout_ms = 1,
                               .banner_timeout_ms = 1,
                               .total_timeout_ms = 1 };
    struct smtp_hooks hooks = { 0 };
    struct smtp_engine *e = NULL;
    int code = smtp_engine_new(&e, &loop, &cfg, &hooks, &clock_system, NULL);

    if (!code)
        smtp_engine_close(e);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static int open_registration(void)
{
    struct http_config http = { .user_agent = "test",
                                .timeout_ms = 1000,
                                .parallel = 2 };
    struct registration_config cfg = { .bootstrap = "", .cache_path = "" };
    struct registration_client *c = NULL;
    struct http *h = NULL;
    int code = http_new(&h, &loop, &http);

    if (!code)
        code = registration_client_new(&c, &loop, h, &cfg, &clock_system, NULL);
    registration_client_close(c);
    http_close(h);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static int open_resolver(void)
{
    struct sockaddr_storage s = server();
    struct dns_resolver *r = NULL;
    int code = dns_resolver_new(&r, &loop, &s, 1, 1000, 2);

    dns_resolver_close(r);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static const struct {
    const char *what;
    int (*open)(void);
} opens[] = {
    { "walk", open_walk },
    { "tree", open_tree },
    { "store", open_store },
    { "sink", open_sink },
    { "DNS engine", open_dns },
    { "SMTP engine", open_smtp },
    { "registration", open_registration },
    { "resolver", open_resolver },
};

static void each_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        size_t n = 0;

        assert_int_equal(opens[i].open(), 0);
        for (;; n++) {
            int code;

            left = n;
            has_failed = false;
            code = opens[i].open();
            left = FOREVER;
            if (!has_failed)
                break;
            if (code == 0 || n > ALLOCATIONS_MAX)
                fail_msg("%s: allocation %zu failed, and open gave %d",
                         opens[i].what, n, code);
        }
        if (n == 0)
            fail_msg("%s: nothing was allocated through us", opens[i].what);
    }
}

static int make_loop(void **state)
{
    (void)state;
    return uv_loop_init(&loop);
}

static int close_loop(void **state)
{
    (void)state;
    return uv_loop_close(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_allocation_may_fail, make_loop,
                                        close_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
