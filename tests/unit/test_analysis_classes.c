/* Classes of reverse names among their neighbours: whose addresses make a run,
 * and whose never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/analysis_lab.h"
#include "analysis/core_internal.h"
#include "base/text.h"

/* Names of addresses from 192.0.2.16 on, blanks between addresses: "a+b" has
 * two names, "-" none, "?" no answer; "*N" repeats what stands before it until
 * there are N addresses, where "#" stands for 4001, 4004, … and "@" for the
 * address with hyphens. */
/* clang-format off */
static const struct {
    const char *why, *names;
    const char *domain; /* of the run; NULL: none */
    unsigned n;         /* addresses that it names */
} cases[] = {
    { "the article's",
      "commercieopard.net iclide.commercieopard.net sbesn.commercieopard.net "
      "caruk.commercieopard.net", "commercieopard.net", 4 },
    { "no bare domain among them", "tlad.heritagdation.com "
      "caruk.heritagdation.com", "heritagdation.com", 2 },
    { "case and final dots", "COMMERCIEOPARD.net. Iclide.commercieopard.NET",
      "commercieopard.net", 2 },
    { "a gap of one", "blueomb.com - netsy.blueomb.com", "blueomb.com", 2 },
    { "a gap of two", "blueomb.com - - netsy.blueomb.com", NULL, 0 },
    { "an answer that was not had is no gap",
      "blueomb.com ? ? netsy.blueomb.com", "blueomb.com", 2 },
    { "a name that was reset is a gap",
      "blueomb.com ip-192-0-2-17.pool.provider.net netsy.blueomb.com",
      "blueomb.com", 2 },
    { "one address alone", "blueomb.com - -", NULL, 0 },

    { "made from the address", "@.static.provider.net *8", NULL, 0 },
    { "made from the address, a PRIVATE suffix",
      "ec2-@.us-west-2.compute.amazonaws.com *8", NULL, 0 },
    { "the name itself is a PRIVATE suffix",
      "ec2-@.compute-1.amazonaws.com *8", NULL, 0 },
    { "children of a PRIVATE suffix, one an address",
      "li#-45.members.linode.com *20", NULL, 0 },
    { "a name sold below a PRIVATE suffix", "foo.us.com mail.foo.us.com",
      "foo.us.com", 2 },
    { "below a suffix of two labels", "foo.co.uk mail.foo.co.uk", "foo.co.uk",
      2 },
    { "the suffix itself", "co.uk com", NULL, 0 },
    { "an exception of the list", "mail.city.kobe.jp www.city.kobe.jp",
      "city.kobe.jp", 2 },

    { "no such top level", "a.localdomain b.localdomain c.localdomain", NULL,
      0 },
    { "a house's own", "nas.home printer.home tv.home", NULL, 0 },
    { "one label", "localhost localhost unknown", NULL, 0 },
    { "not configured", "domain.not.configured domain.not.configured", NULL,
      0 },
    { "an address for a name", "192.0.2.16 192.0.2.17", NULL, 0 },
    { "a reverse name for a name",
      "16.2.0.192.in-addr.arpa 17.2.0.192.in-addr.arpa", NULL, 0 },

    { "one name for all", "walmart.com *16", NULL, 0 },
    { "one name for all, below the domain", "static.kpn.net *16", NULL, 0 },
    { "two share a name, the others have their own",
      "blueomb.com blueomb.com a1x.blueomb.com b2y.blueomb.com", "blueomb.com",
      4 },

    { "a counter, no word tells it", "x#.counter.org *8", NULL, 0 },
    { "seven are too few to tell", "x#.counter.org *7", "counter.org", 7 },
    { "counting down", "x80.c.org x77.c.org x74.c.org x71.c.org x68.c.org "
      "x65.c.org x62.c.org x59.c.org", NULL, 0 },
    { "in no order", "x12.c.org x77.c.org x31.c.org x90.c.org x15.c.org "
      "x66.c.org x48.c.org x83.c.org", "c.org", 8 },
    { "mail servers in a row are what is looked for", "mail#.blueomb.com *8",
      "blueomb.com", 8 },
    { "numbers of a mail pool in a site", "mta#.fra.blueomb.com *8",
      "blueomb.com", 8 },
    { "two numbers", "s1-#.provider.net *8", NULL, 0 },

    { "words of a pool", "adsl.viettel.net dsl.viettel.net", NULL, 0 },
    { "a word with a number", "vps31.blueomb.com vps77.blueomb.com", NULL, 0 },

    { "several names: the neighbours choose",
      "blueomb.com aaa.net+netsy.blueomb.com zzz.org+nettab.blueomb.com",
      "blueomb.com", 3 },
    { "several names, in another order",
      "blueomb.com netsy.blueomb.com+aaa.net nettab.blueomb.com+zzz.org",
      "blueomb.com", 3 },
    { "a generic name beside a chosen one",
      "@.pool.provider.net+blueomb.com @.pool.provider.net+netsy.blueomb.com",
      "blueomb.com", 2 },

    { "IDN as A-labels", "xn--bcher-kva.com mail.XN--bcher-KVA.com",
      "xn--bcher-kva.com", 2 },
    { "IDN as it is read", "b\xc3\xbc" "cher.com mail.b\xc3\xbc" "cher.com",
      NULL, 0 },
    { "an A-label that is none", "xn--0.com mail.xn--0.com", "xn--0.com", 2 },

    { "a sender's customer: a run, for its age to judge",
      "o1.ptr1234.brand.com o2.ptr1235.brand.com", "brand.com", 2 },
    { "people's machines: likewise",
      "brians-iphone.campus.org annes-pc.campus.org kims-mac.campus.org",
      "campus.org", 3 },
    { "routers: likewise", "core1.ams.blueomb.com edge1.ams.blueomb.com",
      "blueomb.com", 2 },
};
/* clang-format on */

