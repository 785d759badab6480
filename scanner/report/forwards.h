/* Where names lead, as far as the scan has asked. */
#ifndef REPORT_FORWARDS_H
#define REPORT_FORWARDS_H

#include "analysis/forward.h"
#include "base/map.h"
#include "report/report.h"

/** Zeroed memory knows of no name. */
struct report_forwards {
    struct map by_name; /**< 1 + where its record begins in json */
    struct buf json;    /**< records, each NUL-terminated */
};

/** All that is kept: a scan bounds how many names it asks for.
 *
 * @return   0, SNOW_ENOMEM, SNOW_ESTORE
 * @owner    the caller, with report_forwards_fini() */
int report_forwards_load(struct report_forwards *out,
                         const struct report_request *q,
                         struct snow_error *err);
void report_forwards_fini(struct report_forwards *f);

/** Read what is known of a name in lower case; false when it was not asked. */
bool report_forwards_get(const struct report_forwards *f, const char *name,
                         struct analysis_forward *out);

#endif
