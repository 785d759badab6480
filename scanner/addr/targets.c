/*
 * addr – addresses as numbers, sets of them, and the walk.
 *
 *   addr.c prefix.c   parse and print          (pure)
 *   ranges.c          set algebra              ranges_read.c  targets as text
 *   permute.c         keyed shuffle of a block (pure)
 *   marks.c           a number for each block
 *   arpa.c            reverse names            (pure)
 *   targets.c         the walk: lanes, pace, bounds
 *
 * Life      a lane is closed, waits its turn in the ring, opens its next
 *           block, hands out one address a turn, waits for the last of them
 *           to be finished, and is closed again.
 * Always    each address once; a block in one lane only; two questions about
 *           a block at least a gap apart.
 * Never     allocates after the first snow_targets_next().
 * Start at  snow_targets_next(), near the end of this file.
 */
#include "snowline/targets.h"

#include <stdlib.h>
#include <string.h>

#include "addr/permute.h"
#include "base/mask.h"

struct lane {
    struct snow_addr block;      /**< the open one */
    struct snow_addr next, last; /**< blocks still to open, both included */
    bool has_more;               /**< next … last is not empty */
    bool is_open, is_queued;
    uint64_t mask[4]; /**< addresses not handed out yet */
    uint64_t key;
    uint64_t ready_us; /**< when the block may hear the next question */
    uint64_t opened;   /**< the how many-th block of the walk */
    unsigned turn;     /**< next position of the permutation, 0 … 256 */
    unsigned in_flight, debt;
};

struct resumed {
    struct snow_addr block;
    uint64_t done[4];
};

/** A queue of lanes; each stands in it at most once. */
struct ring {
    unsigned *at; /**< [lanes] */
    unsigned head, n;
};

struct snow_targets {
    struct snow_walk_config cfg;
    const struct snow_ranges *set;
    struct snow_ranges *todo;    /**< set without what is done or resumed */
    struct snow_ranges *skipped; /**< blocks done */
    struct resumed *resumed;     /**< [n_resumed], opened first */
    size_t n_resumed, next_resumed;
    struct lane *lanes; /**< [n_lanes]; NULL before the start */
    unsigned n_lanes;
    struct ring ring, parked; /**< waiting their turn; put aside */
    struct ring gated;        /**< waiting for the gate */
    unsigned narrow;          /**< lanes that may go on, 0: all */
    unsigned n_favoured;      /**< of these, still open */
    uint64_t favoured_until;  /**< blocks opened before this may go on */
    uint64_t n_opened, left;
};

static struct snow_range block_range(struct snow_addr block)
{
    return (struct snow_range){ block, snow_addr_add(block, 255) };
}

static void push(struct snow_targets *t, struct ring *r, unsigned lane)
{
    r->at[(r->head + r->n++) % t->cfg.lanes] = lane;
    t->lanes[lane].is_queued = true;
}

static unsigned pop(struct snow_targets *t, struct ring *r)
{
    unsigned lane = r->at[r->head];

    r->head = (r->head + 1) % t->cfg.lanes;
    r->n--;
    t->lanes[lane].is_queued = false;
    return lane;
}

int snow_targets_new(struct snow_targets **out, const struct snow_ranges *set,
                     const struct snow_walk_config *cfg)
{
    struct snow_targets *t;

    if (cfg->lanes < 1 || cfg->lanes > 4096)
        return SNOW_ERANGE;
    t = calloc(1, sizeof *t);
    if (!t)
        return SNOW_ENOMEM;
    t->cfg = *cfg;
    t->set = set;
    t->ring.at = calloc(cfg->lanes, sizeof *t->ring.at);
    t->parked.at = calloc(cfg->lanes, sizeof *t->parked.at);
    t->gated.at = calloc(cfg->lanes, sizeof *t->gated.at);
    t->lanes = calloc(cfg->lanes, sizeof *t->lanes);
    if (!t->ring.at || !t->parked.at || !t->gated.at || !t->lanes ||
        snow_ranges_new(&t->todo) || snow_ranges_new(&t->skipped) ||
        snow_ranges_add_all(t->todo, set)) {
        snow_targets_free(t);
        return SNOW_ENOMEM;
    }
    t->left = snow_ranges_count(set);
    *out = t;
    return 0;
}

