#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/spf_json.h"
#include "snowline/error.h"

/* What the world knows: "NAME TYPE VALUE;", a value "!" is no answer. */
#define WORLD                                                                  \
    "grove.test A 198.51.100.10;grove.test A 198.51.100.11;"                   \
    "grove.test MX mail-a.grove.test;grove.test MX mail-b.grove.test;"         \
    "amy.grove.test A 198.51.100.65;bob.grove.test A 198.51.100.66;"           \
    "mail-a.grove.test A 198.51.100.129;mail-b.grove.test A 198.51.100.130;"   \
    "moor.test MX mail-c.moor.test;mail-c.moor.test A 198.51.100.140;"         \
    "six.test AAAA 2001:db8::7;both.test A 198.51.100.1;"                      \
    "both.test AAAA 2001:db8::1;deaf.test A !;deaf.test MX !;deaf.test TXT !;" \
    "null.test MX .;text.test TXT hello;"                                      \
    "good.test TXT v=spf1 ip4:203.0.113.0/24 -all;"                            \
    "odd.test TXT v=spf1 -ip4:203.0.113.5 ip4:203.0.113.0/24 ?all;"            \
    "wrap.test TXT v=spf1 include:odd.test -all;"                              \
    "minus.test TXT v=spf1 -include:good.test +all;"                           \
    "half.test TXT v=spf1 -ip4:203.0.113.5 ip4:203.0.113.4/31 "                \
    "include:deaf.test;"                                                       \
    "loop.test TXT v=spf1 include:loop.test -all;"                             \
    "ping.test TXT v=spf1 include:pong.test -all;"                             \
    "pong.test TXT v=spf1 include:ping.test -all;"                             \
    "bad.test TXT v=spf1 ipv4:203.0.113.7 -all;"                               \
    "twice.test TXT v=spf1 -all;twice.test TXT v=spf1 +all;"                   \
    "mixed.test TXT hello;mixed.test TXT v=spf1 ~all;mixed.test TXT v=spf10;"  \
    "turn.test TXT v=spf1 redirect=good.test;"                                 \
    "turn2.test TXT v=spf1 ip4:203.0.113.9 redirect=turn.test;"                \
    "maze.test TXT v=spf1 redirect=maze.test;"                                 \
    "crowd.test MX a.test;crowd.test MX b.test;crowd.test MX c.test;"          \
    "crowd.test MX d.test;crowd.test MX e.test;crowd.test MX f.test;"          \
    "crowd.test MX g.test;crowd.test MX h.test;crowd.test MX i.test;"          \
    "crowd.test MX j.test;crowd.test MX k.test;"

#define A_AND_AAAA (SPF_IPV4 | SPF_IPV6)

