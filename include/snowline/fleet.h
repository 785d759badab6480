/* Many workers on one scan: what a shared store keeps of them. A scan is cut
 * into shards; a worker leases one, works on it, and its writes are taken for
 * as long as nobody else has the lease. Only a shared store (postgresql:) knows
 * any of this. All calls block and belong to one thread at a time; times are by
 * the server's clock. Each may say SNOW_EAWAY: it can be called again later, as
 * if it had not been called before. */
#ifndef SNOW_FLEET_H
#define SNOW_FLEET_H

#include "snowline/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a shard asks for, with its word. What comes first is leased first; its
 * payload is in brackets. */
/* clang-format off */
#define SNOW_SHARD_KINDS(X)                                               \
    X(SWEEP,        "sweep")        /* reverse names of /24s [ranges] */    \
    X(WALK,         "walk")         /* names below ip6.arpa [ranges] */     \
    X(CANDIDATES,   "candidates")   /* choose who is asked from here on */  \
    X(PROBE,        "probe")        /* mail servers of /24s [ranges] */     \
    X(FOLLOW,       "follow")       /* choose which names to follow */      \
    X(REGISTRATION, "registration") /* a host's queue [domains] */          \
    X(NETBLOCK,     "netblock")     /* whose networks [ranges] */           \
    X(DOMAIN,       "domain")       /* mail set-up, website [domains] */    \
    X(FORWARD,      "forward")      /* where names lead [names] */          \
    X(FINISH,       "finish")       /* say that the scan is over */
/* clang-format on */
#define X(name, word) SNOW_SHARD_##name,
enum snow_shard_kind { SNOW_SHARD_KINDS(X) SNOW_N_SHARD_KINDS };
#undef X

const char *snow_shard_kind_word(enum snow_shard_kind kind);

/** A part of a scan's work. */
struct snow_shard {
    struct snow_lease lease; /**< its scan, its number, and while it is leased
                                  the token; number and token are ignored where
                                  shards are added */
    enum snow_shard_kind kind;
    /** It is not leased while a shard of a kind before @p after is unfinished;
     * 0: it waits for nothing. */
    enum snow_shard_kind after;
    uint64_t n;        /**< what it holds: addresses, domains, names */
    uint32_t attempts; /**< how often it was leased, this time included: more
                            than 1, and some of it may be answered already */
    bool is_retry;     /**< what failed is asked again */
    const char *what; /**< [what_len] its payload: a set as "A-B;C-D", or names,
                           each with its NUL; owned by the store until its next
                           call */
    size_t what_len;
};

/** Do several processes work on this store at once? False: none of what
 * follows may be called. */
bool snow_store_is_shared(const struct snow_store *s);

/** Add work; between _begin() and _commit(). Numbers are given in order.
 * @param shards  [n] @return as snow_store_put() */
int snow_store_add_shards(struct snow_store *s, const struct snow_shard *shards,
                          size_t n, struct snow_error *err);

/** Take all shards of a scan away but those of the first @p n_kinds kinds,
 * which are open again, as a retry; whoever has one has lost it. Between
 * _begin() and _commit(). */
int snow_store_retry_shards(struct snow_store *s, int64_t scan,
                            unsigned n_kinds, struct snow_error *err);

/* --- workers --- */

/** A process at a scan. */
struct snow_worker {
    int64_t id; /**< given by the store */
    int64_t scan;
    char name[96];     /**< machine and process: "host:pid" */
    double share;      /**< of the scan's rates, that it may use; 0 … 1 */
    uint64_t answered; /**< final answers so far, by its own account */
    double rate_per_s; /**< of answers lately, by its own account */
    int64_t joined_utc_s, seen_utc_s;
    uint32_t n_leases; /**< that it has; for snow_store_each_worker() */
    bool is_alive;     /**< it was heard of within its lease */
};

/**
 * Join a scan: the worker's id, share 0.
 *
 * @param lease_s  how long it may be silent, from here on
 */
int snow_store_join(struct snow_store *s, struct snow_worker *w,
                    unsigned lease_s, struct snow_error *err);

/** Leave: its leases, hosts and share are free at once. */
int snow_store_leave(struct snow_store *s, const struct snow_worker *w,
                     struct snow_error *err);

