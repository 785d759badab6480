/* What other scans saw of an address, and how often its names changed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "report/pasts.h"

#define SCANS 4
#define REPORTED 3 /* the scan that is reported on: the last but one */

/* What each scan saw of one address: names, "-" for none, "?" for no answer,
 * and when, in days. A later scan may hold what was seen before. */
/* clang-format off */
static const struct {
    const char *why;
    struct {
        int day;
        const char *names; /* joined by a space */
    } seen[SCANS];
    bool is_known;
    unsigned changes;
    const char *previous; /* NULL: none */
    int first, last;      /* days; 0: no other scan saw the names */
} cases[] = {
    { "nobody else asked",
      { { 1, "?" }, { 2, "?" }, { 3, "a.com" }, { 4, "?" } },
      false, 0, NULL, 0, 0 },
    { "always the same",
      { { 1, "a.com" }, { 2, "a.com" }, { 3, "a.com" }, { 4, "a.com" } },
      true, 0, NULL, 1, 4 },
    { "appeared",
      { { 1, "-" }, { 2, "-" }, { 3, "a.com" }, { 4, "a.com" } },
      true, 1, NULL, 4, 4 },
    { "vanished",
      { { 1, "a.com" }, { 2, "a.com" }, { 3, "-" }, { 4, "-" } },
      true, 1, "a.com", 0, 0 },
    { "came, went, came back",
      { { 1, "a.com" }, { 2, "b.com" }, { 3, "a.com" }, { 4, "?" } },
      true, 2, "b.com", 1, 1 },
    { "no answer is no change",
      { { 1, "a.com" }, { 2, "?" }, { 3, "a.com" }, { 4, "?" } },
      true, 0, NULL, 1, 1 },
    { "several names in another order are the same",
      { { 1, "a.com b.com" }, { 2, "b.com a.com" }, { 3, "a.com b.com" },
        { 4, "?" } },
      true, 0, NULL, 1, 2 },
    { "one name less is a change",
      { { 1, "?" }, { 2, "a.com b.com" }, { 3, "a.com" }, { 4, "?" } },
      true, 1, "a.com b.com", 0, 0 },
    { "what comes later is no past",
      { { 1, "?" }, { 2, "?" }, { 3, "a.com" }, { 4, "b.com" } },
      true, 0, NULL, 0, 0 },
    { "kept by a later scan, but seen before",
      { { 1, "?" }, { 2, "?" }, { 3, "a.com" }, { -2, "old.com" } },
      true, 1, "old.com", 0, 0 },
};
/* clang-format on */

static int64_t day(int n)
{
    return 1500000000 + n * 86400;
}

static void put_outcomes(struct snow_store *s, int64_t scan)
{
    struct snow_block b;
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK,
                             .scan = scan,
                             .block = &b };

    snow_block_init(&b, snow_addr_from_ipv4(0xcb007100));
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        const char *names = cases[i].seen[scan - 1].names;
        int64_t at = day(cases[i].seen[scan - 1].day);
        char text[64];
        unsigned n = 1;

        text_copy(text, sizeof text, names);
        for (char *c = text; *c; c++)
            if (*c == ' ') {
                *c = '\0';
                n++;
            }
        if (*names == '?')
            snow_block_set(&b, i, SNOW_PTR_TIMEOUT, at, NULL, 0);
        else if (*names == '-')
            snow_block_set(&b, i, SNOW_PTR_PRUNED, at, NULL, 0);
        else
            snow_block_set(&b, i, SNOW_PTR_NAME, at, text, n);
    }
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    assert_int_equal(snow_store_commit(s, NULL), 0);
    snow_block_fini(&b);
}

static struct snow_store *open_store(void)
{
    struct snow_store *s;

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    for (int i = 1; i <= SCANS; i++) {
        struct snow_scan scan = { .targets = "203.0.113.0-203.0.113.255",
                                  .settings = "{}",
                                  .created_utc_s = day(i),
                                  .now_utc_s = day(i),
                                  .finished_utc_s = day(i) };
        int64_t id;

        assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
        assert_int_equal(id, i);
        put_outcomes(s, id);
    }
    return s;
}

static void check_names(const struct report_past *got, const char *want,
                        const char *why)
{
    char text[64] = "";
    const char *name = got->names;

    for (unsigned i = 0; i < got->n_names; i++) {
        size_t len = strlen(text);

        snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "", name);
        name += strlen(name) + 1;
    }
    if (strcmp(text, want ? want : "") != 0)
        fail_msg("%s: before that it was '%s'", why, text);
}

static void check(struct report_pasts *p, size_t i)
{
    const char *names = cases[i].seen[REPORTED - 1].names;
    const char *space = strchr(names, ' ');
    char text[64];
    struct report_past got;
    int64_t first = cases[i].first ? day(cases[i].first) : SNOW_TIME_UNKNOWN;
    int64_t last = cases[i].last ? day(cases[i].last) : SNOW_TIME_UNKNOWN;

    text_copy(text, sizeof text, names);
    if (space)
        text[space - names] = '\0';
    got =
        report_pasts_get(p, snow_addr_from_ipv4(0xcb007100 + (uint32_t)i), text,
                         *names == '-' ? 0
                         : space       ? 2
                                       : 1);
    if (got.is_known != cases[i].is_known || got.changes != cases[i].changes)
        fail_msg("%s: %d, %llu changes", cases[i].why, got.is_known,
                 (unsigned long long)got.changes);
    if (got.first_utc_s != first || got.last_utc_s != last)
        fail_msg("%s: seen at other times", cases[i].why);
    check_names(&got, cases[i].previous, cases[i].why);
}

static void the_past_of_addresses(void **state)
{
    struct snow_store *s = open_store();
    struct snow_range all = { snow_addr_from_ipv4(0xcb007100),
                              snow_addr_from_ipv4(0xcb0071ff) };
    struct snow_finding f = { .id = "r1", .ranges = &all, .n_ranges = 1 };
    struct snow_findings findings = { .all = &f, .n = 1 };
    struct report_request q = { .findings = &findings,
                                .store = s,
                                .scan = REPORTED };
    struct report_tree tree;
    struct report_pasts p;

    (void)state;
    assert_int_equal(report_tree_init(&tree, &findings, SNOW_TIER_CONTEXT), 0);
    assert_int_equal(report_pasts_load(&p, &q, &tree, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(&p, i);
    report_pasts_fini(&p);
    report_tree_fini(&tree);
    snow_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_of_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
