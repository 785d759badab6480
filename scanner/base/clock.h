/* Time is an argument: modules are handed a clock, tests pass their own. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
    uint64_t (*mono_us)(void *arg); /**< never goes back */
    int64_t (*utc_s)(void *arg);
    void *arg;
};

/** The clocks of the machine. */
extern const struct clock clock_system;

static inline uint64_t clock_mono_us(const struct clock *c)
{
    return c->mono_us(c->arg);
}

static inline int64_t clock_utc_s(const struct clock *c)
{
    return c->utc_s(c->arg);
}

#endif
