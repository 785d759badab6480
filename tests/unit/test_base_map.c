/* Maps, pools, chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/pool.h"
#include "base/random.h"

#define MANY 5000

static void what_is_put_is_found(void **state)
{
    struct map m = { 0 };
    uint64_t value, sum = 0;
    const char *key;
    size_t at = 0, len, n = 0;
    char text[16];

    (void)state;
    assert_null(map_get(&m, "absent", 6));
    for (uint64_t i = 0; i < MANY; i++) {
        int l = snprintf(text, sizeof text, "k%d", (int)i);

        *map_put(&m, text, (size_t)l) = i;
        *map_put(&m, text, (size_t)l) += 1;
    }
    assert_int_equal(m.n, MANY);
    for (uint64_t i = 0; i < MANY; i++) {
        int l = snprintf(text, sizeof text, "k%d", (int)i);

        assert_int_equal(*map_get(&m, text, (size_t)l), i + 1);
    }
    while (map_next(&m, &at, &key, &len, &value)) {
        assert_int_equal(strlen(key), len);
        sum += value;
        n++;
    }
    assert_int_equal(n, MANY);
    assert_int_equal(sum, (uint64_t)MANY * (MANY + 1) / 2);
    map_fini(&m);
}

static void keys_may_hold_any_octet(void **state)
{
    struct map m = { 0 };

    (void)state;
    *map_put(&m, "a\0b", 3) = 1;
    *map_put(&m, "a", 1) = 2;
    *map_put(&m, "", 0) = 3;
    assert_int_equal(*map_get(&m, "a\0b", 3), 1);
    assert_int_equal(*map_get(&m, "a", 1), 2);
    assert_int_equal(*map_get(&m, "", 0), 3);
    assert_null(map_get(&m, "a\0", 2));
    map_fini(&m);
}

static void slots_come_and_go(void **state)
{
    struct pool p;
    void *slots[3];

    (void)state;
    assert_int_equal(pool_init(&p, 3, 24), 0);
    for (size_t i = 0; i < 3; i++) {
        slots[i] = pool_get(&p);
        assert_non_null(slots[i]);
        assert_int_equal(pool_index(&p, slots[i]), i);
    }
    assert_null(pool_get(&p));
    pool_put(&p, slots[1]);
    assert_ptr_equal(pool_get(&p), slots[1]);
    pool_fini(&p);
}

/* The first numbers of splitmix64 from seed 0, as its authors publish them. */
static void sequences_repeat(void **state)
{
    uint64_t s = 0;

    (void)state;
    assert_true(random_next(&s) == 0xe220a8397b1dcdafu);
    assert_true(random_next(&s) == 0x6e789e6aa1b965f4u);
}

static void ids_are_spread(void **state)
{
    struct random r = { 0 };
    unsigned seen[16] = { 0 };

    (void)state;
    for (int i = 0; i < 16000; i++)
        seen[random_u16(&r) >> 12]++;
    for (int i = 0; i < 16; i++)
        assert_in_range(seen[i], 700, 1300); /* ±9 standard deviations */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_found),
        cmocka_unit_test(keys_may_hold_any_octet),
        cmocka_unit_test(slots_come_and_go),
        cmocka_unit_test(sequences_repeat),
        cmocka_unit_test(ids_are_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
