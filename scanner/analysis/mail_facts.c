#include "analysis/mail_facts.h"

#include <string.h>

#include "snowline/error.h"

#define SAMPLE_MAX 4096 /* addresses of a run that are held against SPF */

/* A run with its domain, for sorting. */
struct placed {
    uint32_t domain, run;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->domain != y->domain)
        return x->domain < y->domain ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

static int index_runs(struct mail_facts *m, const struct runs *runs)
{
    struct placed *placed = calloc(runs->n + 1, sizeof *placed);

    m->by_domain = calloc(runs->n + 1, sizeof *m->by_domain);
    if (!placed || !m->by_domain) {
        free(placed);
        return SNOW_ENOMEM;
    }
    for (size_t i = 0; i < runs->n; i++)
        placed[i] = (struct placed){ runs->all[i].domain, (uint32_t)i };
    qsort(placed, runs->n, sizeof *placed, compare_placed);
    for (size_t i = 0; i < runs->n; i++)
        m->by_domain[i] = placed[i].run;
    m->n_runs = runs->n;
    free(placed);
    return 0;
}

/* Runs by domain at or after [i] begin with one of this domain or a later. */
static size_t first_of(const struct mail_facts *m, const struct run *all,
                       uint32_t domain)
{
    size_t low = 0, high = m->n_runs;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (all[m->by_domain[mid]].domain < domain)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const uint32_t *analysis_mail_facts_runs(struct mail_facts *m,
                                         const struct runs *runs,
                                         uint32_t domain, size_t *n)
{
    size_t from;

    if (!m->by_domain && index_runs(m, runs))
        return NULL;
    from = first_of(m, runs->all, domain);
    for (*n = 0; from + *n < m->n_runs &&
                 runs->all[m->by_domain[from + *n]].domain == domain;)
        ++*n;
    return m->by_domain + from;
}

static void hold(struct run *run, const struct analysis_spf *spf,
                 struct snow_addr a)
{
    enum spf_cover c = analysis_spf_covers(spf, a);

    run->spf_sampled++;
    run->spf_passes += c == SPF_COVER_PASS;
    run->spf_unknown += c == SPF_COVER_UNKNOWN;
}

/* Hold a run against the record: each of its addresses, or evenly spaced ones
 * of many; in IPv6 these may be more than a number holds. */
static void cover(struct run *run, const struct analysis_spf *spf)
{
    uint64_t behind = snow_addr_distance(run->first, run->last);
    uint64_t step = behind / SAMPLE_MAX + 1;
    struct snow_addr a = run->first;

    run->spf_sampled = run->spf_passes = run->spf_unknown = 0;
    if (behind < UINT64_MAX) {
        for (uint64_t at = 0; at <= behind && run->spf_sampled < SAMPLE_MAX;
             at += step)
            hold(run, spf, snow_addr_add(run->first, at));
        return;
    }
    step = (run->last.hi - run->first.hi) / SAMPLE_MAX + 1;
    for (; a.hi <= run->last.hi && run->spf_sampled < SAMPLE_MAX; a.hi += step)
        hold(run, spf, a);
}

static struct mail_fact *new_fact(struct mail_facts *m)
{
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 64;
        struct mail_fact *all = realloc(m->all, cap * sizeof *all);

        if (!all)
            return NULL;
        m->all = all;
        m->cap = cap;
    }
    m->is_sorted = false;
    return &m->all[m->n++];
}

static bool is_answer(uint8_t status)
{
    return status == SNOW_PTR_NAME || status == SNOW_PTR_NXDOMAIN ||
           status == SNOW_PTR_NODATA;
}

/* Where its mail goes: known when no host's addresses are missing, or when what
 * is known is enough for the question. */
static void take_mx(struct mail_fact *fact, const struct analysis_mail_setup *m)
{
    fact->is_mx_known = is_answer(m->status[MAIL_MX]);
    for (unsigned i = 0; i < m->n_mx; i++) {
        const struct mail_mx *mx = &m->mx[i];

        if (!is_answer(mx->status) && strcmp(mx->host, ".") != 0)
            fact->is_mx_known = false;
        for (unsigned k = 0; k < mx->n_addrs && fact->n < MAIL_FACT_ADDRS_MAX;
             k++)
            fact->mx[fact->n++] = mx->addrs[k];
    }
}

int analysis_mail_facts_add(struct mail_facts *m, struct runs *runs,
                            uint32_t domain,
                            const struct analysis_mail_setup *setup)
{
    size_t n;
    const uint32_t *own = analysis_mail_facts_runs(m, runs, domain, &n);
    struct mail_fact *fact = own ? new_fact(m) : NULL;

    if (!fact)
        return SNOW_ENOMEM;
    *fact = (struct mail_fact){
        .domain = domain,
        .is_spf_known = setup->spf.status != SPF_STATUS_NOT_ASKED &&
                        setup->spf.status != SPF_STATUS_TEMPERROR,
    };
    take_mx(fact, setup);
    for (size_t i = 0; i < n; i++)
        cover(&runs->all[own[i]], &setup->spf);
    return 0;
}

/* --- counting --- */

static int compare_facts(const void *a, const void *b)
{
    const struct mail_fact *x = a, *y = b;

    return (x->domain > y->domain) - (x->domain < y->domain);
}

