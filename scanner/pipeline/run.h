/* What every stage runs on: the loop, signals, the tick once a second, the
 * sink, and one way to end early. */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

#include <uv.h>

#include "base/eta.h"
#include "pipeline/config.h"
#include "pipeline/progress.h"
#include "snowline/store.h"
#include "store/sink.h"

struct run;

struct stage;

/** What a stage can be told. */
enum stage_call {
    STAGE_TICK,  /**< a second has passed: keep what is new */
    STAGE_DRAIN, /**< begin nothing new */
    STAGE_STOP,  /**< end now */
    STAGE_KICK,  /**< the sink has room again */
    STAGE_CALLS,
};

/** A stage that works on a run: one engine and what feeds it. */
struct stage {
    void (*on[STAGE_CALLS])(struct stage *s); /**< NULL: nothing to do */
    void (*stats)(struct stage *s, struct progress *p);
    int code; /**< how it ended */
    bool is_done;
};

#define RUN_STAGES_MAX 12

struct run {
    const struct snow_config *cfg;
    const struct clock *clock;
    progress_fn progress;
    void *progress_arg;
    uint64_t started_us;

    uv_loop_t loop;
    uv_signal_t signals[3];
    uv_timer_t tick, grace;
    struct sink *sink; /**< NULL when nothing is kept */
    struct stage *stages[RUN_STAGES_MAX];
    size_t n_stages;
    int signal;   /**< the first that came, 0 none */
    bool is_late; /**< --max-time or --max-queries was reached */
    bool is_draining;
    bool is_running;        /**< the loop is, for the stages */
    struct progress totals; /**< what is known before the stages add theirs */
    uint64_t totals_done;
    struct eta etas[PROGRESS_N_STAGES];
    struct snow_progress between; /**< of what is done without the loop */
    uint64_t between_told_us;
    bool has_more;      /**< stages follow those that run */
    bool has_told_last; /**< nothing is told after that */

    /* of a shared store */
    void (*lost)(void *arg, const struct snow_lease *l); /**< the sink's hooks;
                                                              arg is the run */
    void (*finished)(void *arg, const struct snow_lease *l);
    unsigned lease_s;
    uint64_t good_until_us; /**< nothing is asked after that; 0: for ever */
};

int run_init(struct run *r, const struct snow_config *cfg,
             const struct clock *clock, struct snow_error *err);

/** Give everything back; asserts that nothing was left on the loop. */
void run_fini(struct run *r);

/** Keep the records of what comes in a store, until run_unsink(). */
int run_sink(struct run *r, struct snow_store *s, struct snow_error *err);
int run_unsink(struct run *r, struct snow_error *err);

void run_add(struct run *r, struct stage *s);

/** A stage calls this when its engine is done. */
void run_stage_done(struct run *r, struct stage *s, int code);

/**
 * Run the added stages to their end.
 *
 * @return 0; SNOW_ECANCELED after a signal; SNOW_EINCOMPLETE at --max-time or
 *         --max-queries; the first error of a stage or of the sink
 */
int run_stages(struct run *r, struct snow_error *err);

/** Nothing follows any more: tell so, unless that is done. */
void run_tell_last(struct run *r);

/** A snow_progress_fn for what takes its time while no stage runs; @p arg is
 * the struct run. */
void run_between(void *arg, const struct snow_progress *p);

/** True when a stage should ask for nothing new just now. */
bool run_must_wait(const struct run *r);

/** Tell the stages that what they waited for may be there. */
void run_kick(struct run *r);

/** How far the stages are by now. */
void run_snapshot(const struct run *r, struct progress *p);

/** Begin nothing new: something has gone wrong that more work won't mend. */
void run_drain(struct run *r);

#endif
