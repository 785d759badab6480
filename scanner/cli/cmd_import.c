/* import: what other programs found out becomes a scan of a store. */
#include <unistd.h>

#include "analysis/given.h"
#include "base/clock.h"
#include "base/records.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/task.h"
#include "import/import.h"
#include "import/name.h"
#include "pipeline/axfr.h"

/* An import that goes on. */
struct importing {
    struct snow_config *cfg;
    struct outcome *outcome;
    struct snow_store *store;
    struct snow_scan scan;
    struct buf settings;
    struct import *import;
    struct import_how how;
    struct import_total total;
    bool is_new; /**< the scan is */
    struct task task;
    struct snow_error *err;
};

/* --- the scan --- */

static int add_imported(struct snow_config *cfg, const char *file)
{
    const struct cli_option *o = cli_option_find("imported");

    return cli_option_set(cfg, o, file, "", NULL);
}

static int format_settings(struct importing *g)
{
    struct snow_config *cfg = g->cfg;
    int code = 0;

    for (size_t i = 1; !code && i < cfg->targets.n; i++)
        code = add_imported(cfg, cfg->targets.at[i]);
    if (!code && cfg->domains[0] && cfg->targets.n == 1)
        code = add_imported(cfg, cfg->domains);
    buf_clear(&g->settings);
    cli_settings_format(&g->settings, cfg);
    return code || g->settings.failed
               ? snow_fail(g->err, SNOW_ENOMEM, "out of memory")
               : 0;
}

/* More into a scan that was imported; one that asked is left as it is. */
static int find_scan(struct importing *g)
{
    struct snow_config *cfg = g->cfg;
    struct snow_scan old;
    int code = snow_store_get_scan(g->store, (int64_t)cfg->scan, &old, g->err);

    if (!code)
        code = cli_settings_restore(cfg, old.settings, g->err);
    if (!code && cfg->imported.n == 0)
        code = snow_fail(g->err, SNOW_EINVAL,
                         "scan %lld asked its own questions: import into "
                         "another; without --scan one is added",
                         (long long)old.id);
    if (!code)
        code = format_settings(g);
    g->scan = old;
    return code;
}

static int add_scan(struct importing *g)
{
    int64_t now = g->how.now_utc_s;
    int code = format_settings(g);

    if (code)
        return code;
    g->is_new = true;
    g->scan = (struct snow_scan){ .targets = "",
                                  .settings = g->settings.data,
                                  .created_utc_s = now,
                                  .now_utc_s = now,
                                  .finished_utc_s = now };
    return snow_store_add_scan(g->store, &g->scan, &g->scan.id, g->err);
}

/* What "new" is measured against: the time of what was seen, which may be
 * years ago; never a time to come. */
static int64_t choose_now(const struct importing *g)
{
    int64_t latest = g->total.latest_utc_s;

    if (g->cfg->now_utc_s != SNOW_TIME_UNKNOWN)
        return g->cfg->now_utc_s;
    if (latest == SNOW_TIME_UNKNOWN)
        return g->scan.now_utc_s;
    if (latest > g->how.now_utc_s)
        latest = g->how.now_utc_s;
    return g->is_new || latest > g->scan.now_utc_s ? latest : g->scan.now_utc_s;
}

static int update_scan(struct importing *g)
{
    g->scan.targets = g->total.targets.len > 0 ? g->total.targets.data : "";
    g->scan.settings = g->settings.data;
    g->scan.now_utc_s = choose_now(g);
    return snow_store_update_scan(g->store, &g->scan, g->err);
}

/* --- what is read --- */

static void tell_bad(struct importing *g, const char *path,
                     const struct import_file *f)
{
    size_t n =
        f->n_bad < IMPORT_BAD_SHOWN ? (size_t)f->n_bad : IMPORT_BAD_SHOWN;
    struct buf safe = { 0 };

    if (f->n_bad == 0)
        return;
    task_hide(&g->task);
    text_escape(&safe, path, strlen(path));
    fprintf(stderr, "snowline: %s: %llu of %llu lines are no %s: line",
            safe.data ? safe.data : "?", (unsigned long long)f->n_bad,
            (unsigned long long)(f->n_bad + f->n_lines), f->format->name);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s %llu", i > 0 ? "," : "",
                (unsigned long long)f->bad[i]);
    fprintf(stderr, "%s\n", n < f->n_bad ? ", ..." : "");
    buf_fini(&safe);
}

/** Records of a transfer, and how far it is. */
struct transfer {
    struct importing *g;
    struct import_zone *zone;
    uint64_t n;
};

static int take_record(void *arg, const struct dns_axfr_record *r)
{
    struct transfer *t = arg;
    const struct snow_progress p = { .stage = "transfer",
                                     .unit = "records",
                                     .done = ++t->n };
    struct import_record rec = { .owner = r->owner,
                                 .owner_len = strlen(r->owner),
                                 .target = r->target,
                                 .target_len = strlen(r->target),
                                 .is_alias = r->is_alias,
                                 .seen_utc_s = SNOW_TIME_UNKNOWN };

    task_show(&t->g->task, &p);
    return import_zone_add(t->zone, &rec);
}

static int transfer(struct importing *g, const char *source)
{
    struct transfer t = { .g = g };
    int code = import_zone_new(&t.zone, g->import, g->how.now_utc_s, g->err);

    if (code)
        return code;
    code = axfr_fetch(g->cfg, source, take_record, &t, &g->outcome->signal,
                      g->err);
    if (!code)
        code = import_zone_end(t.zone, source, g->err);
    import_zone_free(t.zone);
    return code;
}

