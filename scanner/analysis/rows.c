#include "analysis/rows.h"

#include <string.h>

#define DAY_S 86400

/* New, with a registrar and a date; NULL: another kind of domain. */
static const struct age *age_of_member(const struct rows *r, uint32_t domain)
{
    const struct age *age = analysis_ages_get(r->ages, domain);

    if (!age || age->registrar == 0 ||
        r->facts->domains[domain].flags & DOMAIN_IN_RUN)
        return NULL;
    return analysis_ages_days(r->ages, domain) <= ROW_AGE_DAYS ? age : NULL;
}

bool analysis_rows_are_likely(const struct rows *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->ages->n && n < ROW_DOMAINS_MIN; i++)
        n += age_of_member(r, r->ages->all[i].domain) != NULL;
    return n == ROW_DOMAINS_MIN;
}

static bool is_reached(const struct row *row, struct snow_addr addr)
{
    return snow_addr_distance(row->last, addr) <= STRIP_GAP_MAX + 1;
}

/* Of no more rows than these the last address can be so near. */
static void close_stale(struct rows *r, struct snow_addr addr)
{
    for (size_t i = 0; i < r->n_open;)
        if (is_reached(&r->open[i], addr))
            i++;
        else
            r->open[i] = r->open[--r->n_open];
}

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool fits(const struct row *row, const struct age *age)
{
    return row->registrar == age->registrar &&
           max64(row->created_max_utc_s, age->created_utc_s) -
                   min64(row->created_min_utc_s, age->created_utc_s) <=
               ROW_WINDOW_DAYS * DAY_S;
}

static bool has_domain(const struct row *row, uint32_t domain)
{
    for (size_t i = 0; i < row->n && i < ROW_DOMAINS_MIN; i++)
        if (row->members[i].domain == domain)
            return true;
    return false;
}

/* The first few wait until there are enough of them. */
static int keep(struct rows *r, struct row *row)
{
    int code = 0;

    if (row->n < ROW_DOMAINS_MIN)
        return 0;
    if (row->n > ROW_DOMAINS_MIN)
        return analysis_runs_keep(r->to, &row->members[0]);
    for (size_t i = 0; !code && i < row->n; i++)
        code = analysis_runs_keep(r->to, &row->members[i]);
    return code;
}

static int extend(struct rows *r, struct row *row, const struct verdict *v,
                  const struct age *age)
{
    struct run run;

    if (has_domain(row, age->domain))
        return 0;
    analysis_run_begin(&run, v);
    row->members[row->n < ROW_DOMAINS_MIN ? row->n : 0] = run;
    row->n++;
    row->last = v->addr;
    row->created_min_utc_s = min64(row->created_min_utc_s, age->created_utc_s);
    row->created_max_utc_s = max64(row->created_max_utc_s, age->created_utc_s);
    return keep(r, row);
}

int analysis_rows_add(struct rows *r, const struct verdict *v)
{
    const struct age *age = NULL;
    struct row *row;

    close_stale(r, v->addr);
    if (v->name && !v->name->is_esp)
        age = age_of_member(r, v->name->domain);
    if (!age)
        return 0;
    for (size_t i = 0; i < r->n_open; i++)
        if (fits(&r->open[i], age))
            return extend(r, &r->open[i], v, age);
    /* room is certain: each open row ends at an address of its own */
    row = &r->open[r->n_open++];
    *row = (struct row){ .registrar = age->registrar,
                         .created_min_utc_s = age->created_utc_s,
                         .created_max_utc_s = age->created_utc_s };
    return extend(r, row, v, age);
}
