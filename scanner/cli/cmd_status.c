/* status: how far a scan is, whether or not somebody is at it. */
#include "base/bar.h"
#include "base/clock.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "pipeline/scan.h"

#define TARGETS_SHOWN 48

/* What is told, and of which store. */
struct told {
    const struct reading *from;
    const struct snow_config *cfg;
    struct scan_state state;
    int64_t now_utc_s;
    struct buf scans; /**< all of the store, as they are printed */
    size_t n_scans;
};

static const char *const phases[] = { "running", "interrupted", "finished" };

/* --- for people --- */

static void add_time(struct buf *to, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    buf_add_text(to, text);
}

static void scan_text(struct buf *to, const struct told *t)
{
    const struct scan_state *s = &t->state;

    buf_printf(to, "%-13s %lld, begun ", "scan", (long long)t->from->scan.id);
    add_time(to, t->from->scan.created_utc_s);
    buf_printf(to, ", %s", phases[s->phase]);
    if (s->phase == SCAN_FINISHED) {
        buf_add_char(to, ' ');
        add_time(to, s->finished_utc_s);
    }
    if (s->pid > 0)
        buf_printf(to, " in process %lld", (long long)s->pid);
    buf_add_char(to, '\n');
}

static void seen_text(struct buf *to, const struct told *t)
{
    int64_t seen_utc_s = t->state.seen_utc_s;

    if (seen_utc_s == SNOW_TIME_UNKNOWN || t->state.phase == SCAN_FINISHED)
        return;
    buf_printf(to, "%-13s ", "last answer");
    add_time(to, seen_utc_s);
    buf_add_text(to, ", ");
    bar_time(to, (double)(t->now_utc_s - seen_utc_s));
    buf_add_text(to, " ago\n");
}

static void pace_text(struct buf *to, const struct progress *p)
{
    size_t n = 0;

    for (size_t i = 0; i < PROGRESS_N_STAGES; i++) {
        const struct progress_stage *s = progress_stage_of(p, i);

        if (s->rate_per_s <= 0)
            continue;
        if (n++ == 0)
            buf_printf(to, "%-13s", "last minute");
        buf_printf(to, "%s %s ", n > 1 ? ";" : "", progress_stage_word(i));
        bar_short(to, s->rate_per_s, false);
        buf_add_text(to, "/s, ");
        bar_time(to, s->left_s);
        buf_add_text(to, " left");
    }
    if (n > 0)
        buf_add_char(to, '\n');
}

/* Stages that are wanted and have not begun. @return how many */
static size_t list_next(const struct told *t, size_t next[PROGRESS_N_STAGES])
{
    size_t n = 0;

    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        if (scan_wants(t->cfg, i) &&
            !progress_stage_of(&t->state.progress, i)->is_known)
            next[n++] = i;
    return n;
}

static void next_text(struct buf *to, const struct told *t)
{
    size_t next[PROGRESS_N_STAGES], n = list_next(t, next);
    char shown[SNOW_STORE_SHOWN_MAX];

    for (size_t i = 0; i < n; i++)
        buf_printf(to, "%s%s", i > 0 ? ", " : "next          ",
                   progress_stage_word(next[i]));
    if (n > 0)
        buf_add_char(to, '\n');
    if (t->state.phase != SCAN_INTERRUPTED)
        return;
    buf_add_text(to, "interrupted; go on with: snowline resume ");
    snow_store_show(shown, sizeof shown, t->cfg->targets.at[0]);
    text_escape(to, shown, strlen(shown));
    buf_add_char(to, '\n');
}

static void status_text(struct buf *to, const struct told *t)
{
    scan_text(to, t);
    progress_text(to, &t->state.progress);
    seen_text(to, t);
    pace_text(to, &t->state.progress);
    next_text(to, t);
    if (t->n_scans > 1) {
        buf_printf(to, "\nscans of this store; --scan N shows another:\n");
        buf_add(to, t->scans.data, t->scans.len);
    }
}

