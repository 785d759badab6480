/* Batches for the writer: one fills on the loop while one drains on a thread
 * that may block on the disk. */
#ifndef STORE_SINK_H
#define STORE_SINK_H

#include "snowline/store.h"

struct uv_loop_s;
struct sink;

/** Called on the loop after each batch that was kept or that failed. */
typedef void (*sink_fn)(void *arg);

/** Called on the loop for a lease that others have by now: what was put for it
 * and not kept before is gone, and nothing more is. */
typedef void (*sink_lost_fn)(void *arg, const struct snow_lease *l);

/** Called on the loop for a shard whose SNOW_RECORD_FINISHED is kept. */
typedef void (*sink_finished_fn)(void *arg, const struct snow_lease *l);

/** From here on the store belongs to the sink, until sink_close() is over.
 * @owner the caller, with sink_close() */
int sink_new(struct sink **out, struct uv_loop_s *loop, struct snow_store *s,
             sink_fn drained, void *arg);

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

/** Write what is left, end the thread (waits for it), give everything back
 * once the loop has closed the handles. The store stays open. NULL is fine.
 * @return as sink_error() */
int sink_close(struct sink *k, struct snow_error *err);

#endif
