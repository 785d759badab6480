#include "pipeline/enrol.h"

#include "analysis/given.h"
#include "base/records.h"
#include "pipeline/choose.h"
#include "pipeline/shards.h"

static int put_shards(const struct row *r, bool is_retry, bool has_sweep,
                      struct snow_error *err)
{
    struct shards l = { .is_retry = is_retry };
    int code = 0;

    if (has_sweep)
        code = shards_cut(&l, SNOW_SHARD_SWEEP, r->plan->ipv4,
                          SHARDS_SWEEP_LEAST, SHARDS_SWEEP_MOST);
    if (!code && has_sweep && plan_has_ipv6(r->plan))
        code = shards_add(&l, SNOW_SHARD_WALK, 0);
    if (!code && choose_is_due(r->req->cfg))
        code = shards_add(&l, SNOW_SHARD_CANDIDATES, SNOW_SHARD_CANDIDATES);
    if (!code)
        code = shards_add(&l, SNOW_SHARD_FINISH, SNOW_SHARD_FINISH);
    code = code ? snow_fail(err, code, "out of memory")
                : shards_put(&l, r->store, r->id, err);
    shards_fini(&l);
    return code;
}

static int put_registration(const struct row *r,
                            const struct snow_registration *of,
                            struct snow_error *err)
{
    struct buf json = { 0 };
    struct snow_evidence e;
    struct snow_record record = { .kind = SNOW_RECORD_EVIDENCE,
                                  .scan = r->id,
                                  .evidence = &e };
    int code = record_registration_evidence(&e, &json, of);

    code = code ? snow_fail(err, code, "out of memory")
                : snow_store_put(r->store, &record, err);
    buf_fini(&json);
    return code;
}

/* Other machines do not have the user's file: all of it goes to the store. */
static int put_given(const struct row *r, struct snow_error *err)
{
    struct snow_registration one;
    struct given given;
    size_t at = 0;
    int code = scan_given(&given, r->req->cfg, err);

    while (!code && given_next(&given, &at, &one))
        code = put_registration(r, &one, err);
    given_fini(&given);
    return code;
}

static int add_more(void *arg, const struct row *r, struct snow_error *err)
{
    int code = put_given(r, err);

    (void)arg;
    return code ? code
                : put_shards(r, false, r->req->cfg->imported.n == 0, err);
}

static int count_shards(const struct row *r, uint64_t *n,
                        struct snow_error *err)
{
    struct snow_shard_count by_kind[SNOW_N_SHARD_KINDS];
    int code = snow_store_count_shards(r->store, r->id, by_kind, err);

    *n = 0;
    for (unsigned i = 0; !code && i < SNOW_N_SHARD_KINDS; i++)
        *n += by_kind[i].waiting + by_kind[i].leased + by_kind[i].finished;
    return code;
}

/* What was imported, or is asked once more, has no shards for it yet. */
static int open_again(const struct row *r, struct snow_error *err)
{
    bool is_retry = r->req->cfg->retry != 0,
         is_imported = r->req->cfg->imported.n > 0;
    uint64_t n;
    int code = count_shards(r, &n, err);

    if (code || (n > 0 && !is_retry))
        return code;
    if ((code = snow_store_begin(r->store, err)) == 0 &&
        (code = snow_store_finish_scan(r->store, r->id, SNOW_TIME_UNKNOWN,
                                       err)) == 0 &&
        (code = snow_store_retry_shards(r->store, r->id, SNOW_SHARD_CANDIDATES,
                                        err)) == 0 &&
        (code = put_shards(r, is_retry, n == 0 && !is_imported, err)) == 0)
        code = snow_store_commit(r->store, err);
    if (code)
        snow_store_rollback(r->store);
    return code;
}

int enrol_find_or_add(struct row *r, const struct scan_request *req,
                      struct snow_store *s, const struct plan *plan,
                      struct snow_error *err)
{
    int code;

    *r = (struct row){
        .req = req, .store = s, .plan = plan, .add_more = add_more
    };
    code = row_find_or_add(r, err);
    return code || !req->resume ? code : open_again(r, err);
}
