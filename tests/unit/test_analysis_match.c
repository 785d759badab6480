/* Findings of two scans that are the same, though nothing of them is equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/match.h"
#include "base/text.h"

#define FINDINGS 4
#define RANGES 4

/* A finding: r, s or c; its ranges, "0-3,8"; its domains, a letter each. */
struct drawn {
    const char *kind, *ranges, *domains;
};

/* clang-format off */
static const struct {
    const char *why;
    struct drawn older[FINDINGS], newer[FINDINGS];
    int older_of[FINDINGS]; /* -1: none */
} cases[] = {
    { "none at all", { { 0 } }, { { 0 } }, { 0 } },
    { "the very same", { { "r", "0-3", "a" } }, { { "r", "0-3", "a" } }, { 0 } },
    { "it grew", { { "r", "0-3", "a" } }, { { "r", "0-9", "a" } }, { 0 } },
    { "it shrank", { { "r", "0-9", "a" } }, { { "r", "8-9", "a" } }, { 0 } },
    { "it shifted by half", { { "r", "0-3", "a" } }, { { "r", "2-5", "a" } },
      { 0 } },
    { "two of five are too few", { { "r", "0-4", "a" } },
      { { "r", "3-7", "a" } }, { -1 } },
    { "it shifted by more", { { "r", "0-3", "a" } }, { { "r", "3-6", "a" } },
      { -1 } },
    { "another domain moved in", { { "r", "0-3", "a" } },
      { { "r", "0-3", "b" } }, { -1 } },
    { "another kind is another finding", { { "r", "0-3", "a" } },
      { { "s", "0-3", "a" } }, { -1 } },
    { "half of the domains", { { "c", "0-3,8-9", "abcd" } },
      { { "c", "0-3,8-9", "cdef" } }, { 0 } },
    { "less than half", { { "c", "0-3,8-9", "abcd" } },
      { { "c", "0-3,8-9", "defg" } }, { -1 } },
    { "of several ranges the sum counts", { { "c", "0-1,4-5,8-9", "ab" } },
      { { "c", "1,5,9,20-22", "ab" } }, { 0 } },
    { "ranges apart", { { "c", "0-1,4-5", "ab" } },
      { { "c", "2-3,6-7", "ab" } }, { -1 } },
    { "the closest one", { { "r", "0-7", "a" }, { "r", "4-7", "a" } },
      { { "r", "4-7", "a" } }, { 0 } },
    { "each once: one split in two",
      { { "r", "0-7", "a" } },
      { { "r", "0-3", "a" }, { "r", "5-7", "a" } }, { 0, -1 } },
    { "interleaved",
      { { "r", "0-6", "a" }, { "r", "1-7", "b" } },
      { { "r", "1-7", "b" }, { "r", "0-6", "a" } }, { 1, 0 } },
};
/* clang-format on */

struct findings {
    struct snow_finding all[FINDINGS];
    struct snow_range ranges[FINDINGS][RANGES];
    char letters[FINDINGS][16];
    char *domains[FINDINGS][8];
    struct snow_findings f;
};

static struct snow_addr addr(unsigned long i)
{
    return snow_addr_from_ipv4(0xcb007100 + (uint32_t)i);
}

static void draw_ranges(struct snow_finding *f, const char *text)
{
    char *end;

    while (*text) {
        struct snow_range *r = &f->ranges[f->n_ranges++];
        unsigned long first = strtoul(text, &end, 10), last = first;

        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        *r = (struct snow_range){ addr(first), addr(last) };
        f->ip_count += last - first + 1;
        text = *end == ',' ? end + 1 : end;
    }
    f->first = f->ranges[0].first;
    f->last = f->ranges[f->n_ranges - 1].last;
}

static void draw(struct findings *to, const struct drawn *drawn)
{
    *to = (struct findings){ .f = { .all = to->all } };
    for (size_t i = 0; i < FINDINGS && drawn[i].kind; i++) {
        struct snow_finding *f = &to->all[to->f.n++];

        f->kind = *drawn[i].kind == 'r'   ? SNOW_RUN
                  : *drawn[i].kind == 's' ? SNOW_STRIP
                                          : SNOW_CAMPAIGN;
        f->ranges = to->ranges[i];
        f->domains = to->domains[i];
        draw_ranges(f, drawn[i].ranges);
        for (const char *c = drawn[i].domains; *c; c++) {
            char *text = &to->letters[i][2 * f->n_domains];

            text[0] = *c;
            f->domains[f->n_domains++] = text;
        }
    }
}

static void the_same_is_found_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct findings older, newer;
        size_t of[FINDINGS];

        draw(&older, cases[i].older);
        draw(&newer, cases[i].newer);
        assert_int_equal(analysis_match(of, &older.f, &newer.f), 0);
        for (size_t k = 0; k < newer.f.n; k++) {
            size_t want = cases[i].older_of[k] < 0
                              ? SIZE_MAX
                              : (size_t)cases[i].older_of[k];

            if (of[k] != want)
                fail_msg("%s: number %zu is %zu", cases[i].why, k, of[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_found_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
