/* The survey of a /16 against name servers of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"
#include "dns/prune.h"
#include "snowline/records.h"

#define OCTET 10
#define UNKNOWN 255
#define NO_BLOCK UINT32_MAX

/* Any ten, and any one that is empty. */
static const uint8_t ten[] = { 0, 1, 7, 31, 64, 100, 127, 128, 200, 255 };
#define EMPTY 77

/** The servers of 0.10.in-addr.arpa, or of what it lies in. */
struct world {
    bool is_hiding;         /**< NXDOMAIN for a name with names below it */
    uint8_t zone;           /**< labels of the zone; UNKNOWN: no SOA is sent */
    unsigned n_named;       /**< /24s with names: the first ones of ten */
    unsigned n_delegated;   /**< of these, with zones of their own */
    struct prune_answer at; /**< what 24 says, if it says otherwise */
    uint8_t first_check;    /**< what comes of the first check, ... */
    uint8_t other_checks;   /**< of the others */
};

static unsigned named(const struct world *w, unsigned block)
{
    unsigned i = 0;

    while (i < w->n_named && ten[i] != block)
        i++;
    return i;
}

static uint8_t absent(const struct world *w, bool has_names)
{
    return has_names && !w->is_hiding ? SNOW_PTR_NODATA : SNOW_PTR_NXDOMAIN;
}

static struct prune_answer
answer(const struct world *w, const struct prune_question *q, unsigned n_checks)
{
    struct prune_answer a = { SNOW_PTR_NXDOMAIN, w->zone, false };
    unsigned i = named(w, q->block);

    if (q->stage == PRUNE_NET) {
        a.status = absent(w, w->n_named > 0);
        if (w->zone == PRUNE_NET_LABELS) /* it has an SOA record at least */
            a.status = SNOW_PTR_NODATA;
    } else if (q->stage == PRUNE_CHECK) {
        a.status = n_checks == 1 ? w->first_check : w->other_checks;
        a.status = a.status ? a.status : SNOW_PTR_NXDOMAIN;
    } else if (q->block == 24 && w->at.status) {
        a = w->at;
    } else if (i < w->n_delegated) {
        a = (struct prune_answer){ SNOW_PTR_NODATA, PRUNE_BLOCK_LABELS, false };
    } else {
        a.status = absent(w, i < w->n_named);
    }
    return a;
}

/* --- one survey, answered in this order or that ------------------------- */

enum order { ASKED, REVERSED, SHUFFLED, ONE_BY_ONE, N_ORDERS };

struct survey {
    struct prune_survey s;
    struct prune_question open[PRUNE_BLOCKS];
    unsigned n_open;
    unsigned n_asked[PRUNE_OVER]; /* by stage */
    uint32_t first_check;         /* the /24 of the first check, or NO_BLOCK */
    uint64_t chance;
};

static void ask(struct survey *v, enum order order)
{
    struct prune_question q;

    while ((order != ONE_BY_ONE || v->n_open == 0) &&
           prune_survey_next(&v->s, &q)) {
        prune_survey_take(&v->s);
        assert_true(v->n_open < PRUNE_BLOCKS);
        v->open[v->n_open++] = q;
        v->n_asked[q.stage]++;
        if (q.stage == PRUNE_CHECK && v->first_check == NO_BLOCK)
            v->first_check = q.block;
    }
}

static struct prune_question take(struct survey *v, enum order order)
{
    unsigned i = order == REVERSED ? v->n_open - 1 : 0;
    struct prune_question q;

    if (order == SHUFFLED)
        i = (unsigned)(v->chance = random_mix(v->chance)) % v->n_open;
    q = v->open[i];
    v->n_open--;
    for (; i < v->n_open; i++)
        v->open[i] = v->open[i + 1];
    return q;
}

static void run(struct survey *v, const struct world *w,
                const uint64_t wanted[4], struct prune_zones *zones,
                enum order order)
{
    *v = (struct survey){ .first_check = NO_BLOCK, .chance = order };
    prune_survey_init(&v->s, OCTET, wanted, zones);
    while (!prune_survey_is_over(&v->s)) {
        struct prune_question q;
        struct prune_answer a;

        ask(v, order);
        assert_true(v->n_open > 0); /* it does not wait for nothing */
        q = take(v, order);
        a = answer(w, &q,
                   q.stage == PRUNE_CHECK ? 1 + (q.block != v->first_check)
                                          : 0);
        prune_survey_answer(&v->s, &q, &a);
    }
    ask(v, order);
    assert_int_equal(v->n_open, 0); /* over is over */
}

static unsigned count_empty(const struct survey *v)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PRUNE_BLOCKS; i++)
        n += prune_survey_is_empty(&v->s, i);
    return n;
}

static const uint64_t all[4] = { UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                 UINT64_MAX };

