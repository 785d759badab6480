#include "report/lists.h"

#include "base/map.h"
#include "base/room.h"
#include "report/tree.h"

/* A range of a finding that is to be listed. */
struct span {
    struct snow_range range;
    size_t finding;
};

struct gather {
    const struct snow_findings *f;
    struct report_tree tree;
    struct report_listing *by; /* [tree.n]; no root: not shown */
    struct snow_ranges *taken; /* addresses that are allowed, or listed */
    struct map allowed;        /* domains that must not be named */
    struct span *spans;
    size_t n_spans;
    struct report_lists out;
    size_t cap_ranges;
};

static bool may_name(const struct gather *g, const char *domain)
{
    return strchr(domain, '.') && text_is_host_name(domain) &&
           !map_get(&g->allowed, domain, strlen(domain));
}

/* The largest finding that is shown and holds this one. */
static const struct snow_finding *root_of(const struct gather *g, size_t i)
{
    const struct report_node *nodes = g->tree.nodes;

    if (!nodes[i].is_shown)
        return NULL;
    while (nodes[i].parent != REPORT_NONE && nodes[nodes[i].parent].is_shown)
        i = nodes[i].parent;
    return &g->f->all[i];
}

/* What it covers is taken before anybody can list it. */
static int excuse(struct gather *g, const struct snow_finding *f)
{
    int code = 0;

    for (size_t i = 0; i < f->n_ranges && code == 0; i++)
        code = snow_ranges_add(g->taken, f->ranges[i]);
    for (size_t i = 0; i < f->n_domains && code == 0; i++)
        if (!map_put(&g->allowed, f->domains[i], strlen(f->domains[i])))
            code = SNOW_ENOMEM;
    return code;
}

/* Whom to leave alone; then why the others are listed. */
static int judge(struct gather *g)
{
    int code = 0;

    for (size_t i = 0; i < g->f->n && code == 0; i++)
        if (g->f->all[i].allowed)
            code = excuse(g, &g->f->all[i]);
    for (size_t i = 0; i < g->f->n && code == 0; i++) {
        const struct snow_finding *f = &g->f->all[i];
        struct report_listing *by = &g->by[i];

        *by = (struct report_listing){ f, root_of(g, i), NULL };
        for (size_t d = 0; by->root && !by->domain && d < f->n_domains; d++)
            by->domain = may_name(g, f->domains[d]) ? f->domains[d] : NULL;
    }
    return code;
}

/* ---- ranges ---- */

static int compare_ranges(const void *a, const void *b)
{
    const struct report_list_range *x = a, *y = b;

    return snow_addr_compare(x->range.first, y->range.first);
}

static int list_range(struct gather *g, struct snow_range r, size_t finding)
{
    struct report_list_range *all = room_for_one(g->out.ranges, g->out.n_ranges,
                                                 &g->cap_ranges, sizeof *all);
    uint64_t n = snow_addr_distance(r.first, r.last);

    if (!all)
        return SNOW_ENOMEM;
    g->out.ranges = all;
    all[g->out.n_ranges++] = (struct report_list_range){ r, g->by[finding] };
    n += n < UINT64_MAX;
    g->out.n_addrs =
        n > UINT64_MAX - g->out.n_addrs ? UINT64_MAX : g->out.n_addrs + n;
    return snow_ranges_add(g->taken, r);
}

/* List what of a span nobody has taken. */
static int list_span(struct gather *g, const struct span *s)
{
    struct snow_addr at = s->range.first;
    struct snow_range next;

    while (snow_addr_compare(at, s->range.last) <= 0) {
        struct snow_range gap = { at, s->range.last };
        bool is_met = snow_ranges_next(g->taken, at, &next) &&
                      snow_addr_compare(next.first, s->range.last) <= 0;

        if (is_met) {
            gap.last.lo = next.first.lo - 1;
            gap.last.hi = next.first.hi - (next.first.lo == 0);
        }
        if (!is_met || snow_addr_compare(at, next.first) < 0) {
            int code = list_range(g, gap, s->finding);

            if (code)
                return code;
        }
        if (!is_met || snow_addr_compare(next.last, s->range.last) >= 0)
            return 0;
        at = snow_addr_add(next.last, 1);
    }
    return 0;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int order = snow_addr_compare(x->range.first, y->range.first);

    if (order != 0)
        return order;
    return (x->finding > y->finding) - (x->finding < y->finding);
}

