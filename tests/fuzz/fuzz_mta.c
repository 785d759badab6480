/* What is told stays in bounds, and what stands behind the part that decided
 * changes nothing. The first octet separates the three texts. */
#include <assert.h>

#include "analysis/mta.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static const char *take(const char **at, size_t *left, char end, size_t *len)
{
    const char *from = *at, *stop = *left ? memchr(from, end, *left) : NULL;

    *len = stop ? (size_t)(stop - from) : *left;
    *at += *len + (stop != NULL);
    *left -= *len + (stop != NULL);
    return from;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    const char *at = (const char *)octets + 1, end = len ? at[-1] : 0;
    size_t left = len > 0 ? len - 1 : 0, *decided;
    struct analysis_mta a, b;
    struct snow_probe p = { 0 };

    p.banner = take(&at, &left, end, &p.banner_len);
    p.hello = take(&at, &left, end, &p.hello_len);
    p.capabilities = take(&at, &left, end, &p.capabilities_len);
    assert(analysis_mta_tell(&a, &p) == (a.family != NULL));
    assert(memchr(a.version, '\0', sizeof a.version));
    if (a.source != ANALYSIS_MTA_GREETING && a.source != ANALYSIS_MTA_HELLO)
        return 0;
    decided = a.source == ANALYSIS_MTA_HELLO ? &p.hello_len : &p.banner_len;
    assert(a.decided_len <= *decided);
    *decided = a.decided_len;
    p.capabilities = "XXXXXXXA";
    p.capabilities_len = 8;
    assert(analysis_mta_tell(&b, &p) && memcmp(&a, &b, sizeof a) == 0);
    return 0;
}
