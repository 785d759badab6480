/* Messages as they lie on the wire: names and records, read within their
 * bounds. Pure. */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_TYPE_A 1
#define DNS_TYPE_NS 2
#define DNS_TYPE_CNAME 5
#define DNS_TYPE_SOA 6
#define DNS_TYPE_PTR 12
#define DNS_TYPE_MX 15
#define DNS_TYPE_TXT 16
#define DNS_TYPE_AAAA 28

#define DNS_HEADER_LEN 12       /**< RFC 1035 §4.1.1 */
#define DNS_NAME_MAX_OCTETS 255 /**< RFC 1035 §2.3.4 */
#define DNS_CHAIN_MAX 16 /**< CNAMEs followed; resolvers stop at 8 to 17 */

/** Longest name as text: 250 octets as \DDD, three dots, a NUL. */
#define DNS_NAME_TEXT_MAX 1004

/** Octets of somebody else. */
struct dns_octets {
    const unsigned char *at;
    size_t len;
};

/** A name without compression, in lower case, its root octet included. */
struct dns_wire_name {
    unsigned char octets[DNS_NAME_MAX_OCTETS];
    size_t len;
};

struct dns_wire_record {
    bool is_of_question; /**< the owner is a pointer to the question's name */
    struct dns_wire_name owner; /**< unless it is */
    unsigned type, class;
    uint32_t ttl;
    size_t data_at, data_len;
};

/** Whose records are looked for: the question's name, then where it leads. */
struct dns_wire_owner {
    struct dns_wire_name name;
    bool is_question;
    bool goes_on; /**< it has no name of its own, but is an alias */
};

static inline unsigned dns_wire_u16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static inline uint32_t dns_wire_u32(const unsigned char *p)
{
    return (uint32_t)dns_wire_u16(p) << 16 | dns_wire_u16(p + 2);
}

static inline unsigned char dns_wire_lower(unsigned char c) /**< ASCII only */
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/** Copy in lower case. Length octets are below 'A', so that folding a whole
 * name leaves them alone. */
void dns_wire_fold(unsigned char *to, const unsigned char *from, size_t n);

/** Read the name at *at and move behind it; false when it makes no sense. */
bool dns_wire_expand(struct dns_octets m, size_t *at,
                     struct dns_wire_name *out);

/** Read the head of the record at *at and move behind its data. */
bool dns_wire_next(struct dns_octets m, size_t *at, struct dns_wire_record *r);

/** The record's data is one name and nothing else. */
bool dns_wire_expand_data(struct dns_octets m, const struct dns_wire_record *r,
                          struct dns_wire_name *out);

bool dns_wire_is_of(const struct dns_wire_record *r,
                    const struct dns_wire_owner *o);

/** Presentation form without the final dot, the root as ".": octets that are
 * no printable ASCII as \DDD (RFC 1035 §5.1).
 * @return  the length with the NUL */
size_t dns_wire_format(char out[DNS_NAME_TEXT_MAX],
                       const struct dns_wire_name *name);

#endif