/* In address order, in which adding to taken ranges costs next to nothing. */
static int list_ranges_of(struct gather *g, enum snow_finding_kind kind)
{
    int code = 0;

    g->n_spans = 0;
    for (size_t i = 0; i < g->f->n; i++) {
        const struct snow_finding *f = &g->f->all[i];

        for (size_t r = 0; f->kind == kind && g->by[i].root && r < f->n_ranges;
             r++)
            g->spans[g->n_spans++] = (struct span){ f->ranges[r], i };
    }
    qsort(g->spans, g->n_spans, sizeof *g->spans, compare_spans);
    for (size_t i = 0; i < g->n_spans && code == 0; i++)
        code = list_span(g, &g->spans[i]);
    return code;
}

/* The smallest finding that holds an address says most of it. */
static int list_ranges(struct gather *g)
{
    size_t n = 0;
    int code = 0;

    for (size_t i = 0; i < g->f->n; i++)
        n += g->by[i].root ? g->f->all[i].n_ranges : 0;
    g->spans = calloc(n + 1, sizeof *g->spans);
    if (!g->spans)
        return SNOW_ENOMEM;
    for (unsigned kind = SNOW_RUN; kind <= SNOW_CAMPAIGN && code == 0; kind++)
        code = list_ranges_of(g, kind);
    if (g->out.n_ranges > 0)
        qsort(g->out.ranges, g->out.n_ranges, sizeof *g->out.ranges,
              compare_ranges);
    return code;
}

/* ---- domains ---- */

/* By name; of one name the smallest finding of the best tier first. */
static int compare_domains(const void *a, const void *b)
{
    const struct report_listing *x = a, *y = b;
    int order = strcmp(x->domain, y->domain);

    if (order == 0)
        order = (int)x->root->tier - (int)y->root->tier;
    if (order == 0)
        order = (int)x->finding->kind - (int)y->finding->kind;
    return order ? order : strcmp(x->finding->id, y->finding->id);
}

static void drop_repeated(struct report_lists *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n_domains; i++)
        if (n == 0 ||
            strcmp(l->domains[n - 1].domain, l->domains[i].domain) != 0)
            l->domains[n++] = l->domains[i];
    l->n_domains = n;
}

/* A name is unnameable once, however many findings have it. */
static int count_unnameable(struct gather *g, struct map *seen,
                            const char *domain)
{
    uint64_t *n;

    if (map_get(&g->allowed, domain, strlen(domain)))
        return 0;
    n = map_put(seen, domain, strlen(domain));
    if (!n)
        return SNOW_ENOMEM;
    g->out.n_unnameable += *n == 0;
    *n = 1;
    return 0;
}

static int list_domains_of(struct gather *g, size_t i, struct map *seen)
{
    const struct snow_finding *f = &g->f->all[i];
    int code = 0;

    for (size_t d = 0; d < f->n_domains && code == 0; d++) {
        struct report_listing by = { f, g->by[i].root, f->domains[d] };

        if (may_name(g, by.domain))
            g->out.domains[g->out.n_domains++] = by;
        else
            code = count_unnameable(g, seen, by.domain);
    }
    return code;
}

static int list_domains(struct gather *g)
{
    struct map seen = { 0 };
    size_t n = 0;
    int code = 0;

    for (size_t i = 0; i < g->f->n; i++)
        n += g->by[i].root ? g->f->all[i].n_domains : 0;
    g->out.domains = calloc(n + 1, sizeof *g->out.domains);
    if (!g->out.domains)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < g->f->n && code == 0; i++)
        if (g->by[i].root)
            code = list_domains_of(g, i, &seen);
    qsort(g->out.domains, g->out.n_domains, sizeof *g->out.domains,
          compare_domains);
    drop_repeated(&g->out);
    map_fini(&seen);
    return code;
}

int report_lists_init(struct report_lists *l, const struct snow_findings *f,
                      enum snow_tier least)
{
    struct gather g = { .f = f };
    int code = report_tree_init(&g.tree, f, least);

    if (code == 0)
        code = snow_ranges_new(&g.taken);
    g.by = calloc(f->n + 1, sizeof *g.by);
    if (code == 0 && !g.by)
        code = SNOW_ENOMEM;
    if (code == 0)
        code = judge(&g);
    if (code == 0)
        code = list_ranges(&g);
    if (code == 0)
        code = list_domains(&g);
    if (code == 0)
        *l = g.out;
    else
        report_lists_fini(&g.out);
    report_tree_fini(&g.tree);
    snow_ranges_free(g.taken);
    map_fini(&g.allowed);
    free(g.by);
    free(g.spans);
    return code;
}

void report_lists_fini(struct report_lists *l)
{
    free(l->ranges);
    free(l->domains);
    *l = (struct report_lists){ 0 };
}
