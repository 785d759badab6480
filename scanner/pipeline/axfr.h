/* A zone fetched from a name server that hands it out: one's own, as a rule. */
#ifndef PIPELINE_AXFR_H
#define PIPELINE_AXFR_H

#include "dns/axfr.h"
#include "pipeline/config.h"

/** Does a text name a transfer: "axfr:ZONE@SERVER[:PORT]"? */
bool axfr_is_source(const char *text);

/**
 * Fetch it. The server is an address; nothing else is asked anything. Each wait
 * for it is bounded by --dns-timeout times --dns-tries.
 *
 * @param fn      takes the PTR and CNAME records in the order they come
 * @param signal  that ended it early, 0 none
 * @return        0 when the zone has come whole; SNOW_EINVAL for what is no
 *                such text; SNOW_ETIMEOUT, SNOW_EREFUSED, SNOW_EIO;
 *                SNOW_ECANCELED after a signal; what fn returned
 */
int axfr_fetch(const struct snow_config *cfg, const char *source,
               dns_axfr_fn fn, void *arg, int *signal, struct snow_error *err);

#endif
