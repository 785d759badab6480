/*
 * What the three kinds of questions are about: where each goes, how it is
 * written, read and kept.
 */
#include "registration/ask.h"

#include "base/text.h"
#include "registration/network.h"
#include "registration/whois.h"
#include "registration/whois_servers.h"

void registration_ask_free(struct registration_ask *a)
{
    free(a->first);
    free(a);
}

static void count(struct registration_client *c, unsigned status)
{
    c->stats.waiting--;
    if (status < COUNT_OF(c->stats.by_status))
        c->stats.by_status[status]++;
}

/* --- domains ------------------------------------------------------------- */

static int route_domain(struct registration_ask *a,
                        struct registration_route *out,
                        struct registration_referral **referral)
{
    return registration_routes_find(&a->client->routes, a->name,
                                    a->first != NULL, out, referral);
}

/* RFC 9082 §3.1.3, RFC 3912 §2. */
static void write_domain(struct buf *to, const struct registration_ask *a)
{
    struct whois_server server = { .query = a->query };
    char line[WHOIS_QUESTION_MAX];

    if (a->wire.server.protocol == REGISTRATION_OVER_RDAP)
        buf_printf(to, "domain/%s", a->name);
    else if (registration_whois_question(line, &server, a->name))
        buf_add_text(to, line);
}

static int recall_domain(const struct registration_ask *a,
                         struct registration_result *r)
{
    const struct registration_client *c = a->client;
    int code = registration_cache_get(c->cache, a->name, clock_utc_s(c->clock),
                                      &r->domain);

    if (code == 0)
        r->status = r->domain.status;
    return code;
}

static void init_domain(const struct registration_ask *a,
                        struct registration_result *r)
{
    registration_record_init(&r->domain, a->name);
    r->domain.seen_utc_s = clock_utc_s(a->client->clock);
}

static void read_domain(const struct registration_ask *a,
                        struct registration_result *r,
                        const struct registration_answer *from)
{
    if (from->code == 0 && a->wire.server.protocol == REGISTRATION_OVER_RDAP)
        registration_rdap_read(&r->domain, &from->reply);
    else if (from->code == 0)
        registration_whois_read(&r->domain, a->wire.server.where,
                                from->reply.body, from->reply.body_len);
    text_copy(r->domain.source, sizeof r->domain.source, from->source);
    if (from->code == 0)
        r->status = r->domain.status;
}

static void keep_domain(const struct registration_ask *a,
                        const struct registration_result *r)
{
    registration_cache_put(a->client->cache, &r->domain);
}

static void tell_domain(struct registration_ask *a,
                        struct registration_result *r)
{
    registration_fn done = a->done.domain;
    void *arg = a->arg;

    r->domain.status = (uint8_t)r->status;
    count(a->client, r->status);
    registration_ask_free(a);
    done(arg, &r->domain);
}

const struct registration_topic registration_domain = {
    .route = route_domain,
    .write = write_domain,
    .recall = recall_domain,
    .init = init_domain,
    .read = read_domain,
    .keep = keep_domain,
    .tell = tell_domain,
};

/* --- networks ------------------------------------------------------------ */

/* RDAP alone: it is spoken by all five regional registries. */
static int route_network(struct registration_ask *a,
                         struct registration_route *out,
                         struct registration_referral **referral)
{
    const char *base = NULL;
    int code = registration_directory_find_address(&a->client->directory,
                                                   a->addr, &base);

    *referral = NULL;
    if (code)
        return code;
    out->server =
        (struct registration_server){ REGISTRATION_OVER_RDAP, base, 0 };
    return base ? 0 : SNOW_ENOTFOUND;
}

/* RFC 9082 §3.1.1. */
static void write_network(struct buf *to, const struct registration_ask *a)
{
    buf_printf(to, "ip/%s", a->name);
}

