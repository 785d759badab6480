#include "loop/lookup.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool lookup_is_host(const char *host)
{
    size_t n = 0;

    for (; host[n]; n++)
        if (!text_is_alnum(host[n]) && !strchr("-_.", host[n]))
            return false;
    return n > 0 && n < LOOKUP_HOST_MAX && *host != '.';
}

struct http_lookup *
lookup_new(void (*done)(void *owner, const struct snow_addr *addrs, size_t n),
           void *owner)
{
    struct http_lookup *l = malloc(sizeof *l);

    if (l)
        *l = (struct http_lookup){ .done = done, .owner = owner };
    return l;
}

void http_lookup_done(struct http_lookup *l, const struct snow_addr *addrs,
                      size_t n)
{
    struct http_lookup ended = *l;

    free(l);
    if (ended.owner)
        ended.done(ended.owner, addrs, n);
}

int lookup_take(struct lookup_addrs *out, const struct snow_addr *addrs,
                size_t n, bool (*allow)(void *arg, struct snow_addr a),
                void *arg)
{
    out->n = 0;
    for (size_t i = 0; i < n && out->n < LOOKUP_ADDRESSES_MAX; i++)
        if (allow(arg, addrs[i]))
            out->at[out->n++] = addrs[i];
    if (out->n > 0)
        return 0;
    return n > 0 ? SNOW_EPOLICY : SNOW_ENOTFOUND;
}

void lookup_sockaddr(struct sockaddr_storage *out, struct snow_addr a,
                     unsigned port)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (snow_addr_is_ipv4(a)) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        v4->sin_addr.s_addr = htonl(snow_addr_ipv4(a));
        return;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    for (size_t i = 0; i < 16; i++)
        v6->sin6_addr.s6_addr[i] =
            (uint8_t)((i < 8 ? a.hi : a.lo) >> (56 - i % 8 * 8));
}
