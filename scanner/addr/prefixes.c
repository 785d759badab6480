#include "addr/prefixes.h"

#include <stdlib.h>

#include "snowline/error.h"

int addr_prefixes_add(struct prefixes *t, struct snow_prefix p, uint32_t value,
                      uint32_t line)
{
    struct snow_range r = snow_prefix_range(p);

    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        struct prefixes_entry *all = realloc(t->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        t->all = all;
        t->cap = cap;
    }
    t->all[t->n++] = (struct prefixes_entry){
        .first = r.first, .last = r.last, .value = value, .line = line
    };
    return 0;
}

/* A prefix stands before those that lie in it. */
static int by_address(const void *a, const void *b)
{
    const struct prefixes_entry *x = a, *y = b;
    int order = snow_addr_compare(x->first, y->first);

    if (!order)
        order = snow_addr_compare(y->last, x->last);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool is_same(const struct prefixes_entry *x,
                    const struct prefixes_entry *y)
{
    return snow_addr_compare(x->first, y->first) == 0 &&
           snow_addr_compare(x->last, y->last) == 0;
}

/* Prefixes either nest or have nothing in common: what the one before lies in
 * is all that this one can lie in. */
static void find_parent(struct prefixes *t, size_t i)
{
    uint32_t parent = (uint32_t)i; /* 1 + the one before; 0: there is none */

    while (parent > 0 &&
           snow_addr_compare(t->all[parent - 1].last, t->all[i].first) < 0)
        parent = t->all[parent - 1].parent;
    t->all[i].parent = parent;
}

bool addr_prefixes_settle(struct prefixes *t, struct prefixes_clash *clash)
{
    bool is_clear = true;
    size_t n = 0;

    if (t->n > 0)
        qsort(t->all, t->n, sizeof *t->all, by_address);
    for (size_t i = 0; i < t->n; i++) {
        const struct prefixes_entry *kept = n > 0 ? &t->all[n - 1] : NULL;

        if (!kept || !is_same(kept, &t->all[i])) {
            t->all[n] = t->all[i];
            find_parent(t, n++);
            continue;
        }
        if (is_clear && kept->value != t->all[i].value) {
            is_clear = false;
            if (clash)
                *clash = (struct prefixes_clash){ kept->line, t->all[i].line };
        }
    }
    t->n = n;
    return is_clear;
}

/* How many begin at or before an address. */
static size_t count_before(const struct prefixes *t, struct snow_addr a)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (snow_addr_compare(t->all[mid].first, a) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct prefixes_entry *addr_prefixes_at(const struct prefixes *t,
                                              struct snow_addr a,
                                              struct snow_addr *until)
{
    static const struct snow_addr end = { UINT64_MAX, UINT64_MAX };
    size_t next = count_before(t, a), at = next;

    while (at > 0 && snow_addr_compare(t->all[at - 1].last, a) < 0)
        at = t->all[at - 1].parent;
    *until = at > 0 ? t->all[at - 1].last : end;
    if (next < t->n && snow_addr_compare(t->all[next].first, *until) <= 0) {
        struct snow_addr first = t->all[next].first;

        *until = (struct snow_addr){ first.hi - (first.lo == 0), first.lo - 1 };
    }
    return at > 0 ? &t->all[at - 1] : NULL;
}

void addr_prefixes_fini(struct prefixes *t)
{
    free(t->all);
    *t = (struct prefixes){ 0 };
}