void snow_targets_free(struct snow_targets *t)
{
    if (!t)
        return;
    snow_ranges_free(t->todo);
    snow_ranges_free(t->skipped);
    free(t->resumed);
    free(t->lanes);
    free(t->ring.at);
    free(t->parked.at);
    free(t->gated.at);
    free(t);
}

int snow_targets_resume(struct snow_targets *t, struct snow_addr block,
                        const uint64_t done[4])
{
    size_t n = t->n_resumed;
    uint64_t answered[4];

    if ((n & (n - 1)) == 0) { /* full at each power of two */
        struct resumed *more =
            realloc(t->resumed, (n ? 2 * n : 1) * sizeof *more);

        if (!more)
            return SNOW_ENOMEM;
        t->resumed = more;
    }
    snow_ranges_block_mask(t->set, block, answered);
    for (int i = 0; i < 4; i++)
        answered[i] &= done[i];
    t->resumed[n].block = block;
    memcpy(t->resumed[n].done, done, sizeof t->resumed[n].done);
    t->n_resumed++;
    t->left -= mask_count(answered);
    return snow_ranges_add(t->skipped, block_range(block));
}

int snow_targets_skip(struct snow_targets *t, struct snow_addr block)
{
    uint64_t mask[4];

    snow_ranges_block_mask(t->set, block, mask);
    t->left -= mask_count(mask);
    return snow_ranges_add(t->skipped, block_range(block));
}

/* --- lanes --- */

/* Spread the blocks of todo evenly: lane i begins with block i * n / lanes.
 * One pass, since both ascend. */
static void spread(struct snow_targets *t)
{
    uint64_t n = snow_ranges_blocks(t->todo), begun = 0;
    struct snow_addr block = { 0, 0 };
    unsigned lane = 0;

    for (size_t i = 0; i < snow_ranges_n(t->todo) && lane < t->n_lanes; i++) {
        struct snow_range r = snow_ranges_at(t->todo, i);
        struct snow_addr first = snow_addr_block(r.first);
        uint64_t own =
            (snow_addr_distance(first, snow_addr_block(r.last)) >> 8) + 1;

        if (begun > 0 && snow_addr_compare(first, block) == 0) {
            first = snow_addr_add(first, 256); /* shared with the last one */
            own--;
        }
        while (lane < t->n_lanes && own > 0) {
            uint64_t begin =
                n / t->n_lanes * lane + n % t->n_lanes * lane / t->n_lanes;

            if (begin >= begun + own)
                break;
            t->lanes[lane].next = snow_addr_add(first, (begin - begun) << 8);
            t->lanes[lane].has_more = true;
            lane++;
        }
        begun += own;
        block = snow_addr_block(r.last);
    }
}

static void close_ends(struct snow_targets *t)
{
    size_t n = snow_ranges_n(t->todo);

    for (unsigned i = 0; i < t->n_lanes && n > 0; i++) {
        struct lane *l = &t->lanes[i];

        l->last = snow_addr_block(snow_ranges_at(t->todo, n - 1).last);
        if (i + 1 < t->n_lanes && t->lanes[i + 1].has_more) {
            l->last = t->lanes[i + 1].next;
            l->last.hi -= l->last.lo < 256;
            l->last.lo -= 256;
        }
    }
}

