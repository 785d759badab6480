#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/score.h"
#include "analysis/words.h"
#include "base/text.h"

/* A campaign of six that resembles the pattern in all there is. */
static struct score_facts strong_facts(void)
{
    struct score_facts in = {
        .n_runs = 6,
        .n_domains = 6,
        .multi_ip = 1,
        .consecutive = 1,
        .apex_first = 1,
        .n_apex_first = 6,
        .named = 48,
        .span = 48,
        .probed = 48,
        .open = 48,
        .own_banner = 48,
        .n_registrars_known = 6,
        .n_top_registrar = 6,
        .registrar_share = .05,
        .n_dated = 6,
        .newness = 1,
        .age_days_median = 100,
        .burst_p = 1e-7,
        .nameserver_entropy = 0,
        .naming = 1,
        .mx_known = 6,
        .mx_inside = 6,
        .spf_known = 6,
        .spf_covers = 6,
        .fcrdns_known = 48,
        .fcrdns_ok = 48,
        .n_web_asked = 6,
        .n_web_known = 6,
        .web_absence = 6,
    };

    for (unsigned f = 0; f < INFRA_N_FAMILIES; f++)
        in.shared.of[f] = 2;
    return in;
}

static void nothing(struct score_facts *in)
{
    (void)in;
}

static void no_smtp(struct score_facts *in)
{
    in->probed = in->open = in->own_banner = 0;
}

static void closed(struct score_facts *in)
{
    in->open = in->own_banner = 0;
}

static void no_mail(struct score_facts *in)
{
    no_smtp(in);
    in->spf_known = in->mx_known = 0;
}

static void no_spf(struct score_facts *in)
{
    in->spf_covers = 0;
}

static void no_web(struct score_facts *in)
{
    in->n_web_asked = in->n_web_known = 0;
    in->web_absence = 0;
}

/* They lead to other domains, or are busy. */
static void unclear_web(struct score_facts *in)
{
    in->n_web_known = in->n_sites = 0;
    in->web_absence = 0;
}

static void mute(struct score_facts *in)
{
    in->open = in->own_banner = 0;
    in->spf_covers = in->mx_inside = 0;
}

static void mute_but_for_mx(struct score_facts *in)
{
    mute(in);
    in->mx_inside = 1;
}

static void closed_and_no_records_asked(struct score_facts *in)
{
    mute(in);
    in->spf_known = in->mx_known = 0;
}

static void four_with_sites(struct score_facts *in)
{
    in->n_runs = in->n_domains = in->n_dated = in->n_registrars_known = 4;
    in->n_top_registrar = in->n_web_asked = in->n_web_known = in->n_sites = 4;
    in->mx_known = in->mx_inside = in->spf_known = in->spf_covers = 4;
    in->web_absence = 0;
}

static void half_web(struct score_facts *in)
{
    in->web_absence = 3;
    in->n_sites = 3;
}

static void sites(struct score_facts *in)
{
    in->web_absence = 0;
    in->n_sites = 6;
}

static void sites_of_startups(struct score_facts *in)
{
    sites(in);
    in->burst_p = .2;
}

static void one_run_with_site(struct score_facts *in)
{
    sites(in);
    in->n_runs = in->n_domains = in->n_dated = in->n_registrars_known = 1;
    in->n_sites = in->n_web_known = in->n_web_asked = 1;
    in->n_top_registrar = 1;
    in->named = in->span = in->probed = in->open = in->own_banner = 4;
    in->spf_known = in->spf_covers = in->mx_known = in->mx_inside = 1;
    in->burst_p = (double)NAN;
}

static void one_run(struct score_facts *in)
{
    one_run_with_site(in);
    in->n_sites = 0;
    in->web_absence = 1;
}

static void one_run_of_three(struct score_facts *in)
{
    one_run(in);
    in->named = in->span = in->probed = in->open = in->own_banner = 3;
}

