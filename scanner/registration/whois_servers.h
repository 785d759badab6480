/* Which host answers on port 43 for which domains, and how it wants to be
 * asked. Pure. */
#ifndef REGISTRATION_WHOIS_SERVERS_H
#define REGISTRATION_WHOIS_SERVERS_H

#include "base/text.h"
#include "snowline/records.h"

#define WHOIS_QUESTION_MAX 320 /* octets of a question, CR LF and NUL too */

/** Whom to ask about a domain. */
struct whois_server {
    char host[80];     /**< "" where nobody answers on port 43 */
    bool is_a_guess;   /**< by the rule for new top-level domains */
    const char *query; /**< the question, %s stands for the domain */
};

/**
 * The server of a registry, by the longest suffix that is known.
 *
 * @return false when nothing is known: whois.iana.org may know it. A known
 *         "nobody" is true, with an empty host.
 * @source IANA root zone database; the registries' own pages; ICANN registry
 *         agreement, specification 4 §1: whois.nic.TLD, no duty any more since
 *         28 January 2025
 */
bool registration_whois_server(struct whois_server *out, const char *domain);

/** The same of a given host, for a server that the user has named. */
void registration_whois_server_named(struct whois_server *out,
                                     const char *host);

/** Write the question with its end. @return its length; 0 when it does not
 * fit or the domain holds what no domain holds (RFC 1123 §2.1) */
size_t registration_whois_question(char out[WHOIS_QUESTION_MAX],
                                   const struct whois_server *server,
                                   const char *domain);

#endif
