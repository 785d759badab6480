#include "report/html.h"

#include <math.h>

static int put_finding(void *arg, const struct report_finding_row *row)
{
    struct html *h = arg;
    size_t i = (size_t)(row->finding - h->q->findings->all);

    if (h->shown[i] == REPORT_NONE)
        return 0;
    if (h->shown[i] > 0)
        buf_add_text(&h->out, ",\n");
    report_json_object(&h->out, &report_kind_finding, row);
    return html_flush_full(h);
}

/* How much of each part's weight was measured: points are value times weight
 * times this. */
static void add_measured(struct html *h)
{
    bool is_first = true;

    buf_add_text(&h->out, "\"measured\":[");
    for (size_t i = 0; i < h->tree.n; i++) {
        if (!h->tree.nodes[i].is_shown)
            continue;
        buf_add_text(&h->out, is_first ? "[" : ",[");
        is_first = false;
        for (unsigned part = 0; part < SNOW_N_SCORE_PARTS; part++)
            buf_printf(&h->out, part > 0 ? ",%.3g" : "%.3g",
                       fmax(h->q->findings->all[i].parts[part].measured, 0));
        buf_add_char(&h->out, ']');
    }
    buf_add_char(&h->out, ']');
}

static void add_time(struct html *h, const char *name, int64_t utc_s)
{
    if (utc_s == SNOW_TIME_UNKNOWN)
        buf_printf(&h->out, "\"%s\":null,\n", name);
    else
        buf_printf(&h->out, "\"%s\":%lld,\n", name, (long long)utc_s);
}

static void add_parts(struct html *h)
{
#define X(id, weight, name, claim) { name, claim, weight },
    static const struct {
        const char *name, *claim;
        unsigned weight;
    } parts[] = { SNOW_SCORE_PARTS(X) };
#undef X

    buf_add_text(&h->out, "\"parts\":[");
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        buf_printf(&h->out, "%s[\"%s\",%u,\"%s\"]", i > 0 ? "," : "",
                   parts[i].name, parts[i].weight, parts[i].claim);
    buf_add_text(&h->out, "],\n");
}

static int add_findings(struct html *h)
{
    int code;

    buf_add_text(&h->out, "\"findings\":[");
    code = report_each_finding(h->q, put_finding, h, h->err);
    buf_add_text(&h->out, "],\n");
    add_measured(h);
    return code ? code : html_flush(h);
}

static int add_words(struct html *h)
{
    buf_add_text(&h->out, "\"words\":[");
    h->out.failed |= h->words_json.failed;
    buf_add(&h->out, h->words_json.data, h->words_json.len);
    buf_add_char(&h->out, ']');
    return 0;
}

int html_data(struct html *h)
{
    /* addresses last: they get what room the others leave */
    static int (*const members[])(struct html * h) = {
        add_findings, html_map, html_domains, html_addresses, add_words,
    };
    int code;

    buf_add_text(&h->out, "<script type=\"application/json\" id=\"data\">");
    code = html_flush(h);
    h->is_data = true;
    buf_add_char(&h->out, '{');
    add_time(h, "now", h->scan.now_utc_s);
    add_time(h, "begun", h->scan.created_utc_s);
    add_parts(h);
    for (size_t i = 0; i < COUNT_OF(members) && !code; i++) {
        if (i > 0)
            buf_add_text(&h->out, ",\n");
        code = members[i](h);
    }
    buf_add_char(&h->out, '}');
    if (!code)
        code = html_flush(h);
    h->is_data = false;
    buf_add_text(&h->out, "</script>\n");
    return code;
}
