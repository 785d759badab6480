#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/mail_facts.h"

/* Runs by number: first, last, domain. Two of domain 2 lie apart. */
static struct run runs_at[] = {
    { .domain = 1 },
    { .domain = 2 },
    { .domain = 2 },
    { .domain = 3 },
};
static const char *const places[][2] = {
    { "192.0.2.16", "192.0.2.19" },
    { "192.0.2.20", "192.0.2.23" },
    { "192.0.2.40", "192.0.2.43" },
    { "2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff" },
};

#define ALL_RUNS                                                               \
    {                                                                          \
        0, 1, 2, 3                                                             \
    }

/* clang-format off */
static const struct {
    const char *why;
    const char *mail[3]; /* of domains 1, 2, 3 */
    uint32_t runs[4];
    size_t n;
    const char *counts; /* asked: MX known/inside, SPF known/covers */
} cases[] = {
    { "nobody asked", { NULL, NULL, NULL }, ALL_RUNS, 4, "0: 0/0 0/0" },
    { "an MX host in the run, SPF for all of it",
      { "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":1,\"host\":"
        "\"a.test\",\"status\":\"name\",\"addrs\":[\"192.0.2.19\"]}]},\"spf\":{\"status\":\"ok\","
        "\"list\":[\"+192.0.2.16/30\",\"-all\"]}}", NULL, NULL },
      { 0 }, 1, "1: 1/1 1/1" },
    { "an MX host beside it, SPF for the neighbours",
      { "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":1,\"host\":"
        "\"a.test\",\"status\":\"name\",\"addrs\":[\"192.0.2.20\"]}]},\"spf\":{\"status\":\"ok\","
        "\"list\":[\"+192.0.2.20/30\",\"-all\"]}}", NULL, NULL },
      { 0 }, 1, "1: 1/0 1/0" },
    { "the host lies in another run of the strip",
      { "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":1,\"host\":"
        "\"a.test\",\"status\":\"name\",\"addrs\":[\"192.0.2.20\"]}]}}", NULL, NULL },
      { 0, 1 }, 2, "1: 1/1 0/0" },
    { "nobody asked where the host is",
      { "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":1,\"host\":"
        "\"a.test\"}]}}", NULL, NULL },
      { 0 }, 1, "1: 0/0 0/0" },
    { "no MX, no SPF", { "{\"mx\":{\"status\":\"nodata\"},\"spf\":{\"status\":"
        "\"none\"}}", NULL, NULL }, { 0 }, 1, "1: 1/0 1/0" },
    { "half is enough", { "{\"spf\":{\"status\":\"ok\",\"list\":["
        "\"+192.0.2.18/31\",\"-all\"]}}", NULL, NULL }, { 0 }, 1,
      "1: 0/0 1/1" },
    { "a quarter is not", { "{\"spf\":{\"status\":\"ok\",\"list\":["
        "\"+192.0.2.18/32\",\"-all\"]}}", NULL, NULL }, { 0 }, 1,
      "1: 0/0 1/0" },
    { "one of two runs of a domain is half of it", { NULL,
        "{\"spf\":{\"status\":\"ok\",\"list\":[\"+192.0.2.40/30\"]}}", NULL },
      { 1, 2 }, 2, "1: 0/0 1/1" },
    { "the other one alone", { NULL,
        "{\"spf\":{\"status\":\"ok\",\"list\":[\"+192.0.2.40/30\"]}}", NULL },
      { 1 }, 1, "1: 0/0 1/0" },
    { "nobody answered", { "{\"mx\":{\"status\":\"timeout\"},\"spf\":{"
        "\"status\":\"temperror\"}}", NULL, NULL }, { 0 }, 1, "1: 0/0 0/0" },
    { "it hangs on what is not known", { "{\"spf\":{\"status\":\"ok\","
        "\"list\":[\"+192.0.2.16/32\",\"+?\",\"-all\"]}}", NULL, NULL },
      { 0 }, 1, "1: 0/0 0/0" },
    { "too many look-ups are a no", { "{\"spf\":{\"status\":\"too-many\"}}",
        NULL, NULL }, { 0 }, 1, "1: 0/0 1/0" },
    { "a /48 of IPv6", { NULL, NULL, "{\"spf\":{\"status\":\"ok\",\"list\":["
        "\"+2001:db8::/49\",\"-all\"]}}" }, { 3 }, 1, "1: 0/0 1/1" },
    { "a quarter of that", { NULL, NULL, "{\"spf\":{\"status\":\"ok\","
        "\"list\":[\"+2001:db8::/50\",\"-all\"]}}" }, { 3 }, 1, "1: 0/0 1/0" },
    { "each domain once", { "{\"mx\":{\"status\":\"nxdomain\"},\"spf\":{"
        "\"status\":\"none\"}}", "{\"mx\":{\"status\":\"nodata\"},\"spf\":{"
        "\"status\":\"ok\",\"list\":[\"+all\"]}}", "{\"mx\":{\"status\":"
        "\"refused\"},\"spf\":{\"status\":\"permerror\"}}" },
      ALL_RUNS, 4, "3: 2/0 3/1" },
};
/* clang-format on */

static void place_runs(struct runs *runs)
{
    *runs = (struct runs){ .all = runs_at, .n = COUNT_OF(runs_at) };
    for (size_t i = 0; i < COUNT_OF(runs_at); i++) {
        assert_int_equal(snow_addr_parse(&runs_at[i].first, places[i][0]), 0);
        assert_int_equal(snow_addr_parse(&runs_at[i].last, places[i][1]), 0);
        runs_at[i].spf_sampled = runs_at[i].spf_passes = 0;
    }
}

static void add_mail(struct mail_facts *facts, struct runs *runs, size_t i)
{
    struct analysis_mail_setup *m = malloc(sizeof *m);

    assert_non_null(m);
    for (uint32_t d = 3; d > 0; d--) { /* in no good order */
        const char *json = cases[i].mail[d - 1];

        if (!json)
            continue;
        if (analysis_mail_parse_json(m, json, strlen(json)))
            fail_msg("%s: %s", cases[i].why, json);
        assert_int_equal(analysis_mail_facts_add(facts, runs, d, m), 0);
    }
    free(m);
}

static void domains_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct mail_facts facts = { 0 };
        struct snow_range ranges[4];
        struct snow_finding f = { .ranges = ranges, .n_ranges = cases[i].n };
        struct runs runs;
        char counts[64];

        place_runs(&runs);
        add_mail(&facts, &runs, i);
        for (size_t k = 0; k < cases[i].n; k++)
            ranges[k] = (struct snow_range){ runs_at[cases[i].runs[k]].first,
                                             runs_at[cases[i].runs[k]].last };
        assert_int_equal(analysis_mail_facts_count(&f, &facts, runs_at,
                                                   cases[i].runs, cases[i].n),
                         0);
        snprintf(counts, sizeof counts, "%u: %u/%u %u/%u",
                 (unsigned)f.mail_asked, (unsigned)f.mx_known,
                 (unsigned)f.mx_inside, (unsigned)f.spf_known,
                 (unsigned)f.spf_covers);
        if (strcmp(counts, cases[i].counts) != 0)
            fail_msg("%s: %s", cases[i].why, counts);
        analysis_mail_facts_fini(&facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
