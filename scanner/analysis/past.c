#include "analysis/past.h"

#include "analysis/core_internal.h"
#include "analysis/names.h"

void analysis_past_fini(struct past *p)
{
    free(p->runs);
    *p = (struct past){ 0 };
}

int analysis_past_begin(struct analysis *a, int64_t now_utc_s)
{
    struct past *p = &a->past;

    p->now_utc_s = now_utc_s;
    p->from = 0;
    if (p->runs)
        return 0;
    p->runs = calloc(a->runs.n + 1, sizeof *p->runs);
    if (!p->runs)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < a->runs.n; i++)
        p->runs[i].sighted_utc_s = SNOW_TIME_UNKNOWN;
    return 0;
}

bool analysis_past_wants(struct analysis *a, struct snow_addr from,
                         struct snow_addr *out)
{
    struct past *p = &a->past;
    const struct run *run;

    while (p->from < a->runs.n &&
           snow_addr_compare(a->runs.all[p->from].last, from) < 0)
        p->from++;
    if (p->from == a->runs.n)
        return false;
    run = &a->runs.all[p->from];
    *out = snow_addr_compare(run->first, from) > 0 ? run->first : from;
    return true;
}

/* The registrable domain of a name, where it could be a customer's own: no
 * generic name, no domain of the network. */
static const char *own_domain(struct analysis *a, const char *name,
                              struct snow_addr addr)
{
    struct analysis_split s;
    uint32_t id;

    if (!analysis_psl_split(&s, a->psl, name, ANALYSIS_SUFFIX_MAX) || !s.domain)
        return NULL;
    if (analysis_name_is_generic(
            name, s.domain > name ? (size_t)(s.domain - name) - 1 : 0, addr))
        return NULL;
    if (analysis_facts_find(&a->facts, s.domain, &id) &&
        !analysis_facts_is_usable(&a->facts, id))
        return NULL;
    return s.domain;
}

static void keep_domain(struct past_run *r, uint64_t hash)
{
    for (unsigned i = 0; i < r->n_domains; i++)
        if (r->domains[i] == hash)
            return;
    if (r->n_domains < PAST_DOMAINS_MAX)
        r->domains[r->n_domains++] = hash;
}

/* A run's own domain was there at that time. */
static void sight(const struct analysis *a, struct run *run, struct past_run *r,
                  int64_t seen_utc_s)
{
    int64_t at = a->past.now_utc_s;

    if (seen_utc_s > 0 && seen_utc_s < run->first_seen_utc_s)
        run->first_seen_utc_s = seen_utc_s;
    if (seen_utc_s > run->last_seen_utc_s)
        run->last_seen_utc_s = seen_utc_s;
    /* what was imported may be older than the scan that it is kept in */
    if (seen_utc_s > 0 && seen_utc_s < at)
        at = seen_utc_s;
    if (r->sighted_utc_s == SNOW_TIME_UNKNOWN || at < r->sighted_utc_s)
        r->sighted_utc_s = at;
}

static void see_name(struct analysis *a, const char *raw,
                     const struct analysis_seen *seen)
{
    char name[ANALYSIS_NAME_MAX];
    const char *domain = NULL;

    if (analysis_name_normalise(name, raw))
        domain = own_domain(a, name, seen->addr);
    for (size_t i = a->past.from; domain && i < a->runs.n; i++) {
        struct run *run = &a->runs.all[i];

        if (snow_addr_compare(run->first, seen->addr) > 0)
            break;
        if (snow_addr_compare(run->last, seen->addr) < 0)
            continue;
        if (strcmp(a->facts.names[run->domain], domain) == 0)
            sight(a, run, &a->past.runs[i], seen->seen_utc_s);
        else
            keep_domain(&a->past.runs[i], map_hash(domain, strlen(domain)));
    }
}

static void mark_known(struct analysis *a, struct snow_addr addr)
{
    for (size_t i = a->past.from; i < a->runs.n; i++) {
        if (snow_addr_compare(a->runs.all[i].first, addr) > 0)
            break;
        if (snow_addr_compare(a->runs.all[i].last, addr) >= 0)
            a->past.runs[i].is_known = true;
    }
}

void analysis_past_see(struct analysis *a, const struct analysis_seen *seen)
{
    const char *name = seen->names;
    struct snow_addr wanted;

    if (!analysis_past_wants(a, seen->addr, &wanted) ||
        snow_addr_compare(wanted, seen->addr) != 0 ||
        !snow_ptr_status_is_answer(seen->status))
        return;
    mark_known(a, seen->addr);
    for (unsigned i = 0; i < seen->n_names; i++) {
        see_name(a, name, seen);
        name += strlen(name) + 1;
    }
}

void analysis_past_settle(struct analysis *a)
{
    for (size_t i = 0; a->past.runs && i < a->runs.n; i++) {
        int64_t at = a->past.runs[i].sighted_utc_s;
        struct age *age = analysis_ages_get(&a->ages, a->runs.all[i].domain);

        if (age && at != SNOW_TIME_UNKNOWN &&
            (age->sighted_utc_s == SNOW_TIME_UNKNOWN ||
             at < age->sighted_utc_s))
            age->sighted_utc_s = at;
    }
}

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

int analysis_past_domains(uint64_t *out, const struct analysis *a,
                          const uint32_t *runs, size_t n_runs)
{
    const struct past *p = &a->past;
    uint64_t *all;
    size_t n = 0;
    bool is_known = false;

    *out = 0;
    if (!p->runs)
        return 0;
    all = calloc(n_runs * (PAST_DOMAINS_MAX + 1), sizeof *all);
    if (!all)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n_runs; i++) {
        const struct past_run *r = &p->runs[runs[i]];
        const char *own = a->facts.names[a->runs.all[runs[i]].domain];

        is_known |= r->is_known;
        all[n++] = map_hash(own, strlen(own));
        for (unsigned k = 0; k < r->n_domains; k++)
            all[n++] = r->domains[k];
    }
    qsort(all, n, sizeof *all, compare_hashes);
    for (size_t i = 0; is_known && i < n; i++)
        *out += i == 0 || all[i] != all[i - 1];
    free(all);
    return 0;
}