/* clang-format off */
static const struct {
    const char *why, *record; /* of grove.test; NULL: it has none */
    unsigned families;
    const char *outcome; /* status look-ups questions all: entries */
    const char *covers;
} cases[] = {
    /* RFC 7208 appendix A.1, with other names */
    { "anybody", "v=spf1 +all", SPF_IPV4, "ok 0 1 +: +all",
      "pass 198.51.100.10;pass 192.0.2.1" },
    { "the domain's own addresses", "v=spf1 a -all", SPF_IPV4,
      "ok 1 2 -: +198.51.100.10/32 +198.51.100.11/32 -all",
      "pass 198.51.100.10;no 198.51.100.12" },
    { "of a domain that has none", "v=spf1 a:moor.test -all", SPF_IPV4,
      "ok 1 2 -: -all", "no 198.51.100.140" },
    { "its mail servers", "v=spf1 mx -all", SPF_IPV4,
      "ok 1 4 -: +198.51.100.129/32 +198.51.100.130/32 -all",
      "pass 198.51.100.129;no 198.51.100.10" },
    { "another's mail servers", "v=spf1 mx:moor.test -all", SPF_IPV4,
      "ok 1 3 -: +198.51.100.140/32 -all", "pass 198.51.100.140" },
    { "both", "v=spf1 mx mx:moor.test -all", SPF_IPV4,
      "ok 2 6 -: +198.51.100.129/32 +198.51.100.130/32 +198.51.100.140/32 "
      "-all", "pass 198.51.100.140;no 198.51.100.131" },
    { "and those around", "v=spf1 mx/30 mx:moor.test/30 -all", SPF_IPV4,
      "ok 2 6 -: +198.51.100.128/30 +198.51.100.128/30 +198.51.100.140/30 "
      "-all", "pass 198.51.100.131;pass 198.51.100.143;no 198.51.100.132" },
    { "whoever has a name there", "v=spf1 ptr -all", SPF_IPV4,
      "ok 1 1 -: +? -all", "unknown 198.51.100.65" },
    { "a network", "v=spf1 ip4:198.51.100.128/28 -all", SPF_IPV4,
      "ok 0 1 -: +198.51.100.128/28 -all",
      "no 198.51.100.65;pass 198.51.100.140" },
    /* A.2 to A.4 */
    { "one more domain's senders", "v=spf1 include:good.test a:amy.grove.test "
      "-all", SPF_IPV4,
      "ok 2 3 -: +203.0.113.0/24 +198.51.100.65/32 -all",
      "pass 203.0.113.9;pass 198.51.100.65;no 198.51.100.66" },
    { "another's record for one's own", "v=spf1 redirect=good.test", SPF_IPV4,
      "ok 1 2 -: +203.0.113.0/24 -all", "pass 203.0.113.9;no 192.0.2.1" },
    { "a list of addresses kept elsewhere",
      "v=spf1 mx -exists:%{ir}.list.test ~all", SPF_IPV4,
      "ok 2 4 ~: +198.51.100.129/32 +198.51.100.130/32 -? ~all",
      "pass 198.51.100.129;no 192.0.2.1" },
    { "two conditions, with macros",
      "v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all", SPF_IPV4,
      "ok 2 1 +: -? -? +all", "unknown 198.51.100.10" },

    { "no record", NULL, SPF_IPV4, "none 0 1 .:", "no 198.51.100.10" },
    { "nobody at all", "v=spf1 -all", SPF_IPV4, "ok 0 1 -: -all",
      "no 192.0.2.1" },
    { "an empty record", "v=spf1", SPF_IPV4, "ok 0 1 .:", "no 192.0.2.1" },
    { "what stands behind all", "v=spf1 -all ip4:192.0.2.1 include:deaf.test",
      SPF_IPV4, "ok 0 1 -: -all", "no 192.0.2.1" },
    { "a redirect beside all is none", "v=spf1 -all redirect=good.test",
      SPF_IPV4, "ok 0 1 -: -all", "no 203.0.113.9" },
    { "wherever all stands", "v=spf1 redirect=good.test ?all", SPF_IPV4,
      "ok 0 1 ?: ?all", "no 203.0.113.9" },
    { "a bad term spoils all", "v=spf1 ip4:192.0.2.1 foo -all", SPF_IPV4,
      "permerror 0 1 .:", "no 192.0.2.1" },
    { "host bits count for nothing", "v=spf1 ip4:192.0.2.77/24 -all", SPF_IPV4,
      "ok 0 1 -: +192.0.2.0/24 -all", "pass 192.0.2.1" },
    { "the first that holds decides",
      "v=spf1 ~ip4:192.0.2.1 ip4:192.0.2.0/24 -all", SPF_IPV4,
      "ok 0 1 -: ~192.0.2.1/32 +192.0.2.0/24 -all",
      "no 192.0.2.1;pass 192.0.2.2" },
    { "all of IPv4", "v=spf1 ip4:0.0.0.0/0 -all", SPF_IPV4,
      "ok 0 1 -: +0.0.0.0/0 -all", "pass 192.0.2.1;no 2001:db8::1" },
    { "all of IPv6", "v=spf1 ip6:2001:db8::/0 -all", SPF_IPV4,
      "ok 0 1 -: +ip6 -all", "no 192.0.2.1;pass 2001:db8::1" },
    { "IPv4 within IPv6 is nobody", "v=spf1 ip6:::ffff:192.0.2.1 -all",
      SPF_IPV4, "ok 0 1 -: -all", "no 192.0.2.1" },

    { "an include that excepts somebody", "v=spf1 include:odd.test "
      "ip4:203.0.113.4/31 -all", SPF_IPV4,
      "ok 1 2 -: 203.0.113.5/32>2 +203.0.113.0/24 +203.0.113.4/31 -all",
      "pass 203.0.113.9;pass 203.0.113.5;no 192.0.2.1" },
    { "two levels of that", "v=spf1 include:wrap.test -all", SPF_IPV4,
      "ok 2 3 -: 203.0.113.5/32>2 +203.0.113.0/24 -all",
      "pass 203.0.113.9;no 203.0.113.5" },
    { "whom an include passes may be refused", "v=spf1 -include:good.test "
      "?include:odd.test +all", SPF_IPV4,
      "ok 2 3 +: -203.0.113.0/24 203.0.113.5/32>3 ?203.0.113.0/24 +all",
      "no 203.0.113.9;no 203.0.113.5;pass 192.0.2.1" },
    { "a refused include within an include", "v=spf1 include:minus.test -all",
      SPF_IPV4, "ok 2 3 -: 203.0.113.0/24>2 +all -all",
      "no 203.0.113.9;pass 192.0.2.1" },
    { "all of an include is not all of the record",
      "v=spf1 include:good.test", SPF_IPV4, "ok 1 2 .: +203.0.113.0/24",
      "no 192.0.2.1" },
    { "an include of nobody", "v=spf1 ip4:192.0.2.1 include:none.test -all",
      SPF_IPV4, "permerror 1 2 .: +192.0.2.1/32",
      "pass 192.0.2.1;no 192.0.2.2" },
    { "an include without a record", "v=spf1 include:text.test -all", SPF_IPV4,
      "permerror 1 2 .:", "no 192.0.2.1" },
    { "an include with a bad one", "v=spf1 include:bad.test -all", SPF_IPV4,
      "permerror 1 2 .:", "no 203.0.113.7" },
    { "an include with two", "v=spf1 include:twice.test -all", SPF_IPV4,
      "permerror 1 2 .:", "no 192.0.2.1" },
    { "one among other texts", "v=spf1 include:mixed.test ?all", SPF_IPV4,
      "ok 1 2 ?: ?all", "no 192.0.2.1" },
    { "an include that does not answer",
      "v=spf1 ip4:192.0.2.1 include:deaf.test +all", SPF_IPV4,
      "temperror 1 2 .: +192.0.2.1/32",
      "pass 192.0.2.1;unknown 192.0.2.2" },
    { "one behind an exception", "v=spf1 include:half.test +all", SPF_IPV4,
      "temperror 2 3 .: 203.0.113.5/32>2 +203.0.113.4/31",
      "pass 203.0.113.4;unknown 203.0.113.5;unknown 192.0.2.2" },
    { "an include of oneself", "v=spf1 include:loop.test -all", SPF_IPV4,
      "too-many 10 11 .:", "no 192.0.2.1" },
    { "a ring of two", "v=spf1 ip4:192.0.2.1 include:ping.test -all", SPF_IPV4,
      "too-many 10 11 .: +192.0.2.1/32", "pass 192.0.2.1;no 192.0.2.2" },
    { "eleven", "v=spf1 include:good.test include:good.test include:good.test "
      "include:good.test include:good.test include:good.test "
      "include:good.test include:good.test include:good.test "
      "include:good.test include:odd.test -all", SPF_IPV4,
      "too-many 10 11 .: +203.0.113.0/24 +203.0.113.0/24 +203.0.113.0/24 "
      "+203.0.113.0/24 +203.0.113.0/24 +203.0.113.0/24 +203.0.113.0/24 "
      "+203.0.113.0/24 +203.0.113.0/24 +203.0.113.0/24",
      "pass 203.0.113.9;no 192.0.2.1" },
    { "ten", "v=spf1 ptr ptr ptr ptr ptr ptr ptr ptr ptr a -all", SPF_IPV4,
      "ok 10 2 -: +? +? +? +? +? +? +? +? +? +198.51.100.10/32 "
      "+198.51.100.11/32 -all",
      "pass 198.51.100.10;unknown 192.0.2.1" },
    { "redirect is one of them",
      "v=spf1 ptr ptr ptr ptr ptr ptr ptr ptr ptr ptr redirect=good.test",
      SPF_IPV4, "too-many 10 1 .: +? +? +? +? +? +? +? +? +? +?",
      "unknown 192.0.2.1" },
    { "a redirect of a redirect", "v=spf1 redirect=turn2.test", SPF_IPV4,
      "ok 3 4 -: +203.0.113.9/32 +203.0.113.0/24 -all",
      "pass 203.0.113.1;no 192.0.2.1" },
    { "a redirect in an include", "v=spf1 include:turn2.test -all", SPF_IPV4,
      "ok 3 4 -: +203.0.113.9/32 +203.0.113.0/24 -all", "pass 203.0.113.1" },
    { "a redirect without end", "v=spf1 redirect=maze.test", SPF_IPV4,
      "too-many 10 11 .:", "no 192.0.2.1" },
    { "a redirect to nobody", "v=spf1 redirect=none.test", SPF_IPV4,
      "permerror 1 2 .:", "no 192.0.2.1" },
    { "a redirect with a macro", "v=spf1 ip4:192.0.2.1 redirect=%{d}.x.test",
      SPF_IPV4, "ok 1 1 .: +192.0.2.1/32 +?",
      "pass 192.0.2.1;unknown 192.0.2.2" },

    { "two that find nothing", "v=spf1 a:x.test a:y.test ip4:192.0.2.1 -all",
      SPF_IPV4, "ok 2 3 -: +192.0.2.1/32 -all", "pass 192.0.2.1" },
    { "three", "v=spf1 ip4:192.0.2.1 a:x.test mx:y.test a:text.test +all",
      SPF_IPV4, "too-many 3 4 .: +192.0.2.1/32 !ip4",
      "pass 192.0.2.1;no 192.0.2.2" },
    { "of one family, while the other goes on",
      "v=spf1 a:six.test a:six.test a:six.test ip4:192.0.2.1 +all", A_AND_AAAA,
      "ok 3 7 +: +2001:db8::7/128 +2001:db8::7/128 !ip4 +2001:db8::7/128 "
      "+192.0.2.1/32 +all",
      "no 192.0.2.1;pass 2001:db8::7;pass 2001:db8::8" },
    { "both families", "v=spf1 a:both.test/24//64 -all", A_AND_AAAA,
      "ok 1 3 -: +198.51.100.0/24 +2001:db8::/64 -all",
      "pass 198.51.100.7;pass 2001:db8::7" },
    { "IPv6 alone", "v=spf1 a:both.test -all", SPF_IPV6,
      "ok 1 2 -: +2001:db8::1/128 -all", "no 198.51.100.1;pass 2001:db8::1" },
    { "addresses that are not told", "v=spf1 a:deaf.test -all", SPF_IPV4,
      "temperror 1 2 .:", "unknown 192.0.2.1" },
    { "mail servers that are not told", "v=spf1 mx:deaf.test -all", SPF_IPV4,
      "temperror 1 2 .:", "unknown 192.0.2.1" },
    { "no mail, said by the MX (RFC 7505)", "v=spf1 mx:null.test -all",
      SPF_IPV4, "ok 1 2 -: -all", "no 192.0.2.1" },
    { "eleven mail servers", "v=spf1 mx:crowd.test -all", SPF_IPV4,
      "too-many 1 2 .:", "no 192.0.2.1" },
    { "a name that cannot be asked", "v=spf1 a:x..test a:_x.test. -all",
      SPF_IPV4, "ok 2 2 -: -all", "no 192.0.2.1" },
    { "any case, a final dot", "V=SPF1 A:AMY.Grove.TEST. -ALL", SPF_IPV4,
      "ok 1 2 -: +198.51.100.65/32 -all", "pass 198.51.100.65" },
    { "explanations and others are nobody's",
      "v=spf1 moo=1 -all exp=why.test", SPF_IPV4, "ok 0 1 -: -all",
      "no 192.0.2.1" },
    { "an unknown one that would only pass as well",
      "v=spf1 exists:%{i}.x.test +all", SPF_IPV4, "ok 1 1 +: +? +all",
      "pass 192.0.2.1" },
    { "an unknown one behind the answer",
      "v=spf1 ip4:192.0.2.1 -ptr +all", SPF_IPV4,
      "ok 1 1 +: +192.0.2.1/32 -? +all",
      "pass 192.0.2.1;unknown 192.0.2.2" },
};
/* clang-format on */

