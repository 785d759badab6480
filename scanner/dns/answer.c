#include "dns/answer.h"

#include "base/text.h"

size_t dns_query_format(unsigned char out[DNS_QUERY_MAX],
                        const unsigned char *wire_name, size_t len,
                        unsigned type)
{
    unsigned char *end = out + DNS_HEADER_LEN + len;

    memset(out, 0, DNS_HEADER_LEN);
    out[2] = 0x01; /* RD */
    out[5] = 1;    /* one question */
    memcpy(out + DNS_HEADER_LEN, wire_name, len);
    end[0] = (unsigned char)(type >> 8);
    end[1] = (unsigned char)type;
    end[2] = 0;
    end[3] = 1; /* IN */
    return DNS_HEADER_LEN + len + 4;
}

void dns_query_set_recursion(unsigned char query[DNS_QUERY_MAX], bool wanted)
{
    query[2] = wanted; /* RD */
}

bool dns_reply_is_to(struct dns_octets reply, struct dns_octets query)
{
    if (reply.len < query.len || (reply.at[2] & 0xf8) != 0x80 ||
        dns_wire_u16(reply.at + 4) != 1)
        return false;
    if (memcmp(reply.at + DNS_HEADER_LEN, query.at + DNS_HEADER_LEN,
               query.len - DNS_HEADER_LEN) == 0)
        return true;
    for (size_t i = DNS_HEADER_LEN; i < query.len; i++)
        if (dns_wire_lower(reply.at[i]) != dns_wire_lower(query.at[i]))
            return false;
    return true;
}

/* The name that a query, or a reply to it, asks about. */
static void copy_question(struct dns_wire_name *out, struct dns_octets query)
{
    out->len = query.len - DNS_HEADER_LEN - 4;
    dns_wire_fold(out->octets, query.at + DNS_HEADER_LEN, out->len);
}

static void drop_last(struct dns_answer *a, const char *room)
{
    const char *last = room;

    for (unsigned i = 1; i < a->n_names; i++)
        last += strlen(last) + 1;
    a->names_len = (size_t)(last - room);
    a->n_names--;
}

/* Keep the names sorted and single; of too many the first in order stay, so
 * that the order of the records does not matter. */
static void add_name(struct dns_answer *a, char *room,
                     const struct dns_wire_name *name)
{
    char text[DNS_NAME_TEXT_MAX];
    size_t len = dns_wire_format(text, name);
    char *at = room;
    unsigned i;

    for (i = 0; i < a->n_names; i++) {
        int order = strcmp(text, at);

        if (order == 0)
            return;
        if (order < 0)
            break;
        at += strlen(at) + 1;
    }
    if (i == SNOW_BLOCK_NAMES_MAX)
        return;
    if (a->n_names == SNOW_BLOCK_NAMES_MAX)
        drop_last(a, room);
    memmove(at + len, at, (size_t)(room + a->names_len - at));
    memcpy(at, text, len);
    a->names_len += len;
    a->n_names++;
}

/* A TTL with its first bit set counts as 0 (RFC 2181 §8). */
static void add_ptr(struct dns_answer *a, char *room,
                    const struct dns_wire_record *r,
                    const struct dns_wire_name *name)
{
    uint32_t ttl = r->ttl > INT32_MAX ? 0 : r->ttl;

    if (a->n_names == 0 || ttl < a->ttl)
        a->ttl = ttl;
    add_name(a, room, name);
}

/* Take the PTR records of one owner; where it has none but a CNAME, owner
 * becomes what that says. False when it makes no sense. */
static bool read_owner(struct dns_answer *a, char *room, struct dns_octets m,
                       size_t at, struct dns_wire_owner *owner)
{
    struct dns_wire_name alias, target;
    struct dns_wire_record r;

    alias.len = 0;
    for (unsigned n = dns_wire_u16(m.at + 6); n > 0; n--) {
        if (!dns_wire_next(m, &at, &r))
            return false;
        if (r.class != 1 || !dns_wire_is_of(&r, owner) ||
            (r.type != DNS_TYPE_PTR && r.type != DNS_TYPE_CNAME))
            continue;
        if (!dns_wire_expand_data(m, &r, &target))
            return false;
        if (r.type == DNS_TYPE_PTR)
            add_ptr(a, room, &r, &target);
        else
            alias = target;
    }
    owner->goes_on = a->n_names == 0 && alias.len > 0;
    a->is_alias |= alias.len > 0;
    if (owner->goes_on) {
        owner->name = alias;
        owner->is_question = false;
    }
    return true;
}

