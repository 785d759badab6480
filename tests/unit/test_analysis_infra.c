#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/ages.h"
#include "analysis/infra.h"
#include "analysis/mail_setup.h"
#include "analysis/runs.h"
#include "analysis/website.h"

/* The domain example.com has the run 192.0.2.16 … 19. */
static struct run own_run = { .domain = 1 };
static const uint32_t own_runs[] = { 0 };
static const struct infra_owner owner = {
    .domain = 1,
    .name = "example.com",
    .all = &own_run,
    .runs = own_runs,
    .n_runs = 1,
};

static void place_run(void)
{
    assert_int_equal(snow_addr_parse(&own_run.first, "192.0.2.16"), 0);
    assert_int_equal(snow_addr_parse(&own_run.last, "192.0.2.19"), 0);
}

static void set_spf(struct analysis_mail_setup *m, const char *text)
{
    m->spf_len = (uint16_t)strlen(text);
    memcpy(m->spf_text, text, m->spf_len);
    m->status[MAIL_TXT] = SNOW_PTR_NAME;
}

/* clang-format off */
static const struct {
    const char *why, *in, *out;
} records[] = {
    { "nothing to take out", "v=spf1 a mx -all", "v=spf1 a mx -all" },
    { "case", "V=SPF1 A -ALL", "v=spf1 a -all" },
    { "its own name", "v=spf1 a:mail.example.com include:_spf.Example.COM ~all",
      "v=spf1 a:mail.DOM include:_spf.DOM ~all" },
    { "its own address", "v=spf1 ip4:192.0.2.17 -all", "v=spf1 ip4:IP -all" },
    { "its own network", "v=spf1 ip4:192.0.2.16/30 -all",
      "v=spf1 ip4:IP -all" },
    { "a network around it", "v=spf1 ip4:192.0.2.0/24 -all",
      "v=spf1 ip4:IP -all" },
    { "however many there are",
      "v=spf1 ip4:192.0.2.16 ip4:192.0.2.17 ip4:192.0.2.18 -all",
      "v=spf1 ip4:IP -all" },
    { "but not those of somebody else",
      "v=spf1 ip4:192.0.2.16 ip4:198.51.100.9 ip4:192.0.2.18 -all",
      "v=spf1 ip4:IP ip4:198.51.100.9 ip4:IP -all" },
    { "a qualifier", "v=spf1 +ip4:192.0.2.17 -all", "v=spf1 +ip4:IP -all" },
    { "the address of its site", "v=spf1 ip6:2001:db8::5 -all",
      "v=spf1 ip6:IP -all" },
    { "no address", "v=spf1 ip4:192.0.2 ip4: -all",
      "v=spf1 ip4:192.0.2 ip4: -all" },
    { "spaces", "v=spf1  a   -all ", "v=spf1 a -all" },
    { "no record", "", "" },
};
/* clang-format on */

static void spf_records_lose_what_is_their_own(void **state)
{
    (void)state;
    place_run();
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        struct analysis_mail_setup *m = calloc(1, sizeof *m);
        struct buf got = { 0 };

        assert_non_null(m);
        m->aaaa.n = 1;
        snow_addr_parse(&m->aaaa.at[0], "2001:db8::5");
        set_spf(m, records[i].in);
        analysis_infra_spf(&got, &owner, m);
        if (strcmp(got.len ? got.data : "", records[i].out) != 0)
            fail_msg("%s: '%s'", records[i].why, got.data);
        buf_fini(&got);
        free(m);
    }
}

/* clang-format off */
static const struct {
    const char *why;
    double weights[4];
    enum infra_family family;
    double total;
} sums[] = {
    { "nothing", { 0 }, INFRA_FAMILY_DNS, 0 },
    { "one in whole", { 2.5 }, INFRA_FAMILY_DNS, 2.5 },
    { "one fact told thrice, whatever the order", { .5, 1.5, .25 },
      INFRA_FAMILY_DNS, 1.5 },
    { "others by half, whatever the order", { .5, 1, .25 }, INFRA_FAMILY_SMTP,
      1.375 },
    { "no more than the cap", { 1.5, 1.5 }, INFRA_FAMILY_SMTP, 2 },
    { "two rare labels", { 1.5, 1.5 }, INFRA_FAMILY_NAMING, 2 },
    { "a strip within a /24", { 1.5, .5 }, INFRA_FAMILY_NETWORK, 1.5 },
};
/* clang-format on */

