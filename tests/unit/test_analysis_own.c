/* What the user alone knows: lists as they are read, and what findings make of
 * them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/analysis_lab.h"
#include "analysis/own.h"
#include "analysis/score.h"
#include "base/random.h"
#include "base/text.h"

/* --- the files --- */

static void write_file(char *path, const char *text)
{
    FILE *f = fdopen(mkstemp(path), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

#define REPORTS "ip,reporters\n"
#define ALLOW "cidr_or_domain,reason\n"
#define ALLOCATIONS "cidr,customer\n"

/* clang-format off */
static const struct {
    const char *why, *text, *error; /* behind the path; NULL: it is read */
} files[] = {
    { "reporters", REPORTS "192.0.2.1,3\n2001:db8::1,0\n", NULL },
    { "columns in another order, and more of them",
      "x,Reporters,IP\n1,3,192.0.2.1\n", NULL },
    { "no address", REPORTS "192.0.2.256,3\n", ":2: '192.0.2.256' is no address" },
    { "no count", REPORTS "192.0.2.1,3\n192.0.2.1,many\n",
      ":3: 'many' is no number of reporters" },
    { "a count below nothing", REPORTS "192.0.2.1,-1\n",
      ":2: '-1' is no number of reporters" },
    { "no column", "ip,count\n", ": its header has no column 'reporters'" },
    { "allowed", ALLOW "192.0.2.0/28,ours\nExample.COM.,a \"friend\"\n"
      "192.0.2.9,one\n2001:db8::/32,v6\nxn--caf-dma.example,IDN\n", NULL },
    { "host bits", ALLOW "192.0.2.1/28,ours\n",
      ":2: '192.0.2.1/28' is no prefix (192.0.2.0/28, without host bits)" },
    { "an address that is none", ALLOW "192.0.2.256,ours\n",
      ":2: '192.0.2.256' is no prefix (192.0.2.0/28, without host bits)" },
    { "no domain", ALLOW "b\xc3\xbc.example,ours\n",
      ":2: 'b\xc3\xbc.example' is no prefix and no domain (IDNs as xn--…)" },
    { "an AS", ALLOW "AS64500,ours\n",
      ":2: 'AS64500' is no prefix and no domain (IDNs as xn--…)" },
    { "no reason", ALLOW "example.com,\n",
      ":2: 'example.com' has no reason; it is shown with what is allowed" },
    { "allocated", ALLOCATIONS "192.0.2.0/28,A\n192.0.2.8/29,B\n"
      "192.0.2.0/28,A\n", NULL },
    { "two customers of one prefix", ALLOCATIONS "192.0.2.0/28,A\n"
      "192.0.2.8/29,B\n192.0.2.0/28,B\n",
      ":4: another customer has this prefix in line 2" },
    { "no customer", ALLOCATIONS "192.0.2.0/28,\n",
      ":2: '192.0.2.0/28' has no customer" },
    { "empty", "", ": empty; it needs a header" },
};
/* clang-format on */

static int read_any(struct own *o, const char *path, const char *text,
                    struct snow_error *err)
{
    struct own_paths paths = { "", "", "" };

    if (strncmp(text, ALLOW, 8) == 0)
        paths.allow = path;
    else if (strncmp(text, ALLOCATIONS, 8) == 0)
        paths.allocations = path;
    else
        paths.reporters = path;
    return own_read(o, &paths, err);
}

static void files_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[] = "/tmp/snow-own-XXXXXX";
        struct snow_error err = { 0 };
        struct own own;
        int code;

        write_file(path, files[i].text);
        code = read_any(&own, path, files[i].text, &err);
        unlink(path);
        if (code == 0)
            own_fini(&own);
        if ((code == 0) != (files[i].error == NULL) ||
            (code && strcmp(err.text + strlen(path), files[i].error) != 0))
            fail_msg("%s: %d, %s", files[i].why, code, err.text);
    }
}

static void the_greater_count_stays(void **state)
{
    char path[] = "/tmp/snow-own-XXXXXX";
    struct reporters r;
    struct snow_error err;
    struct snow_addr a;

    (void)state;
    write_file(path, REPORTS "192.0.2.9,1\n192.0.2.1,3\n192.0.2.1,7\n"
                             "192.0.2.1,5\n");
    assert_int_equal(reporters_read(&r, path, &err), 0);
    unlink(path);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.all[0].n, 7);
    snow_addr_parse(&a, "192.0.2.2");
    assert_int_equal(reporters_from(&r, a), 1);
    snow_addr_parse(&a, "192.0.2.10");
    assert_int_equal(reporters_from(&r, a), 2);
    reporters_fini(&r);
}

