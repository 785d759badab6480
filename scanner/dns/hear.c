/* What came back, what did not, and what that means. */
#include "dns/doubt.h"
#include "dns/policy.h"

#define OWN_TRIES 3    /* silences of a zone's own servers are accidents */
#define ROUNDS_MAX 128 /* of datagrams a tick, however much junk comes */

static void mark(struct dns_engine *e, const struct dns_server *s)
{
    uint64_t bit = dns_bit(dns_server_index(e, s));

    bool is_live = s->health.is_alive && !(e->dropped & bit);

    e->live = is_live ? e->live | bit : e->live & ~bit;
    e->refused = s->health.is_refused ? e->refused | bit : e->refused & ~bit;
}

static void heard(struct dns_engine *e, struct dns_server *s)
{
    dns_health_heard(&s->health, e->now_us);
    mark(e, s);
    e->silent_us = 0;
    e->sent_in_silence = 0;
}

/* It is out for too long to fill the window any more. */
static void note_overdue(struct dns_server *s, struct dns_slot *slot)
{
    slot->is_overdue = true;
    s->timely = slot->next;
    dns_health_overdue(&s->health, slot->sent_us);
}

/* The try is over: its id answers to nobody any more. */
static void land(struct dns_server *s, struct dns_slot *slot)
{
    if (s->timely == slot)
        s->timely = slot->next;
    dns_list_remove(&s->flying, slot);
    dns_socket_release(s->socket, slot->id);
    dns_health_landed(&s->health);
}

static void give(struct dns_engine *e, struct dns_slot *slot,
                 const struct dns_answer *a)
{
    struct dns_question question = slot->question;
    struct dns_doubt *doubt = slot->doubt;

    e->stats.by_status[a->status]++;
    if (a->server < e->n_servers)
        e->servers[a->server].by_status[a->status]++;
    slot->doubt = NULL;
    pool_put(&e->slots, slot);
    e->ask_at_us = 0; /* next() may have waited for this */
    e->hooks.answer(e->hooks.arg, &question, a);
    free(doubt); /* a may have lain in it */
}

/* As if it had never been asked. */
void dns_fall_back(struct dns_engine *e, struct dns_slot *slot)
{
    slot->question.group = DNS_RESOLVERS;
    slot->status = slot->tries = slot->failures = 0;
    slot->avoid = slot->failed = 0;
    e->stats.fallen_back++;
    dns_wait(e, slot);
}

static void note_failure(struct dns_slot *slot, const struct dns_answer *a)
{
    slot->failures++;
    slot->failed |= dns_bit(slot->server);
    slot->status = a->status;
    slot->rcode = a->rcode;
    slot->said_by = slot->server;
}

/* A zone's own server has answered, or has not. It knows of its zone alone:
 * where the name leads on to another (RFC 2317), the resolvers find out. */
static void judge_own(struct dns_engine *e, struct dns_slot *slot,
                      const struct dns_answer *a)
{
    uint64_t servers = e->groups[slot->question.group].servers;

    if (a->status == SNOW_PTR_NAME ||
        (a->is_authoritative && !a->is_alias &&
         (a->status == SNOW_PTR_NXDOMAIN || a->status == SNOW_PTR_NODATA))) {
        give(e, slot, a);
        return;
    }
    slot->avoid |= dns_bit(slot->server);
    if (a->status == SNOW_PTR_TIMEOUT && slot->tries < OWN_TRIES) {
        dns_wait(e, slot);
        return;
    }
    slot->failed |= dns_bit(slot->server);
    if ((e->live & servers & ~slot->failed) == 0 || a->is_alias ||
        a->status == SNOW_PTR_NODATA)
        dns_fall_back(e, slot);
    else
        dns_wait(e, slot);
}

static unsigned tries_of(const struct dns_engine *e,
                         const struct dns_question *q)
{
    return q->tries > 0 && q->tries < e->cfg.tries ? q->tries : e->cfg.tries;
}

/* A counted try has ended with @p a: final, or once more? A failure that was
 * told outlives a later silence. */
static void judge(struct dns_engine *e, struct dns_slot *slot,
                  const struct dns_answer *a)
{
    struct dns_answer last = *a;
    struct dns_case c = { .status = a->status,
                          .tries = ++slot->tries,
                          .tries_max = tries_of(e, &slot->question) };

    if (slot->question.group != DNS_RESOLVERS) {
        judge_own(e, slot, a);
        return;
    }
    if (slot->doubt) {
        a = dns_doubt_go_on(e, slot, a);
        if (a)
            give(e, slot, a);
        return;
    }
    if (a->status != SNOW_PTR_TIMEOUT)
        note_failure(slot, a);
    c.failures = slot->failures;
    c.has_other = (e->live & dns_resolvers(e) & ~slot->failed) != 0;
    if (!dns_policy_is_final(&c)) {
        slot->avoid = slot->failed | dns_bit(slot->server);
        dns_wait(e, slot);
        return;
    }
    if (a->status == SNOW_PTR_TIMEOUT && slot->status) {
        last.status = slot->status;
        last.rcode = slot->rcode;
        last.server = slot->said_by;
    }
    if (!dns_doubt_begin(e, slot, &last))
        give(e, slot, &last);
}

static void on_canary(struct dns_engine *e, struct dns_server *s,
                      struct dns_octets datagram)
{
    struct dns_octets query = { e->canary, e->canary_len };
    uint16_t id;

