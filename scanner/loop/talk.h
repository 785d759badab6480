/* One thing said over TCP and the answer read to its end, many at once, on the
 * loop: the way WHOIS (RFC 3912) and its like are spoken. Names are resolved
 * and addresses checked as in loop/http.h. */
#ifndef LOOP_TALK_H
#define LOOP_TALK_H

#include "snowline/addr.h"
#include "snowline/error.h"

#include <stddef.h>

struct uv_loop_s;
struct http_lookup;
struct talk;

struct talk_config {
    unsigned timeout_ms; /**< one exchange, the name included */
    size_t parallel;     /**< exchanges under way at once; the others wait */

    /** Both as in struct http_config; http_lookup_done() ends a look-up. */
    void (*resolve)(void *arg, const char *host, struct http_lookup *l);
    bool (*allow)(void *arg, struct snow_addr a);
    void *arg;
};

/** What came of it; octets live until the callback returns. */
struct talk_answer {
    int code;    /**< 0: the other side has ended the conversation, or was cut;
                      else SNOW_ETIMEOUT, SNOW_EREFUSED (nothing there),
                      SNOW_ENOTFOUND (a name without addresses), SNOW_EPOLICY (no
                      address allowed), SNOW_ECANCELED, SNOW_ENOMEM, SNOW_EIO */
    bool is_cut; /**< there was more than answer_max */
    bool is_reset;         /**< ended by RST: what came before it is here */
    bool is_connected;     /**< it got as far as that, whatever the code */
    const char *host;      /**< of the request, */
    unsigned port;         /**< and its port */
    struct snow_addr from; /**< what was tried last */
    const char *octets;    /**< what came, also in time before SNOW_ETIMEOUT;
                                NUL-terminated as well */
    size_t len;
};

typedef void (*talk_fn)(void *arg, const struct talk_answer *a);

struct talk_request {
    const char *host;   /**< a name in A-label form, or an address */
    unsigned port;      /**< 1 … 65535 */
    const char *octets; /**< what is said once connected */
    size_t len;
    size_t answer_max; /**< octets of the answer that are kept; hung up after */
    talk_fn done;
    void *arg;
};

/** @owner the caller, with talk_close() */
int talk_new(struct talk **out, struct uv_loop_s *loop,
             const struct talk_config *cfg);

/** Start an exchange: fails at once, or calls done exactly once, later. The
 * request is copied. @return 0; SNOW_ENOMEM; SNOW_ESYNTAX for no host or no
 * port; SNOW_ECANCELED while closing */
int talk_ask(struct talk *t, const struct talk_request *r);

/** End all exchanges (done carries SNOW_ECANCELED, called from here) and give
 * everything back once the loop has closed the handles. NULL is fine. */
void talk_close(struct talk *t);

#endif
