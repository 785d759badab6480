/* Records on their way to the store: copies of all they hold, one after the
 * other in memory. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/text.h"
#include "snowline/store.h"

#define BATCH_STRINGS 6 /**< of a probe; evidence has four */

/** A record in a batch; its octets follow, padded to eight. */
struct batch_entry {
    size_t len;         /**< of entry and octets */
    const char *octets; /**< set by batch_next() */
    enum snow_record_kind kind;
    int64_t scan;
    struct snow_lease lease;
    struct snow_addr addr; /**< of a block */
    struct snow_probe probe;
    int64_t observed_utc_s;
    size_t lens[BATCH_STRINGS]; /**< of the strings that follow */
};

/** Add a copy. @return 0, SNOW_ENOMEM */
int batch_add(struct buf *b, const struct snow_record *r);

/** The next entry. @param at  0 at first @return false after the last */
bool batch_next(const struct buf *b, size_t *at, struct batch_entry *e);

/** Put an entry into a store. @param scratch  a block to work with
 * @return as snow_store_put() */
int batch_put(struct batch_entry *e, struct snow_block *scratch,
              struct snow_store *s, struct snow_error *err);

#endif
