/* Sets of addresses against a plain table of bits, and targets as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"
#include "snowline/ranges.h"

#define SPACE 2048u /* addresses of the model */
#define BASE 0x7f140000u
#define ROUNDS 300

static struct snow_addr at(uint32_t i)
{
    return snow_addr_from_ipv4(BASE + i);
}

static void compare(const struct snow_ranges *set, const bool *model)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < SPACE; i++) {
        n += model[i];
        assert_int_equal(snow_ranges_contains(set, at(i)), model[i]);
    }
    assert_int_equal(snow_ranges_count(set), n);
    for (size_t i = 1; i < snow_ranges_n(set); i++)
        assert_true(snow_addr_distance(snow_ranges_at(set, i - 1).last,
                                       snow_ranges_at(set, i).first) > 1);
}

/* From every address on, the next range is the one that holds the next bit. */
static void compare_next(const struct snow_ranges *set, const bool *model)
{
    uint32_t next = SPACE;

    for (uint32_t i = SPACE; i-- > 0;) {
        struct snow_range r;
        bool is_there = snow_ranges_next(set, at(i), &r);

        next = model[i] ? i : next;
        assert_int_equal(is_there, next < SPACE);
        if (!is_there)
            continue;
        assert_true(snow_addr_compare(r.first, at(next)) <= 0);
        assert_true(snow_addr_compare(r.last, at(next)) >= 0);
        assert_true(snow_addr_compare(r.last, at(i)) >= 0);
    }
}

static void compare_blocks(const struct snow_ranges *set, const bool *model)
{
    uint64_t n_blocks = 0;
    struct snow_addr from = at(0), block;

    for (uint32_t b = 0; b < SPACE / 256; b++) {
        uint64_t mask[4];
        bool any = false;

        snow_ranges_block_mask(set, at(b * 256), mask);
        for (unsigned k = 0; k < 256; k++) {
            any |= model[b * 256 + k];
            assert_int_equal(mask[k >> 6] >> (k & 63) & 1, model[b * 256 + k]);
        }
        if (!any)
            continue;
        assert_true(snow_ranges_next_block(set, from, &block));
        assert_int_equal(snow_addr_compare(block, at(b * 256)), 0);
        assert_int_equal(
            snow_addr_compare(snow_ranges_block_at(set, n_blocks), block), 0);
        from = snow_addr_add(block, 256);
        n_blocks++;
    }
    assert_false(snow_ranges_next_block(set, from, &block));
    assert_int_equal(snow_ranges_blocks(set), n_blocks);
}

/* A few ranges, put in or taken out at random. */
static void change(struct snow_ranges *set, bool *model, uint64_t *seed)
{
    for (int i = 0; i < 12; i++) {
        uint32_t first = (uint32_t)(random_next(seed) % SPACE);
        uint32_t len = (uint32_t)(random_next(seed) % 90);
        uint32_t last = first + len < SPACE ? first + len : SPACE - 1;
        bool is_put = random_next(seed) % 3 != 0;
        struct snow_ranges *other;

        assert_int_equal(snow_ranges_new(&other), 0);
        snow_ranges_add(other, (struct snow_range){ at(first), at(last) });
        if (is_put)
            assert_int_equal(snow_ranges_add_all(set, other), 0);
        else
            assert_int_equal(snow_ranges_subtract(set, other), 0);
        snow_ranges_free(other);
        for (uint32_t k = first; k <= last; k++)
            model[k] = is_put;
    }
}

static void sets_do_as_bits_do(void **state)
{
    uint64_t seed = 2018;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        bool model[SPACE] = { 0 };
        struct snow_ranges *set;

        assert_int_equal(snow_ranges_new(&set), 0);
        change(set, model, &seed);
        compare(set, model);
        compare_next(set, model);
        compare_blocks(set, model);
        snow_ranges_free(set);
    }
}

