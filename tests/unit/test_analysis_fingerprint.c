/* What is left of a greeting when all that differs from host to host is taken
 * out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/fingerprint.h"

#define PTR "mail7.example.com"
#define DOM "example.com"

/* clang-format off */
static const struct {
    const char *why, *banner, *name, *domain, *want;
} templates[] = {
    { "the reverse name", "220 mail7.example.com ESMTP Postfix (Debian/GNU)",
      PTR, DOM, "220 {ptr} esmtp postfix (debian/gnu)" },
    { "in any case", "220 MAIL7.Example.Com ESMTP", PTR, DOM,
      "220 {ptr} esmtp" },
    { "final dot", "220 mail7.example.com. ESMTP", PTR, DOM,
      "220 {ptr}. esmtp" },
    { "another of its domain", "220 mx.example.com ESMTP", PTR, DOM,
      "220 {dom} esmtp" },
    { "the domain itself", "220 example.com ESMTP", PTR, DOM,
      "220 {dom} esmtp" },
    { "any of the domain, without a name", "220 mx.example.com ESMTP", NULL,
      DOM, "220 {ptr} esmtp" },
    { "another host", "220 mail.example.net ESMTP", PTR, DOM,
      "220 {host} esmtp" },
    { "no name known", "220 mail.example.net ESMTP", NULL, NULL,
      "220 {host} esmtp" },
    { "it ends like the domain", "220 badexample.com ESMTP", PTR, DOM,
      "220 {host} esmtp" },
    { "top level in ASCII", "220 mail.example.xn--p1ai ESMTP", PTR, DOM,
      "220 {host} esmtp" },
    { "one label", "220 WIN-8A7B6C ESMTP ready", PTR, DOM,
      "220 {host} esmtp ready" },
    { "one label, like the software", "220 postfix ESMTP Postfix", PTR, DOM,
      "220 {host} esmtp postfix" },
    { "no host at all", "220 ESMTP Postfix", PTR, DOM, "220 esmtp postfix" },
    { "address of somebody", "220 mail7.example.com abuse@example.com", PTR,
      DOM, "220 {ptr} abuse@{dom}" },

    { "IPv4", "220 x.example [192.0.2.1] ESMTP", PTR, DOM,
      "220 {host} [{ip}] esmtp" },
    { "a version of four parts", "220 x.example Service, "
      "Version: 6.0.3790.4675 ready", PTR, DOM,
      "220 {host} service, version: 6.0.3790.4675 ready" },
    { "IPv6", "220 x.example [2001:db8::1]", PTR, DOM, "220 {host} [{ip}]" },
    { "IPv6 of digits", "220 x.example [2001:470:1:2::1]", PTR, DOM,
      "220 {host} [{ip}]" },
    { "IPv6 in full", "220 x.example [2001:470:1:2:3:4:5:6]", PTR, DOM,
      "220 {host} [{ip}]" },
    { "an IPv6 literal", "220 x.example [IPv6:2001:470::1]", PTR, DOM,
      "220 {host} [{ip}]" },

    { "date and zone", "220 x.example Sun, 20 May 2018 11:02:33 +0000", PTR,
      DOM, "220 {host} {ts}, {ts} {ts} {ts} {ts} +{ts}" },
    { "west", "220 x.example 11:02:33 -0700 (PDT)", PTR, DOM,
      "220 {host} {ts} {ts} ({ts})" },
    { "noon", "220 x.example 5/20/2018 11:02:33 PM", PTR, DOM,
      "220 {host} {ts}/{ts}/{ts} {ts} {ts}" },
    { "RFC 3339", "220 x.example 2018-05-20T11:02:33Z", PTR, DOM,
      "220 {host} {ts}" },
    { "day first", "220 x.example 20.05.2018 11:02", PTR, DOM,
      "220 {host} {ts} {ts}" },
    { "month as a word", "220 x.example 20-May-2018", PTR, DOM,
      "220 {host} {ts}" },
    { "seconds", "220 x.example <1526814153.7@x.example>", PTR, DOM,
      "220 {host} <1526814153.7@{host}>" },
    { "seconds alone", "220 x.example 1526814153", PTR, DOM,
      "220 {host} {ts}" },

    { "hexadecimal", "220 x.example ESMTP (0123abcd)", PTR, DOM,
      "220 {host} esmtp ({id})" },
    { "five digits", "220 x.example ESMTP (12abc)", PTR, DOM,
      "220 {host} esmtp (12abc)" },
    { "hexadecimal of letters", "220 x.example ESMTP deadbeef", PTR, DOM,
      "220 {host} esmtp {id}" },
    { "a word of such letters", "220 x.example ESMTP facade", PTR, DOM,
      "220 {host} esmtp facade" },
    { "UUID", "220 x.example ready (6F9619FF-8B86-4011-B42D-00C04FC964FF)",
      PTR, DOM, "220 {host} ready ({id})" },
    { "serial number", "220 x.example ESMTP mfa-m0098404", PTR, DOM,
      "220 {host} esmtp {id}" },
    { "identifier", "220 x.example ESMTP e1-2a5f00c4e01z0b42kpl.123 - gsmtp",
      PTR, DOM, "220 {host} esmtp {id} - gsmtp" },

    { "versions stay", "220 x.example ESMTP Exim 4.96.2 PowerMTA(TM) v5.0r1",
      PTR, DOM, "220 {host} esmtp exim 4.96.2 powermta(tm) v5.0r1" },
    { "and their packages", "220 x.example ESMTP Sendmail "
      "8.15.2/8.15.2/Debian-14~deb10u1; x", PTR, DOM,
      "220 {host} esmtp sendmail 8.15.2/8.15.2/debian-14~deb10u1; x" },
    { "spaces stay", "220 x.example  ESMTP\t\tPostfix ", PTR, DOM,
      "220 {host}  esmtp\t\tpostfix " },
    { "lines stay", "220-x.example ESMTP\n220 x.example", PTR, DOM,
      "220-{host} esmtp\n220 {host}" },
    { "the first of several lines", "220-mail7.example.com ESMTP\n220 hi",
      PTR, DOM, "220-{ptr} esmtp\n220 hi" },
    { "the domain in it", "220-example.com ESMTP\n220 hi", PTR, DOM,
      "220-{dom} esmtp\n220 hi" },
    { "octets stay", "220 x.example \xff\x1b[2J", PTR, DOM,
      "220 {host} \xff\x1b[2j" },
    { "empty", "", PTR, DOM, "" },
};
/* clang-format on */

