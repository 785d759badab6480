/* Commands that read a scan and write it out: findings, export, report. */
#include "cli/options.h"
#include "cli/reading.h"
#include "pipeline/scan.h"

int reading_open(struct reading *r, const char *name, struct snow_config *cfg,
                 struct snow_error *err)
{
    const char *url;
    bool is_domains = cfg->domains[0] != '\0';
    int code = only_store(cfg, &url, err);

    *r = (struct reading){ 0 };
    if (!code)
        code = snow_store_open(&r->store, url, SNOW_STORE_READ, err);
    if (!code)
        code = snow_store_get_scan(r->store, (int64_t)cfg->scan, &r->scan, err);
    if (!code)
        code = cli_settings_restore(cfg, r->scan.settings, err);
    if (!is_domains) /* what the scan's own file said is in the store */
        cfg->domains[0] = '\0';
    if (!code)
        code = output_open(&r->to, cfg, err);
    if (code) {
        snow_store_close(r->store);
        return code;
    }
    task_begin(&r->task, name, cfg);
    r->to.task = &r->task;
    task_watch(&r->task, r->store);
    return 0;
}

int reading_close(struct reading *r, int code, struct snow_error *err)
{
    task_end(&r->task);
    code = output_close(&r->to, code, err);
    snow_store_close(r->store);
    return code;
}

static int read_and_print(const char *name, struct snow_config *cfg,
                          const char *format, struct snow_error *err)
{
    struct reading r;
    int code = reading_open(&r, name, cfg, err);

    if (code)
        return code;
    code = lists_find(cfg, err);
    if (!code)
        code = print_findings(r.store, &r.scan, cfg, format, &r.to, err);
    return reading_close(&r, code, err);
}

int cmd_findings(struct snow_config *cfg, struct outcome *o,
                 struct snow_error *err)
{
    (void)o;
    return read_and_print("findings", cfg, cfg->format, err);
}

int cmd_export(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    (void)o;
    return read_and_print("export", cfg, cfg->format, err);
}

int cmd_report(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    (void)o;
    return read_and_print("report", cfg, "html", err);
}
