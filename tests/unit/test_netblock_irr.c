/* netblock/irr.h: replies of an IRRd, whole and octet by octet. */
#include "netblock/irr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/netblock.h"

/* clang-format off */
static const struct {
    const char *why, *in;
    int code;
    unsigned n_replies;
    bool is_at_end;
    const char *text; /**< of the routes, or in the error */
} cases[] = {
    { "who we are, IPv4, IPv6",
      "C\nA26\n192.0.2.0/24 10.0.0.0/8  \nC\nA14\n2001:db8::/32\nC\n", 0, 3,
      true, "10.0.0.0/8 192.0.2.0/24 2001:db8::/32; 3 taken" },
    { "no such AS", "C\nD\nD\n", 0, 3, true, "" },
    { "an AS without routes", "C\nC\nC\n", 0, 3, true, "" },
    { "more than one of it", "C\nE\nC\n", 0, 3, true, "" },
    { "an answer of no data", "A0\nC\n", 0, 1, true, "" },
    { "the length counts no line end", "A12\n192.0.2.0/24C\n", 0, 1, true,
      "192.0.2.0/24; 1 taken" },
    { "CR before LF", "C\r\nA14\r\n192.0.2.0/24\r\nC\r\n", 0, 2, true,
      "192.0.2.0/24; 1 taken" },
    { "lines of prefixes", "A26\n192.0.2.0/24\n10.0.0.0/8\t \nC\n", 0, 1, true,
      "10.0.0.0/8 192.0.2.0/24; 2 taken" },
    { "words that are no prefixes", "A20\nroute: 192.0.2.0/24\nC\n", 0, 1,
      true, "192.0.2.0/24; 1 taken, 1 bad" },
    { "C inside the data", "A15\nC\n192.0.2.0/24\nC\n", 0, 1, true,
      "192.0.2.0/24; 1 taken, 1 bad" },
    { "data that ends early", "A13\n192.0.2.0/24", 0, 0, false, "" },
    { "the C is due", "A13\n192.0.2.0/24\n", 0, 0, false,
      "192.0.2.0/24; 1 taken" },
    { "half a line", "C\nD", 0, 1, false, "" },
    { "nothing", "", 0, 0, true, "" },
    { "refused", "C\nF Invalid AS number\n", SNOW_EREFUSED, 1, false,
      "it says 'Invalid AS number'" },
    { "refused without words", "F\n", SNOW_EREFUSED, 0, false, "it says" },
    { "refused behind the data", "A13\n192.0.2.0/24\nF broken\n",
      SNOW_EREFUSED, 0, false, "it says 'broken'" },
    { "the length is short", "A8\n192.0.2.0/24\nC\n", SNOW_ESYNTAX, 0, false,
      "no IRRd reply: '0/24'" },
    { "D behind the data", "A13\n192.0.2.0/24\nD\n", SNOW_ESYNTAX, 0, false,
      "no IRRd reply: 'D'" },
    { "an answer in an answer", "A0\nA0\nC\n", SNOW_ESYNTAX, 0, false,
      "no IRRd reply: 'A0'" },
    { "no length", "A\n", SNOW_ESYNTAX, 0, false, "no IRRd reply" },
    { "a length with a sign", "A-1\n", SNOW_ESYNTAX, 0, false,
      "no IRRd reply" },
    { "a length of 2^64", "A18446744073709551616\n", SNOW_ELIMIT, 0, false,
      "18446744073709551616" },
    { "a length of 2^32", "A4294967296\n", SNOW_ELIMIT, 0, false, "octets" },
    { "a plain WHOIS server", "% This is the RIPE Database query service.\n",
      SNOW_ESYNTAX, 0, false, "no IRRd reply: '% This is" },
    { "an empty line", "\nC\n", SNOW_ESYNTAX, 0, false, "no IRRd reply: ''" },
    { "a terminal escape", "F \x1b[2J\n", SNOW_EREFUSED, 0, false,
      "\\x1B[2J" },
};
/* clang-format on */

static void check(size_t i, size_t step)
{
    struct netblock_irr p;
    struct netblock_routes r;
    struct snow_error err = { 0 };
    const char *in = cases[i].in;
    size_t len = strlen(in);
    int code = 0;

    routes_init(&r);
    netblock_irr_init(&p, &r);
    for (size_t at = 0; !code && at < len; at += step)
        code = netblock_irr_feed(&p, in + at, len - at < step ? len - at : step,
                                 &err);
    if (code != cases[i].code || p.n_replies != cases[i].n_replies)
        fail_msg("%s, %zu at once: gave %d, '%s', %u replies", cases[i].why,
                 step, code, err.text, p.n_replies);
    if (!code && netblock_irr_is_at_end(&p) != cases[i].is_at_end)
        fail_msg("%s, %zu at once: is it whole?", cases[i].why, step);
    if (code ? !strstr(err.text, cases[i].text)
             : strcmp(routes_text(&r), cases[i].text) != 0)
        fail_msg("%s, %zu at once: '%s', '%s'", cases[i].why, step,
                 routes_text(&r), err.text);
    routes_fini(&r);
}

static void replies_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (size_t step = 1; step < 80; step += 3)
            check(i, step);
}

/* What does not fit is one word that is no prefix, or one line that is no
 * reply, however long. */
static void long_words_are_bounded(void **state)
{
    static char word[100000];
    struct netblock_irr p;
    struct netblock_routes r;
    struct snow_error err = { 0 };

    (void)state;
    memset(word, '1', sizeof word);
    routes_init(&r);
    netblock_irr_init(&p, &r);
    assert_int_equal(netblock_irr_feed(&p, "A100013\n", 8, &err), 0);
    assert_int_equal(netblock_irr_feed(&p, word, sizeof word, &err), 0);
    assert_int_equal(netblock_irr_feed(&p, " 192.0.2.0/24C\n", 15, &err), 0);
    assert_string_equal(routes_text(&r), "192.0.2.0/24; 1 taken, 1 bad");
    assert_int_equal(netblock_irr_feed(&p, word, sizeof word, &err), 0);
    assert_int_equal(netblock_irr_feed(&p, "\n", 1, &err), SNOW_ESYNTAX);
    routes_fini(&r);
}

static void a_query_is_five_commands(void **state)
{
    char query[NETBLOCK_IRR_QUERY_MAX];

    (void)state;
    netblock_irr_query(query, UINT32_MAX);
    assert_string_equal(query, "!!\n!nsnowline-" SNOW_VERSION
                               "\n!gAS4294967295\n!6AS4294967295\n!q\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(long_words_are_bounded),
        cmocka_unit_test(a_query_is_five_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
