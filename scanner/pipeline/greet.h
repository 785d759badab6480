/* Greeting: the walk over mail servers, the SMTP engine, and whoever takes the
 * answers. */
#ifndef PIPELINE_GREET_H
#define PIPELINE_GREET_H

#include "pipeline/run.h"
#include "smtp/probe.h"
#include "snowline/ranges.h"

typedef int (*greet_fn)(void *arg, const struct snow_probe *p);

struct greet {
    struct stage stage;
    struct run *run;
    struct snow_targets *walk;
    struct smtp_engine *engine;
    uint64_t n_targets, n_excluded;
    uint64_t by_status[16]; /**< with those of earlier runs */
    greet_fn answer;
    void (*over)(void *arg); /**< when no answer comes any more; may be NULL */
    void *arg;
    int code;
};

/**
 * What the options say of conversations: as many at once as wished and as
 * descriptors allow, whose limit is raised.
 *
 * @param name  [OWN_NAME_MAX], that @p out refers to
 * @return      0, SNOW_EINVAL (--source-ip)
 */
int greet_config(struct smtp_config *out, char *name,
                 const struct snow_config *cfg, struct snow_error *err);

/** As many conversations as --smtp-concurrency wishes for. */
uint64_t greet_wished(const struct snow_config *cfg);

/** Descriptors that are not conversations': servers, store, curl. */
#define GREET_OTHER_DESCRIPTORS 256

/**
 * Put the greeting of @p set on a run.
 *
 * @param g    zeroed but for answer, over, arg, by_status, n_targets,
 * n_excluded
 * @param set  who has not been greeted yet; borrowed until greet_end()
 * @return     0, SNOW_ENOMEM, SNOW_EIO, SNOW_EINVAL (--source-ip)
 */
int greet_start(struct greet *g, struct run *run, const struct snow_ranges *set,
                uint64_t seed, struct snow_error *err);

/** Tell how far it is; also of one that was never started. */
void greet_count(const struct greet *g, struct progress_stage *to);

void greet_end(struct greet *g); /**< zeroed is fine */

#endif