static unsigned read_names(struct dns_answer *a, char *room,
                           struct dns_octets m, struct dns_octets query)
{
    struct dns_wire_owner owner;

    copy_question(&owner.name, query);
    owner.is_question = owner.goes_on = true;
    for (int hops = 0; owner.goes_on && hops <= DNS_CHAIN_MAX; hops++)
        if (!read_owner(a, room, m, query.len, &owner))
            return SNOW_PTR_ERROR;
    return a->n_names > 0 ? SNOW_PTR_NAME : SNOW_PTR_NODATA;
}

static unsigned count_labels(const struct dns_wire_name *name)
{
    unsigned n = 0;

    for (size_t at = 0; name->octets[at] > 0; at += 1u + name->octets[at])
        n++;
    return n;
}

/* Is @p below the same as @p above, or does it end with it? */
static bool is_below(const struct dns_wire_name *below,
                     const struct dns_wire_name *above)
{
    size_t at = 0;

    while (below->len - at > above->len)
        at += 1u + below->octets[at];
    return below->len - at == above->len &&
           memcmp(below->octets + at, above->octets, above->len) == 0;
}

static uint8_t zone_labels(const struct dns_wire_name *name,
                           const struct dns_wire_name *zone)
{
    unsigned n = count_labels(zone);

    return is_below(name, zone) && n >= 2 ? (uint8_t)(n - 2) : DNS_ZONE_UNKNOWN;
}

uint8_t dns_answer_zone(struct dns_octets reply, struct dns_octets query)
{
    struct dns_wire_name name;
    struct dns_wire_record r;
    size_t at = query.len;
    unsigned n;

    if (!dns_reply_is_to(reply, query))
        return DNS_ZONE_UNKNOWN;
    copy_question(&name, query);
    n = dns_wire_u16(reply.at + 6) + dns_wire_u16(reply.at + 8);
    for (unsigned i = dns_wire_u16(reply.at + 6); n > 0; n--) {
        if (!dns_wire_next(reply, &at, &r))
            return DNS_ZONE_UNKNOWN;
        if (i > 0)
            i--; /* an answer, not the authority section */
        else if (r.type == DNS_TYPE_SOA && r.class == 1)
            return zone_labels(&name, r.is_of_question ? &name : &r.owner);
    }
    return DNS_ZONE_UNKNOWN;
}

bool dns_answer_has_type(struct dns_octets reply, struct dns_octets query,
                         unsigned type)
{
    struct dns_wire_record r;
    size_t at = query.len;

    if (!dns_reply_is_to(reply, query))
        return false;
    for (unsigned n = dns_wire_u16(reply.at + 6); n > 0; n--) {
        if (!dns_wire_next(reply, &at, &r))
            return false;
        if (r.type == type && r.class == 1)
            return true;
    }
    return false;
}

static unsigned status_of_rcode(unsigned rcode)
{
    /* RFC 1035 §4.1.1 */
    switch (rcode) {
    case 2:
        return SNOW_PTR_SERVFAIL;
    case 3:
        return SNOW_PTR_NXDOMAIN;
    case 5:
        return SNOW_PTR_REFUSED;
    default:
        return SNOW_PTR_ERROR;
    }
}

int dns_answer_parse(struct dns_answer *out, char room[DNS_NAMES_MAX],
                     struct dns_octets reply, struct dns_octets query)
{
    struct dns_answer a = { .names = room, .zone_labels = DNS_ZONE_UNKNOWN };

    if (!dns_reply_is_to(reply, query))
        return SNOW_ENOTFOUND;
    a.rcode = reply.at[3] & 0x0f;
    a.is_authoritative = (reply.at[2] & 0x04) != 0;
    a.is_alias = a.rcode == 3 && dns_wire_u16(reply.at + 6) > 0;
    if (a.rcode == 0 && reply.at[2] & 0x02)
        return SNOW_EAGAIN;
    a.status = (uint8_t)(a.rcode == 0 ? read_names(&a, room, reply, query)
                                      : status_of_rcode(a.rcode));
    if (a.status != SNOW_PTR_NAME) {
        a.n_names = 0;
        a.names_len = 0;
        a.ttl = 0;
    }
    *out = a;
    return 0;
}
