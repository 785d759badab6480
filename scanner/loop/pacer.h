/* A token bucket: so many a second, evenly, with a small burst. Pure. */
#ifndef LOOP_PACER_H
#define LOOP_PACER_H

#include <stdbool.h>
#include <stdint.h>

/** Zeroed memory is a pacer without a limit. */
struct pacer {
    double rate;  /**< tokens a second; 0: no limit */
    double burst; /**< tokens that can be saved up, at least 1 */
    double tokens;
    uint64_t filled_us; /**< monotonic time of the last refill */
};

void pacer_init(struct pacer *p, double rate, double burst, uint64_t now_us);

/** Change the rate; what is saved up stays, within the burst. */
void pacer_set_rate(struct pacer *p, double rate, uint64_t now_us);

/** Take one token if there is one. */
bool pacer_take(struct pacer *p, uint64_t now_us);

/** Take one token even if there is none; the next ones wait for it. */
void pacer_charge(struct pacer *p, uint64_t now_us);

/** How long until the next token, 0 if there is one now. */
uint64_t pacer_wait_us(struct pacer *p, uint64_t now_us);

#endif