static int recall_network(const struct registration_ask *a,
                          struct registration_result *r)
{
    const struct registration_client *c = a->client;
    int code = registration_cache_get_network(
        c->cache, a->addr, clock_utc_s(c->clock), &r->network);

    if (code == 0)
        r->status = r->network.status;
    return code;
}

static void init_network(const struct registration_ask *a,
                         struct registration_result *r)
{
    registration_network_init(&r->network, a->addr);
    r->network.seen_utc_s = clock_utc_s(a->client->clock);
}

static void read_network(const struct registration_ask *a,
                         struct registration_result *r,
                         const struct registration_answer *from)
{
    (void)a;
    text_copy(r->network.source, sizeof r->network.source, from->source);
    if (from->code)
        return;
    registration_network_read(&r->network, &from->reply);
    r->status = r->network.status;
}

static void keep_network(const struct registration_ask *a,
                         const struct registration_result *r)
{
    registration_cache_put_network(a->client->cache, &r->network);
}

static void tell_network(struct registration_ask *a,
                         struct registration_result *r)
{
    registration_network_fn done = a->done.network;
    void *arg = a->arg;

    r->network.status = (uint8_t)r->status;
    a->client->stats.waiting--;
    registration_ask_free(a);
    done(arg, &r->network);
}

const struct registration_topic registration_network = {
    .route = route_network,
    .write = write_network,
    .recall = recall_network,
    .init = init_network,
    .read = read_network,
    .keep = keep_network,
    .tell = tell_network,
};

/* --- WHOIS servers of TLDs ----------------------------------------------- */

static int route_referral(struct registration_ask *a,
                          struct registration_route *out,
                          struct registration_referral **referral)
{
    *referral = NULL;
    registration_routes_root(&a->client->routes, out);
    return 0;
}

static void write_referral(struct buf *to, const struct registration_ask *a)
{
    buf_printf(to, "%s\r\n", a->name);
}

static int recall_referral(const struct registration_ask *a,
                           struct registration_result *r)
{
    const struct registration_client *c = a->client;

    r->status = SNOW_REGISTRATION_REGISTERED;
    return registration_cache_get_referral(c->cache, a->name,
                                           clock_utc_s(c->clock), r->host);
}

static void init_referral(const struct registration_ask *a,
                          struct registration_result *r)
{
    (void)a;
    *r->host = '\0';
}

/* REGISTERED stands for an answer, which may name no server. */
static void read_referral(const struct registration_ask *a,
                          struct registration_result *r,
                          const struct registration_answer *from)
{
    char host[SNOW_DOMAIN_MAX];

    (void)a;
    if (from->code)
        return;
    r->status = from->reply.body_len == 0 ? SNOW_REGISTRATION_LIMITED
                : from->is_whole          ? SNOW_REGISTRATION_REGISTERED
                                          : SNOW_REGISTRATION_UNKNOWN;
    if (registration_whois_referral(host, from->reply.body,
                                    from->reply.body_len)) {
        text_copy(r->host, sizeof r->host, host);
        r->status = SNOW_REGISTRATION_REGISTERED;
    }
}

static void keep_referral(const struct registration_ask *a,
                          const struct registration_result *r)
{
    (void)a; /* tell_referral() does */
    (void)r;
}

static void tell_referral(struct registration_ask *a,
                          struct registration_result *r)
{
    struct registration_client *c = a->client;
    bool is_known = r->status == SNOW_REGISTRATION_REGISTERED;

    registration_referral_take(&c->routes, a->referral,
                               is_known ? r->host : NULL, r->status);
    registration_queue_join(&c->fresh, &a->referral->waiting);
    registration_ask_free(a);
    registration_client_wake(c);
}

const struct registration_topic registration_referral = {
    .is_inner = true,
    .route = route_referral,
    .write = write_referral,
    .recall = recall_referral,
    .init = init_referral,
    .read = read_referral,
    .keep = keep_referral,
    .tell = tell_referral,
};
