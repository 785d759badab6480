/* netblock/routes.h: what of a source is taken. */
#include "netblock/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/netblock.h"

/* clang-format off */
static const struct {
    const char *why, *prefixes[4], *text;
} cases[] = {
    { "one of each family", { "192.0.2.0/24", "2001:db8::/32" },
      "192.0.2.0/24 2001:db8::/32; 2 taken" },
    { "neighbours become one", { "192.0.2.128/25", "192.0.2.0/25" },
      "192.0.2.0/24; 2 taken" },
    { "what is within another", { "198.51.100.0/24", "198.51.100.64/26" },
      "198.51.100.0/24; 2 taken" },
    { "the same twice", { "192.0.2.0/24", "192.0.2.0/24" },
      "192.0.2.0/24; 2 taken" },
    { "one address", { "192.0.2.1/32", "2001:db8::1/128" },
      "192.0.2.1/32 2001:db8::1/128; 2 taken" },
    { "default routes", { "0.0.0.0/0", "::/0", "192.0.2.0/24" },
      "192.0.2.0/24; 1 taken, 2 short" },
    { "half of all", { "0.0.0.0/1", "128.0.0.0/1", "8000::/1" },
      "; 3 short" },
    { "IPv4 at the border", { "44.0.0.0/8", "44.0.0.0/7" },
      "44.0.0.0/8; 1 taken, 1 short" },
    { "IPv6 at the border", { "2630::/16", "2600::/15" },
      "2630::/16; 1 taken, 1 short" },
    { "IPv6 past the border", { "2600::/12" }, "; 1 short" },
    { "IPv4-mapped, all of it", { "::ffff:0.0.0.0/96" }, "; 1 short" },
    { "IPv6 that covers all of IPv4", { "::/20", "::/80", "::fffe:0:0/95" },
      "; 3 short" },
    { "host bits set", { "192.0.2.1/24" }, "; 1 bad" },
    { "an address alone", { "192.0.2.1" }, "; 1 bad" },
    { "a length past the end", { "192.0.2.0/33", "2001:db8::/129" },
      "; 2 bad" },
    { "no prefix", { "", "/", "route", "10/8" }, "; 4 bad" },
    { "a range", { "192.0.2.0-192.0.2.255/24" }, "; 1 bad" },
    { "private use, left out", { "10.0.0.0/8", "10.1.0.0/16" },
      "; 2 bogons" },
    { "half in the bogons, left to the exclusions", { "11.0.0.0/8",
      "100.0.0.0/8" }, "11.0.0.0/8 100.0.0.0/8; 2 taken" },
    { "begins in the bogons, ends behind them", { "12.0.0.0/8" },
      "12.0.0.0/8; 1 taken" },
    { "bogons in IPv6", { "fd00::/16", "fec0::/16" },
      "fec0::/16; 1 taken, 1 bogons" },
};
/* clang-format on */

static void prefixes_are_taken_or_counted(void **state)
{
    struct snow_ranges *bogons;

    (void)state;
    assert_int_equal(snow_ranges_new(&bogons), 0);
    assert_int_equal(snow_ranges_read(bogons, "10.0.0.0/8", NULL), 0);
    assert_int_equal(snow_ranges_read(bogons, "12.0.0.0/9", NULL), 0);
    assert_int_equal(snow_ranges_read(bogons, "100.64.0.0/10", NULL), 0);
    assert_int_equal(snow_ranges_read(bogons, "fc00::/7", NULL), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct netblock_routes r;

        routes_init(&r);
        r.bogons = bogons;
        for (size_t k = 0; k < 4 && cases[i].prefixes[k]; k++)
            assert_int_equal(netblock_routes_add(&r, cases[i].prefixes[k]), 0);
        if (strcmp(routes_text(&r), cases[i].text) != 0)
            fail_msg("%s: '%s'", cases[i].why, routes_text(&r));
        routes_fini(&r);
    }
    snow_ranges_free(bogons);
}

/* However often one says the same. */
static void prefixes_are_bounded(void **state)
{
    struct netblock_routes r;
    struct snow_error err;

    (void)state;
    routes_init(&r);
    for (unsigned i = 0; i < NETBLOCK_PREFIXES_MAX; i++)
        assert_int_equal(netblock_routes_add(&r, "192.0.2.0/24"), 0);
    assert_int_equal(netblock_routes_add(&r, "192.0.2.0/24"), SNOW_ELIMIT);
    assert_int_equal(netblock_routes_add(&r, "0.0.0.0/0"), 0);
    assert_int_equal(netblock_routes_fail(&err, SNOW_ELIMIT), SNOW_ELIMIT);
    assert_non_null(strstr(err.text, "more than 65536 prefixes"));
    routes_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes_are_taken_or_counted),
        cmocka_unit_test(prefixes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
