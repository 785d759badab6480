/* How the names of domains are made: by chance, or after one pattern? Weak
 * evidence alone. Pure. */
#ifndef ANALYSIS_NAMING_H
#define ANALYSIS_NAMING_H

#include <stdbool.h>
#include <stddef.h>

/**
 * How little the first label of a domain looks like words: a long run of
 * consonants, few vowels, many digits.
 *
 * @return 0 … 1
 */
double analysis_naming_randomness(const char *domain);

/** Two first labels of one making: little to change from one to the other, or
 * the same four letters and more at the begin or end of both. */
bool analysis_naming_is_alike(const char *a, const char *b);

/** Share of the pairs of @p n domains that are alike; of a larger set some
 * pairs stand for all. 0 for fewer than two. */
double analysis_naming_cohesion(const char *const *domains, size_t n);

#endif
