/* 256 bits: the addresses of a /24, the /24s of a /16. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stdbool.h>
#include <stdint.h>

#define MASK_BITS 256

static inline bool mask_has(const uint64_t mask[4], unsigned i)
{
    return mask[i >> 6] >> (i & 63) & 1;
}

static inline void mask_add(uint64_t mask[4], unsigned i)
{
    mask[i >> 6] |= UINT64_C(1) << (i & 63);
}

static inline void mask_remove(uint64_t mask[4], unsigned i)
{
    mask[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

static inline bool mask_is_empty(const uint64_t mask[4])
{
    return !(mask[0] | mask[1] | mask[2] | mask[3]);
}

static inline unsigned mask_count(const uint64_t mask[4])
{
    unsigned n = 0;

    for (int i = 0; i < 4; i++)
        n += (unsigned)__builtin_popcountll(mask[i]);
    return n;
}

#endif
