/* The store: the only thing that joins the stages of a scan. All calls block
 * and belong to one thread at a time. */
#ifndef SNOW_STORE_H
#define SNOW_STORE_H

#include "snowline/kept.h"
#include "snowline/progress.h"

#ifdef __cplusplus
extern "C" {
#endif

struct snow_store;

enum snow_store_mode {
    SNOW_STORE_READ,   /**< it must be there */
    SNOW_STORE_WRITE,  /**< it must be there */
    SNOW_STORE_CREATE, /**< made when it is not there */
};

/**
 * Open a store: "PATH", "sqlite:PATH", "postgresql://…" or "memory:".
 *
 * @return 0; SNOW_ENOTFOUND; SNOW_ESTORE for a file that is no store of ours,
 *         is newer than this program, or is damaged; SNOW_EIO where it cannot
 *         be made; SNOW_EBUSY when another process writes to it (held for the
 *         whole life of a WRITE or CREATE handle); SNOW_ENOMEM
 * @owner  the caller, with snow_store_close()
 */
int snow_store_open(struct snow_store **out, const char *url,
                    enum snow_store_mode mode, struct snow_error *err);
void snow_store_close(struct snow_store *s); /**< NULL is fine */

#define SNOW_STORE_SHOWN_MAX 4096

/** A store's URL as people may see it: without passwords. */
void snow_store_show(char *out, size_t cap, const char *url);

/** The process of this machine that has the store open for writing; 0: none,
 * as far as can be seen. It is not disturbed. */
int64_t snow_store_writer(const struct snow_store *s);

/** Have @p fn told of every block, probe, evidence and IPv6 name that is read
 * from here on, without a stage; NULL: nobody any more. */
void snow_store_watch(struct snow_store *s, snow_progress_fn fn, void *arg);

/** From any thread: whatever reads blocks, probes, evidence or names of this
 * handle ends with SNOW_ECANCELED, from here on. */
void snow_store_interrupt(struct snow_store *s);

/** Add a scan; @p scan->id is ignored and the new one written to @p id. */
int snow_store_add_scan(struct snow_store *s, const struct snow_scan *scan,
                        int64_t *id, struct snow_error *err);

/**
 * Read a scan.
 *
 * @param id   its number; 0 for the newest
 * @param out  its text is owned by the store until the next call of this or
 *             _close()
 * @return     0, SNOW_ENOTFOUND, SNOW_ESTORE
 */
int snow_store_get_scan(struct snow_store *s, int64_t id, struct snow_scan *out,
                        struct snow_error *err);

typedef int (*snow_scan_fn)(void *arg, const struct snow_scan *scan);

/** Every scan, the oldest first; its text is good until @p fn returns, and
 * anything but 0 from there ends it and is returned. */
int snow_store_each_scan(struct snow_store *s, snow_scan_fn fn, void *arg,
                         struct snow_error *err);

/** The finished scans with the latest now, without their texts: what is put in
 * last may have been seen long before.
 * @param newest  [2], the newest first; as many as there are
 * @param n       how many are finished, of all */
int snow_store_newest(struct snow_store *s, struct snow_scan newest[2],
                      uint64_t *n, struct snow_error *err);

/** Replace what is said of scan @p scan->id: its targets, its settings and its
 * now. */
int snow_store_update_scan(struct snow_store *s, const struct snow_scan *scan,
                           struct snow_error *err);

/** Mark a scan finished at @p utc_s, or open again (SNOW_TIME_UNKNOWN). */
int snow_store_finish_scan(struct snow_store *s, int64_t id, int64_t utc_s,
                           struct snow_error *err);

/** A transaction: what is put between begin and commit is kept together or,
 * after an error or a crash, not at all. After an error call _rollback().
 * @return 0, SNOW_EFULL, SNOW_EIO, SNOW_ESTORE, SNOW_ENOMEM; SNOW_EAWAY when
 *         the server of a shared store cannot be reached or others were faster:
 *         roll back, wait, begin again; it may have been committed */
int snow_store_begin(struct snow_store *s, struct snow_error *err);
int snow_store_put(struct snow_store *s, const struct snow_record *r,
                   struct snow_error *err);
int snow_store_commit(struct snow_store *s, struct snow_error *err);
void snow_store_rollback(struct snow_store *s);

/** A reader; anything but 0 ends the iteration and is returned from it. */
typedef int (*snow_block_fn)(void *arg, const struct snow_block *block,
                             bool is_closed);
typedef int (*snow_probe_fn)(void *arg, const struct snow_probe *probe);
typedef int (*snow_evidence_fn)(void *arg, const struct snow_evidence *e);
typedef int (*snow_name_fn)(void *arg, const struct snow_name *name);
typedef int (*snow_node_fn)(void *arg, const struct snow_node *node);

/**
 * Every block of a scan in address order, tails merged in; constant memory.
 *
 * @param fn  is_closed tells whether the block's own row exists
 */
int snow_store_each_block(struct snow_store *s, int64_t scan, snow_block_fn fn,
                          void *arg, struct snow_error *err);

/** The same for the blocks from @p of.first's to @p of.last's. */
int snow_store_each_block_of(struct snow_store *s, int64_t scan,
                             struct snow_range of, snow_block_fn fn, void *arg,
                             struct snow_error *err);

/** The blocks of a scan, taken one by one: so two scans of a store can be read
 * side by side. All cursors of a store see it as it was when the first of them
 * was opened. */
struct snow_blocks;

/** @owner the caller, with snow_blocks_close(), before the store is closed */
int snow_store_blocks(struct snow_blocks **out, struct snow_store *s,
                      int64_t scan, struct snow_error *err);

/**
 * The next block in address order, tails merged in.
 *
 * @param from       blocks below this address are passed over
 * @param block      NULL after the last one; good until the next call
 * @param is_closed  whether the block's own row exists
 * @return           0, SNOW_ESTORE, SNOW_EIO, SNOW_ENOMEM
 */
int snow_blocks_next(struct snow_blocks *c, struct snow_addr from,
                     const struct snow_block **block, bool *is_closed,
                     struct snow_error *err);
void snow_blocks_close(struct snow_blocks *c); /**< NULL is fine */

/** Every probe in address order. */
int snow_store_each_probe(struct snow_store *s, int64_t scan, snow_probe_fn fn,
                          void *arg, struct snow_error *err);

/** Every evidence of one kind, ordered by subject. */
int snow_store_each_evidence(struct snow_store *s, int64_t scan,
                             const char *kind, snow_evidence_fn fn, void *arg,
                             struct snow_error *err);

/** What is kept of names below ip6.arpa, in the order of the addresses, the
 * shorter prefix first. */
int snow_store_each_name(struct snow_store *s, int64_t scan, snow_name_fn fn,
                         void *arg, struct snow_error *err);

/** The same, taken one by one. */
struct snow_names;

/** @owner the caller, with snow_names_close(), before the store is closed */
int snow_store_names(struct snow_names **out, struct snow_store *s,
                     int64_t scan, struct snow_error *err);

/** @param name  NULL after the last one; good until the next call */
int snow_names_next(struct snow_names *c, const struct snow_name **name,
                    struct snow_error *err);
void snow_names_close(struct snow_names *c); /**< NULL is fine */

/** What is left of the walk over ip6.arpa, in the same order. */
int snow_store_each_node(struct snow_store *s, int64_t scan, snow_node_fn fn,
                         void *arg, struct snow_error *err);

/**
 * The counts of that walk as of its last record; without nodes.
 *
 * @return 0; SNOW_ENOTFOUND, without a word, when it has not begun
 */
int snow_store_get_walk(struct snow_store *s, int64_t scan,
                        struct snow_walk *out, struct snow_error *err);

typedef int (*snow_complaint_fn)(void *arg, const struct snow_complaint *c);

/** Every complaint, the oldest first; they outlive the scans that they are
 * about. */
int snow_store_each_complaint(struct snow_store *s, snow_complaint_fn fn,
                              void *arg, struct snow_error *err);

/** Rows that went with a scan. */
struct snow_forgotten {
    uint64_t blocks;   /**< /24s with their names */
    uint64_t names;    /**< names below ip6.arpa */
    uint64_t probes;   /**< mail servers */
    uint64_t evidence; /**< registrations and what else was learnt */
};

/**
 * Forget a scan with all that was observed in it; between _begin() and
 * _commit(). Complaints about it stay. From the first call on, what is deleted
 * through this handle is overwritten.
 *
 * @return 0, as snow_store_put()
 */
int snow_store_forget_scan(struct snow_store *s, int64_t id,
                           struct snow_forgotten *out, struct snow_error *err);

/**
 * Give the room of what was forgotten back to the disk, and leave no octet of
 * it in the store's files; takes as much room again while it works.
 *
 * @param is_due  something was forgotten just now; else only what was cut short
 *                before is done
 * @param freed   octets that the store is smaller by
 * @return        0; SNOW_EBUSY while others read, who need the old octets; as
 *                snow_store_put()
 */
int snow_store_compact(struct snow_store *s, bool is_due, uint64_t *freed,
                       struct snow_error *err);

#ifdef __cplusplus
}
#endif
#endif
