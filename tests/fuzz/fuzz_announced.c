/* Nothing is taken but prefixes that somebody may hold, and none on failure. */
#include <assert.h>

#include "netblock/announced.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct netblock_routes r = { .asn = 64500 };
    struct snow_error err = { 0 };
    int code;

    if (snow_ranges_new(&r.set))
        return 0;
    code = netblock_announced_parse(&r, (const char *)octets, len, &err);
    assert(!code == !err.text[0]);
    assert(!code || snow_ranges_n(r.set) == 0);
    assert(snow_ranges_n(r.set) <= r.n_taken);
    assert(!snow_ranges_contains(r.set, snow_addr_from_ipv4(0)) ||
           snow_ranges_count(r.set) < UINT64_C(1) << 32);
    snow_ranges_free(r.set);
    return 0;
}
