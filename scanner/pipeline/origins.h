/* Which netblocks the AS numbers among targets and exclusions stand for. They
 * are looked up before anything else, and kept with the scan. */
#ifndef PIPELINE_ORIGINS_H
#define PIPELINE_ORIGINS_H

#include "base/text.h"
#include "netblock/routes.h"
#include "pipeline/config.h"
#include "snowline/asns.h"
#include "snowline/store.h"

struct plan;

#define ORIGINS_MAX 256 /**< AS numbers of one scan: each is a question */

/** Zeroed memory is one of no AS. */
struct origins {
    struct netblock_routes *at; /**< [n] ascending, each set owned */
    size_t n;
    bool is_known[ORIGINS_MAX]; /**< from the store: not asked again */
    struct snow_ranges *bogons;
    struct buf source;    /**< who was asked; empty: the store knew all */
    uint64_t n_bad_lines; /**< of a file */
    int64_t seen_utc_s;
};

/**
 * Learn the prefixes of AS numbers, on a loop of its own.
 *
 * What a resumed scan knows (cfg->known_origins) is not asked again. Names are
 * resolved by the servers of @p plan, and nobody in plan->forbidden is
 * connected to.
 *
 * @param out     zeroed; to be given back also after a failure
 * @param signal  the one that ended it, with SNOW_ECANCELED
 * @return        0, also where an AS has none; SNOW_EINVAL for more than
 *                ORIGINS_MAX; SNOW_EIO for a source that does not answer, or
 *                makes no sense; SNOW_EPOLICY for one that may not be asked;
 *                SNOW_EINCOMPLETE at --max-time; SNOW_ESYNTAX, SNOW_ENOTFOUND
 *                for a file; SNOW_ENOMEM
 */
int origins_find(struct origins *out, const struct snow_asns *asns,
                 const struct snow_config *cfg, const struct plan *plan,
                 int *signal, struct snow_error *err);
void origins_fini(struct origins *o); /**< zeroed is fine */

/** What one AS stands for; it is there. */
const struct netblock_routes *origins_of(const struct origins *o, uint32_t asn);

/** Put all of them into the store as evidence, inside a transaction.
 * @return 0, SNOW_ENOMEM, as snow_store_put() */
int origins_keep(const struct plan *plan, struct snow_store *s, int64_t scan,
                 struct snow_error *err);

/** True where nothing is known of it, not even what had to be left out. */
bool origins_has_none(const struct origins *o, uint32_t asn, bool is_target);

/** "AS64500: 5 prefixes, merged 3 of IPv4 and 1 of IPv6; left out: 2
 * withdrawn, 1 reserved". */
void origins_describe(struct buf *to, const struct netblock_routes *r);

/** Lines about all of them, each with @p front before it: what they stand for,
 * whom to leave alone, lines of a file that make no sense. */
void origins_tell(struct buf *to, const struct plan *plan, const char *front);

#endif
