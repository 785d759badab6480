/* Which finding belongs to which, and which of them are shown. */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "snowline/findings.h"
#include "snowline/ranges.h"

#define REPORT_NONE SIZE_MAX

struct report_node {
    size_t parent; /**< index of a finding, or REPORT_NONE */
    size_t child;  /**< its first member, in the order of the findings */
    size_t next;   /**< the next member of its parent */
    bool is_shown; /**< its own tier suffices, or its parent is shown */
};

struct report_tree {
    struct report_node *nodes; /**< [n], one per finding */
    size_t n;
    size_t n_shown;
};

/** @return 0, SNOW_ENOMEM @owner the caller, with report_tree_fini() */
int report_tree_init(struct report_tree *t, const struct snow_findings *f,
                     enum snow_tier least);
void report_tree_fini(struct report_tree *t); /**< zeroed is fine */

/** True for a shown finding that nothing shown holds. */
bool report_tree_is_root(const struct report_tree *t, size_t i);

/** All addresses that allowed findings cover: whatever else covers them, nobody
 * is told of them.
 * @return 0, SNOW_ENOMEM @owner the caller, with snow_ranges_free() */
int report_allowed_ranges(struct snow_ranges **out,
                          const struct snow_findings *f);

#endif
