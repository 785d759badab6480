/* Text: numbers, times, and the escapes at every exit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "base/text.h"
#include "snowline/error.h"
#include "snowline/records.h"

static const struct {
    const char *why, *in;
    size_t len;
    const char *escaped, *json, *csv;
} escapes[] = {
    { "plain", "mail.example.com", 16, "mail.example.com",
      "\"mail.example.com\"", "mail.example.com" },
    { "empty", "", 0, "", "\"\"", "" },
    { "quote and comma", "a\"b,c", 5, "a\"b,c", "\"a\\\"b,c\"",
      "\"a\"\"b,c\"" },
    { "terminal escape", "\x1b[31m", 5, "\\x1B[31m", "\"\\u001b[31m\"",
      "\\x1B[31m" },
    { "newline ends no record", "a\r\nb", 4, "a\\x0D\\x0Ab", "\"a\\r\\nb\"",
      "a\\x0D\\x0Ab" },
    { "NUL inside", "a\0b", 3, "a\\x00b", "\"a\\u0000b\"", "a\\x00b" },
    { "UTF-8 stays",
      "b\xc3\xbc"
      "cher",
      7,
      "b\xc3\xbc"
      "cher",
      "\"b\xc3\xbc"
      "cher\"",
      "b\xc3\xbc"
      "cher" },
    { "Latin-1 is no UTF-8",
      "b\xfc"
      "cher",
      6, "b\\xFCcher", "\"b\\u00fccher\"", "b\\xFCcher" },
    { "overlong slash", "\xc0\xaf", 2, "\\xC0\\xAF", "\"\\u00c0\\u00af\"",
      "\\xC0\\xAF" },
    { "surrogate", "\xed\xa0\x80", 3, "\\xED\\xA0\\x80",
      "\"\\u00ed\\u00a0\\u0080\"", "\\xED\\xA0\\x80" },
    { "C1 control that terminals obey", "\xc2\x9b", 2, "\\xC2\\x9B",
      "\"\\u009b\"", "\\xC2\\x9B" },
    { "text turned around", "\xe2\x80\xae", 3, "\\xE2\\x80\\xAE", "\"\\u202e\"",
      "\\xE2\\x80\\xAE" },
    { "a mark that turns it, too", "\xe2\x80\x8f", 3, "\\xE2\\x80\\x8F",
      "\"\\u200f\"", "\\xE2\\x80\\x8F" },
    { "a mark of two octets", "\xd8\x9c", 2, "\\xD8\\x9C", "\"\\u061c\"",
      "\\xD8\\x9C" },
    { "no width, no break", "\xef\xbb\xbf", 3, "\\xEF\\xBB\\xBF", "\"\\ufeff\"",
      "\\xEF\\xBB\\xBF" },
    { "a tag that nobody sees", "\xf3\xa0\x81\x81", 4, "\\xF3\\xA0\\x81\\x81",
      "\"\\udb40\\udc41\"", "\\xF3\\xA0\\x81\\x81" },
    { "a character beyond U+FFFF", "\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80",
      "\"\xf0\x9f\x98\x80\"", "\xf0\x9f\x98\x80" },
    { "cut in the middle of a sequence", "\xe2\x82", 2, "\\xE2\\x82",
      "\"\\u00e2\\u0082\"", "\\xE2\\x82" },
    { "formula", "=cmd()", 6, "=cmd()", "\"=cmd()\"", "'=cmd()" },
    { "formula with a comma", "@a,b", 4, "@a,b", "\"@a,b\"", "\"'@a,b\"" },
    { "TAB before a formula", "\t=1", 3, "\\x09=1", "\"\\t=1\"", "'\\x09=1" },
    { "a lone dash says absent", "-", 1, "-", "\"-\"", "-" },
    { "a dash and more", "-1", 2, "-1", "\"-1\"", "'-1" },
    { "backslash", "a\\b", 3, "a\\b", "\"a\\\\b\"", "a\\b" },
};

static void every_exit_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        struct buf a = { 0 }, b = { 0 }, c = { 0 };

        text_escape(&a, escapes[i].in, escapes[i].len);
        text_json(&b, escapes[i].in, escapes[i].len);
        text_csv(&c, escapes[i].in, escapes[i].len);
        if (strcmp(a.data, escapes[i].escaped) != 0 ||
            strcmp(b.data, escapes[i].json) != 0 ||
            strcmp(c.data ? c.data : "", escapes[i].csv) != 0)
            fail_msg("%s: %s | %s | %s", escapes[i].why, a.data, b.data,
                     c.data);
        buf_fini(&a);
        buf_fini(&b);
        buf_fini(&c);
    }
}

static const struct {
    const char *why, *in;
    int code;
    const char *out;
    bool is_date_only;
} times[] = {
    { "RFC 3339", "2017-11-03T08:15:42Z", 0, "2017-11-03T08:15:42Z", false },
    { "lower case", "2017-11-03t08:15:42z", 0, "2017-11-03T08:15:42Z", false },
    { "fraction of any length", "2018-01-07T23:59:59.881923Z", 0,
      "2018-01-07T23:59:59Z", false },
    { "offset east", "2017-12-24T01:02:03+05:30", 0, "2017-12-23T19:32:03Z",
      false },
    { "offset without colon", "2017-12-24T01:02:03-0700", 0,
      "2017-12-24T08:02:03Z", false },
    { "no zone is UTC", "2017-12-24T01:02:03", 0, "2017-12-24T01:02:03Z",
      false },
    { "date alone", "2018-01-05", 0, "2018-01-05T00:00:00Z", true },
    { "before the epoch", "1969-12-31T23:59:59Z", 0, "1969-12-31T23:59:59Z",
      false },
    { "leap day", "2016-02-29", 0, "2016-02-29T00:00:00Z", true },
    { "century that is no leap year", "1900-02-29", SNOW_ERANGE, NULL, false },
    { "month 13", "2017-13-01", SNOW_ERANGE, NULL, false },
    { "hour 24", "2017-11-03T24:00:00Z", SNOW_ESYNTAX, NULL, false },
    { "words", "yesterday", SNOW_ESYNTAX, NULL, false },
    { "something behind", "2017-11-03T08:15:42Zx", SNOW_ESYNTAX, NULL, false },
    { "empty", "", SNOW_ESYNTAX, NULL, false },
};

/* RFC 4648 §10, and digits past the letters. */
static const struct {
    const char *in;
    size_t len;
    const char *out;
} base64[] = {
    { "", 0, "" },
    { "f", 1, "Zg==" },
    { "fo", 2, "Zm8=" },
    { "foo", 3, "Zm9v" },
    { "foob", 4, "Zm9vYg==" },
    { "fooba", 5, "Zm9vYmE=" },
    { "foobar", 6, "Zm9vYmFy" },
    { "\xff\xef\xbe\0", 4, "/+++AA==" },
};

