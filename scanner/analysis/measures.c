#include "analysis/measures.h"

#include <math.h>

#include "analysis/known.h"
#include "analysis/naming.h"
#include "analysis/words.h"
#include "base/text.h"

#define NAMING_SAMPLE 64 /* domains whose likeness stands for chance */

#define BULK_GAP_S 600 /* between two of a bulk registration */
#define BATCH_S 300    /* from first to last of a batch */

/* Credit for the order of names in one run. */
#define APEX_LATER .6 /* the bare domain is there, but not first */
#define ONE_LEVEL .35 /* one label more each, of one template or made up */

/* Those outside of runs with the lowest lots: drawn by their names alone, so
 * that nobody else's presence changes the sample. */
static size_t draw_sample(const char *sample[NAMING_SAMPLE],
                          const struct facts *f)
{
    uint64_t lots[NAMING_SAMPLE];
    size_t n = 0;

    for (uint32_t i = 0; i < f->n; i++) {
        uint64_t lot = map_hash(f->names[i], strlen(f->names[i]));
        size_t at = n < NAMING_SAMPLE ? n : n - 1;

        if (f->domains[i].flags & DOMAIN_IN_RUN ||
            !analysis_facts_is_usable(f, i) ||
            (n == NAMING_SAMPLE && lot >= lots[at]))
            continue;
        for (; at > 0 && lots[at - 1] > lot; at--) {
            lots[at] = lots[at - 1];
            sample[at] = sample[at - 1];
        }
        lots[at] = lot;
        sample[at] = f->names[i];
        n += n < NAMING_SAMPLE;
    }
    return n;
}

void analysis_measures_init(struct measures *m, struct analysis *a)
{
    const char *sample[NAMING_SAMPLE];

    *m = (struct measures){ .a = a, .n_tests = 1 };
    m->cohesion =
        analysis_naming_cohesion(sample, draw_sample(sample, &a->facts));
}

static const struct run *run_of(const struct measures *m,
                                const struct run_set *set, size_t i)
{
    return &m->a->runs.all[set->runs[i]];
}

static double apex_credit(const struct run *run)
{
    if (run->n_apex > 0)
        return run->starts_with_apex && run->n_apex == 1 ? 1 : APEX_LATER;
    return run->n_deep == 0 && (run->has_one_template || run->n_labels > 0)
               ? ONE_LEVEL
               : 0;
}

bool analysis_run_is_aligned(const struct run *run)
{
    uint64_t size = snow_addr_distance(run->first, run->last) + 1;

    return (size & (size - 1)) == 0 && run->first.lo % size == 0;
}

