/*
 * Two bounds hold at once.
 *
 * The window bounds what is in flight. More and less is tried in turn, and
 * judged by what comes back a second: so it ends where more would only wait in
 * queues. What is lost cuts it: so a server's receive buffer is seldom overrun.
 *
 * The pace bounds questions a second. It is tried where even a small window
 * loses, at the rate at which answers come back. A server that serves so many a
 * second and drops the rest then loses little: the pace stays, and a higher one
 * is tried now and then. On a bad line as large a share is lost as before:
 * slowing down helps nobody, and so much loss is borne from then on.
 *
 * A question is lost when a later one has been answered and its own answer is
 * due (RFC 8985: order tells more than time). While nothing comes back at all,
 * the server, or we, may only stand still, and more would overrun its buffer.
 *
 *   cut()          the window is too large
 *   end_slowing()  is it the pace, or the line?
 *   judge_window(), judge_pace()  once an epoch, a few round trips
 *
 * (Compare RFC 9743; BBR, ACM Queue 14-5: the rate of delivery is the signal.)
 */
#include "dns/servers.h"

#include "snowline/records.h"

#define WINDOW_LEAST 32 /* after losses */
#define WINDOW_DEAD 2
#define WINDOW_REVIVED 8
#define WINDOW_PROVEN 128 /* kept up with: bursts do no harm */
#define NEAR_US 4000      /* a window of 128 is there for 32,000/s and more: */
#define WINDOW_NEAR 128   /* small steps beyond, or buffers are overrun */

#define EPOCH_LEAST 16 /* have ended in one, answered or not */
#define EPOCH_LEAST_US 20000
#define EPOCH_BAD 64
#define EPOCH_BAD_US 100000 /* chance is large in small numbers */
#define EPOCH_PACED_US 200000
#define EPOCH_MOST_US 2000000
#define EPOCH_ANSWERS 32 /* a paced epoch has at least so many, if it can */

#define PATIENCE_LEAST_US 30000 /* a busy machine may stall a server */
#define BEARABLE 0.02           /* lost: more, and the window was too large */
#define HARMLESS 0.002          /* lost: more, and it is not made larger */
#define TOLERANCE_MOST 0.5      /* a server that loses more is asked slowly */

#define RATE_LEAST 10.0
#define BURST_S 0.004 /* a tick, on a machine that is busy */
#define UP 1.15
#define DOWN 0.9 /* below what came back: what was saved up is in it */
#define UP_STEEP 1.5
#define STREAK 3 /* so many steps in a row have paid: larger ones */
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

static uint64_t patience_us(const struct dns_health *h)
{
    uint64_t us = h->rtt_us + 4 * h->swing_us; /* RFC 6298 §2 */

    if (h->rtt_us == 0)
        return h->timeout_us;
    us = us > h->late_us ? us : h->late_us;
    us = us > PATIENCE_LEAST_US ? us : PATIENCE_LEAST_US;
    return us < h->timeout_us ? us : h->timeout_us;
}

bool dns_health_is_overdue(const struct dns_health *h, uint64_t sent_us,
                           uint64_t now_us)
{
    uint64_t age_us = now_us - sent_us;

    if (h->newest_us <= sent_us)
        return age_us >= h->timeout_us;
    return age_us >= patience_us(h);
}

/* One more than the window holds, now and then, while nothing comes back: its
 * answer tells that all before it are lost (RFC 8985 §7, the probe). */
static bool may_probe(const struct dns_health *h, uint64_t now_us)
{
    uint64_t last_us = h->heard_us > h->asked_us ? h->heard_us : h->asked_us;

    return h->is_alive && now_us - last_us >= patience_us(h);
}

bool dns_health_has_room(struct dns_health *h, uint64_t now_us)
{
    if (h->out >= h->window_max)
        return false;
    if (h->in_flight >= h->window && !may_probe(h, now_us))
        return false;
    return !h->is_paced || pacer_wait_us(&h->pacer, now_us) == 0;
}

