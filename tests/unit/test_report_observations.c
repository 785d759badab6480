#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/given.h"
#include "report/observations.h"
#include "snowline/block.h"

/* Two domains on 192.0.2.16 … 19 and 32 … 33; 192.0.2.40 is somebody else. */
/* clang-format off */
static const struct {
    unsigned at;
    const char *names;
    unsigned n;
} outcomes[] = {
    { 16, "one.example", 1 },
    { 17, "caruk.one.example", 1 },
    { 18, "mail.one.example", 1 },
    { 32, "x.other.example\0caruk.two.example", 2 },
    { 33, "mail.two.example", 1 },
    { 34, "caruk.two.example", 1 },
    { 40, "caruk.three.example", 1 },
};

static const struct {
    const char *kind, *subject, *json;
} evidence[] = {
    { "registration", "one.example",
      "{\"status\":\"registered\",\"domain\":\"one.example\","
      "\"registrar\":\"Some Names\",\"registrar_iana_id\":99,"
      "\"created\":\"2018-01-02T03:04:05Z\","
      "\"nameservers\":\"ns1.x.example;ns2.x.example\"}" },
    { "registration", "two.example",
      "{\"status\":\"registered\",\"domain\":\"two.example\","
      "\"registrar\":\"Some Names\",\"registrar_iana_id\":99,"
      "\"created\":\"2018-01-01T03:04:05Z\","
      "\"nameservers\":\"ns1.x.example;ns2.x.example\"}" },
    { "registration", "three.example",
      "{\"status\":\"registered\",\"domain\":\"three.example\","
      "\"registrar\":\"Nobody's\"}" },
    { "registration", "zero.example", "no JSON" },
    { "mail", "one.example",
      "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":1,\"host\":"
      "\"mx.one.example\",\"addrs\":[]}]},\"txt\":{\"status\":\"name\","
      "\"spf\":\"v=spf1 ip4:192.0.2.17 -all\"}}" },
    { "mail", "two.example",
      "{\"txt\":{\"status\":\"name\","
      "\"spf\":\"v=spf1 ip4:192.0.2.33 -all\"}}" },
    { "web", "one.example",
      "{\"status\":\"content\",\"detail\":\"thin\",\"title\":\"\\u001b[1mHi\","
      "\"names_company\":\"no\"}" },
    { "web", "two.example",
      "{\"status\":\"parked\",\"names_company\":\"no\"}" },
};

static const struct {
    const char *why;
    enum snow_score_part part;
    const char *lines;
} cases[] = {
    { "the score's own words are enough", SNOW_PART_MULTI_IP, "" },
    { "names of its addresses, in order", SNOW_PART_APEX_FIRST,
      "  192.0.2.16 one.example\n  192.0.2.17 caruk.one.example\n"
      "  192.0.2.18 mail.one.example\n  192.0.2.32 x.other.example and others\n"
      "  192.0.2.33 mail.two.example\n  192.0.2.34 caruk.two.example\n" },
    { "greetings, records, hosts", SNOW_PART_MAIL,
      "  192.0.2.17 open: 220 caruk.one.example \\xFF\n"
      "  192.0.2.33 refused\n"
      "  one.example: v=spf1 ip4:192.0.2.17 -all\n"
      "  two.example: v=spf1 ip4:192.0.2.33 -all\n"
      "  one.example: mail goes to mx.one.example\n" },
    { "registrars by how many", SNOW_PART_REGISTRAR,
      "  2 x at Some Names (IANA 99)\n" },
    { "dates in their order", SNOW_PART_NEW,
      "  2018-01-01T03:04:05Z two.example, Some Names\n"
      "  2018-01-02T03:04:05Z one.example, Some Names\n" },
    { "websites, escaped", SNOW_PART_WEB,
      "  one.example: content, thin, titled \\x1B[1mHi\n"
      "  two.example: parked\n" },
    { "only what is shared", SNOW_PART_SHARED,
      "  2 x name servers ns1.x.example;ns2.x.example\n"
      "  2 x SPF v=spf1 ip4:IP -all\n" },
    { "a label of two domains, once each", SNOW_PART_NAMING,
      "  2 x host label caruk\n" },
};
/* clang-format on */

static void put(struct snow_store *s, const struct snow_record *r)
{
    struct snow_error err = { 0 };

    if (snow_store_put(s, r, &err))
        fail_msg("put: %s", err.text);
}

