#include "analysis/excuses.h"

#include "snowline/error.h"

#define CUSTOMERS_MIN 4 /* fewer are one firm's domains */

static bool holds_mx(const struct run *run, const struct mail_fact *fact)
{
    for (unsigned i = 0; i < fact->n; i++)
        if (snow_addr_compare(run->first, fact->mx[i]) <= 0 &&
            snow_addr_compare(fact->mx[i], run->last) <= 0)
            return true;
    return false;
}

/* Closed ports alone say nothing: who only sends need not listen. But the
 * domain's own records would let the addresses send, or name them as its mail
 * servers; where they do neither, nothing here is about mail. */
static bool is_mute(const struct excuses_input *in, const struct run *run)
{
    const struct mail_fact *fact;

    if (run->probed == 0 || run->open > 0 || run->spf_passes > 0 ||
        run->spf_unknown > 0)
        return false;
    fact = analysis_mail_facts_get(in->mail, run->domain);
    return fact && fact->is_mx_known && fact->is_spf_known && !run->has_mx &&
           !holds_mx(run, fact);
}

/* A run by the name servers of its domain. */
struct customer {
    uint64_t nameservers;
    size_t run;
    bool has_site;
};

static int compare_customers(const void *a, const void *b)
{
    const struct customer *x = a, *y = b;

    if (x->nameservers != y->nameservers)
        return x->nameservers < y->nameservers ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

/* Name servers that hardly anybody outside of runs has; 0: none, or not known.
 */
static uint64_t own_nameservers(const struct infra *in, uint32_t domain)
{
    size_t n;
    const struct infra_value *v = analysis_infra_get(in, domain, &n);

    for (size_t i = 0; i < n; i++)
        if (v[i].kind == INFRA_DELEGATION)
            return v[i].df_out < INFRA_SERVICE_MIN ? v[i].hash : 0;
    return 0;
}

/* A small host's customers share its name servers, and may share its registrar:
 * when most of them have websites, the others have not finished theirs. */
static void excuse_customers(bool *is_customer, const struct customer *c,
                             size_t n)
{
    size_t sites = 0;

    for (size_t i = 0; i < n; i++)
        sites += c[i].has_site;
    for (size_t i = 0; n >= CUSTOMERS_MIN && 2 * sites > n && i < n; i++)
        is_customer[c[i].run] = true;
}

static int find_customers(bool *is_customer, const struct excuses_input *in)
{
    struct customer *c = calloc(in->runs->n + 1, sizeof *c);
    size_t n = 0;

    if (!c)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < in->runs->n; i++) {
        uint32_t domain = in->runs->all[i].domain;

        c[n].nameservers = own_nameservers(in->infra, domain);
        c[n].has_site = analysis_web_facts_has_site(in->web, domain);
        c[n].run = i;
        n += c[n].nameservers != 0;
    }
    if (n > 0)
        qsort(c, n, sizeof *c, compare_customers);
    for (size_t i = 0, len; i < n; i += len) {
        for (len = 1;
             i + len < n && c[i + len].nameservers == c[i].nameservers;)
            len++;
        excuse_customers(is_customer, c + i, len);
    }
    free(c);
    return 0;
}

int analysis_excuses_find(struct excuses *out, const struct excuses_input *in)
{
    struct excuses e = {
        .is_apart = calloc(in->runs->n + 1, sizeof *e.is_apart),
        .is_customer = calloc(in->runs->n + 1, sizeof *e.is_customer),
        .is_own = calloc(in->runs->n + 1, sizeof *e.is_own),
    };

    if (!e.is_apart || !e.is_customer || !e.is_own ||
        find_customers(e.is_customer, in)) {
        analysis_excuses_fini(&e);
        return SNOW_ENOMEM;
    }
    for (size_t i = 0; i < in->runs->n; i++) {
        const struct run *run = &in->runs->all[i];

        e.is_apart[i] = run->n_esp * 2 > run->n_named ||
                        analysis_ages_is_old(in->ages, run->domain) ||
                        is_mute(in, run);
        e.is_own[i] = e.is_apart[i] || e.is_customer[i] ||
                      run->n_deep == run->n_named ||
                      analysis_web_facts_has_page(in->web, run->domain);
    }
    *out = e;
    return 0;
}

void analysis_excuses_fini(struct excuses *e)
{
    free(e->is_apart);
    free(e->is_customer);
    free(e->is_own);
    *e = (struct excuses){ 0 };
}
