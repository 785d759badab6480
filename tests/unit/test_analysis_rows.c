/* Rows of single addresses. A case is drawn: each character is an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/rows.h"

#include <string.h>

#include "base/text.h"

#define NOW INT64_C(1788220800)
#define DAY_S 86400

/* Who is who. A space has no name, '?' gave no answer, '-' has no
 * registration. */
static const struct {
    const char *names;
    uint32_t registrar;
    int64_t days;       /* old the first of them is */
    int64_t days_apart; /* from one to the next */
} kinds[] = {
    { "abcdefghij", 1, 40, 2 }, /* within 18 days */
    { "ABCDEFGHIJ", 2, 40, 2 }, /* elsewhere */
    { "xyz", 1, 120, 0 },       /* months before */
    { "uvwst", 1, 40, 8 },      /* within 32 days */
    { "01234", 1, ROW_AGE_DAYS + 1, 1 },
    { "56789", 0, 40, 1 }, /* nobody says where */
};

static const struct {
    const char *why, *drawn, *kept;
} cases[] = {
    { "five side by side", "abcde", "abcde" },
    { "four are everyday", "abcd", "" },
    { "more than five", "abcdefghij", "abcdefghij" },
    { "two addresses between", "a  b  c  d  e", "abcde" },
    { "three are too many", "ab   cde", "" },
    { "and end a row", "abcde   fghi", "abcde" },
    { "somebody old inside", "ab0cde", "abcde" },
    { "old ones alone", "01234", "" },
    { "no answer inside", "ab?cde", "abcde" },
    { "no registration inside", "ab-cde", "abcde" },
    { "another registrar behind", "abcdeAB", "abcde" },
    { "another registrar inside", "abAcde", "abcde" },
    { "two that take turns", "aAbBcCdDeE", "aAbBcCdDeE" },
    { "two of them too short", "aAbBcCdD", "" },
    { "without a registrar", "56789", "" },
    { "months apart", "abcxy", "" },
    { "a window a little too long", "uvwst", "" },
    { "a domain twice", "abcda", "" },
    { "the sixth again", "abcdefe", "abcdef" },
};

static struct age age_of(char c)
{
    struct age age = { .created_utc_s = SNOW_TIME_UNKNOWN };

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *at = strchr(kinds[i].names, c);

        if (!at)
            continue;
        age.registrar = kinds[i].registrar;
        age.created_utc_s =
            NOW - DAY_S * (kinds[i].days + kinds[i].days_apart *
                                               (int64_t)(at - kinds[i].names));
    }
    return age;
}

/* A world of one address a character; domains are numbered by it. */
struct drawing {
    struct domain domains[128];
    struct age all[128];
    uint32_t of[128];
    struct facts facts;
    struct ages ages;
    struct runs runs;
    struct rows rows;
};

static void draw(struct drawing *d)
{
    *d = (struct drawing){ .facts = { .domains = d->domains, .n = 128 } };
    d->ages = (struct ages){
        .facts = &d->facts, .now_utc_s = NOW, .all = d->all, .of = d->of
    };
    for (uint32_t c = 0; c < 128; c++) {
        struct age age = age_of((char)c);

        age.domain = c;
        if (c == 0 || age.created_utc_s == SNOW_TIME_UNKNOWN)
            continue;
        d->all[d->ages.n] = age;
        d->of[c] = (uint32_t)++d->ages.n;
    }
    d->rows.facts = &d->facts;
    d->rows.ages = &d->ages;
    d->rows.to = &d->runs;
}

static void see(struct drawing *d, const char *drawn, bool is_esp)
{
    for (unsigned i = 0; drawn[i]; i++) {
        struct host_name name = { .domain = (uint32_t)drawn[i],
                                  .is_esp = is_esp };
        struct verdict v = { .addr = snow_addr_from_ipv4(0xc6120000u + i),
                             .name = drawn[i] == '?' ? NULL : &name };

        if (drawn[i] != ' ')
            assert_int_equal(analysis_rows_add(&d->rows, &v), 0);
    }
    assert_int_equal(analysis_runs_finish(&d->runs), 0);
}

static void expect(const struct drawing *d, const char *why, const char *kept)
{
    char found[64] = "";

    for (size_t i = 0; i < d->runs.n; i++) {
        found[i] = (char)d->runs.all[i].domain;
        assert_int_equal(d->runs.all[i].n_named, 1);
        assert_true(
            snow_addr_compare(d->runs.all[i].first, d->runs.all[i].last) == 0);
    }
    if (strcmp(found, kept) != 0)
        fail_msg("%s: '%s' instead of '%s'", why, found, kept);
}

static void rows_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct drawing d;

        draw(&d);
        see(&d, cases[i].drawn, false);
        expect(&d, cases[i].why, cases[i].kept);
        analysis_runs_fini(&d.runs);
    }
}

static void those_of_runs_and_senders_stay_out(void **state)
{
    struct drawing d;

    (void)state;
    draw(&d);
    d.domains['c'].flags = DOMAIN_IN_RUN;
    see(&d, "abcde", false);
    expect(&d, "one has a run", "");
    analysis_runs_fini(&d.runs);
    draw(&d);
    see(&d, "abcde", true);
    expect(&d, "customers of a sender", "");
    analysis_runs_fini(&d.runs);
}

/* The third pass is spared where there is nothing to be found. */
static void likely_with_five_new_domains(void **state)
{
    struct drawing d;

    (void)state;
    draw(&d);
    assert_true(analysis_rows_are_likely(&d.rows));
    for (size_t i = 0; i < d.ages.n; i++)
        if (!strchr("abcd", (int)d.all[i].domain))
            d.domains[d.all[i].domain].flags = DOMAIN_IN_RUN;
    assert_false(analysis_rows_are_likely(&d.rows));
    d.domains['e'].flags = 0;
    assert_true(analysis_rows_are_likely(&d.rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found),
        cmocka_unit_test(those_of_runs_and_senders_stay_out),
        cmocka_unit_test(likely_with_five_new_domains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
