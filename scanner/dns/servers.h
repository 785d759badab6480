/* How much a name server is trusted with, and whether it is there. Pure. */
#ifndef DNS_SERVERS_H
#define DNS_SERVERS_H

#include "loop/pacer.h"

#define DNS_WINDOW_START 64 /**< what the smallest usual buffers hold twice */
#define DNS_WINDOW_MAX 8192 /**< ids stay sparse: 1/8 of 65536 */

/** What came of questions in one stretch of time. */
struct dns_epoch {
    uint64_t begun_us;
    unsigned sent, answered, lost;
    unsigned servfails, refusals; /**< among the answered */
    bool was_full;                /**< the window was used up */
};

/** What is being found out about a server's bound. */
enum dns_trial {
    DNS_HOLD, /**< what it keeps up with: how much comes back? */
    DNS_UP,   /**< a little more: does more come back? */
    DNS_DOWN, /**< a little less: does less come back? */
};

/** The window, the pace and the health of one server. */
struct dns_health {
    unsigned window, window_max;
    unsigned kept;      /**< the window when nothing is tried */
    bool is_steep;      /**< it doubles, as nothing was ever in vain */
    unsigned in_flight; /**< asked, neither answered nor overdue */
    unsigned out;       /**< asked, neither answered nor given up */
    bool is_alive;      /**< taken for alive until it is silent or refuses */
    bool is_refused;    /**< its port is closed */
    bool is_proven;     /**< has kept up with a large window */
    uint64_t timeout_us;
    uint64_t heard_us;  /**< last answer to anything; 0 never */
    uint64_t asked_us;  /**< last question */
    uint64_t canary_us; /**< last canary */
    uint64_t cut_us;    /**< what was sent before says nothing any more */
    uint64_t newest_us; /**< when the last one that is answered was sent */

    uint64_t rtt_us, swing_us; /**< smoothed, and its mean deviation */
    uint64_t late_us;          /**< what overdue answers taught */

    struct dns_epoch epoch;
    enum dns_trial trial;
    bool was_down;        /**< the last one */
    double usual;         /**< answers a second, before the trial */
    unsigned wait, pause; /**< epochs until the next trial; between two */
    unsigned streak;      /**< trials of a higher pace that paid, in a row */
    double in_vain; /**< bad ones for each good one, before slowing down */
    uint64_t unpaced_until_us;
    bool is_paced;
    bool is_new_pace; /**< not proven to be of use yet */
    double rate;      /**< questions a second when nothing is tried */
    double tolerance; /**< share lost at any rate: not our doing */
    struct pacer pacer;
};

/** @param window_max  0: DNS_WINDOW_MAX */
void dns_health_init(struct dns_health *h, unsigned window_max,
                     uint64_t timeout_us);

/** May it be asked one more question now? */
bool dns_health_has_room(struct dns_health *h, uint64_t now_us);

/** A question is about to leave; a new window's worth may be judged. */
void dns_health_claim(struct dns_health *h, uint64_t now_us);

/** A try has ended, in whatever way. */
void dns_health_landed(struct dns_health *h);

/** An answer came to a question sent at @p sent_us.
 * @param was_overdue  dns_health_overdue() was told of it before */
void dns_health_answered(struct dns_health *h, uint64_t sent_us,
                         bool was_overdue, uint64_t now_us);

/** That answer was SERVFAIL or REFUSED: too many slow us down. */
void dns_health_failed(struct dns_health *h, unsigned status);

/** It answered something: it is alive. */
void dns_health_heard(struct dns_health *h, uint64_t now_us);

/** Is a question that left at @p sent_us lost? It is for judging window and
 * pace, long before it is asked again. */
bool dns_health_is_overdue(const struct dns_health *h, uint64_t sent_us,
                           uint64_t now_us);

/** It is; it no longer fills the window. */
void dns_health_overdue(struct dns_health *h, uint64_t sent_us);

/** Once a tick: grow, shrink, pace. */
void dns_health_judge(struct dns_health *h, uint64_t now_us);

/** A question timed out, and the server said nothing else meanwhile. */
void dns_health_silent(struct dns_health *h);

/** Its host says that nobody listens there. */
void dns_health_refused(struct dns_health *h);

/**
 * Is it time to ask whether it lives?
 *
 * @param oldest_us  when the oldest query in flight left; 0: none is
 * @param has_other  another server is alive, so that there is no hurry
 */
bool dns_health_wants_canary(const struct dns_health *h, uint64_t oldest_us,
                             bool has_other, uint64_t now_us);

#endif
