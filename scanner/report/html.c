/*
 * html – the report as one page that fetches nothing.
 *
 *   html.c          the page's lines, and what stands in their gaps
 *   html_text.c     foreign octets as text, as data of a script
 *   html_sweep.c    how far the scan came, who has a name, who takes mail
 *   html_summary.c  the first screen: whom, when, how complete
 *   html_table.c    the findings as a table that needs no script
 *   html_data.c     findings as JSON; html_map.c every address, folded;
 *   html_domains.c  registrations; html_addresses.c what findings rest on
 *   page/           the page: page.html, page.css, and its scripts, which the
 *                   Makefile makes lines of C of (page.inc)
 *
 * Always    the policy in the page's head lets nothing in but this style and
 *           this script, told by their hashes (CSP Level 3 §2.3.1).
 * Never     a foreign octet as markup: html_add(), or JSON that the script
 *           puts in as text.
 * Start at  slots[], below; page/page.html names them.
 */
#include "report/html.h"

#include "report/page_hashes.h"

#define FINDINGS_MAX 4000 /* a page of some ten megabytes */

static const char *const page_html[] = {
#include "report/page_html.inc"
};
static const char *const page_css[] = {
#include "report/page_css.inc"
};
static const char *const page_early[] = {
#include "report/page_early.inc"
};
static const char *const page_js[] = {
#include "report/page_js.inc"
};

static void add_lines(struct buf *to, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add_text(to, lines[i]);
}

static int add_policy(struct html *h)
{
    buf_add_text(&h->out, "<meta http-equiv=\"Content-Security-Policy\" "
                          "content=\"default-src 'none'; "
                          "style-src 'sha256-" PAGE_CSS_SHA256 "'; "
                          "script-src 'sha256-" PAGE_EARLY_SHA256
                          "' 'sha256-" PAGE_JS_SHA256 "'; "
                          "img-src data:; base-uri 'none'; "
                          "form-action 'none'\">\n");
    return 0;
}

/* What is hashed is all between the tags, line ends included. */
static int add_style(struct html *h)
{
    buf_add_text(&h->out, "<style>");
    add_lines(&h->out, page_css, COUNT_OF(page_css));
    buf_add_text(&h->out, "</style>\n");
    return 0;
}

static int add_early(struct html *h)
{
    buf_add_text(&h->out, "<script id=\"early\">");
    add_lines(&h->out, page_early, COUNT_OF(page_early));
    buf_add_text(&h->out, "</script>\n");
    return 0;
}

static int add_script(struct html *h)
{
    buf_add_text(&h->out, "<script>");
    add_lines(&h->out, page_js, COUNT_OF(page_js));
    buf_add_text(&h->out, "</script>\n");
    return 0;
}

static const struct {
    const char *line; /* of page.html, all of it */
    int (*put)(struct html *h);
} slots[] = {
    { "{{policy}}\n", add_policy },      { "{{title}}\n", html_title },
    { "{{style}}\n", add_style },        { "{{summary}}\n", html_summary },
    { "{{tiers}}\n", html_tiers },       { "{{table}}\n", html_table },
    { "{{settings}}\n", html_settings }, { "{{data}}\n", html_data },
    { "{{script}}\n", add_script },      { "{{early}}\n", add_early },
};

static int put_line(struct html *h, const char *line)
{
    int code;

    for (size_t i = 0; i < COUNT_OF(slots); i++) {
        if (strcmp(slots[i].line, line) != 0)
            continue;
        code = slots[i].put(h);
        return code ? code : html_flush_full(h);
    }
    buf_add_text(&h->out, line);
    return html_flush_full(h);
}

/* The store lends its text until the next look at a scan: it is copied. */
static int load_scan(struct html *h)
{
    size_t targets_len;
    int code = snow_store_get_scan(h->q->store, h->q->scan, &h->scan, h->err);

    if (code)
        return code;
    targets_len = strlen(h->scan.targets) + 1;
    buf_add(&h->scan_text, h->scan.targets, targets_len);
    buf_add(&h->scan_text, h->scan.settings, strlen(h->scan.settings) + 1);
    if (h->scan_text.failed)
        return SNOW_ENOMEM;
    h->scan.targets = h->scan_text.data;
    h->scan.settings = h->scan_text.data + targets_len;
    return 0;
}

static size_t root_of(const struct report_tree *t, size_t i)
{
    while (!report_tree_is_root(t, i))
        i = t->nodes[i].parent;
    return i;
}

/* A page of too many findings does not open: those for which there is no room
 * are left out with all that belongs to them, and it is said. A root stands
 * before its members. */
static void number_shown(struct html *h)
{
    size_t n = 0;

    for (size_t i = 0; i < h->tree.n; i++) {
        size_t root = h->tree.nodes[i].is_shown ? root_of(&h->tree, i) : i;
        bool has_room =
            root == i ? n < FINDINGS_MAX : h->shown[root] != REPORT_NONE;

        h->shown[i] = h->tree.nodes[i].is_shown && has_room ? n++ : REPORT_NONE;
        h->n_left_out += h->tree.nodes[i].is_shown && !has_room;
    }
    for (size_t i = 0; i < h->tree.n; i++)
        h->tree.nodes[i].is_shown = h->shown[i] != REPORT_NONE;
    h->tree.n_shown = n;
}

static int number_findings(struct html *h)
{
    int code = report_tree_init(&h->tree, h->q->findings, h->q->least);

    if (!code)
        code = snow_ranges_new(&h->found);
    if (code)
        return code;
    h->shown = calloc(h->tree.n + 1, sizeof *h->shown);
    if (!h->shown)
        return SNOW_ENOMEM;
    number_shown(h);
    for (size_t i = 0; i < h->tree.n && !code; i++) {
        const struct snow_finding *f = &h->q->findings->all[i];

        for (size_t r = 0; r < f->n_ranges && !code; r++)
            if (h->tree.nodes[i].is_shown)
                code = snow_ranges_add(h->found, f->ranges[r]);
    }
    return code;
}

int report_html(const struct report_out *to, const struct report_request *q,
                struct snow_error *err)
{
    struct html h = { .to = to, .q = q, .err = err };
    int code = load_scan(&h);

    if (!code)
        code = number_findings(&h);
    if (!code)
        code = html_sweep_load(&h.sweep, q, &h.scan, err);
    for (size_t i = 0; i < COUNT_OF(page_html) && !code; i++)
        code = put_line(&h, page_html[i]);
    if (!code)
        code = html_flush(&h);
    report_tree_fini(&h.tree);
    html_sweep_fini(&h.sweep);
    snow_ranges_free(h.found);
    map_fini(&h.domains);
    map_fini(&h.words);
    buf_fini(&h.words_json);
    buf_fini(&h.scan_text);
    buf_fini(&h.out);
    free(h.shown);
    return code;
}
