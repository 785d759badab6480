/*
 * pipeline – the stages of one scan, and what joins them.
 *
 *   plan.c     targets after exclusion, policy, name servers
 *   run.c      loop, signals, the tick, the sink; ends early in one way
 *   sweep.c    the walk and the DNS engine        blocks.c  open blocks
 *   greet.c    the walk and the SMTP engine       whom.c    whom to greet
 *   forward.c  where reverse names and those in greetings lead
 *   reach.c    the resolver and HTTP of all look-ups; memo.c asks once
 *   enquire.c  the registration client
 *   netblock.c whose networks the candidates lie in
 *   lookups.c  one thing asked about many subjects; kinds.c which things
 *   row.c      the scan in its store, found or added
 *   scan.c     sweep → candidates → greet, forward, enquire, look-ups
 *   fleet.c    the same as one worker of many: shards.c what a shard holds,
 *              choose.c who is asked after the sweep, hosts.c whose registry
 *              one may ask, clerk.c calls off the loop
 *   settings.c what an analysis of a scan is told
 *   check.c    is all fit for a scan? canary.c, control.c, check_local.c
 *   ownname.c  the name that EHLO says, there and back
 *   single.c   each stage alone: ptr, probe; domains.c: domain
 *   status.c   progress of a stored scan
 *
 * Life      a scan is added or found, then each stage asks the store what is
 *           missing and works on that; resuming is the ordinary case.
 * Always    results and progress are the same rows, committed together.
 * Never     reads the store while the sink has it.
 * Start at  scan_run(), at the end of this file.
 */
#include "pipeline/scan.h"

#include "analysis/given.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/records.h"
#include "pipeline/blocks.h"
#include "pipeline/enquire.h"
#include "pipeline/fleet.h"
#include "pipeline/forward.h"
#include "pipeline/greet.h"
#include "pipeline/kinds.h"
#include "pipeline/netblock.h"
#include "pipeline/ownname.h"
#include "pipeline/row.h"
#include "pipeline/sweep.h"
#include "pipeline/whom.h"
#include "snowline/fleet.h"

struct scan {
    const struct scan_request *req;
    const struct snow_config *cfg;
    struct plan plan;
    struct snow_store *store;
    struct run run;
    struct own_name *own_name; /**< NULL when nobody is greeted */
    int64_t id;
    uint64_t seed;
    int64_t now_utc_s;
    struct blocks blocks;
    struct snow_candidates candidates;
    struct snow_ranges *to_greet; /**< not greeted yet */
    struct map known;             /**< domains that are answered */
    char **to_ask, **to_give;     /**< [n_to_ask], …; borrowed strings */
    size_t n_to_ask, n_to_give;
    struct greet greet;
    struct forward forward;
    struct enquire enquire;
    struct netblock netblock;
    struct given given; /**< registrations of the user's own */
    struct kinds kinds; /**< of look-ups about the candidates' domains */
    struct reach reach;
};

static int find_or_add(struct scan *s, struct snow_error *err)
{
    struct row row = { .req = s->req, .store = s->store, .plan = &s->plan };
    int code = row_find_or_add(&row, err);

    s->id = row.id;
    s->seed = row.seed;
    s->now_utc_s = row.now_utc_s;
    if (!code && row.is_finished && s->cfg->retry)
        code = snow_store_finish_scan(s->store, row.id, SNOW_TIME_UNKNOWN, err);
    return code;
}

static int take_answer(void *arg, const struct snow_step *step,
                       const struct dns_answer *a)
{
    return blocks_answer(arg, step, a->status, a->names, a->n_names);
}

static int take_pruned(void *arg, struct snow_addr block, int checked)
{
    return blocks_prune(arg, block, checked);
}

static int keep_fresh(void *arg, enum sweep_keep when)
{
    return when == SWEEP_GO_ON ? blocks_go_on(arg)
                               : blocks_tick(arg, when == SWEEP_LAST);
}

