/* The addresses that runs are made of, kept so that they can stand in another
 * order. Pure; 48 octets an address. */
#ifndef ANALYSIS_HOSTS_H
#define ANALYSIS_HOSTS_H

#include "analysis/runs.h"
#include "snowline/ranges.h"

#define HOSTS_NOBODY UINT32_MAX /**< domain of an address without an answer */

/** An address with the name that counts, and what was seen of both. */
struct host {
    struct snow_addr addr;
    uint64_t hash, label;
    uint32_t domain, skeleton;
    struct host_counts counts;
    uint8_t extra_labels;
    bool is_esp, is_allowed;
    bool is_unasked; /**< of HOSTS_NOBODY: as nobody asked */
};

/** Zeroed is ready. */
struct hosts {
    struct host *all; /**< [n] by address */
    size_t n, cap;
    struct snow_range *netblocks; /**< that addresses do not leave */
    size_t n_netblocks, netblocks_cap;
    uint32_t *by_zone; /**< [n_moving] those with a name, zone by zone */
    size_t n_moving;
    size_t *zones; /**< [n_zones + 1] where each begins in by_zone */
    size_t n_zones;
};

void analysis_hosts_fini(struct hosts *h); /**< zeroed is fine */

/** The next verdict, in address order; of addresses without an answer no more
 * are kept than a run can bridge. @return 0, SNOW_ENOMEM */
int analysis_hosts_add(struct hosts *h, const struct verdict *v);

/** The host of an address, or NULL. */
struct host *analysis_hosts_get(const struct hosts *h, struct snow_addr addr);

/** A network that its registry tells apart. @param is_senders  a large
 * sender's. @return 0, SNOW_ENOMEM */
int analysis_hosts_add_netblock(struct hosts *h, struct snow_range netblock,
                                bool is_senders);

/** No more hosts nor netblocks. Addresses move within the smallest netblock of
 * at least a /24 around them, else within their /20, in IPv6 within their /48.
 * @return 0, SNOW_ENOMEM */
int analysis_hosts_settle(struct hosts *h);

/**
 * Put the hosts of each zone in another order.
 *
 * @param order  [n] receives which host stands at each address
 * @param state  of random_next(): same state, same order
 */
void analysis_hosts_shuffle(const struct hosts *h, uint32_t *order,
                            uint64_t *state);

/** Hand out the verdicts in that order. @return 0, or what fn returned */
int analysis_hosts_each(const struct hosts *h, const uint32_t *order,
                        verdict_fn fn, void *arg);

#endif
