/* What a reverse name says by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/names.h"
#include "base/text.h"

static const struct {
    const char *why, *raw, *normal; /* NULL: unusable */
} normal[] = {
    { "final dot and case", "MAIL.Example.CO.UK.", "mail.example.co.uk" },
    { "underscore", "_x.example.net", "_x.example.net" },
    { "one label", "localhost", NULL },
    { "an address", "1.2.3.4", NULL },
    { "empty label", "a..example.com", NULL },
    { "two final dots", "example.com..", NULL },
    { "empty", "", NULL },
    { "the root", ".", NULL },
    { "reverse name", "4.3.2.1.in-addr.arpa", NULL },
    { "escaped octet", "a\\032b.example.com", NULL },
    { "slash", "0/27.example.com", NULL },
    { "label of 64",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
      NULL },
};

static void names_are_brought_into_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(normal); i++) {
        char out[ANALYSIS_NAME_MAX];
        bool is_usable = analysis_name_normalise(out, normal[i].raw);

        if (is_usable != (normal[i].normal != NULL) ||
            (is_usable && strcmp(out, normal[i].normal) != 0))
            fail_msg("%s: '%s'", normal[i].why, normal[i].raw);
    }
}

/* host: the part before the registrable domain */
static const struct {
    const char *why, *host, *addr;
    bool is_generic;
} hosts[] = {
    { "octets in order", "1-2-3-4.static", "1.2.3.4", true },
    { "octets reversed", "static.4.3.2.1.clients", "1.2.3.4", true },
    { "octets behind a word", "ec2-1-2-3-4.eu-west-1.compute", "1.2.3.4",
      true },
    { "zero padded", "n001-002-003-004.static", "1.2.3.4", true },
    { "run together, padded", "001002003004.pool", "1.2.3.4", true },
    { "hexadecimal", "ool-18be1aaf.dyn", "24.190.26.175", true },
    { "hexadecimal in capitals once",
      "p"
      "d9e4f89f.dip",
      "217.228.248.159", true },
    { "hexadecimal, hyphens", "x18-be-1a-af", "24.190.26.175", true },
    { "hexadecimal backward", "afxaf1abe18", "24.190.26.175", true },
    { "hexadecimal backward, hyphens", "af-1a-be-18", "24.190.26.175", true },
    { "hexadecimal, one hyphen", "x18be-1aaf", "24.190.26.175", false },
    { "hexadecimal, two hyphens", "18-be-1aaf", "24.190.26.175", false },
    { "one number", "host-3232235777", "192.168.1.1", true },
    { "last two beside a word", "h3-4.pool", "1.2.3.4", true },
    { "another's address", "1-2-3-4.static", "9.8.7.6", true },
    { "keyword alone", "dynamic", "9.8.7.6", true },
    { "the bare domain", "", "1.2.3.4", false },
    { "article: random word", "netsy", "54.38.4.97", false },
    { "article: short word", "pop", "54.38.4.107", false },
    { "mail server", "mail", "1.2.3.4", false },
    { "numbered mail server", "mx2", "1.2.3.2", false },
};

static void generic_names_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        char name[128];
        struct snow_addr a;
        size_t len = strlen(hosts[i].host);

        assert_int_equal(snow_addr_parse(&a, hosts[i].addr), 0);
        snprintf(name, sizeof name, "%s%sexample.net", hosts[i].host,
                 len ? "." : "");
        if (analysis_name_is_generic(name, len, a) != hosts[i].is_generic)
            fail_msg("%s: '%s' at %s", hosts[i].why, name, hosts[i].addr);
    }
}

static void templates_are_shared(void **state)
{
    struct analysis_template a, b, c, mail;

    (void)state;
    analysis_name_template(&a, "vps17", 5);
    analysis_name_template(&b, "vps18", 5);
    analysis_name_template(&c, "web18", 5);
    analysis_name_template(&mail, "mail3", 5);
    assert_int_equal(a.skeleton, b.skeleton);
    assert_int_not_equal(a.skeleton, c.skeleton);
    assert_true(a.is_numbered && a.number + 1 == b.number);
    assert_true(mail.is_mail);
    assert_false(a.is_mail);
}

static void senders_customers_are_told(void **state)
{
    (void)state;
    assert_true(analysis_name_is_esp("o1.ptr1234", 10));
    assert_false(analysis_name_is_esp("o1.mail", 7));
    assert_false(analysis_name_is_esp("mail", 4));
    assert_true(analysis_label_is_common("mail", 4));
    assert_false(analysis_label_is_common("caruk", 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_brought_into_one_form),
        cmocka_unit_test(generic_names_are_told),
        cmocka_unit_test(templates_are_shared),
        cmocka_unit_test(senders_customers_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
