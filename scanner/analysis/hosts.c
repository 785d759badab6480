#include "analysis/hosts.h"

#include "analysis/forward.h"
#include "base/random.h"
#include "base/room.h"

#define NETBLOCK_MIN 256 /* addresses: smaller ones are single customers' */

void analysis_hosts_fini(struct hosts *h)
{
    free(h->all);
    free(h->netblocks);
    free(h->by_zone);
    free(h->zones);
    *h = (struct hosts){ 0 };
}

/* --- gathering --- */

static bool is_beyond_reach(const struct hosts *h, const struct verdict *v)
{
    const struct host *last = h->n > 0 ? &h->all[h->n - 1] : NULL;

    if (v->name)
        return false;
    for (size_t i = 0; last && i <= RUN_UNKNOWN_MAX; i++)
        if (i == h->n || last[-(ptrdiff_t)i].domain != HOSTS_NOBODY)
            return snow_addr_distance(last->addr, v->addr) >
                   RUN_GAP_MAX + RUN_UNKNOWN_MAX;
    return true;
}

static struct host_counts judge(const struct verdict *v)
{
    struct host_counts c = { 0 };

    if (v->forward) {
        enum analysis_way_back way =
            analysis_forward_judge(v->forward, v->addr);

        c.forward_asked = 1;
        c.forward_checked = way != ANALYSIS_WAY_UNKNOWN;
        c.forward_ok = way == ANALYSIS_WAY_BACK;
    }
    return c;
}

int analysis_hosts_add(struct hosts *h, const struct verdict *v)
{
    struct host host = { .addr = v->addr, .domain = HOSTS_NOBODY };

    if (is_beyond_reach(h, v))
        return 0;
    if (h->n == h->cap) {
        size_t cap = h->cap ? h->cap + h->cap / 2 : 1024;
        struct host *all = realloc(h->all, cap * sizeof *all);

        if (!all)
            return SNOW_ENOMEM;
        h->all = all;
        h->cap = cap;
    }
    host.is_allowed = v->is_allowed;
    host.is_unasked = v->is_unasked;
    if (v->name) {
        host.hash = v->name->hash;
        host.label = v->name->label;
        host.domain = v->name->domain;
        host.skeleton = v->name->skeleton;
        host.extra_labels = v->name->extra_labels;
        host.is_esp = v->name->is_esp;
        host.counts = judge(v);
    }
    h->all[h->n++] = host;
    return 0;
}