#define IN(z) .zone = z
#define AT(...) .at = { __VA_ARGS__ }

/* clang-format off */
static const struct {
    const char *why;
    struct world world;
    uint8_t above;      /* trust in 10.in-addr.arpa before, */
    uint8_t above_then; /* and after */
    unsigned n_blocks;  /* questions about /24s */
    bool has_checks;
    unsigned n_empty;
} cases[] = {
    { "honest, names in 10 of 256 /24s", { IN(2), .n_named = 10 },
      0, 0, 256, true, 246 },
    { "honest, a name in one /24", { IN(2), .n_named = 1 },
      0, 0, 256, true, 255 },
    { "all empty: nothing shows that the zone may be believed", { IN(2) },
      0, 0, 256, false, 0 },
    { "it hides names that have but names below", { IN(2), .n_named = 10,
      .is_hiding = true }, 0, 0, 256, false, 0 },
    { "the zone above, proven by the /16 itself", { IN(1), .n_named = 1 },
      0, PRUNE_HONEST, 256, true, 255 },
    { "in-addr.arpa itself", { IN(0), .n_named = 10 },
      0, 0, 256, true, 246 },
    { "the zone above hides", { IN(1), .n_named = 10, .is_hiding = true },
      0, 0, 256, false, 0 },
    { "no such /16, nothing known of the zone above", { IN(1) },
      0, 0, 256, false, 0 },
    { "no such /16, the zone above is honest", { IN(1) },
      PRUNE_HONEST, PRUNE_HONEST, 0, true, 256 },
    { "no such /16, the zone above was caught", { IN(1) },
      PRUNE_LYING, PRUNE_LYING, 256, false, 0 },
    { "no such /16, the zone above is honest, another says so", { IN(0) },
      PRUNE_HONEST, PRUNE_HONEST, 256, false, 0 },
    { "a caught zone is not proven again", { IN(1), .n_named = 10 },
      PRUNE_LYING, PRUNE_LYING, 256, false, 0 },
    { "delegated /24s prove nothing of the zone that delegates", { IN(2),
      .n_named = 10, .n_delegated = 10 }, 0, 0, 256, false, 0 },
    { "some delegated, some not", { IN(2), .n_named = 10, .n_delegated = 5 },
      0, 0, 256, true, 246 },
    { "a delegated /24 denies its own name", { IN(2), .n_named = 10,
      AT(SNOW_PTR_NXDOMAIN, 3, false) }, 0, 0, 256, true, 245 },
    { "a /24 is an alias of what does not exist", { IN(2), .n_named = 10,
      AT(SNOW_PTR_NXDOMAIN, 2, true) }, 0, 0, 256, true, 245 },
    { "an alias of what has no PTR proves nothing", { IN(2),
      AT(SNOW_PTR_NODATA, 2, true) }, 0, 0, 256, false, 0 },
    { "a /24 has a PTR itself, which proves nothing", { IN(2),
      AT(SNOW_PTR_NAME, UNKNOWN, false) }, 0, 0, 256, false, 0 },
    { "a /24 cannot be resolved", { IN(2), .n_named = 10,
      AT(SNOW_PTR_SERVFAIL, UNKNOWN, false) }, 0, 0, 256, true, 245 },
    { "a /24 is met with silence", { IN(2), .n_named = 10,
      AT(SNOW_PTR_TIMEOUT, UNKNOWN, false) }, 0, 0, 256, true, 245 },
    { "no SOA with what denies", { IN(UNKNOWN), .n_named = 10 },
      0, 0, 256, false, 0 },
    { "a check finds a name", { IN(2), .n_named = 10,
      .first_check = SNOW_PTR_NAME }, 0, 0, 256, true, 0 },
    { "a check finds something else than a name", { IN(2), .n_named = 10,
      .first_check = SNOW_PTR_NODATA }, 0, 0, 256, true, 0 },
    { "a check finds a name, the zone is the one above", { IN(1),
      .n_named = 10, .first_check = SNOW_PTR_NAME },
      0, PRUNE_LYING, 256, true, 0 },
    { "a check finds a name in a /16 that does not exist", { IN(1),
      .first_check = SNOW_PTR_NAME }, PRUNE_HONEST, PRUNE_LYING, 0, true, 0 },
    { "a check fails", { IN(2), .n_named = 10,
      .first_check = SNOW_PTR_SERVFAIL }, 0, 0, 256, true, 245 },
    { "a check is met with silence", { IN(1), .n_named = 10,
      .first_check = SNOW_PTR_TIMEOUT }, 0, PRUNE_HONEST, 256, true, 245 },
    { "a check of no such /16 fails", { IN(1),
      .first_check = SNOW_PTR_REFUSED },
      PRUNE_HONEST, PRUNE_HONEST, 0, true, 255 },
    { "a check makes no sense, the others find names", { IN(1),
      .n_named = 10, .first_check = SNOW_PTR_ERROR,
      .other_checks = SNOW_PTR_NAME }, 0, PRUNE_LYING, 256, true, 0 },
};
/* clang-format on */

