/* Is a name server fit to be a scan's resolver? A few questions whose answers
 * are known, one after the other. */
#ifndef PIPELINE_CANARY_H
#define PIPELINE_CANARY_H

#include "pipeline/check.h"
#include "pipeline/run.h"

struct canary;

/** From the loop, once, unless it is closed before; not to close it from. */
typedef void (*canary_fn)(void *arg, const struct check_item *item);

/** What a canary has heard. */
struct canary_heard {
    unsigned asked, answered;
    unsigned denied;  /**< answers to questions that have records: there are
                           none */
    unsigned made_up; /**< records for names that nobody can have */
    unsigned hedged;  /**< names that nobody can have exist without records */
    unsigned refused; /**< REFUSED */
    unsigned failed;  /**< SERVFAIL and the like */
    double median_ms; /**< of the answers */
    double slow_ms;   /**< more is slow */
};

/** What that means. Pure. */
void canary_judge(struct check_item *item, const struct canary_heard *heard);

/**
 * Start to ask one name server.
 *
 * @param server  copied
 * @return        0, SNOW_ENOMEM, SNOW_EINVAL
 * @owner         the caller, with canary_close() before run_fini()
 */
int canary_start(struct canary **out, struct run *run,
                 const struct sockaddr_storage *server, canary_fn done,
                 void *arg);
void canary_close(struct canary *c); /**< NULL is fine */

#endif
