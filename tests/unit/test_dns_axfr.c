/* dns/axfr.h: a zone as it comes over TCP. */
#include "dns/axfr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* Parts of messages; the zone is "z.arpa", the id 0x1234. */
#define HEAD(questions, answers)                                               \
    "\x12\x34\x84\0\0" questions "\0" answers "\0\0\0\0"
#define ZONE "\1z\4arpa\0"
#define QUESTION ZONE "\0\xfc\0\1"
#define AT_FRONT "\xc0\x0c"
#define SOA                                                                    \
    "\0\6\0\1\0\0\0\x3c\0\x16\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"
#define PTR "\0\x0c\0\1\0\0\0\x3c"
#define CNAME "\0\5\0\1\0\0\0\x3c"
#define NS "\0\2\0\1\0\0\0\x3c\0\1\0"

#define MESSAGE(text)                                                          \
    {                                                                          \
        text, sizeof text - 1                                                  \
    }

/* clang-format off */
static const struct {
    const char *why;
    struct { const char *octets; size_t len; } messages[3];
    int code;
    const char *says;
} cases[] = {
    { "a zone in one message",
      { MESSAGE(HEAD("\1", "\5") QUESTION AT_FRONT SOA AT_FRONT NS
                "\1" "5" AT_FRONT PTR "\0\7\4Mail\1x\0"
                "\1" "6" AT_FRONT CNAME "\0\4\1y" AT_FRONT
                AT_FRONT SOA) },
      SNOW_ESYNTAX, "" }, /* the last data is longer than it says */
    { "PTR and CNAME, others passed over",
      { MESSAGE(HEAD("\1", "\5") QUESTION AT_FRONT SOA AT_FRONT NS
                "\1" "5" AT_FRONT PTR "\0\x08\4Mail\1x\0"
                "\1" "6" AT_FRONT CNAME "\0\4\1y" AT_FRONT
                AT_FRONT SOA) },
      SNOW_EDONE, "5.z.arpa PTR mail.x\n6.z.arpa CNAME y.z.arpa\n" },
    { "several messages; later ones repeat no question",
      { MESSAGE(HEAD("\1", "\1") QUESTION AT_FRONT SOA),
        MESSAGE(HEAD("\0", "\2") "\1" "5" ZONE PTR "\0\4\1y\xc0\x0e"
                AT_FRONT PTR "\0\3\1q\0"),
        MESSAGE(HEAD("\0", "\1") ZONE SOA) },
      SNOW_EDONE, "5.z.arpa PTR y.z.arpa\n5.z.arpa PTR q\n" },
    { "not whole yet",
      { MESSAGE(HEAD("\1", "\1") QUESTION AT_FRONT SOA) }, 0, "" },
    { "the SOA of another zone ends nothing",
      { MESSAGE(HEAD("\1", "\2") QUESTION AT_FRONT SOA "\1w" AT_FRONT SOA) },
      0, "" },
    { "refused",
      { MESSAGE("\x12\x34\x84\5\0\1\0\0\0\0\0\0" QUESTION) },
      SNOW_EREFUSED, "" },
    { "another's id",
      { MESSAGE("\x12\x35\x84\0\0\1\0\1\0\0\0\0" QUESTION AT_FRONT SOA) },
      SNOW_ESYNTAX, "" },
    { "a question in turn",
      { MESSAGE("\x12\x34\4\0\0\1\0\0\0\0\0\0" QUESTION) }, SNOW_ESYNTAX, "" },
    { "records before the SOA",
      { MESSAGE(HEAD("\1", "\1") QUESTION AT_FRONT NS) }, SNOW_ESYNTAX, "" },
    { "fewer records than it says",
      { MESSAGE(HEAD("\1", "\2") QUESTION AT_FRONT SOA) }, SNOW_ESYNTAX, "" },
    { "a head alone", { MESSAGE(HEAD("\0", "\0")) }, SNOW_ESYNTAX, "" },
    { "nothing in it", { MESSAGE("") }, SNOW_ESYNTAX, "" },
};

static const struct {
    const char *zone;
    int code;
} zones[] = {
    { "2.0.192.in-addr.arpa", 0 }, { "2.0.192.in-addr.arpa.", 0 },
    { "0/26.2.0.192.in-addr.arpa", 0 }, { "", SNOW_ESYNTAX },
    { ".", SNOW_ESYNTAX }, { "a..b", SNOW_ESYNTAX }, { "a\\.b", SNOW_ESYNTAX },
    { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234",
      SNOW_ESYNTAX },
};
/* clang-format on */

static int hear(void *arg, const struct dns_axfr_record *r)
{
    buf_printf(arg, "%s %s %s\n", r->owner, r->is_alias ? "CNAME" : "PTR",
               r->target);
    return 0;
}

/* As it comes over the wire, @p step octets at a time. */
static int feed(struct dns_axfr *x, size_t i, size_t step)
{
    struct buf wire = { 0 };
    int code = 0;

    for (size_t k = 0; k < 3 && cases[i].messages[k].octets; k++) {
        buf_add_char(&wire, (char)(cases[i].messages[k].len >> 8));
        buf_add_char(&wire, (char)cases[i].messages[k].len);
        buf_add(&wire, cases[i].messages[k].octets, cases[i].messages[k].len);
    }
    for (size_t at = 0; !code && at < wire.len; at += step) {
        size_t n = wire.len - at < step ? wire.len - at : step;

        code = dns_axfr_feed(x, (unsigned char *)wire.data + at, n, NULL);
    }
    buf_fini(&wire);
    return code;
}

static void zones_are_read(void **state)
{
    struct dns_axfr *x = calloc(1, sizeof *x);
    static const size_t steps[] = { 100000, 1, 7 };

    (void)state;
    assert_non_null(x);
    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(steps); i++) {
        size_t k = i / COUNT_OF(steps);
        struct buf text = { 0 };
        int code;

        buf_add(&text, "", 0);
        assert_int_equal(dns_axfr_init(x, "z.arpa", 0x1234), 0);
        x->fn = hear;
        x->arg = &text;
        code = feed(x, k, steps[i % COUNT_OF(steps)]);
        if (code != cases[k].code ||
            (code == SNOW_EDONE && strcmp(text.data, cases[k].says) != 0))
            fail_msg("%s: %d, %s", cases[k].why, code, text.data);
        buf_fini(&text);
    }
    free(x);
}

static void zones_are_asked_for(void **state)
{
    static const unsigned char asked[] =
        "\0\x18\x12\x34\0\0\0\1\0\0\0\0\0\0" QUESTION;
    struct dns_axfr *x = calloc(1, sizeof *x);
    unsigned char out[DNS_AXFR_QUERY_MAX];

    (void)state;
    assert_non_null(x);
    for (size_t i = 0; i < COUNT_OF(zones); i++)
        if (dns_axfr_init(x, zones[i].zone, 0) != zones[i].code)
            fail_msg("'%s'", zones[i].zone);
    assert_int_equal(dns_axfr_init(x, "Z.arpa.", 0x1234), 0);
    assert_int_equal(dns_axfr_query(x, out), sizeof asked - 1);
    assert_memory_equal(out, asked, sizeof asked - 1);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_read),
        cmocka_unit_test(zones_are_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
