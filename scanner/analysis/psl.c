#include "analysis/psl.h"

#include <libpsl.h>

#define LABELS_MAX 6 /* the longest rules have five */

/* struct analysis_psl is the library's context under our name. */

int analysis_psl_open(struct analysis_psl **out, const char *path,
                      struct snow_error *err)
{
    bool is_own = path && *path;
    psl_ctx_t *psl = is_own ? psl_load_file(path) : psl_latest(NULL);

    /* a file without a rule would make every name unusable, silently */
    if (psl && psl_suffix_count(psl) == 0) {
        psl_free(psl);
        psl = NULL;
    }
    if (!psl)
        return snow_fail(err, SNOW_EIO,
                         "%s: cannot read the public suffix list; name one "
                         "with --psl FILE",
                         is_own ? path : "system");
    *out = (struct analysis_psl *)psl;
    return 0;
}

void analysis_psl_close(struct analysis_psl *psl)
{
    psl_free((psl_ctx_t *)psl);
}

/* The last labels of a name, more than any rule has: the library looks at no
 * others, and a long name would cost it ten times as much. */
static const char *tail_of(const char *name)
{
    const char *at = name + strlen(name);

    for (int dots = 0; at > name; at--)
        if (at[-1] == '.' && ++dots > LABELS_MAX)
            break;
    return at;
}

/* There is no psl_registrable_domain2(): walk the labels. */
static const char *registrable_icann(const psl_ctx_t *psl, const char *name)
{
    const char *label = name;

    if (psl_is_public_suffix2(psl, name, PSL_TYPE_ICANN))
        return NULL;
    for (const char *dot; (dot = strchr(label, '.')); label = dot + 1)
        if (psl_is_public_suffix2(psl, dot + 1, PSL_TYPE_ICANN))
            return label;
    return NULL;
}

bool analysis_psl_split(struct analysis_split *out,
                        const struct analysis_psl *list, const char *name)
{
    const psl_ctx_t *psl = (const psl_ctx_t *)list;
    const char *tld = strrchr(name, '.');

    name = tail_of(name);
    tld = tld ? tld + 1 : name;
    /* the default rule "*" would make host.localdomain registrable */
    if (!psl_is_public_suffix2(psl, tld,
                               PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
        return false;
    out->domain = psl_registrable_domain(psl, name);
    out->icann = registrable_icann(psl, name);
    out->suffix = psl_unregistrable_domain(psl, name);
    out->is_private = out->icann != out->domain;
    return true;
}

unsigned analysis_extra_labels(const char *name, const char *domain)
{
    unsigned n = 0;

    for (const char *c = name; c < domain; c++)
        n += *c == '.';
    return n;
}