const struct mail_fact *analysis_mail_facts_get(struct mail_facts *m,
                                                uint32_t domain)
{
    struct mail_fact key = { .domain = domain };

    if (!m->is_sorted && m->n > 0)
        qsort(m->all, m->n, sizeof *m->all, compare_facts);
    m->is_sorted = true;
    return m->n > 0 ? bsearch(&key, m->all, m->n, sizeof *m->all, compare_facts)
                    : NULL;
}

static bool is_inside(const struct snow_finding *f, struct snow_addr a)
{
    for (size_t i = 0; i < f->n_ranges; i++)
        if (snow_addr_compare(f->ranges[i].first, a) <= 0 &&
            snow_addr_compare(a, f->ranges[i].last) <= 0)
            return true;
    return false;
}

static void count_mx(struct snow_finding *f, const struct mail_fact *fact)
{
    bool is_found = false;

    for (unsigned i = 0; i < fact->n && !is_found; i++)
        is_found = is_inside(f, fact->mx[i]);
    f->mx_known += fact->is_mx_known || is_found;
    f->mx_inside += is_found;
}

/* Half of the addresses, be they of several runs; where it hangs on what is not
 * known, nothing is said. */
static void count_spf(struct snow_finding *f, uint64_t sampled, uint64_t passes,
                      uint64_t unknown)
{
    bool covers = passes * 2 >= sampled;

    f->spf_covers += covers;
    f->spf_known += covers || (passes + unknown) * 2 < sampled;
}

/* Runs of one domain among the finding's, once for each domain. */
static void count_domain(struct snow_finding *f, const struct mail_fact *fact,
                         const struct run *all, const struct placed *runs,
                         size_t n)
{
    uint64_t sampled = 0, passes = 0, unknown = 0;

    for (size_t i = 0; i < n; i++) {
        const struct run *run = &all[runs[i].run];

        sampled += run->spf_sampled;
        passes += run->spf_passes;
        unknown += run->spf_unknown;
    }
    f->mail_asked++;
    count_mx(f, fact);
    if (fact->is_spf_known && sampled > 0)
        count_spf(f, sampled, passes, unknown);
}

int analysis_mail_facts_count(struct snow_finding *f, struct mail_facts *m,
                              const struct run *all, const uint32_t *runs,
                              size_t n)
{
    struct placed *placed = calloc(n + 1, sizeof *placed);

    if (!placed)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n; i++)
        placed[i] = (struct placed){ all[runs[i]].domain, runs[i] };
    qsort(placed, n, sizeof *placed, compare_placed);
    for (size_t i = 0, len; i < n; i += len) {
        const struct mail_fact *fact =
            analysis_mail_facts_get(m, placed[i].domain);

        for (len = 1;
             i + len < n && placed[i + len].domain == placed[i].domain;)
            len++;
        if (fact)
            count_domain(f, fact, all, placed + i, len);
    }
    free(placed);
    return 0;
}

static int observe(struct mail_fact *fact, struct mail_facts *m,
                   const struct runs *runs)
{
    struct snow_finding f = { 0 };
    size_t n;
    const uint32_t *own = analysis_mail_facts_runs(m, runs, fact->domain, &n);
    struct snow_range *ranges = calloc(n + 1, sizeof *ranges);
    int code = own && ranges ? 0 : SNOW_ENOMEM;

    for (size_t i = 0; !code && i < n; i++)
        ranges[i] = (struct snow_range){ runs->all[own[i]].first,
                                         runs->all[own[i]].last };
    f.ranges = ranges;
    f.n_ranges = n;
    if (!code)
        code = analysis_mail_facts_count(&f, m, runs->all, own, n);
    fact->mx_known = f.mx_known > 0;
    fact->mx_inside = f.mx_inside > 0;
    fact->spf_known = f.spf_known > 0;
    fact->spf_covers = f.spf_covers > 0;
    for (size_t i = 0; !code && i < n; i++)
        fact->spf_passes |= runs->all[own[i]].spf_passes > 0 ||
                            runs->all[own[i]].spf_unknown > 0;
    free(ranges);
    return code;
}

int analysis_mail_facts_observe(struct mail_facts *m, const struct runs *runs)
{
    int code = 0;

    analysis_mail_facts_get(m, 0); /* sorts them */
    for (size_t i = 0; !code && i < m->n; i++)
        code = observe(&m->all[i], m, runs);
    return code;
}

void analysis_mail_facts_recall(struct snow_finding *f, struct mail_facts *m,
                                const uint32_t *domains, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct mail_fact *fact = analysis_mail_facts_get(m, domains[i]);

        if (!fact)
            continue;
        f->mail_asked++;
        f->mx_known += fact->mx_known;
        f->mx_inside += fact->mx_inside;
        f->spf_known += fact->spf_known;
        f->spf_covers += fact->spf_covers;
    }
}

void analysis_mail_facts_stamp(struct run *run, struct mail_facts *m)
{
    const struct mail_fact *fact = analysis_mail_facts_get(m, run->domain);

    if (!fact)
        return;
    run->has_mx = fact->mx_inside;
    run->spf_passes = fact->spf_passes;
}

void analysis_mail_facts_fini(struct mail_facts *m)
{
    free(m->all);
    free(m->by_domain);
    *m = (struct mail_facts){ 0 };
}