void dns_health_claim(struct dns_health *h, uint64_t now_us)
{
    if (h->is_paced)
        pacer_charge(&h->pacer, now_us);
    h->asked_us = now_us;
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
    h->newest_us = h->newest_us > sent_us ? h->newest_us : sent_us;
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

static double share(unsigned part, const struct dns_epoch *e)
{
    return part / (double)at_least(e->answered + e->lost, 1);
}

/* More than the line, and chance, account for? */
static bool exceeds(const struct dns_health *h, double borne)
{
    const struct dns_epoch *e = &h->epoch;

    return bad_of(e) >
           2 + (borne + 1.5 * h->tolerance) * (e->answered + e->lost);
}

static bool is_bad(const struct dns_health *h)
{
    return exceeds(h, BEARABLE);
}

/* Bad ones for each good one. */
static double vain(const struct dns_epoch *e)
{
    return bad_of(e) / (useful_of(e) + 1);
}

/* --- the pace --- */

/* Twice what is out when nothing is lost: it bounds what a server costs that
 * falls silent. */
static void set_rate(struct dns_health *h, double rate, uint64_t now_us)
{
    rate = rate > RATE_LEAST ? rate : RATE_LEAST;
    pacer_set_rate(&h->pacer, rate, now_us);
    h->pacer.burst = 1 + rate * BURST_S;
    h->kept = at_least(WINDOW_LEAST,
                       (unsigned)(2 * rate * 1e-6 * (double)patience_us(h)));
    set_window(h, h->kept);
}

/* Of the present rate, what came back; the line's part does not matter. */
static double good_rate(const struct dns_health *h)
{
    double bad = share(bad_of(&h->epoch), &h->epoch);

    return DOWN * h->pacer.rate * (1 - bad) / (1 - h->tolerance);
}

/* To the rate at which answers come: is less in vain there? */
static void slow_down(struct dns_health *h, double rate, uint64_t now_us)
{
    h->trial = DNS_DOWN;
    h->in_vain = vain(&h->epoch);
    h->is_steep = false;
    h->streak = 0;
    h->cut_us = now_us;
    set_rate(h, rate, now_us);
}

static void begin_pacing(struct dns_health *h, double useful, uint64_t now_us)
{
    h->is_paced = h->is_new_pace = true;
    pacer_init(&h->pacer, useful, 1, now_us);
    slow_down(h, useful / 2, now_us);
    h->is_steep = true; /* that was only a guess */
}

/* As much is lost at any rate: the line is bad, and that is borne. */
static void bear(struct dns_health *h, uint64_t now_us)
{
    double lost = share(bad_of(&h->epoch), &h->epoch);

    h->tolerance = lost < TOLERANCE_MOST ? lost : TOLERANCE_MOST;
    if (h->is_new_pace) {
        h->is_paced = false;
        h->unpaced_until_us = now_us + UNPACED_US;
        h->kept = at_most(DNS_WINDOW_START, h->window_max);
        set_window(h, h->kept);
    } else {
        set_rate(h, h->rate, now_us);
    }
    h->is_steep = true;
    hold(h, 1);
}

static void end_slowing(struct dns_health *h, uint64_t now_us)
{
    const struct dns_epoch *e = &h->epoch;
    bool is_better = vain(e) < h->in_vain / 2;
    bool is_bearable = h->is_new_pace || share(bad_of(e), e) <= TOLERANCE_MOST;

    if (!is_better && is_bearable) {
        bear(h, now_us);
        return;
    }
    h->is_new_pace = false;
    h->rate = h->pacer.rate;
    hold(h, h->is_steep ? 1 : 2 * h->pause);
    if (is_bad(h))
        slow_down(h, good_rate(h), now_us);
}

static void end_rate_trial(struct dns_health *h, double useful, uint64_t now_us)
{
    double borne = useful / (1 - h->tolerance);
    bool is_better = borne >= (h->rate + h->pacer.rate) / 2;

    if (is_better)
        h->rate = h->pacer.rate;
    else
        set_rate(h, h->rate, now_us);
    h->streak = is_better ? h->streak + 1 : 0;
    h->is_steep = is_better && (h->is_steep || h->streak >= STREAK);
    hold(h, is_better ? h->pause : 2 * h->pause);
    if (is_better)
        h->wait = 1; /* on at once; but if that fails, a longer pause */
}

static void judge_pace(struct dns_health *h, double useful, uint64_t now_us)
{
    const struct dns_epoch *e = &h->epoch;
    bool is_used_up =
        e->sent * 1e6 >= 0.7 * h->pacer.rate * (double)(now_us - e->begun_us);

    if (h->trial == DNS_DOWN)
        end_slowing(h, now_us);
    else if (is_bad(h))
        slow_down(h, good_rate(h), now_us);
    else if (!is_used_up)
        return; /* nothing to learn */
    else if (h->trial == DNS_UP)
        end_rate_trial(h, useful, now_us);
    if (h->trial != DNS_HOLD || !h->is_paced || h->wait-- > 1)
        return;
    h->trial = DNS_UP;
    set_rate(h, h->rate * (h->is_steep ? UP_STEEP : UP), now_us);
}

/* --- the window --- */

/* Too much came back bad or not at all. */
static void cut(struct dns_health *h, double useful, uint64_t now_us)
{
    unsigned least = at_most(WINDOW_LEAST, h->kept);

    h->is_steep = h->is_proven = false;
    if (h->window <= WINDOW_LEAST && h->epoch.was_full &&
        now_us >= h->unpaced_until_us) {
        begin_pacing(h, useful, now_us);
        return;
    }
    h->kept = at_least(at_most(h->kept, h->window) * 2 / 3, least);
    if (share(bad_of(&h->epoch), &h->epoch) > TOLERANCE_MOST)
        h->kept = least;
    set_window(h, h->kept);
    h->cut_us = now_us;
    hold(h, 2 * h->pause);
}

static unsigned larger(const struct dns_health *h)
{
    bool is_near = h->rtt_us < NEAR_US;

    if (!h->is_steep || (is_near && h->kept >= WINDOW_NEAR))
        return h->kept + h->kept / 4 + 1;
    return 2 * h->kept;
}

/* Nearly full, a buffer loses a little: then a little less, once a pause. A
 * server that refuses a part is not asked for more. */
static void try_window(struct dns_health *h, double useful)
{
    bool may_grow = over(h->epoch.refusals, 2 + h->epoch.answered / 20) == 0;

    h->usual = useful;
    if (h->wait-- > 1)
        return;
    if (exceeds(h, HARMLESS)) {
        h->kept = at_least(h->kept - h->kept / 5, WINDOW_LEAST);
        set_window(h, h->kept);
        h->is_steep = false;
        hold(h, h->pause);
        return;
    }
    h->trial = h->is_steep || h->was_down ? DNS_UP : DNS_DOWN;
    h->was_down = h->trial == DNS_DOWN;
    if (h->trial == DNS_DOWN)
        set_window(h, at_least(h->kept - h->kept / 5, WINDOW_LEAST));
    else if (may_grow)
        set_window(h, larger(h));
}

/* More in flight has to bring more, less may bring hardly less: so the window
 * ends where questions would only wait in queues. */
static void end_window_trial(struct dns_health *h, double useful)
{
    double least = h->trial == DNS_DOWN          ? 0.96
                   : h->window < h->kept * 3 / 2 ? 1.08
                                                 : 1.2;
    bool is_better = useful >= h->usual * least &&
                     (h->trial == DNS_DOWN || !exceeds(h, HARMLESS));

    if (is_better) {
        h->kept = h->window;
        h->is_proven |= h->kept >= at_most(WINDOW_PROVEN, h->window_max);
    } else {
        h->is_steep = false;
        set_window(h, h->kept);
    }
    hold(h, is_better ? 1 : 2 * h->pause);
    if (h->is_steep)
        try_window(h, useful); /* at once */
}

static void judge_window(struct dns_health *h, double useful, uint64_t now_us)
{
    if (is_bad(h))
        cut(h, useful, now_us);
    else if (!h->epoch.was_full)
        return; /* not used up: nothing to learn */
    else if (h->trial == DNS_HOLD)
        try_window(h, useful);
    else
        end_window_trial(h, useful);
}

/* --- both --- */

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
    h->epoch = (struct dns_epoch){ .begun_us = now_us };
    hold(h, 1);
    if (h->is_paced)
        set_rate(h, h->rate, now_us);
}

