/* What the tests of netblock parsers share: routes as one line of text. */
#ifndef SUPPORT_NETBLOCK_H
#define SUPPORT_NETBLOCK_H

#include "netblock/routes.h"

/** Routes of AS64500 with a set of their own. */
void routes_init(struct netblock_routes *r);
void routes_fini(struct netblock_routes *r);

/** "192.0.2.0/24 2001:db8::/32; 2 taken, 1 bad", counts of 0 left out; static,
 * until the next call. */
const char *routes_text(const struct netblock_routes *r);

#endif
