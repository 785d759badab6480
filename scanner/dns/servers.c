#include "dns/servers.h"

#include "snowline/records.h"

#define WINDOW_LEAST 4         /* after losses */
#define WINDOW_LEAST_FAILED 16 /* after SERVFAIL: zones are broken, too */
#define WINDOW_DEAD 2
#define WINDOW_REVIVED 8
#define WINDOW_STEP 16 /* a generation, once something was lost */

#define GENERATION_LEAST_US 20000
#define CANARY_REFUSED_US 200000 /* a closed port answers at once */
#define CANARY_UNHURRIED_US 2000000

static unsigned at_least(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned at_most(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

void dns_health_init(struct dns_health *h, unsigned window_max,
                     uint64_t timeout_us)
{
    unsigned max = window_max ? window_max : DNS_WINDOW_MAX;

    max = at_most(max, DNS_WINDOW_MAX);
    *h = (struct dns_health){ .window = at_most(DNS_WINDOW_START, max),
                              .window_max = max,
                              .threshold = max,
                              .is_alive = true,
                              .timeout_us = timeout_us };
}

bool dns_health_has_room(const struct dns_health *h)
{
    return h->in_flight < h->window;
}

/* A generation decides about growth when it has had one generation's time to
 * be answered in: a server that cannot keep up is noticed long before the
 * first timeout, and gets no more than four times what it can bear. */
static void judge_generation(struct dns_health *h,
                             const struct dns_generation *g)
{
    unsigned step = h->window < h->threshold ? h->window : WINDOW_STEP;

    if (g->sent == 0)
        return;
    if (g->left * 4 > g->sent)
        h->threshold = at_most(h->threshold, h->window);
    else if (g->was_full && h->is_alive)
        h->window = at_most(h->window + step, h->window_max);
}

static void roll(struct dns_health *h, uint64_t now_us)
{
    uint64_t span_us = 2 * h->rtt_us;

    if (span_us < GENERATION_LEAST_US)
        span_us = GENERATION_LEAST_US;
    if (now_us - h->generation_us < span_us)
        return;
    judge_generation(h, &h->generations[(h->generation - 1) % DNS_GENERATIONS]);
    h->generation++;
    h->generations[h->generation % DNS_GENERATIONS] =
        (struct dns_generation){ 0 };
    h->generation_us = now_us;
}

static void leave_generation(struct dns_health *h, uint32_t generation)
{
    if (h->generation - generation < DNS_GENERATIONS)
        h->generations[generation % DNS_GENERATIONS].left--;
}

uint32_t dns_health_sent(struct dns_health *h, uint64_t now_us)
{
    struct dns_generation *g;

    roll(h, now_us);
    g = &h->generations[h->generation % DNS_GENERATIONS];
    g->sent++;
    g->left++;
    g->was_full |= h->in_flight >= h->window;
    return h->generation;
}

static void fade(struct dns_health *h, uint64_t now_us)
{
    if (now_us - h->faded_us < h->timeout_us)
        return;
    h->answered /= 2;
    h->lost /= 2;
    h->servfails /= 2;
    h->refusals /= 2;
    h->faded_us = now_us;
}

/* Too much came back bad or not at all: half the window, once a timeout, as
 * what was sent before the last cut says nothing of the new window. */
static void cut(struct dns_health *h, unsigned least, uint64_t now_us)
{
    if (h->cut_us && now_us - h->cut_us < h->timeout_us)
        return;
    h->window = at_most(at_least(h->window / 2, least), h->window);
    h->threshold = h->window;
    h->cut_us = now_us;
    h->answered = h->lost = h->servfails = h->refusals = 0;
}

void dns_health_heard(struct dns_health *h, uint64_t now_us)
{
    h->heard_us = now_us;
    h->is_refused = false;
    if (h->is_alive)
        return;
    h->is_alive = true;
    h->window = at_most(WINDOW_REVIVED, h->window_max);
}

void dns_health_answered(struct dns_health *h, uint32_t generation,
                         uint64_t sent_us, uint64_t now_us)
{
    uint64_t rtt_us = now_us - sent_us;

    h->rtt_us = h->rtt_us ? (h->rtt_us * 7 + rtt_us) / 8 : rtt_us;
    leave_generation(h, generation);
    fade(h, now_us);
    h->answered++;
    dns_health_heard(h, now_us);
}

void dns_health_failed(struct dns_health *h, unsigned status, uint64_t now_us)
{
    if (status == SNOW_PTR_SERVFAIL && ++h->servfails > 8 + h->answered / 2)
        cut(h, WINDOW_LEAST_FAILED, now_us);
    if (status == SNOW_PTR_REFUSED && ++h->refusals > 2 + h->answered / 20)
        cut(h, WINDOW_LEAST_FAILED, now_us);
}

static void die(struct dns_health *h)
{
    if (h->is_alive)
        h->threshold = at_least(h->window / 2, WINDOW_LEAST);
    h->is_alive = false;
    h->window = at_most(WINDOW_DEAD, h->window_max);
}

/* One in twenty may be lost, or belong to zones whose servers are gone,
 * without our being the cause. */
void dns_health_lost(struct dns_health *h, uint32_t generation, bool counts,
                     uint64_t now_us)
{
    leave_generation(h, generation);
    fade(h, now_us);
    if (!counts) {
        die(h);
        return;
    }
    if (++h->lost > 2 + h->answered / 20)
        cut(h, WINDOW_LEAST, now_us);
    h->threshold = at_most(h->threshold, h->window);
}

void dns_health_refused(struct dns_health *h)
{
    die(h);
    h->is_refused = true;
}

/* A quarter of the timeout: so the answer of a server that lives is there
 * before the wait ends that it decides about, see dns_policy_counts(). */
bool dns_health_wants_canary(const struct dns_health *h, uint64_t oldest_us,
                             bool has_other, uint64_t now_us)
{
    uint64_t quarter_us = h->timeout_us / 4;
    uint64_t gap_us = quarter_us;

    if (h->is_refused)
        gap_us = CANARY_REFUSED_US;
    else if (!h->is_alive && has_other)
        gap_us = CANARY_UNHURRIED_US;
    if (h->canary_us && now_us - h->canary_us < gap_us)
        return false;
    return !h->is_alive || (oldest_us && now_us - oldest_us >= quarter_us &&
                            now_us - h->heard_us >= quarter_us);
}
