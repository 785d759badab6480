#include "pipeline/forget.h"

#include "analysis/fingerprint.h"
#include "analysis/names.h"
#include "analysis/psl.h"
#include "base/map.h"
#include "base/room.h"
#include "base/text.h"

/* --- scans --- */

static int take_last(void *arg, const struct snow_scan *scan)
{
    int64_t *last = arg;

    *last = scan->id;
    return 0;
}

int forget_look(struct forget_plan *p, struct snow_store *s,
                struct snow_error *err)
{
    struct snow_scan newest[2];
    uint64_t n;
    int code = snow_store_newest(s, newest, &n, err);

    p->newest = newest[0].id;
    p->last = 0;
    return code ? code : snow_store_each_scan(s, take_last, &p->last, err);
}

enum forget_verdict forget_judge(const struct forget_plan *p,
                                 const struct snow_scan *scan)
{
    bool is_finished = scan->finished_utc_s != SNOW_TIME_UNKNOWN;
    int64_t utc_s = is_finished ? scan->finished_utc_s : scan->created_utc_s;

    if (utc_s >= p->before_utc_s)
        return FORGET_YOUNG;
    if (!is_finished)
        return p->takes_unfinished ? FORGET_IT : FORGET_UNFINISHED;
    if (scan->id == p->newest)
        return FORGET_NEWEST;
    return scan->id == p->last ? FORGET_LAST : FORGET_IT;
}

/* --- greetings --- */

#define BATCH 16384 /* mail servers in one transaction */

/* A probe with the texts it is to have. */
struct reduced {
    struct snow_probe p;
    size_t banner, hello, capabilities, subject, names, issuer; /* in text */
};

struct greetings {
    struct snow_store *store;
    struct snow_blocks *blocks;
    const struct snow_block *block; /* the one at hand, NULL: none */
    struct analysis_psl *psl;
    int64_t before_utc_s;
    struct snow_addr from; /* those below are done with */
    struct reduced *all;   /* [n] */
    size_t n, cap;
    struct buf text;
    struct buf domains; /* of the block, each with its NUL */
    unsigned n_domains;
    struct snow_error *err;
};

static int add_domain(struct greetings *g, struct map *seen, const char *raw)
{
    char name[ANALYSIS_NAME_MAX];
    struct analysis_split split;
    uint64_t *n;

    if (!analysis_name_normalise(name, raw) ||
        !analysis_psl_split(&split, g->psl, name, ANALYSIS_SUFFIX_MAX) ||
        !split.domain)
        return 0;
    n = map_put(seen, split.domain, strlen(split.domain));
    if (!n)
        return SNOW_ENOMEM;
    if ((*n)++ == 0) {
        buf_add(&g->domains, split.domain, strlen(split.domain) + 1);
        g->n_domains++;
    }
    return g->domains.failed ? SNOW_ENOMEM : 0;
}

/* Domains of the whole /24: a run may cover an address that carries another
 * name, or none, and its neighbours' domains count there, too. */
static int find_domains(struct greetings *g)
{
    struct map seen = { 0 };
    int code = 0;

    buf_clear(&g->domains);
    g->n_domains = 0;
    for (unsigned i = 0; g->block && i < SNOW_BLOCK_SIZE; i++) {
        const char *name = snow_block_names(g->block, i);

        for (unsigned k = 0; name && k < g->block->n_names[i] && !code; k++) {
            code = add_domain(g, &seen, name);
            name += strlen(name) + 1;
        }
    }
    map_fini(&seen);
    return code;
}

/* The block of an address, which only ascend; NULL when there is none. */
static int find_block(struct greetings *g, struct snow_addr a)
{
    struct snow_addr first = snow_addr_block(a);
    bool is_closed;
    int code;

    if (!g->block || snow_addr_compare(g->block->first, first) >= 0)
        return 0;
    code = snow_blocks_next(g->blocks, first, &g->block, &is_closed, g->err);
    return code ? code : find_domains(g);
}

static unsigned n_domains_at(const struct greetings *g, struct snow_addr a)
{
    bool is_there =
        g->block && snow_addr_compare(g->block->first, snow_addr_block(a)) == 0;

    return is_there ? g->n_domains : 0;
}

static size_t keep(struct greetings *g, const char *octets, size_t len)
{
    size_t at = g->text.len;

    buf_add(&g->text, octets, len);
    return at;
}

/* @return its place; *len is what is left of it */
static size_t reduce(struct greetings *g, const char *octets, size_t *len,
                     unsigned n_domains)
{
    size_t at = g->text.len;

    analysis_banner_redact(&g->text, octets, *len, g->domains.data, n_domains);
    *len = g->text.len - at;
    return at;
}

