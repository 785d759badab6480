#include "dns/channel.h"

#include "base/text.h"
#include "dns/resolve.h"

static void on_ready(void *arg, int fd, bool readable, bool writable)
{
    struct dns_channel *c = arg;

    ares_process_fd(c->ares, readable ? fd : ARES_SOCKET_BAD,
                    writable ? fd : ARES_SOCKET_BAD);
    if (c->wake)
        c->wake(c->arg);
}

/* A socket that cannot be watched is never ready: its queries time out. */
static void on_socket_state(void *arg, ares_socket_t fd, int readable,
                            int writable)
{
    struct dns_channel *c = arg;

    (void)!fdwatch_set(c->watch, fd, readable, writable);
}

static int set_servers(struct dns_channel *c,
                       const struct dns_channel_config *cfg)
{
    struct buf list = { 0 };
    int code = SNOW_ENOMEM;

    for (size_t i = 0; i < cfg->n_servers; i++) {
        char text[80];

        dns_server_format(&cfg->servers[i], text, sizeof text);
        buf_add_text(&list, i > 0 ? "," : "");
        buf_add_text(&list, text);
    }
    if (!list.failed)
        code = ares_set_servers_ports_csv(c->ares, list.data) == ARES_SUCCESS
                   ? 0
                   : SNOW_EINVAL;
    buf_fini(&list);
    return code;
}

/* From 1.31 on c-ares keeps answers. */
#ifdef ARES_OPT_QUERY_CACHE
static int keep_nothing(struct ares_options *options)
{
    options->qcache_max_ttl = 0;
    return ARES_OPT_QUERY_CACHE;
}
#else
static int keep_nothing(struct ares_options *options)
{
    (void)options;
    return 0;
}
#endif

int dns_channel_init(struct dns_channel *c, struct uv_loop_s *loop,
                     const struct dns_channel_config *cfg)
{
    char lookups[] = "b"; /* "f" would read the hosts file each time */
    struct in_addr nobody = { 0 };
    struct ares_options options = {
        .flags = cfg->flags | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
        .timeout = (int)cfg->timeout_ms,
        .tries = (int)cfg->tries,
        .lookups = lookups,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = c,
        .servers = &nobody, /* replaced below; resolv.conf stays unread */
        .nservers = 1,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
               ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_SERVERS |
               ARES_OPT_DOMAINS;
    int code;

    if (cfg->is_uncached)
        mask |= keep_nothing(&options);
    if (fdwatch_new(&c->watch, loop, on_ready, c))
        return SNOW_ENOMEM;
    if (ares_init_options(&c->ares, &options, mask) != ARES_SUCCESS) {
        c->ares = NULL;
        dns_channel_fini(c);
        return SNOW_ENOMEM;
    }
    code = set_servers(c, cfg);
    if (code)
        dns_channel_fini(c);
    return code;
}

void dns_channel_tick(struct dns_channel *c)
{
    ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void dns_channel_fini(struct dns_channel *c)
{
    if (c->ares)
        ares_destroy(c->ares);
    fdwatch_close(c->watch);
    c->ares = NULL;
    c->watch = NULL;
}
