/* The walk: each address once, never too fast, in an order of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/arpa.h"
#include "addr/permute.h"
#include "base/map.h"
#include "base/text.h"
#include "snowline/targets.h"

#define GAP_US 20000

/** A walk under a clock of its own; every address is counted. */
struct walk {
    struct snow_targets *targets;
    struct snow_ranges *set;
    struct map seen;
    uint64_t now_us;
    uint64_t order; /**< a digest of the order */
};

static void begin(struct walk *w, const char *targets,
                  const struct snow_walk_config *cfg)
{
    char one[64];

    *w = (struct walk){ 0 };
    assert_int_equal(snow_ranges_new(&w->set), 0);
    while (*targets) {
        size_t len = strcspn(targets, " ");

        memcpy(one, targets, len);
        one[len] = '\0';
        assert_int_equal(snow_ranges_read(w->set, one, NULL), 0);
        targets += len + (targets[len] == ' ');
    }
    assert_int_equal(snow_targets_new(&w->targets, w->set, cfg), 0);
}

static void end(struct walk *w)
{
    snow_targets_free(w->targets);
    snow_ranges_free(w->set);
    map_fini(&w->seen);
}

/* One step; time passes when the walk says so. False at the end. */
static bool step(struct walk *w, struct snow_step *s)
{
    uint64_t wait_us, *times;
    int code;

    while ((code = snow_targets_next(w->targets, w->now_us, s, &wait_us)) ==
           SNOW_EAGAIN) {
        assert_true(wait_us != UINT64_MAX);
        w->now_us += wait_us;
    }
    if (code == SNOW_EDONE)
        return false;
    assert_int_equal(code, 0);
    assert_true(snow_ranges_contains(w->set, s->addr));
    times = map_put(&w->seen, &s->addr, sizeof s->addr);
    assert_int_equal(++*times, 1);
    w->order = (w->order ^ s->addr.lo) * 0x100000001b3u;
    return true;
}

static void finish_all(struct walk *w)
{
    struct snow_step s;

    while (step(w, &s))
        snow_targets_finish(w->targets, &s);
    assert_int_equal(snow_targets_left(w->targets), 0);
}

static const struct {
    const char *why, *targets;
    unsigned lanes;
    uint64_t n;
} sets[] = {
    { "one address", "127.0.0.7", 4, 1 },
    { "a /31 and a /32 inside a /30", "127.0.0.0/30 127.0.0.2/31 127.0.0.1", 1,
      4 },
    { "touching and overlapping", "127.0.0.0/24 127.0.1.0/24 127.0.0.128/25", 3,
      512 },
    { "parts of one block", "127.0.0.1 127.0.0.3 127.0.0.200-127.0.1.9", 5,
      68 },
    { "more lanes than blocks", "127.0.0.0/22", 4096, 1024 },
    { "lanes that do not divide the blocks", "127.0.0.0/20 127.9.0.0/23", 7,
      4608 },
    { "two ranges in one block, then others",
      "127.0.0.1-127.0.0.2 127.0.0.9-127.0.2.3 127.0.2.5", 2, 510 },
    { "the end of IPv4", "255.255.254.0/23", 2, 512 },
    { "none", "", 2, 0 },
};

static void each_address_comes_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct snow_walk_config cfg = { .lanes = sets[i].lanes, .seed = i };
        struct walk w;

        begin(&w, sets[i].targets, &cfg);
        finish_all(&w);
        if (w.seen.n != sets[i].n)
            fail_msg("%s: %zu addresses", sets[i].why, w.seen.n);
        end(&w);
    }
}

static uint64_t order_of(uint64_t seed)
{
    struct snow_walk_config cfg = { .lanes = 3, .seed = seed };
    struct walk w;
    uint64_t order;

    begin(&w, "127.0.0.0/21", &cfg);
    finish_all(&w);
    order = w.order;
    end(&w);
    return order;
}

static void the_seed_makes_the_order(void **state)
{
    (void)state;
    assert_true(order_of(1) == order_of(1));
    assert_true(order_of(1) != order_of(2));
}

