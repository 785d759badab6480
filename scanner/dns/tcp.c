#include "dns/tcp.h"

#include "dns/channel.h"

#define IN_FLIGHT_MAX 64 /* over TCP, all servers together */

/** One server over TCP. Many questions share a connection, unless it closes
 * it after an answer and leaves the others without: RFC 7766 §6.2.4 wants
 * these asked again, and then it gets one at a time. */
struct link {
    struct dns_channel channel; /**< opened when needed */
    unsigned in_flight;
    unsigned answered;       /**< so far */
    bool is_closing;         /**< after each answer */
    struct dns_list waiting; /**< for their turn; in flight to the engine */
};

struct dns_tcp {
    struct dns_tcp_config cfg;
    struct uv_loop_s *loop;
    size_t in_flight; /* with those that wait */
    uint64_t ticked_us;
    struct link links[]; /* [cfg.n_servers] */
};

int dns_tcp_new(struct dns_tcp **out, struct uv_loop_s *loop,
                const struct dns_tcp_config *cfg)
{
    struct dns_tcp *t =
        calloc(1, sizeof *t + cfg->n_servers * sizeof *t->links);

    if (!t)
        return SNOW_ENOMEM;
    t->cfg = *cfg;
    t->loop = loop;
    *out = t;
    return 0;
}

static void end(struct dns_tcp *t, struct dns_slot *slot)
{
    t->in_flight--;
    t->cfg.done(t->cfg.arg, slot);
}

/* With ARES_FLAG_NOCHECKRESP every rcode arrives as a reply. */
static void on_reply(void *arg, int status, int timeouts, unsigned char *reply,
                     int len)
{
    struct dns_slot *slot = arg;
    struct dns_tcp *t = slot->tcp;
    struct link *l = &t->links[slot->server];

    (void)timeouts;
    l->in_flight--;
    if (status == ARES_ECONNREFUSED && l->answered != slot->tcp_answered) {
        l->is_closing = true;
        dns_list_append(&l->waiting, slot);
        return;
    }
    slot->reply_len = status == ARES_SUCCESS && len > 0 ? (size_t)len : 0;
    if (slot->reply_len > 0)
        slot->reply = malloc(slot->reply_len);
    if (slot->reply) {
        memcpy(slot->reply, reply, slot->reply_len);
        l->answered++;
    }
    end(t, slot);
}

static int open_channel(struct dns_tcp *t, unsigned server)
{
    struct dns_channel *c = &t->links[server].channel;
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

static void send_to(struct link *l, struct dns_slot *slot)
{
    slot->tcp_answered = l->answered;
    l->in_flight++;
    ares_send(l->channel.ares, slot->query, slot->query_len, on_reply, slot);
}

bool dns_tcp_is_busy(const struct dns_tcp *t)
{
    return t->in_flight > 0;
}

void dns_tcp_ask(struct dns_tcp *t, struct dns_slot *slot)
{
    struct link *l = &t->links[slot->server];

    slot->tcp = t;
    slot->reply = NULL;
    t->in_flight++;
    if (open_channel(t, slot->server))
        end(t, slot);
    else if (l->is_closing)
        dns_list_append(&l->waiting, slot);
    else
        send_to(l, slot);
}

/* Not from on_reply(): with nothing in flight c-ares has closed the connection
 * that the server is about to close, and opens another. */
static void send_waiting(struct link *l)
{
    struct dns_slot *slot;

    while (l->in_flight == 0 && (slot = dns_list_take(&l->waiting)))
        send_to(l, slot);
}

void dns_tcp_tick(struct dns_tcp *t, uint64_t now_us)
{
    if (t->in_flight == 0)
        return;
    for (size_t i = 0; i < t->cfg.n_servers; i++)
        send_waiting(&t->links[i]);
    if (now_us - t->ticked_us < DNS_CHANNEL_TICK_MS * 1000)
        return;
    t->ticked_us = now_us;
    for (size_t i = 0; i < t->cfg.n_servers; i++)
        if (t->links[i].channel.ares)
            dns_channel_tick(&t->links[i].channel);
}

void dns_tcp_close(struct dns_tcp *t)
{
    struct dns_slot *slot;

    if (!t)
        return;
    for (size_t i = 0; i < t->cfg.n_servers; i++) {
        dns_channel_fini(&t->links[i].channel);
        while ((slot = dns_list_take(&t->links[i].waiting)))
            end(t, slot);
    }
    free(t);
}
