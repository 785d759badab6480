/* Greeting: the walk over mail servers, the SMTP engine, and whoever takes the
 * answers. */
#ifndef PIPELINE_GREET_H
#define PIPELINE_GREET_H

#include "pipeline/run.h"
#include "smtp/probe.h"
#include "snowline/ranges.h"

typedef int (*greet_fn)(void *arg, const struct snow_probe *p);

#define GREET_PARTS 8

/** A set that is walked through. Zeroed memory is a free place. */
struct greet_part {
    struct snow_targets *walk; /**< NULL: free */
    struct snow_ranges *owned; /**< what it walks through, or NULL */
    void *owner;               /**< whose it is: told with its answers */
    size_t open;               /**< handed out and not answered */
    bool is_dropped;
};

struct greet {
    struct stage stage;
    struct run *run;
    struct greet_part parts[GREET_PARTS];
    struct smtp_engine *engine;
    uint64_t n_targets, n_excluded;
    uint64_t by_status[16]; /**< with those of earlier runs */
    bool is_fed;            /**< more parts may come while it runs */
    bool is_paused;         /**< its rate is 0 for now */
    greet_fn answer;
    void (*over)(void *arg); /**< when no answer comes any more; may be NULL */
    /** All of a part is answered; NULL: nobody cares. */
    void (*part_done)(void *arg, void *owner);
    void *owner; /**< of the part that answer() is told of */
    void *arg;
    int code;
};

/**
 * What the options say of conversations: as many at once as wished and as
 * descriptors allow, whose limit is raised.
 *
 * @param name  [OWN_NAME_MAX], that @p out refers to
 * @return      0, SNOW_EINVAL (--source-ip)
 */
int greet_config(struct smtp_config *out, char *name,
                 const struct snow_config *cfg, struct snow_error *err);

/** As many conversations as --smtp-concurrency wishes for. */
uint64_t greet_wished(const struct snow_config *cfg);

/** Descriptors that are not conversations': servers, store, curl. */
#define GREET_OTHER_DESCRIPTORS 256

/**
 * Put the greeting of @p set on a run.
 *
 * @param g    zeroed but for answer, over, part_done, arg, by_status,
 * n_targets, n_excluded, is_fed
 * @param set  who has not been greeted yet; borrowed until greet_end(); NULL:
 *             whoever greet_add() adds
 * @return     0, SNOW_ENOMEM, SNOW_EIO, SNOW_EINVAL (--source-ip)
 */
int greet_start(struct greet *g, struct run *run, const struct snow_ranges *set,
                uint64_t seed, struct snow_error *err);

/** Greet another set, that shares no /24 with those before.
 * @param set  the greet's from here on, also after a failure
 * @return     0, SNOW_ENOMEM, SNOW_EBUSY: there are GREET_PARTS already */
int greet_add(struct greet *g, struct snow_ranges *set, void *owner,
              uint64_t seed);

/** Is there room for another part, and nothing more to begin in those that
 * are there, or just one of them? */
bool greet_wants_part(const struct greet *g);

/** Nothing of a part is begun any more, nor told. */
void greet_drop(struct greet *g, const void *owner);

/** No more parts come. */
void greet_over(struct greet *g);

/** So many connections a second from here on; 0: none until told again. */
void greet_set_rate(struct greet *g, double rate);

/** Is this answer kept, or asked for again? @param is_retry  what failed is
 * asked again */
bool greet_is_final(const struct snow_probe *p, bool is_retry);

/** Tell how far it is; also of one that was never started. */
void greet_count(const struct greet *g, struct progress_stage *to);

void greet_end(struct greet *g); /**< zeroed is fine */

#endif
