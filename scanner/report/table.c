#include "report/layout.h"
#include "report/tree.h"
#include "report/writers.h"

#define INDENT 11 /* columns of the tier, with what moves members right */
#define ADDRESSES 20
#define BEFORE_DOMAINS 60 /* columns in front of the domains */
#define NARROW 80         /* below, a finding takes two lines or three */
#define BEFORE_ADDRESSES 19
#define DOMAINS_LEAST 24 /* columns that some of them make sense in */
#define NARROW_LEAST 40  /* its first line, and the id, are this wide */

struct table {
    const struct report_out *to;
    const struct report_request *q;
    struct report_tree tree;
    size_t width;
    bool is_narrow;
    struct buf text;
};

static void add_header(struct table *t)
{
    if (t->is_narrow)
        buf_printf(&t->text, "%-*s %5s  ADDRESSES\n", INDENT, "TIER", "SCORE");
    else
        buf_printf(&t->text, "%-*s %5s %4s  %-*s %5s %7s  %s\n", INDENT, "TIER",
                   "SCORE", "COV", ADDRESSES, "ADDRESSES", "IPS", "SMTP",
                   "DOMAINS");
}

/* What a wide line holds behind the addresses; domains below, if need be. */
static void add_second_line(struct table *t, const struct snow_finding *f,
                            size_t shift)
{
    struct buf piece = { 0 };
    size_t indent = INDENT + 1 + shift, used = indent;

    buf_printf(&piece, "%llu IPs, SMTP ", (unsigned long long)f->ip_count);
    layout_smtp(&piece, f);
    buf_printf(&t->text, "\n%*s%s", (int)indent, "",
               piece.failed ? "" : piece.data);
    used += piece.len + 2;
    if (used + DOMAINS_LEAST <= t->width) {
        buf_add_text(&t->text, ": ");
    } else {
        buf_printf(&t->text, "\n%*s", (int)indent, "");
        used = indent;
    }
    layout_domains(&t->text, f, t->width - used);
    t->text.failed |= piece.failed;
    buf_fini(&piece);
}

static void add_narrow_row(struct table *t, const struct snow_finding *f,
                           size_t shift)
{
    struct buf piece = { 0 };

    buf_printf(&t->text, "%*s", (int)shift, "");
    layout_tier(&t->text, f->tier, INDENT - shift, t->q->colour);
    buf_printf(&t->text, " %5.1f  ", f->score);
    layout_addresses(&piece, f);
    layout_fit(&t->text, piece.failed ? "" : piece.data,
               t->width - BEFORE_ADDRESSES);
    t->text.failed |= piece.failed;
    buf_fini(&piece);
    add_second_line(t, f, shift);
    buf_add_char(&t->text, '\n');
}

/* One finding on one line, deeper members further right. */
static void add_row(struct table *t, const struct snow_finding *f, size_t depth)
{
    struct buf *to = &t->text;
    struct buf piece = { 0 };
    size_t shift = 2 * depth;

    if (t->is_narrow) {
        add_narrow_row(t, f, shift);
        return;
    }
    buf_printf(to, "%*s", (int)shift, "");
    layout_tier(to, f->tier, INDENT - shift, t->q->colour);
    buf_printf(to, " %5.1f %3.0f%%  ", f->score, f->coverage * 100);
    layout_addresses(&piece, f);
    layout_pad(to, piece.failed ? "" : piece.data, ADDRESSES);
    buf_clear(&piece);
    layout_smtp(&piece, f);
    buf_printf(to, " %5llu %7s  ", (unsigned long long)f->ip_count,
               piece.failed ? "" : piece.data);
    layout_domains(to, f, t->width - BEFORE_DOMAINS);
    buf_add_char(to, '\n');
    to->failed |= piece.failed;
    buf_fini(&piece);
}

/* One line below a finding, cut to the width; lists read "a, b". */
static void add_detail(struct table *t, const char *label, const char *text)
{
    struct buf line = { 0 };

    buf_add_text(&line, label);
    for (; *text; text++) {
        if (*text == ';' && *label)
            buf_add_text(&line, text[1] == ' ' ? "," : ", ");
        else
            buf_add_char(&line, *text);
    }
    buf_printf(&t->text, "%*s", INDENT + 1, "");
    if (!line.failed)
        layout_fit(&t->text, line.data, t->width - INDENT - 1);
    buf_add_char(&t->text, '\n');
    t->text.failed |= line.failed;
    buf_fini(&line);
}

static void add_piece(struct table *t, const char *label,
                      void (*lay_out)(struct buf *to,
                                      const struct snow_finding *f),
                      const struct snow_finding *f)
{
    struct buf piece = { 0 };

    buf_add_text(&piece, label);
    lay_out(&piece, f);
    add_detail(t, "", piece.failed ? "" : piece.data);
    t->text.failed |= piece.failed;
    buf_fini(&piece);
}

