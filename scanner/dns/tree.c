/*
 * tree – which names below ip6.arpa to ask for, nibble by nibble.
 *
 *   tree.c      the walk                          (pure but for its heap)
 *   frontier.c  the nodes that are not done with  (the same)
 *   cover.c     which prefixes hold targets       (pure)
 *
 * A name that does not exist has nothing below it (RFC 8020), and one that
 * does exist has at most 16 children; so what exists is found by asking for
 * the children of what exists.
 *
 * Life      A node is a prefix that exists, or one that the walk starts at.
 *           Its children are asked for in round 0. When all are answered,
 *           those under suspicion are checked, a round for each random
 *           name below them. The others become nodes when there is room.
 * Checks    Below a wildcard, or where a server makes its answers up, every
 *           address exists. Of 2^64 random ones in a real zone none does.
 * Room      grows with the depth: when nothing else moves, the deepest node
 *           can still be looked below. Wide first, deep first when it is full.
 * Always    live nodes <= frontier_max, or those that the walk began with.
 * Never     a name that holds no target; a name twice, checks aside.
 * Start at  finish_round().
 * Sources   RFC 3596 §2.5 (ip6.arpa), RFC 8020 §2 (the cut), RFC 4592 §2.2
 *           (what a wildcard covers).
 */
#include "dns/tree.h"

#include <assert.h>
#include <stdlib.h>

#include "addr/nibbles.h"
#include "base/random.h"
#include "dns/cover.h"
#include "dns/frontier.h"

#define FRONTIER_DEFAULT 65536
#define FRONTIER_MIN (2 * ADDR_NIBBLES)

/* Checks begin where this many siblings exist, and at every 16 bits; most end
 * where so few addresses are left that all may be real ones. */
#define CROWD 4
#define CHECK_EVERY 4
#define CHECK_DEEPEST 28
#define CHECK_ADDRESSES 4096

/* One address below each child of what is checked: parts of a prefix may be
 * made up while others are real. */
#define ROUNDS 16

/* So many nibbles below a node a random name exists by chance: never. */
#define FAR_BELOW 8

struct dns_tree {
    struct dns_tree_config cfg;
    struct snow_ranges *targets;
    struct frontier frontier;
    struct frontier_list asking;                /**< nodes with a bit in ask */
    struct frontier_list opening[ADDR_NIBBLES]; /**< a bit in open */
    size_t room, room_step;
    bool is_started;
    struct dns_tree_stats stats;
};

/* --- children as bits --- */

static uint16_t bit(unsigned i)
{
    return (uint16_t)(1u << i);
}

static unsigned count(unsigned mask)
{
    return (unsigned)__builtin_popcount(mask);
}

/* The first set bit at or after a place, going round. */
static unsigned first_from(unsigned mask, unsigned from)
{
    unsigned turned = (mask >> from | mask << (16 - from)) & 0xffff;

    return ((unsigned)__builtin_ctz(turned) + from) & 15;
}

/* A number that belongs to a prefix and a purpose. */
static uint64_t chance(const struct dns_tree *t, struct snow_addr addr,
                       unsigned purpose)
{
    uint64_t x = random_mix(t->cfg.seed ^ addr.hi);

    return random_mix(random_mix(x ^ addr.lo) + purpose);
}

/* --- nodes --- */

/* More children of a node that are to be asked or to be looked below. */
static int put_node(struct dns_tree *t, const struct snow_node *more)
{
    struct frontier_node *n;
    uint32_t place;
    unsigned before;

    if (frontier_add(&t->frontier, &place, more->addr, more->nibbles))
        return SNOW_ENOMEM;
    n = &t->frontier.at[place];
    before = count(n->ask) + count(n->open);
    n->ask |= more->ask & (uint16_t)~n->open;
    n->open |= more->open & (uint16_t)~n->ask;
    t->stats.pending += count(n->ask) + count(n->open) - before;
    return 0;
}

static void touch(struct frontier_node *n)
{
    n->is_dirty = true;
}

