#include <string.h>

#include "analysis/core_internal.h"
#include "base/random.h"

int analysis_candidates_start(struct analysis *a)
{
    int code = snow_ranges_new(&a->wanted);

    if (!code)
        code = snow_ranges_new(&a->addrs);
    for (size_t i = 0; !code && i < a->runs.n; i++)
        code = snow_ranges_add(
            a->wanted,
            (struct snow_range){ a->runs.all[i].first, a->runs.all[i].last });
    for (size_t i = 0; !code && i < a->tiles.n; i++)
        code = snow_ranges_add(
            a->wanted,
            (struct snow_range){ a->tiles.all[i].first, a->tiles.all[i].last });
    return code;
}

/* Only addresses that have a name of their own: a gap may be excluded. */
int analysis_candidate_add(struct analysis *a, const struct verdict *v)
{
    if (!v->name || !snow_ranges_contains(a->wanted, v->addr))
        return 0;
    a->facts.domains[v->name->domain].flags |= DOMAIN_CANDIDATE;
    return snow_ranges_add(a->addrs, (struct snow_range){ v->addr, v->addr });
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_list(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(list[i]);
    free(list);
}

/* Sorted copies of the names of some domains. */
static int copy_names(char ***out, const struct analysis *a,
                      const uint32_t *ids, size_t n)
{
    char **list = calloc(n + 1, sizeof *list);

    if (!list)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        list[i] = strdup(a->facts.names[ids[i]]);
        if (!list[i]) {
            free_list(list, i);
            return SNOW_ENOMEM;
        }
    }
    qsort(list, n, sizeof *list, compare_names);
    *out = list;
    return 0;
}

/* A domain with its lot: a seeded number that depends on nothing else. */
struct lot {
    uint64_t drawn;
    uint32_t id;
};

static bool is_after(const struct lot *a, const struct lot *b)
{
    return a->drawn != b->drawn ? a->drawn > b->drawn : a->id > b->id;
}

/* Put the root of a heap where it belongs (the last drawn is on top). */
static void sift(struct lot *heap, size_t n)
{
    for (size_t i = 0;;) {
        size_t child = 2 * i + 1;
        struct lot swap = heap[i];

        if (child >= n)
            return;
        if (child + 1 < n && is_after(&heap[child + 1], &heap[child]))
            child++;
        if (!is_after(&heap[child], &swap))
            return;
        heap[i] = heap[child];
        heap[child] = swap;
        i = child;
    }
}

static int compare_lots(const void *a, const void *b)
{
    return is_after(b, a) - is_after(a, b); /* the last drawn first */
}

/* The max domains with the lowest lots: a sample that stays the same however
 * the scan was ordered, and changes little when the scan grows. */
static size_t draw(const struct analysis *a, struct lot *heap, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < a->facts.n && max > 0; i++) {
        const char *name = a->facts.names[i];
        struct lot lot = { .id = (uint32_t)i };

        if (!analysis_facts_is_usable(&a->facts, lot.id) ||
            a->facts.domains[i].flags & (DOMAIN_IN_RUN | DOMAIN_CANDIDATE))
            continue;
        lot.drawn = random_mix(map_hash(name, strlen(name)) ^ a->cfg.seed);
        if (n < max) {
            heap[n++] = lot;
            if (n == max)
                qsort(heap, n, sizeof *heap, compare_lots);
        } else if (is_after(&heap[0], &lot)) {
            heap[0] = lot;
            sift(heap, n);
        }
    }
    return n;
}

static int choose_background(struct snow_candidates *out,
                             const struct analysis *a)
{
    size_t max =
        a->cfg.background < a->facts.n ? (size_t)a->cfg.background : a->facts.n;
    struct lot *heap = calloc(max + 1, sizeof *heap);
    uint32_t *ids = calloc(max + 1, sizeof *ids);
    int code = SNOW_ENOMEM;

    if (heap && ids) {
        out->n_background = draw(a, heap, max);
        for (size_t i = 0; i < out->n_background; i++)
            ids[i] = heap[i].id;
        code = copy_names(&out->background, a, ids, out->n_background);
    }
    free(heap);
    free(ids);
    return code;
}

static int choose_domains(struct snow_candidates *out, const struct analysis *a)
{
    uint32_t *ids = calloc(a->facts.n + 1, sizeof *ids);
    int code;

    if (!ids)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < a->facts.n; i++)
        if (a->facts.domains[i].flags & (DOMAIN_IN_RUN | DOMAIN_CANDIDATE))
            ids[out->n_domains++] = (uint32_t)i;
    code = copy_names(&out->domains, a, ids, out->n_domains);
    free(ids);
    return code;
}

int analysis_candidates(struct snow_candidates *out, struct analysis *a)
{
    struct snow_candidates c = { 0 };
    int code = analysis_neighbours_finish(a->neighbours);

    if (!code)
        code = choose_domains(&c, a);
    if (!code)
        code = choose_background(&c, a);
    if (code) {
        /* a list that could not be made counts nothing */
        c.n_domains = c.domains ? c.n_domains : 0;
        c.n_background = c.background ? c.n_background : 0;
        snow_candidates_fini(&c);
        return code;
    }
    c.addrs = a->addrs;
    a->addrs = NULL;
    *out = c;
    return 0;
}

void snow_candidates_fini(struct snow_candidates *c)
{
    snow_ranges_free(c->addrs);
    free_list(c->domains, c->n_domains);
    free_list(c->background, c->n_background);
    *c = (struct snow_candidates){ 0 };
}
