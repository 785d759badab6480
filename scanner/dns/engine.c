/*
 * dns – ask many questions at once, politely.
 *
 *   engine.c   life: start, tick, the end
 *   ask.c      whom to ask what next
 *   hear.c     what came back, what did not, and what that means
 *   policy.c   ask again, or is that the answer?             (pure)
 *   wire.c     names and records as they lie in a message     (pure)
 *   answer.c   reply to a PTR query: struct dns_answer        (pure)
 *   records.c  reply to a question of another type            (pure)
 *   servers.c  how much a server is trusted with, its health  (pure)
 *   io.c       datagrams in batches, ids
 *   doubt.c    resolvers held against each other
 *   tcp.c      truncated answers once more, by c-ares
 *   resolve.c  a machine's own servers, names to addresses, by c-ares
 *
 * Life      free → in flight → final; in between perhaps `waiting`, or
 *           `truncated` → c-ares → `over_tcp`. pump() makes every step.
 * Groups    a question goes to the servers of its group: the resolvers, or a
 *           zone's own, and from these to the resolvers if they do not help.
 * Always    one answer per question; a slot is free or in one list.
 * Never     blocks, allocates per question, takes a dead resolver for an
 *           empty network: a try counts only if the server showed itself
 *           alive while we waited (dns_policy_counts()), and canaries give
 *           every live server the occasion to.
 * Waiting   one timer: a tick of 1 ms while something is in flight, one
 *           wake-up when next() wants to be asked again. Measured against a
 *           wake-up for each answer: half of the processor's time.
 * Start at  pump(), at the end of this file.
 * Sources   RFC 1035 §4 (messages), RFC 2308 §2 (negative answers), RFC 5452
 *           (what makes an answer ours), RFC 7766 §5 (TCP if truncated).
 */
#include "dns/doubt.h"

#define TICK_MS 1
#define IDLE_MS 3600000u    /* a wake-up too many does no harm */
#define BURST_S 0.01        /* what the pacer lets out at once */
#define DESERTED_US 2000000 /* all servers refuse: no need to wait longer */

static void on_timer(uv_timer_t *timer);

static void free_engine(struct dns_engine *e)
{
    for (unsigned i = 0; i < e->n_servers; i++)
        dns_socket_close(e->servers[i].socket);
    dns_tcp_close(e->tcp);
    for (size_t i = 0; i < e->slots.n; i++)
        dns_doubt_end(pool_at(&e->slots, i));
    pool_fini(&e->slots);
    free(e);
}

static int add_server(struct dns_engine *e, unsigned *server,
                      const struct sockaddr_storage *address)
{
    struct dns_server *s = &e->servers[e->n_servers];
    int code;

    if (e->n_servers == DNS_SERVERS)
        return SNOW_ELIMIT;
    code = dns_socket_open(&s->socket, address);
    if (code)
        return code;
    dns_health_init(&s->health, e->cfg.window_max, e->timeout_us);
    e->addresses[e->n_servers] = *address;
    e->live |= dns_bit(e->n_servers);
    *server = e->n_servers++;
    return 0;
}

static int open_resolvers(struct dns_engine *e, struct snow_error *err)
{
    e->n_groups = 1;
    for (size_t i = 0; i < e->cfg.n_servers; i++) {
        unsigned server;
        int code = add_server(e, &server, &e->cfg.servers[i]);

        if (code)
            return snow_fail(err, code, "no UDP socket for name server %zu: %s",
                             i + 1, snow_strerror(code));
        e->servers[server].is_resolver = true;
        e->groups[DNS_RESOLVERS].servers |= dns_bit(server);
    }
    return 0;
}

/* A resolver that is a zone's server, too, is asked as what it is here. */
static unsigned find_server(const struct dns_engine *e,
                            const struct sockaddr_storage *address)
{
    unsigned i = 0;

    while (i < e->n_servers &&
           (e->servers[i].is_resolver ||
            memcmp(&e->addresses[i], address, sizeof *address) != 0))
        i++;
    return i;
}

