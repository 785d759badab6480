/* A zone's own name servers. */
#ifndef DNS_ZONECUT_H
#define DNS_ZONECUT_H

#include "dns/resolve.h"

#define DNS_ZONE_ADDRS_MAX 16 /**< servers of one zone that are asked */

/**
 * Find the addresses of a zone's name servers through the resolvers: its NS
 * records, then A and AAAA of each.
 *
 * @param zone  as text
 * @param done  called once, later; at most DNS_ZONE_ADDRS_MAX addresses, none
 *              when the zone has no servers that can be found
 * @return      0, SNOW_ENOMEM, SNOW_ECANCELED
 */
int dns_zonecut_find(struct dns_resolver *r, const char *zone,
                     dns_resolved_fn done, void *arg);

#endif
