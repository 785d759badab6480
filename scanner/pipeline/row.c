#include "pipeline/row.h"

#include "addr/ranges_text.h"
#include "base/clock.h"
#include "base/random.h"

static void take(struct row *r, const struct snow_scan *scan)
{
    r->id = scan->id;
    r->seed = scan->seed;
    r->created_utc_s = scan->created_utc_s;
    r->now_utc_s = scan->now_utc_s;
    r->is_finished = scan->finished_utc_s != SNOW_TIME_UNKNOWN;
}

/* The newest scan, if it is unfinished and was asked for the same. */
static int find_same(struct row *r, const char *targets)
{
    struct snow_scan old;
    int code = snow_store_get_scan(r->store, 0, &old, NULL);

    if (code)
        return code;
    if (old.finished_utc_s != SNOW_TIME_UNKNOWN ||
        strcmp(old.targets, targets) != 0 ||
        strcmp(old.settings, r->req->settings) != 0)
        return SNOW_ENOTFOUND;
    take(r, &old);
    return 0;
}

/* Its targets came from the store; what has asked to be left alone since is
 * taken out of them and stays pending for ever. */
static int find_resumed(struct row *r, struct snow_error *err)
{
    struct snow_scan old;
    int code = snow_store_get_scan(r->store, r->req->resume, &old, err);

    if (!code)
        take(r, &old);
    return code;
}

static int add(struct row *r, const char *targets, struct snow_error *err)
{
    const struct snow_config *cfg = r->req->cfg;
    struct snow_scan scan = {
        .targets = targets,
        .settings = r->req->settings,
        .seed = cfg->seed ? cfg->seed : random_u64() >> 1,
        .created_utc_s = clock_utc_s(&clock_system),
        .finished_utc_s = SNOW_TIME_UNKNOWN,
    };
    int code = snow_store_begin(r->store, err);

    if (code)
        return code;
    scan.now_utc_s = cfg->now_utc_s != SNOW_TIME_UNKNOWN ? cfg->now_utc_s
                                                         : scan.created_utc_s;
    code = snow_store_add_scan(r->store, &scan, &scan.id, err);
    take(r, &scan);
    if (!code)
        code = origins_keep(r->plan, r->store, r->id, err);
    if (!code && r->add_more)
        code = r->add_more(r->arg, r, err);
    if (!code)
        code = snow_store_commit(r->store, err);
    if (code)
        snow_store_rollback(r->store);
    return code;
}

int row_find_or_add(struct row *r, struct snow_error *err)
{
    struct buf targets = { 0 };
    int code;

    addr_ranges_format(&targets, r->plan->targets);
    if (targets.failed) {
        buf_fini(&targets);
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    code = r->req->resume ? find_resumed(r, err) : find_same(r, targets.data);
    if (code == SNOW_ENOTFOUND && !r->req->resume)
        code = add(r, targets.data, err);
    buf_fini(&targets);
    return code;
}
