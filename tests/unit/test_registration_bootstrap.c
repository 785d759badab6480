/* registration/bootstrap.h: RFC 9224, strict and lenient. */
#include "registration/bootstrap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "snowline/error.h"

static const char document[] =
    "{\"version\":\"1.0\",\"publication\":\"2018-05-20T00:00:00Z\",\n"
    "\"description\":\"a test\",\"unheard\":{\"of\":[1]},\"services\":[\n"
    "[[\"com\",\"NET\"],[\"http://old.example/v1/\","
    "\"https://rdap.example/v1\"]],\n"
    "[[\"kg\"],[\"http://rdap.kg.example/\"]],\n"
    "[[\"uk\"],[\"https://rdap.uk.example/\"]],\n"
    "[[\"co.uk\"],[\"HTTPS://rdap.co-uk.example/\"]],\n"
    "[[\"com\"],[\"https://second.example/\"]],\n"
    "[[\"xn--p1ai\"],[\"https://rdap.example:8443/x/\"],[\"a third\"]],\n"
    "[[\"bad1\"],[\"ftp://rdap.example/\"]],\n"
    "[[\"bad2\"],[\"https://rdap.example/?q=\"]],\n"
    "[[\"bad3\"],[\"https://rdap.exa mple/\"]],\n"
    "[[\"bad4\"],[\"https:///x/\"]],\n"
    "[[\"bad5\"],[]], [[\"bad6\"],\"https://rdap.example/\"],\n"
    "[[\"*\",\"b\\u00fccher\",7,null],[\"https://everything.example/\"]],\n"
    "null, 7, \"com\", {}, [], [[]]\n"
    "]}";

/* clang-format off */
static const struct {
    const char *why, *domain, *url;
} found[] = {
    { "https before http, slash added", "a.com", "https://rdap.example/v1/" },
    { "keys in any case", "a.net", "https://rdap.example/v1/" },
    { "the question in any case", "A.CoM.", "https://rdap.example/v1/" },
    { "http where there is nothing else", "a.kg", "http://rdap.kg.example/" },
    { "one label", "a.uk", "https://rdap.uk.example/" },
    { "two labels are more than one", "a.co.uk",
      "HTTPS://rdap.co-uk.example/" },
    { "labels, not letters", "a.xco.uk", "https://rdap.uk.example/" },
    { "the TLD itself", "com", "https://rdap.example/v1/" },
    { "an A-label, a port, a third array", "a.xn--p1ai",
      "https://rdap.example:8443/x/" },
    { "not in the document", "a.de", NULL },
    { "letters at the end alone", "a.xcom", NULL },
    { "no http", "a.bad1", NULL },
    { "a query would swallow the path", "a.bad2", NULL },
    { "a blank", "a.bad3", NULL },
    { "no host", "a.bad4", NULL },
    { "no URL", "a.bad5", NULL },
    { "URLs that are no list", "a.bad6", NULL },
    { "no domain", "", NULL },
    { "no host name", "a b.com", NULL },
    { "a path in the name", "a/../b.com", NULL },
};

static const char networks[] =
    "{\"version\":\"1.0\",\"services\":[\n"
    "[[\"41.0.0.0/8\",\"192.0.2.0/24\"],[\"https://one.example/\"]],\n"
    "[[\"192.0.0.0/8\",\"192.0.2.128/25\"],[\"https://two.example/x\"]],\n"
    "[[\"192.0.2.0/24\"],[\"https://second.example/\"]],\n"
    "[[\"2001:200::/23\",\"2001:db8::/32\"],[\"https://six.example/\"]],\n"
    "[[\"10.0.0.1/8\",\"11.0.0.0/33\",\"12.0.0.0/\",\"/8\",\"x/8\",\n"
      "\"13.0.0.0/-1\",\"14.0.0.0/8/8\"],[\"https://wrong.example/\"]],\n"
    "[[\"15.0.0.0/8\"],[\"ftp://wrong.example/\"]],\n"
    "[[\"::/0\"],[\"https://all-six.example/\"]]\n"
    "]}";