static const char *const type_words[] = { "TXT", "MX", "A", "AAAA" };

struct told {
    char room[8192];
    const char *names[64];
    uint16_t lens[64];
    struct snow_addr addrs[64];
    struct analysis_answer answer;
};

static void tell(struct told *t, char *value)
{
    size_t i = t->answer.n_names;

    if (strcmp(value, "!") == 0)
        t->answer.status = SNOW_PTR_TIMEOUT;
    if (strcmp(value, "!") == 0)
        return;
    t->answer.status = SNOW_PTR_NAME;
    t->names[i] = value;
    t->lens[i] = (uint16_t)strlen(value);
    if (snow_addr_parse(&t->addrs[i], value) == 0)
        t->answer.n_addrs = i + 1;
    t->answer.n_names = i + 1;
}

/* Answer from the world; a name of which nothing is known does not exist. */
static void look_up(struct told *t, const char *world,
                    const struct spf_question *q)
{
    char head[SPF_NAME_MAX + 8];
    char *at = t->room, *end;
    size_t len = strlen(q->name);

    memset(&t->answer, 0, sizeof t->answer);
    t->answer.names = t->names;
    t->answer.lens = t->lens;
    t->answer.addrs = t->addrs;
    t->answer.status = SNOW_PTR_NXDOMAIN;
    snprintf(head, sizeof head, "%s %s ", q->name, type_words[q->type]);
    text_copy(t->room, sizeof t->room, world);
    for (; (end = strchr(at, ';')); at = end + 1) {
        *end = '\0';
        if (strncmp(at, head, strlen(head)) == 0)
            tell(t, at + strlen(head));
        else if (strncmp(at, q->name, len) == 0 && at[len] == ' ' &&
                 t->answer.status == SNOW_PTR_NXDOMAIN)
            t->answer.status = SNOW_PTR_NODATA;
    }
}

