/* What other scans of the store saw of the addresses shown. */
#ifndef REPORT_PASTS_H
#define REPORT_PASTS_H

#include "base/map.h"
#include "report/report.h"
#include "report/tree.h"

/** The same answer, seen once or over and over. */
struct report_sight {
    struct snow_addr addr;
    int64_t from_utc_s, to_utc_s;    /**< by the scans' own idea of now */
    int64_t first_utc_s, last_utc_s; /**< as the clock said */
    int64_t scan;
    uint64_t hash; /**< of the names, in whatever order; 0: no name */
    size_t text;   /**< where they begin */
    uint8_t n_names;
};

struct report_pasts {
    struct report_sight *all; /**< by address, then by time */
    size_t n, cap;
    struct map latest;     /**< while it is filled: address to 1 + index */
    struct buf text;       /**< names, each NUL-terminated */
    struct snow_scan scan; /**< the one looked at, or the one reported on */
    size_t at;             /**< the first one of the address asked for last */
};

/** What an address was before. */
struct report_past {
    int64_t first_utc_s, last_utc_s; /**< when its present names were seen by
                                          other scans; or SNOW_TIME_UNKNOWN */
    uint64_t changes;                /**< of its names, up to this scan */
    bool is_known;                   /**< another scan has an answer about it */
    uint8_t n_names;                 /**< 0: none, or nothing changed */
    const char *names;               /**< before the last change */
};

/** @return 0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO
 * @owner  the caller, with report_pasts_fini() */
int report_pasts_load(struct report_pasts *out, const struct report_request *q,
                      const struct report_tree *t, struct snow_error *err);
void report_pasts_fini(struct report_pasts *p); /**< zeroed is fine */

/** The past of an address that has these names (or none) now. Addresses only
 * ascend. */
struct report_past report_pasts_get(struct report_pasts *p,
                                    struct snow_addr addr, const char *names,
                                    unsigned n_names);

/** The names before the last change, into a cell. */
struct report_cell;
void report_past_names(struct report_cell *to, const struct report_past *past);

#endif
