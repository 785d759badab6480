#include "addr/marks.h"

#include "snowline/error.h"

#define NET_BLOCKS 65536

void marks_fini(struct marks *m)
{
    for (unsigned i = 0; i < 256; i++)
        free(m->nets[i]);
    *m = (struct marks){ 0 };
}

int marks_set(struct marks *m, struct snow_addr a)
{
    uint32_t ipv4 = snow_addr_ipv4(a), block = ipv4 >> 8 & (NET_BLOCKS - 1);
    uint64_t **net = &m->nets[ipv4 >> 24];

    if (!snow_addr_is_ipv4(a))
        return 0;
    if (!*net)
        *net = calloc(NET_BLOCKS / 64, sizeof **net);
    if (!*net)
        return SNOW_ENOMEM;
    (*net)[block >> 6] |= UINT64_C(1) << (block & 63);
    return 0;
}

bool marks_has(const struct marks *m, struct snow_addr a)
{
    uint32_t ipv4 = snow_addr_ipv4(a), block = ipv4 >> 8 & (NET_BLOCKS - 1);
    const uint64_t *net = m->nets[ipv4 >> 24];

    if (!snow_addr_is_ipv4(a))
        return true;
    return net && net[block >> 6] >> (block & 63) & 1;
}
