/* A greeting that was reduced has the fingerprint that it had, is one's own
 * still, and cannot be reduced any more. */
#include <assert.h>

#include "analysis/fingerprint.h"

#define SAME(domain)                                                           \
    assert(analysis_banner_fingerprint(text, len, NULL, domain) ==             \
           analysis_banner_fingerprint(out.data, out.len, NULL, domain))

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static const char domains[] = "a.com\0b.net";
    const char *text = (const char *)octets;
    struct buf out = { 0 }, again = { 0 };

    if (len == 0 || len > 1024)
        return 0; /* what is longer is cut */
    analysis_banner_redact(&out, text, len, domains, 2);
    analysis_banner_redact(&again, out.data, out.len, domains, 2);
    assert(again.len == out.len && !memcmp(again.data, out.data, out.len));
    SAME("a.com");
    SAME("b.net");
    assert(analysis_banner_is_own(text, len, "a.com") ==
           analysis_banner_is_own(out.data, out.len, "a.com"));
    buf_fini(&out);
    buf_fini(&again);
    return 0;
}
