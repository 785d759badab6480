#include "analysis/campaigns.h"

#include "analysis/links.h"
#include "base/random.h"

#define CROWD_MAX                                                              \
    512              /* more than this are paired with their neighbours only   \
                      */
#define LINK_STEP .5 /* how much stronger the ties of a crowd must be */
#define LINK_ROUNDS 12

/* One attribute of one run; runs with equal keys are looked at in pairs. */
struct trait {
    uint64_t key;
    int64_t order;
    uint32_t run;
    bool is_chain; /* only neighbours in the order make pairs */
};

struct traits {
    struct trait *all;
    size_t n, cap;
};

enum trait_kind {
    TRAIT_DOMAIN,
    TRAIT_BURST,
    TRAIT_NAMESERVERS,
    TRAIT_MANNER,
    TRAIT_LABEL,
    TRAIT_REGISTRAR,
    TRAIT_STRIP,
};

static int add_trait(struct traits *t, enum trait_kind kind, uint64_t value,
                     uint32_t run, int64_t order)
{
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 256;
        struct trait *all = realloc(t->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        t->all = all;
        t->cap = cap;
    }
    t->all[t->n++] = (struct trait){
        .key = random_mix(random_mix(value) + (uint64_t)kind),
        .order = order,
        .run = run,
        .is_chain = kind == TRAIT_REGISTRAR || kind == TRAIT_STRIP,
    };
    return 0;
}

static int add_age_traits(struct traits *t, const struct links *l, uint32_t i,
                          const struct age *age)
{
    int code = 0;

    if (age->registrar && age->created_utc_s != SNOW_TIME_UNKNOWN)
        code = add_trait(t, TRAIT_REGISTRAR, age->registrar, i,
                         age->created_utc_s);
    if (!code && age->nameservers &&
        analysis_ages_nameserver_idf(l->in->ages, age->nameservers) > 0)
        code = add_trait(t, TRAIT_NAMESERVERS, age->nameservers, i, i);
    return code;
}

static int add_traits(struct traits *t, const struct links *l, uint32_t i)
{
    const struct run *run = &l->in->runs[i];
    const struct age *age = analysis_ages_get(l->in->ages, run->domain);
    const struct greeting *g = analysis_run_greeting(run);
    int code = add_trait(t, TRAIT_DOMAIN, run->domain, i, i);

    if (!code && age)
        code = add_age_traits(t, l, i, age);
    if (!code && l->group_of[i])
        code = add_trait(t, TRAIT_BURST, l->group_of[i], i, i);
    if (!code && l->strip_of[i])
        code = add_trait(t, TRAIT_STRIP, l->strip_of[i], i, i);
    if (!code && g && analysis_manners_idf(&l->manners, g->manner) > 0)
        code = add_trait(t, TRAIT_MANNER, g->manner, i, i);
    for (unsigned k = 0; !code && k < run->n_labels; k++)
        if (analysis_links_is_rare(l, run->labels[k]))
            code = add_trait(t, TRAIT_LABEL, run->labels[k], i, i);
    return code;
}

static int compare_traits(const void *a, const void *b)
{
    const struct trait *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->run < y->run ? -1 : x->run > y->run;
}

/* A pair that is tied; a < b. */
struct link {
    uint32_t a, b;
    double weight;
};

struct pairs {
    struct link *all;
    size_t n, cap;
};

static int add_pair(struct pairs *p, const struct links *l, uint32_t a,
                    uint32_t b)
{
    double weight = analysis_links_weight(l, a, b);

    if (a == b || weight < LINK_MIN)
        return 0;
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 256;
        struct link *all = realloc(p->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        p->all = all;
        p->cap = cap;
    }
    p->all[p->n++] = (struct link){ a < b ? a : b, a < b ? b : a, weight };
    return 0;
}

static int pair_up(struct pairs *p, const struct links *l,
                   const struct trait *t, size_t n)
{
    bool is_chain = t->is_chain || n > CROWD_MAX;

    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && (k == i + 1 || !is_chain); k++)
            if (add_pair(p, l, t[i].run, t[k].run))
                return SNOW_ENOMEM;
    return 0;
}

