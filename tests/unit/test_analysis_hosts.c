/* Addresses in another order: who may stand where, and what comes of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "analysis/hosts.h"
#include "base/text.h"

#define HOSTS_MAX 4096

static struct snow_addr addr_of(const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

/* @p domain HOSTS_NOBODY: an address without an answer. */
static void add(struct hosts *h, struct snow_addr addr, uint32_t domain)
{
    struct host_name name = { .domain = domain,
                              .hash = addr.lo,
                              .extra_labels = 1 };
    struct verdict v = { .addr = addr,
                         .name = domain == HOSTS_NOBODY ? NULL : &name };

    assert_int_equal(analysis_hosts_add(h, &v), 0);
}

static void add_stretch(struct hosts *h, const char *from, unsigned n,
                        uint32_t domain)
{
    for (unsigned i = 0; i < n; i++)
        add(h, snow_addr_add(addr_of(from), i), domain + i / 4);
}

static void shuffled(const struct hosts *h, uint32_t *order, uint64_t seed)
{
    assert_true(h->n <= HOSTS_MAX);
    analysis_hosts_shuffle(h, order, &seed);
}

static int tell_nobody(void *arg, const struct verdict *v)
{
    if (!v->name)
        buf_add_text(arg, v->is_unasked ? "unasked " : "unanswered ");
    return 0;
}

/* A run of a shuffle ends where one of the scan itself would. */
static void who_was_not_asked_stays_so(void **state)
{
    struct verdict unasked = { .addr = addr_of("10.0.0.2"),
                               .is_unasked = true };
    const uint32_t order[] = { 0, 1, 2, 3 };
    struct hosts h = { 0 };
    struct buf got = { 0 };

    (void)state;
    add(&h, addr_of("10.0.0.1"), 1);
    assert_int_equal(analysis_hosts_add(&h, &unasked), 0);
    add(&h, addr_of("10.0.0.3"), HOSTS_NOBODY);
    add(&h, addr_of("10.0.0.4"), 1);
    assert_int_equal(analysis_hosts_each(&h, order, tell_nobody, &got), 0);
    assert_string_equal(got.data, "unasked unanswered ");
    buf_fini(&got);
    analysis_hosts_fini(&h);
}

/* Pairs of addresses: may the one's host come to stand at the other's? */
static const struct {
    const char *why, *a, *b;
    bool may;
} cases[] = {
    { "one /20", "10.0.0.1", "10.0.15.1", true },
    { "the next /20", "10.0.0.1", "10.0.16.1", false },
    { "within a netblock", "10.1.0.1", "10.1.128.1", true },
    { "into a netblock", "10.1.0.1", "10.2.0.1", false },
    { "out of a smaller one within", "10.1.0.1", "10.1.4.1", false },
    { "within the smaller one", "10.1.4.1", "10.1.5.1", true },
    { "a customer's is too small to tell", "10.1.0.1", "10.1.0.9", true },
    { "one /48", "2001:db8::1", "2001:db8:0:9::1", true },
    { "the next /48", "2001:db8::1", "2001:db8:1::1", false },
};

static void hosts_stay_in_their_zone(void **state)
{
    static const char *const netblocks[][2] = {
        { "10.1.0.0", "10.1.255.255" },
        { "10.1.4.0", "10.1.5.255" },
        { "10.1.0.8", "10.1.0.15" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hosts h = { 0 };
        uint32_t order[2];
        bool has_moved = false;

        add(&h, addr_of(cases[i].a), 1);
        add(&h, addr_of(cases[i].b), 2);
        for (size_t k = 0; k < COUNT_OF(netblocks); k++)
            assert_int_equal(
                analysis_hosts_add_netblock(
                    &h,
                    (struct snow_range){ addr_of(netblocks[k][0]),
                                         addr_of(netblocks[k][1]) },
                    k == 1),
                0);
        assert_int_equal(analysis_hosts_settle(&h), 0);
        for (uint64_t seed = 0; seed < 64; seed++) {
            shuffled(&h, order, seed);
            assert_int_equal(order[0] + order[1], 1);
            has_moved |= order[0] == 1;
        }
        if (has_moved != cases[i].may)
            fail_msg("%s", cases[i].why);
        analysis_hosts_fini(&h);
    }
}

static int to_runs(void *arg, const struct verdict *v)
{
    return analysis_runs_add(arg, v);
}

static void fold(struct runs *out, const struct hosts *h, const uint32_t *order)
{
    assert_int_equal(analysis_hosts_each(h, order, to_runs, out), 0);
    assert_int_equal(analysis_runs_finish(out), 0);
}

/* As they stand they make the runs that they came from; shuffled, hardly any.
 */
static void order_makes_the_runs(void **state)
{
    static uint32_t order[HOSTS_MAX], again[HOSTS_MAX];
    struct hosts h = { 0 };
    struct runs as_is = { .gap_max = 1 }, other = { .gap_max = 1 };
    struct host *host;

    (void)state;
    add_stretch(&h, "192.0.2.0", 256, 0);
    assert_int_equal(analysis_hosts_settle(&h), 0);
    host = analysis_hosts_get(&h, addr_of("192.0.2.5"));
    assert_non_null(host);
    host->counts.probed = host->counts.open = 1;
    for (uint32_t i = 0; i < 256; i++)
        order[i] = i;
    fold(&as_is, &h, order);
    assert_int_equal(as_is.n, 64);
    assert_int_equal(as_is.all[1].domain, 1);
    assert_int_equal(as_is.all[1].n_named, 4);
    assert_int_equal(as_is.all[1].open, 1);
    assert_int_equal(as_is.all[0].open, 0);

    shuffled(&h, order, 7);
    shuffled(&h, again, 7);
    assert_memory_equal(order, again, 256 * sizeof *order);
    shuffled(&h, again, 8);
    assert_memory_not_equal(order, again, 256 * sizeof *order);
    fold(&other, &h, order);
    assert_true(other.n < 16);
    analysis_runs_fini(&as_is);
    analysis_runs_fini(&other);
    analysis_hosts_fini(&h);
}

/* What gave no answer stays where it is, and no more is kept than matters. */
static void silence_stays(void **state)
{
    struct hosts h = { 0 };
    uint32_t order[16];

    (void)state;
    for (unsigned i = 0; i < 300; i++)
        add(&h, snow_addr_add(addr_of("10.9.0.0"), i), HOSTS_NOBODY);
    assert_int_equal(h.n, 0);
    add(&h, addr_of("10.9.2.0"), 1);
    for (unsigned i = 1; i < 100; i++)
        add(&h, snow_addr_add(addr_of("10.9.2.0"), i), HOSTS_NOBODY);
    assert_true(h.n > RUN_UNKNOWN_MAX && h.n < 10);
    add(&h, addr_of("10.9.2.200"), 2);
    assert_int_equal(analysis_hosts_settle(&h), 0);
    assert_int_equal(h.n_moving, 2);
    shuffled(&h, order, 3);
    for (size_t i = 1; i + 1 < h.n; i++)
        assert_int_equal(order[i], i);
    analysis_hosts_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_not_asked_stays_so),
        cmocka_unit_test(hosts_stay_in_their_zone),
        cmocka_unit_test(order_makes_the_runs),
        cmocka_unit_test(silence_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
