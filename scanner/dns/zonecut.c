#include "dns/zonecut.h"

#include <stdlib.h>

#include "dns/answer.h"

#define NAMES_MAX 13 /* as many as the root has */

struct search {
    struct dns_resolver *resolver;
    dns_resolved_fn done;
    void *arg;
    size_t n_open; /* names whose addresses are not known yet */
    size_t n;
    struct snow_addr addrs[DNS_ZONE_ADDRS_MAX];
};

static void end(struct search *s)
{
    s->done(s->arg, s->addrs, s->n);
    free(s);
}

static void add(struct search *s, struct snow_addr a)
{
    for (size_t i = 0; i < s->n; i++)
        if (snow_addr_compare(s->addrs[i], a) == 0)
            return;
    if (s->n < DNS_ZONE_ADDRS_MAX)
        s->addrs[s->n++] = a;
}

static void on_addrs(void *arg, const struct snow_addr *addrs, size_t n)
{
    struct search *s = arg;

    for (size_t i = 0; i < n; i++)
        add(s, addrs[i]);
    if (--s->n_open == 0)
        end(s);
}

/* One is open until all are asked, so that no answer ends the search early. */
static void on_names(void *arg, const struct dns_records *r)
{
    struct search *s = arg;

    s->n_open = 1;
    for (size_t i = 0; i < r->n_names && i < NAMES_MAX; i++)
        if (dns_resolver_ask(s->resolver, r->names[i], on_addrs, s) == 0)
            s->n_open++;
    if (--s->n_open == 0)
        end(s);
}

int dns_zonecut_find(struct dns_resolver *r, const char *zone,
                     dns_resolved_fn done, void *arg)
{
    struct search *s = calloc(1, sizeof *s);
    int code;

    if (!s)
        return SNOW_ENOMEM;
    *s = (struct search){ .resolver = r, .done = done, .arg = arg };
    code = dns_resolver_query(r, zone, DNS_TYPE_NS, on_names, s);
    if (code)
        free(s);
    return code;
}
