/* What was read of any body holds the address, and survives being kept. */
#include <assert.h>

#include "base/records.h"
#include "registration/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct snow_network n, again;
    struct buf one = { 0 }, other = { 0 };
    struct snow_addr asked = snow_addr_from_ipv4(0xc0000207);
    struct registration_reply reply = { .status = 200,
                                        .retry_after = "",
                                        .body = (const char *)octets,
                                        .body_len = len };

    registration_network_init(&n, asked);
    registration_network_read(&n, &reply);
    assert(snow_addr_compare(n.first, asked) <= 0);
    assert(snow_addr_compare(n.last, asked) >= 0);
    assert(!*n.abuse_email || text_is_mailbox(n.abuse_email));
    record_network_format_json(&one, &n);
    assert(record_network_parse_json(&again, one.data, one.len) == 0);
    record_network_format_json(&other, &again);
    assert(strcmp(one.data, other.data) == 0);
    buf_fini(&one), buf_fini(&other);
    return 0;
}
