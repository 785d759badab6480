/* import/members.h and import/name.h: the words of a line. */
#include "import/members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "import/name.h"
#include "snowline/error.h"

/* clang-format off */
static const struct {
    const char *why, *line;
    const char *a; /**< the text of member "a"; NULL: the line is bad */
} lines[] = {
    { "a text", "{\"a\":\"x\"}", "x" },
    { "blanks everywhere", " { \"b\" : 1 , \"a\" :\t\"x\" } \r", "x" },
    { "not there", "{\"b\":\"x\"}", "" },
    { "no text", "{\"a\":1}", "" },
    { "an object without members", "{}", "" },
    { "twice: the last", "{\"a\":\"x\",\"a\":\"y\"}", "y" },
    { "its name in escapes", "{\"\\u0061\":\"x\"}", "x" },
    { "the same name further in", "{\"b\":{\"a\":\"y\"},\"c\":[{\"a\":1}]}", "" },
    { "brackets and quotes in texts", "{\"b\":\"}]\\\"{\",\"a\":\"x\"}", "x" },
    { "a backslash before the closing quote", "{\"b\":\"\\\\\",\"a\":\"x\"}",
      "x" },
    { "the escapes of JSON", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}",
      "\"\\/\b\f\n\r\t\xc3\xa9" },
    { "two that are one character", "{\"a\":\"\\ud83d\\ude00\"}",
      "\xf0\x9f\x98\x80" },
    { "half of one", "{\"a\":\"\\ud83dx\"}", "\xed\xa0\xbdx" },
    { "the escapes of C", "{\"a\":\"\\x41\\a\\v\\101\\7\"}", "A\a\vA\a" },
    { "depth that is allowed",
      "{\"b\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],"
      "\"a\":\"x\"}", "x" },
    { "too deep",
      "{\"b\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
      "}", NULL },
    { "no object", "[\"a\"]", NULL },
    { "nothing", "", NULL },
    { "something behind it", "{} x", NULL },
    { "not closed", "{\"a\":\"x\"", NULL },
    { "a text not closed", "{\"a\":\"x}", NULL },
    { "brackets that do not match", "{\"b\":[}]}", NULL },
    { "no colon", "{\"a\" \"x\"}", NULL },
    { "no comma", "{\"a\":\"x\" \"b\":1}", NULL },
    { "a comma too many", "{\"a\":\"x\",}", NULL },
    { "no value", "{\"a\":}", NULL },
    { "a name that is no text", "{a:1}", NULL },
    { "an escape that nobody writes", "{\"a\":\"\\q\"}", NULL },
    { "an escape cut off", "{\"a\":\"\\u00e\"}", NULL },
    { "octal past an octet", "{\"a\":\"\\777\"}", NULL },
};

