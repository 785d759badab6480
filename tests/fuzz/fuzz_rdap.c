/* What was read of any body survives being kept and read again. */
#include <assert.h>

#include "base/records.h"
#include "registration/rdap.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct snow_registration r, again;
    struct buf one = { 0 }, other = { 0 };
    struct registration_reply reply = { .status = len % 2 ? 200 : 404,
                                        .retry_after = "",
                                        .body = (const char *)octets,
                                        .body_len = len };

    registration_record_init(&r, "cheap-meds.com");
    registration_rdap_read(&r, &reply);
    assert(r.status == SNOW_REGISTRATION_REGISTERED ||
           r.created_utc_s == SNOW_TIME_UNKNOWN);
    record_registration_format_json(&one, &r);
    assert(record_registration_parse_json(&again, one.data, one.len) == 0);
    record_registration_format_json(&other, &again);
    assert(strcmp(one.data, other.data) == 0);
    buf_fini(&one);
    buf_fini(&other);
    return 0;
}
