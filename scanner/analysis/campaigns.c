#include "analysis/campaigns.h"

#include "analysis/pairs.h"
#include "base/random.h"

#define LINK_STEP .5 /* how much stronger the ties of a crowd must be */
#define LINK_ROUNDS 12
/* Who registers at a large registrar in the months of a campaign is met by its
 * burst (2), and tied by that alone; whoever is of one hand with the others
 * nearly always shows one thing more: a neighbour, a rare label, name servers
 * (1.25 and more). Numbered hosts (1) are not enough. */
#define FIRM 3.25

#define SAMPLE 1024 /* pairs of a large set that stand for all of its pairs */

/* Disjoint sets of runs, with what each set needs to be judged. */
struct forest {
    size_t n;
    uint32_t *parent;
    double *threshold; /* of the ties of a run */
    uint32_t *n_runs;
    bool *is_firm;     /* run: tied by FIRM to somebody of another domain */
    uint32_t *members; /* runs, those of one set behind one another */
    size_t *from;      /* where those of a root begin; its end, while made */
};

static uint32_t root_of(struct forest *f, uint32_t i)
{
    return analysis_pairs_root(f->parent, i);
}

static void unite(struct forest *f, const struct pairs *p)
{
    for (size_t i = 0; i < f->n; i++) {
        f->parent[i] = (uint32_t)i;
        f->n_runs[i] = 0;
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *k = &p->all[i];
        uint32_t a = root_of(f, k->a), b = root_of(f, k->b);

        if ((double)k->weight < f->threshold[k->a] ||
            (double)k->weight < f->threshold[k->b])
            continue;
        if (a < b) /* the lowest run stands for its set */
            f->parent[b] = a;
        else
            f->parent[a] = b;
    }
    for (size_t i = 0; i < f->n; i++)
        f->n_runs[root_of(f, (uint32_t)i)]++;
}

static void list_members(struct forest *f)
{
    size_t end = 0;

    for (size_t i = 0; i < f->n; i++) {
        f->from[i] = end;
        end += f->n_runs[i]; /* 0 for what is no root */
    }
    for (size_t i = 0; i < f->n; i++)
        f->members[f->from[root_of(f, (uint32_t)i)]++] = (uint32_t)i;
    for (size_t i = 0; i < f->n; i++)
        f->from[i] -= f->n_runs[i];
}

/* Is a large set held together by chains? Then few of its pairs are tied. */
static bool is_chained(const struct forest *f, const struct links *l,
                       uint32_t root)
{
    const uint32_t *members = f->members + f->from[root];
    uint64_t state = root;
    unsigned tied = 0;

    if (f->n_runs[root] <= CAMPAIGN_MAX)
        return false;
    for (unsigned i = 0; i < SAMPLE; i++) {
        uint32_t a = members[random_next(&state) % f->n_runs[root]];
        uint32_t b = members[random_next(&state) % f->n_runs[root]];

        tied += a == b || analysis_links_weight(l, a, b) >= f->threshold[a];
    }
    return tied < CAMPAIGN_DENSITY * SAMPLE;
}

/* Such sets must show stronger ties; all runs of a set ask for the same. */
static void grow_forest(struct forest *f, const struct pairs *p,
                        const struct links *l)
{
    for (unsigned round = 0; round < LINK_ROUNDS; round++) {
        bool is_settled = true;

        unite(f, p);
        list_members(f);
        for (size_t i = 0; i < f->n; i++) {
            if (!is_chained(f, l, (uint32_t)i))
                continue;
            is_settled = false;
            for (size_t k = 0; k < f->n_runs[i]; k++)
                f->threshold[f->members[f->from[i] + k]] += LINK_STEP;
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
    f->is_firm = calloc(n + 1, sizeof *f->is_firm);
    f->members = calloc(n + 1, sizeof *f->members);
    f->from = calloc(n + 1, sizeof *f->from);
    if (!f->parent || !f->threshold || !f->n_runs || !f->is_firm ||
        !f->members || !f->from)
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
    free(f->is_firm);
    free(f->members);
    free(f->from);
}

/* A run's strongest tie is among those that are kept (pairs.h); what is true of
 * one run of a domain is true of its others. */
static void find_firm(struct forest *f, const struct pairs *p,
                      const struct run *runs)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *k = &p->all[i];

        if ((double)k->weight >= FIRM && runs[k->a].domain != runs[k->b].domain)
            f->is_firm[k->a] = f->is_firm[k->b] = true;
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *k = &p->all[i];

        if (runs[k->a].domain == runs[k->b].domain)
            f->is_firm[k->a] = f->is_firm[k->b] =
                f->is_firm[k->a] || f->is_firm[k->b];
    }
}

/* Only who was asked can be said to share nothing. */
static bool was_asked(const struct campaigns_input *in, uint32_t domain)
{
    size_t n;
    const struct infra_value *v = analysis_infra_get(in->infra, domain, &n);

    for (size_t i = 0; i < n; i++) {
        enum infra_family f = analysis_infra_family((enum infra_kind)v[i].kind);

        if (f == INFRA_FAMILY_DNS || f == INFRA_FAMILY_MAIL)
            return true;
    }
    return false;
}

/* Where most runs of a set are firmly tied, let the others go. */
static void cut_fringe(struct forest *f, const struct pairs *p,
                       const struct campaigns_input *in)
{
    find_firm(f, p, in->runs);
    for (size_t i = 0; i < f->n; i++)
        f->is_firm[i] = f->is_firm[i] || !was_asked(in, in->runs[i].domain);
    list_members(f);
    for (size_t i = 0; i < f->n; i++) {
        const uint32_t *members = f->members + f->from[i];
        size_t n = f->n_runs[i], n_firm = 0, kept = 0;

        for (size_t k = 0; k < n; k++)
            n_firm += f->is_firm[members[k]];
        if (2 * n_firm < n || n_firm == n)
            continue;
        for (size_t k = 0; k < n; k++)
            kept = f->is_firm[members[k]] && kept == 0 ? k + 1 : kept;
        for (size_t k = 0; k < n; k++)
            f->parent[members[k]] =
                f->is_firm[members[k]] ? members[kept - 1] : members[k];
    }
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

/* The least sure of what brought a run into its campaign. */
static double group_p(const struct links *l, size_t run)
{
    double burst = l->burst_of[run] ? l->groups[l->burst_of[run] - 1].p : 0;
    double batch = l->batch_of[run] ? l->groups[l->batch_of[run] - 1].p : 0;

    return burst > batch ? burst : batch;
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
        double p = group_p(l, i);

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
    struct links links = { 0 };
    struct forest forest;
    int code = forest_init(&forest, in->n_runs);

    if (!code)
        code = analysis_links_init(&links, in);
    if (!code)
        code = analysis_links_find_bursts(&links);
    if (!code)
        code = analysis_pairs_list(&pairs, &links);
    if (!code) {
        grow_forest(&forest, &pairs, &links);
        cut_fringe(&forest, &pairs, in);
        code = number_campaigns(&c, &forest, &links);
    }
    if (code)
        analysis_campaigns_fini(&c);
    else
        *out = c;
    analysis_pairs_fini(&pairs);
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
