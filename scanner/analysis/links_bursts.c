/* What one registrar registered together: bursts, by the statistic, and
 * batches, minutes apart. */
#include <math.h>

#include "analysis/links.h"

#define BATCH_S 600 /* between two of a bulk registration */
#define BATCH_MIN 3 /* two are soon met by chance */
#define SEASON_S                                                               \
    (90 * 86400ll)     /* before and behind that tell what is usual            \
                        */
#define BURST_ROUNDS 8 /* bursts looked for within one registrar */

/* A domain of a run, for sorting by registrar and date. */
struct entry {
    uint32_t registrar, domain;
    int64_t created_utc_s;
    double position;
    uint32_t burst, batch; /* 1 + group, 0: none */
    bool is_date_only;
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
                                        .created_utc_s = age->created_utc_s,
                                        .is_date_only = age->is_date_only };
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

int analysis_links_add_group(struct links *l, double p)
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
static int place_entries(const struct links *l, struct entry *e, size_t n)
{
    uint32_t *domains = calloc(n, sizeof *domains);
    struct burst_background b;

    if (!domains)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n; i++)
        domains[i] = e[i].domain;
    analysis_ages_test(l->in->ages, domains, n);
    b = analysis_ages_background(l->in->ages);
    for (size_t i = 0; i < n; i++)
        e[i].position = analysis_burst_position(&b, e[i].created_utc_s);
    analysis_ages_test(l->in->ages, NULL, 0);
    free(domains);
    return 0;
}

/* Take the best burst out of @p e, then look at what is left, until nothing is
 * significant any more. @p positions has room for n. */
static int test_registrar(struct links *l, struct entry *e, size_t n,
                          double *positions, size_t n_tests)
{
    for (unsigned round = 0; round < BURST_ROUNDS; round++) {
        struct burst_result r;
        size_t left = 0;

        for (size_t i = 0; i < n; i++)
            if (e[i].burst == 0)
                positions[left++] = e[i].position;
        if (left < 3)
            return 0;
        analysis_burst_test(&r, positions, left);
        r.p = fmin(1, r.p * (double)n_tests);
        if (r.p > BURST_P_MAX)
            return 0;
        analysis_burst_grow(&r, positions, left);
        if (analysis_links_add_group(l, r.p))
            return SNOW_ENOMEM;
        left = 0;
        for (size_t i = 0; i < n; i++) {
            if (e[i].burst != 0)
                continue;
            if (left >= r.from && left < r.from + r.n)
                e[i].burst = (uint32_t)l->n_groups;
            left++;
        }
    }
    return 0;
}

/* Chains of one registrar's domains, each registered within minutes of the one
 * before. How many that long chance makes of all of its domains follows from
 * how many it registers at that time. */
static double chain_p(const struct entry *e, size_t n, size_t from, size_t len)
{
    size_t low = from, high = from + len;
    int64_t first = e[from].created_utc_s, last = e[high - 1].created_utc_s;
    double others, a_gap;

    while (low > 0 && first - e[low - 1].created_utc_s <= SEASON_S)
        low--;
    while (high < n && e[high].created_utc_s - last <= SEASON_S)
        high++;
    /* one more than were seen: fewer may have been there than usual */
    others = (double)(high - low - len) + 1;
    a_gap = others * BATCH_S / (2. * SEASON_S + (double)(last - first));
    return fmin(1, (double)n * pow(a_gap, (double)len - 1));
}

static bool follows(const struct entry *e, size_t i)
{
    return !e[i - 1].is_date_only && !e[i].is_date_only &&
           e[i].created_utc_s - e[i - 1].created_utc_s <= BATCH_S;
}

static int find_batches(struct links *l, struct entry *e, size_t n)
{
    for (size_t i = 0, len; i < n; i += len) {
        double p;

        for (len = 1; i + len < n && follows(e, i + len);)
            len++;
        p = len >= BATCH_MIN ? chain_p(e, n, i, len) : 1;
        if (p > BURST_P_MAX)
            continue;
        if (analysis_links_add_group(l, p))
            return SNOW_ENOMEM;
        for (size_t k = i; k < i + len; k++)
            e[k].batch = (uint32_t)l->n_groups;
    }
    return 0;
}

static int copy_groups(struct links *l, const struct entry *e, size_t n)
{
    const struct entry **of =
        calloc(l->in->facts->n + 1, sizeof(const struct entry *));

    if (!of)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n; i++)
        of[e[i].domain] = &e[i];
    for (size_t i = 0; i < l->in->n_runs; i++) {
        const struct entry *own = of[l->in->runs[i].domain];

        if (l->in->is_apart[i] || !own)
            continue;
        l->burst_of[i] = own->burst;
        l->batch_of[i] = own->batch;
    }
    free(of);
    return 0;
}

int analysis_links_find_bursts(struct links *l)
{
    size_t n, n_tests = 0;
    struct entry *e = list_entries(l, &n);
    double *positions = calloc(n + 1, sizeof *positions);
    int code = e && positions ? 0 : SNOW_ENOMEM;

    for (size_t i = 0, len; !code && i < n; i += len) {
        len = same_registrar(e + i, n - i);
        n_tests += len >= 3;
    }
    for (size_t i = 0, len; !code && i < n; i += len) {
        len = same_registrar(e + i, n - i);
        if (len < 3)
            continue;
        code = place_entries(l, e + i, len);
        if (!code)
            code = test_registrar(l, e + i, len, positions, n_tests);
        if (!code)
            code = find_batches(l, e + i, len);
    }
    if (!code)
        code = copy_groups(l, e, n);
    free(e);
    free(positions);
    return code;
}