/* What is asked twice counts: every question to one block is a gap apart. */
static void no_block_hears_too_much(void **state)
{
    struct snow_walk_config cfg = { .lanes = 5,
                                    .seed = 7,
                                    .block_gap_us = GAP_US };
    uint64_t last[8] = { 0 }, charged = 0;
    struct snow_step s;
    struct walk w;

    (void)state;
    begin(&w, "127.0.0.0/21", &cfg);
    while (step(&w, &s)) {
        unsigned block = (unsigned)(s.addr.lo >> 8 & 7);

        if (last[block] != 0)
            assert_true(w.now_us + 1 - last[block] >= GAP_US);
        last[block] = w.now_us + 1;
        if (w.seen.n % 10 == 0 && ++charged)
            snow_targets_charge(w.targets, s.lane);
        snow_targets_finish(w.targets, &s);
    }
    assert_int_equal(w.seen.n, 2048);
    /* five lanes, eight blocks: two rounds of 256 questions and their debts */
    assert_true(w.now_us >= 2 * 255 * GAP_US);
    assert_true(charged > 100);
    end(&w);
}

static void a_charge_delays_the_next_question(void **state)
{
    struct snow_walk_config cfg = { .lanes = 1, .block_gap_us = GAP_US };
    struct snow_step s;
    struct walk w;

    (void)state;
    begin(&w, "127.0.0.0/24", &cfg);
    assert_true(step(&w, &s));
    snow_targets_charge(w.targets, s.lane);
    assert_true(step(&w, &s));
    assert_int_equal(w.now_us, 2 * GAP_US);
    end(&w);
}

static void no_block_has_too_many_open(void **state)
{
    struct snow_walk_config cfg = { .lanes = 4, .block_in_flight = 3 };
    struct snow_step open[12], s;
    uint64_t wait_us;
    struct walk w;

    (void)state;
    begin(&w, "127.0.0.0/22", &cfg);
    for (int i = 0; i < 12; i++)
        assert_true(step(&w, &open[i]));
    assert_int_equal(snow_targets_next(w.targets, 0, &s, &wait_us),
                     SNOW_EAGAIN);
    assert_true(wait_us == UINT64_MAX);
    for (int i = 0; i < 12; i++)
        snow_targets_finish(w.targets, &open[i]);
    finish_all(&w);
    assert_int_equal(w.seen.n, 1024);
    end(&w);
}

static void what_is_done_is_left_out(void **state)
{
    struct snow_walk_config cfg = { .lanes = 2, .seed = 3 };
    const uint64_t half[4] = { UINT64_MAX, 0, UINT64_MAX, 0 };
    const uint64_t all[4] = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };
    struct snow_addr first = snow_addr_from_ipv4(0x7f000000);
    struct snow_step s;
    struct walk w;

    (void)state;
    begin(&w, "127.0.0.0/21", &cfg);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(snow_targets_resume(w.targets,
                                             snow_addr_add(first, i * 256),
                                             i == 2 ? all : half),
                         0);
    assert_int_equal(
        snow_targets_skip(w.targets, snow_addr_add(first, 7 * 256)), 0);
    assert_int_equal(snow_targets_left(w.targets), 2048 - 256 - 2 * 128 - 256);
    assert_true(step(&w, &s)); /* what is half done comes first */
    assert_true(snow_addr_distance(first, s.addr) < 512);
    assert_true((s.addr.lo & 64) != 0);
    snow_targets_finish(w.targets, &s);
    finish_all(&w);
    assert_int_equal(w.seen.n, 2048 - 256 - 2 * 128 - 256);
    end(&w);
}

/* With memory short, the oldest blocks are finished before others go on. */
static void a_narrow_walk_finishes_what_is_open(void **state)
{
    struct snow_walk_config cfg = { .lanes = 16 };
    struct snow_step s;
    struct walk w;
    bool is_block_open[16] = { 0 };
    unsigned n_open = 0;

    (void)state;
    begin(&w, "127.0.0.0/18", &cfg);
    for (int i = 0; i < 64; i++) {
        assert_true(step(&w, &s));
        snow_targets_finish(w.targets, &s);
    }
    snow_targets_narrow(w.targets, 4);
    for (int i = 0; i < 200; i++) {
        assert_true(step(&w, &s));
        n_open += !is_block_open[s.lane];
        is_block_open[s.lane] = true;
        snow_targets_finish(w.targets, &s);
    }
    assert_int_equal(n_open, 4);
    snow_targets_narrow(w.targets, 0);
    finish_all(&w);
    assert_int_equal(w.seen.n, 64 * 256);
    end(&w);
}

