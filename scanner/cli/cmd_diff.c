/* What changed between two scans of a store. */
#include <unistd.h>

#include "analysis/given.h"
#include "analysis/own.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/task.h"
#include "cli/terminal.h"
#include "pipeline/scan.h"

/* The two scans, without their texts. */
struct two {
    struct snow_scan older, newer;
    struct task task;
    bool is_seen; /* changes scroll by where the bar is */
};

static struct snow_scan without_text(const struct snow_scan *scan)
{
    struct snow_scan s = *scan;

    s.targets = s.settings = NULL;
    return s;
}

static int find_newest_two(struct two *t, struct snow_store *s, const char *url,
                           struct snow_error *err)
{
    struct snow_scan newest[2];
    char shown[SNOW_STORE_SHOWN_MAX];
    uint64_t n;
    int code = snow_store_newest(s, newest, &n, err);

    t->newer = newest[0];
    t->older = newest[1];
    if (code || n >= 2)
        return code;
    snow_store_show(shown, sizeof shown, url);
    return snow_fail(err, SNOW_EINVAL,
                     "%s: holds %llu finished scan%s; to compare, scan the "
                     "same targets into it again",
                     shown, (unsigned long long)n, text_plural(n));
}

static int find_scan(struct snow_scan *out, struct snow_store *s,
                     const char *number, struct snow_error *err)
{
    uint64_t id;
    int code = text_parse_u64(&id, number, (uint64_t)1e15);

    if (code || id == 0)
        return snow_fail(err, SNOW_EINVAL, "'%s' is no number of a scan",
                         number);
    code = snow_store_get_scan(s, (int64_t)id, out, err);
    if (!code)
        *out = without_text(out);
    return code;
}

static int find_two(struct two *t, struct snow_store *s,
                    const struct snow_config *cfg, struct snow_error *err)
{
    int code;

    *t = (struct two){ .is_seen = false };
    if (cfg->targets.n == 1)
        return find_newest_two(t, s, cfg->targets.at[0], err);
    code = find_scan(&t->older, s, cfg->targets.at[1], err);
    if (!code)
        code = find_scan(&t->newer, s, cfg->targets.at[2], err);
    if (!code && t->older.id == t->newer.id)
        code = snow_fail(err, SNOW_EINVAL, "scan %lld is no other than itself",
                         (long long)t->older.id);
    return code;
}

/* As the scan was analysed; "new" is measured against its own day. */
static int settings_of(struct snow_analysis_config *out,
                       struct snow_config *cfg, struct snow_store *s,
                       int64_t id, struct snow_error *err)
{
    struct snow_scan scan;
    int code = snow_store_get_scan(s, id, &scan, err);

    if (!code)
        code = cli_settings_restore(cfg, scan.settings, err);
    cfg->now_utc_s = SNOW_TIME_UNKNOWN;
    if (!code)
        scan_analysis_config(out, cfg, &scan);
    return code;
}

/* What the user knows by himself, of both scans. */
struct lists {
    struct given given;
    struct own own;
};

static int read_lists(struct lists *l, const struct snow_config *cfg,
                      struct snow_error *err)
{
    const struct own_paths paths = lists_paths(cfg);
    int code = lists_find(cfg, err);

    memset(l, 0, sizeof *l);
    if (!code)
        code = scan_given(&l->given, cfg, err);
    return code ? code : own_read(&l->own, &paths, err);
}

static void show(void *arg, const struct snow_progress *p)
{
    struct two *t = arg;

    task_show(&t->task, p);
    if (t->is_seen && p->stage && strcmp(p->stage, SNOW_STAGE_CHANGES) == 0)
        task_end(&t->task);
}

static int compare(struct snow_config *cfg, struct two *t, struct snow_store *s,
                   struct report_changes *r, struct snow_error *err)
{
    struct snow_analysis_config older, newer;
    struct snow_diff q = { .store = s,
                           .older = t->older.id,
                           .newer = t->newer.id,
                           .older_cfg = &older,
                           .newer_cfg = &newer };
    struct lists lists;
    bool is_domains = cfg->domains[0] != '\0';
    int code = settings_of(&older, cfg, s, t->older.id, err);

    if (!code)
        code = settings_of(&newer, cfg, s, t->newer.id, err);
    if (!is_domains) /* what the scans' own files said is in the store */
        cfg->domains[0] = '\0';
    if (code)
        return code;
    code = read_lists(&lists, cfg, err);
    older.psl_path = newer.psl_path; /* one list tells what has changed */
    older.on_progress = newer.on_progress = show;
    older.on_progress_arg = newer.on_progress_arg = t;
    older.given = newer.given = &lists.given;
    older.own = newer.own = &lists.own;
    if (!code)
        code = report_changes_begin(r, &t->older, &t->newer);
    if (!code)
        code = snow_diff(&q, report_change, r, err);
    given_fini(&lists.given);
    own_fini(&lists.own);
    return code;
}

int cmd_diff(struct snow_config *cfg, struct outcome *o, struct snow_error *err)
{
    struct report_changes r = { .format = report_changes_format(cfg->format),
                                .least = (enum snow_tier)cfg->tier };
    struct snow_store *s = NULL;
    struct output to;
    struct two two;
    int code;

    (void)o;
    if (cfg->complaints)
        return cmd_complaints(cfg, err);
    if (cfg->targets.n != 1 && cfg->targets.n != 3)
        return snow_fail(err, SNOW_EINVAL,
                         "a store is needed, and two scans or none; see "
                         "--help");
    code = snow_store_open(&s, cfg->targets.at[0], SNOW_STORE_READ, err);
    if (!code)
        code = find_two(&two, s, cfg, err);
    if (!code)
        code = output_open(&to, cfg, err);
    if (!code) {
        r.to = report_to_fd(&to.fd);
        two.is_seen = isatty(to.fd.fd);
        task_begin(&two.task, "diff", cfg);
        task_watch(&two.task, s);
        r.width = terminal_width(to.fd.fd);
        code = report_changes_end(&r, compare(cfg, &two, s, &r, err));
        task_end(&two.task);
        if (code && err->code == 0)
            snow_fail(err, code, "diff: %s", snow_strerror(code));
        code = output_close(&to, code, err);
    }
    snow_store_close(s);
    return code;
}
