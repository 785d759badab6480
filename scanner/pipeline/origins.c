/*
 * AS numbers to netblocks: one question after the other, so that nobody is
 * asked two things at once. All of them are answered, or none counts.
 *
 * Life      known from the store, or asked → answered; the first that fails
 *           ends it.
 * Start at  origins_find(), at the end of this file.
 */
#include "pipeline/origins.h"

#include "addr/ranges_text.h"
#include "analysis/origin.h"
#include "base/clock.h"
#include "netblock/announced.h"
#include "netblock/irr.h"
#include "netblock/pfx2as.h"
#include "netblock/source.h"
#include "pipeline/reach.h"

#define REDIRECTS 3

/** Asking over the network. */
struct asking {
    struct stage stage;
    struct run run;
    struct reach reach;
    struct origins *origins;
    const struct netblock_source *source;
    size_t next; /**< which is asked about, or will be */
    uint64_t n_asked;
    bool is_running;
    struct snow_error error; /**< of the first that failed */
};

static void ask_next(struct asking *a);

/* --- what came of it ----------------------------------------------------- */

/* Before the loop runs there is nothing to stop. */
static void end(struct asking *a, int code)
{
    if (!a->stage.is_done && a->is_running)
        run_stage_done(&a->run, &a->stage, code);
    a->stage.code = code;
    a->stage.is_done = true;
}

/* A source that fails is our own inability to begin, whatever it said. */
static void fail(struct asking *a, const char *reason)
{
    struct buf where = { 0 };
    uint32_t asn = a->origins->at[a->next].asn;

    netblock_source_format(&where, a->source, asn);
    snow_fail(&a->error, SNOW_EIO,
              "AS%lu: %.200s: %.200s; try again, or another --as-source",
              (unsigned long)asn, where.data ? where.data : "", reason);
    buf_fini(&where);
    end(a, SNOW_EIO);
}

static void fail_by_code(struct asking *a, int code)
{
    struct buf where = { 0 };

    if (code == SNOW_ETIMEOUT) {
        fail(a, "no answer in time (--http-timeout)");
        return;
    }
    if (code != SNOW_EPOLICY) {
        fail(a, code == SNOW_ENOTFOUND ? "its name has no address"
                                       : snow_strerror(code));
        return;
    }
    netblock_source_format(&where, a->source, a->origins->at[a->next].asn);
    snow_fail(&a->error, code,
              "--as-source: %.300s is at a reserved or excluded address; "
              "--include-reserved lifts the first",
              where.data ? where.data : "");
    buf_fini(&where);
    end(a, code);
}

static void on_answered(struct asking *a)
{
    a->next++;
    ask_next(a);
}

static void on_document(void *arg, const struct http_answer *from)
{
    struct asking *a = arg;
    struct snow_error reason = { 0 };
    char status[40];
    int code;

    if (a->stage.is_done)
        return;
    if (from->code) {
        fail_by_code(a, from->code);
        return;
    }
    code = netblock_announced_parse(&a->origins->at[a->next], from->body,
                                    from->body_len, &reason);
    if (from->status != 200 && code != SNOW_EREFUSED) {
        snprintf(status, sizeof status, "HTTP status %ld", from->status);
        fail(a, status);
        return;
    }
    if (code || from->status != 200)
        fail(a, reason.text);
    else
        on_answered(a);
}

/* The other side may be slow to hang up: whole is whole. */
static void on_talked(void *arg, const struct talk_answer *from)
{
    struct asking *a = arg;
    struct netblock_irr irr;
    struct snow_error reason = { 0 };

    if (a->stage.is_done)
        return;
    netblock_irr_init(&irr, &a->origins->at[a->next]);
    if (from->is_cut)
        fail(a, "the answer is too long");
    else if (netblock_irr_feed(&irr, from->octets, from->len, &reason))
        fail(a, reason.text);
    else if (netblock_irr_is_at_end(&irr) &&
             irr.n_replies == NETBLOCK_IRR_REPLIES)
        on_answered(a);
    else if (from->code)
        fail_by_code(a, from->code);
    else
        fail(a, "the answer is cut off");
}

/* --- asking -------------------------------------------------------------- */

static int ask_ripestat(struct asking *a, uint32_t asn)
{
    struct buf url = { 0 };
    struct http_request r = { .accept = "application/json",
                              .body_max = NETBLOCK_ANNOUNCED_MAX,
                              .redirects = REDIRECTS,
                              .done = on_document,
                              .arg = a };
    int code = SNOW_ENOMEM;

    netblock_source_format(&url, a->source, asn);
    r.url = url.data;
    if (!url.failed)
        code = http_get(a->reach.http, &r);
    buf_fini(&url);
    return code;
}

static int ask_irr(struct asking *a, uint32_t asn)
{
    char query[NETBLOCK_IRR_QUERY_MAX];
    struct talk_request r = { .host = a->source->host,
                              .port = a->source->port,
                              .octets = query,
                              .answer_max = NETBLOCK_IRR_MAX,
                              .done = on_talked,
                              .arg = a };

    netblock_irr_query(query, asn);
    r.len = strlen(query);
    return talk_ask(a->reach.talk, &r);
}

