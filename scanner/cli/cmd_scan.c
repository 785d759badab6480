#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr/ranges_text.h"
#include "analysis/origin.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/task.h"
#include "pipeline/scan.h"
#include "snowline/fleet.h"

/* results/TARGET.db, where neither a path nor a reader of names stumbles. */
static int default_store(char *out, size_t cap, const struct snow_config *cfg,
                         struct snow_error *err)
{
    const char *target = cfg->targets.n ? cfg->targets.at[0] : "";
    char name[128];
    size_t n = 0;

    if (target[0] == '@')
        target = strrchr(target, '/') ? strrchr(target, '/') + 1 : target + 1;
    for (; *target && n + 1 < sizeof name; target++)
        name[n++] = text_is_alnum(*target) || *target == '.' ? *target : '-';
    name[n] = '\0';
    if (mkdir("results", 0777) && errno != EEXIST)
        return snow_fail(err, SNOW_EIO, "results: %s; name a store with -o",
                         strerror(errno));
    snprintf(out, cap, "results/%s%s.db", name,
             cfg->targets.n > 1 ? "-and-more" : "");
    return 0;
}

/* The last object of --progress json is the scan's: what follows it is not
 * told. */
static void watch_findings(struct task *t, struct output *to,
                           struct snow_store *s, const struct snow_config *cfg)
{
    task_begin(t, "findings", cfg);
    if (t->how != PROGRESS_BAR)
        return;
    to->task = t;
    task_watch(t, s);
}

/* The closing table of a finished scan. */
static int show_findings(const struct snow_config *cfg, const char *url,
                         int64_t id, struct snow_error *err)
{
    struct output to = { .fd = { .fd = STDOUT_FILENO } };
    struct snow_store *s;
    struct snow_scan scan;
    struct task task;
    char shown[SNOW_STORE_SHOWN_MAX];
    int code = snow_store_open(&s, url, SNOW_STORE_READ, err);

    if (code)
        return code;
    watch_findings(&task, &to, s, cfg);
    code = snow_store_get_scan(s, id, &scan, err);
    if (!code)
        code = print_findings(s, &scan, cfg, "table", &to, err);
    if (to.task)
        task_end(to.task);
    snow_store_close(s);
    if (to.fd.reader_is_gone)
        return 0;
    snow_store_show(shown, sizeof shown, url);
    if (!code && (printf("\nstore: %s\n", shown) < 0 || fflush(stdout)))
        return snow_fail(err, SNOW_EIO, "standard output: %s", strerror(errno));
    return code;
}

/* Run what is planned; the plan is given back. */
static int run_scan(const struct snow_config *cfg, struct plan *plan,
                    struct scan_request *req, struct outcome *o,
                    struct snow_error *err)
{
    struct progress_shown shown;
    struct buf settings = { 0 };
    struct scan_result result = { 0 };
    char shown_url[SNOW_STORE_SHOWN_MAX];
    int code = lists_check(cfg, err);

    if (code) { /* hours before it would be found out */
        plan_fini(plan);
        return code;
    }
    progress_init(&shown, cfg);
    if (progress_is_for_people(&shown))
        tell_origins(plan);
    cli_settings_format(&settings, cfg);
    if (settings.failed) {
        plan_fini(plan);
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    req->cfg = cfg;
    req->plan = plan;
    req->settings = settings.data;
    req->progress = progress_show;
    req->arg = &shown;
    code = scan_run(req, &result, err);
    buf_fini(&settings);
    progress_end(&shown);
    o->signal = result.signal;
    if (result.signal) {
        progress_summary(&result.progress);
        snow_store_show(shown_url, sizeof shown_url, req->store_url);
        fprintf(stderr, "interrupted; go on with: snowline resume %s\n",
                shown_url);
    } else if (!code && progress_is_for_people(&shown)) {
        progress_summary(&result.progress);
    }
    if (code || o->is_worker)
        return code;
    return show_findings(cfg, req->store_url, result.id, err);
}

/* What would be sent, how long it takes at least, and what the neighbours
 * would see of it. */
static int dry_run(const struct snow_config *cfg, struct outcome *o,
                   struct snow_error *err)
{
    struct plan p;
    uint64_t n;
    double seconds, peak;
    int code = plan_init(&p, cfg, &o->signal, err);

