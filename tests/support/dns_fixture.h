/* A name server that does what no real one does: loses, lies, dies. */
#ifndef SUPPORT_DNS_FIXTURE_H
#define SUPPORT_DNS_FIXTURE_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/** How it behaves. A good answer to a PTR query is "host.example". */
struct dns_fixture_plan {
    bool is_closed;         /**< nobody listens at the port */
    bool is_junky;          /**< rubbish and forgeries before each answer */
    bool is_truncating;     /**< and nobody listens for TCP */
    unsigned drops_percent; /**< queries lost */
    unsigned rcode;         /**< of every answer */
    unsigned silent_first;  /**< so many queries get no answer */
    unsigned dies_after;    /**< so many answers; 0: never */
    int mute_about;         /**< never answers about addresses a.b.c.N */
};

struct dns_fixture {
    struct dns_fixture_plan plan;
    struct sockaddr_storage addr;
    int fd;
    pthread_t thread;
    atomic_bool is_stopping;
    atomic_uint queries, answers;
};

/** @return 0, or -1 @owner the caller, with dns_fixture_stop() */
int dns_fixture_start(struct dns_fixture *f,
                      const struct dns_fixture_plan *plan);
void dns_fixture_stop(struct dns_fixture *f); /**< zeroed is fine */

#endif
