/* Addresses and prefixes: text to key and back, and exact covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "snowline/addr.h"
#include "snowline/error.h"

static const struct {
    const char *why, *in;
    int code;
    const char *out;
} cases[] = {
    { "plain IPv4", "192.0.2.0/24", 0, "192.0.2.0/24" },
    { "an address alone", "192.0.2.7", 0, "192.0.2.7/32" },
    { "all of IPv4", "0.0.0.0/0", 0, "0.0.0.0/0" },
    { "two addresses", "192.0.2.2/31", 0, "192.0.2.2/31" },
    { "length past the end", "192.0.2.0/33", SNOW_ERANGE, NULL },
    { "length past the end, IPv6", "2001:db8::/129", SNOW_ERANGE, NULL },
    { "octal-looking octet", "192.0.02.0/24", SNOW_ESYNTAX, NULL },
    { "octet too large", "192.0.256.0/24", SNOW_ESYNTAX, NULL },
    { "octet much too large", "192.0.99999999999.0", SNOW_ESYNTAX, NULL },
    { "three octets", "192.0.2/24", SNOW_ESYNTAX, NULL },
    { "five octets", "192.0.2.0.1", SNOW_ESYNTAX, NULL },
    { "host bits", "192.0.2.1/24", SNOW_EINVAL, NULL },
    { "no length", "192.0.2.0/", SNOW_ESYNTAX, NULL },
    { "length with a leading zero", "192.0.2.0/024", SNOW_ESYNTAX, NULL },
    { "negative length", "192.0.2.0/-1", SNOW_ESYNTAX, NULL },
    { "empty", "", SNOW_ESYNTAX, NULL },
    { "a name", "example.net", SNOW_ESYNTAX, NULL },
    { "something behind", "192.0.2.0/24x", SNOW_ESYNTAX, NULL },
    { "IPv6", "2001:db8::/32", 0, "2001:db8::/32" },
    { "all of IPv6", "::/0", 0, "::/0" },
    { "IPv6 host", "2001:DB8:0:0:1::1", 0, "2001:db8::1:0:0:1/128" },
    { "IPv6 with a zone", "fe80::1%eth0", SNOW_ESYNTAX, NULL },
    { "far too long",
      "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
      SNOW_ESYNTAX, NULL },
};

static void prefixes_parse_and_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_prefix p;
        char out[SNOW_PREFIX_TEXT_MAX];
        int code = snow_prefix_parse(&p, cases[i].in);

        if (code != cases[i].code)
            fail_msg("%s: '%s' gave %d", cases[i].why, cases[i].in, code);
        if (code == 0) {
            snow_prefix_format(p, out);
            assert_string_equal(out, cases[i].out);
        }
    }
}

static const struct {
    const char *why, *first, *last, *cover;
} covers[] = {
    { "one address", "192.0.2.7", "192.0.2.7", "192.0.2.7/32" },
    { "aligned", "192.0.2.0", "192.0.2.255", "192.0.2.0/24" },
    { "five addresses", "192.0.2.160", "192.0.2.164",
      "192.0.2.160/30 192.0.2.164/32" },
    { "not aligned", "192.0.2.1", "192.0.2.6",
      "192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32" },
    { "across a /24", "192.0.2.255", "192.0.3.0",
      "192.0.2.255/32 192.0.3.0/32" },
    { "all of IPv4", "0.0.0.0", "255.255.255.255", "0.0.0.0/0" },
    { "the end of IPv4", "255.255.255.254", "255.255.255.255",
      "255.255.255.254/31" },
    { "IPv6", "2001:db8::", "2001:db8::2", "2001:db8::/127 2001:db8::2/128" },
    { "the last address of all", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" },
};

static void covers_are_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(covers); i++) {
        struct buf out = { 0 };
        struct snow_range left;
        bool is_more = true;

        assert_int_equal(snow_addr_parse(&left.first, covers[i].first), 0);
        assert_int_equal(snow_addr_parse(&left.last, covers[i].last), 0);
        while (is_more) {
            char text[SNOW_PREFIX_TEXT_MAX];
            struct snow_prefix p;

            is_more = snow_range_next_prefix(&left, &p);
            snow_prefix_format(p, text);
            buf_printf(&out, "%s%s", out.len ? " " : "", text);
        }
        if (strcmp(out.data, covers[i].cover) != 0)
            fail_msg("%s: %s", covers[i].why, out.data);
        buf_fini(&out);
    }
}

static void keys_are_numbers(void **state)
{
    struct snow_addr a = { 7, UINT64_MAX }, b = { 8, 0 };

    (void)state;
    assert_true(snow_addr_compare(snow_addr_add(a, 1), b) == 0);
    assert_true(snow_addr_compare(a, b) < 0);
    assert_int_equal(snow_addr_distance(a, b), 1);
    assert_true(snow_addr_distance((struct snow_addr){ 0, 0 }, b) ==
                UINT64_MAX);
    assert_int_equal(snow_addr_ipv4(snow_addr_from_ipv4(0xc0000207)),
                     0xc0000207);
    assert_true(snow_addr_is_ipv4(snow_addr_from_ipv4(0)));
    assert_false(snow_addr_is_ipv4(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes_parse_and_format),
        cmocka_unit_test(covers_are_exact),
        cmocka_unit_test(keys_are_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
