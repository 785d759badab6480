/* The walk down ip6.arpa against simulated zones: everything is found, nothing
 * is asked in vain or twice, and what a kill leaves is enough to go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "addr/nibbles.h"
#include "base/map.h"
#include "base/random.h"
#include "base/text.h"
#include "dns/tree.h"

#define NAMES_MAX 20000
#define FLIGHT_MAX 2000

/** A part of the zone where not only what is there exists. */
struct rule {
    const char *prefix;
    enum {
        WILDCARD, /**< a name for what is below and below nothing that
                       is there: RFC 4592 §2.2 */
        BROAD,    /**< a name for whatever is not there */
        MADE_UP,  /**< a name for every address, above that just existence */
        HOLLOW,   /**< everything exists, nothing has a name */
        FAILING,  /**< no answer about the node and what is below */
        HOSTILE,  /**< half of all there could be exists */
    } kind;
};

struct zone {
    struct snow_addr names[NAMES_MAX]; /**< ascending */
    size_t n;
    const struct rule *rules; /**< up to one without a prefix */
};

/** A walk and what became of it. */
struct walk {
    const struct zone *zone;
    struct snow_ranges *targets;
    struct dns_tree *tree;
    struct dns_tree_config cfg;
    struct map seen;                    /**< nodes asked */
    struct map stored;                  /**< the frontier as a store has it */
    struct snow_walk counts;            /**< with it */
    struct dns_node flight[FLIGHT_MAX]; /**< asked, not answered */
    size_t n_flight;
    bool found[NAMES_MAX], found_stored[NAMES_MAX];
    struct dns_node failed[64];
    size_t n_failed;
    struct buf synthesised;
    uint64_t seed, asked, asked_again, same_parent, most_nodes;
    bool may_ask_again;
    struct snow_addr last_parent;
};

/* --- the zone --- */

static int compare(const void *a, const void *b)
{
    return snow_addr_compare(*(const struct snow_addr *)a,
                             *(const struct snow_addr *)b);
}

static void add(struct zone *z, struct snow_addr a)
{
    assert_true(z->n < NAMES_MAX);
    z->names[z->n++] = a;
}

static void sort(struct zone *z)
{
    qsort(z->names, z->n, sizeof *z->names, compare);
}