static void templates_are_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(templates); i++) {
        struct buf got = { 0 };
        const char *banner = templates[i].banner;

        analysis_banner_template(&got, banner, strlen(banner),
                                 templates[i].name, templates[i].domain);
        buf_add_char(&got, '\0');
        if (strcmp(got.data, templates[i].want) != 0)
            fail_msg("%s: '%s'", templates[i].why, got.data);
        buf_fini(&got);
    }
}

/* clang-format off */
static const struct {
    const char *banner;
    bool is_own;
} owns[] = {
    { "220 example.com ESMTP", true },
    { "220-example.com ESMTP\n220 hi", true },
    { "220 Mail.Example.Com. ESMTP", true },
    { "220 hi\n220-mx.example.com", true },
    { "220 badexample.com ESMTP", false },
    { "220 example.com.evil.example ESMTP", false },
    { "220 ESMTP", false },
    { "", false },
};
/* clang-format on */

static void own_names_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(owns); i++)
        if (analysis_banner_is_own(owns[i].banner, strlen(owns[i].banner),
                                   DOM) != owns[i].is_own)
            fail_msg("'%s'", owns[i].banner);
}

static uint64_t fingerprint(const char *banner, const char *name)
{
    return analysis_banner_fingerprint(banner, strlen(banner), name, DOM);
}

static void hosts_of_a_kind_share_one(void **state)
{
    uint64_t one = fingerprint("220 a.example.com ESMTP Exim 4.96 Sun, 20 May "
                               "2018 11:02:33 +0000",
                               "a.example.com");

    (void)state;
    assert_int_equal(one, fingerprint("220 b.example.com ESMTP Exim 4.96 Mon, "
                                      "1 Jan 2018 01:02:03 +0000",
                                      "b.example.com"));
    assert_int_not_equal(one, fingerprint("220 b.example.com ESMTP Exim 4.97 "
                                          "Mon, 1 Jan 2018 01:02:03 +0000",
                                          "b.example.com"));
    assert_int_equal(fingerprint("", NULL), 0);
}

static void long_greetings_are_cut(void **state)
{
    static char text[8192];
    uint64_t one;

    (void)state;
    memset(text, 'g', sizeof text);
    one = analysis_banner_fingerprint(text, 2048, NULL, NULL);
    assert_int_equal(
        one, analysis_banner_fingerprint(text, sizeof text, NULL, NULL));
}

/* clang-format off */
static const struct {
    const char *why, *banner, *want;
} reductions[] = {
    { "the domain for a host of it", "220 mail7.example.com ESMTP Postfix",
      "220 example.com ESMTP Postfix" },
    { "of several domains the longest",
      "220 x.shop.example.com and b.example.net",
      "220 shop.example.com and example.net" },
    { "other hosts, addresses, times, identifiers",
      "220 mx.other.org [192.0.2.1] 11:02:33 id 4f3a2b1c9d",
      "220 {host} [{ip}] {ts} id {id}" },
    { "case, versions and dates stay", "220 X ESMTP Exim 4.96 Wed, 25 Nov",
      "220 {host} ESMTP Exim 4.96 Wed, 25 Nov" },
    { "lines stay", "220-one\r\n220 two", "220-one\r\n220 two" },
    { "what is reduced already", "220 example.com {ip} {id}",
      "220 example.com {ip} {id}" },
    { "nothing", "", "" },
};
/* clang-format on */

static void greetings_are_reduced(void **state)
{
    static const char domains[] = "example.com\0shop.example.com\0example.net";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(reductions); i++) {
        struct buf got = { 0 };

        buf_add_text(&got, "");
        analysis_banner_redact(&got, reductions[i].banner,
                               strlen(reductions[i].banner), domains, 3);
        if (strcmp(got.data, reductions[i].want) != 0)
            fail_msg("%s: %s", reductions[i].why, got.data);
        buf_fini(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_are_made),
        cmocka_unit_test(own_names_are_found),
        cmocka_unit_test(hosts_of_a_kind_share_one),
        cmocka_unit_test(long_greetings_are_cut),
        cmocka_unit_test(greetings_are_reduced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