int dns_engine_add_group(struct dns_engine *e, uint8_t *group,
                         const struct sockaddr_storage *servers, size_t n)
{
    uint64_t members = 0;
    int code = n > 0 ? 0 : SNOW_ELIMIT;

    if (e->n_groups == DNS_GROUPS_MAX)
        return SNOW_ELIMIT;
    for (size_t i = 0; i < n; i++) {
        unsigned server = find_server(e, &servers[i]);

        if (server == e->n_servers)
            code = add_server(e, &server, &servers[i]);
        if (server < e->n_servers)
            members |= dns_bit(server);
    }
    if (members == 0)
        return code;
    e->groups[e->n_groups] = (struct dns_group){ .servers = members };
    *group = (uint8_t)e->n_groups++;
    return 0;
}

unsigned dns_engine_servers(const struct dns_engine *e)
{
    return e->n_servers;
}

const struct sockaddr_storage *dns_engine_server(const struct dns_engine *e,
                                                 unsigned server)
{
    return &e->addresses[server];
}

static int open_engine(struct dns_engine *e, struct uv_loop_s *loop,
                       struct snow_error *err)
{
    struct dns_tcp_config tcp = { .servers = e->addresses,
                                  .n_servers = DNS_SERVERS,
                                  .timeout_ms = e->cfg.timeout_ms,
                                  .done = dns_hear_tcp,
                                  .arg = e };
    size_t n_slots;
    int code = open_resolvers(e, err);

    if (code)
        return code;
    n_slots = e->n_servers * e->servers[0].health.window_max;
    n_slots = n_slots < DNS_SLOTS_MAX ? n_slots : DNS_SLOTS_MAX;
    n_slots = n_slots > DNS_SLOTS_LEAST ? n_slots : DNS_SLOTS_LEAST;
    if (dns_tcp_new(&e->tcp, loop, &tcp) ||
        pool_init(&e->slots, n_slots, sizeof(struct dns_slot)))
        return snow_fail(err, SNOW_ENOMEM, "%zu questions: out of memory",
                         n_slots);
    return 0;
}

int dns_engine_new(struct dns_engine **out, struct uv_loop_s *loop,
                   const struct dns_config *cfg, const struct dns_hooks *hooks,
                   const struct clock *clock, struct snow_error *err)
{
    static const unsigned char root[] = { 0 };
    struct dns_engine *e = calloc(1, sizeof *e);
    int code;

    if (!e)
        return snow_fail(err, SNOW_ENOMEM, "DNS engine: out of memory");
    e->cfg = *cfg;
    e->hooks = *hooks;
    e->clock = *clock;
    e->timeout_us = (uint64_t)cfg->timeout_ms * 1000;
    e->canary_len = dns_query_format(e->canary, root, 1, DNS_TYPE_NS);
    dns_inbox_init(&e->inbox);
    code = open_engine(e, loop, err);
    if (code) {
        free_engine(e);
        return code;
    }
    uv_timer_init(loop, &e->timer);
    e->timer.data = e;
    *out = e;
    return 0;
}

static void wake(struct dns_engine *e)
{
    if (e->stage == DNS_RUNNING)
        uv_timer_start(&e->timer, on_timer, 0, 0);
}

void dns_engine_start(struct dns_engine *e)
{
    uint64_t now_us = clock_mono_us(&e->clock);

    pacer_init(&e->pacer, e->cfg.rate_qps, e->cfg.rate_qps * BURST_S, now_us);
    e->stage = DNS_RUNNING;
    wake(e);
}

void dns_engine_kick(struct dns_engine *e)
{
    e->ask_at_us = 0;
    wake(e);
}

void dns_engine_set_rate(struct dns_engine *e, double qps)
{
    e->cfg.rate_qps = qps;
    e->pacer.burst = qps * BURST_S > 1 ? qps * BURST_S : 1;
    pacer_set_rate(&e->pacer, qps, clock_mono_us(&e->clock));
}