static struct spf_eval *evaluate(const char *record, unsigned families)
{
    struct spf_eval *e = malloc(sizeof *e);
    struct told *t = malloc(sizeof *t);
    const struct spf_question *q;
    char world[8192];

    assert_non_null(e);
    assert_non_null(t);
    snprintf(world, sizeof world, "grove.test TXT %s;%s",
             record ? record : "nothing", WORLD);
    analysis_spf_start(e, "grove.test", families);
    while ((q = analysis_spf_question(e))) {
        look_up(t, world, q);
        analysis_spf_answer(e, &t->answer);
    }
    free(t);
    return e;
}

/* "status look-ups questions all: entries" from the JSON that is kept. */
static void describe(struct buf *to, const struct analysis_spf *spf)
{
    struct buf json = { 0 };
    char *at;

    buf_printf(to, "%s %u %u %c:", analysis_spf_status_word(spf->status),
               spf->n_lookups, spf->n_questions, spf->all ? spf->all : '.');
    analysis_spf_format_json(&json, spf, 16384);
    at = strstr(json.data, "\"list\":[");
    assert_non_null(at);
    for (at += 8; *at == '"' || *at == ','; at++) {
        size_t len;

        at += *at == ',';
        len = strcspn(at + 1, "\"");
        buf_add_char(to, ' ');
        buf_add(to, at + 1, len);
        at += len + 1;
    }
    assert_string_equal(at, "]}");
    buf_fini(&json);
}

