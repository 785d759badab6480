/* Where names lead: A of what greetings name their hosts, and of the reverse
 * names beside that, asked while the greeting goes on. */
#ifndef PIPELINE_FORWARD_H
#define PIPELINE_FORWARD_H

#include "base/map.h"
#include "base/text.h"
#include "dns/resolve.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"

#define FORWARD_PARALLEL 32
#define FORWARD_NAME_MAX 254
#define FORWARD_KIND "forward" /**< of its evidence; subject: the name */

typedef int (*forward_fn)(void *arg, const struct snow_evidence *e);

struct forward;

/** A question that is under way. */
struct forward_slot {
    struct forward *forward;
    struct forward_slot *next; /**< of those that are free */
    char name[FORWARD_NAME_MAX];
};

/** Reverse names of one address. */
struct forward_named {
    uint32_t ipv4;
    uint32_t at; /**< where they begin in the text */
    uint32_t n;
};

struct forward {
    struct stage stage;
    struct run *run;
    struct dns_resolver *resolver;
    struct forward_named *named; /**< [n_named] of cap_named, ascending */
    size_t n_named, cap_named;
    struct buf named_text;
    struct map known; /**< names that are answered, asked or queued */
    struct buf queue; /**< names to ask, one behind the other */
    size_t queue_at;  /**< names before it have been asked */
    struct forward_slot slots[FORWARD_PARALLEL], *free;
    unsigned open;
    bool is_over; /**< no more greetings come */
    bool is_draining;
    forward_fn answer;
    void *arg;
};

/** The name is answered: it is not asked again. @return 0, SNOW_ENOMEM */
int forward_knows(struct forward *f, const char *name);

/**
 * Remember the first four reverse names of an address that is to be greeted.
 *
 * @param a      addresses come in ascending order; past 64 MiB of names, those
 *               of further addresses are not remembered and not asked
 * @param names  [n] each NUL-terminated, one behind the other
 * @return       0, SNOW_ENOMEM
 */
int forward_name(struct forward *f, struct snow_addr a, const char *names,
                 unsigned n);

/**
 * Queue the host that a greeting names, and the reverse names of its address;
 * nothing where it names none. At most 100,000 names a scan.
 *
 * @return 0, SNOW_ENOMEM
 */
int forward_take(struct forward *f, const struct snow_probe *p);

/** True when something is queued. */
bool forward_is_due(const struct forward *f);

/**
 * Put the questions on a run.
 *
 * @param f  zeroed but for answer, arg, is_over, and what the calls above did
 * @return   0, SNOW_ENOMEM
 */
int forward_start(struct forward *f, struct run *run, const struct plan *plan,
                  struct snow_error *err);

/** No more greetings come: it ends when what is queued is answered. */
void forward_over(struct forward *f);
void forward_end(struct forward *f); /**< zeroed is fine */

#endif
