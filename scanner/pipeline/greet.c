#include "pipeline/greet.h"

#include <netinet/in.h>
#include <sys/resource.h>

#include "base/text.h"
#include "dns/resolve.h"
#include "pipeline/ownname.h"
#include "pipeline/plan.h"

#define SMTPS_PORT 465 /* RFC 8314 §7.3 */
#define GAP_SLACK 1.02 /* so that no second holds one more, seen from there */

/* A step's lane tells its part, too. */
#define LANES_MAX 4096u

static void close_part(struct greet_part *p)
{
    snow_targets_free(p->walk);
    snow_ranges_free(p->owned);
    *p = (struct greet_part){ 0 };
}

/* What a part has to hand out. @return as snow_targets_next() */
static int next_of(struct greet *g, unsigned i, uint64_t now_us,
                   struct snow_step *out, uint64_t *wait_us)
{
    struct greet_part *p = &g->parts[i];
    uint64_t wait = UINT64_MAX;
    int code = SNOW_EDONE;

    if (p->walk && !p->is_dropped)
        code = snow_targets_next(p->walk, now_us, out, &wait);
    if (code == 0) {
        out->lane += i * LANES_MAX;
        p->open++;
    } else if (code == SNOW_EAGAIN && wait < *wait_us) {
        *wait_us = wait;
    }
    return code;
}

static int on_next(void *arg, uint64_t now_us, struct snow_step *out,
                   uint64_t *wait_us)
{
    struct greet *g = arg;
    int all = g->is_fed ? SNOW_EAGAIN : SNOW_EDONE;

    *wait_us = UINT64_MAX;
    if (g->is_paused || run_must_wait(g->run))
        return SNOW_EAGAIN;
    for (unsigned i = 0; i < GREET_PARTS; i++) {
        int code = next_of(g, i, now_us, out, wait_us);

        if (code != SNOW_EDONE && code != SNOW_EAGAIN)
            return code;
        if (code == SNOW_EAGAIN)
            all = code;
    }
    return all;
}

static void end_part(struct greet *g, struct greet_part *p)
{
    void *owner = p->owner;
    bool is_told = !p->is_dropped && g->part_done;

    close_part(p);
    if (is_told)
        g->part_done(g->arg, owner);
}

static void on_answer(void *arg, const struct snow_step *step,
                      const struct snow_probe *p)
{
    struct greet *g = arg;
    struct greet_part *part = &g->parts[step->lane / LANES_MAX];
    struct snow_step own = { step->addr, step->lane % LANES_MAX };

    snow_targets_finish(part->walk, &own);
    part->open--;
    if (!part->is_dropped) {
        g->by_status[p->status & 15]++;
        g->owner = part->owner;
        if (!g->code)
            g->code = g->answer(g->arg, p);
    }
    if (part->open == 0 &&
        (part->is_dropped || snow_targets_left(part->walk) == 0))
        end_part(g, part);
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

static int walk_new(const struct greet *g, struct snow_targets **out,
                    const struct snow_ranges *set, uint64_t seed)
{
    const struct snow_config *cfg = g->run->cfg;
    struct snow_walk_config walk = {
        .lanes = plan_lanes(0, 1),
        .seed = seed,
        .block_in_flight = (unsigned)cfg->smtp_per_block,
    };

    if (cfg->smtp_block_rate > 0)
        walk.block_gap_us = (uint64_t)(GAP_SLACK * 1e6 / cfg->smtp_block_rate);
    return snow_targets_new(out, set, &walk);
}

static struct greet_part *free_part(const struct greet *g)
{
    for (size_t i = 0; i < GREET_PARTS; i++)
        if (!g->parts[i].walk)
            return (struct greet_part *)(uintptr_t)&g->parts[i];
    return NULL;
}

int greet_add(struct greet *g, struct snow_ranges *set, void *owner,
              uint64_t seed)
{
    struct greet_part *p = free_part(g);
    int code = p ? walk_new(g, &p->walk, set, seed) : SNOW_EBUSY;

    if (code) {
        snow_ranges_free(set);
        return code;
    }
    p->owned = set;
    p->owner = owner;
    g->n_targets += snow_ranges_count(set);
    smtp_engine_kick(g->engine);
    return 0;
}

bool greet_wants_part(const struct greet *g)
{
    size_t n = 0;

    for (size_t i = 0; i < GREET_PARTS; i++)
        n += g->parts[i].walk &&
             snow_targets_left(g->parts[i].walk) > g->parts[i].open;
    return n < 2 && free_part(g) && !g->stage.is_done;
}

void greet_drop(struct greet *g, const void *owner)
{
    for (size_t i = 0; i < GREET_PARTS; i++) {
        struct greet_part *p = &g->parts[i];

        if (!p->walk || p->owner != owner || p->is_dropped)
            continue;
        p->is_dropped = true;
        p->owner = NULL;
        if (p->open == 0)
            end_part(g, p);
    }
}

void greet_over(struct greet *g)
{
    g->is_fed = false;
    if (g->engine)
        smtp_engine_kick(g->engine);
}

void greet_set_rate(struct greet *g, double rate)
{
    bool was_paused = g->is_paused;

    g->is_paused = rate <= 0;
    if (!g->engine || g->is_paused)
        return;
    smtp_engine_set_rate(g->engine, rate);
    if (was_paused)
        smtp_engine_kick(g->engine);
}

bool greet_is_final(const struct snow_probe *p, bool is_retry)
{
    return !is_retry || (p->status != SNOW_SMTP_TIMEOUT &&
                         p->status != SNOW_SMTP_LOCAL_ERROR);
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
    if (!code && set && walk_new(g, &g->parts[0].walk, set, seed))
        code = snow_fail(err, SNOW_ENOMEM, "out of memory");
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
    g->engine = NULL;
    for (size_t i = 0; i < GREET_PARTS; i++)
        close_part(&g->parts[i]);
}