static void check_covers(size_t i, const struct analysis_spf *spf)
{
    static const char *const words[] = { "no", "pass", "unknown" };
    char text[512], *at = text, *next;

    text_copy(text, sizeof text, cases[i].covers);
    for (; at; at = next) {
        char *blank = strchr(at, ' ');
        struct snow_addr a;
        const char *word;

        next = strchr(at, ';');
        if (next)
            *next++ = '\0';
        *blank = '\0';
        assert_int_equal(snow_addr_parse(&a, blank + 1), 0);
        word = words[analysis_spf_covers(spf, a)];
        if (strcmp(word, at) != 0)
            fail_msg("%s: %s is %s", cases[i].why, blank + 1, word);
    }
}

static void records_become_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct spf_eval *e = evaluate(cases[i].record, cases[i].families);
        struct buf text = { 0 };

        describe(&text, &e->result);
        if (strcmp(text.data, cases[i].outcome) != 0)
            fail_msg("%s: %s", cases[i].why, text.data);
        check_covers(i, &e->result);
        buf_fini(&text);
        free(e);
    }
}

/* What is kept says the same as what was found. */
static void lists_survive_as_json(void **state)
{
    struct analysis_spf *back = malloc(sizeof *back);

    (void)state;
    assert_non_null(back);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct spf_eval *e = evaluate(cases[i].record, cases[i].families);
        struct buf json = { 0 }, again = { 0 };
        struct doc *root;

        analysis_spf_format_json(&json, &e->result, 16384);
        assert_int_equal(doc_parse(&root, json.data, json.len), 0);
        if (analysis_spf_parse_json(back, root))
            fail_msg("%s: %s", cases[i].why, json.data);
        doc_free(root);
        analysis_spf_format_json(&again, back, 16384);
        assert_string_equal(json.data, again.data);
        check_covers(i, back);
        buf_fini(&json);
        buf_fini(&again);
        free(e);
    }
    free(back);
}

