/* Descriptors that a foreign library (c-ares, curl) owns, watched by the loop.
 */
#ifndef LOOP_FDWATCH_H
#define LOOP_FDWATCH_H

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;
struct fdwatch;

/** A watched descriptor became ready; never called from fdwatch_set(). */
typedef void (*fdwatch_fn)(void *arg, int fd, bool readable, bool writable);

/** @owner the caller, with fdwatch_close() */
int fdwatch_new(struct fdwatch **out, struct uv_loop_s *loop, fdwatch_fn fn,
                void *arg);

/** Watch @p fd for these; neither: forget it (to be told before it is closed).
 * @return 0, SNOW_ENOMEM, SNOW_EIO */
int fdwatch_set(struct fdwatch *w, int fd, bool readable, bool writable);

/** Forget all; the memory goes when the loop has closed the handles. */
void fdwatch_close(struct fdwatch *w); /**< NULL is fine */

#endif
