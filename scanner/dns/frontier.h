/* What is left of a walk down a tree of nibbles: the nodes that are not done
 * with, found by their prefix, and which of them changed. Pure but for its own
 * heap. */
#ifndef DNS_FRONTIER_H
#define DNS_FRONTIER_H

#include <stdbool.h>

#include "snowline/records.h"

#define FRONTIER_NONE UINT32_MAX

/** A prefix and what is left of its 16 children, bit i for nibble i. A child
 * is in one of ask, in_flight and open, or done with. */
struct frontier_node {
    struct snow_addr addr;
    uint32_t link;      /**< the next one of a list */
    uint16_t ask;       /**< to be asked in this round */
    uint16_t in_flight; /**< asked in this round, not answered */
    uint16_t open;      /**< they exist, and were not looked below */
    uint16_t suspects;  /**< of open: whatever was asked below exists */
    uint16_t named;     /**< of suspects: and had a name */
    uint16_t wild;      /**< of open: they had a name, being no address */
    uint8_t nibbles;    /**< 0 … 31 */
    uint8_t round;      /**< 0: children are asked; 1 …: suspects checked */
    bool is_live, is_stored, is_dirty;
};

struct frontier {
    struct frontier_node *at; /**< [cap]; places stay, memory moves */
    size_t n_used, cap;
    size_t n_live;
    uint32_t free; /**< list of places */
    uint32_t *index;
    size_t index_cap;
    uint64_t seed; /**< keys the index: prefixes are chosen by strangers */
    struct snow_node *changes;
};

/** First in, first out; a node is in one list at most. */
struct frontier_list {
    uint32_t head, tail;
};

void frontier_init(struct frontier *f, uint64_t seed);
void frontier_fini(struct frontier *f);

/** The place of a node, or FRONTIER_NONE. */
uint32_t frontier_find(const struct frontier *f, struct snow_addr addr,
                       unsigned nibbles);

/** Find a node, or add it without children. @return 0, SNOW_ENOMEM */
int frontier_add(struct frontier *f, uint32_t *out, struct snow_addr addr,
                 unsigned nibbles);

/** Done with it. Its place is kept until the change was told, if a store
 * knows the node. */
void frontier_drop(struct frontier *f, uint32_t place);

/** Every node that changed since the last call.
 * @param out  [n], good until the next call @return 0, SNOW_ENOMEM */
int frontier_changes(struct frontier *f, const struct snow_node **out,
                     size_t *n);

void frontier_push(struct frontier *f, struct frontier_list *to,
                   uint32_t place);
uint32_t frontier_pop(struct frontier *f, struct frontier_list *from);

#endif
