#include "analysis/facts.h"

#include "base/room.h"

#include <string.h>

#include "snowline/error.h"

/* A PRIVATE suffix with more children than this in one scan hands them out by
 * the address: each would look like a domain of its own. */
#define CHILDREN_MAX 16

/* One numbered scheme on so many addresses of a scan is a provider's. */
#define SCHEME_ADDRS 32

/* The domain with most addresses is the network's own when it has this many,
 * one in 20 of all named ones, and one in 8 of its own names is generic: a
 * campaign that dominates a small scan has none of these. */
#define OWNER_ADDRS 16
#define OWNER_SHARE 20
#define OWNER_GENERIC 8

void analysis_facts_fini(struct facts *f)
{
    map_fini(&f->ids);
    map_fini(&f->suffix_ids);
    map_fini(&f->labels);
    marks_fini(&f->suffix_labels);
    free(f->domains);
    free(f->suffixes);
    free(f->names);
    *f = (struct facts){ 0 };
}

int analysis_facts_domain(struct facts *f, const char *name, uint32_t *id)
{
    uint64_t *at = map_put(&f->ids, name, strlen(name));
    struct domain *domains;

    if (!at)
        return SNOW_ENOMEM;
    if (*at == 0) { /* kept plus one: 0 is what a new entry holds */
        domains = room_for_one(f->domains, f->n, &f->cap, sizeof *domains);
        if (!domains)
            return SNOW_ENOMEM;
        f->domains = domains;
        f->domains[f->n] = (struct domain){ 0 };
        *at = ++f->n;
    }
    *id = (uint32_t)(*at - 1);
    return 0;
}

bool analysis_facts_find(const struct facts *f, const char *name, uint32_t *id)
{
    const uint64_t *at = map_get(&f->ids, name, strlen(name));

    if (!at || *at == 0)
        return false;
    *id = (uint32_t)(*at - 1);
    return true;
}

static int put_suffix(struct facts *f, const char *name, const char *owner,
                      uint32_t *index)
{
    uint64_t *at = map_put(&f->suffix_ids, name, strlen(name));
    struct suffix *suffixes;
    uint32_t owner_id;
    int code;

    if (!at)
        return SNOW_ENOMEM;
    if (*at == 0) {
        code = analysis_facts_domain(f, owner, &owner_id);
        if (code)
            return code;
        suffixes = room_for_one(f->suffixes, f->n_suffixes, &f->suffixes_cap,
                                sizeof *suffixes);
        if (!suffixes)
            return SNOW_ENOMEM;
        f->suffixes = suffixes;
        suffixes[f->n_suffixes] = (struct suffix){ .owner = owner_id };
        *at = ++f->n_suffixes;
    }
    *index = (uint32_t)(*at - 1);
    return 0;
}

int analysis_facts_private(struct facts *f, const char *name,
                           const char *suffix, const char *owner, uint32_t *id)
{
    uint32_t index;
    int code = put_suffix(f, suffix, owner, &index);

    if (!code)
        code = analysis_facts_domain(f, name, id);
    if (code)
        return code;
    if (f->domains[*id].suffix == 0) {
        f->domains[*id].suffix = index + 1;
        f->suffixes[index].n_domains++;
    }
    return 0;
}

/* Majority vote (Boyer, Moore): votes never exceed how often the winner was
 * seen, and cost no memory per template. */
static void vote(struct domain *d, uint32_t skeleton)
{
    if (d->votes == 0)
        d->skeleton = skeleton;
    if (d->skeleton == skeleton)
        d->votes++;
    else
        d->votes--;
}

#define ID_BITS 30
#define ID_MASK ((UINT64_C(1) << ID_BITS) - 1)
#define USERS_MAX 4 /* "more than 3" is all that is ever asked */

/* Who uses a label: the first two domains by number plus one, and how many
 * there are, up to 4, in one 64-bit value. A third one seen again counts as a
 * fourth: the label then looks commoner than it is, and ties nobody. */
static int count_label(struct facts *f, uint64_t label, uint32_t domain)
{
    uint64_t *who = map_put(&f->labels, &label, sizeof label);
    uint64_t id = ((uint64_t)domain + 1) & ID_MASK, n;

    if (!who)
        return SNOW_ENOMEM;
    n = *who >> (2 * ID_BITS);
    if ((n >= 1 && (*who & ID_MASK) == id) ||
        (n >= 2 && (*who >> ID_BITS & ID_MASK) == id) || n == USERS_MAX)
        return 0;
    if (n < 2)
        *who |= id << (n * ID_BITS);
    *who += UINT64_C(1) << (2 * ID_BITS);
    return 0;
}

static bool is_repeated(const struct facts_name *names, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (names[k].domain == names[i].domain)
            return true;
    return false;
}

int analysis_facts_learn(struct facts *f, const struct facts_name *names,
                         size_t n)
{
    f->n_named += n > 0;
    for (size_t i = 0; i < n; i++) {
        struct domain *d = &f->domains[names[i].domain];

        if (is_repeated(names, i))
            continue;
        d->n_addrs++;
        d->n_generic += names[i].is_generic;
        if (names[i].is_numbered)
            vote(d, names[i].skeleton);
        if (names[i].label && d->n_addrs <= FACTS_LABELS_MAX &&
            count_label(f, names[i].label, names[i].domain))
            return SNOW_ENOMEM;
    }
    return 0;
}

/* Children of a crowded PRIVATE suffix are counted for its owner. */
static void fold_private(struct facts *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct domain *d = &f->domains[i];
        struct suffix *s = d->suffix ? &f->suffixes[d->suffix - 1] : NULL;

        if (!s || s->n_domains <= CHILDREN_MAX)
            continue;
        d->flags |= DOMAIN_GENERIC;
        f->domains[s->owner].n_addrs += d->n_addrs;
        f->domains[s->owner].n_generic += d->n_addrs;
    }
}

static void find_owner(struct facts *f)
{
    struct domain *top = NULL;

    for (size_t i = 0; i < f->n; i++)
        if (!(f->domains[i].flags & DOMAIN_GENERIC) &&
            (!top || f->domains[i].n_addrs > top->n_addrs))
            top = &f->domains[i];
    if (top && top->n_addrs >= OWNER_ADDRS &&
        (uint64_t)top->n_addrs * OWNER_SHARE > f->n_named &&
        top->n_generic > 0 &&
        (uint64_t)top->n_generic * OWNER_GENERIC >= top->n_addrs)
        top->flags |= DOMAIN_PROVIDER;
}

int analysis_facts_settle(struct facts *f)
{
    const char *name;
    size_t at = 0, len;
    uint64_t id;

    f->names = calloc(f->n + 1, sizeof *f->names);
    if (!f->names)
        return SNOW_ENOMEM;
    while (map_next(&f->ids, &at, &name, &len, &id))
        if (id > 0)
            f->names[id - 1] = name;
    fold_private(f);
    find_owner(f);
    for (size_t i = 0; i < f->n; i++)
        if (f->domains[i].votes >= SCHEME_ADDRS)
            f->domains[i].flags |= DOMAIN_PROVIDER;
    return 0;
}

unsigned analysis_facts_label_df(const struct facts *f, uint64_t label)
{
    const uint64_t *who = map_get(&f->labels, &label, sizeof label);

    return who ? (unsigned)(*who >> (2 * ID_BITS)) : 0;
}

bool analysis_facts_is_usable(const struct facts *f, uint32_t id)
{
    const struct domain *d = &f->domains[id];

    return !(d->flags & (DOMAIN_PROVIDER | DOMAIN_GENERIC)) &&
           d->n_addrs > d->n_generic;
}