static const struct {
    const char *why, *in; /**< "@" and text: a file that holds it */
    int code;
    uint64_t count;
    const char *says;
} targets[] = {
    { "CIDR", "127.0.0.0/30", 0, 4, "" },
    { "range", "127.0.0.5-127.0.0.9", 0, 5, "" },
    { "file with comments", "@# mine\n127.0.0.0/31 # two\n\n127.0.0.1\n", 0, 2,
      "" },
    { "no newline at the end", "@127.0.0.7", 0, 1, "" },
    { "CR before LF", "@127.0.0.7\r\n", 0, 1, "" },
    { "overlaps are merged", "@127.0.0.0/25\n127.0.0.64/26\n127.0.0.128/25\n",
      0, 256, "" },
    { "empty file", "@", SNOW_EINVAL, 0, "no target in it" },
    { "comments alone", "@# nothing\n\n", SNOW_EINVAL, 0, "no target in it" },
    { "bad line is named", "@127.0.0.1\n10.0.0.0/33\n", SNOW_ERANGE, 0,
      ":2: '10.0.0.0/33'" },
    { "file in a file", "@@/etc/passwd\n", SNOW_ESYNTAX, 0, ":1: " },
    { "backwards", "127.0.0.9-127.0.0.5", SNOW_EINVAL, 0,
      "ends before it begins" },
    { "two families", "127.0.0.1-::1", SNOW_EINVAL, 0, "mixes" },
    { "AS number", "AS64500", SNOW_EINVAL, 0, "addresses are wanted" },
    { "AS number of nobody", "@127.0.0.1\nAS0\n", SNOW_EINVAL, 0,
      ":2: 'AS0' is no AS" },
    { "host bits", "127.0.0.1/8", SNOW_EINVAL, 0, "behind the prefix" },
    { "terminal escape in the text", "127.0.0.1\x1b[2J", SNOW_ESYNTAX, 0,
      "\\x1B[2J" },
    { "empty", "", SNOW_ESYNTAX, 0, "''" },
};

static int read_one(struct snow_ranges *set, const char *in,
                    struct snow_error *err)
{
    char path[] = "@/tmp/snowline-targets.XXXXXX";
    int fd, code;

    if (in[0] != '@')
        return snow_ranges_read(set, in, err);
    fd = mkstemp(path + 1);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, in + 1, strlen(in + 1)), strlen(in + 1));
    close(fd);
    code = snow_ranges_read(set, path, err);
    unlink(path + 1);
    return code;
}

static void targets_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        struct snow_error err = { 0 };
        struct snow_ranges *set;
        int code;

        assert_int_equal(snow_ranges_new(&set), 0);
        code = read_one(set, targets[i].in, &err);
        if (code != targets[i].code || !strstr(err.text, targets[i].says))
            fail_msg("%s: gave %d, '%s'", targets[i].why, code, err.text);
        if (code == 0 && snow_ranges_count(set) != targets[i].count)
            fail_msg("%s: %llu addresses", targets[i].why,
                     (unsigned long long)snow_ranges_count(set));
        snow_ranges_free(set);
    }
}

static void shipped_lists_are_read(void **state)
{
    struct snow_ranges *set;
    struct snow_error err = { 0 };

    (void)state;
    assert_int_equal(snow_ranges_new(&set), 0);
    assert_int_equal(snow_ranges_read_list(set, "targets/optout.txt", &err), 0);
    assert_int_equal(snow_ranges_count(set), 0);
    assert_int_equal(snow_ranges_read_list(set, "targets/reserved.txt", &err),
                     0);
    assert_true(snow_ranges_contains(set, snow_addr_from_ipv4(0x7f000001)));
    assert_true(snow_ranges_contains(set, snow_addr_from_ipv4(0xffffffff)));
    assert_false(snow_ranges_contains(set, snow_addr_from_ipv4(0x01010101)));
    assert_int_equal(snow_ranges_read(set, "@targets/example.txt", &err), 0);
    snow_ranges_free(set);
}

static void very_large_sets_are_counted(void **state)
{
    struct snow_ranges *set;

    (void)state;
    assert_int_equal(snow_ranges_new(&set), 0);
    assert_int_equal(snow_ranges_read(set, "0.0.0.0/0", NULL), 0);
    assert_int_equal(snow_ranges_count(set), UINT64_C(1) << 32);
    assert_int_equal(snow_ranges_blocks(set), 1 << 24);
    assert_int_equal(snow_ranges_read(set, "::/0", NULL), 0);
    assert_true(snow_ranges_count(set) == UINT64_MAX);
    assert_int_equal(snow_ranges_n(set), 1);
    snow_ranges_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_do_as_bits_do),
        cmocka_unit_test(targets_are_read),
        cmocka_unit_test(shipped_lists_are_read),
        cmocka_unit_test(very_large_sets_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
