/* Names to addresses, and the system's servers: c-ares on the loop. */
#ifndef DNS_RESOLVE_H
#define DNS_RESOLVE_H

#include <sys/socket.h>

#include "dns/records.h"
#include "snowline/addr.h"
#include "snowline/error.h"

struct uv_loop_s;
struct dns_resolver;

#define DNS_SERVERS_MAX 64

/** The name servers this machine is configured with (c-ares' reading of
 * resolv.conf); asks nobody. @return 0, SNOW_EIO when there is none */
int dns_system_servers(struct sockaddr_storage servers[DNS_SERVERS_MAX],
                       size_t *n, struct snow_error *err);

/** Read "ADDR", "ADDR:PORT" or "[ADDR6]:PORT"; the port is 53 if not given.
 * @return 0, SNOW_ESYNTAX, SNOW_ERANGE */
int dns_server_parse(struct sockaddr_storage *out, const char *text);

void dns_server_from_addr(struct sockaddr_storage *out, struct snow_addr addr,
                          unsigned port);

/** Write "ADDR:PORT". */
void dns_server_format(const struct sockaddr_storage *server, char *out,
                       size_t cap);

/**
 * One that asks several servers: the next when one is silent, and one other
 * when one fails or refuses; what that one says is the answer.
 *
 * @param servers  [n], asked in turn @owner the caller, with _close()
 */
int dns_resolver_new(struct dns_resolver **out, struct uv_loop_s *loop,
                     const struct sockaddr_storage *servers, size_t n,
                     unsigned timeout_ms, unsigned tries);

/** One that asks a single server, once for each call. */
int dns_resolver_new_single(struct dns_resolver **out, struct uv_loop_s *loop,
                            const struct sockaddr_storage *server,
                            unsigned timeout_ms);
void dns_resolver_close(struct dns_resolver *r); /**< NULL is fine */

/** Addresses of a name, [n]; 0 when there are none or nobody answers. Gone
 * after the call. Exactly once, never from inside dns_resolver_ask(). */
typedef void (*dns_resolved_fn)(void *arg, const struct snow_addr *addrs,
                                size_t n);

/** Ask for A and AAAA of @p name. @return 0, SNOW_ENOMEM, SNOW_ECANCELED while
 * it is closed */
int dns_resolver_ask(struct dns_resolver *r, const char *name,
                     dns_resolved_fn done, void *arg);

/** As dns_resolved_fn. */
typedef void (*dns_records_fn)(void *arg, const struct dns_records *r);

/** Ask one question; over TCP when the answer is truncated.
 *
 * @param name  as text whose octets need no escape
 * @param type  one that dns_records_has_type()
 * @return      as dns_resolver_ask() */
int dns_resolver_query(struct dns_resolver *r, const char *name, unsigned type,
                       dns_records_fn done, void *arg);

/** Questions put to c-ares so far (A and AAAA are two). */
uint64_t dns_resolver_asked(const struct dns_resolver *r);

#endif
