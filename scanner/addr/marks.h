/* A small number for each IPv4 /24: 8 MiB for all of them, 32 KiB for each /8
 * that has one. */
#ifndef ADDR_MARKS_H
#define ADDR_MARKS_H

#include <stdint.h>

#include "snowline/addr.h"

#define MARKS_MAX 15

/** Zeroed memory has 0 for every block. */
struct marks {
    uint8_t *nets[256]; /**< one a /8, two blocks an octet; NULL: all are 0 */
};

void marks_fini(struct marks *m); /**< zeroed is fine */

/**
 * Raise the number of an address's block to @p least.
 *
 * @param least  0 … MARKS_MAX
 * @return       0, SNOW_ENOMEM
 */
int marks_raise(struct marks *m, struct snow_addr a, unsigned least);

/** The number of a block; MARKS_MAX for IPv6, which has no blocks. */
unsigned marks_get(const struct marks *m, struct snow_addr a);

#endif
