/*
 * Two bounds hold at once.
 *
 * The window bounds what is in flight. More and less is tried in turn, and
 * judged by what comes back a second: so it ends where more would only wait in
 * queues. What is lost cuts it: so a server's receive buffer is seldom overrun.
 *
 * The pace bounds questions a second. It begins only where even a small
 * window loses much, which is how a server behaves that serves so many a
 * second and drops the rest. A lower and a higher rate are then tried in
 * turn, and judged by what comes back: where a lower rate brings the same,
 * the rest was lost in vain; where it brings less, the loss is not our doing
 * (a bad line) and slowing down would help nobody.
 * (Compare RFC 9743; BBR, ACM Queue 14-5: the rate of delivery is the signal.)
 */
#include "dns/servers.h"

#include "snowline/records.h"

#define WINDOW_LEAST 32 /* after losses */
#define WINDOW_DEAD 2
#define WINDOW_REVIVED 8
#define WINDOW_PROVEN 128 /* kept up with: bursts do no harm */

#define EPOCH_LEAST_US 20000
#define EPOCH_PACED_US 200000
#define EPOCH_MOST_US 2000000
#define EPOCH_ANSWERS 32 /* a paced epoch has at least so many, if it can */

#define PATIENCE_LEAST_US                                                      \
    30000               /* a busy machine stalls a server for so long          \
                         */
#define LOSS_CUTS 50    /* 1/50 lost: the window was too large */
#define LOSS_PACES 0.2  /* of even a small window: another cause */
#define LOSS_SLOWS 0.15 /* beyond what is lost at any rate */

#define RATE_LEAST 10.0
#define UP 1.25
#define KEPT 0.85 /* less than this comes back: the lower rate is no good */
#define PAUSE_MOST 32
#define UNPACED_US 5000000 /* after pacing proved to be no remedy */

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
                              .kept = at_most(DNS_WINDOW_START, max),
                              .is_steep = true,
                              .wait = 1,
                              .pause = 1,
                              .is_alive = true,
                              .timeout_us = timeout_us };
}

uint64_t dns_health_patience_us(const struct dns_health *h)
{
    uint64_t us = h->rtt_us + 4 * h->swing_us; /* RFC 6298 §2 */

    us = us > h->late_us ? us : h->late_us;
    us = us > PATIENCE_LEAST_US ? us : PATIENCE_LEAST_US;
    return us < h->timeout_us ? us : h->timeout_us;
}

/* A paced server is bounded by its pace, unless it falls silent. */
bool dns_health_has_room(struct dns_health *h, uint64_t now_us)
{
    if (h->out >= h->window_max)
        return false;
    if (!h->is_paced || !h->is_alive)
        return h->in_flight < h->window;
    return pacer_wait_us(&h->pacer, now_us) == 0;
}

void dns_health_claim(struct dns_health *h, uint64_t now_us)
{
    if (h->is_paced)
        pacer_charge(&h->pacer, now_us);
    h->in_flight++;
    h->out++;
    h->epoch.sent++;
    h->epoch.was_full |= h->in_flight >= h->window;
}

void dns_health_landed(struct dns_health *h)
{
    h->out--;
}

static void set_window(struct dns_health *h, unsigned window)
{
    h->window = at_most(window, h->window_max);
}

static void hold(struct dns_health *h, unsigned pause)
{
    h->trial = DNS_HOLD;
    h->pause = at_most(pause, PAUSE_MOST);
    h->wait = h->pause;
}

void dns_health_heard(struct dns_health *h, uint64_t now_us)
{
    h->heard_us = now_us;
    h->is_refused = false;
    if (h->is_alive)
        return;
    h->is_alive = true;
    h->kept = at_most(WINDOW_REVIVED, h->window_max);
    set_window(h, WINDOW_REVIVED);
    h->is_steep = true;
    h->cut_us = now_us;
    hold(h, 1);
}

