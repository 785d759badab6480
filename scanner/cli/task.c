#include "cli/task.h"

#include <signal.h>
#include <unistd.h>

#include "base/bar.h"
#include "base/clock.h"
#include "snowline/store.h"

#define QUIET_US 1000000 /* what is shorter needs no bar */
#define BAR_US 250000    /* four times a second is plenty */
#define JSON_US 1000000
#define LOOK_US 200000 /* at the rate */

/* The bar goes, and so do we, as if nobody had looked. */
static void on_signal(int number)
{
    ssize_t n = write(STDERR_FILENO, PROGRESS_CLEAR, sizeof PROGRESS_CLEAR - 1);

    (void)n;
    raise(number); /* which means its default again */
}

/* Who came with it ignored keeps it so, as does who waits for it himself. */
static void clear_on(int number)
{
    const struct sigaction clear = { .sa_handler = on_signal,
                                     .sa_flags = (int)SA_RESETHAND };
    struct sigaction old;

    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        sigaction(number, &clear, NULL);
}

void task_begin(struct task *t, const char *name, const struct snow_config *cfg)
{
    *t = (struct task){ .name = name,
                        .how = progress_how(cfg),
                        .now = { .stage = name },
                        .begun_us = clock_mono_us(&clock_system),
                        .told = { 0, -1 } };
    t->told_us = t->begun_us;
    if (t->how != PROGRESS_BAR)
        return;
    clear_on(SIGINT);
    clear_on(SIGTERM);
}

static bool is_told(const struct task *t)
{
    return t->how == PROGRESS_BAR || t->how == PROGRESS_JSON;
}

/* Another stage, or another thing counted: the rate begins anew. */
static void merge(struct task *t, const struct snow_progress *p)
{
    const char *stage = p->stage ? p->stage : t->now.stage;

    if (strcmp(stage, t->now.stage) != 0 ||
        strcmp(p->unit ? p->unit : "", t->now.unit ? t->now.unit : "") != 0) {
        t->eta = (struct eta){ 0 };
        t->told = (struct eta_told){ 0, -1 };
        t->seen_us = 0;
    }
    t->now = *p;
    t->now.stage = stage;
}

static double since_s(const struct task *t, uint64_t now_us)
{
    return (double)(now_us - t->begun_us) / 1e6;
}

static void json(struct task *t, uint64_t now_us, bool is_last)
{
    const struct snow_progress *p = &t->now;
    struct buf b = { 0 };

    buf_printf(&b,
               "{\"task\":\"%s\",\"stage\":\"%s\",\"unit\":\"%s\","
               "\"done\":%llu,\"total\":",
               t->name, p->stage, p->unit ? p->unit : "",
               (unsigned long long)p->done);
    if (p->of > 0)
        buf_add_u64(&b, p->of);
    else
        buf_add_text(&b, "null");
    if (p->hit)
        buf_printf(&b, ",\"%s\":%llu", p->hit, (unsigned long long)p->hits);
    buf_printf(&b,
               ",\"elapsed_s\":%.1f,\"rate_per_s\":%.0f,"
               "\"left_s\":",
               since_s(t, now_us), t->told.rate_per_s);
    if (t->told.left_s >= 0)
        buf_printf(&b, "%.0f", t->told.left_s);
    else
        buf_add_text(&b, "null");
    buf_printf(&b, ",\"last\":%s}\n", is_last ? "true" : "false");
    if (!b.failed)
        aside_say(&t->to, b.data, b.len);
    buf_fini(&b);
}

static void bar(struct task *t)
{
    const struct bar_part part = { .name = t->now.stage,
                                   .unit = t->now.unit,
                                   .done = t->now.done,
                                   .of = t->now.of,
                                   .rate_per_s = t->told.rate_per_s,
                                   .hits = { { t->now.hit, t->now.hits } } };

    progress_bar(&t->to, &part, 1, t->told.left_s);
    t->has_bar = true;
}

/* Is it time for another line? */
static bool is_due(const struct task *t, uint64_t now_us)
{
    if (t->how == PROGRESS_JSON)
        return now_us - t->told_us >= JSON_US;
    return t->how == PROGRESS_BAR && now_us - t->begun_us >= QUIET_US &&
           now_us - t->told_us >= BAR_US;
}

void task_show(void *arg, const struct snow_progress *p)
{
    struct task *t = arg;
    uint64_t now_us;

    if (!is_told(t))
        return;
    now_us = clock_mono_us(&clock_system);
    merge(t, p);
    if (now_us - t->seen_us >= LOOK_US) {
        t->told = eta_update(&t->eta, since_s(t, now_us), p->done, p->of);
        t->seen_us = now_us;
    }
    if (!is_due(t, now_us) || !aside_is_free(&t->to))
        return;
    t->told_us = now_us;
    if (t->how == PROGRESS_JSON)
        json(t, now_us, false);
    else
        bar(t);
}

void task_watch(struct task *t, struct snow_store *s)
{
    if (is_told(t))
        snow_store_watch(s, task_show, t);
}

void task_hide(struct task *t)
{
    if (t->has_bar)
        aside_say(&t->to, PROGRESS_CLEAR, strlen(PROGRESS_CLEAR));
    t->has_bar = false;
}

void task_end(struct task *t)
{
    task_hide(t);
    if (t->how == PROGRESS_JSON) {
        t->told.left_s = 0;
        json(t, clock_mono_us(&clock_system), true);
    }
    t->how = PROGRESS_NONE;
    aside_end(&t->to);
}