    if (!dns_reply_is_to(datagram, query)) {
        e->stats.dropped++;
        return;
    }
    memcpy(&id, datagram.at, sizeof id);
    dns_socket_release(s->socket, id);
    heard(e, s);
}

static void on_reply(struct dns_engine *e, struct dns_server *s,
                     struct dns_slot *slot, struct dns_octets datagram)
{
    struct dns_octets query = { slot->query, slot->query_len };
    struct dns_answer a;
    bool is_zone_wanted = slot->question.labels < DNS_LABELS_ALL;
    int code = dns_answer_parse(&a, e->names, datagram, query);

    if (code == SNOW_ENOTFOUND) {
        e->stats.dropped++;
        return;
    }
    land(s, slot);
    dns_health_answered(&s->health, slot->sent_us, slot->is_overdue, e->now_us);
    s->answered++;
    heard(e, s);
    if (code == SNOW_EAGAIN) {
        dns_list_append(&e->truncated, slot);
        return;
    }
    dns_health_failed(&s->health, a.status);
    a.server = slot->server;
    if (is_zone_wanted)
        a.zone_labels = dns_answer_zone(datagram, query);
    judge(e, slot, &a);
}

static void on_datagram(struct dns_engine *e, struct dns_server *s,
                        struct dns_octets datagram)
{
    uint16_t id, owner = 0;

    if (datagram.len >= DNS_HEADER_LEN) {
        memcpy(&id, datagram.at, sizeof id);
        owner = s->socket->owners[id];
    }
    if (owner == 0)
        e->stats.dropped++;
    else if (owner == DNS_OWNER_CANARY)
        on_canary(e, s, datagram);
    else if (owner == DNS_OWNER_INVALID)
        dns_doubt_hear_invalid(e, s, datagram);
    else
        on_reply(e, s, pool_at(&e->slots, owner - 1u), datagram);
}

void dns_hear_refusal(struct dns_engine *e, struct dns_server *s)
{
    struct dns_socket *socket = s->socket;
    struct dns_slot *slot;

    dns_health_refused(&s->health);
    mark(e, s);
    for (unsigned i = 0; i < socket->n_unsent; i++) {
        dns_socket_release(socket, socket->unsent[i]->id);
        dns_wait(e, socket->unsent[i]);
    }
    socket->n_unsent = 0;
    while ((slot = s->flying.first)) {
        land(s, slot);
        dns_wait(e, slot);
    }
    s->health.in_flight = s->health.out = 0;
}

/* A refusal is seen before the answers that came earlier: they are read
 * first. */
static void receive(struct dns_engine *e, struct dns_server *s)
{
    bool is_refused = false;

    for (int round = 0; round < ROUNDS_MAX && !e->is_stopping; round++) {
        int n = dns_inbox_fill(&e->inbox, s->socket);

        for (int i = 0; i < n && !e->is_stopping; i++)
            on_datagram(e, s, dns_inbox_at(&e->inbox, i));
        is_refused |= n < 0;
        if (n >= 0 && n < DNS_BATCH)
            break;
    }
    if (is_refused)
        dns_hear_refusal(e, s);
}

static void expire(struct dns_engine *e, struct dns_server *s)
{
    struct dns_answer none = { .status = SNOW_PTR_TIMEOUT,
                               .names = e->names,
                               .zone_labels = DNS_ZONE_UNKNOWN,
                               .server = DNS_NOBODY };
    struct dns_slot *slot;

    while (s->timely &&
           dns_health_is_overdue(&s->health, s->timely->sent_us, e->now_us))
        note_overdue(s, s->timely);

    while ((slot = s->flying.first) && !e->is_stopping &&
           e->now_us - slot->sent_us >= e->timeout_us) {
        bool counts =
            dns_policy_counts(slot->sent_us, s->health.heard_us, e->timeout_us);

        land(s, slot);
        s->timeouts++;
        if (counts) {
            judge(e, slot, &none);
            continue;
        }
        dns_health_silent(&s->health);
        mark(e, s);
        slot->avoid |= dns_bit(slot->server);
        dns_wait(e, slot);
    }
}

void dns_hear_tcp(void *arg, struct dns_slot *slot)
{
    struct dns_engine *e = arg;

    dns_list_append(&e->over_tcp, slot);
}

/* Still truncated, another question's answer, none at all: an error. */
static void on_tcp_reply(struct dns_engine *e, struct dns_slot *slot)
{
    struct dns_octets reply = { slot->reply, slot->reply_len };
    struct dns_octets query = { slot->query, slot->query_len };
    struct dns_answer a = { .status = SNOW_PTR_ERROR,
                            .names = e->names,
                            .zone_labels = DNS_ZONE_UNKNOWN };

    if (slot->reply && dns_answer_parse(&a, e->names, reply, query) == 0) {
        heard(e, &e->servers[slot->server]);
        a.zone_labels = dns_answer_zone(reply, query);
    }
    free(slot->reply);
    slot->reply = NULL;
    a.server = slot->server;
    judge(e, slot, &a);
}

void dns_hear(struct dns_engine *e)
{
    struct dns_slot *slot;

    for (unsigned i = 0; i < e->n_servers; i++)
        receive(e, &e->servers[i]);
    dns_tcp_tick(e->tcp, e->now_us);
    while (!e->is_stopping && (slot = dns_list_take(&e->over_tcp)))
        on_tcp_reply(e, slot);
    for (unsigned i = 0; i < e->n_servers; i++) {
        expire(e, &e->servers[i]);
        dns_health_judge(&e->servers[i].health, e->now_us);
    }
}
