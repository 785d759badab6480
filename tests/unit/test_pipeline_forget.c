/* pipeline/forget.h: which scans go, and what is left of greetings. */
#include "pipeline/forget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"

#define OPEN SNOW_TIME_UNKNOWN

/* Scans of one store, by number from 1: { created, now, finished }. */
/* clang-format off */
static const struct {
    const char *why;
    int64_t scans[4][3];
    bool takes_unfinished;
    const char *verdicts; /* g goes, y young, n newest, l last, u unfinished */
} cases[] = {
    { "the only one stays", { { 10, 10, 20 } }, false, "n" },
    { "old ones go", { { 1, 1, 2 }, { 3, 3, 4 }, { 200, 200, 210 } }, false,
      "ggy" },
    { "all are old: the newest stays", { { 1, 1, 2 }, { 3, 3, 4 } }, false,
      "gn" },
    { "what was imported last may be older: both stay",
      { { 3, 3, 4 }, { 5, 1, 6 } }, false, "nl" },
    { "its end counts, not its beginning", { { 1, 1, 100 }, { 3, 3, 99 },
      { 200, 200, 210 } }, false, "ygy" },
    { "an unfinished one can be resumed", { { 1, 1, OPEN }, { 3, 3, 4 } },
      false, "un" },
    { "unless it is not wanted", { { 1, 1, OPEN }, { 3, 3, 4 } }, true, "gn" },
    { "a young unfinished one is at work", { { 1, 1, 2 },
      { 150, 150, OPEN } }, true, "ny" },
    { "on the same day the later one is newer", { { 1, 7, 2 }, { 3, 7, 4 } },
      false, "gn" },
};
/* clang-format on */

static struct snow_store *open_store(void)
{
    struct snow_store *s;

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    return s;
}

static struct forget_plan *plan;

static int add_verdict(void *arg, const struct snow_scan *scan)
{
    buf_add_char(arg, "gynlu"[forget_judge(plan, scan)]);
    return 0;
}

static void old_scans_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct forget_plan p = { .before_utc_s = 100,
                                 .takes_unfinished =
                                     cases[i].takes_unfinished };
        struct snow_store *s = open_store();
        struct buf got = { 0 };

        for (size_t k = 0; k < 4 && cases[i].scans[k][0]; k++) {
            const int64_t *at = cases[i].scans[k];
            struct snow_scan scan = { .targets = "",
                                      .settings = "{}",
                                      .created_utc_s = at[0],
                                      .now_utc_s = at[1],
                                      .finished_utc_s = at[2] };

            assert_int_equal(snow_store_add_scan(s, &scan, &scan.id, NULL), 0);
        }
        assert_int_equal(forget_look(&p, s, NULL), 0);
        plan = &p;
        assert_int_equal(snow_store_each_scan(s, add_verdict, &got, NULL), 0);
        if (strcmp(got.data, cases[i].verdicts) != 0)
            fail_msg("%s: %s", cases[i].why, got.data);
        buf_fini(&got);
        snow_store_close(s);
    }
}

/* --- greetings --- */

static struct snow_addr addr(uint32_t i)
{
    return snow_addr_from_ipv4(0xc0000200 + i); /* 192.0.2.0 */
}

static void put_probe(struct snow_store *s, uint32_t i, int64_t seen_utc_s,
                      const char *banner)
{
    struct snow_probe p = { .addr = addr(i),
                            .port = 25,
                            .status = SNOW_SMTP_OPEN,
                            .code = 220,
                            .seen_utc_s = seen_utc_s,
                            .banner = banner,
                            .banner_len = strlen(banner),
                            .hello = "mx.other.org",
                            .hello_len = strlen("mx.other.org"),
                            .capabilities = "SIZE",
                            .capabilities_len = 4,
                            .tls = { .subject = "cn.example",
                                     .subject_len = 10,
                                     .spki_sha256 = "00" } };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = 1,
                             .probe = &p };

    assert_int_equal(snow_store_put(s, &r, NULL), 0);
}

static void put_names(struct snow_store *s)
{
    struct snow_block b;
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK,
                             .scan = 1,
                             .block = &b };

    snow_block_init(&b, addr(0));
    assert_int_equal(snow_block_set(&b, 1, SNOW_PTR_NAME, 1, "mail.one.com", 1),
                     0);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    snow_block_fini(&b);
}

static int add_probe(void *arg, const struct snow_probe *p)
{
    buf_printf(arg, "%.*s|%.*s|%.*s|%.*s|%s;", (int)p->banner_len, p->banner,
               (int)p->hello_len, p->hello, (int)p->capabilities_len,
               p->capabilities, (int)p->tls.subject_len, p->tls.subject,
               p->tls.spki_sha256);
    return 0;
}

#define REST "|SIZE|cn.example|00;"

static void greetings_are_reduced(void **state)
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    struct snow_store *s = open_store();
    struct buf got = { 0 };
    uint64_t n = 0;

    (void)state;
    assert_int_equal(snow_store_add_scan(s, &scan, &scan.id, NULL), 0);
    put_names(s);
    put_probe(s, 1, 50, "220 mail.one.com X");
    put_probe(s, 2, 50, "220 mx.one.com Y");    /* its neighbour's domain */
    put_probe(s, 3, 100, "220 mx.three.com Z"); /* young */
    put_probe(s, 0x0300, 50, "220 mx.one.com in another /24");
    assert_int_equal(forget_greetings(s, 1, 100, NULL, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_int_equal(snow_store_each_probe(s, 1, add_probe, &got, NULL), 0);
    assert_string_equal(got.data,
                        "220 one.com X|{host}" REST "220 one.com Y|{host}" REST
                        "220 mx.three.com Z|mx.other.org" REST
                        "220 {host} in another /24|{host}" REST);
    n = 0;
    assert_int_equal(forget_greetings(s, 1, 100, NULL, &n, NULL), 0);
    assert_int_equal(n, 0); /* nothing left to forget */
    buf_fini(&got);
    snow_store_close(s);
}

/* More than go into one transaction. */
static void many_greetings_are_reduced(void **state)
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    struct snow_store *s = open_store();
    uint64_t n = 0;

    (void)state;
    assert_int_equal(snow_store_add_scan(s, &scan, &scan.id, NULL), 0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    for (uint32_t i = 0; i < 40000; i++)
        put_probe(s, i, 50, "220 mail.one.com X");
    assert_int_equal(snow_store_commit(s, NULL), 0);
    assert_int_equal(forget_greetings(s, 1, 100, NULL, &n, NULL), 0);
    assert_int_equal(n, 40000);
    snow_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_scans_go),
        cmocka_unit_test(greetings_are_reduced),
        cmocka_unit_test(many_greetings_are_reduced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
