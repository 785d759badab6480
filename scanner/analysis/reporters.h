/* How many independent parties reported an address, as the user knows it from
 * elsewhere. Pure but for reading the file. */
#ifndef ANALYSIS_REPORTERS_H
#define ANALYSIS_REPORTERS_H

#include <stddef.h>

#include "snowline/addr.h"
#include "snowline/error.h"

struct reporters_entry {
    struct snow_addr addr;
    uint32_t n;
};

/** Zeroed memory is an empty list. */
struct reporters {
    struct reporters_entry *all; /**< [n] in address order, each once */
    size_t n, cap;
};

/**
 * Read a CSV file with the columns ip and reporters. Of two lines on an
 * address the greater count stays: parties are counted, not their reports.
 *
 * @return 0; SNOW_EIO; SNOW_ESYNTAX with the line that is at fault; SNOW_ENOMEM
 * @owner  the caller, with reporters_fini()
 */
int reporters_read(struct reporters *r, const char *path,
                   struct snow_error *err);
void reporters_fini(struct reporters *r); /**< zeroed is fine */

/** Index of the first entry at or behind an address; n when there is none. */
size_t reporters_from(const struct reporters *r, struct snow_addr a);

#endif
