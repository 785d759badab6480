/* A wire reply becomes an answer, or is found not to be ours. Pure. */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include "dns/engine.h"
#include "dns/wire.h"
#include "snowline/block.h"

#define DNS_QUERY_MAX 96 /**< header, 74 octets of ip6.arpa name, 4 */

#define DNS_NAMES_MAX (SNOW_BLOCK_NAMES_MAX * DNS_NAME_TEXT_MAX)

/**
 * Write a query of class IN with recursion desired and id 0.
 *
 * @param wire_name  with its root octet
 * @param len        of wire_name, at most DNS_QUERY_MAX - 16
 * @return           its length
 */
size_t dns_query_format(unsigned char out[DNS_QUERY_MAX],
                        const unsigned char *wire_name, size_t len,
                        unsigned type);

/** Ask for recursion, or do not. */
void dns_query_set_recursion(unsigned char query[DNS_QUERY_MAX], bool wanted);

/**
 * Is this a reply to that query, ids aside? Kind, opcode and the question must
 * be the same, octet by octet but for the case of letters.
 *
 * @source RFC 5452 §9.1
 */
bool dns_reply_is_to(struct dns_octets reply, struct dns_octets query);

/** Is there a record of that type in the answer section? */
bool dns_answer_has_type(struct dns_octets reply, struct dns_octets query,
                         unsigned type);

/**
 * The zone that denies: the owner of the SOA record in the authority section.
 *
 * @return  how many labels of the question's reverse name it has, not counting
 *          in-addr.arpa or ip6.arpa; DNS_ZONE_UNKNOWN where there is no SOA,
 *          or it is of a zone that the question does not lie in
 * @source  RFC 2308 §2
 */
uint8_t dns_answer_zone(struct dns_octets reply, struct dns_octets query);

/**
 * Read a reply to a PTR query.
 *
 * A chain of CNAMEs is followed from the name that was asked for (RFC 2317);
 * PTR records of other owners are not looked at. A reply that makes no sense
 * has the status ERROR.
 *
 * @param out    all but server and zone_labels is set; names live in @p room
 * @param room   for the names
 * @return       0; SNOW_ENOTFOUND: no reply to this query; SNOW_EAGAIN: it is
 *               truncated, ask over TCP
 * @source       RFC 1035 §4, RFC 2308 §2
 */
int dns_answer_parse(struct dns_answer *out, char room[DNS_NAMES_MAX],
                     struct dns_octets reply, struct dns_octets query);

#endif