static bool has_below(const struct zone *z, struct snow_range r)
{
    size_t lo = 0, hi = z->n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (snow_addr_compare(z->names[mid], r.first) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < z->n && snow_addr_compare(z->names[lo], r.last) <= 0;
}

static unsigned status_of_rule(const struct rule *rule, unsigned nibbles,
                               uint64_t hash)
{
    switch (rule->kind) {
    case WILDCARD:
    case BROAD:
        return SNOW_PTR_NAME;
    case MADE_UP:
        return nibbles == 32 ? SNOW_PTR_NAME : SNOW_PTR_NODATA;
    case HOLLOW:
        return SNOW_PTR_NODATA;
    case FAILING:
        return SNOW_PTR_TIMEOUT;
    case HOSTILE:
        return hash & 1 ? SNOW_PTR_NAME : SNOW_PTR_NXDOMAIN;
    }
    return SNOW_PTR_ERROR;
}

/* Is there a name between the node and the owner of a wildcard? */
static bool is_hidden(const struct zone *z, const struct dns_node *node,
                      unsigned owner)
{
    return node->nibbles > owner + 1 &&
           has_below(z, addr_nibbles_range(node->addr, owner + 1));
}

static unsigned ask(const struct zone *z, const struct dns_node *node)
{
    struct snow_range r = addr_nibbles_range(node->addr, node->nibbles);
    bool exists = has_below(z, r);

    for (const struct rule *rule = z->rules; rule && rule->prefix; rule++) {
        struct snow_prefix p;
        struct snow_range all;

        assert_int_equal(snow_prefix_parse(&p, rule->prefix), 0);
        all = snow_prefix_range(p);
        if (exists && rule->kind != FAILING)
            continue;
        if (snow_addr_compare(all.first, r.first) <= 0 &&
            snow_addr_compare(all.last, r.last) >= 0 &&
            (rule->kind == FAILING || p.len < 4u * node->nibbles) &&
            (rule->kind != WILDCARD || !is_hidden(z, node, p.len / 4)))
            return status_of_rule(
                rule, node->nibbles,
                map_hash(node, sizeof node->addr + sizeof node->nibbles));
        exists |= snow_addr_compare(all.first, r.first) >= 0 &&
                  snow_addr_compare(all.last, r.last) <= 0;
    }
    if (!exists)
        return SNOW_PTR_NXDOMAIN;
    return node->nibbles == 32 ? SNOW_PTR_NAME : SNOW_PTR_NODATA;
}

static struct snow_addr random_addr(const char *prefix, uint64_t *seed)
{
    struct snow_prefix p;
    struct snow_range r;
    struct snow_addr any = { random_next(seed), random_next(seed) };

    assert_int_equal(snow_prefix_parse(&p, prefix), 0);
    r = snow_prefix_range(p);
    any.hi = r.first.hi | (any.hi & (r.first.hi ^ r.last.hi));
    any.lo = r.first.lo | (any.lo & (r.first.lo ^ r.last.lo));
    return any;
}

/* --- the walk --- */

struct key {
    struct snow_addr addr;
    uint64_t nibbles; /* no padding: it is hashed */
};

static struct key key_of(struct snow_addr addr, unsigned nibbles)
{
    return (struct key){ addr, nibbles };
}

static void on_synthesised(void *arg, const struct dns_node *node,
                           unsigned status)
{
    struct walk *w = arg;
    char text[SNOW_PREFIX_TEXT_MAX];

    snow_prefix_format((struct snow_prefix){ node->addr, 4u * node->nibbles },
                       text);
    buf_printf(&w->synthesised, "%s%s ", text,
               status == SNOW_PTR_NAME ? "" : "!");
}

/* Targets between spaces; those behind a "!" are taken out again. */
static struct snow_ranges *read_targets(const char *text)
{
    struct snow_ranges *in, *out;
    char one[128];

    assert_int_equal(snow_ranges_new(&in), 0);
    assert_int_equal(snow_ranges_new(&out), 0);
    while (*text) {
        size_t len = strcspn(text, " "), bang = *text == '!';

        memcpy(one, text + bang, len - bang);
        one[len - bang] = '\0';
        assert_int_equal(snow_ranges_read(bang ? out : in, one, NULL), 0);
        text += len + (text[len] == ' ');
    }
    assert_int_equal(snow_ranges_subtract(in, out), 0);
    snow_ranges_free(out);
    return in;
}

static void make_tree(struct walk *w)
{
    assert_int_equal(dns_tree_new(&w->tree, w->targets, &w->cfg), 0);
}

static void begin(struct walk *w, const struct zone *z, const char *targets,
                  size_t frontier_max)
{
    *w = (struct walk){ .zone = z, .seed = 99 };
    w->cfg = (struct dns_tree_config){ .seed = 7,
                                       .frontier_max = frontier_max,
                                       .synthesised = on_synthesised,
                                       .arg = w };
    w->targets = read_targets(targets);
    buf_add_text(&w->synthesised, "");
    make_tree(w);
    assert_int_equal(dns_tree_begin(w->tree), 0);
}

static void end(struct walk *w)
{
    dns_tree_free(w->tree);
    snow_ranges_free(w->targets);
    map_fini(&w->seen);
    map_fini(&w->stored);
    buf_fini(&w->synthesised);
}

static void check_question(struct walk *w, const struct dns_node *node)
{
    struct snow_range r = addr_nibbles_range(node->addr, node->nibbles), next;
    struct snow_addr parent = addr_nibbles_cut(
        node->addr, (node->below ? node->below : node->nibbles) - 1u);
    struct key key = key_of(node->addr, node->nibbles);

    w->same_parent += snow_addr_compare(parent, w->last_parent) == 0;
    w->last_parent = parent;
    assert_true(node->nibbles >= 1 && node->nibbles <= 32);
    assert_true(snow_ranges_next(w->targets, r.first, &next));
    assert_true(snow_addr_compare(next.first, r.last) <= 0);
    assert_int_equal(snow_addr_compare(node->addr, r.first), 0);
    w->asked++;
    if (node->below)
        return;
    if (++*map_put(&w->seen, &key, sizeof key) > 1) {
        assert_true(w->may_ask_again);
        w->asked_again++;
    }
}

static void note(struct walk *w, const struct dns_node *node, unsigned status)
{
    const struct snow_addr *at =
        bsearch(&node->addr, w->zone->names, w->zone->n, sizeof *at, compare);

    if (snow_ptr_status_is_failure(status) && !node->below) {
        assert_true(w->n_failed < COUNT_OF(w->failed));
        w->failed[w->n_failed++] = *node;
    }
    if (at && node->nibbles == 32 && !node->below)
        w->found[at - w->zone->names] = status == SNOW_PTR_NAME;
}

/* Fill the window, then let one answer come, whichever. False at the end. */
static bool step(struct walk *w, size_t window)
{
    struct dns_tree_stats stats;
    struct dns_node node;
    unsigned status;
    size_t i;
    int code = 0;

    while (w->n_flight < window &&
           (code = dns_tree_next(w->tree, &node)) == 0) {
        check_question(w, &node);
        w->flight[w->n_flight++] = node;
    }
    assert_true(code == 0 || code == SNOW_EAGAIN || code == SNOW_EDONE);
    dns_tree_stats(w->tree, &stats);
    w->most_nodes = stats.nodes > w->most_nodes ? stats.nodes : w->most_nodes;
    assert_int_equal(stats.in_flight, w->n_flight);
    assert_int_equal(code == SNOW_EDONE, w->n_flight == 0);
    if (w->n_flight == 0) {
        assert_int_equal(stats.pending, 0);
        return false;
    }
    i = random_next(&w->seed) % w->n_flight;
    node = w->flight[i];
    w->flight[i] = w->flight[--w->n_flight];
    status = ask(w->zone, &node);
    note(w, &node, status);
    assert_int_equal(dns_tree_answer(w->tree, &node, status), 0);
    return true;
}

static size_t n_found(const struct walk *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->zone->n; i++)
        n += w->found[i];
    return n;
}

