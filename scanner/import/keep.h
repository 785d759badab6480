/* Addresses in ascending order become what a scan keeps: blocks, IPv6 names,
 * and the ranges that the scan is about. */
#ifndef IMPORT_KEEP_H
#define IMPORT_KEEP_H

#include "import/gather.h"
#include "snowline/ranges.h"
#include "snowline/store.h"

/** Zeroed memory with store and scan set is ready; keep_fini() it. */
struct keep {
    struct snow_store *store;
    int64_t scan;
    struct snow_error *err;
    struct snow_block block;
    bool has_block;
    struct snow_ranges *ranges; /**< of all addresses; see keep_addr() */
    unsigned coarse[2];         /**< bits that do not count: IPv6, IPv4 */
    uint64_t by_status[16];     /**< addresses */
    struct snow_walk walk;      /**< those of IPv6 among them */
    uint64_t n_names;
    int64_t latest_utc_s; /**< SNOW_TIME_UNKNOWN: none yet */
};

/**
 * Keep one address: what a gather_fn does, with the struct as its argument.
 *
 * In a block addresses that nobody spoke of are OUTSIDE: never asked. Ranges
 * are exact up to a number; beyond it they are widened to whole prefixes, so
 * that memory has a bound however scattered the addresses are.
 *
 * @return 0, or what the store said
 */
int keep_addr(void *arg, const struct gather_addr *a);

/** The last block, and the walk's counts when there were IPv6 addresses. */
int keep_end(struct keep *k);
void keep_fini(struct keep *k);

#endif
