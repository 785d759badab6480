/* How many different names were asked. */
#ifndef LAB_DNS_SEEN_H
#define LAB_DNS_SEEN_H

#include <stddef.h>
#include <stdint.h>

/** Zeroed memory is an empty set. Of each name a hash is kept, so that two
 * names in 2^64 are one. */
struct dns_seen {
    uint64_t *hashes; /**< 0: nothing there */
    size_t n, cap;
};

/** Note a name of the wire, whatever its case. @return 0, -1: out of memory */
int dns_seen_add(struct dns_seen *s, const uint8_t *wire_name, size_t len);
void dns_seen_fini(struct dns_seen *s);

#endif
