#include "base/bar.h"
#include "base/json.h"
#include "report/html.h"
#include "report/layout.h"

#define TARGETS_SHOWN 8

/* The first of the targets, and how many more there are. */
static void add_targets(struct html *h, size_t most)
{
    const struct snow_ranges *set = h->sweep.targets;
    size_t n = snow_ranges_n(set), shown = n < most ? n : most;

    for (size_t i = 0; i < shown; i++) {
        if (i > 0)
            buf_add_text(&h->out, ", ");
        layout_range(&h->out, snow_ranges_at(set, i));
    }
    if (n == 0)
        buf_add_text(&h->out, "no target");
    if (shown < n)
        buf_printf(&h->out, " and %zu more", n - shown);
}

int html_title(struct html *h)
{
    buf_add_text(&h->out, "<title>snowline: ");
    add_targets(h, 1);
    buf_add_text(&h->out, "</title>\n");
    return 0;
}

/* A description and its value; what is between is the caller's. */
static void open_fact(struct html *h, const char *label)
{
    buf_printf(&h->out, "<div><dt>%s</dt><dd>", label);
}

static void close_fact(struct html *h)
{
    buf_add_text(&h->out, "</dd></div>\n");
}

static void add_time(struct html *h, const char *label, int64_t utc_s)
{
    open_fact(h, label);
    html_add_time(&h->out, utc_s);
    close_fact(h);
}

/* Who is behind it: who reports, else whom the scan named, else nobody. */
static void add_author(struct html *h)
{
    const struct report_identity *id = h->q->identity;
    const char *org = id && id->reporter_org ? id->reporter_org : "";
    const char *contact =
        id && id->reporter_contact ? id->reporter_contact : "";

    if (!*contact && id && id->scan_contact)
        contact = id->scan_contact;
    open_fact(h, "By");
    html_add_text(&h->out, org);
    if (*org && *contact)
        buf_add_text(&h->out, ", ");
    html_add_text(&h->out, contact);
    if (!*org && !*contact)
        buf_add_text(&h->out, "not told");
    close_fact(h);
}

static void add_facts(struct html *h)
{
    uint64_t blocks = snow_ranges_blocks(h->sweep.ipv4);

    buf_add_text(&h->out, "<dl class=\"facts\">\n");
    open_fact(h, "Scanned");
    add_targets(h, TARGETS_SHOWN);
    if (blocks > 0) {
        buf_add_text(&h->out, "<br>");
        bar_count(&h->out, snow_ranges_count(h->sweep.ipv4));
        buf_add_text(&h->out, " IPv4 addresses in ");
        bar_count(&h->out, blocks);
        buf_printf(&h->out, " /24%s", text_plural(blocks));
    }
    close_fact(h);
    add_time(h, "Begun", h->scan.created_utc_s);
    if (h->scan.finished_utc_s != SNOW_TIME_UNKNOWN)
        add_time(h, "Finished", h->scan.finished_utc_s);
    else {
        open_fact(h, "Finished");
        buf_add_text(&h->out, "<strong>not yet</strong>");
        close_fact(h);
    }
    add_author(h);
    add_time(h, "Ages as of", h->scan.now_utc_s);
    add_time(h, "Written", h->q->made_utc_s);
    open_fact(h, "Program");
    buf_printf(&h->out, "snowline " SNOW_VERSION ", scan %lld",
               (long long)h->scan.id);
    close_fact(h);
    buf_add_text(&h->out, "</dl>\n");
}

/* What an address's question came to, in the order of the bar. */
enum { NAMED, UNNAMED, FAILED, PENDING, N_OUTCOMES };

static const struct {
    const char *class, *label;
} outcomes[N_OUTCOMES] = {
    [NAMED] = { "named", "with a name" },
    [UNNAMED] = { "unnamed", "without a name" },
    [FAILED] = { "failed", "failed" },
    [PENDING] = { "pending", "not asked yet" },
};

