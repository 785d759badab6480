#include "dns/tcp.h"

#include "dns/channel.h"

#define IN_FLIGHT_MAX 64 /* over TCP, all servers together */

struct dns_tcp {
    struct dns_tcp_config cfg;
    struct uv_loop_s *loop;
    size_t in_flight;
    uint64_t ticked_us;
    struct dns_channel channels[]; /* [cfg.n_servers], opened when needed */
};

int dns_tcp_new(struct dns_tcp **out, struct uv_loop_s *loop,
                const struct dns_tcp_config *cfg)
{
    struct dns_tcp *t =
        calloc(1, sizeof *t + cfg->n_servers * sizeof *t->channels);

    if (!t)
        return SNOW_ENOMEM;
    t->cfg = *cfg;
    t->loop = loop;
    *out = t;
    return 0;
}

/* With ARES_FLAG_NOCHECKRESP every rcode arrives as a reply. */
static void on_reply(void *arg, int status, int timeouts, unsigned char *reply,
                     int len)
{
    struct dns_slot *slot = arg;
    struct dns_tcp *t = slot->tcp;

    (void)timeouts;
    t->in_flight--;
    slot->reply = NULL;
    slot->reply_len = status == ARES_SUCCESS && len > 0 ? (size_t)len : 0;
    if (slot->reply_len > 0)
        slot->reply = malloc(slot->reply_len);
    if (slot->reply)
        memcpy(slot->reply, reply, slot->reply_len);
    t->cfg.done(t->cfg.arg, slot);
}

static int open_channel(struct dns_tcp *t, unsigned server)
{
    struct dns_channel *c = &t->channels[server];
    struct dns_channel_config cfg = {
        .servers = &t->cfg.servers[server],
        .n_servers = 1,
        .flags = ARES_FLAG_USEVC | ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC,
        .timeout_ms = t->cfg.timeout_ms,
        .tries = 1, /* whether to ask again is policy.c's to say */
    };

    if (c->ares)
        return 0;
    return dns_channel_init(c, t->loop, &cfg);
}

bool dns_tcp_has_room(const struct dns_tcp *t)
{
    return t->in_flight < IN_FLIGHT_MAX;
}

void dns_tcp_ask(struct dns_tcp *t, struct dns_slot *slot)
{
    slot->tcp = t;
    slot->reply = NULL;
    if (open_channel(t, slot->server)) {
        t->cfg.done(t->cfg.arg, slot);
        return;
    }
    t->in_flight++;
    ares_send(t->channels[slot->server].ares, slot->query, slot->query_len,
              on_reply, slot);
}

void dns_tcp_tick(struct dns_tcp *t, uint64_t now_us)
{
    if (t->in_flight == 0 || now_us - t->ticked_us < DNS_CHANNEL_TICK_MS * 1000)
        return;
    t->ticked_us = now_us;
    for (size_t i = 0; i < t->cfg.n_servers; i++)
        if (t->channels[i].ares)
            dns_channel_tick(&t->channels[i]);
}

void dns_tcp_close(struct dns_tcp *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->cfg.n_servers; i++)
        dns_channel_fini(&t->channels[i]);
    free(t);
}
