/* What the files of the core share. */
#ifndef ANALYSIS_CORE_INTERNAL_H
#define ANALYSIS_CORE_INTERNAL_H

#include "analysis/campaigns.h"
#include "analysis/core.h"
#include "analysis/excuses.h"
#include "analysis/forwards.h"
#include "analysis/hosts.h"
#include "analysis/infra.h"
#include "analysis/mail_facts.h"
#include "analysis/past.h"
#include "analysis/rows.h"
#include "analysis/web_facts.h"

struct analysis {
    struct snow_analysis_config cfg;
    struct analysis_psl *psl;
    unsigned pass; /* 1 … 3 */
    struct neighbours *neighbours;
    struct facts facts;
    struct runs runs;
    struct tiles tiles;
    struct ages ages;
    struct rows rows;
    bool seeks_rows; /* in the third pass, instead of candidates */
    struct forwards forwards;
    struct mail_facts mail;
    struct past past;
    void (*watch)(void *arg, const struct verdict *v); /* of the second pass;
                                                          NULL: nobody */
    void *watch_arg;
    struct web_facts web;
    struct infra infra;
    struct hosts hosts; /* for decoys; else empty */
    double high_from;   /* score of the high tier; 0: the default */
    struct excuses excuses;
    struct strip *strips;
    size_t n_strips;
    uint32_t *longest; /* [runs.n] the run among [0 … i] that ends last */
    struct snow_ranges *wanted; /* runs and chosen tiles */
    struct snow_ranges *addrs;  /* candidates, until they are handed over */
};

/** Pass 3: one more candidate. */
int analysis_candidate_add(struct analysis *a, const struct verdict *v);

/** Before pass 3: where candidates may lie. */
int analysis_candidates_start(struct analysis *a);

#endif
