/* Lists that are files: prefixes, a Postfix table, sets of nftables. */
#include "report/list_text.h"

/* ---- cidr ---- */

/* Why stands on a line of its own: many readers know no comment behind. */
static void put_cidrs(struct report_list *l, const struct report_list_range *r)
{
    buf_add_text(&l->text, "# ");
    report_list_why(&l->text, &r->by, LIST_WHY_MAX);
    buf_add_char(&l->text, '\n');
    report_list_prefixes(&l->text, r, NULL, NULL);
}

int report_cidr(const struct report_out *to, const struct report_request *q,
                struct snow_error *err)
{
    struct report_list l;
    int code = report_list_open(&l, to, q);

    if (code == 0)
        code = report_list_head(&l, "# ", "exact ranges", err);
    if (code == 0)
        code = report_list_each(&l, REPORT_BOTH, put_cidrs);
    return report_list_close(&l, code);
}

/* ---- postfix ---- */

static const char postfix_about[] =
    "# A table for check_client_access cidr:FILE (cidr_table(5), access(5)).\n"
    "# WARN writes to the log and lets the mail pass. To have it wait until\n"
    "# somebody has looked, put DEFER_IF_PERMIT in its place:\n"
    "#   sed 's/ WARN / DEFER_IF_PERMIT /'\n";

static void put_clients(struct report_list *l,
                        const struct report_list_range *r)
{
    report_list_prefixes(&l->text, r, " WARN snowline ", "; for inspection");
}

int report_postfix(const struct report_out *to, const struct report_request *q,
                   struct snow_error *err)
{
    struct report_list l;
    int code = report_list_open(&l, to, q);

    if (code == 0)
        code = report_list_head(&l, "# ", "exact ranges", err);
    buf_add_text(&l.text, postfix_about);
    if (code == 0)
        code = report_list_each(&l, REPORT_BOTH, put_clients);
    return report_list_close(&l, code);
}

/* ---- nft ---- */

#define NFT_COMMENT_MAX 128 /* octets; the kernel takes no more */
#define DAY_S 86400

/* What a file that was loaded before has put into the sets is gone, and no
 * rule that asks them is touched. Elements carry the time-out, not the sets:
 * a set that is there cannot be given another one. */
static const char nft_about[] =
    "# Load it with nft -f FILE, again and again: all of it changes at once.\n"
    "# It makes sets and no rule. One that counts, then one that refuses:\n"
    "#   nft add chain inet snowline smtp"
    " '{ type filter hook input priority 0; }'\n"
    "#   nft add rule inet snowline smtp"
    " tcp dport 25 ip saddr @listed4 counter\n"
    "#   nft add rule inet snowline smtp"
    " tcp dport 25 ip saddr @listed4 reject\n"
    "# Elements leave by themselves; their time begins when they are loaded.\n"
    "add table inet snowline\n"
    "add set inet snowline listed4"
    " { type ipv4_addr; flags interval, timeout; }\n"
    "add set inet snowline listed6"
    " { type ipv6_addr; flags interval, timeout; }\n"
    "flush set inet snowline listed4\n"
    "flush set inet snowline listed6\n";

/* In days and seconds: nft reads no number of more than eight digits there. */
static void add_timeout(struct buf *to, int64_t expiry_s)
{
    if (expiry_s <= 0)
        return;
    buf_add_text(to, " timeout ");
    if (expiry_s >= DAY_S)
        buf_printf(to, "%lldd", (long long)(expiry_s / DAY_S));
    if (expiry_s % DAY_S > 0)
        buf_printf(to, "%llds", (long long)(expiry_s % DAY_S));
}

static void put_element(struct report_list *l,
                        const struct report_list_range *r)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];
    struct buf *to = &l->text;

    snow_addr_format(r->range.first, first);
    snow_addr_format(r->range.last, last);
    buf_printf(to, "\t%s", first);
    if (snow_addr_compare(r->range.first, r->range.last) != 0)
        buf_printf(to, "-%s", last);
    add_timeout(to, l->q->identity ? l->q->identity->list_expiry_s : 0);
    buf_add_text(to, " comment \"");
    report_list_why(to, &r->by, NFT_COMMENT_MAX);
    buf_add_text(to, "\",\n");
}

/* Nothing is added where there is nothing: the grammar knows no empty list. */
static int put_set(struct report_list *l, enum report_family family,
                   const char *set)
{
    int code;

    if (!report_list_has(l, family))
        return 0;
    buf_printf(&l->text, "add element inet snowline %s {\n", set);
    code = report_list_each(l, family, put_element);
    buf_add_text(&l->text, "}\n");
    return code;
}

int report_nft(const struct report_out *to, const struct report_request *q,
               struct snow_error *err)
{
    struct report_list l;
    int code = report_list_open(&l, to, q);

    if (code == 0)
        code = report_list_head(&l, "# ", "exact ranges", err);
    buf_add_text(&l.text, nft_about);
    if (code == 0)
        code = put_set(&l, REPORT_IPV4, "listed4");
    if (code == 0)
        code = put_set(&l, REPORT_IPV6, "listed6");
    return report_list_close(&l, code);
}
