#include "pipeline/run.h"

#include <assert.h>
#include <signal.h>

#include "base/clock.h"
#include "base/text.h"
#include "snowline/records.h"

#define BETWEEN_US 250000
#define GRACE_MS 4000 /* a drain ends within 5 s, the last commit included */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static void each_stage(struct run *r, enum stage_call call)
{
    for (size_t i = 0; i < r->n_stages; i++) {
        struct stage *s = r->stages[i];

        if (!s->is_done && s->on[call])
            s->on[call](s);
    }
}

static void on_grace(uv_timer_t *t)
{
    each_stage(t->data, STAGE_STOP);
}

void run_drain(struct run *r)
{
    if (r->is_draining)
        return;
    r->is_draining = true;
    each_stage(r, STAGE_DRAIN);
    uv_timer_start(&r->grace, on_grace, GRACE_MS, 0);
}

/* The first signal drains, the second stops. */
static void on_signal(uv_signal_t *h, int number)
{
    struct run *r = h->data;

    if (r->signal)
        each_stage(r, STAGE_STOP);
    if (!r->signal)
        r->signal = number;
    run_drain(r);
}

void run_snapshot(const struct run *r, struct progress *p)
{
    *p = r->totals;
    for (size_t i = 0; i < r->n_stages; i++)
        r->stages[i]->stats(r->stages[i], p);
    p->elapsed_s = (double)(clock_mono_us(r->clock) - r->started_us) / 1e6;
}

static uint64_t answered(struct progress *p)
{
    uint64_t n = 0;

    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        n += progress_answered(progress_stage_at(p, i));
    return n;
}

/* What is pruned was no work, and comes thousands at once. */
static uint64_t worked(const struct progress *p, size_t i)
{
    const struct progress_stage *s = progress_stage_of(p, i);

    return progress_answered(s) -
           (i == STAGE_OF_sweep ? s->by_status[SNOW_PTR_PRUNED] : 0);
}

/* Stages run side by side: the slowest is waited for, as far as is known. */
static void estimate(struct run *r, struct progress *p)
{
    bool is_pending = false;

    p->left_s = -1;
    for (size_t i = 0; i < PROGRESS_N_STAGES; i++) {
        struct progress_stage *s = progress_stage_at(p, i);
        uint64_t done = worked(p, i);
        struct eta_told t = { 0, 0 };

        if (s->is_known)
            t = eta_update(&r->etas[i], p->elapsed_s, done, done + s->pending);
        s->rate_per_s = s->pending > 0 ? t.rate_per_s : 0;
        s->left_s = s->pending > 0 ? t.left_s : 0;
        is_pending |= s->pending > 0;
        if (s->pending > 0 && s->left_s > p->left_s)
            p->left_s = s->left_s;
    }
    if (!is_pending)
        p->left_s = 0;
}

/* The rate is that of the last second. */
static void tell(struct run *r, struct progress *p, bool is_last)
{
    uint64_t done = answered(p);

    p->rate_per_s = (double)(done - r->totals_done);
    r->totals_done = done;
    p->is_last = r->has_told_last = is_last;
    estimate(r, p);
    if (r->progress)
        r->progress(r->progress_arg, p);
}

/* The last word, unless more is to follow. */
static void tell_end(struct run *r, bool is_last)
{
    struct progress p;

    run_snapshot(r, &p);
    tell(r, &p, is_last);
}

void run_tell_last(struct run *r)
{
    if (!r->has_told_last)
        tell_end(r, true);
}

/* A disk that is read and an analysis tell of every block: the loop stands
 * still, so nobody else says how far it is. */
void run_between(void *arg, const struct snow_progress *told)
{
    struct run *r = arg;
    uint64_t now_us = clock_mono_us(r->clock);
    struct progress p;

    if (told->stage)
        r->between.stage = told->stage;
    r->between.unit = told->unit;
    r->between.done = told->done;
    r->between.of = told->of;
    if (!r->progress || now_us - r->between_told_us < BETWEEN_US)
        return;
    r->between_told_us = now_us;
    p = r->totals;
    p.elapsed_s = (double)(now_us - r->started_us) / 1e6;
    p.left_s = -1;
    p.between = r->between;
    if (!p.between.stage)
        p.between.stage = "reading";
    r->progress(r->progress_arg, &p);
}

static void on_tick(uv_timer_t *t)
{
    struct run *r = t->data;
    struct progress p;

    each_stage(r, STAGE_TICK);
    if (r->sink)
        sink_flush(r->sink);
    run_snapshot(r, &p);
    tell(r, &p, false);
    if ((r->cfg->max_time_s > 0 && p.elapsed_s >= r->cfg->max_time_s) ||
        (r->cfg->max_queries > 0 && p.queries >= r->cfg->max_queries)) {
        r->is_late = true;
        run_drain(r);
    }
}

