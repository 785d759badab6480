#include "pipeline/shards.h"

#include "addr/ranges_text.h"
#include "base/room.h"

#define PARTS 64 /* of a scan, unless the bounds say otherwise */

/* --- one by one --- */

/* What is in the text from here on is the payload of a new shard. */
static struct snow_shard *begin(struct shards *l, enum snow_shard_kind kind,
                                enum snow_shard_kind after)
{
    struct snow_shard *all = room_for_one(l->at, l->n, &l->cap, sizeof *all);

    if (!all)
        return NULL;
    l->at = all;
    all[l->n] = (struct snow_shard){ .kind = kind,
                                     .after = after,
                                     .is_retry = l->is_retry,
                                     .what_len = l->text.len };
    return &all[l->n++];
}

/* Until the text moves no more, its length is where the payload began. */
static int end(struct shards *l, struct snow_shard *s)
{
    s->what_len = l->text.len - s->what_len;
    return l->text.failed ? SNOW_ENOMEM : 0;
}

int shards_add(struct shards *l, enum snow_shard_kind kind,
               enum snow_shard_kind after)
{
    struct snow_shard *s = begin(l, kind, after);

    return s ? end(l, s) : SNOW_ENOMEM;
}

int shards_add_set(struct shards *l, enum snow_shard_kind kind,
                   enum snow_shard_kind after, const struct snow_ranges *set)
{
    struct snow_shard *s = begin(l, kind, after);

    if (!s)
        return SNOW_ENOMEM;
    addr_ranges_format(&l->text, set);
    s->n = snow_ranges_count(set);
    return end(l, s);
}

/* --- sets --- */

/** A cut under way. */
struct cutting {
    struct shards *list;
    enum snow_shard_kind kind;
    uint64_t size;           /**< blocks of a shard */
    struct snow_ranges *now; /**< of the shard in the making */
    uint64_t n_blocks;       /**< in it */
    uint64_t last_block;     /**< its last one */
};

static int close_shard(struct cutting *c)
{
    int code = shards_add_set(c->list, c->kind, 0, c->now);

    snow_ranges_free(c->now);
    c->now = NULL;
    c->n_blocks = 0;
    return code ? code : snow_ranges_new(&c->now);
}

/* One piece, of blocks that follow each other. */
static int add_piece(struct cutting *c, struct snow_range r)
{
    uint64_t first = snow_addr_ipv4(r.first) >> 8;
    uint64_t last = snow_addr_ipv4(r.last) >> 8;
    bool is_shared = c->n_blocks > 0 && first == c->last_block;
    int code = 0;

    if (c->n_blocks >= c->size && !is_shared)
        code = close_shard(c);
    c->n_blocks += last - first + !is_shared;
    c->last_block = last;
    return code ? code : snow_ranges_add(c->now, r);
}

static int add_range(struct cutting *c, struct snow_range r)
{
    uint64_t window = c->size << 8;
    uint64_t at = snow_addr_ipv4(r.first), last = snow_addr_ipv4(r.last);
    int code = 0;

    while (!code && at <= last) {
        uint64_t end = at / window * window + window - 1;

        end = end < last ? end : last;
        code = add_piece(
            c, (struct snow_range){ snow_addr_from_ipv4((uint32_t)at),
                                    snow_addr_from_ipv4((uint32_t)end) });
        at = end + 1;
    }
    return code;
}

/* A power of two: it divides a /16, or is a multiple of one. */
static uint64_t size_of(uint64_t n_blocks, uint64_t least, uint64_t most)
{
    uint64_t size = least;

    while (2 * size <= most && 2 * size * PARTS <= n_blocks)
        size *= 2;
    return size;
}

int shards_cut(struct shards *l, enum snow_shard_kind kind,
               const struct snow_ranges *set, uint64_t least, uint64_t most)
{
    struct cutting c = { .list = l, .kind = kind };
    int code = snow_ranges_new(&c.now);

    c.size = size_of(snow_ranges_blocks(set), least, most);
    for (size_t i = 0; !code && i < snow_ranges_n(set); i++) {
        struct snow_range r = snow_ranges_at(set, i);

        if (snow_addr_is_ipv4(r.first))
            code = add_range(&c, r);
    }
    if (!code && c.n_blocks > 0)
        code = close_shard(&c);
    snow_ranges_free(c.now);
    return code;
}

/* --- names --- */

int shards_cut_names(struct shards *l, enum snow_shard_kind kind,
                     const char *const *names, size_t n, size_t most)
{
    int code = 0;

    for (size_t at = 0; !code && at < n; at += most) {
        struct snow_shard *s = begin(l, kind, 0);

        if (!s)
            return SNOW_ENOMEM;
        for (size_t i = at; i < n && i - at < most; i++, s->n++)
            buf_add(&l->text, names[i], strlen(names[i]) + 1);
        code = end(l, s);
    }
    return code;
}

const char *shards_next_name(const char *what, size_t len, size_t *at)
{
    const char *name = what + *at;

    if (*at >= len)
        return NULL;
    *at += strlen(name) + 1;
    return name;
}

/* --- the list --- */

int shards_put(struct shards *l, struct snow_store *s, int64_t scan,
               struct snow_error *err)
{
    const char *at = l->text.data;

    for (size_t i = 0; i < l->n; i++) {
        l->at[i].lease.scan = scan;
        l->at[i].what = at ? at : "";
        at += l->at[i].what_len;
    }
    return l->n ? snow_store_add_shards(s, l->at, l->n, err) : 0;
}

void shards_fini(struct shards *l)
{
    free(l->at);
    buf_fini(&l->text);
    *l = (struct shards){ 0 };
}
