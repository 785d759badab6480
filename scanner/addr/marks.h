/* One bit for each IPv4 /24: 2 MiB for all of them, 8 KiB for each /8 that has
 * one set. */
#ifndef ADDR_MARKS_H
#define ADDR_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "snowline/addr.h"

/** Zeroed memory has no block marked. */
struct marks {
    uint64_t *nets[256]; /**< one a /8, [1024] words; NULL: no bit is set */
};

void marks_fini(struct marks *m); /**< zeroed is fine */

/** Mark the block of an address; IPv6 has no blocks, and always counts as
 * marked. @return 0, SNOW_ENOMEM */
int marks_set(struct marks *m, struct snow_addr a);
bool marks_has(const struct marks *m, struct snow_addr a);

#endif