static int start(struct snow_targets *t)
{
    uint64_t n;

    if (snow_ranges_subtract(t->todo, t->skipped))
        return SNOW_ENOMEM;
    n = snow_ranges_blocks(t->todo);
    t->n_lanes = n < t->cfg.lanes ? (unsigned)n : t->cfg.lanes;
    spread(t);
    close_ends(t);
    if (n + t->n_resumed < t->cfg.lanes)
        t->n_lanes = (unsigned)(n + t->n_resumed);
    else
        t->n_lanes = t->cfg.lanes;
    for (unsigned i = 0; i < t->n_lanes; i++)
        push(t, &t->ring, i);
    return 0;
}

static void open_block(struct snow_targets *t, struct lane *l,
                       struct snow_addr block)
{
    l->block = block;
    l->key = addr_permute_key(t->cfg.seed, block.hi ^ block.lo >> 8);
    l->turn = 0;
    l->ready_us = 0;
    l->debt = 0;
    l->opened = t->n_opened++;
    l->is_open = true;
}

static enum snow_gate ask_gate(const struct snow_targets *t,
                               struct snow_addr block)
{
    return t->cfg.gate ? t->cfg.gate(t->cfg.gate_arg, block) : SNOW_GATE_OPEN;
}

void snow_targets_ungate(struct snow_targets *t)
{
    while (t->gated.n > 0)
        push(t, &t->ring, pop(t, &t->gated));
}

void snow_targets_blocks(const struct snow_targets *t, struct snow_addr a,
                         unsigned least, uint64_t mask[4])
{
    struct snow_addr net = { a.hi, a.lo & ~UINT64_C(0xffff) };
    uint64_t wanted[4];

    memset(mask, 0, 4 * sizeof *mask);
    for (unsigned i = 0; i < 256; i++) {
        snow_ranges_block_mask(t->todo, snow_addr_add(net, i << 8), wanted);
        if (mask_count(wanted) >= least)
            mask_add(mask, i);
    }
}

/* The lane's next block: what is half done comes first. */
static bool open_next(struct snow_targets *t, struct lane *l)
{
    struct snow_addr block;

    while (t->next_resumed < t->n_resumed) {
        const struct resumed *r = &t->resumed[t->next_resumed++];

        snow_ranges_block_mask(t->set, r->block, l->mask);
        for (int i = 0; i < 4; i++)
            l->mask[i] &= ~r->done[i];
        if (mask_is_empty(l->mask))
            continue;
        open_block(t, l, r->block);
        return true;
    }
    while (l->has_more && snow_ranges_next_block(t->todo, l->next, &block) &&
           snow_addr_compare(block, l->last) <= 0) {
        enum snow_gate gate = ask_gate(t, block);

        if (gate == SNOW_GATE_WAIT) {
            push(t, &t->gated, (unsigned)(l - t->lanes));
            return false;
        }
        l->next = snow_addr_add(block, 256);
        snow_ranges_block_mask(t->todo, block, l->mask);
        if (gate == SNOW_GATE_OPEN) {
            open_block(t, l, block);
            return true;
        }
        t->left -= mask_count(l->mask);
    }
    l->has_more = false;
    return false;
}

static bool is_full(const struct snow_targets *t, const struct lane *l)
{
    return t->cfg.block_in_flight > 0 && l->in_flight >= t->cfg.block_in_flight;
}

static struct snow_addr take_address(struct lane *l)
{
    for (;;) {
        uint8_t i = addr_permute(l->key, (uint8_t)l->turn++);

        if (mask_has(l->mask, i)) {
            mask_remove(l->mask, i);
            return snow_addr_add(l->block, i);
        }
    }
}

/* --- memory is short: the longest open go on, the others wait --- */

