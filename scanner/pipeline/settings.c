/* What an analysis of a scan is told: by its own settings and by the user. */
#include "analysis/given.h"
#include "pipeline/scan.h"

void scan_analysis_config(struct snow_analysis_config *out,
                          const struct snow_config *cfg,
                          const struct snow_scan *scan)
{
    *out = (struct snow_analysis_config){
        .now_utc_s = cfg->now_utc_s != SNOW_TIME_UNKNOWN ? cfg->now_utc_s
                                                         : scan->now_utc_s,
        .psl_path = cfg->psl,
        .gap_max = 1,
        .background = cfg->background,
        .candidates_max = cfg->candidates_max,
        .seed = scan->seed,
        .decoys = cfg->decoys,
        .fdr = cfg->fdr,
    };
}

int scan_given(struct given *out, const struct snow_config *cfg,
               struct snow_error *err)
{
    *out = (struct given){ 0 };
    return cfg->domains[0] ? given_read(out, cfg->domains, err) : 0;
}
