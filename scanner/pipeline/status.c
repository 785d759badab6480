/* How far a stored scan is, told by its rows alone. */
#include "addr/ranges_text.h"
#include "analysis/origin.h"
#include "base/records.h"
#include "pipeline/forward.h"
#include "pipeline/kinds.h"
#include "pipeline/netblock.h"
#include "pipeline/scan.h"
#include "pipeline/whom.h"
#include "snowline/fleet.h"

#define RECENT_S 60 /* what the rate is taken from */

struct count {
    struct snow_store *store;
    const struct snow_scan *scan;
    const struct snow_config *cfg;
    const struct scan_watcher *watcher;
    struct snow_ranges *targets, *ipv4;
    struct scan_state *state;
    struct {
        uint64_t n;
        int64_t first_utc_s;
    } recent[PROGRESS_N_STAGES];
    size_t stage; /**< that evidence belongs to */
};

/* A time to come is a user's own, or a clock that was wrong. */
static void see(struct count *c, size_t stage, int64_t utc_s)
{
    if (utc_s > c->watcher->now_utc_s)
        return;
    if (utc_s > c->watcher->now_utc_s - RECENT_S) {
        if (c->recent[stage].n++ == 0 || utc_s < c->recent[stage].first_utc_s)
            c->recent[stage].first_utc_s = utc_s;
    }
    if (utc_s > c->state->seen_utc_s)
        c->state->seen_utc_s = utc_s;
}

static int count_block(void *arg, const struct snow_block *block,
                       bool is_closed)
{
    struct count *c = arg;

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        if (block->status[i] == SNOW_PTR_PENDING ||
            block->status[i] == SNOW_PTR_OUTSIDE)
            continue;
        c->state->progress.sweep.by_status[block->status[i] & 15]++;
        if (block->status[i] != SNOW_PTR_PRUNED)
            see(c, STAGE_OF_sweep, block->seen_utc_s[i]);
    }
    return 0;
}

static int count_name(void *arg, const struct snow_name *name)
{
    see(arg, STAGE_OF_sweep, name->seen_utc_s);
    return 0;
}

static int count_probe(void *arg, const struct snow_probe *p)
{
    struct count *c = arg;

    if (p->port != c->cfg->smtp_port)
        return 0;
    c->state->progress.probe.by_status[p->status & 15]++;
    see(c, STAGE_OF_probe, p->seen_utc_s);
    return 0;
}

static int count_registration(void *arg, const struct snow_evidence *e)
{
    struct count *c = arg;
    struct snow_registration r;

    if (record_registration_parse_json(&r, e->data, e->data_len) == 0)
        c->state->progress.registration.by_status[r.status & 15]++;
    see(c, STAGE_OF_registration, e->observed_utc_s);
    return 0;
}

static int count_evidence(void *arg, const struct snow_evidence *e)
{
    struct count *c = arg;

    see(c, c->stage, e->observed_utc_s);
    return 0;
}

