#include "base/pool.h"

#include <assert.h>

#include "snowline/error.h"

int pool_init(struct pool *p, size_t n, size_t slot_size)
{
    *p = (struct pool){ .slot_size = slot_size, .n = n };
    p->slots = calloc(n, slot_size);
    p->free = calloc(n, sizeof *p->free);
    if (!p->slots || !p->free) {
        pool_fini(p);
        return SNOW_ENOMEM;
    }
    for (size_t i = 0; i < n; i++)
        p->free[i] = n - 1 - i;
    p->n_free = n;
    return 0;
}

void pool_fini(struct pool *p)
{
    free(p->slots);
    free(p->free);
    *p = (struct pool){ 0 };
}

void *pool_at(const struct pool *p, size_t i)
{
    return p->slots + i * p->slot_size;
}

size_t pool_index(const struct pool *p, const void *slot)
{
    return (size_t)((const char *)slot - p->slots) / p->slot_size;
}

void *pool_get(struct pool *p)
{
    return p->n_free > 0 ? pool_at(p, p->free[--p->n_free]) : NULL;
}

void pool_put(struct pool *p, void *slot)
{
    assert(p->n_free < p->n);
    p->free[p->n_free++] = pool_index(p, slot);
}
