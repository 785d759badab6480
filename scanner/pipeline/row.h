/* A scan's row in its store: found or added before anything is asked. */
#ifndef PIPELINE_ROW_H
#define PIPELINE_ROW_H

#include "pipeline/scan.h"

struct row {
    const struct scan_request *req;
    struct snow_store *store;
    const struct plan *plan;
    /** Put more that belongs to a scan which is new, in the transaction that
     * adds it; NULL: there is nothing. */
    int (*add_more)(void *arg, const struct row *r, struct snow_error *err);
    void *arg;

    /* what is found */
    int64_t id;
    uint64_t seed;
    int64_t created_utc_s, now_utc_s;
    bool is_finished;
};

/**
 * Find the scan that the request resumes, else the newest if it is unfinished
 * and was asked for the same, else add one.
 *
 * @param r  zeroed but for req, store, plan, add_more, arg
 * @return   0, SNOW_ENOTFOUND, SNOW_ENOMEM, as reading and writing a store
 */
int row_find_or_add(struct row *r, struct snow_error *err);

#endif