/* A quarter of them, or nearly. */
static bool is_quarter(unsigned n, unsigned of)
{
    return n >= of / 6 && n <= of / 3;
}

static void check_case(size_t i, const struct survey *v,
                       const struct prune_zones *zones)
{
    unsigned n_checks = v->n_asked[PRUNE_CHECK];

    if (v->n_asked[PRUNE_NET] != 1 ||
        v->n_asked[PRUNE_BLOCK] != cases[i].n_blocks)
        fail_msg("%s: %u and %u questions", cases[i].why, v->n_asked[PRUNE_NET],
                 v->n_asked[PRUNE_BLOCK]);
    if (cases[i].has_checks ? !is_quarter(n_checks, PRUNE_BLOCKS)
                            : n_checks != 0)
        fail_msg("%s: %u checks", cases[i].why, n_checks);
    if (count_empty(v) != cases[i].n_empty)
        fail_msg("%s: %u are empty", cases[i].why, count_empty(v));
    for (unsigned b = 0; cases[i].n_empty > 0 && b < PRUNE_BLOCKS; b++)
        if (prune_survey_is_empty(&v->s, b) !=
                (named(&cases[i].world, b) == cases[i].world.n_named) &&
            b != 24 && b != v->first_check)
            fail_msg("%s: /24 number %u", cases[i].why, b);
    if (zones->by_octet[OCTET] != cases[i].above_then)
        fail_msg("%s: trust %u", cases[i].why, zones->by_octet[OCTET]);
}

static void zones_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (enum order order = ASKED; order < N_ORDERS; order++) {
            struct prune_zones zones = { 0 };
            struct survey v;

            zones.by_octet[OCTET] = cases[i].above;
            run(&v, &cases[i].world, all, &zones, order);
            check_case(i, &v, &zones);
        }
}

/* --- what is wanted ----------------------------------------------------- */

static void without_a_wanted_block_nothing_is_asked(void **state)
{
    const uint64_t none[4] = { 0 };
    const struct world w = { IN(1) };
    struct prune_zones zones = { .by_octet[OCTET] = PRUNE_HONEST };
    struct survey v;

    (void)state;
    run(&v, &w, none, &zones, ASKED);
    assert_int_equal(v.n_asked[PRUNE_NET], 0);
    assert_int_equal(count_empty(&v), 0);
}

static void only_what_is_wanted_is_asked_and_judged(void **state)
{
    const uint64_t some[4] = { 0x3, 0, 0, UINT64_C(7) << 61 };
    const struct world one = { IN(2), .n_named = 1 }, none = { IN(1) };
    struct prune_zones zones = { .by_octet[OCTET] = PRUNE_HONEST };
    struct survey v;

    (void)state;
    for (enum order order = ASKED; order < N_ORDERS; order++) {
        run(&v, &one, some, &zones, order);
        assert_int_equal(v.n_asked[PRUNE_BLOCK], 5);
        assert_in_range(v.n_asked[PRUNE_CHECK], 1, 4);
        assert_int_equal(count_empty(&v), 4);
        assert_false(prune_survey_is_empty(&v.s, 0)); /* it has a name */
        assert_false(prune_survey_is_empty(&v.s, 2)); /* nobody asked */
        run(&v, &none, some, &zones, order);
        assert_int_equal(v.n_asked[PRUNE_BLOCK], 0);
        assert_in_range(v.n_asked[PRUNE_CHECK], 1, 5);
        assert_int_equal(count_empty(&v), 5);
    }
}

/* What is empty is checked at least once, whichever /24 it is. */
static void a_single_empty_block_is_checked(void **state)
{
    (void)state;
    for (unsigned b = 0; b < PRUNE_BLOCKS; b++) {
        const struct world honest = { IN(1) };
        const struct world caught = { IN(1), .first_check = SNOW_PTR_NAME };
        struct prune_zones zones = { .by_octet[OCTET] = PRUNE_HONEST };
        uint64_t wanted[4] = { 0 };
        struct survey v;

        wanted[b >> 6] = UINT64_C(1) << (b & 63);
        run(&v, &honest, wanted, &zones, ASKED);
        assert_int_equal(v.first_check, b);
        assert_int_equal(v.n_asked[PRUNE_CHECK], 1);
        assert_true(prune_survey_is_empty(&v.s, b));
        assert_true(prune_survey_is_checked(&v.s, b));
        run(&v, &caught, wanted, &zones, ASKED);
        assert_false(prune_survey_is_empty(&v.s, b));
        assert_false(prune_survey_is_checked(&v.s, b));
    }
}