static void add_details(struct table *t, const struct snow_finding *f)
{
    struct buf registration = { 0 };
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX], where[160];

    snow_addr_format(f->first, first);
    snow_addr_format(f->last, last);
    snprintf(where, sizeof where, "%s %s, %s to %s",
             snow_finding_kind_word(f->kind), f->id, first, last);
    add_detail(t, "", where);
    layout_registration(&registration, f);
    add_detail(t, "", registration.failed ? "" : registration.data);
    if (f->n_customers > 0 && !t->q->by_customer)
        add_piece(t, "customer: ", layout_customers, f);
    if (f->reporters_known > 0)
        add_piece(t, "reported: ", layout_reporters, f);
    if (f->reasons[0])
        add_detail(t, "resembles the pattern in: ", f->reasons);
    if (f->caveats[0])
        add_detail(t, "but: ", f->caveats);
    t->text.failed |= registration.failed;
    buf_fini(&registration);
}

static void add_members(struct table *t, size_t parent, size_t depth)
{
    size_t i = t->tree.nodes[parent].child;

    for (; i != REPORT_NONE; i = t->tree.nodes[i].next) {
        add_row(t, &t->q->findings->all[i], depth);
        if (t->tree.nodes[i].child != REPORT_NONE) /* runs of a strip */
            add_members(t, i, depth + 1);
    }
}

static void add_footer(struct table *t)
{
    size_t n_of[3] = { 0 }, hidden = t->tree.n - t->tree.n_shown, allowed = 0;

    for (size_t i = 0; i < t->tree.n; i++) {
        n_of[t->q->findings->all[i].tier] += t->tree.nodes[i].is_shown;
        allowed += !t->tree.nodes[i].is_shown && t->q->findings->all[i].allowed;
    }
    if (t->tree.n_shown == 0)
        buf_add_text(&t->text, "No addresses resemble the pattern closely "
                               "enough to be shown.");
    else
        buf_printf(&t->text,
                   "%zu finding%s for inspection: %zu high, %zu review, %zu "
                   "context.\nA resemblance, not a verdict; findings STORE "
                   "--explain ID shows the reasons.",
                   t->tree.n_shown, text_plural(t->tree.n_shown), n_of[0],
                   n_of[1], n_of[2]);
    if (hidden > 0)
        buf_printf(&t->text,
                   "\n%zu finding%s of lower tier not shown (--tier context "
                   "shows all).",
                   hidden, text_plural(hidden));
    if (allowed > 0)
        buf_printf(&t->text, "\nOf these, %zu allowed by --allow.", allowed);
    buf_add_char(&t->text, '\n');
}

static int put_root(struct table *t, size_t i)
{
    add_row(t, &t->q->findings->all[i], 0);
    add_details(t, &t->q->findings->all[i]);
    add_members(t, i, 1);
    buf_add_char(&t->text, '\n');
    return report_emit(t->to, &t->text);
}

static bool has_same_customers(const struct snow_finding *x,
                               const struct snow_finding *y)
{
    if (x->n_customers != y->n_customers)
        return false;
    for (size_t i = 0; i < x->n_customers; i++)
        if (strcmp(x->customers[i], y->customers[i]) != 0)
            return false;
    return true;
}

/* A finding that belongs to several customers is shown once, under the names of
 * all; groups stand in the order of their first findings. */
static int put_group(struct table *t, size_t first, bool *is_done)
{
    const struct snow_finding *all = t->q->findings->all;
    struct buf names = { 0 };
    int code = 0;

    buf_add_text(&names, "customer: ");
    layout_customers(&names, &all[first]);
    layout_fit(&t->text, names.failed ? "" : names.data, t->width);
    buf_add_char(&t->text, '\n');
    t->text.failed |= names.failed;
    buf_fini(&names);
    for (size_t i = first; i < t->tree.n && code == 0; i++) {
        if (is_done[i] || !report_tree_is_root(&t->tree, i) ||
            !has_same_customers(&all[first], &all[i]))
            continue;
        is_done[i] = true;
        code = put_root(t, i);
    }
    return code;
}

static int put_groups(struct table *t)
{
    bool *is_done = calloc(t->tree.n + 1, sizeof *is_done);
    int code = is_done ? 0 : SNOW_ENOMEM;

    for (size_t i = 0; i < t->tree.n && code == 0; i++)
        if (!is_done[i] && report_tree_is_root(&t->tree, i))
            code = put_group(t, i, is_done);
    free(is_done);
    return code;
}

static int put_findings(struct table *t)
{
    int code = 0;

    if (t->tree.n_shown > 0)
        add_header(t);
    if (t->q->by_customer)
        code = put_groups(t);
    for (size_t i = 0; i < t->tree.n && code == 0 && !t->q->by_customer; i++)
        if (report_tree_is_root(&t->tree, i))
            code = put_root(t, i);
    if (code == 0) {
        add_footer(t);
        report_decoys(&t->text, t->q);
        code = report_emit(t->to, &t->text);
    }
    return code;
}

int report_table(const struct report_out *to, const struct report_request *q,
                 struct snow_error *err)
{
    struct table t = { .to = to, .q = q, .width = layout_width(q) };
    int code = report_tree_init(&t.tree, q->findings, q->least);

    (void)err;
    t.is_narrow = q->width > 0 && q->width < NARROW;
    if (t.is_narrow)
        t.width = q->width < NARROW_LEAST ? NARROW_LEAST : q->width;
    if (code == 0)
        code = put_findings(&t);
    report_tree_fini(&t.tree);
    buf_fini(&t.text);
    return code;
}
