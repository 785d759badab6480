/* The other scans of a store: what they saw where this one found runs. */
#ifndef ANALYSIS_HISTORY_H
#define ANALYSIS_HISTORY_H

#include "analysis/core.h"

/**
 * After the second pass: let past.c see all other scans, the oldest first.
 *
 * Just the blocks in which there is a run are unpacked.
 *
 * @return 0, SNOW_ESTORE, SNOW_EIO, SNOW_ENOMEM
 */
int analysis_add_history(struct analysis *a, struct snow_store *s, int64_t scan,
                         struct snow_error *err);

#endif
