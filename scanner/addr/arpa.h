/* Reverse names (RFC 1035 §3.5, RFC 3596 §2.5). Pure. */
#ifndef ADDR_ARPA_H
#define ADDR_ARPA_H

#include "snowline/addr.h"

#define ADDR_ARPA_WIRE_MAX 76
#define ADDR_ARPA_TEXT_MAX 75

/**
 * The reverse name of the first @p labels parts of an address, as it stands in
 * a DNS message: octets of IPv4, nibbles of IPv6. Three parts of an IPv4
 * address name its /24.
 *
 * @param labels  more than there are: all
 * @return        its length, the root's octet included
 */
int addr_arpa_wire_part(struct snow_addr a, unsigned labels,
                        unsigned char out[ADDR_ARPA_WIRE_MAX]);

/** That of all of an address as text, without the final dot. */
void addr_arpa_format(struct snow_addr a, char out[ADDR_ARPA_TEXT_MAX]);

/** As addr_arpa_wire_part(), as text; "in-addr.arpa" for no labels. */
void addr_arpa_format_part(struct snow_addr a, unsigned labels,
                           char out[ADDR_ARPA_TEXT_MAX]);

/** Read it back; a final dot and upper case are fine.
 * @return 0, SNOW_ESYNTAX */
int addr_arpa_parse(struct snow_addr *out, const char *text);

#endif
