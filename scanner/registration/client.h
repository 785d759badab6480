/* Who registered a domain, and when: whom to ask, how often. The module's
 * README is the first comment of client.c. */
#ifndef REGISTRATION_CLIENT_H
#define REGISTRATION_CLIENT_H

#include "base/clock.h"
#include "loop/http.h"
#include "snowline/records.h"

struct registration_client;

struct registration_config {
    const char *bootstrap;      /**< URL or file of the IANA dns bootstrap; ""
                                     none: only overrides are asked */
    const char *const *servers; /**< [n_servers] "TLD=URL"; "*=URL" for all */
    size_t n_servers;
    double rate;            /**< questions a second per host; 0 lifts */
    const char *cache_path; /**< NULL or "": no cache */
};

typedef void (*registration_fn)(void *arg, const struct snow_registration *r);

struct registration_stats {
    const char *missed; /**< URL of the bootstrap document instead of which the
                             snapshot had to serve, until _close(); or NULL */
    uint64_t asked;     /**< HTTP requests sent */
    uint64_t from_cache;
    uint64_t by_status[8];
    size_t waiting; /**< domains without an answer */
};

/**
 * @param cfg   copied
 * @param http  borrowed until _close()
 * @return      0; SNOW_ESYNTAX for an override that is no TLD=URL; SNOW_EIO
 *              for a cache or bootstrap file that cannot be used; SNOW_ENOMEM
 * @owner       the caller, with registration_client_close()
 */
int registration_client_new(struct registration_client **out,
                            struct uv_loop_s *loop, struct http *http,
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

void registration_client_stats(const struct registration_client *c,
                               struct registration_stats *out);

/** Ends; domains still waiting get no answer. NULL is fine. */
void registration_client_close(struct registration_client *c);

#endif
