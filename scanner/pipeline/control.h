/* Does the network let us out? A mail server that is known to greet is
 * greeted: what comes back tells of the way to it. */
#ifndef PIPELINE_CONTROL_H
#define PIPELINE_CONTROL_H

#include "pipeline/check.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"

struct control;

/** From the loop, once, unless it is closed before; not to close it from. */
typedef void (*control_fn)(void *arg, const struct check_item *item);

/** What a conversation with it means. Pure. */
void control_judge(struct check_item *item, const struct snow_probe *p);

/** Read "HOST[:PORT]", HOST being a name or an IPv4 address.
 * @param port  in: what it is when none is given
 * @return      0, SNOW_ESYNTAX */
int control_parse(char host[256], uint16_t *port, const char *text);

/**
 * Start to greet one, once. A name is looked up with the plan's servers.
 *
 * @param plan  its reserved addresses are not connected to
 * @param text  as control_parse(), which has passed it
 * @return      0, SNOW_ENOMEM, SNOW_EINVAL
 * @owner       the caller, with control_close() before run_fini()
 */
int control_start(struct control **out, struct run *run,
                  const struct plan *plan, const char *text, control_fn done,
                  void *arg);
void control_close(struct control *c); /**< NULL is fine */

#endif
