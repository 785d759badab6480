#include "analysis/allow.h"

#include <string.h>

#include "analysis/names.h"
#include "analysis/psl.h"
#include "base/csv.h"

enum column { WHOM, REASON };

static const struct csv_column columns[] = {
    [WHOM] = { "cidr_or_domain", true },
    [REASON] = { "reason", true },
};

/* A name has a letter, but an IPv6 address may, too. */
static bool looks_like_prefix(const char *text)
{
    return text[strspn(text, "0123456789./")] == '\0' || strpbrk(text, ":/");
}

static int keep_prefix(struct allow *a, const struct csv *c,
                       struct snow_error *err)
{
    struct snow_prefix p;

    if (snow_prefix_parse(&p, csv_get(c, WHOM)))
        return csv_wrong(c, csv_get(c, WHOM),
                         "prefix (192.0.2.0/28, without host bits)", err);
    return addr_prefixes_add(&a->cidrs, p, a->last, (uint32_t)c->line)
               ? snow_fail(err, SNOW_ENOMEM, "out of memory")
               : 0;
}

static int keep_domain(struct allow *a, const struct csv *c,
                       struct snow_error *err)
{
    char name[ANALYSIS_NAME_MAX];
    uint64_t *at;

    if (!analysis_name_normalise(name, csv_get(c, WHOM)))
        return csv_wrong(c, csv_get(c, WHOM),
                         "prefix and no domain (IDNs as xn--…)", err);
    at = map_put(&a->domains, name, strlen(name));
    if (!at)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    if (*at == 0)
        *at = c->line << 32 | a->last;
    return 0;
}

/* Long lists give one reason for many lines that follow one another. */
static int keep_reason(struct allow *a, const char *reason)
{
    if (a->reasons.len > 0 && strcmp(a->reasons.data + a->last, reason) == 0)
        return 0;
    if (a->reasons.len + strlen(reason) >= UINT32_MAX)
        return SNOW_ENOMEM;
    a->last = (uint32_t)a->reasons.len;
    buf_add(&a->reasons, reason, strlen(reason) + 1);
    return a->reasons.failed ? SNOW_ENOMEM : 0;
}

static int keep(struct allow *a, const struct csv *c, struct snow_error *err)
{
    const char *reason = csv_get(c, REASON);

    if (*reason == '\0')
        return snow_fail(err, SNOW_ESYNTAX,
                         "%s:%llu: '%.80s' has no reason; it is shown with "
                         "what is allowed",
                         c->path, (unsigned long long)c->line,
                         csv_get(c, WHOM));
    if (keep_reason(a, reason) || c->line > UINT32_MAX)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return looks_like_prefix(csv_get(c, WHOM)) ? keep_prefix(a, c, err)
                                               : keep_domain(a, c, err);
}

int allow_read(struct allow *a, const char *path, struct snow_error *err)
{
    struct csv c;
    int code = csv_open(&c, path, columns, COUNT_OF(columns), err);

    *a = (struct allow){ 0 };
    text_copy(a->path, sizeof a->path, path);
    while (!code && (code = csv_next(&c, err)) == 0)
        code = keep(a, &c, err);
    csv_close(&c);
    if (code == SNOW_ENOTFOUND) {
        addr_prefixes_settle(&a->cidrs, NULL);
        return 0;
    }
    allow_fini(a);
    return code;
}

void allow_fini(struct allow *a)
{
    addr_prefixes_fini(&a->cidrs);
    map_fini(&a->domains);
    buf_fini(&a->reasons);
    *a = (struct allow){ 0 };
}

int allow_check(const struct allow *a, struct analysis_psl *psl,
                struct snow_error *err)
{
    const char *name, *host = NULL, *domain = NULL;
    uint64_t value, line = UINT64_MAX;
    size_t at = 0, len;

    while (map_next(&a->domains, &at, &name, &len, &value)) {
        struct analysis_split s;

        /* the lowest line is told, whatever the order of the walk */
        if (value >> 32 < line &&
            analysis_psl_split(&s, psl, name, ANALYSIS_SUFFIX_MAX) &&
            s.domain && s.domain != name) {
            line = value >> 32;
            host = name;
            domain = s.domain;
        }
    }
    if (!host)
        return 0;
    return snow_fail(err, SNOW_ESYNTAX,
                     "%s:%llu: '%.80s' is a host; domains are allowed as a "
                     "whole, here '%.80s'",
                     a->path, (unsigned long long)line, host, domain);
}

const char *allow_addr(const struct allow *a, struct snow_addr addr,
                       struct snow_addr *until)
{
    const struct prefixes_entry *e = addr_prefixes_at(&a->cidrs, addr, until);

    return e ? a->reasons.data + e->value : NULL;
}

const char *allow_domain(const struct allow *a, const char *domain)
{
    while (domain) {
        const uint64_t *at = map_get(&a->domains, domain, strlen(domain));

        if (at)
            return a->reasons.data + (uint32_t)*at;
        domain = strchr(domain, '.');
        if (domain)
            domain++;
    }
    return NULL;
}
