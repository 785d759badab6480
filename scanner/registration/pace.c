#include "registration/pace.h"

#include "base/text.h"
#include "registration/lifetime.h"
#include "snowline/error.h"
#include "snowline/records.h"

#define US_PER_S 1000000u
#define SLOWEST 64 /* the rate is never less than a 64th of what was asked */
#define RESTORE 32 /* steps that bring the whole rate back, */
#define RESTORE_US (10 * US_PER_S) /* and the time from one to the next */

/* --- Retry-After --------------------------------------------------------- */

unsigned registration_retry_s(const char *retry_after, int64_t now_utc_s,
                              unsigned limited)
{
    uint64_t seconds = 0;
    int64_t until;
    int code = text_parse_u64(&seconds, retry_after, PACE_RETRY_MAX_S);

    if (code == SNOW_ERANGE)
        seconds = PACE_RETRY_MAX_S;
    else if (code && registration_http_date(&until, retry_after) &&
             until > now_utc_s)
        seconds = (uint64_t)(until - now_utc_s);
    if (seconds == 0)
        seconds = (uint64_t)PACE_RETRY_DEFAULT_S << (limited < 6 ? limited : 6);
    return seconds < PACE_RETRY_MAX_S ? (unsigned)seconds : PACE_RETRY_MAX_S;
}

/* --- pace ---------------------------------------------------------------- */

void registration_pace_init(struct registration_pace *p, double rate,
                            uint64_t now_us)
{
    *p = (struct registration_pace){ .rate = rate > 0 ? rate : 0 };
    pacer_init(&p->pacer, p->rate, PACE_BURST, now_us);
}

bool registration_pace_take(struct registration_pace *p, uint64_t now_us)
{
    return now_us >= p->resume_us && pacer_take(&p->pacer, now_us);
}

uint64_t registration_pace_wait_us(struct registration_pace *p, uint64_t now_us)
{
    uint64_t pause = p->resume_us > now_us ? p->resume_us - now_us : 0;
    uint64_t token = pacer_wait_us(&p->pacer, now_us);

    return pause > token ? pause : token;
}

/* A rate that was lifted stays so: there is nothing to halve. */
static void set_rate(struct registration_pace *p, double rate, uint64_t now_us)
{
    if (rate > p->rate)
        rate = p->rate;
    if (rate < p->rate / SLOWEST)
        rate = p->rate / SLOWEST;
    pacer_set_rate(&p->pacer, rate, now_us);
}

static void close_for_now(struct registration_pace *p, unsigned status,
                          uint64_t now_us)
{
    p->closed_status = status;
    p->closed_until_us = now_us + (uint64_t)PACE_RETRY_MAX_S * US_PER_S;
}

void registration_pace_answered(struct registration_pace *p, uint64_t now_us)
{
    p->limited = p->failed = 0;
    p->closed_status = 0;
    if (p->pacer.rate >= p->rate || now_us < p->restored_us + RESTORE_US)
        return;
    set_rate(p, p->pacer.rate + p->rate / RESTORE, now_us);
    p->restored_us = now_us;
}

void registration_pace_limited(struct registration_pace *p, unsigned wait_s,
                               uint64_t sent_us, uint64_t now_us)
{
    uint64_t resume_us = now_us + (uint64_t)wait_s * US_PER_S;

    p->failed = 0;
    p->limited++;
    if (resume_us > p->resume_us)
        p->resume_us = resume_us;
    if (sent_us >= p->slowed_us) {
        set_rate(p, p->pacer.rate / 2, now_us);
        p->pacer.burst = 1; /* nothing is saved up against it any more */
        p->pacer.tokens = 0;
        p->slowed_us = p->restored_us = now_us;
    }
    if (p->limited >= PACE_LIMITED)
        close_for_now(p, SNOW_REGISTRATION_LIMITED, now_us);
}

void registration_pace_failed(struct registration_pace *p, uint64_t now_us)
{
    p->failed++;
    if (p->failed >= PACE_FAILURES)
        close_for_now(p, SNOW_REGISTRATION_UNKNOWN, now_us);
}

unsigned registration_pace_closed(const struct registration_pace *p,
                                  uint64_t now_us)
{
    return now_us < p->closed_until_us ? p->closed_status : 0;
}