/* Below a node that exists, all that is wanted is asked for. */
static int look_below(struct dns_tree *t, uint32_t place)
{
    struct frontier_node *n = &t->frontier.at[place];
    unsigned i =
        first_from(n->open, (unsigned)chance(t, n->addr, n->nibbles) & 15);
    struct snow_addr addr = addr_nibbles_child(n->addr, n->nibbles, i);
    unsigned nibbles = n->nibbles + 1u;
    uint32_t below = frontier_find(&t->frontier, addr, nibbles);

    if (below == FRONTIER_NONE) {
        struct snow_node more = { .addr = addr,
                                  .nibbles = (uint8_t)nibbles,
                                  .ask = cover_children(t->targets, addr,
                                                        nibbles) };

        if (put_node(t, &more))
            return SNOW_ENOMEM;
        below = frontier_find(&t->frontier, addr, nibbles);
        frontier_push(&t->frontier, &t->asking, below);
        n = &t->frontier.at[place]; /* memory may have moved */
    }
    n->open &= (uint16_t)~bit(i);
    t->stats.pending--;
    touch(n);
    return 0;
}

static void drop_or_open(struct dns_tree *t, uint32_t place)
{
    const struct frontier_node *n = &t->frontier.at[place];

    if (n->open)
        frontier_push(&t->frontier, &t->opening[n->nibbles], place);
    else
        frontier_drop(&t->frontier, place);
}

/* What exists is looked below, the deepest first, as far as there is room. A
 * node of some depth came when there was room for its depth; so there is room
 * for its children when nothing deeper is left. */
static int open_more(struct dns_tree *t)
{
    for (unsigned depth = ADDR_NIBBLES; depth-- > 0;) {
        size_t room = t->room + (depth + 1) * t->room_step;
        uint32_t place;

        while (t->frontier.n_live < room &&
               (place = frontier_pop(&t->frontier, &t->opening[depth])) !=
                   FRONTIER_NONE) {
            int code = look_below(t, place);

            drop_or_open(t, place);
            if (code)
                return code;
        }
    }
    return 0;
}

/* --- checks --- */

/* Rounds for prefixes that have a name themselves, as below a wildcard. Two
 * random addresses of 2^32 or more exist by chance: never. */
static unsigned rounds_wild(const struct frontier_node *n)
{
    return n->nibbles + 1 <= 24 ? 2 : 4;
}

/* Below a wildcard there may be real names: what is above them has none of
 * its own (RFC 4592 §2.2.2), and is walked. So in one round more a prefix
 * without a name is told from one whose server makes up addresses alone, by a
 * random name that is no address. */
static bool is_last_round(const struct frontier_node *n)
{
    return n->round == ROUNDS + 1;
}

/* A random address of the targets below a child, in each round below another
 * child of that; none where the targets are too few to tell. */
static bool pick(const struct dns_tree *t, const struct frontier_node *n,
                 unsigned i, struct snow_addr *out)
{
    unsigned nibbles = n->nibbles + 1u;
    struct snow_addr child = addr_nibbles_child(n->addr, n->nibbles, i);
    struct snow_range r = addr_nibbles_range(child, nibbles), part;
    unsigned purpose = 2 * (ADDR_NIBBLES * n->round + nibbles);
    uint64_t least = CHECK_ADDRESSES;
    struct snow_addr any = { chance(t, child, purpose),
                             chance(t, child, purpose + 1) };

    part = addr_nibbles_range(addr_nibbles_child(child, nibbles, n->round & 15),
                              nibbles + 1);
    any.hi = part.first.hi | (any.hi & (part.first.hi ^ part.last.hi));
    any.lo = part.first.lo | (any.lo & (part.first.lo ^ part.last.lo));
    if (nibbles > CHECK_DEEPEST) /* small, and to be had whole */
        least = snow_addr_distance(r.first, r.last) + 1;
    return cover_pick(t->targets, r, least, any, out);
}

/* Children that may be made up: one with a name of its own above the last
 * nibble, one of many, and whatever exists at every 16 bits. Deep down only the
 * first are: what is dense there may be real. */
