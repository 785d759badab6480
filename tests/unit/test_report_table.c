#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "report/layout.h"

static void write_table(struct buf *to, const struct report_request *q)
{
    struct report_out out = report_to_buf(to);

    assert_int_equal(report_write(&out, report_format_find("table"), q, NULL),
                     0);
}

static void tables_match_golden(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    write_table(&got, &q);
    golden_check("tests/golden/table.txt", &got);
    buf_clear(&got);
    q.width = 80;
    q.least = SNOW_TIER_HIGH;
    q.colour = true;
    write_table(&got, &q);
    golden_check("tests/golden/table-80.txt", &got);
    buf_clear(&got);
    q.width = 40;
    q.colour = false;
    write_table(&got, &q);
    golden_check("tests/golden/table-40.txt", &got);
    buf_fini(&got);
}

/* No line is wider than asked, and a terminal is told nothing but text. */
static void lines_are_tame(void **state)
{
    static const unsigned widths[] = { 40, 63, 80, 100, 132 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        struct fixture f;
        struct report_request q = { .findings = &f.findings,
                                    .least = SNOW_TIER_CONTEXT,
                                    .width = widths[i] };
        struct buf got = { 0 };

        fixture_init(&f);
        write_table(&got, &q);
        for (size_t at = 0; at < got.len;) {
            size_t len = strcspn(got.data + at, "\n");

            if (widths[i] < 80 && text_is_digit(got.data[at]))
                break; /* sentences below the table */
            if (layout_columns(got.data + at, len) > widths[i])
                fail_msg("wider than %u: %.*s", widths[i], (int)len,
                         got.data + at);
            at += len + 1;
        }
        for (size_t at = 0; at < got.len; at++)
            if ((unsigned char)got.data[at] < ' ' && got.data[at] != '\n')
                fail_msg("octet %02x at %zu", got.data[at], at);
        buf_fini(&got);
    }
}

/* clang-format off */
static const struct {
    const char *why, *text;
    size_t all, columns;
    const char *fits;
} fits[] = {
    { "ASCII", "registrar", 9, 9, "registrar" },
    { "cut", "registrar", 9, 5, "regi…" },
    { "accents are no wider", "caf\xc3\xa9 bar", 8, 5, "caf\xc3\xa9…" },
    { "marks take no room", "cafe\xcc\x81", 4, 4, "cafe\xcc\x81" },
    { "ideographs take two", "\xe4\xbe\x8b\xe5\xad\x90", 4, 4,
      "\xe4\xbe\x8b\xe5\xad\x90" },
    { "no half of one", "\xe4\xbe\x8b\xe5\xad\x90", 4, 3,
      "\xe4\xbe\x8b…" },
    { "not even one", "\xe4\xbe\x8b\xe5\xad\x90", 4, 2, "…" },
    { "emoji", "\xf0\x9f\x98\x80x", 3, 3, "\xf0\x9f\x98\x80x" },
    { "no room at all", "ab", 2, 0, "…" },
};
/* clang-format on */

static void text_is_cut_by_columns(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fits); i++) {
        struct buf got = { 0 };
        size_t n = layout_columns(fits[i].text, strlen(fits[i].text));

        layout_fit(&got, fits[i].text, fits[i].columns);
        if (n != fits[i].all || strcmp(got.data, fits[i].fits) != 0)
            fail_msg("%s: %zu, '%s'", fits[i].why, n, got.data);
        buf_fini(&got);
    }
}

/* clang-format off */
static const struct {
    const char *why, *text;
    size_t used, indent, width;
    const char *out;
} wraps[] = {
    { "nothing", "", 0, 0, 20, "" },
    { "fits", "a b", 0, 0, 3, "a b" },
    { "does not", "a bc", 0, 0, 3, "a\nbc" },
    { "behind something", "ab cd", 4, 2, 7, "ab\n  cd" },
    { "a word that is too long", "abcdef gh", 0, 1, 4, "abcdef\n gh" },
    { "blanks and line ends are one", " a \n  b ", 0, 0, 9, "a b" },
    { "columns count, not octets", "\xe4\xbe\x8b\xc3\xa9 b", 0, 0, 5,
      "\xe4\xbe\x8b\xc3\xa9 b" },
    { "what steers a terminal", "\x1b[2J b", 0, 0, 9, "\\x1B[2J b" },
    { "no room at all", "a b", 0, 0, 0, "a\nb" },
};
/* clang-format on */

static void words_are_wrapped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wraps); i++) {
        struct buf to = { 0 };

        layout_words(&to, wraps[i].text, wraps[i].used, wraps[i].indent,
                     wraps[i].width);
        if (strcmp(to.data ? to.data : "", wraps[i].out) != 0)
            fail_msg("%s: '%s'", wraps[i].why, to.data);
        buf_fini(&to);
    }
}

