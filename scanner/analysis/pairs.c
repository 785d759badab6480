#include "analysis/pairs.h"

#include "base/random.h"

/* Runs that share a value and are compared each with each; of more, each with
 * some: its neighbours one, two, four … further. */
#define ALL_MAX 32

#define PAIRS_MIN 65536 /* held at least before any are left out */

/* Keys beside those of values. */
enum { KEY_DOMAIN = 1, KEY_BURST, KEY_BATCH };

/** One value of one run. */
struct trait {
    uint64_t key;
    uint32_t run;
    float weight; /* of sharing it */
};

struct traits {
    struct trait *all;
    size_t n, cap;
};

/* --- pairs --- */

uint32_t analysis_pairs_root(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static int strongest_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->weight < y->weight || x->weight > y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Keep a spanning forest of the strongest ties (Kruskal): whatever weight is
 * asked for, it holds the same runs together as all ties do. */
static void thin_out(struct pairs *p)
{
    size_t kept = 0;

    if (p->n > 0)
        qsort(p->all, p->n, sizeof *p->all, strongest_first);
    for (size_t i = 0; i < p->n_runs; i++)
        p->parent[i] = (uint32_t)i;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t a = analysis_pairs_root(p->parent, p->all[i].a);
        uint32_t b = analysis_pairs_root(p->parent, p->all[i].b);

        if (a == b)
            continue;
        if (a < b)
            p->parent[b] = a;
        else
            p->parent[a] = b;
        p->all[kept++] = p->all[i];
    }
    p->n = kept;
}

static void add_pair(struct pairs *p, const struct links *l, uint32_t a,
                     uint32_t b)
{
    double weight = a == b ? 0 : analysis_links_weight(l, a, b);

    if (weight < LINK_MIN)
        return;
    if (p->n == p->cap)
        thin_out(p);
    p->all[p->n++] = (struct pair){ .a = a < b ? a : b,
                                    .b = a < b ? b : a,
                                    .weight = (float)weight };
}

/* --- traits --- */

static int add_trait(struct traits *t, uint64_t key, uint32_t run,
                     double weight)
{
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 256;
        struct trait *all = realloc(t->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        t->all = all;
        t->cap = cap;
    }
    t->all[t->n++] =
        (struct trait){ .key = key, .run = run, .weight = (float)weight };
    return 0;
}

static uint64_t key_of(unsigned kind, uint32_t value)
{
    return random_mix(((uint64_t)kind << 32 | value) ^ UINT64_C(0x5eed));
}

static int add_traits(struct traits *t, const struct links *l, uint32_t i)
{
    int code =
        add_trait(t, key_of(KEY_DOMAIN, l->in->runs[i].domain), i, LINK_MIN);

    if (!code && l->burst_of[i])
        code = add_trait(t, key_of(KEY_BURST, l->burst_of[i]), i, LINK_MIN);
    if (!code && l->batch_of[i])
        code = add_trait(t, key_of(KEY_BATCH, l->batch_of[i]), i, LINK_MIN);
    for (size_t k = l->first[i]; !code && k < l->first[i + 1]; k++)
        code = add_trait(t, l->ties[k].key, i, (double)l->ties[k].weight);
    return code;
}