static int by_age(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void unpark(struct snow_targets *t)
{
    while (t->parked.n > 0)
        push(t, &t->ring, pop(t, &t->parked));
}

/* Who goes on: the `narrow` longest open. The ring's spare memory is not
 * touched; a walk has at most 4096 lanes. */
static void favour(struct snow_targets *t)
{
    uint64_t opened[4096];
    unsigned n = 0;

    for (unsigned i = 0; i < t->n_lanes; i++)
        if (t->lanes[i].is_open)
            opened[n++] = t->lanes[i].opened;
    qsort(opened, n, sizeof *opened, by_age);
    t->n_favoured = n < t->narrow ? n : t->narrow;
    t->favoured_until = t->n_favoured ? opened[t->n_favoured - 1] + 1 : 0;
    unpark(t);
}

void snow_targets_narrow(struct snow_targets *t, unsigned lanes)
{
    t->narrow = lanes;
    if (lanes > 0)
        favour(t);
    else
        unpark(t);
}

/* With nothing left to favour the walk would stand still: then all go on. */
static bool is_parked(const struct snow_targets *t, const struct lane *l)
{
    return t->narrow > 0 && t->n_favoured > 0 &&
           (!l->is_open || l->opened >= t->favoured_until);
}

/* --- the walk --- */

static void hand_out(struct snow_targets *t, unsigned lane, uint64_t now_us,
                     struct snow_step *out)
{
    struct lane *l = &t->lanes[lane];

    out->addr = take_address(l);
    out->lane = lane;
    l->in_flight++;
    l->ready_us = now_us + t->cfg.block_gap_us;
    if (!mask_is_empty(l->mask) && !is_full(t, l))
        push(t, &t->ring, lane);
}

/* The head of the ring has its turn: true when it may speak now. */
static bool take_turn(struct snow_targets *t, unsigned lane, uint64_t now_us)
{
    struct lane *l = &t->lanes[lane];

    if (is_parked(t, l)) {
        push(t, &t->parked, lane);
        return false;
    }
    if (!l->is_open && !open_next(t, l))
        return false; /* nothing is left for it, or the gate is shut */
    if (l->debt > 0) {
        l->debt--;
        l->ready_us = now_us + t->cfg.block_gap_us;
        push(t, &t->ring, lane);
        return false;
    }
    return true;
}

int snow_targets_next(struct snow_targets *t, uint64_t now_us,
                      struct snow_step *out, uint64_t *wait_us)
{
    *wait_us = UINT64_MAX;
    if (t->left == 0)
        return SNOW_EDONE;
    if (t->n_lanes == 0 && start(t))
        return SNOW_ENOMEM;
    while (t->ring.n > 0) {
        unsigned lane = t->ring.at[t->ring.head];
        struct lane *l = &t->lanes[lane];

        if (l->is_open && l->ready_us > now_us) {
            *wait_us = l->ready_us - now_us;
            return SNOW_EAGAIN;
        }
        pop(t, &t->ring);
        if (!take_turn(t, lane, now_us))
            continue;
        hand_out(t, lane, now_us, out);
        return 0;
    }
    return t->left == 0 ? SNOW_EDONE : SNOW_EAGAIN; /* the last were skipped */
}

static void close_block(struct snow_targets *t, unsigned lane)
{
    struct lane *l = &t->lanes[lane];

    l->is_open = false;
    push(t, &t->ring, lane);
    if (t->narrow > 0 && l->opened < t->favoured_until &&
        --t->n_favoured <= t->narrow / 2)
        favour(t);
}

bool snow_targets_finish(struct snow_targets *t, const struct snow_step *step)
{
    struct lane *l = &t->lanes[step->lane];

    l->in_flight--;
    t->left--;
    if (mask_is_empty(l->mask) && l->in_flight == 0) {
        close_block(t, step->lane);
        return true;
    }
    if (!l->is_queued && !mask_is_empty(l->mask) && !is_full(t, l))
        push(t, &t->ring, step->lane);
    return false;
}

struct snow_addr snow_targets_lane_block(const struct snow_targets *t,
                                         unsigned lane)
{
    return t->lanes[lane].block;
}

void snow_targets_charge(struct snow_targets *t, unsigned lane)
{
    if (t->cfg.block_gap_us > 0)
        t->lanes[lane].debt++;
}

uint64_t snow_targets_left(const struct snow_targets *t)
{
    return t->left;
}
