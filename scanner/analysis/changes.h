/* What differs between two scans, address by address. Pure. */
#ifndef ANALYSIS_CHANGES_H
#define ANALYSIS_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

/** A hash of the names of an address, in whatever order a server listed them;
 * 0: none. @param names  @p n, each NUL-terminated, one behind the other */
uint64_t analysis_names_hash(const char *names, unsigned n);

#endif
