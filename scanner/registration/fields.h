/* What all readers of registrations share: values as records keep them.
 * Pure. */
#ifndef REGISTRATION_FIELDS_H
#define REGISTRATION_FIELDS_H

#include "base/text.h"
#include "snowline/records.h"

#define FIELDS_HOSTS_MAX 64 /**< of one domain; more are left out */

/** Name servers on their way into a record. Zeroed memory is none. */
struct fields_hosts {
    size_t n;
    char host[FIELDS_HOSTS_MAX][SNOW_DOMAIN_MAX];
};

/** A record of which nothing is known but the domain. */
void registration_record_init(struct snow_registration *r, const char *domain);

/** Copy whole characters, runs of blanks and controls as one space, none at
 * either end. */
void fields_copy_clean(char *to, size_t cap, const char *from);

/** Append an item behind a ';', or leave it out when it does not fit whole. */
void fields_append(char *list, size_t cap, const char *item);

/** Append a status in RDAP's words, once: EPP's clientHold is "client hold"
 * (RFC 8056 §2). */
void fields_add_status(struct snow_registration *r, const char *text);

/** Words that stand where a value was taken out (RFC 9537 §3). */
bool fields_is_redacted(const char *text);

/** Lower case, without the final dot; false for what is no host name. */
bool fields_read_host(char out[SNOW_DOMAIN_MAX], const char *text);

/** Take a name server if @p text is a host name. */
void fields_add_host(struct fields_hosts *hosts, const char *text);

/** Into the record, sorted and each once, so that two domains' sets can be
 * compared; the list itself is sorted, too. */
void fields_keep_hosts(struct snow_registration *r, struct fields_hosts *hosts);

#endif
