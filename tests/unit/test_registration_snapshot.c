/* registration/snapshot.h: every row is read, and the well-known are right. */
#include "registration/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "snowline/error.h"

/* clang-format off */
static const struct {
    const char *why, *domain, *url;
} domains[] = {
    { "the largest", "a.com", "https://rdap.verisign.com/com/v1/" },
    { "the key in the host", "a.fr", "https://rdap.nic.fr/" },
    { "the key in the path", "a.xyz", "https://rdap.centralnic.com/xyz/" },
    { "many under one URL", "a.info",
      "https://rdap.identitydigital.services/rdap/" },
    { "an A-label", "a.xn--p1acf", "https://rdap.nic.xn--p1acf/" },
    { "http alone", "a.kg", "http://rdap.cctld.kg/" },
    { "a TLD without RDAP", "a.de", NULL },
};

static const struct {
    const char *why, *addr, *url;
} addresses[] = {
    { "APNIC", "1.1.1.1", "https://rdap.apnic.net/" },
    { "ARIN", "8.8.8.8", "https://rdap.arin.net/registry/" },
    { "RIPE", "193.0.6.139", "https://rdap.db.ripe.net/" },
    { "LACNIC", "200.3.14.10", "https://rdap.lacnic.net/rdap/" },
    { "AFRINIC", "196.216.2.6", "https://rdap.afrinic.net/rdap/" },
    { "RIPE, IPv6", "2a00::1", "https://rdap.db.ripe.net/" },
    { "ARIN, IPv6", "2600::1", "https://rdap.arin.net/registry/" },
    { "nobody's", "127.0.0.1", NULL },
    { "nobody's, IPv6", "fe80::1", NULL },
};
/* clang-format on */

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void all_documents(struct registration_bootstrap *b)
{
    for (int i = 0; i < DOCUMENTS; i++)
        assert_int_equal(
            registration_snapshot_fill(b, (enum registration_document)i), 0);
}

static void servers_are_found(void **state)
{
    struct registration_bootstrap b = { .n_prefixes = 0 };

    (void)state;
    all_documents(&b);
    for (size_t i = 0; i < COUNT_OF(domains); i++)
        if (!is_same(registration_bootstrap_find(&b, domains[i].domain),
                     domains[i].url))
            fail_msg("%s: %s", domains[i].why,
                     registration_bootstrap_find(&b, domains[i].domain));
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        struct snow_addr a;

        assert_int_equal(snow_addr_parse(&a, addresses[i].addr), 0);
        if (!is_same(registration_bootstrap_find_address(&b, a),
                     addresses[i].url))
            fail_msg("%s", addresses[i].why);
    }
    registration_bootstrap_fini(&b);
}

/* As many as IANA listed; a * that nobody has filled in is found. */
static void every_row_is_whole(void **state)
{
    struct registration_bootstrap b = { .n_prefixes = 0 };
    int64_t utc_s;
    bool is_date_only;

    (void)state;
    all_documents(&b);
    assert_in_range(b.names.n, 1150, 2000);
    assert_in_range(b.n_prefixes, 200, 400);
    for (size_t i = 0; i < b.urls.len; i++)
        if (b.urls.data[i] == '*' || b.urls.data[i] == ' ')
            fail_msg("'%c' in %s", b.urls.data[i], b.urls.data + i);
    assert_int_equal(
        text_parse_time(&utc_s, &is_date_only, registration_snapshot_date()),
        0);
    assert_true(is_date_only);
    registration_bootstrap_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_found),
        cmocka_unit_test(every_row_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
