/* Of all prefixes that hold an address the longest answers, and what is said
 * to hold up to a later address does. */
#include <assert.h>

#include "addr/prefixes.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct prefixes t = { 0 };
    const struct prefixes_entry *said = NULL;
    struct snow_addr until = { 0, 0 };

    for (uint32_t i = 0; i + 1 < len && i < 128; i += 2) {
        unsigned bits = octets[i + 1] % 9;
        struct snow_prefix p = { { 0, octets[i] & (0xff00u >> bits) },
                                 120 + bits };
        assert(!addr_prefixes_add(&t, p, i, i));
    }
    addr_prefixes_settle(&t, NULL);
    for (struct snow_addr a = { 0, 0 }; a.lo < 256; a.lo++) {
        const struct prefixes_entry *best = NULL;

        for (size_t i = 0; i < t.n; i++) /* longer ones stand behind */
            if (t.all[i].first.lo <= a.lo && a.lo <= t.all[i].last.lo)
                best = &t.all[i];
        if (a.lo == 0 || snow_addr_compare(a, until) > 0)
            said = addr_prefixes_at(&t, a, &until);
        assert(said == best && snow_addr_compare(until, a) >= 0);
    }
    addr_prefixes_fini(&t);
    return 0;
}
