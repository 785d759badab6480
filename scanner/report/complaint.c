/*
 * One message a contact of the netblocks.
 *
 * Addresses come in their order, each with all that is known of it. A
 * finding's addresses are gathered apart for each contact: a campaign lies in
 * many networks, and what is told to one says nothing of another's.
 *
 * The message is multipart/mixed, not a feedback report (RFC 5965): that holds
 * the mail that is complained of, or its header (§2), and RFC 6650 speaks of
 * such reports alone. No mail was seen here, and none of the feedback types is
 * true of a pattern of names.
 */
#include "report/complaint.h"

#include "report/holders.h"
#include "report/mime.h"
#include "report/object.h"
#include "report/writers.h"
#include "report/xarf.h"
#include "base/map.h"
#include "base/room.h"

struct gathering {
    const struct report_request *q;
    struct report_letters *to;
    struct report_holders holders;
    struct complaint_part *parts;
    size_t n, cap;
    struct map places;        /* finding and contact to 1 + their part */
    struct map unaddressed;   /* findings that have been counted */
    struct report_told *told; /* [n], of the message at hand */
};

/* --- gathering --- */

/* A finding's own part for each contact, however that is written; another one
 * once it fills a message. */
static struct complaint_part *find_part(struct gathering *g,
                                        const struct snow_finding *f,
                                        const char *contact)
{
    struct complaint_part part = { .f = f, .contact = contact }, *parts;
    struct buf key = { 0 };
    uint64_t *number;

    buf_add_text(&key, f->id);
    buf_add_char(&key, ' ');
    for (const char *c = contact; *c; c++)
        buf_add_char(&key, text_lower(*c));
    number = key.failed ? NULL : map_put(&g->places, key.data, key.len);
    buf_fini(&key);
    if (!number)
        return NULL;
    part.nth = *number > 0 ? g->parts[*number - 1].nth + 1 : 0;
    if (*number > 0 && g->parts[*number - 1].n < REPORT_LETTER_ADDRESSES)
        return &g->parts[*number - 1];
    parts = room_for_one(g->parts, g->n, &g->cap, sizeof *parts);
    if (!parts)
        return NULL;
    g->parts = parts;
    parts[g->n] = part;
    *number = ++g->n;
    return &parts[g->n - 1];
}

/* What is remembered of having told it. */
static void add_record(struct buf *to, const struct report_request *q,
                       const struct report_evidence_row *row)
{
    char addr[SNOW_ADDR_TEXT_MAX], uuid[DIGEST_UUID_TEXT_MAX];

    snow_addr_format(row->addr, addr);
    report_xarf_id(uuid, q->identity, row);
    report_object_open(to, '{');
    report_object_text(to, "ip", addr);
    report_object_text(to, "name", row->name);
    report_object_text(to, "domain", row->domain);
    report_object_text(to, "report_id", uuid);
    buf_add_char(to, '}');
}

static bool add_address(struct complaint_part *p,
                        const struct report_request *q,
                        const struct report_evidence_row *row)
{
    if (p->n++ == 0)
        p->first = row->addr;
    p->last = row->addr;
    complaint_add_address(p, row);
    report_csv_row(&p->csv, &report_kind_evidence, row);
    if (p->xarf.len > 0)
        buf_add_text(&p->xarf, ",\r\n");
    report_xarf_object(&p->xarf, q->identity, row);
    add_record(&p->record, q, row);
    return !p->addresses.failed && !p->domains.failed && !p->csv.failed &&
           !p->xarf.failed && !p->record.failed;
}

/* Runs of domains that take turns do, too: each counts once. */
static int count_unaddressed(struct gathering *g, const struct snow_finding *f)
{
    if (!map_put(&g->unaddressed, f->id, strlen(f->id)))
        return SNOW_ENOMEM;
    g->to->unaddressed++;
    g->to->unaddressed_findings = g->unaddressed.n;
    return 0;
}

/* The user's own lists, of customers say, are nobody else's business. */
static int take_row(void *arg, const struct report_evidence_row *from)
{
    struct gathering *g = arg;
    struct report_evidence_row row = *from;
    const char *contact = report_holders_contact(&g->holders, row.addr);
    struct complaint_part *p;

    if (!report_xarf_is_due(&row))
        return 0;
    if (!contact)
        return count_unaddressed(g, row.finding);
    row.own = NULL;
    p = find_part(g, row.finding, contact);
    return p && add_address(p, g->q, &row) ? 0 : SNOW_ENOMEM;
}

/* --- a message --- */

/* The same day, contact and findings: the same message, and a mail server that
 * gets it twice knows so. */
