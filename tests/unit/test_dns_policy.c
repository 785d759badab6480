#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/text.h"
#include "dns/policy.h"
#include "snowline/records.h"

/* clang-format off */
static const struct {
    const char *why;
    struct dns_case c; /* status, tries, tries_max, failures, has_other */
    bool is_final;
} cases[] = {
    { "a name",                 { SNOW_PTR_NAME,     1, 4, 0, true  }, true  },
    { "no such name",           { SNOW_PTR_NXDOMAIN, 1, 4, 0, true  }, true  },
    { "no PTR",                 { SNOW_PTR_NODATA,   1, 4, 0, true  }, true  },
    { "silence once",           { SNOW_PTR_TIMEOUT,  1, 4, 0, false }, false },
    { "silence to the last",    { SNOW_PTR_TIMEOUT,  4, 4, 0, true  }, true  },
    { "silence, one try",       { SNOW_PTR_TIMEOUT,  1, 1, 0, true  }, true  },
    { "SERVFAIL once, alone",   { SNOW_PTR_SERVFAIL, 1, 4, 1, false }, false },
    { "SERVFAIL twice, alone",  { SNOW_PTR_SERVFAIL, 2, 4, 2, false }, true  },
    { "SERVFAIL, one to ask",   { SNOW_PTR_SERVFAIL, 2, 4, 2, true  }, false },
    { "SERVFAIL, no try left",  { SNOW_PTR_SERVFAIL, 4, 4, 2, true  }, true  },
    { "REFUSED once, alone",    { SNOW_PTR_REFUSED,  1, 4, 1, false }, false },
    { "REFUSED twice, alone",   { SNOW_PTR_REFUSED,  2, 4, 2, false }, true  },
    { "REFUSED, one to ask",    { SNOW_PTR_REFUSED,  2, 4, 2, true  }, false },
    { "nonsense once",          { SNOW_PTR_ERROR,    1, 4, 1, true  }, false },
    { "nonsense twice",         { SNOW_PTR_ERROR,    2, 4, 2, true  }, true  },
    { "SERVFAIL after silence", { SNOW_PTR_SERVFAIL, 3, 4, 1, false }, false },
};

static const struct {
    const char *why;
    uint64_t sent_us, heard_us, timeout_us;
    bool counts;
} tries[] = {
    { "heard at the end",            1000, 1990, 1000, true  },
    { "heard after it",              1000, 2500, 1000, true  },
    { "heard in the first half",     1000, 1400, 1000, false },
    { "heard before it was asked",   1000,  900, 1000, false },
    { "never heard",                 1000,    0, 1000, false },
};
/* clang-format on */

static void answers_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (dns_policy_is_final(&cases[i].c) != cases[i].is_final)
            fail_msg("%s", cases[i].why);
}

static void a_try_counts_while_the_server_lives(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tries); i++)
        if (dns_policy_counts(tries[i].sent_us, tries[i].heard_us,
                              tries[i].timeout_us) != tries[i].counts)
            fail_msg("%s", tries[i].why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(a_try_counts_while_the_server_lives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
