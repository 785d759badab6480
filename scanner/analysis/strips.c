#include "analysis/strips.h"

/* Do two neighbours in the sorted list tile? Overlapping ones do. */
static bool is_beside(struct snow_addr last, struct snow_addr next)
{
    return snow_addr_compare(next, last) <= 0 ||
           snow_addr_distance(last, next) <= STRIP_GAP_MAX + 1;
}

static bool has_enough_domains(const struct run *runs, size_t n)
{
    uint32_t seen[STRIP_DOMAINS_MIN];
    unsigned n_seen = 0;

    for (size_t i = 0; i < n && n_seen < STRIP_DOMAINS_MIN; i++) {
        unsigned k = 0;

        while (k < n_seen && seen[k] != runs[i].domain)
            k++;
        if (k == n_seen)
            seen[n_seen++] = runs[i].domain;
    }
    return n_seen == STRIP_DOMAINS_MIN;
}

/* How many runs from the first on tile. */
static size_t tiling(const struct run *runs, size_t n, const bool *is_apart)
{
    struct snow_addr last = runs[0].last;
    size_t len = 1;

    if (is_apart[0])
        return 1;
    for (; len < n && !is_apart[len] && is_beside(last, runs[len].first); len++)
        if (snow_addr_compare(runs[len].last, last) > 0)
            last = runs[len].last;
    return len;
}

int analysis_strips_find(struct strip **out, size_t *n, const struct run *runs,
                         size_t n_runs, const bool *is_apart)
{
    struct strip *strips =
        calloc(n_runs / STRIP_DOMAINS_MIN + 1, sizeof *strips);
    size_t n_strips = 0;

    if (!strips)
        return SNOW_ENOMEM;
    for (size_t i = 0, len; i < n_runs; i += len) {
        len = tiling(runs + i, n_runs - i, is_apart + i);
        if (has_enough_domains(runs + i, len))
            strips[n_strips++] = (struct strip){ i, len };
    }
    *out = strips;
    *n = n_strips;
    return 0;
}

static double density(const struct tile *t)
{
    return (double)t->n_named /
           ((double)snow_addr_distance(t->first, t->last) + 1);
}

static int compare_tiles(const void *a, const void *b)
{
    const struct tile *x = a, *y = b;
    double dx = density(x), dy = density(y);

    if (dx < dy || dx > dy)
        return dx > dy ? -1 : 1;
    if (x->n_named != y->n_named)
        return x->n_named > y->n_named ? -1 : 1;
    return snow_addr_compare(x->first, y->first);
}

/* Keep the best tiles that fit; a tile has three addresses at least, so no
 * more than max / 3 can ever be chosen. */
static void prune(struct tiles *t)
{
    uint64_t left = t->max;
    size_t n = 0;

    if (t->n > 0)
        qsort(t->all, t->n, sizeof *t->all, compare_tiles);
    while (n < t->n && left > 0) {
        struct tile *tile = &t->all[n++];

        if (tile->n_named > left)
            break;
        left -= tile->n_named;
    }
    t->n = n;
}

static int close_tile(struct tiles *t)
{
    unsigned n_domains = t->n_domains;

    t->n_domains = 0;
    if (n_domains < STRIP_DOMAINS_MIN || t->max == 0)
        return 0;
    if (t->n == t->cap && t->n > t->max)
        prune(t);
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        struct tile *all = realloc(t->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        t->all = all;
        t->cap = cap;
    }
    t->all[t->n++] = t->now;
    return 0;
}

static void note_domain(struct tiles *t, uint32_t domain)
{
    for (unsigned i = 0; i < t->n_domains; i++)
        if (t->domains[i] == domain)
            return;
    if (t->n_domains < STRIP_DOMAINS_MIN)
        t->domains[t->n_domains++] = domain;
}

int analysis_tiles_add(struct tiles *t, const struct verdict *v)
{
    if (!v->name)
        return 0;
    if (t->n_domains > 0 && !is_beside(t->now.last, v->addr)) {
        int code = close_tile(t);

        if (code)
            return code;
    }
    if (t->n_domains == 0)
        t->now = (struct tile){ .first = v->addr };
    t->now.last = v->addr;
    t->now.n_named++;
    note_domain(t, v->name->domain);
    return 0;
}

/* The last one chosen may be too long for what is left. */
static void cut_last(struct tiles *t)
{
    uint64_t used = 0;
    struct tile *last = t->n ? &t->all[t->n - 1] : NULL;

    for (size_t i = 0; i + 1 < t->n; i++)
        used += t->all[i].n_named;
    if (!last || last->n_named <= t->max - used)
        return;
    last->n_named = t->max - used;
    last->last = snow_addr_add(last->first, last->n_named - 1);
}

int analysis_tiles_finish(struct tiles *t)
{
    int code = close_tile(t);

    if (code)
        return code;
    prune(t);
    cut_last(t);
    return 0;
}

void analysis_tiles_fini(struct tiles *t)
{
    free(t->all);
    *t = (struct tiles){ 0 };
}