static void measure_order(struct score_facts *out, const struct measures *m,
                          const struct run_set *set)
{
    uint64_t deep = 0, esp = 0;
    size_t n_ordered = 0; /* an address alone has no order */

    for (size_t i = 0; i < set->n_runs; i++) {
        const struct run *run = run_of(m, set, i);
        uint64_t span = snow_addr_distance(run->first, run->last) + 1;

        out->multi_ip += analysis_score_multi_ip(run->n_named);
        out->consecutive += analysis_score_consecutive(
            run->n_named, span, analysis_run_is_aligned(run));
        if (run->n_named > 1) {
            out->apex_first += apex_credit(run);
            out->n_apex_first += run->starts_with_apex;
            n_ordered++;
        }
        out->named += run->n_named;
        out->n_customers += m->a->excuses.is_customer[set->runs[i]];
        out->span += span;
        out->probed += run->probed;
        out->open += run->open;
        out->own_banner += run->own_banner;
        out->fcrdns_known += run->forward_checked;
        out->fcrdns_ok += run->forward_ok;
        deep += run->n_deep;
        esp += run->n_esp;
        out->caveats |= (uint32_t)run->has_repeats << CAVEAT_REPEATS;
        out->caveats |= (uint32_t)(run->n_unknown > 0) << CAVEAT_UNKNOWN_INSIDE;
        out->caveats |= (uint32_t)run->ends_unknown << CAVEAT_UNKNOWN_BESIDE;
        out->caveats |= (uint32_t)run->is_in_sender_net << CAVEAT_SENDER_NET;
    }
    out->n_runs = set->n_runs;
    out->n_domains = set->n_domains;
    out->multi_ip /= (double)set->n_runs;
    out->consecutive /= (double)set->n_runs;
    out->apex_first = n_ordered ? out->apex_first / (double)n_ordered : NAN;
    out->is_deep = deep == out->named;
    out->is_esp = esp * 2 > out->named;
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Sorted values: the commonest one, how often it stands there, and how evenly
 * all are spread (Shannon's entropy over its greatest possible value). */
static double spread(uint64_t *values, size_t n, uint64_t *top, size_t *n_top)
{
    double entropy = 0;

    *n_top = 0;
    if (n > 0)
        qsort(values, n, sizeof *values, compare_u64);
    for (size_t i = 0, len; i < n; i += len) {
        double p;

        for (len = 1; i + len < n && values[i + len] == values[i];)
            len++;
        p = (double)len / (double)n;
        entropy -= p * log(p);
        if (len > *n_top) {
            *n_top = len;
            *top = values[i];
        }
    }
    return n > 1 ? entropy / log((double)n) : 0;
}

/* One value of each domain that has it. */
static size_t list_registrars(uint64_t *values, const struct measures *m,
                              const struct run_set *set)
{
    size_t n = 0;

    for (size_t i = 0; i < set->n_domains; i++) {
        const struct age *age = analysis_ages_get(&m->a->ages, set->domains[i]);

        if (age && age->registrar)
            values[n++] = age->registrar;
    }
    return n;
}

static size_t list_nameservers(uint64_t *values, const struct measures *m,
                               const struct run_set *set)
{
    size_t n = 0;

    for (size_t i = 0; i < set->n_domains; i++) {
        const struct age *age = analysis_ages_get(&m->a->ages, set->domains[i]);

        if (age && age->nameservers)
            values[n++] = age->nameservers;
    }
    return n;
}

static void measure_registrar(struct score_facts *out, struct snow_finding *f,
                              const struct measures *m,
                              const struct run_set *set, uint64_t *values)
{
    const struct ages *ages = &m->a->ages;
    size_t n = list_registrars(values, m, set);
    const struct registrar *r;
    uint64_t top = 0;

    out->n_registrars_known = n;
    out->registrar_entropy = spread(values, n, &top, &out->n_top_registrar);
    if (n == 0)
        return;
    r = &ages->registrars[top - 1];
    out->registrar_share = analysis_ages_registrar_share(ages, (uint32_t)top);
    if (f->registrar)
        text_copy(f->registrar, WORDS_REGISTRAR_MAX, r->name);
    f->registrar_iana_id = r->iana_id;
    out->is_corporate = out->n_top_registrar * 2 > n &&
                        analysis_known_corporate_registrar(r->iana_id, r->name);
}

/** A date with its registrar. */
struct registered {
    uint32_t registrar;
    int64_t utc_s;
};

static int compare_registered(const void *a, const void *b)
{
    const struct registered *x = a, *y = b;

    if (x->registrar != y->registrar)
        return x->registrar < y->registrar ? -1 : 1;
    return (x->utc_s > y->utc_s) - (x->utc_s < y->utc_s);
}

/* Sorted: the longest chains of one registrar. */
static void count_batches(struct score_facts *out, const struct registered *r,
                          size_t n)
{
    size_t together = 0, from = 0;

    for (size_t i = 0; i < n; i++) {
        bool follows = i > 0 && r[i - 1].registrar == r[i].registrar;

        together = follows && r[i].utc_s - r[i - 1].utc_s <= BULK_GAP_S
                       ? together + 1
                       : 1;
        while (r[from].registrar != r[i].registrar ||
               r[i].utc_s - r[from].utc_s > BATCH_S)
            from++;
        if (together > out->n_together)
            out->n_together = together;
        if (i - from + 1 > out->n_at_once)
            out->n_at_once = i - from + 1;
    }
}

/* Times of day are needed: dates alone say nothing of minutes. */
static int measure_batches(struct score_facts *out, const struct measures *m,
                           const struct run_set *set)
{
    struct registered *r = calloc(set->n_domains, sizeof *r);
    size_t n = 0;

    if (!r)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < set->n_domains; i++) {
        const struct age *age = analysis_ages_get(&m->a->ages, set->domains[i]);

        if (age && age->registrar && !age->is_date_only &&
            age->created_utc_s != SNOW_TIME_UNKNOWN)
            r[n++] = (struct registered){ age->registrar, age->created_utc_s };
    }
    if (n > 0)
        qsort(r, n, sizeof *r, compare_registered);
    count_batches(out, r, n);
    free(r);
    return 0;
}

static int measure_shared(struct score_facts *out, const struct measures *m,
                          const struct run_set *set, uint64_t *values)
{
    size_t n = list_nameservers(values, m, set), n_top;
    uint64_t top;

    if (n >= 2)
        out->nameserver_entropy = spread(values, n, &top, &n_top);
    return analysis_infra_compare(&out->shared, &m->a->infra, set->domains,
                                  set->n_domains);
}

static void measure_website(struct score_facts *out, const struct measures *m,
                            const struct run_set *set)
{
    struct web_sum sum;

    analysis_web_facts_count(&sum, &m->a->web, set->domains, set->n_domains);
    out->n_web_asked = sum.n_asked;
    out->n_web_known = sum.n_known;
    out->n_sites = sum.n_sites;
    out->web_absence = sum.absence;
}

/* Greetings of all runs together: the commonest fingerprint. */
static void measure_greeting(struct snow_finding *f, const struct measures *m,
                             const struct run_set *set, uint64_t *values)
{
    size_t n = 0, n_top;
    uint64_t top = 0;

    for (size_t i = 0; i < set->n_runs; i++) {
        const struct greeting *g = analysis_run_greeting(run_of(m, set, i));

        if (g)
            values[n++] = g->fingerprint;
    }
    spread(values, n, &top, &n_top);
    if (n_top > 0)
        snprintf(f->banner_fingerprint, sizeof f->banner_fingerprint, "%016llx",
                 (unsigned long long)top);
}

/* Strips and campaigns hold no domain known to be older than three years, by
 * their own rule: what they hold is compared with what is as young. */
static double rescale(const struct burst_background *b,
                      const struct run_set *set, double position)
{
    double from;

    if (set->kind == SNOW_RUN)
        return position;
    from = analysis_burst_position(b, b->now_utc_s -
                                          (int64_t)(AGE_OLD_DAYS * 86400));
    return from < 1 && position > from ? (position - from) / (1 - from) : 0;
}

static void test_burst(struct score_facts *out, const struct measures *m,
                       const struct run_set *set, double *positions)
{
    struct burst_background b = analysis_ages_background(&m->a->ages);
    struct burst_result r;
    size_t n = 0;

    out->is_default_curve =
        analysis_burst_background_n(&b) < BURST_BACKGROUND_MIN;
    for (size_t i = 0; i < set->n_domains; i++) {
        const struct age *age = analysis_ages_get(&m->a->ages, set->domains[i]);

        if (age && age->created_utc_s != SNOW_TIME_UNKNOWN)
            positions[n++] = rescale(
                &b, set, analysis_burst_position(&b, age->created_utc_s));
    }
    if (n < 3)
        return;
    qsort(positions, n, sizeof *positions, compare_doubles);
    analysis_burst_test(&r, positions, n);
    out->burst_p = fmin(1, fmax(r.p * m->n_tests, set->burst_floor));
}

static void measure_ages(struct score_facts *out, struct snow_finding *f,
                         const struct measures *m, const struct run_set *set,
                         double *days)
{
    size_t n = 0;
    double newness = 0;

    for (size_t i = 0; i < set->n_domains; i++) {
        const struct age *age = analysis_ages_get(&m->a->ages, set->domains[i]);
        double d = analysis_ages_days(&m->a->ages, set->domains[i]), first;

        if (isnan(d))
            continue;
        days[n++] = d;
        first = analysis_ages_days_new(&m->a->ages, set->domains[i]);
        newness += analysis_score_newness(first);
        out->n_sighted += first < d;
        out->n_old += d > AGE_OLD_DAYS;
        if (f->created_min_utc_s == SNOW_TIME_UNKNOWN ||
            age->created_utc_s < f->created_min_utc_s)
            f->created_min_utc_s = age->created_utc_s;
        if (f->created_max_utc_s == SNOW_TIME_UNKNOWN ||
            age->created_utc_s > f->created_max_utc_s)
            f->created_max_utc_s = age->created_utc_s;
    }
    out->n_dated = n;
    if (n == 0)
        return;
    qsort(days, n, sizeof *days, compare_doubles);
    out->newness = newness / (double)n;
    out->age_days_median = (days[(n - 1) / 2] + days[n / 2]) / 2;
}

/* Do two runs of different domains have a host label in common? */
static bool shares_label(const struct run *x, const struct run *y)
{
    if (x->domain == y->domain)
        return false;
    for (unsigned i = 0; i < x->n_labels; i++)
        for (unsigned k = 0; k < y->n_labels; k++)
            if (x->labels[i] == y->labels[k])
                return true;
    return false;
}

/* Share of the runs that have a label in common with another; of many runs
 * each is compared with the next few only. */
static double label_share(const struct measures *m, const struct run_set *set)
{
    size_t reach = set->n_runs > 256 ? 64 : set->n_runs, shared = 0;

    for (size_t i = 0; i < set->n_runs; i++) {
        bool found = false;

        for (size_t d = 1; d < reach && !found; d++)
            found = shares_label(run_of(m, set, i),
                                 run_of(m, set, (i + d) % set->n_runs));
        shared += found;
    }
    return (double)shared / (double)set->n_runs;
}

static int measure_naming(struct score_facts *out, const struct measures *m,
                          const struct run_set *set)
{
    const char **names = calloc(set->n_domains, sizeof *names);
    double randomness = 0, cohesion, labels;

    if (!names)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < set->n_domains; i++) {
        names[i] = m->a->facts.names[set->domains[i]];
        randomness += analysis_naming_randomness(names[i]);
    }
    cohesion = analysis_naming_cohesion(names, set->n_domains) - m->cohesion;
    labels = label_share(m, set);
    out->naming =
        fmax(.7 * randomness / (double)set->n_domains, fmax(cohesion, labels));
    free(names);
    return 0;
}

