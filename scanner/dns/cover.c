#include "dns/cover.h"

#include <stdlib.h>

#include "addr/nibbles.h"

bool cover_holds(const struct snow_ranges *targets, struct snow_range r)
{
    struct snow_range next;

    return snow_ranges_next(targets, r.first, &next) &&
           snow_addr_compare(next.first, r.last) <= 0;
}

bool cover_is_all(const struct snow_ranges *targets, struct snow_range r)
{
    struct snow_range next;

    return snow_ranges_next(targets, r.first, &next) &&
           snow_addr_compare(next.first, r.first) <= 0 &&
           snow_addr_compare(next.last, r.last) >= 0;
}

uint16_t cover_children(const struct snow_ranges *targets,
                        struct snow_addr prefix, unsigned nibbles)
{
    unsigned mask = 0;

    if (cover_is_all(targets, addr_nibbles_range(prefix, nibbles)))
        return 0xffff;
    for (unsigned i = 0; i < 16; i++) {
        struct snow_addr child = addr_nibbles_child(prefix, nibbles, i);

        if (cover_holds(targets, addr_nibbles_range(child, nibbles + 1)))
            mask |= 1u << i;
    }
    return (uint16_t)mask;
}

bool cover_pick(const struct snow_ranges *targets, struct snow_range r,
                uint64_t least, struct snow_addr any, struct snow_addr *out)
{
    struct snow_range near;
    uint64_t size;

    if (!snow_ranges_next(targets, any, &near) ||
        snow_addr_compare(near.first, r.last) > 0)
        if (!snow_ranges_next(targets, r.first, &near))
            return false;
    if (snow_addr_compare(near.first, r.first) < 0)
        near.first = r.first;
    if (snow_addr_compare(near.last, r.last) > 0)
        near.last = r.last;
    if (snow_addr_compare(near.first, near.last) > 0)
        return false;
    size = snow_addr_distance(near.first, near.last);
    if (size < least - 1)
        return false;
    *out = any;
    if (snow_addr_compare(any, near.first) < 0 ||
        snow_addr_compare(any, near.last) > 0)
        *out = snow_addr_add(near.first, any.lo % size);
    return true;
}

/* --- where to begin --- */

static struct snow_prefix spanning(struct snow_range r)
{
    unsigned n = addr_nibbles_common(r);

    return (struct snow_prefix){ addr_nibbles_cut(r.first, n), 4 * n };
}

static bool holds(struct snow_prefix outer, struct snow_prefix inner)
{
    return outer.len <= inner.len &&
           snow_addr_compare(outer.first, inner.first) <= 0 &&
           snow_addr_compare(snow_prefix_range(outer).last, inner.first) >= 0;
}

/* The spanning prefixes of all ranges without those that lie in others. */
static size_t widest(const struct snow_ranges *targets,
                     struct snow_prefix *roots)
{
    size_t n = 0;

    for (size_t i = 0; i < snow_ranges_n(targets); i++) {
        struct snow_prefix p = spanning(snow_ranges_at(targets, i));

        if (n > 0 && holds(roots[n - 1], p))
            continue;
        while (n > 0 && holds(p, roots[n - 1]))
            n--;
        roots[n++] = p;
    }
    return n;
}

static struct snow_node begin_at(const struct snow_ranges *targets,
                                 struct snow_prefix root)
{
    unsigned n = root.len / 4;
    struct snow_node node = { .addr = root.first, .nibbles = (uint8_t)n };

    if (n == 0 || !cover_is_all(targets, snow_prefix_range(root))) {
        node.ask = cover_children(targets, root.first, n);
        return node;
    }
    node.nibbles = (uint8_t)(n - 1);
    node.addr = addr_nibbles_cut(root.first, n - 1);
    node.ask = (uint16_t)(1u << addr_nibble(root.first, n - 1));
    return node;
}

int cover_roots(const struct snow_ranges *targets, struct snow_node **out,
                size_t *n)
{
    size_t cap = snow_ranges_n(targets) + 1;
    struct snow_prefix *roots = calloc(cap, sizeof *roots);
    struct snow_node *nodes = calloc(cap, sizeof *nodes);

    if (!roots || !nodes) {
        free(roots);
        free(nodes);
        return SNOW_ENOMEM;
    }
    *n = widest(targets, roots);
    for (size_t i = 0; i < *n; i++)
        nodes[i] = begin_at(targets, roots[i]);
    free(roots);
    *out = nodes;
    return 0;
}
