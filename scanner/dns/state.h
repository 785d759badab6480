/* The engine's inside, shared by engine.c, ask.c and hear.c. */
#ifndef DNS_STATE_H
#define DNS_STATE_H

#include <uv.h>

#include "base/pool.h"
#include "dns/io.h"
#include "dns/servers.h"
#include "dns/tcp.h"
#include "loop/pacer.h"

#define DNS_CANARIES 4         /**< of one server, not answered yet */
#define DNS_OWNER_CANARY 65535 /**< owns an id; others are 1 + slot index */
#define DNS_OWNER_INVALID 65534
#define DNS_SLOTS_MAX 32768
#define DNS_SLOTS_LEAST 16384 /**< the lost ones wait out their time, too */
#define DNS_SERVERS 64        /**< a bit each in a mask */

struct dns_server {
    struct dns_health health;
    struct dns_socket *socket;
    struct dns_list flying;  /**< in the order in which they were sent */
    struct dns_slot *timely; /**< the first of these that is not overdue */
    bool is_resolver;        /**< recursion is asked of it */
    uint16_t canaries[DNS_CANARIES];
    unsigned n_canaries; /**< sent so far */
    uint64_t sent, again, answered, timeouts;
    uint64_t by_status[16];  /**< final answers that it gave */
    unsigned checked, wrong; /**< answers, held against another resolver's */
    unsigned vain;           /**< checked, too, but neither had a name */
    unsigned unchecked;      /**< since the last check */
    bool is_doubtful;        /**< too many were wrong, or it is inventing */
    bool is_inventing;       /**< it has addresses for names that none have */
    bool is_invalid_asked;
};

/** Whom questions of a kind go to. */
struct dns_group {
    uint64_t servers;        /**< a bit each */
    struct dns_list waiting; /**< to be asked as soon as one has room */
};

enum dns_stage { DNS_NEW, DNS_RUNNING, DNS_DONE };

struct dns_engine {
    uv_timer_t timer; /**< the only handle: the tick, or the next wake-up */
    struct dns_config cfg;
    struct dns_hooks hooks;
    struct clock clock;
    struct sockaddr_storage addresses[DNS_SERVERS]; /**< [n_servers] */
    struct dns_server servers[DNS_SERVERS];         /**< [n_servers] */
    unsigned n_servers;
    struct dns_group groups[DNS_GROUPS_MAX]; /**< [n_groups] */
    unsigned n_groups;
    size_t n_waiting; /**< in all groups */
    uint64_t timeout_us;

    enum dns_stage stage;
    bool is_draining, is_stopping;
    bool is_exhausted; /**< next() said SNOW_EDONE */

    struct pool slots;
    struct dns_list truncated; /**< to be asked over TCP */
    struct dns_list over_tcp;  /**< back from there, not judged yet */
    struct dns_tcp *tcp;
    struct pacer pacer;
    struct random random;
    unsigned turn; /**< server that is asked next */

    uint64_t live, refused; /**< servers, a bit each */
    uint64_t dropped;       /**< they answer wrongly */
    uint64_t now_us;
    uint64_t ask_at_us;       /**< next() is not worth asking before */
    uint64_t silent_us;       /**< first query that nobody has answered
                                   anything after; 0: none */
    unsigned sent_in_silence; /**< queries since then */

    struct dns_stats stats;
    unsigned char canary[DNS_QUERY_MAX];
    size_t canary_len;
    char names[DNS_NAMES_MAX];
    struct dns_inbox inbox;
};

static inline uint64_t dns_bit(unsigned server)
{
    return UINT64_C(1) << server;
}

/** Every resolver, a bit each. */
static inline uint64_t dns_resolvers(const struct dns_engine *e)
{
    return e->groups[DNS_RESOLVERS].servers;
}

/** It waits for a server of its group. */
static inline void dns_wait(struct dns_engine *e, struct dns_slot *s)
{
    dns_list_append(&e->groups[s->question.group].waiting, s);
    e->n_waiting++;
}

/** Addresses without a final answer. */
static inline size_t dns_open(const struct dns_engine *e)
{
    return e->slots.n - e->slots.n_free;
}

static inline unsigned dns_server_index(const struct dns_engine *e,
                                        const struct dns_server *s)
{
    return (unsigned)(s - e->servers);
}

/** Send whatever may be sent now. (ask.c) */
void dns_ask(struct dns_engine *e);

/** Take in what has come, and give up on what has not. (hear.c) */
void dns_hear(struct dns_engine *e);

/** The zone's own servers do not help: on to the resolvers. (hear.c) */
void dns_fall_back(struct dns_engine *e, struct dns_slot *slot);

/** Nobody listens at this server: all it was asked goes to others. (hear.c) */
void dns_hear_refusal(struct dns_engine *e, struct dns_server *s);

/** Back from TCP; only noted. (hear.c) */
void dns_hear_tcp(void *arg, struct dns_slot *slot);

#endif
