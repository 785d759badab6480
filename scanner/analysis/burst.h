/* The statistic: were these domains registered together, or do they only look
 * it because everybody's domains are young? Pure; probabilities as natural
 * logarithms, since they get small. */
#ifndef ANALYSIS_BURST_H
#define ANALYSIS_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Fewer dated domains than this make no curve of their own. */
#define BURST_BACKGROUND_MIN 200

/** Windows tried, as shares of the background, and the exact span. */
#define BURST_WINDOWS 5

/** The least p that counts as a burst at all. */
#define BURST_P_MAX 1e-3

/** When the domains around the tested ones were registered. */
struct burst_background {
    const int64_t *created_utc_s; /**< [n] sorted; borrowed */
    size_t n;
    int64_t now_utc_s;
    const int64_t *left_out; /**< [n_left_out] dates among them that are the
                                  tested domains' own; sorted; borrowed */
    size_t n_left_out;
};

/** How many dates tell: all but those left out. */
size_t analysis_burst_background_n(const struct burst_background *b);

/**
 * The share of the background that is older than a domain registered then.
 * Below BURST_BACKGROUND_MIN dates a default curve stands in.
 *
 * @return 0 … 1
 */
double analysis_burst_position(const struct burst_background *b,
                               int64_t created_utc_s);

/** ln P that all @p n of uniforms fall within some window of width @p w. */
double analysis_burst_all_ln(unsigned n, double w);

/**
 * ln P that some window of width @p w holds at least @p k of @p n uniforms.
 *
 * @source Wallenstein & Neff, "An approximation for the distribution of the
 *         scan statistic", Statistics in Medicine 6, 1987
 */
double analysis_burst_scan_ln(unsigned k, unsigned n, double w);

/** ln P that a binomial of @p n tries at @p p gives at least @p k. */
double analysis_binomial_tail_ln(unsigned k, unsigned n, double p);

/** The densest window of a sorted set of positions. */
struct burst_result {
    double p;       /**< corrected for the windows tried, at most 1 */
    size_t from, n; /**< which positions lie in it */
};

/** Test @p n sorted positions, at least 3 of them. */
void analysis_burst_test(struct burst_result *out, const double *positions,
                         size_t n);

/** Let a burst reach beyond its window, as long as the next position is no
 * further away than those within it are apart, and the whole would be
 * significant as well. */
void analysis_burst_grow(struct burst_result *r, const double *positions,
                         size_t n);

#endif
