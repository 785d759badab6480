#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dns/records.h"

/* d.example, at 12; example at 14 */
#define NAME "\001d\007example\000"
#define REPLY(type, answers)                                                   \
    "\x12\x34\x81\x80\000\001\000" answers "\000\000\000\000" NAME "\000" type \
    "\000\001"
#define OWNER "\300\014"
#define TTL "\000\000\016\020"
#define RR(type, len) OWNER "\000" type "\000\001" TTL len
#define A "\001"
#define NS "\002"
#define CNAME "\005"
#define SOA "\006"
#define PTR "\014"
#define MX "\017"
#define TXT "\020"
#define AAAA "\034"
#define X_EXAMPLE "\001x\300\016" /* 4 octets */
#define TIMES "\000\000\000\003\000\000\000\004\000\000\000\005"

#define WIRE(octets) octets, sizeof octets - 1

/* Records as one text: preferences before, octets of TXT in brackets. */
/* clang-format off */
static const struct {
    const char *why;
    unsigned type;
    const char *reply;
    size_t len;
    unsigned status;
    const char *text;
} cases[] = {
    { "an address", DNS_TYPE_A, WIRE(REPLY(A, "\001")
      RR(A, "\000\004") "\300\000\002\001"), SNOW_PTR_NAME, "192.0.2.1" },
    { "two, in their order", DNS_TYPE_A, WIRE(REPLY(A, "\002")
      RR(A, "\000\004") "\300\000\002\002" RR(A, "\000\004")
      "\300\000\002\001"), SNOW_PTR_NAME, "192.0.2.2 192.0.2.1" },
    { "an address of three octets", DNS_TYPE_A, WIRE(REPLY(A, "\001")
      RR(A, "\000\003") "\300\000\002"), SNOW_PTR_ERROR, "" },
    { "an IPv6 address", DNS_TYPE_AAAA, WIRE(REPLY(AAAA, "\001")
      RR(AAAA, "\000\020") "\040\001\015\270\000\000\000\000\000\000\000\000"
      "\000\000\000\007"), SNOW_PTR_NAME, "2001:db8::7" },
    { "records of another type are passed over", DNS_TYPE_AAAA,
      WIRE(REPLY(AAAA, "\001") RR(A, "\000\004") "\300\000\002\001"),
      SNOW_PTR_NODATA, "" },
    { "an MX", DNS_TYPE_MX, WIRE(REPLY(MX, "\001")
      RR(MX, "\000\006") "\000\012" X_EXAMPLE), SNOW_PTR_NAME,
      "10 x.example" },
    { "a null MX (RFC 7505)", DNS_TYPE_MX, WIRE(REPLY(MX, "\001")
      RR(MX, "\000\003") "\000\000\000"), SNOW_PTR_NAME, "0 ." },
    { "an MX of two octets", DNS_TYPE_MX, WIRE(REPLY(MX, "\001")
      RR(MX, "\000\002") "\000\012"), SNOW_PTR_ERROR, "" },
    { "an MX with more behind it", DNS_TYPE_MX, WIRE(REPLY(MX, "\001")
      RR(MX, "\000\007") "\000\012" X_EXAMPLE "\000"), SNOW_PTR_ERROR, "" },
    { "MX behind an alias", DNS_TYPE_MX, WIRE(REPLY(MX, "\002")
      RR(CNAME, "\000\004") X_EXAMPLE X_EXAMPLE "\000" MX "\000\001" TTL
      "\000\004\000\005\300\014"), SNOW_PTR_NAME, "5 d.example" },
    { "a name server", DNS_TYPE_NS, WIRE(REPLY(NS, "\001")
      RR(NS, "\000\004") X_EXAMPLE), SNOW_PTR_NAME, "x.example" },
    { "a name with octets that are no letters", DNS_TYPE_PTR,
      WIRE(REPLY(PTR, "\001") RR(PTR, "\000\005") "\003" "a \n\000"),
      SNOW_PTR_NAME, "a\\032\\010" },
    { "one string", DNS_TYPE_TXT, WIRE(REPLY(TXT, "\001")
      RR(TXT, "\000\004") "\003abc"), SNOW_PTR_NAME, "[abc]" },
    { "strings are joined without a space (RFC 7208 §3.3)", DNS_TYPE_TXT,
      WIRE(REPLY(TXT, "\001") RR(TXT, "\000\007") "\003abc\002de"),
      SNOW_PTR_NAME, "[abcde]" },
    { "empty strings are strings", DNS_TYPE_TXT, WIRE(REPLY(TXT, "\002")
      RR(TXT, "\000\001") "\000" RR(TXT, "\000\004") "\000\001a\000"),
      SNOW_PTR_NAME, "[] [a]" },
    { "any octet", DNS_TYPE_TXT, WIRE(REPLY(TXT, "\001")
      RR(TXT, "\000\005") "\004" "a\000\n\377"), SNOW_PTR_NAME,
      "[a\\x00\\x0A\\xFF]" },
    { "no string at all", DNS_TYPE_TXT, WIRE(REPLY(TXT, "\001")
      RR(TXT, "\000\000")), SNOW_PTR_ERROR, "" },
    { "a string past its record", DNS_TYPE_TXT, WIRE(REPLY(TXT, "\002")
      RR(TXT, "\000\003") "\003ab" RR(TXT, "\000\002") "\001a"),
      SNOW_PTR_ERROR, "" },
    { "a start of authority", DNS_TYPE_SOA, WIRE(REPLY(SOA, "\001")
      RR(SOA, "\000\034") X_EXAMPLE "\001h\300\016" "\170\304\251\123"
      "\000\000\000\002" TIMES), SNOW_PTR_NAME,
      "x.example h.example 2026154323" },
    { "one that ends early", DNS_TYPE_SOA, WIRE(REPLY(SOA, "\001")
      RR(SOA, "\000\033") X_EXAMPLE "\001h\300\016" "\170\304\251\123"
      "\000\000\002" TIMES), SNOW_PTR_ERROR, "" },
    { "a ring of aliases", DNS_TYPE_MX, WIRE(REPLY(MX, "\001")
      RR(CNAME, "\000\002") OWNER), SNOW_PTR_NODATA, "" },
    { "of another class", DNS_TYPE_A, WIRE(REPLY(A, "\001")
      OWNER "\000\001\000\003" TTL "\000\004\300\000\002\001"),
      SNOW_PTR_NODATA, "" },
    { "of another owner", DNS_TYPE_A, WIRE(REPLY(A, "\001")
      X_EXAMPLE "\000\001\000\001" TTL "\000\004\300\000\002\001"),
      SNOW_PTR_NODATA, "" },
    { "fewer records than it says", DNS_TYPE_A, WIRE(REPLY(A, "\002")
      RR(A, "\000\004") "\300\000\002\001"), SNOW_PTR_ERROR, "" },
    { "data past the end", DNS_TYPE_TXT, WIRE(REPLY(TXT, "\001")
      RR(TXT, "\001\000") "\003abc"), SNOW_PTR_ERROR, "" },
    { "two questions", DNS_TYPE_A, WIRE("\x12\x34\x81\x80\000\002\000\000"
      "\000\000\000\000" NAME "\000\001\000\001"), SNOW_PTR_ERROR, "" },
    { "a head alone", DNS_TYPE_A, WIRE("\x12\x34\x81\x80\000\001\000\000"
      "\000\000\000\000"), SNOW_PTR_ERROR, "" },
    { "nothing", DNS_TYPE_A, "", 0, SNOW_PTR_ERROR, "" },
};
/* clang-format on */

