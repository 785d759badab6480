/* What was seen of the domains' websites, and what that says of a finding.
 * Pure; 8 octets a domain. */
#ifndef ANALYSIS_WEB_FACTS_H
#define ANALYSIS_WEB_FACTS_H

#include "analysis/website.h"

/** Of one domain. */
struct web_fact {
    uint32_t domain;
    int8_t absence_of_2;   /**< 2: there is none, 0: there is; -1 unknown */
    bool is_site;          /**< a real one, of the domain's own */
    bool is_led_elsewhere; /**< to a page of another domain */
};

/** Zeroed memory knows of no domain. */
struct web_facts {
    struct web_fact *all; /**< [n] of cap */
    size_t n, cap;
    bool is_sorted;
};

/** Sums over domains. */
struct web_sum {
    size_t n_asked; /**< it was looked for */
    size_t n_known; /**< it could be told whether there is a website */
    size_t n_sites; /**< a real one of the domain's own */
    double absence; /**< of all that are known */
};

/** @return 0, SNOW_ENOMEM */
int analysis_web_facts_add(struct web_facts *w, uint32_t domain,
                           const struct analysis_website *site);

/** Is a real website of the domain's own known? */
bool analysis_web_facts_has_site(struct web_facts *w, uint32_t domain);

/** Is a real website known, be it that of another domain it leads to? */
bool analysis_web_facts_has_page(struct web_facts *w, uint32_t domain);

void analysis_web_facts_count(struct web_sum *out, struct web_facts *w,
                              const uint32_t *domains, size_t n);

void analysis_web_facts_fini(struct web_facts *w); /**< zeroed is fine */

#endif
