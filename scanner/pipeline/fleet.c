/*
 * One worker of many.
 *
 * Life      join → beat and lease once a second → a shard goes to its stage →
 *           all of it answered and put → its FINISHED record kept → slot free;
 *           no shard left in the store → every stage is over → leave.
 * Always    every record names the lease that it is for; the store keeps none
 *           of a lease that others have.
 * Silent    a worker whose last beat is older than its lease asks nobody
 *           anything until the next one: others may be at it.
 * Never     waits for the server on the loop: the clerk does.
 * Start at  fleet_run(), then pump().
 */
#include "pipeline/fleet.h"

#include <unistd.h>

#include "base/clock.h"
#include "pipeline/choose.h"
#include "pipeline/clerk.h"
#include "pipeline/crew.h"
#include "pipeline/enrol.h"

#define SLOTS 48

/** How many shards of a kind a worker has at once. */
/* clang-format off */
static const unsigned at_once[SNOW_N_SHARD_KINDS] = {
    [SNOW_SHARD_SWEEP] = 8,         [SNOW_SHARD_WALK] = 1,
    [SNOW_SHARD_CANDIDATES] = 1,    [SNOW_SHARD_PROBE] = 8,
    [SNOW_SHARD_FOLLOW] = 1,        [SNOW_SHARD_REGISTRATION] = 16,
    [SNOW_SHARD_NETBLOCK] = 1,      [SNOW_SHARD_DOMAIN] = 2,
    [SNOW_SHARD_FORWARD] = 2,       [SNOW_SHARD_FINISH] = 1,
};
/* clang-format on */

/** A call of the clerk's that is under way, or not. */
struct beating {
    struct clerk_job job;
    struct snow_worker me;
    struct snow_beat beat;
    uint64_t begun_us;
    bool is_busy, is_new; /**< the store had forgotten us */
};

struct leasing {
    struct clerk_job job;
    struct snow_worker me;
    uint32_t kinds;
    struct load load;
    bool is_busy;
    bool has_lease; /**< a second attempt only loads */
};

struct choosing {
    struct clerk_job job;
    struct load load;
    struct slot *slot; /**< NULL: nothing is being chosen */
};

struct fleet {
    struct run run; /**< the first member */
    struct stage stage;
    const struct scan_request *req;
    const struct snow_config *cfg;
    struct plan *plan;
    struct snow_store *store, *control, *reading; /**< of the sink, clerk,
                                                       chooser */
    struct clerk *clerk, *chooser;
    struct row row;
    struct snow_scan scan;
    struct choose choose;
    struct snow_worker me;
    unsigned lease_s;
    uint64_t beaten_us; /**< when the last good beat began */
    struct beating beating;
    struct snow_beat beat; /**< the last good one: the clerk may be writing the
                                next */
    struct leasing leasing;
    struct choosing choosing;
    struct crew crew;
    struct slot slots[SLOTS];
    bool is_over, is_draining;
    struct snow_error err; /**< why it cannot go on */
};

static struct fleet *fleet_of(struct stage *s)
{
    return (struct fleet *)(void *)((char *)s - offsetof(struct fleet, stage));
}

static void pump(struct fleet *f);

/* The first reason counts; what is under way is stopped. */
static void fail(struct fleet *f, int code, const struct snow_error *err)
{
    if (f->err.code || code == SNOW_ECANCELED)
        return;
    snow_fail(&f->err, code, "%s",
              err && err->text[0] ? err->text : snow_strerror(code));
    run_drain(&f->run);
}

/* --- slots --- */

static bool is_free(const struct slot *s)
{
    return s->shard.lease.token == 0;
}

static struct slot *find_slot(struct fleet *f, const struct snow_lease *l)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (snow_lease_is_same(&f->slots[i].shard.lease, l))
            return &f->slots[i];
    return NULL;
}

static struct slot *free_slot(struct fleet *f)
{
    static const struct snow_lease none;

    return find_slot(f, &none);
}

static unsigned count(const struct fleet *f, enum snow_shard_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < SLOTS; i++)
        n += !is_free(&f->slots[i]) && f->slots[i].shard.kind == kind;
    return n;
}

static void lose(struct fleet *f, struct slot *s)
{
    crew_drop(&f->crew, s);
    if (f->choosing.slot == s)
        f->choosing.slot = NULL;
    *s = (struct slot){ 0 };
}

/* --- what the sink and the stages tell --- */

