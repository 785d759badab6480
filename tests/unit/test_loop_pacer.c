#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/text.h"
#include "loop/pacer.h"

#define START_US 5000000

/* How many tokens leave until @p end_us when each wait is kept to. */
static unsigned run(struct pacer *p, uint64_t now_us, uint64_t end_us)
{
    unsigned n = 0;

    while (now_us < end_us) {
        uint64_t wait_us = pacer_wait_us(p, now_us);

        assert_int_equal(pacer_take(p, now_us), wait_us == 0);
        n += wait_us == 0;
        now_us += wait_us;
    }
    return n;
}

/* clang-format off */
static const struct {
    const char *why;
    double rate, burst;
    uint64_t for_us;
    unsigned n; /* burst at the start, then evenly */
} cases[] = {
    { "one a second",          1,    1,  10000000,    10 },
    { "a thousand",            1000, 1,  1000000,   1000 },
    { "a burst first",         1000, 50, 1000000,   1049 },
    { "a third a second",      1 / 3.0, 1, 30000001,  11 },
    { "a burst below one",     10,   0,  1000000,     10 },
    { "a million",             1e6,  10, 100000,  100009 },
};
/* clang-format on */

static void so_many_leave(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pacer p;
        unsigned n;

        pacer_init(&p, cases[i].rate, cases[i].burst, START_US);
        n = run(&p, START_US, START_US + cases[i].for_us);
        if (n + 1 < cases[i].n || n > cases[i].n + 1)
            fail_msg("%s: %u instead of %u", cases[i].why, n, cases[i].n);
    }
}

static void the_wait_is_always_enough(void **state)
{
    struct pacer p;
    uint64_t now_us = START_US;

    (void)state;
    for (double rate = 0.001; rate < 1e6; rate *= 1.37) {
        pacer_init(&p, rate, 1, now_us);
        for (int i = 0; i < 100; i++) {
            assert_true(pacer_take(&p, now_us));
            now_us += pacer_wait_us(&p, now_us);
        }
    }
}

static void without_a_rate_nothing_waits(void **state)
{
    struct pacer p = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(pacer_take(&p, 0));
    pacer_charge(&p, 0);
    assert_int_equal(pacer_wait_us(&p, 0), 0);
}

static void no_more_than_a_burst_is_saved(void **state)
{
    struct pacer p;

    (void)state;
    pacer_init(&p, 100, 5, START_US);
    for (int i = 0; i < 5; i++)
        assert_true(pacer_take(&p, START_US + 3600000000u));
    assert_false(pacer_take(&p, START_US + 3600000000u));
}

static void credit_is_paid_back(void **state)
{
    struct pacer p;

    (void)state;
    pacer_init(&p, 10, 1, START_US);
    for (int i = 0; i < 4; i++)
        pacer_charge(&p, START_US);
    assert_in_range(pacer_wait_us(&p, START_US), 400000, 400001);
}

static void the_rate_can_change(void **state)
{
    struct pacer p;

    (void)state;
    pacer_init(&p, 1, 1, START_US);
    assert_true(pacer_take(&p, START_US));
    pacer_set_rate(&p, 1000, START_US + 500000); /* half a token is there */
    assert_in_range(pacer_wait_us(&p, START_US + 500000), 500, 501);
    pacer_set_rate(&p, 0, START_US + 500000);
    assert_true(pacer_take(&p, START_US + 500000));
}

static void time_that_goes_back_gives_nothing(void **state)
{
    struct pacer p;

    (void)state;
    pacer_init(&p, 1000, 1, START_US);
    assert_true(pacer_take(&p, START_US));
    assert_false(pacer_take(&p, 0));
    assert_false(pacer_take(&p, START_US));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_leave),
        cmocka_unit_test(the_wait_is_always_enough),
        cmocka_unit_test(without_a_rate_nothing_waits),
        cmocka_unit_test(no_more_than_a_burst_is_saved),
        cmocka_unit_test(credit_is_paid_back),
        cmocka_unit_test(the_rate_can_change),
        cmocka_unit_test(time_that_goes_back_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
