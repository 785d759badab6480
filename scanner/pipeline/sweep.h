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
struct sweep_part;

enum sweep_keep { SWEEP_TICK, SWEEP_GO_ON, SWEEP_LAST };

/** Takes one final answer, and tells the walk that the step is finished;
 * @p arg is the part's. @return 0, or why the sweep cannot go on */
typedef int (*sweep_fn)(void *arg, const struct snow_step *step,
                        const struct dns_answer *a);

#define SWEEP_PARTS 8

/** Addresses that are walked through, and what is known of them; in the taker's
 * memory, where it stays. */
struct sweep_part {
    struct sweep *sweep;
    struct snow_targets *walk; /**< owned */
    struct cuts cuts;
    struct ip6 ip6;
    void *arg;                 /**< of answer(), keep() and pruned() */
    const uint64_t *by_status; /**< [16] final answers, kept by the taker */
    size_t open;               /**< handed out and not answered */
    bool is_dropped;
};

struct sweep {
    struct stage stage;
    struct run *run;
    const struct plan *plan;
    struct sweep_part *parts[SWEEP_PARTS]; /**< NULL: a free place */
    struct zones zones;                    /**< with --authoritative */
    struct dns_engine *engine;
    bool is_fed;       /**< more parts may come while it runs */
    bool is_paused;    /**< its rate is 0 for now */
    uint64_t done[16]; /**< answers of parts that are gone */

    sweep_fn answer;
    cuts_pruned_fn pruned; /**< takes a /24 that is proven empty */
    /** Keep what is new; may be NULL. Once a second, when the sink has room
     * again, and at the end. */
    int (*keep)(void *arg, enum sweep_keep when);
    int (*rest)(void *arg); /**< no more answers come for now; may be NULL */
    void *rest_arg;
    /** All of a part is answered and kept, or it was dropped and nothing of it
     * is on its way any more: its memory is the taker's. With is_fed alone. */
    void (*part_done)(void *arg, struct sweep_part *p);
    void *part_arg;
    int code; /**< what a taker could not do */
};

/**
 * Make a part's walk, as a sweep of these settings needs it; touches nothing
 * else, so that it may be done on another thread.
 *
 * @param p        zeroed but for arg and by_status
 * @param targets  of IPv4; borrowed until the part is gone
 * @param rate     that is asked at; 0: no limit
 */
int sweep_walk(struct sweep_part *p, const struct snow_ranges *targets,
               const struct snow_config *cfg, double rate, unsigned *lanes,
               uint64_t seed);

/**
 * Put a sweep on a run.
 *
 * @param w  zeroed but for its hooks, is_fed and, unless it is, the first part
 * @return   0, SNOW_ENOMEM, SNOW_EIO
 */
int sweep_start(struct sweep *w, struct run *run, const struct plan *plan,
                struct snow_error *err);

/** Is there room for another part, and nothing more to begin in those that are
 * there, or just one of them? */
bool sweep_wants_part(const struct sweep *w);

/** Sweep one more part, until part_done(). @return 0, SNOW_EBUSY: no room */
int sweep_add(struct sweep *w, struct sweep_part *p);

/** Nothing more of a part is asked or told; part_done() may come from here. */
void sweep_drop(struct sweep *w, struct sweep_part *p);

void sweep_over(struct sweep *w); /**< no more parts come */

/** So many questions a second from here on; 0: none until told again. */
void sweep_set_rate(struct sweep *w, double qps);

/** Give back what a part has, but its own memory; zeroed is fine. */
void sweep_part_fini(struct sweep_part *p);

/** After the run: what no one asked is left, and the parts that are there are
 * the taker's. @return addresses pending, and names below ip6.arpa */
uint64_t sweep_end(struct sweep *w);

#endif
