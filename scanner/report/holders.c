#include "report/holders.h"

#include "base/records.h"
#include "base/room.h"
#include "report/columns.h"

static size_t add_text(struct report_holders *h, const char *text)
{
    size_t at = h->text.len;

    if (*text == '\0')
        return 0;
    buf_add(&h->text, text, strlen(text) + 1);
    return at;
}

/* What could not be learnt says nothing; that there is none, it does. */
static int take_netblock(void *arg, const struct snow_evidence *e)
{
    struct report_holders *h = arg;
    struct snow_network n;
    struct report_netblock *more;
    int code = record_network_parse_json(&n, e->data, e->data_len);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    if (n.status != SNOW_REGISTRATION_REGISTERED &&
        n.status != SNOW_REGISTRATION_NOT_FOUND)
        return 0;
    more = room_for_one(h->netblocks, h->n_netblocks, &h->netblocks_cap,
                        sizeof *more);
    if (!more)
        return SNOW_ENOMEM;
    h->netblocks = more;
    more[h->n_netblocks++] = (struct report_netblock){
        .range = { n.first, n.last },
        .name = add_text(h, n.name),
        .organisation = add_text(h, n.organisation),
        .abuse_email = add_text(h, n.abuse_email),
    };
    return h->text.failed ? SNOW_ENOMEM : 0;
}

static int take_origin(void *arg, const struct snow_evidence *e)
{
    struct report_holders *h = arg;
    struct analysis_origin o, *more;
    int code = analysis_origin_parse(&o, e);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    more = o.is_target ? room_for_one(h->origins, h->n_origins, &h->origins_cap,
                                      sizeof *more)
                       : NULL;
    if (!more) {
        snow_ranges_free(o.set);
        return o.is_target ? SNOW_ENOMEM : 0;
    }
    h->origins = more;
    more[h->n_origins++] = o;
    return 0;
}

static int by_address(const void *a, const void *b)
{
    const struct report_netblock *x = a, *y = b;
    int order = snow_addr_compare(x->range.first, y->range.first);

    return order ? order : snow_addr_compare(x->range.last, y->range.last);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct analysis_origin *)a)->asn;
    uint32_t y = ((const struct analysis_origin *)b)->asn;

    return (x > y) - (x < y);
}

int report_holders_load(struct report_holders *out,
                        const struct report_request *q, struct snow_error *err)
{
    struct report_holders h = { .n_netblocks = 0 };
    int code;

    *out = h;
    if (!q->store)
        return 0;
    buf_add_char(&h.text, '\0');
    code = snow_store_each_evidence(q->store, q->scan, "netblock",
                                    take_netblock, &h, err);
    if (!code)
        code = snow_store_each_evidence(q->store, q->scan, ANALYSIS_ORIGIN_KIND,
                                        take_origin, &h, err);
    if (!code && h.text.failed)
        code = SNOW_ENOMEM;
    if (code) {
        report_holders_fini(&h);
        return code;
    }
    if (h.n_netblocks > 0)
        qsort(h.netblocks, h.n_netblocks, sizeof *h.netblocks, by_address);
    if (h.n_origins > 0)
        qsort(h.origins, h.n_origins, sizeof *h.origins, by_number);
    *out = h;
    return 0;
}

void report_holders_fini(struct report_holders *h)
{
    for (size_t i = 0; i < h->n_origins; i++)
        snow_ranges_free(h->origins[i].set);
    free(h->origins);
    free(h->netblocks);
    buf_fini(&h->text);
    *h = (struct report_holders){ .n_netblocks = 0 };
}

static bool overlap(struct snow_range a, struct snow_range b)
{
    return snow_addr_compare(a.first, b.last) <= 0 &&
           snow_addr_compare(b.first, a.last) <= 0;
}

static bool lies_in(const struct snow_finding *f, struct snow_range r)
{
    for (size_t i = 0; i < f->n_ranges; i++)
        if (overlap(f->ranges[i], r))
            return true;
    return false;
}

static bool has_element(const struct report_cell *cell, const char *text)
{
    for (size_t at = 0; at < cell->text.len;
         at += strlen(cell->text.data + at) + 1)
        if (strcmp(cell->text.data + at, text) == 0)
            return true;
    return false;
}

static size_t text_at(const struct report_netblock *n,
                      enum report_holder_text which)
{
    switch (which) {
    case REPORT_HOLDER_NAME:
        return n->name;
    case REPORT_HOLDER_ORGANISATION:
        return n->organisation;
    case REPORT_HOLDER_ABUSE_EMAIL:
        return n->abuse_email;
    }
    return 0;
}

void report_holders_texts(struct report_cell *to,
                          const struct report_holders *h,
                          const struct snow_finding *f,
                          enum report_holder_text which)
{
    for (size_t i = 0; i < h->n_netblocks; i++) {
        const struct report_netblock *n = &h->netblocks[i];
        const char *text = h->text.data + text_at(n, which);

        if (!lies_in(f, n->range))
            continue;
        if (*text == '\0' && to->state == REPORT_NOT_ASKED)
            report_cell_absent(to);
        if (*text && !has_element(to, text))
            report_cell_element(to, text, strlen(text));
    }
}

static bool announces(const struct analysis_origin *o,
                      const struct snow_finding *f)
{
    struct snow_range r;

    for (size_t i = 0; i < f->n_ranges; i++)
        if (snow_ranges_next(o->set, f->ranges[i].first, &r) &&
            overlap(f->ranges[i], r))
            return true;
    return false;
}

void report_holders_asns(struct report_cell *to, const struct report_holders *h,
                         const struct snow_finding *f)
{
    char text[ANALYSIS_ORIGIN_SUBJECT_MAX];

    for (size_t i = 0; i < h->n_origins; i++) {
        if (!announces(&h->origins[i], f))
            continue;
        snprintf(text, sizeof text, "%lu", (unsigned long)h->origins[i].asn);
        report_cell_element(to, text, strlen(text));
    }
}

static bool is_smaller(const struct report_netblock *a,
                       const struct report_netblock *b)
{
    return snow_addr_distance(a->range.first, a->range.last) <
           snow_addr_distance(b->range.first, b->range.last);
}

/* A registry that knows nobody answers with the space it was given itself: all
 * that is larger than a /8 of IPv4, or a /16 of IPv6, is nobody's network. */
static bool is_a_network(struct snow_range r)
{
    if (snow_addr_is_ipv4(r.first) && snow_addr_is_ipv4(r.last))
        return snow_addr_distance(r.first, r.last) < UINT64_C(1) << 24;
    return r.last.hi - r.first.hi < UINT64_C(1) << 48;
}

const char *report_holders_contact(const struct report_holders *h,
                                   struct snow_addr a)
{
    const struct report_netblock *best = NULL;

    for (size_t i = 0; i < h->n_netblocks; i++) {
        const struct report_netblock *n = &h->netblocks[i];

        if (snow_addr_compare(n->range.first, a) > 0)
            break;
        if (snow_addr_compare(n->range.last, a) >= 0 &&
            is_a_network(n->range) &&
            text_is_mailbox(h->text.data + n->abuse_email) &&
            (!best || is_smaller(n, best)))
            best = n;
    }
    return best ? h->text.data + best->abuse_email : NULL;
}
