/* registration/network.h: networks as the five registries send them, and what
 * else comes. */
#include "registration/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/records.h"
#include "base/text.h"

#define NET "\"objectClassName\":\"ip network\""
#define ENDS(a, b) "\"startAddress\":\"" a "\",\"endAddress\":\"" b "\""
#define HERE NET "," ENDS("192.0.2.0", "192.0.2.255")
#define CARD(properties) "\"vcardArray\":[\"vcard\",[" properties "]]"
#define FN(name) "[\"fn\",{},\"text\",\"" name "\"]"
#define KIND(kind) "[\"kind\",{},\"text\",\"" kind "\"]"
#define MAIL(address) "[\"email\",{},\"text\",\"" address "\"]"
#define ROLE(role) "\"roles\":[\"" role "\"]"
#define ABUSE(rest) "{" ROLE("abuse") "," rest "}"
#define WITH(entities) "{" HERE ",\"entities\":[" entities "]}"
#define REG SNOW_REGISTRATION_REGISTERED
#define UNK SNOW_REGISTRATION_UNKNOWN
#define V4 "192.0.2.0-192.0.2.255"
#define ALONE "192.0.2.7-192.0.2.7"

/* clang-format off */

/* ARIN: contacts inside the registrant, no country. */
static const char arin[] =
"{\"rdapConformance\":[\"nro_rdap_profile_0\",\"cidr0\"]," HERE
",\"handle\":\"NET-192-0-2-0-1\",\"name\":\"EXAMPLE-HOST\","
"\"parentHandle\":\"NET-192-0-0-0-0\",\"ipVersion\":\"v4\","
"\"cidr0_cidrs\":[{\"v4prefix\":\"192.0.2.0\",\"length\":24}],"
"\"entities\":[{\"handle\":\"EXH-1\"," ROLE("registrant") ","
  CARD("[\"version\",{},\"text\",\"4.0\"]," FN("Example Hosting, LLC") ","
       KIND("org"))
  ",\"entities\":["
    "{" ROLE("technical") "," CARD(FN("Noc") "," MAIL("noc@host.example")) "},"
    ABUSE(CARD(FN("Abuse") "," KIND("group") ","
               MAIL("abuse@host.example"))) "]}],"
"\"status\":[\"active\"]}";

/* RIPE: everything at the top, maintainers among the registrants. */
static const char ripe[] =
"{" HERE ",\"handle\":\"192.0.2.0 - 192.0.2.255\",\"name\":\"EXAMPLE-NET-1\","
"\"country\":\"nl\",\"parentHandle\":\"192.0.0.0 - 192.0.255.255\","
"\"entities\":["
  "{\"handle\":\"EXAMPLE-MNT\"," ROLE("registrant") ","
    CARD(FN("EXAMPLE-MNT") "," KIND("individual")) "},"
  "{\"handle\":\"AR1-TEST\"," ROLE("abuse") ","
    CARD(FN("Abuse role") "," KIND("group") ","
         "[\"email\",{\"type\":\"email\"},\"text\",\"office@net.example\"],"
         "[\"email\",{\"type\":\"abuse\"},\"text\",\"abuse@net.example\"]") "},"
  "{\"handle\":\"ORG-EN1-TEST\"," ROLE("registrant") ","
    CARD(FN("Example Networks B.V.") "," KIND("org")) "}]}";

/* A little wrong in many places. */
static const char odd[] =
"{\"objectClassName\":\"IP Network\",\"startAddress\":\" 192.0.2.0/24 \","
"\"endAddress\":\"192.0.2.255/24\",\"country\":\"Netherlands\",\"name\":7,"
"\"handle\":\"REDACTED\",\"entities\":{\"roles\":\"registrant\","
  CARD("7,[],[\"fn\"],[\"fn\",[],\"Odd  \\t Host\"]")
  ",\"entities\":{\"roles\":\"ABUSE\","
    CARD("[\"EMAIL\",[],\"uri\",\"mailto:abuse@odd.example\"]") "}}}";