static void families_have_caps(void **state)
{
    double shares = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        struct infra_sum s = { 0 };
        double total;

        for (size_t k = 0; k < 4; k++)
            analysis_infra_sum(&s, sums[i].weights[k]);
        total = analysis_infra_total(&s, sums[i].family);
        if (fabs(total - sums[i].total) > 1e-9)
            fail_msg("%s: %f", sums[i].why, total);
    }
    for (unsigned f = 0; f < INFRA_N_FAMILIES; f++)
        shares += analysis_infra_share(f);
    assert_true(fabs(shares - 1) < 1e-9);
}

#define DOMAINS 100

/** Domains 0 … 99 without a run, or with one each. */
struct world {
    struct domain domains[DOMAINS];
    struct facts facts;
    struct runs runs;
    struct ages ages;
    struct infra infra;
};

static void make_world(struct world *w, uint32_t flags)
{
    *w = (struct world){ 0 };
    for (size_t i = 0; i < DOMAINS; i++)
        w->domains[i].flags = flags;
    w->facts.domains = w->domains;
    w->facts.n = DOMAINS;
}

static void add(struct world *w, uint32_t from, uint32_t to,
                enum infra_kind kind, uint64_t hash)
{
    for (uint32_t i = from; i < to; i++)
        assert_int_equal(analysis_infra_add(&w->infra, i, kind, hash), 0);
}

static double compare(struct world *w, enum infra_family family)
{
    static const uint32_t set[] = { 0, 1, 2, 3 };
    struct infra_alike alike;

    assert_int_equal(
        analysis_infra_settle(&w->infra, &w->facts, &w->runs, &w->ages), 0);
    assert_int_equal(analysis_infra_compare(&alike, &w->infra, set, 4), 0);
    analysis_infra_fini(&w->infra);
    return alike.of[family];
}

/* clang-format off */
static const struct {
    const char *why;
    uint32_t flags;
    struct {
        uint32_t from, to;
        enum infra_kind kind;
        uint64_t hash;
    } values[4];
    enum infra_family family;
    double weight; /* NaN: not known */
} worlds[] = {
    { "nobody was asked", 0, { { 0 } }, INFRA_FAMILY_MAIL, NAN },
    { "nobody else was asked", DOMAIN_IN_RUN,
      { { 0, 4, INFRA_SPF, 7 } }, INFRA_FAMILY_MAIL, NAN },
    { "all have it", DOMAIN_IN_RUN,
      { { 0, 100, INFRA_SPF, 7 } }, INFRA_FAMILY_MAIL, 0 },
    { "nobody else has it: log10 of the 96 others and one", DOMAIN_IN_RUN,
      { { 0, 4, INFRA_SOA, 7 }, { 4, 100, INFRA_SOA, 8 } },
      INFRA_FAMILY_DNS, 1.98677 },
    { "a text tells no more than its kind may", DOMAIN_IN_RUN,
      { { 0, 4, INFRA_SPF, 7 }, { 4, 100, INFRA_SPF, 8 } },
      INFRA_FAMILY_MAIL, 1.5 },
    { "half of the pairs and less share it", DOMAIN_IN_RUN,
      { { 0, 2, INFRA_SOA, 7 }, { 2, 3, INFRA_SOA, 8 },
        { 3, 100, INFRA_SOA, 9 } }, INFRA_FAMILY_DNS, 1.98677 / 6 },
    { "that none has a record ties nobody", DOMAIN_IN_RUN,
      { { 0, 4, INFRA_SPF, 0 }, { 4, 100, INFRA_SPF, 8 } },
      INFRA_FAMILY_MAIL, 0 },
    { "records and whom they include tie nobody alone", DOMAIN_IN_RUN,
      { { 0, 4, INFRA_SPF, 7 }, { 4, 100, INFRA_SPF, 8 },
        { 0, 4, INFRA_INCLUDE, 5 }, { 4, 100, INFRA_INCLUDE, 0 } },
      INFRA_FAMILY_MAIL, 1.5 * 1.25 },
    { "families do not mix", DOMAIN_IN_RUN,
      { { 0, 4, INFRA_SPF, 7 }, { 4, 100, INFRA_SPF, 8 },
        { 0, 4, INFRA_KEY, 7 }, { 4, 100, INFRA_KEY, 8 } },
      INFRA_FAMILY_SMTP, 1.98677 },
    { "what four others have is a service", 0,
      { { 0, 4, INFRA_SOA, 7 }, { 4, 100, INFRA_SOA, 8 } },
      INFRA_FAMILY_DNS, 1.25 },
    { "who has no run tells how common it is", 0,
      { { 0, 40, INFRA_DELEGATION, 7 }, { 40, 100, INFRA_DELEGATION, 8 } },
      INFRA_FAMILY_DNS, 0 },
};
/* clang-format on */

