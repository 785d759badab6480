/* One GET of one URL from addresses that were looked up already: what http.c
 * asks of curl, for exchange.c. No redirects, no names, no queue here. */
#ifndef LOOP_TRANSFER_H
#define LOOP_TRANSFER_H

#include <uv.h>

#include "base/text.h"
#include "loop/fdwatch.h"
#include "loop/http.h"
#include "loop/lookup.h"

struct curl_slist;
struct transfer;

/** Where a URL leads. Zeroed memory leads nowhere. */
struct http_place {
    char host[LOOKUP_HOST_MAX]; /**< lower case, no final dot, no brackets */
    unsigned port;
    bool is_https, is_literal;
    struct snow_addr addr; /**< of a literal host */
};

/**
 * Take a URL apart, and write it the way it is going to be asked for.
 *
 * Every spelling of an address (0x7f.1) ends as a literal one; a host that
 * curl would convert or take apart again is refused.
 *
 * @param p    zeroed
 * @param url  emptied first
 * @return     0, SNOW_ESYNTAX for no URL, SNOW_EPOLICY for one that is not
 *             followed: another scheme, a user name, an odd host; SNOW_ENOMEM
 */
int http_place_parse(struct http_place *p, struct buf *url, const char *text);

/** All transfers of one loop. CURLM and CURL are void to their users. */
struct transfers {
    const struct http_config *cfg;
    void *multi;
    struct fdwatch *watch;
    uv_timer_t timer; /**< the owner closes it between _stop() and _fini() */
    /** A transfer has ended by itself; from the loop, never from _start(). */
    void (*ended)(struct transfer *t, int code);
    bool has_curl;
};

/** A slot. Zeroed memory with `all` and `owner` set is ready to use. */
struct transfer {
    struct transfers *all;
    void *owner;
    void *easy;
    struct curl_slist *headers, *resolved;
    struct buf body;
    size_t body_max, header_octets;
    bool is_running;
    bool is_denied;    /**< an address was not allowed */
    bool is_too_large; /**< body or headers */
    bool is_look;      /**< of the request */
    bool is_cut;       /**< a body that is only looked at goes on */
};

/** What to fetch; borrowed until the transfer ends. */
struct transfer_target {
    const char *url;
    const struct http_place *place;
    const struct snow_addr *addrs; /**< [n], of a name; checked already */
    size_t n;
    const struct http_request *request;
};

/** @param ts  zeroed but for cfg and ended; after a failure call _fini()
 * @return 0, SNOW_ENOMEM, SNOW_EIO */
int transfers_init(struct transfers *ts, struct uv_loop_s *loop);
void transfers_stop(struct transfers *ts); /**< no callback from here on */
void transfers_fini(struct transfers *ts); /**< half-open is fine */

/** @return 0, SNOW_ENOMEM, SNOW_EIO */
int transfer_start(struct transfer *t, const struct transfer_target *target);
void transfer_stop(struct transfer *t); /**< without a call of ended() */
void transfer_fini(struct transfer *t);

/** Fill in what has come, borrowed until the next start; @p redirect is where
 * it points to, or NULL. */
void transfer_read(struct transfer *t, struct http_answer *a,
                   const char **redirect);

#endif
