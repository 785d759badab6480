#include "report/columns.h"
#include "report/holders.h"
#include "report/registrations.h"
#include "report/writers.h"

static bool is_registration_known(const struct snow_finding *f)
{
    return f->registrar[0] || f->created_min_utc_s != SNOW_TIME_UNKNOWN;
}

/* Only findings without are told apart by what registries answered. */
static bool needs_registrations(const struct report_request *q,
                                const struct report_tree *tree)
{
    for (size_t i = 0; i < tree->n; i++)
        if (tree->nodes[i].is_shown &&
            !is_registration_known(&q->findings->all[i]))
            return true;
    return false;
}

int report_each_finding(const struct report_request *q, report_finding_fn fn,
                        void *arg, struct snow_error *err)
{
    struct report_tree tree = { 0 };
    struct report_registrations known = { 0 };
    struct report_holders holders = { .n_netblocks = 0 };
    struct report_websites websites = { 0 };
    int code = report_tree_init(&tree, q->findings, q->least);

    if (code == 0 && needs_registrations(q, &tree))
        code = report_registrations_load(&known, q, &tree, err);
    if (code == 0)
        code = report_holders_load(&holders, q, err);
    if (code == 0)
        code = report_websites_load(&websites, q, err);
    for (size_t i = 0; i < tree.n && code == 0; i++) {
        const struct snow_finding *f = &q->findings->all[i];
        struct report_finding_row row = {
            .finding = f,
            .has_registration = is_registration_known(f) ||
                                report_registrations_answered(&known, f),
            .holders = &holders,
            .calibration = &q->findings->calibration,
            .own = q->own,
            .web = report_websites_count(&websites, f),
        };

        if (tree.nodes[i].is_shown)
            code = fn(arg, &row);
    }
    report_holders_fini(&holders);
    report_registrations_fini(&known);
    report_websites_fini(&websites);
    report_tree_fini(&tree);
    return code;
}

struct csv {
    const struct report_out *to;
    struct buf line;
};

static int put_finding(void *arg, const struct report_finding_row *row)
{
    struct csv *c = arg;

    report_csv_row(&c->line, &report_kind_finding, row);
    return report_emit_full(c->to, &c->line);
}

int report_csv(const struct report_out *to, const struct report_request *q,
               struct snow_error *err)
{
    struct csv c = { .to = to };
    int code;

    report_csv_header(&c.line, &report_kind_finding);
    code = report_emit(to, &c.line);
    if (code == 0)
        code = report_each_finding(q, put_finding, &c, err);
    if (code == 0)
        code = report_emit(to, &c.line);
    buf_fini(&c.line);
    return code;
}

static int put_evidence(void *arg, const struct report_evidence_row *row)
{
    struct csv *c = arg;

    report_csv_row(&c->line, &report_kind_evidence, row);
    return report_emit_full(c->to, &c->line);
}

int report_evidence_csv(const struct report_out *to,
                        const struct report_request *q, struct snow_error *err)
{
    struct csv c = { .to = to };
    int code;

    report_csv_header(&c.line, &report_kind_evidence);
    code = report_emit(to, &c.line);
    if (code == 0)
        code = report_each_evidence(q, put_evidence, &c, err);
    if (code == 0)
        code = report_emit(to, &c.line);
    buf_fini(&c.line);
    return code;
}

/* Rows of one address: one a name, or one without. */
static void add_names(struct buf *to, const struct snow_block *b, unsigned i)
{
    struct report_name_row row = { .addr = snow_addr_add(b->first, i),
                                   .status = b->status[i],
                                   .name = snow_block_names(b, i),
                                   .seen_utc_s = SNOW_TIME_UNKNOWN };

    if (row.status == SNOW_PTR_PENDING || row.status == SNOW_PTR_OUTSIDE)
        return;
    if (b->seen_utc_s[i] > 0)
        row.seen_utc_s = b->seen_utc_s[i];
    report_csv_row(to, &report_kind_name, &row);
    for (unsigned n = 1; n < b->n_names[i]; n++) {
        row.name += strlen(row.name) + 1;
        report_csv_row(to, &report_kind_name, &row);
    }
}

/* A block is one write: they are many. */
static int put_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct csv *c = arg;

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        add_names(&c->line, b, i);
    return report_emit(c->to, &c->line);
}

static int put_name(void *arg, const struct snow_name *name)
{
    struct csv *c = arg;
    struct report_name_row row = { .addr = name->addr,
                                   .status = name->status,
                                   .seen_utc_s = name->seen_utc_s };
    const char *at = name->names;

    if (name->nibbles < 32) /* of no single address */
        return 0;
    row.name = name->n_names > 0 ? at : NULL;
    report_csv_row(&c->line, &report_kind_name, &row);
    for (unsigned n = 1; n < name->n_names; n++) {
        row.name = at += strlen(at) + 1;
        report_csv_row(&c->line, &report_kind_name, &row);
    }
    return report_emit(c->to, &c->line);
}

int report_names_csv(const struct report_out *to,
                     const struct report_request *q, struct snow_error *err)
{
    struct csv c = { .to = to };
    int code;

    report_csv_header(&c.line, &report_kind_name);
    code = report_emit(to, &c.line);
    if (code == 0)
        code = snow_store_each_block(q->store, q->scan, put_block, &c, err);
    if (code == 0)
        code = snow_store_each_name(q->store, q->scan, put_name, &c, err);
    buf_fini(&c.line);
    return code;
}
