#include "lab/dns_seen.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/text.h"

#define CAP_MIN 65536

static uint64_t hash(const uint8_t *name, size_t len)
{
    uint64_t h = len;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)text_lower((char)name[i])) * 0x100000001b3;
    h = random_mix(h); /* FNV-1a alone leaves the low bits poor */
    return h ? h : 1;
}

static void put(struct dns_seen *s, uint64_t h)
{
    size_t at = h & (s->cap - 1);

    while (s->hashes[at] != 0 && s->hashes[at] != h)
        at = (at + 1) & (s->cap - 1);
    s->n += s->hashes[at] == 0;
    s->hashes[at] = h;
}

static int grow(struct dns_seen *s)
{
    struct dns_seen more = { .cap = s->cap ? 4 * s->cap : CAP_MIN };

    more.hashes = calloc(more.cap, sizeof *more.hashes);
    if (!more.hashes)
        return -1;
    for (size_t i = 0; i < s->cap; i++)
        if (s->hashes[i] != 0)
            put(&more, s->hashes[i]);
    free(s->hashes);
    *s = more;
    return 0;
}

int dns_seen_add(struct dns_seen *s, const uint8_t *wire_name, size_t len)
{
    if (s->n >= s->cap / 2 && grow(s))
        return -1;
    put(s, hash(wire_name, len));
    return 0;
}

void dns_seen_fini(struct dns_seen *s)
{
    free(s->hashes);
}
