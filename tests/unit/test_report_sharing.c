/* STIX and MISP: what is named, and what is not. The rules of the formats are
 * checked by tests/golden/sharing.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "../support/report_store.h"
#include "analysis/origin.h"
#include "base/records.h"
#include "report/sharing.h"

static const struct report_identity us = {
    .reporter_org = "B\xc3\xbcro \"Abuse\"",
    .reporter_contact = "abuse@desk.example",
    .reporter_domain = "desk.example",
    .list_expiry_s = 14 * 86400,
};
static const struct report_identity nobody = {
    "", "", "", "", "", "", "", 0, ""
};

/* clang-format off */
static const struct {
    const char *format, *golden;
} formats[] = {
    { "stix", "tests/golden/stix.json" },
    { "misp", "tests/golden/misp.json" },
};
/* clang-format on */

/* Two systems announce the first run, one of them all of the block. */
static void put_origins(struct snow_store *s, int64_t scan)
{
    static const char *const of[][2] = { { "AS64500", "192.0.2.0-192.0.2.255" },
                                         { "AS65551",
                                           "192.0.2.16-192.0.2.17" } };

    assert_int_equal(snow_store_begin(s, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        struct buf json = { 0 };
        struct snow_evidence e = { .subject = of[i][0],
                                   .kind = ANALYSIS_ORIGIN_KIND,
                                   .source = "file",
                                   .observed_utc_s = 1526810000 };
        struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                                 .scan = scan,
                                 .evidence = &e };

        buf_printf(&json, "{\"is_target\":true,\"ranges\":\"%s\"}", of[i][1]);
        e.data = json.data;
        e.data_len = json.len;
        assert_int_equal(snow_store_put(s, &r, NULL), 0);
        buf_fini(&json);
    }
    assert_int_equal(snow_store_commit(s, NULL), 0);
}

static void open_request(struct report_request *q, struct fixture *f,
                         const struct report_identity *id)
{
    fixture_init(f);
    *q = (struct report_request){ .findings = &f->findings,
                                  .identity = id,
                                  .made_utc_s = 1526900000,
                                  .least = SNOW_TIER_REVIEW };
    q->store = small_store(&q->scan);
    put_origins(q->store, q->scan);
}

static void write_report(struct buf *to, const char *format,
                         const struct report_request *q)
{
    struct report_out out = report_to_buf(to);
    struct snow_error err = { 0 };

    buf_clear(to);
    if (report_write(&out, report_format_find(format), q, &err))
        fail_msg("%s: %s", format, err.text);
}

static void exports_match_golden(void **state)
{
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &us);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        write_report(&got, formats[i].format, &q);
        golden_check(formats[i].golden, &got);
    }
    buf_fini(&got);
    snow_store_close(q.store);
}

/* Nobody is made up. */
static void without_a_reporter(void **state)
{
    static const char *const words[] = { "identity", "created_by_ref", "Orgc",
                                         "valid_until" };
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &nobody);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        write_report(&got, formats[i].format, &q);
        for (size_t w = 0; w < COUNT_OF(words); w++)
            if (strstr(got.data, words[w]))
                fail_msg("%s: %s", formats[i].format, words[w]);
    }
    buf_fini(&got);
    snow_store_close(q.store);
}

/* Neither its name nor its addresses, not even inside its campaign. */
static void allowed_runs_are_left_out(void **state)
{
    static const char *const words[] = { "commercieopard.example", "192.0.2.16",
                                         "192.0.2.17", "run-01" };
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &us);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        f.all[2].allowed = NULL;
        write_report(&got, formats[i].format, &q);
        for (size_t w = 0; w + 1 < COUNT_OF(words); w++)
            assert_non_null(strstr(got.data, words[w]));
        f.all[2].allowed = (char *)"our own";
        write_report(&got, formats[i].format, &q);
        for (size_t w = 0; w < COUNT_OF(words); w++)
            if (strstr(got.data, words[w]))
                fail_msg("%s names %s", formats[i].format, words[w]);
        assert_non_null(strstr(got.data, "192.0.2.20"));
    }
    buf_fini(&got);
    snow_store_close(q.store);
}

/* Two addresses of a run lie in another that is allowed, and not shown. */
static void allowed_addresses_are_left_out(void **state)
{
    static const char *const names[] = { "xarf", "stix", "misp" };
    struct report_identity id = us;
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &id);
    id.sender_org = id.reporter_org;
    id.sender_contact = id.reporter_contact;
    id.sender_domain = id.reporter_domain;
    f.all[7].allowed = (char *)"our own";
    f.all[7].ranges[0] = f.all[2].ranges[0];
    f.all[7].ranges[0].last = snow_addr_add(f.all[7].ranges[0].first, 1);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        write_report(&got, names[i], &q);
        assert_non_null(strstr(got.data, "\"192.0.2.19\""));
        if (strstr(got.data, "\"192.0.2.16\"") ||
            strstr(got.data, "\"192.0.2.17\"") ||
            strstr(got.data, "192.0.2.16/"))
            fail_msg("%s", names[i]);
    }
    buf_fini(&got);
    snow_store_close(q.store);
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