static void on_lost(void *arg, const struct snow_lease *l)
{
    struct fleet *f = arg;
    struct slot *s = find_slot(f, l);

    if (s)
        lose(f, s);
    pump(f);
}

static void on_finished(void *arg, const struct snow_lease *l)
{
    struct fleet *f = arg;
    struct slot *s = find_slot(f, l);

    if (s)
        *s = (struct slot){ 0 };
    pump(f);
}

static void on_answered(void *arg, struct slot *s)
{
    struct fleet *f = arg;
    struct snow_record r = { .kind = SNOW_RECORD_FINISHED,
                             .scan = f->row.id,
                             .lease = s->shard.lease };

    s->is_finished = true;
    if (sink_put(f->run.sink, &r))
        fail(f, SNOW_ENOMEM, NULL);
    sink_flush(f->run.sink);
}

/* --- choosing, on a thread and a store of its own: it may take minutes --- */

static int choose(struct clerk_job *j, struct snow_store *s,
                  struct snow_error *err)
{
    struct fleet *f = j->arg;
    const struct snow_shard *shard = &f->choosing.load.shard;

    if (shard->kind == SNOW_SHARD_CANDIDATES)
        return choose_candidates(&f->choose, shard, s, err);
    if (shard->kind == SNOW_SHARD_FOLLOW)
        return choose_names(&f->choose, shard, s, err);
    return choose_end(&f->choose, shard, s, err);
}

static void chosen(struct clerk_job *j)
{
    struct fleet *f = j->arg;
    struct choosing *c = &f->choosing;

    if (j->code)
        fail(f, j->code, &j->err);
    if (c->slot)
        *c->slot = (struct slot){ 0 };
    c->slot = NULL;
    crew_unload(&c->load);
    pump(f);
}

static bool is_chosen_with(enum snow_shard_kind kind)
{
    return kind == SNOW_SHARD_CANDIDATES || kind == SNOW_SHARD_FOLLOW ||
           kind == SNOW_SHARD_FINISH;
}

static void begin_choosing(struct fleet *f, struct slot *s, struct load *l)
{
    struct choosing *c = &f->choosing;

    c->slot = s;
    c->load = *l;
    *l = (struct load){ 0 };
    c->load.shard.what = c->load.what;
    c->job = (struct clerk_job){ .work = choose, .done = chosen, .arg = f };
    clerk_do(f->chooser, &c->job);
}

/* --- leases --- */

static uint32_t welcome(struct fleet *f)
{
    uint32_t kinds = 0;

    for (unsigned i = 0; i < SNOW_N_SHARD_KINDS; i++) {
        bool is_busy = is_chosen_with(i) && f->choosing.load.what;

        if (!is_busy && count(f, i) < at_once[i] && crew_wants(&f->crew, i))
            kinds |= UINT32_C(1) << i;
    }
    return free_slot(f) ? kinds : 0;
}

static int lease(struct clerk_job *j, struct snow_store *s,
                 struct snow_error *err)
{
    struct fleet *f = j->arg;
    struct leasing *l = &f->leasing;
    struct snow_shard *shard = &l->load.shard;
    int code = 0;

    if (!l->has_lease)
        code = snow_store_lease(s, &l->me, f->lease_s, l->kinds, shard, err);
    if (code)
        return code;
    if (!l->has_lease) {
        l->load.what = calloc(1, shard->what_len + 1);
        if (!l->load.what)
            return snow_fail(err, SNOW_ENOMEM, "out of memory");
        if (shard->what_len > 0)
            memcpy(l->load.what, shard->what, shard->what_len);
        shard->what = l->load.what;
    }
    l->has_lease = true;
    return crew_load(&f->crew, &l->load, s, err);
}

static int take_up(struct fleet *f, struct load *l)
{
    struct slot *s = free_slot(f);

    *s = (struct slot){ .shard = l->shard };
    s->shard.what = NULL;
    if (!is_chosen_with(l->shard.kind))
        return crew_take(&f->crew, l, s);
    begin_choosing(f, s, l);
    return 0;
}

static void end(struct fleet *f)
{
    if (f->stage.is_done)
        return;
    crew_over(&f->crew);
    run_stage_done(&f->run, &f->stage, f->err.code);
}

static void leased(struct clerk_job *j)
{
    struct fleet *f = j->arg;
    struct leasing *l = &f->leasing;
    int code = j->code;

    l->is_busy = false;
    if (!code && !f->stage.is_done)
        code = take_up(f, &l->load);
    crew_unload(&l->load);
    f->is_over |= code == SNOW_EDONE;
    if (f->is_over)
        end(f);
    else if (code && code != SNOW_EAGAIN)
        fail(f, code, &j->err);
    else if (!code)
        pump(f);
}