void dns_health_answered(struct dns_health *h, uint64_t sent_us,
                         bool was_overdue, uint64_t now_us)
{
    uint64_t rtt_us = now_us - sent_us;
    uint64_t swing_us =
        rtt_us > h->rtt_us ? rtt_us - h->rtt_us : h->rtt_us - rtt_us;

    if (was_overdue) {
        if (h->late_us < rtt_us + rtt_us / 4)
            h->late_us = rtt_us + rtt_us / 4;
        h->epoch.lost -= h->epoch.lost > 0;
    } else {
        h->in_flight--;
    }
    h->swing_us = h->rtt_us ? (h->swing_us * 7 + swing_us) / 8 : rtt_us / 2;
    h->rtt_us = h->rtt_us ? (h->rtt_us * 7 + rtt_us) / 8 : rtt_us;
    h->epoch.answered++;
    dns_health_heard(h, now_us);
}

void dns_health_failed(struct dns_health *h, unsigned status)
{
    h->epoch.servfails += status == SNOW_PTR_SERVFAIL;
    h->epoch.refusals += status == SNOW_PTR_REFUSED;
}

void dns_health_overdue(struct dns_health *h, uint64_t sent_us)
{
    h->in_flight--;
    if (sent_us >= h->cut_us)
        h->epoch.lost++;
}

static unsigned over(unsigned a, unsigned b)
{
    return a > b ? a - b : 0;
}

/* What came to nothing. Zones are broken, too, and half of a netblock may be;
 * refusals are seldom the zone's. */
static unsigned bad_of(const struct dns_epoch *e)
{
    return e->lost + over(e->servfails, 8 + e->answered / 2) +
           over(e->refusals, 2 + e->answered / 20);
}

static double useful_of(const struct dns_epoch *e)
{
    return (double)(e->answered - over(e->refusals, 2 + e->answered / 20));
}

static double bad_share(const struct dns_epoch *e)
{
    double all = e->answered + e->lost;

    return all > 0 ? bad_of(e) / all : 0;
}

/* --- the pace --- */

static void set_rate(struct dns_health *h, double rate, uint64_t now_us)
{
    pacer_set_rate(&h->pacer, rate > RATE_LEAST ? rate : RATE_LEAST, now_us);
}

/* A smaller window did not help: try the rate at which answers come. */
static void begin_pacing(struct dns_health *h, double seconds, uint64_t now_us)
{
    h->is_paced = true;
    h->rate = h->epoch.sent / seconds;
    h->usual = useful_of(&h->epoch) / seconds;
    hold(h, 1);
    h->trial = DNS_DOWN;
    pacer_init(&h->pacer, h->usual, 1, now_us);
    set_rate(h, h->usual, now_us);
}

static void try_rate(struct dns_health *h, double useful, uint64_t now_us)
{
    h->usual = useful;
    if (bad_share(&h->epoch) > h->tolerance + LOSS_SLOWS) {
        h->trial = DNS_DOWN;
        set_rate(h, useful, now_us);
    } else if (h->wait-- <= 1) {
        h->trial = DNS_UP;
        set_rate(h, h->rate * UP, now_us);
    }
}

static void end_rate_trial(struct dns_health *h, bool is_better,
                           uint64_t now_us)
{
    if (is_better)
        h->rate = h->pacer.rate;
    hold(h, is_better ? 1 : 2 * h->pause);
    set_rate(h, h->rate, now_us);
}

/* Loss at any rate: it is borne from now on. */
static void give_up_pacing(struct dns_health *h, uint64_t now_us)
{
    h->tolerance = bad_share(&h->epoch);
    h->is_paced = false;
    h->unpaced_until_us = now_us + UNPACED_US;
    h->cut_us = now_us;
    hold(h, 1);
}

static void judge_pace(struct dns_health *h, double seconds, uint64_t now_us)
{
    const struct dns_epoch *e = &h->epoch;
    double useful = useful_of(e) / seconds;

    if (e->sent / seconds < 0.7 * h->pacer.rate)
        return; /* not used up: nothing to learn */
    if (h->trial == DNS_HOLD)
        try_rate(h, useful, now_us);
    else if (h->trial == DNS_UP)
        end_rate_trial(h, useful >= h->usual * (1 + (UP - 1) / 2), now_us);
    else if (useful >= h->usual * KEPT)
        end_rate_trial(h, true, now_us);
    else
        give_up_pacing(h, now_us);
}

