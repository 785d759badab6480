/* netblock/announced.h: RIPEstat's JSON, as it comes and as it should not. */
#include "netblock/announced.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/netblock.h"

#define TIMES                                                                  \
    "\"query_starttime\":\"2018-05-06T08:00:00\","                             \
    "\"query_endtime\":\"2018-05-20T08:00:00\","
#define DOC(prefixes, rest)                                                    \
    "{\"messages\":[[\"info\",\"low visibility is left out\"]],"               \
    "\"status\":\"ok\",\"status_code\":200,\"data\":{\"prefixes\":[" prefixes  \
    "]," rest "}}"
#define LIVE(prefix) LAST(prefix, "2018-05-20T08:00:00")
#define LAST(prefix, end)                                                      \
    "{\"prefix\":\"" prefix "\",\"timelines\":[{\"starttime\":"                \
    "\"2018-05-06T08:00:00\",\"endtime\":\"" end "\"}]}"
#define ASKED TIMES "\"resource\":\"64500\""

/* clang-format off */
static const struct {
    const char *why, *in;
    int code;
    const char *text; /**< of the routes, or in the error */
} cases[] = {
    { "both families",
      DOC(LIVE("192.0.2.0/24") "," LIVE("2001:db8::/32"), ASKED), 0,
      "192.0.2.0/24 2001:db8::/32; 2 taken" },
    { "nothing announced", DOC("", ASKED), 0, "" },
    { "withdrawn a week ago",
      DOC(LIVE("192.0.2.0/24") ","
          LAST("198.51.100.0/24", "2018-05-13T00:00:00"), ASKED), 0,
      "192.0.2.0/24; 1 taken, 1 withdrawn" },
    { "gone for a while, back again, in no order",
      DOC("{\"prefix\":\"192.0.2.0/24\",\"timelines\":["
          "{\"endtime\":\"2018-05-20T08:00:00\"},"
          "{\"endtime\":\"2018-05-07T00:00:00\"}]}", ASKED), 0,
      "192.0.2.0/24; 1 taken" },
    { "routes are known for less than was asked",
      DOC(LIVE("192.0.2.0/24"),
          "\"query_endtime\":\"2018-05-21T00:00:00\","
          "\"latest_time\":\"2018-05-20T08:00:00\",\"resource\":\"64500\""), 0,
      "192.0.2.0/24; 1 taken" },
    { "no end is told: nothing is withdrawn",
      DOC(LAST("192.0.2.0/24", "2018-05-07T00:00:00"),
          "\"resource\":\"64500\""), 0, "192.0.2.0/24; 1 taken" },
    { "no times are told",
      DOC("{\"prefix\":\"192.0.2.0/24\"},"
          "{\"prefix\":\"198.51.100.0/24\",\"timelines\":[{\"endtime\":7}]}",
          ASKED), 0, "192.0.2.0/24 198.51.100.0/24; 2 taken" },
    { "the resource as number", DOC(LIVE("192.0.2.0/24"),
      TIMES "\"resource\":64500"), 0, "192.0.2.0/24; 1 taken" },
    { "the resource with AS", DOC(LIVE("192.0.2.0/24"),
      TIMES "\"resource\":\"AS64500\""), 0, "192.0.2.0/24; 1 taken" },
    { "elements that are no prefixes",
      DOC("null,7,\"192.0.2.0/24\",[],{},{\"prefix\":7},"
          "{\"prefix\":\"a\\u0000b\"}," LIVE("192.0.2.0/24"), ASKED), 0,
      "192.0.2.0/24; 1 taken, 7 bad" },
    { "another AS", DOC(LIVE("192.0.2.0/24"), TIMES "\"resource\":\"64501\""),
      SNOW_EINVAL, "about AS64501" },
    { "no resource", DOC(LIVE("192.0.2.0/24"), "\"x\":1"), SNOW_ESYNTAX,
      "no list" },
    { "a resource that is none", DOC("", "\"resource\":\"64500;64501\""),
      SNOW_ESYNTAX, "no list" },
    { "a negative one", DOC("", "\"resource\":-64500"), SNOW_ESYNTAX,
      "no list" },
    { "an error", "{\"messages\":[[\"error\",\"64500x is not valid\"]],"
      "\"status\":\"error\",\"status_code\":400,\"data\":{}}", SNOW_EREFUSED,
      "it says 'error': 64500x is not valid" },
    { "an error without reason, with prefixes",
      "{\"status\":\"maintenance\",\"data\":{\"prefixes\":["
      LIVE("192.0.2.0/24") "],\"resource\":\"64500\"}}", SNOW_EREFUSED,
      "it says 'maintenance'" },
    { "no status", "{\"data\":{\"prefixes\":[],\"resource\":\"64500\"}}",
      SNOW_ESYNTAX, "no RIPEstat document" },
    { "prefixes that are no list", "{\"status\":\"ok\",\"data\":"
      "{\"prefixes\":{},\"resource\":\"64500\"}}", SNOW_ESYNTAX, "no list" },
    { "cut off", "{\"status\":\"ok\",\"data\":{\"prefixes\":[{\"prefix\":\"192",
      SNOW_ESYNTAX, "no JSON" },
    { "HTML", "<html>502 Bad Gateway</html>", SNOW_ESYNTAX, "no JSON" },
    { "nothing", "", SNOW_ESYNTAX, "no JSON" },
    { "a list", "[]", SNOW_ESYNTAX, "no RIPEstat document" },
    { "deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", SNOW_ESYNTAX,
      "no JSON" },
};
/* clang-format on */

static void documents_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct netblock_routes r;
        struct snow_error err = { 0 };
        int code;

        routes_init(&r);
        code = netblock_announced_parse(&r, cases[i].in, strlen(cases[i].in),
                                        &err);
        if (code != cases[i].code)
            fail_msg("%s: gave %d, '%s'", cases[i].why, code, err.text);
        if (code ? !strstr(err.text, cases[i].text)
                 : strcmp(routes_text(&r), cases[i].text) != 0)
            fail_msg("%s: '%s', '%s'", cases[i].why, routes_text(&r), err.text);
        if (code)
            assert_int_equal(snow_ranges_n(r.set), 0);
        routes_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
