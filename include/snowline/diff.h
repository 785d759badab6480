/* What changed between two scans of a store: names, runs, domains, findings.
 * Nothing is said of an address that one of them has no answer about. */
#ifndef SNOW_DIFF_H
#define SNOW_DIFF_H

#include "snowline/findings.h"

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/** What a change is about. */
#define SNOW_CHANGE_SUBJECTS(X)                                            \
    X(NAME,    "name")    /* the reverse names of one address */           \
    X(RUN,     "run")     /* neighbouring addresses */                     \
    X(DOMAIN,  "domain")                                                   \
    X(FINDING, "finding")

/** What became of it. */
#define SNOW_CHANGES(X)                                                    \
    X(APPEARED,   "appeared")   /* no name before */                       \
    X(CHANGED,    "changed")                                               \
    X(VANISHED,   "vanished")   /* no name now */                          \
    X(MOVED_IN,   "moved-in")   /* four or more neighbours got another     \
                                   domain, or one where they had none */   \
    X(MIGRATED,   "migrated")   /* left one interval, is in another */     \
    X(NEW,        "new")                                                   \
    X(PERSISTING, "persisting")                                            \
    X(GONE,       "gone")                                                  \
    X(UNANSWERED, "unanswered") /* the newer scan knows nothing of it */
/* clang-format on */

#define X(id, word) SNOW_CHANGE_OF_##id,
enum snow_change_subject { SNOW_CHANGE_SUBJECTS(X) SNOW_N_CHANGE_SUBJECTS };
#undef X
#define X(id, word) SNOW_CHANGE_##id,
enum snow_change_kind { SNOW_CHANGES(X) SNOW_N_CHANGES };
#undef X

const char *snow_change_subject_word(enum snow_change_subject subject);
const char *snow_change_word(enum snow_change_kind kind);

/** How it was in one of the two scans. */
struct snow_change_side {
    const char *names; /**< of an address: each NUL-terminated, one behind the
                            other; in presentation form, any octet */
    unsigned n_names;
    const char *const *domains; /**< sorted */
    size_t n_domains;
    const struct snow_range *ranges; /**< where it was; NULL: nowhere */
    size_t n_ranges;
    const struct snow_finding *finding; /**< NULL: none */
    int64_t seen_utc_s; /**< the outcome's own time; of more than a name, what
                             the scan measured "new" against */
};

struct snow_change {
    enum snow_change_subject subject;
    enum snow_change_kind kind;
    struct snow_addr first, last; /**< where it is, or was */
    uint64_t ip_count;            /**< addresses of it */
    uint64_t answered;            /**< of these, with an answer in both scans */
    uint64_t changed; /**< of these, with another domain now, or none */
    double days;      /**< from the older scan to the newer one */
    struct snow_change_side older, newer;
};

/** The stage of snow_progress in which changes of names are told. */
#define SNOW_STAGE_CHANGES "changes"

/** Anything but 0 ends the comparison and is returned from it. */
typedef int (*snow_change_fn)(void *arg, const struct snow_change *change);

/** Two scans, each analysed with its own settings. */
struct snow_diff {
    struct snow_store *store;
    int64_t older, newer;
    const struct snow_analysis_config *older_cfg, *newer_cfg;
};

/**
 * Tell every change: names in the order of their addresses, as they are read;
 * then runs that moved in, runs that are gone, domains that migrated, and all
 * findings of both scans.
 *
 * Findings are the same when they are of one kind and share half of the
 * smaller one's addresses and half of its domains; an id tells just those that
 * did not change at all.
 *
 * @param fn  what it is handed is good until it returns
 * @return    0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO, or what fn returned
 */
int snow_diff(const struct snow_diff *d, snow_change_fn fn, void *arg,
              struct snow_error *err);

#ifdef __cplusplus
}
#endif
#endif
