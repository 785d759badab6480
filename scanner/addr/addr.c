#include "snowline/addr.h"

#include <arpa/inet.h>
#include <string.h>

#include "addr/octet.h"
#include "base/text.h"
#include "snowline/error.h"

#define MAPPED (UINT64_C(0xffff) << 32) /* ::ffff:0:0/96, RFC 4291 §2.5.5.2 */

struct snow_addr snow_addr_from_ipv4(uint32_t ipv4)
{
    return (struct snow_addr){ 0, MAPPED | ipv4 };
}

uint32_t snow_addr_ipv4(struct snow_addr a)
{
    return (uint32_t)a.lo;
}

bool snow_addr_is_ipv4(struct snow_addr a)
{
    return a.hi == 0 && a.lo >> 32 == 0xffff;
}

int snow_addr_compare(struct snow_addr a, struct snow_addr b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return (a.lo > b.lo) - (a.lo < b.lo);
}

struct snow_addr snow_addr_add(struct snow_addr a, uint64_t n)
{
    struct snow_addr sum = { a.hi, a.lo + n };

    sum.hi += sum.lo < a.lo;
    return sum;
}

uint64_t snow_addr_distance(struct snow_addr a, struct snow_addr b)
{
    uint64_t lo = b.lo - a.lo;
    uint64_t hi = b.hi - a.hi - (b.lo < a.lo);

    return hi ? UINT64_MAX : lo;
}

struct snow_addr snow_addr_block(struct snow_addr a)
{
    a.lo &= ~UINT64_C(255);
    return a;
}

/* One decimal octet without leading zeros, which some read as octal. */
static bool take_octet(const char **at, uint32_t *octet)
{
    const char *start = *at;

    for (*octet = 0; text_is_digit(**at) && *octet <= 255; (*at)++)
        *octet = *octet * 10 + (uint32_t)(**at - '0');
    if (*at == start || *octet > 255)
        return false;
    return *start != '0' || *at == start + 1;
}

static int parse_ipv4(struct snow_addr *out, const char *text)
{
    uint32_t ipv4 = 0, octet;

    for (int i = 0; i < 4; i++) {
        if ((i > 0 && *text++ != '.') || !take_octet(&text, &octet))
            return SNOW_ESYNTAX;
        ipv4 = ipv4 << 8 | octet;
    }
    if (*text != '\0')
        return SNOW_ESYNTAX;
    *out = snow_addr_from_ipv4(ipv4);
    return 0;
}

int snow_addr_parse(struct snow_addr *out, const char *text)
{
    unsigned char octets[16];
    struct snow_addr a = { 0, 0 };

    if (!strchr(text, ':'))
        return parse_ipv4(out, text);
    if (inet_pton(AF_INET6, text, octets) != 1)
        return SNOW_ESYNTAX;
    for (int i = 0; i < 8; i++) {
        a.hi = a.hi << 8 | octets[i];
        a.lo = a.lo << 8 | octets[i + 8];
    }
    *out = a;
    return 0;
}

/* A hundred times as often as the other: by hand. */
static void format_ipv4(uint32_t ipv4, char *to)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        to = addr_put_octet(to, ipv4 >> shift & 255);
        *to++ = shift > 0 ? '.' : '\0';
    }
}

void snow_addr_format(struct snow_addr a, char out[SNOW_ADDR_TEXT_MAX])
{
    unsigned char octets[16];

    if (snow_addr_is_ipv4(a)) {
        format_ipv4(snow_addr_ipv4(a), out);
        return;
    }
    for (int i = 0; i < 8; i++) {
        octets[i] = (unsigned char)(a.hi >> (56 - 8 * i));
        octets[i + 8] = (unsigned char)(a.lo >> (56 - 8 * i));
    }
    inet_ntop(AF_INET6, octets, out, SNOW_ADDR_TEXT_MAX);
}
