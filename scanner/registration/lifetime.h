/* What HTTP headers say about time: dates, and how long a document is good.
 * Pure. */
#ifndef REGISTRATION_LIFETIME_H
#define REGISTRATION_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

#define LIFETIME_LEAST_S 86400      /**< RFC 9224 §8: not fetched more often */
#define LIFETIME_MOST_S (7 * 86400) /**< whatever else is said */

/** Read one of the three dates of RFC 9110 §5.6.7. */
bool registration_http_date(int64_t *utc_s, const char *text);

/**
 * How long a bootstrap document need not be asked for again.
 *
 * @param cache_control  the headers; "" if none. max-age goes before the
 * @param expires        date (RFC 9111 §5.3)
 * @return               seconds, LIFETIME_LEAST_S … LIFETIME_MOST_S
 */
int64_t registration_lifetime_s(const char *cache_control, const char *expires,
                                int64_t now_utc_s);

#endif
