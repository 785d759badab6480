/* Which RDAP server answers for a domain or an address (RFC 9224). Pure. */
#ifndef REGISTRATION_BOOTSTRAP_H
#define REGISTRATION_BOOTSTRAP_H

#include "base/map.h"
#include "base/text.h"
#include "snowline/addr.h"

#define BOOTSTRAP_URL_MAX 256 /**< with the final NUL */

struct registration_bootstrap_prefix {
    struct snow_prefix prefix;
    size_t url; /**< where it begins */
};

/** From names and prefixes to base URLs. Zeroed memory is an empty one. */
struct registration_bootstrap {
    struct map names;
    struct buf urls; /**< NUL-terminated, one behind the other */
    struct registration_bootstrap_prefix *prefixes; /**< [n_prefixes] */
    size_t n_prefixes, cap;
};

void registration_bootstrap_fini(struct registration_bootstrap *b);

/**
 * Add the services of IANA's dns.json, ipv4.json or ipv6.json. What is no name,
 * no prefix or no http URL in it is passed over; of a service's URLs https is
 * preferred; of a name or prefix that is there already the first stays.
 *
 * @return 0, SNOW_ESYNTAX for what is no bootstrap document, SNOW_ENOMEM
 */
int registration_bootstrap_parse(struct registration_bootstrap *b,
                                 const char *octets, size_t len);

/**
 * Add one entry.
 *
 * @param key  a TLD or longer suffix; "*" for all that have no other; or a
 *             prefix of addresses with its length
 * @param url  http or https; a final slash is added where it is missing
 * @return     0, SNOW_ESYNTAX, SNOW_ENOMEM
 */
int registration_bootstrap_put(struct registration_bootstrap *b,
                               const char *key, const char *url);

/**
 * The base URL for a domain, or NULL: that of the entry with the most labels
 * at the end in common (RFC 9224 §4).
 *
 * @return borrowed until the next entry is added
 */
const char *registration_bootstrap_find(const struct registration_bootstrap *b,
                                        const char *domain);

/** The base URL for an address, or NULL: that of the longest prefix
 * (RFC 9224 §5.1). @return borrowed until the next entry is added */
const char *
registration_bootstrap_find_address(const struct registration_bootstrap *b,
                                    struct snow_addr a);

#endif
