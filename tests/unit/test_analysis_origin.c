/* analysis/origin.h: what an AS stood for, there and back. */
#include "analysis/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/ranges_text.h"

/* clang-format off */
static const struct {
    const char *why, *subject, *json;
    const char *ranges; /**< NULL: refused */
    bool is_target;
} cases[] = {
    { "a target", "AS64500",
      "{\"is_target\":true,\"ranges\":\"192.0.2.0-192.0.2.255;2001:db8::-"
      "2001:db8::f\"}", "192.0.2.0-192.0.2.255;2001:db8::-2001:db8::f", true },
    { "one to leave alone", "AS64500",
      "{\"is_target\":false,\"ranges\":\"192.0.2.7-192.0.2.7\"}",
      "192.0.2.7-192.0.2.7", false },
    { "no ranges", "AS64500", "{\"is_target\":true,\"ranges\":\"\"}", "",
      true },
    { "out of order", "AS64500", "{\"ranges\":\"192.0.2.8-192.0.2.9;192.0.2.0-"
      "192.0.2.7\"}", "192.0.2.0-192.0.2.9", false },
    { "ranges are missing", "AS64500", "{\"is_target\":true}", NULL, false },
    { "ranges that are a list", "AS64500", "{\"ranges\":[]}", NULL, false },
    { "backwards", "AS64500", "{\"ranges\":\"192.0.2.9-192.0.2.8\"}", NULL,
      false },
    { "an address alone", "AS64500", "{\"ranges\":\"192.0.2.9\"}", NULL,
      false },
    { "no addresses", "AS64500", "{\"ranges\":\"a-b\"}", NULL, false },
    { "no end", "AS64500", "{\"ranges\":\"192.0.2.9-\"}", NULL, false },
    { "long", "AS64500", "{\"ranges\":\"1111111111111111111111111111111111111"
      "11111111111111111-1\"}", NULL, false },
    { "no AS number", "64500", "{\"ranges\":\"\"}", NULL, false },
    { "no JSON", "AS64500", "ranges", NULL, false },
};
/* clang-format on */

static void evidence_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_evidence e = { .subject = cases[i].subject,
                                   .data = cases[i].json,
                                   .data_len = strlen(cases[i].json) };
        struct analysis_origin o;
        struct buf text = { 0 };
        int code = analysis_origin_parse(&o, &e);

        if ((code == 0) != (cases[i].ranges != NULL))
            fail_msg("%s: gave %d", cases[i].why, code);
        if (code) {
            assert_int_equal(code, SNOW_ESYNTAX);
            continue;
        }
        addr_ranges_format(&text, o.set);
        if (strcmp(text.data ? text.data : "", cases[i].ranges) != 0 ||
            o.asn != 64500 || o.is_target != cases[i].is_target)
            fail_msg("%s: AS%u '%s'", cases[i].why, o.asn, text.data);
        buf_fini(&text);
        snow_ranges_free(o.set);
    }
}

static void it_is_written_as_it_is_read(void **state)
{
    struct analysis_origin o = { .asn = UINT32_MAX, .is_target = true };
    char subject[ANALYSIS_ORIGIN_SUBJECT_MAX];
    struct buf json = { 0 };

    (void)state;
    assert_int_equal(snow_ranges_new(&o.set), 0);
    assert_int_equal(snow_ranges_read(o.set, "192.0.2.0/24", NULL), 0);
    analysis_origin_subject(subject, o.asn);
    assert_string_equal(subject, "AS4294967295");
    analysis_origin_format_json(&json, &o);
    assert_string_equal(json.data, "{\"is_target\":true,\"ranges\":"
                                   "\"192.0.2.0-192.0.2.255\"}");
    buf_fini(&json);
    snow_ranges_free(o.set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_read),
        cmocka_unit_test(it_is_written_as_it_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