    if (!code)
        code = plan_servers(&p, cfg, err);
    if (code)
        return code;
    n = snow_ranges_count(p.ipv4);
    peak = cfg->dns_block_rate > 0 ? cfg->dns_block_rate : p.dns_rate;
    seconds = p.dns_rate > 0 ? (double)n / p.dns_rate : 0;
    if (cfg->dns_block_rate > 0 && seconds < 256 / cfg->dns_block_rate)
        seconds = 256 / cfg->dns_block_rate;
    printf("targets   %llu addresses in %llu blocks, %llu excluded\n",
           (unsigned long long)n,
           (unsigned long long)snow_ranges_blocks(p.ipv4),
           (unsigned long long)p.n_excluded);
    printf("queries   %llu, at most %llu if every try is needed\n",
           (unsigned long long)n, (unsigned long long)(n * cfg->dns_tries));
    printf("time      at least %.0f s for the sweep, at %.0f/s over %zu "
           "servers\n",
           seconds, p.dns_rate, p.n_servers);
    printf("per /24   at most %.0f questions/s, %.3g connections/s, %llu "
           "at once (0: no limit)\n",
           peak, cfg->smtp_block_rate, (unsigned long long)cfg->smtp_per_block);
    if (snow_ranges_n(p.targets) > snow_ranges_n(p.ipv4))
        printf("IPv6      is walked where names exist: 16 questions or so for "
               "each nibble of each\n");
    tell_origins(&p);
    printf("nothing was sent%s\n",
           p.origins.n > 0 ? ", but for the look-up of AS numbers" : "");
    plan_fini(&p);
    return 0;
}

int cmd_scan(struct snow_config *cfg, struct outcome *o, struct snow_error *err)
{
    char url[512];
    struct scan_request req = { .store_url = cfg->output };
    struct plan p;
    int code;

    if (cfg->dry_run)
        return dry_run(cfg, o, err);
    code = plan_init(&p, cfg, &o->signal, err);
    if (code)
        return code; /* no folder is made for a bad target */
    if (!cfg->output[0]) {
        code = default_store(url, sizeof url, cfg, err);
        req.store_url = url;
    }
    if (code) {
        plan_fini(&p);
        return code;
    }
    return run_scan(cfg, &p, &req, o, err);
}

/* What AS numbers stood for when the scan began. */
static int take_origin(void *arg, const struct snow_evidence *e)
{
    struct analysis_origin origin;
    struct buf text = { 0 };
    int code = analysis_origin_parse(&origin, e);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    buf_printf(&text, "%s=", e->subject);
    addr_ranges_format(&text, origin.set);
    code = text.failed ? SNOW_ENOMEM : cli_add_known_origin(arg, text.data);
    buf_fini(&text);
    snow_ranges_free(origin.set);
    return code;
}

/* What the store says of the scan comes first, the command line over it. */
static int restore(struct snow_config *cfg, const char *url, int64_t *id,
                   struct snow_error *err)
{
    struct snow_store *s;
    struct snow_scan scan;
    int code = snow_store_open(&s, url, SNOW_STORE_READ, err);

    if (code)
        return code;
    code = snow_store_get_scan(s, (int64_t)cfg->scan, &scan, err);
    if (!code)
        code = cli_settings_restore(cfg, scan.settings, err);
    for (const char *at = code ? "" : scan.targets; *at && !code;) {
        char one[128];
        size_t len = strcspn(at, ";");

        snprintf(one, sizeof one, "%.*s", (int)len, at);
        code = cli_add_target(cfg, one);
        at += len + (at[len] == ';');
    }
    if (!code)
        code = snow_store_each_evidence(s, scan.id, ANALYSIS_ORIGIN_KIND,
                                        take_origin, cfg, err);
    if (!code)
        *id = scan.id;
    snow_store_close(s);
    return code;
}

int cmd_resume(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    const char *given;
    char url[4096];
    struct scan_request req = { .store_url = url };
    struct plan p;
    int code = only_store(cfg, &given, err);

    if (code)
        return code;
    text_copy(url, sizeof url, given);
    cli_forget_targets(cfg);
    if ((code = restore(cfg, url, &req.resume, err)) ||
        (code = plan_init(&p, cfg, &o->signal, err)))
        return code;
    return run_scan(cfg, &p, &req, o, err);
}

/* The newest scan that is unfinished; 0: there is none. */
static int take_unfinished(void *arg, const struct snow_scan *scan)
{
    if (scan->finished_utc_s == SNOW_TIME_UNKNOWN)
        *(int64_t *)arg = scan->id;
    return 0;
}

static int find_work(const char *url, int64_t *id, struct snow_error *err)
{
    char shown[SNOW_STORE_SHOWN_MAX];
    struct snow_store *s;
    int code = snow_store_open(&s, url, SNOW_STORE_READ, err);

    if (code)
        return code;
    snow_store_show(shown, sizeof shown, url);
    if (!snow_store_is_shared(s))
        code = snow_fail(err, SNOW_EINVAL,
                         "%s: is a file, which one process writes: resume it; "
                         "workers share a store of postgresql://",
                         shown);
    else if (*id == 0)
        code = snow_store_each_scan(s, take_unfinished, id, err);
    if (!code && *id == 0)
        fprintf(stderr, "%s: every scan in it is finished\n", shown);
    snow_store_close(s);
    return code;
}

int cmd_work(struct snow_config *cfg, struct outcome *o, struct snow_error *err)
{
    int64_t id = (int64_t)cfg->scan;
    const char *url;
    int code = only_store(cfg, &url, err);

    if (!code)
        code = find_work(url, &id, err);
    if (code || id == 0)
        return code;
    cfg->scan = (uint64_t)id;
    o->is_worker = true;
    return cmd_resume(cfg, o, err);
}
