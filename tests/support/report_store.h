/* A store made by hand for the tests of report/: it knows of the addresses and
 * domains of report_fixture.h, some of them. */
#ifndef SUPPORT_REPORT_STORE_H
#define SUPPORT_REPORT_STORE_H

#include "snowline/store.h"

/** A store in memory with one block, of which ten addresses are answered, and
 * a few names of IPv6. Fails the test when it cannot be made.
 * @owner the caller, with snow_store_close() */
struct snow_store *small_store(int64_t *scan);

#endif