/* Lease one more where there is room; what nobody has to give now is asked for
 * again at the next tick. */
static void pump(struct fleet *f)
{
    struct leasing *l = &f->leasing;

    if (l->is_busy || f->is_over || f->is_draining || f->stage.is_done)
        return;
    l->kinds = welcome(f);
    if (l->kinds == 0)
        return;
    l->is_busy = true;
    l->has_lease = false;
    l->me = f->me;
    l->load = (struct load){ 0 };
    l->job = (struct clerk_job){ .work = lease, .done = leased, .arg = f };
    clerk_do(f->clerk, &l->job);
}

/* --- beats --- */

static int beat(struct clerk_job *j, struct snow_store *s,
                struct snow_error *err)
{
    struct fleet *f = j->arg;
    struct beating *b = &f->beating;
    int code = snow_store_beat(s, &b->me, f->lease_s, &b->beat, err);

    if (code != SNOW_ENOTFOUND)
        return code;
    b->is_new = true;
    return snow_store_join(s, &b->me, f->lease_s, err);
}

static bool is_leased(const struct snow_beat *b, const struct slot *s)
{
    for (size_t i = 0; i < b->n_leases; i++)
        if (b->leases[i] == s->shard.lease.shard)
            return true;
    return false;
}

/* A shard that was finished just now is no lease any more, but is not lost. */
static void compare(struct fleet *f)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &f->slots[i];

        if (!is_free(s) && !s->is_finished && s != f->choosing.slot &&
            (f->beating.is_new || !is_leased(&f->beating.beat, s)))
            lose(f, s);
    }
}

static uint64_t patience_us(const struct fleet *f)
{
    return f->lease_s * UINT64_C(1000000);
}

static void beaten(struct clerk_job *j)
{
    struct fleet *f = j->arg;
    struct beating *b = &f->beating;

    b->is_busy = false;
    if (j->code) {
        fail(f, j->code, &j->err);
        return;
    }
    if (b->is_new || b->begun_us > f->beaten_us + patience_us(f))
        hosts_forget(&f->crew.hosts);
    compare(f);
    f->beat = b->beat;
    f->me = b->me;
    f->beaten_us = b->begun_us;
    f->run.good_until_us = b->begun_us + patience_us(f);
    crew_share(&f->crew, f->me.share);
    run_kick(&f->run);
    pump(f);
}

static void begin_beat(struct fleet *f, const struct progress *p)
{
    struct beating *b = &f->beating;

    if (b->is_busy)
        return;
    b->is_busy = true;
    b->is_new = false;
    b->me = f->me;
    b->me.answered = 0;
    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        b->me.answered += progress_answered(progress_stage_of(p, i));
    b->me.rate_per_s = (double)(b->me.answered - f->me.answered);
    b->begun_us = clock_mono_us(f->run.clock);
    b->job = (struct clerk_job){ .work = beat, .done = beaten, .arg = f };
    clerk_do(f->clerk, &b->job);
}

/* --- the stage --- */

/* A stage that ended with an error, say as no resolver answers, cannot take up
 * what is leased: others may. */
static bool has_failed(const struct fleet *f)
{
    for (size_t i = 0; i < f->run.n_stages; i++)
        if (f->run.stages[i]->is_done && f->run.stages[i]->code)
            return true;
    return false;
}

static void on_tick(struct stage *s)
{
    struct fleet *f = fleet_of(s);
    struct progress p;

    if (has_failed(f)) {
        run_drain(&f->run);
        return;
    }
    run_snapshot(&f->run, &p);
    begin_beat(f, &p);
    crew_tick(&f->crew);
    pump(f);
}

static void on_drain(struct stage *s)
{
    struct fleet *f = fleet_of(s);

    f->is_draining = true;
    end(f);
}

static void add_stats(struct stage *s, struct progress *p)
{
    struct fleet *f = fleet_of(s);
    struct progress_fleet *to = &p->fleet;

    to->n_workers = f->beat.n_workers;
    to->share = f->me.share;
    to->finished = f->beat.finished;
    to->unfinished = f->beat.unfinished;
    clerk_waits(f->clerk, to->note, sizeof to->note);
    if (!to->note[0] && f->run.sink)
        sink_waits(f->run.sink, to->note, sizeof to->note);
}

/* --- the whole --- */

