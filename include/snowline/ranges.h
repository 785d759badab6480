/* Sets of addresses, kept as sorted ranges that neither overlap nor touch. */
#ifndef SNOW_RANGES_H
#define SNOW_RANGES_H

#include <stddef.h>

#include "snowline/addr.h"
#include "snowline/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct snow_asns; /**< snowline/asns.h */
struct snow_ranges;

/** An empty set. @owner the caller, with snow_ranges_free() */
int snow_ranges_new(struct snow_ranges **out);
void snow_ranges_free(struct snow_ranges *set); /**< NULL is fine */

/**
 * Put a range into the set; what overlaps or touches is merged. Ranges added
 * in ascending order cost constant time each.
 *
 * @return 0, SNOW_ENOMEM
 */
int snow_ranges_add(struct snow_ranges *set, struct snow_range r);

/** Put every range of @p other into @p set. @return 0, SNOW_ENOMEM */
int snow_ranges_add_all(struct snow_ranges *set,
                        const struct snow_ranges *other);

/** Take every address of @p other out of @p set. @return 0, SNOW_ENOMEM */
int snow_ranges_subtract(struct snow_ranges *set,
                         const struct snow_ranges *other);

bool snow_ranges_contains(const struct snow_ranges *set, struct snow_addr a);

/** How many ranges; how many addresses (UINT64_MAX when more than that). */
size_t snow_ranges_n(const struct snow_ranges *set);
uint64_t snow_ranges_count(const struct snow_ranges *set);

/** The @p i-th range in address order; i < snow_ranges_n(). */
struct snow_range snow_ranges_at(const struct snow_ranges *set, size_t i);

/** The first range that ends at or after @p from, whole.
 * @return true, or false when there is none */
bool snow_ranges_next(const struct snow_ranges *set, struct snow_addr from,
                      struct snow_range *out);

/**
 * Which of the 256 addresses of a block are in the set.
 *
 * @param block  first address of the block
 * @param mask   [4]; bit (i & 63) of mask[i >> 6] stands for block + i
 */
void snow_ranges_block_mask(const struct snow_ranges *set,
                            struct snow_addr block, uint64_t mask[4]);

/**
 * The first block at or after @p from that holds an address of the set.
 *
 * @return true and the block's first address in @p out, false when none is left
 */
bool snow_ranges_next_block(const struct snow_ranges *set,
                            struct snow_addr from, struct snow_addr *out);

/** Number of blocks that hold at least one address of the set. */
uint64_t snow_ranges_blocks(const struct snow_ranges *set);

/**
 * First address of the @p i-th block of the set, in address order.
 *
 * @param i  < snow_ranges_blocks()
 */
struct snow_addr snow_ranges_block_at(const struct snow_ranges *set,
                                      uint64_t i);

/**
 * Read one target into the set: address, CIDR, range "A-B", "@FILE" (one a
 * line, "#" starts a comment), or "-" for standard input.
 *
 * CIDRs with host bits set are refused with the prefix that was meant. A file
 * that holds no target is refused. Errors in files name file and line.
 *
 * @return 0; SNOW_ESYNTAX, SNOW_ERANGE, SNOW_EINVAL for what is malformed or
 *         empty; SNOW_ENOTFOUND, SNOW_EIO for a file that is not there or
 *         cannot be read; SNOW_ENOMEM
 */
int snow_ranges_read(struct snow_ranges *set, const char *target,
                     struct snow_error *err);

/** The same, where AS numbers may stand among the targets, also in files: they
 * go to @p asns, to be looked up. */
int snow_ranges_read_asns(struct snow_ranges *set, struct snow_asns *asns,
                          const char *target, struct snow_error *err);

/**
 * Read a list of prefixes, addresses and ranges that may hold none: whom to
 * leave alone.
 *
 * @return as snow_ranges_read() of "@PATH"
 */
int snow_ranges_read_list(struct snow_ranges *set, const char *path,
                          struct snow_error *err);

#ifdef __cplusplus
}
#endif
#endif
