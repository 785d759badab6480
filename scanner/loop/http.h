/* Polite HTTP GETs on the loop: curl multi, spoken to in http.c alone. Names
 * are resolved by whom the caller says, and every address is checked before it
 * is connected to. The program ignores SIGPIPE. */
#ifndef LOOP_HTTP_H
#define LOOP_HTTP_H

#include "snowline/addr.h"
#include "snowline/error.h"

#include <stddef.h>

struct uv_loop_s;
struct http;
struct http_lookup; /**< one name being resolved */

/** Hand over the result of a look-up; n = 0 when there is none. Due exactly
 * once for each look-up, also after its exchange or http_close(). */
void http_lookup_done(struct http_lookup *l, const struct snow_addr *addrs,
                      size_t n);

struct http_turn; /**< a hop that waits until it may go on */

/** Where a hop leads. */
struct http_hop {
    const char *host; /**< lower case; gone after the call */
    unsigned port;
    bool is_https;
    struct snow_addr addr; /**< the first that will be tried */
};

/** Let a hop go on, or end its exchange with SNOW_EPOLICY. Due exactly once
 * for each turn, also after its exchange or http_close(). */
void http_turn_done(struct http_turn *t, bool may_go);

struct http_config {
    const char *user_agent; /**< names us, the version and the contact */
    const char *ca_file;    /**< NULL: the system's */
    unsigned timeout_ms;    /**< one exchange, redirects included, waiting for
                                 turns not */
    size_t parallel;        /**< exchanges under way at once */

    /** Start to resolve @p host; must lead to one http_lookup_done() call,
     * later or at once. Literal addresses are never asked for. */
    void (*resolve)(void *arg, const char *host, struct http_lookup *l);
    /** May this address be connected to? Asked of each that a name has, and
     * again of the one that a socket is opened for. */
    bool (*allow)(void *arg, struct snow_addr a);
    void *arg;
};

/** What came of a GET; all text lives until the callback returns. */
struct http_answer {
    int code;    /**< 0: there is a status; else SNOW_ETIMEOUT, SNOW_EREFUSED
                      (nothing there), SNOW_ENOTFOUND (a name without
                      addresses), SNOW_EPOLICY (address or scheme not
                      allowed, or a redirect from https to http), SNOW_ELIMIT
                      (body or headers too large), SNOW_ECANCELED, SNOW_ENOMEM,
                      SNOW_EIO (TLS, a broken answer, no way to there) */
    long status; /**< HTTP status of the last response */
    const char *body; /**< NUL-terminated as well */
    size_t body_len;
    const char *content_type; /**< "" if none, and so for the next four */
    const char *retry_after;
    const char *cache_control;
    const char *etag;
    const char *expires;
    const char *url;      /**< where it came from in the end */
    const char *address;  /**< that was connected to, "" if none */
    const char *redirect; /**< where it points to and was not followed, or "" */
    unsigned redirects;   /**< that were followed */
    bool is_cut;          /**< the body goes on */
};

typedef void (*http_fn)(void *arg, const struct http_answer *a);

struct http_request {
    const char *url;           /**< http or https */
    const char *accept;        /**< NULL: anything */
    const char *if_none_match; /**< NULL: none */
    size_t body_max;           /**< octets, after decompression */
    unsigned redirects; /**< followed at most, by our own hand; the one after
                             the last is the answer */
    /** It is only looked at, nothing is believed: a body that is too large is
     * cut, certificates are not judged, https may lead to http, and the
     * connection is closed afterwards. */
    bool is_look;
    /** Asked of each hop before it is connected to; must lead to one
     * http_turn_done(), later or at once. NULL: each may go. */
    void (*turn)(void *arg, const struct http_hop *hop, struct http_turn *t);
    http_fn done;
    void *arg;
};

/** @owner the caller, with http_close() */
int http_new(struct http **out, struct uv_loop_s *loop,
             const struct http_config *cfg);

/** Start a GET: fails at once, or calls done exactly once, later. The request
 * is copied. @return 0; SNOW_ENOMEM; SNOW_ESYNTAX for no URL or a header value
 * that would break its line; SNOW_ECANCELED while closing */
int http_get(struct http *h, const struct http_request *r);

/** End all exchanges (done carries SNOW_ECANCELED, called from here) and give
 * everything back once the loop has closed the handles. NULL is fine. */
void http_close(struct http *h);

#endif
