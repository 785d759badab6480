#include "analysis/history.h"

#include "analysis/past.h"

/* Whose past is looked at. */
struct here {
    struct snow_store *store;
    struct snow_error *err;
};

/* Other scans of a store. */
struct others {
    int64_t own; /* not this one */
    struct other {
        int64_t scan, now_utc_s;
    } * all;
    size_t n;
};

static int add_other(void *arg, const struct snow_scan *scan)
{
    struct others *o = arg;
    struct other *all;

    if (scan->id == o->own)
        return 0;
    all = realloc(o->all, (o->n + 1) * sizeof *all);
    if (!all)
        return SNOW_ENOMEM;
    o->all = all;
    o->all[o->n++] = (struct other){ scan->id, scan->now_utc_s };
    return 0;
}

static void show_past(struct analysis *a, const struct snow_block *block)
{
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (snow_ptr_status_is_answer(block->status[i])) {
            struct analysis_seen seen = analysis_seen_in(block, i);

            analysis_past_see(a, &seen);
        }
}

static int add_past(struct analysis *a, const struct here *from,
                    const struct other *other)
{
    struct snow_addr at = { 0, 0 };
    const struct snow_block *block = NULL;
    struct snow_blocks *c = NULL;
    bool is_closed;
    int code = analysis_past_begin(a, other->now_utc_s);

    if (!code)
        code = snow_store_blocks(&c, from->store, other->scan, from->err);
    while (!code && analysis_past_wants(a, at, &at)) {
        code = snow_blocks_next(c, at, &block, &is_closed, from->err);
        if (code || !block)
            break;
        show_past(a, block);
        at = snow_addr_add(block->first, SNOW_BLOCK_SIZE);
    }
    snow_blocks_close(c);
    return code;
}

int analysis_add_history(struct analysis *a, struct snow_store *s, int64_t scan,
                         struct snow_error *err)
{
    struct here from = { s, err };
    struct others o = { .own = scan };
    int code = snow_store_each_scan(s, add_other, &o, err);

    for (size_t i = 0; !code && i < o.n; i++)
        code = add_past(a, &from, &o.all[i]);
    free(o.all);
    return code;
}
