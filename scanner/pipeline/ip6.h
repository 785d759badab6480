/* IPv6 in a sweep: the walk over ip6.arpa, its answers, its place in a store.
 */
#ifndef PIPELINE_IP6_H
#define PIPELINE_IP6_H

#include "dns/engine.h"
#include "dns/tree.h"
#include "pipeline/run.h"

/** Takes the final answer about one IPv6 address, or about a prefix that could
 * not be asked for. @return 0, or why the sweep cannot go on */
typedef int (*ip6_fn)(void *arg, const struct snow_name *name,
                      const struct dns_answer *a);

struct ip6 {
    struct run *run;
    ip6_fn answer;
    void *arg;
    int64_t scan;            /**< whose place is kept; 0: nothing is kept */
    struct snow_lease lease; /**< of a shared store; zeroed: none */
    bool is_retry;           /**< failures of an earlier run are asked again */
    struct dns_tree *tree;   /**< NULL: there is no IPv6 target */
    int code;                /**< of what happens inside the tree's calls */
    struct progress_note notes[PROGRESS_NOTES];
    size_t n_notes; /**< of all, also those that had no room */
};

/**
 * Make the walk over the IPv6 addresses of @p targets, if there are any; with
 * a store, from where the scan's last run has left it.
 *
 * @param w  zeroed but for run, answer, arg, scan, is_retry
 * @param s  NULL when nothing is kept
 */
int ip6_init(struct ip6 *w, const struct snow_ranges *targets, uint64_t seed,
             struct snow_store *s, struct snow_error *err);
void ip6_fini(struct ip6 *w); /**< zeroed is fine */

/** The next question. @return 0, SNOW_EAGAIN, SNOW_EDONE, SNOW_ENOMEM */
int ip6_next(struct ip6 *w, struct dns_question *out);

/** Is this question one of ip6_next()? */
bool ip6_is_own(const struct dns_question *q);

/** Its answer. @return 0, or why the sweep cannot go on */
int ip6_answer(struct ip6 *w, const struct dns_question *q,
               const struct dns_answer *a);

/** Keep where the walk is. */
int ip6_keep(struct ip6 *w);

/** Names of ip6.arpa known to be left. */
uint64_t ip6_left(const struct ip6 *w);

/** Add its counts, and what is to be told. */
void ip6_add_stats(const struct ip6 *w, struct progress *p);

#endif
