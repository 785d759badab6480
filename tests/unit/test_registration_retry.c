/* registration/pace.h: Retry-After in its forms, and what follows from it. */
#include "registration/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "snowline/records.h"

#define NOW 784111777 /* 1994-11-06T08:49:37Z, as in RFC 9110 §5.6.7 */
#define S 1000000u

/* clang-format off */
static const struct {
    const char *why, *header;
    unsigned limited, wait_s;
} cases[] = {
    { "seconds", "30", 0, 30 },
    { "seconds, whatever came before", "30", 4, 30 },
    { "the most that is waited out", "300", 0, 300 },
    { "an hour is cut", "3600", 0, 300 },
    { "more than any number", "99999999999999999999999", 0, 300 },
    { "none", "", 0, 5 },
    { "none, for the second time", "", 1, 10 },
    { "none, for the fourth time", "", 3, 40 },
    { "none, for the hundredth time", "", 99, 300 },
    { "zero says nothing", "0", 0, 5 },
    { "zero, for the second time", "0", 1, 10 },
    { "a date", "Sun, 06 Nov 1994 08:50:07 GMT", 0, 30 },
    { "a date of RFC 850", "Sunday, 06-Nov-94 08:50:07 GMT", 0, 30 },
    { "a date of C's asctime()", "Sun Nov  6 08:50:07 1994", 0, 30 },
    { "a day beyond the month", "Sun Nov 31 08:50:07 1994", 0, 5 },
    { "a date far off", "Sun, 06 Nov 2094 08:49:37 GMT", 0, 300 },
    { "a date that has passed", "Sun, 06 Nov 1994 08:49:36 GMT", 0, 5 },
    { "now", "Sun, 06 Nov 1994 08:49:37 GMT", 0, 5 },
    { "another zone", "Sun, 06 Nov 1994 08:50:07 CET", 0, 5 },
    { "something behind it", "Sun, 06 Nov 1994 08:50:07 GMT x", 0, 5 },
    { "no such month", "Sun, 06 Nix 1994 08:50:07 GMT", 0, 5 },
    { "a signed day", "Sun, -6 Nov 1994 08:50:07 GMT", 0, 5 },
    { "a long clock", "Sun, 06 Nov 1994 108:50:07 GMT", 0, 5 },
    { "negative", "-1", 0, 5 },
    { "a fraction", "1.5", 0, 5 },
    { "words", "in a while", 0, 5 },
    { "half a date", "Sun, 06 Nov", 0, 5 },
};
/* clang-format on */

static void waits_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned wait_s =
            registration_retry_s(cases[i].header, NOW, cases[i].limited);

        if (wait_s != cases[i].wait_s)
            fail_msg("%s: '%s' gave %u s", cases[i].why, cases[i].header,
                     wait_s);
    }
}

/* Questions that may be sent from one moment to another, tried each 10 ms. */
static unsigned count(struct registration_pace *p, uint64_t from_us,
                      uint64_t to_us)
{
    unsigned n = 0;

    for (uint64_t t = from_us; t < to_us; t += 10000)
        n += registration_pace_take(p, t);
    return n;
}

static void a_host_is_asked_evenly(void **state)
{
    struct registration_pace p;

    (void)state;
    registration_pace_init(&p, 1, 0);
    assert_int_equal(count(&p, 0, 500000), PACE_BURST);
    assert_int_equal(count(&p, 500000, 10 * S + 500000), 10);
    assert_int_equal(registration_pace_wait_us(&p, 10 * S + 500000) / 100000,
                     5);
}

static void too_many_halves_once_and_recovers_slowly(void **state)
{
    struct registration_pace p;
    uint64_t t = 100 * S;

    (void)state;
    registration_pace_init(&p, 1, 0);
    /* two were under way: one complaint */
    registration_pace_limited(&p, 30, t - 2000, t);
    registration_pace_limited(&p, 10, t - 1000, t + 1000);
    assert_true(p.pacer.rate == 0.5);
    assert_int_equal(registration_pace_wait_us(&p, t), 30 * S);
    assert_int_equal(count(&p, t, t + 30 * S), 0);
    /* half the rate, and nothing saved up meanwhile */
    assert_int_equal(count(&p, t + 30 * S, t + 50 * S), 10);

    /* many answers at once restore nothing, time does */
    for (int i = 0; i < 1000; i++)
        registration_pace_answered(&p, t + 9 * S);
    assert_true(p.pacer.rate == 0.5);
    for (uint64_t i = 1; i <= 15; i++)
        registration_pace_answered(&p, t + 10 * i * S);
    assert_true(p.pacer.rate > 0.9 && p.pacer.rate < 1);
    for (uint64_t i = 16; i <= 20; i++)
        registration_pace_answered(&p, t + 10 * i * S);
    assert_true(p.pacer.rate == 1);
}

static void the_rate_has_a_floor(void **state)
{
    struct registration_pace p;

    (void)state;
    registration_pace_init(&p, 1, 0);
    for (uint64_t t = 1; t < 30; t++)
        registration_pace_limited(&p, 1, t * S, t * S);
    assert_true(p.pacer.rate == 1.0 / 64);
}

static void without_a_rate_pauses_still_hold(void **state)
{
    struct registration_pace p;

    (void)state;
    registration_pace_init(&p, 0, 0);
    assert_int_equal(count(&p, 0, S), 100);
    registration_pace_limited(&p, 5, S, S);
    assert_int_equal(count(&p, S, 6 * S), 0);
    assert_int_equal(count(&p, 6 * S, 7 * S), 100);
}

static void a_dead_host_is_left_alone(void **state)
{
    struct registration_pace p;
    uint64_t reopened = PACE_RETRY_MAX_S * S;

    (void)state;
    registration_pace_init(&p, 1, 0);
    for (int i = 0; i < PACE_FAILURES; i++) {
        assert_int_equal(registration_pace_closed(&p, 0), 0);
        registration_pace_failed(&p, 0);
    }
    assert_int_equal(registration_pace_closed(&p, reopened - 1),
                     SNOW_REGISTRATION_UNKNOWN);
    assert_int_equal(registration_pace_closed(&p, reopened), 0);
    registration_pace_failed(&p, reopened); /* still dead: one was enough */
    assert_int_equal(registration_pace_closed(&p, reopened),
                     SNOW_REGISTRATION_UNKNOWN);
    registration_pace_answered(&p, reopened); /* a late one, and a good one */
    assert_int_equal(registration_pace_closed(&p, reopened), 0);
    registration_pace_failed(&p, reopened);
    assert_int_equal(registration_pace_closed(&p, reopened), 0);
}

static void a_host_that_has_had_enough_is_left_alone(void **state)
{
    struct registration_pace p;

    (void)state;
    registration_pace_init(&p, 1, 0);
    for (int i = 0; i < PACE_LIMITED; i++) {
        assert_int_equal(registration_pace_closed(&p, 0), 0);
        registration_pace_limited(&p, 1, 0, 0);
    }
    assert_int_equal(registration_pace_closed(&p, 0),
                     SNOW_REGISTRATION_LIMITED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_are_read),
        cmocka_unit_test(a_host_is_asked_evenly),
        cmocka_unit_test(too_many_halves_once_and_recovers_slowly),
        cmocka_unit_test(the_rate_has_a_floor),
        cmocka_unit_test(without_a_rate_pauses_still_hold),
        cmocka_unit_test(a_dead_host_is_left_alone),
        cmocka_unit_test(a_host_that_has_had_enough_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
