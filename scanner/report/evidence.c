#include "analysis/banner.h"
#include "analysis/mta.h"
#include "base/room.h"
#include "report/forwards.h"
#include "report/mails.h"
#include "report/registrations.h"
#include "report/writers.h"

/*
 * Every address of every finding that is shown, once for each run it lies in,
 * with all that the store knows of it.
 *
 * The store hands out probes, then blocks, both in address order. Probes of
 * addresses that lie in a finding are kept, then rows are written as blocks
 * pass by: memory grows with what is shown, not with the scan.
 */

/* A range of a finding. */
struct span {
    struct snow_range range;
    size_t finding;
};

/* A probe whose text lies in join.text. */
struct kept_probe {
    struct snow_probe p;
    size_t banner_at, hello_at, capabilities_at, subject_at;
};

struct join {
    const struct report_request *q;
    report_evidence_fn fn;
    void *arg;
    struct report_tree tree;
    struct snow_ranges *allowed;
    struct report_registrations known;
    struct report_forwards forwards;
    struct report_websites websites;
    struct report_mails mails;
    struct report_pasts pasts;
    int64_t now_utc_s;
    struct span *spans; /* in the order of their first addresses */
    size_t n_spans;
    size_t from;   /* spans before it end before the address at hand */
    uint64_t *seq; /* [tree.n], rows written of each finding */
    struct kept_probe *probes;
    size_t n_probes, cap_probes;
    size_t probe; /* probes before it lie below the address at hand */
    struct buf text;
    struct snow_registration registration;           /* the one parsed last */
    bool is_registered;                              /* it holds a record */
    struct analysis_forward forward, banner_forward; /* of the row at hand */
};

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int order = snow_addr_compare(x->range.first, y->range.first);

    if (order != 0)
        return order;
    return (x->finding > y->finding) - (x->finding < y->finding);
}

static int gather_spans(struct join *j)
{
    size_t n = 0;

    for (size_t i = 0; i < j->tree.n; i++)
        n += j->tree.nodes[i].is_shown ? j->q->findings->all[i].n_ranges : 0;
    j->spans = calloc(n + 1, sizeof *j->spans);
    j->seq = calloc(j->tree.n + 1, sizeof *j->seq);
    if (!j->spans || !j->seq)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < j->tree.n; i++) {
        const struct snow_finding *f = &j->q->findings->all[i];

        for (size_t r = 0; j->tree.nodes[i].is_shown && r < f->n_ranges; r++)
            j->spans[j->n_spans++] = (struct span){ f->ranges[r], i };
    }
    qsort(j->spans, j->n_spans, sizeof *j->spans, compare_spans);
    return 0;
}

/* Pass over the spans that end before an address; addresses only ascend. */
static void advance(struct join *j, struct snow_addr a)
{
    while (j->from < j->n_spans &&
           snow_addr_compare(j->spans[j->from].range.last, a) < 0)
        j->from++;
}

/* The next span at or after i that holds an address; n_spans when none does.
 * Call advance() first. */
static size_t next_span(const struct join *j, size_t i, struct snow_addr a)
{
    for (; i < j->n_spans; i++) {
        if (snow_addr_compare(j->spans[i].range.first, a) > 0)
            break;
        if (snow_addr_compare(j->spans[i].range.last, a) >= 0)
            return i;
    }
    return j->n_spans;
}

static int keep_probe(void *arg, const struct snow_probe *p)
{
    struct join *j = arg;
    struct kept_probe *probes;

    advance(j, p->addr);
    if (next_span(j, j->from, p->addr) == j->n_spans)
        return 0;
    probes =
        room_for_one(j->probes, j->n_probes, &j->cap_probes, sizeof *probes);
    if (!probes)
        return SNOW_ENOMEM;
    j->probes = probes;
    probes[j->n_probes++] = (struct kept_probe){
        .p = *p,
        .banner_at = j->text.len,
        .hello_at = j->text.len + p->banner_len,
        .capabilities_at = j->text.len + p->banner_len + p->hello_len,
        .subject_at =
            j->text.len + p->banner_len + p->hello_len + p->capabilities_len,
    };
    buf_add(&j->text, p->banner, p->banner_len);
    buf_add(&j->text, p->hello, p->hello_len);
    buf_add(&j->text, p->capabilities, p->capabilities_len);
    buf_add(&j->text, p->tls.subject, p->tls.subject_len);
    return j->text.failed ? SNOW_ENOMEM : 0;
}

