#include "addr/nibbles.h"

unsigned addr_nibble(struct snow_addr a, unsigned i)
{
    uint64_t half = i < 16 ? a.hi : a.lo;

    return (unsigned)(half >> (60 - 4 * (i & 15)) & 15);
}

struct snow_addr addr_nibbles_cut(struct snow_addr a, unsigned n)
{
    unsigned hi = n < 16 ? 4 * n : 64;
    unsigned lo = n > 16 ? 4 * n - 64 : 0;

    a.hi &= hi > 0 ? UINT64_MAX << (64 - hi) : 0;
    a.lo &= lo > 0 ? UINT64_MAX << (64 - lo) : 0;
    return a;
}

struct snow_addr addr_nibbles_child(struct snow_addr a, unsigned n,
                                    unsigned nibble)
{
    uint64_t placed = (uint64_t)nibble << (60 - 4 * (n & 15));

    if (n < 16)
        a.hi |= placed;
    else
        a.lo |= placed;
    return a;
}

struct snow_range addr_nibbles_range(struct snow_addr a, unsigned n)
{
    struct snow_prefix p = { addr_nibbles_cut(a, n), 4 * n };

    return snow_prefix_range(p);
}

unsigned addr_nibbles_common(struct snow_range r)
{
    unsigned n = 0;

    while (n < ADDR_NIBBLES &&
           addr_nibble(r.first, n) == addr_nibble(r.last, n))
        n++;
    return n;
}
