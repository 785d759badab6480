/* Resolvers held against each other: does one answer wrongly? */
#ifndef DNS_DOUBT_H
#define DNS_DOUBT_H

#include "dns/state.h"

/** Answers of a resolver that are checked before it is believed: so one that
 * always lies never gets an answer through. */
#define DNS_PROBATION 8

/** May this resolver have no more than a few questions yet? */
bool dns_doubt_is_new(const struct dns_engine *e, const struct dns_server *s);

/** Is this final answer to be checked? If so it is kept, and another resolver
 * is asked the same. */
bool dns_doubt_begin(struct dns_engine *e, struct dns_slot *slot,
                     const struct dns_answer *a);

/**
 * The try of a question under check has ended with @p a.
 *
 * One resolver has a name where the other denies that there is one: then the
 * first is asked about a name that nobody can have. If it has one for that,
 * too, it makes them up; else the other one hides what exists.
 *
 * @return  the answer to be given, NULL when something is asked once more
 */
const struct dns_answer *dns_doubt_go_on(struct dns_engine *e,
                                         struct dns_slot *slot,
                                         const struct dns_answer *a);

/** The slot is done with. */
void dns_doubt_end(struct dns_slot *slot);

/** Now and then: a name below .invalid, which never has an address (RFC 6761
 * §6.4). */
void dns_doubt_ask_invalid(struct dns_engine *e, struct dns_server *s);
void dns_doubt_hear_invalid(struct dns_engine *e, struct dns_server *s,
                            struct dns_octets datagram);

#endif
