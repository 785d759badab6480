#include "lab/dns_reply.h"

#include <string.h>

#define QUESTION_TAIL 4 /* type and class */
#define RECORD_HEAD 12  /* pointer, type, class, TTL, length */
#define UDP_MAX 512     /* RFC 1035 §4.2.1 */
#define LABEL_MAX 63

#define TYPE_SOA 6
#define TYPE_PTR 12

#define RCODE_NXDOMAIN 3
#define RCODE_REFUSED 5
#define TRUNCATED 0x02

/* octets of the header */
enum { AT_FLAGS = 2, AT_RCODE = 3, AT_ANSWERS = 7, AT_AUTHORITIES = 9 };

static const uint8_t suffix[] = "\4pool\14lab-provider\3net";
static const uint8_t arpa[] = "\7in-addr\4arpa";

size_t dns_question_name(const uint8_t *q, size_t len)
{
    size_t at = DNS_HEADER;

    if (len < DNS_HEADER || q[AT_FLAGS] & 0x80)
        return 0;
    while (at < len && q[at] > 0 && q[at] <= LABEL_MAX)
        at += 1U + q[at];
    if (at + 1 + QUESTION_TAIL > len || q[at] != 0)
        return 0;
    at = at + 1 - DNS_HEADER;
    return at <= DNS_NAME_MAX ? at : 0;
}

/* Octets of the four labels before in-addr.arpa; 0 for any other name. */
static size_t host_len(const uint8_t *name, size_t len)
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        if (at >= len || name[at] == 0 || name[at] > 3)
            return 0;
        at += 1U + name[at];
    }
    return at + sizeof arpa <= len && !memcmp(name + at, arpa, sizeof arpa) ? at
                                                                            : 0;
}

/* Whole labels that fill @p room octets; never leaves room for half a one. */
static size_t fill(uint8_t *to, size_t room)
{
    size_t at = 0;

    while (room - at > 1) {
        size_t n = room - at - 1;

        if (n > LABEL_MAX)
            n = n == LABEL_MAX + 1 ? LABEL_MAX - 1 : LABEL_MAX;
        to[at] = (uint8_t)n;
        memset(to + at + 1, 'x', n);
        at += 1 + n;
    }
    return at;
}

static size_t put_name(uint8_t *to, const uint8_t *host, size_t len,
                       bool is_long)
{
    size_t at = len;

    memcpy(to, host, len);
    if (is_long)
        at += fill(to + at, DNS_NAME_MAX - sizeof suffix - len);
    memcpy(to + at, suffix, sizeof suffix);
    return at + sizeof suffix;
}

/* The head of a PTR record of the name asked for, valid for an hour. */
static size_t put_ptr_head(uint8_t *to, size_t name_len)
{
    static const uint8_t head[] = { 0xc0, DNS_HEADER, 0,  TYPE_PTR, 0, 1,
                                    0,    0,          14, 16,       0 };

    memcpy(to, head, sizeof head);
    to[sizeof head] = (uint8_t)name_len;
    return RECORD_HEAD;
}

static size_t copy_question(uint8_t *to, const uint8_t *q, size_t name_len)
{
    size_t len = DNS_HEADER + name_len + QUESTION_TAIL;

    memcpy(to, q, len);
    to[AT_FLAGS] = 0x84 | (q[AT_FLAGS] & 0x79); /* authoritative */
    to[AT_RCODE] = 0;
    memset(to + 6, 0, DNS_HEADER - 6);
    return len;
}

static size_t reply_always(uint8_t *to, const uint8_t *q, size_t name_len,
                           bool is_long)
{
    size_t at = DNS_HEADER + name_len + QUESTION_TAIL;
    size_t host = host_len(q + DNS_HEADER, name_len), n;

    if (host == 0 || q[DNS_HEADER + name_len + 1] != TYPE_PTR)
        return at;
    to[AT_ANSWERS] = 1;
    n = put_name(to + at + RECORD_HEAD, q + DNS_HEADER, host, is_long);
    return at + put_ptr_head(to + at, n) + n;
}

static size_t put_soa(uint8_t *to, const struct dns_zone_found *found)
{
    static const uint8_t fixed[] = {
        0,   TYPE_SOA, 0,   1,   0,   0,   14,  16,  0,   42, /* an hour, 42
                                                                 octets: */
        2,   'n',      's', 12,  'l', 'a', 'b', '-', 'p', 'r', 'o',
        'v', 'i',      'd', 'e', 'r', 3,   'n', 'e', 't', 0, /* the server, */
        0, /* nobody to write to, */
        0,   0,        0,   1,   0,   0,   14,  16,  0,   0,   3,
        132, 0,        9,   58,  128, 0,   0,   14,  16
    };

    memcpy(to, found->apex, found->apex_len);
    memcpy(to + found->apex_len, fixed, sizeof fixed);
    return found->apex_len + sizeof fixed;
}

static size_t put_names(uint8_t *to, size_t at, const struct dns_zone *zone,
                        const struct dns_zone_found *found)
{
    for (size_t i = 0; i < found->n; i++) {
        size_t len;
        const uint8_t *name = dns_zone_name(zone, found->first + i, &len);

        if (at + RECORD_HEAD + len > UDP_MAX) {
            to[AT_FLAGS] |= TRUNCATED;
            break;
        }
        to[AT_ANSWERS]++;
        at += put_ptr_head(to + at, len);
        memcpy(to + at, name, len);
        at += len;
    }
    return at;
}

static size_t reply_listed(uint8_t *to, const uint8_t *q, size_t name_len,
                           const struct dns_zone *zone)
{
    size_t at = DNS_HEADER + name_len + QUESTION_TAIL;
    unsigned type = q[at - 3];
    struct dns_zone_found found;

    dns_zone_find(zone, q + DNS_HEADER, name_len, &found);
    if (found.place == DNS_ZONE_OUTSIDE)
        return at;
    if (found.place == DNS_ZONE_NAMED && type == TYPE_PTR)
        return put_names(to, at, zone, &found);
    if (found.place == DNS_ZONE_ABSENT)
        to[AT_RCODE] = RCODE_NXDOMAIN;
    to[found.is_apex && type == TYPE_SOA ? AT_ANSWERS : AT_AUTHORITIES] = 1;
    return at + put_soa(to + at, &found);
}

size_t dns_reply(uint8_t to[DNS_MESSAGE_MAX], const uint8_t *q, size_t name_len,
                 const struct dns_reply_plan *plan)
{
    copy_question(to, q, name_len);
    if (plan->zone)
        return reply_listed(to, q, name_len, plan->zone);
    return reply_always(to, q, name_len, plan->is_long);
}

size_t dns_refuse(uint8_t to[DNS_MESSAGE_MAX], const uint8_t *q,
                  size_t name_len)
{
    size_t len = copy_question(to, q, name_len);

    to[AT_FLAGS] &= (uint8_t)~0x04; /* nor is it authoritative */
    to[AT_RCODE] = RCODE_REFUSED;
    return len;
}