static void ask_next(struct asking *a)
{
    const struct origins *o = a->origins;
    int code;

    while (a->next < o->n && o->is_known[a->next])
        a->next++;
    if (a->next == o->n) {
        end(a, 0);
        return;
    }
    code = a->source->how == NETBLOCK_IRR ? ask_irr(a, o->at[a->next].asn)
                                          : ask_ripestat(a, o->at[a->next].asn);
    a->n_asked++;
    if (code)
        fail_by_code(a, code);
}

static void on_stop(struct stage *s)
{
    end((struct asking *)s, SNOW_ECANCELED);
}

static void add_stats(struct stage *s, struct progress *p)
{
    p->http_requests += ((struct asking *)s)->n_asked;
}

static int ask_all(struct asking *a, const struct snow_config *cfg,
                   const struct plan *plan, int *signal, struct snow_error *err)
{
    int code = run_init(&a->run, cfg, &clock_system, err);

    if (code)
        return code;
    a->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_stop, [STAGE_STOP] = on_stop },
        .stats = add_stats,
    };
    code = reach_open(&a->reach, &a->run, plan, err);
    if (!code) {
        run_add(&a->run, &a->stage);
        ask_next(a);
        a->is_running = true;
        code = run_stages(&a->run, err);
    }
    a->stage.is_done = true; /* what closing tells is no answer */
    reach_close(&a->reach);
    *signal = a->run.signal;
    run_fini(&a->run);
    if (code == SNOW_EINCOMPLETE)
        return snow_fail(err, code,
                         "--max-time reached before the AS numbers were "
                         "looked up; nothing has begun");
    if (code && a->error.code && !*signal) {
        code = a->error.code;
        if (err)
            *err = a->error;
    }
    return code;
}

/* --- without the network ------------------------------------------------- */

static int read_file(struct origins *o, const struct netblock_source *s,
                     struct snow_error *err)
{
    struct netblock_wanted w = { 0 };
    int code;

    w.at = calloc(o->n, sizeof *w.at);
    if (!w.at)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    for (size_t i = 0; i < o->n; i++)
        if (!o->is_known[i])
            w.at[w.n++] = o->at[i];
    code = netblock_pfx2as_read(&w, s->where, err);
    for (size_t i = 0, k = 0; i < o->n; i++)
        if (!o->is_known[i])
            o->at[i] = w.at[k++];
    o->n_bad_lines = w.n_bad;
    free(w.at);
    return code;
}

/* "AS64500=A-B;C-D" of a resumed scan. */
static int take_known(struct origins *o, const char *text)
{
    for (size_t i = 0; i < o->n; i++) {
        char front[16];
        int len = snprintf(front, sizeof front,
                           "AS%lu=", (unsigned long)o->at[i].asn);

        if (strncmp(text, front, (size_t)len) != 0)
            continue;
        o->is_known[i] = true;
        return addr_ranges_parse(o->at[i].set, text + len);
    }
    return 0;
}

