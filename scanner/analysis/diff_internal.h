/* What the files of the comparison share. */
#ifndef ANALYSIS_DIFF_INTERNAL_H
#define ANALYSIS_DIFF_INTERNAL_H

#include "analysis/analyse.h"
#include "analysis/changes.h"
#include "analysis/core_internal.h"
#include "snowline/diff.h"

enum { OLDER, NEWER };

/** One of the two scans. */
struct diff_side {
    struct analysis_place from;
    const struct snow_analysis_config *cfg;
    struct analysis *a;
    struct snow_findings findings;
    struct snow_blocks *blocks;
    const struct snow_block *block; /**< the next one, NULL: no more */
};

struct diff {
    struct diff_side side[2];
    struct snow_error *err;
    double days;
    struct moves moves;
    snow_change_fn fn;
    void *arg;
};

/** A change with what all of them have. */
struct snow_change diff_change(const struct diff *d,
                               enum snow_change_subject subject,
                               enum snow_change_kind kind);

/** The names of one address in one scan. */
struct diff_names {
    const char *all; /**< each NUL-terminated, one behind the other */
    unsigned n;
    int64_t seen_utc_s;
};

/** The names of an address differ. */
int diff_tell_name(struct diff *d, struct snow_addr addr,
                   const struct diff_names *older,
                   const struct diff_names *newer);

/** Tell what differs below ip6.arpa. */
int diff_compare_ipv6(struct diff *d);

/** Both scans are analysed: tell of runs and domains, then of findings. */
int diff_tell_runs(struct diff *d);
int diff_tell_findings(struct diff *d);

/** Let a scan be asked about addresses; @p all in their order. */
int diff_take_census(const struct diff_side *side, struct census *all,
                     size_t n);

#endif
