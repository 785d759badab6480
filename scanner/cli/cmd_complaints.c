/* `diff --complaints`: what became of what was complained of. */
#include "analysis/complaints.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/options.h"

#define DAY_S 86400

/* Without a scan nobody was asked, and that is told. */
static int ask_newest(struct analysis_complaints *all, struct snow_store *s,
                      struct snow_config *cfg, struct snow_error *err)
{
    struct snow_scan newest[2], scan;
    uint64_t n;
    int code = snow_store_newest(s, newest, &n, err);

    if (code || n == 0)
        return code;
    code = snow_store_get_scan(s, newest[0].id, &scan, err);
    if (!code)
        code = cli_settings_restore(cfg, scan.settings, err);
    if (!code)
        code = analysis_complaints_ask(all, s, &newest[0],
                                       (int64_t)cfg->after_days * DAY_S,
                                       cfg->psl, err);
    return code;
}

static int print(const struct analysis_complaints *all,
                 const struct snow_config *cfg, struct snow_error *err)
{
    int64_t until_utc_s =
        clock_utc_s(&clock_system) - (int64_t)cfg->after_days * DAY_S;
    struct report_out out;
    struct output to;
    int code = output_open(&to, cfg, err);

    if (code)
        return code;
    out = report_to_fd(&to.fd);
    code = report_complaints(&out, all, until_utc_s,
                             report_changes_format(cfg->format));
    return output_close(&to, code, err);
}

int cmd_complaints(struct snow_config *cfg, struct snow_error *err)
{
    struct analysis_complaints all = { .n = 0 };
    struct snow_store *s = NULL;
    const char *url;
    int code = only_store(cfg, &url, err);

    if (!code)
        code = snow_store_open(&s, url, SNOW_STORE_READ, err);
    if (!code)
        code = analysis_complaints_load(&all, s, err);
    if (!code)
        code = ask_newest(&all, s, cfg, err);
    if (!code)
        code = print(&all, cfg, err);
    if (code && err->code == 0)
        snow_fail(err, code, "diff: %s", snow_strerror(code));
    analysis_complaints_fini(&all);
    snow_store_close(s);
    return code;
}
