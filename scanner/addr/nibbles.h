/* IPv6 prefixes of whole nibbles: the names below ip6.arpa (RFC 3596 §2.5).
 * Pure. */
#ifndef ADDR_NIBBLES_H
#define ADDR_NIBBLES_H

#include "snowline/addr.h"

#define ADDR_NIBBLES 32

/** The @p i-th nibble from the left, 0 … 31. */
unsigned addr_nibble(struct snow_addr a, unsigned i);

/** The first @p n nibbles, the others zero. */
struct snow_addr addr_nibbles_cut(struct snow_addr a, unsigned n);

/** A prefix of @p n nibbles with one more behind it. */
struct snow_addr addr_nibbles_child(struct snow_addr a, unsigned n,
                                    unsigned nibble);

/** All addresses with these first @p n nibbles. */
struct snow_range addr_nibbles_range(struct snow_addr a, unsigned n);

/** How many nibbles all addresses of a range begin with. */
unsigned addr_nibbles_common(struct snow_range r);

#endif
