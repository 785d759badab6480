/* registration/rdap.h: the shapes that registries send, and their traps. */
#include "registration/rdap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "snowline/error.h"

#define U SNOW_TIME_UNKNOWN
#define DOMAIN "\"objectClassName\":\"domain\""
#define EVENT(action, date)                                                    \
    "{\"eventAction\":\"" action "\",\"eventDate\":\"" date "\"}"
#define CREATED(date)                                                          \
    "{" DOMAIN ",\"events\":[" EVENT("registration", date) "]}"
#define CARD(properties) "\"vcardArray\":[\"vcard\",[" properties "]]"
#define FN(name) "[\"fn\",{},\"text\",\"" name "\"]"
#define IANA(id)                                                               \
    "\"publicIds\":[{\"type\":\"IANA Registrar ID\",\"identifier\":" id "}]"
#define REGISTRAR(rest)                                                        \
    "{" DOMAIN ",\"entities\":[{\"roles\":[\"registrar\"]," rest "}]}"
#define STATUS(list) "{" DOMAIN ",\"status\":" list "}"
#define SERVERS(list) "{" DOMAIN ",\"nameservers\":" list "}"

/* clang-format off */

/* A registrar, and what the answer says was taken out of it. */
#define LISTED(rest) \
    "{" DOMAIN ",\"entities\":[{\"roles\":[\"registrant\"]}," \
    "{\"roles\":[\"registrar\"],\"handle\":\"8\"," IANA("\"8\"") "," \
    CARD("[\"version\",{},\"text\",\"4.0\"]," FN("Listed Ltd")) \
    ",\"entities\":[{\"roles\":[\"abuse\"]," CARD(FN("Desk")) "}]}]," \
    "\"redacted\":[{" rest "}]}"

/* A thin registry: upper case, a registrar with an abuse contact inside. */
static const char thin[] =
"{" DOMAIN ",\"handle\":\"7_DOMAIN_COM\",\"ldhName\":\"CHEAP-MEDS.COM\","
"\"links\":[{\"rel\":\"related\",\"type\":\"application/rdap+json\","
  "\"href\":\"https://rdap.other.example/domain/CHEAP-MEDS.COM\"}],"
"\"status\":[\"client transfer prohibited\",\"add period\"],"
"\"entities\":[{\"objectClassName\":\"entity\",\"handle\":\"9990\","
  "\"roles\":[\"registrar\"]," IANA("\"9990\"") ","
  CARD("[\"version\",{},\"text\",\"4.0\"]," FN("First Names, Inc."))
  ",\"entities\":[{\"roles\":[\"abuse\"]," CARD(FN("Abuse Desk")) "}]}],"
"\"events\":[" EVENT("registration", "2018-05-18T08:15:42Z") ","
  EVENT("expiration", "2019-05-18T08:15:42Z") ","
  EVENT("last changed", "2018-05-19T00:00:01Z") ","
  EVENT("last update of RDAP database", "2018-05-20T11:02:33Z") "],"
"\"secureDNS\":{\"delegationSigned\":false},"
"\"nameservers\":[{\"ldhName\":\"NS2.HOST.EXAMPLE.\"},"
  "{\"ldhName\":\"NS1.HOST.EXAMPLE\"},{\"ldhName\":\"ns1.host.example\"}],"
"\"rdapConformance\":[\"rdap_level_0\"]}";

/* A thick registry: a registrant with an event of its own comes first. */
static const char thick[] =
"{" DOMAIN ",\"ldhName\":\"cheap-meds.com\","
"\"entities\":[{\"roles\":[\"registrant\"],"
  CARD(FN("Somebody") ",[\"adr\",{},\"text\",[\"\",\"\",\"IS\"]]")
  ",\"events\":[" EVENT("registration", "2009-01-01T00:00:00Z") "]},"
  "{\"roles\":[\"sponsor\",\"Registrar\"],\"events\":["
  EVENT("registration", "1999-09-09T00:00:00Z") "],"
  IANA("9991") "," CARD(FN("Second Names Ltd")) "}],"
"\"events\":[" EVENT("last changed", "2018-01-09T10:00:00.5Z") ","
  EVENT("registration", "2018-01-07T23:59:59.881923Z") "]}";