static void put_block(struct snow_store *s, int64_t scan)
{
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK, .scan = scan };
    struct snow_block block;
    struct snow_addr first;

    snow_addr_parse(&first, "192.0.2.0");
    snow_block_init(&block, first);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        assert_int_equal(snow_block_set(&block, outcomes[i].at, SNOW_PTR_NAME,
                                        1526385600, outcomes[i].names,
                                        outcomes[i].n),
                         0);
    r.block = &block;
    put(s, &r);
    snow_block_fini(&block);
}

static void put_probe(struct snow_store *s, int64_t scan, const char *addr,
                      uint8_t status, const char *banner)
{
    struct snow_probe p = { .port = 25, .status = status, .banner = banner };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = scan,
                             .probe = &p };

    snow_addr_parse(&p.addr, addr);
    p.banner_len = strlen(banner);
    put(s, &r);
}

static struct snow_store *make_store(int64_t *scan)
{
    struct snow_scan row = { .targets = "", .settings = "{}" };
    struct snow_store *s;

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_add_scan(s, &row, scan, NULL), 0);
    put_block(s, *scan);
    put_probe(s, *scan, "192.0.2.17", SNOW_SMTP_OPEN,
              "220 caruk.one.example \xff");
    put_probe(s, *scan, "192.0.2.33", SNOW_SMTP_REFUSED, "");
    put_probe(s, *scan, "192.0.2.40", SNOW_SMTP_OPEN, "220 three.example");
    for (size_t i = 0; i < COUNT_OF(evidence); i++) {
        struct snow_evidence e = { .subject = evidence[i].subject,
                                   .kind = evidence[i].kind,
                                   .source = "",
                                   .data = evidence[i].json,
                                   .data_len = strlen(evidence[i].json) };
        struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                                 .scan = *scan,
                                 .evidence = &e };

        put(s, &r);
    }
    assert_int_equal(snow_store_commit(s, NULL), 0);
    return s;
}

static struct snow_finding finding(struct snow_range ranges[2], char **domains)
{
    snow_addr_parse(&ranges[0].first, "192.0.2.16");
    snow_addr_parse(&ranges[0].last, "192.0.2.19");
    snow_addr_parse(&ranges[1].first, "192.0.2.32");
    snow_addr_parse(&ranges[1].last, "192.0.2.34");
    return (struct snow_finding){ .kind = SNOW_CAMPAIGN,
                                  .ranges = ranges,
                                  .n_ranges = 2,
                                  .domains = domains,
                                  .n_domains = 3 };
}

static void parts_show_what_was_observed(void **state)
{
    char *domains[] = { (char *)"one.example", (char *)"two.example",
                        (char *)"zero.example" };
    struct snow_range ranges[2];
    struct snow_finding f = finding(ranges, domains);
    struct report_request q = { 0 };
    struct report_observations o;

    (void)state;
    q.store = make_store(&q.scan);
    assert_int_equal(report_observations_load(&o, &q, &f, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf got = { 0 };

        report_observations_print(&got, &o, cases[i].part, 2, 100);
        if (strcmp(got.len ? got.data : "", cases[i].lines) != 0)
            fail_msg("%s:\n%s", cases[i].why, got.data);
        buf_fini(&got);
    }
    report_observations_fini(&o);
    snow_store_close(q.store);
}

/* Long lists are cut, and it is said by how much. */
static void lists_are_short(void **state)
{
    struct report_observations o = { 0 };
    struct buf got = { 0 };

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        char line[32];

        snprintf(line, sizeof line, "d%02u.example: refused", i);
        assert_non_null(
            map_put(&o.of[REPORT_OBSERVED_WEBSITE], line, strlen(line)));
    }
    report_observations_print(&got, &o, SNOW_PART_WEB, 0, 80);
    assert_non_null(strstr(got.data, "d05.example: refused\nand 14 more\n"));
    assert_null(strstr(got.data, "d06"));
    buf_fini(&got);
    report_observations_fini(&o);
}

static void without_a_store_there_are_none(void **state)
{
    struct snow_finding f = { 0 };
    struct report_request q = { 0 };
    struct report_observations o;
    struct buf got = { 0 };

    (void)state;
    assert_int_equal(report_observations_load(&o, &q, &f, NULL), 0);
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++)
        report_observations_print(&got, &o, i, 0, 80);
    assert_int_equal(got.len, 0);
    report_observations_fini(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_show_what_was_observed),
        cmocka_unit_test(lists_are_short),
        cmocka_unit_test(without_a_store_there_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
