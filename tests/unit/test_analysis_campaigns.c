#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/links.h"
#include "base/random.h"
#include "base/text.h"
#include "snowline/error.h"

#define RUNS 400
#define NOW INT64_C(1526385600)
#define DAY INT64_C(86400)

/** Runs 0 … 399, each of a domain and in a /24 of its own, of every age and
 * several registrars. */
struct world {
    struct run runs[RUNS];
    bool is_apart[RUNS], is_own[RUNS];
    struct strip strips[1];
    struct snow_registration registrations[RUNS];
    struct facts facts;
    struct ages ages;
    struct infra infra;
    struct campaigns_input in;
};

static void make_world(struct world *w)
{
    uint64_t state = 3;

    *w = (struct world){ 0 };
    for (uint32_t i = 0; i < RUNS; i++) {
        struct snow_registration *r = &w->registrations[i];
        char addr[32];

        r->status = SNOW_REGISTRATION_REGISTERED;
        r->registrar_iana_id = 1000 + i % 7;
        r->created_utc_s =
            NOW - (int64_t)(random_next(&state) % (9 * 365 * DAY));
        snprintf(r->domain, sizeof r->domain, "d%u.example", i);
        snprintf(addr, sizeof addr, "10.%u.%u.16", i / 200, i % 200);
        snow_addr_parse(&w->runs[i].first, addr);
        w->runs[i].last = snow_addr_add(w->runs[i].first, 3);
        analysis_facts_domain(&w->facts, r->domain, &w->runs[i].domain);
    }
}

static void value(struct world *w, unsigned from, unsigned to,
                  enum infra_kind kind, uint64_t hash)
{
    for (unsigned i = from; i < to; i++)
        assert_int_equal(
            analysis_infra_add(&w->infra, w->runs[i].domain, kind, hash), 0);
}

/* Everybody else has something else. */
static void share(struct world *w, unsigned n, enum infra_kind kind)
{
    value(w, 0, n, kind, 7);
    for (unsigned i = n; i < RUNS; i++)
        value(w, i, i + 1, kind, 1000 + i);
}

static void share_label(struct world *w, unsigned n, uint64_t label)
{
    for (unsigned i = 0; i < n; i++) {
        struct facts_name name = { .domain = w->runs[i].domain,
                                   .label = label };

        w->runs[i].labels[w->runs[i].n_labels++] = label;
        assert_int_equal(analysis_facts_learn(&w->facts, &name, 1), 0);
    }
}

/* So many domains of one registrar, so many seconds apart. */
static void registered(struct world *w, unsigned n, int64_t apart)
{
    for (unsigned i = 0; i < n; i++) {
        w->registrations[i].registrar_iana_id = 1000;
        w->registrations[i].created_utc_s = NOW - 100 * DAY + i * apart;
    }
}

static void settle(struct world *w)
{
    struct runs runs = { .all = w->runs, .n = RUNS };

    assert_int_equal(analysis_facts_settle(&w->facts), 0);
    for (unsigned i = 0; i < RUNS; i++)
        w->facts.domains[w->runs[i].domain].flags |= DOMAIN_IN_RUN;
    w->ages.facts = &w->facts;
    w->ages.now_utc_s = NOW;
    for (unsigned i = 0; i < RUNS; i++)
        assert_int_equal(analysis_ages_add(&w->ages, &w->registrations[i]), 0);
    assert_int_equal(analysis_ages_settle(&w->ages), 0);
    assert_int_equal(
        analysis_infra_settle(&w->infra, &w->facts, &runs, &w->ages), 0);
    w->in = (struct campaigns_input){ .runs = w->runs,
                                      .n_runs = RUNS,
                                      .is_apart = w->is_apart,
                                      .is_own = w->is_own,
                                      .strips = w->strips,
                                      .n_strips = w->strips[0].n > 0,
                                      .facts = &w->facts,
                                      .ages = &w->ages,
                                      .infra = &w->infra };
}

static void forget(struct world *w)
{
    analysis_infra_fini(&w->infra);
    analysis_ages_fini(&w->ages);
    analysis_facts_fini(&w->facts);
}

/* --- one tie each --- */

static void nothing(struct world *w)
{
    (void)w;
}

static void same_domain(struct world *w)
{
    w->runs[1].domain = w->runs[0].domain;
}

static void same_registrar(struct world *w)
{
    registered(w, 2, 3 * DAY);
}

static void same_day(struct world *w)
{
    registered(w, 2, DAY - 1);
}

static void two_within_minutes(struct world *w)
{
    registered(w, 2, 60);
}

static void three_within_minutes(struct world *w)
{
    registered(w, 3, 600);
}

static void three_within_a_day(struct world *w)
{
    registered(w, 3, 0);
    for (unsigned i = 0; i < 3; i++)
        w->registrations[i].created_is_date_only = true;
}

