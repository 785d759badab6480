/* Chance: unpredictable octets for what an attacker must not guess, a seeded
 * sequence for what must be repeatable. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** Unpredictable numbers, fetched from the kernel in large gulps. Zeroed
 * memory is ready to use. */
struct random {
    uint16_t pool[512];
    size_t left;
};

uint16_t random_u16(struct random *r);
uint64_t random_u64(void); /**< one system call each */

/** A well mixed function of @p x (splitmix64's finalizer, Steele et al.,
 * OOPSLA 2014): same in, same out, everywhere. */
uint64_t random_mix(uint64_t x);

/** The next number of a repeatable sequence (splitmix64). */
uint64_t random_next(uint64_t *state);

/** The next of 0 … n - 1, n >= 1, each as likely but for n / 2^64. */
uint64_t random_below(uint64_t *state, uint64_t n);

#endif
