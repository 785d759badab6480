/* A number for each block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/marks.h"
#include "base/text.h"

static const struct {
    uint32_t ipv4;
    unsigned least;
} raised[] = {
    { 0x00000000, 1 }, { 0x7f140000, 6 }, { 0x7f1401ff, 15 }, { 0x7f143fff, 2 },
    { 0x7f143f00, 3 }, { 0x7f143f07, 1 }, { 0x7f15ff01, 7 },  { 0xffffffff, 1 },
};

static unsigned wanted(uint32_t ipv4)
{
    unsigned most = 0;

    for (size_t i = 0; i < COUNT_OF(raised); i++)
        if (raised[i].ipv4 >> 8 == ipv4 >> 8 && raised[i].least > most)
            most = raised[i].least;
    return most;
}

static void blocks_are_raised(void **state)
{
    struct marks m = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(raised); i++)
        assert_int_equal(marks_raise(&m, snow_addr_from_ipv4(raised[i].ipv4),
                                     raised[i].least),
                         0);
    for (uint64_t ipv4 = 0; ipv4 <= UINT32_MAX; ipv4 += 128)
        if (marks_get(&m, snow_addr_from_ipv4((uint32_t)ipv4)) !=
            wanted((uint32_t)ipv4))
            fail_msg("%08llx", (unsigned long long)ipv4);
    marks_fini(&m);
    assert_int_equal(marks_get(&m, snow_addr_from_ipv4(0x7f140000)), 0);
    marks_fini(&m);
}

static void ipv6_has_no_blocks(void **state)
{
    struct marks m = { 0 };
    struct snow_addr a = { 0x20010db800000000u, 1 };

    (void)state;
    assert_int_equal(marks_raise(&m, a, 3), 0);
    assert_int_equal(marks_get(&m, a), MARKS_MAX);
    marks_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_raised),
        cmocka_unit_test(ipv6_has_no_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
