/* Our own name, as mail servers look at it: does it lead to us, and back? */
#ifndef PIPELINE_OWNNAME_H
#define PIPELINE_OWNNAME_H

#include "pipeline/plan.h"
#include "pipeline/run.h"

struct own_name;

enum own_name_verdict {
    OWN_NAME_UNKNOWN,    /**< nobody answered */
    OWN_NAME_OK,         /**< resolves to us, and back */
    OWN_NAME_TRANSLATED, /**< and back, but not to us; all our addresses are
                              private, so that others see another one */
    OWN_NAME_UNFIT,      /**< no domain name: it is not asked about */
    OWN_NAME_NO_ADDRESS,
    OWN_NAME_FOREIGN, /**< its addresses are not ours */
    OWN_NAME_NO_WAY_BACK,
};

struct own_name_result {
    enum own_name_verdict verdict;
    const char *name;
    struct snow_addr addr; /**< that was looked at last; zero: none */
};

/** From the loop, once, unless it is closed before; not to close it from. */
typedef void (*own_name_fn)(void *arg, const struct own_name_result *r);

#define OWN_NAME_MAX 256

/** The name that EHLO says: --ehlo, else the host's. */
void own_name_get(char out[OWN_NAME_MAX], const struct snow_config *cfg);

/**
 * Start to ask the plan's name servers, and nobody else: for A of the name,
 * then for PTR of those of its addresses that are ours, four at most. Ours is
 * that of --source-ip, else any that the machine has.
 *
 * @return  0, SNOW_ENOMEM, SNOW_EINVAL
 * @owner   the caller, with own_name_close() before run_fini()
 * @source  RFC 5321 §4.1.4: the argument of EHLO should resolve to the client
 */
int own_name_start(struct own_name **out, struct run *run,
                   const struct plan *plan, own_name_fn done, void *arg);
void own_name_close(struct own_name *o); /**< NULL is fine */

/** The same in the background of a run, whose end does not wait for it. A name
 * that does not lead to us and back is told of with the run's progress.
 * @return NULL when it cannot be asked @owner as own_name_start() */
struct own_name *own_name_watch(struct run *run, const struct plan *plan);

#endif
