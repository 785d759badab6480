/* What would be asked: the target set after exclusion, and whether manners and
 * policy allow it. */
#ifndef PIPELINE_PLAN_H
#define PIPELINE_PLAN_H

#include <sys/socket.h>

#include "dns/resolve.h"
#include "pipeline/config.h"
#include "pipeline/origins.h"
#include "snowline/asns.h"
#include "snowline/ranges.h"

struct plan {
    struct snow_ranges *targets;   /**< to be asked */
    struct snow_ranges *ipv4;      /**< those of them that are walked one by
                                        one; IPv6 is walked by the cut */
    struct snow_ranges *forbidden; /**< reserved, opted out, excluded: no
                                        look-up connects to these either */
    uint64_t n_given;              /**< IPv4 addresses before exclusion */
    uint64_t n_excluded;
    struct sockaddr_storage servers[DNS_SERVERS_MAX];
    size_t n_servers;
    double dns_rate; /**< with the ceiling applied; 0: none */
    struct snow_asns asns, excluded_asns; /**< among targets, exclusions */
    struct origins origins;               /**< what both stand for */
};

/**
 * Read the targets and take the exclusions out; check the ceilings. Where AS
 * numbers are among them, their prefixes are looked up: that takes its time.
 *
 * @param signal  the one that ended a look-up, with SNOW_ECANCELED
 * @return        0; SNOW_ESYNTAX, SNOW_ERANGE, SNOW_EINVAL (also for an AS
 *                without prefixes); SNOW_EPOLICY for reserved addresses alone,
 *                for what is too large or too fast; SNOW_EIO for an exclusion
 *                list that cannot be read; as origins_find()
 * @owner         the caller, with plan_fini()
 */
int plan_init(struct plan *p, const struct snow_config *cfg, int *signal,
              struct snow_error *err);

/** The same without targets: who may be connected to, and the name servers. */
int plan_init_servers(struct plan *p, const struct snow_config *cfg,
                      int *signal, struct snow_error *err);

/** Who is to be left alone, but for the AS numbers among them, which are put
 * into @p asns: what those stand for is looked up, or remembered.
 * @return 0, SNOW_EIO, SNOW_ESYNTAX, SNOW_ERANGE, SNOW_ENOMEM */
int plan_read_forbidden(struct snow_ranges *out, struct snow_asns *asns,
                        const struct snow_config *cfg, struct snow_error *err);

/** True when IPv6 addresses are among the targets. */
bool plan_has_ipv6(const struct plan *p);

/** Read a list that the program comes with: reserved.txt, optout.txt.
 * @return 0, SNOW_EIO, SNOW_ESYNTAX, … */
int plan_read_list(struct snow_ranges *set, const char *name,
                   struct snow_error *err);

/** Refuse IPv6 targets, for a stage that cannot go through them. */
int plan_require_ipv4(const struct plan *p, struct snow_error *err);

/** Find the name servers: the given ones, else the system's. */
int plan_resolvers(struct plan *p, const struct snow_config *cfg,
                   struct snow_error *err);

/** The same for the sweep, which is not to be faster than the ceiling. */
int plan_servers(struct plan *p, const struct snow_config *cfg,
                 struct snow_error *err);
void plan_fini(struct plan *p); /**< zeroed is fine */

/** Lanes of the walk: a block closes in about ten seconds. */
unsigned plan_lanes(double rate, double block_rate);

/** Put the IPv4 addresses of a set into another. @return 0, SNOW_ENOMEM */
int plan_add_ipv4(struct snow_ranges *to, const struct snow_ranges *set);

#endif
