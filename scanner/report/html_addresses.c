#include "analysis/forward.h"
#include "analysis/mta.h"
#include "report/html.h"

#define PAGE_MAX 9500000 /* octets of a page, but for findings without end */

struct rows {
    struct html *h;
    size_t n, n_left_out;
};

/* Seconds since the scan began: fewer digits. */
static void add_seen(struct html *h, int64_t utc_s)
{
    if (utc_s == SNOW_TIME_UNKNOWN)
        buf_add_text(&h->out, ",null");
    else
        buf_printf(&h->out, ",%lld",
                   (long long)(utc_s - h->scan.created_utc_s));
}

static void add_word(struct html *h, const char *word)
{
    buf_printf(&h->out, ",%zu", html_word(h, word ? word : ""));
}

static void add_addr(struct html *h, struct snow_addr a)
{
    char text[SNOW_ADDR_TEXT_MAX];

    if (snow_addr_is_ipv4(a)) {
        buf_printf(&h->out, ",%lu", (unsigned long)snow_addr_ipv4(a));
        return;
    }
    snow_addr_format(a, text);
    buf_printf(&h->out, ",\"%s\"", text);
}

/* A name, or a list of several with the finding's own first. */
static void add_names(struct html *h, const struct report_evidence_row *row)
{
    const char *first = row->name ? row->name : row->names, *name = row->names;

    buf_add_text(&h->out, row->n_names > 1 ? ",[" : ",");
    if (row->n_names == 0) {
        buf_add_text(&h->out, "\"\"");
        return;
    }
    text_json(&h->out, first, strlen(first));
    for (unsigned i = 0; i < row->n_names && row->n_names > 1; i++) {
        if (name != first) {
            buf_add_char(&h->out, ',');
            text_json(&h->out, name, strlen(name));
        }
        name += strlen(name) + 1;
    }
    if (row->n_names > 1)
        buf_add_char(&h->out, ']');
}

/* What a server calls itself; 1 stands for the address's name. */
static void add_hello(struct html *h, const struct report_evidence_row *row)
{
    const struct snow_probe *p = row->probe;

    buf_add_char(&h->out, ',');
    if (p->hello_len == 0)
        buf_add_char(&h->out, '0');
    else if (row->n_names == 1 && strlen(row->names) == p->hello_len &&
             memcmp(row->names, p->hello, p->hello_len) == 0)
        buf_add_char(&h->out, '1');
    else
        text_json(&h->out, p->hello, p->hello_len);
}

/* [finding, address, names, domain, outcome, seen, leads back, then of mail:
 * status, code, seen, greeting, name, software] */
static void add_row(struct html *h, const struct report_evidence_row *row)
{
    const struct snow_probe *p = row->probe;
    const uint64_t *domain =
        row->domain ? map_get(&h->domains, row->domain, strlen(row->domain))
                    : NULL;

    buf_printf(&h->out, "[%zu", h->shown[row->finding - h->q->findings->all]);
    add_addr(h, row->addr);
    add_names(h, row);
    buf_printf(&h->out, ",%lld", domain ? (long long)*domain - 1 : -1);
    add_word(h, snow_ptr_status_word(row->ptr_status));
    add_seen(h, row->ptr_seen_utc_s);
    add_word(h, analysis_forward_verdict(row->forward, row->addr));
    if (p) {
        add_word(h, snow_smtp_status_word(p->status));
        buf_printf(&h->out, ",%u", p->code);
        add_seen(h, p->seen_utc_s);
        buf_add_char(&h->out, ',');
        text_json(&h->out, p->banner, p->banner_len);
        add_hello(h, row);
        add_word(h, row->mta ? row->mta->family : "");
    }
    buf_add_char(&h->out, ']');
}

static int put_row(void *arg, const struct report_evidence_row *row)
{
    struct rows *r = arg;

    if (r->h->shown[row->finding - r->h->q->findings->all] == REPORT_NONE)
        return 0;
    if (r->h->written + r->h->out.len > PAGE_MAX) {
        r->n_left_out++;
        return 0;
    }
    if (r->n++ > 0)
        buf_add_text(&r->h->out, ",\n");
    add_row(r->h, row);
    return html_flush_full(r->h);
}

int html_addresses(struct html *h)
{
    struct rows r = { .h = h };
    int code;

    buf_add_text(&h->out, "\"addresses\":[");
    code = report_each_evidence(h->q, put_row, &r, h->err);
    buf_printf(&h->out, "],\n\"addressesLeftOut\":%zu", r.n_left_out);
    return code;
}
