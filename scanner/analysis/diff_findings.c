/* Findings of two scans: new, persisting, gone. */
#include "analysis/diff_internal.h"
#include "analysis/match.h"

/* A range of a finding, held against what the other scan saw there. */
struct asked {
    struct census census;
    size_t finding;
};

static int compare_asked(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    int order = snow_addr_compare(x->census.range.first, y->census.range.first);

    return order ? order
                 : (x->finding > y->finding) - (x->finding < y->finding);
}

static size_t list_ranges(struct asked *to, const struct snow_findings *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++)
        for (size_t r = 0; r < f->all[i].n_ranges; r++, n++)
            if (to)
                to[n] = (struct asked){ .census.range = f->all[i].ranges[r],
                                        .finding = i };
    return n;
}

/* @p answered [f->n] addresses of each finding that the other scan has an
 * answer about. */
static int ask_about_findings(uint64_t *answered, const struct snow_findings *f,
                              const struct diff_side *other)
{
    size_t n = list_ranges(NULL, f);
    struct asked *asked = calloc(n + 1, sizeof *asked);
    struct census *all = calloc(n + 1, sizeof *all);
    int code = asked && all ? 0 : SNOW_ENOMEM;

    if (!code) {
        list_ranges(asked, f);
        qsort(asked, n, sizeof *asked, compare_asked);
        for (size_t i = 0; i < n; i++)
            all[i] = asked[i].census;
        code = diff_take_census(other, all, n);
    }
    for (size_t i = 0; i < n && !code; i++)
        answered[asked[i].finding] += all[i].here;
    free(asked);
    free(all);
    return code;
}

static void fill_side(struct snow_change_side *s, const struct snow_finding *f)
{
    s->finding = f;
    s->domains = (const char *const *)f->domains;
    s->n_domains = f->n_domains;
    s->ranges = f->ranges;
    s->n_ranges = f->n_ranges;
}

static int tell(struct diff *d, enum snow_change_kind kind,
                const struct snow_finding *older,
                const struct snow_finding *newer, uint64_t answered)
{
    struct snow_change c = diff_change(d, SNOW_CHANGE_OF_FINDING, kind);
    const struct snow_finding *f = newer ? newer : older;

    c.first = f->first;
    c.last = f->last;
    c.ip_count = f->ip_count;
    c.answered = answered;
    if (older)
        fill_side(&c.older, older);
    if (newer)
        fill_side(&c.newer, newer);
    return d->fn(d->arg, &c);
}

/* What both have, or the newer alone, in its order; then what is no more. */
static int tell_all(struct diff *d, const size_t *older_of, uint64_t *const *of)
{
    const struct snow_findings *older = &d->side[OLDER].findings;
    const struct snow_findings *newer = &d->side[NEWER].findings;
    bool *is_told = calloc(older->n + 1, sizeof *is_told);
    int code = is_told ? 0 : SNOW_ENOMEM;

    for (size_t i = 0; i < newer->n && !code; i++) {
        bool is_new = older_of[i] == SIZE_MAX;

        if (!is_new)
            is_told[older_of[i]] = true;
        code = tell(d, is_new ? SNOW_CHANGE_NEW : SNOW_CHANGE_PERSISTING,
                    is_new ? NULL : &older->all[older_of[i]], &newer->all[i],
                    of[NEWER][i]);
    }
    for (size_t i = 0; i < older->n && !code; i++)
        if (!is_told[i])
            code = tell(
                d, of[OLDER][i] > 0 ? SNOW_CHANGE_GONE : SNOW_CHANGE_UNANSWERED,
                &older->all[i], NULL, of[OLDER][i]);
    free(is_told);
    return code;
}

int diff_tell_findings(struct diff *d)
{
    const struct snow_findings *older = &d->side[OLDER].findings;
    const struct snow_findings *newer = &d->side[NEWER].findings;
    size_t *older_of = calloc(newer->n + 1, sizeof *older_of);
    uint64_t *of[2] = { calloc(older->n + 1, sizeof **of),
                        calloc(newer->n + 1, sizeof **of) };
    int code = older_of && of[OLDER] && of[NEWER] ? 0 : SNOW_ENOMEM;

    if (!code)
        code = analysis_match(older_of, older, newer);
    if (!code)
        code = ask_about_findings(of[OLDER], older, &d->side[NEWER]);
    if (!code)
        code = ask_about_findings(of[NEWER], newer, &d->side[OLDER]);
    if (!code)
        code = tell_all(d, older_of, of);
    free(older_of);
    free(of[OLDER]);
    free(of[NEWER]);
    return code;
}
