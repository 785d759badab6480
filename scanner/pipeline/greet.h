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
    void *arg;
    int code;
};

/**
 * Put the greeting of @p set on a run.
 *
 * @param g    zeroed but for answer, arg, by_status, n_targets, n_excluded
 * @param set  who has not been greeted yet; borrowed until greet_end()
 * @return     0, SNOW_ENOMEM, SNOW_EIO, SNOW_EINVAL (--source-ip)
 */
int greet_start(struct greet *g, struct run *run, const struct snow_ranges *set,
                uint64_t seed, struct snow_error *err);
void greet_end(struct greet *g); /**< zeroed is fine */

#endif
