/* Runs: neighbouring addresses of one registrable domain. Pure; memory grows
 * with the runs found, not with the addresses seen. */
#ifndef ANALYSIS_RUNS_H
#define ANALYSIS_RUNS_H

#include "analysis/neighbours.h"

#define RUN_LABELS_MAX 8 /**< host labels kept of a run */
#define RUN_NAMES_MAX 64 /**< names compared with each other */
#define RUN_GAP_MAX 16   /**< a larger gap is no neighbourhood */
#define RUN_GREETINGS_MAX 4

/** One way in which a run's servers greet, and how many do. */
struct greeting {
    uint64_t fingerprint; /**< 0: free */
    uint64_t manner;      /**< fingerprint with the list of capabilities */
    uint32_t n;
};

/** At least two addresses of one domain; in a row one (rows.h). */
struct run {
    struct snow_addr first, last;
    uint32_t domain;
    uint32_t n_named;    /**< addresses that carry the domain */
    uint32_t n_unknown;  /**< addresses inside that gave no answer */
    uint32_t n_distinct; /**< different names; past RUN_NAMES_MAX each name
                              counts as another one */
    uint32_t n_apex, n_one, n_deep; /**< by extra labels: 0, 1, more */
    uint32_t n_esp;
    bool starts_with_apex;
    bool has_one_template; /**< all names follow the first one's */
    uint32_t skeleton;     /**< that one */
    bool has_repeats;      /**< a name stands on several addresses */
    bool ends_unknown;     /**< no answer was had beside it */
    bool is_allowed;       /**< its addresses, by the user's list */
    uint64_t labels[RUN_LABELS_MAX];
    unsigned n_labels;
    int64_t first_seen_utc_s, last_seen_utc_s;
    /* what the later stages add */
    bool is_in_sender_net; /**< the netblock is a large sender's */
    uint32_t probed, open, own_banner;
    struct greeting greetings[RUN_GREETINGS_MAX];
    uint32_t forward_asked;   /**< addresses whose name was asked back … */
    uint32_t forward_checked; /**< … and answered … */
    uint32_t forward_ok;      /**< … and leads back */
    bool has_mx;              /**< in a decoy: it held one of its domain */
    uint32_t spf_sampled, spf_passes, spf_unknown; /**< addresses held against
                                                        the domain's SPF */
};

struct runs_open;

/** Runs while they are found, and after. Zeroed but for gap_max is ready. */
struct runs {
    unsigned gap_max; /**< at most RUN_GAP_MAX */
    struct run *all; /**< in the order of first, last, domain after _finish() */
    size_t n, cap;
    struct runs_open *open;
    size_t n_open;
};

/**
 * Fold in the next verdict, in address order.
 *
 * An address belongs to a run when at most gap_max addresses in a row between
 * it and the run's last one carry something else: no name, a generic name or
 * another domain's. Several runs may therefore be open, and two domains that
 * take turns make two runs that overlap; so do allowed addresses and others of
 * one domain. Addresses that gave no answer are not
 * counted as missing, but no more than RUN_UNKNOWN_MAX are bridged.
 *
 * @return 0, SNOW_ENOMEM
 */
int analysis_runs_add(struct runs *r, const struct verdict *v);
#define RUN_UNKNOWN_MAX 4

/** The run that an address alone would be. */
void analysis_run_begin(struct run *run, const struct verdict *v);

/** Add a run that was found elsewhere. @return 0, SNOW_ENOMEM */
int analysis_runs_keep(struct runs *r, const struct run *run);

/** Close what is open and sort; again after more were kept. @return 0,
 * SNOW_ENOMEM */
int analysis_runs_finish(struct runs *r);
void analysis_runs_fini(struct runs *r); /**< zeroed is fine */

#endif
