/* Every URL that is found is one that a path can be put behind. */
#include <assert.h>

#include "registration/bootstrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct registration_bootstrap b = { .urls = { 0 } };
    const char *key, *url;
    size_t at = 0, n;
    uint64_t value;

    registration_bootstrap_parse(&b, (const char *)octets, len);
    while (map_next(&b.names, &at, &key, &n, &value))
        assert(registration_bootstrap_find(&b, key) == b.urls.data + value);
    for (at = 0; at < b.n_prefixes; at++)
        assert(registration_bootstrap_find_address(
            &b, b.prefixes[at].prefix.first));
    for (at = 0; at < b.urls.len; at += strlen(url) + 1) {
        url = b.urls.data + at;
        assert(strlen(url) < BOOTSTRAP_URL_MAX && strpbrk(url, " ?#") == NULL);
        assert((url[0] | 0x20) == 'h' && url[strlen(url) - 1] == '/');
    }
    registration_bootstrap_fini(&b);
    return 0;
}