static int compare_traits(const void *a, const void *b)
{
    const struct trait *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

static size_t same_key(const struct trait *t, size_t n)
{
    size_t len = 1;

    while (len < n && t[len].key == t[0].key)
        len++;
    return len;
}

static void pair_up(struct pairs *p, const struct links *l,
                    const struct trait *t, size_t n)
{
    for (size_t i = 0; n <= ALL_MAX && i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            add_pair(p, l, t[i].run, t[k].run);
    for (size_t step = 1; n > ALL_MAX && step < n; step *= 2)
        for (size_t i = 0; i + step < n; i++)
            add_pair(p, l, t[i].run, t[i + step].run);
}

/* A crowd whose value alone ties nobody: those that share another one with it
 * as well. */
static int pair_up_crowd(struct pairs *p, const struct links *l,
                         const struct trait *t, size_t n)
{
    struct traits others = { 0 };
    int code = 0;

    for (size_t i = 0; !code && i < n; i++)
        for (size_t k = l->first[t[i].run]; !code && k < l->first[t[i].run + 1];
             k++)
            if (l->ties[k].key != t[i].key)
                code = add_trait(&others, l->ties[k].key, t[i].run, 0);
    if (others.n > 0)
        qsort(others.all, others.n, sizeof *others.all, compare_traits);
    for (size_t i = 0, len; !code && i < others.n; i += len) {
        len = same_key(others.all + i, others.n - i);
        pair_up(p, l, others.all + i, len);
    }
    free(others.all);
    return code;
}

static int pair_by_values(struct pairs *p, const struct links *l)
{
    struct traits t = { 0 };
    int code = 0;

    for (size_t i = 0; !code && i < l->in->n_runs; i++)
        if (!l->in->is_apart[i])
            code = add_traits(&t, l, (uint32_t)i);
    if (t.n > 0)
        qsort(t.all, t.n, sizeof *t.all, compare_traits);
    for (size_t i = 0, len; !code && i < t.n; i += len) {
        len = same_key(t.all + i, t.n - i);
        pair_up(p, l, t.all + i, len);
        if (len > ALL_MAX && (double)t.all[i].weight < LINK_MIN)
            code = pair_up_crowd(p, l, t.all + i, len);
    }
    free(t.all);
    return code;
}

/* --- neighbours --- */

/** For sorting by registrar and date. */
struct dated {
    uint32_t registrar, run;
    int64_t created_utc_s;
};

static int compare_dated(const void *a, const void *b)
{
    const struct dated *x = a, *y = b;

    if (x->registrar != y->registrar)
        return x->registrar < y->registrar ? -1 : 1;
    if (x->created_utc_s != y->created_utc_s)
        return x->created_utc_s < y->created_utc_s ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

/* Successive registrations at one registrar. */
static int pair_by_date(struct pairs *p, const struct links *l)
{
    struct dated *d = calloc(l->in->n_runs + 1, sizeof *d);
    size_t n = 0;

    if (!d)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < l->in->n_runs; i++) {
        const struct age *age =
            analysis_ages_get(l->in->ages, l->in->runs[i].domain);

        if (!l->in->is_apart[i] && age && age->registrar &&
            age->created_utc_s != SNOW_TIME_UNKNOWN)
            d[n++] = (struct dated){ .registrar = age->registrar,
                                     .run = (uint32_t)i,
                                     .created_utc_s = age->created_utc_s };
    }
    if (n > 0)
        qsort(d, n, sizeof *d, compare_dated);
    for (size_t i = 1; i < n; i++)
        if (d[i - 1].registrar == d[i].registrar)
            add_pair(p, l, d[i - 1].run, d[i].run);
    free(d);
    return 0;
}

/* Runs side by side in a strip. */
static void pair_by_place(struct pairs *p, const struct links *l)
{
    for (size_t i = 1; i < l->in->n_runs; i++)
        if (l->strip_of[i] && l->strip_of[i] == l->strip_of[i - 1])
            add_pair(p, l, (uint32_t)i - 1, (uint32_t)i);
}

int analysis_pairs_list(struct pairs *p, const struct links *l)
{
    int code;

    *p = (struct pairs){ .n_runs = l->in->n_runs };
    /* at least twice what a forest keeps */
    p->cap = p->n_runs * 4 > PAIRS_MIN ? p->n_runs * 4 : PAIRS_MIN;
    p->all = calloc(p->cap, sizeof *p->all);
    p->parent = calloc(p->n_runs + 1, sizeof *p->parent);
    if (!p->all || !p->parent) {
        analysis_pairs_fini(p);
        return SNOW_ENOMEM;
    }
    pair_by_place(p, l);
    code = pair_by_date(p, l);
    if (!code)
        code = pair_by_values(p, l);
    thin_out(p);
    if (code)
        analysis_pairs_fini(p);
    return code;
}

void analysis_pairs_fini(struct pairs *p)
{
    free(p->all);
    free(p->parent);
    *p = (struct pairs){ 0 };
}