static void values_tie_by_their_rarity(void **state)
{
    static struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(worlds); i++) {
        double weight;

        make_world(&w, worlds[i].flags);
        for (size_t k = 0; k < COUNT_OF(worlds[i].values); k++)
            add(&w, worlds[i].values[k].from, worlds[i].values[k].to,
                worlds[i].values[k].kind, worlds[i].values[k].hash);
        add(&w, 0, 4, INFRA_TEMPLATE, 1); /* another kind, never in the way */
        weight = compare(&w, worlds[i].family);
        if (isnan(weight) != isnan(worlds[i].weight) ||
            fabs(weight - worlds[i].weight) > 1e-4)
            fail_msg("%s: %f", worlds[i].why, weight);
    }
}

/** What two domains show, and whether it is alike. */
struct shown {
    struct infra infra;
    struct analysis_mail_setup *mail;
    struct analysis_website *site;
};

static void fill_mail(struct analysis_mail_setup *m, const char *name)
{
    memset(m->status, SNOW_PTR_NAME, sizeof m->status);
    m->n_ns = 1;
    snprintf(m->ns[0], sizeof m->ns[0], "ns1.%s", name);
    snprintf(m->soa_server, sizeof m->soa_server, "ns1.%s", name);
    snprintf(m->soa_mailbox, sizeof m->soa_mailbox, "hostmaster.%s", name);
    m->dmarc_len =
        (uint16_t)snprintf(m->dmarc, sizeof m->dmarc,
                           "v=DMARC1; p=none; rua=mailto:x@Reports.test,"
                           "mailto:y@%s",
                           name);
    set_spf(m, "v=spf1 include:_spf.sender.test -all");
    m->spf.n_includes = 1;
    snprintf(m->spf.includes[0], sizeof m->spf.includes[0], "_spf.sender.test");
}

static void show(struct shown *s, uint32_t domain, const char *name)
{
    struct infra_owner o = { .domain = domain, .name = name, .runs = own_runs };

    fill_mail(s->mail, name);
    s->site->status = WEBSITE_CONTENT;
    snprintf(s->site->title, sizeof s->site->title, "Welcome to %s", name);
    assert_int_equal(analysis_infra_add_mail(&s->infra, &o, s->mail), 0);
    assert_int_equal(analysis_infra_add_website(&s->infra, &o, s->site), 0);
}

/* One maker's domains differ in nothing but their names. */
static void one_making_is_seen(void **state)
{
    static struct world w;
    struct shown s = { .mail = calloc(1, sizeof *s.mail),
                       .site = calloc(1, sizeof *s.site) };
    const struct infra_value *a, *b;
    size_t n_a, n_b;

    (void)state;
    assert_non_null(s.mail);
    assert_non_null(s.site);
    make_world(&w, 0);
    show(&s, 3, "one.example");
    show(&s, 9, "another.example");
    analysis_infra_settle(&s.infra, &w.facts, &w.runs, &w.ages);
    a = analysis_infra_get(&s.infra, 3, &n_a);
    b = analysis_infra_get(&s.infra, 9, &n_b);
    assert_int_equal(n_a, 7); /* includes: asked, and one */
    assert_int_equal(n_b, 7);
    for (size_t i = 0; i < n_a; i++) {
        assert_int_equal(a[i].kind, b[i].kind);
        if (a[i].hash != b[i].hash)
            fail_msg("kind %u differs", a[i].kind);
        assert_true(a[i].hash != 0 || a[i].kind == INFRA_INCLUDE);
        assert_int_equal(a[i].df, 2);
    }
    analysis_infra_fini(&s.infra);
    free(s.mail);
    free(s.site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spf_records_lose_what_is_their_own),
        cmocka_unit_test(families_have_caps),
        cmocka_unit_test(values_tie_by_their_rarity),
        cmocka_unit_test(one_making_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
