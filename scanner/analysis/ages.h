/* What the registries say of the domains of a scan: dates, registrars and name
 * servers, and how common each is. Pure. */
#ifndef ANALYSIS_AGES_H
#define ANALYSIS_AGES_H

#include "analysis/burst.h"
#include "analysis/facts.h"
#include "snowline/records.h"

#define AGE_OLD_DAYS (3 * 365.25) /**< older is nobody's throwaway */

/** The registration of one domain. */
struct age {
    int64_t created_utc_s; /**< or SNOW_TIME_UNKNOWN */
    uint64_t nameservers;  /**< hash of the sorted set, 0: unknown */
    uint32_t domain;
    uint32_t registrar;    /**< 1 + index, 0: unknown */
    int64_t sighted_utc_s; /**< when a scan saw it first, where another one
                                than this did; or SNOW_TIME_UNKNOWN */
    bool is_date_only;
};

struct registrar {
    uint32_t iana_id;
    uint32_t n_dated; /**< its domains with a date */
    char *name;
};

/** All registrations of a scan. Zeroed but for facts and now is ready. */
struct ages {
    const struct facts *facts; /**< settled; borrowed */
    int64_t now_utc_s;
    struct age *all;
    size_t n, cap;
    uint32_t *of; /**< [facts->n] 1 + index of a domain, 0: not known */
    struct map registrar_ids;
    struct registrar *registrars;
    size_t n_registrars, registrars_cap;
    struct map nameserver_df; /**< hash to domains outside of all runs */
    uint64_t n_nameservers;   /**< domains counted there */
    int64_t *dates;           /**< [n_dated] all that are known, sorted */
    size_t n_dated;
    uint64_t n_sold; /**< dated, with a registrar */
    /* those being tested */
    const uint32_t *tested; /**< [n_tested] domains, borrowed */
    size_t n_tested;
    int64_t *left_out; /**< [n_left_out] their dates, sorted */
    size_t n_left_out;
};

void analysis_ages_fini(struct ages *a); /**< zeroed is fine */

/** Take in a registration; of domains that the scan did not see, of those not
 * registered, and of a second one of the same domain nothing is kept.
 * @return 0, SNOW_ENOMEM */
int analysis_ages_add(struct ages *a, const struct snow_registration *r);

/** No more registrations. Runs must have been marked in the facts.
 * @return 0, SNOW_ENOMEM */
int analysis_ages_settle(struct ages *a);

/** Count each registrar's dated domains; settled ages that were changed since
 * need it again. */
void analysis_ages_count(struct ages *a);

/** What is known of a domain, or NULL. */
struct age *analysis_ages_get(const struct ages *a, uint32_t domain);

/** Days from registration to now; NaN when not known. */
double analysis_ages_days(const struct ages *a, uint32_t domain);

/**
 * Its age as far as being new goes: that when a scan first saw it, where
 * another one did. What has stood there for longer than such a domain is of
 * use (AGE_SIGHTED_DAYS), or was registered anew since, has the age it has.
 *
 * @return NaN when not known
 */
double analysis_ages_days_new(const struct ages *a, uint32_t domain);
#define AGE_SIGHTED_DAYS 540

/** True when a domain is known to be older than AGE_OLD_DAYS. */
bool analysis_ages_is_old(const struct ages *a, uint32_t domain);

/**
 * Test some domains: what is asked below is told by all others.
 *
 * @param domains  [n] each once; borrowed until the next call
 */
void analysis_ages_test(struct ages *a, const uint32_t *domains, size_t n);

/** The dates of all domains that are not being tested; good until others are.
 */
struct burst_background analysis_ages_background(const struct ages *a);

/** The registrar's smoothed share among domains not being tested. */
double analysis_ages_registrar_share(const struct ages *a, uint32_t registrar);

/** How much a shared set of name servers tells, 0: it is common. */
double analysis_ages_nameserver_idf(const struct ages *a, uint64_t nameservers);

/**
 * How much it tells that two share what @p df of @p n have: log10(n / df), at
 * most 3; 0 when more than 20 and more than one in fifty, or half of all, do.
 */
double analysis_idf(uint64_t df, uint64_t n);

#endif
