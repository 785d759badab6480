/* Which addresses carry a name of their own, and which one that their provider
 * made: what a picture of the address space wants to tell apart. */
#ifndef ANALYSIS_NAMED_H
#define ANALYSIS_NAMED_H

#include "snowline/ranges.h"
#include "snowline/store.h"

/**
 * Gather the IPv4 addresses with a name that findings may be made of, by the
 * same passes as an analysis: the name is neither made from the address nor of
 * a pool, and its domain is not the network's own.
 *
 * @param out       they are added to it; memory grows with its ranges
 * @param psl_path  as in struct snow_analysis_config
 * @return          0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO (no suffix list)
 */
int analysis_named(struct snow_ranges *out, struct snow_store *s, int64_t scan,
                   const char *psl_path, struct snow_error *err);

#endif