static int sweep(struct scan *s, struct snow_error *err)
{
    struct sweep_part part = { .arg = &s->blocks,
                               .by_status = s->blocks.by_status };
    struct sweep_part *p = &part;
    struct sweep w = { .answer = take_answer,
                       .keep = keep_fresh,
                       .pruned = take_pruned,
                       .parts = { p } };
    unsigned lanes;
    int code, kept;

    s->blocks = (struct blocks){ .run = &s->run,
                                 .cuts = &p->cuts,
                                 .targets = s->plan.ipv4,
                                 .scan = s->id,
                                 .is_retry = s->cfg->retry != 0 };
    if (sweep_walk(p, s->plan.ipv4, s->cfg, s->plan.dns_rate, &lanes,
                   s->seed)) {
        sweep_part_fini(p);
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    p->ip6 = (struct ip6){ .run = &s->run,
                           .scan = s->id,
                           .is_retry = s->cfg->retry != 0 };
    code = blocks_init(&s->blocks, p->walk, lanes, s->store, err);
    if (!code)
        code = ip6_init(&p->ip6, s->plan.targets, s->seed, s->store, err);
    if (!code && (code = run_sink(&s->run, s->store, err)) == 0) {
        code = sweep_start(&w, &s->run, &s->plan, err);
        if (!code)
            code = run_stages(&s->run, err);
        kept = run_unsink(&s->run, code ? NULL : err);
        code = code ? code : kept;
    }
    if (sweep_end(&w) > 0 && !code)
        code = snow_fail(err, SNOW_EINCOMPLETE, "addresses are left; resume");
    sweep_part_fini(p);
    blocks_fini(&s->blocks);
    return code;
}

static int take_evidence(void *arg, const struct snow_evidence *e)
{
    struct scan *s = arg;
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = s->id,
                             .evidence = e };

    return sink_put(s->run.sink, &r);
}

/* --- whom to greet and what to ask that is not stored yet --- */

struct greeted {
    struct scan *scan;
    struct snow_ranges *done;
};

static int take_greeted(void *arg, const struct snow_probe *p)
{
    struct greeted *g = arg;

    if (p->port != g->scan->cfg->smtp_port ||
        !greet_is_final(p, g->scan->cfg->retry != 0))
        return 0;
    g->scan->greet.by_status[p->status & 15]++;
    if (!snow_ranges_contains(g->scan->to_greet, p->addr))
        g->scan->greet.n_targets++; /* it was one when it was greeted */
    if (forward_take(&g->scan->forward, p))
        return SNOW_ENOMEM;
    return snow_ranges_add(g->done, (struct snow_range){ p->addr, p->addr });
}

/* Reverse names of candidates are asked for; those of others only when their
 * address is greeted, and the greeting names a host. */
static int choose_forward(struct scan *s, struct snow_error *err)
{
    struct forward_choice choice = {
        .candidates = s->cfg->mail == LOOK_CHECK ? s->candidates.addrs : NULL,
        .greeted = s->to_greet,
        .is_retry = s->cfg->retry != 0,
    };

    return forward_is_wanted(s->cfg)
               ? forward_choose(&s->forward, s->store, s->id, &choice, err)
               : 0;
}

static int choose_greeted(struct scan *s, struct snow_error *err)
{
    struct whom whom = { s->cfg, s->plan.ipv4, s->candidates.addrs,
                         s->plan.forbidden };
    struct greeted g = { s, NULL };
    int code;

    if (snow_ranges_new(&s->to_greet) || snow_ranges_new(&g.done))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    code = whom_choose(s->to_greet, &whom, s->store, s->id, err);
    s->greet.n_targets = snow_ranges_count(s->to_greet);
    if (!code)
        code = choose_forward(s, err);
    if (!code && s->cfg->smtp != SMTP_NONE)
        code = snow_store_each_probe(s->store, s->id, take_greeted, &g, err);
    if (!code)
        code = snow_ranges_subtract(s->to_greet, g.done);
    snow_ranges_free(g.done);
    return code;
}

static int take_known(void *arg, const struct snow_evidence *e)
{
    struct scan *s = arg;
    struct snow_registration r;
    uint64_t *status;

    if (record_registration_parse_json(&r, e->data, e->data_len) ||
        !enquire_is_final(r.status, s->cfg->retry != 0))
        return 0;
    status = map_put(&s->known, e->subject, strlen(e->subject));
    if (!status)
        return SNOW_ENOMEM;
    *status = r.status;
    return 0;
}

/* What the user has said counts, whatever was asked before; with nobody to ask
 * the rest is not a target. */
static void ask_unless_known(struct scan *s, char *const *domains, size_t n)
{
    bool is_asked = s->cfg->registration != REGISTRATION_NONE;

    for (size_t i = 0; i < n; i++) {
        uint64_t *status = map_get(&s->known, domains[i], strlen(domains[i]));
        bool is_given = given_has(&s->given, domains[i]);

        s->enquire.n_targets += is_asked || is_given;
        if (is_given) {
            s->enquire.by_status[SNOW_REGISTRATION_REGISTERED]++;
            s->to_give[s->n_to_give++] = domains[i];
        } else if (is_asked && status) {
            s->enquire.by_status[*status & 15]++;
        } else if (is_asked) {
            s->to_ask[s->n_to_ask++] = domains[i];
        }
    }
}

