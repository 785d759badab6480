/* Which RDAP server answers for a domain (RFC 9224). Pure. */
#ifndef REGISTRATION_BOOTSTRAP_H
#define REGISTRATION_BOOTSTRAP_H

#include "base/map.h"
#include "base/text.h"

#define BOOTSTRAP_URL_MAX 256 /**< with the final NUL */

/** From names to base URLs. Zeroed memory is an empty one. */
struct registration_bootstrap {
    struct map names;
    struct buf urls; /**< NUL-terminated, one behind the other */
};

void registration_bootstrap_fini(struct registration_bootstrap *b);

/**
 * Add the services of IANA's dns.json. What is no name or no http URL in it is
 * passed over; of a service's URLs https is preferred; of a name that is there
 * already the first stays.
 *
 * @return 0, SNOW_ESYNTAX for what is no bootstrap document, SNOW_ENOMEM
 */
int registration_bootstrap_parse(struct registration_bootstrap *b,
                                 const char *octets, size_t len);

/**
 * Add one entry.
 *
 * @param name  a TLD or longer suffix; "*" for all that have no other
 * @param url   http or https; a final slash is added where it is missing
 * @return      0, SNOW_ESYNTAX, SNOW_ENOMEM
 */
int registration_bootstrap_put(struct registration_bootstrap *b,
                               const char *name, const char *url);

/**
 * The base URL for a domain, or NULL: that of the entry with the most labels
 * at the end in common (RFC 9224 §4).
 *
 * @return borrowed until the next entry is added
 */
const char *registration_bootstrap_find(const struct registration_bootstrap *b,
                                        const char *domain);

#endif