static void a_burst(struct world *w)
{
    registered(w, 8, DAY + 1);
}

/* A registrar that only began this year: one long burst, and in it three that
 * happen to be neighbours. */
static void busy_registrar(struct world *w)
{
    registered(w, RUNS, 30000);
    for (unsigned i = 0; i < RUNS; i++)
        w->registrations[i].created_utc_s -= 40 * DAY;
    for (unsigned i = 0; i < 3; i++)
        w->registrations[i].created_utc_s =
            NOW - 100 * DAY + 15000 + (int64_t)i * 500;
}

static void one_label(struct world *w)
{
    share_label(w, 2, 77);
}

static void two_labels(struct world *w)
{
    share_label(w, 2, 77);
    share_label(w, 2, 78);
}

static void common_label(struct world *w)
{
    share_label(w, 4, 77);
}

static void name_servers(struct world *w)
{
    share(w, 2, INFRA_NAMESERVERS);
}

static void whole_zone(struct world *w)
{
    share(w, 2, INFRA_NAMESERVERS);
    share(w, 2, INFRA_SOA);
    share(w, 2, INFRA_DELEGATION);
}

static void common_name_servers(struct world *w)
{
    share(w, 100, INFRA_NAMESERVERS);
}

static void spf(struct world *w)
{
    share(w, 2, INFRA_SPF);
}

static void no_spf(struct world *w)
{
    value(w, 0, 2, INFRA_SPF, 0);
    for (unsigned i = 2; i < RUNS; i++)
        value(w, i, i + 1, INFRA_SPF, 1000 + i);
}

static void spf_and_reports(struct world *w)
{
    share(w, 2, INFRA_SPF);
    share(w, 2, INFRA_DMARC);
}

static void key(struct world *w)
{
    share(w, 2, INFRA_KEY);
}

static void manner(struct world *w)
{
    for (unsigned i = 0; i < RUNS; i++)
        w->runs[i].greetings[0] =
            (struct greeting){ 1, i < 2 ? 5 : 1000 + i, 4 };
}

static void page(struct world *w)
{
    share(w, 2, INFRA_TITLE);
}

static void host_template(struct world *w)
{
    for (unsigned i = 0; i < RUNS; i++) {
        w->runs[i].has_one_template = true;
        w->runs[i].skeleton = i < 2 ? 5 : 1000 + i;
    }
}

static void one_block(struct world *w)
{
    w->runs[1].first = snow_addr_add(w->runs[0].first, 32);
    w->runs[1].last = snow_addr_add(w->runs[1].first, 3);
}

static void one_strip(struct world *w)
{
    one_block(w);
    w->strips[0] = (struct strip){ 0, 2 };
}

static void label_in_one_block(struct world *w)
{
    one_block(w);
    one_label(w);
}

static void own_in_a_burst(struct world *w)
{
    a_burst(w);
    one_strip(w);
    w->is_own[1] = true;
}

static void own_with_name_servers(struct world *w)
{
    own_in_a_burst(w);
    name_servers(w);
}

static void apart(struct world *w)
{
    whole_zone(w);
    w->is_apart[1] = true;
}

/* clang-format off */
static const struct {
    const char *why;
    void (*change)(struct world *w);
    double weight; /* of runs 0 and 1 */
    bool is_campaign;
} ties[] = {
    { "nothing", nothing, 0, false },
    { "one domain is tied, but no campaign", same_domain, 10, false },
    { "one registrar", same_registrar, .5, false },
    { "one registrar and day", same_day, 1.5, false },
    { "two within minutes are soon met", two_within_minutes, 1.5, false },
    { "three within minutes", three_within_minutes, 3, true },
    { "a date tells no minutes", three_within_a_day, 1.5, false },
    { "a burst", a_burst, 2, true },
    { "three within minutes where everybody is", busy_registrar, 2, true },
    { "a rare label", one_label, 1.5, false },
    { "two rare labels", two_labels, 2, true },
    { "a label of four domains", common_label, 0, false },
    { "name servers: log10 of 400 over 2", name_servers, 2.30103, true },
    { "a zone is told once", whole_zone, 2.30103, true },
    { "common name servers", common_name_servers, 0, false },
    { "SPF alone", spf, 1.5, false },
    { "no record is none in common", no_spf, 0, false },
    { "SPF and where reports go hang together", spf_and_reports, 1.875, false },
    { "a key", key, 2, true },
    { "a manner of greeting", manner, 1.5, false },
    { "a page", page, 1.5, false },
    { "a template", host_template, 1, false },
    { "one /24", one_block, .5, false },
    { "side by side in a strip, up to the cap", one_strip, 1.5, false },
    { "families add up", label_in_one_block, 2, true },
    { "tied to nobody", apart, 0, false },
    { "not by date, registrar and place", own_in_a_burst, 0, false },
    { "but by what it shares", own_with_name_servers, 2.30103, true },
};
/* clang-format on */

