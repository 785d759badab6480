/* The case study of 2018 in a made-up network: addresses are those of the
 * table; registrars, dates and everybody else are made up. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../support/analysis_lab.h"
#include "base/random.h"
#include "base/text.h"

#define CASE_DOMAINS 12
#define CASE_REGISTRAR 9990

/* What the table holds, domain by domain. */
/* clang-format off */
static const struct {
    const char *domain, *first, *last;
    int apex_first;
} expected[CASE_DOMAINS] = {
    { "applpeak.com",       "54.38.4.100",     "54.38.4.103",     0 },
    { "awesopak.com",       "144.217.201.156", "144.217.201.157", 0 },
    { "blueomb.com",        "54.38.4.96",      "54.38.4.99",      1 },
    { "bonueak.com",        "213.32.32.216",   "213.32.32.217",   0 },
    { "bridgewdable.net",   "213.32.39.64",    "213.32.39.66",    0 },
    { "buyodels.com",       "149.56.34.160",   "149.56.34.164",   1 },
    { "commercieopard.net", "51.255.21.224",   "51.255.21.227",   1 },
    { "coolource.com",      "54.38.4.108",     "54.38.4.111",     1 },
    { "grnture.com",        "54.38.4.104",     "54.38.4.107",     1 },
    { "heritagdation.com",  "176.31.74.248",   "176.31.74.249",   0 },
    { "highplaounge.net",   "176.31.74.250",   "176.31.74.251",   1 },
    { "neezaar.net",        "213.32.32.218",   "213.32.32.219",   1 },
};
/* clang-format on */

#define DAY 86400

static void add_case_study(struct lab *l)
{
    FILE *f = fopen("tests/lab/case-study-2018.csv", "r");
    int64_t from = lab_time("2017-09-01"), to = lab_time("2018-01-31");
    char line[256], addr[64], name[128];
    size_t n = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%63[0-9.],%*u,%127[a-z0-9.-]", addr, name) == 2) {
            lab_name(l, addr, name);
            n++;
        }
    fclose(f);
    assert_int_equal(n, 38);
    for (size_t i = 0; i < CASE_DOMAINS; i++)
        lab_register(l, expected[i].domain,
                     from + (to - from) * (int64_t)i / (CASE_DOMAINS - 1) + 77,
                     CASE_REGISTRAR);
}

/* 320 single addresses in other networks, dated 2001 to 2018, 8 registrars. */
static void add_background(struct lab *l)
{
    int64_t from = lab_time("2001-03-01"), to = lab_time("2018-04-30");
    uint64_t state = 42;

    for (unsigned i = 0; i < 320; i++) {
        char addr[32], name[64], domain[48];
        int64_t created =
            from + (int64_t)(random_next(&state) % (uint64_t)(to - from));
        unsigned registrar = i % 5 == 0 ? CASE_REGISTRAR : 9991 + i % 7;

        snprintf(domain, sizeof domain, "customer%c%c%u.com", 'a' + i % 26,
                 'a' + i / 26, i);
        snprintf(name, sizeof name, "mail.%s", domain);
        snprintf(addr, sizeof addr, "198.51.%u.%u", 100 + i / 20, i % 20 * 12);
        lab_name(l, addr, name);
        lab_register(l, domain, created, registrar);
    }
}

static void add_old_company(struct lab *l)
{
    for (unsigned i = 0; i < 4; i++) {
        char addr[32], name[64];

        snprintf(addr, sizeof addr, "54.38.4.%u", 112 + i);
        snprintf(name, sizeof name, "mail%u.example-old.com", i + 1);
        lab_name(l, addr, name);
    }
    lab_register(l, "example-old.com", lab_time("2003-05-06"), 9992);
}

/* 60 neighbours, each with one address and a site of its own; every tenth one
 * has the case study's registrar and window. */
static void add_web_hosting(struct lab *l)
{
    int64_t from = lab_time("2004-01-01"), to = lab_time("2018-05-01");
    uint64_t state = 4711;

    for (unsigned i = 0; i < 60; i++) {
        char addr[32], domain[48];
        bool is_alike = i % 10 == 3;
        int64_t created =
            is_alike
                ? lab_time("2017-10-01") + i * DAY
                : from + (int64_t)(random_next(&state) % (uint64_t)(to - from));

        snprintf(domain, sizeof domain, "shop%c%c.net", 'a' + i % 26,
                 'k' + i / 26);
        snprintf(addr, sizeof addr, "213.32.40.%u", 10 + i);
        lab_name(l, addr, domain);
        lab_register(l, domain, created,
                     is_alike ? CASE_REGISTRAR : 9991 + i % 7);
    }
}

