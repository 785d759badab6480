/* The line of progress, in windows of every width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "base/bar.h"
#include "base/random.h"

static const struct bar_part sweep = {
    "sweep", "addresses", 6750,
    16384,   18312,       { { "names", 1204 }, { "timeouts", 12 } }
};
static const struct bar_part later[] = {
    { "greeted", "", 12, 40, 3.5, { { "open", 9 } } },
    { "domains", "", 3, 9, 1, { { NULL, 0 } } },
    { "websites", "", 0, 1500, 0, { { NULL, 0 } } },
};

static const struct {
    const char *why;
    const struct bar_part *parts;
    size_t n;
    double left_s;
    unsigned columns;
    const char *line;
} lines[] = {
    { "all of it", &sweep, 1, 130, 120,
      "sweep 41.1 % of 16,384 addresses 18.3k/s names 1,204 timeouts 12 left "
      "2:10" },
    { "just fits", &sweep, 1, 130, 74,
      "sweep 41.1 % of 16,384 addresses 18.3k/s names 1,204 timeouts 12 left "
      "2:10" },
    { "the second hits go first", &sweep, 1, 130, 73,
      "sweep 41.1 % of 16,384 addresses 18.3k/s names 1,204 left 2:10" },
    { "then the total", &sweep, 1, 130, 60,
      "sweep 41.1 % 18.3k/s names 1,204 left 2:10" },
    { "then all hits", &sweep, 1, 130, 40, "sweep 41.1 % 18.3k/s left 2:10" },
    { "then the rate", &sweep, 1, 130, 25, "sweep 41.1 % left 2:10" },
    { "what is left over is cut", &sweep, 1, 130, 9, "sweep 41." },
    { "one column", &sweep, 1, 130, 1, "s" },
    { "no estimate", &sweep, 1, -1, 45, "sweep 41.1 % 18.3k/s names 1,204" },
    { "several at once", later, 3, 31, 80,
      "greeted 12/40 open 9 | domains 3/9 | websites 0/1,500 left 0:31" },
    { "without hits", later, 3, 31, 60,
      "greeted 12/40 | domains 3/9 | websites 0/1,500 left 0:31" },
    { "parts that have no room are counted", later, 3, 31, 50,
      "greeted 12/40 | domains 3/9 +1 left 0:31" },
    { "down to the first", later, 3, 31, 30, "greeted 12/40 +2 left 0:31" },
};

static void lines_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct buf b = { 0 };

        bar_format(&b, lines[i].parts, lines[i].n, lines[i].left_s,
                   lines[i].columns);
        if (strcmp(b.data, lines[i].line) != 0)
            fail_msg("%s: '%s'", lines[i].why, b.data);
        buf_fini(&b);
    }
}

static const struct {
    const char *why;
    struct bar_part part;
    const char *line;
} shares[] = {
    { "nothing yet", { "a", "", 0, 3, 0, { { NULL, 0 } } }, "a 0.0 % of 3" },
    { "rounded down", { "a", "", 2, 3, 0, { { NULL, 0 } } }, "a 66.6 % of 3" },
    { "one is missing",
      { "a", "", 16383, 16384, 0, { { NULL, 0 } } },
      "a 99.9 % of 16,384" },
    { "one of 2^63, where a double cannot tell",
      { "a",
        "",
        ((uint64_t)1 << 63) - 1,
        (uint64_t)1 << 63,
        0,
        { { NULL, 0 } } },
      "a 99.9 % of 9,223,372,036,854,775,808" },
    { "all", { "a", "", 3, 3, 0, { { NULL, 0 } } }, "a 100.0 % of 3" },
    { "more than all, as targets are found late",
      { "a", "", 4, 3, 0, { { NULL, 0 } } },
      "a 100.0 % of 3" },
    { "nobody knows of how many",
      { "a", "mails", 1234, 0, 0, { { NULL, 0 } } },
      "a 1,234 mails" },
    { "none of none", { "a", "", 0, 0, 0, { { NULL, 0 } } }, "a 0" },
    { "octets",
      { "reading", "octets", 41200000, 100000000, 35.2e6, { { "names", 7 } } },
      "reading 41.2 % of 100 MB 35.2 MB/s names 7" },
    { "nothing to count",
      { "scores", NULL, 0, 0, 0, { { NULL, 0 } } },
      "scores" },
    { "octets without end",
      { "reading", "octets", 999, 0, 0, { { NULL, 0 } } },
      "reading 999 B" },
    { "no hits are hits, too",
      { "a", "", 1, 2, 0, { { "names", 0 }, { "timeouts", 0 } } },
      "a 50.0 % of 2 names 0" },
};

static void shares_are_true(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        struct buf b = { 0 };

        bar_format(&b, &shares[i].part, 1, -1, 120);
        if (strcmp(b.data, shares[i].line) != 0)
            fail_msg("%s: '%s'", shares[i].why, b.data);
        buf_fini(&b);
    }
}

static const struct {
    const char *why;
    double n;
    const char *plain, *octets, *time;
} numbers[] = {
    { "zero", 0, "0", "0 B", "0:00" },
    { "less than one", 0.4, "0", "0 B", "0:00" },
    { "seconds", 59.9, "60", "60 B", "0:59" },
    { "a minute", 60, "60", "60 B", "1:00" },
    { "no thousand yet", 999, "999", "999 B", "16:39" },
    { "rounds up to one", 999.6, "1.0k", "1.0 KB", "16:39" },
    { "an hour", 3600, "3.6k", "3.6 KB", "1:00:00" },
    { "an hour and more", 3725, "3.7k", "3.7 KB", "1:02:05" },
    { "three digits at most", 123456, "123k", "123 KB", "34:17:36" },
    { "a million", 1e6, "1.0M", "1.0 MB", "277:46:40" },
    { "past every letter", 1e18, "1000000T", "1000000 TB", "0:00" },
    { "no number", NAN, "0", "0 B", "0:00" },
    { "without end", INFINITY, "0", "0 B", "0:00" },
    { "negative", -3, "0", "0 B", "0:00" },
};

static void numbers_are_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct buf b = { 0 };

        bar_short(&b, numbers[i].n, false);
        buf_add_char(&b, '|');
        bar_short(&b, numbers[i].n, true);
        buf_add_char(&b, '|');
        bar_time(&b, numbers[i].n);
        if (strncmp(b.data, numbers[i].plain, strlen(numbers[i].plain)) != 0 ||
            !strstr(b.data, numbers[i].octets) ||
            strcmp(strrchr(b.data, '|') + 1, numbers[i].time) != 0)
            fail_msg("%s: '%s'", numbers[i].why, b.data);
        buf_fini(&b);
    }
}

static void counts_have_commas(void **state)
{
    static const struct {
        uint64_t n;
        const char *text;
    } counts[] = {
        { 0, "0" },
        { 999, "999" },
        { 1000, "1,000" },
        { 1002003, "1,002,003" },
        { UINT64_MAX, "18,446,744,073,709,551,615" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct buf b = { 0 };

        bar_count(&b, counts[i].n);
        assert_string_equal(b.data, counts[i].text);
        buf_fini(&b);
    }
}

/* Whatever the numbers are, the line takes no more than the window has. */
static void no_line_is_wider(void **state)
{
    uint64_t chance = 7;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct bar_part parts[4];
        unsigned columns = 1 + (unsigned)random_below(&chance, 130);
        size_t n = 1 + (size_t)random_below(&chance, 4);
        struct buf b = { 0 };

        for (size_t at = 0; at < n; at++)
            parts[at] = (struct bar_part){
                "registrations",
                i % 2 ? "octets" : "addresses",
                random_below(&chance, UINT64_MAX),
                random_below(&chance, 3) ? random_below(&chance, UINT64_MAX)
                                         : 0,
                (double)random_below(&chance, UINT64_MAX),
                { { "names", random_below(&chance, UINT64_MAX) },
                  { "timeouts", random_below(&chance, 9) } },
            };
        buf_add_text(&b, "before");
        bar_format(&b, parts, n, (double)random_below(&chance, 1u << 30) - 9,
                   columns);
        assert_true(b.len > 6 && b.len - 6 <= columns);
        assert_int_equal(strlen(b.data), b.len);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_fit),
        cmocka_unit_test(shares_are_true),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(counts_have_commas),
        cmocka_unit_test(no_line_is_wider),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
