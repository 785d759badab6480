#include "pipeline/whom.h"

static int take_named(void *arg, const struct snow_block *block, bool is_closed)
{
    struct snow_ranges *set = arg;

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        struct snow_addr a = snow_addr_add(block->first, i);

        if (block->status[i] == SNOW_PTR_NAME &&
            snow_ranges_add(set, (struct snow_range){ a, a }))
            return SNOW_ENOMEM;
    }
    return 0;
}

int whom_choose(struct snow_ranges *set, const struct whom *w,
                struct snow_store *s, int64_t scan, struct snow_error *err)
{
    int code = 0;

    if (w->cfg->smtp == SMTP_ALL)
        code = snow_ranges_add_all(set, w->ipv4);
    else if (w->cfg->smtp == SMTP_NAMED)
        code = snow_store_each_block(s, scan, take_named, set, err);
    else if (w->cfg->smtp == SMTP_CANDIDATES)
        code = snow_ranges_add_all(set, w->candidates);
    return code ? code : snow_ranges_subtract(set, w->forbidden);
}
