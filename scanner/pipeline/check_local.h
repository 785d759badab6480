/* Items of a check that can be looked at without asking anybody. */
#ifndef PIPELINE_CHECK_LOCAL_H
#define PIPELINE_CHECK_LOCAL_H

#include "base/clock.h"
#include "pipeline/check.h"

void check_descriptors(struct check_item *item, const struct snow_config *cfg);

/** @param began_us  an earlier reading of the monotonic clock */
void check_clock(struct check_item *item, const struct clock *clock,
                 uint64_t began_us);

/** The list of the item's subject: reserved.txt, optout.txt. */
void check_list(struct check_item *item);

/** The folder of the item's subject, where stores are kept. */
void check_folder(struct check_item *item);

#endif