static size_t n_targets(const struct walk *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->zone->n; i++)
        n += snow_ranges_contains(w->targets, w->zone->names[i]);
    return n;
}

/* --- zones --- */

/* Hosts ::1, ::2, … of ten /64s. */
static void ten_networks(struct zone *z)
{
    uint64_t seed = 1;

    for (int i = 0; i < 10; i++) {
        struct snow_addr net = random_addr("2001:db8::/32", &seed);

        for (net.lo = 1; net.lo <= 20; net.lo++)
            add(z, net);
    }
}

static void scattered(struct zone *z)
{
    uint64_t seed = 2;

    for (int i = 0; i < 200; i++)
        add(z, random_addr("2001:db8::/32", &seed));
}

static void many_scattered(struct zone *z)
{
    uint64_t seed = 3;

    for (int i = 0; i < 3000; i++)
        add(z, random_addr("2001:db8::/32", &seed));
}

/* A /116 where every other address has a name. */
static void dense(struct zone *z)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, "2001:db8:5::1000"), 0);
    for (int i = 0; i < 4096; i += 2)
        add(z, snow_addr_add(a, (uint64_t)i));
}

/* A third of a /112 without a gap. */
static void sequential(struct zone *z)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, "2001:db8:6::"), 0);
    for (uint64_t i = 0; i < NAMES_MAX; i++)
        add(z, snow_addr_add(a, i));
}

