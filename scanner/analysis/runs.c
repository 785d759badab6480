#include "analysis/runs.h"

#include "analysis/forward.h"

/* A name on more addresses than this is no name of a host … */
#define REPEATS_MAX 3
/* … and where fewer than eight of ten names differ, there is no run. */
#define DISTINCT_OF_10 8

#define OPEN_MAX (RUN_GAP_MAX + RUN_UNKNOWN_MAX + 2)

/* A run that may still grow. */
struct runs_open {
    struct run run;
    uint32_t unknown_since; /* addresses without answer behind its last one */
    uint32_t unasked_since; /* those that nobody asked: they bridge nothing */
    uint32_t most_repeated;
    struct {
        uint64_t hash;
        uint32_t n;
    } names[RUN_NAMES_MAX];
};

/* How many addresses behind the run's last one carry something else. */
static uint64_t missing(const struct runs_open *o, struct snow_addr addr)
{
    uint64_t behind = snow_addr_distance(o->run.last, addr);

    return behind > o->unknown_since ? behind - o->unknown_since - 1 : 0;
}

static bool is_within(const struct runs *r, const struct runs_open *o,
                      struct snow_addr addr)
{
    return missing(o, addr) <= r->gap_max &&
           o->unknown_since <= RUN_UNKNOWN_MAX;
}

static bool is_run(const struct runs_open *o)
{
    return o->run.n_named >= 2 &&
           !(o->most_repeated > REPEATS_MAX &&
             (uint64_t)o->run.n_distinct * 10 <
                 (uint64_t)o->run.n_named * DISTINCT_OF_10);
}

int analysis_runs_keep(struct runs *r, const struct run *run)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct run *all = realloc(r->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        r->all = all;
        r->cap = cap;
    }
    r->all[r->n++] = *run;
    return 0;
}

static int keep(struct runs *r, struct runs_open *o)
{
    if (!is_run(o))
        return 0;
    o->run.has_repeats = o->most_repeated > 1;
    o->run.ends_unknown |= o->unknown_since > 0;
    return analysis_runs_keep(r, &o->run);
}

static int close_stale(struct runs *r, struct snow_addr addr)
{
    for (size_t i = 0; i < r->n_open;) {
        if (is_within(r, &r->open[i], addr)) {
            i++;
            continue;
        }
        if (keep(r, &r->open[i]))
            return SNOW_ENOMEM;
        r->open[i] = r->open[--r->n_open];
    }
    return 0;
}

static void count_name(struct runs_open *o, uint64_t hash)
{
    uint32_t n = o->run.n_distinct, i = 0;

    if (n > RUN_NAMES_MAX)
        n = RUN_NAMES_MAX;
    while (i < n && o->names[i].hash != hash)
        i++;
    if (i == n) {
        o->run.n_distinct++;
        if (i < RUN_NAMES_MAX) {
            o->names[i].hash = hash;
            o->names[i].n = 0;
        }
    }
    if (i < RUN_NAMES_MAX && ++o->names[i].n > o->most_repeated)
        o->most_repeated = o->names[i].n;
}

static void keep_label(struct run *run, uint64_t label)
{
    if (label == 0 || run->n_labels == RUN_LABELS_MAX)
        return;
    for (unsigned i = 0; i < run->n_labels; i++)
        if (run->labels[i] == label)
            return;
    run->labels[run->n_labels++] = label;
}

static void count_forward(struct run *run, const struct verdict *v)
{
    enum analysis_way_back way;

    if (!v->forward)
        return;
    way = analysis_forward_judge(v->forward, v->addr);
    run->forward_asked++;
    run->forward_checked += way != ANALYSIS_WAY_UNKNOWN;
    run->forward_ok += way == ANALYSIS_WAY_BACK;
}

static void count_known(struct run *run, const struct host_counts *c)
{
    if (!c)
        return;
    run->probed += c->probed;
    run->open += c->open;
    run->own_banner += c->own_banner;
    run->forward_asked += c->forward_asked;
    run->forward_checked += c->forward_checked;
    run->forward_ok += c->forward_ok;
    run->is_in_sender_net |= c->is_in_sender_net;
}

static void take_name(struct run *run, const struct verdict *v)
{
    const struct host_name *name = v->name;

    run->last = v->addr;
    run->n_named++;
    run->n_apex += name->extra_labels == 0;
    run->n_one += name->extra_labels == 1;
    run->n_deep += name->extra_labels > 1;
    run->n_esp += name->is_esp;
    run->has_one_template =
        run->has_one_template && name->skeleton == run->skeleton;
    if (v->seen_utc_s < run->first_seen_utc_s)
        run->first_seen_utc_s = v->seen_utc_s;
    if (v->seen_utc_s > run->last_seen_utc_s)
        run->last_seen_utc_s = v->seen_utc_s;
    count_forward(run, v);
    count_known(run, v->counts);
    keep_label(run, name->label);
}

void analysis_run_begin(struct run *run, const struct verdict *v)
{
    memset(run, 0, sizeof *run);
    run->first = v->addr;
    run->domain = v->name->domain;
    run->is_allowed = v->is_allowed;
    run->n_distinct = 1;
    run->starts_with_apex = v->name->extra_labels == 0;
    run->has_one_template = true;
    run->skeleton = v->name->skeleton;
    run->first_seen_utc_s = v->seen_utc_s;
    run->last_seen_utc_s = v->seen_utc_s;
    take_name(run, v);
}

static void extend(struct runs_open *o, const struct verdict *v)
{
    struct run *run = &o->run;

    run->n_unknown += o->unknown_since + o->unasked_since;
    o->unknown_since = o->unasked_since = 0;
    take_name(run, v);
    count_name(o, v->name->hash);
}

/* Room for one more is certain: each open run has a last address of its own
 * among the OPEN_MAX - 1 before this one. */
static int open_run(struct runs *r, const struct verdict *v)
{
    struct runs_open *o;

    if (!r->open)
        r->open = calloc(OPEN_MAX, sizeof *r->open);
    if (!r->open)
        return SNOW_ENOMEM;
    o = &r->open[r->n_open++];
    analysis_run_begin(&o->run, v);
    o->unknown_since = o->unasked_since = 0;
    o->names[0].hash = v->name->hash;
    o->names[0].n = 1;
    o->most_repeated = 1;
    return 0;
}

int analysis_runs_add(struct runs *r, const struct verdict *v)
{
    int code = close_stale(r, v->addr);

    if (code)
        return code;
    if (!v->name) {
        for (size_t i = 0; i < r->n_open; i++) {
            r->open[i].unknown_since += !v->is_unasked;
            r->open[i].unasked_since += v->is_unasked;
        }
        return 0;
    }
    for (size_t i = 0; i < r->n_open; i++)
        if (r->open[i].run.domain == v->name->domain &&
            r->open[i].run.is_allowed == v->is_allowed) {
            extend(&r->open[i], v);
            return 0;
        }
    return open_run(r, v);
}

static int compare_runs(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    int order = snow_addr_compare(x->first, y->first);

    return order ? order : snow_addr_compare(x->last, y->last);
}

int analysis_runs_finish(struct runs *r)
{
    for (; r->n_open > 0; r->n_open--)
        if (keep(r, &r->open[r->n_open - 1]))
            return SNOW_ENOMEM;
    if (r->n > 0) /* no two runs begin at one address: the order is total */
        qsort(r->all, r->n, sizeof *r->all, compare_runs);
    return 0;
}

void analysis_runs_fini(struct runs *r)
{
    free(r->all);
    free(r->open);
    *r = (struct runs){ 0 };
}