/* Text may have moved while it grew: point at it when all is there. */
static void bind_texts(struct join *j)
{
    for (size_t i = 0; i < j->n_probes && j->text.data; i++) {
        struct kept_probe *k = &j->probes[i];

        k->p.banner = j->text.data + k->banner_at;
        k->p.hello = j->text.data + k->hello_at;
        k->p.capabilities = j->text.data + k->capabilities_at;
        k->p.tls.subject = j->text.data + k->subject_at;
        k->p.tls.names_len = k->p.tls.issuer_len = 0;
    }
}

static const struct snow_probe *probe_of(struct join *j, struct snow_addr a)
{
    while (j->probe < j->n_probes &&
           snow_addr_compare(j->probes[j->probe].p.addr, a) < 0)
        j->probe++;
    if (j->probe < j->n_probes &&
        snow_addr_compare(j->probes[j->probe].p.addr, a) == 0)
        return &j->probes[j->probe].p;
    return NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

/* The domain of a finding that a name lies in, or NULL. */
static const char *domain_of(const struct snow_finding *f, const char *name)
{
    while (name) {
        const char *dot;
        char *const *found = bsearch(name, f->domains, f->n_domains,
                                     sizeof *f->domains, compare_texts);

        if (found)
            return *found;
        dot = strchr(name, '.');
        name = dot ? dot + 1 : NULL;
    }
    return NULL;
}

/* Find the name that belongs to the finding, and its domain. */
static void choose_name(struct report_evidence_row *row)
{
    const char *name = row->names;

    for (unsigned i = 0; i < row->n_names && !row->domain; i++) {
        row->name = name;
        row->domain = domain_of(row->finding, name);
        name += strlen(name) + 1;
    }
}

/* Neighbours share their domain: the last record is parsed once. */
static const struct snow_registration *registration_of(struct join *j,
                                                       const char *domain)
{
    if (!j->is_registered || strcmp(j->registration.domain, domain) != 0)
        j->is_registered =
            report_registrations_get(&j->known, domain, &j->registration);
    return j->is_registered ? &j->registration : NULL;
}

/* Where its name and the host of its greeting lead. */
static void join_forward(struct join *j, struct report_evidence_row *row)
{
    char host[BANNER_HOST_MAX];

    if (j->forwards.by_name.n == 0)
        return;
    if (row->name && report_forwards_get(&j->forwards, row->name, &j->forward))
        row->forward = &j->forward;
    if (row->probe &&
        analysis_banner_host(host, row->probe->banner, row->probe->banner_len) >
            0 &&
        report_forwards_get(&j->forwards, host, &j->banner_forward))
        row->banner_forward = &j->banner_forward;
}

static int put_row(struct join *j, const struct snow_block *b, unsigned i,
                   size_t finding)
{
    struct report_evidence_row row = {
        .finding = &j->q->findings->all[finding],
        .seq = ++j->seq[finding],
        .addr = snow_addr_add(b->first, i),
        .ptr_status = b->status[i],
        .n_names = b->n_names[i],
        .names = snow_block_names(b, i),
        .ptr_seen_utc_s = SNOW_TIME_UNKNOWN,
        .now_utc_s = j->now_utc_s,
        .past = { SNOW_TIME_UNKNOWN, SNOW_TIME_UNKNOWN, 0, false, 0, NULL },
        .own = j->q->own,
    };
    struct report_mail mail;
    struct analysis_mta mta;

    row.is_allowed = snow_ranges_contains(j->allowed, row.addr);
    if (b->seen_utc_s[i] > 0)
        row.ptr_seen_utc_s = b->seen_utc_s[i];
    row.probe = probe_of(j, row.addr);
    if (row.probe) {
        analysis_mta_tell(&mta, row.probe);
        row.mta = &mta;
    }
    choose_name(&row);
    if (row.domain) {
        row.registration = registration_of(j, row.domain);
        row.web = report_websites_word(&j->websites, row.domain);
        if (report_mails_get(&j->mails, row.domain, &mail))
            row.mail = &mail;
    }
    if (snow_ptr_status_is_answer(row.ptr_status))
        row.past =
            report_pasts_get(&j->pasts, row.addr, row.names, row.n_names);
    join_forward(j, &row);
    return j->fn(j->arg, &row);
}

/* Rows of one address: of the runs it lies in, else of the strips, else of the
 * campaigns. */
static int put_address(struct join *j, const struct snow_block *b, unsigned i)
{
    struct snow_addr a = snow_addr_add(b->first, i);
    enum snow_finding_kind least = SNOW_CAMPAIGN;
    const struct snow_finding *all = j->q->findings->all;
    int code = 0;

    advance(j, a);
    for (size_t s = next_span(j, j->from, a); s < j->n_spans;
         s = next_span(j, s + 1, a))
        if (all[j->spans[s].finding].kind < least)
            least = all[j->spans[s].finding].kind;
    for (size_t s = next_span(j, j->from, a); s < j->n_spans && code == 0;
         s = next_span(j, s + 1, a))
        if (all[j->spans[s].finding].kind == least)
            code = put_row(j, b, i, j->spans[s].finding);
    return code;
}

static int put_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct join *j = arg;
    struct snow_addr last = snow_addr_add(b->first, SNOW_BLOCK_SIZE - 1);
    int code = 0;

    (void)is_closed;
    advance(j, b->first);
    if (j->from == j->n_spans ||
        snow_addr_compare(j->spans[j->from].range.first, last) > 0)
        return 0;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE && code == 0; i++)
        code = put_address(j, b, i);
    return code;
}