static void few(struct zone *z)
{
    static const char *const names[] = { "2001:db8::1",
                                         "2001:db8::2",
                                         "2001:db8:0:1::25",
                                         "2001:db8:7fff:ffff:ffff::ffff",
                                         "2001:db8:8000::",
                                         "2001:db8:8000::1",
                                         "2001:dbf:ffff:ffff:1::1",
                                         "2a00:1::1",
                                         "::fffe:1",
                                         "ff00::1" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct snow_addr a;

        assert_int_equal(snow_addr_parse(&a, names[i]), 0);
        add(z, a);
    }
}

static void two_fields(struct zone *z)
{
    uint64_t seed = 4;

    for (int i = 0; i < 200; i++)
        add(z, random_addr(i % 2 ? "2001:db8:c000::/36" : "2001:db8:d000::/36",
                           &seed));
}

static void nobody(struct zone *z)
{
    (void)z;
}

#define RULES(...)                                                             \
    (const struct rule[])                                                      \
    {                                                                          \
        __VA_ARGS__,                                                           \
        {                                                                      \
            NULL, WILDCARD                                                     \
        }                                                                      \
    }

/* clang-format off */
static const struct {
    const char *why, *targets;
    void (*fill)(struct zone *z);
    const struct rule *rules;
    size_t frontier_max;
    size_t found;
    uint64_t most; /* questions */
    const char *synthesised;
} cases[] = {
    { "200 names in ten /64s", "2001:db8::/32", ten_networks, NULL, 0,
      200, 200 * 50, "" },
    { "200 names anywhere in a /32", "2001:db8::/32", scattered, NULL, 0,
      200, 200 * 400, "" },
    { "little room", "2001:db8::/32", many_scattered, NULL, 64,
      3000, 3000 * 400, "" },
    { "some room", "2001:db8::/32", many_scattered, NULL, 1000,
      3000, 3000 * 400, "" },
    { "much room", "2001:db8::/32", many_scattered, NULL, 0,
      3000, 3000 * 400, "" },
    { "a dense zone is not taken for a wildcard", "2001:db8::/32", dense,
      NULL, 0, 2048, 2048 * 3, "" },
    { "nor is a long run of hosts", "2001:db8::/32", sequential, NULL, 0,
      NAMES_MAX, NAMES_MAX * 2, "" },
    { "nothing there", "2001:db8::/32", nobody, NULL, 0, 0, 1, "" },
    { "no IPv6 targets", "192.0.2.0/24", few, NULL, 0, 0, 0, "" },
    { "IPv4 beside", "192.0.2.0/24 2001:db8::/64", few, NULL, 0, 2, 400, "" },
    { "the mapped space is left out", "::/16", few, NULL, 0, 1, 700, "" },
    { "everything", "::/0", few, NULL, 0, 10, 3500, "" },
    { "a /29", "2001:db8::/29", few, NULL, 0, 7, 2000, "" },
    { "a range", "2001:db8::2-2001:db8:8000::", few, NULL, 0, 4, 2000, "" },
    { "a range across the top", "2001:db8::2-2a00:1::", few, NULL, 0, 6, 2500,
      "" },
    { "one address", "2001:db8::1", few, NULL, 0, 1, 1, "" },
    { "addresses", "2001:db8::1 2001:db8::2 2001:db8::3 2a00:1::1", few, NULL,
      0, 3, 4, "" },
    { "a hole of one address", "2001:db8::/32 !2001:db8::2", few, NULL, 0, 5,
      2000, "" },
    { "a hole of a prefix", "2001:db8::/32 !2001:db8::/33", few, NULL, 0, 2,
      800, "" },
    { "holes wherever there are names",
      "2001:db8::/32 !2001:db8::/64 !2001:db8:0:1::25 !2001:db8:7fff::/48 "
      "!2001:db8:8000::-2001:db8:8000::1", few, NULL, 0, 0, 2000, "" },
    { "a wildcard over all", "2001:db8::/32", nobody,
      RULES({ "2001:db8::/32", WILDCARD }), 0, 0, 80, "2001:db8::/32 " },
    { "names below a wildcard", "2001:db8::/32", ten_networks,
      RULES({ "2001:db8::/32", WILDCARD }), 0, 200, 200 * 50,
      NULL },
    { "names below a wildcard that covers too much", "2001:db8::/32",
      ten_networks, RULES({ "2001:db8::/32", BROAD }), 0, 200, 200 * 100,
      NULL },
    { "names between made up ones", "2001:db8::/32", two_fields,
      RULES({ "2001:db8::/33", MADE_UP }, { "2001:db8:8000::/34", MADE_UP },
            { "2001:db8:e000::/35", MADE_UP }), 0, 200, 200 * 400,
      "2001:db8::/36 2001:db8:1000::/36 2001:db8:2000::/36 "
      "2001:db8:3000::/36 2001:db8:4000::/36 2001:db8:5000::/36 "
      "2001:db8:6000::/36 2001:db8:7000::/36 2001:db8:8000::/36 "
      "2001:db8:9000::/36 2001:db8:a000::/36 2001:db8:b000::/36 "
      "2001:db8:e000::/36 2001:db8:f000::/36 " },
    { "a wildcard over a /48", "2001:db8::/32", ten_networks,
      RULES({ "2001:db8:42::/48", WILDCARD }), 0, 200, 200 * 50,
      "2001:db8:42::/48 " },
    { "names made up for a /36", "2001:db8::/32", few,
      RULES({ "2001:db8:4000::/36", MADE_UP }), 0, 6, 2500,
      "2001:db8:4000::/36 " },
    { "names made up for a /104", "2001:db8::/32", few,
      RULES({ "2001:db8::1:aa00:0/104", MADE_UP }), 0, 6, 3500,
      "2001:db8::1:aa00:0/104 " },
    { "a name for everything everywhere", "::/0", nobody,
      RULES({ "::/0", WILDCARD }), 0, 0, 100,
      "::/4 1000::/4 2000::/4 3000::/4 4000::/4 5000::/4 6000::/4 7000::/4 "
      "8000::/4 9000::/4 a000::/4 b000::/4 c000::/4 d000::/4 e000::/4 "
      "f000::/4 " },
    { "everything exists, nothing has a name", "2001:db8::/32", nobody,
      RULES({ "2001:db8::/32", HOLLOW }), 0, 0, 20, "2001:db8::/32! " },
    { "chance answers", "2001:db8::/112", nobody,
      RULES({ "2001:db8::/32", HOSTILE }), 64, 0, 70000, "" },
};
/* clang-format on */

