/* netblock/source.h: --as-source as people write it. */
#include "netblock/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
    const char *why, *in, *where; /**< NULL: refused */
} cases[] = {
    { "the default", "ripestat", "https://stat.ripe.net/data/announced-"
      "prefixes/data.json?resource=AS64500&sourceapp=snowline" },
    { "a mirror", "ripestat:https://stat.example/data/",
      "https://stat.example/data/announced-prefixes/data.json"
      "?resource=AS64500&sourceapp=snowline" },
    { "a slash is added", "ripestat:http://127.0.0.1:8080/x",
      "http://127.0.0.1:8080/x/announced-prefixes/data.json"
      "?resource=AS64500&sourceapp=snowline" },
    { "no URL", "ripestat:stat.example", NULL },
    { "an empty one", "ripestat:", NULL },
    { "another scheme", "ripestat:file:///etc/passwd", NULL },
    { "a query in it", "ripestat:https://stat.example/?x=", NULL },
    { "a blank in it", "ripestat:https://stat.example/a b", NULL },
    { "a name that goes on", "ripestats", NULL },
    { "an IRR", "irr:whois.radb.net", "irr:whois.radb.net:43" },
    { "with a port", "irr:rr.example:4343", "irr:rr.example:4343" },
    { "IPv4", "irr:127.0.0.1:43", "irr:127.0.0.1:43" },
    { "IPv6", "irr:2001:db8::43", "irr:[2001:db8::43]:43" },
    { "IPv6 in brackets", "irr:[2001:db8::43]", "irr:[2001:db8::43]:43" },
    { "IPv6 with a port", "irr:[::1]:4343", "irr:[::1]:4343" },
    { "no bracket at the end", "irr:[::1", NULL },
    { "something behind it", "irr:[::1]43", NULL },
    { "no host", "irr:", NULL },
    { "no colon", "irr", NULL },
    { "a port alone", "irr::43", NULL },
    { "port 0", "irr:rr.example:0", NULL },
    { "a port past the end", "irr:rr.example:65536", NULL },
    { "no port", "irr:rr.example:", NULL },
    { "letters", "irr:rr.example:whois", NULL },
    { "a path", "irr:rr.example/x", NULL },
    { "a command in it", "irr:rr.example\n!q", NULL },
    { "a file", "pfx2as:a b/routes.gz", "pfx2as:a b/routes.gz" },
    { "no file", "pfx2as:", NULL },
    { "no file, no colon", "pfx2as", NULL },
    { "nothing", "", NULL },
    { "something else", "bgp.tools", NULL },
};
/* clang-format on */

static void sources_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct netblock_source s;
        struct snow_error err = { 0 };
        struct buf text = { 0 };
        int code = netblock_source_parse(&s, cases[i].in, &err);

        if ((code == 0) != (cases[i].where != NULL))
            fail_msg("%s: '%s' gave %d, '%s'", cases[i].why, cases[i].in, code,
                     err.text);
        if (code) {
            assert_int_equal(code, SNOW_EINVAL);
            assert_non_null(strstr(err.text, "--as-source"));
            continue;
        }
        netblock_source_format(&text, &s, 64500);
        if (strcmp(text.data, cases[i].where) != 0)
            fail_msg("%s: '%s' is '%s'", cases[i].why, cases[i].in, text.data);
        buf_fini(&text);
    }
}

static void long_ones_are_bounded(void **state)
{
    static const char *const fronts[] = { "irr:", "ripestat:http://",
                                          "pfx2as:" };
    static char text[2000];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fronts); i++) {
        struct netblock_source s;

        memset(text, 'x', sizeof text - 1);
        memcpy(text, fronts[i], strlen(fronts[i]));
        assert_int_equal(netblock_source_parse(&s, text, NULL), SNOW_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_read),
        cmocka_unit_test(long_ones_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
