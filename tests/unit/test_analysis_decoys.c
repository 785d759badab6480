/* Decoys of a small made-up network: a campaign, and strangers around it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../support/analysis_lab.h"
#include "analysis/decoys.h"
#include "base/random.h"
#include "base/text.h"

#define STRANGERS 400
#define ALLIES 8

static void add_strangers(struct lab *l)
{
    int64_t from = lab_time("2001-03-01"), to = lab_time("2018-04-30");
    uint64_t state = 42;
    unsigned at = 0;

    for (unsigned i = 0; i < STRANGERS; i++) {
        char addr[32], name[64], domain[48];

        snprintf(domain, sizeof domain, "customer%c%c%u.%s", 'a' + i % 26,
                 'a' + i / 26, i, i % 3 ? "com" : "net");
        snprintf(name, sizeof name, "mail.%s", domain);
        snprintf(addr, sizeof addr, "192.0.%u.%u", 2 + at / 250, at % 250);
        at++;
        lab_name(l, addr, name);
        if (i % 4 == 0) { /* a pair of addresses */
            snprintf(name, sizeof name, "www.%s", domain);
            snprintf(addr, sizeof addr, "192.0.%u.%u", 2 + at / 250, at % 250);
            at++;
            lab_name(l, addr, name);
        }
        lab_register(l, domain,
                     from +
                         (int64_t)(random_next(&state) % (uint64_t)(to - from)),
                     9991 + i % 7);
    }
}

static void add_campaign(struct lab *l)
{
    static const char *const hosts[] = { "", "mail.", "out." };

    for (unsigned i = 0; i < ALLIES; i++) {
        char addr[32], name[64], domain[48];

        snprintf(domain, sizeof domain, "%s%c.com", "fairdeal", 'k' + i);
        for (unsigned k = 0; k < COUNT_OF(hosts); k++) {
            snprintf(name, sizeof name, "%s%s", hosts[k], domain);
            snprintf(addr, sizeof addr, "192.0.8.%u", 16 + i * 4 + k);
            lab_name(l, addr, name);
        }
        lab_register(l, domain, lab_time("2018-04-01") + i * 3600, 9990);
    }
    lab_outcome(l, "192.0.8.60", SNOW_PTR_TIMEOUT);
}

static void build(struct lab *l, uint64_t decoys, double fdr)
{
    lab_init(l, "2018-05-15T12:00:00Z");
    l->mail_is_open = true;
    l->cfg.decoys = decoys;
    l->cfg.fdr = fdr;
    l->cfg.seed = 5;
    add_strangers(l);
    add_campaign(l);
}

static void write_all(struct buf *to, const struct snow_findings *f)
{
    for (size_t i = 0; i < f->n; i++)
        buf_printf(to, "%s %s %.17g %s\n", f->all[i].id,
                   snow_tier_word(f->all[i].tier), f->all[i].score,
                   f->all[i].caveats);
    assert_false(to->failed);
}

/* Looking at shuffles leaves the scan as it is. */
static void findings_stay_as_they_are(void **state)
{
    struct snow_findings f;
    struct buf without = { 0 }, with = { 0 };
    struct lab l;

    (void)state;
    build(&l, 0, 0);
    lab_findings(&l, &f);
    assert_int_equal(f.calibration.n_decoys, 0);
    write_all(&without, &f);
    snow_findings_fini(&f);
    lab_fini(&l);
    build(&l, 20, 0);
    lab_findings(&l, &f);
    write_all(&with, &f);
    assert_string_equal(without.data, with.data);
    assert_int_equal(
        snow_tally_from(&f.calibration.observed, SNOW_ALONE, 0) +
            snow_tally_from(&f.calibration.observed, SNOW_TOGETHER, 0),
        f.n);
    snow_findings_fini(&f);
    lab_fini(&l);
    buf_fini(&without);
    buf_fini(&with);
}

static void chance_makes_no_campaign(void **state)
{
    struct snow_findings f;
    const struct snow_calibration *c = &f.calibration;
    struct lab l;

    (void)state;
    build(&l, 50, 0);
    lab_findings(&l, &f);
    assert_int_equal(c->n_decoys, 50);
    assert_int_equal(f.all[0].kind, SNOW_CAMPAIGN);
    assert_int_equal(f.all[0].n_domains, ALLIES);
    assert_true(snow_tally_from(&c->decoys, SNOW_ALONE, 0) > 10);
    assert_true(c->decoys.highest[SNOW_TOGETHER] < f.all[0].score - 10);
    assert_true(snow_calibration_fdr(c, SNOW_TOGETHER, f.all[0].score) <= 0);
    snow_findings_fini(&f);
    lab_fini(&l);
}