static void zones_are_walked(void **state)
{
    static struct zone z;
    static struct walk w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        z = (struct zone){ .rules = cases[i].rules };
        cases[i].fill(&z);
        sort(&z);
        begin(&w, &z, cases[i].targets, cases[i].frontier_max);
        while (step(&w, 50 + 10 * i))
            ;
        if (n_found(&w) != cases[i].found || w.asked > cases[i].most)
            fail_msg("%s: %zu found with %llu questions", cases[i].why,
                     n_found(&w), (unsigned long long)w.asked);
        if (cases[i].synthesised &&
            strcmp(w.synthesised.data, cases[i].synthesised))
            fail_msg("%s: '%s'", cases[i].why, w.synthesised.data);
        if (cases[i].frontier_max)
            assert_true(w.most_nodes <= cases[i].frontier_max);
        end(&w);
    }
}

/* Neighbours in time are no neighbours in the tree. */
static void parents_alternate(void **state)
{
    static struct zone z;
    static struct walk w;

    (void)state;
    z = (struct zone){ 0 };
    scattered(&z);
    sort(&z);
    begin(&w, &z, "2001:db8::/32", 0);
    while (step(&w, 50))
        ;
    assert_true(w.same_parent * 100 < w.asked);
    end(&w);
}

static uint64_t order_of(uint64_t seed)
{
    static struct zone z;
    static struct walk w;
    uint64_t order = 0;

    z = (struct zone){ 0 };
    few(&z);
    sort(&z);
    begin(&w, &z, "2001:db8::/29", 0);
    dns_tree_free(w.tree);
    w.cfg.seed = seed;
    make_tree(&w);
    assert_int_equal(dns_tree_begin(w.tree), 0);
    while (step(&w, 1))
        order = random_mix(order ^ w.last_parent.hi) ^ w.last_parent.lo;
    end(&w);
    return order;
}

