/* Rows: single addresses side by side, each of another new domain, registered
 * at one place in one go. Pure; memory grows with the rows found. */
#ifndef ANALYSIS_ROWS_H
#define ANALYSIS_ROWS_H

#include "analysis/ages.h"
#include "analysis/runs.h"
#include "analysis/strips.h"

/* Where addresses are let one by one, chance alone puts three or four new
 * customers of a large registrar side by side; five, within a month, hardly
 * ever. */
#define ROW_DOMAINS_MIN 5
#define ROW_WINDOW_DAYS 30
#define ROW_AGE_DAYS 540 /**< where newness has faded */
#define ROW_OPEN_MAX (STRIP_GAP_MAX + 2)

/** A row that may still grow. */
struct row {
    struct snow_addr last;
    uint32_t registrar;
    int64_t created_min_utc_s, created_max_utc_s;
    size_t n;
    struct run members[ROW_DOMAINS_MIN]; /**< of these, the first so many */
};

/** Zeroed but for facts, ages and to is ready. */
struct rows {
    const struct facts *facts;
    const struct ages *ages;
    struct runs *to; /**< where the members go, as runs of one address each */
    struct row open[ROW_OPEN_MAX];
    size_t n_open;
};

/** Could there be a row at all? Needs registrations, nothing else. */
bool analysis_rows_are_likely(const struct rows *r);

/**
 * Fold in the next verdict, in address order.
 *
 * An address belongs to a row when its domain is part of no run, its date and
 * its registrar are known, it is not old, and no more than STRIP_GAP_MAX
 * addresses lie between it and the last one. What lies there does not matter.
 *
 * @return 0, SNOW_ENOMEM
 */
int analysis_rows_add(struct rows *r, const struct verdict *v);

#endif
