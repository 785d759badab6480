/* Whom to greet: chosen by the settings, without those who are to be left
 * alone. The scan and its status ask the same. */
#ifndef PIPELINE_WHOM_H
#define PIPELINE_WHOM_H

#include "pipeline/config.h"
#include "snowline/ranges.h"
#include "snowline/store.h"

struct whom {
    const struct snow_config *cfg;
    const struct snow_ranges *ipv4;       /**< the targets */
    const struct snow_ranges *candidates; /**< among them */
    const struct snow_ranges *forbidden;  /**< names may be stored of who asks
                                               to be left alone by now */
};

/** @param set  empty at first @return 0, SNOW_ENOMEM, as reading a store */
int whom_choose(struct snow_ranges *set, const struct whom *w,
                struct snow_store *s, int64_t scan, struct snow_error *err);

#endif