void dns_engine_drain(struct dns_engine *e)
{
    e->is_draining = true;
    wake(e);
}

void dns_engine_stop(struct dns_engine *e)
{
    e->is_stopping = true;
    wake(e);
}

void dns_engine_stats(const struct dns_engine *e, struct dns_stats *out)
{
    *out = e->stats;
    out->in_flight = dns_open(e);
}

void dns_engine_server_stats(const struct dns_engine *e, unsigned server,
                             struct dns_server_stats *out)
{
    const struct dns_server *s = &e->servers[server];

    *out = (struct dns_server_stats){ .sent = s->sent,
                                      .again = s->again,
                                      .answered = s->answered,
                                      .timeouts = s->timeouts,
                                      .window = s->health.window,
                                      .in_flight = s->health.in_flight,
                                      .checked = s->checked,
                                      .wrong = s->wrong,
                                      .is_alive = s->health.is_alive,
                                      .is_doubtful = s->is_doubtful,
                                      .is_inventing = s->is_inventing };
    memcpy(out->by_status, s->by_status, sizeof out->by_status);
    out->is_dropped = (e->dropped & dns_bit(server)) != 0;
    if (s->health.is_paced)
        out->rate_qps = s->health.rate;
}

static void on_closed(uv_handle_t *handle)
{
    free_engine(handle->data);
}

void dns_engine_close(struct dns_engine *e)
{
    if (!e)
        return;
    uv_close((uv_handle_t *)&e->timer, on_closed);
}

/* c-ares gives its questions back first, unanswered. */
static void finish(struct dns_engine *e, int code)
{
    struct dns_slot *slot;

    e->stage = DNS_DONE;
    uv_timer_stop(&e->timer);
    dns_tcp_close(e->tcp);
    e->tcp = NULL;
    while ((slot = dns_list_take(&e->over_tcp)))
        free(slot->reply);
    e->hooks.done(e->hooks.arg, code);
}

/* Nobody has answered anything for as long as a question may take. */
static bool is_deserted(const struct dns_engine *e)
{
    uint64_t patience_us = e->cfg.tries * e->timeout_us;
    unsigned queries = e->cfg.tries;

    if (e->silent_us == 0 || dns_open(e) == 0 || dns_tcp_is_busy(e->tcp))
        return false; /* c-ares knows when to give up over TCP */
    if ((dns_resolvers(e) & ~e->refused & ~e->dropped) == 0) {
        patience_us = patience_us < DESERTED_US ? patience_us : DESERTED_US;
        queries = 3;
    }
    return e->now_us - e->silent_us >= patience_us &&
           e->sent_in_silence >= queries;
}

static bool is_over(const struct dns_engine *e)
{
    return dns_open(e) == 0 && (e->is_exhausted || e->is_draining);
}

static uint64_t delay_ms(struct dns_engine *e)
{
    uint64_t next_us = e->ask_at_us > e->now_us ? e->ask_at_us - e->now_us : 0;
    uint64_t token_us = pacer_wait_us(&e->pacer, e->now_us);
    uint64_t wait_us = next_us > token_us ? next_us : token_us;

    if (dns_open(e) > 0)
        return TICK_MS;
    return wait_us / 1000 < IDLE_MS ? (wait_us + 999) / 1000 : IDLE_MS;
}

static void pump(struct dns_engine *e)
{
    e->now_us = clock_mono_us(&e->clock);
    if (!e->is_stopping)
        dns_hear(e);
    if (!e->is_stopping && is_deserted(e)) {
        finish(e, SNOW_ETIMEOUT);
        return;
    }
    if (!e->is_stopping)
        dns_ask(e);
    if (e->hooks.rest)
        e->hooks.rest(e->hooks.arg);
    if (e->is_stopping)
        finish(e, SNOW_ECANCELED);
    else if (is_over(e))
        finish(e, 0);
    else
        uv_timer_start(&e->timer, on_timer, delay_ms(e), 0);
}

static void on_timer(uv_timer_t *timer)
{
    pump(timer->data);
}
