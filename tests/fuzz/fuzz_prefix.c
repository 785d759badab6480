/* What is read as a prefix is printed so that it is read as the same one. */
#include <assert.h>

#include "snowline/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct snow_prefix p, again;
    char in[128], out[SNOW_PREFIX_TEXT_MAX];

    if (len >= sizeof in)
        return 0;
    memcpy(in, octets, len);
    in[len] = '\0';
    if (snow_prefix_parse(&p, in))
        return 0;
    snow_prefix_format(p, out);
    assert(snow_prefix_parse(&again, out) == 0);
    assert(again.len == p.len);
    assert(snow_addr_compare(again.first, p.first) == 0);
    return 0;
}
