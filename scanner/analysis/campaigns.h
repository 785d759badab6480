/* Campaigns: runs tied together by what their owners left alike, wherever they
 * lie. Pure. */
#ifndef ANALYSIS_CAMPAIGNS_H
#define ANALYSIS_CAMPAIGNS_H

#include "analysis/ages.h"
#include "analysis/infra.h"
#include "analysis/runs.h"
#include "analysis/strips.h"

#define LINK_MIN 2.0 /**< two runs are tied from this weight on */
/* Two equal sets that a single tie joins have half of all their pairs tied,
 * three a third: larger sets must be denser than that. */
#define CAMPAIGN_MAX 24
#define CAMPAIGN_DENSITY .35

/** What campaigns are found in. All borrowed. */
struct campaigns_input {
    const struct run *runs; /**< sorted */
    size_t n_runs;
    const bool *is_apart; /**< [n_runs] runs that are tied to nobody … */
    const bool *is_own;   /**< … or by nothing but what they share */
    const struct strip *strips;
    size_t n_strips;
    const struct facts *facts;
    struct ages *ages;
    const struct infra *infra; /**< settled */
};

/** Which run belongs where. */
struct campaigns {
    uint32_t *of_run; /**< [n_runs] 1 + campaign, 0: none */
    double *burst_p;  /**< [n] p of the registrar's burst or batch that tied
                           it; 0 when none did */
    size_t n;         /**< numbered in the order of their first runs */
};

/**
 * Tie runs together: what they share is added up by families (infra.h), each
 * with its cap; links.c has the weights. Runs of one domain are always tied.
 *
 * @return 0, SNOW_ENOMEM
 */
int analysis_campaigns_find(struct campaigns *out,
                            const struct campaigns_input *in);
void analysis_campaigns_fini(struct campaigns *c); /**< zeroed is fine */

/** The commonest greeting of a run, NULL when none was heard. */
const struct greeting *analysis_run_greeting(const struct run *run);

#endif
