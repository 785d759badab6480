/*
 * Two scans of a store, read side by side in address order.
 *
 * Each is analysed as ever; in the second pass the two go in step, so that one
 * reading serves the names, the verdicts and the runs. Verdicts come late
 * (neighbours.c looks ahead): PLANES blocks are kept until both scans have
 * handed out theirs.
 */
#include "analysis/diff_internal.h"
#include "analysis/own.h"

#define PLANES 3 /* a verdict comes two blocks late */

/* Whose each address of a block is. */
enum { UNKNOWN, NOBODY, SOMEBODY }; /* SOMEBODY + number of the domain */
struct plane {
    struct snow_addr first;
    uint32_t of[2][SNOW_BLOCK_SIZE];
};

struct step {
    struct diff *d;
    struct plane planes[PLANES];
    unsigned n_planes;
    struct watcher {
        struct step *step;
        int side;
    } watchers[2];
};

static const struct {
    const char *subject;
} subjects[] = {
#define X(id, word) { word },
    SNOW_CHANGE_SUBJECTS(X)
#undef X
};

static const struct {
    const char *kind;
} kinds[] = {
#define X(id, word) { word },
    SNOW_CHANGES(X)
#undef X
};

const char *snow_change_subject_word(enum snow_change_subject subject)
{
    return (size_t)subject < SNOW_N_CHANGE_SUBJECTS ? subjects[subject].subject
                                                    : "?";
}

const char *snow_change_word(enum snow_change_kind kind)
{
    return (size_t)kind < SNOW_N_CHANGES ? kinds[kind].kind : "?";
}

struct snow_change diff_change(const struct diff *d,
                               enum snow_change_subject subject,
                               enum snow_change_kind kind)
{
    return (struct snow_change){
        .subject = subject,
        .kind = kind,
        .days = d->days,
        .older.seen_utc_s = d->side[OLDER].cfg->now_utc_s,
        .newer.seen_utc_s = d->side[NEWER].cfg->now_utc_s,
    };
}

/* --- names --- */

int diff_tell_name(struct diff *d, struct snow_addr addr,
                   const struct diff_names *older,
                   const struct diff_names *newer)
{
    struct snow_change c = diff_change(d, SNOW_CHANGE_OF_NAME,
                                       older->n == 0   ? SNOW_CHANGE_APPEARED
                                       : newer->n == 0 ? SNOW_CHANGE_VANISHED
                                                       : SNOW_CHANGE_CHANGED);

    c.first = c.last = addr;
    c.ip_count = c.answered = 1;
    c.older = (struct snow_change_side){ .names = older->all,
                                         .n_names = older->n,
                                         .seen_utc_s = older->seen_utc_s };
    c.newer = (struct snow_change_side){ .names = newer->all,
                                         .n_names = newer->n,
                                         .seen_utc_s = newer->seen_utc_s };
    return d->fn(d->arg, &c);
}

static struct diff_names names_in(const struct snow_block *b, unsigned i)
{
    const char *names = snow_block_names(b, i);

    return (struct diff_names){ names, names ? b->n_names[i] : 0,
                                b->seen_utc_s[i] > 0 ? b->seen_utc_s[i]
                                                     : SNOW_TIME_UNKNOWN };
}

static int compare_names(struct diff *d, const struct snow_block *older,
                         const struct snow_block *newer)
{
    int code = 0;

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE && !code; i++) {
        struct diff_names was, is;

        if (!snow_ptr_status_is_answer(older->status[i]) ||
            !snow_ptr_status_is_answer(newer->status[i]))
            continue;
        was = names_in(older, i);
        is = names_in(newer, i);
        if (!analysis_names_are_same(was.all, was.n, is.all, is.n))
            code = diff_tell_name(d, snow_addr_add(older->first, i), &was, &is);
    }
    return code;
}

/* --- whose they are --- */

static void on_verdict(void *arg, const struct verdict *v)
{
    struct watcher *w = arg;
    struct snow_addr block = snow_addr_block(v->addr);

    for (unsigned i = 0; i < w->step->n_planes; i++) {
        struct plane *p = &w->step->planes[i];

        if (snow_addr_compare(p->first, block) == 0)
            p->of[w->side][v->addr.lo & (SNOW_BLOCK_SIZE - 1)] =
                v->name ? SOMEBODY + v->name->domain : UNKNOWN;
    }
}

static struct holder holder_of(const struct diff *d, int side, uint32_t of)
{
    return (struct holder){
        .is_known = of != UNKNOWN,
        .domain =
            of >= SOMEBODY ? d->side[side].a->facts.names[of - SOMEBODY] : NULL,
    };
}

static int settle_plane(struct step *s)
{
    const struct plane *p = &s->planes[0];
    int code = 0;

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE && !code; i++) {
        struct holder older = holder_of(s->d, OLDER, p->of[OLDER][i]);
        struct holder newer = holder_of(s->d, NEWER, p->of[NEWER][i]);

        code = analysis_moves_add(&s->d->moves, snow_addr_add(p->first, i),
                                  &older, &newer);
    }
    memmove(&s->planes[0], &s->planes[1], --s->n_planes * sizeof s->planes[0]);
    return code;
}

static void add_plane(struct step *s, const struct snow_block *older,
                      const struct snow_block *newer)
{
    struct plane *p = &s->planes[s->n_planes++];

    p->first = older->first;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        p->of[OLDER][i] =
            snow_ptr_status_is_answer(older->status[i]) ? NOBODY : UNKNOWN;
        p->of[NEWER][i] =
            snow_ptr_status_is_answer(newer->status[i]) ? NOBODY : UNKNOWN;
    }
}

/* --- the second pass, in step --- */

