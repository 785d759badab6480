/* Lists that name servers serve: rbldnsd's, and a response policy zone. */
#include "report/list_text.h"

#define TTL_S 3600     /* of what is listed */
#define NEGATIVE_S 300 /* what is not may be tomorrow (RFC 2308 §5) */
#define REFRESH_S 3600 /* secondaries ask for a newer list, */
#define RETRY_S 600    /* and if in vain, again */

/* Five numbers of an SOA. Its serial is the second in which the list was made:
 * it grows by itself (RFC 1982 §3.2 lets it wrap in 2106). */
static void add_soa_numbers(struct buf *to, const struct report_request *q)
{
    buf_printf(to, " %u %u %u %lld %u", (unsigned)(uint32_t)q->made_utc_s,
               REFRESH_S, RETRY_S, (long long)q->identity->list_expiry_s,
               NEGATIVE_S);
}

/* ---- rbldnsd ---- */

/* The address that is answered tells the tier (RFC 5782 §2.1). */
static const char *const code_of_tier[] = {
    [SNOW_TIER_HIGH] = " :127.0.0.2:snowline ",
    [SNOW_TIER_REVIEW] = " :127.0.0.3:snowline ",
    [SNOW_TIER_CONTEXT] = " :127.0.0.4:snowline ",
};

static const char inspect[] = "; for inspection";

static void add_stamp(struct buf *to, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    buf_add_char(to, ' ');
    for (const char *c = text; *c && *c != 'Z'; c++)
        buf_add_char(to, text_is_digit(*c) ? *c : ':');
}

/* A zone names itself as its first server: which others serve it the list does
 * not know. One $TIMESTAMP, and rbldnsd serves nothing of it once expired. */
static int add_rbldnsd_head(struct report_list *l, struct snow_error *err)
{
    struct buf *to = &l->text;
    int code = report_list_check_zone(l->q, err);

    if (code == 0)
        code = report_list_head(l, "# ", "exact ranges and domains", err);
    if (code)
        return code;
    buf_printf(to,
               "# rbldnsd %s:combined:FILE serves it (rbldnsd(8)).\n"
               "# 127.0.0.2 tier high, .3 review, .4 context\n"
               "$SOA %u %s ",
               l->q->identity->list_zone, TTL_S, l->q->identity->list_zone);
    report_list_mailbox(to, l->q->identity);
    add_soa_numbers(to, l->q);
    buf_printf(to, "\n$TTL %u\n$TIMESTAMP", TTL_S);
    add_stamp(to, l->q->made_utc_s);
    if (report_list_expires(l->q) != SNOW_TIME_UNKNOWN)
        add_stamp(to, report_list_expires(l->q));
    buf_add_char(to, '\n');
    return 0;
}

/* Each list holds what shows that it is there, and never what would show that
 * it lists everything (RFC 5782 §5). */
static void add_test(struct buf *to, const char *dataset, const char *listed,
                     const char *never)
{
    buf_printf(to, "$DATASET %s @\n%s :127.0.0.2:snowline test entry\n!%s\n",
               dataset, listed, never);
}

static void put_trie(struct report_list *l, const struct report_list_range *r)
{
    report_list_prefixes(&l->text, r, code_of_tier[r->by.root->tier], inspect);
}

static int put_names(struct report_list *l)
{
    int code = 0;

    for (size_t i = 0; i < l->lists.n_domains && code == 0; i++) {
        const struct report_listing *by = &l->lists.domains[i];

        buf_printf(&l->text, ".%s%s", by->domain, code_of_tier[by->root->tier]);
        report_list_why(&l->text, by, LIST_WHY_MAX);
        buf_printf(&l->text, "%s\n", inspect);
        code = report_emit_full(l->to, &l->text);
    }
    return code;
}

int report_rbldnsd(const struct report_out *to, const struct report_request *q,
                   struct snow_error *err)
{
    struct report_list l;
    int code = report_list_open(&l, to, q);

    if (code == 0)
        code = add_rbldnsd_head(&l, err);
    add_test(&l.text, "ip4trie:ipv4", "127.0.0.2", "127.0.0.1");
    if (code == 0)
        code = report_list_each(&l, REPORT_IPV4, put_trie);
    add_test(&l.text, "ip6trie:ipv6", "::ffff:7f00:2", "::ffff:7f00:1");
    if (code == 0)
        code = report_list_each(&l, REPORT_IPV6, put_trie);
    add_test(&l.text, "dnset:domains", "test", "invalid");
    if (code == 0)
        code = put_names(&l);
    return report_list_close(&l, code);
}

/* ---- rpz ---- */

/* The name server of a policy zone is asked by nobody: "localhost." says so. */
static int add_rpz_head(struct report_list *l, struct snow_error *err)
{
    struct buf *to = &l->text;
    int code = report_list_check_zone(l->q, err);

    if (code == 0)
        code = report_list_head(l, "; ", "domains", err);
    if (code)
        return code;
    buf_printf(to,
               "; A response policy zone: the domains and all names below\n"
               "; them do not exist. policy disabled in response-policy\n"
               "; writes to the log instead.\n"
               "$ORIGIN %s.\n$TTL %u\n@ SOA localhost. ",
               l->q->identity->list_zone, TTL_S);
    report_list_mailbox(to, l->q->identity);
    buf_add_char(to, '.');
    add_soa_numbers(to, l->q);
    buf_add_text(to, "\n@ NS localhost.\n");
    return 0;
}

/* One name too long, and no server loads the zone. */
static void put_policy(struct report_list *l, const struct report_listing *by)
{
    struct buf *to = &l->text;

    if (strlen("*.") + strlen(by->domain) + strlen(".") +
            strlen(l->q->identity->list_zone) >
        DNS_NAME_MAX) {
        buf_printf(to, "; too long for this zone: %s\n", by->domain);
        return;
    }
    buf_printf(to, "%s CNAME . ; ", by->domain);
    report_list_why(to, &(struct report_listing){ by->finding, by->root, NULL },
                    LIST_WHY_MAX);
    buf_printf(to, "\n*.%s CNAME .\n", by->domain);
}

int report_rpz(const struct report_out *to, const struct report_request *q,
               struct snow_error *err)
{
    struct report_list l;
    int code = report_list_open(&l, to, q);

    if (code == 0)
        code = add_rpz_head(&l, err);
    for (size_t i = 0; i < l.lists.n_domains && code == 0; i++) {
        put_policy(&l, &l.lists.domains[i]);
        code = report_emit_full(to, &l.text);
    }
    return report_list_close(&l, code);
}
