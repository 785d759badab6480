#include "analysis/reporters.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/room.h"

enum column { IP, REPORTERS };

static const struct csv_column columns[] = {
    [IP] = { "ip", true },
    [REPORTERS] = { "reporters", true },
};

static int keep(struct reporters *r, const struct csv *c,
                struct snow_error *err)
{
    struct reporters_entry e, *all;
    uint64_t n;

    if (snow_addr_parse(&e.addr, csv_get(c, IP)))
        return csv_wrong(c, csv_get(c, IP), "address", err);
    if (text_parse_u64(&n, csv_get(c, REPORTERS), UINT32_MAX))
        return csv_wrong(c, csv_get(c, REPORTERS), "number of reporters", err);
    e.n = (uint32_t)n;
    all = room_for_one(r->all, r->n, &r->cap, sizeof *all);
    if (!all)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    r->all = all;
    r->all[r->n++] = e;
    return 0;
}

static int by_address(const void *a, const void *b)
{
    const struct reporters_entry *x = a, *y = b;
    int order = snow_addr_compare(x->addr, y->addr);

    return order ? order : (x->n < y->n) - (x->n > y->n);
}

/* In order, each address once, with its greatest count. */
static void settle(struct reporters *r)
{
    size_t n = 0;

    if (r->n > 0)
        qsort(r->all, r->n, sizeof *r->all, by_address);
    for (size_t i = 0; i < r->n; i++)
        if (n == 0 || snow_addr_compare(r->all[n - 1].addr, r->all[i].addr))
            r->all[n++] = r->all[i];
    r->n = n;
}

int reporters_read(struct reporters *r, const char *path,
                   struct snow_error *err)
{
    struct csv c;
    int code = csv_open(&c, path, columns, COUNT_OF(columns), err);

    *r = (struct reporters){ 0 };
    while (!code && (code = csv_next(&c, err)) == 0)
        code = keep(r, &c, err);
    csv_close(&c);
    if (code == SNOW_ENOTFOUND) {
        settle(r);
        return 0;
    }
    reporters_fini(r);
    return code;
}

void reporters_fini(struct reporters *r)
{
    free(r->all);
    *r = (struct reporters){ 0 };
}

size_t reporters_from(const struct reporters *r, struct snow_addr a)
{
    size_t low = 0, high = r->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (snow_addr_compare(r->all[mid].addr, a) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}
