/* registration/lifetime.h: how long a document is good. */
#include "registration/lifetime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"

#define NOW 1526815353 /* 2018-05-20T11:22:33Z */
#define DAY 86400

/* clang-format off */
static const struct {
    const char *why, *cache_control, *expires;
    int64_t s;
} cases[] = {
    { "nothing said", "", "", DAY },
    { "less than a day", "max-age=60", "", DAY },
    { "two days", "max-age=172800", "", 2 * DAY },
    { "among others, in any case", "public,Max-Age=172800 , immutable", "",
      2 * DAY },
    { "more than a week", "max-age=31536000", "", 7 * DAY },
    { "more than fits", "max-age=99999999999999999999", "", 7 * DAY },
    { "a date", "", "Tue, 22 May 2018 11:22:33 GMT", 2 * DAY },
    { "a date in words of 1994", "", "Tuesday, 22-May-18 11:22:33 GMT",
      2 * DAY },
    { "a date as C writes it", "", "Tue May 22 11:22:33 2018", 2 * DAY },
    { "a date that has passed", "", "Tue, 22 May 2012 11:22:33 GMT", DAY },
    { "a date years ahead", "", "Tue, 22 May 2035 11:22:33 GMT", 7 * DAY },
    { "the number goes first", "max-age=259200",
      "Tue, 22 May 2018 11:22:33 GMT", 3 * DAY },
    { "a number for shared caches is another", "s-maxage=259200", "", DAY },
    { "no number", "max-age=soon", "Tue, 22 May 2018 11:22:33 GMT", 2 * DAY },
    { "negative", "max-age=-1", "", DAY },
    { "no date", "", "0", DAY },
    { "no such day", "", "Tue, 31 Feb 2018 11:22:33 GMT", DAY },
    { "never", "no-store", "", DAY },
};
/* clang-format on */

static void lifetimes_are_bounded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t s = registration_lifetime_s(cases[i].cache_control,
                                            cases[i].expires, NOW);

        if (s != cases[i].s)
            fail_msg("%s: %lld", cases[i].why, (long long)s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lifetimes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
