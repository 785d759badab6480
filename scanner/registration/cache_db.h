/* The cache's database, for the files of the cache alone. */
#ifndef REGISTRATION_CACHE_DB_H
#define REGISTRATION_CACHE_DB_H

#include <sqlite3.h>

#include "registration/cache.h"

#define PID_MASK 0x3fffff /* the kernel's are below 4194304 */

/** Prepared, in this order. */
enum statement {
    GET,
    PUT,
    GET_NETWORK,
    PUT_NETWORK,
    GET_REFERRAL,
    PUT_REFERRAL,
    GET_DOCUMENT,
    PUT_DOCUMENT,
    CLAIM,
    GET_CLAIM,
    RELEASE,
    DROP,
    DROP_NETWORKS,
    DROP_REFERRALS,
    DROP_CLAIMS,
    STATEMENTS
};

struct registration_cache {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    int64_t owner; /**< of claims: this handle, among all of all processes; the
                        low bits are the process's id */
    struct buf json;
    struct buf kept; /**< questions of claims that could not be given back yet,
                          NUL-terminated, one behind the other */
};

/** Run a prepared statement that answers nothing. @return 0, SNOW_EIO */
int registration_cache_finish(sqlite3_stmt *s);

/** Give back what a busy file did not take, as far as it does now. */
void registration_claims_flush(struct registration_cache *c);

#endif