static void forged(struct score_facts *in)
{
    in->fcrdns_ok = 23;
}

static void half_confirmed(struct score_facts *in)
{
    in->fcrdns_ok = 24;
}

static void unasked_forward(struct score_facts *in)
{
    in->fcrdns_known = in->fcrdns_ok = 0;
}

static void sender_net(struct score_facts *in)
{
    in->caveats |= 1u << CAVEAT_SENDER_NET;
}

static void corporate(struct score_facts *in)
{
    sites(in);
    in->is_corporate = true;
}

static void corporate_without_site(struct score_facts *in)
{
    in->is_corporate = true;
}

static void diverse(struct score_facts *in)
{
    in->registrar_entropy = 1;
    in->nameserver_entropy = 1;
    in->burst_p = .5;
}

static void nothing_shared(struct score_facts *in)
{
    for (unsigned f = 0; f < INFRA_N_FAMILIES; f++)
        in->shared.of[f] = 0;
}

static void nothing_shared_unsure(struct score_facts *in)
{
    nothing_shared(in);
    in->burst_p = 2e-4;
}

static void old(struct score_facts *in)
{
    in->newness = 0;
    in->age_days_median = 2000;
    in->n_old = 6;
}

static void half_old(struct score_facts *in)
{
    old(in);
    in->n_old = 4;
}

static void topology_alone(struct score_facts *in)
{
    *in = (struct score_facts){
        .n_runs = 6,
        .n_domains = 6,
        .named = 48,
        .span = 48,
        .multi_ip = 1,
        .consecutive = 1,
        .apex_first = 1,
        .burst_p = (double)NAN,
        .age_days_median = (double)NAN,
        .nameserver_entropy = (double)NAN,
        .naming = (double)NAN,
    };
    for (unsigned f = 0; f < INFRA_N_FAMILIES; f++)
        in->shared.of[f] = (double)NAN;
}

static void bulk(struct score_facts *in)
{
    in->n_together = 10;
    in->n_at_once = 3;
}

static void too_few_for_bulk(struct score_facts *in)
{
    in->n_together = 9;
    in->n_at_once = 2;
}