static void a_survey_tells_the_zone_of_a_block(void **state)
{
    const struct world w = { IN(2), .n_named = 2, .n_delegated = 1 };
    const struct world none = { IN(1) };
    struct prune_zones zones = { .by_octet[OCTET] = PRUNE_HONEST };
    struct survey v;

    (void)state;
    run(&v, &w, all, &zones, SHUFFLED);
    assert_int_equal(prune_survey_zone(&v.s, ten[0]), 3);
    assert_int_equal(prune_survey_zone(&v.s, ten[1]), 2);
    assert_int_equal(prune_survey_zone(&v.s, EMPTY), 2);
    run(&v, &none, all, &zones, SHUFFLED);
    assert_int_equal(prune_survey_zone(&v.s, EMPTY), 1);
}

/* --- what surveys learn of each other ----------------------------------- */

static void what_one_survey_proves_others_use(void **state)
{
    const struct world some = { IN(1), .n_named = 3 }, none = { IN(1) };
    struct prune_zones zones = { 0 };
    struct survey v;

    (void)state;
    run(&v, &none, all, &zones, ASKED);
    assert_int_equal(count_empty(&v), 0);
    run(&v, &some, all, &zones, ASKED);
    assert_int_equal(count_empty(&v), 253);
    run(&v, &none, all, &zones, ASKED);
    assert_int_equal(v.n_asked[PRUNE_BLOCK], 0);
    assert_int_equal(count_empty(&v), 256);
}

/* Nor is what a survey before it has found, or one after it might find. */
static void a_caught_zone_is_never_believed_again(void **state)
{
    const struct world honest = { IN(1), .n_named = 3 }, none = { IN(1) };
    const struct world caught = { IN(1), .n_named = 3,
                                  .first_check = SNOW_PTR_NAME };
    const struct world own = { IN(2), .n_named = 3 };
    struct prune_zones zones = { 0 };
    struct survey before, v;

    (void)state;
    run(&before, &honest, all, &zones, ASKED);
    assert_int_equal(count_empty(&before), 253);
    run(&v, &caught, all, &zones, ASKED);
    assert_int_equal(count_empty(&before), 0);
    assert_int_equal(count_empty(&v), 0);
    run(&v, &honest, all, &zones, ASKED);
    assert_int_equal(count_empty(&v), 0);
    run(&v, &none, all, &zones, ASKED);
    assert_int_equal(count_empty(&v), 0);
    assert_int_equal(v.n_asked[PRUNE_CHECK], 0);
    run(&v, &own, all, &zones, ASKED); /* another zone, other servers */
    assert_int_equal(count_empty(&v), 253);
}

/* --- the promise -------------------------------------------------------- */

/* Servers of three zones that do always as they do once, and a /16 in one of
 * them: as many names as you like, wherever they are. */
static void no_name_is_cut_off_where_servers_are_of_one_mind(void **state)
{
    uint64_t chance = 1;
    unsigned n_judged = 0;

    (void)state;
    for (unsigned trial = 0; trial < 3000; trial++) {
        bool hides[3];
        struct prune_zones zones = { 0 };

        chance = random_mix(chance);
        for (unsigned i = 0; i < 3; i++)
            hides[i] = chance >> i & 1;
        for (unsigned net = 0; net < 4; net++) {
            uint64_t wanted[4];
            struct survey v;
            struct world w = { 0 };

            chance = random_mix(chance);
            w.zone = (uint8_t)(chance % 3);
            w.is_hiding = hides[w.zone];
            w.n_named = (unsigned)(chance >> 8) % (COUNT_OF(ten) + 1);
            w.n_delegated = (unsigned)(chance >> 16) % (w.n_named + 1);
            w.n_delegated *= chance >> 20 & 1;
            for (unsigned i = 0; i < 4; i++)
                wanted[i] =
                    chance >> 24 & 1 ? UINT64_MAX : random_mix(chance + i);
            run(&v, &w, wanted, &zones, (enum order)(chance >> 32) % N_ORDERS);
            for (unsigned i = 0; i < w.n_named; i++)
                assert_false(prune_survey_is_empty(&v.s, ten[i]));
            if (w.is_hiding)
                assert_int_equal(count_empty(&v), 0);
            n_judged += count_empty(&v);
        }
    }
    assert_true(n_judged > 100000); /* and a good many are */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_judged),
        cmocka_unit_test(without_a_wanted_block_nothing_is_asked),
        cmocka_unit_test(only_what_is_wanted_is_asked_and_judged),
        cmocka_unit_test(a_single_empty_block_is_checked),
        cmocka_unit_test(a_survey_tells_the_zone_of_a_block),
        cmocka_unit_test(what_one_survey_proves_others_use),
        cmocka_unit_test(a_caught_zone_is_never_believed_again),
        cmocka_unit_test(no_name_is_cut_off_where_servers_are_of_one_mind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
