#include "analysis/decoys.h"

#include <string.h>

#include "base/random.h"

/* A dated domain, for sorting by its top level. */
struct topped {
    uint64_t top;
    uint32_t age;
};

/** What every shuffle needs. */
struct decoys {
    struct analysis shuffled; /* runs, strips and ages are its own, all else
                                 is the real scan's */
    const struct analysis *real;
    struct topped *dated; /* [n_dated] by top level */
    size_t n_dated;
    uint32_t *sold; /* [n_sold] ages with a registrar */
    size_t n_sold;
    uint32_t *order; /* [hosts.n] */
};

static int by_top(const void *a, const void *b)
{
    const struct topped *x = a, *y = b;

    if (x->top != y->top)
        return x->top < y->top ? -1 : 1;
    return (x->age > y->age) - (x->age < y->age);
}

static uint64_t top_of(const char *domain)
{
    const char *dot = strrchr(domain, '.');
    const char *top = dot ? dot + 1 : domain;

    return map_hash(top, strlen(top));
}

static void list_ages(struct decoys *d)
{
    const struct analysis *a = d->real;

    for (size_t i = 0; i < a->ages.n; i++) {
        const struct age *age = &a->ages.all[i];

        if (age->registrar)
            d->sold[d->n_sold++] = (uint32_t)i;
        if (age->created_utc_s != SNOW_TIME_UNKNOWN)
            d->dated[d->n_dated++] =
                (struct topped){ top_of(a->facts.names[age->domain]),
                                 (uint32_t)i };
    }
    if (d->n_dated > 0)
        qsort(d->dated, d->n_dated, sizeof *d->dated, by_top);
}

static void *copy(const void *from, size_t n, size_t size)
{
    void *to = calloc(n + 1, size);

    if (to && n > 0)
        memcpy(to, from, n * size);
    return to;
}

static void decoys_fini(struct decoys *d)
{
    analysis_runs_fini(&d->shuffled.runs);
    free(d->shuffled.strips);
    analysis_excuses_fini(&d->shuffled.excuses);
    free(d->shuffled.ages.all);
    free(d->shuffled.ages.registrars);
    free(d->shuffled.ages.left_out);
    free(d->dated);
    free(d->sold);
    free(d->order);
}

static int decoys_init(struct decoys *d, struct analysis *a)
{
    struct ages *ages = &d->shuffled.ages;

    *d = (struct decoys){ .shuffled = *a, .real = a };
    d->shuffled.runs = (struct runs){ .gap_max = a->runs.gap_max };
    d->shuffled.strips = NULL;
    d->shuffled.excuses = (struct excuses){ 0 };
    d->shuffled.high_from = 0;
    ages->all = copy(a->ages.all, a->ages.n, sizeof *ages->all);
    ages->registrars = copy(a->ages.registrars, a->ages.n_registrars,
                            sizeof *ages->registrars);
    ages->left_out = calloc(a->ages.n + 1, sizeof *ages->left_out);
    d->dated = calloc(a->ages.n + 1, sizeof *d->dated);
    d->sold = calloc(a->ages.n + 1, sizeof *d->sold);
    d->order = calloc(a->hosts.n + 1, sizeof *d->order);
    if (!ages->all || !ages->registrars || !ages->left_out || !d->dated ||
        !d->sold || !d->order)
        return SNOW_ENOMEM;
    list_ages(d);
    return 0;
}

/* Dates change places with the precision in which they are told. */
static void swap_dates(struct age *x, struct age *y)
{
    struct age was = *x;

    x->created_utc_s = y->created_utc_s;
    x->is_date_only = y->is_date_only;
    y->created_utc_s = was.created_utc_s;
    y->is_date_only = was.is_date_only;
}

