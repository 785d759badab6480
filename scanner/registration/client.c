/*
 * registration – who registered a domain and when, and whose network an
 * address lies in, asked over RDAP and WHOIS.
 *
 *   client.c     questions on their way: cache, server, host queue, answer
 *   host.c       the queue of a host, and what is under way to it
 *   answer.c     how a question ends
 *   topics.c     what they are about: domains, networks, referrals
 *   route.c      RDAP or WHOIS, and whose server
 *   wire.c       what differs between the two protocols
 *   directory.c  which RDAP server; the bootstrap documents
 *   bootstrap.c  a document, read and searched                (pure)
 *   pace.c       how often a host is asked; Retry-After       (pure)
 *   rdap.c       an RDAP answer to a record                   (pure)
 *   network.c    the same for networks                        (pure)
 *   whois.c      a WHOIS answer to a record                   (pure)
 *   cache.c      what registries said lately, in SQLite
 *   claims.c     which process is about to ask what
 *
 * Life      fresh → (waits for a document or a referral) → in its host's
 *           queue → under way → answered; "too many" puts it back in front,
 *           and what RDAP is of no use for goes once to WHOIS.
 * Always    one answer for each question, from the loop; a host has at most
 *           two questions under way, however many TLDs it serves.
 * Never     takes a page, a redirect or a silence for "not registered".
 * Dead      a host that failed five times in a row answers nobody for five
 *           minutes: its queue is UNKNOWN at once; one that has said "too
 *           many" nine times in a row likewise, LIMITED (pace.h).
 * Others    processes with the same cache file tell each other what they are
 *           about to ask; what another one asks about waits for its answer.
 * Start at  pump(), then route(), registration_host_serve() and on_reply().
 * Sources   RFC 7480 (HTTP), RFC 9082 §3.1, RFC 9224, RFC 3912 (WHOIS).
 */
#include "registration/ask.h"

#define ROUTED_AT_ONCE 64 /* cache look-ups in one turn of the loop */

static void on_timer(uv_timer_t *t);

void registration_client_wake(struct registration_client *c)
{
    if (!c->is_closing)
        uv_timer_start(&c->timer, on_timer, 0, 0);
}

/* --- from fresh to under way --------------------------------------------- */

static struct registration_ask *new_ask(struct registration_client *c,
                                        const struct registration_topic *topic,
                                        const char *name)
{
    struct registration_ask *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->client = c;
    a->topic = topic;
    a->name = name;
    registration_queue_push(&c->fresh, a);
    registration_client_wake(c);
    return a;
}

/* Wait for a referral; the first to do so has it asked for. */
static void wait_for(struct registration_ask *a,
                     struct registration_referral *referral)
{
    struct registration_client *c = a->client;
    struct registration_ask *asks;

    if (referral->state == REFERRAL_UNASKED) {
        asks = new_ask(c, &registration_referral, referral->tld);
        if (!asks) {
            registration_ask_settle_alone(a, SNOW_REGISTRATION_ERROR);
            return;
        }
        asks->referral = referral;
        referral->state = REFERRAL_ASKING;
    }
    registration_queue_push(&referral->waiting, a);
}

static void go(struct registration_ask *a, const struct registration_route *way)
{
    a->host = registration_host_of(a->client, &way->server);
    if (!a->host) {
        registration_ask_settle_alone(a, SNOW_REGISTRATION_ERROR);
        return;
    }
    a->wire.server = way->server;
    a->query = way->query;
    if (way->server.protocol == REGISTRATION_OVER_WHOIS)
        a->wire.server.where = a->host->where; /* way is gone soon */
    registration_queue_push(&a->host->queue, a);
}

static void route(struct registration_ask *a)
{
    struct registration_route way = { .query = NULL };
    struct registration_referral *referral = NULL;
    int code;

    if (registration_ask_recall(a))
        return;
    code = a->topic->route(a, &way, &referral);
    a->host = NULL;
    if (code == 0)
        go(a, &way);
    else if (code == SNOW_EAGAIN && referral)
        wait_for(a, referral);
    else if (code == SNOW_EAGAIN)
        registration_queue_push(&a->client->waiting, a);
    else if (code == SNOW_ENOMEM)
        registration_ask_settle_alone(a, SNOW_REGISTRATION_ERROR);
    else
        registration_ask_settle_alone(a, referral && referral->state ==
                                                         REFERRAL_FAILED
                                             ? referral->failed_status
                                             : SNOW_REGISTRATION_UNKNOWN);
}

