/* Registries' hosts that this worker may ask: claimed before the first
 * question, let go of when no more are due. */
#ifndef PIPELINE_HOSTS_H
#define PIPELINE_HOSTS_H

#include "pipeline/clerk.h"
#include "registration/client.h"
#include "snowline/fleet.h"

struct host;

/** Zeroed but for clerk, me, lease_s, clock, good_until_us. */
struct hosts {
    struct clerk *clerk;
    const struct snow_worker *me;
    unsigned lease_s;
    const struct clock *clock;
    const uint64_t *good_until_us;      /**< nobody is asked after that */
    struct registration_client *client; /**< set once it is there */
    struct host *first;
};

/** The client's gate; @p arg is the struct hosts. */
enum registration_gate hosts_gate(void *arg, const char *name);

/** Once a second: claim what waits, let go of what is idle. */
void hosts_tick(struct hosts *h);

/** The worker was silent for longer than its lease: none is its own. */
void hosts_forget(struct hosts *h);

/** After clerk_close(). */
void hosts_fini(struct hosts *h);

#endif
