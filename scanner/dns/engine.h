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

struct dns_config {
    const struct sockaddr_storage *servers; /**< [n_servers], 1 … 64 */
    size_t n_servers;
    double rate_qps;     /**< over all servers; 0 lifts */
    unsigned window_max; /**< queries in flight per server; 0: adaptive */
    unsigned timeout_ms; /**< of one try */
    unsigned tries;      /**< 1 … 16 */
};

/** The final answer about one address. */
struct dns_answer {
    uint8_t status;  /**< enum snow_ptr_status, never PENDING */
    uint8_t n_names; /**< <= SNOW_BLOCK_NAMES_MAX */
    uint16_t rcode;
    uint32_t ttl;      /**< of the PTR records, the least; 0 without */
    const char *names; /**< presentation form, lower case, no final dot, each
                            NUL-terminated, sorted; gone after the call */
    size_t names_len;  /**< with all NULs */
    unsigned server;   /**< index of who said it; n_servers for nobody */
};

struct dns_hooks {
    /** One more address to ask; as snow_targets_next(). SNOW_EAGAIN with
     * *wait_us UINT64_MAX waits for dns_engine_kick(). */
    int (*next)(void *arg, uint64_t now_us, struct snow_step *out,
                uint64_t *wait_us);
    /** An address is asked once more (its /24 hears one more question). */
    void (*again)(void *arg, const struct snow_step *step);
    /** The final answer; once for each address that next() gave, except for
     * those still open when done() is called with an error. */
    void (*answer)(void *arg, const struct snow_step *step,
                   const struct dns_answer *a);
    /** Called once: 0 all is answered; SNOW_ECANCELED after _stop();
     * SNOW_ETIMEOUT when no server has answered anything for tries × timeout:
     * what is open stays unanswered. */
    void (*done)(void *arg, int code);
    void *arg;
};

struct dns_server_stats {
    uint64_t sent, again, answered, timeouts;
    unsigned window, in_flight;
    bool is_alive;
};

struct dns_stats {
    uint64_t sent;          /**< queries, with those asked again */
    uint64_t again;         /**< of these, not the first about their address */
    uint64_t by_status[16]; /**< final answers */
    uint64_t over_tcp;
    uint64_t dropped; /**< datagrams that matched no question of ours */
    size_t in_flight; /**< addresses without a final answer */
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
void dns_engine_kick(struct dns_engine *e);  /**< ask next() again, soon */
void dns_engine_drain(struct dns_engine *e); /**< ask nothing new; done(0)
                                                  when all open is answered */
void dns_engine_stop(struct dns_engine *e);  /**< done(SNOW_ECANCELED), soon */

void dns_engine_stats(const struct dns_engine *e, struct dns_stats *out);
void dns_engine_server_stats(const struct dns_engine *e, unsigned server,
                             struct dns_server_stats *out);

/** After done() or before _start(): gives everything back once the loop has
 * closed the handles. NULL is fine. */
void dns_engine_close(struct dns_engine *e);

#endif