/* Every other address, each a prefix: a hundred an indicator. */
static void long_patterns_are_split(void **state)
{
    static struct snow_range odd[201];
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &us);
    for (size_t i = 0; i < COUNT_OF(odd); i++)
        odd[i].first = odd[i].last = snow_addr_from_ipv4(
            0xc6336401 + 2 * (uint32_t)i); /* 198.51.100.1 */
    f.findings.n = 1;
    f.all[0].ranges = odd;
    f.all[0].n_ranges = COUNT_OF(odd);
    write_report(&got, "stix", &q);
    assert_int_equal(count(got.data, "\"type\":\"indicator\""), 3);
    assert_int_equal(count(got.data, "\"indicates\""), 3);
    assert_int_equal(count(got.data, "ISSUBSET"), COUNT_OF(odd));
    assert_int_equal(count(got.data, " OR "), COUNT_OF(odd) - 3);
    buf_fini(&got);
    snow_store_close(q.store);
}

static void nothing_to_tell(void **state)
{
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &nobody);
    f.findings.n = 0;
    write_report(&got, "stix", &q);
    assert_null(strstr(got.data, "objects")); /* STIX 2.1 §8: one or none */
    write_report(&got, "misp", &q);
    assert_non_null(strstr(got.data, "\"Attribute\":[],\n\"Object\":[]}}\n"));
    buf_fini(&got);
    snow_store_close(q.store);
}

/* clang-format off */
static const struct {
    const char *why, *names;
    unsigned n;
    const char *told; /* those that are, each behind a space */
} names[] = {
    { "the domain itself", "a.example", 1, " a.example" },
    { "below it", "x.a.example", 1, " x.a.example" },
    { "somebody else's", "victim.example", 1, "" },
    { "another that ends alike", "xa.example", 1, "" },
    { "one that is no host name", "<b>.a.example", 1, "" },
    { "of all kinds", "b.example\0y.a.example\0\\..a.example\0z.a.example",
      4, " y.a.example z.a.example" },
};
/* clang-format on */

static void only_names_of_the_finding(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct report_evidence_row row = { .names = names[i].names,
                                           .n_names = (uint8_t)names[i].n,
                                           .domain = "a.example" };
        struct buf got = { 0 };

        buf_add_text(&got, "");
        for (const char *n = NULL; (n = report_sharing_name(&row, n));)
            buf_printf(&got, " %s", n);
        if (strcmp(got.data, names[i].told) != 0)
            fail_msg("%s:%s", names[i].why, got.data);
        buf_fini(&got);
    }
}

/* clang-format off */
static const struct {
    const char *why;
    int64_t last_seen_utc_s, made_utc_s;
    const char *from, *until;
} validities[] = {
    { "from the last observation", 1526817600, 1526900000,
      "2018-05-20T12:00:00.000Z", "2018-06-04T10:53:20.000Z" },
    { "nobody knows when: from the scan", SNOW_TIME_UNKNOWN, 1526900000,
      "2018-05-20T09:53:20.000Z", "2018-06-04T10:53:20.000Z" },
    { "a clock that went back", 1526900000, 1500000000,
      "2018-05-21T10:53:20.000Z", "2018-06-04T10:53:20.000Z" },
};
/* clang-format on */

static void indicators_hold_for_a_time(void **state)
{
    struct report_request q;
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    open_request(&q, &f, &us);
    f.findings.n = 1;
    for (size_t i = 0; i < COUNT_OF(validities); i++) {
        char want[200];

        f.all[0].last_seen_utc_s = validities[i].last_seen_utc_s;
        q.made_utc_s = validities[i].made_utc_s;
        write_report(&got, "stix", &q);
        snprintf(want, sizeof want,
                 "\"valid_from\":\"%s\",\"valid_until\":\"%s\"",
                 validities[i].from, validities[i].until);
        if (!strstr(got.data, want))
            fail_msg("%s: no %s", validities[i].why, want);
    }
    buf_fini(&got);
    snow_store_close(q.store);
}

