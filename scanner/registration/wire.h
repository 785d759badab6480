/* One question to one server, over RDAP or WHOIS: how each is sent, and what
 * an answer is. All that differs between the two is here. */
#ifndef REGISTRATION_WIRE_H
#define REGISTRATION_WIRE_H

#include "registration/rdap.h"

struct http;
struct talk;

#define WIRE_HOST_MAX 300 /**< with the final NUL */
#define WHOIS_PORT 43     /**< RFC 3912 §2 */

enum registration_protocol {
    REGISTRATION_OVER_RDAP,
    REGISTRATION_OVER_WHOIS,
    REGISTRATION_PROTOCOLS
};

struct registration_server {
    enum registration_protocol protocol;
    const char *where; /**< base URL ending in a slash, or a host; borrowed */
    unsigned port;     /**< of WHOIS */
};

/** What came of a question. */
struct registration_answer {
    int code; /**< 0: there is something to read; else as of http.h, talk.h;
                   SNOW_ELIMIT: more than is read */
    bool is_whole;      /**< false: what is left out may be what matters */
    const char *source; /**< URL, or "whois://HOST[:PORT]"; "": nobody */
    struct registration_reply reply; /**< status 0 of WHOIS */
};

/** A question under way: memory of whoever asks, until done. */
struct registration_wire {
    struct registration_server server;
    void (*done)(struct registration_wire *w,
                 const struct registration_answer *a);
};

struct registration_wires {
    struct http *http;
    struct talk *talk;
};

/**
 * Send a question to w->server.
 *
 * @param question  what follows the base URL, or the line with its end
 * @return          0: done is called once, later; SNOW_ENOMEM, SNOW_ESYNTAX,
 *                  SNOW_ECANCELED
 */
int registration_wire_send(struct registration_wire *w,
                           const struct registration_wires *all,
                           const char *question);

/** What all questions of one pace have in common: the host and its port, of
 * one protocol. */
void registration_wire_host(char out[WIRE_HOST_MAX],
                            const struct registration_server *s);

#endif