/* RFC 9537: values taken out, and the list of what was. */
static const char redacted[] =
"{" DOMAIN ",\"ldhName\":\"cheap-meds.com\",\"status\":[\"client hold\"],"
"\"events\":[" EVENT("registration", "2017-12-24T01:02:03+01:00") "],"
"\"entities\":[{\"roles\":[\"registrar\"]," IANA("\"9992\"") ","
  CARD(FN("Third Names GmbH")) "},"
  "{\"roles\":[\"registrant\"]," CARD(FN("")) "}],"
"\"redacted\":[{\"name\":{\"description\":\"Registrant Name\"},"
  "\"postPath\":\"$.entities[1].vcardArray[1][0][3]\","
  "\"pathLang\":\"jsonpath\",\"method\":\"emptyValue\"}],"
"\"rdapConformance\":[\"rdap_level_0\",\"redacted\"]}";

/* Nearly everything a little wrong. */
static const char odd[] =
"{" DOMAIN ",\"unicodeName\":\"b\xc3\xbc" "cher.example\",\"status\":\"active\","
"\"events\":[7,null,{},{\"eventAction\":\"registration\"},"
  EVENT("Registration", "2018-01-05") "],"
"\"entities\":[null,{\"roles\":[\"registrar\"]," IANA("\"9999\"") ","
  "\"entities\":[{\"roles\":[\"abuse\"],"
  CARD("[\"version\",[],\"text\",\"4.0\"],[\"lang\",{},\"en\"],"
       "[\"fn\",[],\"text\",\"Odd Names\"]") "}]}],"
"\"nameservers\":[{\"ldhName\":\"ns1 .bad\"},{\"ldhName\":null},"
  "\"NS.BARE.EXAMPLE\"]}";

