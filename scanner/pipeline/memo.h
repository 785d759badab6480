/* Answers that many look-ups of a run need, asked once: a mail provider's SPF
 * record is the same for all of its customers. */
#ifndef PIPELINE_MEMO_H
#define PIPELINE_MEMO_H

#include "analysis/answer.h"
#include "base/map.h"
#include "dns/resolve.h"

#define MEMO_ENTRIES_MAX 8192
#define MEMO_OCTETS_MAX (4u << 20)

struct memo_entry;

/** Who waits for an answer; part of the one that waits. */
struct memo_waiter {
    struct memo_waiter *next;
    void (*done)(void *arg, const struct analysis_answer *a);
    void *arg;
};

/** Zeroed memory with a resolver knows nothing. What is answered is forgotten
 * when it becomes too much. */
struct memo {
    struct dns_resolver *resolver;
    struct map index; /**< type and name to entry */
    struct memo_entry *first;
    size_t octets;
};

/** An answer of the resolver, as the analysis is told; borrowed from it. */
struct analysis_answer memo_answer_of(const struct dns_records *r);

/**
 * Ask unless it is known, or asked already.
 *
 * @param out  the answer where it is known; good until the next call
 * @return     1: it is known; 0: w->done is called later, once; SNOW_ENOMEM,
 *             SNOW_ECANCELED
 */
int memo_ask(struct memo *m, const char *name, unsigned type,
             struct memo_waiter *w, const struct analysis_answer **out);

/** Remember an answer that was got elsewhere; without memory it is not. */
void memo_put(struct memo *m, const char *name, unsigned type,
              const struct analysis_answer *a);

void memo_fini(struct memo *m); /**< after its resolver is closed */

#endif
