#include "analysis/excuses.h"

#include "snowline/error.h"

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
    return fact && fact->is_mx_known && fact->is_spf_known &&
           !holds_mx(run, fact);
}

int analysis_excuses_find(struct excuses *out, const struct excuses_input *in)
{
    struct excuses e = {
        .is_apart = calloc(in->runs->n + 1, sizeof *e.is_apart),
        .is_own = calloc(in->runs->n + 1, sizeof *e.is_own),
    };

    if (!e.is_apart || !e.is_own) {
        analysis_excuses_fini(&e);
        return SNOW_ENOMEM;
    }
    for (size_t i = 0; i < in->runs->n; i++) {
        const struct run *run = &in->runs->all[i];

        e.is_apart[i] = run->n_esp * 2 > run->n_named ||
                        analysis_ages_is_old(in->ages, run->domain) ||
                        is_mute(in, run);
        e.is_own[i] = e.is_apart[i] || run->n_deep == run->n_named ||
                      analysis_web_facts_has_page(in->web, run->domain);
    }
    *out = e;
    return 0;
}

void analysis_excuses_fini(struct excuses *e)
{
    free(e->is_apart);
    free(e->is_own);
    *e = (struct excuses){ 0 };
}