static int choose_asked(struct scan *s, struct snow_error *err)
{
    struct snow_candidates *c = &s->candidates;
    int code;

    if (s->cfg->registration == REGISTRATION_NONE && s->given.at.n == 0)
        return 0;
    s->to_ask = calloc(c->n_domains + c->n_background + 1, sizeof *s->to_ask);
    s->to_give = calloc(c->n_domains + c->n_background + 1, sizeof *s->to_give);
    if (!s->to_ask || !s->to_give)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    code = snow_store_each_evidence(s->store, s->id, "registration", take_known,
                                    s, err);
    if (code)
        return code;
    ask_unless_known(s, c->domains, c->n_domains);
    ask_unless_known(s, c->background, c->n_background);
    return 0;
}

static int choose_netblocks(struct scan *s, struct snow_error *err)
{
    if (!netblock_is_wanted(s->cfg))
        return 0;
    s->netblock.answer = take_evidence;
    s->netblock.arg = s;
    return netblock_choose(&s->netblock, s->candidates.addrs, s->store, s->id,
                           s->cfg->retry != 0, err);
}

static int choose_looked_up(struct scan *s, struct snow_error *err)
{
    int code;

    kinds_init(&s->kinds, s->cfg, take_evidence, s);
    code = kinds_learn(&s->kinds, s->store, s->id, s->cfg->retry != 0, err);
    if (!code && kinds_add_domains(&s->kinds, s->candidates.domains,
                                   s->candidates.n_domains))
        code = snow_fail(err, SNOW_ENOMEM, "out of memory");
    return code ? code : choose_netblocks(s, err);
}

static int choose(struct scan *s, struct snow_error *err)
{
    struct snow_scan scan = { .now_utc_s = s->now_utc_s, .seed = s->seed };
    struct snow_analysis_config analysis;
    int code;

    forward_init(&s->forward, take_evidence, s);
    if (s->cfg->smtp == SMTP_NONE &&
        s->cfg->registration == REGISTRATION_NONE && s->given.at.n == 0 &&
        kinds_are_none(s->cfg))
        return 0;
    scan_analysis_config(&analysis, s->cfg, &scan);
    analysis.on_progress = run_between;
    analysis.on_progress_arg = &s->run;
    code =
        snow_candidates_choose(&s->candidates, s->store, s->id, &analysis, err);
    if (!code)
        code = choose_greeted(s, err);
    if (!code)
        code = choose_asked(s, err);
    return code ? code : choose_looked_up(s, err);
}

/* --- the stages that follow the sweep, at the same time --- */

static int take_probe(void *arg, const struct snow_probe *p)
{
    struct scan *s = arg;
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = s->id,
                             .probe = p };
    int code = sink_put(s->run.sink, &r);

    return code ? code : forward_take(&s->forward, p);
}

static void greeted(void *arg)
{
    struct scan *s = arg;

    lookups_over(&s->forward.lookups);
}

static int take_registration(void *arg, const struct snow_registration *reg)
{
    struct scan *s = arg;
    struct buf json = { 0 };
    struct snow_evidence e;
    int code = record_registration_evidence(&e, &json, reg);

    if (!code)
        code = take_evidence(s, &e);
    buf_fini(&json);
    return code;
}

static int give(struct scan *s)
{
    struct snow_registration r;
    int code = 0;

    for (size_t i = 0; !code && i < s->n_to_give; i++)
        if (given_get(&s->given, s->to_give[i], &r))
            code = take_registration(s, &r);
    return code;
}

/* Greetings name hosts whose addresses are asked for as they come. */
static int greet_and_forward(struct scan *s, struct snow_error *err)
{
    struct lookups *forward = &s->forward.lookups;
    int code = 0;

    s->greet.over = greeted;
    forward->is_fed = s->to_greet && snow_ranges_n(s->to_greet) > 0;
    if (forward->is_fed)
        code = greet_start(&s->greet, &s->run, s->to_greet, s->seed, err);
    return code ? code : lookups_start(forward, &s->run, &s->reach, err);
}

