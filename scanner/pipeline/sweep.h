/* The sweep: the walk, the DNS engine, and whoever takes the answers. */
#ifndef PIPELINE_SWEEP_H
#define PIPELINE_SWEEP_H

#include "dns/engine.h"
#include "pipeline/cuts.h"
#include "pipeline/ip6.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "pipeline/zones.h"

struct sweep;

enum sweep_keep { SWEEP_TICK, SWEEP_GO_ON, SWEEP_LAST };

/** Takes one final answer, and tells the walk that the step is finished.
 * @return 0, or why the sweep cannot go on */
typedef int (*sweep_fn)(void *arg, const struct snow_step *step,
                        const struct dns_answer *a);

struct sweep {
    struct stage stage;
    struct run *run;
    const struct plan *plan;
    struct snow_targets *walk; /**< owned */
    struct cuts cuts;
    struct ip6 ip6;
    struct zones zones;    /**< with --authoritative */
    cuts_pruned_fn pruned; /**< takes a /24 that is proven empty */
    struct dns_engine *engine;
    sweep_fn answer;
    /** Keep what is new; may be NULL. Once a second, when the sink has room
     * again, and at the end. */
    int (*keep)(void *arg, enum sweep_keep when);
    int (*rest)(void *arg); /**< no more answers come for now; may be NULL */
    void *arg;
    const uint64_t *by_status; /**< [16] final answers, kept by the taker */
    int code;                  /**< what the taker could not do */
};

/** Make the walk that a sweep of these settings needs. */
int sweep_walk(struct sweep *w, const struct plan *plan,
               const struct snow_config *cfg, unsigned *lanes, uint64_t seed);

/**
 * Put a sweep on a run.
 *
 * @param w  zeroed but for answer, keep, pruned, arg, by_status, and
 *           sweep_walk() called
 * @return   0, SNOW_ENOMEM, SNOW_EIO
 */
int sweep_start(struct sweep *w, struct run *run, const struct plan *plan,
                struct snow_error *err);

/** After the run: what no one asked is left. @return addresses pending, and
 * names below ip6.arpa */
uint64_t sweep_end(struct sweep *w);

#endif
