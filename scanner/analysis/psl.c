#include "analysis/psl.h"

#include <libpsl.h>

#include "analysis/names.h"
#include "base/text.h"

/* With one label more than a suffix a domain is complete. */
#define LABELS_MAX (ANALYSIS_SUFFIX_MAX + 1)

/* Ends of names that are remembered. A scan comes to the names of a netblock
 * in the order of its addresses: what stands before the first dot changes from
 * one to the next, the rest but seldom. */
#define MEMO_SIZE 1024

/* What the list says of a name, as octets from its end on: the name of which
 * it is the end has the same. */
struct ruling {
    bool is_listed; /* its top level is */
    uint8_t suffix_labels;
    uint8_t suffix_len; /* by both sections */
    uint8_t domain_len; /* by both sections; 0: it is a suffix itself */
    uint8_t icann_len;  /* by the ICANN section alone; 0 likewise */
};

struct memo {
    uint64_t hash;
    uint8_t len; /* 0: free */
    struct ruling says;
    char text[ANALYSIS_NAME_MAX];
};

struct analysis_psl {
    psl_ctx_t *list;
    struct memo memos[MEMO_SIZE]; /* direct-mapped: the last one stays */
};

/* The last labels of a name. */
struct end {
    const char *at;
    size_t len;
    uint64_t hash;
    unsigned n_labels;
};

int analysis_psl_open(struct analysis_psl **out, const char *path,
                      struct snow_error *err)
{
    bool is_own = path && *path;
    psl_ctx_t *list = is_own ? psl_load_file(path) : psl_latest(NULL);
    struct analysis_psl *psl;

    /* a file without a rule would make every name unusable, silently */
    if (list && psl_suffix_count(list) == 0) {
        psl_free(list);
        list = NULL;
    }
    if (!list)
        return snow_fail(err, SNOW_EIO,
                         "%s: cannot read the public suffix list; name one "
                         "with --psl FILE",
                         is_own ? path : "system");
    psl = calloc(1, sizeof *psl);
    if (!psl) {
        psl_free(list);
        return snow_fail(err, SNOW_ENOMEM, "analysis: out of memory");
    }
    psl->list = list;
    *out = psl;
    return 0;
}

void analysis_psl_close(struct analysis_psl *psl)
{
    if (!psl)
        return;
    psl_free(psl->list);
    free(psl);
}

/* The ends of a name of up to so many labels, the top level first; how many.
 * FNV-1a, read from the right, so that one walk hashes them all. */
static unsigned find_ends(struct end ends[LABELS_MAX], const char *name,
                          unsigned most)
{
    const char *stop = name + strlen(name);
    uint64_t hash = 0xcbf29ce484222325u;
    unsigned n = 0;

    for (const char *at = stop; n < most; at--) {
        if (at == name || at[-1] == '.') {
            ends[n] = (struct end){ at, (size_t)(stop - at), hash, n + 1 };
            n++;
        }
        if (at == name)
            break;
        hash = (hash ^ (unsigned char)at[-1]) * 0x100000001b3u;
    }
    return n;
}

static struct memo *memo_of(struct analysis_psl *psl, const struct end *e)
{
    return &psl->memos[(e->hash ^ e->hash >> 32) % MEMO_SIZE];
}

static bool recall(struct analysis_psl *psl, const struct end *e,
                   struct ruling *says)
{
    const struct memo *m = memo_of(psl, e);

    if (m->hash != e->hash || m->len != e->len ||
        memcmp(m->text, e->at, e->len) != 0)
        return false;
    *says = m->says;
    return true;
}

static void remember(struct analysis_psl *psl, const struct end *e,
                     const struct ruling *says)
{
    struct memo *m = memo_of(psl, e);

    if (e->len >= sizeof m->text)
        return;
    m->hash = e->hash;
    m->len = (uint8_t)e->len;
    m->says = *says;
    memcpy(m->text, e->at, e->len);
}

/* The default rule "*" would make host.localdomain registrable. */
static struct ruling ask_top(const psl_ctx_t *list, const struct end *top)
{
    return (struct ruling){
        .is_listed = psl_is_public_suffix2(
            list, top->at, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE),
        .suffix_labels = 1,
        .suffix_len = (uint8_t)top->len,
    };
}

/* From what is said of an end to what is said of it and one label more. The
 * longest rule decides, and a rule of the ICANN section is one of both. */
static void ask_longer(struct ruling *says, const psl_ctx_t *list,
                       const struct end *e, unsigned most)
{
    bool is_suffix = e->n_labels <= most && psl_is_public_suffix(list, e->at);

    if (is_suffix) {
        says->suffix_labels = (uint8_t)e->n_labels;
        says->suffix_len = (uint8_t)e->len;
        says->domain_len = 0;
    } else if (says->domain_len == 0) {
        says->domain_len = (uint8_t)e->len;
    }
    if (is_suffix && psl_is_public_suffix2(list, e->at, PSL_TYPE_ICANN))
        says->icann_len = 0;
    else if (says->icann_len == 0)
        says->icann_len = (uint8_t)e->len;
}

/* Every end but the whole is remembered: names differ in front. */
static struct ruling ask(struct analysis_psl *psl, const struct end *ends,
                         unsigned n, unsigned most)
{
    struct ruling says;
    unsigned known = n - 1;

    while (known > 0 && !recall(psl, &ends[known - 1], &says))
        known--;
    if (known == 0) {
        says = ask_top(psl->list, &ends[0]);
        known = 1;
        remember(psl, &ends[0], &says);
    }
    for (; known < n && says.is_listed; known++) {
        ask_longer(&says, psl->list, &ends[known], most);
        if (known + 1 < n)
            remember(psl, &ends[known], &says);
    }
    return says;
}

bool analysis_psl_split(struct analysis_split *out, struct analysis_psl *psl,
                        const char *name, unsigned most)
{
    struct end ends[LABELS_MAX];
    unsigned n = find_ends(ends, name, most + 1);
    struct ruling says = ask(psl, ends, n, most);
    const char *stop = ends[0].at + ends[0].len;

    if (!says.is_listed)
        return false;
    out->domain = says.domain_len ? stop - says.domain_len : NULL;
    out->icann = says.icann_len ? stop - says.icann_len : NULL;
    out->suffix_labels = says.suffix_labels;
    out->suffix = stop - says.suffix_len;
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