static const struct {
    const char *why, *body;
    int code;
    int64_t created, expires, updated;
    bool date_only;
    uint32_t iana;
    const char *registrar, *statuses, *nameservers;
} cases[] = {
    { "a thin registry", thin, 0, 1526631342, 1558167342, 1526688001, false,
      9990, "First Names, Inc.", "client transfer prohibited;add period",
      "ns1.host.example;ns2.host.example" },
    { "a thick one: events of others", thick, 0, 1515369599, U, 1515492000,
      false, 9991, "Second Names Ltd", "", "" },
    { "redacted; an offset", redacted, 0, 1514073723, U, U, false,
      9992, "Third Names GmbH", "client hold", "" },
    { "odd", odd, 0, 1515110400, U, U, true,
      9999, "Odd Names", "active", "ns.bare.example" },
    { "nothing published", "{" DOMAIN "}", 0, U, U, U, false, 0, "", "", "" },

    { "registered anew, later",
      "{" DOMAIN ",\"events\":[" EVENT("reregistration", "2018-03-01") ","
      EVENT("registration", "2001-01-01T00:00:00Z") "]}",
      0, 1519862400, U, U, true, 0, "", "", "" },
    { "registered anew, but earlier",
      "{" DOMAIN ",\"events\":[" EVENT("reregistration", "2000-01-01") ","
      EVENT("registration", "2018-03-01T00:00:00Z") "]}",
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "two registrations: not newer than it is",
      "{" DOMAIN ",\"events\":[" EVENT("registration", "2018-03-02") ","
      EVENT("registration", "2018-03-01T00:00:00Z") "]}",
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "the registrar's expiration is another",
      "{" DOMAIN ",\"events\":[" EVENT("registrar expiration", "2018-03-02")
      "]}", 0, U, U, U, false, 0, "", "", "" },
    { "a small t and z", CREATED("2018-03-01t00:00:00z"),
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "no zone", CREATED("2018-03-01T00:00:00"),
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "blanks around", CREATED(" 2018-03-01T00:00:00Z\\n"),
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "a date that stands for none", CREATED("0001-01-01T00:00:00Z"),
      0, U, U, U, false, 0, "", "", "" },
    { "the epoch likewise", CREATED("1970-01-01T00:00:00Z"),
      0, U, U, U, false, 0, "", "", "" },
    { "no such day", CREATED("2018-02-30T00:00:00Z"),
      0, U, U, U, false, 0, "", "", "" },
    { "not a date", CREATED("before 1996"), 0, U, U, U, false, 0, "", "", "" },
    { "seconds in fractions, an offset without colon",
      CREATED("2018-03-01T01:00:00.283+0100"),
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "a blank for the T", CREATED("2018-03-01 00:00:00"),
      0, 1519862400, U, U, false, 0, "", "", "" },
    { "the last second of a leap day", CREATED("2016-02-29T23:59:59Z"),
      0, 1456790399, U, U, false, 0, "", "", "" },
    { "a date that is a number", "{" DOMAIN ",\"events\":[{\"eventAction\":"
      "\"registration\",\"eventDate\":1519862400}]}",
      0, U, U, U, false, 0, "", "", "" },
    { "an hour that is none", CREATED("2018-03-01T25:00:00Z"),
      0, U, U, U, false, 0, "", "", "" },
    { "a year of five digits", CREATED("12018-03-01T00:00:00Z"),
      0, U, U, U, false, 0, "", "", "" },
    { "a bad date beside a good one", "{" DOMAIN ",\"events\":["
      EVENT("registration", "unknown") ","
      EVENT("registration", "2018-03-01") "]}",
      0, 1519862400, U, U, true, 0, "", "", "" },
    { "events of a contact inside the registrar", REGISTRAR("\"handle\":"
      "\"R7\",\"entities\":[{\"events\":[" EVENT("registration", "1999-01-01")
      "]}]"), 0, U, U, U, false, 0, "R7", "", "" },
    { "events that are no list", "{" DOMAIN ",\"events\":\"2018-03-01\"}",
      0, U, U, U, false, 0, "", "", "" },
    { "a single event where a list belongs",
      "{" DOMAIN ",\"events\":" EVENT("registration", "2018-03-01") "}",
      0, 1519862400, U, U, true, 0, "", "", "" },

    { "an empty fn, then org", REGISTRAR(CARD(FN("")
      ",[\"org\",{},\"text\",[\"Parts\",\"of it\"]]")),
      0, U, U, U, false, 0, "Parts", "", "" },
    { "fn before org, in any order", REGISTRAR(
      CARD("[\"org\",{},\"text\",\"Org\"],[\"FN\",{},\"text\",\"Name\"]")),
      0, U, U, U, false, 0, "Name", "", "" },
    { "a name without its type", REGISTRAR(CARD("[\"fn\",{},\"Short\"]")),
      0, U, U, U, false, 0, "Short", "", "" },
    { "a name taken out", REGISTRAR(CARD(FN("REDACTED FOR PRIVACY"))
      ",\"handle\":\"77\""), 0, U, U, U, false, 0, "", "", "" },
    { "the same in other words", REGISTRAR(CARD(FN(" Data  Protected "))
      ",\"handle\":\"77\""), 0, U, U, U, false, 0, "", "", "" },
    { "a name that begins like it", REGISTRAR(CARD(FN("Redacted Names LLC"))),
      0, U, U, U, false, 0, "Redacted Names LLC", "", "" },
    { "a name taken out, an organisation left", REGISTRAR(CARD(
      FN("REDACTED FOR PRIVACY") ",[\"org\",{},\"text\",\"Left Ltd\"]")),
      0, U, U, U, false, 0, "Left Ltd", "", "" },
    { "an empty name, and a remark that says why", REGISTRAR(CARD(FN(""))
      ",\"remarks\":[{\"title\":\"REDACTED FOR PRIVACY\",\"description\":"
      "[\"Some of the data was removed\"]}],\"entities\":[{" CARD(FN("Desk"))
      "}]"), 0, U, U, U, false, 0, "", "", "" },
    { "a remark by its type", REGISTRAR(IANA("\"5\"") ",\"handle\":\"5\","
      "\"remarks\":{\"type\":\"object redacted due to authorization\"}"),
      0, U, U, U, false, 5, "", "", "" },
    { "a remark beside a name", REGISTRAR(CARD(FN("Named Ltd"))
      ",\"remarks\":[{\"title\":\"REDACTED FOR PRIVACY\"}]"),
      0, U, U, U, false, 0, "Named Ltd", "", "" },
    { "a remark about something else", REGISTRAR("\"handle\":\"R5\","
      "\"remarks\":[{\"title\":\"Terms of Use\",\"description\":7},null]"),
      0, U, U, U, false, 0, "R5", "", "" },
    { "the domain's remark is not the registrar's",
      "{" DOMAIN ",\"remarks\":[{\"title\":\"REDACTED FOR PRIVACY\"}],"
      "\"entities\":[{\"roles\":[\"registrar\"],\"handle\":\"R5\"}]}",
      0, U, U, U, false, 0, "R5", "", "" },

    { "removed: what is left is no name", LISTED("\"prePath\":\"$.entities"
      "[?(@.roles[0]=='registrar')].vcardArray[1][?(@[0]=='fn')]\","
      "\"method\":\"removal\""), 0, U, U, U, false, 8, "", "", "" },
    { "the same in double quotes", LISTED("\"prePath\":\"$.entities"
      "[?(@.roles[0]==\\\"registrar\\\")].vcardArray[1]"
      "[?(@[0]==\\\"fn\\\")][3]\""), 0, U, U, U, false, 8, "", "", "" },
    { "a role anywhere among several", LISTED("\"postPath\":\"$.entities"
      "[?(@.roles[?(@=='registrar')])].vcardArray[1][?(@[0]=='org')][3]\""),
      0, U, U, U, false, 8, "", "", "" },
    { "emptied, at its place", LISTED("\"postPath\":"
      "\"$.entities[1].vcardArray[1][1][3]\",\"method\":\"emptyValue\""),
      0, U, U, U, false, 8, "", "", "" },
    { "its whole card", LISTED("\"postPath\":\"$.entities[1].vcardArray\""),
      0, U, U, U, false, 8, "", "", "" },
    { "all of it", LISTED("\"prePath\":"
      "\"$.entities[?(@.roles[0]=='registrar')]\""),
      0, U, U, U, false, 8, "", "", "" },
    { "called by its name", LISTED("\"name\":{\"type\":\"Registrar Name\"},"
      "\"method\":\"partialValue\""), 0, U, U, U, false, 8, "", "", "" },
    { "described by its name", LISTED("\"name\":{\"description\":"
      "\"registrar name\"}"), 0, U, U, U, false, 8, "", "", "" },
    { "another entity", LISTED("\"postPath\":"
      "\"$.entities[0].vcardArray[1][1][3]\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "another role", LISTED("\"prePath\":\"$.entities"
      "[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]=='fn')][3]\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "another property of it", LISTED("\"postPath\":"
      "\"$.entities[1].vcardArray[1][0][3]\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "its telephone", LISTED("\"prePath\":\"$.entities"
      "[?(@.roles[0]=='registrar')].vcardArray[1][?(@[0]=='tel')][3]\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "its handle", LISTED("\"prePath\":\"$.entities[1].handle\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "a contact inside it", LISTED("\"postPath\":\"$.entities[1].entities[0]"
      ".vcardArray[1][?(@[0]=='fn')][3]\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "a place in what was before", LISTED("\"prePath\":"
      "\"$.entities[1].vcardArray[1][1][3]\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "broken paths", LISTED("\"postPath\":\"$.entities[1\"},{\"postPath\":"
      "\"$.entities\"},{\"postPath\":\"$.entities[[[\"},{\"postPath\":7},"
      "{\"prePath\":\"$.entities[-1]\"},{\"prePath\":\"\"},null,7,"
      "{\"postPath\":\"$.entities[99999999999999999999].vcardArray\""),
      0, U, U, U, false, 8, "Listed Ltd", "", "" },
    { "a single one where a list belongs", "{" DOMAIN ",\"entities\":"
      "{\"roles\":\"registrar\"," CARD(FN("Single Ltd")) "},\"redacted\":"
      "{\"postPath\":\"$.entities[0].vcardArray\"}}",
      0, U, U, U, false, 0, "", "", "" },
    { "nothing but a handle", REGISTRAR("\"handle\":\"R77\""),
      0, U, U, U, false, 0, "R77", "", "" },
    { "a role that is no list", "{" DOMAIN ",\"entities\":[{\"roles\":"
      "\"registrar\",\"handle\":\"R78\"}]}",
      0, U, U, U, false, 0, "R78", "", "" },
    { "broken properties beside a good one", REGISTRAR(CARD(
      "7,[],[\"fn\"],[null,{},\"text\",\"x\"],[\"fn\",{},\"text\",7],"
      FN("Good"))), 0, U, U, U, false, 0, "Good", "", "" },
    { "a card that is no card", REGISTRAR("\"vcardArray\":\"none\","
      IANA("\"12\"")), 0, U, U, U, false, 12, "", "", "" },
    { "blanks and lines inside a name", REGISTRAR(CARD(
      FN("  Two\\n\\t words\\u0000 "))), 0, U, U, U, false, 0, "", "", "" },
    { "the same without the NUL", REGISTRAR(CARD(FN("  Two\\n\\t words "))),
      0, U, U, U, false, 0, "Two words", "", "" },
    { "Latin-1", REGISTRAR(CARD(FN("Bl\xfcten GmbH \xe2\x82"))),
      0, U, U, U, false, 0, "Bl\xef\xbf\xbdten GmbH "
      "\xef\xbf\xbd\xef\xbf\xbd", "", "" },
    { "Latin-1, and no JSON", "{" DOMAIN ",\"x\":\"\xfc\"",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "the id of something else", REGISTRAR(
      "\"publicIds\":[{\"type\":\"VAT\",\"identifier\":\"5\"}]"),
      0, U, U, U, false, 0, "", "", "" },
    { "a number with blanks", REGISTRAR(IANA("\" 9990 \"")),
      0, U, U, U, false, 9990, "", "", "" },
    { "no number in the first, one in the second", REGISTRAR("\"publicIds\":["
      "{\"type\":\"IANA Registrar ID\",\"identifier\":\"none\"},"
      "{\"type\":\"IANA registrar ID\",\"identifier\":\"77\"}]"),
      0, U, U, U, false, 77, "", "", "" },
    { "a single id where a list belongs", REGISTRAR("\"publicIds\":"
      "{\"type\":\"IANA Registrar ID\",\"identifier\":\"78\"}"),
      0, U, U, U, false, 78, "", "", "" },
    { "a name that the registry keeps: IANA's own number", REGISTRAR(
      IANA("\"9999\"") "," CARD(FN("Reserved by the Registry"))),
      0, U, U, U, false, 9999, "Reserved by the Registry", "", "" },
    { "the id on the domain is not the registrar's",
      "{" DOMAIN "," IANA("\"9\"") ",\"entities\":[{\"roles\":"
      "[\"registrar\"],\"handle\":\"R9\"}]}",
      0, U, U, U, false, 0, "R9", "", "" },
    { "the first registrar of two", "{" DOMAIN ",\"entities\":[{\"roles\":"
      "[\"reseller\"],\"handle\":\"R1\"},{\"roles\":[\"registrar\"],"
      "\"handle\":\"R2\"},{\"roles\":[\"registrar\"],\"handle\":\"R3\"}]}",
      0, U, U, U, false, 0, "R2", "", "" },
    { "a registrar inside another entity is none", "{" DOMAIN ",\"entities\":"
      "[{\"roles\":[\"registrant\"],\"entities\":[{\"roles\":[\"registrar\"]"
      ",\"handle\":\"R4\"}]}]}", 0, U, U, U, false, 0, "", "", "" },
    { "an id past the end", REGISTRAR(IANA("\"4294967296\"")),
      0, U, U, U, false, 0, "", "", "" },
    { "a negative id", REGISTRAR(IANA("-1")),
      0, U, U, U, false, 0, "", "", "" },
    { "an id that is no number", REGISTRAR(IANA("\"not applicable\"")),
      0, U, U, U, false, 0, "", "", "" },

    { "status words of EPP", STATUS("[\"clientHold\",\"Pending Delete\"]"),
      0, U, U, U, false, 0, "", "client hold;pending delete", "" },
    { "a status that would split", STATUS("[\"a;b\",7,\"\",\"c\"]"),
      0, U, U, U, false, 0, "", "a,b;c", "" },
    { "status as one word", STATUS("\"active\""),
      0, U, U, U, false, 0, "", "active", "" },
    { "no status at all", STATUS("null"), 0, U, U, U, false, 0, "", "", "" },
    { "status as an object", STATUS("{\"a\":\"active\"}"),
      0, U, U, U, false, 0, "", "", "" },
    { "a server by its Unicode name alone", SERVERS(
      "[{\"unicodeName\":\"NS1.plain.example\"},"
      "{\"unicodeName\":\"ns.b\xc3\xbc" "cher.example\"}]"),
      0, U, U, U, false, 0, "", "", "ns1.plain.example" },
    { "a single server where a list belongs", SERVERS(
      "{\"ldhName\":\"ns9.host.example\"}"),
      0, U, U, U, false, 0, "", "", "ns9.host.example" },
    { "servers without a name", SERVERS("[{\"handle\":\"x\"},{},[],7]"),
      0, U, U, U, false, 0, "", "", "" },

    { "another domain", "{" DOMAIN ",\"ldhName\":\"other.com\"}",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "a domain above", "{" DOMAIN ",\"ldhName\":\"com\"}",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "another domain, by its Unicode name alone",
      "{" DOMAIN ",\"unicodeName\":\"other.com\"}",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "this one, by its Unicode name alone",
      "{" DOMAIN ",\"unicodeName\":\"CHEAP-meds.com\"}",
      0, U, U, U, false, 0, "", "", "" },
    { "a name server of WHOIS beside it", "{" DOMAIN ",\"port43\":"
      "\"whois.registry.example\",\"lang\":\"en\",\"events\":["
      EVENT("registration", "2018-03-01") "]}",
      0, 1519862400, U, U, true, 0, "", "", "" },
    { "the object with its class in capitals", "{\"objectClassName\":"
      "\"Domain\",\"events\":[" EVENT("REGISTRATION", "2018-03-01") "]}",
      0, 1519862400, U, U, true, 0, "", "", "" },
    { "no class: it may be anything", "{\"ldhName\":\"cheap-meds.com\"}",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "a final dot", "{" DOMAIN ",\"ldhName\":\"Cheap-Meds.com.\"}",
      0, U, U, U, false, 0, "", "", "" },
    { "a network", "{\"objectClassName\":\"ip network\",\"events\":["
      EVENT("registration", "2012-03-02T00:00:00-05:00") "]}",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "an error with status 200", "{\"errorCode\":404}",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "a list", "[" CREATED("2018-03-01") "]",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "HTML", "<html></html>", SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "nothing", "", SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
    { "cut off", "{" DOMAIN ",\"events\":[{\"eventAct",
      SNOW_ESYNTAX, U, U, U, false, 0, "", "", "" },
};

#define REG SNOW_REGISTRATION_REGISTERED
#define NOT SNOW_REGISTRATION_NOT_FOUND
#define LIM SNOW_REGISTRATION_LIMITED
#define UNK SNOW_REGISTRATION_UNKNOWN
#define HTML "<!doctype html><title>Not Found</title><h1>404</h1>"
#define ERROR(code) "{\"rdapConformance\":[\"rdap_level_0\"],\"errorCode\":" \
    code ",\"title\":\"x\",\"description\":[\"y\"]}"

static const struct {
    const char *why;
    long status;
    const char *retry_after, *body;
    unsigned is;
} replies[] = {
    { "a domain", 200, "", CREATED("2018-03-01"), REG },
    { "HTML with 200", 200, "", HTML, UNK },
    { "nothing with 200", 200, "", "", UNK },
    { "an error with 200", 200, "", ERROR("404"), UNK },
    { "a limit told in a notice of a good answer", 200, "",
      "{" DOMAIN ",\"notices\":[{\"title\":\"Rate Limit Notice\","
      "\"description\":[\"10 queries per 1 minutes\"]}]}", REG },
    { "404 spoken by an RDAP server", 404, "", ERROR("404"), NOT },
    { "404 with its number as text", 404, "", ERROR("\"404\""), NOT },
    { "404 with nothing", 404, "", "", NOT },
    { "404 with an end of line", 404, "", "\r\n", NOT },
    { "404 with HTML", 404, "", HTML, UNK },
    { "404 of a gateway", 404, "",
      "{\"message\":\"no Route matched with those values\"}", UNK },
    { "404 with another error", 404, "", ERROR("500"), UNK },
    { "404 with broken JSON", 404, "", "{\"errorCode\":404", UNK },
    { "429", 429, "30", ERROR("429"), LIM },
    { "429 with HTML", 429, "", HTML, LIM },
    { "403 with a reason", 403, "",
      "{\"errorCode\":403,\"description\":[\"Query RATE LIMIT exceeded\"]}",
      LIM },
    { "403 without one", 403, "", "<h1>Forbidden</h1>", UNK },
    { "503 that says when", 503, "120", "", LIM },
    { "503 that says why", 503, "", "Too many requests, slow down", LIM },
    { "503", 503, "", "<h1>Service Unavailable</h1>", UNK },
    { "500 whatever it says", 500, "", "quota exceeded", UNK },
    { "a redirect too many", 301, "", "", UNK },
    { "bad request", 400, "", ERROR("400"), UNK },
    { "no content", 204, "", "", UNK },
    { "no status at all", 0, "", "", UNK },
};
/* clang-format on */

static void check_text(const char *why, const char *what, const char *is,
                       const char *want)
{
    if (strcmp(is, want) != 0)
        fail_msg("%s: %s is '%s'", why, what, is);
}

static void check_time(const char *why, const char *what, int64_t is,
                       int64_t want)
{
    if (is != want)
        fail_msg("%s: %s is %lld", why, what, (long long)is);
}

static void domains_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_registration r;
        const char *why = cases[i].why;
        int code;

        registration_record_init(&r, "cheap-meds.com");
        code =
            registration_rdap_parse(&r, cases[i].body, strlen(cases[i].body));
        if (code != cases[i].code)
            fail_msg("%s: %d", why, code);
        check_time(why, "created", r.created_utc_s, cases[i].created);
        check_time(why, "expires", r.expires_utc_s, cases[i].expires);
        check_time(why, "updated", r.updated_utc_s, cases[i].updated);
        check_time(why, "date only", r.created_is_date_only,
                   cases[i].date_only);
        check_time(why, "IANA id", r.registrar_iana_id, cases[i].iana);
        check_text(why, "registrar", r.registrar, cases[i].registrar);
        check_text(why, "status", r.statuses, cases[i].statuses);
        check_text(why, "servers", r.nameservers, cases[i].nameservers);
    }
}

