#include "analysis/links.h"

#include <math.h>
#include <string.h>

#define DAY_S 86400
#define BATCH_S 600    /* neighbours of a bulk registration */
#define BURST_ROUNDS 8 /* bursts looked for within one registrar */

/* Weights, and what a family of them gives at most. */
#define SAME_DOMAIN 10
#define SAME_REGISTRAR .5
#define SAME_DAY 1.5
#define SAME_BURST 2
#define SAME_BATCH 3
#define SAME_LABEL 1.5
#define ADJACENT 1.5
#define SAME_BLOCK .5
#define SMTP_MAX 2
#define NAMING_MAX 2
#define NETWORK_MAX 1.5

const struct greeting *analysis_run_greeting(const struct run *run)
{
    const struct greeting *best = NULL;

    for (unsigned i = 0; i < RUN_GREETINGS_MAX; i++)
        if (run->greetings[i].n > 0 && (!best || run->greetings[i].n > best->n))
            best = &run->greetings[i];
    return best;
}

int analysis_manners_count(struct manners *m, const struct run *runs,
                           size_t n_runs)
{
    for (size_t i = 0; i < n_runs; i++) {
        const struct greeting *g = analysis_run_greeting(&runs[i]);
        uint64_t *df;

        if (!g)
            continue;
        df = map_put(&m->df, &g->manner, sizeof g->manner);
        if (!df)
            return SNOW_ENOMEM;
        ++*df;
        m->n++;
    }
    return 0;
}

double analysis_manners_idf(const struct manners *m, uint64_t manner)
{
    const uint64_t *df = map_get(&m->df, &manner, sizeof manner);

    return df ? analysis_idf(*df, m->n) : 0;
}

void analysis_manners_fini(struct manners *m)
{
    map_fini(&m->df);
    *m = (struct manners){ 0 };
}

int analysis_links_init(struct links *l, const struct campaigns_input *in)
{
    *l = (struct links){ .in = in };
    l->strip_of = calloc(in->n_runs + 1, sizeof *l->strip_of);
    l->group_of = calloc(in->n_runs + 1, sizeof *l->group_of);
    if (!l->strip_of || !l->group_of ||
        analysis_manners_count(&l->manners, in->runs, in->n_runs))
        goto fail;
    for (size_t i = 0; i < in->n_strips; i++)
        for (size_t k = 0; k < in->strips[i].n; k++)
            l->strip_of[in->strips[i].from + k] = (uint32_t)i + 1;
    return 0;

fail:
    analysis_links_fini(l);
    return SNOW_ENOMEM;
}

void analysis_links_fini(struct links *l)
{
    analysis_manners_fini(&l->manners);
    free(l->strip_of);
    free(l->group_of);
    free(l->groups);
    *l = (struct links){ 0 };
}

/* A domain of a run, for sorting by registrar and date. */
struct entry {
    uint32_t registrar, domain;
    int64_t created_utc_s;
    double position;
    uint32_t group;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->registrar != y->registrar)
        return x->registrar < y->registrar ? -1 : 1;
    if (x->created_utc_s != y->created_utc_s)
        return x->created_utc_s < y->created_utc_s ? -1 : 1;
    return x->domain < y->domain ? -1 : x->domain > y->domain;
}

/* Each dated domain of a run once, by registrar and date. Old ones are tied to
 * nobody, but count: a test that left them out would take youth for a burst.
 * A large sender's customers say nothing about who else registered what. */
static struct entry *list_entries(const struct links *l, size_t *n)
{
    struct entry *e = calloc(l->in->n_runs + 1, sizeof *e);
    size_t kept = 0;

