#include "analysis/analyse.h"
#include "analysis/forward.h"
#include "analysis/given.h"
#include "analysis/history.h"
#include "analysis/mail_setup.h"
#include "analysis/own.h"
#include "analysis/website.h"
#include "base/records.h"

int analysis_see_block(struct analysis *a, const struct snow_block *block)
{
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        struct analysis_seen seen = analysis_seen_in(block, i);
        int code = analysis_see(a, &seen);

        if (code)
            return code;
    }
    return 0;
}

static int on_block(void *arg, const struct snow_block *block, bool is_closed)
{
    (void)is_closed; /* what is pending says so itself */
    return analysis_see_block(arg, block);
}

static int on_registration(void *arg, const struct snow_evidence *e)
{
    struct snow_registration *r;
    int code;

    r = malloc(sizeof *r);
    if (!r)
        return SNOW_ENOMEM;
    code = record_registration_parse_json(r, e->data, e->data_len);
    if (code == 0)
        code = analysis_add_registration(arg, r);
    else if (code == SNOW_ESYNTAX) /* one damaged record hides no other */
        code = 0;
    free(r);
    return code;
}

static int on_forward(void *arg, const struct snow_evidence *e)
{
    struct analysis_forward f;
    int code = analysis_forward_parse_json(&f, e->data, e->data_len);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    return analysis_add_forward(arg, e->subject, &f);
}

static int on_mail(void *arg, const struct snow_evidence *e)
{
    struct analysis_mail_setup *m = malloc(sizeof *m);
    int code = SNOW_ENOMEM;

    if (m)
        code = analysis_mail_parse_json(m, e->data, e->data_len);
    if (m && code == 0)
        code = analysis_add_mail(arg, e->subject, m);
    else if (code == SNOW_ESYNTAX)
        code = 0;
    free(m);
    return code;
}

static int on_website(void *arg, const struct snow_evidence *e)
{
    struct analysis_website *w = malloc(sizeof *w);
    int code = SNOW_ENOMEM;

    if (w)
        code = analysis_website_parse_json(w, e->data, e->data_len);
    if (w && code == 0)
        code = analysis_add_website(arg, e->subject, w);
    else if (code == SNOW_ESYNTAX)
        code = 0;
    free(w);
    return code;
}

static int on_netblock(void *arg, const struct snow_evidence *e)
{
    struct snow_network n;
    int code = record_network_parse_json(&n, e->data, e->data_len);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    if (n.status == SNOW_REGISTRATION_REGISTERED)
        code = analysis_add_netblock(arg, &n);
    return code;
}

static int on_holder(void *arg, const struct snow_evidence *e)
{
    struct snow_network n;
    int code = record_network_parse_json(&n, e->data, e->data_len);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    if (n.status == SNOW_REGISTRATION_REGISTERED)
        analysis_add_holder(arg, &n);
    return 0;
}

/* The first registration of a domain counts: these go before the stored ones.
 */
static int add_given(struct analysis *a, const struct given *given)
{
    struct snow_registration r;
    int code = 0;

    for (size_t at = 0; given && !code && given_next(given, &at, &r);)
        code = analysis_add_registration(a, &r);
    return code;
}

static int on_probe(void *arg, const struct snow_probe *p)
{
    return analysis_add_probe(arg, p);
}

static void begin(const struct analysis *a, const char *stage)
{
    analysis_tell(a, &(struct snow_progress){ .stage = stage });
}

static int run_pass(struct analysis *a, const struct analysis_place *from)
{
    int code;

    begin(a, "runs");
    code =
        snow_store_each_block(from->store, from->scan, on_block, a, from->err);
    return code ? code : analysis_next_pass(a);
}

/* The first pass knows which domains there are; who holds the network tells
 * which of them are its own. */
static int run_first_pass(struct analysis *a, const struct analysis_place *from)
{
    int code;

    begin(a, "names");
    code =
        snow_store_each_block(from->store, from->scan, on_block, a, from->err);
    if (!code)
        code = snow_store_each_evidence(from->store, from->scan, "netblock",
                                        on_holder, a, from->err);
    return code ? code : analysis_next_pass(a);
}

