/* A zone transfer (RFC 5936): the question, and the answer as it arrives. Pure.
 */
#ifndef DNS_AXFR_H
#define DNS_AXFR_H

#include "dns/wire.h"
#include "snowline/error.h"

#define DNS_AXFR_QUERY_MAX (2 + DNS_HEADER_LEN + DNS_NAME_MAX_OCTETS + 4)
#define DNS_MESSAGE_MAX 65535

/** A record that says where a name leads, in presentation form. */
struct dns_axfr_record {
    const char *owner, *target;
    bool is_alias; /**< CNAME, else PTR */
};

/** Takes one; anything but 0 ends the transfer and is returned from it. */
typedef int (*dns_axfr_fn)(void *arg, const struct dns_axfr_record *r);

/** A transfer; large, so let it lie on the heap. */
struct dns_axfr {
    struct dns_wire_name zone;
    uint16_t id;
    unsigned n_soa; /**< the second of the zone ends it */
    uint64_t n_records;
    size_t len; /**< of the message so far, its length in front */
    unsigned char message[2 + DNS_MESSAGE_MAX];
    dns_axfr_fn fn;
    void *arg;
};

/** @param zone  without escapes @return 0; SNOW_ESYNTAX for no such name */
int dns_axfr_init(struct dns_axfr *x, const char *zone, uint16_t id);

/** The question as it is sent over TCP (RFC 1035 §4.2.2). @return its length */
size_t dns_axfr_query(const struct dns_axfr *x,
                      unsigned char out[DNS_AXFR_QUERY_MAX]);

/**
 * Take octets in whatever pieces they come.
 *
 * @return 0; SNOW_EDONE once the zone is whole; SNOW_EREFUSED for an rcode;
 *         SNOW_ESYNTAX for what is no transfer of this zone; what fn returned
 */
int dns_axfr_feed(struct dns_axfr *x, const unsigned char *octets, size_t len,
                  struct snow_error *err);

#endif