    *n = 0;
    if (!e)
        return NULL;
    for (size_t i = 0; i < l->in->n_runs; i++) {
        const struct age *age =
            analysis_ages_get(l->in->ages, l->in->runs[i].domain);

        if (l->in->runs[i].n_esp == 0 && age && age->registrar &&
            age->created_utc_s != SNOW_TIME_UNKNOWN)
            e[(*n)++] = (struct entry){ .registrar = age->registrar,
                                        .domain = age->domain,
                                        .created_utc_s = age->created_utc_s };
    }
    qsort(e, *n, sizeof *e, compare_entries);
    for (size_t i = 0; i < *n; i++)
        if (kept == 0 || compare_entries(&e[kept - 1], &e[i]) != 0)
            e[kept++] = e[i];
    *n = kept;
    return e;
}

static size_t same_registrar(const struct entry *e, size_t n)
{
    size_t len = 1;

    while (len < n && e[len].registrar == e[0].registrar)
        len++;
    return len;
}

static int add_group(struct links *l, double p)
{
    struct burst_group *groups;
    size_t cap = l->groups_cap ? l->groups_cap * 2 : 16;

    if (l->n_groups == l->groups_cap) {
        groups = realloc(l->groups, cap * sizeof *groups);
        if (!groups)
            return SNOW_ENOMEM;
        l->groups = groups;
        l->groups_cap = cap;
    }
    l->groups[l->n_groups++].p = p;
    return 0;
}

/* Positions against everybody but these domains. */
static void place_entries(const struct links *l, struct entry *e, size_t n)
{
    struct burst_background b;

    for (size_t i = 0; i < n; i++)
        analysis_ages_get(l->in->ages, e[i].domain)->is_tested = true;
    b = analysis_ages_background(l->in->ages);
    for (size_t i = 0; i < n; i++)
        e[i].position = analysis_burst_position(&b, e[i].created_utc_s);
    for (size_t i = 0; i < n; i++)
        analysis_ages_get(l->in->ages, e[i].domain)->is_tested = false;
}

/* Take the best burst out of @p e, then look at what is left, until nothing is
 * significant any more. @p positions has room for n. */
static int test_registrar(struct links *l, struct entry *e, size_t n,
                          double *positions, size_t n_tests)
{
    place_entries(l, e, n);
    for (unsigned round = 0; round < BURST_ROUNDS; round++) {
        struct burst_result r;
        size_t left = 0;

        for (size_t i = 0; i < n; i++)
            if (e[i].group == 0)
                positions[left++] = e[i].position;
        if (left < 3)
            return 0;
        analysis_burst_test(&r, positions, left);
        r.p = fmin(1, r.p * (double)n_tests);
        if (r.p > BURST_P_MAX)
            return 0;
        analysis_burst_grow(&r, positions, left);
        if (add_group(l, r.p))
            return SNOW_ENOMEM;
        left = 0;
        for (size_t i = 0; i < n; i++) {
            if (e[i].group != 0)
                continue;
            if (left >= r.from && left < r.from + r.n)
                e[i].group = (uint32_t)l->n_groups;
            left++;
        }
    }
    return 0;
}

static void copy_groups(struct links *l, const struct entry *e, size_t n,
                        uint32_t *of_domain)
{
    for (size_t i = 0; i < n; i++)
        of_domain[e[i].domain] = e[i].group;
    for (size_t i = 0; i < l->in->n_runs; i++)
        if (!l->in->is_apart[i])
            l->group_of[i] = of_domain[l->in->runs[i].domain];
}

int analysis_links_find_bursts(struct links *l)
{
    size_t n, n_tests = 0;
    struct entry *e = list_entries(l, &n);
    double *positions = calloc(n + 1, sizeof *positions);
    uint32_t *of_domain = calloc(l->in->facts->n + 1, sizeof *of_domain);
    int code = e && positions && of_domain ? 0 : SNOW_ENOMEM;

    for (size_t i = 0, len; !code && i < n; i += len) {
        len = same_registrar(e + i, n - i);
        n_tests += len >= 3;
    }
    for (size_t i = 0, len; !code && i < n; i += len) {
        len = same_registrar(e + i, n - i);
        if (len >= 3)
            code = test_registrar(l, e + i, len, positions, n_tests);
    }
    if (!code)
        copy_groups(l, e, n, of_domain);
    free(e);
    free(positions);
    free(of_domain);
    return code;
}

