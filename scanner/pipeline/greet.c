#include "pipeline/greet.h"

#include <netinet/in.h>
#include <sys/resource.h>

#include "base/text.h"
#include "dns/resolve.h"
#include "pipeline/ownname.h"
#include "pipeline/plan.h"

#define SMTPS_PORT 465 /* RFC 8314 §7.3 */
#define GAP_SLACK 1.02 /* so that no second holds one more, seen from there */

static int on_next(void *arg, uint64_t now_us, struct snow_step *out,
                   uint64_t *wait_us)
{
    struct greet *g = arg;

    if (run_must_wait(g->run)) {
        *wait_us = UINT64_MAX;
        return SNOW_EAGAIN;
    }
    return snow_targets_next(g->walk, now_us, out, wait_us);
}

static void on_answer(void *arg, const struct snow_step *step,
                      const struct snow_probe *p)
{
    struct greet *g = arg;

    snow_targets_finish(g->walk, step);
    g->by_status[p->status & 15]++;
    if (!g->code)
        g->code = g->answer(g->arg, p);
    if (g->code)
        smtp_engine_stop(g->engine);
}

static void on_done(void *arg, int code)
{
    struct greet *g = arg;

    run_stage_done(g->run, &g->stage, g->code ? g->code : code);
    if (g->over)
        g->over(g->arg);
}

static void on_drain(struct stage *s)
{
    smtp_engine_drain(((struct greet *)s)->engine);
}

static void on_stop(struct stage *s)
{
    smtp_engine_stop(((struct greet *)s)->engine);
}

static void on_kick(struct stage *s)
{
    smtp_engine_kick(((struct greet *)s)->engine);
}

void greet_count(const struct greet *g, struct progress_stage *to)
{
    uint64_t answered = 0;

    to->targets = g->n_targets;
    to->excluded = g->n_excluded;
    for (unsigned i = 1; i < COUNT_OF(to->by_status); i++) {
        to->by_status[i] = g->by_status[i];
        answered += g->by_status[i];
    }
    to->pending = to->targets - to->excluded - answered;
    to->is_known = true;
}

static void add_stats(struct stage *s, struct progress *p)
{
    struct greet *g = (struct greet *)s;
    struct smtp_stats stats;

    smtp_engine_stats(g->engine, &stats);
    p->connections += stats.connections;
    greet_count(g, &p->probe);
}

uint64_t greet_wished(const struct snow_config *cfg)
{
    return cfg->smtp_concurrency ? cfg->smtp_concurrency : 10000;
}

/* As many conversations as wished, as descriptors allow. */
static unsigned concurrency(const struct snow_config *cfg)
{
    struct rlimit limit;
    uint64_t wished = greet_wished(cfg);

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return 64;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * GREET_OTHER_DESCRIPTORS)
        return 64;
    limit.rlim_cur -= GREET_OTHER_DESCRIPTORS;
    return (unsigned)(wished < limit.rlim_cur ? wished : limit.rlim_cur);
}

static int walk_new(struct greet *g, const struct snow_ranges *set,
                    uint64_t seed, struct snow_error *err)
{
    const struct snow_config *cfg = g->run->cfg;
    struct snow_walk_config walk = {
        .lanes = plan_lanes(0, 1),
        .seed = seed,
        .block_in_flight = (unsigned)cfg->smtp_per_block,
    };

    if (cfg->smtp_block_rate > 0)
        walk.block_gap_us = (uint64_t)(GAP_SLACK * 1e6 / cfg->smtp_block_rate);
    if (snow_targets_new(&g->walk, set, &walk))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return 0;
}

static int source_address(struct sockaddr_storage *out,
                          const struct snow_config *cfg, struct snow_error *err)
{
    struct snow_addr a;

    if (!cfg->source_ip[0])
        return 0;
    if (snow_addr_parse(&a, cfg->source_ip) ||
        dns_server_parse(out, cfg->source_ip))
        return snow_fail(err, SNOW_EINVAL, "--source-ip '%s' is no address",
                         cfg->source_ip);
    if (out->ss_family == AF_INET)
        ((struct sockaddr_in *)out)->sin_port = 0;
    return 0;
}

int greet_config(struct smtp_config *out, char *name,
                 const struct snow_config *cfg, struct snow_error *err)
{
    *out = (struct smtp_config){
        .ehlo = name,
        .port = (uint16_t)cfg->smtp_port,
        .rate = cfg->smtp_rate,
        .concurrency = concurrency(cfg),
        .connect_timeout_ms = (unsigned)(cfg->connect_timeout_s * 1000),
        .banner_timeout_ms = (unsigned)(cfg->banner_timeout_s * 1000),
        .total_timeout_ms = (unsigned)(cfg->smtp_timeout_s * 1000),
        .says_starttls = !cfg->no_starttls,
        .has_tls_at_once = cfg->smtp_port == SMTPS_PORT,
    };
    own_name_get(name, cfg);
    return source_address(&out->source, cfg, err);
}

int greet_start(struct greet *g, struct run *run, const struct snow_ranges *set,
                uint64_t seed, struct snow_error *err)
{
    const struct snow_config *cfg = run->cfg;
    char name[OWN_NAME_MAX];
    struct smtp_config smtp;
    struct smtp_hooks hooks = { on_next, on_answer, on_done, g };
    int code;

    g->run = run;
    g->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_drain,
                [STAGE_STOP] = on_stop,
                [STAGE_KICK] = on_kick },
        .stats = add_stats,
    };
    code = greet_config(&smtp, name, cfg, err);
    if (!code)
        code = walk_new(g, set, seed, err);
    if (!code)
        code = smtp_engine_new(&g->engine, &run->loop, &smtp, &hooks,
                               run->clock, err);
    if (code)
        return code;
    run_add(run, &g->stage);
    smtp_engine_start(g->engine);
    return 0;
}

void greet_end(struct greet *g)
{
    smtp_engine_close(g->engine);
    snow_targets_free(g->walk);
    g->engine = NULL;
    g->walk = NULL;
}