static void count_shuffle(void *arg, const struct snow_progress *p)
{
    uint64_t *n = arg;

    if (strcmp(p->stage, "decoys") != 0)
        return;
    assert_int_equal(p->done, ++*n);
    assert_int_equal(p->of, 20);
}

static void shuffles_are_told(void **state)
{
    struct snow_findings f;
    struct lab l;
    uint64_t n = 0;

    (void)state;
    build(&l, 20, 0);
    l.cfg.on_progress = count_shuffle;
    l.cfg.on_progress_arg = &n;
    lab_findings(&l, &f);
    assert_int_equal(n, 20);
    snow_findings_fini(&f);
    lab_fini(&l);
}

static void a_seed_decides(void **state)
{
    struct snow_tally tallies[3];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(tallies); i++) {
        struct snow_findings f;
        struct lab l;

        build(&l, 20, 0);
        l.cfg.seed = i == 2 ? 6 : 5;
        lab_findings(&l, &f);
        tallies[i] = f.calibration.decoys;
        snow_findings_fini(&f);
        lab_fini(&l);
    }
    assert_memory_equal(&tallies[0], &tallies[1], sizeof tallies[0]);
    assert_memory_not_equal(&tallies[0], &tallies[2], sizeof tallies[0]);
}

static void a_share_sets_the_high_tier(void **state)
{
    struct snow_findings f;
    struct lab l;
    double from;

    (void)state;
    build(&l, 50, .01);
    lab_findings(&l, &f);
    from = f.calibration.high_from;
    assert_true(from >= 50 && from < SNOW_SCORE_STEPS);
    assert_true(from <= f.all[0].score);
    assert_int_equal(f.all[0].tier, SNOW_TIER_HIGH);
    for (size_t i = 0; i < f.n; i++)
        if (f.all[i].kind != SNOW_RUN && f.all[i].tier == SNOW_TIER_HIGH)
            assert_true(f.all[i].score >= from);
    snow_findings_fini(&f);
    lab_fini(&l);
}

static void check_run(const struct run *x, const struct run *y)
{
    assert_int_equal(snow_addr_compare(x->first, y->first), 0);
    assert_int_equal(snow_addr_compare(x->last, y->last), 0);
    assert_int_equal(x->domain, y->domain);
    assert_int_equal(x->n_named, y->n_named);
    assert_int_equal(x->n_unknown, y->n_unknown);
    assert_int_equal(x->n_distinct, y->n_distinct);
    assert_int_equal(x->n_apex, y->n_apex);
    assert_int_equal(x->starts_with_apex, y->starts_with_apex);
    assert_int_equal(x->ends_unknown, y->ends_unknown);
    assert_int_equal(x->n_labels, y->n_labels);
    assert_int_equal(x->probed, y->probed);
    assert_int_equal(x->open, y->open);
    assert_int_equal(x->own_banner, y->own_banner);
}

static int to_runs(void *arg, const struct verdict *v)
{
    return analysis_runs_add(arg, v);
}

/* Unshuffled, a decoy is the scan itself. */
static void the_same_order_is_the_scan(void **state)
{
    struct lab l;
    struct analysis *a;
    struct runs again = { .gap_max = 0 };
    uint32_t *order;

    (void)state;
    build(&l, 1, 0);
    a = lab_analyse(&l);
    again.gap_max = a->runs.gap_max;
    order = calloc(a->hosts.n, sizeof *order);
    assert_non_null(order);
    for (uint32_t i = 0; i < a->hosts.n; i++)
        order[i] = i;
    assert_int_equal(analysis_hosts_each(&a->hosts, order, to_runs, &again), 0);
    assert_int_equal(analysis_runs_finish(&again), 0);
    assert_true(again.n > ALLIES);
    assert_int_equal(again.n, a->runs.n);
    for (size_t i = 0; i < again.n; i++)
        check_run(&again.all[i], &a->runs.all[i]);
    free(order);
    analysis_runs_fini(&again);
    analysis_free(a);
    lab_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_stay_as_they_are),
        cmocka_unit_test(chance_makes_no_campaign),
        cmocka_unit_test(shuffles_are_told),
        cmocka_unit_test(a_seed_decides),
        cmocka_unit_test(a_share_sets_the_high_tier),
        cmocka_unit_test(the_same_order_is_the_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
