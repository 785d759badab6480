#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/text.h"
#include "dns/answer.h"

/* 1.2.0.192.in-addr.arpa, at 12; in-addr.arpa at 22 */
#define NAME                                                                   \
    "\001"                                                                     \
    "1\001"                                                                    \
    "2\001"                                                                    \
    "0\003"                                                                    \
    "192\007in-addr\004arpa\000"
#define QUESTION NAME "\000\014\000\001"
#define HEAD(kind, rcode, answers)                                             \
    "\x12\x34" kind rcode "\000\001\000" answers "\000\000\000\000"
#define REPLY(answers) HEAD("\x81", "\x80", answers) QUESTION
#define OWNER "\300\014"
#define PTR "\000\014\000\001"
#define CNAME "\000\005\000\001"
#define TTL "\000\000\016\020" /* 3600 */
#define A_EXAMPLE "\000\013\001a\007example\000"
#define B_EXAMPLE "\000\013\001b\007example\000"
#define ALIAS "\001x\300\020" /* x.0.192.in-addr.arpa */

#define WIRE(octets) octets, sizeof octets - 1
#define NAMES(n, text) n, text, sizeof text
#define NO_NAMES 0, "", 0

/* clang-format off */
static const struct {
    const char *why;
    const char *reply;
    size_t len;
    int code;
    unsigned status;
    unsigned n;
    const char *names;
    size_t names_len;
    uint32_t ttl;
} cases[] = {
    { "one name", WIRE(REPLY("\001") OWNER PTR TTL A_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "letters of any case", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\013\001A\007eXAMPLE\000"),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "the owner spelt out", WIRE(REPLY("\001") NAME PTR TTL A_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "two, sorted, one of them twice; the least TTL", WIRE(REPLY("\003")
      OWNER PTR TTL B_EXAMPLE OWNER PTR "\000\000\000\007" A_EXAMPLE
      OWNER PTR TTL B_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(2, "a.example\0b.example"), 7 },
    { "a TTL below zero is none (RFC 2181)", WIRE(REPLY("\001")
      OWNER PTR "\200\000\000\000" A_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 0 },
    { "dots, backslashes, blanks and octets within a label",
      WIRE(REPLY("\001") OWNER PTR TTL "\000\007\005.\\ \377\000\000"),
      0, SNOW_PTR_NAME, NAMES(1, "\\.\\\\\\032\\255\\000"), 3600 },
    { "the root", WIRE(REPLY("\001") OWNER PTR TTL "\000\001\000"),
      0, SNOW_PTR_NAME, NAMES(1, "."), 3600 },
    { "a name that points back", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\004\001h\300\026"),
      0, SNOW_PTR_NAME, NAMES(1, "h.in-addr.arpa"), 3600 },
    { "a delegated name (RFC 2317)", WIRE(REPLY("\002")
      OWNER CNAME TTL "\000\004" ALIAS ALIAS PTR TTL A_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "the same, the other way round", WIRE(REPLY("\002")
      ALIAS PTR TTL A_EXAMPLE OWNER CNAME TTL "\000\004" ALIAS),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "a chain that ends in nothing", WIRE(REPLY("\001")
      OWNER CNAME TTL "\000\004" ALIAS),
      0, SNOW_PTR_NODATA, NO_NAMES, 0 },
    { "a chain that is a ring", WIRE(REPLY("\001")
      OWNER CNAME TTL "\000\002" OWNER),
      0, SNOW_PTR_NODATA, NO_NAMES, 0 },
    { "a PTR of somebody else", WIRE(REPLY("\001")
      ALIAS PTR TTL A_EXAMPLE),
      0, SNOW_PTR_NODATA, NO_NAMES, 0 },
    { "a PTR of class CH", WIRE(REPLY("\001")
      OWNER "\000\014\000\003" TTL A_EXAMPLE),
      0, SNOW_PTR_NODATA, NO_NAMES, 0 },
    { "nothing there", WIRE(REPLY("\000")),
      0, SNOW_PTR_NODATA, NO_NAMES, 0 },
    { "no such name", WIRE(HEAD("\x81", "\x83", "\000") QUESTION),
      0, SNOW_PTR_NXDOMAIN, NO_NAMES, 0 },
    { "no such name, and truncated", WIRE(HEAD("\x83", "\x83", "\000")
      QUESTION),
      0, SNOW_PTR_NXDOMAIN, NO_NAMES, 0 },
    { "SERVFAIL", WIRE(HEAD("\x81", "\x82", "\000") QUESTION),
      0, SNOW_PTR_SERVFAIL, NO_NAMES, 0 },
    { "REFUSED", WIRE(HEAD("\x81", "\x85", "\000") QUESTION),
      0, SNOW_PTR_REFUSED, NO_NAMES, 0 },
    { "NOTIMP", WIRE(HEAD("\x81", "\x84", "\000") QUESTION),
      0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "truncated", WIRE(HEAD("\x83", "\x80", "\000") QUESTION),
      SNOW_EAGAIN, 0, NO_NAMES, 0 },
    { "the question in other letters", WIRE(HEAD("\x81", "\x83", "\000")
      "\0011\0012\0010\003192\007IN-addr\004ARPA\000\000\014\000\001"),
      0, SNOW_PTR_NXDOMAIN, NO_NAMES, 0 },

    { "another question", WIRE(HEAD("\x81", "\x80", "\000")
      "\0012\0012\0010\003192\007in-addr\004arpa\000\000\014\000\001"),
      SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "another type", WIRE(HEAD("\x81", "\x80", "\000")
      NAME "\000\001\000\001"), SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "another class", WIRE(HEAD("\x81", "\x80", "\000")
      NAME "\000\014\000\003"), SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "a query", WIRE(HEAD("\x01", "\x00", "\000") QUESTION),
      SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "a notification", WIRE(HEAD("\xa1", "\x80", "\000") QUESTION),
      SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "no question", WIRE("\x12\x34\x81\x85\0\0\0\0\0\0\0\0" QUESTION),
      SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "two questions", WIRE("\x12\x34\x81\x80\0\2\0\0\0\0\0\0" QUESTION),
      SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "a header alone", WIRE("\x12\x34\x81\x85\0\1\0\0\0\0\0\0"),
      SNOW_ENOTFOUND, 0, NO_NAMES, 0 },
    { "nothing at all", WIRE(""), SNOW_ENOTFOUND, 0, NO_NAMES, 0 },

    { "a pointer to itself", WIRE(REPLY("\001") "\300\050" PTR TTL A_EXAMPLE),
      0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a pointer ahead", WIRE(REPLY("\001") OWNER PTR TTL "\000\002\300\064"),
      0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a pointer into the header", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\002\300\000"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a pointer without its second half", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\001\300"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a label of a kind that never came", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\002\101\000"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "data past the end", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\014\001a\007example\000"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "data behind the name", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\014\001a\007example\000\000"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "fewer records than promised", WIRE(REPLY("\002")
      OWNER PTR TTL A_EXAMPLE), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a record cut short", WIRE(REPLY("\001") OWNER "\000\014\000"),
      0, SNOW_PTR_ERROR, NO_NAMES, 0 },
};
/* clang-format on */

static struct dns_octets query(unsigned char room[DNS_QUERY_MAX])
{
    static const unsigned char name[] = NAME;

    return (struct dns_octets){
        room, dns_query_format(room, name, sizeof name - 1, DNS_TYPE_PTR)
    };
}

/* A copy of exactly that length, so that reading past it is noticed. */
static int parse(struct dns_answer *a, char *room, const char *octets,
                 size_t len)
{
    unsigned char asked[DNS_QUERY_MAX];
    unsigned char *copy = malloc(len ? len : 1);
    int code;

    memcpy(copy, octets, len);
    code = dns_answer_parse(a, room, (struct dns_octets){ copy, len },
                            query(asked));
    free(copy);
    return code;
}

static void replies_are_read(void **state)
{
    static char room[DNS_NAMES_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_answer a = { 0 };
        int code = parse(&a, room, cases[i].reply, cases[i].len);

        if (code != cases[i].code || a.status != cases[i].status)
            fail_msg("%s: code %d, status %u", cases[i].why, code, a.status);
        if (a.n_names != cases[i].n || a.names_len != cases[i].names_len ||
            (a.n_names && memcmp(a.names, cases[i].names, a.names_len) != 0))
            fail_msg("%s: %u names, first '%s'", cases[i].why, a.n_names, room);
        if (a.ttl != cases[i].ttl)
            fail_msg("%s: TTL %u", cases[i].why, a.ttl);
    }
}

/* Cut off anywhere, a reply is an error or not ours, never a shorter name. */
static void replies_cut_short_give_no_name(void **state)
{
    static char room[DNS_NAMES_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (size_t len = 0;
             cases[i].status == SNOW_PTR_NAME && len < cases[i].len; len++) {
            struct dns_answer a = { 0 };
            int code = parse(&a, room, cases[i].reply, len);

            if (code == 0 && a.status != SNOW_PTR_ERROR)
                fail_msg("%s: %zu octets gave status %u", cases[i].why, len,
                         a.status);
        }
}

/* 20 PTR records, cNN.example, from the last to the first. */
static void of_many_names_the_first_in_order_stay(void **state)
{
    static char room[DNS_NAMES_MAX];
    struct buf reply = { 0 };
    struct dns_answer a;
    const char *at;

    (void)state;
    buf_add(&reply, WIRE(REPLY("\024")));
    for (unsigned i = 20; i-- > 0;) {
        char label[16];

        snprintf(label, sizeof label, "c%02u", i);
        buf_add(&reply, WIRE(OWNER PTR TTL "\000\015\003"));
        buf_add(&reply, label, 3);
        buf_add(&reply, WIRE("\007example\000"));
    }
    assert_int_equal(parse(&a, room, reply.data, reply.len), 0);
    assert_int_equal(a.n_names, SNOW_BLOCK_NAMES_MAX);
    at = a.names;
    for (unsigned i = 0; i < SNOW_BLOCK_NAMES_MAX; i++) {
        char name[32];

        snprintf(name, sizeof name, "c%02u.example", i);
        assert_string_equal(at, name);
        at += strlen(at) + 1;
    }
    assert_int_equal(at - a.names, a.names_len);
    buf_fini(&reply);
}

/* Three labels of 63 octets and one of @p last: 194 + last with the root. */
static unsigned status_of_long_name(unsigned last, struct dns_answer *a,
                                    char *room)
{
    struct buf reply = { 0 };
    char label[64];
    size_t len = 3 * 64 + 1 + last + 1;
    int code;

    memset(label, 0xff, sizeof label);
    buf_add(&reply, WIRE(REPLY("\001") OWNER PTR TTL));
    buf_add_char(&reply, (char)(len >> 8));
    buf_add_char(&reply, (char)len);
    for (int i = 0; i < 4; i++) {
        unsigned n = i < 3 ? 63 : last;

        buf_add_char(&reply, (char)n);
        buf_add(&reply, label, n);
    }
    buf_add_char(&reply, '\0');
    code = parse(a, room, reply.data, reply.len);
    buf_fini(&reply);
    assert_int_equal(code, 0);
    return a->status;
}

static void names_are_bounded(void **state)
{
    static char room[DNS_NAMES_MAX];
    struct dns_answer a;

    (void)state;
    assert_int_equal(status_of_long_name(61, &a, room), SNOW_PTR_NAME);
    assert_int_equal(a.names_len, DNS_NAME_TEXT_MAX);
    assert_int_equal(status_of_long_name(62, &a, room), SNOW_PTR_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(replies_cut_short_give_no_name),
        cmocka_unit_test(of_many_names_the_first_in_order_stay),
        cmocka_unit_test(names_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