static int read_files(struct importing *g)
{
    struct snow_config *cfg = g->cfg;
    int code = 0;

    for (size_t i = 1; !code && i < cfg->targets.n; i++) {
        const char *path = cfg->targets.at[i];
        struct import_file told = { .n_bad = 0 };

        if (axfr_is_source(path))
            code = transfer(g, path);
        else
            code = import_read(g->import, path, &g->how, &told, g->err);
        if (!code)
            tell_bad(g, path, &told);
    }
    return code;
}

/* The user's own registrations become evidence of the scan. */
static int read_domains(struct importing *g)
{
    const struct import_taker *to = import_taker(g->import);
    struct snow_registration r;
    struct given given = { 0 };
    size_t at = 0;
    int code =
        g->cfg->domains[0] ? given_read(&given, g->cfg->domains, g->err) : 0;

    while (!code && given_next(&given, &at, &r)) {
        struct buf json = { 0 };
        struct snow_evidence e;

        code = record_registration_evidence(&e, &json, &r);
        code = code ? snow_fail(g->err, code, "out of memory")
                    : to->evidence(to->arg, &e);
        buf_fini(&json);
    }
    given_fini(&given);
    return code;
}

static int import_all(struct importing *g)
{
    int code = g->cfg->scan ? find_scan(g) : add_scan(g);

    if (!code)
        code = import_new(&g->import, g->store, g->scan.id, g->err);
    if (!code) {
        import_watch(g->import, task_show, &g->task);
        code = read_files(g);
    }
    if (!code)
        code = read_domains(g);
    if (!code)
        code = import_finish(g->import, &g->total, g->err);
    return code ? code : update_scan(g);
}

/* All of it or nothing. */
static int in_transaction(struct importing *g)
{
    int code = snow_store_begin(g->store, g->err);

    if (code)
        return code;
    code = import_all(g);
    if (!code)
        code = snow_store_commit(g->store, g->err);
    if (code)
        snow_store_rollback(g->store);
    return code;
}

/* --- the command --- */

static int choose_format(struct importing *g)
{
    char origin[SNOW_NAME_MAX];

    if (*g->cfg->origin &&
        import_name(origin, g->cfg->origin, strlen(g->cfg->origin)))
        return snow_fail(g->err, SNOW_EINVAL, "--origin: '%s' is no zone",
                         g->cfg->origin);
    if (strcmp(g->cfg->format, "auto") == 0)
        return 0;
    g->how.format = import_format_find(g->cfg->format);
    return g->how.format ? 0
                         : snow_fail(g->err, SNOW_EINVAL, "no reader of %s",
                                     g->cfg->format);
}

static int print_total(const struct importing *g)
{
    const struct import_total *t = &g->total;
    uint64_t n = 0, failed = 0, named = t->by_status[SNOW_PTR_NAME];
    char shown[SNOW_STORE_SHOWN_MAX];

    for (unsigned i = 0; i < 16; i++) {
        n += t->by_status[i];
        if (snow_ptr_status_is_failure(i))
            failed += t->by_status[i];
    }
    printf("scan %lld   %llu addresses: %llu with a name, %llu without, %llu "
           "not answered\n",
           (long long)g->scan.id, (unsigned long long)n,
           (unsigned long long)named, (unsigned long long)(n - named - failed),
           (unsigned long long)failed);
    if (t->n_probes + t->n_evidence > 0)
        printf("also     %llu greetings, %llu observations about domains\n",
               (unsigned long long)t->n_probes,
               (unsigned long long)t->n_evidence);
    snow_store_show(shown, sizeof shown, g->cfg->targets.at[0]);
    if (printf("store: %s\n", shown) < 0 || fflush(stdout))
        return snow_fail(g->err, SNOW_EIO, "standard output cannot be written");
    return 0;
}

/* The store as a file; NULL when it is none. */
static const char *file_of(const char *url)
{
    static const char scheme[] = "sqlite:";

    if (strncmp(url, scheme, sizeof scheme - 1) == 0)
        return url + sizeof scheme - 1;
    return strchr(url, ':') ? NULL : url;
}

/* An import that fails leaves no empty store behind that was not there. */
static int into_store(struct importing *g)
{
    const char *url = g->cfg->targets.at[0], *file = file_of(url);
    bool is_new = file && access(file, F_OK) != 0, is_kept;
    int code = snow_store_open(&g->store, url, SNOW_STORE_CREATE, g->err);

    if (code)
        return code;
    task_begin(&g->task, "import", g->cfg);
    task_watch(&g->task, g->store);
    code = in_transaction(g);
    task_end(&g->task);
    is_kept = code == 0; /* whether or not that can be told */
    if (!code)
        code = print_total(g);
    import_free(g->import);
    buf_fini(&g->total.targets);
    buf_fini(&g->settings);
    snow_store_close(g->store);
    if (is_new && !is_kept)
        unlink(file);
    return code;
}

/* Without a file: registrations, or with --scan what a scan remembers. */
static bool is_more_to_keep(const struct snow_config *cfg)
{
    return cfg->domains[0] ||
           (cfg->scan > 0 &&
            (cfg->reports[0] || cfg->allow[0] || cfg->allocations[0]));
}

int cmd_import(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    struct importing g = { .cfg = cfg, .outcome = o, .err = err };
    int code;

    if (cfg->targets.n == 0 || (cfg->targets.n == 1 && !is_more_to_keep(cfg)))
        return snow_fail(err, SNOW_EINVAL,
                         "a store and a file are needed; see --help");
    g.how.now_utc_s = clock_utc_s(&clock_system);
    g.how.origin = cfg->origin;
    code = choose_format(&g);
    if (!code)
        code = lists_check(cfg, err);
    return code ? code : into_store(&g);
}