/* --- the window --- */

/* Too much came back bad or not at all. */
static void cut(struct dns_health *h, double seconds, uint64_t now_us)
{
    unsigned least = at_most(WINDOW_LEAST, h->kept);

    if (h->window <= WINDOW_LEAST && bad_share(&h->epoch) > LOSS_PACES &&
        useful_of(&h->epoch) >= 4 && now_us >= h->unpaced_until_us) {
        begin_pacing(h, seconds, now_us);
        return;
    }
    h->kept = at_least(at_most(h->kept, h->window) * 2 / 3, least);
    set_window(h, h->kept);
    h->cut_us = now_us;
    h->is_steep = h->is_proven = false;
    hold(h, 2 * h->pause);
}

static void try_window(struct dns_health *h, double useful)
{
    h->usual = useful;
    if (h->wait-- > 1)
        return;
    h->trial = h->is_steep || h->was_down ? DNS_UP : DNS_DOWN;
    if (h->trial == DNS_UP)
        set_window(h, h->is_steep ? 2 * h->kept : h->kept + h->kept / 4 + 1);
    else
        set_window(h, at_least(h->kept - h->kept / 5, WINDOW_LEAST));
    h->was_down = h->trial == DNS_DOWN;
}

/* More in flight has to bring more, less may bring hardly less: so the window
 * ends where questions would only wait in queues. */
static void end_window_trial(struct dns_health *h, double useful)
{
    double least = h->trial == DNS_DOWN ? 0.96 : h->is_steep ? 1.2 : 1.08;
    bool is_better = useful >= h->usual * least;

    if (is_better) {
        h->kept = h->window;
        h->usual = useful;
        h->is_proven |= h->kept >= at_most(WINDOW_PROVEN, h->window_max);
    } else {
        h->is_steep = false;
        set_window(h, h->kept);
    }
    hold(h, is_better ? 1 : 2 * h->pause);
}

static void judge_window(struct dns_health *h, double seconds, uint64_t now_us)
{
    const struct dns_epoch *e = &h->epoch;
    double useful = useful_of(e) / seconds;

    if (bad_of(e) > 1 + (e->answered + e->lost) / LOSS_CUTS)
        cut(h, seconds, now_us);
    else if (!e->was_full || !h->is_alive)
        return; /* not used up: nothing to learn */
    else if (h->trial == DNS_HOLD)
        try_window(h, useful);
    else
        end_window_trial(h, useful);
}

static uint64_t epoch_us(const struct dns_health *h)
{
    uint64_t us = 2 * h->rtt_us;
    uint64_t least = EPOCH_LEAST_US;

    if (h->is_paced) {
        least = EPOCH_PACED_US;
        us += (uint64_t)(EPOCH_ANSWERS / h->pacer.rate * 1e6);
    }
    us = us > least ? us : least;
    return us < EPOCH_MOST_US ? us : EPOCH_MOST_US;
}

void dns_health_judge(struct dns_health *h, uint64_t now_us)
{
    uint64_t span_us = now_us - h->epoch.begun_us;

    if (span_us < epoch_us(h))
        return;
    if (h->epoch.begun_us > 0 && !h->is_paced)
        judge_window(h, (double)span_us / 1e6, now_us);
    else if (h->epoch.begun_us > 0 && h->is_alive)
        judge_pace(h, (double)span_us / 1e6, now_us);
    h->late_us -= h->late_us / 256;
    h->epoch = (struct dns_epoch){ .begun_us = now_us };
}

static void die(struct dns_health *h)
{
    h->is_alive = false;
    h->is_steep = false;
    h->kept = at_most(WINDOW_DEAD, h->window_max);
    set_window(h, WINDOW_DEAD);
}

void dns_health_silent(struct dns_health *h)
{
    die(h);
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
