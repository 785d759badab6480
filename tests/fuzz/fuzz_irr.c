/* An answer in two pieces says what it says in one. */
#include <assert.h>

#include "netblock/irr.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    const char *in = (const char *)octets;
    size_t cut = len ? octets[0] % len : 0;
    struct netblock_routes r[2] = { { .asn = 64500 }, { .asn = 64500 } };
    struct netblock_irr p[2];
    int code[2];

    if (snow_ranges_new(&r[0].set) || snow_ranges_new(&r[1].set))
        return 0;
    netblock_irr_init(&p[0], &r[0]);
    netblock_irr_init(&p[1], &r[1]);
    code[0] = netblock_irr_feed(&p[0], in, len, NULL);
    code[1] = netblock_irr_feed(&p[1], in, cut, NULL);
    if (!code[1])
        code[1] = netblock_irr_feed(&p[1], in + cut, len - cut, NULL);
    assert(code[0] == code[1] && p[0].n_replies == p[1].n_replies);
    assert(r[0].n_taken == r[1].n_taken && r[0].n_bad == r[1].n_bad);
    assert(netblock_irr_is_at_end(&p[0]) == netblock_irr_is_at_end(&p[1]));
    snow_ranges_free(r[0].set);
    snow_ranges_free(r[1].set);
    return 0;
}
