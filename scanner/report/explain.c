#include "report/layout.h"
#include "report/observations.h"
#include "report/tree.h"
#include "report/writers.h"

#include <math.h>

#define LABEL 12 /* columns of what stands in front */

struct explanation {
    const struct report_request *q;
    const struct snow_finding *f;
    size_t index, width;
    struct report_observations seen;
    struct buf text;
};

static void add_label(struct explanation *e, const char *label)
{
    buf_printf(&e->text, "%-*s", LABEL, label);
}

static void add_head(struct explanation *e)
{
    const struct snow_finding *f = e->f;

    text_escape(&e->text, f->id, strlen(f->id));
    buf_printf(&e->text, ": %s, tier ", snow_finding_kind_word(f->kind));
    layout_tier(&e->text, f->tier, strlen(snow_tier_word(f->tier)),
                e->q->colour);
    buf_printf(&e->text, ", score %.1f, coverage %.2f\n", f->score,
               f->coverage);
    if (f->parent_id[0]) {
        add_label(e, "part of");
        text_escape(&e->text, f->parent_id, strlen(f->parent_id));
        buf_add_char(&e->text, '\n');
    }
}

static void add_prefixes(struct explanation *e)
{
    struct buf list = { 0 };
    const char **items;
    size_t n = 0, at = 0;

    for (size_t i = 0; i < e->f->n_ranges; i++) {
        struct snow_range left = e->f->ranges[i];
        bool has_more = true;

        for (; has_more; n++) {
            char text[SNOW_PREFIX_TEXT_MAX];
            struct snow_prefix p;

            has_more = snow_range_next_prefix(&left, &p);
            snow_prefix_format(p, text);
            buf_add(&list, text, strlen(text) + 1);
        }
    }
    items = calloc(n + 1, sizeof *items);
    e->text.failed |= list.failed || !items;
    for (size_t i = 0; i < n && !e->text.failed; i++) {
        items[i] = list.data + at;
        at += strlen(items[i]) + 1;
    }
    if (!e->text.failed)
        layout_wrap(&e->text, items, n, LABEL, e->width);
    free(items);
    buf_fini(&list);
}

/* Broken where it is for a terminal, whole for those who search for it.
 * @param used  columns of the line */
static void add_words(struct explanation *e, const char *text, size_t used)
{
    if (e->q->width > 0)
        layout_words(&e->text, text, used, used, e->width - 1);
    else
        text_escape(&e->text, text, strlen(text));
}

static void add_registration(struct explanation *e)
{
    struct buf text = { 0 };

    layout_registration(&text, e->f);
    add_label(e, "registered");
    add_words(e, text.failed ? "" : text.data, LABEL);
    buf_add_char(&e->text, '\n');
    e->text.failed |= text.failed;
    buf_fini(&text);
}

/* What the user's own lists say of it. */
static void add_own(struct explanation *e)
{
    const struct snow_finding *f = e->f;

    if (f->reporters_known > 0) {
        add_label(e, "reporters");
        layout_reporters(&e->text, f);
        buf_add_char(&e->text, '\n');
    }
    if (f->n_customers > 0) {
        add_label(e, "customer");
        layout_wrap(&e->text, (const char *const *)f->customers, f->n_customers,
                    LABEL, e->width);
        buf_add_char(&e->text, '\n');
    }
    if (f->allowed) {
        add_label(e, "allowed");
        text_escape(&e->text, f->allowed, strlen(f->allowed));
        buf_add_char(&e->text, '\n');
    }
}

static void add_facts(struct explanation *e)
{
    const struct snow_finding *f = e->f;
    char first[TEXT_TIME_MAX], last[TEXT_TIME_MAX];

    add_label(e, "addresses");
    add_prefixes(e);
    buf_printf(&e->text, "\n%-*s%llu, of which %llu named, %llu without\n",
               LABEL, "", (unsigned long long)f->ip_count,
               (unsigned long long)f->named_count,
               (unsigned long long)f->gap_count);
    add_label(e, "domains");
    layout_wrap(&e->text, (const char *const *)f->domains, f->n_domains, LABEL,
                e->width);
    buf_add_char(&e->text, '\n');
    add_registration(e);
    add_label(e, "SMTP");
    layout_smtp(&e->text, f);
    buf_add_text(&e->text, f->smtp_probed > 0 ? " open of those greeted\n"
                                              : " nobody was greeted\n");
    add_own(e);
    text_format_time(f->first_seen_utc_s, first);
    text_format_time(f->last_seen_utc_s, last);
    buf_printf(&e->text, "%-*s%s to %s\n", LABEL, "observed", first, last);
    if (f->domains_over_time > 0)
        buf_printf(&e->text, "%-*s%llu different domains over all scans\n",
                   LABEL, "", (unsigned long long)f->domains_over_time);
}

