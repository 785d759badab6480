#include "dns/resolve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <uv.h>

#include "base/text.h"
#include "dns/answer.h"
#include "dns/channel.h"

#define PORT_DEFAULT 53

static void set_ipv4(struct sockaddr_storage *out, struct in_addr addr,
                     unsigned port)
{
    struct sockaddr_in in = { .sin_family = AF_INET,
                              .sin_addr = addr,
                              .sin_port = htons((uint16_t)port) };

    memset(out, 0, sizeof *out);
    memcpy(out, &in, sizeof in);
}

static void set_ipv6(struct sockaddr_storage *out, const void *addr,
                     unsigned port)
{
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
                                .sin6_port = htons((uint16_t)port) };

    memcpy(&in6.sin6_addr, addr, sizeof in6.sin6_addr);
    memset(out, 0, sizeof *out);
    memcpy(out, &in6, sizeof in6);
}

static void set_from_node(struct sockaddr_storage *out,
                          const struct ares_addr_port_node *node)
{
    unsigned port =
        node->udp_port > 0 ? (unsigned)node->udp_port : PORT_DEFAULT;

    if (node->family == AF_INET)
        set_ipv4(out, node->addr.addr4, port);
    else
        set_ipv6(out, &node->addr.addr6, port);
}

int dns_system_servers(struct sockaddr_storage servers[DNS_SERVERS_MAX],
                       size_t *n, struct snow_error *err)
{
    struct ares_addr_port_node *nodes = NULL;
    struct ares_options options = { 0 };
    ares_channel ares;
    size_t found = 0;

    if (ares_init_options(&ares, &options, 0) != ARES_SUCCESS)
        return snow_fail(err, SNOW_EIO,
                         "this machine's name servers cannot be read");
    if (ares_get_servers_ports(ares, &nodes) == ARES_SUCCESS)
        for (struct ares_addr_port_node *at = nodes;
             at && found < DNS_SERVERS_MAX; at = at->next)
            set_from_node(&servers[found++], at);
    ares_free_data(nodes);
    ares_destroy(ares);
    if (found == 0)
        return snow_fail(err, SNOW_EIO,
                         "this machine has no name server; name one");
    *n = found;
    return 0;
}

/* Split "ADDR", "ADDR:PORT", "[ADDR6]" and "[ADDR6]:PORT"; more than one colon
 * outside brackets is an IPv6 address alone. *port is NULL if there is none. */
static int split(char *text, char **addr, char **port)
{
    char *colon = strchr(text, ':');

    *addr = text;
    *port = NULL;
    if (*text == '[') {
        char *end = strchr(text, ']');

        if (!end || (end[1] != ':' && end[1] != '\0'))
            return SNOW_ESYNTAX;
        *addr = text + 1;
        *port = end[1] == ':' ? end + 2 : NULL;
        *end = '\0';
    } else if (colon && !strchr(colon + 1, ':')) {
        *port = colon + 1;
        *colon = '\0';
    }
    return 0;
}

int dns_server_parse(struct sockaddr_storage *out, const char *text)
{
    char copy[80], *addr, *port_text;
    uint64_t port = PORT_DEFAULT;
    struct in_addr addr4;
    struct in6_addr addr6;
    int code;

    if (strlen(text) >= sizeof copy)
        return SNOW_ESYNTAX;
    text_copy(copy, sizeof copy, text);
    code = split(copy, &addr, &port_text);
    if (code == 0 && port_text)
        code = text_parse_u64(&port, port_text, UINT16_MAX);
    if (code)
        return code;
    if (port == 0)
        return SNOW_ERANGE;
    if (*text != '[' && inet_pton(AF_INET, addr, &addr4) == 1)
        set_ipv4(out, addr4, (unsigned)port);
    else if (inet_pton(AF_INET6, addr, &addr6) == 1)
        set_ipv6(out, &addr6, (unsigned)port);
    else
        return SNOW_ESYNTAX;
    return 0;
}

