#include "pipeline/sweep.h"

#include "base/text.h"

/* Surveys go first; the walk may come to a /16 that needs another. */
static int next_question(struct sweep *w, uint64_t now_us,
                         struct dns_question *out, uint64_t *wait_us)
{
    int code, ip6;

    if (cuts_next(&w->cuts, out))
        return 0;
    code = snow_targets_next(w->walk, now_us, &out->step, wait_us);
    if (code == 0 || cuts_next(&w->cuts, out))
        return 0;
    ip6 = ip6_next(&w->ip6, out);
    return ip6 == SNOW_EDONE ? code : ip6;
}

static int on_next(void *arg, uint64_t now_us, struct dns_question *out,
                   uint64_t *wait_us)
{
    struct sweep *w = arg;
    int code;

    if (run_must_wait(w->run)) {
        *wait_us = UINT64_MAX; /* the sink kicks when it has room */
        return SNOW_EAGAIN;
    }
    code = next_question(w, now_us, out, wait_us);
    if (code == 0 && w->zones.resolver && !ip6_is_own(out) &&
        out->labels == DNS_LABELS_ALL)
        out->group = zones_group(&w->zones, out->step.addr,
                                 cuts_zone(&w->cuts, out->step.addr));
    return code;
}

static void on_again(void *arg, const struct dns_question *q)
{
    struct sweep *w = arg;

    if (!cuts_is_own(q) && !ip6_is_own(q))
        snow_targets_charge(w->walk, q->step.lane);
}

/* The sweep cannot go on; 0 changes nothing, nor does a second reason. */
static void fail(struct sweep *w, int code)
{
    if (w->code || !code)
        return;
    w->code = code;
    dns_engine_stop(w->engine);
}

static void on_answer(void *arg, const struct dns_question *q,
                      const struct dns_answer *a)
{
    struct sweep *w = arg;
    int code = w->code;

    if (cuts_is_own(q))
        cuts_answer(&w->cuts, q, a);
    else if (!code && ip6_is_own(q))
        code = ip6_answer(&w->ip6, q, a);
    else if (!code)
        code = w->answer(w->arg, &q->step, a);
    fail(w, code ? code : w->cuts.code);
}

static void on_rest(void *arg)
{
    struct sweep *w = arg;

    fail(w, w->rest(w->arg));
}

static void keep(struct sweep *w, enum sweep_keep when)
{
    if (!w->code && w->keep)
        w->code = w->keep(w->arg, when);
    if (!w->code && when != SWEEP_GO_ON)
        w->code = ip6_keep(&w->ip6);
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

static void on_kick(struct stage *s)
{
    struct sweep *w = (struct sweep *)s;

    keep(w, SWEEP_GO_ON);
    snow_targets_ungate(w->walk);
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

static void add_stats(struct stage *s, struct progress *p)
{
    struct sweep *w = (struct sweep *)s;
    struct progress_stage *to = &p->sweep;
    struct dns_stats stats;
    uint64_t answered = 0;

    dns_engine_stats(w->engine, &stats);
    p->queries += stats.sent;
    p->queries_again += stats.again;
    p->fallen_back += stats.fallen_back;
    if (w->zones.resolver)
        p->queries += dns_resolver_asked(w->zones.resolver);
    to->targets = w->plan->n_given;
    to->excluded = w->plan->n_excluded;
    for (unsigned i = 1; i < COUNT_OF(to->by_status); i++) {
        to->by_status[i] = w->by_status[i];
        answered += w->by_status[i];
    }
    to->pending = to->targets - to->excluded - answered;
    to->is_known = true;
    ip6_add_stats(&w->ip6, p);
    p->n_servers = dns_engine_servers(w->engine);
    if (p->n_servers > PROGRESS_SERVERS)
        p->n_servers = PROGRESS_SERVERS;
    for (unsigned i = 0; i < p->n_servers; i++)
        add_server(w, i, p);
}

static int on_pruned(void *arg, struct snow_addr block, int checked)
{
    struct sweep *w = arg;

    if (run_must_wait(w->run))
        return SNOW_EAGAIN;
    return w->pruned(w->arg, block, checked);
}

static enum snow_gate on_open(void *arg, struct snow_addr block,
                              unsigned zone_labels)
{
    struct sweep *w = arg;

    return zones_open(&w->zones, block, zone_labels);
}

int sweep_walk(struct sweep *w, const struct plan *plan,
               const struct snow_config *cfg, unsigned *lanes, uint64_t seed)
{
    struct snow_walk_config walk = { .seed = seed };
    double gap_us = cfg->dns_block_rate > 0 ? 1e6 / cfg->dns_block_rate : 0;
    int code;

    walk.lanes = *lanes = plan_lanes(plan->dns_rate, cfg->dns_block_rate);
    walk.block_gap_us = (uint64_t)gap_us;
    if (!cfg->no_prune || cfg->authoritative) {
        walk.gate = cuts_gate;
        walk.gate_arg = &w->cuts;
    }
    code = snow_targets_new(&w->walk, plan->ipv4, &walk);
    w->cuts = (struct cuts){ .walk = w->walk,
                             .targets = plan->ipv4,
                             .seed = seed,
                             .is_pruning = !cfg->no_prune,
                             .pruned = on_pruned,
                             .open = cfg->authoritative ? on_open : NULL,
                             .arg = w };
    return code ? code : cuts_init(&w->cuts);
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
    w->zones = (struct zones){
        .run = run, .plan = plan, .walk = w->walk, .engine = w->engine
    };
    if (cfg->authoritative && zones_init(&w->zones))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    run_add(run, &w->stage);
    dns_engine_start(w->engine);
    return 0;
}

uint64_t sweep_end(struct sweep *w)
{
    uint64_t left = w->walk ? snow_targets_left(w->walk) : 0;

    left += ip6_left(&w->ip6);
    ip6_fini(&w->ip6);
    zones_fini(&w->zones);
    dns_engine_close(w->engine);
    snow_targets_free(w->walk);
    cuts_fini(&w->cuts);
    w->engine = NULL;
    w->walk = NULL;
    return left;
}
