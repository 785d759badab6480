#include "dns/answer.h"

#include "base/text.h"

#define NAME_MAX_OCTETS 255 /* RFC 1035 §2.3.4 */
#define CHAIN_MAX 16        /* CNAMEs followed; resolvers stop at 8 to 17 */

/* Of one name: it has 127 labels at most, and a pointer before and behind each
 * leads from one to the next. More of them only take our time. */
#define POINTERS_MAX 128

/* A name without compression, in lower case, its root octet included. */
struct wire_name {
    unsigned char octets[NAME_MAX_OCTETS];
    size_t len;
};

struct record {
    bool is_of_question; /**< the owner is a pointer to the question's name */
    struct wire_name owner; /**< unless it is */
    unsigned type, class;
    uint32_t ttl;
    size_t data_at, data_len;
};

static unsigned get_u16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get_u32(const unsigned char *p)
{
    return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}

static unsigned char fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* Length octets are below 'A', so folding a whole name leaves them alone. */
static void copy_folded(unsigned char *to, const unsigned char *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = fold(from[i]);
}

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
        get_u16(reply.at + 4) != 1)
        return false;
    if (memcmp(reply.at + DNS_HEADER_LEN, query.at + DNS_HEADER_LEN,
               query.len - DNS_HEADER_LEN) == 0)
        return true;
    for (size_t i = DNS_HEADER_LEN; i < query.len; i++)
        if (fold(reply.at[i]) != fold(query.at[i]))
            return false;
    return true;
}

/* Read the name at *at and move behind it. A pointer leads strictly towards
 * the front (RFC 1035 §4.1.4: to a prior occurrence), so that no loop is
 * possible. */
static bool expand(struct dns_octets m, size_t *at, struct wire_name *out)
{
    size_t here = *at, low = *at, end = 0;
    unsigned n_pointers = 0;

    out->len = 0;
    for (;;) {
        unsigned c = here < m.len ? m.at[here] : 64;

        if (c >= 0xc0 && here + 1 < m.len) {
            end = end ? end : here + 2;
            here = get_u16(m.at + here) & 0x3fff;
            if (here >= low || here < DNS_HEADER_LEN ||
                n_pointers++ == POINTERS_MAX)
                return false;
            low = here;
            continue;
        }
        if (c > 63 || here + 1 + c > m.len ||
            out->len + 1 + c > sizeof out->octets)
            return false;
        copy_folded(out->octets + out->len, m.at + here, 1 + c);
        out->len += 1 + c;
        here += 1 + c;
        if (c == 0)
            break;
    }
    *at = end ? end : here;
    return true;
}

/* Nearly every answer: its owner is the first name of the message. */
static bool take_pointer(struct dns_octets m, size_t *at)
{
    if (m.len - *at < 2 || m.at[*at] != 0xc0 || m.at[*at + 1] != DNS_HEADER_LEN)
        return false;
    *at += 2;
    return true;
}

static bool next_record(struct dns_octets m, size_t *at, struct record *r)
{
    r->is_of_question = take_pointer(m, at);
    if (!r->is_of_question && !expand(m, at, &r->owner))
        return false;
    if (m.len - *at < 10)
        return false;
    r->type = get_u16(m.at + *at);
    r->class = get_u16(m.at + *at + 2);
    r->ttl = get_u32(m.at + *at + 4);
    r->data_len = get_u16(m.at + *at + 8);
    r->data_at = *at + 10;
    *at = r->data_at + r->data_len;
    return *at <= m.len;
}

/* The record's data is one name and nothing else. */
static bool expand_data(struct dns_octets m, const struct record *r,
                        struct wire_name *out)
{
    size_t at = r->data_at;

    return expand(m, &at, out) && at == r->data_at + r->data_len;
}

/* Whose records are looked for: the question's name, then where it leads. */
struct owner {
    struct wire_name name;
    bool is_question;
    bool goes_on; /**< it has no name of its own, but is an alias */
};

static bool is_of(const struct record *r, const struct owner *o)
{
    if (r->is_of_question)
        return o->is_question;
    return r->owner.len == o->name.len &&
           memcmp(r->owner.octets, o->name.octets, o->name.len) == 0;
}

/* The name that a query, or a reply to it, asks about. */
static void copy_question(struct wire_name *out, struct dns_octets query)
{
    out->len = query.len - DNS_HEADER_LEN - 4;
    copy_folded(out->octets, query.at + DNS_HEADER_LEN, out->len);
}