static const struct {
    const char *why, *in;
    const char *out; /**< NULL: it is none */
} names[] = {
    { "as it is kept", "mail.example.com", "mail.example.com" },
    { "upper case and a final dot", "MAIL.Example.com.", "mail.example.com" },
    { "one label", "localhost", "localhost" },
    { "the root", ".", "." },
    { "an octet by its number", "a\\032b", "a\\032b" },
    { "by its hexadecimal number", "a\\x20b", "a\\032b" },
    { "as it is", "a b\xc3\xa9", "a\\032b\\195\\169" },
    { "a letter by its number", "\\065x", "ax" },
    { "a dot that is no end", "a\\.b.c", "a\\.b.c" },
    { "a final dot that is no end", "a\\.", "a\\." },
    { "a final dot behind a backslash", "a\\\\.", "a\\\\" },
    { "nothing", "", NULL },
    { "two dots", "a..b", NULL },
    { "a dot before", ".a", NULL },
    { "two final dots", "a..", NULL },
    { "a number past an octet", "a\\256", NULL },
    { "a backslash at the end", "a\\", NULL },
    { "half a number", "a\\12", NULL },
    { "a label of 63",
      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123",
      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123" },
    { "a label of 64",
      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234",
      NULL },
};

static const struct {
    const char *in;
    int64_t utc_s;
} times[] = {
    { "2018-05-20T11:02:33Z", 1526814153 },
    { "2018-05-20T13:02:33.999999999+02:00", 1526814153 },
    { "2018-05-20 11:02:33", 1526814153 },
    { "1526814153", 1526814153 },
    { "1526814153.25", 1526814153 },
    { "1526814153123", 1526814153 },
    { "1526814153123456789", 1526814153 },
    { "", SNOW_TIME_UNKNOWN },
    { "yesterday", SNOW_TIME_UNKNOWN },
    { "-5", SNOW_TIME_UNKNOWN },
    { "99999999999999999999999", SNOW_TIME_UNKNOWN },
};

static const struct {
    const char *in, *out; /**< NULL: none */
} addrs[] = {
    { "192.0.2.5", "192.0.2.5" },
    { "5.2.0.192.in-addr.arpa", "192.0.2.5" },
    { "5.2.0.192.IN-ADDR.arpa.", "192.0.2.5" },
    { "2001:DB8::1", "2001:db8::1" },
    { "5.2.0.192", "5.2.0.192" },
    { "05.2.0.192.in-addr.arpa", NULL },
    { "256.2.0.192.in-addr.arpa", NULL },
    { "5.0-63.2.0.192.in-addr.arpa", NULL },
    { "2.0.192.in-addr.arpa", NULL },
    { "5.2.0.192.in-addr.arpa.example", NULL },
    { "", NULL },
};
/* clang-format on */

static void lines_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct members_value object, a;
        const struct members_want want = { "a", &a };
        struct buf text = { 0 };
        int code = members_line(&object, lines[i].line, strlen(lines[i].line));

        if (!code)
            code = members_get(&object, &want, 1);
        if (!code)
            code = members_text(&text, &a, MEMBERS_CHARACTERS);
        buf_add(&text, "", 0);
        if ((code == 0) != (lines[i].a != NULL) ||
            (lines[i].a && strcmp(text.data, lines[i].a) != 0))
            fail_msg("%s: %d, '%s'", lines[i].why, code, text.data);
        buf_fini(&text);
    }
}

static void names_are_written_as_they_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char out[SNOW_NAME_MAX] = "";
        int code = import_name(out, names[i].in, strlen(names[i].in));

        if ((code == 0) != (names[i].out != NULL) ||
            (names[i].out && strcmp(out, names[i].out) != 0))
            fail_msg("%s: %d, '%s'", names[i].why, code, out);
    }
}

/* 255 octets on the wire, the root's among them, and not one more. */
static void the_longest_name_fits(void **state)
{
    char in[4 * 254 + 8], out[SNOW_NAME_MAX];
    size_t len = 0;

    (void)state;
    for (int i = 0; i < 250; i++) {
        if (i % 63 == 0 && i > 0)
            in[len++] = '.';
        memcpy(in + len, "\\001", 4);
        len += 4;
    }
    assert_int_equal(import_name(out, in, len), 0);
    assert_int_equal(strlen(out), len);
    in[len] = '.';
    assert_int_equal(import_name(out, in, len + 1), 0);
    memcpy(in + len, "\\001", 4);
    assert_int_equal(import_name(out, in, len + 4), SNOW_ESYNTAX);
}

static void times_and_addresses_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(times); i++)
        if (import_time(times[i].in, strlen(times[i].in)) != times[i].utc_s)
            fail_msg("time '%s'", times[i].in);
    for (size_t i = 0; i < COUNT_OF(addrs); i++) {
        struct snow_addr a;
        char text[SNOW_ADDR_TEXT_MAX] = "";
        int code = import_addr(&a, addrs[i].in, strlen(addrs[i].in));

        if (!code)
            snow_addr_format(a, text);
        if ((code == 0) != (addrs[i].out != NULL) ||
            (addrs[i].out && strcmp(text, addrs[i].out) != 0))
            fail_msg("address '%s': '%s'", addrs[i].in, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_taken_apart),
        cmocka_unit_test(names_are_written_as_they_are_kept),
        cmocka_unit_test(the_longest_name_fits),
        cmocka_unit_test(times_and_addresses_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
