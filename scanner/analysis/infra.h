/* What domains use besides addresses and a registrar: name servers, mail
 * records, keys, pages. Of each value a hash, and how many have it: what two
 * domains share tells the more the fewer others do. Pure; 24 octets a value,
 * about ten values a domain. */
#ifndef ANALYSIS_INFRA_H
#define ANALYSIS_INFRA_H

#include "analysis/facts.h"

struct analysis_mail_setup;
struct analysis_website;
struct run;
struct runs;
struct ages;

/** Families of ties: the strongest value of one counts in whole, each other one
 * by a share, and all together no more than the cap. The registry, the zone and
 * its SOA tell of the same name servers: one fact, however often it is told. A
 * policy is told by its text and by whom it includes; customers of one service
 * must not be tied by that alone.
 * Those with a 1 make up the part SHARED of a score, each by its cap; the
 * others have parts of their own. */
/* clang-format off */
#define INFRA_FAMILIES(X)                                                 \
    X(REGISTRATION, 3,   0, 0, "registration")                               \
    X(DNS,          3,   1, 0, "name servers")                               \
    X(MAIL,         3,   1, .25, "mail records")                               \
    X(SMTP,         2,   1, .5, "mail servers")                               \
    X(WEB,          2,   1, 0, "pages")                                      \
    X(NAMING,       2,   0, .5, "host names")                                 \
    X(NETWORK,      1.5, 0, .5, "neighbourhood")

/** What is compared, its family, and the most that one value may tell: texts
 * come in so many forms that a rare one in two hands is no wonder. From 2 on a
 * value ties two runs alone (campaigns.h). */
#define INFRA_KINDS(X)                                                    \
    X(DELEGATION,  DNS,    3)   /* name servers that the registry knows */ \
    X(NAMESERVERS, DNS,    3)   /* those of the zone itself */             \
    X(SOA,         DNS,    3)   /* its first server and its mailbox */     \
    X(SPF,         MAIL,   1.5) /* the record, what is its own taken out */ \
    X(INCLUDE,     MAIL,   1.5) /* whom it includes */                     \
    X(DMARC,       MAIL,   1.5) /* whose mailbox gets the reports */       \
    X(MANNER,      SMTP,   1.5) /* greeting and capabilities */            \
    X(KEY,         SMTP,   2)   /* public key of the certificate */        \
    X(TITLE,       WEB,    1.5) /* of the page, its own name taken out */  \
    X(VOCABULARY,  NAMING, 1.5) /* all of the host labels */               \
    X(TEMPLATE,    NAMING, 1)   /* numbers in host names taken out */
/* clang-format on */

#define X(id, cap, is_shared, others, word) INFRA_FAMILY_##id,
enum infra_family { INFRA_FAMILIES(X) INFRA_N_FAMILIES };
#undef X
#define X(id, family, most) INFRA_##id,
enum infra_kind { INFRA_KINDS(X) INFRA_N_KINDS };
#undef X

/** What so many domains outside of runs have as well is a service that anyone
 * may buy: it supports a tie, and makes none. */
#define INFRA_SERVICE_MIN 3

/** One value of one domain. */
struct infra_value {
    uint64_t hash; /**< 0: asked, and there is none */
    uint32_t domain;
    uint32_t df;     /**< domains that have it … */
    uint32_t df_out; /**< … and of these, outside of all runs */
    uint8_t kind;
};

/** Zeroed memory knows of nothing. */
struct infra {
    struct infra_value *all; /**< once settled by domain, kind, hash */
    size_t n, cap;
    uint32_t n_asked[INFRA_N_KINDS]; /**< domains of which a kind is known … */
    uint32_t n_out[INFRA_N_KINDS];   /**< … and of these, outside of runs */
};

void analysis_infra_fini(struct infra *in); /**< zeroed is fine */

/** Add a value; more than once is fine. @return 0, SNOW_ENOMEM */
int analysis_infra_add(struct infra *in, uint32_t domain, enum infra_kind kind,
                       uint64_t hash);

/** A domain, and its own runs among all; all borrowed. */
struct infra_owner {
    uint32_t domain;
    const char *name;
    const struct run *all;
    const uint32_t *runs; /**< [n_runs] */
    size_t n_runs;
};

/** Add what the mail set-up of a domain shows; its own name and addresses are
 * taken out first. @return 0, SNOW_ENOMEM */
int analysis_infra_add_mail(struct infra *in, const struct infra_owner *o,
                            const struct analysis_mail_setup *m);

/** Likewise its website. @return 0, SNOW_ENOMEM */
int analysis_infra_add_website(struct infra *in, const struct infra_owner *o,
                               const struct analysis_website *w);

/** The form in which SPF records are compared: "v=spf1 ip4:IP a:mail.DOM -all".
 */
struct buf;
void analysis_infra_spf(struct buf *to, const struct infra_owner *o,
                        const struct analysis_mail_setup *m);

/** No more values but what runs and registrations show, which is added here;
 * then all are counted. @return 0, SNOW_ENOMEM */
int analysis_infra_settle(struct infra *in, const struct facts *facts,
                          const struct runs *runs, const struct ages *ages);

/** The values of a domain, [*n]. */
const struct infra_value *analysis_infra_get(const struct infra *in,
                                             uint32_t domain, size_t *n);

/**
 * How much it tells that two domains share a value; 0: it is common, or nobody
 * else was asked.
 *
 * It is log10 of one in how many has it, at most what its kind may tell. Where
 * enough domains outside of runs were asked, they alone tell how common
 * it is. Else all do but those being tested, which are no proof of that.
 *
 * @param n_have  of those being tested, have it; 0: nothing is being tested
 * @param n_set   of those being tested, were asked
 */
double analysis_infra_idf(const struct infra *in, const struct infra_value *v,
                          size_t n_have, size_t n_set);

/** How many domains tell how common a value is; of those asked, @p n_set are
 * being tested. */
size_t analysis_infra_others(const struct infra *in, enum infra_kind kind,
                             size_t n_set);

/** How much alike the domains of a set are. */
struct infra_alike {
    double of[INFRA_N_FAMILIES]; /**< mean weight of a pair; NaN: not known, or
                                      nobody else to compare with */
};

/** Compare the values of @p n domains. @return 0, SNOW_ENOMEM */
int analysis_infra_compare(struct infra_alike *out, const struct infra *in,
                           const uint32_t *domains, size_t n);

/** The sum of a family by its rule, out of one weight each. */
struct infra_sum {
    double strongest, others;
};
void analysis_infra_sum(struct infra_sum *s, double weight);
double analysis_infra_total(const struct infra_sum *s, enum infra_family f);

enum infra_family analysis_infra_family(enum infra_kind kind);
const char *analysis_infra_family_word(enum infra_family f);
double analysis_infra_cap(enum infra_family f);

/** Its share of the part SHARED, 0 … 1. */
double analysis_infra_share(enum infra_family f);

#endif
