#include "analysis/infra.h"

#include <math.h>

#include "analysis/ages.h"
#include "analysis/campaigns.h"

/* Fewer domains outside of runs do not tell how common a value is. */
#define OUTSIDE_MIN 50

/* What a service may tell: with the registrar whose it is, or with one more
 * thing that many have, it must not make a tie. */
#define SERVICE_MOST 1.25

static const struct {
    double cap;
    bool is_shared;
    double others;
    const char *word;
} families[] = {
#define X(id, cap, is_shared, others, word) { cap, is_shared, others, word },
    INFRA_FAMILIES(X)
#undef X
};

static const struct {
    enum infra_family family;
    double most;
} kinds[] = {
#define X(id, family, most) { INFRA_FAMILY_##family, most },
    INFRA_KINDS(X)
#undef X
};

enum infra_family analysis_infra_family(enum infra_kind kind)
{
    return kinds[kind].family;
}

const char *analysis_infra_family_word(enum infra_family f)
{
    return families[f].word;
}

double analysis_infra_cap(enum infra_family f)
{
    return families[f].cap;
}

double analysis_infra_share(enum infra_family f)
{
    double all = 0;

    for (size_t i = 0; i < INFRA_N_FAMILIES; i++)
        all += families[i].is_shared ? families[i].cap : 0;
    return families[f].is_shared ? families[f].cap / all : 0;
}

void analysis_infra_sum(struct infra_sum *s, double weight)
{
    if (weight > s->strongest) {
        s->others += s->strongest;
        s->strongest = weight;
    } else {
        s->others += weight;
    }
}

double analysis_infra_total(const struct infra_sum *s, enum infra_family f)
{
    return fmin(families[f].cap, s->strongest + families[f].others * s->others);
}

void analysis_infra_fini(struct infra *in)
{
    free(in->all);
    *in = (struct infra){ 0 };
}

