/* Decoys: the same scan with dates, registrars and the order of addresses
 * shuffled. What it scores is chance. Pure. */
#ifndef ANALYSIS_DECOYS_H
#define ANALYSIS_DECOYS_H

#include "analysis/measures.h"

/**
 * Score a number of shuffles of a scan whose findings have been made.
 *
 * Each shuffles creation dates among the domains of one top level, registrars
 * among all domains that have one, and the named addresses of each zone
 * (hosts.h); runs are then found, grouped and scored again. All else stays
 * with its domain or its address.
 *
 * @param out   n_decoys and decoys are filled
 * @param like  of the real findings
 * @return      0, SNOW_ENOMEM
 * @source      Elias & Gygi, "Target-decoy search strategy", Nature Methods 4,
 *              2007
 */
int analysis_decoys_score(struct snow_calibration *out, struct analysis *a,
                          const struct measures *like);

#endif