static void base64_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(base64); i++) {
        struct buf got = { 0 };

        text_base64(&got, base64[i].in, base64[i].len);
        assert_string_equal(got.data ? got.data : "", base64[i].out);
        buf_fini(&got);
    }
}

/* In quotes the cell is the same but for them. */
static void quotes_by_all_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        struct buf cell = { 0 }, want = { 0 };
        bool has_quotes = escapes[i].csv[0] == '"';

        buf_printf(&want, "%s%s%s", has_quotes ? "" : "\"", escapes[i].csv,
                   has_quotes ? "" : "\"");
        text_csv_quoted(&cell, escapes[i].in, escapes[i].len);
        if (strcmp(cell.data, want.data) != 0)
            fail_msg("%s: %s", escapes[i].why, cell.data);
        buf_fini(&cell);
        buf_fini(&want);
    }
}

static void check_fixed(double number)
{
    for (int decimals = 0; decimals < 10; decimals++) {
        struct buf got = { 0 };
        char want[400];

        snprintf(want, sizeof want, "%.*f", decimals, number);
        buf_add_fixed(&got, number, decimals);
        if (strcmp(got.data, want) != 0)
            fail_msg("%.17g to %d: %s, not %s", number, decimals, got.data,
                     want);
        buf_fini(&got);
    }
}

