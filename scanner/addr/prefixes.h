/* A table from prefixes to numbers, as large as somebody likes: the longest
 * prefix that holds an address answers for it. Pure. */
#ifndef ADDR_PREFIXES_H
#define ADDR_PREFIXES_H

#include <stddef.h>

#include "snowline/addr.h"

struct prefixes_entry {
    struct snow_addr first, last;
    uint32_t value;
    uint32_t line;   /**< where it came from, for whoever reads of it */
    uint32_t parent; /**< 1 + index of the prefix it lies in, 0: none */
};

/** Zeroed memory is an empty table. */
struct prefixes {
    struct prefixes_entry *all; /**< in address order after _settle() */
    size_t n, cap;
};

/** One more prefix, in any order. @return 0, SNOW_ENOMEM */
int addr_prefixes_add(struct prefixes *t, struct snow_prefix p, uint32_t value,
                      uint32_t line);

/** The lines of two entries that say different things of one prefix. */
struct prefixes_clash {
    uint32_t first, second;
};

/**
 * All are added: sort them. Of several entries of one prefix that of the first
 * line stays.
 *
 * @param clash  receives the first two that differ in value; may be NULL
 * @return       false when there were such
 */
bool addr_prefixes_settle(struct prefixes *t, struct prefixes_clash *clash);

/**
 * What holds an address.
 *
 * @param until  receives the last address up to which the answer is the same
 * @return       the longest prefix that holds it, or NULL
 */
const struct prefixes_entry *addr_prefixes_at(const struct prefixes *t,
                                              struct snow_addr a,
                                              struct snow_addr *until);

void addr_prefixes_fini(struct prefixes *t); /**< zeroed is fine */

#endif
