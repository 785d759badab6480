/* What findings hold and none that is allowed does is listed, once, and
 * nothing else is; so are their names, all of them host names. */
#include <assert.h>

#include "report/lists.h"

#define N 12

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static bool holds(const struct snow_findings *f, unsigned at, bool is_allowed)
{
    for (size_t i = 0; i < f->n; i++)
        if ((f->all[i].allowed != NULL) == is_allowed &&
            f->all[i].ranges->first.lo <= at && f->all[i].ranges->last.lo >= at)
            return true;
    return false;
}

static void check(const struct snow_findings *f, const struct report_lists *l)
{
    size_t r = 0;

    for (unsigned at = 0; at < 512; at++) {
        while (r < l->n_ranges && l->ranges[r].range.last.lo < at)
            r++;
        assert((r < l->n_ranges && l->ranges[r].range.first.lo <= at) ==
               (holds(f, at, false) && !holds(f, at, true)));
    }
    assert(r == l->n_ranges || l->ranges[r].range.last.lo == 511);
    for (size_t i = 0; i < l->n_domains; i++) {
        const char *name = l->domains[i].domain;

        assert(strchr(name, '.') && text_is_host_name(name));
        assert(!l->domains[i].finding->allowed);
        assert(i == 0 || strcmp(l->domains[i - 1].domain, name) < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct snow_finding all[N] = { 0 };
    struct snow_range ranges[N];
    char names[N][5] = { { 0 } }, *domains[N];
    struct snow_findings f = { .all = all };
    struct report_lists l;

    for (; f.n < N && 7 * f.n + 6 < len; f.n++) {
        const uint8_t *o = octets + 7 * f.n;

        ranges[f.n] =
            (struct snow_range){ { 0, o[0] }, { 0, (uint64_t)o[0] + o[1] } };
        domains[f.n] = memcpy(names[f.n], o + 3, 4);
        all[f.n] = (struct snow_finding){ .id = { (char)('A' + f.n) },
                                          .kind = o[2] % 3,
                                          .ranges = &ranges[f.n],
                                          .n_ranges = 1,
                                          .domains = &domains[f.n],
                                          .n_domains = 1 };
        all[f.n].allowed = o[2] & 128 ? names[f.n] : NULL;
    }
    assert(report_lists_init(&l, &f, SNOW_TIER_CONTEXT) == 0);
    check(&f, &l);
    report_lists_fini(&l);
    return 0;
}
