#include "dns/doubt.h"

#include <stdio.h>

#define VAIN_MAX 56      /* checks that tell nothing; an empty netblock */
#define CHECK_EVERY 512  /* answers of a resolver, after its probation */
#define WRONG_MAX 3      /* so often it may be an accident */
#define INVALID_AFTER 64 /* answers, before the name in .invalid is asked */

struct opinion {
    struct dns_answer answer;
    char names[DNS_NAMES_MAX];
};

/* Two answers to one question. */
struct dns_doubt {
    struct opinion claim; /* has a name, if one has; else the first */
    struct opinion other;
    bool is_control; /* the claimant is asked about a name that nobody has */
};

static uint64_t trusted(const struct dns_engine *e)
{
    return dns_resolvers(e) & ~e->dropped;
}

static bool is_single(uint64_t servers)
{
    return (servers & (servers - 1)) == 0;
}

static bool is_on_probation(const struct dns_server *s)
{
    return s->checked < DNS_PROBATION && s->vain < VAIN_MAX;
}

bool dns_doubt_is_new(const struct dns_engine *e, const struct dns_server *s)
{
    return s->is_resolver && is_on_probation(s) &&
           !is_single(trusted(e) & e->live) && s->health.out >= DNS_PROBATION;
}

static bool is_opinion(const struct dns_answer *a)
{
    return a->status == SNOW_PTR_NAME || a->status == SNOW_PTR_NXDOMAIN ||
           a->status == SNOW_PTR_NODATA;
}

static void keep(struct opinion *o, const struct dns_answer *a)
{
    o->answer = *a;
    o->answer.names = o->names;
    memcpy(o->names, a->names, a->names_len);
}

bool dns_doubt_begin(struct dns_engine *e, struct dns_slot *slot,
                     const struct dns_answer *a)
{
    struct dns_server *s = &e->servers[slot->server];

    if (!is_opinion(a) || is_single(trusted(e) & e->live))
        return false;
    if (!is_on_probation(s) && ++s->unchecked < CHECK_EVERY)
        return false;
    slot->doubt = malloc(sizeof *slot->doubt);
    if (!slot->doubt)
        return false;
    slot->doubt->is_control = false;
    keep(&slot->doubt->claim, a);
    s->unchecked = 0;
    slot->avoid = dns_bit(slot->server);
    dns_wait(e, slot);
    return true;
}

/* The last one that is trusted is only told of: who else is there to ask? */
static void drop(struct dns_engine *e, struct dns_server *s)
{
    uint64_t bit = dns_bit(dns_server_index(e, s));

    s->is_doubtful = true;
    if (trusted(e) == bit || e->dropped & bit)
        return;
    e->dropped |= bit;
    dns_hear_refusal(e, s);
}

static void note_wrong(struct dns_engine *e, struct dns_server *s)
{
    s->wrong++;
    if (s->wrong >= WRONG_MAX && s->wrong * 4 >= s->checked)
        drop(e, s);
}

static bool has_name(const struct dns_answer *a)
{
    return a->status == SNOW_PTR_NAME;
}

/* That neither has a name tells little. */
static void note_agreed(struct dns_server *s, bool is_about_name)
{
    if (is_about_name)
        s->checked++;
    else
        s->vain++;
}

/* The same names, or none in both. */
static bool is_same(const struct dns_answer *a, const struct dns_answer *b)
{
    return has_name(a) == has_name(b) && a->n_names == b->n_names &&
           a->names_len == b->names_len &&
           memcmp(a->names, b->names, a->names_len) == 0;
}

/* Neither has a name: that it exists all the same counts for more, as nothing
 * is missed by it. */
static const struct dns_answer *choose(const struct dns_answer *first,
                                       const struct dns_answer *second)
{
    if (first->status == SNOW_PTR_NXDOMAIN && second->status == SNOW_PTR_NODATA)
        return second;
    return first;
}

