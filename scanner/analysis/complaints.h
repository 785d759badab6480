/* What became of addresses that were complained of: what a later scan says of
 * the names they carried. */
#ifndef ANALYSIS_COMPLAINTS_H
#define ANALYSIS_COMPLAINTS_H

#include "base/map.h"
#include "base/text.h"
#include "snowline/store.h"

/** How a complaint stands. */
/* clang-format off */
#define ANALYSIS_COMPLAINT_STATES(X)                                        \
    X(STILL,      "still")      /* every answered address has its domain */  \
    X(PARTLY,     "partly")     /* some have */                              \
    X(MOVED,      "moved")      /* none has; a domain stands elsewhere */    \
    X(RENAMED,    "renamed")    /* none has; some have another */            \
    X(GONE,       "gone")       /* none has any, nor a name of its own */    \
    X(UNANSWERED, "unanswered") /* too few answers for any of these */       \
    X(NOT_ASKED,  "not-asked")  /* no finished scan since */
/* clang-format on */

#define X(id, word) ANALYSIS_COMPLAINT_##id,
enum analysis_complaint_state {
    ANALYSIS_COMPLAINT_STATES(X) ANALYSIS_N_COMPLAINT_STATES
};
#undef X

const char *analysis_complaint_word(enum analysis_complaint_state state);

/** One address of one complaint. */
struct analysis_claim {
    struct snow_addr addr;
    uint32_t complaint; /**< number */
    uint32_t domain;    /**< number, from 1 */
};

/** A finding that was told to a contact. Texts are offsets into text. */
struct analysis_complaint {
    int64_t scan, made_utc_s;
    size_t message_id, recipient, finding_id, kind, range;
    size_t domains;         /**< n_domains of them, one behind the other */
    uint32_t n_domains;     /**< different ones */
    uint64_t n;             /**< addresses told */
    struct snow_addr first; /**< the lowest */
    uint32_t number;        /**< in the order in which they were read */
    /* what the later scan says */
    enum analysis_complaint_state state;
    int64_t seen_scan, seen_utc_s; /**< 0, SNOW_TIME_UNKNOWN: not asked */
    uint64_t answered, same, renamed, gone;
    uint64_t elsewhere; /**< other addresses that carry one of the domains */
};

/** Zeroed memory knows of none. */
struct analysis_complaints {
    struct analysis_complaint *all; /**< [n], the oldest first, those of one
                                         moment by address */
    size_t n, cap;
    struct analysis_claim *claims; /**< [n_claims] */
    size_t n_claims, cap_claims;
    struct map domains; /**< to their numbers */
    struct buf text;
};

/**
 * Read what the store remembers; a damaged record counts no address.
 *
 * @return 0, SNOW_ENOMEM, SNOW_ESTORE
 * @owner  the caller, with analysis_complaints_fini()
 */
int analysis_complaints_load(struct analysis_complaints *out,
                             struct snow_store *s, struct snow_error *err);
void analysis_complaints_fini(struct analysis_complaints *c);

/**
 * Ask a finished scan about them all. An address that it has no answer about
 * says nothing: it is never taken for gone.
 *
 * @param after_s   complaints that are not as old as this when the scan was
 *                  made stay NOT_ASKED
 * @param psl_path  as of snow_analysis_config
 * @return          0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO
 */
int analysis_complaints_ask(struct analysis_complaints *c, struct snow_store *s,
                            const struct snow_scan *scan, int64_t after_s,
                            const char *psl_path, struct snow_error *err);

#endif
