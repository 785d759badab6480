/* Truncated answers once more, over TCP: c-ares, a channel per server. */
#ifndef DNS_TCP_H
#define DNS_TCP_H

#include "dns/slot.h"

struct uv_loop_s;

/** @p slot->reply holds what came, NULL if nothing did. May be called from
 * inside dns_tcp_ask(). */
typedef void (*dns_tcp_fn)(void *arg, struct dns_slot *slot);

struct dns_tcp_config {
    const struct sockaddr_storage *servers; /**< [n_servers]; borrowed */
    size_t n_servers;
    unsigned timeout_ms;
    dns_tcp_fn done;
    void *arg;
};

/** @owner the caller, with dns_tcp_close() */
int dns_tcp_new(struct dns_tcp **out, struct uv_loop_s *loop,
                const struct dns_tcp_config *cfg);

/** Ask @p slot's query of the server that it was last sent to; one done(). */
void dns_tcp_ask(struct dns_tcp *t, struct dns_slot *slot);

/** Is there room for one more question; is one open? */
bool dns_tcp_has_room(const struct dns_tcp *t);
bool dns_tcp_is_busy(const struct dns_tcp *t);

/** To be called often; looks after c-ares' timeouts. */
void dns_tcp_tick(struct dns_tcp *t, uint64_t now_us);

/** Every open question ends with done(), from here. NULL is fine. */
void dns_tcp_close(struct dns_tcp *t);

#endif
