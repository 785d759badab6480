/* The walk: in which order, how fast and how many at a time the addresses of a
 * set are handed out. Manners towards a /24 live here, below every probe. */
#ifndef SNOW_TARGETS_H
#define SNOW_TARGETS_H

#include <stddef.h>

#include "snowline/ranges.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A walk over what of a set is not done yet. */
struct snow_targets;

/** May a block be opened? */
enum snow_gate {
    SNOW_GATE_OPEN,
    SNOW_GATE_WAIT, /**< not yet: snow_targets_ungate() asks again */
    SNOW_GATE_SKIP, /**< never: its addresses count as finished */
};

struct snow_walk_config {
    unsigned lanes;           /**< blocks open at once, 1 … 4096 */
    uint64_t seed;            /**< same seed, set and done: same order */
    uint64_t block_gap_us;    /**< least time between two questions about one
                                   block; 0 lifts */
    unsigned block_in_flight; /**< unfinished questions of one block at most;
                                  0 lifts */
    /** Asked before a block is opened that was not told to
     * snow_targets_resume(); NULL opens all. */
    enum snow_gate (*gate)(void *arg, struct snow_addr block);
    void *gate_arg;
};

/** One address to ask. */
struct snow_step {
    struct snow_addr addr;
    unsigned lane; /**< whose it is; < lanes */
};

/**
 * Start a walk over @p set.
 *
 * Lanes are evenly spaced over the blocks of the set, one open block each, and
 * walk upward; inside a block the order is a keyed permutation of its 256
 * addresses, computed and never stored.
 *
 * @param out  the walk
 * @param set  addresses to visit; borrowed until _free(); may be empty
 * @param cfg  copied
 * @return     0, SNOW_ERANGE for lanes out of range, SNOW_ENOMEM
 * @owner      the caller, with snow_targets_free()
 * @source     Black & Rogaway, "Ciphers with Arbitrary Finite Domains",
 *             CT-RSA 2002 (cycle walking over a Feistel network)
 */
int snow_targets_new(struct snow_targets **out, const struct snow_ranges *set,
                     const struct snow_walk_config *cfg);
void snow_targets_free(struct snow_targets *t); /**< NULL is fine */

/**
 * Addresses of one block that are answered already and must not be visited,
 * told before the first snow_targets_next(). The block becomes one of the
 * first to be opened, so that what is half done gets finished first.
 *
 * @param done  [4], as in snow_ranges_block_mask()
 * @return      0, SNOW_ENOMEM
 */
int snow_targets_resume(struct snow_targets *t, struct snow_addr block,
                        const uint64_t done[4]);

/**
 * Leave a finished block out, told before the first snow_targets_next().
 * Memory: one range for neighbouring finished blocks.
 *
 * @return 0, SNOW_ENOMEM
 */
int snow_targets_skip(struct snow_targets *t, struct snow_addr block);

/**
 * The next address.
 *
 * @param now_us   monotonic time
 * @param wait_us  set with SNOW_EAGAIN: how long until it is worth asking
 *                 again; UINT64_MAX when only snow_targets_finish() helps
 * @return         0; SNOW_EAGAIN; SNOW_EDONE when every address was handed
 *                 out and finished
 */
int snow_targets_next(struct snow_targets *t, uint64_t now_us,
                      struct snow_step *out, uint64_t *wait_us);

/**
 * The question about @p step has its final answer. When it was the last one of
 * its block, the lane is free to open its next block.
 *
 * @return true when the block is complete
 */
bool snow_targets_finish(struct snow_targets *t, const struct snow_step *step);

/** The gate may say something else now: lanes that wait ask it again. */
void snow_targets_ungate(struct snow_targets *t);

/**
 * Which /24s of the IPv4 /16 that @p a lies in hold addresses that the walk
 * has not been told are answered; after the first snow_targets_next().
 *
 * @param least  of so many addresses each
 * @param mask   [4], as in snow_ranges_block_mask()
 */
void snow_targets_blocks(const struct snow_targets *t, struct snow_addr a,
                         unsigned least, uint64_t mask[4]);

/** The block that @p lane has open. */
struct snow_addr snow_targets_lane_block(const struct snow_targets *t,
                                         unsigned lane);

/** A question of this lane is sent once more: it counts against its pace. */
void snow_targets_charge(struct snow_targets *t, unsigned lane);

/**
 * Hand out addresses of at most this many of the longest open blocks and open
 * no further block, until told otherwise; 0 lifts. Bounds what is held of
 * unfinished blocks when memory gets short.
 */
void snow_targets_narrow(struct snow_targets *t, unsigned lanes);

/** Addresses not finished yet. */
uint64_t snow_targets_left(const struct snow_targets *t);

#ifdef __cplusplus
}
#endif
#endif
