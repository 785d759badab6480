#include "report/html.h"
#include "report/layout.h"

#define DOMAINS_SHOWN 4
#define RANGES_SHOWN 3

/* Columns of the table; the script sorts by the words in data-sort. */
/* clang-format off */
static const struct {
    const char *sort, *title;
} columns[] = {
    { "tier", "Tier" }, { "score", "Score" }, { "coverage", "Measured" },
    { "kind", "Kind" }, { "first", "Addresses" }, { "ips", "IPs" },
    { "domains", "Domains" }, { "created", "Registered" },
    { "registrar", "Registrar" }, { "smtp", "Mail" },
};
/* clang-format on */
enum {
    TIER,
    SCORE,
    COVERAGE,
    KIND,
    FIRST,
    IPS,
    DOMAINS,
    CREATED,
    REGISTRAR,
    SMTP
};

/* The title is beside each cell where the screen is too narrow for a head. */
static void open_cell(struct html *h, unsigned column)
{
    buf_printf(&h->out, "<td class=\"%s\" data-title=\"%s\">",
               columns[column].sort, columns[column].title);
}

static void close_cell(struct html *h)
{
    buf_add_text(&h->out, "</td>");
}

static void add_addresses(struct html *h, const struct snow_finding *f)
{
    size_t n = f->n_ranges < RANGES_SHOWN ? f->n_ranges : RANGES_SHOWN;

    open_cell(h, FIRST);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_add_text(&h->out, "<br>");
        layout_range(&h->out, f->ranges[i]);
    }
    if (n < f->n_ranges)
        buf_printf(&h->out, "<br>+%zu ranges", f->n_ranges - n);
    close_cell(h);
}

static void add_domains(struct html *h, const struct snow_finding *f)
{
    size_t n = f->n_domains < DOMAINS_SHOWN ? f->n_domains : DOMAINS_SHOWN;

    open_cell(h, DOMAINS);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_add_text(&h->out, ", ");
        html_add_text(&h->out, f->domains[i]);
    }
    if (n < f->n_domains)
        buf_printf(&h->out, " +%zu", f->n_domains - n);
    close_cell(h);
}

static void add_registration(struct html *h, const struct snow_finding *f)
{
    char from[TEXT_TIME_MAX], until[TEXT_TIME_MAX];

    text_format_time(f->created_min_utc_s, from);
    text_format_time(f->created_max_utc_s, until);
    open_cell(h, CREATED);
    buf_add_text(&h->out, "<span>"); /* one whole beside its title */
    if (*from)
        buf_printf(&h->out, "<span>%.10s</span>", from);
    if (*until && strncmp(from, until, 10) != 0)
        buf_printf(&h->out, " to <span>%.10s</span>", until);
    buf_add_text(&h->out, *from ? "</span>" : "unknown</span>");
    close_cell(h);
    open_cell(h, REGISTRAR);
    html_add_text(&h->out, f->registrar[0] ? f->registrar : "unknown");
    close_cell(h);
}

static void add_row(struct html *h, size_t i, size_t depth)
{
    const struct snow_finding *f = &h->q->findings->all[i];
    const char *tier = snow_tier_word(f->tier);

    buf_printf(&h->out, "<tr id=\"f-");
    html_add_text(&h->out, f->id);
    buf_printf(&h->out, "\" class=\"depth%zu\" data-i=\"%zu\">",
               depth < 2 ? depth : 2, h->shown[i]);
    open_cell(h, TIER);
    buf_printf(&h->out, "<span class=\"badge %s\">%s</span>", tier, tier);
    if (f->allowed)
        buf_add_text(&h->out, " <span class=\"badge context\">allowed</span>");
    close_cell(h);
    open_cell(h, SCORE);
    buf_printf(&h->out, "%.1f", f->score);
    close_cell(h);
    open_cell(h, COVERAGE);
    buf_printf(&h->out, "%.0f%%", f->coverage * 100);
    close_cell(h);
    open_cell(h, KIND);
    buf_add_text(&h->out, snow_finding_kind_word(f->kind));
    close_cell(h);
    add_addresses(h, f);
    open_cell(h, IPS);
    buf_printf(&h->out, "%llu", (unsigned long long)f->ip_count);
    close_cell(h);
    add_domains(h, f);
    add_registration(h, f);
    open_cell(h, SMTP);
    layout_smtp(&h->out, f);
    close_cell(h);
    buf_add_text(&h->out, "</tr>\n");
}

static int put_tree(struct html *h, size_t i, size_t depth)
{
    int code = 0;

    add_row(h, i, depth);
    code = html_flush_full(h);
    i = h->tree.nodes[i].child;
    for (; i != REPORT_NONE && !code; i = h->tree.nodes[i].next)
        code = put_tree(h, i, depth + 1);
    return code;
}

int html_table(struct html *h)
{
    int code = 0;

    if (h->tree.n_shown == 0) {
        buf_add_text(&h->out, "<p>No addresses resemble the pattern closely "
                              "enough to be shown.</p>\n");
        return 0;
    }
    if (h->n_left_out > 0)
        buf_printf(&h->out,
                   "<p class=\"warning\">%zu more findings do not fit on a "
                   "page: they are in <code>export --format csv</code>; with "
                   "<code>--tier high</code> there are fewer.</p>\n",
                   h->n_left_out);
    buf_add_text(&h->out, "<table id=\"list\" class=\"list\"><caption>Each "
                          "row is one finding; members stand below what holds "
                          "them.</caption>\n<thead><tr>\n");
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        buf_printf(&h->out, "<th scope=\"col\" data-sort=\"%s\">%s</th>\n",
                   columns[i].sort, columns[i].title);
    buf_add_text(&h->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < h->tree.n && !code; i++)
        if (report_tree_is_root(&h->tree, i))
            code = put_tree(h, i, 0);
    buf_add_text(&h->out, "</tbody></table>\n");
    return code;
}
