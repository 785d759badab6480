/* What the domains' mail set-up says of their runs: where their MX hosts are,
 * and whether SPF lets the run send. Pure; 300 octets a domain. */
#ifndef ANALYSIS_MAIL_FACTS_H
#define ANALYSIS_MAIL_FACTS_H

#include "analysis/mail_setup.h"
#include "analysis/runs.h"
#include "snowline/findings.h"

#define MAIL_FACT_ADDRS_MAX 16 /**< of all MX hosts of a domain */

/** Of one domain. */
struct mail_fact {
    uint32_t domain;
    bool is_mx_known, is_spf_known;
    uint8_t n; /**< addresses of MX hosts */
    /* held against all runs of the domain, once observed */
    bool mx_known, mx_inside, spf_known, spf_covers, spf_passes;
    struct snow_addr mx[MAIL_FACT_ADDRS_MAX];
};

/** Zeroed memory knows of no domain. */
struct mail_facts {
    struct mail_fact *all; /**< [n] of cap; by domain once counted */
    size_t n, cap;
    uint32_t *by_domain; /**< [n_runs] runs, sorted by their domain */
    size_t n_runs;
    bool is_sorted;
};

/**
 * Add what is known of a domain; its runs are held against the SPF record.
 *
 * @param runs  all of the scan, the same each time
 * @return      0, SNOW_ENOMEM
 */
int analysis_mail_facts_add(struct mail_facts *m, struct runs *runs,
                            uint32_t domain,
                            const struct analysis_mail_setup *setup);

/** What is known of a domain, or NULL. */
const struct mail_fact *analysis_mail_facts_get(struct mail_facts *m,
                                                uint32_t domain);

/** The runs of a domain, [*n]; NULL: no memory. */
const uint32_t *analysis_mail_facts_runs(struct mail_facts *m,
                                         const struct runs *runs,
                                         uint32_t domain, size_t *n);

/**
 * Count the domains of a finding: mail_asked, mx_known, mx_inside, spf_known,
 * spf_covers.
 *
 * @param f     with its ranges
 * @param all   all runs of the scan
 * @param runs  [n] the finding's
 * @return      0, SNOW_ENOMEM
 */
int analysis_mail_facts_count(struct snow_finding *f, struct mail_facts *m,
                              const struct run *all, const uint32_t *runs,
                              size_t n);

/** Hold every domain against all of its own runs. @return 0, SNOW_ENOMEM */
int analysis_mail_facts_observe(struct mail_facts *m, const struct runs *runs);

/** Count the domains of a finding by what was observed: it is not known where
 * their addresses are. */
void analysis_mail_facts_recall(struct snow_finding *f, struct mail_facts *m,
                                const uint32_t *domains, size_t n);

/** Give a run of addresses that have moved what was observed of its domain. */
void analysis_mail_facts_stamp(struct run *run, struct mail_facts *m);

void analysis_mail_facts_fini(struct mail_facts *m); /**< zeroed is fine */

#endif