static void the_seed_makes_the_order(void **state)
{
    (void)state;
    assert_true(order_of(1) == order_of(1));
    assert_true(order_of(1) != order_of(2));
}

/* --- going on --- */

/* What a store does with the changes; names are kept in the same commit. */
static void commit(struct walk *w)
{
    struct snow_walk changes;

    assert_int_equal(dns_tree_changes(w->tree, &changes), 0);
    for (size_t i = 0; i < changes.n_nodes; i++) {
        const struct snow_node *n = &changes.nodes[i];
        struct key key = key_of(n->addr, n->nibbles);

        *map_put(&w->stored, &key, sizeof key) =
            (uint64_t)n->ask << 16 | n->open;
    }
    w->counts = changes;
    memcpy(w->found_stored, w->found, sizeof w->found);
}

/* All that is in memory is gone; only what was committed comes back. */
static void kill_and_resume(struct walk *w)
{
    struct snow_walk walk = w->counts;
    struct dns_tree_stats stats;
    const char *octets;
    size_t at = 0, len;
    uint64_t masks;

    dns_tree_free(w->tree);
    make_tree(w);
    walk.n_nodes = 0;
    assert_int_equal(dns_tree_resume(w->tree, &walk), 0);
    while (map_next(&w->stored, &at, &octets, &len, &masks)) {
        struct snow_node n = { .ask = (uint16_t)(masks >> 16),
                               .open = (uint16_t)masks };
        struct key key;

        memcpy(&key, octets, sizeof key);
        n.addr = key.addr;
        n.nibbles = (uint8_t)key.nibbles;
        assert_int_equal(dns_tree_add(w->tree, &n), 0);
    }
    dns_tree_stats(w->tree, &stats);
    assert_int_equal(stats.pending, w->counts.by_status[SNOW_PTR_PENDING]);
    memcpy(w->found, w->found_stored, sizeof w->found);
    w->n_flight = 0;
}

static void a_killed_walk_goes_on(void **state)
{
    static struct zone z;
    static struct walk w;

    (void)state;
    for (unsigned every = 1; every < 1000; every = every * 3 + 1) {
        struct dns_tree_stats stats;
        uint64_t n = 0, at_risk = 0;

        z = (struct zone){ .rules = RULES({ "2001:db8:4::/48", MADE_UP }) };
        scattered(&z);
        sort(&z);
        begin(&w, &z, "2001:db8::/32 2001:db9::1 !2001:db8:1::/48", 256);
        w.may_ask_again = true;
        do {
            if (n++ % every == 0)
                commit(&w);
            if (n % 4999 == 0) {
                at_risk += n % every + w.n_flight;
                kill_and_resume(&w);
            }
        } while (step(&w, 100));
        assert_int_equal(n_found(&w), n_targets(&w));
        dns_tree_stats(w.tree, &stats);
        assert_int_equal(stats.by_status[SNOW_PTR_NAME], n_targets(&w));
        assert_true(w.asked_again <= at_risk);
        commit(&w);
        kill_and_resume(&w); /* nothing is left */
        assert_false(step(&w, 1));
        end(&w);
    }
}