/* Fisher and Yates, as everywhere here. */
static void shuffle_dates(struct decoys *d, uint64_t *state)
{
    struct age *ages = d->shuffled.ages.all;

    for (size_t from = 0, len; from < d->n_dated; from += len) {
        const struct topped *t = &d->dated[from];

        for (len = 1; from + len < d->n_dated && t[len].top == t->top;)
            len++;
        for (size_t n = len; n > 1; n--)
            swap_dates(&ages[t[n - 1].age],
                       &ages[t[random_below(state, n)].age]);
    }
}

static void shuffle_registrars(struct decoys *d, uint64_t *state)
{
    struct age *ages = d->shuffled.ages.all;

    for (size_t n = d->n_sold; n > 1; n--) {
        struct age *x = &ages[d->sold[n - 1]];
        struct age *y = &ages[d->sold[random_below(state, n)]];
        uint32_t registrar = x->registrar;

        x->registrar = y->registrar;
        y->registrar = registrar;
    }
}

/* Only what is in no run may stand in a row. */
static void mark_runs(struct analysis *a, bool is_in_run)
{
    for (size_t i = 0; i < a->runs.n; i++) {
        uint32_t *flags = &a->facts.domains[a->runs.all[i].domain].flags;

        *flags = is_in_run ? *flags | DOMAIN_IN_RUN
                           : *flags & ~(uint32_t)DOMAIN_IN_RUN;
    }
}

static int to_runs(void *arg, const struct verdict *v)
{
    return analysis_runs_add(arg, v);
}

static int to_rows(void *arg, const struct verdict *v)
{
    return analysis_rows_add(arg, v);
}

/* As the second pass and the third do it. */
static int fold(struct analysis *a, const uint32_t *order)
{
    struct rows rows = { .facts = &a->facts, .ages = &a->ages, .to = &a->runs };
    int code = analysis_hosts_each(&a->hosts, order, to_runs, &a->runs);

    if (!code)
        code = analysis_runs_finish(&a->runs);
    if (code)
        return code;
    mark_runs(a, true);
    if (analysis_rows_are_likely(&rows))
        code = analysis_hosts_each(&a->hosts, order, to_rows, &rows);
    mark_runs(a, false);
    for (size_t i = 0; i < a->runs.n; i++)
        analysis_mail_facts_stamp(&a->runs.all[i], &a->mail);
    return code ? code : analysis_runs_finish(&a->runs);
}

static int shuffle(struct decoys *d, uint64_t decoy)
{
    struct analysis *a = &d->shuffled;
    uint64_t state = random_mix(random_mix(a->cfg.seed) + decoy);

    if (a->ages.n > 0)
        memcpy(a->ages.all, d->real->ages.all, a->ages.n * sizeof *a->ages.all);
    shuffle_dates(d, &state);
    shuffle_registrars(d, &state);
    analysis_ages_count(&a->ages);
    analysis_hosts_shuffle(&a->hosts, d->order, &state);
    a->runs.n = 0;
    free(a->strips);
    a->strips = NULL;
    analysis_excuses_fini(&a->excuses);
    return fold(a, d->order);
}

int analysis_decoys_score(struct snow_calibration *out, struct analysis *a,
                          const struct measures *like)
{
    struct decoys d;
    int code = analysis_hosts_settle(&a->hosts);

    if (!code)
        code = analysis_mail_facts_observe(&a->mail, &a->runs);
    if (code)
        return code;
    code = decoys_init(&d, a);
    mark_runs(a, false);
    for (uint64_t i = 0; !code && i < a->cfg.decoys; i++) {
        code = shuffle(&d, i);
        if (!code)
            code = analysis_findings_tally(&out->decoys, &d.shuffled, like);
        analysis_tell(a, &(struct snow_progress){ .stage = "decoys",
                                                  .unit = "shuffles",
                                                  .done = i + 1,
                                                  .of = a->cfg.decoys });
    }
    out->n_decoys = a->cfg.decoys;
    mark_runs(a, true);
    decoys_fini(&d);
    return code;
}
