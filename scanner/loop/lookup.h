/* What all that connect to a host share: its name under way to addresses, and
 * which of those may be connected to. */
#ifndef LOOP_LOOKUP_H
#define LOOP_LOOKUP_H

#include "loop/http.h"

#include <sys/socket.h>

#define LOOKUP_HOST_MAX 254     /**< RFC 1035 §2.3.4, NUL included */
#define LOOKUP_ADDRESSES_MAX 16 /**< of one name */

/** Zeroed memory with `done` and `owner` set; http_lookup_done() frees it. */
struct http_lookup {
    void (*done)(void *owner, const struct snow_addr *addrs, size_t n);
    void *owner; /**< NULL when that ended first */
};

/** Addresses of a host that may be connected to. */
struct lookup_addrs {
    struct snow_addr at[LOOKUP_ADDRESSES_MAX];
    size_t n;
};

/** Letters, digits, '-', '_' and '.' alone, and not too many: nothing that
 * anyone on the way would convert (IDNA) or take apart again. */
bool lookup_is_host(const char *host);

/** @return NULL: no memory @owner whoever it is handed to, http_lookup_done()
 */
struct http_lookup *
lookup_new(void (*done)(void *owner, const struct snow_addr *addrs, size_t n),
           void *owner);

/** Keep what @p allow allows, as many as fit.
 * @return 0; SNOW_ENOTFOUND for none at all, SNOW_EPOLICY for none allowed */
int lookup_take(struct lookup_addrs *out, const struct snow_addr *addrs,
                size_t n, bool (*allow)(void *arg, struct snow_addr a),
                void *arg);

/** As connect() wants it. */
void lookup_sockaddr(struct sockaddr_storage *out, struct snow_addr a,
                     unsigned port);

#endif
