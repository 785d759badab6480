/* Which runs are tied to nobody, and which only by what they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/excuses.h"

#include "base/text.h"

#define NOW INT64_C(1788220800)
#define DAY_S 86400

enum bond { TIED, OWN, APART };

static const struct {
    const char *why;
    struct run run; /* of four addresses, at 198.18.0.0 */
    struct mail_fact mail;
    int64_t age_days; /* 0: not known */
    bool is_site, is_led_elsewhere, has_mail_facts;
    enum bond bond;
} cases[] = {
    { "a new domain", { .n_named = 4 }, .age_days = 30, .bond = TIED },
    { "of no known age", { .n_named = 4 }, .bond = TIED },
    { "of five years", { .n_named = 4 }, .age_days = 5 * 365, .bond = APART },
    { "named as a large sender does",
      { .n_named = 4, .n_esp = 3 },
      .bond = APART },
    { "two of its four names", { .n_named = 4, .n_esp = 2 }, .bond = TIED },
    { "a website", { .n_named = 4 }, .is_site = true, .bond = OWN },
    { "another's website",
      { .n_named = 4 },
      .is_led_elsewhere = true,
      .bond = OWN },
    { "deep names alone", { .n_named = 4, .n_deep = 4 }, .bond = OWN },
    { "and one that is not", { .n_named = 4, .n_deep = 3 }, .bond = TIED },
    { "closed, and no record knows it",
      { .n_named = 4, .probed = 4 },
      { .is_mx_known = true, .is_spf_known = true },
      .has_mail_facts = true,
      .bond = APART },
    { "one is open",
      { .n_named = 4, .probed = 4, .open = 1 },
      { .is_mx_known = true, .is_spf_known = true },
      .has_mail_facts = true,
      .bond = TIED },
    { "nobody greeted",
      { .n_named = 4 },
      { .is_mx_known = true, .is_spf_known = true },
      .has_mail_facts = true,
      .bond = TIED },
    { "it may send",
      { .n_named = 4, .probed = 4, .spf_passes = 1 },
      { .is_mx_known = true, .is_spf_known = true },
      .has_mail_facts = true,
      .bond = TIED },
    { "perhaps it may",
      { .n_named = 4, .probed = 4, .spf_unknown = 1 },
      { .is_mx_known = true, .is_spf_known = true },
      .has_mail_facts = true,
      .bond = TIED },
    { "its policy is not known",
      { .n_named = 4, .probed = 4 },
      { .is_mx_known = true },
      .has_mail_facts = true,
      .bond = TIED },
    { "closed, and nothing was asked",
      { .n_named = 4, .probed = 4 },
      .bond = TIED },
    { "its MX is inside",
      { .n_named = 4, .probed = 4 },
      { .is_mx_known = true,
        .is_spf_known = true,
        .n = 1,
        .mx = { { 0, 0xffffc6120003 } } },
      .has_mail_facts = true,
      .bond = TIED },
    { "its MX is beside",
      { .n_named = 4, .probed = 4 },
      { .is_mx_known = true,
        .is_spf_known = true,
        .n = 1,
        .mx = { { 0, 0xffffc6120004 } } },
      .has_mail_facts = true,
      .bond = APART },
};

static enum bond bond_of(size_t i)
{
    struct run run = cases[i].run;
    struct runs runs = { .all = &run, .n = 1 };
    struct mail_fact mail = cases[i].mail;
    struct mail_facts mails = { .all = &mail, .n = cases[i].has_mail_facts };
    struct web_fact web = { .is_site = cases[i].is_site,
                            .is_led_elsewhere = cases[i].is_led_elsewhere };
    struct web_facts webs = { .all = &web, .n = 1 };
    struct age age = { .created_utc_s = NOW - cases[i].age_days * DAY_S };
    uint32_t of = cases[i].age_days > 0;
    struct ages ages = { .now_utc_s = NOW, .all = &age, .of = &of };
    struct infra infra = { 0 };
    struct excuses_input in = { &runs, &ages, &mails, &webs, &infra };
    struct excuses e;
    enum bond bond;

    run.first = snow_addr_from_ipv4(0xc6120000);
    run.last = snow_addr_from_ipv4(0xc6120003);
    assert_int_equal(analysis_excuses_find(&e, &in), 0);
    bond = e.is_apart[0] ? APART : e.is_own[0] ? OWN : TIED;
    assert_true(bond != APART || e.is_own[0]);
    analysis_excuses_fini(&e);
    return bond;
}

static void excuses_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (bond_of(i) != cases[i].bond)
            fail_msg("%s: %d", cases[i].why, bond_of(i));
}

#define CUSTOMERS 6

/* Six domains with one set of name servers; so many of them have websites, and
 * so many others outside of runs have that set. */
static const struct {
    const char *why;
    uint32_t sites, outside, n;
    bool are_customers;
} hosts[] = {
    { "most have a website", 4, 0, 6, true },
    { "half have one", 3, 0, 6, false },
    { "none has one", 0, 0, 6, false },
    { "two others are customers, too", 4, 2, 6, true },
    { "anybody may be one", 4, 3, 6, false },
    { "four are a host's", 4, 0, 4, true },
    { "three are a firm's", 3, 0, 3, false },
};

static void customers_of_a_small_host_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct run all[CUSTOMERS] = { { .n_named = 2 } };
        struct web_fact pages[CUSTOMERS] = { { .domain = 0 } };
        struct infra_value values[CUSTOMERS] = { { .hash = 0 } };
        struct runs runs = { .all = all, .n = hosts[i].n };
        struct web_facts webs = { .all = pages, .n = hosts[i].n };
        struct infra infra = { .all = values, .n = hosts[i].n };
        struct mail_facts mails = { 0 };
        struct ages ages = { .now_utc_s = NOW };
        struct excuses_input in = { &runs, &ages, &mails, &webs, &infra };
        struct excuses e;

        for (uint32_t k = 0; k < hosts[i].n; k++) {
            all[k] = (struct run){ .domain = k, .n_named = 2 };
            pages[k] =
                (struct web_fact){ .domain = k, .is_site = k < hosts[i].sites };
            values[k] = (struct infra_value){ .domain = k,
                                              .hash = 7,
                                              .df_out = hosts[i].outside,
                                              .kind = INFRA_DELEGATION };
        }
        assert_int_equal(analysis_excuses_find(&e, &in), 0);
        for (uint32_t k = 0; k < hosts[i].n; k++)
            if (e.is_customer[k] != hosts[i].are_customers)
                fail_msg("%s: %d", hosts[i].why, e.is_customer[k]);
        analysis_excuses_fini(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(excuses_are_found),
        cmocka_unit_test(customers_of_a_small_host_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
