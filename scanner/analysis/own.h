/* What the user alone knows: who was reported, who is in order, which customer
 * has which addresses. It comes from files, never from the network. */
#ifndef ANALYSIS_OWN_H
#define ANALYSIS_OWN_H

#include "analysis/allocations.h"
#include "analysis/allow.h"
#include "analysis/reporters.h"

/** Zeroed memory knows nothing. */
struct own {
    struct reporters reporters;
    struct allow allow;
    struct allocations allocations;
    bool has_reporters, has_allow, has_allocations;
};

/** The files of it; "" for one that there is none of. */
struct own_paths {
    const char *reporters, *allow, *allocations;
};

/** @return 0, or what the first of the readers says that fails
 * @owner  the caller, with own_fini() */
int own_read(struct own *o, const struct own_paths *paths,
             struct snow_error *err);
void own_fini(struct own *o); /**< zeroed is fine */

/**
 * Would they be understood? To be asked before a scan that ends with them.
 *
 * @param psl_path  as in struct snow_analysis_config
 * @return          as own_read(), allow_check() and analysis_psl_open()
 */
int own_check(const struct own_paths *paths, const char *psl_path,
              struct snow_error *err);

#endif
