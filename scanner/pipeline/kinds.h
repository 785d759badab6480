/* All look-ups of a run: which kinds there are, and which are wanted. */
#ifndef PIPELINE_KINDS_H
#define PIPELINE_KINDS_H

#include "pipeline/lookups.h"

#define KINDS_MAX 4

/** Zeroed memory is one without any. */
struct kinds {
    struct lookups of[KINDS_MAX];
    size_t n;
};

/** The kinds that the settings want; each answer goes to @p answer. */
void kinds_init(struct kinds *k, const struct snow_config *cfg,
                lookups_fn answer, void *arg);

/** True when no kind is wanted. */
bool kinds_are_none(const struct snow_config *cfg);

/** Learn what the store has. @return as lookups_learn() */
int kinds_learn(struct kinds *k, struct snow_store *s, int64_t scan,
                bool is_retry, struct snow_error *err);

/** Ask all kinds about [n] domains; borrowed. @return 0, SNOW_ENOMEM */
int kinds_add_domains(struct kinds *k, char *const *domains, size_t n);

/** Tell how far each is. */
void kinds_count(const struct kinds *k, struct progress *p);

/** Put those that have something to ask on a run. @return 0, SNOW_ENOMEM */
int kinds_start(struct kinds *k, struct run *run, struct reach *reach,
                struct snow_error *err);

void kinds_stop(struct kinds *k); /**< before reach_close() */
void kinds_end(struct kinds *k);  /**< after it */

#endif
