/* import/formats.c and the readers below it: each format in its true shape. */
#include "import/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/import.h"

#define A_ARPA "5.2.0.192.in-addr.arpa"
#define B_ARPA "6.2.0.192.in-addr.arpa"
#define V6 "2001:db8::1"
#define V6_ARPA                                                                \
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6."     \
    "arpa"
#define IS_MAIL "192.0.2.5 name mail.example.com"

/* clang-format off */
static const struct {
    const char *why, *format, *text;
    size_t n_bad;
    const char *says;
} cases[] = {
    /* --- massdns -o S --- */
    { "simple", "massdns", A_ARPA ". PTR Mail.Example.COM.\n", 0,
      IS_MAIL "\n" },
    { "two names of one address", "massdns",
      A_ARPA ". PTR a.example.\n" A_ARPA ". PTR b.example.\n", 0,
      "192.0.2.5 name a.example\n192.0.2.5 name b.example\n" },
    { "flag t", "massdns", A_ARPA ". IN 3600 PTR mail.example.com.\n", 0,
      IS_MAIL "\n" },
    { "as dig writes it", "massdns",
      A_ARPA ".\t3600\tIN\tPTR\tmail.example.com.\n", 0, IS_MAIL "\n" },
    { "flags r and t, indented", "massdns",
      "192.0.2.53:53 1526814153 NOERROR " A_ARPA ". IN PTR\n"
      "\t" A_ARPA ". IN 60 PTR mail.example.com.\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "flag r without t: no class, two blanks", "massdns",
      "192.0.2.53:53 1526814153 NXDOMAIN " A_ARPA ".  PTR\n", 0,
      "192.0.2.5 nxdomain 2018-05-20T11:02:33Z\n" },
    { "a resolver with IPv6", "massdns",
      "[2001:db8::53]:53 1526814153 SERVFAIL " A_ARPA ".  PTR\n", 0,
      "192.0.2.5 servfail 2018-05-20T11:02:33Z\n" },
    { "a reply without records is known to have none", "massdns",
      "192.0.2.53:53 1526814153 NOERROR " A_ARPA ".  PTR\n"
      "192.0.2.53:53 1526814154 NOERROR " B_ARPA ".  PTR\n"
      "\t" B_ARPA ". PTR b.example.\n", 0,
      "192.0.2.5 nodata 2018-05-20T11:02:33Z\n"
      "192.0.2.6 name b.example 2018-05-20T11:02:34Z\n" },
    { "flag q", "massdns",
      A_ARPA ". IN PTR\n" A_ARPA ". PTR mail.example.com.\n", 0,
      IS_MAIL "\n" },
    { "a delegation alone tells nothing of the address", "massdns",
      A_ARPA ". CNAME 5.0-63.2.0.192.in-addr.arpa.\n", 0, "" },
    { "a delegation and what it leads to", "massdns",
      A_ARPA ". CNAME 5.x.example.\n"
      A_ARPA ". CNAME 5.0-63.2.0.192.in-addr.arpa.\n"
      "5.0-63.2.0.192.in-addr.arpa. PTR mail.example.com.\n", 0,
      IS_MAIL "\n" },
    { "IPv6", "massdns", V6_ARPA ". PTR mail.example.com.\n", 0,
      V6 " name mail.example.com\n" },
    { "bad lines between good ones", "massdns",
      A_ARPA ". PTR mail.example.com.\nnonsense\n" A_ARPA ". PTR\n"
      A_ARPA ". PTR a b\n" A_ARPA ". PTR a..b.\n", 3, IS_MAIL "\n" },
    { "other types beside", "massdns",
      A_ARPA ". PTR mail.example.com.\n2.0.192.in-addr.arpa. SOA a. b. 1 2 3\n"
      A_ARPA ". TXT \"some text of it\"\n", 0, IS_MAIL "\n" },
    { "odd octets as they may be escaped", "massdns",
      A_ARPA ". PTR a\\032\\\\b\\.c\\xFF.example.\n", 0,
      "192.0.2.5 name a\\032\\\\b\\.c\\255.example\n" },

    /* --- massdns -o J --- */
    { "a reply", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"class\":\"IN\",\"status\":"
      "\"NOERROR\",\"rx_ts\":1526814153123456789,\"data\":{\"answers\":[{"
      "\"ttl\":3600,\"type\":\"PTR\",\"class\":\"IN\",\"name\":\"" A_ARPA ".\","
      "\"data\":\"mail.example.com.\"}]},\"flags\":[\"rd\",\"ra\"],"
      "\"resolver\":\"192.0.2.53:53\",\"proto\":\"UDP\"}\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "through a CNAME", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"class\":\"IN\",\"status\":"
      "\"NOERROR\",\"data\":{\"answers\":[{\"ttl\":1,\"type\":\"CNAME\","
      "\"class\":\"IN\",\"name\":\"" A_ARPA ".\",\"data\":\"5.x.example.\"},{"
      "\"ttl\":1,\"type\":\"PTR\",\"class\":\"IN\",\"name\":\"5.x.example.\","
      "\"data\":\"mail.example.com.\"}]}}\n", 0, IS_MAIL "\n" },
    { "no such name", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"class\":\"IN\",\"status\":"
      "\"NXDOMAIN\",\"data\":{\"authorities\":[{\"ttl\":60,\"type\":\"SOA\","
      "\"class\":\"IN\",\"name\":\"2.0.192.in-addr.arpa.\",\"data\":"
      "\"a. b. 1 2 3 4 5\"}]}}\n", 0, "192.0.2.5 nxdomain\n" },
    { "no record", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"class\":\"IN\",\"status\":"
      "\"NOERROR\",\"data\":{}}\n", 0, "192.0.2.5 nodata\n" },
    { "given up, with flag e", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"class\":\"IN\",\"error\":"
      "\"MAXRETRIES\"}\n"
      "{\"name\":\"" B_ARPA ".\",\"type\":\"PTR\",\"class\":\"IN\",\"error\":"
      "\"TIMEOUT\"}\n", 0, "192.0.2.5 timeout\n192.0.2.6 timeout\n" },
    { "escapes that JSON does not know", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"status\":\"NOERROR\","
      "\"data\":{\"answers\":[{\"type\":\"PTR\",\"data\":"
      "\"a\\x03\\a\\v\\007b\\\\x7f.example.\"}]}}\n", 0,
      "192.0.2.5 name a\\003\\007\\011\\007b\\127.example\n" },
    { "questions for other types", "massdns-json",
      "{\"name\":\"" A_ARPA ".\",\"type\":\"PTR\",\"status\":\"NXDOMAIN\"}\n"
      "{\"name\":\"" A_ARPA ".\",\"type\":\"A\",\"status\":\"NXDOMAIN\"}\n", 1,
      "192.0.2.5 nxdomain\n" },
    { "members twice: the last counts", "massdns-json",
      "{\"type\":\"PTR\",\"name\":\"" B_ARPA "\",\"status\":\"REFUSED\","
      "\"name\":\"" A_ARPA "\",\"st\\u0061tus\":\"SERVFAIL\"}\n", 0,
      "192.0.2.5 servfail\n" },

    /* --- zdns --- */
    { "an address was the input", "zdns",
      "{\"name\":\"192.0.2.5\",\"results\":{\"PTR\":{\"data\":{\"answers\":[{"
      "\"answer\":\"mail.example.com.\",\"class\":\"IN\",\"name\":\"" A_ARPA
      "\",\"ttl\":86400,\"type\":\"PTR\"}],\"protocol\":\"udp\",\"resolver\":"
      "\"192.0.2.53:53\"},\"duration\":0.03,\"status\":\"NOERROR\","
      "\"timestamp\":\"2018-05-20T13:02:33+02:00\"}}}\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "several modules", "zdns",
      "{\"name\":\"" A_ARPA "\",\"results\":{\"A\":{\"status\":\"NXDOMAIN\"},"
      "\"PTR\":{\"data\":{\"answers\":[{\"answer\":\"a.example\",\"type\":"
      "\"PTR\"},{\"answer\":\"b.example\",\"type\":\"PTR\"}]},\"status\":"
      "\"NOERROR\"}}}\n{\"name\":\"x.example\",\"results\":{\"A\":{\"status\":"
      "\"NOERROR\"}}}\n", 0,
      "192.0.2.5 name a.example\n192.0.2.5 name b.example\n" },
    { "its statuses", "zdns",
      "{\"name\":\"192.0.2.1\",\"results\":{\"PTR\":{\"status\":\"NXDOMAIN\"}}"
      "}\n{\"name\":\"192.0.2.2\",\"results\":{\"PTR\":{\"status\":"
      "\"ITERATIVE_TIMEOUT\"}}}\n{\"name\":\"192.0.2.3\",\"results\":{\"PTR\":"
      "{\"status\":\"BLACKLIST\"}}}\n{\"name\":\"192.0.2.4\",\"results\":{"
      "\"PTR\":{\"status\":\"CIRCULAR\"}}}\n{\"name\":\"192.0.2.5\","
      "\"results\":{\"PTR\":{}}}\n", 1,
      "192.0.2.1 nxdomain\n192.0.2.2 timeout\n192.0.2.4 error\n" },
    { "its first version", "zdns1",
      "{\"name\":\"192.0.2.5\",\"class\":\"IN\",\"status\":\"NOERROR\","
      "\"timestamp\":\"2018-05-20T11:02:33Z\",\"data\":{\"answers\":[{"
      "\"answer\":\"mail.example.com.\",\"name\":\"" A_ARPA "\",\"type\":"
      "\"PTR\"}]}}\n", 0, IS_MAIL " 2018-05-20T11:02:33Z\n" },

    /* --- dnsx, Sonar, COF --- */
    { "dnsx", "dnsx",
      "{\"host\":\"192.0.2.5\",\"ttl\":60,\"resolver\":[\"192.0.2.53:53\"],"
      "\"ptr\":[\"mail.example.com\",\"b.example\"],\"status_code\":"
      "\"NOERROR\",\"timestamp\":\"2018-05-20T11:02:33.123456789Z\"}\n"
      "{\"host\":\"192.0.2.6\",\"status_code\":\"NXDOMAIN\"}\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n"
      "192.0.2.5 name b.example 2018-05-20T11:02:33Z\n"
      "192.0.2.6 nxdomain\n" },
    { "Sonar: seconds in quotes", "sonar",
      "{\"timestamp\":\"1526814153\",\"name\":\"192.0.2.5\",\"value\":"
      "\"mail.example.com\",\"type\":\"ptr\"}\n{\"timestamp\":\"1526814153\","
      "\"name\":\"a.example\",\"value\":\"192.0.2.5\",\"type\":\"a\"}\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "COF: rdata as text", "cof",
      "{\"count\":3,\"time_first\":1500000000,\"rrtype\":\"PTR\",\"rrname\":\""
      A_ARPA "\",\"rdata\":\"mail.example.com\",\"time_last\":1526814153}\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "COF: rdata as a list, the zone's times", "cof",
      "{\"rrname\":\"" A_ARPA ".\",\"rrtype\":\"PTR\",\"rdata\":["
      "\"mail.example.com.\",\"b.example.\"],\"zone_time_last\":1526814153}\n"
      "{\"rrname\":\"a.example\",\"rrtype\":\"A\",\"rdata\":[\"192.0.2.5\"]}\n",
      0, IS_MAIL " 2018-05-20T11:02:33Z\n"
      "192.0.2.5 name b.example 2018-05-20T11:02:33Z\n" },

    /* --- tables --- */
    { "a header", "csv", "ip,ptr\n192.0.2.5,mail.example.com\n", 0,
      IS_MAIL "\n" },
    { "columns in any order, a byte order mark", "csv",
      "\xef\xbb\xbfTimestamp,Hostname,IP\n"
      "2018-05-20T11:02:33Z,mail.example.com,192.0.2.5\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "of ours: ptr", "csv",
      "ip,status,names,ttl,resolver,time\r\n192.0.2.5,name,"
      "mail.example.com;b.example,60,127.0.0.1:53,2018-05-20T11:02:33Z\r\n"
      "192.0.2.6,nxdomain,-,,127.0.0.1:53,2018-05-20T11:02:33Z\r\n"
      "192.0.2.7,timeout,,,,2018-05-20T11:02:33Z\r\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n"
      "192.0.2.5 name b.example 2018-05-20T11:02:33Z\n"
      "192.0.2.6 nxdomain 2018-05-20T11:02:33Z\n"
      "192.0.2.7 timeout 2018-05-20T11:02:33Z\n" },
    { "of ours: export --format names", "csv",
      "ip,status,name,seen\n192.0.2.5,name,mail.example.com,"
      "2018-05-20T11:02:33Z\n192.0.2.6,nodata,-,2018-05-20T11:02:33Z\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n"
      "192.0.2.6 nodata 2018-05-20T11:02:33Z\n" },
    { "no word on a missing name: nobody asked", "csv",
      "ip,ptr\n192.0.2.5,\n192.0.2.6,-\n", 0, "192.0.2.6 nodata\n" },
    { "a name that looks like a formula", "csv",
      "ip,ptr\n192.0.2.5,\"'-a.example\"\n", 0, "192.0.2.5 name -a.example\n" },
    { "without a header", "csv",
      "192.0.2.5,mail.example.com\n192.0.2.6,b.example,x\nx,y\n", 1,
      IS_MAIL "\n192.0.2.6 name b.example\n" },
    { "tabs", "csv", "192.0.2.5\tmail.example.com.\n", 0, IS_MAIL "\n" },
    { "semicolons", "csv", "IP;PTR\n192.0.2.5;mail.example.com\n", 0,
      IS_MAIL "\n" },
    { "reverse names as addresses, names beside", "csv",
      "name,value,time\n" A_ARPA ",mail.example.com,1526814153\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n" },
    { "blanks", "pairs", "192.0.2.5 mail.example.com.\n# x\nx y z\n", 1,
      IS_MAIL "\n" },
    { "nmap -sL -oG", "pairs",
      "Host: 192.0.2.5 (mail.example.com)\tStatus: Unknown\n"
      "Host: 192.0.2.6 ()\tStatus: Unknown\n", 0, IS_MAIL "\n" },

    /* --- zones --- */
    { "a whole one", "zone",
      "$TTL 1h\n$ORIGIN 2.0.192.in-addr.arpa.\n"
      "@ IN SOA ns.example. host.example. ( 2018052001 ; serial\n"
      "\t3600 900 ; and\n 604800 60 )\n  IN NS ns.example.\n"
      "5 IN PTR mail.example.com.\n  PTR b.example. ; two\n"
      "6 3600 IN PTR c.example.\n7 IN 3600 PTR d\n", 0,
      IS_MAIL "\n192.0.2.5 name b.example\n192.0.2.6 name c.example\n"
      "192.0.2.7 name d.2.0.192.in-addr.arpa\n" },
    { "dig's answer to a transfer", "zone",
      "2.0.192.in-addr.arpa.\t60\tIN\tSOA\tns. host. 1 2 3 4 5\n"
      A_ARPA ".\t60\tIN\tPTR\tmail.example.com.\n", 0, IS_MAIL "\n" },
    { "several zones, an origin below another", "zone",
      "$ORIGIN 0.192.in-addr.arpa.\n$ORIGIN 2\n5 PTR mail.example.com.\n"
      "$ORIGIN 100.51.198.in-addr.arpa.\n1 PTR a.example.\n", 0,
      IS_MAIL "\n198.51.100.1 name a.example\n" },
    { "the root as origin", "zone",
      "$ORIGIN .\n" A_ARPA " PTR mail.example.com\n", 0, IS_MAIL "\n" },
    { "a part of a zone handed on", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n5 CNAME 5.0/26\n6 CNAME 6.0/26\n"
      "0/26 NS ns.example.\n7 CNAME nowhere.example.\n"
      "$ORIGIN 0/26.2.0.192.in-addr.arpa.\n5 PTR mail.example.com.\n", 0,
      IS_MAIL "\n" },
    { "its other half comes first, and through two steps", "zone",
      "$ORIGIN 0-63.2.0.192.in-addr.arpa.\n5 PTR mail.example.com.\n"
      "x CNAME 5\n$ORIGIN 2.0.192.in-addr.arpa.\n5 CNAME x.0-63\n", 0,
      IS_MAIL "\n" },
    { "only what was handed on", "zone",
      "$ORIGIN 0/26.2.0.192.in-addr.arpa.\n5 PTR mail.example.com.\n"
      "99 PTR outside.example.\n", 0, IS_MAIL "\n" },
    { "CNAMEs in a ring", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n5 CNAME a\na CNAME b\nb CNAME a\n", 0,
      "" },
    { "$GENERATE", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n$GENERATE 5-6 $ PTR h-$.example.\n"
      "$GENERATE 7-9/2 $ IN PTR h${10,4,d}-\\$-${0,2,x}.example.\n", 0,
      "192.0.2.5 name h-5.example\n192.0.2.6 name h-6.example\n"
      "192.0.2.7 name h0017-$-07.example\n192.0.2.9 name h0019-$-09.example\n"
      },
    { "$GENERATE of a delegation", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n$GENERATE 5-5 $ CNAME $.0/26\n"
      "5.0/26 PTR mail.example.com.\n", 0, IS_MAIL "\n" },
    { "$GENERATE that nobody can mean", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n$GENERATE 0-2147483647 $ PTR x.\n"
      "$GENERATE 9-5 $ PTR x.\n$GENERATE 1-2/0 $ PTR x.\n"
      "$GENERATE 1-2 ${ PTR x.\n$GENERATE 1-2 ${-9} PTR x.\n", 5, "" },
    { "nibbles of IPv6", "zone",
      "$ORIGIN 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
      "ip6.arpa.\n$GENERATE 26-26 ${0,3,n} PTR h$.example.\n", 0,
      "2001:db8::1a name h26.example\n" },
    { "another file is not read", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n$INCLUDE /etc/passwd\n"
      "5 PTR mail.example.com.\n", 1, IS_MAIL "\n" },
    { "relative names without an origin", "zone",
      "$TTL 60\n5 PTR mail.example.com.\n" A_ARPA ". PTR mail.example.com.\n",
      1, IS_MAIL "\n" },
    { "no owner before", "zone", "$TTL 60\n PTR a.example.\n", 1, "" },
    { "escapes and quotes", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n5 PTR a\\;b\\.c.example.\n"
      "6 TXT \"x ; ( y\"\n\\054 PTR d.example.\n", 0,
      "192.0.2.5 name a;b\\.c.example\n192.0.2.6 name d.example\n" },
    { "brackets that do not match", "zone",
      "$ORIGIN 2.0.192.in-addr.arpa.\n) 5 PTR x.\n6 TXT \"open\n"
      "5 PTR ( mail.example.com. )\n", 2, IS_MAIL "\n" },
    { "service discovery is no address", "zone",
      "$ORIGIN example.\n_http._tcp PTR x._http._tcp\n", 0, "" },

    /* --- our own --- */
    { "a name without letters is none", "snowline",
      "{\"ip\":\"192.0.2.5\",\"status\":\"name\",\"names\":[\"\"]}\n", 1, "" },
    { "ptr", "snowline",
      "{\"ip\":\"192.0.2.5\",\"status\":\"name\",\"names\":["
      "\"mail.example.com\",\"\\u00ff\\u001b[2J\\\"\\\\.example\"],\"ttl\":60,"
      "\"resolver\":\"127.0.0.1:53\",\"time\":\"2018-05-20T11:02:33Z\"}\n"
      "{\"ip\":\"2001:db8::1\",\"status\":\"pruned\",\"names\":[]}\n"
      "{\"ip\":\"192.0.2.6\",\"status\":\"pending\",\"names\":[]}\n", 0,
      IS_MAIL " 2018-05-20T11:02:33Z\n"
      "192.0.2.5 name \\255\\027[2j\"\\.example 2018-05-20T11:02:33Z\n"
      V6 " pruned\n" },
};
/* clang-format on */

