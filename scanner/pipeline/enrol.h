/* A scan in a shared store: its row and its shards, before anybody works on
 * it. */
#ifndef PIPELINE_ENROL_H
#define PIPELINE_ENROL_H

#include "pipeline/row.h"

/** Find the scan, or add it with its shards; one that is to be retried, or was
 * imported, gets shards for what is to be asked. @return as row_find_or_add()
 */
int enrol_find_or_add(struct row *r, const struct scan_request *req,
                      struct snow_store *s, const struct plan *plan,
                      struct snow_error *err);

#endif