/* One octet of a label as text (RFC 1035 §5.1). */
static char *format_octet(char *to, unsigned char c)
{
    if (c == '.' || c == '\\') {
        *to++ = '\\';
        *to++ = (char)c;
    } else if (c > ' ' && c < 0x7f) {
        *to++ = (char)c;
    } else {
        *to++ = '\\';
        *to++ = (char)('0' + c / 100);
        *to++ = (char)('0' + c / 10 % 10);
        *to++ = (char)('0' + c % 10);
    }
    return to;
}

/* Presentation form without the final dot, the root as ".".
 * Returns the length with the NUL. */
static size_t format_name(char out[DNS_NAME_TEXT_MAX],
                          const struct wire_name *name)
{
    const unsigned char *from = name->octets;
    char *to = out;

    if (*from == 0)
        *to++ = '.';
    while (*from > 0) {
        const unsigned char *end = from + 1 + *from;

        if (to > out)
            *to++ = '.';
        for (from++; from < end; from++)
            to = format_octet(to, *from);
    }
    *to++ = '\0';
    return (size_t)(to - out);
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
                     const struct wire_name *name)
{
    char text[DNS_NAME_TEXT_MAX];
    size_t len = format_name(text, name);
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
static void add_ptr(struct dns_answer *a, char *room, const struct record *r,
                    const struct wire_name *name)
{
    uint32_t ttl = r->ttl > INT32_MAX ? 0 : r->ttl;

    if (a->n_names == 0 || ttl < a->ttl)
        a->ttl = ttl;
    add_name(a, room, name);
}

/* Take the PTR records of one owner; where it has none but a CNAME, owner
 * becomes what that says. False when it makes no sense. */
static bool read_owner(struct dns_answer *a, char *room, struct dns_octets m,
                       size_t at, struct owner *owner)
{
    struct wire_name alias, target;
    struct record r;

    alias.len = 0;
    for (unsigned n = get_u16(m.at + 6); n > 0; n--) {
        if (!next_record(m, &at, &r))
            return false;
        if (r.class != 1 || !is_of(&r, owner) ||
            (r.type != DNS_TYPE_PTR && r.type != DNS_TYPE_CNAME))
            continue;
        if (!expand_data(m, &r, &target))
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
    struct owner owner;

    copy_question(&owner.name, query);
    owner.is_question = owner.goes_on = true;
    for (int hops = 0; owner.goes_on && hops <= CHAIN_MAX; hops++)
        if (!read_owner(a, room, m, query.len, &owner))
            return SNOW_PTR_ERROR;
    return a->n_names > 0 ? SNOW_PTR_NAME : SNOW_PTR_NODATA;
}

static unsigned count_labels(const struct wire_name *name)
{
    unsigned n = 0;

    for (size_t at = 0; name->octets[at] > 0; at += 1u + name->octets[at])
        n++;
    return n;
}

/* Is @p below the same as @p above, or does it end with it? */
static bool is_below(const struct wire_name *below,
                     const struct wire_name *above)
{
    size_t at = 0;

    while (below->len - at > above->len)
        at += 1u + below->octets[at];
    return below->len - at == above->len &&
           memcmp(below->octets + at, above->octets, above->len) == 0;
}

static uint8_t zone_labels(const struct wire_name *name,
                           const struct wire_name *zone)
{
    unsigned n = count_labels(zone);

    return is_below(name, zone) && n >= 2 ? (uint8_t)(n - 2) : DNS_ZONE_UNKNOWN;
}

uint8_t dns_answer_zone(struct dns_octets reply, struct dns_octets query)
{
    struct wire_name name;
    struct record r;
    size_t at = query.len;
    unsigned n;

    if (!dns_reply_is_to(reply, query))
        return DNS_ZONE_UNKNOWN;
    copy_question(&name, query);
    n = get_u16(reply.at + 6) + get_u16(reply.at + 8);
    for (unsigned i = get_u16(reply.at + 6); n > 0; n--) {
        if (!next_record(reply, &at, &r))
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
    struct record r;
    size_t at = query.len;

    if (!dns_reply_is_to(reply, query))
        return false;
    for (unsigned n = get_u16(reply.at + 6); n > 0; n--) {
        if (!next_record(reply, &at, &r))
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
    a.is_alias = a.rcode == 3 && get_u16(reply.at + 6) > 0;
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
