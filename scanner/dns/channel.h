/* A c-ares channel on the loop: its sockets watched, its clock ticking. */
#ifndef DNS_CHANNEL_H
#define DNS_CHANNEL_H

#include <ares.h>
#include <sys/socket.h>

#include "loop/fdwatch.h"

#define DNS_CHANNEL_TICK_MS 100 /**< ares_timeout() walks every query */

struct dns_channel {
    ares_channel ares;
    struct fdwatch *watch;
    void (*wake)(void *arg); /**< c-ares has worked, see what came of
                                  it; NULL: nobody waits for that */
    void *arg;
};

struct dns_channel_config {
    const struct sockaddr_storage *servers; /**< [n_servers] */
    size_t n_servers;
    int flags; /**< ARES_FLAG_… */
    unsigned timeout_ms, tries;
    bool is_uncached; /**< every question reaches a server */
};

/**
 * Callbacks of queries may run inside the call that asks: they may only take
 * notes. @p wake is called from the loop alone.
 *
 * @param c  zeroed, but for wake and arg
 * @return   0, SNOW_ENOMEM, SNOW_EINVAL
 */
int dns_channel_init(struct dns_channel *c, struct uv_loop_s *loop,
                     const struct dns_channel_config *cfg);

/** To be called about every DNS_CHANNEL_TICK_MS while something is asked. */
void dns_channel_tick(struct dns_channel *c);

/** Every open query calls back first. Zeroed is fine. */
void dns_channel_fini(struct dns_channel *c);

#endif
