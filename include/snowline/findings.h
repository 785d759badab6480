/* Findings: runs, strips and campaigns with their scores and reasons. Pure
 * questions asked of stored records; the same store and settings give the same
 * findings on every machine. */
#ifndef SNOW_FINDINGS_H
#define SNOW_FINDINGS_H

#include "snowline/progress.h"
#include "snowline/ranges.h"
#include "snowline/store.h"

#ifdef __cplusplus
extern "C" {
#endif

enum snow_finding_kind { SNOW_RUN, SNOW_STRIP, SNOW_CAMPAIGN };
enum snow_tier { SNOW_TIER_HIGH, SNOW_TIER_REVIEW, SNOW_TIER_CONTEXT };

/** The parts of a score, with weight and what each claims (weights sum to
 * 100). Source: the model in README, "How a finding is scored". */
/* clang-format off */
#define SNOW_SCORE_PARTS(X)                                              \
    X(MULTI_IP,     8, "multi_ip",     "one domain on several addresses")  \
    X(CONSECUTIVE, 10, "consecutive",  "the addresses are neighbours")    \
    X(APEX_FIRST,  14, "apex_first",   "the bare domain comes first")     \
    X(MAIL,        12, "mail",         "the servers speak SMTP")          \
    X(REGISTRAR,   10, "registrar",    "the domains share a registrar")   \
    X(NEW,         10, "new",          "the domains are new")             \
    X(BURST,       14, "burst",        "they were registered together")   \
    X(WEB,          6, "web",          "no website behind them")          \
    X(SHARED,      10, "shared",       "they share infrastructure")       \
    X(NAMING,       6, "naming",       "their names follow one pattern")
/* clang-format on */
#define X(id, weight, name, claim) SNOW_PART_##id,
enum snow_score_part { SNOW_SCORE_PARTS(X) SNOW_N_SCORE_PARTS };
#undef X

/** One named part of a score. */
struct snow_score {
    double value;    /**< 0 … 1 */
    double measured; /**< share of the part's weight that was measured, 0 … 1;
                          0: left out of the sum */
    char *reason;    /**< one line, plain ASCII; "" when not measured */
};

/** A run, strip or campaign. Lists are owned by the findings. */
struct snow_finding {
    char id[20]; /**< stable: same kind, addresses and domains, same id */
    char parent_id[20]; /**< the campaign (or strip) it belongs to, or "" */
    enum snow_finding_kind kind;
    enum snow_tier tier;
    double score;    /**< 0 … 100, over what was measured, caps applied */
    double coverage; /**< 0 … 1, the share of all weight that was measured */
    struct snow_addr first, last;
    struct snow_range *ranges; /**< what it covers; a campaign has several */
    size_t n_ranges;
    uint64_t ip_count;    /**< addresses in the ranges */
    uint64_t named_count; /**< of these, with a name that belongs to it */
    uint64_t gap_count;   /**< of these, without */
    char **domains;       /**< sorted */
    size_t n_domains;
    int apex_first; /**< 1, 0, -1 when it says nothing (strips, campaigns: 1
                         when all of its runs do) */
    uint64_t distinct_names;
    uint64_t
        aligned_runs; /**< that fill a network as they are let: /30, /29 … */
    char *registrar;  /**< the commonest; "" unknown */
    uint32_t registrar_iana_id;
    int64_t created_min_utc_s, created_max_utc_s; /**< or SNOW_TIME_UNKNOWN */
    double age_days_median;                       /**< NaN when unknown */
    double burst_p;                               /**< NaN when not tested */
    uint64_t smtp_probed, smtp_open;
    uint64_t fcrdns_asked; /**< addresses whose name was asked where it leads */
    uint64_t fcrdns_total; /**< of these, answered */
    uint64_t fcrdns_ok;    /**< and of these, it leads back */
    uint64_t mail_asked;   /**< domains whose mail set-up was asked for */
    uint64_t mx_known, mx_inside; /**< of these, where MX was told; where an MX
                                       host lies inside */
    uint64_t spf_known, spf_covers; /**< where SPF says it; where it covers half
                                         of the domain's addresses here */
    char banner_fingerprint[20];    /**< of the commonest greeting; "" none */
    struct snow_score parts[SNOW_N_SCORE_PARTS];
    char **customers; /**< to whom its addresses are allocated, sorted; only
                           what the user's list tells */
    size_t n_customers;
    uint64_t reporters_known; /**< addresses that the user's list counts
                                   reporters of */
    uint64_t reporters_max;   /**< most of one address */
    double reporters_median;  /**< NaN unknown */
    double reporters_cv; /**< spread over mean inside a run, the mean of its
                              runs; NaN unknown */
    char *allowed; /**< why the user's list allows it, NULL: it does not */
    char *reasons; /**< codes of the parts that count, ';' between */
    char *caveats; /**< what speaks against or is not known, ';' between */
    char *text;    /**< what the words above point into */
    /** When its domains were seen on its addresses, over all scans. */
    int64_t first_seen_utc_s, last_seen_utc_s;
    uint64_t domains_over_time; /**< different domains its addresses carried
                                     in all scans; 0: no other scan knows */
};

struct given;
struct own;

struct snow_analysis_config {
    int64_t now_utc_s;       /**< what "new" is measured against */
    const char *psl_path;    /**< NULL or "": the system's list */
    unsigned gap_max;        /**< addresses a run may miss in a row, 1 */
    uint64_t background;     /**< domains of the background sample, 300 */
    uint64_t candidates_max; /**< single-address strips greeted, 10000 */
    uint64_t seed;
    uint64_t decoys; /**< shuffles that tell what chance scores, 0 */
    double fdr; /**< the rate of false discoveries that the high tier may have
                     by the decoys; 0: its score is the default */
    snow_progress_fn on_progress; /**< told of each stage as it begins, and of
                                       each shuffle; or NULL */
    void *on_progress_arg;
    const struct given *given; /**< registrations of the user's own, which count
                                    for more than stored ones; NULL: none */
    const struct own *own; /**< what the user alone knows of addresses; NULL:
                                nothing */
};

#define SNOW_SCORE_STEPS 101 /**< 0 … 100 */

/** Whose scores are compared: a run's own, and those of runs together. */
enum snow_score_class { SNOW_ALONE, SNOW_TOGETHER, SNOW_N_SCORE_CLASSES };

/** How many findings scored how much. */
struct snow_tally {
    uint64_t at[SNOW_N_SCORE_CLASSES][SNOW_SCORE_STEPS]; /**< rounded down */
    double highest[SNOW_N_SCORE_CLASSES];
};

/** The scores of a scan beside those of its decoys. */
struct snow_calibration {
    uint64_t n_decoys;                  /**< 0: none were made */
    struct snow_tally observed, decoys; /**< of all shuffles together */
    double high_from; /**< the score of the high tier when an fdr was asked
                           for, past 100: none is high; 0: the default */
};

/** The findings of a scan: campaigns first, then strips and runs, each in the
 * order of score (highest first), then address. */
struct snow_findings {
    struct snow_finding *all;
    size_t n;
    size_t n_dated_background; /**< dated domains the statistics rest on */
    struct snow_calibration calibration;
};

/**
 * Analyse a scan.
 *
 * @return 0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO (no suffix list)
 * @owner  the caller, with snow_findings_fini()
 */
int snow_findings_analyse(struct snow_findings *out, struct snow_store *s,
                          int64_t scan, const struct snow_analysis_config *cfg,
                          struct snow_error *err);
void snow_findings_fini(struct snow_findings *f); /**< zeroed is fine */

enum snow_score_class snow_score_class(enum snow_finding_kind kind);

/** Count a score. */
void snow_tally_add(struct snow_tally *t, enum snow_finding_kind kind,
                    double score);

/** How many scored at least @p score, rounded down. */
uint64_t snow_tally_from(const struct snow_tally *t,
                         enum snow_score_class class_, double score);

/** Of the findings that score at least @p score, the share that chance makes
 * as well: the mean number in a decoy over the number observed, at most 1.
 * @return NaN without decoys, or when nothing scores so much */
double snow_calibration_fdr(const struct snow_calibration *c,
                            enum snow_score_class class_, double score);

/** The lowest whole score, but @p least, from which on strips and campaigns
 * keep to @p fdr; SNOW_SCORE_STEPS when none does. */
double snow_calibration_threshold(const struct snow_calibration *c, double fdr,
                                  double least);

/** Whom the later stages ask. */
struct snow_candidates {
    struct snow_ranges *addrs; /**< addresses in runs and strips, to greet */
    char **domains;            /**< their registrable domains, sorted */
    size_t n_domains;
    char **background; /**< a seeded sample of other domains, sorted */
    size_t n_background;
};

/** The candidates of a swept scan, from the same code as the findings. */
int snow_candidates_choose(struct snow_candidates *out, struct snow_store *s,
                           int64_t scan, const struct snow_analysis_config *cfg,
                           struct snow_error *err);
void snow_candidates_fini(struct snow_candidates *c); /**< zeroed is fine */

const char *snow_finding_kind_word(enum snow_finding_kind kind);
const char *snow_tier_word(enum snow_tier tier);
const char *snow_score_part_word(enum snow_score_part part);
unsigned snow_score_part_weight(enum snow_score_part part);

/** Was it measured, and is it strong enough to be called a reason? */
bool snow_score_is_reason(const struct snow_score *part);

#ifdef __cplusplus
}
#endif
#endif