int analysis_measure(struct score_facts *out, struct snow_finding *f,
                     const struct measures *m, const struct run_set *set)
{
    uint64_t *values = calloc(set->n_runs, sizeof *values);
    double *numbers = calloc(set->n_runs, sizeof *numbers);
    int code = values && numbers ? 0 : SNOW_ENOMEM;

    *out = (struct score_facts){ .high_from = m->a->high_from,
                                 .nameserver_entropy = NAN,
                                 .age_days_median = NAN,
                                 .burst_p = NAN,
                                 .mx_known = f->mx_known,
                                 .mx_inside = f->mx_inside,
                                 .spf_known = f->spf_known,
                                 .spf_covers = f->spf_covers,
                                 .naming = NAN };
    if (!code)
        code = measure_naming(out, m, set);
    if (!code)
        code = measure_batches(out, m, set);
    if (!code)
        code = measure_shared(out, m, set, values);
    if (!code) {
        analysis_ages_test(&m->a->ages, set->domains, set->n_domains);
        measure_order(out, m, set);
        measure_registrar(out, f, m, set, values);
        measure_website(out, m, set);
        measure_greeting(f, m, set, values);
        measure_ages(out, f, m, set, numbers);
        test_burst(out, m, set, numbers);
        analysis_ages_test(&m->a->ages, NULL, 0);
    }
    free(values);
    free(numbers);
    return code;
}