static int identify(char id[17], const struct complaint_letter *l)
{
    unsigned char hash[DIGEST_SHA256_LEN];
    char day[TEXT_TIME_MAX];
    struct buf key = { 0 };
    int code;

    text_format_time(l->q->made_utc_s, day);
    buf_printf(&key, "%.10s %s %s", day, l->q->identity->reporter_contact,
               l->parts[0].contact);
    for (size_t i = 0; i < l->n; i++) {
        buf_printf(&key, " %s %llu", l->parts[i].f->id,
                   (unsigned long long)l->parts[i].n);
        if (l->parts[i].nth > 0) /* others of it may be as many */
            buf_printf(&key, " %u", l->parts[i].nth);
    }
    code = key.failed ? SNOW_ENOMEM : 0;
    if (!code) {
        digest_sha256(hash, key.data, key.len);
        digest_hex(id, hash, 8);
    }
    buf_fini(&key);
    return code;
}

static void add_header(struct buf *to, const struct complaint_letter *l,
                       const char *message_id)
{
    const struct report_identity *id = l->q->identity;
    struct buf subject = { 0 };

    mime_mailbox(to, "From", id->reporter_org, id->reporter_contact);
    if (strcmp(id->sender_contact, id->reporter_contact) != 0)
        mime_mailbox(to, "Sender", id->sender_org, id->sender_contact);
    mime_mailbox(to, "To", "", l->parts[0].contact);
    buf_add_text(&subject, "Addresses to look at: ");
    complaint_range(&subject, &l->parts[0]);
    if (l->n > 1)
        buf_printf(&subject, " and %zu more range%s", l->n - 1,
                   l->n > 2 ? "s" : "");
    buf_printf(&subject, " [%s]", l->id);
    if (!subject.failed)
        mime_field(to, "Subject", subject.data);
    mime_date(to, l->q->made_utc_s);
    buf_printf(to,
               "Message-ID: <%s>\r\n"
               "MIME-Version: 1.0\r\n"
               "Content-Type: multipart/mixed; boundary=\"%s%s\"\r\n",
               message_id, MIME_BOUNDARY, l->id);
    to->failed |= subject.failed;
    buf_fini(&subject);
}

/* The line end before it is its own (RFC 2046 §5.1.1). */
static void add_boundary(struct buf *to, const struct complaint_letter *l,
                         const char *behind)
{
    buf_printf(to, "\r\n--%s%s%s\r\n", MIME_BOUNDARY, l->id, behind);
}

static void add_body(struct buf *to, const struct complaint_letter *l)
{
    struct buf text = { 0 }, csv = { 0 }, xarf = { 0 };

    complaint_text(&text, l);
    report_csv_header(&csv, &report_kind_evidence);
    buf_add_text(&xarf, "[\r\n");
    for (size_t i = 0; i < l->n; i++) {
        buf_add(&csv, l->parts[i].csv.data, l->parts[i].csv.len);
        buf_add_text(&xarf, i > 0 ? ",\r\n" : "");
        buf_add(&xarf, l->parts[i].xarf.data, l->parts[i].xarf.len);
    }
    buf_add_text(&xarf, "\r\n]\r\n");
    to->failed |= text.failed || csv.failed || xarf.failed;
    if (!to->failed) {
        add_boundary(to, l, "");
        mime_text(to, &text);
        add_boundary(to, l, "");
        mime_attachment(to, "text/csv; charset=utf-8", "evidence.csv", &csv);
        add_boundary(to, l, "");
        mime_attachment(to, "application/json", "xarf.json", &xarf);
        add_boundary(to, l, "--");
    }
    buf_fini(&text);
    buf_fini(&csv);
    buf_fini(&xarf);
}

/* What is kept of one finding in one message. */
static void format_record(struct buf *to, const struct complaint_part *p)
{
    struct buf range = { 0 };

    complaint_range(&range, p);
    report_object_open(to, '{');
    report_object_text(to, "kind", snow_finding_kind_word(p->f->kind));
    report_object_text(to, "tier", snow_tier_word(p->f->tier));
    report_object_text(to, "parent_id", p->f->parent_id);
    if (!range.failed)
        report_object_text(to, "range", range.data);
    report_object_key(to, "addresses");
    report_object_open(to, '[');
    buf_add(to, p->record.data, p->record.len);
    buf_add_text(to, "]}\n");
    to->failed |= range.failed;
    buf_fini(&range);
}

/* Hand out the message with what is to be remembered of it. */
static int hand_out(struct gathering *g, const struct complaint_letter *l,
                    const struct buf *message, const char *message_id)
{
    struct report_letter letter = {
        .message_id = message_id,
        .recipient = l->parts[0].contact,
        .octets = message->data,
        .len = message->len,
        .told = g->told,
        .n_told = l->n,
    };
    struct buf records = { 0 };
    int code = 0;

    text_copy(letter.id, sizeof letter.id, l->id);
    for (size_t i = 0; i < l->n; i++) { /* as text may move: its length first */
        size_t before = records.len;

        format_record(&records, &l->parts[i]);
        g->told[i] = (struct report_told){ .finding_id = l->parts[i].f->id,
                                           .data_len = records.len - before };
        g->to->n_addresses += l->parts[i].n;
    }
    if (records.failed || message->failed)
        code = SNOW_ENOMEM;
    for (size_t i = 0, at = 0; i < l->n && !code; i++) {
        g->told[i].data = records.data + at;
        at += g->told[i].data_len;
    }
    if (!code)
        code = g->to->take(g->to->arg, &letter);
    g->to->n++;
    buf_fini(&records);
    return code;
}

