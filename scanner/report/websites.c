#include "report/websites.h"

static int keep(void *arg, const struct snow_evidence *e)
{
    struct report_websites *w = arg;
    struct analysis_website site;
    uint64_t *status;

    if (analysis_website_parse_json(&site, e->data, e->data_len))
        return 0;
    status = map_put(&w->by_domain, e->subject, strlen(e->subject));
    if (!status)
        return SNOW_ENOMEM;
    *status = 1 + (uint64_t)site.status;
    return 0;
}

int report_websites_load(struct report_websites *out,
                         const struct report_request *q, struct snow_error *err)
{
    struct report_websites w = { 0 };
    int code = 0;

    if (q->store)
        code =
            snow_store_each_evidence(q->store, q->scan, "web", keep, &w, err);
    if (code) {
        report_websites_fini(&w);
        return code;
    }
    *out = w;
    return 0;
}

void report_websites_fini(struct report_websites *w)
{
    map_fini(&w->by_domain);
}

static bool find(const struct report_websites *w, const char *domain,
                 struct analysis_website *out)
{
    const uint64_t *status = map_get(&w->by_domain, domain, strlen(domain));

    if (status)
        *out = (struct analysis_website){ .status = (enum website_status)(
                                              *status - 1) };
    return status != NULL;
}

const char *report_websites_word(const struct report_websites *w,
                                 const char *domain)
{
    struct analysis_website site;

    return find(w, domain, &site) ? analysis_website_status_word(site.status)
                                  : NULL;
}

struct report_website_counts
report_websites_count(const struct report_websites *w,
                      const struct snow_finding *f)
{
    struct report_website_counts n = { 0 };

    for (size_t i = 0; i < f->n_domains; i++) {
        struct analysis_website site;
        bool is_none;

        if (!find(w, f->domains[i], &site))
            continue;
        is_none = analysis_website_is_none(&site);
        n.asked++;
        n.none += is_none;
        n.known += is_none || site.status == WEBSITE_CONTENT;
    }
    return n;
}
