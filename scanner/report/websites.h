/* What was seen of the websites of domains, as far as the scan has looked. */
#ifndef REPORT_WEBSITES_H
#define REPORT_WEBSITES_H

#include "analysis/website.h"
#include "base/map.h"
#include "report/report.h"

/** Zeroed memory knows of no domain. */
struct report_websites {
    struct map by_domain; /**< 1 + enum website_status */
};

/** Without a store nothing is known of any domain.
 *
 * @return   0, SNOW_ENOMEM, SNOW_ESTORE
 * @owner    the caller, with report_websites_fini() */
int report_websites_load(struct report_websites *out,
                         const struct report_request *q,
                         struct snow_error *err);
void report_websites_fini(struct report_websites *w);

/** The word for a domain's website, or NULL: nobody has looked. */
const char *report_websites_word(const struct report_websites *w,
                                 const char *domain);

/** How many domains of a finding were looked at. */
struct report_website_counts {
    uint64_t asked;
    uint64_t known; /**< of these, seen to have a website or none */
    uint64_t none;  /**< and of these, none */
};

struct report_website_counts
report_websites_count(const struct report_websites *w,
                      const struct snow_finding *f);

#endif
