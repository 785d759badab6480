/* What may be meant by a name that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/suggest.h"

/* clang-format off */
static const struct {
    const char *why, *a, *b;
    size_t distance;
} distances[] = {
    { "the same", "format", "format", 0 },
    { "nothing", "", "", 0 },
    { "all of it", "", "tier", 4 },
    { "one left out", "formt", "format", 1 },
    { "one too many", "formaat", "format", 1 },
    { "another", "farmat", "format", 1 },
    { "two exchanged", "fromat", "format", 1 },
    { "exchanged and edited: each octet once", "ca", "abc", 3 },
    { "underscores are hyphens", "dns_rate", "dns-rate", 0 },
    { "longer than any name",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", 41 },
};

#define NAMES "format|findings|export|dns-rate|dns-block-rate|smtp|smtp-port|by"

static const struct {
    const char *why, *word, *nearest;
} cases[] = {
    { "a letter less", "formt", "format" },
    { "two exchanged", "findigns", "findings" },
    { "cut short", "exp", "export" },
    { "the nearer of two", "dns-rat", "dns-rate" },
    { "the whole of one, the beginning of another", "smt", "smtp" },
    { "more than a third is wrong", "expatriate", NULL },
    { "a short one is not just any other", "xy", NULL },
    { "all of it is wrong", "b", NULL },
    { "empty", "", NULL },
    { "hostile", "\xff\x1b[31m\xff\xff", NULL },
    { "too long", "formatformatformatformatformatformatformatformat", NULL },
};
/* clang-format on */

static void distances_are_symmetric(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(distances); i++) {
        size_t there = suggest_distance(distances[i].a, distances[i].b);
        size_t back = suggest_distance(distances[i].b, distances[i].a);

        if (there != distances[i].distance || back != there)
            fail_msg("%s: %zu there, %zu back", distances[i].why, there, back);
    }
}

static void nearest_is_near(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char memory[SUGGEST_LEN_MAX + 1];
        struct suggestion s = { .word = cases[i].word };
        const char *want = cases[i].nearest ? cases[i].nearest : "nothing";

        suggest_offer_words(&s, NAMES, memory);
        if (strcmp(s.nearest ? s.nearest : "nothing", want) != 0)
            fail_msg("%s: %s", cases[i].why, s.nearest ? s.nearest : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_symmetric),
        cmocka_unit_test(nearest_is_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