static void count_outcomes(const struct html_sweep *s, uint64_t n[N_OUTCOMES])
{
    n[NAMED] = s->by_status[SNOW_PTR_NAME];
    n[UNNAMED] = s->by_status[SNOW_PTR_NXDOMAIN] +
                 s->by_status[SNOW_PTR_NODATA] + s->by_status[SNOW_PTR_PRUNED];
    n[FAILED] = s->n_asked - n[NAMED] - n[UNNAMED];
    n[PENDING] = s->n_pending;
}

/* The policy allows no style of an element's own: the bar is a drawing. */
static void add_bar(struct html *h, const uint64_t n[N_OUTCOMES])
{
    double all = (double)(h->sweep.n_asked + h->sweep.n_pending), at = 0;

    buf_add_text(&h->out, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" "
                          "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (unsigned i = 0; i < N_OUTCOMES; i++) {
        double width = 1000 * (double)n[i] / all;

        buf_printf(&h->out,
                   "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" "
                   "height=\"10\"/>",
                   outcomes[i].class, at, width);
        at += width;
    }
    buf_add_text(&h->out, "</svg>\n<ul class=\"key\">\n");
    for (unsigned i = 0; i < N_OUTCOMES; i++) {
        buf_printf(&h->out, "<li class=\"%s\"><b>", outcomes[i].class);
        bar_count(&h->out, n[i]);
        buf_printf(&h->out, "</b> %s</li>\n", outcomes[i].label);
    }
    /* of the /24s that were touched: what is there, but no target */
    buf_add_text(&h->out, "<li class=\"outside\"><b>");
    bar_count(&h->out, snow_ranges_blocks(h->sweep.ipv4) * SNOW_BLOCK_SIZE -
                           snow_ranges_count(h->sweep.ipv4));
    buf_add_text(&h->out, "</b> of the same /24s excluded, or no target"
                          "</li>\n</ul>\n");
}

static void add_completeness(struct html *h)
{
    const struct html_sweep *s = &h->sweep;
    uint64_t n[N_OUTCOMES];

    count_outcomes(s, n);
    buf_add_text(&h->out, "<h2>How complete it is</h2>\n");
    if (s->n_asked + s->n_pending > 0)
        add_bar(h, n);
    buf_add_text(&h->out, "<p>");
    if (s->is_imported)
        buf_add_text(&h->out, "The names were imported: of all other "
                              "addresses nothing is known. ");
    if (s->n_ipv6_names + s->n_ipv6_pending > 0)
        buf_printf(&h->out, "IPv6: %llu name%s found, %llu question%s left. ",
                   (unsigned long long)s->n_ipv6_names,
                   text_plural(s->n_ipv6_names),
                   (unsigned long long)s->n_ipv6_pending,
                   text_plural(s->n_ipv6_pending));
    if (s->n_greeted > 0)
        buf_printf(&h->out, "Of %llu addresses greeted %llu take mail. ",
                   (unsigned long long)s->n_greeted,
                   (unsigned long long)snow_ranges_count(s->mail));
    else
        buf_add_text(&h->out, "Nobody was greeted. ");
    buf_add_text(&h->out, "Excluded addresses and those that opted out were "
                          "never asked.</p>\n");
}

int html_summary(struct html *h)
{
    buf_add_text(&h->out, "<h1>What resembles the pattern in <span>");
    add_targets(h, 1);
    buf_add_text(&h->out, "</span></h1>\n");
    if (h->scan.finished_utc_s == SNOW_TIME_UNKNOWN) {
        buf_add_text(&h->out, "<p class=\"warning\" role=\"note\"><strong>"
                              "This scan is not finished.</strong> ");
        bar_count(&h->out, h->sweep.n_pending);
        buf_printf(&h->out,
                   " address%s were not asked yet, and later stages may be "
                   "missing: what is not here may still be found.</p>\n",
                   h->sweep.n_pending == 1 ? "" : "es");
    }
    add_facts(h);
    add_completeness(h);
    return 0;
}

/* clang-format off */
static const char *const meanings[] = {
    [SNOW_TIER_HIGH] =
        "Several different domains, tied together by more than one kind of "
        "evidence. Worth a look first.",
    [SNOW_TIER_REVIEW] =
        "Resembles the pattern, with less to tie it together or less that "
        "could be measured. Worth a look.",
    [SNOW_TIER_CONTEXT] =
        "Kept so that nothing is lost: old domains, websites, or too little "
        "to go by. Usually nothing to act on.",
};
/* clang-format on */