/* Write one name of the address, "#" and "@" filled in. */
static void write_name(struct buf *to, const char *name, size_t len, unsigned i)
{
    for (; len > 0; len--, name++)
        if (*name == '#')
            buf_add_u64(to, 4001 + 3 * i);
        else if (*name == '@')
            buf_printf(to, "192-0-2-%u", 16 + i);
        else
            buf_add_char(to, *name);
}

static void add_address(struct lab *l, const char *names, size_t len,
                        unsigned i)
{
    char addr[32];
    struct buf name = { 0 };

    snprintf(addr, sizeof addr, "192.0.2.%u", 16 + i);
    if (*names == '-' || *names == '?') {
        lab_outcome(l, addr,
                    *names == '-' ? SNOW_PTR_NXDOMAIN : SNOW_PTR_TIMEOUT);
        return;
    }
    for (size_t at = 0; at < len;) {
        size_t n = 0;

        while (at + n < len && names[at + n] != '+')
            n++;
        buf_clear(&name);
        write_name(&name, names + at, n, i);
        lab_name(l, addr, name.data);
        at += n + 1;
    }
    buf_fini(&name);
}

static void add_addresses(struct lab *l, const char *names)
{
    unsigned i = 0;

    for (const char *at = names, *before = NULL; *at;) {
        size_t len = strcspn(at, " ");

        if (*at == '*')
            for (unsigned n = (unsigned)(at[1] - '0') * (at[2] ? 10 : 1) +
                              (at[2] ? (unsigned)(at[2] - '0') : 0);
                 i < n; i++)
                add_address(l, before, strcspn(before, " "), i);
        else
            add_address(l, at, len, i++);
        before = at;
        at += len + (at[len] == ' ');
    }
}

static void check(const struct analysis *a, size_t c)
{
    const struct run *run = a->runs.n > 0 ? &a->runs.all[0] : NULL;

    if (!run && !cases[c].domain)
        return;
    if (!run)
        fail_msg("%s: no run", cases[c].why);
    if (!cases[c].domain || a->runs.n != 1 ||
        strcmp(a->facts.names[run->domain], cases[c].domain) != 0 ||
        run->n_named != cases[c].n)
        fail_msg("%s: %zu runs, one of %u of %s", cases[c].why, a->runs.n,
                 run->n_named, a->facts.names[run->domain]);
}

static void classes_are_told(void **state)
{
    (void)state;
    for (size_t c = 0; c < COUNT_OF(cases); c++) {
        struct analysis *a;
        struct lab l;

        lab_init(&l, "2018-05-15T12:00:00Z");
        add_addresses(&l, cases[c].names);
        a = lab_analyse(&l);
        check(a, c);
        analysis_free(a);
        lab_fini(&l);
    }
}

/* Too few in each /24 for a counter, but the scheme is everywhere. */
static void a_scheme_on_many_addresses_is_a_providers(void **state)
{
    (void)state;
    for (unsigned per_block = 3; per_block <= 4; per_block++) {
        struct analysis *a;
        struct lab l;

        lab_init(&l, "2018-05-15T12:00:00Z");
        for (unsigned b = 0; b < 8; b++)
            for (unsigned i = 0; i < per_block; i++) {
                char addr[32], name[64];

                snprintf(addr, sizeof addr, "198.51.%u.%u", b, 40 + i);
                snprintf(name, sizeof name, "rack%u.scheme.net",
                         90 - 7 * i + b);
                lab_name(&l, addr, name);
            }
        a = lab_analyse(&l);
        assert_int_equal(a->runs.n, per_block == 4 ? 0 : 8);
        analysis_free(a);
        lab_fini(&l);
    }
}

/* clang-format off */
static const struct {
    const char *why, *first, *last, *abuse_email;
    bool is_own; /* blueomb.com is the network's */
} holders[] = {
    { "its domain", "192.0.2.0", "192.0.2.255", "abuse@blueomb.com", true },
    { "a host of it", "192.0.0.0", "192.0.3.255", "Abuse@NOC.BlueOmb.COM",
      true },
    { "another's", "192.0.2.0", "192.0.2.255", "abuse@provider.net", false },
    { "a customer's small network", "192.0.2.16", "192.0.2.31",
      "abuse@blueomb.com", false },
    { "none", "192.0.2.0", "192.0.2.255", "", false },
    { "no mailbox", "192.0.2.0", "192.0.2.255", "blueomb.com", false },
    { "an address", "192.0.2.0", "192.0.2.255", "abuse@192.0.2.1", false },
};
/* clang-format on */

static void the_holders_domain_is_the_networks_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(holders); i++) {
        struct snow_network n = { 0 };
        struct analysis *a;
        struct lab l;

        assert_int_equal(snow_addr_parse(&n.first, holders[i].first), 0);
        assert_int_equal(snow_addr_parse(&n.last, holders[i].last), 0);
        text_copy(n.abuse_email, sizeof n.abuse_email, holders[i].abuse_email);
        lab_init(&l, "2018-05-15T12:00:00Z");
        l.holder = &n;
        add_addresses(&l, "blueomb.com netsy.blueomb.com oblag.blueomb.com");
        a = lab_analyse(&l);
        if ((a->runs.n == 0) != holders[i].is_own)
            fail_msg("%s: %zu runs", holders[i].why, a->runs.n);
        analysis_free(a);
        lab_fini(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_told),
        cmocka_unit_test(a_scheme_on_many_addresses_is_a_providers),
        cmocka_unit_test(the_holders_domain_is_the_networks_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
