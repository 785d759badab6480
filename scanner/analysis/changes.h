/* What differs between two scans, address by address. Pure; memory grows with
 * the moves found, not with the addresses. */
#ifndef ANALYSIS_CHANGES_H
#define ANALYSIS_CHANGES_H

#include "snowline/block.h"

/** A hash of the names of an address, in whatever order a server listed them;
 * 0: none. @param names  @p n, each NUL-terminated, one behind the other */
uint64_t analysis_names_hash(const char *names, unsigned n);

/** Are they the same names, in whatever order? */
bool analysis_names_are_same(const char *a, unsigned n_a, const char *b,
                             unsigned n_b);

/** Whose an address is in one scan: somebody's domain; else nobody's (no
 * name, a generic one, the network's own), or not known. */
struct holder {
    bool is_known;
    const char *domain; /**< NULL: nobody's */
};

/** Addresses side by side that got another domain, or one where they had none,
 * between two scans: one hand has moved in. */
struct move {
    struct snow_addr first, last;
    uint64_t n_changed;  /**< MOVE_MIN or more */
    uint64_t n_answered; /**< with an answer in both scans */
    const char **older;  /**< domains before, sorted */
    const char **newer;  /**< domains now, sorted */
    size_t n_older, n_newer, older_cap, newer_cap;
};

#define MOVE_MIN 4
#define MOVE_GAP_MAX 1     /**< addresses in a row without a domain now */
#define MOVE_UNKNOWN_MAX 4 /**< … and such as one scan did not learn of */

struct moves {
    struct move *all; /**< in address order */
    size_t n, cap;
    struct move open;
    bool is_open;
    unsigned gap, unknown; /**< addresses behind the open one's last */
};

/** The next address that both scans asked about, in ascending order; domains
 * must stay good until _fini(). @return 0, SNOW_ENOMEM */
int analysis_moves_add(struct moves *m, struct snow_addr addr,
                       const struct holder *older, const struct holder *newer);

/** No more addresses. @return 0, SNOW_ENOMEM */
int analysis_moves_finish(struct moves *m);
void analysis_moves_fini(struct moves *m); /**< zeroed is fine */

/** What a scan knows of some addresses: whether a domain is there. */
struct census {
    struct snow_range range;
    const char *domain; /**< NULL: whether there is an answer at all */
    uint64_t here;      /**< addresses with a name in the domain */
    uint64_t elsewhere; /**< answered, without one */
};

/**
 * Count what a block tells.
 *
 * @param all   [n] in the order of their first addresses
 * @param from  0 at first: those before it end before the block
 */
void analysis_census_take(struct census *all, size_t n, size_t *from,
                          const struct snow_block *block);

/** Is @p name in @p domain, or the domain itself? */
bool analysis_is_in_domain(const char *name, const char *domain);

#endif
