/* Commands that read a scan and write it out: findings, export, report. */
#include <unistd.h>

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
    if (cfg->explain[0] && strcmp(cfg->format, "table") != 0)
        return snow_fail(err, SNOW_EINVAL,
                         "--explain is text; --format %s has "
                         "the parts of a score, too",
                         cfg->format);
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
    if (!cfg->output[0] && isatty(STDOUT_FILENO))
        return snow_fail(err, SNOW_EINVAL,
                         "a page is for a browser: name a "
                         "file with -o");
    return read_and_print("report", cfg, "html", err);
}