/* A stage that finds everything answered never begins, but is told of. */
static void count_done(struct scan *s)
{
    struct progress *p = &s->run.totals;
    bool is_asked =
        s->cfg->registration != REGISTRATION_NONE || s->given.at.n > 0;

    if (s->cfg->smtp != SMTP_NONE && snow_ranges_n(s->to_greet) == 0)
        greet_count(&s->greet, &p->probe);
    if (is_asked && s->n_to_ask == 0 && !netblock_is_due(&s->netblock))
        enquire_count(&s->enquire, &p->registration);
    if (netblock_is_wanted(s->cfg) && !netblock_is_due(&s->netblock))
        netblock_count(&s->netblock, &p->netblock);
}

static int look_up(struct scan *s, struct snow_error *err)
{
    bool is_due = netblock_is_due(&s->netblock);
    int code;

    count_done(s);
    code = reach_open(&s->reach, &s->run, &s->plan, err);

    if (!code)
        code = greet_and_forward(s, err);
    if (!code && (s->n_to_ask > 0 || is_due))
        code = enquire_start(&s->enquire, &s->run, &s->reach, s->to_ask,
                             s->n_to_ask, err);
    if (!code && is_due)
        netblock_start(&s->netblock, &s->run, s->enquire.client);
    return code ? code : kinds_start(&s->kinds, &s->run, &s->reach, err);
}

static int probe_and_ask(struct scan *s, struct snow_error *err)
{
    int code = run_sink(&s->run, s->store, err), kept;

    if (code)
        return code;
    s->greet.answer = take_probe;
    s->enquire.answer = take_registration;
    s->greet.arg = s->enquire.arg = s;
    code = give(s);
    if (!code)
        code = look_up(s, err);
    if (!code)
        code = run_stages(&s->run, err);
    kept = run_unsink(&s->run, code ? NULL : err);
    greet_end(&s->greet);
    enquire_end(&s->enquire);
    kinds_stop(&s->kinds);
    lookups_stop(&s->forward.lookups);
    reach_close(&s->reach);
    kinds_end(&s->kinds); /* while the loop can close what they have on it */
    return code ? code : kept;
}

static int work(struct scan *s, struct snow_error *err)
{
    bool is_imported = s->cfg->imported.n > 0; /* its names are all there */
    int code;

    s->run.has_more = true;
    code = is_imported ? 0 : sweep(s, err);
    s->run.has_more = false;
    if (code || (code = choose(s, err)) || (code = probe_and_ask(s, err)))
        return code;
    return snow_store_finish_scan(s->store, s->id, clock_utc_s(&clock_system),
                                  err);
}

static void scan_fini(struct scan *s)
{
    kinds_end(&s->kinds);
    forward_end(&s->forward);
    snow_candidates_fini(&s->candidates);
    snow_ranges_free(s->to_greet);
    map_fini(&s->known);
    free(s->to_ask);
    free(s->to_give);
    given_fini(&s->given);
    netblock_end(&s->netblock);
    snow_store_close(s->store);
    plan_fini(&s->plan);
}

/* A store of one process: the stages one after the other. */
static int run_alone(struct scan *s, struct scan_result *out,
                     struct snow_error *err)
{
    int code;

    if ((code = scan_given(&s->given, s->cfg, err)) ||
        (code = find_or_add(s, err)) ||
        (code = run_init(&s->run, s->cfg, &clock_system, err)))
        return code;
    s->run.progress = s->req->progress;
    s->run.progress_arg = s->req->arg;
    out->id = s->id;
    if (s->req->progress)
        snow_store_watch(s->store, run_between, &s->run);
    if (s->cfg->smtp != SMTP_NONE)
        s->own_name = own_name_watch(&s->run, &s->plan);
    code = work(s, err);
    run_tell_last(&s->run);
    out->signal = s->run.signal;
    out->progress = s->run.totals;
    own_name_close(s->own_name);
    run_fini(&s->run);
    return code;
}

int scan_run(const struct scan_request *req, struct scan_result *out,
             struct snow_error *err)
{
    struct scan s = { .req = req, .cfg = req->cfg, .plan = *req->plan };
    int code;

    *out = (struct scan_result){ 0 };
    *req->plan = (struct plan){ 0 };
    code = plan_servers(&s.plan, s.cfg, err);
    if (!code)
        code = snow_store_open(
            &s.store, req->store_url,
            req->resume ? SNOW_STORE_WRITE : SNOW_STORE_CREATE, err);
    if (!code)
        code = snow_store_is_shared(s.store)
                   ? fleet_run(req, s.store, &s.plan, out, err)
                   : run_alone(&s, out, err);
    scan_fini(&s);
    return code;
}