int analysis_infra_add(struct infra *in, uint32_t domain, enum infra_kind kind,
                       uint64_t hash)
{
    if (in->n > 0 && in->all[in->n - 1].domain == domain &&
        in->all[in->n - 1].kind == kind && in->all[in->n - 1].hash == hash)
        return 0; /* one domain's servers are alike, and come together */
    if (in->n == in->cap) {
        size_t cap = in->cap ? in->cap * 2 : 256;
        struct infra_value *all = realloc(in->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        in->all = all;
        in->cap = cap;
    }
    in->all[in->n++] = (struct infra_value){ .hash = hash,
                                             .domain = domain,
                                             .kind = (uint8_t)kind };
    return 0;
}

/* --- what runs and registrations show --- */

static int compare_u64(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Two labels at least, and of those that few others use: one alone is looked at
 * by itself. */
static uint64_t vocabulary(const struct run *run)
{
    uint64_t labels[RUN_LABELS_MAX];

    if (run->n_labels < 2)
        return 0;
    memcpy(labels, run->labels, run->n_labels * sizeof *labels);
    qsort(labels, run->n_labels, sizeof *labels, compare_u64);
    return map_hash(labels, run->n_labels * sizeof *labels) | 1;
}

static int add_run(struct infra *in, const struct run *run)
{
    const struct greeting *g = analysis_run_greeting(run);
    int code = 0;

    if (g)
        code = analysis_infra_add(in, run->domain, INFRA_MANNER, g->manner);
    if (!code)
        code = analysis_infra_add(in, run->domain, INFRA_VOCABULARY,
                                  vocabulary(run));
    if (!code)
        code = analysis_infra_add(in, run->domain, INFRA_TEMPLATE,
                                  run->has_one_template ? run->skeleton : 0);
    return code;
}

static int add_registrations(struct infra *in, const struct ages *ages)
{
    int code = 0;

    for (size_t i = 0; !code && i < ages->n; i++)
        if (ages->all[i].nameservers)
            code = analysis_infra_add(in, ages->all[i].domain, INFRA_DELEGATION,
                                      ages->all[i].nameservers);
    return code;
}

/* --- counting --- */

static int by_value(const void *a, const void *b)
{
    const struct infra_value *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->domain > y->domain) - (x->domain < y->domain);
}

static int by_domain(const void *a, const void *b)
{
    const struct infra_value *x = a, *y = b;

    if (x->domain != y->domain)
        return x->domain < y->domain ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static bool is_out(const struct facts *facts, uint32_t domain)
{
    return !(facts->domains[domain].flags & DOMAIN_IN_RUN);
}

/* Sorted by value: drop what is there twice, count who has each. */
static void count_values(struct infra *in, const struct facts *facts)
{
    size_t kept = 0;

    for (size_t i = 0; i < in->n; i++)
        if (kept == 0 || by_value(&in->all[kept - 1], &in->all[i]) != 0)
            in->all[kept++] = in->all[i];
    in->n = kept;
    for (size_t i = 0, len; i < in->n; i += len) {
        struct infra_value *v = &in->all[i];
        uint32_t n_out = 0;

        for (len = 0; i + len < in->n && v[len].kind == v->kind &&
                      v[len].hash == v->hash;)
            n_out += is_out(facts, v[len++].domain);
        for (size_t k = 0; k < len; k++) {
            v[k].df = (uint32_t)len;
            v[k].df_out = n_out;
        }
    }
}

/* Sorted by domain: of how many is each kind known? */
static void count_domains(struct infra *in, const struct facts *facts)
{
    for (size_t i = 0; i < in->n; i++) {
        const struct infra_value *v = &in->all[i];

        if (i > 0 && v[-1].domain == v->domain && v[-1].kind == v->kind)
            continue;
        in->n_asked[v->kind]++;
        in->n_out[v->kind] += is_out(facts, v->domain);
    }
}

int analysis_infra_settle(struct infra *in, const struct facts *facts,
                          const struct runs *runs, const struct ages *ages)
{
    int code = add_registrations(in, ages);

    memset(in->n_asked, 0, sizeof in->n_asked);
    memset(in->n_out, 0, sizeof in->n_out);
    for (size_t i = 0; !code && i < runs->n; i++)
        code = add_run(in, &runs->all[i]);
    if (code || in->n == 0)
        return code;
    qsort(in->all, in->n, sizeof *in->all, by_value);
    count_values(in, facts);
    qsort(in->all, in->n, sizeof *in->all, by_domain);
    count_domains(in, facts);
    return 0;
}

const struct infra_value *analysis_infra_get(const struct infra *in,
                                             uint32_t domain, size_t *n)
{
    size_t low = 0, high = in->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (in->all[mid].domain < domain)
            low = mid + 1;
        else
            high = mid;
    }
    for (*n = 0; low + *n < in->n && in->all[low + *n].domain == domain;)
        ++*n;
    return *n > 0 ? in->all + low : NULL;
}

size_t analysis_infra_others(const struct infra *in, enum infra_kind kind,
                             size_t n_set)
{
    return in->n_out[kind] >= OUTSIDE_MIN ? in->n_out[kind]
                                          : in->n_asked[kind] - n_set;
}

double analysis_infra_idf(const struct infra *in, const struct infra_value *v,
                          size_t n_have, size_t n_set)
{
    uint64_t df = v->df, n = in->n_asked[v->kind];
    double most;

    if (v->hash == 0)
        return 0;
    if (in->n_out[v->kind] >= OUTSIDE_MIN) {
        df = v->df_out + 1ull;
        n = in->n_out[v->kind] + 1ull;
    } else if (n_set > 0) {
        df = df - n_have + 1;
        n = n - n_set + 1;
    }
    most = v->df_out >= INFRA_SERVICE_MIN ? SERVICE_MOST : kinds[v->kind].most;
    return fmin(fmin(kinds[v->kind].most, most), analysis_idf(df, n));
}