static void add_tier(struct html *h, enum snow_tier tier)
{
    uint64_t of[SNOW_CAMPAIGN + 1] = { 0 }, n = 0, shown = 0;
    const char *separator = "";

    for (size_t i = 0; i < h->tree.n; i++) {
        const struct snow_finding *f = &h->q->findings->all[i];

        if (f->tier != tier)
            continue;
        n++;
        of[f->kind]++;
        shown += h->tree.nodes[i].is_shown;
    }
    buf_printf(&h->out, "<li class=\"tile %s\"><b class=\"n\">",
               snow_tier_word(tier));
    bar_count(&h->out, n);
    buf_printf(&h->out, "</b> <b class=\"word\">%s</b>\n<span class=\"of\">",
               snow_tier_word(tier));
    for (unsigned kind = SNOW_CAMPAIGN + 1; kind-- > 0;) {
        if (of[kind] == 0)
            continue;
        buf_printf(&h->out, "%s%llu %s%s", separator,
                   (unsigned long long)of[kind],
                   snow_finding_kind_word((enum snow_finding_kind)kind),
                   text_plural(of[kind]));
        separator = ", ";
    }
    if (shown < n)
        buf_printf(&h->out, " (%llu not listed here)",
                   (unsigned long long)(n - shown));
    buf_printf(&h->out, "</span>\n<p>%s</p></li>\n", meanings[tier]);
}

/* What decoys scored, as a terminal has it: our own words and numbers. */
static void add_decoys(struct html *h)
{
    struct buf text = { 0 };

    report_decoys(&text, h->q);
    if (text.len > 0)
        buf_printf(&h->out, "<pre tabindex=\"0\">%s</pre>\n", text.data);
    h->out.failed |= text.failed;
    buf_fini(&text);
}

int html_tiers(struct html *h)
{
    buf_add_text(&h->out, "<ul class=\"tiers\">\n");
    for (unsigned t = SNOW_TIER_HIGH; t <= SNOW_TIER_CONTEXT; t++)
        add_tier(h, (enum snow_tier)t);
    buf_add_text(&h->out, "</ul>\n");
    add_decoys(h);
    return 0;
}

/* A file by its name alone: where it lies on our machine is for nobody else,
 * and the page may go far. */
static void add_setting(struct html *h, const char *text)
{
    const char *slash = *text == '/' ? strrchr(text, '/') : NULL;

    html_add_text(&h->out, slash ? slash + 1 : *text ? text : "-");
}

static void add_value(struct html *h, const struct doc *v)
{
    const char *text = doc_text(v);

    if (text)
        add_setting(h, text);
    for (size_t i = 0; i < doc_n(v); i++) {
        if (i > 0)
            buf_add_text(&h->out, ", ");
        if (doc_text(doc_at(v, i)))
            add_setting(h, doc_text(doc_at(v, i)));
    }
    if (!text && doc_n(v) == 0)
        buf_add_char(&h->out, '-');
}

int html_settings(struct html *h)
{
    struct doc *root;
    const char *key;
    const struct doc *value;
    int code = doc_parse(&root, h->scan.settings, strlen(h->scan.settings));

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    buf_add_text(&h->out, "<table class=\"plain\"><thead><tr><th "
                          "scope=\"col\">Option</th><th scope=\"col\">Value"
                          "</th></tr></thead>\n<tbody>\n");
    for (void *at = NULL; doc_next(root, &at, &key, &value);) {
        buf_add_text(&h->out, "<tr><th scope=\"row\">");
        html_add_text(&h->out, key);
        buf_add_text(&h->out, "</th><td>");
        add_value(h, value);
        buf_add_text(&h->out, "</td></tr>\n");
    }
    buf_printf(&h->out,
               "<tr><th scope=\"row\">seed</th><td>%llu</td></tr>\n"
               "</tbody></table>\n",
               (unsigned long long)h->scan.seed);
    doc_free(root);
    return 0;
}