/* A large sender: its customers' domains on neighbouring addresses, one to
 * three each. */
static void add_sender(struct lab *l)
{
    int64_t from = lab_time("2005-01-01"), to = lab_time("2018-05-01");
    uint64_t state = 99;
    unsigned at = 0;

    for (unsigned i = 0; i < 40; i++) {
        char addr[32], name[80], domain[48];

        snprintf(domain, sizeof domain, "brand%c%c.com", 'a' + i % 26,
                 'q' + i / 26);
        for (unsigned k = 0; k < 1 + i % 3; k++, at++) {
            snprintf(name, sizeof name, "o%u.ptr%u.%s", k + 1, 1200 + at,
                     domain);
            snprintf(addr, sizeof addr, "167.89.0.%u", at);
            lab_name(l, addr, name);
        }
        lab_register(l, domain,
                     from +
                         (int64_t)(random_next(&state) % (uint64_t)(to - from)),
                     i % 8 ? 9991 + i % 7 : CASE_REGISTRAR);
    }
}

/* The networks' own: names made from the address, counters, routers. */
static void add_provider(struct lab *l)
{
    static const char *const routers[] = { "core1.ams", "core2.ams",
                                           "edge1.fra", "ns1", "mail3" };

    for (unsigned i = 0; i < 96; i++) {
        char addr[32], name[80];

        snprintf(addr, sizeof addr, "54.38.5.%u", i);
        snprintf(name, sizeof name, "ip-54-38-5-%u.pool.provider.net", i);
        lab_name(l, addr, name);
        snprintf(addr, sizeof addr, "51.255.21.%u", i);
        snprintf(name, sizeof name, "vps%u.provider.net", 17 + i);
        lab_name(l, addr, name);
        snprintf(addr, sizeof addr, "176.31.75.%u", i);
        snprintf(name, sizeof name, "x%u.counter.org", 4000 + i * 3);
        if (i < 12) /* no word tells it, only the counting does */
            lab_name(l, addr, name);
    }
    for (unsigned i = 0; i < COUNT_OF(routers); i++) {
        char addr[32], name[80];

        snprintf(addr, sizeof addr, "54.38.6.%u", i);
        snprintf(name, sizeof name, "%s.provider.net", routers[i]);
        lab_name(l, addr, name);
    }
    lab_register(l, "provider.net", lab_time("1999-11-11"), 9993);
    lab_register(l, "counter.org", lab_time("2017-11-11"), CASE_REGISTRAR);
}

static void build_world(struct lab *l)
{
    lab_init(l, "2018-05-15T12:00:00Z");
    l->mail_is_open = true;
    add_case_study(l);
    add_background(l);
    add_old_company(l);
    add_web_hosting(l);
    add_sender(l);
    add_provider(l);
}

static bool is_of_case(const char *domain)
{
    for (size_t i = 0; i < CASE_DOMAINS; i++)
        if (strcmp(expected[i].domain, domain) == 0)
            return true;
    return false;
}

static bool names_case_only(const struct snow_finding *f)
{
    for (size_t i = 0; i < f->n_domains; i++)
        if (!is_of_case(f->domains[i]))
            return false;
    return true;
}

static const struct snow_finding *find_run(const struct snow_findings *f,
                                           const char *domain)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->all[i].kind == SNOW_RUN &&
            strcmp(f->all[i].domains[0], domain) == 0)
            return &f->all[i];
    return NULL;
}