int analysis_begin(struct analysis **out, struct analysis_psl *psl,
                   const struct snow_analysis_config *cfg,
                   const struct analysis_place *from)
{
    struct analysis *a;
    int code = analysis_new(&a, cfg, psl);

    if (code)
        return code;
    code = run_first_pass(a, from);
    if (code) {
        analysis_free(a);
        return code;
    }
    *out = a;
    return 0;
}

int analysis_add_forwards(struct analysis *a, const struct analysis_place *from)
{
    begin(a, "forward");
    return snow_store_each_evidence(from->store, from->scan, "forward",
                                    on_forward, a, from->err);
}

/* New domains with one address each need dates before they can be seen. */
static int find_rows(struct analysis *a, const struct analysis_place *from)
{
    int code;

    if (!analysis_rows_start(a))
        return 0;
    begin(a, "rows");
    code =
        snow_store_each_block(from->store, from->scan, on_block, a, from->err);
    begin(a, "evidence");
    return code ? code : analysis_rows_end(a);
}

/* What is stored beside names. */
static int add_evidence(struct analysis *a, const struct analysis_place *from)
{
    static const struct {
        const char *kind;
        int (*fn)(void *arg, const struct snow_evidence *e);
    } kinds[] = {
        { "mail", on_mail },
        { "web", on_website },
        { "netblock", on_netblock },
    };
    int code;

    begin(a, "evidence");
    code = snow_store_each_evidence(from->store, from->scan, "registration",
                                    on_registration, a, from->err);
    if (!code)
        code = find_rows(a, from);
    for (size_t i = 0; !code && i < COUNT_OF(kinds); i++)
        code = snow_store_each_evidence(from->store, from->scan, kinds[i].kind,
                                        kinds[i].fn, a, from->err);
    return code ? code
                : snow_store_each_probe(from->store, from->scan, on_probe, a,
                                        from->err);
}

int analysis_end(struct snow_findings *out, struct analysis *a,
                 const struct given *given, const struct analysis_place *from)
{
    int code = add_given(a, given);

    if (!code)
        code = add_evidence(a, from);
    begin(a, "history");
    if (!code)
        code = analysis_add_history(a, from->store, from->scan, from->err);
    begin(a, "scores");
    return code ? code : analysis_findings(out, a);
}

/* Memory runs out in many places; it is said once. */
static int say(int code, struct snow_error *err)
{
    return code == SNOW_ENOMEM ? snow_fail(err, code, "analysis: out of memory")
                               : code;
}

int snow_findings_analyse(struct snow_findings *out, struct snow_store *s,
                          int64_t scan, const struct snow_analysis_config *cfg,
                          struct snow_error *err)
{
    struct analysis_place from = { s, scan, err };
    struct analysis_psl *psl;
    struct analysis *a = NULL;
    int code = analysis_psl_open(&psl, cfg->psl_path, err);

    if (code)
        return code;
    if (cfg->own)
        code = allow_check(&cfg->own->allow, psl, err);
    if (!code)
        code = analysis_begin(&a, psl, cfg, &from);
    if (!code)
        code = analysis_add_forwards(a, &from);
    if (!code)
        code = run_pass(a, &from);
    if (!code)
        code = analysis_end(out, a, cfg->given, &from);
    analysis_free(a);
    analysis_psl_close(psl);
    return say(code, err);
}

int snow_candidates_choose(struct snow_candidates *out, struct snow_store *s,
                           int64_t scan, const struct snow_analysis_config *cfg,
                           struct snow_error *err)
{
    struct analysis_place from = { s, scan, err };
    struct analysis_psl *psl;
    struct analysis *a = NULL;
    int code = analysis_psl_open(&psl, cfg->psl_path, err);

    if (code)
        return code;
    code = analysis_begin(&a, psl, cfg, &from);
    if (!code)
        code = run_pass(a, &from);
    if (!code) {
        begin(a, "candidates");
        code = snow_store_each_block(s, scan, on_block, a, err);
    }
    if (!code)
        code = analysis_candidates(out, a);
    analysis_free(a);
    analysis_psl_close(psl);
    return say(code, err);
}