static void replies_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct registration_reply reply = {
            .status = replies[i].status,
            .retry_after = replies[i].retry_after,
            .body = replies[i].body,
            .body_len = strlen(replies[i].body),
        };
        struct snow_registration r;

        registration_record_init(&r, "cheap-meds.com");
        registration_rdap_read(&r, &reply);
        if (r.status != replies[i].is || r.http_code != replies[i].status)
            fail_msg("%s: status %u, code %u", replies[i].why, r.status,
                     r.http_code);
    }
}

/* Lists longer than their field end with a whole item. */
static void long_lists_end_cleanly(void **state)
{
    struct snow_registration r;
    struct buf body = { 0 };

    (void)state;
    buf_add_text(&body, "{" DOMAIN ",\"nameservers\":[");
    for (int i = 0; i < 500; i++)
        buf_printf(&body, "%s{\"ldhName\":\"ns%03d.%060d.example\"}",
                   i ? "," : "", i, i);
    buf_add_text(&body, "],\"entities\":[{\"roles\":[\"registrar\"],"
                        "\"vcardArray\":[\"vcard\",[[\"fn\",{},\"text\",\"");
    for (int i = 0; i < 300; i++)
        buf_add_text(&body, "\xc3\xa4"); /* two octets each */
    buf_add_text(&body, "\"]]]}]}");
    registration_record_init(&r, "x.com");
    assert_int_equal(registration_rdap_parse(&r, body.data, body.len), 0);
    assert_in_range(strlen(r.nameservers), 900, sizeof r.nameservers - 1);
    assert_string_equal(r.nameservers + strlen(r.nameservers) - 8, ".example");
    assert_int_equal(strlen(r.registrar), 254); /* no half character */
    buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_are_read),
        cmocka_unit_test(replies_are_told_apart),
        cmocka_unit_test(long_lists_end_cleanly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
