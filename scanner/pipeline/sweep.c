#include "pipeline/sweep.h"

#include "base/text.h"

/* Surveys go first; the walk may come to a /16 that needs another. */
static int next_of(struct sweep_part *p, uint64_t now_us,
                   struct dns_question *out, uint64_t *wait_us)
{
    int code, ip6;

    if (cuts_next(&p->cuts, out))
        return 0;
    code = snow_targets_next(p->walk, now_us, &out->step, wait_us);
    if (code == 0 || cuts_next(&p->cuts, out))
        return 0;
    ip6 = ip6_next(&p->ip6, out);
    return ip6 == SNOW_EDONE ? code : ip6;
}

/* The sweep cannot go on; 0 changes nothing, nor does a second reason. */
static void fail(struct sweep *w, int code)
{
    if (w->code || !code)
        return;
    w->code = code;
    dns_engine_stop(w->engine);
}

static int keep_part(struct sweep_part *p, enum sweep_keep when)
{
    int code = p->sweep->keep ? p->sweep->keep(p->arg, when) : 0;

    return code || when == SWEEP_GO_ON ? code : ip6_keep(&p->ip6);
}

void sweep_part_fini(struct sweep_part *p)
{
    ip6_fini(&p->ip6);
    snow_targets_free(p->walk);
    cuts_fini(&p->cuts);
    *p = (struct sweep_part){ 0 };
}

/* Nothing of it is left: to ask, to hear, or to keep. */
static void end_part(struct sweep *w, unsigned number)
{
    struct sweep_part *p = w->parts[number];

    if (!p->is_dropped)
        fail(w, keep_part(p, SWEEP_LAST));
    for (unsigned i = 0; i < COUNT_OF(w->done); i++)
        w->done[i] += p->by_status[i];
    w->parts[number] = NULL;
    w->part_done(w->part_arg, p);
}

/* What one part has to ask; the least wait of those that have nothing. */
static int try_part(struct sweep *w, unsigned number, uint64_t now_us,
                    struct dns_question *out, uint64_t *wait_us)
{
    struct sweep_part *p = w->parts[number];
    uint64_t wait = UINT64_MAX;
    int code;

    if (!p || p->is_dropped)
        return SNOW_EDONE;
    code = next_of(p, now_us, out, &wait);
    if (code == SNOW_EAGAIN && wait < *wait_us)
        *wait_us = wait;
    out->part = (uint8_t)number;
    if (code == 0)
        p->open++;
    else if (code == SNOW_EDONE && p->open == 0 && w->part_done)
        end_part(w, number);
    return code;
}

static int next_question(struct sweep *w, uint64_t now_us,
                         struct dns_question *out, uint64_t *wait_us)
{
    int all = w->is_fed ? SNOW_EAGAIN : SNOW_EDONE;

    for (unsigned i = 0; i < SWEEP_PARTS; i++) {
        int code = try_part(w, i, now_us, out, wait_us);

        if (code != SNOW_EDONE && code != SNOW_EAGAIN)
            return code;
        if (code == SNOW_EAGAIN)
            all = code;
    }
    return all;
}

static int on_next(void *arg, uint64_t now_us, struct dns_question *out,
                   uint64_t *wait_us)
{
    struct sweep *w = arg;
    int code;

    *wait_us = UINT64_MAX; /* the sink kicks when it has room */
    if (w->is_paused || run_must_wait(w->run))
        return SNOW_EAGAIN;
    code = next_question(w, now_us, out, wait_us);
    if (code == 0 && w->zones.resolver && !ip6_is_own(out) &&
        out->labels == DNS_LABELS_ALL)
        out->group =
            zones_group(&w->zones, out->step.addr,
                        cuts_zone(&w->parts[out->part]->cuts, out->step.addr));
    return code;
}

static void on_again(void *arg, const struct dns_question *q)
{
    struct sweep *w = arg;

    if (!cuts_is_own(q) && !ip6_is_own(q))
        snow_targets_charge(w->parts[q->part]->walk, q->step.lane);
}

static void on_answer(void *arg, const struct dns_question *q,
                      const struct dns_answer *a)
{
    struct sweep *w = arg;
    struct sweep_part *p = w->parts[q->part];
    int code = w->code;

    p->open--;
    if (p->is_dropped) {
        if (p->open == 0)
            end_part(w, q->part);
        return;
    }
    if (cuts_is_own(q))
        cuts_answer(&p->cuts, q, a);
    else if (!code && ip6_is_own(q))
        code = ip6_answer(&p->ip6, q, a);
    else if (!code)
        code = w->answer(p->arg, &q->step, a);
    fail(w, code ? code : p->cuts.code);
}

static void on_rest(void *arg)
{
    struct sweep *w = arg;

    fail(w, w->rest(w->rest_arg));
}