static void describe(const struct snow_findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct snow_finding *x = &f->all[i];
        char first[SNOW_ADDR_TEXT_MAX];

        snow_addr_format(x->first, first);
        print_message("%s %s %s score %.1f coverage %.2f p %.2g n %zu %s "
                      "(%s; but %s)\n",
                      snow_finding_kind_word(x->kind), snow_tier_word(x->tier),
                      first, x->score, x->coverage, x->burst_p, x->n_domains,
                      x->domains[0], x->reasons, x->caveats);
        for (size_t k = 0; x->kind == SNOW_CAMPAIGN && k < SNOW_N_SCORE_PARTS;
             k++)
            print_message("    %-12s %.2f x %2u (%.2f measured) %s\n",
                          snow_score_part_word((enum snow_score_part)k),
                          x->parts[k].value,
                          snow_score_part_weight((enum snow_score_part)k),
                          x->parts[k].measured, x->parts[k].reason);
    }
}

static void check_runs(const struct snow_findings *f)
{
    for (size_t i = 0; i < CASE_DOMAINS; i++) {
        const struct snow_finding *run = find_run(f, expected[i].domain);
        char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];

        if (!run)
            fail_msg("no run of %s", expected[i].domain);
        snow_addr_format(run->first, first);
        snow_addr_format(run->last, last);
        if (strcmp(first, expected[i].first) != 0 ||
            strcmp(last, expected[i].last) != 0)
            fail_msg("%s: %s to %s", expected[i].domain, first, last);
        if (run->apex_first != expected[i].apex_first)
            fail_msg("%s: apex first %d", expected[i].domain, run->apex_first);
        if (run->gap_count != 0 || run->named_count != run->ip_count)
            fail_msg("%s: has gaps", expected[i].domain);
    }
}

static void finds_the_case_study(void **state)
{
    struct snow_findings f;
    struct lab l;
    const struct snow_finding *c;

    (void)state;
    build_world(&l);
    lab_findings(&l, &f);
    assert_true(f.n > 0);
    c = &f.all[0];
    if (c->kind != SNOW_CAMPAIGN || c->tier != SNOW_TIER_HIGH ||
        c->n_domains != CASE_DOMAINS)
        describe(&f);
    check_runs(&f);
    assert_int_equal(c->kind, SNOW_CAMPAIGN);
    assert_int_equal(c->tier, SNOW_TIER_HIGH);
    assert_int_equal(c->n_domains, CASE_DOMAINS);
    for (size_t i = 0; i < CASE_DOMAINS; i++) {
        assert_string_equal(c->domains[i], expected[i].domain);
        assert_string_equal(find_run(&f, c->domains[i])->parent_id, c->id);
    }
    assert_int_equal(c->ip_count, 38);
    assert_int_equal(c->named_count, 38);
    assert_int_equal(c->registrar_iana_id, CASE_REGISTRAR);
    assert_true(c->burst_p < 1e-3);
    assert_int_equal(c->smtp_open, 38);
    assert_true(f.n_dated_background >= 300);
    snow_findings_fini(&f);
    lab_fini(&l);
}

static void accuses_nobody_else(void **state)
{
    struct snow_findings f;
    struct lab l;

    (void)state;
    build_world(&l);
    lab_findings(&l, &f);
    for (size_t i = 0; i < f.n; i++) {
        const struct snow_finding *x = &f.all[i];

        if (x->tier != SNOW_TIER_CONTEXT && !names_case_only(x)) {
            describe(&f);
            fail_msg("%s of %s is %s", snow_finding_kind_word(x->kind),
                     x->domains[0], snow_tier_word(x->tier));
        }
        for (size_t d = 0; d < x->n_domains; d++)
            if (strstr(x->domains[d], "provider.net") ||
                strstr(x->domains[d], "counter.org") ||
                strstr(x->domains[d], "shop"))
                fail_msg("%s is in a finding", x->domains[d]);
    }
    snow_findings_fini(&f);
    lab_fini(&l);
}

/* The ids of the case study's runs and of their campaign: they tell kind,
 * addresses and domains, and nothing else. */
static void write_ids(const struct snow_findings *f, struct buf *to)
{
    for (size_t i = 0; i < CASE_DOMAINS; i++)
        buf_printf(to, "%s %s\n", expected[i].domain,
                   find_run(f, expected[i].domain)->id);
    buf_printf(to, "campaign %s\n", f->all[0].id);
}

static void upper_case(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
}

static void change_case(struct lab *l)
{
    for (size_t i = 0; i < l->n; i++)
        upper_case(l->places[i].names, l->places[i].names_len);
}

