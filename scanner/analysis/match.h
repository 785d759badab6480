/* Which findings of two scans are the same. Pure. */
#ifndef ANALYSIS_MATCH_H
#define ANALYSIS_MATCH_H

#include "snowline/findings.h"

/**
 * Pair the findings of two scans: of one kind, with half of the smaller one's
 * addresses and half of its domains in common; the closest first, each once.
 *
 * @param older_of  [newer->n] receives the index of the older one, SIZE_MAX
 *                  where there is none
 * @return          0, SNOW_ENOMEM
 */
int analysis_match(size_t *older_of, const struct snow_findings *older,
                   const struct snow_findings *newer);

#endif
