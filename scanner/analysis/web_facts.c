#include "analysis/web_facts.h"

#include <math.h>
#include <string.h>

#include "snowline/error.h"

/* Text of some length under the domain's own name, or a page that names who
 * runs it. What a server, a registrar or another domain shows is none. */
static bool is_site(const struct analysis_website *w)
{
    if (w->status != WEBSITE_CONTENT || w->redirects_to[0])
        return false;
    return strcmp(w->detail, "site") == 0 || w->company == PAGE_COMPANY_YES;
}

/* It leads to the page of another domain: of whom, that one tells. */
static bool is_led_elsewhere(const struct analysis_website *w)
{
    return w->status == WEBSITE_CONTENT &&
           (w->redirects_to[0] || strcmp(w->detail, "elsewhere") == 0);
}

int analysis_web_facts_add(struct web_facts *w, uint32_t domain,
                           const struct analysis_website *site)
{
    double absence = analysis_website_absence(site);

    if (w->n == w->cap) {
        size_t cap = w->cap ? w->cap * 2 : 64;
        struct web_fact *all = realloc(w->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        w->all = all;
        w->cap = cap;
    }
    w->is_sorted = false;
    w->all[w->n++] = (struct web_fact){
        .domain = domain,
        .absence_of_2 = isnan(absence) ? -1 : (int8_t)lround(absence * 2),
        .is_site = is_site(site),
        .is_led_elsewhere = is_led_elsewhere(site),
    };
    return 0;
}

static int compare_facts(const void *a, const void *b)
{
    const struct web_fact *x = a, *y = b;

    return (x->domain > y->domain) - (x->domain < y->domain);
}

static const struct web_fact *find(struct web_facts *w, uint32_t domain)
{
    struct web_fact key = { .domain = domain };

    if (w->n == 0)
        return NULL;
    if (!w->is_sorted)
        qsort(w->all, w->n, sizeof *w->all, compare_facts);
    w->is_sorted = true;
    return bsearch(&key, w->all, w->n, sizeof *w->all, compare_facts);
}

bool analysis_web_facts_has_site(struct web_facts *w, uint32_t domain)
{
    const struct web_fact *f = find(w, domain);

    return f && f->is_site;
}

bool analysis_web_facts_has_page(struct web_facts *w, uint32_t domain)
{
    const struct web_fact *f = find(w, domain);

    return f && (f->is_site || f->is_led_elsewhere);
}

void analysis_web_facts_count(struct web_sum *out, struct web_facts *w,
                              const uint32_t *domains, size_t n)
{
    *out = (struct web_sum){ 0 };
    for (size_t i = 0; i < n; i++) {
        const struct web_fact *f = find(w, domains[i]);

        out->n_asked += f != NULL;
        if (!f || f->absence_of_2 < 0)
            continue;
        out->n_known++;
        out->n_sites += f->is_site;
        out->absence += f->absence_of_2 / 2.;
    }
}

void analysis_web_facts_fini(struct web_facts *w)
{
    free(w->all);
    *w = (struct web_facts){ 0 };
}
