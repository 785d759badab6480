/* A set as one line of text, "A-B;C-D": the form in which it is stored. */
#ifndef ADDR_RANGES_TEXT_H
#define ADDR_RANGES_TEXT_H

#include "base/text.h"
#include "snowline/ranges.h"

void addr_ranges_format(struct buf *to, const struct snow_ranges *set);

/** @return 0, SNOW_ESYNTAX, SNOW_EINVAL, SNOW_ENOMEM */
int addr_ranges_parse(struct snow_ranges *set, const char *text);

#endif
