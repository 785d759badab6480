/* A bit for each block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/marks.h"
#include "base/text.h"

static const uint32_t marked[] = { 0x00000000, 0x7f140000, 0x7f143fff,
                                   0x7f15ff01, 0xffffffff };

static bool is_marked(uint32_t ipv4)
{
    for (size_t i = 0; i < COUNT_OF(marked); i++)
        if (marked[i] >> 8 == ipv4 >> 8)
            return true;
    return false;
}

static void blocks_are_marked(void **state)
{
    struct marks m = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(marked); i++)
        assert_int_equal(marks_set(&m, snow_addr_from_ipv4(marked[i])), 0);
    for (uint64_t ipv4 = 0; ipv4 <= UINT32_MAX; ipv4 += 128)
        if (marks_has(&m, snow_addr_from_ipv4((uint32_t)ipv4)) !=
            is_marked((uint32_t)ipv4))
            fail_msg("%08llx", (unsigned long long)ipv4);
    assert_true(marks_has(&m, (struct snow_addr){ 0x20010db800000000u, 1 }));
    marks_fini(&m);
    assert_false(marks_has(&m, snow_addr_from_ipv4(marked[0])));
    marks_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_marked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
