/* What is known only of the whole scan: how many addresses each domain names,
 * which domains are a provider's own, how rare a host label is. Filled by the
 * first pass, read by the second. Pure. */
#ifndef ANALYSIS_FACTS_H
#define ANALYSIS_FACTS_H

#include "addr/marks.h"
#include "base/map.h"
#include "snowline/addr.h"

#define FACTS_LABELS_MAX 8 /**< host labels counted of one domain */

enum {
    DOMAIN_PROVIDER = 1, /**< of the network itself: never part of a run */
    DOMAIN_GENERIC = 2,  /**< one of too many under a PRIVATE suffix */
    DOMAIN_IN_RUN = 4,
    DOMAIN_CANDIDATE = 8,
};

/** One registrable domain: 24 octets beside its name. */
struct domain {
    uint32_t n_addrs;   /**< addresses with a name of it */
    uint32_t n_generic; /**< of these, where that name is generic */
    uint32_t skeleton;  /**< its leading numbered template … */
    uint32_t votes;     /**< … and at least so many addresses of it */
    uint32_t suffix;    /**< 1 + index of its PRIVATE suffix, 0: none */
    uint32_t flags;
};

/** A suffix of the PRIVATE section. */
struct suffix {
    uint32_t n_domains;
    uint32_t owner; /**< the domain by the ICANN section alone */
};

struct facts {
    struct map ids; /**< name to index into domains */
    struct domain *domains;
    size_t n, cap;
    const char **names; /**< [n], after _settle(); in ids */
    struct map suffix_ids;
    struct suffix *suffixes;
    size_t n_suffixes, suffixes_cap;
    struct map labels; /**< hash of a host label to who uses it */
    uint64_t n_named;  /**< addresses with a usable or generic name */
    /** Labels of the longest suffix in each block, by both sections; 0: all its
     * names are generic, if there are any. */
    struct marks suffix_labels;
};

/** One name of an address, as the first pass learns it. */
struct facts_name {
    uint32_t domain;
    uint32_t skeleton;
    uint64_t label; /**< hash of a rare-looking host label, 0: none */
    bool is_generic;
    bool is_numbered; /**< and no numbered mail server */
};

void analysis_facts_fini(struct facts *f); /**< zeroed is fine */

/** The number of a domain, made when it is new.
 * @return 0, SNOW_ENOMEM */
int analysis_facts_domain(struct facts *f, const char *name, uint32_t *id);

/** The same, but false when the first pass did not see it. */
bool analysis_facts_find(const struct facts *f, const char *name, uint32_t *id);

/** The number of a domain that a PRIVATE suffix made; counts it there.
 * @return 0, SNOW_ENOMEM */
int analysis_facts_private(struct facts *f, const char *name,
                           const char *suffix, const char *owner, uint32_t *id);

/** Count one address with the names it has; a domain counts once.
 * @return 0, SNOW_ENOMEM */
int analysis_facts_learn(struct facts *f, const struct facts_name *names,
                         size_t n);

/** The first pass is over: decide which domains belong to the network.
 * @return 0, SNOW_ENOMEM */
int analysis_facts_settle(struct facts *f);

/** How many domains use a host label, counted up to 4. */
unsigned analysis_facts_label_df(const struct facts *f, uint64_t label);

/** True while nothing speaks against the domain: it has a name that is not
 * generic, and it is not the network's own. */
bool analysis_facts_is_usable(const struct facts *f, uint32_t id);

#endif