static int write_letter(struct gathering *g, const struct complaint_part *parts,
                        size_t n)
{
    char id[17], day[TEXT_TIME_MAX];
    struct complaint_letter l = { g->q, parts, n, id };
    struct buf message = { 0 }, message_id = { 0 };
    int code = identify(id, &l);

    if (code)
        return code;
    code = SNOW_ENOMEM;
    text_format_time(g->q->made_utc_s, day);
    buf_printf(&message_id, "%.4s%.2s%.2s.%s@%s", day, day + 5, day + 8, id,
               g->q->identity->reporter_domain);
    if (!message_id.failed) {
        add_header(&message, &l, message_id.data);
        add_body(&message, &l);
        code = hand_out(g, &l, &message, message_id.data);
    }
    buf_fini(&message);
    buf_fini(&message_id);
    return code;
}

/* --- all of them --- */

/* Parts of one contact together, the contacts in the order of their names. */
static int by_contact(const void *a, const void *b)
{
    const struct complaint_part *x = a, *y = b;
    const char *p = x->contact, *q = y->contact;
    int order;

    while (*p && text_lower(*p) == text_lower(*q)) {
        p++;
        q++;
    }
    order = (unsigned char)text_lower(*p) - (unsigned char)text_lower(*q);
    if (order == 0)
        order = snow_addr_compare(x->first, y->first);
    return order ? order : strcmp(x->f->id, y->f->id);
}

/* How many parts from @p from on go into one message. */
static size_t n_together(const struct gathering *g, size_t from)
{
    uint64_t n = g->parts[from].n;
    size_t i = from + 1;

    while (i < g->n && n < REPORT_LETTER_ADDRESSES &&
           text_equal_fold(g->parts[i].contact, g->parts[from].contact))
        n += g->parts[i++].n;
    return i - from;
}

static int write_letters(struct gathering *g)
{
    int code = 0;

    g->told = calloc(g->n + 1, sizeof *g->told);
    if (!g->told)
        return SNOW_ENOMEM;
    if (g->n > 0)
        qsort(g->parts, g->n, sizeof *g->parts, by_contact);
    for (size_t i = 0, n; i < g->n && !code; i += n) {
        n = n_together(g, i);
        code = write_letter(g, g->parts + i, n);
    }
    return code;
}

static void free_parts(struct gathering *g)
{
    for (size_t i = 0; i < g->n; i++) {
        buf_fini(&g->parts[i].addresses);
        buf_fini(&g->parts[i].domains);
        buf_fini(&g->parts[i].csv);
        buf_fini(&g->parts[i].xarf);
        buf_fini(&g->parts[i].record);
    }
    free(g->parts);
    free(g->told);
    map_fini(&g->places);
    map_fini(&g->unaddressed);
}

int report_each_letter(const struct report_request *q,
                       struct report_letters *to, struct snow_error *err)
{
    struct gathering g = { .q = q, .to = to };
    int code = report_xarf_check(q->identity, err);

    if (!code)
        code = report_holders_load(&g.holders, q, err);
    if (!code)
        code = report_each_evidence(q, take_row, &g, err);
    if (!code)
        code = write_letters(&g);
    free_parts(&g);
    report_holders_fini(&g.holders);
    return code;
}

/* --- an mbox of them --- */

struct mbox {
    const struct report_out *to;
    const struct report_request *q;
};

/* Lines end in LF there; none of ours begins with "From ", so that none needs a
 * quote (mime_text()). */
static int put_message(const struct mbox *m, const struct report_letter *l)
{
    struct buf b = { 0 };
    int code;

    mime_mbox_line(&b, m->q->identity->reporter_contact, m->q->made_utc_s);
    for (size_t i = 0; i < l->len; i++)
        if (l->octets[i] != '\r')
            buf_add_char(&b, l->octets[i]);
    buf_add_char(&b, '\n');
    code = report_emit(m->to, &b);
    buf_fini(&b);
    return code;
}

static int take_letter(void *arg, const struct report_letter *l)
{
    const struct mbox *m = arg;
    struct report_letters *also = m->q->letters;
    int code = also && also->is_alone ? 0 : put_message(m, l);

    return code || !also || !also->take ? code : also->take(also->arg, l);
}

int report_complaint(const struct report_out *to,
                     const struct report_request *q, struct snow_error *err)
{
    struct mbox m = { to, q };
    struct report_letters letters = { .take = take_letter, .arg = &m };
    int code = report_each_letter(q, &letters, err);

    if (!code && q->letters) {
        q->letters->made_utc_s = q->made_utc_s;
        q->letters->n = letters.n;
        q->letters->n_addresses = letters.n_addresses;
        q->letters->unaddressed = letters.unaddressed;
        q->letters->unaddressed_findings = letters.unaddressed_findings;
    }
    return code;
}
