/* Whose networks the candidates lie in: one question a network, in the order
 * of the addresses. */
#ifndef PIPELINE_NETBLOCK_H
#define PIPELINE_NETBLOCK_H

#include "pipeline/run.h"
#include "registration/client.h"

#define NETBLOCK_KIND "netblock" /**< of its evidence; subject: FIRST-LAST */

typedef int (*netblock_fn)(void *arg, const struct snow_evidence *e);

/** Zeroed memory with answer and arg set is one with nothing to ask. */
struct netblock {
    struct stage stage;
    struct run *run;
    struct registration_client *client;
    struct snow_ranges *todo;  /**< candidates of unknown networks */
    struct snow_range *failed; /**< [n_failed] what an earlier run did not
                                    learn: subjects of its evidence */
    size_t n_failed, failed_cap;
    uint64_t by_status[16]; /**< by enum lookups_status, earlier runs' too */
    bool is_asking;
    netblock_fn answer; /**< takes each evidence; anything but 0 ends it */
    void *arg;
};

/** RDAP alone knows networks. */
bool netblock_is_wanted(const struct snow_config *cfg);

/**
 * Choose the addresses whose networks the store does not know.
 *
 * @param is_retry  what failed is asked again
 * @return          0, SNOW_ENOMEM, SNOW_ESTORE
 */
int netblock_choose(struct netblock *n, const struct snow_ranges *candidates,
                    struct snow_store *s, int64_t scan, bool is_retry,
                    struct snow_error *err);

/** True when something is left to ask. */
bool netblock_is_due(const struct netblock *n);

/** How far it is; how many are left nobody knows before the last is found. */
void netblock_count(const struct netblock *n, struct progress_stage *to);

/** Put it on a run. What cannot be learnt of an address is not asked of its
 * neighbours either, the rest of the /24 (of IPv6 the /64). */
void netblock_start(struct netblock *n, struct run *run,
                    struct registration_client *client);
void netblock_end(
    struct netblock *n); /**< after the client's; zeroed is fine */

#endif
