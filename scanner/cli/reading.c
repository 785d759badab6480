#include "cli/reading.h"

#include "cli/options.h"

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

int reading_begin(struct reading *r, const char *name, struct snow_config *cfg,
                  struct snow_error *err)
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

void reading_warn(const struct reading *r)
{
    if (r->scan.finished_utc_s == SNOW_TIME_UNKNOWN)
        fprintf(stderr,
                "snowline: scan %lld has not ended: what is told is of what "
                "is known so far\n",
                (long long)r->scan.id);
}

int reading_close(struct reading *r, int code, struct snow_error *err)
{
    task_end(&r->task);
    code = output_close(&r->to, code, err);
    snow_store_close(r->store);
    return code;
}
