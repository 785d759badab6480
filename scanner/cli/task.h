/* Progress of what is no scan: an analysis, an export, an import. */
#ifndef CLI_TASK_H
#define CLI_TASK_H

#include "base/eta.h"
#include "cli/progress.h"

struct task {
    const char *name;
    enum progress_how how;
    struct aside to;
    struct snow_progress now;
    struct eta eta;
    struct eta_told told;
    uint64_t begun_us, told_us, seen_us;
    bool has_bar;
};

/** @param name  the command's; borrowed until task_end() */
void task_begin(struct task *t, const char *name,
                const struct snow_config *cfg);

/** A snow_progress_fn; @p arg is a struct task. */
void task_show(void *arg, const struct snow_progress *p);

/** Have it told of what is read from a store, if anybody is to hear of it. */
struct snow_store;
void task_watch(struct task *t, struct snow_store *s);

/** Make room for a line of another's; the bar comes back. */
void task_hide(struct task *t);

/** Clear the bar; with JSON, the last object. Once; more often is fine. */
void task_end(struct task *t);

#endif
