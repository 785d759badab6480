/* Rates and the time that is left: no jumps, no division by zero. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "base/eta.h"
#include "base/random.h"

static void a_steady_pace_is_told_exactly(void **state)
{
    struct eta e = { 0 };
    struct eta_told t = { 0 };

    (void)state;
    for (unsigned s = 0; s <= 60; s++)
        t = eta_update(&e, 100 + s, 5000 + 100 * s, 5000 + 10000);
    assert_true(fabs(t.rate_per_s - 100) < 0.01);
    assert_true(fabs(t.left_s - 40) < 0.5);
}

static void what_was_done_before_is_no_work(void **state)
{
    struct eta e = { 0 };
    struct eta_told t = eta_update(&e, 1, 1000000, 1000100);

    (void)state;
    assert_true(t.rate_per_s == 0 && t.left_s < 0);
    eta_update(&e, 2, 1000010, 1000100);
    t = eta_update(&e, 3, 1000020, 1000100);
    assert_true(fabs(t.rate_per_s - 10) < 0.01);
    assert_true(fabs(t.left_s - 8) < 0.5);
}

static void nothing_is_guessed(void **state)
{
    static const struct {
        const char *why;
        double now_s;
        uint64_t done, of;
        bool is_known;
    } steps[] = {
        { "first look", 0, 0, 100, false },
        { "too early", 1, 10, 100, false },
        { "the same moment again", 1, 10, 100, false },
        { "two seconds", 2, 20, 100, true },
        { "all is done", 3, 100, 100, true },
        { "more than all", 4, 120, 100, true },
        { "more has come", 5, 120, 240, true },
        { "nobody knows of how many", 6, 130, 0, false },
    };
    struct eta e = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct eta_told t =
            eta_update(&e, steps[i].now_s, steps[i].done, steps[i].of);

        if ((t.left_s >= 0) != steps[i].is_known || !isfinite(t.rate_per_s))
            fail_msg("%s: %g left at %g/s", steps[i].why, t.left_s,
                     t.rate_per_s);
    }
}

/* One that comes to a halt: the time grows, then it is no estimate. */
static void a_halt_is_noticed(void **state)
{
    struct eta e = { 0 };
    struct eta_told t = { 0 };
    double before_s;

    (void)state;
    for (unsigned s = 0; s <= 30; s++)
        t = eta_update(&e, s, 10 * s, 1000);
    before_s = t.left_s;
    for (unsigned s = 31; s <= 60; s++)
        t = eta_update(&e, s, 300, 1000);
    assert_true(t.left_s > before_s);
    for (unsigned s = 61; s <= 600; s++)
        t = eta_update(&e, s, 300, 1000);
    assert_true(t.left_s < 0);
}

/* A pace that swings by a factor of ten every second: what is told changes by
 * less than a fifth from one second to the next. */
static void it_does_not_jump(void **state)
{
    struct eta e = { 0 };
    uint64_t chance = 3, done = 0;
    double last_s = -1;

    (void)state;
    for (unsigned s = 0; s < 300; s++) {
        struct eta_told t = eta_update(&e, s, done, 1000000);

        done += random_below(&chance, 2) ? 2000 : 200;
        if (s > 10 && fabs(t.left_s - last_s) > last_s / 5)
            fail_msg("second %u: %g after %g", s, t.left_s, last_s);
        last_s = t.left_s;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_pace_is_told_exactly),
        cmocka_unit_test(what_was_done_before_is_no_work),
        cmocka_unit_test(nothing_is_guessed),
        cmocka_unit_test(a_halt_is_noticed),
        cmocka_unit_test(it_does_not_jump),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
