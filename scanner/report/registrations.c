#include "report/registrations.h"

#include "analysis/given.h"
#include "base/records.h"

static int keep(void *arg, const struct snow_evidence *e)
{
    struct report_registrations *r = arg;
    uint64_t *at = map_get(&r->by_domain, e->subject, strlen(e->subject));

    if (!at || *at > 0) /* not wanted, or the user's own word */
        return 0;
    *at = 1 + r->json.len;
    buf_add(&r->json, e->data, e->data_len);
    buf_add_char(&r->json, '\0');
    return r->json.failed ? SNOW_ENOMEM : 0;
}

static int want_domains(struct report_registrations *r,
                        const struct snow_finding *f)
{
    for (size_t i = 0; i < f->n_domains; i++)
        if (!map_put(&r->by_domain, f->domains[i], strlen(f->domains[i])))
            return SNOW_ENOMEM;
    return 0;
}

static int take_given(struct report_registrations *r,
                      const struct snow_finding *f, const struct given *given)
{
    struct snow_registration g;

    for (size_t i = 0; given && i < f->n_domains; i++) {
        uint64_t *at =
            map_get(&r->by_domain, f->domains[i], strlen(f->domains[i]));

        if (!at || *at > 0 || !given_get(given, f->domains[i], &g))
            continue;
        *at = 1 + r->json.len;
        record_registration_format_json(&r->json, &g);
        buf_add_char(&r->json, '\0');
    }
    return r->json.failed ? SNOW_ENOMEM : 0;
}

int report_registrations_load(struct report_registrations *out,
                              const struct report_request *q,
                              const struct report_tree *t,
                              struct snow_error *err)
{
    struct report_registrations r = { 0 };
    int code = 0;

    for (size_t i = 0; q->store && i < t->n && code == 0; i++)
        if (t->nodes[i].is_shown &&
            !(code = want_domains(&r, &q->findings->all[i])))
            code = take_given(&r, &q->findings->all[i], q->given);
    if (code == 0 && q->store)
        code = snow_store_each_evidence(q->store, q->scan, "registration", keep,
                                        &r, err);
    if (code)
        goto fail;
    *out = r;
    return 0;

fail:
    report_registrations_fini(&r);
    return code;
}

void report_registrations_fini(struct report_registrations *r)
{
    map_fini(&r->by_domain);
    buf_fini(&r->json);
}

/* The record of a domain as JSON, or NULL. */
static const char *json_of(const struct report_registrations *r,
                           const char *domain)
{
    const uint64_t *at = map_get(&r->by_domain, domain, strlen(domain));

    return at && *at > 0 ? r->json.data + *at - 1 : NULL;
}

bool report_registrations_get(const struct report_registrations *r,
                              const char *domain, struct snow_registration *out)
{
    const char *json = json_of(r, domain);

    return json && record_registration_parse_json(out, json, strlen(json)) == 0;
}

bool report_registration_is_answer(const struct snow_registration *r)
{
    return r->status == SNOW_REGISTRATION_REGISTERED ||
           r->status == SNOW_REGISTRATION_NOT_FOUND;
}

bool report_registrations_answered(const struct report_registrations *r,
                                   const struct snow_finding *f)
{
    struct snow_registration g;

    for (size_t i = 0; i < f->n_domains; i++)
        if (report_registrations_get(r, f->domains[i], &g) &&
            report_registration_is_answer(&g))
            return true;
    return false;
}
