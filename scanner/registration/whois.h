/* What a WHOIS server answered, read into a record; and which server to ask.
 * Pure.
 * @source RFC 3912, which prescribes a question, an end, and no form at all:
 *         what is read here is what registries send. */
#ifndef REGISTRATION_WHOIS_H
#define REGISTRATION_WHOIS_H

#include "registration/fields.h"
#include "registration/whois_servers.h"

#define WHOIS_ANSWER_MAX (128u << 10) /* octets that are read of one answer */

/**
 * Read an answer: the status, and of a registered domain all that was
 * published. A wrong date is worse than none, so
 *
 *  - only the domain's own object counts: neither contacts, hosts and
 *    registrars, nor other domains;
 *  - of two objects about the domain the first one, the registry's, counts;
 *  - an answer about another domain is UNKNOWN;
 *  - REGISTERED takes the domain's name and something only a registered domain
 *    has; NOT_FOUND takes words that say so where they mean it. An empty
 *    answer is LIMITED: nobody says nothing who has time.
 *
 * Text is kept as UTF-8: where an answer is none, its octets are taken for
 * ISO 8859-1, and those that are no letters there become U+FFFD.
 *
 * @param r       initialised with the domain that was asked about, A-labels;
 *                source and seen_utc_s are left alone
 * @param server  host that answered; "" if not known
 * @param octets  [len], anything at all; more than WHOIS_ANSWER_MAX is cut off
 */
void registration_whois_read(struct snow_registration *r, const char *server,
                             const char *octets, size_t len);

/**
 * The registry's server in an answer of whois.iana.org about a top-level
 * domain ("refer:" or "whois:").
 *
 * @param out  a host name in small letters
 * @return     false when there is none
 */
bool registration_whois_referral(char out[SNOW_DOMAIN_MAX], const char *octets,
                                 size_t len);

#endif
