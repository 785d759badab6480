/* The steps of an analysis of a stored scan, for those who run two of them side
 * by side; all others call snow_findings_analyse(). */
#ifndef ANALYSIS_ANALYSE_H
#define ANALYSIS_ANALYSE_H

#include "analysis/core.h"

/** Where the records of one scan are. */
struct analysis_place {
    struct snow_store *store;
    int64_t scan;
    struct snow_error *err;
};

/** The first pass over a scan. @return 0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO
 * @owner the caller, with analysis_free() */
int analysis_begin(struct analysis **out, struct analysis_psl *psl,
                   const struct snow_analysis_config *cfg,
                   const struct analysis_place *from);

/** Before the second pass: where names lead. */
int analysis_add_forwards(struct analysis *a,
                          const struct analysis_place *from);

/** The second pass is the caller's: every block in address order, then
 * analysis_next_pass(). @return 0, SNOW_ENOMEM */
int analysis_see_block(struct analysis *a, const struct snow_block *block);

/** After the second pass: all other evidence, and the findings. */
int analysis_end(struct snow_findings *out, struct analysis *a,
                 const struct given *given, const struct analysis_place *from);

#endif