/* A name that nobody can have, in the place of the one that was asked. */
static void ask_control(struct dns_engine *e, struct dns_slot *slot)
{
    unsigned char name[DNS_QUERY_MAX];
    int len = snprintf((char *)name + 1, sizeof name - 1, "snowline-check-%04x",
                       random_u16(&e->random));

    name[0] = (unsigned char)len;
    memcpy(name + 1 + len, "\7in-addr\4arpa", sizeof "\7in-addr\4arpa");
    slot->query_len = (uint8_t)dns_query_format(
        slot->query, name, 1 + (size_t)len + sizeof "\7in-addr\4arpa",
        DNS_TYPE_PTR);
    slot->doubt->is_control = true;
    slot->avoid = ~dns_bit(slot->doubt->claim.answer.server);
    dns_wait(e, slot);
}

/* What the control told. Of two names the first is kept unless its server
 * makes them up: the other one may be newer or older. */
static const struct dns_answer *settle(struct dns_engine *e,
                                       const struct dns_doubt *d,
                                       const struct dns_answer *control)
{
    const struct dns_answer *claim = &d->claim.answer;
    const struct dns_answer *other = &d->other.answer;
    bool is_made_up = has_name(control);

    if (control->server != claim->server) /* it has been dropped, or is dead */
        return e->dropped & dns_bit(claim->server) ? other : claim;
    e->servers[claim->server].checked++;
    e->servers[other->server].checked++;
    if (is_made_up)
        note_wrong(e, &e->servers[claim->server]);
    else if (!has_name(other))
        note_wrong(e, &e->servers[other->server]);
    return is_made_up ? other : claim;
}

const struct dns_answer *dns_doubt_go_on(struct dns_engine *e,
                                         struct dns_slot *slot,
                                         const struct dns_answer *a)
{
    struct dns_doubt *d = slot->doubt;
    const struct dns_answer *first = &d->claim.answer;

    if (d->is_control)
        return settle(e, d, a);
    if (!is_opinion(a) || a->server == first->server)
        return first;
    if (is_same(a, first)) {
        note_agreed(&e->servers[first->server], has_name(a));
        return choose(first, a);
    }
    keep(&d->other, has_name(first) ? a : first);
    if (!has_name(first))
        keep(&d->claim, a);
    ask_control(e, slot);
    return NULL;
}

void dns_doubt_end(struct dns_slot *slot)
{
    free(slot->doubt);
    slot->doubt = NULL;
}

/* --- a name below .invalid --- */

static size_t format_invalid(unsigned char out[DNS_QUERY_MAX])
{
    static const unsigned char name[] = "\16snowline-check\7invalid";

    return dns_query_format(out, name, sizeof name, DNS_TYPE_A);
}

void dns_doubt_ask_invalid(struct dns_engine *e, struct dns_server *s)
{
    unsigned char query[DNS_QUERY_MAX];
    struct dns_octets octets = { query, format_invalid(query) };
    uint16_t id;

    if (!s->is_resolver || s->is_invalid_asked || s->answered < INVALID_AFTER)
        return;
    s->is_invalid_asked = true;
    id = dns_socket_claim(s->socket, &e->random, DNS_OWNER_INVALID);
    memcpy(query, &id, sizeof id);
    dns_socket_send_once(s->socket, octets);
    s->sent++;
    e->stats.sent++;
}

void dns_doubt_hear_invalid(struct dns_engine *e, struct dns_server *s,
                            struct dns_octets datagram)
{
    unsigned char query[DNS_QUERY_MAX];
    struct dns_octets octets = { query, format_invalid(query) };
    uint16_t id;

    if (!dns_reply_is_to(datagram, octets)) {
        e->stats.dropped++;
        return;
    }
    memcpy(&id, datagram.at, sizeof id);
    dns_socket_release(s->socket, id);
    if (dns_answer_has_type(datagram, octets, DNS_TYPE_A))
        s->is_inventing = true;
    if (s->is_inventing)
        drop(e, s);
}