/* Hosts [0, n) lie before an address. */
static size_t count_before(const struct hosts *h, struct snow_addr addr)
{
    size_t low = 0, high = h->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (snow_addr_compare(h->all[mid].addr, addr) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct host *analysis_hosts_get(const struct hosts *h, struct snow_addr addr)
{
    size_t i = count_before(h, addr);

    return i < h->n && snow_addr_compare(h->all[i].addr, addr) == 0 &&
                   h->all[i].domain != HOSTS_NOBODY
               ? &h->all[i]
               : NULL;
}

static bool is_within(const struct hosts *h, size_t i, struct snow_range r)
{
    return i < h->n && snow_addr_compare(h->all[i].addr, r.last) <= 0;
}

int analysis_hosts_add_netblock(struct hosts *h, struct snow_range netblock,
                                bool is_senders)
{
    struct snow_range *all;

    for (size_t i = count_before(h, netblock.first);
         is_senders && is_within(h, i, netblock); i++)
        h->all[i].counts.is_in_sender_net = 1;
    all = room_for_one(h->netblocks, h->n_netblocks, &h->netblocks_cap,
                       sizeof *all);
    if (!all)
        return SNOW_ENOMEM;
    h->netblocks = all;
    h->netblocks[h->n_netblocks++] = netblock;
    return 0;
}

/* --- zones --- */

/* Wide ones first: those within them come later, and count. */
static int by_size(const void *a, const void *b)
{
    const struct snow_range *x = a, *y = b;
    uint64_t x_size = snow_addr_distance(x->first, x->last);
    uint64_t y_size = snow_addr_distance(y->first, y->last);

    if (x_size != y_size)
        return x_size > y_size ? -1 : 1;
    return snow_addr_compare(x->first, y->first);
}

/* A host, for sorting by its zone. */
struct placed {
    uint64_t zone;
    uint32_t host;
};

static int by_zone(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->zone != y->zone)
        return x->zone < y->zone ? -1 : 1;
    return (x->host > y->host) - (x->host < y->host);
}

#define OF_NETBLOCK (UINT64_C(1) << 62)
#define OF_IPV6 (UINT64_C(1) << 63)

static uint64_t zone_of(struct snow_addr a)
{
    return snow_addr_is_ipv4(a) ? snow_addr_ipv4(a) >> 12
                                : OF_IPV6 | a.hi >> 16;
}

static void place(struct placed *p, struct hosts *h)
{
    for (size_t i = 0; i < h->n; i++)
        p[i] = (struct placed){ zone_of(h->all[i].addr), (uint32_t)i };
    if (h->n_netblocks > 0)
        qsort(h->netblocks, h->n_netblocks, sizeof *h->netblocks, by_size);
    for (size_t k = 0; k < h->n_netblocks; k++) {
        struct snow_range r = h->netblocks[k];

        if (snow_addr_distance(r.first, r.last) + 1 < NETBLOCK_MIN)
            continue;
        for (size_t i = count_before(h, r.first); is_within(h, i, r); i++)
            p[i].zone = OF_NETBLOCK | k;
    }
}

int analysis_hosts_settle(struct hosts *h)
{
    struct placed *p = calloc(h->n + 1, sizeof *p);
    uint64_t zone = UINT64_MAX;

    h->by_zone = calloc(h->n + 1, sizeof *h->by_zone);
    h->zones = calloc(h->n + 2, sizeof *h->zones);
    if (!p || !h->by_zone || !h->zones) {
        free(p);
        return SNOW_ENOMEM;
    }
    place(p, h);
    if (h->n > 0)
        qsort(p, h->n, sizeof *p, by_zone);
    for (size_t i = 0; i < h->n; i++) {
        if (h->all[p[i].host].domain == HOSTS_NOBODY)
            continue;
        if (p[i].zone != zone)
            h->zones[h->n_zones++] = h->n_moving;
        zone = p[i].zone;
        h->by_zone[h->n_moving++] = p[i].host;
    }
    h->zones[h->n_zones] = h->n_moving;
    free(p);
    return 0;
}

/* --- another order --- */

void analysis_hosts_shuffle(const struct hosts *h, uint32_t *order,
                            uint64_t *state)
{
    for (size_t i = 0; i < h->n; i++)
        order[i] = (uint32_t)i;
    for (size_t z = 0; z < h->n_zones; z++) {
        const uint32_t *at = h->by_zone + h->zones[z];

        for (size_t n = h->zones[z + 1] - h->zones[z]; n > 1; n--) {
            size_t k = random_below(state, n);
            uint32_t host = order[at[n - 1]];

            order[at[n - 1]] = order[at[k]];
            order[at[k]] = host;
        }
    }
}

int analysis_hosts_each(const struct hosts *h, const uint32_t *order,
                        verdict_fn fn, void *arg)
{
    int code = 0;

    for (size_t i = 0; !code && i < h->n; i++) {
        const struct host *host = &h->all[order[i]];
        struct host_name name = { .domain = host->domain,
                                  .skeleton = host->skeleton,
                                  .hash = host->hash,
                                  .label = host->label,
                                  .extra_labels = host->extra_labels,
                                  .is_esp = host->is_esp };
        struct verdict v = { .addr = h->all[i].addr,
                             .name =
                                 host->domain == HOSTS_NOBODY ? NULL : &name,
                             .is_unasked = host->is_unasked,
                             .counts = &host->counts,
                             .is_allowed = host->is_allowed };

        code = fn(arg, &v);
    }
    return code;
}