/* Wake up when the first host may be asked again. */
static void arm(struct registration_client *c)
{
    uint64_t now_us = clock_mono_us(c->clock), least_us = UINT64_MAX;

    for (struct registration_host *h = c->hosts; h; h = h->next) {
        uint64_t wait_us = registration_host_wait_us(h, now_us);

        if (wait_us < least_us)
            least_us = wait_us;
    }
    if (c->fresh.first)
        least_us = 0;
    if (least_us < UINT64_MAX)
        uv_timer_start(&c->timer, on_timer, (least_us + 999) / 1000, 0);
}

static void pump(struct registration_client *c)
{
    for (int i = 0; i < ROUTED_AT_ONCE && c->fresh.first && !c->is_closing; i++)
        route(registration_queue_pop(&c->fresh));
    for (struct registration_host *h = c->hosts; h && !c->is_closing;
         h = h->next)
        registration_host_serve(c, h);
    if (!c->is_closing && !c->is_stopped)
        arm(c);
}

static void on_timer(uv_timer_t *t)
{
    pump(t->data);
}

static void on_directory(void *arg)
{
    struct registration_client *c = arg;

    registration_queue_join(&c->fresh, &c->waiting);
    registration_client_wake(c);
}

int registration_client_ask(struct registration_client *c, const char *domain,
                            registration_fn done, void *arg)
{
    struct registration_ask *a = new_ask(c, &registration_domain, domain);

    if (!a)
        return SNOW_ENOMEM;
    a->done.domain = done;
    a->arg = arg;
    c->stats.waiting++;
    return 0;
}

int registration_client_ask_network(struct registration_client *c,
                                    struct snow_addr addr,
                                    registration_network_fn done, void *arg)
{
    struct registration_ask *a = new_ask(c, &registration_network, NULL);

    if (!a)
        return SNOW_ENOMEM;
    a->addr = addr;
    snow_addr_format(addr, a->text);
    a->name = a->text;
    a->done.network = done;
    a->arg = arg;
    c->stats.waiting++;
    return 0;
}

void registration_client_stats(const struct registration_client *c,
                               struct registration_stats *out)
{
    *out = c->stats;
    out->missed = registration_directory_missed(&c->directory);
}

/* --- beginning and end --------------------------------------------------- */

static void destroy(struct registration_client *c)
{
    while (c->hosts) {
        struct registration_host *h = c->hosts;

        c->hosts = h->next;
        registration_queue_drop(&h->queue);
        registration_queue_drop(&h->later);
        free(h);
    }
    registration_queue_drop(&c->fresh);
    registration_queue_drop(&c->waiting);
    registration_routes_fini(&c->routes);
    registration_directory_fini(&c->directory);
    registration_cache_close(c->cache);
    free(c);
}

/* A file that is never let go of is done without. */
static int open_cache(struct registration_client *c, const char *path,
                      struct snow_error *err)
{
    int code;

    if (!path || !*path)
        return 0;
    code = registration_cache_open(&c->cache, path, clock_utc_s(c->clock), err);
    return code == SNOW_EBUSY ? 0 : code;
}

static int open_parts(struct registration_client *c,
                      const struct registration_config *cfg,
                      struct snow_error *err)
{
    int code = open_cache(c, cfg->cache_path, err);

    c->directory.http = cfg->http;
    c->directory.clock = c->routes.clock = c->clock;
    c->directory.cache = c->routes.cache = c->cache;
    c->directory.changed = on_directory;
    c->directory.arg = c;
    c->routes.directory = &c->directory;
    if (code == 0)
        code = registration_directory_init(&c->directory, cfg, err);
    if (code == 0)
        code = registration_routes_init(&c->routes, cfg, err);
    return code;
}

int registration_client_new(struct registration_client **out,
                            struct uv_loop_s *loop,
                            const struct registration_config *cfg,
                            const struct clock *clock, struct snow_error *err)
{
    struct registration_client *c = calloc(1, sizeof *c);
    int code;

    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->wires =
        (struct registration_wires){ .http = cfg->http, .talk = cfg->talk };
    c->clock = clock;
    c->rate = cfg->rate;
    c->gate = cfg->gate;
    c->gate_arg = cfg->gate_arg;
    code = open_parts(c, cfg, err);
    if (code) {
        destroy(c);
        return code;
    }
    uv_timer_init(loop, &c->timer); /* cannot fail */
    c->timer.data = c;
    *out = c;
    return 0;
}

static void on_closed(uv_handle_t *h)
{
    destroy(h->data);
}

void registration_client_close(struct registration_client *c)
{
    if (!c)
        return;
    c->is_closing = true;
    for (struct registration_host *h = c->hosts; h; h = h->next)
        registration_host_abandon(h);
    registration_directory_fini(&c->directory);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}
