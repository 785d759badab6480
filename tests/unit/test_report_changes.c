/* Two scans of a small world, and all that `diff` says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "../support/analysis_lab.h"
#include "../support/golden.h"
#include "report/report.h"

#define FORTNIGHT (14 * 86400)

/* Addresses side by side, and what each scan got of them: a domain (the first
 * address carries it bare, the others a host of it), or a status in brackets;
 * NULL: not asked. */
/* clang-format off */
static const struct {
    const char *why, *first;
    unsigned n;
    const char *older, *newer;
} world[] = {
    { "asked before only", "192.0.2.16", 4, "before.com", NULL },
    { "asked now only", "192.0.3.16", 4, NULL, "now.com" },
    { "came here from below", "198.51.100.0", 4, "[nxdomain]", "trip.com" },
    { "moved in", "203.0.113.0", 4, "[nxdomain]", "new.com" },
    { "stayed", "203.0.113.16", 4, "old.com", "old.com" },
    { "went", "203.0.113.32", 4, "gone.com", "[nxdomain]" },
    { "went elsewhere", "203.0.113.48", 4, "trip.com", "[pruned]" },
    { "no answer now", "203.0.113.64", 4, "lost.com", "[timeout]" },
    { "no answer before", "203.0.113.72", 1, "[servfail]", "found.com" },
    { "hostile octets", "203.0.113.80", 1, "=cmd.evil.com",
      "r\x1b[31m\xff,\".evil.com" },
    { "other names in another order", "203.0.113.81", 1, "a.com b.com",
      "b.com a.com" },
    { "one name more", "203.0.113.82", 1, "a.com", "a.com b.com" },
    { "had none", "203.0.113.83", 1, "[nodata]", "host.a.com" },
    { "has none", "203.0.113.84", 1, "host.a.com", "[nodata]" },
    { "one taken over from the other", "203.0.113.96", 4, "sold.com",
      "bought.com" },
    { "excluded now", "203.0.113.112", 1, "host.a.com", "[outside]" },
};
/* clang-format on */

/* Below ip6.arpa: what each scan has kept. */
/* clang-format off */
static const struct {
    const char *why, *addr;
    uint8_t nibbles;
    const char *older, *newer;
} ipv6[] = {
    { "stayed", "2001:db8::1", 32, "a.com", "a.com" },
    { "vanished", "2001:db8::2", 32, "v.com", NULL },
    { "appeared", "2001:db8::3", 32, NULL, "v.com" },
    { "changed", "2001:db8::4", 32, "v.com", "w.com" },
    { "no answer now", "2001:db8::5", 32, "v.com", "[timeout]" },
    { "a net without answer", "2001:db8:0:1::", 16, NULL, "[servfail]" },
    { "hidden by it", "2001:db8:0:1::1", 32, "v.com", NULL },
    { "a net without names", "2001:db8:0:2::", 16, NULL, "[nodata]" },
    { "in it", "2001:db8:0:2::1", 32, "v.com", NULL },
    { "everything has a name", "2001:db8:0:3::", 16, "[name]", NULL },
    { "also this", "2001:db8:0:3::1", 32, NULL, "v.com" },
    { "behind them", "2001:db8:0:4::1", 32, "v.com", NULL },
    { "was no target", "2001:db8:5::1", 32, "v.com", NULL },
};
/* clang-format on */

static const char *const words[] = {
#define X(id, number, word) [number] = word,
    SNOW_PTR_STATUSES(X)
#undef X
};

static unsigned status_of(const char *text)
{
    for (unsigned i = 0; i < COUNT_OF(words); i++)
        if (words[i] && strncmp(text + 1, words[i], strlen(words[i])) == 0)
            return i;
    fail_msg("%s is no status", text);
    return 0;
}

static void set(struct snow_block *b, unsigned at, unsigned nth,
                const char *what, int64_t seen)
{
    static const char *const hosts[] = { "", "caruk.", "tlad.", "ohris." };
    char names[128] = { 0 };
    unsigned n = 1;

    if (*what == '[') {
        snow_block_set(b, at, status_of(what), seen, NULL, 0);
        return;
    }
    snprintf(names, sizeof names - 1, "%s%s", hosts[nth], what);
    for (char *c = names; *c; c++)
        if (*c == ' ') {
            *c = '\0';
            n++;
        }
    snow_block_set(b, at, SNOW_PTR_NAME, seen + at, names, n);
}

static void put_block(struct snow_store *s, int64_t scan, struct snow_block *b)
{
    struct snow_record r = { .kind = SNOW_RECORD_TAIL,
                             .scan = scan,
                             .block = b };

    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    assert_int_equal(snow_store_commit(s, NULL), 0);
}

static void put_ipv6(struct snow_store *s, int64_t scan, int64_t seen)
{
    for (size_t i = 0; i < COUNT_OF(ipv6); i++) {
        const char *what = scan > 1 ? ipv6[i].newer : ipv6[i].older;
        struct snow_name name = { .nibbles = ipv6[i].nibbles,
                                  .status = SNOW_PTR_NAME,
                                  .seen_utc_s = seen };
        struct snow_record r = { .kind = SNOW_RECORD_NAME,
                                 .scan = scan,
                                 .name = &name };

        if (!what)
            continue;
        snow_addr_parse(&name.addr, ipv6[i].addr);
        if (*what == '[') {
            name.status = (uint8_t)status_of(what);
        } else {
            name.names = what;
            name.n_names = 1;
        }
        assert_int_equal(snow_store_begin(s, NULL), 0);
        assert_int_equal(snow_store_put(s, &r, NULL), 0);
        assert_int_equal(snow_store_commit(s, NULL), 0);
    }
}

