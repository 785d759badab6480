/* The bulk PTR engine; its first comment in engine.c is the module's README. */
#ifndef DNS_ENGINE_H
#define DNS_ENGINE_H

#include <sys/socket.h>

#include "base/clock.h"
#include "snowline/error.h"
#include "snowline/records.h"
#include "snowline/targets.h"

struct uv_loop_s;
struct dns_engine;

/** One system call for many queries of equal length (UDP_SEGMENT). */
enum dns_gso {
    DNS_GSO_AUTO, /**< for servers that have proven to keep up */
    DNS_GSO_ON,
    DNS_GSO_OFF
};

struct dns_config {
    const struct sockaddr_storage *servers; /**< [n_servers], 1 … 64 */
    size_t n_servers;
    double rate_qps;     /**< over all servers; 0 lifts */
    unsigned window_max; /**< queries in flight per server; 0: adaptive */
    enum dns_gso gso;
    unsigned timeout_ms; /**< of one try */
    unsigned tries;      /**< 1 … 16 */
};

/** Who is asked first: a zone's own servers, or the resolvers. */
#define DNS_RESOLVERS 0
#define DNS_GROUPS_MAX 256

/** Labels of a reverse name below in-addr.arpa or ip6.arpa: all of them. */
#define DNS_LABELS_ALL 32

/** One name to ask about. */
struct dns_question {
    struct snow_step step; /**< the address, or one below the name */
    uint8_t labels;        /**< of its reverse name that are asked about, the
                                most significant ones: 3 for an IPv4 /24 */
    uint8_t tries;         /**< at most; 0: as configured */
    uint8_t group;         /**< DNS_RESOLVERS, or dns_engine_add_group()'s */
    uint8_t part;          /**< the asker's own */
};

/** The zone is not known. */
#define DNS_ZONE_UNKNOWN 255

/** The final answer about one name. */
struct dns_answer {
    uint8_t status;  /**< enum snow_ptr_status, never PENDING */
    uint8_t n_names; /**< <= SNOW_BLOCK_NAMES_MAX */
    uint16_t rcode;
    uint32_t ttl;      /**< of the PTR records, the least; 0 without */
    const char *names; /**< presentation form, lower case, no final dot, each
                            NUL-terminated, sorted; gone after the call */
    size_t names_len;  /**< with all NULs */
    unsigned server;   /**< index of who said it; DNS_NOBODY */
    bool is_authoritative; /**< AA is set */
    bool is_alias;         /**< the name is a CNAME: NXDOMAIN is not its own */
    uint8_t zone_labels;   /**< of the zone that denies, as in the question;
                                DNS_ZONE_UNKNOWN */
};

#define DNS_NOBODY 255

struct dns_hooks {
    /** One more address to ask; as snow_targets_next(). SNOW_EAGAIN with
     * *wait_us UINT64_MAX waits for dns_engine_kick(). */
    int (*next)(void *arg, uint64_t now_us, struct dns_question *out,
                uint64_t *wait_us);
    /** A name is asked once more (its /24 hears one more question). */
    void (*again)(void *arg, const struct dns_question *q);
    /** The final answer; once for each question that next() gave, except for
     * those still open when done() is called with an error. */
    void (*answer)(void *arg, const struct dns_question *q,
                   const struct dns_answer *a);
    /** After each round: no more is given before the next; may be NULL. */
    void (*rest)(void *arg);
    /** Called once: 0 all is answered; SNOW_ECANCELED after _stop();
     * SNOW_ETIMEOUT when no server has answered anything for tries × timeout:
     * what is open stays unanswered. */
    void (*done)(void *arg, int code);
    void *arg;
};

struct dns_server_stats {
    uint64_t sent, again, answered, timeouts;
    uint64_t by_status[16]; /**< final answers that it gave */
    unsigned window, in_flight;
    double rate_qps;         /**< it is paced at; 0: it is not */
    unsigned checked, wrong; /**< answers held against another resolver's */
    bool is_alive;
    bool is_doubtful;  /**< it answers wrongly */
    bool is_inventing; /**< it has an address for a name below .invalid */
    bool is_dropped;   /**< and is not asked any more */
};

struct dns_stats {
    uint64_t sent;          /**< queries, with those asked again */
    uint64_t again;         /**< of these, not the first about their address */
    uint64_t by_status[16]; /**< final answers */
    uint64_t over_tcp;
    uint64_t dropped;     /**< datagrams that matched no question of ours */
    uint64_t fallen_back; /**< a zone's own servers did not help */
    size_t in_flight;     /**< addresses without a final answer */
};

/**
 * Make an engine on @p loop. Nothing is asked before dns_engine_start().
 *
 * @param cfg    copied
 * @param hooks  copied; all called from the loop, never from _start()
 * @return       0, SNOW_ENOMEM, SNOW_EIO (no socket)
 * @owner        the caller, with dns_engine_close()
 */
int dns_engine_new(struct dns_engine **out, struct uv_loop_s *loop,
                   const struct dns_config *cfg, const struct dns_hooks *hooks,
                   const struct clock *clock, struct snow_error *err);

void dns_engine_start(struct dns_engine *e);
void dns_engine_kick(struct dns_engine *e); /**< ask next() again, soon */
/** So many questions a second over all servers from here on; > 0. */
void dns_engine_set_rate(struct dns_engine *e, double qps);
void dns_engine_drain(struct dns_engine *e); /**< ask nothing new; done(0)
                                                  when all open is answered */
void dns_engine_stop(struct dns_engine *e);  /**< done(SNOW_ECANCELED), soon */

/**
 * Make a group of a zone's own servers, to be asked without recursion.
 *
 * Servers that are known already are shared. What none of them answers with
 * authority is asked of the resolvers.
 *
 * @param servers  [n]
 * @return         0; SNOW_ELIMIT when there are DNS_SERVERS or groups enough,
 *                 SNOW_EIO, SNOW_ENOMEM
 */
int dns_engine_add_group(struct dns_engine *e, uint8_t *group,
                         const struct sockaddr_storage *servers, size_t n);

/** How many servers there are; the configured ones come first. */
unsigned dns_engine_servers(const struct dns_engine *e);
const struct sockaddr_storage *dns_engine_server(const struct dns_engine *e,
                                                 unsigned server);

void dns_engine_stats(const struct dns_engine *e, struct dns_stats *out);
void dns_engine_server_stats(const struct dns_engine *e, unsigned server,
                             struct dns_server_stats *out);

/** After done() or before _start(): gives everything back once the loop has
 * closed the handles. NULL is fine. */
void dns_engine_close(struct dns_engine *e);

#endif