static void hosts_are_not_allowed(void **state)
{
    char path[] = "/tmp/snow-own-XXXXXX", list[64];
    struct own_paths paths = { "", path, "" };
    struct analysis_psl *psl = lab_open_psl(list);
    struct snow_error err = { 0 };
    struct own own;

    (void)state;
    write_file(path, ALLOW "example.com,a domain\nmail.example.com,a host\n");
    assert_int_equal(own_read(&own, &paths, &err), 0);
    unlink(path);
    assert_int_equal(allow_check(&own.allow, psl, &err), SNOW_ESYNTAX);
    assert_string_equal(err.text + strlen(path),
                        ":3: 'mail.example.com' is a host; domains are allowed "
                        "as a whole, here 'example.com'");
    own_fini(&own);
    analysis_psl_close(psl);
    unlink(list);
}

/* --- what findings make of them --- */

/* Five new domains of four addresses each, side by side from 192.0.2.0 on, and
 * 320 others elsewhere. The fourth misses its second address. */
static void build_world(struct lab *l)
{
    static const char *const domains[] = { "amberlo.com", "brightu.com",
                                           "cindero.com", "dulvane.com",
                                           "ewerist.com" };
    int64_t from = lab_time("2001-03-01"), to = lab_time("2018-04-30");
    uint64_t state = 42;
    char addr[32], name[64];

    lab_init(l, "2018-05-15T12:00:00Z");
    l->mail_is_open = true;
    for (unsigned i = 0; i < COUNT_OF(domains); i++) {
        lab_register(l, domains[i], lab_time("2018-02-01") + i * 3600, 9990);
        for (unsigned k = 0; k < 4; k++) {
            snprintf(addr, sizeof addr, "192.0.2.%u", i * 4 + k);
            snprintf(name, sizeof name, "%s%s", k ? "kelu." : "", domains[i]);
            name[0] = k ? (char)('k' + k) : name[0];
            if (i != 3 || k != 1)
                lab_name(l, addr, name);
        }
    }
    for (unsigned i = 0; i < 320; i++) {
        snprintf(name, sizeof name, "customer%u.com", i);
        snprintf(addr, sizeof addr, "198.51.%u.%u", 100 + i / 20, i % 20 * 12);
        lab_name(l, addr, name);
        lab_register(l, name,
                     from +
                         (int64_t)(random_next(&state) % (uint64_t)(to - from)),
                     9991 + i % 7);
    }
}

static void find(struct snow_findings *f, const char *text)
{
    char path[] = "/tmp/snow-own-XXXXXX";
    struct snow_error err = { 0 };
    struct own own = { 0 };
    struct lab l;

    write_file(path, text ? text : REPORTS);
    assert_int_equal(read_any(&own, path, text ? text : REPORTS, &err), 0);
    unlink(path);
    build_world(&l);
    if (text)
        l.cfg.own = &own;
    lab_findings(&l, f);
    lab_fini(&l);
    own_fini(&own);
}

static const struct snow_finding *run_of(const struct snow_findings *f,
                                         const char *domain, bool is_allowed)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->all[i].kind == SNOW_RUN &&
            strcmp(f->all[i].domains[0], domain) == 0 &&
            (f->all[i].allowed != NULL) == is_allowed)
            return &f->all[i];
    return NULL;
}

/* clang-format off */
static const struct {
    const char *why, *list;
    size_t n_domains;   /* of the campaign that is left */
    uint64_t n_addrs;   /* that it names */
    const char *domain, *allowed; /* whose run is allowed, and why */
} allowing[] = {
    { "nobody", ALLOW, 5, 19, NULL, NULL },
    { "somebody else", ALLOW "mberlo.com,no\n203.0.113.0/24,no\n", 5, 19, NULL, NULL },
    { "a domain", ALLOW "brightu.com,\"a friend; of ours\"\n", 4, 15,
      "brightu.com", "a friend; of ours" },
    { "its addresses", ALLOW "192.0.2.8/30,a customer\n", 4, 15,
      "cindero.com", "a customer" },
    { "the longest prefix says why",
      ALLOW "192.0.2.8/30,outer\n192.0.2.8/31,inner\n", 4, 15,
      "cindero.com", "inner" },
    { "half of its addresses", ALLOW "192.0.2.8/31,half\n", 5, 17,
      "cindero.com", "half" },
    { "a gap", ALLOW "192.0.2.13,the gap\n", 5, 19, NULL, NULL },
};
/* clang-format on */

static bool covers(const struct snow_finding *f, const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    for (size_t i = 0; i < f->n_ranges; i++)
        if (snow_addr_compare(f->ranges[i].first, a) <= 0 &&
            snow_addr_compare(a, f->ranges[i].last) <= 0)
            return true;
    return false;
}

