/* The longest prefix answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/prefixes.h"
#include "base/text.h"

static void add(struct prefixes *t, const char *text, uint32_t value,
                uint32_t line)
{
    struct snow_prefix p;

    assert_int_equal(snow_prefix_parse(&p, text), 0);
    assert_int_equal(addr_prefixes_add(t, p, value, line), 0);
}

static const struct {
    const char *why, *addr;
    uint32_t value; /* 0: nothing holds it */
    const char *until;
} cases[] = {
    { "before all", "192.0.1.0", 0, "192.0.1.255" },
    { "the outer one, before the inner", "192.0.2.0", 1, "192.0.2.15" },
    { "the inner one", "192.0.2.16", 2, "192.0.2.19" },
    { "the innermost", "192.0.2.20", 3, "192.0.2.20" },
    { "behind it, in the one around it", "192.0.2.21", 2, "192.0.2.31" },
    { "behind both, in the outer", "192.0.2.32", 1, "192.0.2.127" },
    { "the outer's last half", "192.0.2.255", 1, "192.0.2.255" },
    { "between two", "192.0.3.0", 0, "192.0.3.255" },
    { "begins at a word's end", "192.0.4.0", 4, "192.0.7.255" },
    { "IPv6", "2001:db8::1", 5, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
    { "behind all", "2001:db9::", 0,
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

static void the_longest_answers(void **state)
{
    struct prefixes t = { 0 };

    (void)state;
    add(&t, "2001:db8::/32", 5, 1);
    add(&t, "192.0.2.20", 3, 2);
    add(&t, "192.0.2.16/28", 2, 3);
    add(&t, "192.0.4.0/22", 4, 4);
    add(&t, "192.0.2.0/24", 1, 5);
    add(&t, "192.0.2.128/25", 1, 6);
    assert_true(addr_prefixes_settle(&t, NULL));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct prefixes_entry *e;
        struct snow_addr a, until;
        char text[SNOW_ADDR_TEXT_MAX];

        assert_int_equal(snow_addr_parse(&a, cases[i].addr), 0);
        e = addr_prefixes_at(&t, a, &until);
        snow_addr_format(until, text);
        if ((e ? e->value : 0) != cases[i].value ||
            strcmp(text, cases[i].until) != 0)
            fail_msg("%s: %s gave %u until %s", cases[i].why, cases[i].addr,
                     e ? e->value : 0, text);
    }
    addr_prefixes_fini(&t);
}

static void contradictions_are_told(void **state)
{
    struct prefixes t = { 0 };
    struct prefixes_clash clash = { 0 };
    struct snow_addr a, until;

    (void)state;
    add(&t, "192.0.2.0/24", 7, 9);
    add(&t, "192.0.2.0/24", 8, 4);
    add(&t, "192.0.2.0/24", 8, 5);
    assert_false(addr_prefixes_settle(&t, &clash));
    assert_int_equal(clash.first, 4);
    assert_int_equal(clash.second, 9);
    assert_int_equal(t.n, 1);
    snow_addr_parse(&a, "192.0.2.1");
    assert_int_equal(addr_prefixes_at(&t, a, &until)->value, 8);
    addr_prefixes_fini(&t);
}

static void an_empty_table_holds_nothing(void **state)
{
    struct prefixes t = { 0 };
    struct snow_addr a = snow_addr_from_ipv4(1), until;

    (void)state;
    assert_true(addr_prefixes_settle(&t, NULL));
    assert_null(addr_prefixes_at(&t, a, &until));
    assert_true(until.hi == UINT64_MAX && until.lo == UINT64_MAX);
    addr_prefixes_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_answers),
        cmocka_unit_test(contradictions_are_told),
        cmocka_unit_test(an_empty_table_holds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
