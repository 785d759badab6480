/* What a source says one AS announces, gathered into a set. Pure. */
#ifndef NETBLOCK_ROUTES_H
#define NETBLOCK_ROUTES_H

#include "snowline/ranges.h"

#define NETBLOCK_PREFIXES_MAX 65536 /**< of one AS; the largest have 15,000 */

/** Prefixes of one AS; all but asn, set and bogons is counted here. */
struct netblock_routes {
    uint32_t asn;
    struct snow_ranges *set;          /**< borrowed; what is taken is merged */
    const struct snow_ranges *bogons; /**< NULL: none */
    uint64_t n_taken;                 /**< prefixes, before merging */
    uint64_t n_bogons;                /**< left out: wholly within the bogons */
    uint64_t n_short;     /**< left out: no single network is as large */
    uint64_t n_withdrawn; /**< left out: announced no more */
    uint64_t n_bad;       /**< left out: no prefixes */
};

/**
 * Take one prefix, or count why not.
 *
 * IPv4 shorter than /8 and IPv6 shorter than /16 are more than anybody holds:
 * default routes, or leaks. So is what would cover the IPv4-mapped addresses.
 *
 * @return 0; SNOW_ELIMIT for more than NETBLOCK_PREFIXES_MAX; SNOW_ENOMEM
 */
int netblock_routes_add(struct netblock_routes *r, const char *prefix);

/** Say in words what one of these codes means. @return @p code */
int netblock_routes_fail(struct snow_error *err, int code);

/** A prefix that the source lists although it is withdrawn: counted. */
void netblock_routes_withdrawn(struct netblock_routes *r);

#endif
