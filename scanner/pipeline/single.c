/* One stage alone: answers go to whoever takes them, nothing is stored. */
#include "base/clock.h"
#include "base/mask.h"
#include "base/random.h"
#include "pipeline/greet.h"
#include "pipeline/ownname.h"
#include "pipeline/scan.h"
#include "pipeline/sweep.h"

#define SERVER_TEXT_MAX 64

struct single {
    const struct stage_taker *taker;
    struct plan plan;
    struct run run;
    struct sweep sweep;
    uint64_t by_status[16];
    char servers[DNS_SERVERS_MAX][SERVER_TEXT_MAX]; /**< written when needed */
};

static int begin(struct single *s, const struct snow_config *cfg,
                 const struct stage_taker *taker, struct snow_error *err)
{
    int code = run_init(&s->run, cfg, &clock_system, err);

    if (!code && taker->planned)
        taker->planned(taker->arg, &s->plan);
    s->taker = taker;
    s->run.progress = taker->progress;
    s->run.progress_arg = taker->progress_arg;
    return code;
}

static void end(struct single *s, int *signal)
{
    *signal = s->run.signal;
    run_fini(&s->run);
    plan_fini(&s->plan);
}

static uint64_t seed_of(const struct snow_config *cfg)
{
    return cfg->seed ? cfg->seed : random_u64();
}

static const char *name_server(struct single *s, unsigned server)
{
    if (server >= DNS_SERVERS_MAX)
        return "";
    if (!s->servers[server][0])
        dns_server_format(dns_engine_server(s->sweep.engine, server),
                          s->servers[server], SERVER_TEXT_MAX);
    return s->servers[server];
}

static int take_ptr(void *arg, const struct snow_step *step,
                    const struct dns_answer *a)
{
    struct single *s = arg;

    s->by_status[a->status & 15]++;
    snow_targets_finish(s->sweep.parts[0]->walk, step);
    return s->taker->ptr(s->taker->arg, step->addr, a,
                         name_server(s, a->server));
}

/* A line for every address, asked or not. */
static int take_pruned(void *arg, struct snow_addr block, int checked)
{
    struct single *s = arg;
    struct dns_answer a = { .server = DNS_NOBODY };
    uint64_t wanted[4];
    int code = 0;

    snow_ranges_block_mask(s->plan.ipv4, block, wanted);
    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++) {
        if (!mask_has(wanted, i))
            continue;
        a.status = (int)i == checked ? SNOW_PTR_NXDOMAIN : SNOW_PTR_PRUNED;
        s->by_status[a.status]++;
        code = s->taker->ptr(s->taker->arg, snow_addr_add(block, i), &a, "");
    }
    return code;
}

/* Of IPv6 only what exists, or could not be learnt, is worth a line. */
static int take_ip6(void *arg, const struct snow_name *name,
                    const struct dns_answer *a)
{
    struct single *s = arg;

    if (name->status == SNOW_PTR_NXDOMAIN)
        return 0;
    return s->taker->ptr(s->taker->arg, name->addr, a,
                         name_server(s, a->server));
}

static int on_rest(void *arg)
{
    struct single *s = arg;

    return s->taker->rest(s->taker->arg);
}

int scan_ptr(const struct snow_config *cfg, const struct stage_taker *taker,
             int *signal, struct snow_error *err)
{
    struct single s = {
        .sweep = { .answer = take_ptr, .pruned = take_pruned, .rest = on_rest }
    };
    struct sweep_part part = { .arg = &s, .by_status = s.by_status };
    struct sweep_part *p = s.sweep.parts[0] = &part;
    unsigned lanes;
    int code;

    if ((code = plan_init(&s.plan, cfg, signal, err)) ||
        (code = plan_servers(&s.plan, cfg, err)) ||
        (code = begin(&s, cfg, taker, err))) {
        plan_fini(&s.plan);
        return code;
    }
    s.sweep.rest_arg = &s;
    code =
        sweep_walk(p, s.plan.ipv4, cfg, s.plan.dns_rate, &lanes, seed_of(cfg));
    p->ip6 = (struct ip6){ .run = &s.run, .answer = take_ip6, .arg = &s };
    if (!code)
        code = ip6_init(&p->ip6, s.plan.targets, seed_of(cfg), NULL, err);
    if (!code)
        code = sweep_start(&s.sweep, &s.run, &s.plan, err);
    if (!code)
        code = run_stages(&s.run, err);
    sweep_end(&s.sweep);
    sweep_part_fini(p);
    end(&s, signal);
    return code;
}

static int take_probe(void *arg, const struct snow_probe *p)
{
    struct single *s = arg;

    return s->taker->probe(s->taker->arg, p);
}

/* Is nobody greeted but this machine itself, 127.0.0.0/8? */
static bool is_at_home(const struct plan *p)
{
    for (size_t i = 0; i < snow_ranges_n(p->ipv4); i++) {
        struct snow_range r = snow_ranges_at(p->ipv4, i);

        if (snow_addr_ipv4(r.first) >> 24 != 127 ||
            snow_addr_ipv4(r.last) >> 24 != 127)
            return false;
    }
    return true;
}

/* Servers are asked about our own name alone: without any it goes unchecked.
 * At home nobody looks at it, and no name server of the system is troubled. */
static int find_servers(struct plan *p, const struct snow_config *cfg,
                        struct snow_error *err)
{
    struct snow_error reason = { 0 };
    int code;

    if (cfg->resolvers.n == 0 && is_at_home(p))
        return 0;
    code = plan_resolvers(p, cfg, &reason);
    if (code == 0 || cfg->resolvers.n == 0)
        return 0;
    if (err)
        *err = reason;
    return code;
}

int scan_probe(const struct snow_config *cfg, const struct stage_taker *taker,
               int *signal, struct snow_error *err)
{
    struct single s = { 0 };
    struct greet g = { .answer = take_probe, .arg = &s };
    struct own_name *own_name;
    int code = plan_init(&s.plan, cfg, signal, err);

    if (code || (code = plan_require_ipv4(&s.plan, err)) ||
        (code = find_servers(&s.plan, cfg, err)) ||
        (code = begin(&s, cfg, taker, err))) {
        plan_fini(&s.plan);
        return code;
    }
    g.n_targets = s.plan.n_given;
    g.n_excluded = s.plan.n_excluded;
    own_name = own_name_watch(&s.run, &s.plan);
    code = greet_start(&g, &s.run, s.plan.targets, seed_of(cfg), err);
    if (!code)
        code = run_stages(&s.run, err);
    own_name_close(own_name);
    greet_end(&g);
    end(&s, signal);
    return code;
}
