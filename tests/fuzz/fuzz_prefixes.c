/* Of all prefixes that hold an address the longest answers, up to the next
 * change and no further. */
#include <assert.h>

#include "addr/prefixes.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct prefixes t = { 0 };
    struct snow_addr a = { 0, 0 }, until, ignored;

    for (uint32_t i = 0; i + 1 < len && i < 128; i += 2) {
        unsigned bits = octets[i + 1] % 9;
        struct snow_prefix p = { { 0, octets[i] & (0xff00u >> bits) },
                                 120 + bits };
        assert(!addr_prefixes_add(&t, p, i, i));
    }
    addr_prefixes_settle(&t, NULL);
    for (; a.lo < 256; a.lo++) {
        const struct prefixes_entry *best = NULL;

        for (size_t i = 0; i < t.n; i++) /* longer ones stand behind */
            if (t.all[i].first.lo <= a.lo && a.lo <= t.all[i].last.lo)
                best = &t.all[i];
        assert(addr_prefixes_at(&t, a, &until) == best && until.lo >= a.lo);
        for (uint64_t b = a.lo + 1; b <= until.lo && b < 256; b++)
            assert(best ==
                   addr_prefixes_at(&t, (struct snow_addr){ 0, b }, &ignored));
    }
    addr_prefixes_fini(&t);
    return 0;
}
