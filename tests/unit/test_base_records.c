/* Records as JSON, and the reader of JSON that others wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/records.h"
#include "snowline/error.h"

static void registrations_round_trip(void **state)
{
    struct snow_registration in = {
        .status = SNOW_REGISTRATION_REGISTERED,
        .created_is_date_only = true,
        .http_code = 200,
        .registrar_iana_id = 9990,
        .created_utc_s = 1509696942,
        .expires_utc_s = SNOW_TIME_UNKNOWN,
        .updated_utc_s = -5,
        .seen_utc_s = 1526810553,
        .domain = "blueomb.com",
        .registrar = "Registrar \"X\", Inc.\n\x1b",
        .nameservers = "ns1.example.net;ns2.example.net",
        .source = "https://rdap.example/domain/blueomb.com",
    };
    struct snow_registration out;
    struct buf a = { 0 }, b = { 0 };

    (void)state;
    record_registration_format_json(&a, &in);
    assert_int_equal(record_registration_parse_json(&out, a.data, a.len), 0);
    record_registration_format_json(&b, &out);
    assert_string_equal(a.data, b.data);
    assert_string_equal(out.registrar, in.registrar);
    assert_int_equal(out.created_utc_s, in.created_utc_s);
    assert_true(out.expires_utc_s == SNOW_TIME_UNKNOWN);
    assert_true(out.created_is_date_only);
    buf_fini(&a);
    buf_fini(&b);
}

static const struct {
    const char *why, *in;
    int code;
} documents[] = {
    { "object", "{\"a\":[1,2]}", 0 },
    { "not closed", "{\"a\":[1,2}", SNOW_ESYNTAX },
    { "HTML", "<html></html>", SNOW_ESYNTAX },
    { "empty", "", SNOW_ESYNTAX },
    { "something behind", "{} {}", SNOW_ESYNTAX },
    { "32 levels",
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 0 },
    { "33 levels",
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
      SNOW_ESYNTAX },
    { "brackets inside text do not nest",
      "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"]", 0 },
};

static void documents_are_bounded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct doc *root = NULL;
        int code = doc_parse(&root, documents[i].in, strlen(documents[i].in));

        if (code != documents[i].code)
            fail_msg("%s: gave %d", documents[i].why, code);
        doc_free(root);
    }
}

static void wrong_kinds_answer_nothing(void **state)
{
    static const char text[] =
        "{\"s\":\"x\",\"n\":7,\"a\":[true],\"z\":\"a\\u0000b\"}";
    struct doc *root;
    int64_t number;

    (void)state;
    assert_int_equal(doc_parse(&root, text, sizeof text - 1), 0);
    assert_string_equal(doc_text(doc_get(root, "s")), "x");
    assert_null(doc_text(doc_get(root, "n")));
    assert_null(doc_text(doc_get(root, "z")));
    assert_null(doc_get(doc_get(root, "s"), "deeper"));
    assert_null(doc_at(doc_get(root, "n"), 0));
    assert_int_equal(doc_n(doc_get(root, "s")), 0);
    assert_true(doc_integer(doc_get(root, "n"), &number));
    assert_int_equal(number, 7);
    assert_false(doc_integer(doc_get(root, "s"), &number));
    assert_true(doc_is_true(doc_at(doc_get(root, "a"), 0)));
    assert_false(doc_is_true(NULL));
    doc_free(root);
}

static void words_are_stable(void **state)
{
    (void)state;
    assert_string_equal(snow_ptr_status_word(SNOW_PTR_NXDOMAIN), "nxdomain");
    assert_string_equal(snow_smtp_status_word(SNOW_SMTP_NOT_SMTP), "not-smtp");
    assert_string_equal(snow_ptr_status_word(99), "?");
    assert_true(snow_ptr_status_is_failure(SNOW_PTR_TIMEOUT));
    assert_false(snow_ptr_status_is_failure(SNOW_PTR_NXDOMAIN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registrations_round_trip),
        cmocka_unit_test(documents_are_bounded),
        cmocka_unit_test(wrong_kinds_answer_nothing),
        cmocka_unit_test(words_are_stable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
