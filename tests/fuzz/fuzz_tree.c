/* Whatever is answered: no node without a target, none twice, and an end. */
#include <assert.h>

#include "addr/nibbles.h"
#include "base/map.h"
#include "dns/cover.h"
#include "dns/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct dns_tree_config cfg = { .seed = len, .frontier_max = 64 };
    struct snow_ranges *targets = NULL;
    struct dns_tree *t = NULL;
    struct map seen = { 0 };
    struct snow_range r = { { 0x20010db8, 0 }, { 0x20010db8, 0 } };
    struct dns_node asked[256], *q = asked;
    size_t at = 0;

    for (assert(!snow_ranges_new(&targets)); at + 3 <= len; at += 3) {
        r.first.lo = octets[at] * 4096u;
        r.last.lo = r.first.lo + octets[at + 1] * 99u;
        snow_ranges_add(targets, r);
        if (octets[at + 2] & 1)
            break;
    }
    assert(!dns_tree_new(&t, targets, &cfg) && !dns_tree_begin(t));
    for (int code; (code = dns_tree_next(t, q)) != SNOW_EDONE;) {
        uint8_t o = at < len ? octets[at++] : SNOW_PTR_NXDOMAIN;

        if (!code) {
            r = addr_nibbles_range(q->addr, q->nibbles);
            assert(cover_holds(targets, r));
            assert(q++->below || ++*map_put(&seen, q - 1, 17) == 1);
        }
        if (q == asked + 256 || o & 8 || code)
            assert(!dns_tree_answer(t, --q, o & 7 ? o & 7 : 8));
    }
    dns_tree_free(t);
    snow_ranges_free(targets);
    map_fini(&seen);
    return 0;
}