static void add_dots(struct lab *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct lab_place *p = &l->places[i];

        if (p->n_names != 1)
            continue;
        p->names[p->names_len - 1] = '.';
        p->names[p->names_len++] = '\0';
    }
}

static void add_generic_names(struct lab *l)
{
    for (unsigned i = 0; i < 250; i++) {
        char addr[32], name[80];

        if (i >= 94 && i < 118)
            continue;
        snprintf(addr, sizeof addr, "54.38.4.%u", i);
        snprintf(name, sizeof name, "54-38-4-%u.static.provider.net", i);
        lab_name(l, addr, name);
    }
}

/* A second, foreign name on each address of the case study, before or after
 * the right one: neighbours decide. */
static void add_names(struct lab *l, bool is_first)
{
    size_t n = l->n;

    for (size_t i = 0; i < n; i++) {
        struct lab_place *p = &l->places[i];
        const char *domain = strstr(p->names, "blueomb.com");
        char old[128], name[64];

        if (!domain)
            continue;
        text_copy(old, sizeof old, p->names);
        snprintf(name, sizeof name, "a.other%zu.org", i);
        p->n_names = 0;
        p->names_len = 0;
        lab_name_at(l, p->addr, is_first ? name : old);
        lab_name_at(l, p->addr, is_first ? old : name);
    }
}

static void add_names_first(struct lab *l)
{
    add_names(l, true);
}

static void add_names_last(struct lab *l)
{
    add_names(l, false);
}

static void changes_change_nothing(void **state)
{
    static const struct {
        const char *why;
        void (*change)(struct lab *l);
    } cases[] = {
        { "upper case", change_case },
        { "trailing dots", add_dots },
        { "generic neighbours", add_generic_names },
        { "another name, listed first", add_names_first },
        { "another name, listed last", add_names_last },
    };
    struct buf before = { 0 }, after = { 0 };
    struct snow_findings f;
    struct lab l;

    (void)state;
    build_world(&l);
    lab_findings(&l, &f);
    check_runs(&f);
    write_ids(&f, &before);
    snow_findings_fini(&f);
    lab_fini(&l);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        build_world(&l);
        cases[i].change(&l);
        lab_findings(&l, &f);
        check_runs(&f);
        assert_int_equal(f.all[0].tier, SNOW_TIER_HIGH);
        buf_clear(&after);
        write_ids(&f, &after);
        if (strcmp(before.data, after.data) != 0)
            fail_msg("%s: runs differ\n%s\n%s", cases[i].why, before.data,
                     after.data);
        snow_findings_fini(&f);
        lab_fini(&l);
    }
    buf_fini(&before);
    buf_fini(&after);
}

static bool lists(char **names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void candidates_are_whom_to_ask(void **state)
{
    struct snow_candidates c, again;
    struct snow_addr addr;
    struct lab l;

    (void)state;
    build_world(&l);
    l.cfg.background = 50;
    lab_candidates(&l, &c);
    lab_candidates(&l, &again);
    for (size_t i = 0; i < CASE_DOMAINS; i++) {
        assert_true(lists(c.domains, c.n_domains, expected[i].domain));
        snow_addr_parse(&addr, expected[i].last);
        assert_true(snow_ranges_contains(c.addrs, addr));
    }
    snow_addr_parse(&addr, "54.38.5.7"); /* generic */
    assert_false(snow_ranges_contains(c.addrs, addr));
    snow_addr_parse(&addr, "213.32.40.20"); /* in a strip of single ones */
    assert_true(snow_ranges_contains(c.addrs, addr));
    assert_int_equal(c.n_background, 50);
    assert_int_equal(again.n_background, 50);
    for (size_t i = 0; i < c.n_background; i++) {
        assert_false(lists(c.domains, c.n_domains, c.background[i]));
        assert_string_equal(c.background[i], again.background[i]);
        if (i > 0)
            assert_true(strcmp(c.background[i - 1], c.background[i]) < 0);
    }
    snow_candidates_fini(&c);
    snow_candidates_fini(&again);
    lab_fini(&l);
}

static void single_addresses_obey_the_limit(void **state)
{
    static const uint64_t limits[] = { 0, 10, 10000 };
    uint64_t counts[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct snow_candidates c;
        struct lab l;

        build_world(&l);
        l.cfg.candidates_max = limits[i];
        lab_candidates(&l, &c);
        counts[i] = snow_ranges_count(c.addrs);
        snow_candidates_fini(&c);
        lab_fini(&l);
    }
    assert_true(counts[0] >= 38);
    assert_true(counts[1] <= counts[0] + 10);
    assert_true(counts[2] >= counts[0] + 60);
}

/* Eight domains with one address each, registered in one afternoon, among
 * customers of the same registrar that came over the years. */
static void single_addresses_side_by_side_are_seen(void **state)
{
    struct snow_findings f;
    const struct snow_finding *first;
    struct lab l;
    char addr[32], name[64];

    (void)state;
    lab_init(&l, "2018-05-15");
    l.mail_is_open = true;
    add_background(&l);
    for (unsigned i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "tlador%c.com", 'a' + i);
        snprintf(addr, sizeof addr, "203.0.113.%u", 64 + i);
        lab_name(&l, addr, name);
        lab_register(&l, name, lab_time("2018-03-01") + 900 * i,
                     CASE_REGISTRAR);
    }
    lab_name(&l, "203.0.113.63", "customeraa0.com");
    lab_name(&l, "203.0.113.72", "customerba1.com");
    lab_findings(&l, &f);
    assert_true(f.n > 0);
    first = &f.all[0];
    assert_int_equal(first->kind, SNOW_CAMPAIGN);
    assert_true(first->tier != SNOW_TIER_CONTEXT);
    assert_int_equal(first->n_domains, 8);
    assert_int_equal(first->ip_count, 8);
    assert_int_equal(first->parts[SNOW_PART_APEX_FIRST].measured, 0);
    snow_findings_fini(&f);
    lab_fini(&l);
}

