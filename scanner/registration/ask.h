/* What the files of the client share: a question, the host it goes to, and
 * what it is about. */
#ifndef REGISTRATION_ASK_H
#define REGISTRATION_ASK_H

#include <uv.h>

#include "registration/client.h"
#include "registration/pace.h"
#include "registration/route.h"

struct registration_ask;

/** An answer in the making. */
struct registration_result {
    unsigned status; /**< enum snow_registration_status */
    bool has_source; /**< somebody has spoken */
    bool is_whole;
    union {
        struct snow_registration domain;
        struct snow_network network;
        char host[CACHE_HOST_MAX]; /**< of a referral */
    };
};

/** A kind of question: about a domain, a network, or a TLD's WHOIS server. */
struct registration_topic {
    bool is_inner; /**< asked by ourselves: in no statistics, never claimed */
    /** Find the way. @return as registration_routes_find() */
    int (*route)(struct registration_ask *a, struct registration_route *out,
                 struct registration_referral **referral);
    /** Write the question; nothing at all when it cannot be asked. */
    void (*write)(struct buf *to, const struct registration_ask *a);
    /** Look it up in the cache. @return as registration_cache_get() */
    int (*recall)(const struct registration_ask *a,
                  struct registration_result *r);
    /** A result of which nothing is known. */
    void (*init)(const struct registration_ask *a,
                 struct registration_result *r);
    /** Read what came; sets the status. */
    void (*read)(const struct registration_ask *a,
                 struct registration_result *r,
                 const struct registration_answer *from);
    void (*keep)(const struct registration_ask *a,
                 const struct registration_result *r);
    /** Hand it over; may ask more, or close the client. Frees the question. */
    void (*tell)(struct registration_ask *a, struct registration_result *r);
};

/** A question. */
struct registration_ask {
    struct registration_wire wire; /**< the first member */
    struct registration_ask *next;
    struct registration_client *client; /**< NULL: closed meanwhile */
    const struct registration_topic *topic;
    const char *name; /**< what it is about, as text */
    union {
        registration_fn domain;
        registration_network_fn network;
    } done;
    void *arg;
    struct registration_referral *referral; /**< that is asked for */
    struct registration_result *first;      /**< what RDAP said before WHOIS */
    struct registration_host *host;
    const char *query; /**< how the host is asked over WHOIS */
    uint64_t sent_us;
    unsigned limited;
    bool is_claimed;
    struct snow_addr addr; /**< of a network */
    char text[SNOW_ADDR_TEXT_MAX];
};

/** A server that has a pace of its own. */
struct registration_host {
    struct registration_host *next;
    struct registration_pace pace;
    struct registration_queue queue;
    struct registration_queue later; /**< another process asks about these */
    uint64_t later_us;
    bool is_shut; /**< the gate said so */
    struct registration_ask *under_way[PACE_PARALLEL];
    char name[WIRE_HOST_MAX];
    char where[CACHE_HOST_MAX]; /**< of WHOIS: its name or address */
};

struct registration_client {
    struct registration_wires wires;
    const struct clock *clock;
    double rate;
    enum registration_gate (*gate)(void *arg, const char *host);
    void *gate_arg;
    struct registration_cache *cache; /**< NULL: none, or no good any more */
    struct registration_directory directory;
    struct registration_routes routes;
    struct registration_host *hosts;
    struct registration_queue fresh, waiting; /**< waiting: for a document */
    struct registration_stats stats;
    uv_timer_t timer;
    bool is_closing;
    bool is_stopped; /**< the wires are gone: nothing is asked any more */
};

extern const struct registration_topic registration_domain;
extern const struct registration_topic registration_network;
extern const struct registration_topic registration_referral;

/** Free a question and what it holds. */
void registration_ask_free(struct registration_ask *a);

/** A result of which nothing is known. */
void registration_result_init(const struct registration_ask *a,
                              struct registration_result *r, unsigned status);

/** It is over with a server: go on to the next, or keep the answer and hand it
 * over. Whoever takes it may ask more, or close the client. */
void registration_ask_settle(struct registration_ask *a,
                             struct registration_result *r);

/** The same with an answer that nobody gave. */
void registration_ask_settle_alone(struct registration_ask *a, unsigned status);

/** Answer from the cache. @return false when it has no answer */
bool registration_ask_recall(struct registration_ask *a);

/** The host of a server, with its pace. @return NULL: no memory */
struct registration_host *
registration_host_of(struct registration_client *c,
                     const struct registration_server *s);

/** Send what may be sent to a host now. */
void registration_host_serve(struct registration_client *c,
                             struct registration_host *h);

/** How long until a host may be asked again; UINT64_MAX: nothing to ask. */
uint64_t registration_host_wait_us(struct registration_host *h,
                                   uint64_t now_us);

/** What is under way gets no answer. */
void registration_host_abandon(struct registration_host *h);

/** Make the client look after its queues, soon. */
void registration_client_wake(struct registration_client *c);

#endif
