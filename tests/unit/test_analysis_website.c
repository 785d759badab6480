/* What was seen of a website: kept as JSON and read back, and what it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/website.h"
#include "snowline/error.h"

static void what_is_written_is_read(void **state)
{
    struct analysis_website w = { .status = WEBSITE_PARKED,
                                  .detail = "for-sale",
                                  .sign = "domain is for sale",
                                  .http_status = 200,
                                  .url = "http://www.a.example/?q=\"\xff",
                                  .redirects_to = "market.example",
                                  .address = "2001:db8::1",
                                  .redirects = 2,
                                  .octets = 262144,
                                  .text_octets = 77,
                                  .is_cut = true,
                                  .title = "\xc3\x9c \"A\" \xe4\xb8\xad",
                                  .company = PAGE_COMPANY_YES,
                                  .company_sign = "imprint" };
    struct analysis_website again;
    struct buf one = { 0 }, other = { 0 };

    (void)state;
    analysis_website_format_json(&one, &w);
    assert_int_equal(analysis_website_parse_json(&again, one.data, one.len), 0);
    assert_int_equal(again.status, WEBSITE_PARKED);
    assert_string_equal(again.title, w.title);
    assert_string_equal(again.redirects_to, w.redirects_to);
    assert_int_equal(again.company, PAGE_COMPANY_YES);
    assert_true(again.is_cut);
    assert_string_equal(again.url, "http://www.a.example/?q=\"\xc3\xbf");
    buf_clear(&one);
    analysis_website_format_json(&one, &again);
    assert_int_equal(analysis_website_parse_json(&again, one.data, one.len), 0);
    analysis_website_format_json(&other, &again);
    assert_string_equal(one.data, other.data);
    buf_fini(&one);
    buf_fini(&other);
}

static void what_is_too_long_is_cut_between_characters(void **state)
{
    struct analysis_website w;
    struct buf json = { 0 };
    size_t at = 0, n;

    (void)state;
    buf_add_text(&json,
                 "{\"status\":\"none\",\"names_company\":\"no\",\"title\":\"");
    for (int i = 0; i < 300; i++)
        buf_add_text(&json, "\xe4\xb8\xad");
    buf_add_text(&json, "\"}");
    assert_int_equal(analysis_website_parse_json(&w, json.data, json.len), 0);
    while (w.title[at] && (n = text_utf8((unsigned char *)w.title + at, 4)))
        at += n;
    assert_int_equal(w.title[at], '\0');
    assert_int_equal(at, 198);
    buf_fini(&json);
}

static const char *const damaged[] = {
    "",
    "[]",
    "{}",
    "{\"status\":\"none\"}",
    "{\"status\":\"odd\",\"names_company\":\"no\"}",
    "{\"status\":3,\"names_company\":\"no\"}",
    "{\"status\":\"none\",\"names_company\":\"maybe\"}",
    "{\"status\":\"none\",\"names_company\":\"no\"",
};

static void damaged_records_are_told(void **state)
{
    struct analysis_website w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(damaged); i++)
        if (analysis_website_parse_json(&w, damaged[i], strlen(damaged[i])) !=
            SNOW_ESYNTAX)
            fail_msg("'%s' parses", damaged[i]);
}

/* clang-format off */
static const struct {
    enum website_status status;
    const char *detail;
    int tenths; /* of what is missing; -1: not known */
    bool is_none, is_failure;
} meanings[] = {
    { WEBSITE_NONE,     "nxdomain",    10, true,  false },
    { WEBSITE_REFUSED,  "",            10, true,  false },
    { WEBSITE_DEFAULT,  "server",      10, true,  false },
    { WEBSITE_PARKED,   "held",        10, true,  false },
    { WEBSITE_CONTENT,  "site",         0, false, false },
    { WEBSITE_CONTENT,  "listing",      0, false, false },
    { WEBSITE_CONTENT,  "thin",         5, false, false },
    { WEBSITE_CONTENT,  "script-only", -1, false, false },
    { WEBSITE_CONTENT,  "elsewhere",   -1, false, false },
    { WEBSITE_CONTENT,  "",            -1, false, false },
    { WEBSITE_TIMEOUT,  "",            -1, false, true },
    { WEBSITE_ERROR,    "dns",         -1, false, true },
    { WEBSITE_EXCLUDED, "",            -1, false, false },
};
/* clang-format on */

static void doubt_is_never_absence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        struct analysis_website w = { .status = meanings[i].status };
        double absence;

        text_copy(w.detail, sizeof w.detail, meanings[i].detail);
        absence = analysis_website_absence(&w);
        if ((absence >= 0 ? (int)(absence * 10) : -1) != meanings[i].tenths ||
            analysis_website_is_none(&w) != meanings[i].is_none ||
            analysis_website_is_failure(&w) != meanings[i].is_failure)
            fail_msg("%s %s", analysis_website_status_word(w.status), w.detail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_too_long_is_cut_between_characters),
        cmocka_unit_test(damaged_records_are_told),
        cmocka_unit_test(doubt_is_never_absence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
