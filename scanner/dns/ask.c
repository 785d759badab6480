/* Whom to ask what next. */
#include "addr/arpa.h"
#include "dns/doubt.h"

#define WAITING_MAX                                                            \
    1024 /* for servers of other groups, before none is added                  \
          */

static void note_sent(struct dns_engine *e, struct dns_server *s)
{
    s->sent++;
    e->stats.sent++;
    e->sent_in_silence++;
    if (e->silent_us == 0)
        e->silent_us = e->now_us;
}

static void note_again(struct dns_engine *e, struct dns_server *s,
                       struct dns_slot *slot)
{
    if (slot->was_asked) {
        s->again++;
        e->stats.again++;
        e->hooks.again(e->hooks.arg, &slot->question);
    }
    slot->was_asked = true;
}

static bool with_gso(const struct dns_engine *e, const struct dns_server *s)
{
    if (e->cfg.gso == DNS_GSO_AUTO)
        return s->health.is_proven;
    return e->cfg.gso == DNS_GSO_ON;
}

static void note_flying(struct dns_engine *e, struct dns_server *s,
                        struct dns_slot *slot)
{
    slot->sent_us = e->now_us;
    slot->is_overdue = false;
    dns_list_append(&s->flying, slot);
    if (!s->timely)
        s->timely = slot;
    note_sent(e, s);
    note_again(e, s, slot);
}

static void flush(struct dns_engine *e, struct dns_server *s)
{
    struct dns_slot *sent[DNS_BATCH_GSO];
    unsigned n;
    int code;

    if (s->socket->n_unsent == 0)
        return;
    code = dns_socket_flush(s->socket, with_gso(e, s), sent, &n);
    e->now_us = clock_mono_us(&e->clock);
    for (unsigned i = 0; i < n; i++)
        note_flying(e, s, sent[i]);
    if (code)
        dns_hear_refusal(e, s);
}

static unsigned batch(const struct dns_engine *e, const struct dns_server *s)
{
    return with_gso(e, s) ? DNS_BATCH_GSO : DNS_BATCH;
}

static void submit(struct dns_engine *e, struct dns_server *s,
                   struct dns_slot *slot)
{
    uint16_t owner = (uint16_t)(1 + pool_index(&e->slots, slot));

    slot->server = (uint8_t)dns_server_index(e, s);
    slot->id = dns_socket_claim(s->socket, &e->random, owner);
    memcpy(slot->query, &slot->id, sizeof slot->id);
    dns_query_set_recursion(slot->query, s->is_resolver);
    dns_health_claim(&s->health, e->now_us);
    s->socket->unsent[s->socket->n_unsent++] = slot;
    if (s->socket->n_unsent >= batch(e, s))
        flush(e, s);
}

/* Those that may be asked about this question: live ones, if possible other
 * than those that it failed at. Where no resolver is alive, a little goes to
 * all that do not refuse, so that none is given up for not liking canaries. */
static uint64_t candidates(const struct dns_engine *e, unsigned group,
                           uint64_t avoid)
{
    uint64_t servers = e->groups[group].servers;
    uint64_t live = e->live & servers;

    if (live == 0)
        return servers & ~e->refused & ~e->dropped;
    return live & ~avoid ? live & ~avoid : live;
}

static struct dns_server *pick(struct dns_engine *e, uint64_t among)
{
    unsigned n = e->n_servers;

    for (unsigned i = 0; i < n; i++) {
        unsigned at = (e->turn + i) % n;
        struct dns_server *s = &e->servers[at];

        if (among & dns_bit(at) && s->socket->n_unsent < batch(e, s) &&
            !dns_doubt_is_new(e, s) &&
            dns_health_has_room(&s->health, e->now_us)) {
            e->turn = (at + 1) % n;
            return s;
        }
    }
    return NULL;
}

static struct dns_server *pick_for(struct dns_engine *e,
                                   const struct dns_slot *slot)
{
    return pick(e, candidates(e, slot->question.group, slot->avoid));
}

static void ask_waiting(struct dns_engine *e, struct dns_group *group)
{
    struct dns_slot *slot;

    while ((slot = group->waiting.first)) {
        struct dns_server *s;

        if (slot->question.group != DNS_RESOLVERS &&
            (e->live & group->servers) == 0) {
            dns_list_remove(&group->waiting, slot);
            e->n_waiting--;
            dns_fall_back(e, slot);
            continue;
        }
        s = pick_for(e, slot);
        if (!s || !pacer_take(&e->pacer, e->now_us))
            return;
        dns_list_remove(&group->waiting, slot);
        e->n_waiting--;
        submit(e, s, slot);
    }
}

