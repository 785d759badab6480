#include "pipeline/blocks.h"

#include "base/clock.h"
#include "base/mask.h"

/* Names held of open blocks. Past this the walk narrows: the oldest blocks
 * are finished before others go on, so that a netblock full of long names
 * costs time and not memory. */
#define TEXT_BUDGET (20u << 20)
#define NARROW_LANES 16

static bool is_answered(const struct blocks *b, unsigned status)
{
    if (status == SNOW_PTR_PENDING || status == SNOW_PTR_OUTSIDE)
        return false;
    return !b->is_retry || !snow_ptr_status_is_failure(status);
}

static int keep_partial(struct blocks *b, const struct snow_block *block)
{
    struct snow_block *more =
        realloc(b->partial, (b->n_partial + 1) * sizeof *more);

    if (!more)
        return SNOW_ENOMEM;
    b->partial = more;
    snow_block_init(&more[b->n_partial], block->first);
    return snow_block_merge(&more[b->n_partial++], block);
}

static int take_up(void *arg, const struct snow_block *block, bool is_closed)
{
    struct blocks *b = arg;
    uint64_t done[4] = { 0 }, wanted[4];
    bool is_complete = true, has_name = false;
    int code;

    (void)is_closed;
    snow_ranges_block_mask(b->targets, block->first, wanted);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        has_name |= block->status[i] == SNOW_PTR_NAME;
        if (!is_answered(b, block->status[i])) {
            is_complete &= !mask_has(wanted, i);
            continue;
        }
        mask_add(done, i);
        b->by_status[block->status[i] & 15]++;
    }
    if (has_name)
        cuts_witness(b->cuts, block->first);
    if (is_complete)
        return snow_targets_skip(b->walk, block->first);
    code = snow_targets_resume(b->walk, block->first, done);
    return code || b->is_retry ? code : keep_partial(b, block);
}

/* Of a shard, what lies between its first block and its last: the rest is
 * others'. */
static struct snow_range span(const struct blocks *b)
{
    const struct snow_addr least = { 0, 0 }, most = { UINT64_MAX, UINT64_MAX };
    size_t n = snow_ranges_n(b->targets);

    if (!b->lease.token)
        return (struct snow_range){ least, most };
    if (n == 0)
        return (struct snow_range){ most, least }; /* nothing */
    return (struct snow_range){ snow_addr_block(
                                    snow_ranges_at(b->targets, 0).first),
                                snow_ranges_at(b->targets, n - 1).last };
}

int blocks_init(struct blocks *b, struct snow_targets *walk, unsigned lanes,
                struct snow_store *s, struct snow_error *err)
{
    b->walk = walk;
    b->n = b->tick_at = lanes;
    b->at = calloc(lanes, sizeof *b->at);
    if (!b->at)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return snow_store_each_block_of(s, b->scan, span(b), take_up, b, err);
}

void blocks_fini(struct blocks *b)
{
    for (unsigned i = 0; b->at && i < b->n; i++)
        snow_block_fini(&b->at[i].block);
    for (size_t i = 0; i < b->n_partial; i++)
        snow_block_fini(&b->partial[i]);
    snow_block_fini(&b->scratch);
    free(b->at);
    free(b->partial);
    *b = (struct blocks){ 0 };
}

/* What an earlier run has learnt of the block, if it was half done. */
static int take_partial(struct blocks *b, struct snow_block *to)
{
    size_t lo = 0, hi = b->n_partial;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int order = snow_addr_compare(b->partial[mid].first, to->first);

        if (order == 0)
            return snow_block_merge(to, &b->partial[mid]);
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return 0;
}

static int open_lane(struct blocks *b, struct open_block *o,
                     struct snow_addr addr)
{
    snow_block_init(&o->block, snow_addr_block(addr));
    memset(o->fresh, 0, sizeof o->fresh);
    o->is_open = true;
    return b->is_retry ? 0 : take_partial(b, &o->block);
}

static int put(struct blocks *b, enum snow_record_kind kind,
               const struct snow_block *block)
{
    struct snow_record r = {
        .kind = kind, .scan = b->scan, .lease = b->lease, .block = block
    };

    return sink_put(b->run->sink, &r);
}

