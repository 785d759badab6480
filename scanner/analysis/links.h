/* How strongly two runs are tied. Pure; for campaigns.c and its tests. */
#ifndef ANALYSIS_LINKS_H
#define ANALYSIS_LINKS_H

#include "analysis/campaigns.h"

/** A burst of one registrar among the domains of runs. */
struct burst_group {
    double p; /**< corrected for windows and registrars */
};

/** What the weights need to know of each run. */
struct links {
    const struct campaigns_input *in;
    struct manners manners;
    uint32_t *strip_of; /**< [n_runs] 1 + strip, 0: none */
    uint32_t *group_of; /**< [n_runs] 1 + burst group, 0: none */
    struct burst_group *groups;
    size_t n_groups, groups_cap;
};

int analysis_links_init(struct links *l, const struct campaigns_input *in);
void analysis_links_fini(struct links *l); /**< zeroed is fine */

/** Test each registrar's domains; fills the groups. @return 0, SNOW_ENOMEM */
int analysis_links_find_bursts(struct links *l);

/** The weight of one pair, all families together. */
double analysis_links_weight(const struct links *l, uint32_t a, uint32_t b);

#define RARE_LABEL 3 /**< domains of a scan that use a label, at most */
bool analysis_links_is_rare(const struct links *l, uint64_t label);

#endif