/* Halves are where it could go wrong: 0.125, 2.5, 1.005 (which is less). */
static void fixed_numbers_are_as_printed(void **state)
{
    static const double some[] = { 0,    -0.0, 1,     -1.5,  .5,       1.5,
                                   .125, 2.5,  1.005, 1e300, 1e-9,     99.95,
                                   .045, 1e12, 4e9,   1e11,  INFINITY, NAN };
    uint64_t chance = 1;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(some); i++)
        check_fixed(some[i]);
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t bits = random_next(&chance);

        check_fixed((double)(bits % 200001) / 2000);
        check_fixed((double)bits / 0x1p57);
    }
}

/* Whatever room there is: what is printed is whole. */
static void printing_needs_no_room(void **state)
{
    (void)state;
    for (size_t cap = 1; cap < 40; cap++) {
        char room[40];
        struct buf b;

        buf_init_in(&b, room, cap);
        buf_printf(&b, "%s-%d", "abc", 12345);
        buf_printf(&b, "+%s", "defghij");
        assert_string_equal(b.data, "abc-12345+defghij");
        assert_int_equal(b.len, 17);
        buf_fini(&b);
    }
}

static void times_parse_and_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        char out[TEXT_TIME_MAX];
        bool is_date_only = false;
        int64_t utc_s = 0;
        int code = text_parse_time(&utc_s, &is_date_only, times[i].in);

        if (code != times[i].code)
            fail_msg("%s: '%s' gave %d", times[i].why, times[i].in, code);
        if (code)
            continue;
        text_format_time(utc_s, out);
        if (strcmp(out, times[i].out) != 0 ||
            is_date_only != times[i].is_date_only)
            fail_msg("%s: '%s' gave %s", times[i].why, times[i].in, out);
    }
}

static const struct {
    const char *why, *in;
    uint64_t max;
    int code;
    uint64_t out;
} numbers[] = {
    { "zero", "0", 10, 0, 0 },
    { "the largest", "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
    { "one more", "18446744073709551616", UINT64_MAX, SNOW_ERANGE, 0 },
    { "bound", "65535", 65535, 0, 65535 },
    { "past the bound", "65536", 65535, SNOW_ERANGE, 0 },
    { "digit past a small bound", "9", 5, SNOW_ERANGE, 0 },
    { "sign", "-1", 10, SNOW_ESYNTAX, 0 },
    { "space", " 1", 10, SNOW_ESYNTAX, 0 },
    { "empty", "", 10, SNOW_ESYNTAX, 0 },
};

static void numbers_are_bounded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        uint64_t out = 0;
        int code = text_parse_u64(&out, numbers[i].in, numbers[i].max);

        if (code != numbers[i].code || out != numbers[i].out)
            fail_msg("%s: '%s' gave %d", numbers[i].why, numbers[i].in, code);
    }
}

static void errors_are_one_safe_line(void **state)
{
    struct snow_error err;

    (void)state;
    assert_int_equal(snow_fail(&err, SNOW_EIO, "bad\n\x1b[2J%s", "\x07"),
                     SNOW_EIO);
    assert_string_equal(err.text, "bad\\x0A\\x1B[2J\\x07");
    assert_int_equal(snow_fail(NULL, SNOW_EFULL, "x"), SNOW_EFULL);
    assert_string_equal(snow_strerror(SNOW_EFULL), "no space left");
    assert_string_equal(snow_strerror(-999), "unknown error");
}

static void unknown_time_prints_as_nothing(void **state)
{
    char out[TEXT_TIME_MAX];

    (void)state;
    text_format_time(SNOW_TIME_UNKNOWN, out);
    assert_string_equal(out, "");
    text_format_time(INT64_MAX, out);
    assert_string_equal(out, "");
}