static void a_narrow_walk_ends(void **state)
{
    struct snow_walk_config cfg = { .lanes = 8, .block_gap_us = 10 };
    struct walk w;

    (void)state;
    begin(&w, "127.0.0.0/19", &cfg);
    snow_targets_narrow(w.targets, 2);
    finish_all(&w);
    assert_int_equal(w.seen.n, 32 * 256);
    end(&w);
}

/* --- the gate ----------------------------------------------------------- */

/** Says of the blocks of 127.0.0.0/20 what a text says: o, w or s. */
struct gate {
    char says[17];
    unsigned n_asked[16], n_skipped;
};

static unsigned number_of(struct snow_addr a)
{
    return (unsigned)(a.lo >> 8 & 15);
}

static enum snow_gate on_gate(void *arg, struct snow_addr block)
{
    struct gate *g = arg;
    unsigned i = number_of(block);

    g->n_asked[i]++;
    switch (g->says[i]) {
    case 'o':
        return SNOW_GATE_OPEN;
    case 'w':
        return SNOW_GATE_WAIT;
    case 's':
        g->n_skipped++;
        return SNOW_GATE_SKIP;
    default:
        fail_msg("block %u was not to be asked about", i);
        return SNOW_GATE_SKIP;
    }
}

static void begin_gated(struct walk *w, struct gate *g, const char *says,
                        unsigned lanes)
{
    struct snow_walk_config cfg = {
        .lanes = lanes, .seed = lanes, .gate = on_gate, .gate_arg = g
    };
    char targets[64];

    *g = (struct gate){ 0 };
    text_copy(g->says, sizeof g->says, says);
    snprintf(targets, sizeof targets, "127.0.0.0-127.0.%zu.255",
             strlen(says) - 1);
    begin(w, targets, &cfg);
}

/* All there is to be had now, each finished at once; what is left is right at
 * every step. Returns what the walk says then. */
static int run_gated(struct walk *w, const struct gate *g)
{
    const uint64_t all = snow_ranges_count(w->set);
    struct snow_step s;
    uint64_t wait_us;
    int code;

    while ((code = snow_targets_next(w->targets, 0, &s, &wait_us)) == 0) {
        uint64_t *times = map_put(&w->seen, &s.addr, sizeof s.addr);

        assert_int_equal(++*times, 1);
        assert_int_equal(g->says[number_of(s.addr)], 'o');
        assert_int_equal(snow_targets_left(w->targets),
                         all - 256 * g->n_skipped - (w->seen.n - 1));
        snow_targets_finish(w->targets, &s);
        assert_int_equal(snow_targets_left(w->targets),
                         all - 256 * g->n_skipped - w->seen.n);
    }
    assert_true(wait_us == UINT64_MAX); /* time alone does not help */
    return code;
}

/* clang-format off */
static const struct {
    const char *why;
    const char *first, *then; /* what the gate says; NULL: there is no then */
    unsigned lanes;
    unsigned n_first, n_then; /* blocks handed out */
} gates[] = {
    { "all open", "oooo", NULL, 2, 4, 0 },
    { "all skipped", "ssss", NULL, 2, 0, 0 },
    { "all skipped, more lanes than blocks", "sss", NULL, 16, 0, 0 },
    { "one, skipped", "s", NULL, 1, 0, 0 },
    { "open and skipped, in turn", "osososos", NULL, 3, 4, 0 },
    { "the last ones skipped", "oosssss", NULL, 2, 2, 0 },
    { "the first ones skipped", "sssssoo", NULL, 2, 2, 0 },
    { "all wait, then all open", "wwww", "oooo", 2, 0, 4 },
    { "all wait, then none", "wwww", "ssss", 4, 0, 0 },
    { "one lane waits before what is open", "wooo", "oooo", 1, 0, 4 },
    { "the last one waits", "ooow", "oooo", 1, 3, 1 },
    { "the last one waits, then is skipped", "ooow", "ooos", 1, 3, 0 },
    { "each lane waits somewhere else", "wooowooow", "ooooooooo", 3, 3, 6 },
    { "a lane for each block", "owsowsow", "ooooosoo", 8, 3, 3 },
    { "lanes to spare", "owsowsow", "ooooosoo", 16, 3, 3 },
    { "some of each, some of each again", "wswosowsow", "oososososo", 10,
      3, 2 },
};
/* clang-format on */