/* A young firm beside eight domains of one hand: in their strip, as the place
 * has it, but neither in their campaign nor in high. */
static void who_lives_next_door_is_not_in_high(void **state)
{
    struct snow_findings f;
    struct lab l;
    char addr[32], name[64];
    unsigned n_strips = 0;

    (void)state;
    lab_init(&l, "2018-05-15");
    l.mail_is_open = true;
    add_background(&l);
    for (unsigned i = 0; i < 18; i++) {
        snprintf(name, sizeof name, "%stlador%c.com", i % 2 ? "mail." : "",
                 'a' + i / 2);
        snprintf(addr, sizeof addr, "203.0.113.%u", 64 + i);
        lab_name(&l, addr, name);
        if (i % 2 == 0)
            lab_register(&l, name, lab_time("2018-03-01") + 450 * i,
                         i < 16 ? CASE_REGISTRAR : 9995);
    }
    lab_findings(&l, &f);
    for (size_t i = 0; i < f.n; i++) {
        if (f.all[i].kind == SNOW_CAMPAIGN) {
            assert_int_equal(f.all[i].n_domains, 8);
            assert_int_equal(f.all[i].tier, SNOW_TIER_HIGH);
        }
        if (f.all[i].kind != SNOW_STRIP)
            continue;
        n_strips++;
        assert_int_equal(f.all[i].n_domains, 9);
        assert_int_equal(f.all[i].tier, SNOW_TIER_REVIEW);
        assert_non_null(strstr(f.all[i].caveats, "nothing but the place"));
    }
    assert_int_equal(n_strips, 1);
    snow_findings_fini(&f);
    lab_fini(&l);
}

static void an_empty_scan_has_none(void **state)
{
    struct snow_findings f;
    struct snow_candidates c;
    struct lab l;

    (void)state;
    lab_init(&l, "2018-05-15");
    lab_findings(&l, &f);
    assert_int_equal(f.n, 0);
    snow_findings_fini(&f);
    lab_candidates(&l, &c);
    assert_int_equal(c.n_domains, 0);
    assert_int_equal(snow_ranges_count(c.addrs), 0);
    snow_candidates_fini(&c);
    lab_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_case_study),
        cmocka_unit_test(accuses_nobody_else),
        cmocka_unit_test(changes_change_nothing),
        cmocka_unit_test(candidates_are_whom_to_ask),
        cmocka_unit_test(single_addresses_obey_the_limit),
        cmocka_unit_test(single_addresses_side_by_side_are_seen),
        cmocka_unit_test(who_lives_next_door_is_not_in_high),
        cmocka_unit_test(an_empty_scan_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