/* The first octets stay what they are from try to try. */
static void prepare(struct dns_slot *slot, const struct dns_question *q)
{
    unsigned char wire_name[ADDR_ARPA_WIRE_MAX];
    int len = addr_arpa_wire_part(q->step.addr, q->labels, wire_name);

    slot->question = *q;
    slot->avoid = slot->failed = 0;
    slot->status = slot->tries = slot->failures = 0;
    slot->was_asked = false;
    slot->doubt = NULL;
    slot->query_len = (uint8_t)dns_query_format(slot->query, wire_name,
                                                (size_t)len, DNS_TYPE_PTR);
}

/* @return a slot for one more name, NULL when there is none now */
static struct dns_slot *fetch(struct dns_engine *e)
{
    struct dns_slot *slot = pool_get(&e->slots);
    struct dns_question q = { .labels = DNS_LABELS_ALL };
    uint64_t wait_us = UINT64_MAX;
    int code;

    if (!slot)
        return NULL;
    code = e->hooks.next(e->hooks.arg, e->now_us, &q, &wait_us);
    if (code == 0) {
        prepare(slot, &q);
        return slot;
    }
    pool_put(&e->slots, slot);
    e->is_exhausted = code != SNOW_EAGAIN;
    e->ask_at_us =
        wait_us < UINT64_MAX - e->now_us ? e->now_us + wait_us : UINT64_MAX;
    return NULL;
}

static bool may_fetch(const struct dns_engine *e)
{
    return !e->is_exhausted && !e->is_draining && !e->is_stopping &&
           e->now_us >= e->ask_at_us && e->n_waiting < WAITING_MAX;
}

/* While no resolver is alive, one name is enough to find out when one is.
 * Where there are other groups, a question may be of one that has room. */
static void ask_new(struct dns_engine *e)
{
    while (may_fetch(e) && pacer_wait_us(&e->pacer, e->now_us) == 0) {
        bool is_live = (e->live & dns_resolvers(e)) != 0;
        struct dns_server *s = pick(e, candidates(e, DNS_RESOLVERS, 0));
        struct dns_slot *slot;

        if (is_live ? !s && e->n_groups == 1 : dns_open(e) > 0)
            return;
        slot = fetch(e);
        if (!slot)
            return;
        if (slot->question.group != DNS_RESOLVERS)
            s = pick_for(e, slot);
        if (!s) {
            dns_wait(e, slot);
            continue;
        }
        pacer_take(&e->pacer, e->now_us);
        submit(e, s, slot);
    }
}

static void ask_over_tcp(struct dns_engine *e)
{
    while (e->truncated.first && dns_tcp_has_room(e->tcp)) {
        struct dns_slot *slot = dns_list_take(&e->truncated);
        struct dns_server *s = &e->servers[slot->server];

        pacer_charge(&e->pacer, e->now_us);
        e->stats.over_tcp++;
        note_sent(e, s);
        note_again(e, s, slot);
        dns_tcp_ask(e->tcp, slot);
    }
}

/* A question that every server can answer, if only by refusing it: any answer
 * proves that it is alive. Sent on credit, as much depends on it. */
static void ask_canary(struct dns_engine *e, struct dns_server *s)
{
    uint16_t *id = &s->canaries[s->n_canaries % DNS_CANARIES];
    struct dns_octets query = { e->canary, e->canary_len };

    if (s->n_canaries >= DNS_CANARIES &&
        s->socket->owners[*id] == DNS_OWNER_CANARY)
        dns_socket_release(s->socket, *id);
    *id = dns_socket_claim(s->socket, &e->random, DNS_OWNER_CANARY);
    s->n_canaries++;
    s->health.canary_us = e->now_us;
    memcpy(e->canary, id, sizeof *id);
    dns_query_set_recursion(e->canary, s->is_resolver);
    dns_socket_send_once(s->socket, query);
    pacer_charge(&e->pacer, e->now_us);
    note_sent(e, s);
}

/* Zones' own servers are worth it only while they are asked something. */
static void ask_canaries(struct dns_engine *e)
{
    for (unsigned i = 0; i < e->n_servers; i++) {
        struct dns_server *s = &e->servers[i];
        uint64_t oldest_us = s->flying.first ? s->flying.first->sent_us : 0;
        bool has_other = (e->live & ~dns_bit(i)) != 0;

        if (e->dropped & dns_bit(i))
            continue;
        dns_doubt_ask_invalid(e, s);
        if (dns_open(e) > 0 && (s->is_resolver || s->flying.first) &&
            dns_health_wants_canary(&s->health, oldest_us, has_other,
                                    e->now_us))
            ask_canary(e, s);
    }
}

void dns_ask(struct dns_engine *e)
{
    ask_canaries(e);
    ask_over_tcp(e);
    for (unsigned i = e->n_groups; e->n_waiting > 0 && i-- > 0;)
        ask_waiting(e, &e->groups[i]);
    ask_new(e);
    for (unsigned i = 0; i < e->n_servers; i++)
        flush(e, &e->servers[i]);
}
