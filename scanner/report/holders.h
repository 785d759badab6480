/* Who holds the addresses of a finding, and who announces them: what the store
 * knows of netblocks and AS numbers. */
#ifndef REPORT_HOLDERS_H
#define REPORT_HOLDERS_H

#include "analysis/origin.h"
#include "report/report.h"
#include "snowline/records.h"

/** A netblock; texts are where they are in the buffer. */
struct report_netblock {
    struct snow_range range;
    size_t name, organisation, abuse_email;
};

/** Zeroed memory knows nobody. */
struct report_holders {
    struct report_netblock *netblocks; /**< [n_netblocks] in address order */
    size_t n_netblocks, netblocks_cap;
    struct analysis_origin *origins; /**< [n_origins], of targets */
    size_t n_origins, origins_cap;
    struct buf text; /**< NUL-terminated texts; the first is empty */
};

/** @return 0, SNOW_ENOMEM, SNOW_ESTORE; nothing is known without a store */
int report_holders_load(struct report_holders *out,
                        const struct report_request *q, struct snow_error *err);
void report_holders_fini(struct report_holders *h);

/** Which text of a netblock. */
enum report_holder_text {
    REPORT_HOLDER_NAME,
    REPORT_HOLDER_ORGANISATION,
    REPORT_HOLDER_ABUSE_EMAIL,
};

/** The texts of all netblocks that a finding lies in, each once, as elements
 * of a cell. */
struct report_cell;
void report_holders_texts(struct report_cell *to,
                          const struct report_holders *h,
                          const struct snow_finding *f,
                          enum report_holder_text which);

/** The AS numbers among the targets that announce some of it. */
void report_holders_asns(struct report_cell *to, const struct report_holders *h,
                         const struct snow_finding *f);

/** The abuse contact of an address: of the smallest netblock around it that
 * has one; what is no mailbox is none, and a registry's own space is no
 * netblock. NULL when there is none. */
const char *report_holders_contact(const struct report_holders *h,
                                   struct snow_addr a);

#endif