static int init(struct origins *o, const struct snow_asns *asns,
                const struct snow_config *cfg, struct snow_error *err)
{
    int code = 0;

    o->at = calloc(asns->n, sizeof *o->at);
    if (!o->at || (!cfg->include_reserved && snow_ranges_new(&o->bogons)))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    if (o->bogons)
        code = plan_read_list(o->bogons, "reserved.txt", err);
    for (; !code && o->n < asns->n; o->n++) {
        struct netblock_routes *r = &o->at[o->n];

        *r = (struct netblock_routes){ .asn = asns->at[o->n],
                                       .bogons = o->bogons };
        if (snow_ranges_new(&r->set))
            return snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    o->seen_utc_s = clock_utc_s(&clock_system);
    return code;
}

static int ask(struct origins *o, const struct snow_config *cfg,
               const struct plan *plan, int *signal, struct snow_error *err)
{
    struct netblock_source source;
    struct asking *a;
    int code = netblock_source_parse(&source, cfg->as_source, err);

    if (code)
        return code;
    buf_add_text(&o->source, cfg->as_source);
    if (o->source.failed)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    if (source.how == NETBLOCK_PFX2AS)
        return read_file(o, &source, err);
    a = calloc(1, sizeof *a);
    if (!a)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    a->origins = o;
    a->source = &source;
    code = ask_all(a, cfg, plan, signal, err);
    free(a);
    return code;
}

int origins_find(struct origins *out, const struct snow_asns *asns,
                 const struct snow_config *cfg, const struct plan *plan,
                 int *signal, struct snow_error *err)
{
    size_t n_known = 0;
    int code;

    if (asns->n > ORIGINS_MAX)
        return snow_fail(err, SNOW_EINVAL,
                         "%zu AS numbers: more than %d are not looked up",
                         asns->n, ORIGINS_MAX);
    code = init(out, asns, cfg, err);
    for (size_t i = 0; !code && i < cfg->known_origins.n; i++)
        if (take_known(out, cfg->known_origins.at[i]))
            code = snow_fail(err, SNOW_ESTORE,
                             "the scan's AS numbers are damaged");
    for (size_t i = 0; i < asns->n; i++)
        n_known += out->is_known[i];
    if (code || n_known == asns->n)
        return code;
    return ask(out, cfg, plan, signal, err);
}

void origins_fini(struct origins *o)
{
    for (size_t i = 0; i < o->n; i++)
        snow_ranges_free(o->at[i].set);
    free(o->at);
    snow_ranges_free(o->bogons);
    buf_fini(&o->source);
    *o = (struct origins){ 0 };
}

const struct netblock_routes *origins_of(const struct origins *o, uint32_t asn)
{
    for (size_t i = 0; i < o->n; i++)
        if (o->at[i].asn == asn)
            return &o->at[i];
    return NULL;
}

int origins_keep(const struct plan *plan, struct snow_store *s, int64_t scan,
                 struct snow_error *err)
{
    const struct origins *all = &plan->origins;
    int code = 0;

    for (size_t i = 0; !code && i < all->n; i++) {
        uint32_t asn = all->at[i].asn;
        struct analysis_origin o = {
            .asn = asn,
            .is_target = snow_asns_find(&plan->asns, asn) != SIZE_MAX,
            .set = all->at[i].set,
        };
        char subject[ANALYSIS_ORIGIN_SUBJECT_MAX];
        struct buf json = { 0 };
        struct snow_evidence e = { .subject = subject,
                                   .kind = ANALYSIS_ORIGIN_KIND,
                                   .source = all->source.data,
                                   .observed_utc_s = all->seen_utc_s };
        struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                                 .scan = scan,
                                 .evidence = &e };

        analysis_origin_subject(subject, asn);
        analysis_origin_format_json(&json, &o);
        e.data = json.data;
        e.data_len = json.len;
        code = json.failed ? snow_fail(err, SNOW_ENOMEM, "out of memory")
                           : snow_store_put(s, &r, err);
        buf_fini(&json);
    }
    return code;
}

bool origins_has_none(const struct origins *o, uint32_t asn, bool is_target)
{
    size_t i = 0;

    while (o->at[i].asn != asn)
        i++;
    if (o->is_known[i] || snow_ranges_n(o->at[i].set) > 0)
        return false;
    return is_target || o->at[i].n_bogons == 0;
}

/* --- in words ------------------------------------------------------------ */

static void count_prefixes(const struct snow_ranges *set, uint64_t *n_ipv4,
                           uint64_t *n_ipv6)
{
    for (size_t i = 0; i < snow_ranges_n(set); i++) {
        struct snow_range left = snow_ranges_at(set, i);
        bool is_more = true;

        while (is_more) {
            struct snow_prefix p;

            is_more = snow_range_next_prefix(&left, &p);
            *(snow_addr_is_ipv4(p.first) ? n_ipv4 : n_ipv6) += 1;
        }
    }
}

static void add_left_out(struct buf *to, const struct netblock_routes *r)
{
    const struct {
        uint64_t n;
        const char *word;
    } left_out[] = { { r->n_withdrawn, "withdrawn" },
                     { r->n_bogons, "reserved" },
                     { r->n_short, "larger than any network" },
                     { r->n_bad, "malformed" } };
    const char *between = "; left out: ";

    for (size_t i = 0; i < COUNT_OF(left_out); i++) {
        if (left_out[i].n == 0)
            continue;
        buf_printf(to, "%s%llu %s", between, (unsigned long long)left_out[i].n,
                   left_out[i].word);
        between = ", ";
    }
}

void origins_describe(struct buf *to, const struct netblock_routes *r)
{
    uint64_t n_ipv4 = 0, n_ipv6 = 0;

    count_prefixes(r->set, &n_ipv4, &n_ipv6);
    buf_printf(to, "AS%lu: %llu prefix%s", (unsigned long)r->asn,
               (unsigned long long)r->n_taken, r->n_taken == 1 ? "" : "es");
    if (r->n_taken > 0)
        buf_printf(to, ", merged %llu of IPv4 and %llu of IPv6",
                   (unsigned long long)n_ipv4, (unsigned long long)n_ipv6);
    add_left_out(to, r);
}

void origins_tell(struct buf *to, const struct plan *plan, const char *front)
{
    const struct origins *o = &plan->origins;

    for (size_t i = 0; i < o->n; i++) {
        if (o->is_known[i])
            continue;
        buf_add_text(to, front);
        origins_describe(to, &o->at[i]);
        buf_printf(to, "%s (%s)\n",
                   snow_asns_find(&plan->excluded_asns, o->at[i].asn) ==
                           SIZE_MAX
                       ? ""
                       : "; excluded",
                   o->source.data);
    }
    if (o->n_bad_lines > 0)
        buf_printf(to,
                   "%s%s: %llu line%s passed over: not \"PREFIX LENGTH AS\"\n",
                   front, o->source.data, (unsigned long long)o->n_bad_lines,
                   o->n_bad_lines == 1 ? "" : "s");
}
