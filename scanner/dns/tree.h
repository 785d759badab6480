/* The walk over ip6.arpa; the first comment of tree.c is its README. */
#ifndef DNS_TREE_H
#define DNS_TREE_H

#include "snowline/ranges.h"
#include "snowline/records.h"

struct dns_tree;

/** One name to ask for: the first nibbles of an address, turned around. */
struct dns_node {
    struct snow_addr addr; /**< what is behind the prefix is zero */
    uint8_t nibbles;       /**< 1 … 32: the prefix is four bits each */
    uint8_t below;         /**< 0; else a check: a random name below the
                                node of this many nibbles. What it answers is
                                told to the tree and is no outcome */
};

/**
 * Everything below a node exists, so nothing is learnt by walking it: a
 * wildcard, or a server that makes its answers up.
 *
 * @param status  NAME when every address has a name; NODATA when none has
 */
typedef void (*dns_tree_fn)(void *arg, const struct dns_node *node,
                            unsigned status);

struct dns_tree_config {
    uint64_t seed;           /**< same seed, targets and answers: same order */
    size_t frontier_max;     /**< nodes held at most, beyond those that the walk
                                  starts with; at least 64; 0: 65,536 */
    dns_tree_fn synthesised; /**< called from within dns_tree_answer() */
    void *arg;
};

struct dns_tree_stats {
    uint64_t by_status[16]; /**< nodes answered, without checks */
    uint64_t pending;       /**< nodes known to be left: to be asked, in
                                 flight, or to be looked below */
    uint64_t checks;        /**< random names asked for */
    uint64_t synthesised;   /**< prefixes not walked */
    size_t nodes, in_flight;
};

/**
 * Make a walk without a start: call dns_tree_begin(), or dns_tree_resume() and
 * dns_tree_add().
 *
 * @param targets  copied; IPv4 addresses in it are left out
 * @param cfg      copied
 * @return         0, SNOW_ERANGE for a bound that is too small, SNOW_ENOMEM
 * @owner          the caller, with dns_tree_free()
 */
int dns_tree_new(struct dns_tree **out, const struct snow_ranges *targets,
                 const struct dns_tree_config *cfg);
void dns_tree_free(struct dns_tree *t); /**< NULL is fine */

/** Start at the nodes that cover the targets. @return 0, SNOW_ENOMEM */
int dns_tree_begin(struct dns_tree *t);

/**
 * Go on where an earlier walk of the same targets was.
 *
 * @return 0; SNOW_ESTORE for a node that is none; SNOW_ENOMEM
 */
int dns_tree_resume(struct dns_tree *t, const struct snow_walk *walk);

/** The same for one more node. */
int dns_tree_add(struct dns_tree *t, const struct snow_node *node);

/**
 * Ask once more for a node that had failed, told before the first
 * dns_tree_next(). Its outcome is no longer counted.
 *
 * @return 0; SNOW_ESTORE for a node that is none; SNOW_ENOMEM
 */
int dns_tree_retry(struct dns_tree *t, const struct dns_node *node,
                   unsigned status);

/**
 * The next question. Two in a row concern different parents where there are
 * two.
 *
 * @return 0; SNOW_EAGAIN: answers must come first; SNOW_EDONE; SNOW_ENOMEM
 */
int dns_tree_next(struct dns_tree *t, struct dns_node *out);

/**
 * The final answer to a question of dns_tree_next().
 *
 * @param node    as it was handed out
 * @param status  enum snow_ptr_status: NAME and NODATA exist, NXDOMAIN proves
 *                the subtree empty, a failure leaves it unknown
 * @return        0, SNOW_ENOMEM
 */
int dns_tree_answer(struct dns_tree *t, const struct dns_node *node,
                    unsigned status);

void dns_tree_stats(const struct dns_tree *t, struct dns_tree_stats *out);

/**
 * What a store must be told to be where the walk is: the nodes that changed
 * since the last call, and the counts. One consistent state; keep all of it,
 * after the names answered before, or nothing.
 *
 * @param out  its nodes are good until the next call
 * @return     0, SNOW_ENOMEM
 */
int dns_tree_changes(struct dns_tree *t, struct snow_walk *out);

#endif