void dns_server_from_addr(struct sockaddr_storage *out, struct snow_addr addr,
                          unsigned port)
{
    unsigned char octets[16];

    if (snow_addr_is_ipv4(addr)) {
        struct in_addr in = { .s_addr = htonl(snow_addr_ipv4(addr)) };

        set_ipv4(out, in, port);
        return;
    }
    for (int i = 0; i < 8; i++) {
        octets[i] = (unsigned char)(addr.hi >> (56 - 8 * i));
        octets[i + 8] = (unsigned char)(addr.lo >> (56 - 8 * i));
    }
    set_ipv6(out, octets, port);
}

void dns_server_format(const struct sockaddr_storage *server, char *out,
                       size_t cap)
{
    char addr[INET6_ADDRSTRLEN] = "?";
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (server->ss_family == AF_INET6) {
        memcpy(&in6, server, sizeof in6);
        inet_ntop(AF_INET6, &in6.sin6_addr, addr, sizeof addr);
        snprintf(out, cap, "[%s]:%u", addr, ntohs(in6.sin6_port));
        return;
    }
    memcpy(&in, server, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, addr, sizeof addr);
    snprintf(out, cap, "%s:%u", addr, ntohs(in.sin_port));
}

struct lookup {
    struct dns_resolver *resolver;
    struct lookup *next; /* in the list of those that are answered */
    dns_resolved_fn done;
    dns_records_fn told; /* instead of done, about this type */
    unsigned type;
    uint8_t status;
    void *arg;
    size_t n;
    struct snow_addr addrs[DNS_ADDRS_MAX];
    unsigned char *reply; /* [reply_len] to a question for records */
    size_t reply_len;
    bool is_second; /* it has been put to the second channel */
    char name[];
};

struct dns_resolver {
    uv_timer_t timer; /* c-ares' clock; at once when there are answers */
    struct dns_channel channel;
    struct dns_channel second; /* with several servers, the next one first */
    size_t n_open;             /* asked, not answered by c-ares */
    uint64_t n_asked;
    struct lookup *first, **last;
};

static void on_timer(uv_timer_t *timer);

static void schedule(struct dns_resolver *r)
{
    if (r->first)
        uv_timer_start(&r->timer, on_timer, 0, 0);
    else if (r->n_open > 0)
        uv_timer_start(&r->timer, on_timer, DNS_CHANNEL_TICK_MS, 0);
    else
        uv_timer_stop(&r->timer);
}

static void deliver_records(struct lookup *l)
{
    struct dns_records r = { 0 };
    struct dns_octets reply = { l->reply, l->reply_len };

    if (l->status == SNOW_PTR_NAME &&
        (!reply.at || dns_records_parse(&r, reply, l->type)))
        r.status = SNOW_PTR_ERROR; /* no memory */
    if (l->status != SNOW_PTR_NAME)
        r.status = l->status;
    l->told(l->arg, &r);
    dns_records_fini(&r);
    free(l->reply);
}

static void put(struct lookup *l, struct dns_channel *c);

/* A server that fails or refuses may be the wrong one: another is asked, once.
 * (c-ares by itself would ask each of them as often as it tries a silent one,
 * and then not tell what was said.) */
static bool is_for_another(const struct lookup *l)
{
    return l->resolver->second.ares && !l->is_second && l->n == 0 &&
           (l->status == SNOW_PTR_SERVFAIL || l->status == SNOW_PTR_REFUSED ||
            l->status == SNOW_PTR_ERROR);
}

static void ask_another(struct lookup *l)
{
    struct dns_resolver *r = l->resolver;

    l->is_second = true;
    l->next = NULL;
    r->n_open++;
    put(l, &r->second);
}

static void tell(struct lookup *l)
{
    if (l->told)
        deliver_records(l);
    else
        l->done(l->arg, l->addrs, l->n);
    free(l);
}

