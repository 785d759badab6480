/* What an IRRd answers to the commands of its short protocol. Pure. */
#ifndef NETBLOCK_IRR_H
#define NETBLOCK_IRR_H

#include <stddef.h>

#include "netblock/routes.h"

#define NETBLOCK_IRR_MAX (32u << 20) /**< octets of one answer */

/** Reads replies in whatever pieces they come. */
struct netblock_irr {
    struct netblock_routes *routes; /**< borrowed */
    unsigned n_replies;             /**< whole ones */
    uint64_t data_left;             /**< of the answer being read */
    bool is_behind_data;            /**< its "C" is due */
    char text[200]; /**< the line or prefix being read, what fits of it */
    size_t len;     /**< of it, with what did not fit */
};

/** @param routes  asn, set and bogons filled in; borrowed */
void netblock_irr_init(struct netblock_irr *p, struct netblock_routes *routes);

/**
 * Read some octets.
 *
 * @return 0; SNOW_EREFUSED for "F", with what it says; SNOW_ESYNTAX for what
 *         is no reply, SNOW_ELIMIT for one too long, or too many
 *         prefixes; SNOW_ENOMEM: there is no sense in what follows
 * @source the whois queries of IRRd's documentation, "IRRd-style queries"
 */
int netblock_irr_feed(struct netblock_irr *p, const char *octets, size_t len,
                      struct snow_error *err);

/** True between two replies. */
bool netblock_irr_is_at_end(const struct netblock_irr *p);

/** Longest text of netblock_irr_query(), NUL included. */
#define NETBLOCK_IRR_QUERY_MAX 96
#define NETBLOCK_IRR_REPLIES 3 /**< that it has */

/** What to send to learn the prefixes of an AS: stay connected, who we are,
 * IPv4, IPv6, good-bye. */
void netblock_irr_query(char out[NETBLOCK_IRR_QUERY_MAX], uint32_t asn);

#endif
