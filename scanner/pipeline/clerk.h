/* A thread with a store of its own: calls that wait for a server, one after the
 * other, while the loop goes on. */
#ifndef PIPELINE_CLERK_H
#define PIPELINE_CLERK_H

#include <uv.h>

#include "snowline/store.h"

struct clerk;

/** One thing to do; in the memory of whoever wants it done. */
struct clerk_job {
    /** On the clerk's thread; when the server is away (SNOW_EAWAY) it is called
     * again, later. */
    int (*work)(struct clerk_job *j, struct snow_store *s,
                struct snow_error *err);
    /** On the loop, once; code is that of the work, or SNOW_ECANCELED when the
     * clerk was closed before. */
    void (*done)(struct clerk_job *j);
    void *arg;
    int code;
    struct snow_error err;
    struct clerk_job *next; /**< the clerk's */
};

/** @param s  belongs to the clerk until clerk_close()
 * @return 0, SNOW_ENOMEM @owner the caller, with clerk_close() */
int clerk_new(struct clerk **out, uv_loop_t *loop, struct snow_store *s);

/** Have a job done after those before it; it is the clerk's until done(). */
void clerk_do(struct clerk *c, struct clerk_job *j);

/** Why it waits for the server, which is away; "" while it does not. */
void clerk_waits(struct clerk *c, char *out, size_t cap);

/** End the job under way as it is, do no other: each gets its done() from here.
 * The store is the caller's again; the rest is given back once the loop has
 * closed the handle. NULL is fine. */
void clerk_close(struct clerk *c);

#endif