/* clang-format off */
static const struct {
    const char *why, *json;
    int code;
} damaged[] = {
    { "the least", "{\"status\":\"none\"}", 0 },
    { "no status", "{}", SNOW_ESYNTAX },
    { "a status that is none", "{\"status\":\"fine\"}", SNOW_ESYNTAX },
    { "an entry that leads back",
      "{\"status\":\"ok\",\"list\":[\"all>0\"]}", SNOW_ESYNTAX },
    { "to itself", "{\"status\":\"ok\",\"list\":[\"+all\",\"all>1\"]}",
      SNOW_ESYNTAX },
    { "behind itself", "{\"status\":\"ok\",\"list\":[\"+all\",\"all>2\"]}",
      0 },
    { "out of reach", "{\"status\":\"ok\",\"list\":[\"all>257\"]}",
      SNOW_ESYNTAX },
    { "nowhere", "{\"status\":\"ok\",\"list\":[\"all\"]}", SNOW_ESYNTAX },
    { "both ways", "{\"status\":\"ok\",\"list\":[\"+all>1\"]}",
      SNOW_ESYNTAX },
    { "host bits", "{\"status\":\"ok\",\"list\":[\"+192.0.2.1/24\"]}",
      SNOW_ESYNTAX },
    { "nothing", "{\"status\":\"ok\",\"list\":[\"\"]}", SNOW_ESYNTAX },
    { "a number", "{\"status\":\"ok\",\"list\":[1]}", SNOW_ESYNTAX },
    { "an include that is none", "{\"status\":\"ok\",\"includes\":[1]}",
      SNOW_ESYNTAX },
};
/* clang-format on */

static void damaged_lists_are_refused(void **state)
{
    struct analysis_spf *spf = malloc(sizeof *spf);

    (void)state;
    assert_non_null(spf);
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        struct doc *root;

        assert_int_equal(
            doc_parse(&root, damaged[i].json, strlen(damaged[i].json)), 0);
        if (analysis_spf_parse_json(spf, root) != damaged[i].code)
            fail_msg("%s", damaged[i].why);
        doc_free(root);
    }
    free(spf);
}

static void long_records_are_cut(void **state)
{
    struct snow_addr in = snow_addr_from_ipv4(0x0a000001);
    struct snow_addr out = snow_addr_from_ipv4(0xc0000201);
    struct buf record = { 0 }, json = { 0 };
    struct spf_eval *e;

    (void)state;
    buf_add_text(&record, "v=spf1");
    for (unsigned i = 0; i <= SPF_ENTRIES_MAX; i++)
        buf_printf(&record, " ip4:10.0.%u.%u", i / 256, i % 256);
    buf_add_text(&record, " -all");
    e = evaluate(record.data, SPF_IPV4);
    assert_int_equal(e->result.status, SPF_STATUS_OK);
    assert_true(e->result.is_cut);
    assert_int_equal(e->result.n_entries, SPF_ENTRIES_MAX);
    assert_int_equal(analysis_spf_covers(&e->result, in), SPF_COVER_PASS);
    assert_int_equal(analysis_spf_covers(&e->result, out), SPF_COVER_UNKNOWN);
    analysis_spf_format_json(&json, &e->result, 1000);
    assert_true(json.len <= 1000 && json.len > 950);
    assert_non_null(strstr(json.data, "],\"cut\":true}"));
    buf_fini(&record);
    buf_fini(&json);
    free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_lists),
        cmocka_unit_test(lists_survive_as_json),
        cmocka_unit_test(damaged_lists_are_refused),
        cmocka_unit_test(long_records_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
