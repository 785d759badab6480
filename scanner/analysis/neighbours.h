/* From the names of addresses to one verdict an address: whose is it? Looks at
 * an address together with its block and its neighbours: counters are found by
 * the block, one of several names is chosen by the neighbours. Pure; holds
 * three blocks, whatever the size of the scan. */
#ifndef ANALYSIS_NEIGHBOURS_H
#define ANALYSIS_NEIGHBOURS_H

#include "analysis/facts.h"
#include "analysis/psl.h"
#include "snowline/block.h"

/** What the sweep learnt of one address. */
struct analysis_seen {
    struct snow_addr addr;
    unsigned status;   /**< enum snow_ptr_status */
    unsigned n_names;  /**< names beyond SNOW_BLOCK_NAMES_MAX are not read */
    const char *names; /**< each NUL-terminated, one behind the other */
    int64_t seen_utc_s;
};

/** Address @p i of a block; borrows its names. */
struct analysis_seen analysis_seen_in(const struct snow_block *block,
                                      unsigned i);

struct analysis_forward;

/** What later stages said of one address; each 0 or 1. */
struct host_counts {
    unsigned probed : 1, open : 1, own_banner : 1;
    unsigned forward_asked : 1, forward_checked : 1, forward_ok : 1;
    unsigned is_in_sender_net : 1;
};

/** A name, taken apart. */
struct host_name {
    uint32_t domain;
    uint32_t skeleton;
    uint64_t number;
    uint64_t hash;  /**< of the whole name; the first pass does without */
    uint64_t label; /**< of its host part; 0: bare, common, or too deep */
    uint8_t extra_labels;
    bool is_generic, is_numbered, is_esp;
};

/** An address that belongs to a domain, or whose outcome is not known. All
 * others are told by their absence. */
struct verdict {
    struct snow_addr addr;
    const struct host_name *name; /**< NULL: no answer was had */
    bool is_unasked;              /**< as nobody asked */
    int64_t seen_utc_s;
    const struct analysis_forward *forward; /**< of the name; set by the core,
                                                 NULL: not asked */
    const struct host_counts *counts;       /**< NULL: not known yet */
    bool is_allowed; /**< the address, by the user's list; set by the core */
};

/** Anything but 0 ends the pass and is returned from it. */
typedef int (*verdict_fn)(void *arg, const struct verdict *v);

struct neighbours;

/**
 * Start one pass over the addresses of a scan.
 *
 * @param facts  filled by a pass without @p fn, read by one with it; borrowed
 * @param psl    borrowed
 * @param fn     receives the verdicts in address order; NULL: first pass
 * @return       0, SNOW_ENOMEM
 * @owner        the caller, with analysis_neighbours_free()
 */
int analysis_neighbours_new(struct neighbours **out, struct facts *facts,
                            struct analysis_psl *psl, verdict_fn fn, void *arg);
void analysis_neighbours_free(struct neighbours *n); /**< NULL is fine */

/** The next address, in ascending order. @return 0, SNOW_ENOMEM, or fn's */
int analysis_neighbours_add(struct neighbours *n,
                            const struct analysis_seen *seen);

/** No more addresses: hand out what is still held. @return as above */
int analysis_neighbours_finish(struct neighbours *n);

#endif
