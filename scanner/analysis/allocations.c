#include "analysis/allocations.h"

#include <string.h>

#include "base/csv.h"

enum column { CIDR, CUSTOMER };

static const struct csv_column columns[] = {
    [CIDR] = { "cidr", true },
    [CUSTOMER] = { "customer", true },
};

/* Where a customer's name stands; it is kept when it is new. */
static int keep_customer(struct allocations *a, const char *customer,
                         uint32_t *out)
{
    uint64_t *at = map_put(&a->known, customer, strlen(customer));

    if (!at || a->customers.len + strlen(customer) >= UINT32_MAX)
        return SNOW_ENOMEM;
    if (*at == 0) {
        *at = 1 + a->customers.len;
        buf_add(&a->customers, customer, strlen(customer) + 1);
    }
    *out = (uint32_t)(*at - 1);
    return a->customers.failed ? SNOW_ENOMEM : 0;
}

static int keep(struct allocations *a, const struct csv *c,
                struct snow_error *err)
{
    const char *customer = csv_get(c, CUSTOMER);
    struct snow_prefix p;
    uint32_t at;

    if (snow_prefix_parse(&p, csv_get(c, CIDR)))
        return csv_wrong(c, csv_get(c, CIDR),
                         "prefix (192.0.2.0/28, without host bits)", err);
    if (*customer == '\0')
        return snow_fail(err, SNOW_ESYNTAX, "%s:%llu: '%.80s' has no customer",
                         c->path, (unsigned long long)c->line,
                         csv_get(c, CIDR));
    if (keep_customer(a, customer, &at) ||
        addr_prefixes_add(&a->cidrs, p, at, (uint32_t)c->line))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return 0;
}

static int settle(struct allocations *a, const char *path,
                  struct snow_error *err)
{
    struct prefixes_clash clash;

    if (addr_prefixes_settle(&a->cidrs, &clash))
        return 0;
    return snow_fail(err, SNOW_ESYNTAX,
                     "%s:%lu: another customer has this prefix in line %lu",
                     path, (unsigned long)clash.second,
                     (unsigned long)clash.first);
}

int allocations_read(struct allocations *a, const char *path,
                     struct snow_error *err)
{
    struct csv c;
    int code = csv_open(&c, path, columns, COUNT_OF(columns), err);

    *a = (struct allocations){ 0 };
    while (!code && (code = csv_next(&c, err)) == 0)
        code = keep(a, &c, err);
    csv_close(&c);
    if (code == SNOW_ENOTFOUND)
        code = settle(a, path, err);
    if (code)
        allocations_fini(a);
    return code;
}

void allocations_fini(struct allocations *a)
{
    addr_prefixes_fini(&a->cidrs);
    map_fini(&a->known);
    buf_fini(&a->customers);
    *a = (struct allocations){ 0 };
}

const char *allocations_at(const struct allocations *a, struct snow_addr addr,
                           struct snow_addr *until)
{
    const struct prefixes_entry *e = addr_prefixes_at(&a->cidrs, addr, until);

    return e ? a->customers.data + e->value : NULL;
}
