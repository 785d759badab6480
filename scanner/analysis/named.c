#include "analysis/named.h"

#include "analysis/core.h"
#include "analysis/neighbours.h"
#include "base/records.h"

struct named {
    struct facts facts;
    struct analysis_psl *psl;
    struct neighbours *neighbours;
    struct snow_ranges *to;
};

static int on_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct named *n = arg;
    int code = 0;

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE && !code; i++) {
        struct analysis_seen seen = analysis_seen_in(b, i);

        code = analysis_neighbours_add(n->neighbours, &seen);
    }
    return code;
}

static int on_holder(void *arg, const struct snow_evidence *e)
{
    struct named *n = arg;
    struct snow_network network;
    int code = record_network_parse_json(&network, e->data, e->data_len);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    if (network.status == SNOW_REGISTRATION_REGISTERED)
        analysis_mark_provider(&n->facts, n->psl, &network);
    return 0;
}

static int on_verdict(void *arg, const struct verdict *v)
{
    struct named *n = arg;

    return v->name
               ? snow_ranges_add(n->to, (struct snow_range){ v->addr, v->addr })
               : 0;
}

static int run_pass(struct named *n, struct snow_store *s, int64_t scan,
                    verdict_fn fn, struct snow_error *err)
{
    int code =
        analysis_neighbours_new(&n->neighbours, &n->facts, n->psl, fn, n);

    if (!code)
        code = snow_store_each_block(s, scan, on_block, n, err);
    if (!code)
        code = analysis_neighbours_finish(n->neighbours);
    analysis_neighbours_free(n->neighbours);
    n->neighbours = NULL;
    return code;
}

int analysis_named(struct snow_ranges *out, struct snow_store *s, int64_t scan,
                   const char *psl_path, struct snow_error *err)
{
    struct named n = { .to = out };
    int code = analysis_psl_open(&n.psl, psl_path, err);

    if (code)
        return code;
    code = run_pass(&n, s, scan, NULL, err);
    if (!code)
        code =
            snow_store_each_evidence(s, scan, "netblock", on_holder, &n, err);
    if (!code)
        code = analysis_facts_settle(&n.facts);
    if (!code)
        code = run_pass(&n, s, scan, on_verdict, err);
    analysis_facts_fini(&n.facts);
    analysis_psl_close(n.psl);
    return code;
}
