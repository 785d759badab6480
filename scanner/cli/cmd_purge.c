/* What a store is to remember no longer. */
#include <errno.h>

#include "base/clock.h"
#include "base/room.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "pipeline/forget.h"

#define DAY_S 86400

struct purge {
    struct snow_config *cfg;
    struct snow_store *store;
    struct forget_plan plan;
    struct snow_scan *scans; /* [n], without their texts */
    size_t n, cap;
    bool is_due; /* something was forgotten */
};

static int take_scan(void *arg, const struct snow_scan *scan)
{
    struct purge *p = arg;
    struct snow_scan *scans =
        room_for_one(p->scans, p->n, &p->cap, sizeof *scans);

    if (!scans)
        return SNOW_ENOMEM;
    p->scans = scans;
    scans[p->n] = *scan;
    scans[p->n].targets = scans[p->n].settings = NULL;
    p->n++;
    return 0;
}

static void tell_scan(const struct snow_scan *scan, const char *what)
{
    char now[TEXT_TIME_MAX];

    text_format_time(scan->now_utc_s, now);
    printf("scan %lld of %s: %s\n", (long long)scan->id, now, what);
}

static void tell_forgotten(const struct snow_scan *scan,
                           const struct snow_forgotten *n)
{
    char what[200];

    snprintf(what, sizeof what,
             "forgotten: %llu /24%s, %llu name%s of IPv6, %llu mail server%s, "
             "%llu other record%s",
             (unsigned long long)n->blocks, text_plural(n->blocks),
             (unsigned long long)n->names, text_plural(n->names),
             (unsigned long long)n->probes, text_plural(n->probes),
             (unsigned long long)n->evidence, text_plural(n->evidence));
    tell_scan(scan, what);
}

/* Each scan by itself: what an interruption leaves is whole. */
static int forget(struct purge *p, const struct snow_scan *scan,
                  struct snow_error *err)
{
    struct snow_forgotten n = { 0 };
    int code;

    if (p->cfg->dry_run) {
        tell_scan(scan, "would be forgotten");
        return 0;
    }
    code = snow_store_begin(p->store, err);
    if (code)
        return code;
    code = snow_store_forget_scan(p->store, scan->id, &n, err);
    if (!code)
        code = snow_store_commit(p->store, err);
    if (code) {
        snow_store_rollback(p->store);
        return code;
    }
    p->is_due = true;
    tell_forgotten(scan, &n);
    return 0;
}

/* What stays keeps what it found, and forgets its hosts' own words. */
static int reduce(struct purge *p, const struct snow_scan *scan,
                  struct snow_error *err)
{
    char what[80];
    struct snow_scan own; /* its own list of suffixes tells its domains */
    uint64_t n = 0;
    int code;

    if (p->cfg->dry_run)
        return 0;
    code = snow_store_get_scan(p->store, scan->id, &own, err);
    if (!code)
        code = cli_settings_restore(p->cfg, own.settings, err);
    if (!code)
        code = forget_greetings(p->store, scan->id, p->plan.before_utc_s,
                                p->cfg->psl, &n, err);
    if (n > 0) {
        p->is_due = true;
        snprintf(what, sizeof what,
                 "greetings of %llu mail server%s reduced to their wording",
                 (unsigned long long)n, text_plural(n));
        tell_scan(scan, what);
    }
    return code;
}

static int purge_scan(struct purge *p, const struct snow_scan *scan,
                      struct snow_error *err)
{
    static const char *const why[] = {
        [FORGET_NEWEST] = "kept: the newest finished one",
        [FORGET_LAST] = "kept: the last one, which commands show",
        [FORGET_UNFINISHED] =
            "kept: it has not ended; resume it, or give --unfinished",
    };
    enum forget_verdict verdict = forget_judge(&p->plan, scan);

    if (verdict == FORGET_IT)
        return forget(p, scan, err);
    if (verdict != FORGET_YOUNG)
        tell_scan(scan, why[verdict]);
    return reduce(p, scan, err);
}

static int purge(struct purge *p, struct snow_error *err)
{
    uint64_t freed = 0;
    int code = snow_store_each_scan(p->store, take_scan, p, err);

    if (!code)
        code = forget_look(&p->plan, p->store, err);
    for (size_t i = 0; i < p->n && !code; i++)
        code = purge_scan(p, &p->scans[i], err);
    if (code || p->cfg->dry_run)
        return code;
    code = snow_store_compact(p->store, p->is_due, &freed, err);
    if (!code && freed > 0)
        printf("the store is %llu octets smaller\n", (unsigned long long)freed);
    return code;
}

int cmd_purge(struct snow_config *cfg, struct outcome *o,
              struct snow_error *err)
{
    struct purge p = { .cfg = cfg };
    const char *url;
    int code = only_store(cfg, &url, err);

    (void)o;
    if (!code && !cli_is_given(cfg, "older-than"))
        code = snow_fail(err, SNOW_EINVAL,
                         "--older-than DAYS is needed: how long is it to be "
                         "remembered?");
    if (!code)
        code = snow_store_open(
            &p.store, url, cfg->dry_run ? SNOW_STORE_READ : SNOW_STORE_WRITE,
            err);
    if (code)
        return code;
    p.plan.before_utc_s =
        clock_utc_s(&clock_system) - (int64_t)cfg->older_than_days * DAY_S;
    p.plan.takes_unfinished = cfg->unfinished;
    code = purge(&p, err);
    if (!code && fflush(stdout) && errno != EPIPE)
        code = snow_fail(err, SNOW_EIO, "standard output: %s", strerror(errno));
    free(p.scans);
    snow_store_close(p.store);
    return code;
}