static void keep(struct sweep *w, enum sweep_keep when)
{
    for (unsigned i = 0; i < SWEEP_PARTS; i++) {
        struct sweep_part *p = w->parts[i];

        if (!w->code && p && !p->is_dropped)
            w->code = keep_part(p, when);
    }
}

static void on_done(void *arg, int code)
{
    struct sweep *w = arg;

    keep(w, SWEEP_LAST);
    run_stage_done(w->run, &w->stage, w->code ? w->code : code);
}

static void on_tick(struct stage *s)
{
    struct sweep *w = (struct sweep *)s;

    keep(w, SWEEP_TICK);
    if (w->code)
        dns_engine_stop(w->engine);
}

static void on_drain(struct stage *s)
{
    dns_engine_drain(((struct sweep *)s)->engine);
}

static void on_stop(struct stage *s)
{
    dns_engine_stop(((struct sweep *)s)->engine);
}

/* Every walk asks its gate again. */
static void ungate(void *arg)
{
    struct sweep *w = arg;

    for (unsigned i = 0; i < SWEEP_PARTS; i++)
        if (w->parts[i])
            snow_targets_ungate(w->parts[i]->walk);
}

static void on_kick(struct stage *s)
{
    struct sweep *w = (struct sweep *)s;

    keep(w, SWEEP_GO_ON);
    ungate(w);
    dns_engine_kick(w->engine);
}

static void add_server(struct sweep *w, unsigned i, struct progress *p)
{
    struct progress_server *to = &p->servers[i];
    struct dns_server_stats s;

    dns_engine_server_stats(w->engine, i, &s);
    dns_server_format(dns_engine_server(w->engine, i), to->name,
                      sizeof to->name);
    to->sent = s.sent;
    to->again = s.again;
    to->answered = s.answered;
    to->timeouts = s.timeouts;
    memcpy(to->by_status, s.by_status, sizeof to->by_status);
    to->window = s.window;
    to->in_flight = s.in_flight;
    to->rate_qps = s.rate_qps;
    to->checked = s.checked;
    to->wrong = s.wrong;
    to->is_alive = s.is_alive;
    to->is_doubtful = s.is_doubtful;
    to->is_inventing = s.is_inventing;
    to->is_dropped = s.is_dropped;
}

/* A part counts with what it has come to. */
static void add_part(const struct sweep *w, const struct sweep_part *p,
                     struct progress *to)
{
    uint64_t answered = 0;

    for (unsigned i = 1; i < COUNT_OF(to->sweep.by_status); i++) {
        to->sweep.by_status[i] += p->by_status[i];
        answered += p->by_status[i];
    }
    to->sweep.pending +=
        w->part_done ? snow_targets_left(p->walk)
                     : w->plan->n_given - w->plan->n_excluded - answered;
    ip6_add_stats(&p->ip6, to);
}

static void add_parts(struct sweep *w, struct progress *p)
{
    struct progress_stage *to = &p->sweep;
    uint64_t answered = 0;

    memcpy(to->by_status, w->done, sizeof to->by_status);
    to->pending = 0;
    for (unsigned i = 0; i < SWEEP_PARTS; i++)
        if (w->parts[i] && !w->parts[i]->is_dropped)
            add_part(w, w->parts[i], p);
    for (unsigned i = 1; i < COUNT_OF(to->by_status); i++)
        answered += to->by_status[i];
    to->excluded = w->part_done ? 0 : w->plan->n_excluded;
    to->targets = to->excluded + to->pending + answered;
    to->is_known = true;
}

static void add_stats(struct stage *s, struct progress *p)
{
    struct sweep *w = (struct sweep *)s;
    struct dns_stats stats;

    dns_engine_stats(w->engine, &stats);
    p->queries += stats.sent;
    p->queries_again += stats.again;
    p->fallen_back += stats.fallen_back;
    if (w->zones.resolver)
        p->queries += dns_resolver_asked(w->zones.resolver);
    add_parts(w, p);
    p->n_servers = dns_engine_servers(w->engine);
    if (p->n_servers > PROGRESS_SERVERS)
        p->n_servers = PROGRESS_SERVERS;
    for (unsigned i = 0; i < p->n_servers; i++)
        add_server(w, i, p);
}

static int on_pruned(void *arg, struct snow_addr block, int checked)
{
    struct sweep_part *p = arg;

    if (run_must_wait(p->sweep->run))
        return SNOW_EAGAIN;
    return p->sweep->pruned(p->arg, block, checked);
}

static enum snow_gate on_open(void *arg, struct snow_addr block,
                              unsigned zone_labels)
{
    struct sweep_part *p = arg;

    return zones_open(&p->sweep->zones, block, zone_labels);
}

