#include "analysis/match.h"

#include <string.h>

#define SHARE_MIN .5

/* A range of a finding. */
struct piece {
    struct snow_range range;
    size_t finding;
    bool is_newer;
};

/* Two findings that have addresses in common. */
struct pair {
    size_t older, newer;
    uint64_t overlap;
    double likeness;
};

struct matching {
    const struct snow_findings *older, *newer;
    struct piece *pieces;
    size_t n_pieces;
    size_t *active; /* pieces that may overlap the one at hand */
    size_t n_active;
    struct pair *pairs;
    size_t n_pairs, cap;
};

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    int order = snow_addr_compare(x->range.first, y->range.first);

    if (order)
        return order;
    if (x->is_newer != y->is_newer)
        return x->is_newer - y->is_newer;
    return (x->finding > y->finding) - (x->finding < y->finding);
}

static void add_pieces(struct matching *m, const struct snow_findings *f,
                       bool is_newer)
{
    for (size_t i = 0; i < f->n; i++)
        for (size_t r = 0; r < f->all[i].n_ranges; r++)
            m->pieces[m->n_pieces++] =
                (struct piece){ f->all[i].ranges[r], i, is_newer };
}

static size_t count_ranges(const struct snow_findings *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++)
        n += f->all[i].n_ranges;
    return n;
}

static int add_pair(struct matching *m, const struct piece *x,
                    const struct piece *y)
{
    const struct piece *older = x->is_newer ? y : x;
    const struct piece *newer = x->is_newer ? x : y;
    struct snow_addr last = snow_addr_compare(x->range.last, y->range.last) < 0
                                ? x->range.last
                                : y->range.last;

    if (x->is_newer == y->is_newer || m->older->all[older->finding].kind !=
                                          m->newer->all[newer->finding].kind)
        return 0;
    if (m->n_pairs == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 64;
        struct pair *pairs = realloc(m->pairs, cap * sizeof *pairs);

        if (!pairs)
            return SNOW_ENOMEM;
        m->pairs = pairs;
        m->cap = cap;
    }
    m->pairs[m->n_pairs++] = (struct pair){
        .older = older->finding,
        .newer = newer->finding,
        .overlap = snow_addr_distance(y->range.first, last) + 1,
    };
    return 0;
}

/* Pieces in the order of their first addresses, each held against those that
 * began before it and have not ended. */
static int find_pairs(struct matching *m)
{
    for (size_t i = 0; i < m->n_pieces; i++) {
        const struct piece *p = &m->pieces[i];
        size_t kept = 0;

        for (size_t k = 0; k < m->n_active; k++) {
            const struct piece *other = &m->pieces[m->active[k]];

            if (snow_addr_compare(other->range.last, p->range.first) < 0)
                continue;
            m->active[kept++] = m->active[k];
            if (add_pair(m, other, p))
                return SNOW_ENOMEM;
        }
        m->n_active = kept;
        m->active[m->n_active++] = i;
    }
    return 0;
}

static int compare_who(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->older != y->older)
        return x->older < y->older ? -1 : 1;
    return (x->newer > y->newer) - (x->newer < y->newer);
}

static int compare_likeness(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->likeness < y->likeness || x->likeness > y->likeness)
        return x->likeness > y->likeness ? -1 : 1;
    return compare_who(a, b);
}

static double share_of_domains(const struct snow_finding *a,
                               const struct snow_finding *b)
{
    size_t i = 0, k = 0, shared = 0;
    size_t least = a->n_domains < b->n_domains ? a->n_domains : b->n_domains;

    while (i < a->n_domains && k < b->n_domains) {
        int order = strcmp(a->domains[i], b->domains[k]);

        shared += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    return least > 0 ? (double)shared / (double)least : 0;
}

/* 1 to 2; 0 when they are not the same. */
static double likeness(const struct matching *m, const struct pair *p)
{
    const struct snow_finding *a = &m->older->all[p->older];
    const struct snow_finding *b = &m->newer->all[p->newer];
    uint64_t least = a->ip_count < b->ip_count ? a->ip_count : b->ip_count;
    double addrs = least > 0 ? (double)p->overlap / (double)least : 0;
    double domains = share_of_domains(a, b);

    return addrs >= SHARE_MIN && domains >= SHARE_MIN ? addrs + domains : 0;
}

/* What several ranges of two findings share is one sum. */
static void weigh(struct matching *m)
{
    size_t n = 0;

    if (m->n_pairs > 0)
        qsort(m->pairs, m->n_pairs, sizeof *m->pairs, compare_who);
    for (size_t i = 0; i < m->n_pairs; i++) {
        if (n > 0 && compare_who(&m->pairs[n - 1], &m->pairs[i]) == 0)
            m->pairs[n - 1].overlap += m->pairs[i].overlap;
        else
            m->pairs[n++] = m->pairs[i];
    }
    m->n_pairs = n;
    for (size_t i = 0; i < n; i++)
        m->pairs[i].likeness = likeness(m, &m->pairs[i]);
    if (n > 0)
        qsort(m->pairs, n, sizeof *m->pairs, compare_likeness);
}

static void choose(size_t *older_of, const struct matching *m, bool *is_taken)
{
    for (size_t i = 0; i < m->n_pairs && m->pairs[i].likeness > 0; i++) {
        const struct pair *p = &m->pairs[i];

        if (older_of[p->newer] != SIZE_MAX || is_taken[p->older])
            continue;
        older_of[p->newer] = p->older;
        is_taken[p->older] = true;
    }
}

int analysis_match(size_t *older_of, const struct snow_findings *older,
                   const struct snow_findings *newer)
{
    struct matching m = { .older = older, .newer = newer };
    size_t n = count_ranges(older) + count_ranges(newer);
    bool *is_taken = calloc(older->n + 1, sizeof *is_taken);
    int code = SNOW_ENOMEM;

    m.pieces = calloc(n + 1, sizeof *m.pieces);
    m.active = calloc(n + 1, sizeof *m.active);
    for (size_t i = 0; i < newer->n; i++)
        older_of[i] = SIZE_MAX;
    if (!is_taken || !m.pieces || !m.active)
        goto out;
    add_pieces(&m, older, false);
    add_pieces(&m, newer, true);
    qsort(m.pieces, m.n_pieces, sizeof *m.pieces, compare_pieces);
    code = find_pairs(&m);
    if (code)
        goto out;
    weigh(&m);
    choose(older_of, &m, is_taken);
out:
    free(is_taken);
    free(m.pieces);
    free(m.active);
    free(m.pairs);
    return code;
}
