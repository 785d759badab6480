/* What is left of a greeting when all that differs from host to host is taken
 * out: its software and its wording. Pure. */
#ifndef ANALYSIS_FINGERPRINT_H
#define ANALYSIS_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/**
 * Append the template of a greeting.
 *
 * Lower case; names become {ptr}, {dom} or {host} (also one without a dot where
 * the greeting names its host), addresses {ip}, hexadecimal identifiers of six
 * digits and more, UUIDs and other serial numbers {id}, dates, times, zones and
 * long numbers {ts}. Words of software, versions and spaces stay.
 *
 * @param name    the host's reverse name; NULL: any name of @p domain is {ptr}
 * @param domain  its registrable domain, or NULL
 */
void analysis_banner_template(struct buf *to, const char *banner, size_t len,
                              const char *name, const char *domain);

/** Hash of that template; 0 for an empty greeting or without memory. */
uint64_t analysis_banner_fingerprint(const char *banner, size_t len,
                                     const char *name, const char *domain);

/**
 * Append a greeting without what tells one host from another, for keeping: as
 * the template has it, but in its own case, with its versions, and with the
 * domain itself in place of a name of it. So what is made of it later stays the
 * same: its fingerprint beside any of the domains, and whether it is one's own.
 *
 * @param domains  registrable domains of the address, each NUL-terminated, one
 *                 behind the other
 */
void analysis_banner_redact(struct buf *to, const char *banner, size_t len,
                            const char *domains, unsigned n_domains);

/** True when the greeting names the domain or a host in it. */
bool analysis_banner_is_own(const char *banner, size_t len, const char *domain);

#endif