static uint16_t suspicious(const struct frontier_node *n)
{
    unsigned nibbles = n->nibbles + 1u;

    if (nibbles > CHECK_DEEPEST)
        return n->wild;
    if (count(n->open) >= CROWD || nibbles % CHECK_EVERY == 0)
        return n->open;
    return n->wild;
}

static void tell(struct dns_tree *t, struct snow_addr addr, unsigned nibbles,
                 bool is_named)
{
    struct dns_node node = { .addr = addr, .nibbles = (uint8_t)nibbles };

    t->stats.synthesised++;
    if (t->cfg.synthesised)
        t->cfg.synthesised(t->cfg.arg, &node,
                           is_named ? SNOW_PTR_NAME : SNOW_PTR_NODATA);
}

/* Whatever was asked below the suspects exists: they are not walked. */
static void convict(struct dns_tree *t, struct frontier_node *n)
{
    bool is_all =
        n->suspects == 0xffff && n->nibbles > 0 &&
        (n->named == 0 || n->named == 0xffff) &&
        cover_is_all(t->targets, addr_nibbles_range(n->addr, n->nibbles));

    if (is_all)
        tell(t, n->addr, n->nibbles, n->named != 0);
    for (unsigned i = 0; i < 16 && !is_all; i++)
        if (n->suspects & bit(i))
            tell(t, addr_nibbles_child(n->addr, n->nibbles, i), n->nibbles + 1u,
                 n->named & bit(i));
    t->stats.pending -= count(n->suspects);
    n->open &= (uint16_t)~n->suspects;
    n->suspects = 0;
    touch(n);
}

/* Those that are to be checked in this round. */
static uint16_t to_check(const struct dns_tree *t, struct frontier_node *n)
{
    unsigned mask = n->round <= ROUNDS || is_last_round(n) ? n->suspects : 0;
    struct snow_addr unused;

    if (n->round > rounds_wild(n))
        mask &= ~(unsigned)n->wild;
    if (is_last_round(n))
        mask &= n->named;
    for (unsigned i = 0; i < 16; i++)
        if ((mask & bit(i)) && !pick(t, n, i, &unused)) {
            mask &= ~(unsigned)bit(i);
            n->suspects &= (uint16_t)~bit(i);
        }
    return (uint16_t)mask;
}

/* All that was asked in this round is answered. */
static void finish_round(struct dns_tree *t, uint32_t place)
{
    struct frontier_node *n = &t->frontier.at[place];

    if (n->round == 0)
        n->suspects = n->named = suspicious(n);
    n->round++;
    n->ask = to_check(t, n);
    if (n->ask) {
        frontier_push(&t->frontier, &t->asking, place);
        return;
    }
    if (n->suspects)
        convict(t, n);
    drop_or_open(t, place);
}

/* --- where to begin --- */

int dns_tree_begin(struct dns_tree *t)
{
    struct snow_node *roots;
    size_t n;
    int code = cover_roots(t->targets, &roots, &n);

    if (code)
        return code;
    for (size_t i = 0; i < n && !code; i++)
        code = put_node(t, &roots[i]);
    free(roots);
    return code;
}

int dns_tree_add(struct dns_tree *t, const struct snow_node *node)
{
    struct snow_node more = *node;
    uint32_t place;
    int code;

    if (node->nibbles >= ADDR_NIBBLES ||
        snow_addr_compare(node->addr,
                          addr_nibbles_cut(node->addr, node->nibbles)) != 0)
        return SNOW_ESTORE;
    more.ask &= cover_children(t->targets, node->addr, node->nibbles);
    more.open &= cover_children(t->targets, node->addr, node->nibbles);
    if (node->nibbles == ADDR_NIBBLES - 1)
        more.open = 0;
    if (!(more.ask | more.open))
        return 0;
    if ((code = put_node(t, &more)))
        return code;
    place = frontier_find(&t->frontier, node->addr, node->nibbles);
    t->frontier.at[place].is_stored = true;
    return 0;
}