static void formats_are_told_apart_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct import_heard h = { .format = NULL };
        int code = import_hear(&h, cases[i].text, strlen(cases[i].text), "");
        const char *format = h.format ? h.format->name : "none";

        buf_add_text(&h.text, "");
        if (code)
            fail_msg("%s: %d", cases[i].why, code);
        if (strcmp(format, cases[i].format) != 0)
            fail_msg("%s: taken for %s", cases[i].why, format);
        if (h.n_bad != cases[i].n_bad ||
            strcmp(h.text.data, cases[i].says) != 0)
            fail_msg("%s: %zu bad lines, and\n%s", cases[i].why, h.n_bad,
                     h.text.data);
        buf_fini(&h.text);
    }
}

static void an_origin_may_be_given(void **state)
{
    static const char text[] = "$TTL 60\n5 PTR mail.example.com.\n";
    struct import_heard h = { .format = NULL };

    (void)state;
    assert_int_equal(
        import_hear(&h, text, sizeof text - 1, "2.0.192.in-addr.arpa"), 0);
    assert_string_equal(h.text.data, IS_MAIL "\n");
    buf_fini(&h.text);
}

/* clang-format off */
static const char *const nothing[] = {
    "", "nonsense", "{", "{}", "[]", "{\"a\":1}", "a,b,c", "; comment",
    "<html>", "PK\x03\x04", "192.0.2.5",
};
/* clang-format on */

static void other_files_are_no_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(nothing); i++)
        if (import_detect(nothing[i], strlen(nothing[i])))
            fail_msg("'%s' is taken for %s", nothing[i],
                     import_detect(nothing[i], strlen(nothing[i]))->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_told_apart_and_read),
        cmocka_unit_test(an_origin_may_be_given),
        cmocka_unit_test(other_files_are_no_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
