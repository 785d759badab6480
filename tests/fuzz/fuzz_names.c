/* A name in normal form is one already, and no question about it goes astray.
 */
#include <assert.h>

#include "analysis/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    char raw[1100], name[ANALYSIS_NAME_MAX], again[ANALYSIS_NAME_MAX];
    struct analysis_template t;
    struct snow_addr a = snow_addr_from_ipv4(0x01020304);

    if (len >= sizeof raw)
        return 0;
    memcpy(raw, octets, len);
    raw[len] = '\0';
    if (!analysis_name_normalise(name, raw))
        return 0;
    assert(analysis_name_normalise(again, name));
    assert(strcmp(name, again) == 0);
    for (size_t host = 0; host < strlen(name); host++) {
        if (host > 0 && name[host] != '.')
            continue;
        if (analysis_name_embeds(name, host, a))
            assert(analysis_name_is_generic(name, host, a));
        analysis_name_template(&t, name, host);
        analysis_name_is_esp(name, host);
    }
    return 0;
}