static const struct {
    const char *why, *asked, *body;
    unsigned status;
    const char *range, *organisation, *abuse, *country;
} cases[] = {
    { "ARIN", "192.0.2.7", arin, REG, V4, "Example Hosting, LLC",
      "abuse@host.example", "" },
    { "RIPE", "192.0.2.7", ripe, REG, V4, "Example Networks B.V.",
      "abuse@net.example", "NL" },
    { "odd", "192.0.2.7", odd, REG, V4, "Odd Host", "abuse@odd.example", "" },
    { "nothing but the range", "192.0.2.7", "{" HERE "}", REG, V4, "", "", "" },

    { "IPv6", "2001:db8::7", "{" NET ","
      ENDS("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") "}",
      REG, "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "", "", "" },
    { "its first address", "192.0.2.0", "{" HERE "}", REG, V4, "", "", "" },
    { "its last address", "192.0.2.255", "{" HERE "}", REG, V4, "", "", "" },
    { "prefixes alone: the one that holds it", "192.0.2.7",
      "{" NET ",\"cidr0_cidrs\":[{\"v4prefix\":\"198.51.100.0\",\"length\":24},"
      "{\"v4prefix\":\"192.0.2.0\",\"length\":25}]}",
      REG, "192.0.2.0-192.0.2.127", "", "", "" },
    { "a prefix of IPv6", "2001:db8::7", "{" NET ",\"cidr0_cidrs\":"
      "{\"v6prefix\":\"2001:db8::\",\"length\":64}}",
      REG, "2001:db8::-2001:db8::ffff:ffff:ffff:ffff", "", "", "" },
    { "prefixes with bits, without length, too long", "192.0.2.7",
      "{" NET ",\"cidr0_cidrs\":[{\"v4prefix\":\"192.0.2.1\",\"length\":24},"
      "{\"v4prefix\":\"192.0.2.0\"},{\"v4prefix\":\"192.0.2.0\",\"length\":33},"
      "{\"v4prefix\":7,\"length\":24},null]}", UNK, ALONE, "", "", "" },
    { "a /8 is the widest", "10.9.9.9", "{" NET ","
      ENDS("10.0.0.0", "10.255.255.255") "}",
      REG, "10.0.0.0-10.255.255.255", "", "", "" },

    { "another network", "198.51.100.7", "{" HERE "}",
      UNK, "198.51.100.7-198.51.100.7", "", "", "" },
    { "everything: RIPE's for none of ours", "192.0.2.7", "{" NET ","
      ENDS("0.0.0.0", "255.255.255.255") ",\"country\":\"EU\"}",
      UNK, ALONE, "", "", "" },
    { "everything of IPv6", "2001:db8::7", "{" NET ","
      ENDS("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") "}",
      UNK, "2001:db8::7-2001:db8::7", "", "", "" },
    { "one more than a /8", "10.9.9.9", "{" NET ","
      ENDS("10.0.0.0", "11.0.0.0") "}",
      UNK, "10.9.9.9-10.9.9.9", "", "", "" },
    { "backwards", "192.0.2.7", "{" NET "," ENDS("192.0.2.255", "192.0.2.0")
      "}", UNK, ALONE, "", "", "" },
    { "from IPv4 to IPv6", "192.0.2.7", "{" NET "," ENDS("192.0.2.0",
      "2001:db8::") "}", UNK, ALONE, "", "", "" },
    { "no end", "192.0.2.7", "{" NET ",\"startAddress\":\"192.0.2.0\"}",
      UNK, ALONE, "", "", "" },
    { "no address", "192.0.2.7", "{" NET "," ENDS("a", "b") "}",
      UNK, ALONE, "", "", "" },
    { "a domain", "192.0.2.7", "{\"objectClassName\":\"domain\","
      ENDS("192.0.2.0", "192.0.2.255") "}", UNK, ALONE, "", "", "" },
    { "an error with 200", "192.0.2.7", "{\"errorCode\":404}",
      UNK, ALONE, "", "", "" },
    { "HTML", "192.0.2.7", "<html></html>", UNK, ALONE, "", "", "" },
    { "nothing", "192.0.2.7", "", UNK, ALONE, "", "", "" },
    { "a list", "192.0.2.7", "[{" HERE "}]", UNK, ALONE, "", "", "" },

    { "the network's name is no organisation", "192.0.2.7",
      "{" HERE ",\"name\":\"EXAMPLE-NET\"}", REG, V4, "", "", "" },
    { "nor is a maintainer", "192.0.2.7", WITH("{\"handle\":\"X-MNT\","
      ROLE("registrant") "," CARD(FN("x-mnt")) "}"), REG, V4, "", "", "" },
    { "nor a technical contact", "192.0.2.7", WITH("{" ROLE("technical") ","
      CARD(FN("Example Hosting")) "}"), REG, V4, "", "", "" },
    { "an empty fn, then org", "192.0.2.7", WITH("{" ROLE("registrant") ","
      CARD(FN("") ",[\"org\",{},\"text\",[\"Parts\",\"of it\"]]") "}"),
      REG, V4, "Parts", "", "" },
    { "a person, and an organisation behind", "192.0.2.7",
      WITH("{" ROLE("registrant") "," CARD(FN("A Person") ","
      KIND("individual")) "},{" ROLE("registrant") "," CARD(FN("A Company") ","
      KIND("org")) "}"), REG, V4, "A Company", "", "" },
    { "a person alone", "192.0.2.7", WITH("{" ROLE("registrant") ","
      CARD(FN("A Person") "," KIND("individual")) "}"),
      REG, V4, "A Person", "", "" },
    { "taken out", "192.0.2.7", WITH("{" ROLE("registrant") ","
      CARD(FN("REDACTED FOR PRIVACY")) "}"), REG, V4, "", "", "" },

    { "the nearest abuse contact", "192.0.2.7", WITH("{" ROLE("registrar")
      ",\"entities\":[" ABUSE(CARD(MAIL("far@a.example"))) "]},"
      ABUSE(CARD(MAIL("near@a.example")))),
      REG, V4, "", "near@a.example", "" },
    { "three levels down", "192.0.2.7", WITH("{\"entities\":[{\"entities\":[{"
      "\"entities\":[" ABUSE(CARD(MAIL("deep@a.example"))) "]}]}]}"),
      REG, V4, "", "deep@a.example", "" },
    { "deeper is not looked", "192.0.2.7", WITH("{\"entities\":[{\"entities\":["
      "{\"entities\":[{\"entities\":[" ABUSE(CARD(MAIL("deep@a.example")))
      "]}]}]}]}"), REG, V4, "", "", "" },
    { "an address that is none, then one", "192.0.2.7", WITH(
      ABUSE(CARD(MAIL("see our website"))) ","
      ABUSE(CARD(MAIL("n/a") "," MAIL("ok@a.example")))),
      REG, V4, "", "ok@a.example", "" },
    { "marked in a list of types", "192.0.2.7", WITH(ABUSE(CARD(
      MAIL("first@a.example") ",[\"email\",{\"type\":[\"work\",\"Abuse\"]},"
      "\"text\",\"second@a.example\"]"))),
      REG, V4, "", "second@a.example", "" },
    { "several roles", "192.0.2.7", WITH("{\"roles\":[\"noc\",\"abuse\"],"
      CARD(MAIL("both@a.example")) "}"), REG, V4, "", "both@a.example", "" },
    { "a header's end", "192.0.2.7", WITH(ABUSE(CARD(
      MAIL("a@b.example\\r\\nBcc: c@d.example")))), REG, V4, "", "", "" },
    { "a NUL", "192.0.2.7", WITH(ABUSE(CARD(MAIL("a@b.example\\u0000.x")))),
      REG, V4, "", "", "" },
    { "two addresses", "192.0.2.7", WITH(ABUSE(CARD(
      MAIL("a@b.example,c@d.example")))), REG, V4, "", "", "" },
    { "a script", "192.0.2.7", WITH(ABUSE(CARD(
      MAIL("<script>@b.example")))), REG, V4, "", "", "" },
    { "an abuse contact without a card", "192.0.2.7", WITH(
      ABUSE("\"handle\":\"x\"") ",null,7,[]"), REG, V4, "", "", "" },

    { "a country in three letters", "192.0.2.7",
      "{" HERE ",\"country\":\"USA\"}", REG, V4, "", "", "" },
    { "a country that is none", "192.0.2.7",
      "{" HERE ",\"country\":\"=1\"}", REG, V4, "", "", "" },
};

static const struct {
    const char *why;
    long http;
    const char *retry_after, *body;
    unsigned status;
} replies[] = {
    { "not registered", 404, "", "{\"errorCode\":404}",
      SNOW_REGISTRATION_NOT_FOUND },
    { "a wrong path", 404, "", "<html></html>", UNK },
    { "too many", 429, "30", "", SNOW_REGISTRATION_LIMITED },
    { "busy until", 503, "30", "", SNOW_REGISTRATION_LIMITED },
    { "broken", 500, "", "{" HERE "}", UNK },
};
/* clang-format on */

static void read_body(struct snow_network *n, const char *asked,
                      const char *body)
{
    struct registration_reply reply = {
        .status = 200, .retry_after = "", .body = body, .body_len = strlen(body)
    };
    struct snow_addr addr;

    assert_int_equal(snow_addr_parse(&addr, asked), 0);
    registration_network_init(n, addr);
    registration_network_read(n, &reply);
}

static void check_text(const char *why, const char *what, const char *is,
                       const char *want)
{
    if (strcmp(is, want) != 0)
        fail_msg("%s: %s is '%s'", why, what, is);
}

static void networks_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX], range[100];
        struct snow_network n;

        read_body(&n, cases[i].asked, cases[i].body);
        snow_addr_format(n.first, first);
        snow_addr_format(n.last, last);
        snprintf(range, sizeof range, "%s-%s", first, last);
        if (n.status != cases[i].status || n.http_code != 200)
            fail_msg("%s: status %u", cases[i].why, n.status);
        check_text(cases[i].why, "range", range, cases[i].range);
        check_text(cases[i].why, "organisation", n.organisation,
                   cases[i].organisation);
        check_text(cases[i].why, "abuse", n.abuse_email, cases[i].abuse);
        check_text(cases[i].why, "country", n.country, cases[i].country);
    }
}

