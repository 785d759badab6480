#include "pipeline/zones.h"

#include <netinet/in.h>

#include "addr/arpa.h"
#include "base/text.h"
#include "dns/zonecut.h"

#define SOUGHT_MAX 64 /* zones whose servers are looked up at once */
#define PORT 53

struct search {
    struct zones *zones;
    struct snow_addr first; /* of the zone's addresses */
    unsigned labels;
};

/* What a zone is known by: its first address, and how many octets count. */
struct zone_key {
    uint32_t first, labels;
};

static struct zone_key key_of(struct snow_addr a, unsigned labels)
{
    unsigned shift = 32 - 8 * labels;
    uint32_t addr = snow_addr_ipv4(a);

    return (struct zone_key){ shift < 32 ? addr >> shift << shift : 0, labels };
}

int zones_init(struct zones *z)
{
    const struct snow_config *cfg = z->run->cfg;

    return dns_resolver_new(
        &z->resolver, &z->run->loop, z->plan->servers, z->plan->n_servers,
        (unsigned)(cfg->dns_timeout_s * 1000), (unsigned)cfg->dns_tries);
}

void zones_fini(struct zones *z)
{
    z->is_closing = true;
    dns_resolver_close(z->resolver);
    map_fini(&z->groups);
    *z = (struct zones){ 0 };
}

/* Whoever may not be connected to is not asked either. */
static size_t choose(const struct zones *z, struct sockaddr_storage *out,
                     const struct snow_addr *addrs, size_t n)
{
    size_t chosen = 0;

    for (size_t i = 0; i < n; i++)
        if (!snow_ranges_contains(z->plan->forbidden, addrs[i]))
            dns_server_from_addr(&out[chosen++], addrs[i], PORT);
    return chosen;
}

static void on_servers(void *arg, const struct snow_addr *addrs, size_t n)
{
    struct search *s = arg;
    struct zones *z = s->zones;
    struct zone_key key = key_of(s->first, s->labels);
    struct sockaddr_storage servers[DNS_ZONE_ADDRS_MAX];
    uint64_t *entry = map_get(&z->groups, &key, sizeof key);
    uint8_t group = DNS_RESOLVERS;

    if (z->is_closing) {
        free(s);
        return;
    }
    n = choose(z, servers, addrs, n);
    if (n > 0) /* else, or without room for it, the resolvers are asked */
        (void)!dns_engine_add_group(z->engine, &group, servers, n);
    *entry = 1u + group;
    z->n_sought--;
    free(s);
    z->changed(z->arg);
    dns_engine_kick(z->engine);
}

static int seek(struct zones *z, struct snow_addr a, unsigned labels)
{
    struct search *s = calloc(1, sizeof *s);
    char zone[ADDR_ARPA_TEXT_MAX];
    int code;

    if (!s)
        return SNOW_ENOMEM;
    *s = (struct search){ .zones = z, .first = a, .labels = labels };
    addr_arpa_format_part(a, labels, zone);
    code = dns_zonecut_find(z->resolver, zone, on_servers, s);
    if (code)
        free(s);
    else
        z->n_sought++;
    return code;
}

enum snow_gate zones_open(void *arg, struct snow_addr block,
                          unsigned zone_labels)
{
    struct zones *z = arg;
    struct zone_key key;
    uint64_t *entry;

    if (zone_labels > 3)
        return SNOW_GATE_OPEN;
    key = key_of(block, zone_labels);
    entry = map_get(&z->groups, &key, sizeof key);
    if (entry)
        return *entry ? SNOW_GATE_OPEN : SNOW_GATE_WAIT;
    if (z->n_sought >= SOUGHT_MAX)
        return SNOW_GATE_WAIT;
    if (map_put(&z->groups, &key, sizeof key) &&
        seek(z, block, zone_labels) == 0)
        return SNOW_GATE_WAIT;
    entry = map_get(&z->groups, &key, sizeof key);
    if (entry)
        *entry = 1 + DNS_RESOLVERS;
    return SNOW_GATE_OPEN;
}

uint8_t zones_group(const struct zones *z, struct snow_addr a,
                    unsigned zone_labels)
{
    struct zone_key key;
    const uint64_t *entry;

    if (!z->resolver || zone_labels > 3)
        return DNS_RESOLVERS;
    key = key_of(a, zone_labels);
    entry = map_get(&z->groups, &key, sizeof key);
    return entry && *entry ? (uint8_t)(*entry - 1) : DNS_RESOLVERS;
}
