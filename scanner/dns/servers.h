/* How much a name server is trusted with, and whether it is there. Pure. */
#ifndef DNS_SERVERS_H
#define DNS_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#define DNS_WINDOW_START 64 /**< what the smallest usual buffers hold twice */
#define DNS_WINDOW_MAX 8192 /**< ids stay sparse: 1/8 of 65536 */

#define DNS_GENERATIONS 4

/** Queries sent in one stretch of time. */
struct dns_generation {
    unsigned sent, left; /**< left: not answered yet */
    bool was_full;       /**< the window was used up */
};

/** The window and the health of one server. */
struct dns_health {
    unsigned window, window_max;
    unsigned threshold; /**< below it the window doubles, above it creeps */
    unsigned in_flight;
    bool is_alive;   /**< taken for alive until it is silent or refuses */
    bool is_refused; /**< its port is closed */
    uint64_t timeout_us;
    uint64_t heard_us;  /**< last answer to anything; 0 never */
    uint64_t canary_us; /**< last canary */
    uint64_t rtt_us;    /**< smoothed */
    uint64_t cut_us;    /**< when the window was last cut */

    /* fading counts, halved each timeout_us */
    unsigned answered, lost, servfails, refusals;
    uint64_t faded_us;

    struct dns_generation generations[DNS_GENERATIONS];
    uint32_t generation; /**< the number of the present one */
    uint64_t generation_us;
};

/** @param window_max  0: DNS_WINDOW_MAX */
void dns_health_init(struct dns_health *h, unsigned window_max,
                     uint64_t timeout_us);

bool dns_health_has_room(const struct dns_health *h);

/** A query leaves. @return the number of its generation */
uint32_t dns_health_sent(struct dns_health *h, uint64_t now_us);

/** An answer came to a query of @p generation sent at @p sent_us. */
void dns_health_answered(struct dns_health *h, uint32_t generation,
                         uint64_t sent_us, uint64_t now_us);

/** That answer was SERVFAIL or REFUSED: too many slow us down. */
void dns_health_failed(struct dns_health *h, unsigned status, uint64_t now_us);

/** It answered something: it is alive. */
void dns_health_heard(struct dns_health *h, uint64_t now_us);

/** A query timed out.
 * @param counts  as dns_policy_counts(): if not, the server may be dead */
void dns_health_lost(struct dns_health *h, uint32_t generation, bool counts,
                     uint64_t now_us);

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
