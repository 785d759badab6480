#include "analysis/links.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

#define DAY_S 86400

/* Weights of what is not weighed by its rarity. */
#define SAME_DOMAIN 10 /* always tied */
#define SAME_REGISTRAR .5
#define SAME_DAY 1.5 /* and registrar */
#define SAME_BURST 2
#define SAME_BATCH 3
#define SAME_LABEL 1.5 /* each */
#define ADJACENT 1.5
#define SAME_BLOCK .5

const struct greeting *analysis_run_greeting(const struct run *run)
{
    const struct greeting *best = NULL;

    for (unsigned i = 0; i < RUN_GREETINGS_MAX; i++)
        if (run->greetings[i].n > 0 && (!best || run->greetings[i].n > best->n))
            best = &run->greetings[i];
    return best;
}

/* --- values --- */

static int add_tie(struct links *l, unsigned kind, uint64_t value,
                   enum infra_family family, double weight)
{
    if (weight <= 0)
        return 0;
    if (l->n_ties == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 256;
        struct tie *ties = realloc(l->ties, cap * sizeof *ties);

        if (!ties)
            return SNOW_ENOMEM;
        l->ties = ties;
        l->cap = cap;
    }
    l->ties[l->n_ties++] =
        (struct tie){ .key = random_mix(random_mix(value) + kind),
                      .weight = (float)weight,
                      .family = (uint8_t)family };
    return 0;
}

static int compare_ties(const void *a, const void *b)
{
    const struct tie *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static int add_values(struct links *l, const struct run *run)
{
    size_t n, from = l->n_ties;
    const struct infra_value *v =
        analysis_infra_get(l->in->infra, run->domain, &n);
    int code = 0;

    for (size_t i = 0; !code && i < n; i++)
        code = add_tie(l, v[i].kind, v[i].hash,
                       analysis_infra_family((enum infra_kind)v[i].kind),
                       analysis_infra_idf(l->in->infra, &v[i], 0, 0));
    for (unsigned i = 0; !code && i < run->n_labels; i++)
        if (analysis_facts_label_df(l->in->facts, run->labels[i]) <= RARE_LABEL)
            code = add_tie(l, INFRA_N_KINDS, run->labels[i],
                           INFRA_FAMILY_NAMING, SAME_LABEL);
    if (l->n_ties > from)
        qsort(l->ties + from, l->n_ties - from, sizeof *l->ties, compare_ties);
    return code;
}

int analysis_links_init(struct links *l, const struct campaigns_input *in)
{
    int code = 0;

    *l = (struct links){ .in = in };
    l->strip_of = calloc(in->n_runs + 1, sizeof *l->strip_of);
    l->burst_of = calloc(in->n_runs + 1, sizeof *l->burst_of);
    l->batch_of = calloc(in->n_runs + 1, sizeof *l->batch_of);
    l->first = calloc(in->n_runs + 1, sizeof *l->first);
    if (!l->strip_of || !l->burst_of || !l->batch_of || !l->first)
        code = SNOW_ENOMEM;
    for (size_t i = 0; !code && i < in->n_strips; i++)
        for (size_t k = 0; k < in->strips[i].n; k++)
            l->strip_of[in->strips[i].from + k] = (uint32_t)i + 1;
    for (size_t i = 0; !code && i < in->n_runs; i++) {
        if (!in->is_apart[i])
            code = add_values(l, &in->runs[i]);
        l->first[i + 1] = l->n_ties;
    }
    if (code)
        analysis_links_fini(l);
    return code;
}

void analysis_links_fini(struct links *l)
{
    free(l->strip_of);
    free(l->burst_of);
    free(l->batch_of);
    free(l->groups);
    free(l->ties);
    free(l->first);
    *l = (struct links){ 0 };
}

/* --- pairs --- */

static double weigh_registration(const struct links *l, uint32_t a, uint32_t b)
{
    const struct age *x = analysis_ages_get(l->in->ages, l->in->runs[a].domain);
    const struct age *y = analysis_ages_get(l->in->ages, l->in->runs[b].domain);
    uint64_t apart;

    if (!x || !y || x->registrar == 0 || x->registrar != y->registrar)
        return 0;
    if (l->batch_of[a] && l->batch_of[a] == l->batch_of[b])
        return SAME_BATCH;
    if (l->burst_of[a] && l->burst_of[a] == l->burst_of[b])
        return SAME_BURST;
    if (x->created_utc_s == SNOW_TIME_UNKNOWN ||
        y->created_utc_s == SNOW_TIME_UNKNOWN)
        return SAME_REGISTRAR;
    apart = x->created_utc_s > y->created_utc_s
                ? (uint64_t)x->created_utc_s - (uint64_t)y->created_utc_s
                : (uint64_t)y->created_utc_s - (uint64_t)x->created_utc_s;
    return apart < DAY_S ? SAME_DAY : SAME_REGISTRAR;
}

static double weigh_strip(const struct links *l, uint32_t a, uint32_t b)
{
    return l->strip_of[a] && l->strip_of[a] == l->strip_of[b] &&
                   (a + 1 == b || b + 1 == a)
               ? ADJACENT
               : 0;
}

static double weigh_block(const struct links *l, uint32_t a, uint32_t b)
{
    return snow_addr_compare(snow_addr_block(l->in->runs[a].first),
                             snow_addr_block(l->in->runs[b].first)) == 0
               ? SAME_BLOCK
               : 0;
}

/* What no value tells. */
static const struct {
    enum infra_family family;
    double (*weigh)(const struct links *l, uint32_t a, uint32_t b);
} relations[] = {
    { INFRA_FAMILY_REGISTRATION, weigh_registration },
    { INFRA_FAMILY_NETWORK, weigh_strip },
    { INFRA_FAMILY_NETWORK, weigh_block },
};

static void add_shared(struct infra_sum *sums, const struct links *l,
                       uint32_t a, uint32_t b)
{
    size_t i = l->first[a], k = l->first[b];

    while (i < l->first[a + 1] && k < l->first[b + 1]) {
        const struct tie *x = &l->ties[i], *y = &l->ties[k];

        if (x->key == y->key)
            analysis_infra_sum(&sums[x->family], (double)x->weight);
        i += x->key <= y->key;
        k += y->key <= x->key;
    }
}

double analysis_links_weight(const struct links *l, uint32_t a, uint32_t b)
{
    struct infra_sum sums[INFRA_N_FAMILIES] = { 0 };
    double all = 0;
    bool is_own;

    if (l->in->is_apart[a] || l->in->is_apart[b])
        return 0;
    if (l->in->runs[a].domain == l->in->runs[b].domain)
        return SAME_DOMAIN;
    add_shared(sums, l, a, b);
    is_own = l->in->is_own[a] || l->in->is_own[b];
    for (size_t i = 0; !is_own && i < sizeof relations / sizeof *relations; i++)
        analysis_infra_sum(&sums[relations[i].family],
                           relations[i].weigh(l, a, b));
    for (unsigned f = 0; f < INFRA_N_FAMILIES; f++)
        all += analysis_infra_total(&sums[f], f);
    return all;
}
