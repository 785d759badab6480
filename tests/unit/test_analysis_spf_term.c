#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/spf_term.h"

/* clang-format off */
static const struct {
    const char *why, *token;
    enum spf_problem problem;
    const char *text; /* the same, formatted */
} terms[] = {
    { "everybody", "all", 0, "all" },
    { "a plus need not be said", "+all", 0, "all" },
    { "each qualifier", "-all", 0, "-all" },
    { "each qualifier", "~all", 0, "~all" },
    { "each qualifier", "?all", 0, "?all" },
    { "words in any case", "-ALL", 0, "-all" },
    { "a value of all", "all:x.example", SPF_PROBLEM_EXCESS, NULL },
    { "a length of all", "all/8", SPF_PROBLEM_EXCESS, NULL },
    { "a qualifier alone", "-", SPF_PROBLEM_MECHANISM, NULL },
    { "two of them", "--all", SPF_PROBLEM_MECHANISM, NULL },
    { "a word that is none", "ipv4:192.0.2.1", SPF_PROBLEM_MECHANISM, NULL },
    { "a word that only begins well", "allow", SPF_PROBLEM_MECHANISM, NULL },
    { "nothing", "", SPF_PROBLEM_MECHANISM, NULL },
    { "an include", "include:_spf.x.example", 0, "include:_spf.x.example" },
    { "a final dot", "include:x.example.", 0, "include:x.example." },
    { "an include of nobody", "include", SPF_PROBLEM_DOMAIN, NULL },
    { "an include of nobody", "include:", SPF_PROBLEM_DOMAIN, NULL },
    { "a single label", "include:localhost", SPF_PROBLEM_DOMAIN, NULL },
    { "a number in the end", "include:x.123", SPF_PROBLEM_DOMAIN, NULL },
    { "letters and a number in the end", "include:x.1a", 0, "include:x.1a" },
    { "a hyphen in the end", "include:x.a-", SPF_PROBLEM_DOMAIN, NULL },
    { "a length of an include", "include:x.example/24", SPF_PROBLEM_DOMAIN,
      NULL },
    { "one's own addresses", "a", 0, "a" },
    { "somebody's", "a:mail.x.example", 0, "a:mail.x.example" },
    { "with what lies around", "a/24", 0, "a/24" },
    { "of both families", "a/24//64", 0, "a/24//64" },
    { "of IPv6 alone", "a//64", 0, "a//64" },
    { "somebody's, with that", "a:x.example/24//64", 0, "a:x.example/24//64" },
    { "a length past the end", "a/33", SPF_PROBLEM_LENGTH, NULL },
    { "a length past the end", "a//129", SPF_PROBLEM_LENGTH, NULL },
    { "a length of three digits", "a/032", SPF_PROBLEM_DOMAIN, NULL },
    { "a zero before", "a/08", SPF_PROBLEM_DOMAIN, NULL },
    { "length 0", "a/0//0", 0, "a/0//0" },
    { "a stroke alone", "a/", SPF_PROBLEM_DOMAIN, NULL },
    { "a length that is no number", "a/x", SPF_PROBLEM_DOMAIN, NULL },
    { "no domain behind a colon", "a:/24", SPF_PROBLEM_DOMAIN, NULL },
    { "mail servers", "mx", 0, "mx" },
    { "mail servers", "~mx:x.example/28", 0, "~mx:x.example/28" },
    { "the slow one", "ptr", 0, "ptr" },
    { "the slow one", "ptr:x.example", 0, "ptr:x.example" },
    { "an address", "ip4:192.0.2.1", 0, "ip4:192.0.2.1" },
    { "a network", "ip4:192.0.2.0/24", 0, "ip4:192.0.2.0/24" },
    { "host bits set", "ip4:192.0.2.7/24", 0, "ip4:192.0.2.7/24" },
    { "three octets", "ip4:192.0.2", SPF_PROBLEM_NETWORK, NULL },
    { "an octet too large", "ip4:192.0.2.256", SPF_PROBLEM_NETWORK, NULL },
    { "IPv6 for IPv4", "ip4:2001:db8::1", SPF_PROBLEM_NETWORK, NULL },
    { "IPv4 for IPv6", "ip6:192.0.2.1", SPF_PROBLEM_NETWORK, NULL },
    { "a length for the other family", "ip4:192.0.2.0/64", SPF_PROBLEM_LENGTH,
      NULL },
    { "no address", "ip4", SPF_PROBLEM_NETWORK, NULL },
    { "no address", "ip4:", SPF_PROBLEM_NETWORK, NULL },
    { "IPv6", "ip6:2001:db8::/32", 0, "ip6:2001:db8::/32" },
    { "IPv4 in IPv6", "ip6:::ffff:192.0.2.1", 0, "ip6:::ffff:192.0.2.1" },
    { "a test of existence", "exists:%{i}.x.example", 0,
      "exists:%{i}.x.example" },
    { "of nothing", "exists", SPF_PROBLEM_DOMAIN, NULL },
    { "a redirect", "redirect=x.example", 0, "redirect=x.example" },
    { "a redirect to nobody", "redirect=", SPF_PROBLEM_DOMAIN, NULL },
    { "a redirect with a colon", "redirect:x.example", SPF_PROBLEM_MECHANISM,
      NULL },
    { "an include with =, a modifier nobody knows", "include=x.example", 0,
      "include=x.example" },
    { "an explanation", "exp=why.%{d}", 0, "exp=why.%{d}" },
    { "another modifier", "x-y_z.1=%%", 0, "x-y_z.1=%%" },
    { "another, empty", "moo=", 0, "moo=" },
    { "one that begins with no letter", "1x=y", SPF_PROBLEM_MECHANISM, NULL },
    { "a qualifier of a modifier", "-redirect=x.example",
      SPF_PROBLEM_MECHANISM, NULL },
    { "macros with all they may have", "include:%{d2r-+,/_=}.x.example", 0,
      "include:%{d2r-+,/_=}.x.example" },
    { "one in the end", "include:x.%{D}", 0, "include:x.%{D}" },
    { "a length behind a macro", "a:%{d}/24", 0, "a:%{d}/24" },
    { "a macro of nobody", "include:%{q}.x.example", SPF_PROBLEM_MACRO, NULL },
    { "one for explanations only", "include:%{c}.x.example",
      SPF_PROBLEM_MACRO, NULL },
    { "none of the parts", "include:%{d0}.x.example", SPF_PROBLEM_MACRO,
      NULL },
    { "a macro without end", "include:%{d", SPF_PROBLEM_MACRO, NULL },
    { "a percent sign alone", "include:50%.x.example", SPF_PROBLEM_MACRO,
      NULL },
    { "a percent sign in the end", "include:x.example%", SPF_PROBLEM_MACRO,
      NULL },
    { "a bad macro of another modifier", "moo=%x", SPF_PROBLEM_MACRO, NULL },
    { "a tab", "a:x\t.example", SPF_PROBLEM_OCTET, NULL },
    { "an octet", "a:x\377.example", SPF_PROBLEM_OCTET, NULL },
};

