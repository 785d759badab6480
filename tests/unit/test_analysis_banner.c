/* The name a greeting gives its host, and what it is beside reverse names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/banner.h"
#include "base/text.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* clang-format off */
static const struct {
    const char *why, *banner, *host;
} hosts[] = {
    { "a name", "220 mail.example.com ESMTP Postfix", "mail.example.com" },
    { "capitals", "220 MAIL.Example.COM ESMTP", "mail.example.com" },
    { "final dot", "220 mail.example.com. ESMTP", "mail.example.com" },
    { "punctuation", "220 mail.example.com, ESMTP", "mail.example.com" },
    { "first of several lines", "220-a.example ESMTP\n220 b.example",
      "a.example" },
    { "line end", "220 mail.example.com\r\n", "mail.example.com" },
    { "alone", "220 mail.example.com", "mail.example.com" },
    { "refusal", "554 mail.example.com ESMTP", "mail.example.com" },
    { "enhanced status code", "220 2.0.0 mail.example.com ESMTP",
      "mail.example.com" },
    { "tab", "220 mail.example.com\tESMTP", "mail.example.com" },
    { "underscore", "220 mail_1.example.com ESMTP", "mail_1.example.com" },
    { "one label", "220 WIN-8A7B6C ESMTP", "win-8a7b6c" },
    { "one label before SMTP", "220 localhost SMTP ready", "localhost" },
    { "one label and no protocol", "220 Welcome, friend", "" },
    { "protocol first", "220 ESMTP Postfix", "" },
    { "protocol twice", "220 SMTP ESMTP", "" },
    { "an address", "220 192.0.2.1 ESMTP", "" },
    { "an address literal", "220 [192.0.2.1] ESMTP", "" },
    { "stars", "220 ************", "" },
    { "empty label", "220 mail..example.com ESMTP", "" },
    { "dot first", "220 .example.com ESMTP", "" },
    { "hostile octets", "220 mail\x1b[2J.example.com ESMTP", "" },
    { "too long", "220 " L63 "." L63 "." L63 "." L63 ".com ESMTP", "" },
    { "code alone", "220", "" },
    { "no code", "mail.example.com ESMTP", "" },
    { "another protocol", "SSH-2.0-mail.example.com", "" },
    { "empty", "", "" },
};

/* names: separated by a space */
static const struct {
    const char *why, *host, *names, *domain, *match;
} matches[] = {
    { "equal", "mail.example.com", "mail.example.com", "example.com",
      "equal" },
    { "one of several", "b.example.com", "a.example.com b.example.com",
      "example.com", "equal" },
    { "in any case", "mail.example.com", "MAIL.example.com", "example.com",
      "equal" },
    { "final dot", "mail.example.com", "mail.example.com.", "example.com",
      "equal" },
    { "equal, whatever the domain", "mail.example.com", "mail.example.com",
      NULL, "equal" },
    { "same domain", "mx.example.com", "mail.example.com", "example.com",
      "domain" },
    { "the bare domain", "example.com", "mail.example.com", "example.com",
      "domain" },
    { "ends like it", "badexample.com", "mail.example.com", "example.com",
      "other" },
    { "begins like it", "mail.example.com.evil.example", "mail.example.com",
      "example.com", "other" },
    { "other", "mail.example.net", "mail.example.com", "example.com",
      "other" },
    { "one label", "localhost", "mail.example.com", "example.com", "other" },
    { "no name in the greeting", "", "mail.example.com", "example.com",
      "none" },
    { "domain unknown", "mail.example.net", "mail.example.com", NULL, "" },
    { "no reverse name", "mail.example.net", "", NULL, "" },
    { "neither", "", "", NULL, "none" },
};
/* clang-format on */

static void hosts_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        char out[BANNER_HOST_MAX];
        size_t n =
            analysis_banner_host(out, hosts[i].banner, strlen(hosts[i].banner));

        if (strcmp(out, hosts[i].host) != 0 || n != strlen(out))
            fail_msg("%s: '%s'", hosts[i].why, out);
    }
}

static void hosts_are_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(matches); i++) {
        char names[128];
        unsigned n = matches[i].names[0] != '\0';
        const char *word;

        text_copy(names, sizeof names, matches[i].names);
        for (char *c = names; *c; c++)
            if (*c == ' ') {
                *c = '\0';
                n++;
            }
        word = analysis_banner_match_word(analysis_banner_compare(
            matches[i].host, names, n, matches[i].domain));
        if (strcmp(word, matches[i].match) != 0)
            fail_msg("%s: '%s'", matches[i].why, word);
    }
}

static void long_lines_are_cut(void **state)
{
    static char text[4096];
    struct banner_line l;
    size_t at = 0;

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "220 ", 4);
    text[3000] = '\n';
    assert_int_equal(analysis_banner_line(&l, text, sizeof text, &at),
                     BANNER_LINE_MAX);
    assert_int_equal(l.host_len, BANNER_LINE_MAX - 4);
    assert_int_equal(at, 3001);
    assert_int_equal(analysis_banner_line(&l, text, sizeof text, &at),
                     3001 + BANNER_LINE_MAX);
    assert_false(l.has_code);
    assert_int_equal(analysis_banner_line(&l, text, sizeof text, &at), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_read),
        cmocka_unit_test(hosts_are_compared),
        cmocka_unit_test(long_lines_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
