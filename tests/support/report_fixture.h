/* Findings made by hand for the tests of report/: a campaign of three runs, one
 * of them below the tier shown; a strip; a run with every hostile octet; a run
 * of the context tier. */
#ifndef SUPPORT_REPORT_FIXTURE_H
#define SUPPORT_REPORT_FIXTURE_H

#include "snowline/findings.h"

#define FIXTURE_N 9

struct fixture {
    struct snow_finding all[FIXTURE_N];
    struct snow_range ranges[FIXTURE_N][4];
    char *domains[FIXTURE_N][6];
    struct snow_findings findings;
};

/** Fills @p f in; nothing to release. */
void fixture_init(struct fixture *f);

#endif