static int next_block(struct diff_side *side)
{
    const struct snow_addr first = { 0, 0 };
    bool is_closed;

    return snow_blocks_next(side->blocks, first, &side->block, &is_closed,
                            side->from.err);
}

static int feed(struct diff_side *side)
{
    int code = analysis_see_block(side->a, side->block);

    return code ? code : next_block(side);
}

/* Which scan has the next block: -1 the older, 1 the newer, 0 both. */
static int whose_turn(const struct diff *d)
{
    const struct snow_block *older = d->side[OLDER].block;
    const struct snow_block *newer = d->side[NEWER].block;

    if (!older || !newer)
        return older ? -1 : 1;
    return snow_addr_compare(older->first, newer->first);
}

static int take_step(struct step *s)
{
    struct diff *d = s->d;
    int turn = whose_turn(d), code = 0;

    if (turn == 0) {
        code = compare_names(d, d->side[OLDER].block, d->side[NEWER].block);
        add_plane(s, d->side[OLDER].block, d->side[NEWER].block);
    }
    if (!code && turn <= 0)
        code = feed(&d->side[OLDER]);
    if (!code && turn >= 0)
        code = feed(&d->side[NEWER]);
    /* two more of either: the verdicts of the oldest are out */
    while (!code && s->n_planes == PLANES)
        code = settle_plane(s);
    return code;
}

static int walk(struct step *s)
{
    struct diff *d = s->d;
    int code = 0;

    for (int i = OLDER; i <= NEWER && !code; i++) {
        d->side[i].a->watch = on_verdict;
        d->side[i].a->watch_arg = &s->watchers[i];
        s->watchers[i] = (struct watcher){ s, i };
        code = snow_store_blocks(&d->side[i].blocks, d->side[i].from.store,
                                 d->side[i].from.scan, d->err);
        if (!code)
            code = next_block(&d->side[i]);
    }
    while (!code && (d->side[OLDER].block || d->side[NEWER].block))
        code = take_step(s);
    for (int i = OLDER; i <= NEWER && !code; i++)
        code = analysis_next_pass(d->side[i].a);
    while (!code && s->n_planes > 0)
        code = settle_plane(s);
    for (int i = OLDER; i <= NEWER; i++) {
        d->side[i].a->watch = NULL;
        snow_blocks_close(d->side[i].blocks);
        d->side[i].blocks = NULL;
    }
    return code ? code : analysis_moves_finish(&d->moves);
}

static int walk_both(struct diff *d)
{
    struct step *s = calloc(1, sizeof *s);
    int code = SNOW_ENOMEM;

    analysis_tell(d->side[NEWER].a,
                  &(struct snow_progress){ .stage = SNOW_STAGE_CHANGES });
    if (s) {
        s->d = d;
        code = walk(s);
    }
    free(s);
    return code;
}

int diff_take_census(const struct diff_side *side, struct census *all, size_t n)
{
    struct snow_addr at = { 0, 0 };
    const struct snow_block *block = NULL;
    struct snow_blocks *c = NULL;
    size_t from = 0;
    bool is_closed;
    int code = n > 0 ? snow_store_blocks(&c, side->from.store, side->from.scan,
                                         side->from.err)
                     : 0;

    while (!code && from < n) {
        if (snow_addr_compare(all[from].range.first, at) > 0)
            at = all[from].range.first;
        code = snow_blocks_next(c, at, &block, &is_closed, side->from.err);
        if (code || !block)
            break;
        analysis_census_take(all, n, &from, block);
        at = snow_addr_add(block->first, SNOW_BLOCK_SIZE);
        while (from < n && snow_addr_compare(all[from].range.last, at) < 0)
            from++;
    }
    snow_blocks_close(c);
    return code;
}

/* --- all of it --- */

static int analyse(struct diff *d, struct analysis_psl *psl)
{
    int code = 0;

    for (int i = OLDER; i <= NEWER && !code; i++) {
        struct diff_side *side = &d->side[i];

        code = analysis_begin(&side->a, psl, side->cfg, &side->from);
        if (!code)
            code = analysis_add_forwards(side->a, &side->from);
    }
    if (!code)
        code = walk_both(d);
    if (!code)
        code = diff_compare_ipv6(d);
    if (!code)
        code = diff_tell_runs(d);
    for (int i = OLDER; i <= NEWER && !code; i++)
        code = analysis_end(&d->side[i].findings, d->side[i].a,
                            d->side[i].cfg->given, &d->side[i].from);
    return code ? code : diff_tell_findings(d);
}

int snow_diff(const struct snow_diff *q, snow_change_fn fn, void *arg,
              struct snow_error *err)
{
    struct diff d = {
        .side = { { .from = { q->store, q->older, err }, .cfg = q->older_cfg },
                  { .from = { q->store, q->newer, err },
                    .cfg = q->newer_cfg } },
        .err = err,
        .days =
            (double)(q->newer_cfg->now_utc_s - q->older_cfg->now_utc_s) / 86400,
        .fn = fn,
        .arg = arg,
    };
    struct analysis_psl *psl;
    int code = analysis_psl_open(&psl, q->newer_cfg->psl_path, err);

    if (code)
        return code;
    if (q->newer_cfg->own)
        code = allow_check(&q->newer_cfg->own->allow, psl, err);
    if (!code)
        code = analyse(&d, psl);
    analysis_moves_fini(&d.moves);
    for (int i = OLDER; i <= NEWER; i++) {
        snow_findings_fini(&d.side[i].findings);
        analysis_free(d.side[i].a);
    }
    analysis_psl_close(psl);
    return code == SNOW_ENOMEM ? snow_fail(err, code, "diff: out of memory")
                               : code;
}
