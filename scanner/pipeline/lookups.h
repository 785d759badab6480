/* A stage that asks one thing about many subjects, some at once, and keeps an
 * evidence for each. What is asked is a struct lookups_kind. */
#ifndef PIPELINE_LOOKUPS_H
#define PIPELINE_LOOKUPS_H

#include "base/map.h"
#include "pipeline/reach.h"
#include "snowline/store.h"

struct lookups;

/** One that is under way. */
struct lookup {
    struct lookups *all;
    struct lookup *next;
    const char *subject; /**< what is asked about */
    void *state;         /**< [kind->state_size], zeroed before start() */
};

/** One thing to ask. */
struct lookups_kind {
    const char *kind;   /**< of its evidence: "mail", "web", … */
    size_t progress_at; /**< its stage in struct progress */
    size_t parallel;    /**< under way at once */
    size_t state_size;  /**< of one look-up */
    size_t shared_size; /**< of what all of a run share, zeroed at first */

    /** Begin to ask. Leads to one lookup_done(), later, never from inside; also
     * when reach_close() ends what it waits for. @return 0, SNOW_ENOMEM */
    int (*start)(struct lookup *l);
    /** May an evidence be asked again by `--retry failed`? */
    bool (*is_failure)(const char *json, size_t len);
    /** After lookups_stop(): give back what is in the shared memory; NULL when
     * there is nothing. */
    void (*fini)(struct lookups *all);
};

typedef int (*lookups_fn)(void *arg, const struct snow_evidence *e);

enum lookups_status { LOOKUPS_PENDING, LOOKUPS_DONE, LOOKUPS_FAILED };

/** Zeroed memory with kind, answer and arg set is one without subjects. */
struct lookups {
    struct stage stage;
    const struct lookups_kind *kind;
    lookups_fn answer; /**< takes each evidence; anything but 0 ends it */
    /** A subject is over, with an evidence or without; NULL: nobody cares.
     * @param subject  the very pointer that was given */
    void (*settled)(void *arg, const char *subject);
    const char *subject; /**< whose evidence answer() takes: as given */
    void *arg;

    struct run *run;
    struct reach *reach;
    void *shared; /**< [kind->shared_size] */

    struct map known;      /**< subjects that need not be asked: their status */
    const char **subjects; /**< [n]; borrowed strings */
    size_t n, cap, next;
    uint64_t n_targets;
    uint64_t by_status[16]; /**< by enum lookups_status, earlier runs' too */
    uint64_t http_requests; /**< counted by the kind */
    struct lookup *slots, *free;
    char *states; /**< [kind->parallel][kind->state_size] */
    size_t open;
    bool is_draining;
    bool is_fed; /**< more subjects may come while it runs */
};

/** "done" and "failed". */
const char *lookups_status_word(unsigned status);

/**
 * Learn what the store has of this kind.
 *
 * @param is_retry  what failed is asked again
 * @return          0, SNOW_ENOMEM, SNOW_ESTORE
 */
int lookups_learn(struct lookups *l, struct snow_store *s, int64_t scan,
                  bool is_retry, struct snow_error *err);

/** Ask about a subject unless the store had it.
 * @param subject  borrowed until _end() @return 0, SNOW_ENOMEM */
int lookups_add(struct lookups *l, const char *subject);

/** The same while it runs. @return 0, SNOW_ENOMEM */
int lookups_feed(struct lookups *l, const char *subject);

/** No more subjects come. */
void lookups_over(struct lookups *l);

/** True when something is left to ask. */
bool lookups_is_due(const struct lookups *l);

/** Tell how far it is. */
void lookups_count(const struct lookups *l, struct progress *p);

/** Put it on a run. @return 0, SNOW_ENOMEM */
int lookups_start(struct lookups *l, struct run *run, struct reach *reach,
                  struct snow_error *err);

/**
 * A look-up has ended.
 *
 * @param e  what came of it; its kind is filled in, its subject is the
 *           look-up's where it is NULL. NULL: there is nothing to keep
 */
void lookup_done(struct lookup *l, struct snow_evidence *e);

/** No answer is taken from here on; due before reach_close(). */
void lookups_stop(struct lookups *l);

/** Give everything back, after reach_close(). Zeroed is fine. */
void lookups_end(struct lookups *l);

#endif