static void check_gated(size_t i, struct walk *w, const struct gate *g,
                        unsigned n_blocks)
{
    if (w->seen.n != 256 * (size_t)n_blocks)
        fail_msg("%s: %zu addresses", gates[i].why, w->seen.n);
    for (unsigned b = 0; g->says[b]; b++)
        if (g->n_asked[b] > 2)
            fail_msg("%s: block %u was asked about %u times", gates[i].why, b,
                     g->n_asked[b]);
}

static void a_gate_lets_in_holds_back_and_turns_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(gates); i++) {
        struct gate g;
        struct walk w;
        int code;

        begin_gated(&w, &g, gates[i].first, gates[i].lanes);
        code = run_gated(&w, &g);
        if (code != (gates[i].then ? SNOW_EAGAIN : SNOW_EDONE))
            fail_msg("%s: code %d", gates[i].why, code);
        check_gated(i, &w, &g, gates[i].n_first);
        if (gates[i].then) {
            memcpy(g.says, gates[i].then, strlen(gates[i].then));
            assert_int_equal(run_gated(&w, &g), SNOW_EAGAIN); /* not yet */
            check_gated(i, &w, &g, gates[i].n_first);
            snow_targets_ungate(w.targets);
            if (run_gated(&w, &g) != SNOW_EDONE)
                fail_msg("%s: it does not end", gates[i].why);
            check_gated(i, &w, &g, gates[i].n_first + gates[i].n_then);
        }
        assert_int_equal(snow_targets_left(w.targets), 0);
        end(&w);
    }
}

static void ungated_too_early_lanes_wait_on(void **state)
{
    struct gate g;
    struct walk w;

    (void)state;
    begin_gated(&w, &g, "wwo", 3);
    assert_int_equal(run_gated(&w, &g), SNOW_EAGAIN);
    for (int i = 0; i < 3; i++) {
        snow_targets_ungate(w.targets);
        assert_int_equal(run_gated(&w, &g), SNOW_EAGAIN);
    }
    assert_int_equal(w.seen.n, 256);
    g.says[0] = g.says[1] = 'o';
    snow_targets_ungate(w.targets);
    assert_int_equal(run_gated(&w, &g), SNOW_EDONE);
    assert_int_equal(w.seen.n, 3 * 256);
    end(&w);
}

/* What waits for the gate does not keep others from their turn, nor does it
 * hide how long they have to wait. */
static void a_gated_walk_keeps_its_pace(void **state)
{
    struct snow_walk_config cfg = { .lanes = 2, .block_gap_us = GAP_US };
    struct gate g = { .says = "wo" };
    uint64_t wait_us;
    struct snow_step s;
    struct walk w;

    (void)state;
    cfg.gate = on_gate;
    cfg.gate_arg = &g;
    begin(&w, "127.0.0.0/23", &cfg);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(snow_targets_next(w.targets, i * GAP_US, &s, &wait_us),
                         0);
        assert_int_equal(number_of(s.addr), 1);
        snow_targets_finish(w.targets, &s);
        assert_int_equal(
            snow_targets_next(w.targets, i * GAP_US + 1, &s, &wait_us),
            SNOW_EAGAIN);
        assert_int_equal(wait_us, GAP_US - 1);
    }
    end(&w);
}

