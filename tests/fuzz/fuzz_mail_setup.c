/* A record that can be read is written within its bounds, and then reads the
 * same for ever. */
#include <assert.h>

#include "analysis/mail_setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static struct analysis_mail_setup m, back;
    struct buf json = { 0 }, again = { 0 };

    if (analysis_mail_parse_json(&m, (const char *)octets, len))
        return 0;
    analysis_mail_is_failure(&m);
    analysis_spf_covers(&m.spf, snow_addr_from_ipv4(0xcb007105));
    analysis_mail_format_json(&json, &m);
    assert(!json.failed);
    assert(analysis_mail_parse_json(&back, json.data, json.len) == 0);
    analysis_mail_format_json(&again, &back);
    assert(strcmp(json.data, again.data) == 0);
    buf_fini(&json);
    buf_fini(&again);
    return 0;
}
