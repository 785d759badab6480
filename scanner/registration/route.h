/* Whom to ask about a domain, and over what: what the user says, else RDAP by
 * IANA's documents, else WHOIS by our own table or by what whois.iana.org says
 * of the TLD. */
#ifndef REGISTRATION_ROUTE_H
#define REGISTRATION_ROUTE_H

#include "registration/directory.h"
#include "registration/queue.h"
#include "registration/wire.h"

enum registration_referral_state {
    REFERRAL_UNASKED,
    REFERRAL_ASKING,
    REFERRAL_KNOWN, /**< host "": it has none */
    REFERRAL_FAILED
};

/** What whois.iana.org says of a TLD. */
struct registration_referral {
    struct registration_referral *next;
    enum registration_referral_state state;
    unsigned failed_status; /**< what its domains get meanwhile */
    uint64_t again_us;
    struct registration_queue waiting; /**< for it */
    char tld[SNOW_DOMAIN_MAX], host[CACHE_HOST_MAX];
};

/** A server that the user has named. */
struct registration_override {
    char suffix[SNOW_DOMAIN_MAX]; /**< "*": all; ".": the root */
    char host[CACHE_HOST_MAX];    /**< "" of RDAP: the directory has its URL */
    unsigned port;
};

struct registration_overrides {
    struct registration_override *at; /**< [n] */
    size_t n;
};

/** Memory the owner zeroes, with these first members set. */
struct registration_routes {
    struct registration_directory *directory;
    struct registration_cache *cache; /**< NULL: none */
    const struct clock *clock;
    bool no_rdap, no_whois;

    struct registration_overrides rdap, whois;
    struct registration_referral *referrals;
};

/** A way to an answer. */
struct registration_route {
    struct registration_server server; /**< of WHOIS, where is host */
    char host[CACHE_HOST_MAX];
    const char *query; /**< of WHOIS, %s stands for the domain */
};

/** @return 0, SNOW_ESYNTAX (an override), SNOW_ENOMEM; _fini() is due after a
 *          failure, too */
int registration_routes_init(struct registration_routes *r,
                             const struct registration_config *cfg,
                             struct snow_error *err);

/** What waits for referrals is freed unanswered. */
void registration_routes_fini(struct registration_routes *r);

/**
 * Find the way to the registry of a domain.
 *
 * The longest suffix the user has named a server for counts, RDAP before
 * WHOIS; then RDAP where it is served, then WHOIS.
 *
 * @param is_second  RDAP was of no use: WHOIS alone
 * @param out        RDAP's URL and the query are good until _fini()
 * @param referral   on SNOW_EAGAIN: that of the TLD, NULL: the directory
 * @return           0; SNOW_ENOTFOUND; SNOW_EAGAIN: not known yet; SNOW_ENOMEM
 */
int registration_routes_find(struct registration_routes *r, const char *domain,
                             bool is_second, struct registration_route *out,
                             struct registration_referral **referral);

/** The way to what whois.iana.org, or who stands in for it, says of a TLD. */
void registration_routes_root(const struct registration_routes *r,
                              struct registration_route *out);

/** Take its answer. @param host  "": it names none; NULL: no answer, and
 * @p status is why */
void registration_referral_take(struct registration_routes *r,
                                struct registration_referral *of,
                                const char *host, unsigned status);

#endif
