/* How look-ups get out: names through the resolvers of the scan, HTTP through
 * curl, WHOIS over plain TCP, and never to an address that is to be left alone.
 */
#ifndef PIPELINE_REACH_H
#define PIPELINE_REACH_H

#include "dns/resolve.h"
#include "loop/http.h"
#include "loop/talk.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"

/** Shared by all look-ups of one run. Zeroed memory is a closed one. */
struct reach {
    struct stage stage; /**< counts its questions; nothing waits for it */
    const struct snow_config *cfg;
    const struct plan *plan;
    struct dns_resolver *resolver;
    struct http *http;
    struct talk *talk;
    char user_agent[320];
};

/** @param plan  with its name servers; borrowed until _close()
 * @return 0, SNOW_ENOMEM */
int reach_open(struct reach *r, struct run *run, const struct plan *plan,
               struct snow_error *err);

/** What is under way ends: its callbacks are called from here. */
void reach_close(struct reach *r);

/** False for what is reserved, opted out or excluded. */
bool reach_allows(const struct reach *r, struct snow_addr a);

#endif
