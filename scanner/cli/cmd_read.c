/* Commands that read a scan and write it out: findings, export, report. */
#include "cli/options.h"
#include "cli/reading.h"
#include "pipeline/scan.h"

static int read_and_print(const char *name, struct snow_config *cfg,
                          const char *format, struct snow_error *err)
{
    struct reading r;
    int code = reading_begin(&r, name, cfg, err);

    if (code)
        return code;
    reading_warn(&r);
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
