/* A reply to a question for records of one type becomes values. Pure. */
#ifndef DNS_RECORDS_H
#define DNS_RECORDS_H

#include "base/text.h"
#include "dns/wire.h"
#include "snowline/records.h"

#define DNS_RECORDS_MAX 128 /**< kept of a reply, in its order */
#define DNS_ADDRS_MAX 64    /**< of one name; more are no use to anybody */

/** What came of one question. Zeroed memory holds nothing. */
struct dns_records {
    uint8_t status; /**< enum snow_ptr_status; NAME: there are records,
                         TIMEOUT: nobody answered, PENDING: it was closed */
    size_t n_names;
    const char *names[DNS_RECORDS_MAX]; /**< [n_names], as text, of NS, PTR and
                              MX; of SOA first its server, then its mailbox; of
                              TXT the strings of each record joined as they are
                              (any octet), a NUL behind them */
    uint16_t lens[DNS_RECORDS_MAX];     /**< of each name */
    uint16_t preferences[DNS_RECORDS_MAX]; /**< of each MX */
    uint32_t serial;                       /**< of SOA */
    size_t n_addrs;
    struct snow_addr addrs[DNS_ADDRS_MAX]; /**< [n_addrs], of A and AAAA */
    struct buf room;                       /**< where names lie */
};

/** True for the types that dns_records_parse() knows. */
bool dns_records_has_type(unsigned type);

/**
 * Read a reply that says NOERROR.
 *
 * A chain of CNAMEs is followed from the name that was asked for; records of
 * other owners are not looked at. A reply that makes no sense has the status
 * ERROR, one without such records NODATA.
 *
 * @param out   zeroed
 * @param type  DNS_TYPE_A, _AAAA, _NS, _PTR, _MX, _TXT or _SOA
 * @return      0, SNOW_ENOMEM
 * @owner       the caller, with dns_records_fini()
 * @source      RFC 1035 §3.3, §4.1; RFC 3596 §2.2; RFC 7208 §3.3 (strings are
 *              joined without a space)
 */
int dns_records_parse(struct dns_records *out, struct dns_octets reply,
                      unsigned type);
void dns_records_fini(struct dns_records *r); /**< zeroed is fine */

#endif