/* Those that get an answer from inside done() wait for the next round. */
static void deliver(struct dns_resolver *r)
{
    struct lookup *l = r->first;

    r->first = NULL;
    r->last = &r->first;
    while (l) {
        struct lookup *next = l->next;

        if (is_for_another(l))
            ask_another(l);
        else
            tell(l);
        l = next;
    }
}

static void pump(void *arg)
{
    struct dns_resolver *r = arg;

    deliver(r);
    schedule(r);
}

static void on_timer(uv_timer_t *timer)
{
    struct dns_resolver *r = timer->data;

    dns_channel_tick(&r->channel);
    if (r->second.ares)
        dns_channel_tick(&r->second);
    pump(r);
}

static uint64_t get_u64(const unsigned char *p)
{
    uint64_t x = 0;

    for (int i = 0; i < 8; i++)
        x = x << 8 | p[i];
    return x;
}

static void add_addr(struct lookup *l, const struct sockaddr *from)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct snow_addr a;

    if (l->n == DNS_ADDRS_MAX)
        return;
    if (from->sa_family == AF_INET) {
        memcpy(&in, from, sizeof in);
        a = snow_addr_from_ipv4(ntohl(in.sin_addr.s_addr));
    } else if (from->sa_family == AF_INET6) {
        memcpy(&in6, from, sizeof in6);
        a.hi = get_u64(in6.sin6_addr.s6_addr);
        a.lo = get_u64(in6.sin6_addr.s6_addr + 8);
    } else {
        return;
    }
    l->addrs[l->n++] = a;
}

static void note_answered(struct lookup *l)
{
    struct dns_resolver *r = l->resolver;

    r->n_open--;
    *r->last = l;
    r->last = &l->next;
}

/* clang-format off */
static const struct {
    int ares;
    uint8_t status;
} statuses[] = {
    { ARES_SUCCESS,      SNOW_PTR_NAME }, /* unless its records say else */
    { ARES_ENODATA,      SNOW_PTR_NODATA },
    { ARES_ENOTFOUND,    SNOW_PTR_NXDOMAIN },
    { ARES_ESERVFAIL,    SNOW_PTR_SERVFAIL },
    { ARES_EREFUSED,     SNOW_PTR_REFUSED },
    { ARES_ETIMEOUT,     SNOW_PTR_TIMEOUT },
    { ARES_ECONNREFUSED, SNOW_PTR_TIMEOUT },
    { ARES_ECANCELLED,   SNOW_PTR_PENDING },
    { ARES_EDESTRUCTION, SNOW_PTR_PENDING },
};
/* clang-format on */

static uint8_t status_of(int ares)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (statuses[i].ares == ares)
            return statuses[i].status;
    return SNOW_PTR_ERROR;
}

static void on_resolved(void *arg, int status, int timeouts,
                        struct ares_addrinfo *result)
{
    struct lookup *l = arg;

    (void)timeouts;
    l->status = status_of(status);
    for (const struct ares_addrinfo_node *at = result ? result->nodes : NULL;
         at; at = at->ai_next)
        add_addr(l, at->ai_addr);
    if (result)
        ares_freeaddrinfo(result);
    note_answered(l);
}

/* c-ares' octets are gone after the call. */
static void on_reply(void *arg, int status, int timeouts, unsigned char *reply,
                     int len)
{
    struct lookup *l = arg;

    (void)timeouts;
    l->status = status_of(status);
    if (status == ARES_SUCCESS) {
        l->reply = malloc((size_t)len);
        if (l->reply) {
            memcpy(l->reply, reply, (size_t)len);
            l->reply_len = (size_t)len;
        }
    }
    note_answered(l);
}

static void put(struct lookup *l, struct dns_channel *c)
{
    struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC,
                                         .ai_flags = ARES_AI_NOSORT };

    l->resolver->n_asked += l->told ? 1 : 2;
    if (l->told)
        ares_query(c->ares, l->name, 1, (int)l->type, on_reply, l);
    else
        ares_getaddrinfo(c->ares, l->name, NULL, &hints, on_resolved, l);
}

