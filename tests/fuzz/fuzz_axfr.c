/* A transfer in two pieces is the same as in one; the first octet says where it
 * is cut. */
#include <assert.h>
#include <string.h>

#include "dns/axfr.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static int hear(void *arg, const struct dns_axfr_record *r)
{
    *(size_t *)arg += 1 + strlen(r->owner) + strlen(r->target);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static struct dns_axfr x = { .fn = hear };
    size_t n[2] = { 0 }, cut = len > 1 ? octets[0] % len : 0;
    int code[2] = { 0 };

    for (size_t i = 0; i < 2 && len > 1; i++) {
        x.arg = &n[i];
        dns_axfr_init(&x, "z.arpa", 0x1234);
        code[i] = dns_axfr_feed(&x, octets + 1, i ? cut : 0, NULL);
        if (!code[i])
            code[i] = dns_axfr_feed(&x, octets + 1 + (i ? cut : 0),
                                    len - 1 - (i ? cut : 0), NULL);
    }
    assert(n[0] == n[1] && code[0] == code[1]);
    return 0;
}