/* What was begun once is gone on with, whatever the gate would say. */
static void resumed_blocks_pass_the_gate_unasked(void **state)
{
    const uint64_t half[4] = { UINT64_MAX, 0, UINT64_MAX, 0 };
    struct snow_addr first = snow_addr_from_ipv4(0x7f000000);
    struct snow_step s;
    uint64_t wait_us;
    struct gate g;
    struct walk w;

    (void)state;
    begin_gated(&w, &g, "?s?sw", 3);
    for (unsigned i = 0; i < 3; i += 2)
        assert_int_equal(
            snow_targets_resume(w.targets, snow_addr_add(first, i * 256), half),
            0);
    for (unsigned i = 0; i < 256; i++) {
        assert_int_equal(snow_targets_next(w.targets, 0, &s, &wait_us), 0);
        assert_true((s.addr.lo & 64) != 0);
        assert_int_equal(number_of(s.addr) % 2, 0);
        snow_targets_finish(w.targets, &s);
    }
    assert_int_equal(snow_targets_next(w.targets, 0, &s, &wait_us),
                     SNOW_EAGAIN);
    assert_int_equal(snow_targets_left(w.targets), 256);
    assert_int_equal(g.n_skipped, 2);
    g.says[4] = 's';
    snow_targets_ungate(w.targets);
    assert_int_equal(snow_targets_next(w.targets, 0, &s, &wait_us), SNOW_EDONE);
    assert_int_equal(snow_targets_left(w.targets), 0);
    end(&w);
}

/* @p before addresses, then narrow; what waited is let in later. */
static void narrow_behind_a_gate(const char *first, unsigned before)
{
    struct snow_step s;
    struct gate g;
    struct walk w;
    uint64_t wait_us;
    unsigned n_open = 0;

    begin_gated(&w, &g, first, 8);
    while (before-- > 0 && snow_targets_next(w.targets, 0, &s, &wait_us) == 0) {
        *(uint64_t *)map_put(&w.seen, &s.addr, sizeof s.addr) = 1;
        snow_targets_finish(w.targets, &s);
    }
    snow_targets_narrow(w.targets, 2);
    run_gated(&w, &g);
    for (unsigned b = 0; b < 16; b++) {
        g.says[b] = g.says[b] == 'w' ? 'o' : g.says[b];
        n_open += g.says[b] == 'o';
    }
    snow_targets_ungate(w.targets);
    assert_int_equal(run_gated(&w, &g), SNOW_EDONE);
    assert_int_equal(w.seen.n, 256 * n_open);
    assert_int_equal(snow_targets_left(w.targets), 0);
    end(&w);
}

/* Whichever lanes wait, a narrow walk goes on with what it may. */
static void a_narrow_walk_passes_its_gate(void **state)
{
    static const char *const firsts[] = {
        "oooooooooooooooo", "wwwwwwwwwwwwwwww", "owowowowowowowow",
        "wwwwoooowwwwoooo", "sowsowsowsowsows"
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(firsts); i++)
        for (unsigned before = 0; before < 40; before += 13)
            narrow_behind_a_gate(firsts[i], before);
}

static void blocks_worth_a_question_are_told(void **state)
{
    struct snow_walk_config cfg = { .lanes = 2 };
    struct snow_addr first = snow_addr_from_ipv4(0x7f010000);
    const uint64_t half[4] = { UINT64_MAX, UINT64_MAX, 0, 0 };
    uint64_t mask[4], wait_us;
    struct snow_step s;
    struct walk w;

    (void)state;
    begin(&w,
          "127.0.255.0/24 127.1.0.0/22 127.1.200.1-127.1.200.31 "
          "127.1.255.224/27 127.2.0.0/24",
          &cfg);
    assert_int_equal(snow_targets_skip(w.targets, first), 0);
    assert_int_equal(
        snow_targets_resume(w.targets, snow_addr_add(first, 256), half), 0);
    assert_int_equal(snow_targets_next(w.targets, 0, &s, &wait_us), 0);
    snow_targets_blocks(w.targets, snow_addr_add(first, 12345), 32, mask);
    assert_int_equal(mask[0], 0xc); /* neither what is done, nor half done */
    assert_int_equal(mask[1] | mask[2], 0);
    assert_true(mask[3] == UINT64_C(1) << 63);
    snow_targets_blocks(w.targets, first, 1, mask);
    assert_true(mask[3] == (UINT64_C(1) << 63 | 1 << 8));
    end(&w);
}

