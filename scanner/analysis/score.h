/* From what was measured of a finding to its score, its tier and the words for
 * both. Pure. */
#ifndef ANALYSIS_SCORE_H
#define ANALYSIS_SCORE_H

#include "snowline/findings.h"

#include "analysis/infra.h"

/** What speaks against a finding, or is not known of it: the points it takes
 * off, the most that is left, the best tier, and the word for it. */
/* clang-format off */
#define ANALYSIS_CAVEATS(X)                                               \
    X(OLD,             0, 100, CONTEXT,                                   \
      "every domain is older than three years")                           \
    X(MEDIAN_OLD,      0,  40, HIGH,                                      \
      "half of the domains are older than three years")                   \
    X(SENDER,          0, 100, CONTEXT,                                   \
      "the domain is a large sender's own")                               \
    X(CUSTOMERS,       0, 100, HIGH,                                      \
      "it lies in several customers' allocations")                        \
    X(ESP,             0, 100, CONTEXT,                                   \
      "names are those a large sender gives its customers")               \
    X(SENDER_NET,      0,  50, REVIEW, "the netblock is a large sender's") \
    X(SITES,           0,  45, CONTEXT,                                   \
      "most of the domains have a website of their own")                  \
    X(HOSTED,          0,  45, CONTEXT,                                   \
      "most are customers of one host, whose customers have websites")    \
    X(CORPORATE,      20,  45, CONTEXT,                                   \
      "registered where companies keep their brands, with a website")     \
    X(DEEP,            0, 100, CONTEXT,                                   \
      "names have deep labels, domains many registrars")                  \
    X(DIVERSE,        25, 100, HIGH,                                      \
      "registrars and dates are as diverse as customers'")                \
    X(PLACE,           0, 100, REVIEW,                                    \
      "nothing but the place ties all of it")                             \
    X(MUTE,            0,  45, CONTEXT,                                   \
      "nothing greets, and no policy or MX names these addresses")        \
    X(WEB_UNCLEAR,     0, 100, REVIEW,                                    \
      "that there is no website is not known of half of the domains")     \
    X(FORGED,          0,  60, REVIEW,                                    \
      "fewer than half of the names lead back to their addresses")        \
    X(REPEATS,         0, 100, HIGH, "one name stands on several addresses") \
    X(UNKNOWN_INSIDE,  0, 100, HIGH, "an address inside gave no answer")  \
    X(UNKNOWN_BESIDE,  0, 100, HIGH, "addresses beside it gave no answer") \
    X(NO_AGE,          0, 100, HIGH, "ages are unknown")                  \
    X(SOME_AGES,       0, 100, HIGH, "some ages are unknown")             \
    X(DEFAULT_CURVE,   0, 100, HIGH,                                      \
      "too few dates around it, a default curve was used")                \
    X(NO_MAIL,         0, 100, HIGH, "no mail server was asked")          \
    X(LOW_COVERAGE,    0, 100, CONTEXT, "little was measured")
/* clang-format on */
enum analysis_caveat {
#define X(id, off, cap, best, word) CAVEAT_##id,
    ANALYSIS_CAVEATS(X)
#undef X
        N_CAVEATS
};

#define SCORE_REVIEW 50 /**< strips and campaigns from here on are reviewed */

/** What the parts of a score are computed from. Counts of 0 and NaN mean: not
 * measured. */
struct score_facts {
    size_t n_customers; /**< runs with the name servers of a host most of whose
                             customers have websites */
    size_t n_runs, n_domains;
    double multi_ip;      /**< mean over the runs, 0 … 1 */
    double consecutive;   /**< likewise */
    double apex_first;    /**< likewise */
    size_t n_apex_first;  /**< runs that begin with the bare domain */
    uint64_t named, span; /**< addresses named, and from first to last */
    uint64_t probed, open, own_banner;
    size_t n_registrars_known, n_top_registrar;
    double registrar_share;    /**< of the top one in the background */
    double registrar_entropy;  /**< normalised, 0 … 1 */
    double nameserver_entropy; /**< likewise; NaN unknown */
    size_t n_dated;
    double newness;   /**< mean over the dated */
    size_t n_sighted; /**< of these, younger when an earlier scan saw them */
    double age_days_median;
    size_t n_old;              /**< dated, and older than three years */
    double burst_p;            /**< NaN: not tested */
    struct infra_alike shared; /**< by family */
    double naming;             /**< 0 … 1; NaN: not measured */
    size_t mx_known, mx_inside, spf_known, spf_covers; /**< domains */
    uint64_t fcrdns_known, fcrdns_ok;                  /**< addresses */
    size_t n_web_asked, n_web_known,
        n_sites;        /**< domains; with a real site of their own */
    double web_absence; /**< sum over the known */
    size_t n_together;  /**< most domains of one registrar, each registered
                             within ten minutes of the next */
    size_t n_at_once;   /**< likewise, all within five minutes */
    double high_from;   /**< score of the high tier; 0: the default */
    bool is_esp, is_deep, is_default_curve, is_corporate;
    bool is_reported; /**< reporters of one kind stand behind its addresses */
    uint32_t caveats; /**< bits 1 << CAVEAT_… seen while gathering */
};

/** Credit of one run for its number of addresses, their density and order. */
double analysis_score_multi_ip(uint64_t n);
double analysis_score_consecutive(uint64_t n, uint64_t span, bool is_aligned);

/** Credit for the age of one domain: 1 up to half a year, none from 540 days
 * on. The case study's domains were three to nine months old when seen. */
double analysis_score_newness(double age_days);

/**
 * Fill parts, score, coverage, tier, reasons and caveats of @p f.
 *
 * @param f  kind is set, and why it is allowed, if it is; all else that is
 *           read comes from @p in
 */
void analysis_score(struct snow_finding *f, const struct score_facts *in);

#endif