int dns_tree_resume(struct dns_tree *t, const struct snow_walk *walk)
{
    int code = 0;

    for (unsigned i = 1; i < 16; i++)
        t->stats.by_status[i] = walk->by_status[i];
    for (size_t i = 0; i < walk->n_nodes && !code; i++)
        code = dns_tree_add(t, &walk->nodes[i]);
    return code;
}

int dns_tree_retry(struct dns_tree *t, const struct dns_node *node,
                   unsigned status)
{
    uint64_t pending = t->stats.pending;
    struct snow_node parent = { 0 };
    int code;

    if (node->nibbles == 0 || node->nibbles > ADDR_NIBBLES)
        return SNOW_ESTORE;
    if (!cover_holds(t->targets, addr_nibbles_range(node->addr, node->nibbles)))
        return 0;
    parent.nibbles = (uint8_t)(node->nibbles - 1);
    parent.addr = addr_nibbles_cut(node->addr, parent.nibbles);
    parent.ask = bit(addr_nibble(node->addr, parent.nibbles));
    code = put_node(t, &parent);
    if (!code && t->stats.pending > pending && t->stats.by_status[status & 15])
        t->stats.by_status[status & 15]--;
    return code;
}

/* --- the walk --- */

static size_t common_divisor(size_t a, size_t b)
{
    while (b) {
        size_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* What the walk begins with is taken in strides, so that neighbours are asked
 * apart in time. */
static int start(struct dns_tree *t)
{
    size_t n = t->frontier.n_used, stride = n * 5 / 8 + 1;
    size_t at = n ? t->cfg.seed % n : 0;

    t->is_started = true;
    if (t->room < n)
        t->room = n;
    while (n > 0 && common_divisor(n, stride) != 1)
        stride++;
    for (size_t i = 0; i < n; i++, at = (at + stride) % n) {
        const struct frontier_node *node = &t->frontier.at[at];

        if (node->ask)
            frontier_push(&t->frontier, &t->asking, (uint32_t)at);
        else
            finish_round(t, (uint32_t)at);
    }
    return open_more(t);
}

/* A random name below a child: an address, but in the last round. */
static void make_check(const struct dns_tree *t, const struct frontier_node *n,
                       unsigned i, struct dns_node *out)
{
    out->below = out->nibbles;
    out->nibbles = ADDR_NIBBLES;
    pick(t, n, i, &out->addr);
    if (!is_last_round(n))
        return;
    out->nibbles = ADDR_NIBBLES - 1;
    if (out->below + FAR_BELOW < out->nibbles)
        out->nibbles = (uint8_t)(out->below + FAR_BELOW);
    out->addr = addr_nibbles_cut(out->addr, out->nibbles);
}

int dns_tree_next(struct dns_tree *t, struct dns_node *out)
{
    int code = t->is_started ? 0 : start(t);
    struct frontier_node *n;
    uint32_t place;
    unsigned i;

    if (code)
        return code;
    place = frontier_pop(&t->frontier, &t->asking);
    if (place == FRONTIER_NONE) {
        assert(t->stats.in_flight > 0 || t->frontier.n_live == 0);
        return t->stats.in_flight > 0 ? SNOW_EAGAIN : SNOW_EDONE;
    }
    n = &t->frontier.at[place];
    i = first_from(n->ask, (unsigned)chance(t, n->addr, n->nibbles) & 15);
    *out =
        (struct dns_node){ .addr = addr_nibbles_child(n->addr, n->nibbles, i),
                           .nibbles = (uint8_t)(n->nibbles + 1) };
    if (n->round > 0) {
        make_check(t, n, i, out);
        t->stats.checks++;
    }
    n->ask &= (uint16_t)~bit(i);
    n->in_flight |= bit(i);
    t->stats.in_flight++;
    if (n->ask)
        frontier_push(&t->frontier, &t->asking, place);
    return 0;
}

static void answer_check(struct frontier_node *n, unsigned i, unsigned status)
{
    if (is_last_round(n)) {
        if (status == SNOW_PTR_NAME)
            n->suspects &= (uint16_t)~bit(i);
        return;
    }
    if (status != SNOW_PTR_NAME)
        n->named &= (uint16_t)~bit(i);
    if (status != SNOW_PTR_NAME && status != SNOW_PTR_NODATA)
        n->suspects &= (uint16_t)~bit(i);
}

static void answer_child(struct dns_tree *t, struct frontier_node *n,
                         unsigned i, unsigned status)
{
    bool exists = status == SNOW_PTR_NAME || status == SNOW_PTR_NODATA;

    t->stats.by_status[status & 15]++;
    touch(n);
    if (exists && n->nibbles + 1 < ADDR_NIBBLES) {
        n->open |= bit(i); /* it stays pending */
        if (status == SNOW_PTR_NAME)
            n->wild |= bit(i);
    } else {
        t->stats.pending--;
    }
}

int dns_tree_answer(struct dns_tree *t, const struct dns_node *node,
                    unsigned status)
{
    unsigned depth = (node->below ? node->below : node->nibbles) - 1u;
    unsigned i = addr_nibble(node->addr, depth);
    uint32_t place =
        frontier_find(&t->frontier, addr_nibbles_cut(node->addr, depth), depth);
    struct frontier_node *n;

    assert(place != FRONTIER_NONE);
    n = &t->frontier.at[place];
    assert(n->in_flight & bit(i));
    n->in_flight &= (uint16_t)~bit(i);
    t->stats.in_flight--;
    if (node->below)
        answer_check(n, i, status);
    else
        answer_child(t, n, i, status);
    if (!(n->ask | n->in_flight))
        finish_round(t, place);
    return open_more(t);
}

void dns_tree_stats(const struct dns_tree *t, struct dns_tree_stats *out)
{
    *out = t->stats;
    out->nodes = t->frontier.n_live;
}

int dns_tree_changes(struct dns_tree *t, struct snow_walk *out)
{
    int code = frontier_changes(&t->frontier, &out->nodes, &out->n_nodes);

    if (code)
        return code;
    for (unsigned i = 1; i < 16; i++)
        out->by_status[i] = t->stats.by_status[i];
    out->by_status[SNOW_PTR_PENDING] = t->stats.pending;
    return 0;
}

/* --- make and give back --- */

/* ::ffff:0:0/96 is where IPv4 addresses stand among the keys. */
static int copy_targets(struct dns_tree *t, const struct snow_ranges *targets)
{
    struct snow_range ipv4 = { snow_addr_from_ipv4(0),
                               snow_addr_from_ipv4(UINT32_MAX) };
    struct snow_ranges *mapped = NULL;
    int code = snow_ranges_new(&t->targets);

    if (!code)
        code = snow_ranges_new(&mapped);
    if (!code)
        code = snow_ranges_add(mapped, ipv4);
    if (!code)
        code = snow_ranges_add_all(t->targets, targets);
    if (!code)
        code = snow_ranges_subtract(t->targets, mapped);
    snow_ranges_free(mapped);
    return code;
}

int dns_tree_new(struct dns_tree **out, const struct snow_ranges *targets,
                 const struct dns_tree_config *cfg)
{
    size_t max = cfg->frontier_max ? cfg->frontier_max : FRONTIER_DEFAULT;
    struct dns_tree *t;

    if (max < FRONTIER_MIN)
        return SNOW_ERANGE;
    t = calloc(1, sizeof *t);
    if (!t)
        return SNOW_ENOMEM;
    t->cfg = *cfg;
    frontier_init(&t->frontier, cfg->seed);
    t->asking.head = FRONTIER_NONE;
    for (unsigned i = 0; i < ADDR_NIBBLES; i++)
        t->opening[i].head = FRONTIER_NONE;
    t->room_step = max / FRONTIER_MIN;
    t->room = max - ADDR_NIBBLES * t->room_step;
    if (copy_targets(t, targets)) {
        dns_tree_free(t);
        return SNOW_ENOMEM;
    }
    *out = t;
    return 0;
}

void dns_tree_free(struct dns_tree *t)
{
    if (!t)
        return;
    frontier_fini(&t->frontier);
    snow_ranges_free(t->targets);
    free(t);
}