/* Every outcome that is stored. */
static int count_all(struct count *c, struct snow_error *err)
{
    int64_t id = c->scan->id;
    int code = snow_store_each_block(c->store, id, count_block, c, err);

    if (!code)
        code = snow_store_each_name(c->store, id, count_name, c, err);
    if (!code)
        code = snow_store_each_probe(c->store, id, count_probe, c, err);
    if (!code)
        code = snow_store_each_evidence(c->store, id, "registration",
                                        count_registration, c, err);
    for (size_t i = STAGE_OF_registration + 1; !code && i < PROGRESS_N_STAGES;
         i++) {
        c->stage = i;
        code = snow_store_each_evidence(c->store, id, progress_stage_word(i),
                                        count_evidence, c, err);
    }
    return code;
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
static int settle_sweep(struct count *c, struct snow_error *err)
{
    struct progress *out = &c->state->progress;
    bool is_imported = c->cfg->imported.n > 0;

    settle(&out->sweep, is_imported ? 0 : snow_ranges_count(c->ipv4));
    if (snow_ranges_n(c->ipv4) == snow_ranges_n(c->targets))
        return 0;
    return add_walk(c->store, c->scan, &out->sweep, err);
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

/* --- whom the greeting is for --- */

struct forbidden {
    struct snow_ranges *set;
    struct snow_asns asns; /**< what they stood for is stored */
};

static int take_origin(void *arg, const struct snow_evidence *e)
{
    struct forbidden *f = arg;
    struct analysis_origin origin;
    int code = analysis_origin_parse(&origin, e);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    if (snow_asns_find(&f->asns, origin.asn) != SIZE_MAX)
        code = snow_ranges_add_all(f->set, origin.set);
    snow_ranges_free(origin.set);
    return code;
}

/* A file of exclusions may be gone by now: then what is known of them counts,
 * as nobody is asked here. */
static int find_forbidden(struct forbidden *f, struct snow_store *s,
                          int64_t scan, const struct snow_config *cfg,
                          struct snow_error *err)
{
    if (plan_read_forbidden(f->set, &f->asns, cfg, NULL) == SNOW_ENOMEM)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return snow_store_each_evidence(s, scan, ANALYSIS_ORIGIN_KIND, take_origin,
                                    f, err);
}

/** Those that are to be greeted, and others that were when they were. */
struct greeted {
    const struct snow_ranges *set;
    unsigned port;
    uint64_t n;
};

static int take_other(void *arg, const struct snow_probe *p)
{
    struct greeted *g = arg;

    g->n += p->port == g->port && !snow_ranges_contains(g->set, p->addr);
    return 0;
}

static int count_greeted(const struct count *c, struct whom *whom, uint64_t *n,
                         struct snow_error *err)
{
    int64_t id = c->scan->id;
    struct forbidden f = { 0 };
    struct snow_ranges *set = NULL;
    struct greeted g = { .port = (unsigned)c->cfg->smtp_port };
    int code = SNOW_ENOMEM;

    if (snow_ranges_new(&f.set) == 0 && snow_ranges_new(&set) == 0)
        code = find_forbidden(&f, c->store, id, c->cfg, err);
    whom->forbidden = f.set;
    if (!code)
        code = whom_choose(set, whom, c->store, id, err);
    if (!code) {
        g.set = set;
        g.n = snow_ranges_count(set);
        code = snow_store_each_probe(c->store, id, take_other, &g, err);
    }
    *n = g.n;
    snow_asns_fini(&f.asns);
    snow_ranges_free(f.set);
    snow_ranges_free(set);
    return code;
}

/* --- the later stages --- */

bool scan_wants(const struct snow_config *cfg, size_t i)
{
    const bool wanted[PROGRESS_N_STAGES] = {
        cfg->imported.n == 0,
        cfg->smtp != SMTP_NONE,
        cfg->registration != REGISTRATION_NONE,
        forward_is_wanted(cfg),
        cfg->mail == LOOK_CHECK,
        cfg->web == LOOK_CHECK,
        netblock_is_wanted(cfg),
    };

    return wanted[i];
}

static int settle_later(const struct count *c, const struct snow_candidates *of,
                        struct snow_error *err)
{
    const struct snow_config *cfg = c->cfg;
    struct progress *p = &c->state->progress;
    struct whom whom = { .cfg = cfg, .ipv4 = c->ipv4, .candidates = of->addrs };
    uint64_t to_greet = 0, to_ask = 0;
    int code = count_greeted(c, &whom, &to_greet, err);

    if (cfg->registration != REGISTRATION_NONE)
        to_ask = of->n_domains + of->n_background;
    settle(&p->probe, to_greet);
    settle(&p->registration, to_ask);
    if (!code && netblock_is_wanted(cfg))
        code = count_netblocks(c->store, c->scan, of->addrs, &p->netblock, err);
    if (!code)
        code = count_kinds(c->store, c->scan, cfg, of, p);
    if (!code)
        code = count_forward(c->store, c->scan, cfg, of, p);
    return code;
}

/* What the later stages are to ask is known once the sweep is over. */
static int later_targets(const struct count *c, struct snow_error *err)
{
    struct snow_analysis_config analysis;
    struct snow_candidates of = { 0 };
    int code;

    scan_analysis_config(&analysis, c->cfg, c->scan);
    analysis.on_progress = c->watcher->on_progress;
    analysis.on_progress_arg = c->watcher->arg;
    code = snow_candidates_choose(&of, c->store, c->scan->id, &analysis, err);
    if (!code)
        code = settle_later(c, &of, err);
    snow_candidates_fini(&of);
    return code;
}

/* --- all of it --- */

struct row {
    int64_t id, newest, finished_utc_s;
};

static int take_row(void *arg, const struct snow_scan *scan)
{
    struct row *row = arg;

    row->newest = scan->id;
    if (scan->id == row->id)
        row->finished_utc_s = scan->finished_utc_s;
    return 0;
}

static int take_living(void *arg, const struct snow_worker *w)
{
    *(bool *)arg |= w->is_alive;
    return 0;
}

/* In a shared store workers are at a scan, of whatever machine. */
static int find_workers(const struct count *c, struct snow_error *err)
{
    bool is_alive = false;
    int code = snow_store_each_worker(c->store, c->scan->id, take_living,
                                      &is_alive, err);

    if (!code && is_alive && c->state->phase == SCAN_INTERRUPTED)
        c->state->phase = SCAN_RUNNING;
    return code;
}

/* Whoever has the store open is at its newest scan. The process comes first: if
 * it ends now, the row says so. */
static int find_phase(const struct count *c, struct snow_error *err)
{
    struct scan_state *out = c->state;
    struct row row = { .id = c->scan->id, .finished_utc_s = SNOW_TIME_UNKNOWN };
    int64_t pid = snow_store_writer(c->store);
    int code = snow_store_each_scan(c->store, take_row, &row, err);

    if (code)
        return code;
    out->finished_utc_s = row.finished_utc_s;
    out->phase = SCAN_FINISHED;
    if (row.finished_utc_s != SNOW_TIME_UNKNOWN)
        return 0;
    out->pid = row.newest == row.id ? pid : 0;
    out->phase = out->pid > 0 ? SCAN_RUNNING : SCAN_INTERRUPTED;
    return snow_store_is_shared(c->store) ? find_workers(c, err) : 0;
}

/* By the pace of the last minute, or of as much of it as the stage has run. */
static void estimate(const struct count *c)
{
    struct progress *p = &c->state->progress;

    p->left_s = c->state->phase == SCAN_FINISHED ? 0 : -1;
    if (c->state->phase != SCAN_RUNNING)
        return;
    for (size_t i = 0; i < PROGRESS_N_STAGES; i++) {
        struct progress_stage *to = progress_stage_at(p, i);
        int64_t span_s = c->watcher->now_utc_s - c->recent[i].first_utc_s + 1;

        to->left_s = to->pending == 0 ? 0 : -1;
        if (c->recent[i].n == 0 || to->pending == 0)
            continue;
        to->rate_per_s = (double)c->recent[i].n / (double)span_s;
        to->left_s = (double)to->pending / to->rate_per_s;
        p->rate_per_s += to->rate_per_s;
        if (to->left_s > p->left_s)
            p->left_s = to->left_s;
    }
}

static int measure(struct count *c, struct snow_error *err)
{
    int code = find_phase(c, err);

    if (!code)
        code = addr_ranges_parse(c->targets, c->scan->targets);
    if (!code)
        code = plan_add_ipv4(c->ipv4, c->targets);
    if (!code)
        code = count_all(c, err);
    if (!code)
        code = settle_sweep(c, err);
    if (!code && c->state->progress.sweep.pending == 0)
        code = later_targets(c, err);
    return code;
}

int scan_status(struct snow_store *s, const struct snow_scan *scan,
                const struct snow_config *cfg, const struct scan_watcher *w,
                struct scan_state *out)
{
    struct count c = {
        .store = s, .scan = scan, .cfg = cfg, .watcher = w, .state = out
    };
    int code = SNOW_ENOMEM;

    *out = (struct scan_state){ .seen_utc_s = SNOW_TIME_UNKNOWN };
    if (snow_ranges_new(&c.targets) == 0 && snow_ranges_new(&c.ipv4) == 0)
        code = measure(&c, w->err);
    snow_ranges_free(c.targets);
    snow_ranges_free(c.ipv4);
    if (code)
        return code;
    out->progress.is_last = out->phase == SCAN_FINISHED;
    estimate(&c);
    return 0;
}
