/* Zones' own name servers, found as the walk comes to their /24s. */
#ifndef PIPELINE_ZONES_H
#define PIPELINE_ZONES_H

#include "base/map.h"
#include "dns/engine.h"
#include "dns/resolve.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"

struct zones {
    struct run *run;
    const struct plan *plan;
    void (*changed)(void *arg); /**< a gate may say something else now */
    void *arg;
    struct dns_engine *engine;
    struct dns_resolver *resolver; /**< NULL: the resolvers are asked all */
    struct map groups; /**< by zone: 1 + group, 0 while it is sought */
    bool is_closing;
    unsigned n_sought;
};

/** @param z  zeroed but for run, plan, changed, arg, engine @return 0,
 * SNOW_ENOMEM */
int zones_init(struct zones *z);
void zones_fini(struct zones *z); /**< zeroed is fine */

/** A cuts_open_fn: wait until the zone's servers are known. */
enum snow_gate zones_open(void *arg, struct snow_addr block,
                          unsigned zone_labels);

/** Whom to ask about an address of a zone with so many labels. */
uint8_t zones_group(const struct zones *z, struct snow_addr a,
                    unsigned zone_labels);

#endif
