/* Any reply is read within its bounds, twice alike; what is kept of it lies in
 * its room, and names of hosts are proper text. */
#include <assert.h>

#include "dns/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct dns_records a = { 0 }, b = { 0 };
    unsigned type = len > 0 ? octets[len - 1] : 0;
    struct dns_octets reply = { octets, len > 0 ? len - 1 : 0 };

    if (!dns_records_has_type(type))
        return 0;
    assert(dns_records_parse(&a, reply, type) == 0);
    assert(dns_records_parse(&b, reply, type) == 0);
    assert(a.status == b.status && a.n_names == b.n_names);
    assert((a.status == SNOW_PTR_NAME) == (a.n_names + a.n_addrs > 0));
    for (size_t i = 0; i < a.n_names; i++) {
        assert(a.names[i] + a.lens[i] < a.room.data + a.room.len);
        assert(memcmp(a.names[i], b.names[i], a.lens[i] + 1u) == 0);
        for (size_t k = 0; type != DNS_TYPE_TXT && k < a.lens[i]; k++)
            assert(a.names[i][k] > ' ' && a.names[i][k] < 127);
    }
    dns_records_fini(&a);
    dns_records_fini(&b);
    return 0;
}