static void put_scan(struct snow_store *s, int64_t now, bool is_newer)
{
    struct snow_scan scan = { .targets = "192.0.2.0-203.0.113.255;2001:db8::-"
                                         "2001:db8:0:ffff:ffff:ffff:ffff:ffff",
                              .settings = "{}",
                              .created_utc_s = now,
                              .now_utc_s = now,
                              .finished_utc_s = now };
    int64_t id;

    assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(world); i++) {
        const char *what = is_newer ? world[i].newer : world[i].older;
        struct snow_block b;
        struct snow_addr a;

        if (!what)
            continue;
        snow_addr_parse(&a, world[i].first);
        snow_block_init(&b, snow_addr_block(a));
        for (unsigned k = 0; k < world[i].n; k++)
            set(&b, (unsigned)(a.lo & 255) + k, k, what, now);
        put_block(s, id, &b);
        snow_block_fini(&b);
    }
    put_ipv6(s, id, now);
}

static void put_registration(struct snow_store *s, int64_t scan,
                             const char *domain, const char *created)
{
    char json[256];
    struct snow_evidence e = { domain,     "registration", "test",
                               1526814100, json,           0 };
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = scan,
                             .evidence = &e };

    snprintf(json, sizeof json,
             "{\"status\":\"registered\",\"domain\":\"%s\",\"created\":"
             "\"%sT00:00:00Z\"}",
             domain, created);
    e.data_len = strlen(json);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    assert_int_equal(snow_store_commit(s, NULL), 0);
}

static void write_changes(struct buf *to, enum report_changes_format format,
                          enum snow_tier least)
{
    struct report_changes r = { .format = format,
                                .to = report_to_buf(to),
                                .least = least };
    char path[64];
    struct analysis_psl *psl = lab_open_psl(path);
    struct snow_analysis_config older = { .now_utc_s = lab_time("2018-05-01"),
                                          .psl_path = path,
                                          .gap_max = 1 },
                                newer = older;
    struct snow_diff d = {
        .older = 1, .newer = 2, .older_cfg = &older, .newer_cfg = &newer
    };
    struct snow_scan one, two;
    struct snow_error err = { 0 };
    int code;

    newer.now_utc_s += FORTNIGHT;
    assert_int_equal(
        snow_store_open(&d.store, "memory:", SNOW_STORE_CREATE, NULL), 0);
    put_scan(d.store, older.now_utc_s, false);
    put_scan(d.store, newer.now_utc_s, true);
    put_registration(d.store, 1, "old.com", "2018-04-01");
    put_registration(d.store, 2, "old.com", "2018-04-01");
    put_registration(d.store, 2, "new.com", "2018-05-10");
    put_registration(d.store, 1, "gone.com", "2018-04-20");
    assert_int_equal(snow_store_get_scan(d.store, 1, &one, NULL), 0);
    assert_int_equal(snow_store_get_scan(d.store, 2, &two, NULL), 0);
    one.id = 1;
    assert_int_equal(report_changes_begin(&r, &one, &two), 0);
    code = report_changes_end(&r, snow_diff(&d, report_change, &r, &err));
    if (code)
        fail_msg("%d: %s", code, err.text);
    snow_store_close(d.store);
    analysis_psl_close(psl);
    unlink(path);
}

static const struct {
    enum report_changes_format format;
    const char *path;
} goldens[] = {
    { REPORT_CHANGES_TEXT, "tests/golden/diff.txt" },
    { REPORT_CHANGES_CSV, "tests/golden/diff.csv" },
    { REPORT_CHANGES_NDJSON, "tests/golden/diff.ndjson" },
};

static void changes_match_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goldens); i++) {
        struct buf got = { 0 };

        write_changes(&got, goldens[i].format, SNOW_TIER_CONTEXT);
        golden_check(goldens[i].path, &got);
        buf_fini(&got);
    }
}

/* No finding of one domain is of the high tier. */
static void lower_tiers_are_counted(void **state)
{
    struct buf got = { 0 };

    (void)state;
    write_changes(&got, REPORT_CHANGES_TEXT, SNOW_TIER_HIGH);
    assert_null(strstr(got.data, "findings\n"));
    assert_non_null(strstr(got.data, "11 findings of lower tier not shown"));
    buf_fini(&got);
}

static int fail_write(void *arg, const char *octets, size_t len)
{
    (void)arg;
    (void)octets;
    (void)len;
    return SNOW_EFULL;
}

static void a_full_disk_ends_it(void **state)
{
    struct report_changes r = { .format = REPORT_CHANGES_CSV,
                                .to = { .write = fail_write } };
    struct snow_scan scan = { .id = 1 };

    (void)state;
    assert_int_equal(report_changes_begin(&r, &scan, &scan), SNOW_EFULL);
    assert_int_equal(report_changes_end(&r, SNOW_EFULL), SNOW_EFULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_match_golden),
        cmocka_unit_test(lower_tiers_are_counted),
        cmocka_unit_test(a_full_disk_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