static void add_part(struct explanation *e, unsigned part)
{
    const struct snow_score *s = &e->f->parts[part];
    double weight = snow_score_part_weight(part) * s->measured;
    size_t before = e->text.len;

    buf_printf(&e->text, "%-*s", LABEL, snow_score_part_word(part));
    if (s->measured <= 0) {
        buf_printf(&e->text, "not measured; its weight of %u is left out\n",
                   snow_score_part_weight(part));
        return;
    }
    buf_printf(&e->text, "%.2f x %4.1f = %4.1f", s->value, weight,
               s->value * weight);
    if (s->measured < 1)
        buf_printf(&e->text, "  (%.0f%% of it measured%s", s->measured * 100,
                   s->reason[0] ? "; " : ")");
    else if (s->reason[0])
        buf_add_text(&e->text, "  (");
    if (s->reason[0]) {
        add_words(e, s->reason, e->text.len - before);
        buf_add_char(&e->text, ')');
    }
    buf_add_char(&e->text, '\n');
}

/* The score is the sum over what was measured; caps come after. */
static void add_sum(struct explanation *e)
{
    double points = 0, weights = 0, score;

    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        double weight =
            snow_score_part_weight(i) * fmax(e->f->parts[i].measured, 0);

        points += weight > 0 ? e->f->parts[i].value * weight : 0;
        weights += weight;
    }
    score = weights > 0 ? 100 * points / weights : 0;
    add_label(e, "sum");
    buf_printf(&e->text, "%.1f of %.1f measured = %.1f of 100\n", points,
               weights, score);
    if (fabs(score - e->f->score) > 0.05)
        buf_printf(&e->text, "%-*s%.1f after what the caveats below take off\n",
                   LABEL, "score", e->f->score);
    add_label(e, "coverage");
    buf_printf(&e->text, "%.2f: %.1f of all 100 points of weight\n",
               e->f->coverage, weights);
}

/* Caveats, one a line. */
static void add_caveats(struct explanation *e)
{
    const char *at = e->f->caveats;

    for (const char *label = "caveats"; *at; label = "") {
        size_t len;

        at += strspn(at, " ");
        len = strcspn(at, ";");
        add_label(e, label);
        text_escape(&e->text, at, len);
        buf_add_char(&e->text, '\n');
        at += len + (at[len] == ';');
    }
}

static void add_members(struct explanation *e, const struct report_tree *t,
                        size_t parent)
{
    size_t i = t->nodes[parent].child;

    for (; i != REPORT_NONE; i = t->nodes[i].next) {
        const struct snow_finding *f = &e->q->findings->all[i];
        struct buf where = { 0 };

        layout_addresses(&where, f);
        buf_printf(&e->text, "%*s%-5s ", LABEL, "",
                   snow_finding_kind_word(f->kind));
        layout_pad(&e->text, f->id, sizeof f->id);
        layout_pad(&e->text, where.failed ? "" : where.data, 22);
        buf_printf(&e->text, "%5.1f  ", f->score);
        layout_domains(&e->text, f, e->width - LABEL - 55);
        buf_add_char(&e->text, '\n');
        e->text.failed |= where.failed;
        buf_fini(&where);
        add_members(e, t, i);
    }
}

static int explain(struct explanation *e, struct snow_error *err)
{
    struct report_tree tree = { 0 };
    int code = report_observations_load(&e->seen, e->q, e->f, err);

    if (!code)
        code = report_tree_init(&tree, e->q->findings, SNOW_TIER_CONTEXT);
    if (code)
        return code;
    add_head(e);
    add_facts(e);
    buf_add_text(&e->text, "\npart        value x weight = points\n");
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        add_part(e, i);
        report_observations_print(&e->text, &e->seen, (enum snow_score_part)i,
                                  LABEL, e->width);
    }
    add_sum(e);
    add_caveats(e);
    if (tree.nodes[e->index].child != REPORT_NONE)
        buf_add_text(&e->text, "\nmembers\n");
    add_members(e, &tree, e->index);
    buf_add_text(&e->text, "\nThis is a resemblance to a pattern, observed at "
                           "the times above; no verdict.\n");
    report_tree_fini(&tree);
    return 0;
}

int report_explain(const struct report_out *to, const struct report_request *q,
                   const char *id, struct snow_error *err)
{
    struct explanation e = { .q = q, .width = layout_width(q) };
    int code;

    while (e.index < q->findings->n &&
           strcmp(q->findings->all[e.index].id, id) != 0)
        e.index++;
    if (e.index == q->findings->n)
        return snow_fail(err, SNOW_ENOTFOUND,
                         "no finding has the id '%s'; 'findings --tier "
                         "context' lists all",
                         id);
    e.f = &q->findings->all[e.index];
    code = explain(&e, err);
    if (code == 0)
        code = report_emit(to, &e.text);
    if (code)
        snow_fail(err, code, "explanation of %s: %s", id, snow_strerror(code));
    report_observations_fini(&e.seen);
    buf_fini(&e.text);
    return code;
}