static bool is_same(const struct greetings *g, size_t at, size_t len,
                    const char *octets, size_t was)
{
    return len == was &&
           (len == 0 || memcmp(g->text.data + at, octets, len) == 0);
}

/* Kept only when there is something to forget in it. */
static int add_reduced(struct greetings *g, const struct snow_probe *p,
                       unsigned n_domains)
{
    size_t before = g->text.len;
    struct reduced r = { .p = *p }, *all;

    r.banner = reduce(g, p->banner, &r.p.banner_len, n_domains);
    r.hello = reduce(g, p->hello, &r.p.hello_len, n_domains);
    if (g->text.failed || g->domains.failed)
        return SNOW_ENOMEM;
    if (is_same(g, r.banner, r.p.banner_len, p->banner, p->banner_len) &&
        is_same(g, r.hello, r.p.hello_len, p->hello, p->hello_len)) {
        g->text.len = before;
        return 0;
    }
    r.capabilities = keep(g, p->capabilities, p->capabilities_len);
    r.subject = keep(g, p->tls.subject, p->tls.subject_len);
    r.names = keep(g, p->tls.names, p->tls.names_len);
    r.issuer = keep(g, p->tls.issuer, p->tls.issuer_len);
    all = room_for_one(g->all, g->n, &g->cap, sizeof *all);
    if (!all || g->text.failed)
        return SNOW_ENOMEM;
    g->all = all;
    all[g->n++] = r;
    return 0;
}

static int take_probe(void *arg, const struct snow_probe *p)
{
    struct greetings *g = arg;
    int code;

    if (snow_addr_compare(p->addr, g->from) < 0 ||
        p->seen_utc_s >= g->before_utc_s ||
        (p->banner_len == 0 && p->hello_len == 0))
        return 0;
    if (g->n >= BATCH && snow_addr_compare(p->addr, g->all[g->n - 1].p.addr)) {
        g->from = p->addr;
        return SNOW_EDONE; /* for this time */
    }
    code = find_block(g, p->addr);
    return code ? code : add_reduced(g, p, n_domains_at(g, p->addr));
}

/* Texts may have moved while they grew. */
static void bind(const struct greetings *g, struct reduced *r)
{
    r->p.banner = g->text.data + r->banner;
    r->p.hello = g->text.data + r->hello;
    r->p.capabilities = g->text.data + r->capabilities;
    r->p.tls.subject = g->text.data + r->subject;
    r->p.tls.names = g->text.data + r->names;
    r->p.tls.issuer = g->text.data + r->issuer;
}

static int put_all(struct greetings *g, int64_t scan)
{
    int code = g->n > 0 ? snow_store_begin(g->store, g->err) : 0;

    for (size_t i = 0; i < g->n && !code; i++) {
        struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                                 .scan = scan,
                                 .probe = &g->all[i].p };

        bind(g, &g->all[i]);
        code = snow_store_put(g->store, &r, g->err);
    }
    if (!code && g->n > 0)
        code = snow_store_commit(g->store, g->err);
    if (code)
        snow_store_rollback(g->store);
    return code;
}

/* The next so many. @return SNOW_EDONE when more are left */
static int read_batch(struct greetings *g, int64_t scan)
{
    const struct snow_addr first = { 0, 0 };
    bool is_closed;
    int code = snow_store_blocks(&g->blocks, g->store, scan, g->err);

    g->n = 0;
    buf_clear(&g->text);
    if (!code)
        code =
            snow_blocks_next(g->blocks, first, &g->block, &is_closed, g->err);
    if (!code)
        code = find_domains(g);
    if (!code)
        code = snow_store_each_probe(g->store, scan, take_probe, g, g->err);
    snow_blocks_close(g->blocks); /* before anything is written */
    g->blocks = NULL;
    return code;
}

int forget_greetings(struct snow_store *s, int64_t scan, int64_t before_utc_s,
                     const char *psl_path, uint64_t *n, struct snow_error *err)
{
    struct greetings g = { .store = s,
                           .before_utc_s = before_utc_s,
                           .err = err };
    bool is_more = true;
    int code = analysis_psl_open(&g.psl, psl_path, err);

    if (code)
        return code;
    while (is_more && !code) {
        code = read_batch(&g, scan);
        is_more = code == SNOW_EDONE;
        if (!code || is_more)
            code = put_all(&g, scan);
        *n += code ? 0 : g.n;
    }
    analysis_psl_close(g.psl);
    buf_fini(&g.text);
    buf_fini(&g.domains);
    free(g.all);
    return code == SNOW_ENOMEM ? snow_fail(err, code, "out of memory") : code;
}
