/* What the user's own lists, and what the trade knows, say of runs and of
 * findings. Pure. */
#ifndef ANALYSIS_OWN_FACTS_H
#define ANALYSIS_OWN_FACTS_H

#include "analysis/measures.h"

/** Is a run allowed, or one of a large sender's own domain? */
bool analysis_own_speaks_for(const struct analysis *a, const struct run *run);

/**
 * Take the next piece off the front of a run's range that is not allowed; of a
 * run that is allowed itself, all of it.
 *
 * @param left  in: what is left of it; out: what remains
 * @return      true while @p left still holds some
 */
bool analysis_own_next_piece(struct snow_range *left, struct snow_range *out,
                             const struct analysis *a, const struct run *run);

/**
 * Fill customers, reporters and the reason for which a finding is allowed.
 *
 * @param facts  receives the caveats, and whether reports corroborate it; its
 *               counts are filled
 * @param f      its ranges are filled
 * @return       0, SNOW_ENOMEM
 */
int analysis_own_measure(struct score_facts *facts, struct snow_finding *f,
                         const struct analysis *a, const struct run_set *set);

#endif
