#include "base/random.h"

#include <sys/random.h>

#include "base/text.h"

/* The kernel gives up to 256 octets at once without fail; more may come in
 * parts. No entropy at all is a broken machine: there is nothing to go on. */
static void fill(void *to, size_t len)
{
    char *at = to;

    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);

        if (n < 0)
            continue; /* EINTR */
        at += n;
        len -= (size_t)n;
    }
}

uint16_t random_u16(struct random *r)
{
    if (r->left == 0) {
        fill(r->pool, sizeof r->pool);
        r->left = COUNT_OF(r->pool);
    }
    return r->pool[--r->left];
}

uint64_t random_u64(void)
{
    uint64_t x;

    fill(&x, sizeof x);
    return x;
}

uint64_t random_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

uint64_t random_next(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    return random_mix(*state);
}

uint64_t random_below(uint64_t *state, uint64_t n)
{
    return random_next(state) % n;
}