static void format(struct buf *to, const struct dns_records *r, unsigned type)
{
    char addr[SNOW_ADDR_TEXT_MAX];

    buf_add_text(to, "");
    for (size_t i = 0; i < r->n_names; i++) {
        buf_add_text(to, i > 0 ? " " : "");
        if (type == DNS_TYPE_MX)
            buf_printf(to, "%u ", r->preferences[i]);
        if (type == DNS_TYPE_TXT)
            buf_add_char(to, '[');
        text_escape(to, r->names[i], r->lens[i]);
        if (type == DNS_TYPE_TXT)
            buf_add_char(to, ']');
    }
    if (r->n_names > 0 && type == DNS_TYPE_SOA)
        buf_printf(to, " %lu", (unsigned long)r->serial);
    for (size_t i = 0; i < r->n_addrs; i++) {
        snow_addr_format(r->addrs[i], addr);
        buf_printf(to, "%s%s", i > 0 ? " " : "", addr);
    }
}

static void replies_become_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_octets reply = { (const unsigned char *)cases[i].reply,
                                    cases[i].len };
        struct dns_records r = { 0 };
        struct buf text = { 0 };

        assert_int_equal(dns_records_parse(&r, reply, cases[i].type), 0);
        format(&text, &r, cases[i].type);
        if (r.status != cases[i].status)
            fail_msg("%s: %s", cases[i].why, snow_ptr_status_word(r.status));
        if (strcmp(text.data, cases[i].text) != 0)
            fail_msg("%s: '%s'", cases[i].why, text.data);
        buf_fini(&text);
        dns_records_fini(&r);
    }
}

/* A reply of @p n records, all alike. */
static size_t repeat(unsigned char *to, const char *head, size_t head_len,
                     const char *rr, size_t rr_len, unsigned n)
{
    memcpy(to, head, head_len);
    to[6] = (unsigned char)(n >> 8);
    to[7] = (unsigned char)n;
    for (unsigned i = 0; i < n; i++)
        memcpy(to + head_len + i * rr_len, rr, rr_len);
    return head_len + n * rr_len;
}

static void many_records_are_bounded(void **state)
{
    static unsigned char octets[65536];
    struct dns_octets reply = { octets, 0 };
    struct dns_records r = { 0 };

    (void)state;
    reply.len = repeat(octets, WIRE(REPLY(A, "\000")),
                       WIRE(RR(A, "\000\004") "\300\000\002\001"), 1000);
    assert_int_equal(dns_records_parse(&r, reply, DNS_TYPE_A), 0);
    assert_int_equal(r.n_addrs, DNS_ADDRS_MAX);
    dns_records_fini(&r);
    reply.len = repeat(octets, WIRE(REPLY(MX, "\000")),
                       WIRE(RR(MX, "\000\006") "\000\012" X_EXAMPLE), 1000);
    assert_int_equal(dns_records_parse(&r, reply, DNS_TYPE_MX), 0);
    assert_int_equal(r.n_names, DNS_RECORDS_MAX);
    assert_string_equal(r.names[DNS_RECORDS_MAX - 1], "x.example");
    dns_records_fini(&r);
    reply.len = repeat(octets, WIRE(REPLY(TXT, "\000")),
                       WIRE(RR(TXT, "\000\003") "\002hi"), 1000);
    assert_int_equal(dns_records_parse(&r, reply, DNS_TYPE_TXT), 0);
    assert_int_equal(r.n_names, DNS_RECORDS_MAX);
    dns_records_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_become_records),
        cmocka_unit_test(many_records_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
