#include "addr/marks.h"

#include "snowline/error.h"

#define NET_BLOCKS 65536

void marks_fini(struct marks *m)
{
    for (unsigned i = 0; i < 256; i++)
        free(m->nets[i]);
    *m = (struct marks){ 0 };
}

static unsigned get(const uint8_t *net, uint32_t ipv4)
{
    uint32_t block = ipv4 >> 8 & (NET_BLOCKS - 1);

    return net[block / 2] >> block % 2 * 4 & MARKS_MAX;
}

int marks_raise(struct marks *m, struct snow_addr a, unsigned least)
{
    uint32_t ipv4 = snow_addr_ipv4(a), block = ipv4 >> 8 & (NET_BLOCKS - 1);
    uint8_t **net = &m->nets[ipv4 >> 24];
    unsigned shift = block % 2 * 4;

    if (!snow_addr_is_ipv4(a) || least == 0)
        return 0;
    if (!*net)
        *net = calloc(NET_BLOCKS / 2, 1);
    if (!*net)
        return SNOW_ENOMEM;
    if (get(*net, ipv4) < least)
        (*net)[block / 2] =
            (uint8_t)(((*net)[block / 2] & 0xf0u >> shift) | least << shift);
    return 0;
}

unsigned marks_get(const struct marks *m, struct snow_addr a)
{
    uint32_t ipv4 = snow_addr_ipv4(a);
    const uint8_t *net = m->nets[ipv4 >> 24];

    if (!snow_addr_is_ipv4(a))
        return MARKS_MAX;
    return net ? get(net, ipv4) : 0;
}
