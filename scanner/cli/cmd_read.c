/* Commands that read a store: status, findings, export, report. */
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/task.h"
#include "pipeline/scan.h"

int reading_open(struct reading *r, struct snow_config *cfg,
                 enum snow_store_mode mode, struct snow_error *err)
{
    const char *url;
    bool is_domains = cfg->domains[0] != '\0';
    int code = only_store(cfg, &url, err);

    *r = (struct reading){ 0 };
    if (!code)
        code = snow_store_open(&r->store, url, mode, err);
    if (!code)
        code = snow_store_get_scan(r->store, (int64_t)cfg->scan, &r->scan, err);
    if (!code)
        code = cli_settings_restore(cfg, r->scan.settings, err);
    if (!is_domains) /* what the scan's own file said is in the store */
        cfg->domains[0] = '\0';
    if (code)
        snow_store_close(r->store);
    return code;
}

static int reading_begin(struct reading *r, const char *name,
                         struct snow_config *cfg, struct snow_error *err)
{
    int code = reading_open(r, cfg, SNOW_STORE_READ, err);

    if (code)
        return code;
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

static int reading_close(struct reading *r, int code, struct snow_error *err)
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
    int code = reading_begin(&r, name, cfg, err);

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
    if (strcmp(cfg->format, "complaint") == 0)
        return cmd_complain(cfg, err);
    return read_and_print("export", cfg, cfg->format, err);
}

int cmd_report(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    (void)o;
    return read_and_print("report", cfg, "html", err);
}

static void scan_text(struct buf *to, const struct snow_scan *scan)
{
    char created[TEXT_TIME_MAX], finished[TEXT_TIME_MAX];

    text_format_time(scan->created_utc_s, created);
    text_format_time(scan->finished_utc_s, finished);
    buf_printf(to, "scan %lld     begun %s, %s%s\n", (long long)scan->id,
               created, finished[0] ? "finished " : "unfinished", finished);
}

static int print_status(struct reading *r, const struct progress *p,
                        const char *format)
{
    struct report_out out = report_to_fd(&r->to.fd);
    struct buf text = { 0 };
    int code;

    if (strcmp(format, "json") == 0) {
        progress_json(&text, p);
        buf_add_char(&text, '\n');
    } else {
        scan_text(&text, &r->scan);
        progress_text(&text, p);
    }
    code = text.failed ? SNOW_ENOMEM : out.write(out.arg, text.data, text.len);
    buf_fini(&text);
    return code;
}

int cmd_status(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    struct reading r;
    struct progress p;
    int code = reading_begin(&r, "status", cfg, err);

    (void)o;
    if (code)
        return code;
    code = scan_status(r.store, &r.scan, cfg, &p, err);
    p.is_last = r.scan.finished_utc_s != SNOW_TIME_UNKNOWN;
    if (!code)
        code = print_status(&r, &p, cfg->format);
    return reading_close(&r, code, err);
}
