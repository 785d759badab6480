/* A line counts once, and gives one AS at most as many prefixes as origins. */
#include <assert.h>

#include "netblock/pfx2as.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct netblock_routes r = { .asn = 64500 };
    struct netblock_wanted w = { .at = &r, .n = 1 };
    char line[NETBLOCK_LINE_MAX];

    if (len >= sizeof line || snow_ranges_new(&r.set))
        return 0;
    memcpy(line, octets, len);
    line[len] = '\0';
    netblock_pfx2as_line(&w, line, len);
    assert(w.n_lines + w.n_bad == (len > 0 && line[0] != '#'));
    assert(r.n_bad == 0 && (w.n_lines || r.n_taken + r.n_short == 0));
    assert(snow_ranges_n(r.set) == (r.n_taken > 0));
    snow_ranges_free(r.set);
    return 0;
}
