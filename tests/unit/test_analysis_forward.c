/* Where a name leads: kept as JSON and read back, and held against an
 * address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/forward.h"
#include "snowline/error.h"

/* clang-format off */
static const struct {
    const char *name;
    bool is_fit;
} names[] = {
    { "mail.example.com", true },
    { "_a-1.example", true },
    { "localhost", false },
    { "", false },
    { ".example", false },
    { "mail.example.", false },
    { "mail..example", false },
    { "a123456789b123456789c123456789d123456789e123456789f123456789abc.test",
      true },
    { "a123456789b123456789c123456789d123456789e123456789f123456789abcd.test",
      false },
    { "192.0.2.1", false },
    { "a\\.b.example", false },
    { "a b.example", false },
    { "\xc3\xa9.example", false },
};

static const struct {
    const char *why, *json, *addr, *verdict; /* json NULL: nobody asked */
    const char *status;
} verdicts[] = {
    { "one of two", "{\"status\":\"name\",\"a\":[\"192.0.2.1\",\"192.0.2.2\"]}",
      "192.0.2.2", "pass", "name" },
    { "elsewhere", "{\"status\":\"name\",\"a\":[\"192.0.2.1\"]}",
      "192.0.2.3", "fail", "name" },
    { "no such name", "{\"status\":\"nxdomain\",\"a\":[]}", "192.0.2.1",
      "fail", "nxdomain" },
    { "no address", "{\"status\":\"nodata\",\"a\":[]}", "192.0.2.1", "fail", "nodata" },
    { "nobody answered", "{\"status\":\"timeout\",\"a\":[]}", "192.0.2.1",
      "not_checked", "timeout" },
    { "a server failed", "{\"status\":\"servfail\",\"a\":[]}", "192.0.2.1",
      "not_checked", "servfail" },
    { "nobody asked", NULL, "192.0.2.1", "not_checked", NULL },
    { "A says nothing of IPv6", "{\"status\":\"name\",\"a\":[\"192.0.2.1\"]}",
      "2001:db8::1", "not_checked", NULL },
    { "IPv6", "{\"status\":\"nodata\",\"a\":[],\"aaaa_status\":\"name\","
      "\"aaaa\":[\"2001:db8::1\"]}", "2001:db8::1", "pass", "name" },
    { "IPv6 elsewhere", "{\"status\":\"name\",\"a\":[\"192.0.2.1\"],"
      "\"aaaa_status\":\"name\",\"aaaa\":[\"2001:db8::1\"]}", "2001:db8::2",
      "fail", "name" },
    { "of one family alone", "{\"status\":\"servfail\",\"a\":[],"
      "\"aaaa_status\":\"nodata\",\"aaaa\":[]}", "192.0.2.1", "not_checked",
      "servfail" },
    { "of the other", "{\"status\":\"servfail\",\"a\":[],"
      "\"aaaa_status\":\"nodata\",\"aaaa\":[]}", "2001:db8::1", "fail",
      "nodata" },
    { "refused", "{\"status\":\"refused\",\"a\":[]}", "192.0.2.1",
      "not_checked", "refused" },
};

static const char *const damaged[] = {
    "", "[]", "{}", "{\"status\":\"nonsense\",\"a\":[]}",
    "{\"status\":\"name\",\"a\":[\"192.0.2\"]}",
    "{\"status\":\"name\",\"a\":[7]}", "{\"status\":\"name\",\"a\":[",
};
/* clang-format on */

static void only_plain_names_are_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (analysis_forward_is_fit(names[i].name) != names[i].is_fit)
            fail_msg("'%s'", names[i].name);
}

static void verdicts_follow_from_what_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        const char *json = verdicts[i].json;
        struct analysis_forward f;
        struct snow_addr a;
        const char *got;

        assert_int_equal(snow_addr_parse(&a, verdicts[i].addr), 0);
        if (json && analysis_forward_parse_json(&f, json, strlen(json)))
            fail_msg("%s: does not parse", verdicts[i].why);
        got = analysis_forward_verdict(json ? &f : NULL, a);
        if (strcmp(got, verdicts[i].verdict) != 0)
            fail_msg("%s: %s", verdicts[i].why, got);
        got = analysis_forward_status_word(json ? &f : NULL, a);
        if (!got != !verdicts[i].status ||
            (got && strcmp(got, verdicts[i].status) != 0))
            fail_msg("%s: %s", verdicts[i].why, got ? got : "not asked");
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        const char *json = verdicts[i].json;
        struct analysis_forward f;
        struct buf got = { 0 };

        if (!json)
            continue;
        assert_int_equal(analysis_forward_parse_json(&f, json, strlen(json)),
                         0);
        analysis_forward_format_json(&got, &f);
        assert_string_equal(got.data, json);
        buf_fini(&got);
    }
}

static void as_many_as_are_kept_prove_no_failure(void **state)
{
    struct analysis_forward f = { .status = SNOW_PTR_NAME,
                                  .n = ANALYSIS_FORWARD_MAX };
    struct snow_addr other = snow_addr_from_ipv4(0xc0000240);
    struct buf json = { 0 };

    (void)state;
    for (size_t i = 0; i < f.n; i++)
        f.addrs[i] = snow_addr_from_ipv4(0xc0000200 + (uint32_t)i);
    assert_string_equal(analysis_forward_verdict(&f, other), "not_checked");
    assert_string_equal(analysis_forward_verdict(&f, f.addrs[63]), "pass");
    analysis_forward_format_json(&json, &f);
    assert_int_equal(analysis_forward_parse_json(&f, json.data, json.len), 0);
    assert_int_equal(f.n, ANALYSIS_FORWARD_MAX);
    json.len -= 2; /* one more than is kept */
    buf_add_text(&json, ",\"192.0.2.99\"]}");
    assert_int_equal(analysis_forward_parse_json(&f, json.data, json.len),
                     SNOW_ESYNTAX);
    buf_fini(&json);
}

static void damaged_records_are_told(void **state)
{
    struct analysis_forward f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(damaged); i++)
        if (analysis_forward_parse_json(&f, damaged[i], strlen(damaged[i])) !=
            SNOW_ESYNTAX)
            fail_msg("'%s' parses", damaged[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_plain_names_are_asked_for),
        cmocka_unit_test(verdicts_follow_from_what_is_kept),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(as_many_as_are_kept_prove_no_failure),
        cmocka_unit_test(damaged_records_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