/* clang-format off */
static const struct {
    const char *why;
    void (*change)(struct score_facts *in);
    enum snow_tier tier;
    double score, coverage;
    const char *has, *lacks; /* of reasons and caveats; NULL: does not matter */
} cases[] = {
    { "all of it", nothing, SNOW_TIER_HIGH, 100, 1, "shared;naming", "bulk" },
    { "nobody greeted", no_smtp, SNOW_TIER_HIGH, 100, .928, "no mail server",
      NULL },
    { "none listens: SPF and MX speak alone", closed, SNOW_TIER_HIGH,
      100 - 100 * 12 * (.85 - .4) / (12 * .85 + 88),
      .982, NULL, "no mail" },
    { "no mail at all", no_mail, SNOW_TIER_HIGH, 100, .88, "no mail server",
      ";mail" },
    { "SPF lets none of them send", no_spf, SNOW_TIER_HIGH, 97, 1, NULL, NULL },
    { "nobody looked for websites", no_web, SNOW_TIER_HIGH, 100, .94, NULL,
      ";web" },
    { "half have one", half_web, SNOW_TIER_HIGH, 97, 1, NULL, "website" },
    { "all have one, but are firmly tied", sites, SNOW_TIER_REVIEW, 94, 1,
      "not known of half", "of their own" },
    { "four, as a young firm's", four_with_sites, SNOW_TIER_CONTEXT, 45, 1,
      "of their own", NULL },
    { "websites that tell nothing", unclear_web, SNOW_TIER_REVIEW, 100, .94,
      "not known of half", NULL },
    { "nothing to do with mail", mute, SNOW_TIER_CONTEXT, 45, .982,
      "nothing greets", NULL },
    { "one is a mail server", mute_but_for_mx, SNOW_TIER_HIGH, 89.9, .982, NULL,
      "nothing greets" },
    { "closed ports alone", closed_and_no_records_asked, SNOW_TIER_HIGH, 94.2,
      .934, NULL, "nothing greets" },
    { "all have one, and were not registered together", sites_of_startups,
      SNOW_TIER_CONTEXT, 45, 1, "website of their own", NULL },
    { "one domain with a site", one_run_with_site, SNOW_TIER_CONTEXT, 45, .76,
      "website of their own", NULL },
    { "one domain without", one_run, SNOW_TIER_REVIEW, 100, .76, NULL,
      "website" },
    { "three addresses of one domain", one_run_of_three, SNOW_TIER_CONTEXT, 100,
      .76, NULL, NULL },
    { "fewer than half lead back", forged, SNOW_TIER_REVIEW, 60, 1,
      "lead back", NULL },
    { "half do", half_confirmed, SNOW_TIER_HIGH, 100, 1, NULL, "lead back" },
    { "nobody knows", unasked_forward, SNOW_TIER_HIGH, 100, 1, NULL,
      "lead back" },
    { "in a large sender's net", sender_net, SNOW_TIER_REVIEW, 50, 1,
      "large sender", NULL },
    { "brands", corporate, SNOW_TIER_CONTEXT, 45, 1, "brands", NULL },
    { "no brands without a site", corporate_without_site, SNOW_TIER_HIGH, 100,
      1, NULL, "brands" },
    { "as diverse as customers", diverse, SNOW_TIER_REVIEW, 61, 1, "diverse",
      NULL },
    { "a sure burst at one registrar, nothing shared", nothing_shared,
      SNOW_TIER_HIGH, 90, 1, NULL, "shared" },
    { "a burst brings its registrar along", nothing_shared_unsure,
      SNOW_TIER_REVIEW, 86.4, 1, NULL, "shared" },
    { "old", old, SNOW_TIER_CONTEXT, 40, 1, "every domain", NULL },
    { "most are old", half_old, SNOW_TIER_CONTEXT, 40, 1, "half of", NULL },
    { "topology alone", topology_alone, SNOW_TIER_CONTEXT, 100, .32, "little",
      NULL },
    { "a bulk registration", bulk, SNOW_TIER_HIGH, 100, 1, "bulk10;batch5m",
      NULL },
    { "one too few", too_few_for_bulk, SNOW_TIER_HIGH, 100, 1, NULL, "bulk" },
};
/* clang-format on */

static bool says(const struct snow_finding *f, const char *words)
{
    return strstr(f->reasons, words) || strstr(f->caveats, words);
}

static void findings_are_scored(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct score_facts in = strong_facts();
        struct snow_finding f = { .kind = SNOW_CAMPAIGN };
        struct words words;

        analysis_words_attach(&f, &words);
        cases[i].change(&in);
        analysis_score(&f, &in);
        if (f.tier != cases[i].tier || fabs(f.score - cases[i].score) > .05 ||
            fabs(f.coverage - cases[i].coverage) > .001)
            fail_msg("%s: %s, score %f, coverage %f (%s; %s)", cases[i].why,
                     snow_tier_word(f.tier), f.score, f.coverage, f.reasons,
                     f.caveats);
        if (cases[i].has && !says(&f, cases[i].has))
            fail_msg("%s: no '%s' in %s; %s", cases[i].why, cases[i].has,
                     f.reasons, f.caveats);
        if (cases[i].lacks && says(&f, cases[i].lacks))
            fail_msg("%s: '%s' in %s; %s", cases[i].why, cases[i].lacks,
                     f.reasons, f.caveats);
    }
}

/* What was measured is left out of nothing and counted once. */
static void weights_add_up(void **state)
{
    unsigned sum = 0;

    (void)state;
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++)
        sum += snow_score_part_weight(i);
    assert_int_equal(sum, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_scored),
        cmocka_unit_test(weights_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
