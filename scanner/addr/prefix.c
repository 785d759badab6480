#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "snowline/addr.h"
#include "snowline/error.h"

/* The bits of a key that come after the first len. */
static struct snow_addr host_mask(unsigned len)
{
    struct snow_addr mask = { UINT64_MAX, UINT64_MAX };

    if (len >= 128)
        return (struct snow_addr){ 0, 0 };
    if (len >= 64) {
        mask.hi = 0;
        mask.lo >>= len - 64;
    } else {
        mask.hi >>= len;
    }
    return mask;
}

int snow_prefix_parse(struct snow_prefix *out, const char *text)
{
    char addr[SNOW_ADDR_TEXT_MAX];
    size_t at = strcspn(text, "/");
    struct snow_prefix p = { .len = 128 };
    struct snow_addr host;
    uint64_t len;
    int code;

    if (at >= sizeof addr)
        return SNOW_ESYNTAX;
    memcpy(addr, text, at);
    addr[at] = '\0';
    if ((code = snow_addr_parse(&p.first, addr)))
        return code;
    if (text[at] == '/') {
        unsigned family = strchr(addr, ':') ? 128 : 32;

        if ((code = text_parse_u64(&len, text + at + 1, family)))
            return code;
        if (text[at + 1] == '0' && text[at + 2])
            return SNOW_ESYNTAX;
        p.len = (unsigned)len + 128 - family;
    }
    host = host_mask(p.len);
    if ((p.first.hi & host.hi) | (p.first.lo & host.lo))
        return SNOW_EINVAL;
    *out = p;
    return 0;
}

void snow_prefix_format(struct snow_prefix p, char out[SNOW_PREFIX_TEXT_MAX])
{
    char addr[SNOW_ADDR_TEXT_MAX];
    bool is_ipv4 = snow_addr_is_ipv4(p.first) && p.len >= 96;

    snow_addr_format(p.first, addr);
    snprintf(out, SNOW_PREFIX_TEXT_MAX, "%s/%u", addr,
             is_ipv4 ? p.len - 96 : p.len);
}

struct snow_range snow_prefix_range(struct snow_prefix p)
{
    struct snow_addr host = host_mask(p.len);

    return (struct snow_range){
        p.first, { p.first.hi | host.hi, p.first.lo | host.lo }
    };
}

bool snow_range_next_prefix(struct snow_range *left, struct snow_prefix *out)
{
    unsigned len = snow_addr_is_ipv4(left->first) ? 96 : 0;
    struct snow_range covered = { left->first, left->first };

    for (; len <= 128; len++) {
        struct snow_addr host = host_mask(len);

        if ((left->first.hi & host.hi) | (left->first.lo & host.lo))
            continue;
        *out = (struct snow_prefix){ left->first, len };
        covered = snow_prefix_range(*out);
        if (snow_addr_compare(covered.last, left->last) <= 0)
            break;
    }
    left->first = snow_addr_add(covered.last, 1);
    return snow_addr_compare(covered.last, left->last) < 0;
}