static int open_channel(struct dns_channel *c, struct dns_resolver *r,
                        struct uv_loop_s *loop,
                        const struct dns_channel_config *cfg)
{
    c->wake = pump;
    c->arg = r;
    return dns_channel_init(c, loop, cfg);
}

/* The same servers, the second one first. */
static int open_second(struct dns_resolver *r, struct uv_loop_s *loop,
                       const struct dns_channel_config *cfg)
{
    struct sockaddr_storage servers[DNS_SERVERS_MAX];
    struct dns_channel_config turned = *cfg;

    if (cfg->n_servers < 2 || cfg->n_servers > DNS_SERVERS_MAX)
        return 0;
    for (size_t i = 0; i < cfg->n_servers; i++)
        servers[i] = cfg->servers[(i + 1) % cfg->n_servers];
    turned.servers = servers;
    return open_channel(&r->second, r, loop, &turned);
}

static int new_on(struct dns_resolver **out, struct uv_loop_s *loop,
                  const struct dns_channel_config *cfg)
{
    struct dns_resolver *r = calloc(1, sizeof *r);
    int code;

    if (!r)
        return SNOW_ENOMEM;
    r->last = &r->first;
    code = open_channel(&r->channel, r, loop, cfg);
    if (!code)
        code = open_second(r, loop, cfg);
    if (code) {
        dns_channel_fini(&r->channel);
        free(r);
        return code;
    }
    uv_timer_init(loop, &r->timer);
    r->timer.data = r;
    *out = r;
    return 0;
}

int dns_resolver_new(struct dns_resolver **out, struct uv_loop_s *loop,
                     const struct sockaddr_storage *servers, size_t n,
                     unsigned timeout_ms, unsigned tries)
{
    struct dns_channel_config cfg = { .servers = servers,
                                      .n_servers = n,
                                      .flags = ARES_FLAG_NOCHECKRESP,
                                      .timeout_ms = timeout_ms,
                                      .tries = tries };

    return new_on(out, loop, &cfg);
}

int dns_resolver_new_single(struct dns_resolver **out, struct uv_loop_s *loop,
                            const struct sockaddr_storage *server,
                            unsigned timeout_ms)
{
    struct dns_channel_config cfg = { .servers = server,
                                      .n_servers = 1,
                                      .flags = ARES_FLAG_NOCHECKRESP,
                                      .timeout_ms = timeout_ms,
                                      .tries = 1,
                                      .is_uncached = true };

    return new_on(out, loop, &cfg);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void dns_resolver_close(struct dns_resolver *r)
{
    if (!r)
        return;
    dns_channel_fini(&r->channel);
    dns_channel_fini(&r->second);
    deliver(r);
    uv_close((uv_handle_t *)&r->timer, on_closed);
}

static int add_lookup(struct lookup **out, struct dns_resolver *r,
                      const char *name, void *arg)
{
    struct lookup *l;

    if (!r->channel.ares)
        return SNOW_ECANCELED;
    l = calloc(1, sizeof *l + strlen(name) + 1);
    if (!l)
        return SNOW_ENOMEM;
    memcpy(l->name, name, strlen(name) + 1);
    l->resolver = r;
    l->arg = arg;
    r->n_open++;
    *out = l;
    return 0;
}

int dns_resolver_ask(struct dns_resolver *r, const char *name,
                     dns_resolved_fn done, void *arg)
{
    struct lookup *l;
    int code = add_lookup(&l, r, name, arg);

    if (code)
        return code;
    l->done = done;
    put(l, &r->channel);
    schedule(r);
    return 0;
}

int dns_resolver_query(struct dns_resolver *r, const char *name, unsigned type,
                       dns_records_fn done, void *arg)
{
    struct lookup *l;
    int code = add_lookup(&l, r, name, arg);

    if (code)
        return code;
    l->told = done;
    l->type = type;
    put(l, &r->channel);
    schedule(r);
    return 0;
}

uint64_t dns_resolver_asked(const struct dns_resolver *r)
{
    return r->n_asked;
}
