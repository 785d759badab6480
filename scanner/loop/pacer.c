#include "loop/pacer.h"

/* What rounding may eat of a token: waiting as long as pacer_wait_us() says
 * must be enough. */
#define ROUNDING 1e-6

static bool has_no_limit(const struct pacer *p)
{
    return !(p->rate > 0);
}

static void refill(struct pacer *p, uint64_t now_us)
{
    if (now_us <= p->filled_us)
        return;
    p->tokens += (double)(now_us - p->filled_us) * p->rate / 1e6;
    if (p->tokens > p->burst)
        p->tokens = p->burst;
    p->filled_us = now_us;
}

void pacer_init(struct pacer *p, double rate, double burst, uint64_t now_us)
{
    *p = (struct pacer){ .rate = rate > 0 ? rate : 0,
                         .burst = burst > 1 ? burst : 1,
                         .filled_us = now_us };
    p->tokens = p->burst;
}

void pacer_set_rate(struct pacer *p, double rate, uint64_t now_us)
{
    refill(p, now_us);
    p->rate = rate > 0 ? rate : 0;
    if (p->burst < 1)
        p->burst = 1;
}

bool pacer_take(struct pacer *p, uint64_t now_us)
{
    refill(p, now_us);
    if (has_no_limit(p))
        return true;
    if (p->tokens < 1 - ROUNDING)
        return false;
    p->tokens -= 1;
    return true;
}

void pacer_charge(struct pacer *p, uint64_t now_us)
{
    refill(p, now_us);
    if (!has_no_limit(p))
        p->tokens -= 1;
}

uint64_t pacer_wait_us(struct pacer *p, uint64_t now_us)
{
    double wait_us;

    refill(p, now_us);
    if (has_no_limit(p) || p->tokens >= 1 - ROUNDING)
        return 0;
    wait_us = (1 - p->tokens) / p->rate * 1e6;
    return wait_us < 1e18 ? (uint64_t)wait_us + 1 : (uint64_t)1e18;
}