static int join(struct fleet *f, struct snow_error *err)
{
    char host[64] = "";

    gethostname(host, sizeof host - 1);
    f->me.scan = f->row.id;
    snprintf(f->me.name, sizeof f->me.name, "%s:%ld", host, (long)getpid());
    return snow_store_join(f->store, &f->me, f->lease_s, err);
}

static int open_scan(struct fleet *f, struct snow_error *err)
{
    int code = enrol_find_or_add(&f->row, f->req, f->store, f->plan, err);

    f->scan = (struct snow_scan){ .id = f->row.id,
                                  .seed = f->row.seed,
                                  .created_utc_s = f->row.created_utc_s,
                                  .now_utc_s = f->row.now_utc_s };
    f->choose = (struct choose){ f->cfg, f->plan, &f->scan, f->lease_s };
    return code ? code : join(f, err);
}

static int open_clerks(struct fleet *f, struct snow_error *err)
{
    const char *url = f->req->store_url;
    int code = snow_store_open(&f->control, url, SNOW_STORE_WRITE, err);

    if (!code)
        code = snow_store_open(&f->reading, url, SNOW_STORE_WRITE, err);
    if (!code && (clerk_new(&f->clerk, &f->run.loop, f->control) ||
                  clerk_new(&f->chooser, &f->run.loop, f->reading)))
        code = snow_fail(err, SNOW_ENOMEM, "out of memory");
    return code;
}

static int start(struct fleet *f, struct snow_error *err)
{
    f->stage = (struct stage){
        .on = { [STAGE_TICK] = on_tick,
                [STAGE_DRAIN] = on_drain,
                [STAGE_STOP] = on_drain },
        .stats = add_stats,
    };
    f->crew.run = &f->run;
    f->crew.plan = f->plan;
    f->crew.scan = &f->scan;
    f->crew.answered = on_answered;
    f->crew.arg = f;
    f->crew.slots = f->slots;
    f->crew.n_slots = SLOTS;
    f->crew.hosts = (struct hosts){ .clerk = f->clerk,
                                    .me = &f->me,
                                    .lease_s = f->lease_s,
                                    .clock = f->run.clock,
                                    .good_until_us = &f->run.good_until_us };
    run_add(&f->run, &f->stage);
    return crew_start(&f->crew, err);
}

static int work(struct fleet *f, struct snow_error *err)
{
    struct progress none = { .sweep = { 0 } };
    int code, kept;

    f->run.lost = on_lost;
    f->run.finished = on_finished;
    f->run.lease_s = f->lease_s;
    f->run.good_until_us = 1; /* until the first beat */
    if ((code = open_clerks(f, err)) ||
        (code = run_sink(&f->run, f->store, err)))
        return code;
    code = start(f, err);
    if (!code) {
        begin_beat(f, &none);
        code = run_stages(&f->run, err);
    }
    kept = run_unsink(&f->run, code ? NULL : err);
    return code ? code : kept;
}

/* A choice that is not made by now is somebody else's. */
static void dismiss(struct fleet *f)
{
    if (f->reading)
        snow_store_interrupt(f->reading);
    clerk_close(f->clerk);
    clerk_close(f->chooser);
    crew_unload(&f->leasing.load);
    crew_unload(&f->choosing.load);
}

/* What was leased is free for others at once. */
static void leave(struct fleet *f)
{
    if (f->control)
        snow_store_leave(f->control, &f->me, NULL);
    snow_store_close(f->control);
    snow_store_close(f->reading);
}

int fleet_run(const struct scan_request *req, struct snow_store *s,
              struct plan *plan, struct scan_result *out,
              struct snow_error *err)
{
    struct fleet f = { .req = req, .cfg = req->cfg, .plan = plan, .store = s };
    int code;

    f.lease_s = (unsigned)req->cfg->lease_s;
    if ((code = open_scan(&f, err)) ||
        (code = run_init(&f.run, f.cfg, &clock_system, err)))
        return code;
    f.run.progress = req->progress;
    f.run.progress_arg = req->arg;
    out->id = f.row.id;
    code = work(&f, err);
    if (f.err.code && code != SNOW_ECANCELED) {
        code = f.err.code;
        *err = f.err;
    }
    run_tell_last(&f.run);
    out->signal = f.run.signal;
    out->progress = f.run.totals;
    dismiss(&f);
    crew_end(&f.crew);
    leave(&f);
    run_fini(&f.run);
    hosts_fini(&f.crew.hosts);
    return code;
}