static double weight_of(struct world *w)
{
    struct links l;
    double weight;

    assert_int_equal(analysis_links_init(&l, &w->in), 0);
    assert_int_equal(analysis_links_find_bursts(&l), 0);
    weight = analysis_links_weight(&l, 0, 1);
    assert_true(fabs(weight - analysis_links_weight(&l, 1, 0)) < 1e-6);
    analysis_links_fini(&l);
    return weight;
}

static void ties_have_weights(void **state)
{
    static struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ties); i++) {
        struct campaigns c;
        double weight;

        make_world(&w);
        ties[i].change(&w);
        settle(&w);
        weight = weight_of(&w);
        if (fabs(weight - ties[i].weight) > 1e-4)
            fail_msg("%s: %f", ties[i].why, weight);
        assert_int_equal(analysis_campaigns_find(&c, &w.in), 0);
        if ((c.of_run[0] != 0 && c.of_run[0] == c.of_run[1]) !=
            ties[i].is_campaign)
            fail_msg("%s: campaigns %u and %u", ties[i].why, c.of_run[0],
                     c.of_run[1]);
        analysis_campaigns_fini(&c);
        forget(&w);
    }
}

/* --- large sets --- */

static size_t largest(const struct campaigns *c)
{
    size_t most = 0;

    for (size_t i = 1; i <= c->n; i++) {
        size_t n = 0;

        for (size_t k = 0; k < RUNS; k++)
            n += c->of_run[k] == i;
        most = n > most ? n : most;
    }
    return most;
}

/* Each has something in common with the next one, and no two ends have. */
static void a_chain(struct world *w)
{
    for (unsigned i = 0; i + 1 < 300; i++)
        for (unsigned k = 0; k < 2; k++) {
            w->runs[i].labels[w->runs[i].n_labels++] = 5000 + 2 * i + k;
            w->runs[i + 1].labels[w->runs[i + 1].n_labels++] = 5000 + 2 * i + k;
        }
}

static void a_crowd(struct world *w)
{
    registered(w, 300, 3600);
}

/* What all 300 have ties nobody (it is too common); what ties is shared by
 * forty of these, every seventh one. */
static void needles_in_a_crowd(struct world *w)
{
    for (unsigned i = 0; i < RUNS; i++) {
        bool is_needle = i % 7 == 0 && i < 56;

        value(w, i, i + 1, INFRA_SPF, is_needle ? 7 : 1000 + i);
        value(w, i, i + 1, INFRA_TITLE, is_needle ? 7 : 1000 + i);
    }
}

/* A burst of twelve; of these, so many share a rare label by threes. */
static void a_burst_with(struct world *w, unsigned n)
{
    registered(w, 12, DAY + 1);
    for (unsigned i = 0; i < n; i++) {
        struct facts_name name = { .domain = w->runs[i].domain,
                                   .label = 70 + i / 3 };

        w->runs[i].labels[w->runs[i].n_labels++] = name.label;
        assert_int_equal(analysis_facts_learn(&w->facts, &name, 1), 0);
    }
}

static void all_were_asked(struct world *w)
{
    for (unsigned i = 0; i < RUNS; i++)
        value(w, i, i + 1, INFRA_SPF, 1000 + i);
}

static void a_fringe(struct world *w)
{
    a_burst_with(w, 9);
    all_were_asked(w);
}

static void a_fringe_not_asked(struct world *w)
{
    a_burst_with(w, 9);
}

static void few_are_firm(struct world *w)
{
    a_burst_with(w, 3);
    all_were_asked(w);
}

/* clang-format off */
static const struct {
    const char *why;
    void (*change)(struct world *w);
    size_t least, most; /* runs of the largest campaign */
} sets[] = {
    { "whom the burst alone brings is let go", a_fringe, 9, 9 },
    { "but not who was not asked", a_fringe_not_asked, 12, 12 },
    { "and not where most have no more", few_are_firm, 12, 12 },
    { "a chain is no campaign", a_chain, 0, 200 },
    { "a crowd that is tied all around is", a_crowd, 290, 400 },
    { "eight among four hundred", needles_in_a_crowd, 8, 8 },
};
/* clang-format on */

static void large_sets_are_no_chains(void **state)
{
    static struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct campaigns c;
        size_t n;

        make_world(&w);
        sets[i].change(&w);
        settle(&w);
        assert_int_equal(analysis_campaigns_find(&c, &w.in), 0);
        n = largest(&c);
        if (n < sets[i].least || n > sets[i].most)
            fail_msg("%s: %zu", sets[i].why, n);
        analysis_campaigns_fini(&c);
        forget(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_have_weights),
        cmocka_unit_test(large_sets_are_no_chains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
