/* RIPEstat's "announced-prefixes" as JSON. Pure. */
#ifndef NETBLOCK_ANNOUNCED_H
#define NETBLOCK_ANNOUNCED_H

#include <stddef.h>

#include "netblock/routes.h"

#define NETBLOCK_ANNOUNCED_MAX (32u << 20) /**< octets of one document */

/**
 * Take the prefixes that r->asn announces.
 *
 * The document covers two weeks: what was seen last before its end is
 * withdrawn, and only counted. A prefix without readable times is taken.
 *
 * @return 0; SNOW_ESYNTAX for what is no such document; SNOW_EINVAL for one
 *         about another AS; SNOW_EREFUSED where it says that something went
 *         wrong; SNOW_ELIMIT; SNOW_ENOMEM. But for the last two nothing is
 *         taken on failure.
 * @source https://stat.ripe.net/docs/data-api/api-endpoints/announced-prefixes
 */
int netblock_announced_parse(struct netblock_routes *r, const char *octets,
                             size_t len, struct snow_error *err);

#endif
