/* What the name server fixture says to a question. Pure: octets in, out. */
#ifndef LAB_DNS_REPLY_H
#define LAB_DNS_REPLY_H

#include "lab/dns_zone.h"

#define DNS_HEADER 12 /* RFC 1035 §4.1.1 */
#define DNS_MESSAGE_MAX 640

struct dns_reply_plan {
    bool is_long;                /**< names of 255 octets */
    const struct dns_zone *zone; /**< NULL: a name for every address */
};

/** Octets of the name in the question @p q with its root; 0 for what is no
 * question. */
size_t dns_question_name(const uint8_t *q, size_t len);

/** Answer a question whose name has @p name_len octets; octets written. */
size_t dns_reply(uint8_t to[DNS_MESSAGE_MAX], const uint8_t *q, size_t name_len,
                 const struct dns_reply_plan *plan);

/** The same, but REFUSED. */
size_t dns_refuse(uint8_t to[DNS_MESSAGE_MAX], const uint8_t *q,
                  size_t name_len);

#endif
