/* Reverse names from a list, as a name server has them: what is listed exists,
 * and so does everything above it. */
#ifndef LAB_DNS_ZONE_H
#define LAB_DNS_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX 255 /* RFC 1035 §3.1 */

struct dns_zone;

struct dns_zone_config {
    const char *path;        /**< lines "ADDRESS NAME"; "#" begins a comment */
    const char *apex;        /**< owner of every SOA; NULL: the tree's root */
    bool hides_nonterminals; /**< denies what has names only beneath it */
};

enum dns_zone_place {
    DNS_ZONE_OUTSIDE, /**< neither in-addr.arpa nor ip6.arpa */
    DNS_ZONE_ABSENT,  /**< NXDOMAIN */
    DNS_ZONE_EMPTY,   /**< exists, has no name itself (RFC 8020 §2) */
    DNS_ZONE_NAMED
};

/** Names of one address, or the zone in which there is none. */
struct dns_zone_found {
    enum dns_zone_place place;
    size_t first, n;     /**< for dns_zone_name() */
    bool is_apex;        /**< it is the apex itself */
    const uint8_t *apex; /**< on the wire; borrowed of the zone */
    size_t apex_len;
};

/**
 * Read the list.
 *
 * @return  0, or -1 with the reason on stderr
 * @owner   the caller, with dns_zone_close()
 */
int dns_zone_open(struct dns_zone **out, const struct dns_zone_config *cfg);
void dns_zone_close(struct dns_zone *z);

/** Look up a name as it is on the wire, @p len octets with the root. */
void dns_zone_find(const struct dns_zone *z, const uint8_t *wire_name,
                   size_t len, struct dns_zone_found *found);

/** One of the names found, on the wire. */
const uint8_t *dns_zone_name(const struct dns_zone *z, size_t i, size_t *len);

/** Octets of the text of a name on the wire; 0 if it is none. */
size_t dns_wire_name(uint8_t to[DNS_NAME_MAX], const char *text);

#endif