static int compare_links(const void *a, const void *b)
{
    const struct link *x = a, *y = b;

    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

/* A pair that shares several traits was listed several times. */
static void unique_pairs(struct pairs *p)
{
    size_t kept = 0;

    if (p->n > 0)
        qsort(p->all, p->n, sizeof *p->all, compare_links);
    for (size_t i = 0; i < p->n; i++)
        if (kept == 0 || compare_links(&p->all[kept - 1], &p->all[i]) != 0)
            p->all[kept++] = p->all[i];
    p->n = kept;
}

static int list_pairs(struct pairs *p, const struct links *l)
{
    struct traits t = { 0 };
    int code = 0;

    for (size_t i = 0; !code && i < l->in->n_runs; i++)
        if (!l->in->is_apart[i])
            code = add_traits(&t, l, (uint32_t)i);
    if (t.n > 0)
        qsort(t.all, t.n, sizeof *t.all, compare_traits);
    for (size_t i = 0, len; !code && i < t.n; i += len) {
        for (len = 1; i + len < t.n && t.all[i + len].key == t.all[i].key;)
            len++;
        code = pair_up(p, l, t.all + i, len);
    }
    free(t.all);
    unique_pairs(p);
    return code;
}

/* Disjoint sets of runs, with what each set needs to be judged. */
struct forest {
    size_t n;
    uint32_t *parent;
    double *threshold; /* of the ties of a run */
    uint32_t *n_runs, *n_links;
};

static uint32_t root_of(struct forest *f, uint32_t i)
{
    while (f->parent[i] != i) {
        f->parent[i] = f->parent[f->parent[i]];
        i = f->parent[i];
    }
    return i;
}

static bool is_tied(const struct forest *f, const struct link *k)
{
    return k->weight >= f->threshold[k->a] && k->weight >= f->threshold[k->b];
}

static void unite(struct forest *f, const struct pairs *p)
{
    for (size_t i = 0; i < f->n; i++) {
        f->parent[i] = (uint32_t)i;
        f->n_runs[i] = f->n_links[i] = 0;
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct link *k = &p->all[i];
        uint32_t a = root_of(f, k->a), b = root_of(f, k->b);

        if (!is_tied(f, k))
            continue;
        if (a < b) /* the lowest run stands for its set */
            f->parent[b] = a;
        else
            f->parent[a] = b;
    }
    for (size_t i = 0; i < f->n; i++)
        f->n_runs[root_of(f, (uint32_t)i)]++;
    for (size_t i = 0; i < p->n; i++)
        if (is_tied(f, &p->all[i]))
            f->n_links[root_of(f, p->all[i].a)]++;
}

static bool is_chained(const struct forest *f, uint32_t root)
{
    double n = f->n_runs[root];

    return f->n_runs[root] > CAMPAIGN_MAX &&
           f->n_links[root] < CAMPAIGN_DENSITY * n * (n - 1) / 2;
}

/* Large sets held together by chains must show stronger ties. */
static void grow_forest(struct forest *f, const struct pairs *p)
{
    for (unsigned round = 0; round < LINK_ROUNDS; round++) {
        bool is_settled = true;

        unite(f, p);
        for (size_t i = 0; i < f->n; i++)
            if (is_chained(f, root_of(f, (uint32_t)i))) {
                f->threshold[i] += LINK_STEP;
                is_settled = false;
            }
        if (is_settled)
            return;
    }
    unite(f, p);
}

static int forest_init(struct forest *f, size_t n)
{
    *f = (struct forest){ .n = n };
    f->parent = calloc(n + 1, sizeof *f->parent);
    f->threshold = calloc(n + 1, sizeof *f->threshold);
    f->n_runs = calloc(n + 1, sizeof *f->n_runs);
    f->n_links = calloc(n + 1, sizeof *f->n_links);
    if (!f->parent || !f->threshold || !f->n_runs || !f->n_links)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n; i++)
        f->threshold[i] = LINK_MIN;
    return 0;
}

static void forest_fini(struct forest *f)
{
    free(f->parent);
    free(f->threshold);
    free(f->n_runs);
    free(f->n_links);
}

/* A set of one domain is no campaign. */
static void mark_campaigns(struct forest *f, const struct run *runs,
                           bool *is_campaign)
{
    for (size_t i = 0; i < f->n; i++) {
        uint32_t root = root_of(f, (uint32_t)i);

        if (runs[i].domain != runs[root].domain)
            is_campaign[root] = true;
    }
}

static int number_campaigns(struct campaigns *out, struct forest *f,
                            const struct links *l)
{
    bool *is_campaign = calloc(f->n + 1, sizeof *is_campaign);

    out->of_run = calloc(f->n + 1, sizeof *out->of_run);
    out->burst_p = calloc(f->n + 1, sizeof *out->burst_p);
    if (!is_campaign || !out->of_run || !out->burst_p) {
        free(is_campaign);
        return SNOW_ENOMEM;
    }
    mark_campaigns(f, l->in->runs, is_campaign);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t root = root_of(f, (uint32_t)i);
        double p = l->group_of[i] ? l->groups[l->group_of[i] - 1].p : 0;

        if (!is_campaign[root])
            continue;
        if (root == i)
            out->of_run[i] = (uint32_t)++out->n;
        out->of_run[i] = out->of_run[root];
        if (p > out->burst_p[out->of_run[i] - 1])
            out->burst_p[out->of_run[i] - 1] = p;
    }
    free(is_campaign);
    return 0;
}

int analysis_campaigns_find(struct campaigns *out,
                            const struct campaigns_input *in)
{
    struct campaigns c = { 0 };
    struct pairs pairs = { 0 };
    struct forest forest;
    struct links links;
    int code = forest_init(&forest, in->n_runs);

    if (analysis_links_init(&links, in) || code) {
        code = SNOW_ENOMEM;
        goto fail;
    }
    code = analysis_links_find_bursts(&links);
    if (!code)
        code = list_pairs(&pairs, &links);
    if (code)
        goto fail;
    grow_forest(&forest, &pairs);
    code = number_campaigns(&c, &forest, &links);
    if (!code)
        *out = c;

fail:
    if (code)
        analysis_campaigns_fini(&c);
    free(pairs.all);
    forest_fini(&forest);
    analysis_links_fini(&links);
    return code;
}

void analysis_campaigns_fini(struct campaigns *c)
{
    free(c->of_run);
    free(c->burst_p);
    *c = (struct campaigns){ 0 };
}
