#include "report/list_text.h"

#define DNS_LABEL_MAX 63 /* octets (RFC 1035 §2.3.4) */
#define HOSTMASTER "hostmaster."

int report_list_open(struct report_list *l, const struct report_out *to,
                     const struct report_request *q)
{
    *l = (struct report_list){ .to = to, .q = q };
    return report_lists_init(&l->lists, q->findings, q->least);
}

int report_list_close(struct report_list *l, int code)
{
    if (code == 0)
        code = report_emit(l->to, &l->text);
    report_lists_fini(&l->lists);
    buf_fini(&l->text);
    return code;
}

int64_t report_list_expires(const struct report_request *q)
{
    if (!q->identity || q->identity->list_expiry_s <= 0)
        return SNOW_TIME_UNKNOWN;
    return q->made_utc_s + q->identity->list_expiry_s;
}

static void add_time(struct buf *to, const char *before, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    if (*text)
        buf_printf(to, "%s%s", before, text);
}

static int add_scan(struct report_list *l, const char *mark,
                    struct snow_error *err)
{
    struct snow_scan scan;
    int code = 0;

    buf_printf(&l->text, "%sscan %lld", mark, (long long)l->q->scan);
    if (l->q->store)
        code = snow_store_get_scan(l->q->store, l->q->scan, &scan, err);
    if (code == 0 && l->q->store) {
        add_time(&l->text, " of ", scan.created_utc_s);
        if (scan.finished_utc_s == SNOW_TIME_UNKNOWN)
            buf_add_text(&l->text, ", which has not ended");
    }
    add_time(&l->text, "; made ", l->q->made_utc_s);
    add_time(&l->text, "; to be used until ", report_list_expires(l->q));
    buf_add_char(&l->text, '\n');
    return code;
}

static void add_counts(struct report_list *l, const char *mark)
{
    const struct report_lists *x = &l->lists;

    buf_printf(&l->text,
               "%stier %s%s; %llu ranges of %llu addresses, %llu domains\n",
               mark, snow_tier_word(l->q->least),
               l->q->least == SNOW_TIER_HIGH ? "" : " and above",
               (unsigned long long)x->n_ranges, (unsigned long long)x->n_addrs,
               (unsigned long long)x->n_domains);
    if (x->n_unnameable > 0)
        buf_printf(&l->text,
                   "%s%llu domains left out: they are no host "
                   "names\n",
                   mark, (unsigned long long)x->n_unnameable);
}

int report_list_head(struct report_list *l, const char *mark, const char *holds,
                     struct snow_error *err)
{
    int code;

    buf_printf(&l->text,
               "%ssnowline: %s of findings, for inspection\n"
               "%sA finding resembles a pattern and accuses nobody.\n",
               mark, holds, mark);
    code = add_scan(l, mark, err);
    add_counts(l, mark);
    return code;
}

void report_list_why(struct buf *to, const struct report_listing *by,
                     size_t most)
{
    size_t from = to->len;

    buf_add_text(to, by->finding->id);
    if (by->root != by->finding)
        buf_printf(to, " of %s", by->root->id);
    buf_printf(to, ", tier %s", snow_tier_word(by->root->tier));
    if (by->domain && to->len - from + 2 + strlen(by->domain) <= most)
        buf_printf(to, ", %s", by->domain);
}

static bool is_of(const struct report_list_range *r, enum report_family family)
{
    return family == REPORT_BOTH ||
           snow_addr_is_ipv4(r->range.first) == (family == REPORT_IPV4);
}

bool report_list_has(const struct report_list *l, enum report_family family)
{
    for (size_t i = 0; i < l->lists.n_ranges; i++)
        if (is_of(&l->lists.ranges[i], family))
            return true;
    return false;
}

int report_list_each(struct report_list *l, enum report_family family,
                     report_list_range_fn put)
{
    int code = 0;

    for (size_t i = 0; i < l->lists.n_ranges && code == 0; i++) {
        if (!is_of(&l->lists.ranges[i], family))
            continue;
        put(l, &l->lists.ranges[i]);
        code = report_emit_full(l->to, &l->text);
    }
    return code;
}

void report_list_prefixes(struct buf *to, const struct report_list_range *r,
                          const char *before, const char *after)
{
    struct snow_range left = r->range;
    struct snow_prefix p;
    char text[SNOW_PREFIX_TEXT_MAX];
    bool has_more = true;

    while (has_more) {
        has_more = snow_range_next_prefix(&left, &p);
        snow_prefix_format(p, text);
        buf_add_text(to, text);
        if (before) {
            buf_add_text(to, before);
            report_list_why(to, &r->by, LIST_WHY_MAX);
            buf_add_text(to, after);
        }
        buf_add_char(to, '\n');
    }
}

/* A dot before the @ is part of a label (RFC 1035 §5.1, "\X"). Other octets
 * than those of host names a zone file might take for its own; a label or a
 * name too long, and no server loads it. */
static bool add_mailbox(struct buf *to, const char *mail)
{
    const char *at = strrchr(mail, '@');

    if (!text_is_mailbox(mail) || at - mail > DNS_LABEL_MAX ||
        strlen(mail) > DNS_NAME_MAX)
        return false;
    for (const char *c = mail; c < at; c++)
        if (!text_is_alnum(*c) && !strchr("-_.", *c))
            return false;
    for (const char *c = mail; c < at; c++)
        buf_printf(to, "%s%c", *c == '.' ? "\\" : "", *c);
    buf_printf(to, ".%s", at + 1);
    return true;
}

void report_list_mailbox(struct buf *to, const struct report_identity *id)
{
    if (!add_mailbox(to, id->reporter_contact))
        buf_printf(to, HOSTMASTER "%s", id->list_zone);
}

int report_list_check_zone(const struct report_request *q,
                           struct snow_error *err)
{
    const char *zone = q->identity ? q->identity->list_zone : "";

    if (text_is_host_name(zone) &&
        strlen(HOSTMASTER) + strlen(zone) <= DNS_NAME_MAX)
        return 0;
    return snow_fail(err, SNOW_EINVAL,
                     "list-zone '%.80s' is no domain name: write it like "
                     "bl.example.org, without a dot behind",
                     zone);
}