/* The writer has kept a batch, or could not: then nothing more is asked. */
static void on_drained(void *arg)
{
    struct run *r = arg;

    if (r->sink && sink_error(r->sink, NULL)) {
        each_stage(r, STAGE_STOP);
        return;
    }
    each_stage(r, STAGE_KICK);
}

int run_init(struct run *r, const struct snow_config *cfg,
             const struct clock *clock, struct snow_error *err)
{
    *r = (struct run){ .cfg = cfg, .clock = clock };
    r->started_us = clock_mono_us(clock);
    if (uv_loop_init(&r->loop))
        return snow_fail(err, SNOW_EIO, "no event loop can be had");
    uv_timer_init(&r->loop, &r->tick);
    uv_timer_init(&r->loop, &r->grace);
    r->tick.data = r->grace.data = r;
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(&r->loop, &r->signals[i]);
        r->signals[i].data = r;
        uv_signal_start(&r->signals[i], on_signal, signals[i]);
        uv_unref((uv_handle_t *)&r->signals[i]);
    }
    return 0;
}

void run_fini(struct run *r)
{
    bool is_left;

    uv_close((uv_handle_t *)&r->tick, NULL);
    uv_close((uv_handle_t *)&r->grace, NULL);
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&r->signals[i], NULL);
    uv_run(&r->loop, UV_RUN_DEFAULT);
    is_left = uv_loop_close(&r->loop) != 0;
    assert(!is_left); /* a stage forgot a handle */
    (void)is_left;
}

int run_sink(struct run *r, struct snow_store *s, struct snow_error *err)
{
    const struct sink_hooks hooks = { .drained = on_drained,
                                      .lost = r->lost,
                                      .finished = r->finished,
                                      .arg = r,
                                      .lease_s = r->lease_s };

    if (sink_new(&r->sink, &r->loop, s, &hooks))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return 0;
}

int run_unsink(struct run *r, struct snow_error *err)
{
    int code = sink_close(r->sink, err);

    r->sink = NULL;
    return code;
}

void run_add(struct run *r, struct stage *s)
{
    assert(r->n_stages < RUN_STAGES_MAX);
    r->stages[r->n_stages++] = s;
}

static bool all_done(const struct run *r)
{
    for (size_t i = 0; i < r->n_stages; i++)
        if (!r->stages[i]->is_done)
            return false;
    return true;
}

void run_stage_done(struct run *r, struct stage *s, int code)
{
    s->is_done = true;
    s->code = code;
    if (!r->is_running || !all_done(r)) /* else uv_stop() ends the next one */
        return;
    uv_timer_stop(&r->tick);
    uv_timer_stop(&r->grace);
    uv_stop(&r->loop); /* a canceled stage may have more on it */
}

bool run_must_wait(const struct run *r)
{
    return (r->sink && sink_is_full(r->sink)) ||
           (r->good_until_us > 0 && clock_mono_us(r->clock) > r->good_until_us);
}

void run_kick(struct run *r)
{
    each_stage(r, STAGE_KICK);
}

/* Why the stages ended, the worst first. */
static int verdict(struct run *r, struct snow_error *err)
{
    int code = r->sink ? sink_error(r->sink, err) : 0;

    if (code)
        return code;
    if (r->signal)
        return snow_fail(err, SNOW_ECANCELED, "interrupted");
    for (size_t i = 0; i < r->n_stages && !code; i++)
        code = r->is_late && r->stages[i]->code == SNOW_ECANCELED
                   ? 0
                   : r->stages[i]->code;
    if (code == SNOW_ETIMEOUT)
        return snow_fail(err, SNOW_EINCOMPLETE,
                         "no resolver answers; what is pending stays so: "
                         "check --resolver, then resume");
    if (code)
        return snow_fail(err, code, "the scan stopped: %s",
                         snow_strerror(code));
    if (r->is_late)
        return snow_fail(err, SNOW_EINCOMPLETE,
                         "--max-time or --max-queries reached; resume goes "
                         "on");
    return 0;
}

int run_stages(struct run *r, struct snow_error *err)
{
    struct progress p;
    int code;

    r->between = (struct snow_progress){ .stage = NULL };
    run_snapshot(r, &p);
    r->totals_done = answered(&p);
    estimate(r, &p); /* what was there before is no work of this run */
    if (r->is_draining)
        each_stage(r, STAGE_DRAIN);
    if (!all_done(r)) {
        uv_timer_start(&r->tick, on_tick, 1000, 1000);
        r->is_running = true;
        uv_run(&r->loop, UV_RUN_DEFAULT);
        r->is_running = false;
    }
    code = verdict(r, err);
    tell_end(r, code != 0 || !r->has_more);
    run_snapshot(r, &r->totals);
    r->n_stages = 0;
    return code;
}
