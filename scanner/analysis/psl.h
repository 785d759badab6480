/* The registrable domain of a name, by the Public Suffix List. The library
 * behind it is spoken to in psl.c alone. */
#ifndef ANALYSIS_PSL_H
#define ANALYSIS_PSL_H

#include <stdbool.h>

#include "snowline/error.h"

/** Labels of the longest suffix that a list may have: today's have six, some
 * of amazonaws.com.cn. Longer ends are no suffix and need not be asked. */
#define ANALYSIS_SUFFIX_MAX 6

/** A list, and what was asked of it last: splitting a name changes it. */
struct analysis_psl;

/** What a name is made of. All point into the name. */
struct analysis_split {
    const char *domain; /**< by both sections; NULL when the name itself is a
                             suffix */
    const char *icann;  /**< by the ICANN section alone; NULL likewise */
    const char *suffix; /**< by both sections */
    unsigned suffix_labels;
    bool is_private; /**< a rule of the PRIVATE section decided */
};

/**
 * Load a list.
 *
 * @param path  NULL or "": the newer of the system's and the library's own
 * @return      0, SNOW_EIO, SNOW_ENOMEM
 * @owner       the caller, with analysis_psl_close()
 */
int analysis_psl_open(struct analysis_psl **out, const char *path,
                      struct snow_error *err);
void analysis_psl_close(struct analysis_psl *psl); /**< NULL is fine */

/**
 * Split a name in normal form (analysis_name_normalise(): the list would take
 * "example.com." for a child of "com.").
 *
 * @param most  labels that its suffix may have, 1 … ANALYSIS_SUFFIX_MAX: each
 *              one less may save a question
 * @return false when its top level is not listed at all
 */
bool analysis_psl_split(struct analysis_split *out, struct analysis_psl *psl,
                        const char *name, unsigned most);

/** Labels of @p name before @p domain, which points into it: 0 is the bare
 * domain. */
unsigned analysis_extra_labels(const char *name, const char *domain);

#endif
