/* What registries said lately, kept in one SQLite file for all scans and all
 * processes of a machine. It saves questions and nothing else: a scan keeps its
 * own copy of every answer. */
#ifndef REGISTRATION_CACHE_H
#define REGISTRATION_CACHE_H

#include "base/text.h"
#include "snowline/addr.h"
#include "snowline/error.h"
#include "snowline/records.h"

struct registration_cache;

/* How long an answer is good: a date and a registrar rarely change. */
#define CACHE_REGISTERED_S (30 * 86400)
#define CACHE_NOT_FOUND_S (7 * 86400)
#define CACHE_DOCUMENT_S (365 * 86400) /* stale: TLDs move rarely */
#define CACHE_REFERRAL_S 86400

#define CACHE_HOST_MAX 256 /**< with the final NUL */
#define CACHE_CLAIM_S 15   /**< a question takes less, as a rule */

/**
 * Open the file; it and its folders are made when they are not there.
 *
 * @param now_utc_s  what is long out of date is dropped, a bounded lot at a
 *                   time
 * @return           0; SNOW_EIO for a file that cannot be made, is damaged, is
 *                   something else or newer than this program; SNOW_EBUSY for
 *                   one that another process will not let go of; SNOW_ENOMEM
 * @owner            the caller, with registration_cache_close()
 */
int registration_cache_open(struct registration_cache **out, const char *path,
                            int64_t now_utc_s, struct snow_error *err);
void registration_cache_close(struct registration_cache *c); /**< NULL: fine */

/** @return 0, SNOW_ENOTFOUND (also: out of date), SNOW_EIO */
int registration_cache_get(struct registration_cache *c, const char *domain,
                           int64_t now_utc_s, struct snow_registration *out);

/** Keep what a registry said; other statuses are passed over.
 * @return 0, SNOW_EIO, SNOW_ENOMEM */
int registration_cache_put(struct registration_cache *c,
                           const struct snow_registration *r);

/** The narrowest network in the cache that holds @p addr.
 * @return as registration_cache_get() */
int registration_cache_get_network(struct registration_cache *c,
                                   struct snow_addr addr, int64_t now_utc_s,
                                   struct snow_network *out);

/** As registration_cache_put(); an answer is good for its whole range. */
int registration_cache_put_network(struct registration_cache *c,
                                   const struct snow_network *n);

/** The WHOIS server that IANA names for a TLD, for a day; "" when it names
 * none. @return 0, SNOW_ENOTFOUND, SNOW_EIO */
int registration_cache_get_referral(struct registration_cache *c,
                                    const char *tld, int64_t now_utc_s,
                                    char out[CACHE_HOST_MAX]);
int registration_cache_put_referral(struct registration_cache *c,
                                    const char *tld, int64_t now_utc_s,
                                    const char *host);

/**
 * Note that this process is about to ask a question, for CACHE_CLAIM_S, so that
 * processes which ask at the same time share the work. That of a process which
 * has died does not count.
 *
 * @param question  any text that is the same in all of them
 * @return          0: ask, nobody else is about to; SNOW_EBUSY: somebody is
 */
int registration_cache_claim(struct registration_cache *c, const char *question,
                             int64_t now_utc_s);

/** It is answered, or given up. */
void registration_cache_release(struct registration_cache *c,
                                const char *question);

/** A bootstrap document. */
struct registration_cached {
    int64_t fresh_until_utc_s; /**< not asked for again before this */
    const char *etag;          /**< "" if none */
    const char *octets;
    size_t len;
};

/** The document that came from @p url, in @p memory; also one that is stale.
 * @return 0, SNOW_ENOTFOUND, SNOW_EIO, SNOW_ENOMEM */
int registration_cache_get_document(struct registration_cache *c,
                                    const char *url, int64_t now_utc_s,
                                    struct registration_cached *out,
                                    struct buf *memory);

/** @return 0, SNOW_EIO */
int registration_cache_put_document(struct registration_cache *c,
                                    const char *url, int64_t now_utc_s,
                                    const struct registration_cached *d);

#endif
