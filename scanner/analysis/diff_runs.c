/* What became of the runs and the domains of the older scan. */
#include "analysis/diff_internal.h"

static int tell_moves(struct diff *d)
{
    int code = 0;

    for (size_t i = 0; i < d->moves.n && !code; i++) {
        const struct move *m = &d->moves.all[i];
        struct snow_range range = { m->first, m->last };
        struct snow_change c =
            diff_change(d, SNOW_CHANGE_OF_RUN, SNOW_CHANGE_MOVED_IN);

        c.first = m->first;
        c.last = m->last;
        c.ip_count = snow_addr_distance(m->first, m->last) + 1;
        c.answered = m->n_answered;
        c.changed = m->n_changed;
        c.older.domains = m->older;
        c.older.n_domains = m->n_older;
        c.newer.domains = m->newer;
        c.newer.n_domains = m->n_newer;
        c.newer.ranges = &range;
        c.newer.n_ranges = 1;
        code = d->fn(d->arg, &c);
    }
    return code;
}

/* The runs of one scan, held against what the other one saw there. */
static int ask_about_runs(struct census **out, const struct diff *d, int of,
                          int asked)
{
    const struct analysis *a = d->side[of].a;
    struct census *all = calloc(a->runs.n + 1, sizeof *all);
    int code;

    if (!all)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < a->runs.n; i++) {
        all[i].range =
            (struct snow_range){ a->runs.all[i].first, a->runs.all[i].last };
        all[i].domain = a->facts.names[a->runs.all[i].domain];
    }
    code = diff_take_census(&d->side[asked], all, a->runs.n);
    if (code)
        free(all);
    else
        *out = all;
    return code;
}

/* No address of it carries its domain any more, as far as is known. */
static bool is_gone(const struct census *c)
{
    return c->here == 0 && c->elsewhere > 0;
}

static int tell_gone(struct diff *d, const struct census *older, size_t n)
{
    int code = 0;

    for (size_t i = 0; i < n && !code; i++) {
        struct snow_change c =
            diff_change(d, SNOW_CHANGE_OF_RUN, SNOW_CHANGE_GONE);

        if (!is_gone(&older[i]))
            continue;
        c.first = older[i].range.first;
        c.last = older[i].range.last;
        c.ip_count = snow_addr_distance(c.first, c.last) + 1;
        c.answered = c.changed = older[i].elsewhere;
        c.older.domains = &older[i].domain;
        c.older.n_domains = 1;
        c.older.ranges = &older[i].range;
        c.older.n_ranges = 1;
        code = d->fn(d->arg, &c);
    }
    return code;
}

/* --- domains that are elsewhere now --- */

/* A run that a domain has left, or that it has come to. */
struct trip {
    const struct census *run;
    int side;
};

static int compare_trips(const void *a, const void *b)
{
    const struct trip *x = a, *y = b;
    int order = strcmp(x->run->domain, y->run->domain);

    if (order)
        return order;
    if (x->side != y->side)
        return x->side - y->side;
    return snow_addr_compare(x->run->range.first, y->run->range.first);
}

/* All trips of one domain: [0 … n_left) from where, the rest to where. */
static int tell_trip(struct diff *d, const struct trip *t, size_t n,
                     size_t n_left)
{
    struct snow_range *ranges = calloc(n, sizeof *ranges);
    struct snow_change c =
        diff_change(d, SNOW_CHANGE_OF_DOMAIN, SNOW_CHANGE_MIGRATED);
    int code = SNOW_ENOMEM;

    for (size_t i = 0; ranges && i < n; i++)
        ranges[i] = t[i].run->range;
    for (size_t i = n_left; i < n; i++) {
        c.ip_count +=
            snow_addr_distance(t[i].run->range.first, t[i].run->range.last) + 1;
        c.answered += t[i].run->elsewhere;
    }
    if (ranges) {
        c.first = ranges[n_left].first;
        c.last = ranges[n - 1].last;
        c.changed = c.answered;
        c.older.domains = c.newer.domains = &t[0].run->domain;
        c.older.n_domains = c.newer.n_domains = 1;
        c.older.ranges = ranges;
        c.older.n_ranges = n_left;
        c.newer.ranges = ranges + n_left;
        c.newer.n_ranges = n - n_left;
        code = d->fn(d->arg, &c);
    }
    free(ranges);
    return code;
}

static int tell_trips(struct diff *d, const struct trip *t, size_t n)
{
    int code = 0;

    for (size_t i = 0, len; i < n && !code; i += len) {
        size_t n_left = t[i].side == OLDER;

        for (len = 1; i + len < n &&
                      strcmp(t[i].run->domain, t[i + len].run->domain) == 0;
             len++)
            n_left += t[i + len].side == OLDER;
        if (n_left > 0 && n_left < len)
            code = tell_trip(d, t + i, len, n_left);
    }
    return code;
}

static int tell_migrations(struct diff *d, const struct census *older,
                           const struct census *newer)
{
    size_t n_older = d->side[OLDER].a->runs.n, n = 0;
    size_t n_newer = d->side[NEWER].a->runs.n;
    struct trip *trips = calloc(n_older + n_newer + 1, sizeof *trips);
    int code;

    if (!trips)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < n_older; i++)
        if (is_gone(&older[i]))
            trips[n++] = (struct trip){ &older[i], OLDER };
    for (size_t i = 0; i < n_newer; i++)
        if (newer[i].here == 0)
            trips[n++] = (struct trip){ &newer[i], NEWER };
    qsort(trips, n, sizeof *trips, compare_trips);
    code = tell_trips(d, trips, n);
    free(trips);
    return code;
}

int diff_tell_runs(struct diff *d)
{
    struct census *older = NULL, *newer = NULL;
    int code = tell_moves(d);

    if (!code)
        code = ask_about_runs(&older, d, OLDER, NEWER);
    if (!code)
        code = ask_about_runs(&newer, d, NEWER, OLDER);
    if (!code)
        code = tell_gone(d, older, d->side[OLDER].a->runs.n);
    if (!code)
        code = tell_migrations(d, older, newer);
    free(older);
    free(newer);
    return code;
}
