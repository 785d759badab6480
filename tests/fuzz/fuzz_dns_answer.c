/* Any reply is read within its bounds, twice alike, into proper text; the zone
 * that denies is one that the question lies in. */
#include <assert.h>

#include "dns/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static const unsigned char name[] = "\1"
                                        "1\1"
                                        "2\1"
                                        "0\3192\7in-addr\4arpa";
    static char room[DNS_NAMES_MAX], again[DNS_NAMES_MAX];
    unsigned char out[DNS_QUERY_MAX];
    struct dns_octets query = { out, 0 }, reply = { octets, len };
    struct dns_answer a = { 0 }, b = { 0 };
    unsigned zone;
    int code;

    query.len = dns_query_format(out, name, sizeof name, DNS_TYPE_PTR);
    zone = dns_answer_zone(reply, query);
    assert(zone <= 4 || zone == DNS_ZONE_UNKNOWN);
    assert(zone == dns_answer_zone(reply, query));
    code = dns_answer_parse(&a, room, reply, query);
    assert(code == dns_answer_parse(&b, again, reply, query));
    if (code)
        return 0;
    assert(a.status == b.status && a.rcode == b.rcode && a.ttl == b.ttl);
    assert(a.is_alias == b.is_alias && a.n_names == b.n_names);
    assert(a.names_len == b.names_len && a.zone_labels == DNS_ZONE_UNKNOWN);
    assert(memcmp(room, again, a.names_len) == 0);
    assert(a.n_names <= SNOW_BLOCK_NAMES_MAX);
    assert((a.status == SNOW_PTR_NAME) == (a.n_names > 0));
    for (size_t i = 0; i < a.names_len; i++)
        assert(a.names[i] == '\0' || (a.names[i] > ' ' && a.names[i] < 127));
    return 0;
}
