#include "dns/policy.h"

#include <limits.h>
#include <stddef.h>

#include "snowline/records.h"

/* How often a failure is heard from whom before it is believed. */
/* clang-format off */
static const struct rule {
    unsigned failures_max;   /* so many answers like this are final ... */
    bool asks_others;        /* ... unless somebody else may know better */
} rules[] = {
    [SNOW_PTR_NAME]     = { 0,        false },
    [SNOW_PTR_NXDOMAIN] = { 0,        false },
    [SNOW_PTR_NODATA]   = { 0,        false },
    [SNOW_PTR_SERVFAIL] = { 2,        true  },
    [SNOW_PTR_REFUSED]  = { 2,        true  },
    [SNOW_PTR_TIMEOUT]  = { UINT_MAX, true  }, /* until no try is left */
    [SNOW_PTR_ERROR]    = { 2,        false },
};
/* clang-format on */

bool dns_policy_counts(uint64_t sent_us, uint64_t heard_us, uint64_t timeout_us)
{
    return heard_us >= sent_us + timeout_us / 2;
}

bool dns_policy_is_final(const struct dns_case *c)
{
    const struct rule *rule = &rules[c->status];

    if (rule->failures_max == 0)
        return true;
    if (c->tries >= c->tries_max)
        return true;
    return c->failures >= rule->failures_max &&
           !(rule->asks_others && c->has_other);
}