static void the_allowed_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(allowing); i++) {
        const struct snow_finding *run;
        struct snow_findings f;

        find(&f, allowing[i].list);
        if (f.all[0].kind != SNOW_CAMPAIGN || f.all[0].allowed ||
            f.all[0].tier != SNOW_TIER_HIGH ||
            f.all[0].n_domains != allowing[i].n_domains ||
            f.all[0].named_count != allowing[i].n_addrs)
            fail_msg("%s: a %s of %zu domains, %u addresses", allowing[i].why,
                     snow_finding_kind_word(f.all[0].kind), f.all[0].n_domains,
                     (unsigned)f.all[0].named_count);
        if (allowing[i].domain) {
            run = run_of(&f, allowing[i].domain, true);
            if (!run || strcmp(run->allowed, allowing[i].allowed) != 0 ||
                run->tier != SNOW_TIER_CONTEXT || run->parent_id[0])
                fail_msg("%s: %s", allowing[i].why, run ? run->caveats : "-");
            assert_memory_equal(run->caveats, "allowed: ", 9);
            assert_null(strstr(run->caveats, "; of ours"));
        }
        snow_findings_fini(&f);
    }
}

static void nothing_allowed_is_covered(void **state)
{
    struct snow_findings f;

    (void)state;
    find(&f, ALLOW);
    assert_true(covers(&f.all[0], "192.0.2.13"));
    assert_int_equal(f.all[0].ip_count, 20);
    snow_findings_fini(&f);
    find(&f, ALLOW "192.0.2.13,the gap\n192.0.2.8/31,half\n");
    for (size_t i = 0; i < f.n; i++)
        if (covers(&f.all[i], "192.0.2.13") ||
            (!f.all[i].allowed && (covers(&f.all[i], "192.0.2.8") ||
                                   covers(&f.all[i], "192.0.2.9"))))
            fail_msg("%s of %s", snow_finding_kind_word(f.all[i].kind),
                     f.all[i].domains[0]);
    assert_int_equal(f.all[0].ip_count, 17);
    assert_int_equal(f.all[0].gap_count, 0);
    snow_findings_fini(&f);
}

static void customers_are_listed(void **state)
{
    const struct snow_finding *run;
    struct snow_findings f;

    (void)state;
    find(&f, ALLOCATIONS "192.0.2.0/28,Zebra\n192.0.2.0/30,Alpha\n"
                         "192.0.2.4/32,Zebra\n203.0.113.0/24,Nobody\n");
    assert_int_equal(f.all[0].n_customers, 2);
    assert_string_equal(f.all[0].customers[0], "Alpha");
    assert_string_equal(f.all[0].customers[1], "Zebra");
    assert_non_null(strstr(f.all[0].caveats, "several customers"));
    run = run_of(&f, "amberlo.com", false);
    assert_int_equal(run->n_customers, 1);
    assert_string_equal(run->customers[0], "Alpha");
    assert_null(strstr(run->caveats, "several customers"));
    assert_int_equal(run_of(&f, "ewerist.com", false)->n_customers, 0);
    snow_findings_fini(&f);
}

/* clang-format off */
static const struct {
    const char *why;
    unsigned n;         /* addresses that the list names */
    unsigned counts[4]; /* of each run, behind one another */
    uint64_t known, most;
    double median;
    bool is_alike;
} reporting[] = {
    { "alike inside each run", 20, { 9, 8, 10, 9 }, 20, 50, 27, true },
    { "as unlike as any", 20, { 1, 40, 3, 9 }, 20, 200, 13.5, false },
    { "parties just enough", 20, { 1, 1, 1, 1 }, 20, 5, 3, true },
    { "of too few addresses", 9, { 9, 8, 10, 9 }, 9, 27, 16, false },
    { "nobody reported", 20, { 0, 0, 0, 0 }, 20, 0, 0, false },
};
/* clang-format on */

static void likeness_of_reports_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reporting); i++) {
        struct buf list = { 0 };
        struct snow_findings f;
        const struct snow_finding *c;

        buf_add_text(&list, REPORTS);
        for (unsigned k = 0; k < reporting[i].n; k++)
            buf_printf(&list, "192.0.2.%u,%u\n", k,
                       reporting[i].counts[k % 4] * (1 + k / 4));
        find(&f, list.data);
        c = &f.all[0];
        if (c->reporters_known != reporting[i].known ||
            c->reporters_max != reporting[i].most ||
            fabs(c->reporters_median - reporting[i].median) > .01 ||
            (strstr(c->reasons, "reports") != NULL) != reporting[i].is_alike)
            fail_msg("%s: %u known, most %u, median %.1f, cv %.2f, %s",
                     reporting[i].why, (unsigned)c->reporters_known,
                     (unsigned)c->reporters_max, c->reporters_median,
                     c->reporters_cv, c->reasons);
        snow_findings_fini(&f);
        buf_fini(&list);
    }
}