static void other_replies_leave_the_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct registration_reply reply = { .status = replies[i].http,
                                            .retry_after =
                                                replies[i].retry_after,
                                            .body = replies[i].body,
                                            .body_len =
                                                strlen(replies[i].body) };
        struct snow_addr addr = snow_addr_from_ipv4(0xc0000207);
        struct snow_network n;

        registration_network_init(&n, addr);
        registration_network_read(&n, &reply);
        if (n.status != replies[i].status || n.http_code != replies[i].http)
            fail_msg("%s: status %u", replies[i].why, n.status);
        assert_int_equal(snow_addr_distance(n.first, n.last), 0);
        assert_int_equal(snow_addr_compare(n.first, addr), 0);
    }
}

static void names_are_kept(void **state)
{
    struct snow_network n, again;
    struct buf json = { 0 };

    (void)state;
    read_body(&n, "192.0.2.7", arin);
    text_copy(n.source, sizeof n.source, "https://rdap.example/ip/192.0.2.7");
    n.seen_utc_s = 1526810553;
    record_network_format_json(&json, &n);
    assert_int_equal(record_network_parse_json(&again, json.data, json.len), 0);
    assert_string_equal(again.handle, "NET-192-0-2-0-1");
    assert_string_equal(again.name, "EXAMPLE-HOST");
    assert_string_equal(again.parent, "NET-192-0-0-0-0");
    assert_string_equal(again.organisation, "Example Hosting, LLC");
    assert_string_equal(again.abuse_email, "abuse@host.example");
    assert_string_equal(again.source, "https://rdap.example/ip/192.0.2.7");
    assert_int_equal(again.seen_utc_s, 1526810553);
    assert_int_equal(again.status, REG);
    assert_int_equal(again.http_code, 200);
    assert_int_equal(snow_addr_distance(again.first, again.last), 255);
    buf_fini(&json);
}

static void a_range_is_needed_to_be_read_back(void **state)
{
    static const char *const texts[] = {
        "{}", "{\"first\":\"192.0.2.0\"}", "[]", "",
        "{\"first\":\"192.0.2.9\",\"last\":\"192.0.2.1\"}"
    };
    struct snow_network n;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (record_network_parse_json(&n, texts[i], strlen(texts[i])) == 0)
            fail_msg("'%s' was read", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_read),
        cmocka_unit_test(other_replies_leave_the_address),
        cmocka_unit_test(names_are_kept),
        cmocka_unit_test(a_range_is_needed_to_be_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
