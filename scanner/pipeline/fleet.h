/* A scan as one worker of many: shards are leased, worked on by the stages that
 * a scan of one's own has, and finished. */
#ifndef PIPELINE_FLEET_H
#define PIPELINE_FLEET_H

#include "pipeline/scan.h"

/**
 * Work on a scan until all of it is finished, by whomever, or something ends
 * it: what is leased is given back.
 *
 * @param s     shared; the caller's
 * @param plan  with its name servers
 * @return      as scan_run()
 */
int fleet_run(const struct scan_request *req, struct snow_store *s,
              struct plan *plan, struct scan_result *out,
              struct snow_error *err);

#endif
