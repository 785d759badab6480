#include "base/map.h"

#include "base/random.h"

#define KEY_MAX ((1u << 24) - 1) /* that many octets fit in key_len */

/* FNV-1a (Fowler, Noll, Vo), its weak low bits mixed. */
uint64_t map_hash(const void *key, size_t len)
{
    const unsigned char *octets = key;
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ octets[i]) * 0x100000001b3u;
    return random_mix(h);
}

void map_fini(struct map *m)
{
    free(m->entries);
    free(m->keys);
    *m = (struct map){ 0 };
}

/* The low bits of a hash say where an entry stands: these are others. */
static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 56);
}

/* The entry of a key, or the free one where it would stand. */
static struct map_entry *find(const struct map *m, const void *key, size_t len,
                              uint64_t hash)
{
    size_t i = hash & (m->cap - 1);

    for (;; i = (i + 1) & (m->cap - 1)) {
        struct map_entry *e = &m->entries[i];

        if (e->key_at == 0)
            return e;
        if (e->tag == tag_of(hash) && e->key_len == len &&
            memcmp(m->keys + e->key_at - 1, key, len) == 0)
            return e;
    }
}

static bool grow(struct map *m)
{
    struct map bigger = *m;

    bigger.cap = m->cap ? m->cap * 2 : 64;
    bigger.entries = calloc(bigger.cap, sizeof *bigger.entries);
    if (!bigger.entries)
        return false;
    for (size_t i = 0; i < m->cap; i++) {
        const struct map_entry *e = &m->entries[i];
        const char *key = e->key_at ? m->keys + e->key_at - 1 : NULL;

        if (key)
            *find(&bigger, key, e->key_len, map_hash(key, e->key_len)) = *e;
    }
    free(m->entries);
    *m = bigger;
    return true;
}

static bool reserve_key(struct map *m, size_t len)
{
    size_t cap = m->keys_cap ? m->keys_cap : 1024;
    char *keys;

    while (cap - m->keys_len <= len)
        cap *= 2;
    if (cap == m->keys_cap)
        return true;
    keys = cap < UINT32_MAX ? realloc(m->keys, cap) : NULL;
    if (!keys)
        return false;
    m->keys = keys;
    m->keys_cap = cap;
    return true;
}

uint64_t *map_get(const struct map *m, const void *key, size_t len)
{
    struct map_entry *e = m->cap ? find(m, key, len, map_hash(key, len)) : NULL;

    return e && e->key_at ? &e->value : NULL;
}

uint64_t *map_put(struct map *m, const void *key, size_t len)
{
    uint64_t hash = map_hash(key, len);
    struct map_entry *e;

    if (len > KEY_MAX)
        return NULL;
    if (m->n * 3 >= m->cap * 2 && !grow(m))
        return NULL;
    e = find(m, key, len, hash);
    if (e->key_at)
        return &e->value;
    if (!reserve_key(m, len))
        return NULL;
    if (len > 0)
        memcpy(m->keys + m->keys_len, key, len);
    m->keys[m->keys_len + len] = '\0';
    e->key_at = (uint32_t)m->keys_len + 1;
    e->key_len = (uint32_t)len & KEY_MAX;
    e->tag = tag_of(hash) & 255;
    e->value = 0;
    m->keys_len += len + 1;
    m->n++;
    return &e->value;
}

bool map_next(const struct map *m, size_t *at, const char **key, size_t *len,
              uint64_t *value)
{
    for (; *at < m->cap; (*at)++) {
        const struct map_entry *e = &m->entries[*at];

        if (!e->key_at)
            continue;
        *key = m->keys + e->key_at - 1;
        *len = e->key_len;
        *value = e->value;
        (*at)++;
        return true;
    }
    return false;
}
