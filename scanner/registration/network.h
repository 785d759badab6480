/* What an RDAP server said of an address's network, read into a record. Pure.
 * @source RFC 9083 §5.4 (IP network objects), NRO RDAP profile ("cidr0") */
#ifndef REGISTRATION_NETWORK_H
#define REGISTRATION_NETWORK_H

#include "registration/rdap.h"

/** A record of which nothing is known but the address. */
void registration_network_init(struct snow_network *n, struct snow_addr addr);

/**
 * Read an answer about an address.
 *
 * REGISTERED when it is an IP network that holds the address and is no wider
 * than what registries hand out: RIPE's 0.0.0.0/0 means "none of ours". The
 * organisation is the registrant's, never the network's name or a maintainer's
 * handle. The abuse contact is the one nearest to the network: RIPE puts it at
 * the top, ARIN inside the registrant; of its addresses one marked "abuse" goes
 * before others.
 *
 * @param n  as registration_network_init() leaves it; on anything but
 *           REGISTERED its range stays the address alone
 */
void registration_network_read(struct snow_network *n,
                               const struct registration_reply *reply);

#endif