static void failures_are_asked_again(void **state)
{
    static const struct rule failing[] = { { "2001:db8:8000::/34", FAILING },
                                           { "2001:db8::2/128", FAILING },
                                           { NULL, WILDCARD } };
    static struct zone z;
    static struct walk w;
    struct dns_tree_stats stats;

    (void)state;
    z = (struct zone){ .rules = failing };
    few(&z);
    sort(&z);
    begin(&w, &z, "2001:db8::/32", 0);
    while (step(&w, 30))
        ;
    assert_int_equal(n_found(&w), 3);
    assert_int_equal(w.n_failed, 5); /* four /36s and an address */
    dns_tree_stats(w.tree, &stats);
    assert_int_equal(stats.by_status[SNOW_PTR_TIMEOUT], 5);
    commit(&w);
    kill_and_resume(&w);
    z.rules = NULL;
    w.may_ask_again = true;
    for (size_t i = 0; i < 2 * w.n_failed; i++)
        assert_int_equal(
            dns_tree_retry(w.tree, &w.failed[i % w.n_failed], SNOW_PTR_TIMEOUT),
            0);
    dns_tree_stats(w.tree, &stats);
    assert_int_equal(stats.by_status[SNOW_PTR_TIMEOUT], 0);
    assert_int_equal(stats.pending, 5);
    while (step(&w, 30))
        ;
    assert_int_equal(n_found(&w), 6);
    assert_int_equal(w.asked_again, 5);
    end(&w);
}

static const struct {
    const char *why, *addr;
    uint8_t nibbles;
    uint16_t ask, open;
    int code;
    uint64_t pending;
} nodes[] = {
    { "a node", "2001:db8::", 8, 0xff, 0xff00, 0, 16 },
    { "both at once", "2001:db8::", 8, 1, 1, 0, 1 },
    { "nothing left", "2001:db8::", 8, 0, 0, 0, 0 },
    { "partly outside", "2001::", 4, 0xffff, 0, 0, 1 },
    { "wholly outside", "2a00::", 4, 0xffff, 0, 0, 0 },
    { "nothing is below an address", "2001:db8::", 31, 1, 2, 0, 1 },
    { "too deep", "2001:db8::", 32, 1, 0, SNOW_ESTORE, 0 },
    { "more than a prefix", "2001:db8::1", 8, 1, 0, SNOW_ESTORE, 0 },
};

static void stored_nodes_are_distrusted(void **state)
{
    static struct zone z;
    static struct walk w;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(nodes); i++) {
        struct snow_node n = { .nibbles = nodes[i].nibbles,
                               .ask = nodes[i].ask,
                               .open = nodes[i].open };
        struct dns_tree_stats stats;
        int code;

        begin(&w, &z, "2001:db8::/32", 0);
        dns_tree_free(w.tree);
        make_tree(&w);
        assert_int_equal(snow_addr_parse(&n.addr, nodes[i].addr), 0);
        code = dns_tree_add(w.tree, &n);
        dns_tree_stats(w.tree, &stats);
        if (code != nodes[i].code || stats.pending != nodes[i].pending)
            fail_msg("%s: %d, %llu", nodes[i].why, code,
                     (unsigned long long)stats.pending);
        end(&w);
    }
}

static void a_bound_that_is_too_small_is_refused(void **state)
{
    struct dns_tree_config cfg = { .frontier_max = 63 };
    struct snow_ranges *targets = read_targets("2001:db8::/32");
    struct dns_tree *t = NULL;

    (void)state;
    assert_int_equal(dns_tree_new(&t, targets, &cfg), SNOW_ERANGE);
    snow_ranges_free(targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_walked),
        cmocka_unit_test(parents_alternate),
        cmocka_unit_test(the_seed_makes_the_order),
        cmocka_unit_test(a_killed_walk_goes_on),
        cmocka_unit_test(failures_are_asked_again),
        cmocka_unit_test(stored_nodes_are_distrusted),
        cmocka_unit_test(a_bound_that_is_too_small_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
