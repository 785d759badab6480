/* How far a stored scan is, told by its rows alone. */
#include "addr/ranges_text.h"
#include "base/records.h"
#include "pipeline/forward.h"
#include "pipeline/kinds.h"
#include "pipeline/netblock.h"
#include "pipeline/scan.h"

struct count {
    struct progress *progress;
    const struct snow_config *cfg;
};

static int count_block(void *arg, const struct snow_block *block,
                       bool is_closed)
{
    struct count *c = arg;

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (block->status[i] != SNOW_PTR_PENDING &&
            block->status[i] != SNOW_PTR_OUTSIDE)
            c->progress->sweep.by_status[block->status[i] & 15]++;
    return 0;
}

static int count_probe(void *arg, const struct snow_probe *p)
{
    struct count *c = arg;

    if (p->port == c->cfg->smtp_port)
        c->progress->probe.by_status[p->status & 15]++;
    return 0;
}

static int count_registration(void *arg, const struct snow_evidence *e)
{
    struct count *c = arg;
    struct snow_registration r;

    if (record_registration_parse_json(&r, e->data, e->data_len) == 0)
        c->progress->registration.by_status[r.status & 15]++;
    return 0;
}

static void settle(struct progress_stage *s, uint64_t targets)
{
    uint64_t answered = 0;

    for (unsigned i = 1; i < 16; i++)
        answered += s->by_status[i];
    s->is_known = true;
    s->targets = targets > answered ? targets : answered;
    s->pending = s->targets - answered;
}

/* The walk over ip6.arpa counts names; before it has begun one is to be asked.
 */
static int add_walk(struct snow_store *s, const struct snow_scan *scan,
                    struct progress_stage *to, struct snow_error *err)
{
    struct snow_walk walk = { .by_status = { 1 } };
    int code = snow_store_get_walk(s, scan->id, &walk, err);

    if (code && code != SNOW_ENOTFOUND)
        return code;
    for (unsigned i = 1; i < 16; i++) {
        to->by_status[i] += walk.by_status[i];
        to->targets += walk.by_status[i];
    }
    to->targets += walk.by_status[0];
    to->pending += walk.by_status[0];
    return 0;
}

/* What was imported is all there is: nobody is to be asked for the rest. */
static int settle_sweep(struct snow_store *s, const struct snow_scan *scan,
                        const struct snow_ranges *targets, struct count *c,
                        struct snow_error *err)
{
    struct progress *out = c->progress;
    bool is_imported = c->cfg->imported.n > 0;
    struct snow_ranges *ipv4;
    int code;

    if (snow_ranges_new(&ipv4))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    code = plan_add_ipv4(ipv4, targets);
    settle(&out->sweep, is_imported ? 0 : snow_ranges_count(ipv4));
    if (!code && snow_ranges_n(ipv4) < snow_ranges_n(targets))
        code = add_walk(s, scan, &out->sweep, err);
    snow_ranges_free(ipv4);
    return code;
}

static int count_netblocks(struct snow_store *s, const struct snow_scan *scan,
                           const struct snow_ranges *candidates,
                           struct progress_stage *to, struct snow_error *err)
{
    struct netblock n = { .run = NULL };
    int code = netblock_choose(&n, candidates, s, scan->id, false, err);

    if (!code)
        netblock_count(&n, to);
    netblock_end(&n);
    return code;
}

static int count_kinds(struct snow_store *s, const struct snow_scan *scan,
                       const struct snow_config *cfg,
                       const struct snow_candidates *c, struct progress *to)
{
    struct kinds k;
    int code;

    kinds_init(&k, cfg, NULL, NULL);
    code = kinds_learn(&k, s, scan->id, false, NULL);
    if (!code)
        code = kinds_add_domains(&k, c->domains, c->n_domains);
    if (!code)
        kinds_count(&k, to);
    kinds_end(&k);
    return code;
}

/* Hosts that greetings will name are not known; those that did are. */
static int count_forward(struct snow_store *s, const struct snow_scan *scan,
                         const struct snow_config *cfg,
                         const struct snow_candidates *c, struct progress *to)
{
    struct forward_choice choice = { .candidates = cfg->mail == LOOK_CHECK
                                                       ? c->addrs
                                                       : NULL };
    struct forward f;
    int code;

    forward_init(&f, NULL, NULL);
    code = forward_choose(&f, s, scan->id, &choice, NULL);
    if (!code)
        code = forward_add_known(&f);
    if (!code)
        lookups_count(&f.lookups, to);
    forward_end(&f);
    return code;
}

/* What the later stages are to ask is known once the sweep is over. */
static int later_targets(struct snow_store *s, const struct snow_scan *scan,
                         const struct snow_config *cfg, struct progress *p,
                         struct snow_error *err)
{
    struct snow_analysis_config analysis;
    struct snow_candidates c = { 0 };
    uint64_t to_greet = 0, to_ask = 0;
    int code;

    scan_analysis_config(&analysis, cfg, scan);
    code = snow_candidates_choose(&c, s, scan->id, &analysis, err);
    if (code)
        return code;
    if (cfg->smtp == SMTP_CANDIDATES)
        to_greet = snow_ranges_count(c.addrs);
    if (cfg->smtp == SMTP_NAMED)
        to_greet = p->sweep.by_status[SNOW_PTR_NAME];
    if (cfg->smtp == SMTP_ALL)
        to_greet = p->sweep.targets;
    if (cfg->registration != REGISTRATION_NONE)
        to_ask = c.n_domains + c.n_background;
    settle(&p->probe, to_greet);
    settle(&p->registration, to_ask);
    if (netblock_is_wanted(cfg))
        code = count_netblocks(s, scan, c.addrs, &p->netblock, err);
    if (!code)
        code = count_kinds(s, scan, cfg, &c, p);
    if (!code)
        code = count_forward(s, scan, cfg, &c, p);
    snow_candidates_fini(&c);
    return code;
}

int scan_status(struct snow_store *s, const struct snow_scan *scan,
                const struct snow_config *cfg, struct progress *out,
                struct snow_error *err)
{
    struct count c = { out, cfg };
    struct snow_ranges *targets;
    int code;

    *out = (struct progress){ .left_s = -1 };
    if (snow_ranges_new(&targets))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    code = addr_ranges_parse(targets, scan->targets);
    if (!code)
        code = snow_store_each_block(s, scan->id, count_block, &c, err);
    if (!code)
        code = snow_store_each_probe(s, scan->id, count_probe, &c, err);
    if (!code)
        code = snow_store_each_evidence(s, scan->id, "registration",
                                        count_registration, &c, err);
    if (!code)
        code = settle_sweep(s, scan, targets, &c, err);
    snow_ranges_free(targets);
    if (code || out->sweep.pending > 0)
        return code;
    return later_targets(s, scan, cfg, out, err);
}
