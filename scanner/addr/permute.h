/* A keyed shuffle of the 256 addresses of a block. Pure. */
#ifndef ADDR_PERMUTE_H
#define ADDR_PERMUTE_H

#include <stdint.h>

/**
 * Where the @p i-th question about a block goes.
 *
 * A Feistel network over two nibbles: a permutation for every key, computed
 * and never stored.
 *
 * @param key  of this block: addr_permute_key()
 * @source     Black & Rogaway, "Ciphers with Arbitrary Finite Domains",
 *             CT-RSA 2002
 */
uint8_t addr_permute(uint64_t key, uint8_t i);

/** The key of one block of a scan. */
uint64_t addr_permute_key(uint64_t seed, uint64_t block);

#endif
