/* Who registered a domain and when, and whose network an address lies in: whom
 * to ask, how often. The module's README is the first comment of client.c. */
#ifndef REGISTRATION_CLIENT_H
#define REGISTRATION_CLIENT_H

#include "base/clock.h"
#include "loop/http.h"
#include "loop/talk.h"
#include "snowline/records.h"

struct registration_client;

/** May a host be asked just now? */
enum registration_gate {
    REGISTRATION_GATE_OPEN,
    REGISTRATION_GATE_WAIT, /**< until registration_client_opened() */
};

struct registration_config {
    struct http *http;          /**< borrowed until _close() */
    struct talk *talk;          /**< for WHOIS; borrowed as well */
    bool no_rdap, no_whois;     /**< ways to a domain that are not taken */
    const char *bootstrap;      /**< URL or file of the IANA dns bootstrap; ""
                                         none: only overrides are asked */
    const char *const *servers; /**< [n_servers] "TLD=URL"; "*=URL" for all */
    size_t n_servers;
    const char *const *whois_servers; /**< [n_whois_servers] "TLD=HOST[:PORT]";
                                           "*=…" for all, ".=…" instead of
                                           whois.iana.org */
    size_t n_whois_servers;
    double rate;            /**< questions a second per host; 0 lifts */
    const char *cache_path; /**< NULL or "": no cache */
    /** Asked before each question to a host, which is called by its name:
     * lower case, with its port where that is not the usual one. NULL: always
     * open. */
    enum registration_gate (*gate)(void *arg, const char *host);
    void *gate_arg;
};

typedef void (*registration_fn)(void *arg, const struct snow_registration *r);
typedef void (*registration_network_fn)(void *arg,
                                        const struct snow_network *n);

struct registration_stats {
    const char *missed;  /**< URL of the bootstrap document instead of which the
                              snapshot had to serve, until _close(); or NULL */
    uint64_t asked_rdap; /**< HTTP requests sent */
    uint64_t asked_whois;
    uint64_t from_cache;
    uint64_t by_status[8]; /**< of domains */
    size_t waiting;        /**< domains and networks without an answer */
};

/**
 * @param cfg   copied
 * @return      0; SNOW_ESYNTAX for an override that is none; SNOW_EIO for a
 *              cache or bootstrap file that cannot be used; SNOW_ENOMEM
 * @owner       the caller, with registration_client_close()
 */
int registration_client_new(struct registration_client **out,
                            struct uv_loop_s *loop,
                            const struct registration_config *cfg,
                            const struct clock *clock, struct snow_error *err);

/**
 * Ask about a domain: done is called exactly once, later. What cannot be
 * learnt comes as UNKNOWN or LIMITED, never as an error.
 *
 * @param domain  registrable domain in A-label form; borrowed until done
 * @return        0, SNOW_ENOMEM
 */
int registration_client_ask(struct registration_client *c, const char *domain,
                            registration_fn done, void *arg);

/** Ask about the network an address lies in, in the same way. */
int registration_client_ask_network(struct registration_client *c,
                                    struct snow_addr addr,
                                    registration_network_fn done, void *arg);

void registration_client_stats(const struct registration_client *c,
                               struct registration_stats *out);

/** The gate of a host is open from here on; it is not asked for @p wait_ms, and
 * nothing is saved up for it. */
void registration_client_opened(struct registration_client *c, const char *host,
                                uint32_t wait_ms);

/** A host that has been asked, or is to be. */
struct registration_host_state {
    const char *name;
    bool is_busy;     /**< questions wait for it, or are under way */
    uint32_t wait_ms; /**< how long it must not be asked */
};

typedef void (*registration_host_fn)(void *arg,
                                     const struct registration_host_state *h);

/** @param fn  must neither ask nor close */
void registration_client_each_host(struct registration_client *c,
                                   registration_host_fn fn, void *arg);

/** Ends; what still waits gets no answer. NULL is fine. */
void registration_client_close(struct registration_client *c);

#endif
