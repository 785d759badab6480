/* registration/whois_servers.h: whom to ask, and how. */
#include "registration/whois_servers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    const char *why, *domain, *host; /* NULL: not known; "": nobody */
    bool is_a_guess;
    const char *question;
} cases[] = {
    { "hosts match, too, without the word", "cheap-meds.com",
      "whois.verisign-grs.com", false, "domain cheap-meds.com\r\n" },
    { "the same software elsewhere", "cheap-meds.cc",
      "ccwhois.verisign-grs.com", false, "domain cheap-meds.cc\r\n" },
    { "A-labels", "xn--bcher-kva.de", "whois.denic.de", false,
      "-T dn,ace xn--bcher-kva.de\r\n" },
    { "in English", "cheap-meds.co.jp", "whois.jprs.jp", false,
      "cheap-meds.co.jp/e\r\n" },
    { "by the rule for countries", "cheap-meds.fr", "whois.nic.fr", false,
      "cheap-meds.fr\r\n" },
    { "the longest suffix", "cheap-meds.uk.com", "whois.centralnic.com", false,
      "cheap-meds.uk.com\r\n" },
    { "below a country", "cheap-meds.ac.uk", "whois.nic.ac.uk", false,
      "cheap-meds.ac.uk\r\n" },
    { "not its own below a country", "cheap-meds.co.uk", "whois.nic.uk", false,
      "cheap-meds.co.uk\r\n" },
    { "in capitals", "CHEAP-MEDS.BE", "whois.dns.be", false,
      "CHEAP-MEDS.BE\r\n" },
    { "an IDN country", "xn--80ak6aa92e.xn--p1ai", "whois.tcinet.ru", false,
      "xn--80ak6aa92e.xn--p1ai\r\n" },
    { "nobody on port 43", "cheap-meds.ph", "", false, NULL },
    { "nobody any more", "cheap-meds.info", "", false, NULL },
    { "a new top-level domain", "cheap-meds.bike", "whois.nic.bike", true,
      "cheap-meds.bike\r\n" },
    { "a country of which nothing is known", "cheap-meds.qq", NULL, false,
      NULL },
    { "no domain", "localhost", NULL, false, NULL },
    { "nothing", "", NULL, false, NULL },
    { "dots alone", "...", NULL, false, NULL },
};

static void servers_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct whois_server s = { .host = "" };
        char question[WHOIS_QUESTION_MAX];
        bool is_known = registration_whois_server(&s, cases[i].domain);

        if (is_known != (cases[i].host != NULL) ||
            (is_known && strcmp(s.host, cases[i].host) != 0) ||
            s.is_a_guess != cases[i].is_a_guess)
            fail_msg("%s: '%s'", cases[i].why, s.host);
        if (!cases[i].question)
            continue;
        if (registration_whois_question(question, &s, cases[i].domain) !=
                strlen(cases[i].question) ||
            strcmp(question, cases[i].question) != 0)
            fail_msg("%s: asked '%s'", cases[i].why, question);
    }
}

/* A question is one line that holds a name, whatever the name is. */
static void questions_hold_names_alone(void **state)
{
    static const char *const bad[] = { "",
                                       "-h.example",
                                       "a b.example",
                                       "a\r\nb.example",
                                       "a;b.example",
                                       ("b\xc3\xbc"
                                        "cher.example"),
                                       "%s" };
    char question[WHOIS_QUESTION_MAX], name[400];
    struct whois_server s;

    (void)state;
    registration_whois_server_named(&s, "127.0.0.1");
    assert_string_equal(s.query, "%s");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (registration_whois_question(question, &s, bad[i]) != 0)
            fail_msg("'%s' was asked", bad[i]);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(registration_whois_question(question, &s, name), 0);
    registration_whois_server_named(&s, "WHOIS.DENIC.DE");
    assert_string_equal(s.query, "-T dn,ace %s");
}

/* Looked up by halves: every row must find itself. */
static void rows_are_sorted(void **state)
{
    static const struct {
        const char *suffix, *host;
    } rows[] = {
#include "registration/whois_servers.inc"
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char domain[100], host[100];
        struct whois_server s;

        snprintf(domain, sizeof domain, "example.%s", rows[i].suffix);
        snprintf(host, sizeof host, "whois.nic.%s", rows[i].suffix);
        if (!registration_whois_server(&s, domain) || s.is_a_guess ||
            strcmp(s.host, rows[i].host ? rows[i].host : host) != 0)
            fail_msg("%s is not found", rows[i].suffix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_found),
        cmocka_unit_test(questions_hold_names_alone),
        cmocka_unit_test(rows_are_sorted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