static void nothing_is_told_without_lists(void **state)
{
    struct snow_findings f;

    (void)state;
    find(&f, NULL);
    assert_int_equal(f.all[0].n_domains, 5);
    assert_int_equal(f.all[0].reporters_known, 0);
    assert_true(isnan(f.all[0].reporters_median));
    assert_int_equal(f.all[0].n_customers, 0);
    assert_null(f.all[0].allowed);
    snow_findings_fini(&f);
}

static void senders_are_left_alone(void **state)
{
    const struct snow_finding *run;
    struct snow_findings f;
    struct lab l;

    (void)state;
    build_world(&l);
    lab_name(&l, "192.0.2.20", "kilo.sendgrid.net");
    lab_name(&l, "192.0.2.21", "lima.sendgrid.net");
    lab_register(&l, "sendgrid.net", lab_time("2018-02-01"), 9990);
    lab_findings(&l, &f);
    run = run_of(&f, "sendgrid.net", false);
    assert_int_equal(run->tier, SNOW_TIER_CONTEXT);
    assert_non_null(strstr(run->caveats, "large sender"));
    assert_int_equal(f.all[0].n_domains, 5);
    snow_findings_fini(&f);
    lab_fini(&l);
}

/* --- tiers --- */

/* clang-format off */
static const struct {
    const char *why;
    size_t n_domains;
    double credit;  /* of topology */
    double burst_p; /* NaN: not tested */
    uint64_t open;  /* of 10 */
    enum snow_tier without, with;
} tiers[] = {
    { "high needs two families: reports are one", 5, 1, 1e-9, 10,
      SNOW_TIER_REVIEW, SNOW_TIER_HIGH },
    { "but never both", 5, 1, .5, 10, SNOW_TIER_REVIEW, SNOW_TIER_REVIEW },
    { "a score a little low for review", 5, .35, .5, 10,
      SNOW_TIER_CONTEXT, SNOW_TIER_REVIEW },
    { "a score far too low", 5, 0, .5, 0,
      SNOW_TIER_CONTEXT, SNOW_TIER_CONTEXT },
    { "one domain", 1, .25, NAN, 10, SNOW_TIER_CONTEXT, SNOW_TIER_REVIEW },
    { "one domain never gets high", 1, 1, NAN, 10,
      SNOW_TIER_REVIEW, SNOW_TIER_REVIEW },
};
/* clang-format on */

static void reports_lift_within_the_gates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tiers); i++) {
        struct score_facts in = {
            .n_runs = tiers[i].n_domains,
            .n_domains = tiers[i].n_domains,
            .multi_ip = tiers[i].credit,
            .consecutive = tiers[i].credit,
            .apex_first = tiers[i].credit,
            .named = 4 * tiers[i].n_domains,
            .probed = 10,
            .open = tiers[i].open,
            .own_banner = tiers[i].open,
            .n_registrars_known = tiers[i].n_domains,
            .n_top_registrar = 1,
            .registrar_share = .3,
            .n_dated = tiers[i].n_domains,
            .newness = 1,
            .age_days_median = 100,
            .burst_p = tiers[i].burst_p,
            .nameserver_entropy = NAN,
            .naming = 1,
            .n_web_known = tiers[i].n_domains,
            .web_absence = (double)tiers[i].n_domains,
        };
        struct snow_finding without = { 0 }, with = { 0 };

        for (unsigned k = 0; k < INFRA_N_FAMILIES; k++)
            in.shared.of[k] = (double)NAN;
        analysis_score(&without, &in);
        in.is_reported = true;
        analysis_score(&with, &in);
        if (without.tier != tiers[i].without || with.tier != tiers[i].with)
            fail_msg("%s: score %.1f coverage %.2f, %s and %s", tiers[i].why,
                     with.score, with.coverage, snow_tier_word(without.tier),
                     snow_tier_word(with.tier));
        assert_true(with.score == without.score); /* no part of the sum */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_strictly),
        cmocka_unit_test(the_greater_count_stays),
        cmocka_unit_test(hosts_are_not_allowed),
        cmocka_unit_test(the_allowed_are_told_apart),
        cmocka_unit_test(nothing_allowed_is_covered),
        cmocka_unit_test(customers_are_listed),
        cmocka_unit_test(likeness_of_reports_is_told),
        cmocka_unit_test(nothing_is_told_without_lists),
        cmocka_unit_test(senders_are_left_alone),
        cmocka_unit_test(reports_lift_within_the_gates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