int sweep_walk(struct sweep_part *p, const struct snow_ranges *targets,
               const struct snow_config *cfg, double rate, unsigned *lanes,
               uint64_t seed)
{
    struct snow_walk_config walk = { .seed = seed };
    double gap_us = cfg->dns_block_rate > 0 ? 1e6 / cfg->dns_block_rate : 0;
    int code;

    walk.lanes = *lanes = plan_lanes(rate, cfg->dns_block_rate);
    walk.block_gap_us = (uint64_t)gap_us;
    if (!cfg->no_prune || cfg->authoritative) {
        walk.gate = cuts_gate;
        walk.gate_arg = &p->cuts;
    }
    code = snow_targets_new(&p->walk, targets, &walk);
    p->cuts = (struct cuts){ .walk = p->walk,
                             .targets = targets,
                             .seed = seed,
                             .is_pruning = !cfg->no_prune,
                             .pruned = on_pruned,
                             .open = cfg->authoritative ? on_open : NULL,
                             .arg = p };
    return code ? code : cuts_init(&p->cuts);
}

int sweep_start(struct sweep *w, struct run *run, const struct plan *plan,
                struct snow_error *err)
{
    const struct snow_config *cfg = run->cfg;
    struct dns_config dns = {
        .servers = plan->servers,
        .n_servers = plan->n_servers,
        .rate_qps = plan->dns_rate,
        .window_max = (unsigned)cfg->dns_window,
        .gso = (enum dns_gso)cfg->gso,
        .timeout_ms = (unsigned)(cfg->dns_timeout_s * 1000),
        .tries = (unsigned)cfg->dns_tries,
    };
    struct dns_hooks hooks = { .next = on_next,
                               .again = on_again,
                               .answer = on_answer,
                               .rest = w->rest ? on_rest : NULL,
                               .done = on_done,
                               .arg = w };
    int code;

    w->run = run;
    w->plan = plan;
    w->stage = (struct stage){
        .on = { [STAGE_TICK] = on_tick,
                [STAGE_DRAIN] = on_drain,
                [STAGE_STOP] = on_stop,
                [STAGE_KICK] = on_kick },
        .stats = add_stats,
    };
    code =
        dns_engine_new(&w->engine, &run->loop, &dns, &hooks, run->clock, err);
    if (code)
        return code;
    for (unsigned i = 0; i < SWEEP_PARTS; i++)
        if (w->parts[i])
            w->parts[i]->sweep = w;
    w->zones = (struct zones){ .run = run,
                               .plan = plan,
                               .changed = ungate,
                               .arg = w,
                               .engine = w->engine };
    if (cfg->authoritative && zones_init(&w->zones))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    run_add(run, &w->stage);
    dns_engine_start(w->engine);
    return 0;
}

/* --- parts that come and go --- */

static unsigned free_place(const struct sweep *w)
{
    unsigned i = 0;

    while (i < SWEEP_PARTS && w->parts[i])
        i++;
    return i;
}

bool sweep_wants_part(const struct sweep *w)
{
    unsigned n = 0;

    for (unsigned i = 0; i < SWEEP_PARTS; i++)
        n += w->parts[i] &&
             snow_targets_left(w->parts[i]->walk) > w->parts[i]->open;
    return n < 2 && free_place(w) < SWEEP_PARTS && !w->stage.is_done;
}

int sweep_add(struct sweep *w, struct sweep_part *p)
{
    unsigned i = free_place(w);

    if (i == SWEEP_PARTS)
        return SNOW_EBUSY;
    p->sweep = w;
    w->parts[i] = p;
    dns_engine_kick(w->engine);
    return 0;
}

void sweep_drop(struct sweep *w, struct sweep_part *p)
{
    p->is_dropped = true;
    for (unsigned i = 0; i < SWEEP_PARTS; i++)
        if (w->parts[i] == p && p->open == 0)
            end_part(w, i);
}

void sweep_over(struct sweep *w)
{
    w->is_fed = false;
    if (w->engine)
        dns_engine_kick(w->engine);
}

void sweep_set_rate(struct sweep *w, double qps)
{
    bool was_paused = w->is_paused;

    w->is_paused = qps <= 0;
    if (!w->engine || w->is_paused)
        return;
    dns_engine_set_rate(w->engine, qps);
    if (was_paused)
        dns_engine_kick(w->engine);
}

uint64_t sweep_end(struct sweep *w)
{
    uint64_t left = 0;

    zones_fini(&w->zones);
    dns_engine_close(w->engine);
    w->engine = NULL;
    for (unsigned i = 0; i < SWEEP_PARTS; i++) {
        struct sweep_part *p = w->parts[i];

        if (p)
            left += snow_targets_left(p->walk) + ip6_left(&p->ip6);
    }
    return left;
}