/* Of the same scan always the same, of another one another. */
static void uuids_belong_to_a_scan(void **state)
{
    struct report_sharing a = { .scan.created_utc_s = 1 };
    struct report_sharing b = { .scan.created_utc_s = 2 };
    char one[DIGEST_UUID_TEXT_MAX], two[DIGEST_UUID_TEXT_MAX];

    (void)state;
    report_sharing_uuid(one, &a, "note", "r1", "");
    report_sharing_uuid(two, &a, "note", "r1", "");
    assert_string_equal(one, two);
    report_sharing_uuid(two, &b, "note", "r1", "");
    assert_string_not_equal(one, two);
    report_sharing_uuid(two, &a, "indicator", "r1", "");
    assert_string_not_equal(one, two);
}

/* What a registry says, now without the day of a domain's registration. */
static void forget_created(const struct report_request *q, const char *domain)
{
    struct snow_registration g = { .status = SNOW_REGISTRATION_REGISTERED,
                                   .created_utc_s = SNOW_TIME_UNKNOWN,
                                   .expires_utc_s = SNOW_TIME_UNKNOWN,
                                   .updated_utc_s = SNOW_TIME_UNKNOWN };
    struct snow_evidence e = { .subject = domain,
                               .kind = "registration",
                               .source = "https://rdap.example/",
                               .observed_utc_s = 1526814200 };
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = q->scan,
                             .evidence = &e };
    struct buf json = { 0 };

    text_copy(g.domain, sizeof g.domain, domain);
    record_registration_format_json(&json, &g);
    e.data = json.data;
    e.data_len = json.len;
    assert_int_equal(snow_store_begin(q->store, NULL), 0);
    assert_int_equal(snow_store_put(q->store, &r, NULL), 0);
    assert_int_equal(snow_store_commit(q->store, NULL), 0);
    buf_fini(&json);
}

/* Append the UUID of each attribute of a relation. */
static void add_uuids(struct buf *to, const char *json, const char *relation)
{
    const char *end;

    while ((end = strstr(json, relation))) {
        const char *at = end;

        while (strncmp(at, "{\"uuid\":", 8) != 0)
            at--;
        buf_printf(to, "%.46s\n", at);
        json = end + strlen(relation);
    }
}

/* What is learnt of a domain gives no attribute beside it another UUID: the
 * event would hold both once it is imported anew. */
static void attributes_keep_their_uuids(void **state)
{
    struct fixture f;
    struct report_request q;
    struct buf got = { 0 }, before = { 0 }, after = { 0 };

    (void)state;
    open_request(&q, &f, &us);
    write_report(&got, "misp", &q);
    assert_non_null(strstr(got.data, "\"registration-date\""));
    add_uuids(&before, got.data, "\"object_relation\":\"text\"");
    forget_created(&q, "commercieopard.example");
    write_report(&got, "misp", &q);
    assert_null(strstr(got.data, "\"registration-date\""));
    add_uuids(&after, got.data, "\"object_relation\":\"text\"");
    assert_string_equal(before.data, after.data);
    buf_fini(&got);
    buf_fini(&before);
    buf_fini(&after);
    snow_store_close(q.store);
}

/* As many targets as there is room for, whole. */
static void long_targets_are_cut_whole(void **state)
{
    struct fixture f;
    struct report_request q;
    struct report_sharing s;
    struct buf targets = { 0 };
    struct snow_scan scan = { .settings = "{}",
                              .finished_utc_s = SNOW_TIME_UNKNOWN };

    (void)state;
    open_request(&q, &f, &us);
    for (unsigned i = 0; i < 10; i++)
        buf_printf(&targets, "%s192.0.2.%u-192.0.2.%u", i ? ";" : "", 2 * i,
                   2 * i);
    scan.targets = targets.data;
    assert_int_equal(snow_store_add_scan(q.store, &scan, &q.scan, NULL), 0);
    assert_int_equal(report_sharing_init(&s, &q, NULL), 0);
    assert_non_null(strstr(s.targets, "-192.0.2.8 and more"));
    assert_memory_equal(s.targets, targets.data,
                        strlen(s.targets) - strlen(" and more"));
    report_sharing_fini(&s);
    buf_fini(&targets);
    snow_store_close(q.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exports_match_golden),
        cmocka_unit_test(without_a_reporter),
        cmocka_unit_test(allowed_runs_are_left_out),
        cmocka_unit_test(allowed_addresses_are_left_out),
        cmocka_unit_test(long_patterns_are_split),
        cmocka_unit_test(nothing_to_tell),
        cmocka_unit_test(only_names_of_the_finding),
        cmocka_unit_test(indicators_hold_for_a_time),
        cmocka_unit_test(uuids_belong_to_a_scan),
        cmocka_unit_test(attributes_keep_their_uuids),
        cmocka_unit_test(long_targets_are_cut_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
