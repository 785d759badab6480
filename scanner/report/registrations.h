/* What registries said of the domains of the findings that are shown. */
#ifndef REPORT_REGISTRATIONS_H
#define REPORT_REGISTRATIONS_H

#include "base/map.h"
#include "report/report.h"
#include "report/tree.h"

/** Zeroed memory knows of no domain. */
struct report_registrations {
    struct map by_domain; /**< 1 + where its record begins in json; 0: none */
    struct buf json;      /**< records, each NUL-terminated */
};

/** Without a store nothing is known of any domain.
 *
 * @return   0, SNOW_ENOMEM, SNOW_ESTORE
 * @owner    the caller, with report_registrations_fini() */
int report_registrations_load(struct report_registrations *out,
                              const struct report_request *q,
                              const struct report_tree *t,
                              struct snow_error *err);
void report_registrations_fini(struct report_registrations *r);

/** True when a registry answered: what it did not say is not published. */
bool report_registration_is_answer(const struct snow_registration *r);

/** True when one did so for any domain of the finding. */
bool report_registrations_answered(const struct report_registrations *r,
                                   const struct snow_finding *f);

/** Read what is known; false when it was not asked. */
bool report_registrations_get(const struct report_registrations *r,
                              const char *domain,
                              struct snow_registration *out);

#endif
