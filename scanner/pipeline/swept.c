#include "pipeline/swept.h"

#include <stdlib.h>

#include "addr/ranges_text.h"

void swept_free(struct swept *w)
{
    if (!w)
        return;
    sweep_part_fini(&w->part);
    blocks_fini(&w->blocks);
    snow_ranges_free(w->targets);
    snow_ranges_free(w->ipv4);
    free(w);
}

int swept_answer(void *arg, const struct snow_step *step,
                 const struct dns_answer *a)
{
    struct swept *w = arg;

    return blocks_answer(&w->blocks, step, a->status, a->names, a->n_names);
}

int swept_pruned(void *arg, struct snow_addr block, int checked)
{
    return blocks_prune(&((struct swept *)arg)->blocks, block, checked);
}

int swept_keep(void *arg, enum sweep_keep when)
{
    struct blocks *b = &((struct swept *)arg)->blocks;

    return when == SWEEP_GO_ON ? blocks_go_on(b)
                               : blocks_tick(b, when == SWEEP_LAST);
}

/* What the shard asks for, without who asks to be left alone by now. */
static int read_targets(const struct swept_setup *t, struct swept *w)
{
    int code = snow_ranges_new(&w->targets);

    if (!code)
        code = snow_ranges_new(&w->ipv4);
    if (!code && t->shard->kind == SNOW_SHARD_WALK)
        return snow_ranges_add_all(w->targets, t->plan->targets);
    if (!code)
        code = addr_ranges_parse(w->ipv4, t->what);
    if (!code)
        code = snow_ranges_subtract(w->ipv4, t->plan->forbidden);
    return code ? code : snow_ranges_add_all(w->targets, w->ipv4);
}

static int open_part(struct swept *w, const struct swept_setup *t,
                     struct snow_store *s, struct snow_error *err)
{
    unsigned lanes;
    int code = read_targets(t, w);

    w->part.arg = w;
    w->part.by_status = w->blocks.by_status;
    if (!code)
        code = sweep_walk(&w->part, w->ipv4, t->run->cfg, t->plan->dns_rate,
                          &lanes, t->scan->seed);
    if (code)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    w->blocks = (struct blocks){ .run = t->run,
                                 .cuts = &w->part.cuts,
                                 .targets = w->ipv4,
                                 .scan = t->scan->id,
                                 .lease = t->shard->lease,
                                 .is_retry = t->shard->is_retry };
    w->part.ip6 = (struct ip6){ .run = t->run,
                                .scan = t->scan->id,
                                .lease = t->shard->lease,
                                .is_retry = t->shard->is_retry };
    code = blocks_init(&w->blocks, w->part.walk, lanes, s, err);
    return code ? code
                : ip6_init(&w->part.ip6, w->targets, t->scan->seed, s, err);
}

int swept_open(struct swept **out, const struct swept_setup *setup,
               struct snow_store *s, struct snow_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? open_part(*out, setup, s, err)
                : snow_fail(err, SNOW_ENOMEM, "out of memory");
}
