#include <math.h>

#include "analysis/infra.h"
#include "snowline/error.h"

/* With fewer others nobody can tell what is common. */
#define OTHERS_MIN 10

static int by_value(const void *a, const void *b)
{
    const struct infra_value *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

/** The values of a set, and of how many domains each kind is known. */
struct gathered {
    struct infra_value *all;
    size_t n, n_asked[INFRA_N_KINDS];
};

static size_t count(const struct infra *in, const uint32_t *domains, size_t n)
{
    size_t sum = 0, of_one;

    for (size_t i = 0; i < n; i++) {
        analysis_infra_get(in, domains[i], &of_one);
        sum += of_one;
    }
    return sum;
}

static int gather(struct gathered *g, const struct infra *in,
                  const uint32_t *domains, size_t n)
{
    g->all = calloc(count(in, domains, n) + 1, sizeof *g->all);
    if (!g->all)
        return SNOW_ENOMEM;
    for (size_t i = 0, of_one; i < n; i++) {
        const struct infra_value *v =
            analysis_infra_get(in, domains[i], &of_one);

        for (size_t k = 0; k < of_one; k++) {
            g->n_asked[v[k].kind] += k == 0 || v[k].kind != v[k - 1].kind;
            g->all[g->n++] = v[k];
        }
    }
    if (g->n > 0)
        qsort(g->all, g->n, sizeof *g->all, by_value);
    return 0;
}

/* Mean weight of a pair by one kind; NaN when that is not known. */
static double weigh_kind(const struct gathered *g, const struct infra *in,
                         size_t from, size_t to)
{
    unsigned kind = g->all[from].kind;
    size_t n = g->n_asked[kind];
    double sum = 0;

    if (n < 2 || analysis_infra_others(in, kind, n) < OTHERS_MIN)
        return (double)NAN;
    for (size_t i = from, len; i < to; i += len) {
        for (len = 1; i + len < to && g->all[i + len].hash == g->all[i].hash;)
            len++;
        sum += analysis_infra_idf(in, &g->all[i], len, n) * (double)len *
               ((double)len - 1);
    }
    return sum / ((double)n * ((double)n - 1));
}

int analysis_infra_compare(struct infra_alike *out, const struct infra *in,
                           const uint32_t *domains, size_t n)
{
    struct infra_sum sums[INFRA_N_FAMILIES] = { 0 };
    struct gathered g = { 0 };
    int code = gather(&g, in, domains, n);

    for (size_t i = 0; i < INFRA_N_FAMILIES; i++)
        out->of[i] = (double)NAN;
    for (size_t i = 0, len; !code && i < g.n; i += len) {
        enum infra_family f = analysis_infra_family(g.all[i].kind);
        double weight;

        for (len = 1; i + len < g.n && g.all[i + len].kind == g.all[i].kind;)
            len++;
        weight = weigh_kind(&g, in, i, i + len);
        if (isnan(weight))
            continue;
        analysis_infra_sum(&sums[f], weight);
        out->of[f] = analysis_infra_total(&sums[f], f);
    }
    free(g.all);
    return code;
}
