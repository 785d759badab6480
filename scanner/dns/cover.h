/* Which prefixes of whole nibbles hold targets. Pure. */
#ifndef DNS_COVER_H
#define DNS_COVER_H

#include "snowline/ranges.h"
#include "snowline/records.h"

/** Is there a target among these addresses; is each of them one? */
bool cover_holds(const struct snow_ranges *targets, struct snow_range r);
bool cover_is_all(const struct snow_ranges *targets, struct snow_range r);

/** The children of a prefix of @p nibbles that hold a target; bit i for the
 * nibble i. */
uint16_t cover_children(const struct snow_ranges *targets,
                        struct snow_addr prefix, unsigned nibbles);

/**
 * A target among these addresses: @p any if it is one, else some other.
 *
 * @param any    one of the addresses
 * @param least  how many neighbouring targets there must be, at least 2
 * @return       false where there are fewer
 */
bool cover_pick(const struct snow_ranges *targets, struct snow_range r,
                uint64_t least, struct snow_addr any, struct snow_addr *out);

/**
 * Where a walk begins: the fewest nodes whose children hold all targets.
 *
 * A prefix that is all target is a child itself. One that merely spans targets
 * is not: it may belong to others, and only its children are asked for.
 *
 * @param out  [n], in the order of the addresses; `open` is empty
 * @return     0, SNOW_ENOMEM
 * @owner      the caller, with free()
 */
int cover_roots(const struct snow_ranges *targets, struct snow_node **out,
                size_t *n);

#endif
