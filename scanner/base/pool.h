/* A fixed number of equal slots, handed out and taken back in constant time;
 * its size is the concurrency. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool {
    char *slots;
    size_t slot_size, n;
    size_t *free; /**< stack of the indices that are free */
    size_t n_free;
};

/** @return 0, SNOW_ENOMEM @owner the caller, with pool_fini() */
int pool_init(struct pool *p, size_t n, size_t slot_size);
void pool_fini(struct pool *p); /**< zeroed is fine */
void *pool_get(struct pool *p); /**< zeroed only the first time; or NULL */
void pool_put(struct pool *p, void *slot);
void *pool_at(const struct pool *p, size_t i);
size_t pool_index(const struct pool *p, const void *slot);

#endif