static const struct {
    const char *why, *in;
    bool is_one;
} mailboxes[] = {
    { "what a mail program takes for an option", "-oQ/x@a.example", false },
    { "a hyphen further on", "a-b-@a.example", true },
    { "plain", "abuse@host.example", true },
    { "atoms of odd characters", "a+b=c/d!e@host.example", true },
    { "inner dots and hyphens", "net.abuse@a-b.co.example", true },
    { "an A-label", "abuse@xn--bcher-kva.example", true },
    { "64 octets before the @",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.cc",
      true },
    { "65",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "@b.cc",
      false },
    { "nothing", "", false },
    { "no @", "abuse.host.example", false },
    { "no local part", "@host.example", false },
    { "no domain", "abuse@", false },
    { "one label", "abuse@localhost", false },
    { "two @", "a@b@host.example", false },
    { "dots side by side", "a..b@host.example", false },
    { "a dot in front", ".a@host.example", false },
    { "a dot before the @", "a.@host.example", false },
    { "a blank", "a b@host.example", false },
    { "a quoted blank", "\"a b\"@host.example", false },
    { "a line's end", "a@host.example\n", false },
    { "a display name", "Abuse <a@host.example>", false },
    { "a comma", "a@host.example,b@host.example", false },
    { "a literal", "a@[192.0.2.1]", false },
    { "a bare address", "a@192.0.2.1", false },
    { "UTF-8", "m\xc3\xbcller@host.example", false },
    { "UTF-8 in the domain", "a@h\xc3\xb6st.example", false },
    { "an empty label", "a@host..example", false },
    { "a final dot", "a@host.example.", false },
    { "a hyphen in front of a label", "a@-host.example", false },
    { "a hyphen at a label's end", "a@host-.example", false },
    { "a hyphen at the end", "a@host.example-", false },
    { "an underscore in the domain", "a@ho_st.example", false },
    { "a label of 64",
      "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaa.example",
      false },
};

static void mailboxes_are_told(void **state)
{
    char text[300];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(mailboxes); i++)
        if (text_is_mailbox(mailboxes[i].in) != mailboxes[i].is_one)
            fail_msg("%s: '%s'", mailboxes[i].why, mailboxes[i].in);
    /* 254 octets are the most (RFC 5321 §4.5.3.1.3 less its two brackets) */
    memset(text, 'a', sizeof text);
    for (size_t i = 50; i < sizeof text; i += 50)
        text[i] = '.';
    text[1] = '@';
    text[254] = '\0';
    assert_true(text_is_mailbox(text));
    text[254] = 'a';
    text[255] = '\0';
    assert_false(text_is_mailbox(text));
}

/* clang-format off */
static const struct {
    const char *why, *in;
    bool is_one;
} host_names[] = {
    { "one label", "rpz", true },
    { "labels, hyphens, digits", "9-a.xn--p1ai", true },
    { "nothing", "", false },
    { "a dot alone", ".", false },
    { "a dot behind", "a.example.", false },
    { "an address", "192.0.2.1", false },
    { "two lines", "a.example\nb.example", false },
    { "what a zone file would take for its own", "$ORIGIN", false },
    { "a wildcard", "*.example", false },
    { "an escaped dot", "a\\.b.example", false },
    { "a space", "a b.example", false },
    { "octets past ASCII", "b\xc3\xbc.example", false },
};
/* clang-format on */

static void host_names_are_told(void **state)
{
    char text[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(host_names); i++)
        if (text_is_host_name(host_names[i].in) != host_names[i].is_one)
            fail_msg("%s: '%s'", host_names[i].why, host_names[i].in);
    memset(text, 'a', sizeof text);
    for (size_t i = 50; i < sizeof text; i += 50)
        text[i] = '.';
    text[253] = '\0'; /* 255 octets on the wire (RFC 1035 §2.3.4) */
    assert_true(text_is_host_name(text));
    text[253] = 'a';
    text[254] = '\0';
    assert_false(text_is_host_name(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_exit_escapes),
        cmocka_unit_test(base64_matches),
        cmocka_unit_test(quotes_by_all_means),
        cmocka_unit_test(fixed_numbers_are_as_printed),
        cmocka_unit_test(printing_needs_no_room),
        cmocka_unit_test(times_parse_and_format),
        cmocka_unit_test(numbers_are_bounded),
        cmocka_unit_test(mailboxes_are_told),
        cmocka_unit_test(host_names_are_told),
        cmocka_unit_test(errors_are_one_safe_line),
        cmocka_unit_test(unknown_time_prints_as_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
