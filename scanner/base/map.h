/* A map from octet strings to numbers, for counting and for looking up. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
    uint32_t key_at; /**< offset into keys, 1 + offset; 0: free */
    uint32_t key_len : 24;
    uint32_t tag : 8; /**< of the key's hash: most others need no look at it */
    uint64_t value;
};

/** Open addressing; keys are copied behind one another. Zeroed memory is an
 * empty map. */
struct map {
    struct map_entry *entries;
    size_t n, cap;
    char *keys;
    size_t keys_len, keys_cap;
};

void map_fini(struct map *m);

/** Where the value of a key stands, or NULL; good until the next map_put(). */
uint64_t *map_get(const struct map *m, const void *key, size_t len);

/** The same, but made with value 0 when it is not there; NULL: no memory, or a
 * key of 16 MiB. */
uint64_t *map_put(struct map *m, const void *key, size_t len);

/** Walk all entries in no useful order: start with *at = 0; false at the end.
 * @p key is NUL-terminated as well. */
bool map_next(const struct map *m, size_t *at, const char **key, size_t *len,
              uint64_t *value);

uint64_t map_hash(const void *key, size_t len); /**< same everywhere */

#endif
