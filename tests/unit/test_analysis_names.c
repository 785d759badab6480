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
    { "IDN as A-labels", "MAIL.XN--BCHER-KVA.Example.",
      "mail.xn--bcher-kva.example" },
    { "an A-label that decodes to nothing stays what it is",
      "xn--.xn--0000000.com", "xn--.xn--0000000.com" },
    { "IDN as it is read",
      "b\xc3\xbc"
      "cher.example",
      NULL },
    { "octets of no character set", "a\xff.example", NULL },
    { "a space", "a b.example", NULL },
    { "IPv6 reverse name", "1.0.ip6.arpa", NULL },
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
    /* decimal */
    { "hyphens", "172-105-1-2.ip", "172.105.1.2", true },
    { "hyphens, no word", "172-105-1-2", "172.105.1.2", true },
    { "dots, reversed", "2.1.105.172.bc", "172.105.1.2", true },
    { "underscores", "h172_105_1_2", "172.105.1.2", true },
    { "by the letter x", "172x105x1x2", "172.105.1.2", true },
    { "hyphens and dots", "172-105.1-2.ams", "172.105.1.2", true },
    { "behind two letters", "li172-105-1-2", "172.105.1.2", true },
    { "zero padded, reversed", "002-001-105-172", "172.105.1.2", true },
    { "run together, no padding", "host17210512", "172.105.1.2", true },
    { "run together, padded, reversed", "r002001105172", "172.105.1.2", true },
    { "first three of four", "85-17-30.ams", "85.17.30.9", true },
    { "last three of four", "17-30-9.ams", "85.17.30.9", true },
    { "last three, reversed", "9.30.17.rev", "85.17.30.9", true },
    { "a neighbour's: three are its own", "172-105-1-3.ams", "172.105.1.2",
      true },
    { "another network's", "172-106-1-2.ams", "172.105.3.2", false },
    { "octets in no order", "105-172-2-1.ams", "172.105.1.2", false },
    { "two separators between", "172--105--1--2.ams", "172.105.1.2", false },
    { "four digits are no octet", "0172-0105-0001-0002", "172.105.1.2", false },
    /* the last two */
    { "last two, reversed, beside a word", "srv4-3", "1.2.3.4", true },
    { "beside a single letter", "d81-9", "62.21.81.9", true },
    { "alone in the first label", "81-9.ams", "62.21.81.9", true },
    { "alone in the first two", "9.81.suburb", "62.21.81.9", true },
    { "a mail server counts pools so", "m81-9", "62.21.81.9", false },
    { "beside a word of no network", "rose81-9", "62.21.81.9", false },
    { "others than the last two", "srv62-21", "62.21.81.9", false },
    { "a number more", "81-9-7.ams", "62.21.81.9", false },
    /* hexadecimal and whole numbers */
    { "hexadecimal beside a word", "0x50a46949.unbnxx", "80.164.105.73", true },
    { "hexadecimal, dotted", "ac690102.rev", "172.105.1.2", true },
    { "one number, reversed", "h33647040", "192.105.1.2", true },
    { "eight digits of another number", "x18be1ab0", "24.190.26.175", false },
    { "a number of no address", "order3232235778", "192.168.1.1", false },
    /* words */
    { "dial-up", "dial-up", "9.8.7.6", true },
    { "not given out", "unassigned.psychz", "9.8.7.6", true },
    { "no name yet", "no-dns-yet.unallocated", "9.8.7.6", true },
    { "access network", "cpe.lan7", "9.8.7.6", true },
    { "a town's line", "athedsl.home", "9.8.7.6", true },
    { "static and a number", "static17", "9.8.7.6", true },
    { "static alone", "static", "9.8.7.6", false },
    { "customer and a number", "customer-17", "9.8.7.6", true },
    { "vps and a number", "vps17", "9.8.7.6", true },
    { "user alone", "user", "9.8.7.6", false },
    { "server and a number", "server3", "9.8.7.6", false },
    { "the first word of the table", "abo17", "9.8.7.6", true },
    { "the last", "xdsl", "9.8.7.6", true },
    { "one in the middle", "node-b7", "9.8.7.6", true },
    { "longer than any", "dynamicresidential", "9.8.7.6", false },
    { "a word in a word", "whirlpool", "9.8.7.6", false },
    { "dynamics is a trade", "dynamics", "9.8.7.6", false },
    { "host in ghost", "ghost7", "9.8.7.6", false },
    /* IPv6 */
    { "all nibbles", "20010db8000000010000000000ab00cd", "2001:db8:0:1::ab:cd",
      true },
    { "the interface alone", "h-12ab34cd56ef7890",
      "2001:db8::12ab:34cd:56ef:7890", true },
    { "nibbles, reversed and dotted", "0.9.8.7.f.e.6.5.d.c.4.3.b.a.2.1",
      "2001:db8::12ab:34cd:56ef:7890", true },
    { "the small number of a server", "mail17", "2001:db8::17", false },
    /* names that somebody chose */
    { "the bare domain", "", "1.2.3.4", false },
    { "article: random word", "netsy", "54.38.4.97", false },
    { "article: short word", "pop", "54.38.4.107", false },
    { "article: a word that recurs", "caruk", "51.255.21.227", false },
    { "article: two letters doubled", "ohoerd", "54.38.4.101", false },
    { "mail server", "mail", "1.2.3.4", false },
    { "numbered mail server", "mx2", "1.2.3.2", false },
    { "mail server of a site", "mta-out3.fra", "1.2.3.3", false },
    { "router", "core1.ams", "1.2.3.4", false },
    { "name server", "ns1", "1.2.3.4", false },
    { "a telephone", "brians-iphone.campus", "1.2.3.4", false },
    { "a sender's customer", "o1.ptr1234", "167.89.0.7", false },
    { "IDN", "xn--bcher-kva", "1.2.3.4", false },
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