static void nothing_found_is_said(void **state)
{
    struct snow_findings none = { 0 };
    struct fixture f;
    struct report_request q = { .findings = &none, .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 };

    (void)state;
    write_table(&got, &q);
    assert_string_equal(got.data, "No addresses resemble the pattern closely "
                                  "enough to be shown.\n");
    buf_clear(&got);
    fixture_init(&f);
    q.findings = &(struct snow_findings){ .all = &f.all[7], .n = 1 };
    write_table(&got, &q);
    assert_non_null(strstr(got.data, "1 finding of lower tier not shown"));
    buf_fini(&got);
}

static void explanations_match_golden(void **state)
{
    static const char *const ids[] = { "campaign-01", "run-hostile", "run-04" };
    struct fixture f;
    struct report_request q = { .findings = &f.findings };
    struct buf got = { 0 };
    struct report_out out = report_to_buf(&got);

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        assert_int_equal(report_explain(&out, &q, ids[i], NULL), 0);
    golden_check("tests/golden/explain.txt", &got);
    buf_clear(&got);
    q.width = 80;
    assert_int_equal(report_explain(&out, &q, ids[0], NULL), 0);
    golden_check("tests/golden/explain-80.txt", &got);
    buf_fini(&got);
}

static void an_unknown_id_is_told(void **state)
{
    struct snow_error err = { 0 };
    struct snow_findings none = { 0 };
    struct report_request q = { .findings = &none };
    struct buf got = { 0 };
    struct report_out out = report_to_buf(&got);

    (void)state;
    assert_int_equal(report_explain(&out, &q, "run-99", &err), SNOW_ENOTFOUND);
    assert_non_null(strstr(err.text, "run-99"));
    buf_fini(&got);
}

/* One customer's findings stand together; what belongs to two is shown once. */
static void customers_are_grouped(void **state)
{
    static char *names[] = { "Alpha", "Beta\x1b[31m" };
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .least = SNOW_TIER_CONTEXT,
                                .by_customer = true };
    struct buf got = { 0 };
    const char *both, *alpha, *none;

    (void)state;
    fixture_init(&f);
    f.all[0].customers = names; /* the campaign */
    f.all[0].n_customers = 2;
    f.all[3].customers = names;
    f.all[3].n_customers = 1;
    f.all[8].customers = names;
    f.all[8].n_customers = 1;
    write_table(&got, &q);
    both = strstr(got.data, "customer: Alpha, Beta\\x1B[31m\n");
    none = strstr(got.data, "customer: none known\n");
    alpha = strstr(got.data, "customer: Alpha\n");
    assert_non_null(both);
    assert_true(both < none && none < alpha);
    assert_true(strstr(got.data, "run run-hostile") > alpha);
    assert_true(strstr(got.data, "run run-06") > alpha);
    assert_true(strstr(got.data, "run run-05") > none &&
                strstr(got.data, "run run-05") < alpha);
    assert_null(strstr(strstr(got.data, "campaign campaign-01") + 1,
                       "campaign campaign-01"));
    buf_clear(&got);
    q.by_customer = false;
    write_table(&got, &q);
    assert_non_null(strstr(got.data, "customer: Alpha, Beta"));
    buf_fini(&got);
}

static void what_lists_say_is_shown(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 };
    struct report_out out = report_to_buf(&got);

    (void)state;
    fixture_init(&f);
    f.all[0].reporters_known = 14;
    f.all[0].reporters_max = 86;
    f.all[0].reporters_median = 16.5;
    f.all[0].reporters_cv = .217;
    f.all[7].allowed = (char *)"a \x07 friend";
    write_table(&got, &q);
    assert_non_null(strstr(got.data, "reported: 14 addresses, median 16.5, "
                                     "most 86; spread 0.22 of the mean"));
    assert_non_null(strstr(got.data, "Of these, 1 allowed by --allow."));
    buf_clear(&got);
    q.least = SNOW_TIER_CONTEXT;
    write_table(&got, &q);
    assert_null(strstr(got.data, "Of these"));
    buf_clear(&got);
    assert_int_equal(report_explain(&out, &q, "run-05", NULL), 0);
    assert_non_null(strstr(got.data, "allowed     a \\x07 friend\n"));
    buf_fini(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_match_golden),
        cmocka_unit_test(lines_are_tame),
        cmocka_unit_test(text_is_cut_by_columns),
        cmocka_unit_test(words_are_wrapped),
        cmocka_unit_test(nothing_found_is_said),
        cmocka_unit_test(explanations_match_golden),
        cmocka_unit_test(an_unknown_id_is_told),
        cmocka_unit_test(customers_are_grouped),
        cmocka_unit_test(what_lists_say_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
