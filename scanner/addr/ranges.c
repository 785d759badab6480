#include "snowline/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "base/mask.h"

struct snow_ranges {
    struct snow_range *at; /**< [n], ascending, neither touching */
    size_t n, cap;
};

int snow_ranges_new(struct snow_ranges **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? 0 : SNOW_ENOMEM;
}

void snow_ranges_free(struct snow_ranges *set)
{
    if (!set)
        return;
    free(set->at);
    free(set);
}

/* The first range that ends at or after a. */
static size_t find(const struct snow_ranges *set, struct snow_addr a)
{
    size_t lo = 0, hi = set->n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (snow_addr_compare(set->at[mid].last, a) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int reserve(struct snow_ranges *set, size_t n)
{
    size_t cap = set->cap ? set->cap : 16;
    struct snow_range *at;

    while (cap < n)
        cap *= 2;
    if (cap == set->cap)
        return 0;
    at = realloc(set->at, cap * sizeof *at);
    if (!at)
        return SNOW_ENOMEM;
    set->at = at;
    set->cap = cap;
    return 0;
}

/* Put n_new ranges where those from first up to end stood. */
static int splice(struct snow_ranges *set, size_t first, size_t end,
                  const struct snow_range *new, size_t n_new)
{
    size_t n = set->n - (end - first) + n_new;

    if (reserve(set, n))
        return SNOW_ENOMEM;
    memmove(set->at + first + n_new, set->at + end,
            (set->n - end) * sizeof *set->at);
    for (size_t i = 0; i < n_new; i++)
        set->at[first + i] = new[i];
    set->n = n;
    return 0;
}

/* True when b begins right behind a, or before that. */
static bool reaches(struct snow_range a, struct snow_range b)
{
    struct snow_addr next = snow_addr_add(a.last, 1);

    return snow_addr_compare(a.last, b.first) >= 0 ||
           snow_addr_compare(next, b.first) == 0;
}

int snow_ranges_add(struct snow_ranges *set, struct snow_range r)
{
    size_t first = find(set, r.first), end;

    if (first > 0 && reaches(set->at[first - 1], r))
        first--;
    for (end = first; end < set->n && reaches(r, set->at[end]); end++) {
        if (snow_addr_compare(set->at[end].first, r.first) < 0)
            r.first = set->at[end].first;
        if (snow_addr_compare(set->at[end].last, r.last) > 0)
            r.last = set->at[end].last;
    }
    return splice(set, first, end, &r, 1);
}

int snow_ranges_add_all(struct snow_ranges *set,
                        const struct snow_ranges *other)
{
    int code = 0;

    for (size_t i = 0; !code && i < other->n; i++)
        code = snow_ranges_add(set, other->at[i]);
    return code;
}

static int subtract(struct snow_ranges *set, struct snow_range r)
{
    size_t first = find(set, r.first), end = first, n = 0;
    struct snow_range kept[2];

    while (end < set->n && snow_addr_compare(set->at[end].first, r.last) <= 0)
        end++;
    if (first == end)
        return 0;
    if (snow_addr_compare(set->at[first].first, r.first) < 0) {
        kept[n].first = set->at[first].first;
        kept[n].last.lo = r.first.lo - 1;
        kept[n++].last.hi = r.first.hi - (r.first.lo == 0);
    }
    if (snow_addr_compare(set->at[end - 1].last, r.last) > 0) {
        kept[n].first = snow_addr_add(r.last, 1);
        kept[n++].last = set->at[end - 1].last;
    }
    return splice(set, first, end, kept, n);
}

int snow_ranges_subtract(struct snow_ranges *set,
                         const struct snow_ranges *other)
{
    int code = 0;

    for (size_t i = 0; !code && i < other->n; i++)
        code = subtract(set, other->at[i]);
    return code;
}

bool snow_ranges_contains(const struct snow_ranges *set, struct snow_addr a)
{
    size_t i = find(set, a);

    return i < set->n && snow_addr_compare(set->at[i].first, a) <= 0;
}

size_t snow_ranges_n(const struct snow_ranges *set)
{
    return set->n;
}

struct snow_range snow_ranges_at(const struct snow_ranges *set, size_t i)
{
    return set->at[i];
}

bool snow_ranges_next(const struct snow_ranges *set, struct snow_addr from,
                      struct snow_range *out)
{
    size_t i = find(set, from);

    if (i == set->n)
        return false;
    *out = set->at[i];
    return true;
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t snow_ranges_count(const struct snow_ranges *set)
{
    uint64_t n = 0;

    for (size_t i = 0; i < set->n; i++) {
        n = add_capped(n,
                       snow_addr_distance(set->at[i].first, set->at[i].last));
        n = add_capped(n, 1);
    }
    return n;
}

void snow_ranges_block_mask(const struct snow_ranges *set,
                            struct snow_addr block, uint64_t mask[4])
{
    struct snow_addr end = snow_addr_add(block, 255);

    memset(mask, 0, 4 * sizeof *mask);
    for (size_t i = find(set, block);
         i < set->n && snow_addr_compare(set->at[i].first, end) <= 0; i++) {
        struct snow_range r = set->at[i];
        unsigned from = snow_addr_compare(r.first, block) < 0
                            ? 0
                            : (unsigned)(r.first.lo & 255);
        unsigned to = snow_addr_compare(r.last, end) > 0
                          ? 255
                          : (unsigned)(r.last.lo & 255);

        for (unsigned k = from; k <= to; k++)
            mask_add(mask, k);
    }
}

bool snow_ranges_next_block(const struct snow_ranges *set,
                            struct snow_addr from, struct snow_addr *out)
{
    size_t i = find(set, from);

    if (i == set->n)
        return false;
    *out = snow_addr_block(snow_addr_compare(set->at[i].first, from) > 0
                               ? set->at[i].first
                               : from);
    return true;
}

/* Blocks of the i-th range that no earlier range has a share in. */
static uint64_t own_blocks(const struct snow_ranges *set, size_t i)
{
    struct snow_addr first = snow_addr_block(set->at[i].first);
    struct snow_addr last = snow_addr_block(set->at[i].last);
    uint64_t n = snow_addr_distance(first, last);

    n = n == UINT64_MAX ? n : (n >> 8) + 1;
    if (i > 0 &&
        snow_addr_compare(snow_addr_block(set->at[i - 1].last), first) == 0)
        n--;
    return n;
}

uint64_t snow_ranges_blocks(const struct snow_ranges *set)
{
    uint64_t n = 0;

    for (size_t i = 0; i < set->n; i++)
        n = add_capped(n, own_blocks(set, i));
    return n;
}

struct snow_addr snow_ranges_block_at(const struct snow_ranges *set, uint64_t i)
{
    struct snow_addr first;
    size_t k = 0;

    for (uint64_t own; i >= (own = own_blocks(set, k)); k++)
        i -= own;
    first = snow_addr_block(set->at[k].first);
    if (k > 0 &&
        snow_addr_compare(snow_addr_block(set->at[k - 1].last), first) == 0)
        i++;
    return snow_addr_add(first, i << 8);
}
