#include "addr/permute.h"

#include "base/random.h"

#define ROUNDS 4

uint64_t addr_permute_key(uint64_t seed, uint64_t block)
{
    return random_mix(random_mix(seed) ^ block);
}

/* Four rounds, each with sixteen nibbles of a function of the key. */
uint8_t addr_permute(uint64_t key, uint8_t i)
{
    unsigned left = i >> 4, right = i & 15;

    for (unsigned round = 1; round <= ROUNDS; round++) {
        uint64_t table = random_mix(key + round * 0x9e3779b97f4a7c15u);
        unsigned mixed = left ^ (unsigned)(table >> (4 * right) & 15);

        left = right;
        right = mixed;
    }
    return (uint8_t)(left << 4 | right);
}
