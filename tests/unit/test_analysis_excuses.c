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
    struct excuses_input in = { &runs, &ages, &mails, &webs };
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(excuses_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
