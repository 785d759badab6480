/* snowline/asns.h: AS numbers among targets. */
#include "snowline/asns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "snowline/ranges.h"

/* clang-format off */
static const struct {
    const char *why, *in;
    int code;
    uint32_t asn;
    const char *says;
} cases[] = {
    { "plain", "AS64500", 0, 64500, "" },
    { "lower case", "as64500", 0, 64500, "" },
    { "mixed case", "aS1", 0, 1, "" },
    { "documentation, first", "AS64496", 0, 64496, "" },
    { "documentation, last", "AS64511", 0, 64511, "" },
    { "documentation of 32 bits", "AS65536", 0, 65536, "" },
    { "leading zeros are digits", "AS0064500", 0, 64500, "" },
    { "before the private ones", "AS4199999999", 0, 4199999999u, "" },
    { "AS0", "AS0", SNOW_EINVAL, 0, "7607" },
    { "AS0 in other digits", "AS000", SNOW_EINVAL, 0, "7607" },
    { "AS_TRANS", "AS23456", SNOW_EINVAL, 0, "6793" },
    { "private, first", "AS64512", SNOW_EINVAL, 0, "6996" },
    { "private, last", "AS65534", SNOW_EINVAL, 0, "6996" },
    { "the last of 16 bits", "AS65535", SNOW_EINVAL, 0, "7300" },
    { "private of 32 bits, first", "AS4200000000", SNOW_EINVAL, 0, "6996" },
    { "private of 32 bits, last", "AS4294967294", SNOW_EINVAL, 0, "6996" },
    { "the last of 32 bits", "AS4294967295", SNOW_EINVAL, 0, "7300" },
    { "one more", "AS4294967296", SNOW_ERANGE, 0, "past" },
    { "many digits", "AS99999999999999999999999", SNOW_ERANGE, 0, "past" },
    { "asdot", "AS1.10", SNOW_ESYNTAX, 0, "no AS number" },
    { "a tail", "AS64500x", SNOW_ESYNTAX, 0, "no AS number" },
    { "an AS-SET", "AS-EXAMPLE", SNOW_ESYNTAX, 0, "no AS number" },
    { "a sign", "AS-1", SNOW_ESYNTAX, 0, "no AS number" },
    { "digits alone", "64500", SNOW_ESYNTAX, 0, "no AS number" },
    { "letters alone", "AS", SNOW_ESYNTAX, 0, "no AS number" },
    { "nothing", "", SNOW_ESYNTAX, 0, "no AS number" },
};
/* clang-format on */

static void numbers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *why = "";
        uint32_t asn = 0;
        int code = snow_asn_parse(&asn, cases[i].in, &why);

        if (code != cases[i].code || asn != cases[i].asn ||
            !strstr(why, cases[i].says) || (code && !*why))
            fail_msg("%s: '%s' gave %d, %u, '%s'", cases[i].why, cases[i].in,
                     code, asn, why);
    }
}

static void each_is_kept_once_and_in_order(void **state)
{
    struct snow_asns list = { 0 };

    (void)state;
    assert_true(snow_asns_find(&list, 1) == SIZE_MAX);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(snow_asns_add(&list, i * 7919 % 50), 0);
    assert_int_equal(list.n, 50);
    for (uint32_t i = 0; i < 50; i++) {
        assert_int_equal(list.at[i], i);
        assert_int_equal(snow_asns_find(&list, i), i);
    }
    assert_true(snow_asns_find(&list, 50) == SIZE_MAX);
    snow_asns_fini(&list);
    assert_int_equal(list.n, 0);
}

static void files_hold_them_too(void **state)
{
    static const char text[] = "AS64501 # two\n127.0.0.0/31\nas64500\n";
    char path[] = "@/tmp/snowline-asns.XXXXXX";
    struct snow_asns asns = { 0 };
    struct snow_ranges *set;
    struct snow_error err = { 0 };
    int fd = mkstemp(path + 1);

    (void)state;
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    assert_int_equal(snow_ranges_new(&set), 0);
    assert_int_equal(snow_ranges_read_asns(set, &asns, path, &err), 0);
    unlink(path + 1);
    assert_int_equal(snow_ranges_count(set), 2);
    assert_int_equal(asns.n, 2);
    assert_int_equal(asns.at[0], 64500);
    snow_asns_fini(&asns);
    snow_ranges_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(each_is_kept_once_and_in_order),
        cmocka_unit_test(files_hold_them_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
