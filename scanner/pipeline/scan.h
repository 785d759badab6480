/* One scan from its targets to its findings, and each stage alone. */
#ifndef PIPELINE_SCAN_H
#define PIPELINE_SCAN_H

#include "dns/engine.h"
#include "pipeline/config.h"
#include "pipeline/plan.h"
#include "pipeline/progress.h"
#include "snowline/findings.h"

/** What a scan is told beside its settings. */
struct scan_request {
    const struct snow_config *cfg;
    struct plan *plan; /**< what is scanned, its servers not found yet; given
                            back by the scan */
    const char *store_url;
    const char *settings; /**< JSON of the options; kept with the scan */
    int64_t resume;       /**< id of the scan to go on with, 0: see settings */
    progress_fn progress; /**< may be NULL */
    void *arg;
};

/** What became of it. */
struct scan_result {
    int64_t id;
    int signal; /**< that ended it early, 0 none */
    struct progress progress;
};

/**
 * Run a scan until it is complete or something ends it.
 *
 * Without `resume` an unfinished scan of the store with the same targets and
 * settings is gone on with; else a scan is added.
 *
 * @return 0; SNOW_EINCOMPLETE, SNOW_ECANCELED (see signal): resumable; any
 *         other SNOW_E…: failed, what is committed stays
 */
int scan_run(const struct scan_request *req, struct scan_result *out,
             struct snow_error *err);

/** Analysis settings of a run; `now` and seed as recorded with the scan. */
void scan_analysis_config(struct snow_analysis_config *out,
                          const struct snow_config *cfg,
                          const struct snow_scan *scan);

/** The registrations of --domains; empty without it. @return as given_read() */
struct given;
int scan_given(struct given *out, const struct snow_config *cfg,
               struct snow_error *err);

/** What became of a stored scan. */
enum scan_phase {
    SCAN_RUNNING,     /**< a process is at it */
    SCAN_INTERRUPTED, /**< nobody is, and it is not finished */
    SCAN_FINISHED,
};

/** How far a stored scan is. */
struct scan_state {
    struct progress progress; /**< rates: over the last minute, if it runs */
    enum scan_phase phase;
    int64_t pid;            /**< of the process that is at it, 0 */
    int64_t finished_utc_s; /**< or SNOW_TIME_UNKNOWN */
    int64_t seen_utc_s;     /**< of the newest outcome, or SNOW_TIME_UNKNOWN */
};

/** Whoever wants to know it. */
struct scan_watcher {
    int64_t now_utc_s;            /**< by the clock */
    snow_progress_fn on_progress; /**< told how far the reading is; or NULL */
    void *arg;
    struct snow_error *err;
};

/** Tell it from the store alone: nobody is asked, and a process that is at it
 * is not disturbed. @return 0, SNOW_ENOMEM, as reading a store */
int scan_status(struct snow_store *s, const struct snow_scan *scan,
                const struct snow_config *cfg, const struct scan_watcher *w,
                struct scan_state *out);

/** Is this stage among what the settings ask for? @param i  as of
 * progress_stage_at() */
bool scan_wants(const struct snow_config *cfg, size_t i);

struct report_domain;

/** Takes the answers of a stage that runs alone. Anything but 0 ends it. */
struct stage_taker {
    int (*ptr)(void *arg, struct snow_addr addr, const struct dns_answer *a,
               const char *resolver); /**< "" for nobody */
    int (*rest)(void *arg);           /**< no more addresses come for now */
    int (*probe)(void *arg, const struct snow_probe *p);
    int (*domain)(void *arg, const struct report_domain *d);
    void (*planned)(void *arg, const struct plan *p); /**< NULL: nobody cares */
    void *arg;
    progress_fn progress;
    void *progress_arg;
};

/** `ptr`, `probe`, `domain`: one stage, nothing stored.
 * @return as scan_run(), the signal in @p signal */
int scan_ptr(const struct snow_config *cfg, const struct stage_taker *taker,
             int *signal, struct snow_error *err);
int scan_probe(const struct snow_config *cfg, const struct stage_taker *taker,
               int *signal, struct snow_error *err);
int scan_domain(const struct snow_config *cfg, const struct stage_taker *taker,
                int *signal, struct snow_error *err);

#endif
