/* What a store keeps: the outcomes of a scan, one record each. */
#ifndef SNOW_KEPT_H
#define SNOW_KEPT_H

#include "snowline/block.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What was written about one finding to one contact. */
struct snow_complaint {
    int64_t scan;           /**< that the finding is of */
    const char *message_id; /**< without its angle brackets */
    const char *recipient;  /**< a mail address */
    const char *finding_id; /**< as it was called then */
    int64_t made_utc_s;
    const char *data; /**< JSON text: its addresses and their names */
    size_t data_len;
};

enum snow_record_kind {
    SNOW_RECORD_BLOCK,     /**< a closed block; its tail is deleted */
    SNOW_RECORD_TAIL,      /**< newly answered addresses of an open block: all
                                others in it are pending */
    SNOW_RECORD_PROBE,     /**< replaces an earlier one of the address */
    SNOW_RECORD_EVIDENCE,  /**< replaces the earlier one of the same subject
                                and kind */
    SNOW_RECORD_NAME,      /**< replaces an earlier one of the same prefix;
                                status PENDING takes it away */
    SNOW_RECORD_WALK,      /**< all counts, and the nodes that changed: each
                                replaces an earlier one, and one without
                                children takes it away */
    SNOW_RECORD_COMPLAINT, /**< replaces the earlier one of the same message
                                and finding */
    SNOW_RECORD_FINISHED,  /**< the leased shard is done; only its lease */
};

/** A shard of a scan that one worker has for now: of a shared store. */
struct snow_lease {
    int64_t scan, shard;
    int64_t token; /**< no two leases of a shard have the same; 0: none */
};

/** Is it the very same lease? Shards are leased many times. */
static inline bool snow_lease_is_same(const struct snow_lease *a,
                                      const struct snow_lease *b)
{
    return a->scan == b->scan && a->shard == b->shard && a->token == b->token;
}

/** Something to keep. */
struct snow_record {
    enum snow_record_kind kind;
    int64_t scan;
    struct snow_lease lease; /**< that it is kept for; zeroed: none */
    union {
        const struct snow_block *block;
        const struct snow_probe *probe;
        const struct snow_evidence *evidence;
        const struct snow_name *name;
        const struct snow_walk *walk;
        const struct snow_complaint *complaint;
    };
};

#ifdef __cplusplus
}
#endif
#endif