/** What a worker is told when it says that it lives. */
struct snow_beat {
    unsigned n_workers;  /**< alive, itself included */
    uint64_t unfinished; /**< shards of the scan */
    uint64_t finished;
    int64_t leases[64]; /**< [n_leases] numbers of the shards it still has */
    size_t n_leases;
};

/**
 * Say that a worker lives: its leases, hosts and itself are good for another
 * @p lease_s; its @p share is set anew: one over all who live, but never so
 * that the shares of all who live come to more than 1, in any order of events.
 *
 * @param w  share is written; answered and rate_per_s are kept for others to
 * see
 * @return   0; SNOW_ENOTFOUND when the store has forgotten it: join again
 */
int snow_store_beat(struct snow_store *s, struct snow_worker *w,
                    unsigned lease_s, struct snow_beat *out,
                    struct snow_error *err);

typedef int (*snow_worker_fn)(void *arg, const struct snow_worker *w);

/** Those of a scan that were heard of within the last hour, oldest first. */
int snow_store_each_worker(struct snow_store *s, int64_t scan,
                           snow_worker_fn fn, void *arg,
                           struct snow_error *err);

/* --- leases --- */

/**
 * Lease the next shard: one that nobody has, or whose lease is over.
 *
 * @param kinds  which are welcome: bit i for kind i
 * @return       0; SNOW_EAGAIN: all that may be leased now is leased by others,
 *               or is not welcome; SNOW_EDONE: every shard is finished
 */
int snow_store_lease(struct snow_store *s, const struct snow_worker *w,
                     unsigned lease_s, uint32_t kinds, struct snow_shard *out,
                     struct snow_error *err);

/** Give an unfinished shard back; nothing happens when it is lost. */
int snow_store_give_back(struct snow_store *s, const struct snow_lease *l,
                         struct snow_error *err);

/**
 * Between _begin() and _commit(): which leases are still held? These are good
 * for another @p lease_s, and nobody gets them before the commit: what is put
 * for them is theirs. What is put for others must not be.
 *
 * @param leases   [n], in any order
 * @param is_held  [n]
 */
int snow_store_fence(struct snow_store *s, const struct snow_lease *leases,
                     size_t n, unsigned lease_s, bool *is_held,
                     struct snow_error *err);

/** How many shards of a kind there are, and who has them. */
struct snow_shard_count {
    enum snow_shard_kind kind;
    uint64_t waiting, leased, finished;       /**< shards */
    uint64_t n_waiting, n_leased, n_finished; /**< of what they hold */
    uint64_t expired;  /**< of the leased ones: to be leased anew */
    uint64_t attempts; /**< leases in all */
};

/** @param out  [SNOW_N_SHARD_KINDS], by kind */
int snow_store_count_shards(struct snow_store *s, int64_t scan,
                            struct snow_shard_count *out,
                            struct snow_error *err);

/** A lease, for people. */
struct snow_leased {
    int64_t shard, worker;
    enum snow_shard_kind kind;
    uint64_t n;
    int64_t expires_utc_s; /**< by the server's clock */
    bool is_expired;
    uint32_t attempts;
};

typedef int (*snow_leased_fn)(void *arg, const struct snow_leased *l);

int snow_store_each_leased(struct snow_store *s, int64_t scan,
                           snow_leased_fn fn, void *arg,
                           struct snow_error *err);

/* --- hosts of registries: whoever asks one is the only one --- */

/**
 * Claim a host, in all scans of the store; renewed by _beat().
 *
 * @param host     lower case
 * @param wait_ms  how long not to ask it yet, since others have just done so or
 *                 it has said so
 * @return         0; SNOW_EAGAIN: another worker has it
 */
int snow_store_claim(struct snow_store *s, const struct snow_worker *w,
                     unsigned lease_s, const char *host, uint32_t *wait_ms,
                     struct snow_error *err);

/** Let go of it. @param wait_ms  how long the next one must not ask it */
int snow_store_release(struct snow_store *s, const struct snow_worker *w,
                       const char *host, uint32_t wait_ms,
                       struct snow_error *err);

#ifdef __cplusplus
}
#endif
#endif