/* What has to be known before the first row. */
static int prepare(struct join *j, struct snow_error *err)
{
    struct snow_scan scan;
    int code = snow_store_get_scan(j->q->store, j->q->scan, &scan, err);

    if (code)
        return code;
    j->now_utc_s = scan.now_utc_s;
    code = report_tree_init(&j->tree, j->q->findings, j->q->least);
    if (code)
        return code;
    code = report_allowed_ranges(&j->allowed, j->q->findings);
    if (code)
        return code;
    code = report_registrations_load(&j->known, j->q, &j->tree, err);
    if (code)
        return code;
    code = report_forwards_load(&j->forwards, j->q, err);
    if (code)
        return code;
    code = report_mails_load(&j->mails, j->q, err);
    if (code)
        return code;
    code = report_websites_load(&j->websites, j->q, err);
    if (code)
        return code;
    code = report_pasts_load(&j->pasts, j->q, &j->tree, err);
    if (code)
        return code;
    code = gather_spans(j);
    if (code)
        return code;
    code = snow_store_each_probe(j->q->store, j->q->scan, keep_probe, j, err);
    if (code)
        return code;
    bind_texts(j);
    j->from = 0;
    return 0;
}

int report_each_evidence(const struct report_request *q, report_evidence_fn fn,
                         void *arg, struct snow_error *err)
{
    struct join j = { .q = q, .fn = fn, .arg = arg };
    int code = prepare(&j, err);

    if (code == 0)
        code = snow_store_each_block(q->store, q->scan, put_block, &j, err);
    report_tree_fini(&j.tree);
    snow_ranges_free(j.allowed);
    report_registrations_fini(&j.known);
    report_forwards_fini(&j.forwards);
    report_websites_fini(&j.websites);
    report_mails_fini(&j.mails);
    report_pasts_fini(&j.pasts);
    buf_fini(&j.text);
    free(j.probes);
    free(j.spans);
    free(j.seq);
    return code;
}
