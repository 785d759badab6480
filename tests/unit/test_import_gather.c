/* import/gather.h: in order, once each, whatever order and however many. */
#include "import/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"

/* clang-format off */
static const struct {
    const char *why;
    struct { const char *addr; unsigned status; int64_t seen; const char *name; }
        in[6];
    const char *out;
} cases[] = {
    { "nothing", { { NULL, 0, 0, NULL } }, "" },
    { "in order, IPv6 behind IPv4",
      { { "2001:db8::1", SNOW_PTR_NAME, 5, "c" },
        { "192.0.2.9", SNOW_PTR_NAME, 5, "b" },
        { "10.0.0.1", SNOW_PTR_NXDOMAIN, 5, NULL } },
      "10.0.0.1 nxdomain 5\n192.0.2.9 name 5 b\n2001:db8::1 name 5 c\n" },
    { "names sorted and single, the latest time",
      { { "192.0.2.9", SNOW_PTR_NAME, 7, "b" },
        { "192.0.2.9", SNOW_PTR_NAME, 9, "a" },
        { "192.0.2.9", SNOW_PTR_NAME, 8, "b" },
        { "192.0.2.9", SNOW_PTR_NAME, 1, "ab" } },
      "192.0.2.9 name 9 a ab b\n" },
    { "a name counts for more than none, that for more than a failure",
      { { "192.0.2.1", SNOW_PTR_NXDOMAIN, 9, NULL },
        { "192.0.2.1", SNOW_PTR_NAME, 5, "a" },
        { "192.0.2.2", SNOW_PTR_NXDOMAIN, 5, NULL },
        { "192.0.2.2", SNOW_PTR_TIMEOUT, 9, NULL },
        { "192.0.2.1", SNOW_PTR_SERVFAIL, 9, NULL } },
      "192.0.2.1 name 5 a\n192.0.2.2 nxdomain 5\n" },
    { "times before 1970 and behind 2106 are cut",
      { { "192.0.2.1", SNOW_PTR_NAME, -5, "a" },
        { "192.0.2.2", SNOW_PTR_NAME, INT64_C(1) << 40, "a" } },
      "192.0.2.1 name 0 a\n192.0.2.2 name 4294967295 a\n" },
};
/* clang-format on */

static int hear(void *arg, const struct gather_addr *a)
{
    struct buf *to = arg;
    char addr[SNOW_ADDR_TEXT_MAX];
    const char *name = a->names;

    snow_addr_format(a->addr, addr);
    buf_printf(to, "%s %s %lld", addr, snow_ptr_status_word(a->status),
               (long long)a->seen_utc_s);
    for (unsigned i = 0; i < a->n_names; i++) {
        buf_printf(to, " %s", name);
        name += strlen(name) + 1;
    }
    buf_add_char(to, '\n');
    return 0;
}

static void addresses_are_put_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf text = { 0 };
        struct gather *g;

        assert_int_equal(gather_new(&g, i % 2 ? 2 : 100), 0);
        for (size_t k = 0; k < COUNT_OF(cases[0].in); k++) {
            struct import_ptr p = { .status = cases[i].in[k].status,
                                    .seen_utc_s = cases[i].in[k].seen,
                                    .name = cases[i].in[k].name };

            if (!cases[i].in[k].addr)
                break;
            assert_int_equal(snow_addr_parse(&p.addr, cases[i].in[k].addr), 0);
            assert_int_equal(gather_add(g, &p, NULL), 0);
        }
        buf_add_text(&text, "");
        assert_int_equal(gather_finish(g, hear, &text, NULL), 0);
        if (strcmp(text.data, cases[i].out) != 0)
            fail_msg("%s:\n%s", cases[i].why, text.data);
        buf_fini(&text);
        gather_free(g);
    }
}

/* Items that come again in another order, with another bound. */
static void gather_all(struct buf *text, size_t max, uint64_t turn)
{
    struct gather *g;
    const uint64_t n = 20011;

    assert_int_equal(gather_new(&g, max), 0);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t x = random_mix(i * turn % n % 12000);
        char name[32];
        struct import_ptr p = { .seen_utc_s = (int64_t)(x % 1000),
                                .status =
                                    x % 7 ? SNOW_PTR_NAME : SNOW_PTR_NODATA };

        snprintf(name, sizeof name, "h%llu.example",
                 (unsigned long long)(i * turn % n % 31));
        p.name = x % 7 ? name : NULL;
        p.addr = snow_addr_from_ipv4((uint32_t)(x % 9000 * 7919));
        if (x % 5 == 0)
            p.addr.hi = x % 3;
        assert_int_equal(gather_add(g, &p, NULL), 0);
    }
    assert_int_equal(gather_finish(g, hear, text, NULL), 0);
    gather_free(g);
}

static void neither_order_nor_memory_matters(void **state)
{
    struct buf one = { 0 }, other = { 0 };

    (void)state;
    gather_all(&one, 1u << 20, 1);
    gather_all(&other, 300, 7);
    assert_true(one.len > 100000);
    assert_int_equal(one.len, other.len);
    assert_memory_equal(one.data, other.data, one.len);
    buf_fini(&one);
    buf_fini(&other);
}

/* More names than are kept: the first in order stay. */
static void names_have_a_bound(void **state)
{
    struct buf text = { 0 };
    struct gather *g;

    (void)state;
    assert_int_equal(gather_new(&g, 10), 0);
    for (unsigned i = 40; i-- > 0;) {
        char name[8];
        struct import_ptr p = { .addr = snow_addr_from_ipv4(1),
                                .status = SNOW_PTR_NAME,
                                .name = name };

        snprintf(name, sizeof name, "n%02u", i * 17 % 40);
        assert_int_equal(gather_add(g, &p, NULL), 0);
    }
    assert_int_equal(gather_finish(g, hear, &text, NULL), 0);
    assert_string_equal(text.data,
                        "0.0.0.1 name 0 n00 n01 n02 n03 n04 n05 n06 n07 n08 "
                        "n09 n10 n11 n12 n13 n14 n15\n");
    buf_fini(&text);
    gather_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_put_together),
        cmocka_unit_test(neither_order_nor_memory_matters),
        cmocka_unit_test(names_have_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