static void all_of_ipv4_starts_at_once(void **state)
{
    struct snow_walk_config cfg = { .lanes = 4096, .seed = 1 };
    struct snow_step s;
    struct walk w;

    (void)state;
    begin(&w, "0.0.0.0/0", &cfg);
    for (int i = 0; i < 10000; i++) {
        assert_true(step(&w, &s));
        snow_targets_finish(w.targets, &s);
    }
    assert_int_equal(snow_targets_left(w.targets), (UINT64_C(1) << 32) - 10000);
    end(&w);
}

static void every_key_permutes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint64_t key = addr_permute_key(seed, seed * 77);
        bool is_seen[256] = { 0 };

        for (unsigned i = 0; i < 256; i++) {
            assert_false(is_seen[addr_permute(key, (uint8_t)i)]);
            is_seen[addr_permute(key, (uint8_t)i)] = true;
        }
    }
}

static const struct {
    const char *why, *addr, *name;
} names[] = {
    { "IPv4", "192.0.2.10", "10.2.0.192.in-addr.arpa" },
    { "zeros", "0.0.0.0", "0.0.0.0.in-addr.arpa" },
    { "large octets", "255.254.253.252", "252.253.254.255.in-addr.arpa" },
    { "IPv6", "2001:db8::567:89ab",
      "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
      "ip6.arpa" },
};

static void reverse_names_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        unsigned char wire[ADDR_ARPA_WIRE_MAX];
        char text[ADDR_ARPA_TEXT_MAX];
        struct snow_addr a, back;
        size_t at = 0;

        assert_int_equal(snow_addr_parse(&a, names[i].addr), 0);
        addr_arpa_format(a, text);
        assert_string_equal(text, names[i].name);
        assert_int_equal(addr_arpa_parse(&back, text), 0);
        assert_int_equal(snow_addr_compare(a, back), 0);
        assert_int_equal(addr_arpa_wire_part(a, 32, wire), strlen(text) + 2);
        while (wire[at] != 0) { /* at stands on a label in both */
            assert_memory_equal(wire + at + 1, text + at, wire[at]);
            at += wire[at] + (size_t)1;
        }
        assert_int_equal(at, strlen(text) + 1);
    }
}

static void other_names_are_no_reverse_names(void **state)
{
    static const char *const wrong[] = {
        "",
        "in-addr.arpa",
        "1.in-addr.arpa",
        "ip6.arpa",
        "1.2.3.in-addr.arpa",
        "1.2.3.4.5.in-addr.arpa",
        "a.ip6.arpa",
        "01.2.3.4.in-addr.arpa",
        "1.2.3.4.example.net",
        "1.2.3.4in-addr.arpa",
    };
    struct snow_addr a;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        if (addr_arpa_parse(&a, wrong[i]) != SNOW_ESYNTAX)
            fail_msg("'%s' was taken", wrong[i]);
    assert_int_equal(addr_arpa_parse(&a, "4.3.2.1.IN-ADDR.ARPA."), 0);
    assert_int_equal(snow_addr_ipv4(a), 0x01020304);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_comes_once),
        cmocka_unit_test(the_seed_makes_the_order),
        cmocka_unit_test(no_block_hears_too_much),
        cmocka_unit_test(a_charge_delays_the_next_question),
        cmocka_unit_test(no_block_has_too_many_open),
        cmocka_unit_test(what_is_done_is_left_out),
        cmocka_unit_test(a_narrow_walk_finishes_what_is_open),
        cmocka_unit_test(a_narrow_walk_ends),
        cmocka_unit_test(a_gate_lets_in_holds_back_and_turns_away),
        cmocka_unit_test(ungated_too_early_lanes_wait_on),
        cmocka_unit_test(a_gated_walk_keeps_its_pace),
        cmocka_unit_test(resumed_blocks_pass_the_gate_unasked),
        cmocka_unit_test(a_narrow_walk_passes_its_gate),
        cmocka_unit_test(blocks_worth_a_question_are_told),
        cmocka_unit_test(all_of_ipv4_starts_at_once),
        cmocka_unit_test(every_key_permutes),
        cmocka_unit_test(reverse_names_round_trip),
        cmocka_unit_test(other_names_are_no_reverse_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
