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
#define COUNTS(answers, authority)                                             \
    "\x12\x34\x81\x80\000\001" answers authority "\000\000"
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
    { "65,535 records promised, none there", WIRE(COUNTS("\377\377", "\0\0")
      QUESTION), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "65,535 promised, one there", WIRE(COUNTS("\377\377", "\0\0")
      QUESTION OWNER PTR TTL A_EXAMPLE), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "65,535 promised of those that are not read", WIRE(
      COUNTS("\000\001", "\377\377") QUESTION OWNER PTR TTL A_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "a ring of two", WIRE(REPLY("\002")
      OWNER CNAME TTL "\000\004" ALIAS ALIAS CNAME TTL "\000\002" OWNER),
      0, SNOW_PTR_NODATA, NO_NAMES, 0 },
    { "a ring, and a name beside it", WIRE(REPLY("\003")
      OWNER CNAME TTL "\000\004" ALIAS ALIAS CNAME TTL "\000\002" OWNER
      ALIAS PTR TTL A_EXAMPLE),
      0, SNOW_PTR_NAME, NAMES(1, "a.example"), 3600 },
    { "a label and a pointer to it", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\004\001a\300\064"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "two pointers to each other", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\004\300\066\300\064"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a pointer past the end", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\002\377\377"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "no data at all", WIRE(REPLY("\001") OWNER PTR TTL "\000\000"),
      0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "no data, which the next record would be", WIRE(REPLY("\002")
      OWNER PTR TTL "\000\000" OWNER PTR TTL A_EXAMPLE),
      0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "a name longer than its data", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\005\001a\007example\000"), 0, SNOW_PTR_ERROR, NO_NAMES, 0 },
    { "control octets", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\014\012\033[2J\r\n\t\177\"\b\000"),
      0, SNOW_PTR_NAME,
      NAMES(1, "\\027[2j\\013\\010\\009\\127\"\\008"), 3600 },
    { "labels of a NUL and of a dot", WIRE(REPLY("\001") OWNER PTR TTL
      "\000\005\001\000\001.\000"),
      0, SNOW_PTR_NAME, NAMES(1, "\\000.\\."), 3600 },
    { "a dot in a label is not one between two", WIRE(REPLY("\002")
      OWNER PTR TTL "\000\005\003a.b\000"
      OWNER PTR TTL "\000\005\001a\001b\000"),
      0, SNOW_PTR_NAME, NAMES(2, "a.b\0a\\.b"), 3600 },
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

static void junk_behind_a_reply_is_not_read(void **state)
{
    static char room[DNS_NAMES_MAX];
    struct dns_answer a;

    (void)state;
    assert_int_equal(
        parse(&a, room,
              WIRE(REPLY("\001") OWNER PTR TTL A_EXAMPLE "\300\300\377\377")),
        0);
    assert_int_equal(a.status, SNOW_PTR_NAME);
    assert_string_equal(a.names, "a.example");
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

/* --- long ways ---------------------------------------------------------- */

static void add_u16(struct buf *b, size_t number)
{
    buf_add_char(b, (char)(number >> 8));
    buf_add_char(b, (char)number);
}

static void set_count(struct buf *reply, unsigned n)
{
    reply->data[6] = (char)(n >> 8);
    reply->data[7] = (char)n;
}

static unsigned status_of(struct buf *reply, struct dns_answer *a, char *room)
{
    assert_false(reply->failed);
    assert_int_equal(parse(a, room, reply->data, reply->len), 0);
    buf_fini(reply);
    return a->status;
}

/* The question is an alias of one, that of the next, the last has a name.
 * The records come in the order that takes longest, or shortest. */
static unsigned status_of_chain(unsigned n, bool is_reversed)
{
    static char room[DNS_NAMES_MAX];
    struct buf reply = { 0 };
    struct dns_answer a;

    buf_add(&reply, WIRE(REPLY("\000")));
    for (unsigned i = 0; i <= n; i++) {
        unsigned hop = is_reversed ? n - i : i;

        if (hop == 0)
            buf_add(&reply, WIRE(OWNER));
        else
            buf_printf(&reply, "\004%04u", hop);
        if (hop > 0)
            buf_add_char(&reply, '\0');
        if (hop == n) {
            buf_add(&reply, WIRE(PTR TTL A_EXAMPLE));
            continue;
        }
        buf_add(&reply, WIRE(CNAME TTL "\000\006"));
        buf_printf(&reply, "\004%04u", hop + 1);
        buf_add_char(&reply, '\0');
    }
    set_count(&reply, n + 1);
    return status_of(&reply, &a, room);
}

static void chains_of_aliases_are_bounded(void **state)
{
    (void)state;
    for (int is_reversed = 0; is_reversed < 2; is_reversed++) {
        assert_int_equal(status_of_chain(1, is_reversed), SNOW_PTR_NAME);
        assert_int_equal(status_of_chain(16, is_reversed), SNOW_PTR_NAME);
        assert_int_equal(status_of_chain(17, is_reversed), SNOW_PTR_NODATA);
        assert_int_equal(status_of_chain(1900, is_reversed), SNOW_PTR_NODATA);
    }
}

/* A record of another type holds pointers, each to the one before it and the
 * first to the question; a PTR's owner goes all the way through @p n. */
static unsigned status_of_pointers(unsigned n)
{
    static char room[DNS_NAMES_MAX];
    struct buf reply = { 0 };
    struct dns_answer a;

    buf_add(&reply, WIRE(REPLY("\002") OWNER "\000\020\000\001" TTL));
    add_u16(&reply, 2 * (n - 1));
    for (unsigned i = 0; i + 1 < n; i++)
        add_u16(&reply, i ? 0xc000 | (reply.len - 2) : 0xc00c);
    add_u16(&reply, 0xc000 | (reply.len - 2));
    buf_add(&reply, WIRE(PTR TTL A_EXAMPLE));
    return status_of(&reply, &a, room);
}

static void pointers_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(status_of_pointers(2), SNOW_PTR_NAME);
    assert_int_equal(status_of_pointers(128), SNOW_PTR_NAME);
    assert_int_equal(status_of_pointers(129), SNOW_PTR_ERROR);
    assert_int_equal(status_of_pointers(8000), SNOW_PTR_ERROR);
}

/* As many labels as there can be, a pointer before and behind each: the
 * longest way that makes sense. */
static void the_longest_way_is_gone(void **state)
{
    static char room[DNS_NAMES_MAX];
    struct buf reply = { 0 };
    struct dns_answer a;
    size_t before = 0;

    (void)state;
    buf_add(&reply, WIRE(REPLY("\002") OWNER "\000\020\000\001" TTL));
    add_u16(&reply, 1 + 127 * 4);
    for (unsigned i = 0; i < 128; i++) {
        size_t here = reply.len;

        buf_add(&reply, i ? "\001a" : "\000", i ? 2 : 1);
        if (i > 0)
            add_u16(&reply, 0xc000 | before);
        before = here;
    }
    buf_add(&reply, WIRE(OWNER PTR TTL "\000\002"));
    add_u16(&reply, 0xc000 | before);
    assert_int_equal(status_of(&reply, &a, room), SNOW_PTR_NAME);
    assert_int_equal(strlen(a.names), 127 + 126);
}

/* Pointers may make a name too long that would not be spelt out. */
static void pointed_to_a_name_is_bounded_too(void **state)
{
    static char room[DNS_NAMES_MAX];

    (void)state;
    for (unsigned last = 15; last < 17; last++) { /* 3 * 64 + 1 + last: 208 */
        struct buf reply = { 0 };
        char label[64];
        struct dns_answer a;
        size_t begin;

        memset(label, 'x', sizeof label);
        buf_add(&reply, WIRE(REPLY("\002") OWNER "\000\020\000\001" TTL));
        begin = reply.len + 2;
        add_u16(&reply, 3 * 64 + 1);
        for (int i = 0; i < 3; i++) {
            buf_add_char(&reply, 63);
            buf_add(&reply, label, 63);
        }
        buf_add_char(&reply, '\0');
        buf_add(&reply, WIRE(OWNER PTR TTL));
        add_u16(&reply, 46 + last + 1 + 2);
        buf_add_char(&reply, 45);
        buf_add(&reply, label, 45);
        buf_add_char(&reply, (char)last);
        buf_add(&reply, label, last);
        add_u16(&reply, 0xc000 | begin);
        assert_int_equal(status_of(&reply, &a, room),
                         last == 15 ? SNOW_PTR_NAME : SNOW_PTR_ERROR);
    }
}

/* 64 KiB of records: all of them are read, and sixteen stay. */
static void of_thousands_of_names_sixteen_stay(void **state)
{
    static char room[DNS_NAMES_MAX];
    struct buf reply = { 0 };
    struct dns_answer a;
    unsigned n = 0;

    (void)state;
    buf_add(&reply, WIRE(REPLY("\000")));
    for (; reply.len < 65500; n++) {
        buf_add(&reply, WIRE(OWNER PTR TTL "\000\006\004"));
        buf_printf(&reply, "%04u", (n * 7919 + 1) % 10000);
        buf_add_char(&reply, '\0');
    }
    set_count(&reply, n);
    assert_int_equal(status_of(&reply, &a, room), SNOW_PTR_NAME);
    assert_int_equal(a.n_names, SNOW_BLOCK_NAMES_MAX);
    assert_int_equal(a.names_len, SNOW_BLOCK_NAMES_MAX * 5);
    assert_string_equal(a.names, "0000");
}

/* --- whose zone --------------------------------------------------------- */

#define SOA "\000\006\000\001" TTL "\000\002\000\000"
#define DENIED(answers, authority)                                             \
    "\x12\x34\x81\x83\000\001\000" answers "\000" authority "\000"             \
    "\000" QUESTION

/* clang-format off */
static const struct {
    const char *why;
    const char *reply;
    size_t len;
    unsigned labels;
} zones[] = {
    { "no authority", WIRE(DENIED("\0", "\0")), DNS_ZONE_UNKNOWN },
    { "a /24's", WIRE(DENIED("\0", "\1") "\300\016" SOA), 3 },
    { "a /16's", WIRE(DENIED("\0", "\1") "\300\020" SOA), 2 },
    { "in-addr.arpa", WIRE(DENIED("\0", "\1") "\300\026" SOA), 0 },
    { "spelt out, in other letters", WIRE(DENIED("\0", "\1")
      "\003192\007IN-ADDR\004arpa\000" SOA), 1 },
    { "of the name itself", WIRE(DENIED("\0", "\1") OWNER SOA), 4 },
    { "arpa", WIRE(DENIED("\0", "\1") "\004arpa\000" SOA), DNS_ZONE_UNKNOWN },
    { "the root", WIRE(DENIED("\0", "\1") "\000" SOA), DNS_ZONE_UNKNOWN },
    { "of a neighbour", WIRE(DENIED("\0", "\1") "\0013\300\020" SOA),
      DNS_ZONE_UNKNOWN },
    { "of a name below", WIRE(DENIED("\0", "\1") "\001x\300\014" SOA),
      DNS_ZONE_UNKNOWN },
    { "of what a label merely ends like", WIRE(DENIED("\0", "\1")
      "\00292\007in-addr\004arpa\000" SOA), DNS_ZONE_UNKNOWN },
    { "of somebody else", WIRE(DENIED("\0", "\1") "\007example\000" SOA),
      DNS_ZONE_UNKNOWN },
    { "an SOA among the answers is none", WIRE(DENIED("\1", "\0")
      "\300\016" SOA), DNS_ZONE_UNKNOWN },
    { "behind an answer and other authority", WIRE(DENIED("\1", "\2")
      OWNER CNAME TTL "\000\004" ALIAS
      "\300\016" "\000\002\000\001" TTL "\000\001\000" "\300\020" SOA), 2 },
    { "of class CH", WIRE(DENIED("\0", "\1") "\300\016"
      "\000\006\000\003" TTL "\000\002\000\000"), DNS_ZONE_UNKNOWN },
    { "of two the first", WIRE(DENIED("\0", "\2") "\300\020" SOA
      "\300\016" SOA), 2 },
    { "promised, not there", WIRE(DENIED("\0", "\1")), DNS_ZONE_UNKNOWN },
    { "cut short", WIRE(DENIED("\0", "\1") "\300\016" "\000\006\000\001"),
      DNS_ZONE_UNKNOWN },
    { "an owner that is a ring", WIRE(DENIED("\0", "\1") "\300\050" SOA),
      DNS_ZONE_UNKNOWN },
    { "of another question", WIRE("\x12\x34\x81\x83\0\1\0\0\0\1\0\0"
      "\0012\0012\0010\003192\007in-addr\004arpa\000\000\014\000\001"
      "\300\016" SOA), DNS_ZONE_UNKNOWN },
};
/* clang-format on */

static void the_zone_that_denies_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(zones); i++) {
        unsigned char asked[DNS_QUERY_MAX];
        unsigned char *copy = malloc(zones[i].len);
        unsigned labels;

        memcpy(copy, zones[i].reply, zones[i].len);
        labels = dns_answer_zone((struct dns_octets){ copy, zones[i].len },
                                 query(asked));
        free(copy);
        if (labels != zones[i].labels)
            fail_msg("%s: %u labels", zones[i].why, labels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(replies_cut_short_give_no_name),
        cmocka_unit_test(junk_behind_a_reply_is_not_read),
        cmocka_unit_test(of_many_names_the_first_in_order_stay),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(chains_of_aliases_are_bounded),
        cmocka_unit_test(pointers_are_bounded),
        cmocka_unit_test(the_longest_way_is_gone),
        cmocka_unit_test(pointed_to_a_name_is_bounded_too),
        cmocka_unit_test(of_thousands_of_names_sixteen_stay),
        cmocka_unit_test(the_zone_that_denies_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
