#include "dns/axfr.h"

#include <string.h>

#define TYPE_AXFR 252
#define CLASS_IN 1

int dns_axfr_init(struct dns_axfr *x, const char *zone, uint16_t id)
{
    size_t at = 0;

    x->len = 0;
    x->n_soa = 0;
    x->n_records = 0;
    x->id = id;
    while (*zone) {
        size_t len = strcspn(zone, ".");

        if (len == 0 || len > 63 || memchr(zone, '\\', len) ||
            at + 1 + len + 1 > DNS_NAME_MAX_OCTETS)
            return SNOW_ESYNTAX;
        x->zone.octets[at] = (unsigned char)len;
        dns_wire_fold(x->zone.octets + at + 1, (const unsigned char *)zone,
                      len);
        at += 1 + len;
        zone += len + (zone[len] == '.');
    }
    if (at == 0)
        return SNOW_ESYNTAX;
    x->zone.octets[at] = 0;
    x->zone.len = at + 1;
    return 0;
}

static void put_u16(unsigned char *to, unsigned number)
{
    to[0] = (unsigned char)(number >> 8);
    to[1] = (unsigned char)number;
}

size_t dns_axfr_query(const struct dns_axfr *x,
                      unsigned char out[DNS_AXFR_QUERY_MAX])
{
    size_t len = DNS_HEADER_LEN + x->zone.len + 4;
    unsigned char *end = out + 2 + DNS_HEADER_LEN + x->zone.len;

    memset(out, 0, 2 + DNS_HEADER_LEN);
    put_u16(out, (unsigned)len);
    put_u16(out + 2, x->id);
    out[2 + 5] = 1; /* one question */
    memcpy(out + 2 + DNS_HEADER_LEN, x->zone.octets, x->zone.len);
    put_u16(end, TYPE_AXFR);
    put_u16(end + 2, CLASS_IN);
    return 2 + len;
}

/* --- one message --- */

static int no_transfer(struct snow_error *err)
{
    return snow_fail(err, SNOW_ESYNTAX,
                     "what it sends is no transfer of this zone");
}

static int check_head(const struct dns_axfr *x, struct dns_octets m,
                      struct snow_error *err)
{
    static const char *const words[] = { "FORMERR", "SERVFAIL", "NXDOMAIN",
                                         "NOTIMP", "REFUSED" };
    unsigned rcode;

    if (m.len < DNS_HEADER_LEN || dns_wire_u16(m.at) != x->id ||
        (m.at[2] & 0xf8) != 0x80)
        return no_transfer(err);
    rcode = m.at[3] & 15;
    if (rcode == 0)
        return 0;
    if (rcode == 9)
        return snow_fail(err, SNOW_EREFUSED,
                         "NOTAUTH: it does not serve this zone, or not to us");
    return snow_fail(err, SNOW_EREFUSED, "it refuses the transfer: %s",
                     rcode <= sizeof words / sizeof *words ? words[rcode - 1]
                                                           : "an odd code");
}

static int give(struct dns_axfr *x, struct dns_octets m,
                const struct dns_wire_record *r,
                const struct dns_wire_name *owner)
{
    char texts[2][DNS_NAME_TEXT_MAX];
    struct dns_wire_name target;
    struct dns_axfr_record record = { .owner = texts[0],
                                      .target = texts[1],
                                      .is_alias = r->type == DNS_TYPE_CNAME };

    if (!dns_wire_expand_data(m, r, &target))
        return SNOW_ESYNTAX;
    dns_wire_format(texts[0], owner);
    dns_wire_format(texts[1], &target);
    return x->fn(x->arg, &record);
}

static bool is_same(const struct dns_wire_name *a,
                    const struct dns_wire_name *b)
{
    return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/* The zone's SOA comes first and last (RFC 5936 §2.2). */
static int take_record(struct dns_axfr *x, struct dns_octets m,
                       const struct dns_wire_record *r,
                       const struct dns_wire_name *owner)
{
    if (r->type == DNS_TYPE_SOA && is_same(owner, &x->zone)) {
        x->n_soa++;
        return x->n_soa == 2 ? SNOW_EDONE : 0;
    }
    if (x->n_soa == 0)
        return SNOW_ESYNTAX;
    x->n_records++;
    if (r->class != CLASS_IN ||
        (r->type != DNS_TYPE_PTR && r->type != DNS_TYPE_CNAME))
        return 0;
    return give(x, m, r, owner);
}

/* The name at the front is the question's, or where none is repeated that of
 * the first record: what a pointer to it means either way. */
static int take_message(struct dns_axfr *x, struct dns_octets m,
                        struct snow_error *err)
{
    struct dns_wire_name front;
    size_t at = DNS_HEADER_LEN, end = DNS_HEADER_LEN;
    int code = check_head(x, m, err);

    if (code)
        return code;
    if (dns_wire_u16(m.at + 4) > 1 || !dns_wire_expand(m, &end, &front))
        return no_transfer(err);
    if (dns_wire_u16(m.at + 4) == 1)
        at = end + 4;
    for (unsigned n = dns_wire_u16(m.at + 6); !code && n > 0; n--) {
        struct dns_wire_record r;

        if (at > m.len || !dns_wire_next(m, &at, &r))
            return no_transfer(err);
        code = take_record(x, m, &r, r.is_of_question ? &front : &r.owner);
    }
    return code == SNOW_ESYNTAX ? no_transfer(err) : code;
}

/* --- the stream --- */

/* How many octets the message at hand is still short of. */
static size_t missing(const struct dns_axfr *x)
{
    return x->len < 2 ? 2 - x->len : 2 + dns_wire_u16(x->message) - x->len;
}

int dns_axfr_feed(struct dns_axfr *x, const unsigned char *octets, size_t len,
                  struct snow_error *err)
{
    int code = 0;

    while (!code && len > 0) {
        size_t n = missing(x) < len ? missing(x) : len;

        memcpy(x->message + x->len, octets, n);
        x->len += n;
        octets += n;
        len -= n;
        if (x->len < 2 || missing(x) > 0)
            continue;
        code = take_message(
            x, (struct dns_octets){ x->message + 2, x->len - 2 }, err);
        x->len = 0;
    }
    return code;
}
