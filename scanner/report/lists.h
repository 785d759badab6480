/* What lists for machines name: ranges and domains of the findings shown. */
#ifndef REPORT_LISTS_H
#define REPORT_LISTS_H

#include "base/text.h"
#include "snowline/findings.h"

/** Why something is listed. */
struct report_listing {
    const struct snow_finding *finding; /**< the smallest that holds it */
    const struct snow_finding *root;    /**< the largest, for whose tier it is
                                             listed; often the same */
    const char *domain; /**< the first of the finding that may be named, or
                             NULL */
};

/** Exactly what a finding covers, never more. */
struct report_list_range {
    struct snow_range range;
    struct report_listing by;
};

/** All that is to be listed. What it points at belongs to the findings. */
struct report_lists {
    struct report_list_range *ranges; /**< in address order, disjoint */
    size_t n_ranges;
    uint64_t n_addrs;               /**< UINT64_MAX: as many or more */
    struct report_listing *domains; /**< by name, each once; one stands for
                                         all names below it, too */
    size_t n_domains;
    size_t n_unnameable; /**< domains that are no host names: left out */
};

/**
 * Gather what findings make a list of.
 *
 * A finding counts with the tier of the largest one shown that holds it: a run
 * is listed because its campaign is, whatever its own tier. What the user's own
 * list allows is left out, and so are its addresses and domains wherever else
 * they appear. A domain is a host name of two labels or more, so that no octet
 * of it means anything in any list.
 *
 * @param least  the tier that is listed at least
 * @return       0, SNOW_ENOMEM
 * @owner        the caller, with report_lists_fini()
 */
int report_lists_init(struct report_lists *l, const struct snow_findings *f,
                      enum snow_tier least);
void report_lists_fini(struct report_lists *l); /**< zeroed is fine */

#endif