static const struct {
    const char *why, *text;
    bool is_record;
    enum spf_problem problem;
} records[] = {
    { "the least", "v=spf1", true, 0 },
    { "blanks in the end", "v=spf1  ", true, 0 },
    { "the usual", "v=spf1 a mx -all", true, 0 },
    { "any case", "V=SPF1 -all", true, 0 },
    { "blanks between", "v=spf1   a    -all ", true, 0 },
    { "another version", "v=spf10 -all", false, 0 },
    { "another version", "v=spf2.0/pra -all", false, 0 },
    { "a blank before", " v=spf1 -all", false, 0 },
    { "quoted", "\"v=spf1 -all\"", false, 0 },
    { "nothing", "", false, 0 },
    { "a tab between", "v=spf1\t-all", false, 0 },
    { "a tab later", "v=spf1 a\t-all", true, SPF_PROBLEM_OCTET },
    { "a bad term behind all", "v=spf1 -all foo", true,
      SPF_PROBLEM_MECHANISM },
    { "two redirects", "v=spf1 redirect=x.example redirect=x.example", true,
      SPF_PROBLEM_TWICE },
    { "two explanations", "v=spf1 exp=x.example -all exp=x.example", true,
      SPF_PROBLEM_TWICE },
    { "one of each", "v=spf1 redirect=x.example exp=x.example", true, 0 },
    { "twice what nobody knows", "v=spf1 m=1 m=2", true, 0 },
};
/* clang-format on */

static void terms_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        struct buf text = { 0 };
        struct spf_term t;
        enum spf_problem problem =
            analysis_spf_term_parse(&t, terms[i].token, strlen(terms[i].token));

        if (problem != terms[i].problem)
            fail_msg("%s: '%s' has %s", terms[i].why, terms[i].token,
                     analysis_spf_problem_words(problem));
        if (problem)
            continue;
        analysis_spf_term_format(&text, &t);
        if (strcmp(text.data, terms[i].text) != 0)
            fail_msg("%s: '%s' became '%s'", terms[i].why, terms[i].token,
                     text.data);
        buf_fini(&text);
    }
}

static void records_are_told_and_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        const char *text = records[i].text;
        bool is_record = analysis_spf_is_record(text, strlen(text));
        enum spf_problem problem =
            is_record ? analysis_spf_check(text, strlen(text)) : 0;

        if (is_record != records[i].is_record || problem != records[i].problem)
            fail_msg("%s: '%s' has %s", records[i].why, text,
                     analysis_spf_problem_words(problem));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_read_and_written),
        cmocka_unit_test(records_are_told_and_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
