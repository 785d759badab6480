/*
 * What a complaint says. It asks for a look and accuses nobody: what was
 * observed, when, why it is told, what speaks against it, what it does not
 * show. Times are UTC, evidence stands in the text itself: without it nobody
 * can tell who held an address at that time.
 */
#include "report/complaint.h"

/* Octets of a finding's list; the table that is attached has them all. */
#define SHOWN_ADDRESSES_LEN 24000
#define BANNER_LEN 160 /* octets of a greeting */
#define WIDTH 74       /* columns that are filled */

static void add_escaped(struct buf *to, const char *octets, size_t len)
{
    text_escape(to, octets, len);
}

/* Lines of words, those after the first moved in by @p indent. A word that is
 * too long for a line stays whole. */
static void add_wrapped(struct buf *to, size_t indent, const struct buf *words)
{
    size_t column = 0;

    for (size_t at = 0, len; at < words->len; at += len + 1) {
        len = strcspn(words->data + at, " ");
        if (column > indent && column + 1 + len > WIDTH) {
            buf_printf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (at > 0) {
            buf_add_char(to, ' ');
            column++;
        }
        buf_add(to, words->data + at, len);
        column += len;
    }
    buf_add_char(to, '\n');
    to->failed |= words->failed;
}

static void add_time(struct buf *to, const char *before, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    if (text[0])
        buf_printf(to, "%s%s", before, text);
}

static size_t first_line(const char *text, size_t len)
{
    const char *end = len > 0 ? memchr(text, '\n', len) : NULL;
    size_t n = end ? (size_t)(end - text) : len;

    return n < BANNER_LEN ? n : BANNER_LEN;
}

static void add_greeting(struct buf *to, const struct snow_probe *p)
{
    struct buf line = { 0 };

    buf_printf(&line, "      port %u: %s", p->port,
               snow_smtp_status_word(p->status));
    add_time(&line, " at ", p->seen_utc_s);
    if (p->banner_len > 0) {
        buf_add_text(&line, ", \"");
        add_escaped(&line, p->banner, first_line(p->banner, p->banner_len));
        buf_add_char(&line, '"');
    }
    add_wrapped(to, 8, &line);
    buf_fini(&line);
}

/* What a registry said, once for neighbours of one domain. */
static void add_domain(struct complaint_part *p,
                       const struct report_evidence_row *row)
{
    const struct snow_registration *r = row->registration;

    if (p->domain && strcmp(p->domain, row->domain) == 0)
        return;
    p->domain = row->domain;
    buf_add_text(&p->domains, "    ");
    add_escaped(&p->domains, row->domain, strlen(row->domain));
    if (r && r->status == SNOW_REGISTRATION_REGISTERED) {
        add_time(&p->domains, ", registered ", r->created_utc_s);
        if (r->registrar[0]) {
            buf_add_text(&p->domains, ",\n      by ");
            add_escaped(&p->domains, r->registrar, strlen(r->registrar));
        }
        if (r->registrar_iana_id > 0)
            buf_printf(&p->domains, " (IANA %lu)",
                       (unsigned long)r->registrar_iana_id);
        add_time(&p->domains, ",\n      learnt at ", r->seen_utc_s);
    }
    buf_add_char(&p->domains, '\n');
}

void complaint_add_address(struct complaint_part *p,
                           const struct report_evidence_row *row)
{
    char addr[SNOW_ADDR_TEXT_MAX];

    add_domain(p, row);
    if (p->addresses.len >= SHOWN_ADDRESSES_LEN)
        return;
    snow_addr_format(row->addr, addr);
    buf_printf(&p->addresses, "    %s  ", addr);
    add_escaped(&p->addresses, row->name, strlen(row->name));
    add_time(&p->addresses, "\n      reverse name seen at ",
             row->ptr_seen_utc_s);
    buf_add_char(&p->addresses, '\n');
    if (row->probe && row->probe->status != SNOW_SMTP_PENDING)
        add_greeting(&p->addresses, row->probe);
}

void complaint_range(struct buf *to, const struct complaint_part *p)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(p->first, first);
    snow_addr_format(p->last, last);
    buf_add_text(to, first);
    if (snow_addr_compare(p->first, p->last) != 0)
        buf_printf(to, "-%s", last);
}

/* --- one finding --- */

static const char *claim_of(unsigned part)
{
    static const struct {
        const char *claim;
    } claims[] = {
#define X(id, weight, name, claim) { claim },
        SNOW_SCORE_PARTS(X)
#undef X
    };

    return claims[part].claim;
}

static void add_reason(struct buf *to, unsigned part, const char *reason)
{
    struct buf line = { 0 };

    buf_printf(&line, "    - %s", claim_of(part));
    if (reason && *reason) {
        buf_add_text(&line, ": ");
        add_escaped(&line, reason, strlen(reason));
    }
    add_wrapped(to, 6, &line);
    buf_fini(&line);
}

static void add_reasons(struct buf *to, const struct snow_finding *f)
{
    buf_add_text(to, "  Why it is told:\n");
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++)
        if (snow_score_is_reason(&f->parts[i]))
            add_reason(to, i, f->parts[i].reason);
}

/* What the list of one's own makes of it is one's own affair; an allowed
 * finding is not told at all. */
