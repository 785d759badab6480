#include "dns/wire.h"

#include <string.h>

/* Of one name: it has 127 labels at most, and a pointer before and behind each
 * leads from one to the next. More of them only take our time. */
#define POINTERS_MAX 128

void dns_wire_fold(unsigned char *to, const unsigned char *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = dns_wire_lower(from[i]);
}

/* A pointer leads strictly towards the front (RFC 1035 §4.1.4: to a prior
 * occurrence), so that no loop is possible. */
bool dns_wire_expand(struct dns_octets m, size_t *at, struct dns_wire_name *out)
{
    size_t here = *at, low = *at, end = 0;
    unsigned n_pointers = 0;

    out->len = 0;
    for (;;) {
        unsigned c = here < m.len ? m.at[here] : 64;

        if (c >= 0xc0 && here + 1 < m.len) {
            end = end ? end : here + 2;
            here = dns_wire_u16(m.at + here) & 0x3fff;
            if (here >= low || here < DNS_HEADER_LEN ||
                n_pointers++ == POINTERS_MAX)
                return false;
            low = here;
            continue;
        }
        if (c > 63 || here + 1 + c > m.len ||
            out->len + 1 + c > sizeof out->octets)
            return false;
        dns_wire_fold(out->octets + out->len, m.at + here, 1 + c);
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

bool dns_wire_next(struct dns_octets m, size_t *at, struct dns_wire_record *r)
{
    r->is_of_question = take_pointer(m, at);
    if (!r->is_of_question && !dns_wire_expand(m, at, &r->owner))
        return false;
    if (m.len - *at < 10)
        return false;
    r->type = dns_wire_u16(m.at + *at);
    r->class = dns_wire_u16(m.at + *at + 2);
    r->ttl = dns_wire_u32(m.at + *at + 4);
    r->data_len = dns_wire_u16(m.at + *at + 8);
    r->data_at = *at + 10;
    *at = r->data_at + r->data_len;
    return *at <= m.len;
}

bool dns_wire_expand_data(struct dns_octets m, const struct dns_wire_record *r,
                          struct dns_wire_name *out)
{
    size_t at = r->data_at;

    return dns_wire_expand(m, &at, out) && at == r->data_at + r->data_len;
}

bool dns_wire_is_of(const struct dns_wire_record *r,
                    const struct dns_wire_owner *o)
{
    if (r->is_of_question)
        return o->is_question;
    return r->owner.len == o->name.len &&
           memcmp(r->owner.octets, o->name.octets, o->name.len) == 0;
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

size_t dns_wire_format(char out[DNS_NAME_TEXT_MAX],
                       const struct dns_wire_name *name)
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