static const struct {
    const char *why, *addr, *url;
} addresses[] = {
    { "a prefix", "41.1.2.3", "https://one.example/" },
    { "its first address", "41.0.0.0", "https://one.example/" },
    { "its last address", "41.255.255.255", "https://one.example/" },
    { "one behind it", "42.0.0.0", NULL },
    { "the longer prefix", "192.0.2.1", "https://one.example/" },
    { "the longest prefix", "192.0.2.200", "https://two.example/x/" },
    { "the shorter prefix", "192.9.2.1", "https://two.example/x/" },
    { "IPv6", "2001:db8::1", "https://six.example/" },
    { "IPv6, a longer prefix before all", "2001:3ff::1",
      "https://six.example/" },
    { "all of IPv6", "2a00::1", "https://all-six.example/" },
    { "which IPv4 is no part of", "8.8.8.8", NULL },
    { "bits behind the prefix", "10.0.0.1", NULL },
    { "a length past the end", "11.0.0.0", NULL },
    { "no length", "12.0.0.0", NULL },
    { "a negative length", "13.0.0.0", NULL },
    { "two lengths", "14.0.0.0", NULL },
    { "no http", "15.0.0.0", NULL },
};

static const struct {
    const char *why, *text;
} malformed[] = {
    { "nothing", "" },
    { "HTML", "<html><body>Not here</body></html>" },
    { "no services", "{\"version\":\"1.0\"}" },
    { "services that are no list", "{\"services\":{\"com\":[]}}" },
    { "another document", "[1,2]" },
    { "cut off", "{\"services\":[[[\"com\"],[\"https://rdap.exa" },
    { "deep", "{\"services\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" },
};

static const struct {
    const char *why, *name, *url;
    int code;
} overrides[] = {
    { "a TLD", "test", "http://127.0.0.1:8080", 0 },
    { "all others", "*", "https://all.example/", 0 },
    { "no URL", "test2", "rdap.example", SNOW_ESYNTAX },
    { "a network", "192.0.2.0/24", "https://net.example", 0 },
    { "no network", "192.0.2.1/24", "https://net.example", SNOW_ESYNTAX },
    { "nothing", "test2", "", SNOW_ESYNTAX },
    { "another scheme", "test2", "file:///etc/passwd", SNOW_ESYNTAX },
    { "no name", "", "https://rdap.example/", SNOW_ESYNTAX },
    { "a wildcard inside", "*.test", "https://rdap.example/", SNOW_ESYNTAX },
    { "a name with a leading dot", ".test2", "https://rdap.example/",
      SNOW_ESYNTAX },
};
/* clang-format on */

static void servers_are_found(void **state)
{
    struct registration_bootstrap b = { .urls = { 0 } };

    (void)state;
    assert_int_equal(
        registration_bootstrap_parse(&b, document, sizeof document - 1), 0);
    for (size_t i = 0; i < COUNT_OF(found); i++) {
        const char *url = registration_bootstrap_find(&b, found[i].domain);
        bool is_right = url && found[i].url ? strcmp(url, found[i].url) == 0
                                            : url == found[i].url;

        if (!is_right)
            fail_msg("%s: '%s' gave %s", found[i].why, found[i].domain,
                     url ? url : "nothing");
    }
    registration_bootstrap_fini(&b);
}

static void servers_of_addresses_are_found(void **state)
{
    struct registration_bootstrap b = { .n_prefixes = 0 };

    (void)state;
    assert_int_equal(
        registration_bootstrap_parse(&b, networks, sizeof networks - 1), 0);
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        struct snow_addr a;
        const char *url;

        assert_int_equal(snow_addr_parse(&a, addresses[i].addr), 0);
        url = registration_bootstrap_find_address(&b, a);
        if (url && addresses[i].url ? strcmp(url, addresses[i].url) != 0
                                    : url != addresses[i].url)
            fail_msg("%s: %s gave %s", addresses[i].why, addresses[i].addr,
                     url ? url : "nothing");
    }
    assert_null(registration_bootstrap_find(&b, "a.com"));
    registration_bootstrap_fini(&b);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        struct registration_bootstrap b = { .urls = { 0 } };
        const char *text = malformed[i].text;

        if (registration_bootstrap_parse(&b, text, strlen(text)) !=
            SNOW_ESYNTAX)
            fail_msg("%s: taken for a document", malformed[i].why);
        registration_bootstrap_fini(&b);
    }
}

static void overrides_are_checked(void **state)
{
    struct registration_bootstrap b = { .urls = { 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(overrides); i++) {
        int code =
            registration_bootstrap_put(&b, overrides[i].name, overrides[i].url);

        if (code != overrides[i].code)
            fail_msg("%s: %d", overrides[i].why, code);
    }
    assert_string_equal(registration_bootstrap_find(&b, "a.test"),
                        "http://127.0.0.1:8080/");
    assert_string_equal(registration_bootstrap_find(&b, "a.other"),
                        "https://all.example/");
    assert_null(registration_bootstrap_find(&b, "no name"));
    registration_bootstrap_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_found),
        cmocka_unit_test(servers_of_addresses_are_found),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(overrides_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
