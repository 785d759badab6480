#include "analysis/changes.h"

#include <string.h>

#include "base/map.h"

uint64_t analysis_names_hash(const char *names, unsigned n)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < n; i++) {
        size_t len = strlen(names);

        sum += map_hash(names, len) | 1;
        names += len + 1;
    }
    return sum;
}