/* Only what is new: the tail is appended to, never rewritten. */
static int put_fresh(struct blocks *b, struct open_block *o)
{
    int code = 0;

    snow_block_reset(&b->scratch, o->block.first);
    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++)
        if (mask_has(o->fresh, i))
            code = snow_block_set(
                &b->scratch, i, o->block.status[i], o->block.seen_utc_s[i],
                snow_block_names(&o->block, i), o->block.n_names[i]);
    memset(o->fresh, 0, sizeof o->fresh);
    return code ? code : put(b, SNOW_RECORD_TAIL, &b->scratch);
}

static int close_lane(struct blocks *b, struct open_block *o)
{
    uint64_t wanted[4];
    int code;

    snow_ranges_block_mask(b->targets, o->block.first, wanted);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (!mask_has(wanted, i))
            o->block.status[i] = SNOW_PTR_OUTSIDE;
    code = b->is_retry ? put_fresh(b, o) : put(b, SNOW_RECORD_BLOCK, &o->block);
    b->text_bytes -= o->block.text_cap;
    snow_block_fini(&o->block);
    o->is_open = o->is_complete = false;
    b->n_complete--;
    return code;
}

/* Write complete blocks while there is room. A full sink also stops the walk,
 * so that no lane opens another block before this one is gone. */
static int close_complete(struct blocks *b, bool is_last)
{
    int code = 0;

    for (unsigned i = 0; !code && b->n_complete > 0 && i < b->n; i++) {
        if (!is_last && sink_is_full(b->run->sink))
            break;
        if (b->at[i].is_complete)
            code = close_lane(b, &b->at[i]);
    }
    return code;
}

static void bound_memory(struct blocks *b)
{
    if (!b->is_narrow && b->text_bytes > TEXT_BUDGET) {
        b->is_narrow = true;
        snow_targets_narrow(b->walk, NARROW_LANES);
    }
    if (b->is_narrow && b->text_bytes < TEXT_BUDGET / 2) {
        b->is_narrow = false;
        snow_targets_narrow(b->walk, 0);
    }
}

int blocks_answer(struct blocks *b, const struct snow_step *step,
                  unsigned status, const char *names, unsigned n_names)
{
    struct open_block *o = &b->at[step->lane];
    unsigned i = (unsigned)(step->addr.lo & 255);
    size_t before = o->is_open ? o->block.text_cap : 0;
    int code = o->is_open ? 0 : open_lane(b, o, step->addr);

    if (!code)
        code = snow_block_set(&o->block, i, status, clock_utc_s(b->run->clock),
                              names, n_names);
    if (code)
        return code;
    b->text_bytes += o->block.text_cap - before;
    b->by_status[status & 15]++;
    mask_add(o->fresh, i);
    if (snow_targets_finish(b->walk, step)) {
        o->is_complete = true;
        b->n_complete++;
        if (!sink_is_full(b->run->sink))
            code = close_lane(b, o);
    }
    bound_memory(b);
    return code;
}

int blocks_prune(struct blocks *b, struct snow_addr block, int checked)
{
    int64_t now_utc_s = clock_utc_s(b->run->clock);
    uint64_t wanted[4];
    int code = 0;

    snow_ranges_block_mask(b->targets, block, wanted);
    snow_block_reset(&b->scratch, block);
    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++) {
        unsigned status = SNOW_PTR_OUTSIDE;

        if (mask_has(wanted, i)) {
            status = (int)i == checked ? SNOW_PTR_NXDOMAIN : SNOW_PTR_PRUNED;
            b->by_status[status]++;
        }
        code = snow_block_set(&b->scratch, i, status, now_utc_s, NULL, 0);
    }
    return code ? code : put(b, SNOW_RECORD_BLOCK, &b->scratch);
}

static int keep_fresh(struct blocks *b, bool is_last)
{
    int code = close_complete(b, is_last);

    for (; !code && b->tick_at < b->n; b->tick_at++) {
        struct open_block *o = &b->at[b->tick_at];

        if (!is_last && sink_is_full(b->run->sink))
            break;
        if (o->is_open && !mask_is_empty(o->fresh))
            code = put_fresh(b, o);
    }
    return code;
}

int blocks_tick(struct blocks *b, bool is_last)
{
    int code = keep_fresh(b, is_last); /* what the last tick left */

    if (!code && b->tick_at == b->n) {
        b->tick_at = 0;
        code = keep_fresh(b, is_last);
    }
    return code;
}

int blocks_go_on(struct blocks *b)
{
    return keep_fresh(b, false);
}