static uint64_t epoch_us(const struct dns_health *h)
{
    uint64_t us = 2 * h->rtt_us;
    uint64_t least = EPOCH_LEAST_US;

    if (h->tolerance > BEARABLE || (h->window <= WINDOW_LEAST && !h->is_steep))
        least = EPOCH_BAD_US;
    if (h->is_paced) {
        least = EPOCH_PACED_US;
        us += (uint64_t)(EPOCH_ANSWERS / h->pacer.rate * 1e6);
    }
    us = us > least ? us : least;
    return us < EPOCH_MOST_US ? us : EPOCH_MOST_US;
}

void dns_health_judge(struct dns_health *h, uint64_t now_us)
{
    const struct dns_epoch *e = &h->epoch;
    uint64_t span_us = now_us - e->begun_us;
    double useful = useful_of(e) / (double)span_us * 1e6;
    unsigned n = e->answered + e->lost;

    unsigned least = h->tolerance > BEARABLE ? EPOCH_BAD : EPOCH_LEAST;
    bool is_telling = n >= least && e->answered > 0;

    if (span_us < epoch_us(h) || (!is_telling && span_us < EPOCH_MOST_US))
        return;
    if (e->begun_us > 0 && h->is_alive && is_telling) {
        if (!is_bad(h))
            h->tolerance += (share(bad_of(e), e) - h->tolerance) / 8;
        if (h->is_paced)
            judge_pace(h, useful, now_us);
        else
            judge_window(h, useful, now_us);
    }
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