static double weigh_registration(const struct links *l, uint32_t a, uint32_t b)
{
    const struct age *x = analysis_ages_get(l->in->ages, l->in->runs[a].domain);
    const struct age *y = analysis_ages_get(l->in->ages, l->in->runs[b].domain);
    uint64_t apart;

    if (!x || !y || x->registrar == 0 || x->registrar != y->registrar)
        return 0;
    if (x->created_utc_s == SNOW_TIME_UNKNOWN ||
        y->created_utc_s == SNOW_TIME_UNKNOWN)
        return SAME_REGISTRAR;
    apart = x->created_utc_s > y->created_utc_s
                ? (uint64_t)x->created_utc_s - (uint64_t)y->created_utc_s
                : (uint64_t)y->created_utc_s - (uint64_t)x->created_utc_s;
    if (apart <= BATCH_S && !x->is_date_only && !y->is_date_only)
        return SAME_BATCH;
    if (l->group_of[a] && l->group_of[a] == l->group_of[b])
        return SAME_BURST;
    return apart < DAY_S ? SAME_DAY : SAME_REGISTRAR;
}

static double weigh_nameservers(const struct links *l, uint32_t a, uint32_t b)
{
    const struct age *x = analysis_ages_get(l->in->ages, l->in->runs[a].domain);
    const struct age *y = analysis_ages_get(l->in->ages, l->in->runs[b].domain);

    if (!x || !y || x->nameservers == 0 || x->nameservers != y->nameservers)
        return 0;
    return analysis_ages_nameserver_idf(l->in->ages, x->nameservers);
}

static double weigh_greeting(const struct links *l, uint32_t a, uint32_t b)
{
    const struct greeting *x = analysis_run_greeting(&l->in->runs[a]);
    const struct greeting *y = analysis_run_greeting(&l->in->runs[b]);

    if (!x || !y || x->manner != y->manner)
        return 0;
    return fmin(SMTP_MAX, analysis_manners_idf(&l->manners, x->manner));
}

bool analysis_links_is_rare(const struct links *l, uint64_t label)
{
    return analysis_facts_label_df(l->in->facts, label) <= RARE_LABEL;
}

static double weigh_labels(const struct links *l, uint32_t a, uint32_t b)
{
    const struct run *x = &l->in->runs[a], *y = &l->in->runs[b];
    double sum = 0;

    for (unsigned i = 0; i < x->n_labels; i++)
        for (unsigned k = 0; k < y->n_labels; k++)
            if (x->labels[i] == y->labels[k] &&
                analysis_links_is_rare(l, x->labels[i]))
                sum += SAME_LABEL;
    return fmin(NAMING_MAX, sum);
}

static double weigh_network(const struct links *l, uint32_t a, uint32_t b)
{
    const struct run *x = &l->in->runs[a], *y = &l->in->runs[b];
    double sum = 0;

    if (l->strip_of[a] && l->strip_of[a] == l->strip_of[b] &&
        (a + 1 == b || b + 1 == a))
        sum += ADJACENT;
    if (snow_addr_compare(snow_addr_block(x->first),
                          snow_addr_block(y->first)) == 0)
        sum += SAME_BLOCK;
    return fmin(NETWORK_MAX, sum);
}

double analysis_links_weight(const struct links *l, uint32_t a, uint32_t b)
{
    double shared;

    if (l->in->is_apart[a] || l->in->is_apart[b])
        return 0;
    if (l->in->runs[a].domain == l->in->runs[b].domain)
        return SAME_DOMAIN;
    shared = weigh_nameservers(l, a, b) + weigh_greeting(l, a, b) +
             weigh_labels(l, a, b);
    if (l->in->is_own[a] || l->in->is_own[b])
        return shared;
    return shared + weigh_registration(l, a, b) + weigh_network(l, a, b);
}
