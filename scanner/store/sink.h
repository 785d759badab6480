/* Batches for the writer: one fills on the loop while one drains on a thread
 * that may block on the disk. */
#ifndef STORE_SINK_H
#define STORE_SINK_H

#include "snowline/store.h"

struct uv_loop_s;
struct sink;

/** Whom the sink tells, on the loop; what is NULL is not told. */
struct sink_hooks {
    /** After each batch that was kept or that failed. */
    void (*drained)(void *arg);
    /** A lease that others have by now: what was put for it since the last
     * batch is gone, and so is what will be. */
    void (*lost)(void *arg, const struct snow_lease *l);
    /** A shard whose SNOW_RECORD_FINISHED is kept. */
    void (*finished)(void *arg, const struct snow_lease *l);
    void *arg;
    unsigned lease_s; /**< each write is good for so long; of a shared store */
};

/** From here on the store belongs to the sink, until sink_close() is over.
 * @param hooks  copied @owner  the caller, with sink_close() */
int sink_new(struct sink **out, struct uv_loop_s *loop, struct snow_store *s,
             const struct sink_hooks *hooks);

/** Add to the batch that fills; everything is copied. Never refuses for
 * fullness: ask sink_is_full() before making more work. @return 0, SNOW_ENOMEM
 */
int sink_put(struct sink *k, const struct snow_record *r);

/** True when the filling batch has reached its bound (4 MiB) while the other
 * is still being written: take no new work. */
bool sink_is_full(const struct sink *k);

/** Hand over what has been filled, now if the writer is idle, else when it
 * becomes idle. An empty batch is nothing to do. */
void sink_flush(struct sink *k);

/** True when everything put is kept (or failed) and the writer sleeps. */
bool sink_is_idle(const struct sink *k);

/** 0, or why the last batch was not kept; after a failure nothing more is
 * written: what is committed stays. */
int sink_error(const struct sink *k, struct snow_error *err);

/** Why the writer waits for its server, which is away; "" while it does not. */
void sink_waits(const struct sink *k, char *out, size_t cap);

/** Write what is left, end the thread (waits for it), give everything back
 * once the loop has closed the handles. A server that is away is waited for a
 * few seconds. The store stays open. NULL is fine.
 * @return as sink_error(); SNOW_EINCOMPLETE: it stayed away */
int sink_close(struct sink *k, struct snow_error *err);

#endif
