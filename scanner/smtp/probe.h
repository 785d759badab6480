/* Many polite SMTP conversations at once; the module's README is the first
 * comment of probe.c. */
#ifndef SMTP_PROBE_H
#define SMTP_PROBE_H

#include <sys/socket.h>

#include "base/clock.h"
#include "snowline/error.h"
#include "snowline/records.h"
#include "snowline/targets.h"

struct uv_loop_s;
struct smtp_engine;

struct smtp_config {
    const char *ehlo; /**< our own host name, <= 255 octets */
    uint16_t port;
    double rate;          /**< new connections a second; 0 lifts */
    unsigned concurrency; /**< conversations at once, >= 1 */
    unsigned connect_timeout_ms, banner_timeout_ms;
    unsigned total_timeout_ms;      /**< bounds the other two as well */
    bool says_starttls;             /**< where it is offered */
    bool has_tls_at_once;           /**< as on port 465, RFC 8314 §3 */
    struct sockaddr_storage source; /**< to bind to; ss_family 0: any; targets
                                         of another family: local-error */
};

struct smtp_hooks {
    /** As in struct dns_hooks; anything but 0 and SNOW_EAGAIN is the end. */
    int (*next)(void *arg, uint64_t now_us, struct snow_step *out,
                uint64_t *wait_us);
    /** The record of one conversation; gone after the call. */
    void (*answer)(void *arg, const struct snow_step *step,
                   const struct snow_probe *p);
    /** Once: 0, or SNOW_ECANCELED after _stop(). */
    void (*done)(void *arg, int code);
    void *arg;
};

struct smtp_stats {
    uint64_t connections;
    uint64_t by_status[16];
    size_t in_flight;
};

/**
 * Make an engine on @p loop. Nobody is greeted before smtp_engine_start(). The
 * program ignores SIGPIPE.
 *
 * @param cfg    copied
 * @param hooks  copied; all called from the loop, never from _start()
 * @return       0, SNOW_ENOMEM, SNOW_EINVAL (a name that would break the line
 *               it is said in)
 * @owner        the caller, with smtp_engine_close()
 */
int smtp_engine_new(struct smtp_engine **out, struct uv_loop_s *loop,
                    const struct smtp_config *cfg,
                    const struct smtp_hooks *hooks, const struct clock *clock,
                    struct snow_error *err);
void smtp_engine_start(struct smtp_engine *e);
void smtp_engine_kick(struct smtp_engine *e);
/** So many new connections a second from here on; > 0. */
void smtp_engine_set_rate(struct smtp_engine *e, double rate);
void smtp_engine_drain(struct smtp_engine *e); /**< greet nobody new */
void smtp_engine_stop(struct smtp_engine *e);  /**< hang up; open
                                      conversations give no answer(), those
                                      that have ended still do */
void smtp_engine_stats(const struct smtp_engine *e, struct smtp_stats *out);
void smtp_engine_close(struct smtp_engine *e); /**< at any time, from done()
                                      too; as dns_engine_close() */

#endif
