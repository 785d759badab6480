/* Shards: nothing is left out, nothing is in two, no /24 is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/ranges_text.h"
#include "pipeline/shards.h"

/* clang-format off */
static const struct {
    const char *targets;
    uint64_t least, most;
    size_t n_shards;   /* that it is cut into */
    uint64_t n_most;   /* addresses of the largest */
    const char *why;
} cuts[] = {
    { "127.0.0.5-127.0.0.5", 16, 4096, 1, 1, "one address" },
    { "127.0.0.0-127.0.255.255", 16, 4096, 16, 4096, "a /16 in 16 blocks each" },
    { "127.0.0.0-127.255.255.255", 16, 4096, 64, 1u << 18,
      "a /8: a 64th of it, four /16s" },
    { "127.1.3.7-127.1.40.9", 16, 4096, 2, 29 * 256 - 7,
      "cut at multiples of 16, no small one first" },
    { "127.0.0.1-127.0.0.2;127.0.0.9-127.0.0.9;127.0.1.0-127.0.1.255", 1, 64, 2,
      256, "what shares a /24 stays together" },
    { "127.0.0.0-127.0.0.0;127.0.9.0-127.0.9.0;127.3.0.0-127.3.0.0", 16, 64, 1,
      3, "scattered ones are gathered" },
    { "2001:db8::-2001:db8::ff", 16, 64, 0, 0, "IPv6 is not cut" },
};
/* clang-format on */

static struct snow_ranges *parse(const char *text)
{
    struct snow_ranges *set;

    assert_int_equal(snow_ranges_new(&set), 0);
    assert_int_equal(addr_ranges_parse(set, text), 0);
    return set;
}

/* The payload of a shard; the list still has lengths alone. */
static struct snow_ranges *payload(const struct shards *l, size_t i)
{
    size_t at = 0;
    char text[4096];

    for (size_t k = 0; k < i; k++)
        at += l->at[k].what_len;
    assert_true(l->at[i].what_len < sizeof text);
    memcpy(text, l->text.data + at, l->at[i].what_len);
    text[l->at[i].what_len] = '\0';
    return parse(text);
}

static struct snow_addr end_of(const struct snow_ranges *set, bool is_last)
{
    size_t i = is_last ? snow_ranges_n(set) - 1 : 0;
    struct snow_range r = snow_ranges_at(set, i);

    return snow_addr_block(is_last ? r.last : r.first);
}

static void check_cut(size_t i)
{
    struct snow_ranges *targets = parse(cuts[i].targets), *all, *before = NULL;
    struct shards l = { 0 };
    uint64_t most = 0, sum = 0;

    assert_int_equal(snow_ranges_new(&all), 0);
    assert_int_equal(
        shards_cut(&l, SNOW_SHARD_SWEEP, targets, cuts[i].least, cuts[i].most),
        0);
    for (size_t k = 0; k < l.n; k++) {
        struct snow_ranges *one = payload(&l, k);

        sum += snow_ranges_count(one);
        assert_int_equal(snow_ranges_count(one), l.at[k].n);
        assert_int_equal(snow_ranges_add_all(all, one), 0);
        most = l.at[k].n > most ? l.at[k].n : most;
        if (before &&
            snow_addr_compare(end_of(before, true), end_of(one, false)) >= 0)
            fail_msg("%s: a /24 in two shards", cuts[i].why);
        snow_ranges_free(before);
        before = one;
    }
    snow_ranges_free(before);
    if (l.n != cuts[i].n_shards || most != cuts[i].n_most)
        fail_msg("%s: %zu shards, largest %llu", cuts[i].why, l.n,
                 (unsigned long long)most);
    if (l.n > 0) {
        assert_int_equal(sum, snow_ranges_count(targets));
        assert_int_equal(snow_ranges_subtract(targets, all), 0);
        assert_int_equal(snow_ranges_n(targets), 0);
    }
    shards_fini(&l);
    snow_ranges_free(all);
    snow_ranges_free(targets);
}

static void sets_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        check_cut(i);
}

static void names_are_cut(void **state)
{
    static const char *const names[] = { "a.example", "b;c.example", "d" };
    struct shards l = { 0 };
    size_t at = 0;

    (void)state;
    assert_int_equal(shards_cut_names(&l, SNOW_SHARD_DOMAIN, names, 3, 2), 0);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.at[0].n, 2);
    assert_int_equal(l.at[1].n, 1);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(
            shards_next_name(l.text.data, l.at[0].what_len, &at), names[i]);
    assert_null(shards_next_name(l.text.data, l.at[0].what_len, &at));
    assert_int_equal(at + l.at[1].what_len, l.text.len);
    shards_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_cut),
        cmocka_unit_test(names_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
