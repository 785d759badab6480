#include "addr/ranges_text.h"
#include "analysis/named.h"
#include "base/json.h"
#include "report/html.h"

static int count_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct html_sweep *s = arg;

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        s->by_status[b->status[i] & 15]++;
    return 0;
}

static int count_name(void *arg, const struct snow_name *name)
{
    struct html_sweep *s = arg;

    s->n_ipv6_names += name->nibbles == 32 && name->status == SNOW_PTR_NAME;
    return 0;
}

static int take_probe(void *arg, const struct snow_probe *p)
{
    struct html_sweep *s = arg;
    struct snow_range one = { p->addr, p->addr };

    s->n_greeted++;
    return snow_probe_is_mail_capable(p) ? snow_ranges_add(s->mail, one) : 0;
}

static int split_targets(struct html_sweep *s, const char *text)
{
    size_t n;
    int code = addr_ranges_parse(s->targets, text);

    n = code ? 0 : snow_ranges_n(s->targets);
    for (size_t i = 0; i < n && !code; i++) {
        struct snow_range r = snow_ranges_at(s->targets, i);

        if (snow_addr_is_ipv4(r.first) && snow_addr_is_ipv4(r.last))
            code = snow_ranges_add(s->ipv4, r);
    }
    return code;
}

/* What was imported is all there is. Settings that cannot be read say nothing.
 */
static int read_settings(struct html_sweep *s, const char *settings)
{
    struct doc *root;
    int code = doc_parse(&root, settings, strlen(settings));

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    s->is_imported = doc_n(doc_get(root, "imported")) > 0;
    doc_free(root);
    return 0;
}

static void settle(struct html_sweep *s)
{
    uint64_t n = snow_ranges_count(s->ipv4);

    for (unsigned i = 0; i < COUNT_OF(s->by_status); i++)
        if (i != SNOW_PTR_PENDING && i != SNOW_PTR_OUTSIDE)
            s->n_asked += s->by_status[i];
    s->n_pending = s->is_imported || n < s->n_asked ? 0 : n - s->n_asked;
}

static int count_ipv6(struct html_sweep *s, const struct report_request *q,
                      struct snow_error *err)
{
    struct snow_walk walk;
    int code = snow_store_each_name(q->store, q->scan, count_name, s, err);

    if (code)
        return code;
    code = snow_store_get_walk(q->store, q->scan, &walk, err);
    if (!code)
        s->n_ipv6_pending = walk.by_status[SNOW_PTR_PENDING];
    return code == SNOW_ENOTFOUND ? 0 : code;
}

static int make_sets(struct html_sweep *s)
{
    struct snow_ranges **sets[] = { &s->targets, &s->ipv4, &s->own, &s->mail };
    int code = 0;

    for (size_t i = 0; i < COUNT_OF(sets) && !code; i++)
        code = snow_ranges_new(sets[i]);
    return code;
}

int html_sweep_load(struct html_sweep *s, const struct report_request *q,
                    const struct snow_scan *scan, struct snow_error *err)
{
    int code = make_sets(s);

    if (!code)
        code = read_settings(s, scan->settings);
    if (!code)
        code = split_targets(s, scan->targets);
    if (!code)
        code = snow_store_each_block(q->store, q->scan, count_block, s, err);
    if (!code)
        code = snow_store_each_probe(q->store, q->scan, take_probe, s, err);
    if (!code)
        code = count_ipv6(s, q, err);
    if (!code)
        code = analysis_named(s->own, q->store, q->scan, q->psl_path, err);
    if (!code)
        settle(s);
    return code;
}

void html_sweep_fini(struct html_sweep *s)
{
    snow_ranges_free(s->targets);
    snow_ranges_free(s->ipv4);
    snow_ranges_free(s->own);
    snow_ranges_free(s->mail);
}