static void add_caveats(struct buf *to, const struct snow_finding *f)
{
    const char *at = f->caveats;

    if (!at || *at == '\0')
        return;
    buf_add_text(to, "  What speaks against it, or is not known:\n");
    while (*at) {
        size_t len = strcspn(at, ";");
        struct buf line = { 0 };

        buf_add_text(&line, "    - ");
        add_escaped(&line, at, len);
        add_wrapped(to, 6, &line);
        buf_fini(&line);
        at += len + (at[len] == ';');
    }
}

static void add_part(struct buf *to, const struct complaint_part *p)
{
    const struct snow_finding *f = p->f;

    buf_printf(to, "%s %s: ", snow_finding_kind_word(f->kind), f->id);
    complaint_range(to, p);
    buf_printf(to,
               "\n\n  %llu address%s with such names; it scores %.0f of "
               "100, over %.0f%%\n  of what could have been measured.\n",
               (unsigned long long)p->n, p->n == 1 ? "" : "es", f->score,
               100 * f->coverage);
    if (f->parent_id[0])
        buf_printf(to, "  It belongs to %s, below.\n", f->parent_id);
    buf_add_text(to, "  Domains:\n");
    buf_add(to, p->domains.data, p->domains.len);
    add_reasons(to, f);
    add_caveats(to, f);
    buf_add_text(to, "  Addresses and what was observed there:\n");
    buf_add(to, p->addresses.data, p->addresses.len);
    if (p->addresses.len >= SHOWN_ADDRESSES_LEN)
        buf_add_text(to, "    ... all others are in evidence.csv\n");
    buf_add_char(to, '\n');
}

/* --- what they share --- */

static const struct snow_finding *find(const struct snow_findings *all,
                                       const char *id)
{
    for (size_t i = 0; *id && i < all->n; i++)
        if (strcmp(all->all[i].id, id) == 0)
            return &all->all[i];
    return NULL;
}

static bool is_told_before(const struct complaint_letter *l, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(l->parts[k].f->parent_id, l->parts[i].f->parent_id) == 0)
            return true;
    return false;
}

/* What ties them is no single run's reason. Where the others are is told to
 * those who hold them. */
static void add_parents(struct buf *to, const struct complaint_letter *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct snow_finding *f =
            find(l->q->findings, l->parts[i].f->parent_id);

        if (!f || is_told_before(l, i))
            continue;
        buf_printf(to,
                   "%s %s: what ties some of the above together\n\n"
                   "  %zu domains on %llu addresses in all, perhaps not yours "
                   "alone;\n  it scores %.0f of 100, over %.0f%%.\n",
                   snow_finding_kind_word(f->kind), f->id, f->n_domains,
                   (unsigned long long)f->ip_count, f->score,
                   100 * f->coverage);
        add_reasons(to, f);
        add_caveats(to, f);
        buf_add_char(to, '\n');
    }
}

/* --- the message around them --- */

static const char what_it_is[] =
    "The pattern: neighbouring addresses carry names of new domains, often a\n"
    "bare domain first and hosts of it behind, registered together, with mail\n"
    "servers that greet alike and no website behind them. Senders who spread\n"
    "mail over many addresses and domains leave such traces. Companies that\n"
    "have moved, or that run several brands, can leave them, too.\n"
    "\n"
    "What it does not show: that mail was sent from there, that anybody did\n"
    "wrong, or who holds the domains. Reverse names were asked for, mail\n"
    "servers were greeted and left (EHLO, QUIT); no mail was handed to them\n"
    "and no account was tried. Names and customers change: each observation\n"
    "counts for its own time alone.\n"
    "\n"
    "What we ask for: please look at who holds these addresses, by what you\n"
    "know and we do not.\n"
    "\n";

static const char what_is_attached[] =
    "Attached: evidence.csv, a row an address with all that was observed and\n"
    "when; xarf.json, an array of one XARF v4 report an address.\n";

static void add_opening(struct buf *to, const struct complaint_letter *l)
{
    uint64_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        n += l->parts[i].n;
    buf_printf(to,
               "Hello,\n"
               "\n"
               "you are the abuse contact that is published for the network "
               "around\n%llu address%s listed below. Their reverse names "
               "resemble a pattern that is\nworth a look. This is a request "
               "for inspection and accuses nobody.\n"
               "\n"
               "All times are UTC.\n"
               "\n",
               (unsigned long long)n, n == 1 ? "" : "es");
}

static void add_line(struct buf *to, const char *before, const char *text)
{
    if (text && *text) {
        buf_add_text(to, before);
        add_escaped(to, text, strlen(text));
        buf_add_char(to, '\n');
    }
}

static void add_closing(struct buf *to, const struct complaint_letter *l)
{
    const struct report_identity *id = l->q->identity;

    buf_add_text(to, what_it_is);
    buf_add_text(to, what_is_attached);
    buf_printf(to,
               "\nTo answer, or to ask that we leave a network alone in "
               "future, reply to\nthis message and keep [%s] in its "
               "subject.\n\n",
               l->id);
    add_line(to, "", id->reporter_org);
    add_line(to, "", id->reporter_contact);
    if (strcmp(id->sender_contact, id->reporter_contact) != 0) {
        add_line(to, "sent for them by ", id->sender_org);
        add_line(to, "", id->sender_contact);
    }
    add_line(to, "about the scan itself: ", id->scan_contact);
}

void complaint_text(struct buf *to, const struct complaint_letter *l)
{
    add_opening(to, l);
    for (size_t i = 0; i < l->n; i++)
        add_part(to, &l->parts[i]);
    add_parents(to, l);
    add_closing(to, l);
}
