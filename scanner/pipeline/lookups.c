/*
 * A stage of look-ups: subjects, slots, and what joins them.
 *
 * Life      known from the store, or waiting → in a slot → answered; what a
 *           drain leaves waits for the resume.
 * Always    free + open == kind->parallel; one evidence at most a look-up.
 * Start at  pump().
 */
#include "pipeline/lookups.h"

#include "base/clock.h"
#include "base/room.h"
#include "base/text.h"

const char *lookups_status_word(unsigned status)
{
    static const char *const words[] = { "pending", "done", "failed" };

    return status < COUNT_OF(words) ? words[status] : "?";
}

/* --- what to ask --- */

static unsigned status_of(const struct lookups *l,
                          const struct snow_evidence *e)
{
    return l->kind->is_failure(e->data, e->data_len) ? LOOKUPS_FAILED
                                                     : LOOKUPS_DONE;
}

struct learning {
    struct lookups *lookups;
    bool is_retry;
};

static int take_known(void *arg, const struct snow_evidence *e)
{
    struct learning *learning = arg;
    struct lookups *l = learning->lookups;
    unsigned status = status_of(l, e);
    uint64_t *value;

    if (learning->is_retry && status == LOOKUPS_FAILED)
        return 0;
    value = map_put(&l->known, e->subject, strlen(e->subject));
    if (!value)
        return SNOW_ENOMEM;
    *value = status;
    return 0;
}

int lookups_learn(struct lookups *l, struct snow_store *s, int64_t scan,
                  bool is_retry, struct snow_error *err)
{
    struct learning learning = { l, is_retry };

    return snow_store_each_evidence(s, scan, l->kind->kind, take_known,
                                    &learning, err);
}

int lookups_add(struct lookups *l, const char *subject)
{
    const uint64_t *known = map_get(&l->known, subject, strlen(subject));
    const char **more;

    l->n_targets++;
    if (known) {
        l->by_status[*known & 15]++;
        return 0;
    }
    more = room_for_one(l->subjects, l->n, &l->cap, sizeof *more);
    if (!more)
        return SNOW_ENOMEM;
    l->subjects = more;
    more[l->n++] = subject;
    return 0;
}

bool lookups_is_due(const struct lookups *l)
{
    return l->next < l->n;
}

/* --- asking --- */

static void end(struct lookups *l, int code)
{
    if (!l->stage.is_done)
        run_stage_done(l->run, &l->stage, code);
}

static int ask_next(struct lookups *l)
{
    struct lookup *slot = l->free;
    int code;

    memset(slot->state, 0, l->kind->state_size);
    slot->subject = l->subjects[l->next];
    code = l->kind->start(slot);
    if (code)
        return code;
    l->free = slot->next;
    l->open++;
    l->next++;
    return 0;
}

static void pump(struct lookups *l)
{
    int code = 0;

    if (l->stage.is_done)
        return;
    while (!code && l->free && !l->is_draining && lookups_is_due(l) &&
           !run_must_wait(l->run))
        code = ask_next(l);
    if (code)
        end(l, code);
    else if (l->open == 0 && l->is_draining && (l->is_fed || lookups_is_due(l)))
        end(l, SNOW_ECANCELED);
    else if (l->open == 0 && !l->is_fed && !lookups_is_due(l))
        end(l, 0);
}

int lookups_feed(struct lookups *l, const char *subject)
{
    int code = lookups_add(l, subject);

    if (!code && l->slots)
        pump(l);
    return code;
}

void lookups_over(struct lookups *l)
{
    l->is_fed = false;
    if (l->slots)
        pump(l);
}

static int keep(struct lookup *slot, struct snow_evidence *e)
{
    struct lookups *l = slot->all;

    e->kind = l->kind->kind;
    if (!e->subject)
        e->subject = slot->subject;
    l->by_status[status_of(l, e)]++;
    l->subject = slot->subject;
    return l->answer(l->arg, e);
}

void lookup_done(struct lookup *slot, struct snow_evidence *e)
{
    struct lookups *l = slot->all;
    int code = 0;

    if (l->stage.is_done)
        return;
    if (e)
        code = keep(slot, e);
    else
        l->by_status[LOOKUPS_DONE]++;
    if (l->settled)
        l->settled(l->arg, slot->subject);
    slot->next = l->free;
    l->free = slot;
    l->open--;
    if (code)
        end(l, code);
    pump(l);
}

/* --- the stage --- */

static void on_drain(struct stage *s)
{
    struct lookups *l = (struct lookups *)s;

    l->is_draining = true;
    pump(l);
}

static void on_stop(struct stage *s)
{
    end((struct lookups *)s, SNOW_ECANCELED);
}

static void on_kick(struct stage *s)
{
    pump((struct lookups *)s);
}

void lookups_count(const struct lookups *l, struct progress *p)
{
    struct progress_stage *to = (void *)((char *)p + l->kind->progress_at);

    memcpy(to->by_status, l->by_status, sizeof to->by_status);
    to->targets = l->n_targets;
    to->pending = l->n_targets - l->by_status[LOOKUPS_DONE] -
                  l->by_status[LOOKUPS_FAILED];
    to->is_known = true;
    p->http_requests += l->http_requests;
}

static void add_stats(struct stage *s, struct progress *p)
{
    lookups_count((struct lookups *)s, p);
}

static int open_slots(struct lookups *l)
{
    const struct lookups_kind *k = l->kind;

    l->slots = calloc(k->parallel, sizeof *l->slots);
    l->states = calloc(k->parallel, k->state_size + 1);
    l->shared = calloc(1, k->shared_size + 1);
    if (!l->slots || !l->states || !l->shared)
        return SNOW_ENOMEM;
    for (size_t i = k->parallel; i-- > 0;) {
        l->slots[i] = (struct lookup){ .all = l,
                                       .next = l->free,
                                       .state = l->states + i * k->state_size };
        l->free = &l->slots[i];
    }
    return 0;
}

int lookups_start(struct lookups *l, struct run *run, struct reach *reach,
                  struct snow_error *err)
{
    l->run = run;
    l->reach = reach;
    l->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_drain,
                [STAGE_STOP] = on_stop,
                [STAGE_KICK] = on_kick },
        .stats = add_stats,
    };
    if (open_slots(l))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    run_add(run, &l->stage);
    l->stage.is_done = !l->is_fed && !lookups_is_due(l);
    pump(l);
    return 0;
}

void lookups_stop(struct lookups *l)
{
    l->stage.is_done = true;
}

void lookups_end(struct lookups *l)
{
    if (l->shared && l->kind->fini)
        l->kind->fini(l);
    free(l->shared);
    free(l->states);
    free(l->slots);
    free(l->subjects);
    map_fini(&l->known);
    *l = (struct lookups){ .kind = l->kind };
}
