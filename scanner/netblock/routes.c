/*
 * netblock – which addresses an AS announces, as others know it.
 *
 *   routes.c       what is gathered of one AS, and what is left out  (pure)
 *   announced.c    RIPEstat's JSON                                   (pure)
 *   irr.c          replies of an IRRd                                (pure)
 *   source.c       which of these, and where: --as-source            (pure)
 *   pfx2as.c       a line of CAIDA's list; pfx2as_file.c the file
 *
 * Always    a document that is cut off, or of another AS, gives nothing.
 * Never     takes a default route for somebody's network.
 */
#include "netblock/routes.h"

#include <string.h>

#define IPV4_LEAST 8  /* the largest that IANA ever gave to one holder */
#define IPV6_LEAST 16 /* the same, from a registry */

/* An IPv4 address is the key ::ffff:a.b.c.d. */
static bool covers_ipv4(struct snow_prefix p)
{
    struct snow_range r = snow_prefix_range(p);
    struct snow_addr mapped = snow_addr_from_ipv4(0);

    return p.len < 96 && snow_addr_compare(r.first, mapped) <= 0 &&
           snow_addr_compare(mapped, r.last) <= 0;
}

static bool is_too_short(struct snow_prefix p)
{
    if (snow_addr_is_ipv4(p.first) && p.len >= 96)
        return p.len < 96 + IPV4_LEAST;
    return p.len < IPV6_LEAST || covers_ipv4(p);
}

static bool is_within(const struct snow_ranges *set, struct snow_range r)
{
    struct snow_range around;

    return set && snow_ranges_next(set, r.first, &around) &&
           snow_addr_compare(around.first, r.first) <= 0 &&
           snow_addr_compare(around.last, r.last) >= 0;
}

int netblock_routes_add(struct netblock_routes *r, const char *prefix)
{
    struct snow_prefix p;

    if (!strchr(prefix, '/') || snow_prefix_parse(&p, prefix)) {
        r->n_bad++;
        return 0;
    }
    if (is_too_short(p)) {
        r->n_short++;
        return 0;
    }
    if (is_within(r->bogons, snow_prefix_range(p))) {
        r->n_bogons++;
        return 0;
    }
    if (r->n_taken == NETBLOCK_PREFIXES_MAX)
        return SNOW_ELIMIT;
    if (snow_ranges_add(r->set, snow_prefix_range(p)))
        return SNOW_ENOMEM;
    r->n_taken++;
    return 0;
}

int netblock_routes_fail(struct snow_error *err, int code)
{
    if (code == SNOW_ELIMIT)
        return snow_fail(err, code, "more than %d prefixes of one AS",
                         NETBLOCK_PREFIXES_MAX);
    return snow_fail(err, code, "%s", snow_strerror(code));
}

void netblock_routes_withdrawn(struct netblock_routes *r)
{
    r->n_withdrawn++;
}
