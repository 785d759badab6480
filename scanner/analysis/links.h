/* How strongly two runs are tied. Pure; for campaigns.c and its tests. */
#ifndef ANALYSIS_LINKS_H
#define ANALYSIS_LINKS_H

#include "analysis/campaigns.h"

#define RARE_LABEL 3 /**< domains of a scan that use a label, at most */

/** Domains that one registrar registered together. */
struct burst_group {
    double p; /**< that chance does it, corrected for all that was tried */
};

/** One value of one run. */
struct tie {
    uint64_t key; /**< what it is a value of, and the value */
    float weight; /**< of sharing it */
    uint8_t family;
};

/** What the weights need to know of each run. */
struct links {
    const struct campaigns_input *in;
    uint32_t *strip_of; /**< [n_runs] 1 + strip, 0: none */
    uint32_t *burst_of; /**< [n_runs] 1 + group, 0: none */
    uint32_t *batch_of; /**< [n_runs] likewise; within minutes */
    struct burst_group *groups;
    size_t n_groups, groups_cap;
    struct tie *ties;   /**< those of run i are [first[i] … first[i + 1]), */
    size_t n_ties, cap; /**< sorted by key */
    size_t *first;      /**< [n_runs + 1] */
};

/** @return 0, SNOW_ENOMEM */
int analysis_links_init(struct links *l, const struct campaigns_input *in);
void analysis_links_fini(struct links *l); /**< zeroed is fine */

/** Test each registrar's domains; fills bursts, batches and their groups.
 * @return 0, SNOW_ENOMEM */
int analysis_links_find_bursts(struct links *l);

/** Add a group. @return 0, SNOW_ENOMEM */
int analysis_links_add_group(struct links *l, double p);

/** The weight of one pair, all families together. */
double analysis_links_weight(const struct links *l, uint32_t a, uint32_t b);

#endif
