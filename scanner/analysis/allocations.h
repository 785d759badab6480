/* To which customer a hoster has given which prefix. Pure but for reading the
 * file. */
#ifndef ANALYSIS_ALLOCATIONS_H
#define ANALYSIS_ALLOCATIONS_H

#include "addr/prefixes.h"
#include "base/map.h"
#include "base/text.h"
#include "snowline/error.h"

/** Zeroed memory holds no allocation. */
struct allocations {
    struct prefixes cidrs; /**< to offsets in customers */
    struct map known;      /**< customer to 1 + that offset */
    struct buf customers;  /**< NUL-terminated, each once */
};

/**
 * Read a CSV file with the columns cidr and customer; both must hold something.
 * The longest prefix counts: a part of an allocation may be another customer's.
 *
 * @return 0; SNOW_EIO; SNOW_ESYNTAX with the line that is at fault, or the two
 *         that give one prefix to different customers; SNOW_ENOMEM
 * @owner  the caller, with allocations_fini()
 */
int allocations_read(struct allocations *a, const char *path,
                     struct snow_error *err);
void allocations_fini(struct allocations *a); /**< zeroed is fine */

/** Whose an address is, NULL when nobody's is known; up to @p until the answer
 * is the same. One customer is one pointer. */
const char *allocations_at(const struct allocations *a, struct snow_addr addr,
                           struct snow_addr *until);

#endif
