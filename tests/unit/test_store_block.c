/* The blob of a block: there and back, and never astray. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"
#include "store/block.h"

static struct block_codec *codec;

static int make_codec(void **state)
{
    (void)state;
    return block_codec_new(&codec);
}

static int free_codec(void **state)
{
    (void)state;
    block_codec_free(codec);
    return 0;
}

static const uint8_t statuses[] = {
    SNOW_PTR_PENDING,  SNOW_PTR_NAME,    SNOW_PTR_NXDOMAIN, SNOW_PTR_NODATA,
    SNOW_PTR_SERVFAIL, SNOW_PTR_REFUSED, SNOW_PTR_TIMEOUT,  SNOW_PTR_PRUNED,
    SNOW_PTR_ERROR,    SNOW_PTR_OUTSIDE,
};

/* Names of every length that can be, several of them now and then. */
static unsigned make_names(char *names, uint64_t *seed)
{
    unsigned n = 1 + (unsigned)(random_next(seed) % 20 == 0
                                    ? random_next(seed) % SNOW_BLOCK_NAMES_MAX
                                    : 0);

    for (unsigned i = 0; i < n; i++) {
        size_t len = 1 + random_next(seed) % (SNOW_NAME_MAX - 1);

        memset(names, (int)('a' + random_next(seed) % 26), len);
        names[len] = '\0';
        names += len + 1;
    }
    return n;
}

static void make_block(struct snow_block *b, uint64_t seed)
{
    char names[SNOW_BLOCK_NAMES_MAX * SNOW_NAME_MAX];
    unsigned kinds = 1 + (unsigned)(random_next(&seed) % 10);

    snow_block_init(b, snow_addr_from_ipv4(0x7f140000));
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        unsigned status = statuses[random_next(&seed) % kinds];
        bool is_answered =
            status != SNOW_PTR_PENDING && status != SNOW_PTR_OUTSIDE;
        unsigned n = status == SNOW_PTR_NAME ? make_names(names, &seed) : 0;

        snow_block_set(b, i, status,
                       is_answered ? (int64_t)(random_next(&seed) >> 32) : 0,
                       names, n);
    }
}

static void assert_same(const struct snow_block *a, const struct snow_block *b)
{
    assert_memory_equal(a->status, b->status, sizeof a->status);
    assert_memory_equal(a->n_names, b->n_names, sizeof a->n_names);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        const char *x = snow_block_names(a, i), *y = snow_block_names(b, i);

        if (a->status[i] != SNOW_PTR_OUTSIDE)
            assert_int_equal(a->seen_utc_s[i], b->seen_utc_s[i]);
        for (unsigned k = 0; k < a->n_names[i]; k++) {
            assert_string_equal(x, y);
            x += strlen(x) + 1;
            y += strlen(y) + 1;
        }
    }
}

static void blocks_round_trip(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct snow_block in, out;
        struct buf blob = { 0 };

        make_block(&in, seed);
        assert_int_equal(block_encode(codec, &blob, &in), 0);
        snow_block_init(&out, in.first);
        assert_int_equal(block_decode(codec, &out, blob.data, blob.len), 0);
        assert_same(&in, &out);
        snow_block_fini(&in);
        snow_block_fini(&out);
        buf_fini(&blob);
    }
}

static void a_uniform_block_is_tiny(void **state)
{
    struct snow_block b;
    struct buf blob = { 0 };

    (void)state;
    snow_block_init(&b, snow_addr_from_ipv4(0));
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        snow_block_set(&b, i, SNOW_PTR_NXDOMAIN, 1526810553, NULL, 0);
    assert_int_equal(block_encode(codec, &blob, &b), 0);
    assert_in_range(blob.len, 1, 40);
    buf_fini(&blob);
}

/* Pending addresses of what comes later leave alone what stands there. */
static void tails_go_over_each_other(void **state)
{
    struct snow_block a, b, out;
    struct buf x = { 0 }, y = { 0 };

    (void)state;
    snow_block_init(&a, snow_addr_from_ipv4(0));
    snow_block_init(&b, snow_addr_from_ipv4(0));
    snow_block_init(&out, snow_addr_from_ipv4(0));
    snow_block_set(&a, 1, SNOW_PTR_NAME, 7, "one.example", 1);
    snow_block_set(&a, 2, SNOW_PTR_TIMEOUT, 7, NULL, 0);
    snow_block_set(&b, 2, SNOW_PTR_NAME, 9, "two.example", 1);
    block_encode(codec, &x, &a);
    block_encode(codec, &y, &b);
    assert_int_equal(block_decode(codec, &out, x.data, x.len), 0);
    assert_int_equal(block_decode(codec, &out, y.data, y.len), 0);
    assert_string_equal(snow_block_names(&out, 1), "one.example");
    assert_string_equal(snow_block_names(&out, 2), "two.example");
    assert_int_equal(out.seen_utc_s[1], 7);
    assert_int_equal(out.seen_utc_s[2], 9);
    assert_false(snow_block_is_closed(&out));
    snow_block_fini(&a);
    snow_block_fini(&b);
    snow_block_fini(&out);
    buf_fini(&x);
    buf_fini(&y);
}

static void damage_is_told(void **state)
{
    struct snow_block in, out;
    struct buf blob = { 0 };
    unsigned n_refused = 0;

    (void)state;
    snow_block_init(&in, snow_addr_from_ipv4(0));
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i += 3)
        snow_block_set(&in, i, SNOW_PTR_NAME, 7 + i, "host.example.net", 1);
    block_encode(codec, &blob, &in);
    snow_block_init(&out, in.first);
    for (size_t len = 0; len < blob.len; len++)
        assert_int_equal(block_decode(codec, &out, blob.data, len),
                         SNOW_ESTORE);
    for (size_t i = 0; i < blob.len; i++) {
        blob.data[i] ^= 0x41;
        n_refused += block_decode(codec, &out, blob.data, blob.len) != 0;
        blob.data[i] ^= 0x41;
    }
    assert_true(n_refused > blob.len / 4); /* the rest are other names */
    snow_block_fini(&in);
    snow_block_fini(&out);
    buf_fini(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_round_trip),
        cmocka_unit_test(a_uniform_block_is_tiny),
        cmocka_unit_test(tails_go_over_each_other),
        cmocka_unit_test(damage_is_told),
    };

    return cmocka_run_group_tests(tests, make_codec, free_codec);
}