static int list_text(void *arg, const struct snow_scan *scan)
{
    struct told *t = arg;
    size_t len = strlen(scan->targets);

    t->n_scans++;
    buf_printf(&t->scans, "%5lld  begun ", (long long)scan->id);
    add_time(&t->scans, scan->created_utc_s);
    buf_add_text(&t->scans, "  finished ");
    add_time(&t->scans, scan->finished_utc_s);
    buf_printf(&t->scans, "%s  ",
               scan->finished_utc_s == SNOW_TIME_UNKNOWN
                   ? "-                   "
                   : "");
    text_escape(&t->scans, scan->targets,
                len > TARGETS_SHOWN ? TARGETS_SHOWN : len);
    buf_add_text(&t->scans, len > TARGETS_SHOWN ? "...\n" : "\n");
    return t->scans.failed ? SNOW_ENOMEM : 0;
}

/* --- for programs --- */

static void time_json(struct buf *to, const char *name, int64_t utc_s)
{
    buf_printf(to, ",\"%s\":", name);
    if (utc_s == SNOW_TIME_UNKNOWN) {
        buf_add_text(to, "null");
        return;
    }
    buf_add_char(to, '"');
    add_time(to, utc_s);
    buf_add_char(to, '"');
}

static int list_json(void *arg, const struct snow_scan *scan)
{
    struct told *t = arg;

    buf_printf(&t->scans, "%s{\"id\":%lld", t->n_scans++ > 0 ? "," : "",
               (long long)scan->id);
    time_json(&t->scans, "begun", scan->created_utc_s);
    time_json(&t->scans, "finished", scan->finished_utc_s);
    buf_add_text(&t->scans, ",\"targets\":");
    text_json(&t->scans, scan->targets, strlen(scan->targets));
    buf_add_char(&t->scans, '}');
    return t->scans.failed ? SNOW_ENOMEM : 0;
}

static void status_json(struct buf *to, const struct told *t)
{
    size_t next[PROGRESS_N_STAGES], n = list_next(t, next);
    const struct snow_scan *scan = &t->from->scan;

    progress_json_open(to, &t->state.progress);
    buf_printf(to, ",\"scan\":{\"id\":%lld,\"state\":\"%s\",\"process\":",
               (long long)scan->id, phases[t->state.phase]);
    if (t->state.pid > 0)
        buf_add_u64(to, (uint64_t)t->state.pid);
    else
        buf_add_text(to, "null");
    time_json(to, "begun", scan->created_utc_s);
    time_json(to, "finished", t->state.finished_utc_s);
    time_json(to, "last_answer", t->state.seen_utc_s);
    buf_add_text(to, ",\"next\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(to, "%s\"%s\"", i > 0 ? "," : "",
                   progress_stage_word(next[i]));
    buf_add_text(to, "]},\"scans\":[");
    buf_add(to, t->scans.data, t->scans.len);
    buf_add_text(to, "]}\n");
}

/* --- the command --- */

static int print(struct told *t, struct reading *r, struct snow_error *err)
{
    bool is_json = strcmp(t->cfg->format, "json") == 0;
    struct report_out out = report_to_fd(&r->to.fd);
    struct buf text = { 0 };
    int code =
        snow_store_each_scan(r->store, is_json ? list_json : list_text, t, err);

    task_end(&r->task);
    if (is_json)
        status_json(&text, t);
    else
        status_text(&text, t);
    if (!code)
        code =
            text.failed ? SNOW_ENOMEM : out.write(out.arg, text.data, text.len);
    buf_fini(&text);
    buf_fini(&t->scans);
    return code;
}

int cmd_status(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    struct reading r;
    struct told t = { .from = &r, .cfg = cfg };
    struct scan_watcher w = { .on_progress = task_show,
                              .arg = &r.task,
                              .err = err };
    int code = reading_begin(&r, "status", cfg, err);

    (void)o;
    if (code)
        return code;
    t.now_utc_s = w.now_utc_s = clock_utc_s(&clock_system);
    code = scan_status(r.store, &r.scan, cfg, &w, &t.state);
    if (!code)
        code = print(&t, &r, err);
    return reading_close(&r, code, err);
}
