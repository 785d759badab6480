#include "report/xarf.h"

#include "report/object.h"
#include "report/writers.h"

#define VERSION "4.2.0"
#define ORG_MAX 200          /* characters of a contact's org */
#define DESCRIPTION_MAX 1000 /* characters; we count octets, which are more */

/* The latest look at the address. A name that was handed to us without a time
 * has that of its finding, at last what the scan calls now. */
static int64_t observed_at(const struct report_evidence_row *row)
{
    int64_t ptr = row->ptr_seen_utc_s;
    int64_t smtp = row->probe ? row->probe->seen_utc_s : SNOW_TIME_UNKNOWN;
    int64_t latest = smtp > ptr ? smtp : ptr; /* unknown is the least */

    if (latest == SNOW_TIME_UNKNOWN)
        latest = row->finding->last_seen_utc_s;
    return latest == SNOW_TIME_UNKNOWN ? row->now_utc_s : latest;
}

static size_t count_characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

int report_xarf_check(const struct report_identity *id, struct snow_error *err)
{
    const struct {
        const char *who, *org, *contact, *domain;
    } both[] = {
        { "reporter", id->reporter_org, id->reporter_contact,
          id->reporter_domain },
        { "sender", id->sender_org, id->sender_contact, id->sender_domain },
    };

    for (size_t i = 0; i < COUNT_OF(both); i++) {
        if (is_blank(both[i].org) || count_characters(both[i].org) > ORG_MAX)
            return snow_fail(err, SNOW_EINVAL,
                             "--%s-org: 1 to %d characters, please",
                             both[i].who, ORG_MAX);
        if (!text_is_mailbox(both[i].contact))
            return snow_fail(err, SNOW_EINVAL,
                             "--%s-contact '%.100s' is no mail address",
                             both[i].who, both[i].contact);
        if (!strchr(both[i].domain, '.') || !text_is_host_name(both[i].domain))
            return snow_fail(err, SNOW_EINVAL,
                             "--%s-domain '%.100s' is no domain", both[i].who,
                             both[i].domain);
    }
    return 0;
}

bool report_xarf_is_due(const struct report_evidence_row *row)
{
    return row->domain && !row->is_allowed && !row->finding->allowed;
}

void report_xarf_id(char out[DIGEST_UUID_TEXT_MAX],
                    const struct report_identity *id,
                    const struct report_evidence_row *row)
{
    char room[512], text[SNOW_ADDR_TEXT_MAX];
    struct buf name;

    buf_init_in(&name, room, sizeof room);
    snow_addr_format(row->addr, text);
    buf_printf(&name, "xarf %s %s %lld %s", row->finding->id, text,
               (long long)observed_at(row), id->reporter_domain);
    report_object_uuid(out, &name);
    buf_fini(&name);
}

static void add_contact(struct buf *to, const char *who, const char *org,
                        const char *contact, const char *domain)
{
    report_object_key(to, who);
    report_object_open(to, '{');
    report_object_text(to, "org", org);
    report_object_text(to, "contact", contact);
    report_object_text(to, "domain", domain);
    buf_add_char(to, '}');
}

static void add_escaped(struct buf *to, const char *before, const char *text)
{
    buf_add_text(to, before);
    text_escape(to, text, strlen(text));
}

/* What it is not comes first: what is too long loses its end. */
static void describe(struct buf *to, const struct report_evidence_row *row)
{
    const struct snow_finding *f = row->finding;
    char addr[SNOW_ADDR_TEXT_MAX], first[SNOW_ADDR_TEXT_MAX];
    char last[SNOW_ADDR_TEXT_MAX], seen[TEXT_TIME_MAX];

    snow_addr_format(row->addr, addr);
    snow_addr_format(f->first, first);
    snow_addr_format(f->last, last);
    text_format_time(observed_at(row), seen);
    buf_printf(to,
               "For inspection: names and servers that were observed, which "
               "resemble the pattern of mail spread over many addresses and "
               "new domains. It is not shown that mail was sent, nor that "
               "anybody did wrong. %s, seen %s, lies in a %s of %llu addresses "
               "from %s to %s with %zu domain%s; score %.0f of 100, of which "
               "%.0f%% could be measured.",
               addr, seen, snow_finding_kind_word(f->kind),
               (unsigned long long)f->ip_count, first, last, f->n_domains,
               f->n_domains == 1 ? "" : "s", f->score, 100 * f->coverage);
    add_escaped(to, " Domain: ", row->domain);
    add_escaped(to, ". Reasons: ", f->reasons);
    if (f->caveats[0])
        add_escaped(to, ". Caveats: ", f->caveats);
    buf_add_char(to, '.');
}

/* Cut between two characters. */
static void cut(struct buf *b, size_t len)
{
    if (b->failed || b->len <= len)
        return;
    while (len > 0 && ((unsigned char)b->data[len] & 0xc0) == 0x80)
        len--;
    b->len = len;
}

static void add_description(struct buf *to,
                            const struct report_evidence_row *row)
{
    struct buf text = { 0 };

    describe(&text, row);
    cut(&text, DESCRIPTION_MAX);
    if (!text.failed)
        report_object_octets(to, "description", text.data, text.len);
    to->failed |= text.failed;
    buf_fini(&text);
}

/* An id as a tag; its first letter says of what (snow_finding.id). */
static void add_tag(struct buf *to, const char *id)
{
    static const char *const kinds[] = { "run", "strip", "campaign" };
    char tag[sizeof "campaign:" + 20];

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (*id != kinds[i][0])
            continue;
        snprintf(tag, sizeof tag, "%s:%s", kinds[i], id);
        report_object_element(to, tag);
    }
}

static void add_tags(struct buf *to, const struct snow_finding *f)
{
    char tier[sizeof "tier:" + 16];

    report_object_key(to, "tags");
    report_object_open(to, '[');
    add_tag(to, f->id);
    add_tag(to, f->parent_id);
    snprintf(tier, sizeof tier, "tier:%s", snow_tier_word(f->tier));
    report_object_element(to, tier);
    buf_add_char(to, ']');
}

static void add_csv(struct buf *to, const struct buf *csv)
{
    unsigned char hash[DIGEST_SHA256_LEN];
    char text[sizeof "sha256:" + 2 * DIGEST_SHA256_LEN] = "sha256:";

    digest_sha256(hash, csv->data, csv->len);
    digest_hex(text + strlen(text), hash, sizeof hash);
    report_object_text(to, "content_type", "text/csv");
    report_object_text(to, "description",
                       "all that was observed of the address, with the UTC "
                       "time of each: a header and a row");
    report_object_key(to, "payload");
    buf_add_char(to, '"');
    text_base64(to, csv->data, csv->len);
    buf_add_char(to, '"');
    report_object_text(to, "hash", text);
    report_object_count(to, "size", csv->len);
}

/* The user's own lists, of customers say, are nobody else's business. */
static void add_evidence(struct buf *to, const struct report_evidence_row *from)
{
    struct report_evidence_row row = *from;
    struct buf csv = { 0 };

    row.own = NULL;
    report_csv_header(&csv, &report_kind_evidence);
    report_csv_row(&csv, &report_kind_evidence, &row);
    report_object_key(to, "evidence");
    report_object_open(to, '[');
    report_object_open(to, '{');
    if (!csv.failed)
        add_csv(to, &csv);
    buf_add_text(to, "}]");
    to->failed |= csv.failed;
    buf_fini(&csv);
}

/* How much of the whole pattern was seen: what could not be measured counts as
 * not seen, so that a high score of little coverage gives little confidence. */
static void add_confidence(struct buf *to, const struct snow_finding *f)
{
    double confidence = f->score / 100 * f->coverage;

    report_object_key(to, "confidence");
    buf_add_fixed(to, confidence > 1 ? 1 : confidence, 2);
}

void report_xarf_object(struct buf *to, const struct report_identity *id,
                        const struct report_evidence_row *row)
{
    char uuid[DIGEST_UUID_TEXT_MAX], addr[SNOW_ADDR_TEXT_MAX];

    report_xarf_id(uuid, id, row);
    snow_addr_format(row->addr, addr);
    report_object_open(to, '{');
    report_object_text(to, "xarf_version", VERSION);
    report_object_text(to, "report_id", uuid);
    report_object_time(to, "timestamp", observed_at(row));
    add_contact(to, "reporter", id->reporter_org, id->reporter_contact,
                id->reporter_domain);
    add_contact(to, "sender", id->sender_org, id->sender_contact,
                id->sender_domain);
    report_object_text(to, "source_identifier", addr);
    report_object_text(to, "category", "reputation");
    report_object_text(to, "type", "threat_intelligence");
    report_object_text(to, "threat_type", "snowshoe_pattern");
    report_object_text(to, "evidence_source", "automated_scan");
    add_evidence(to, row);
    add_tags(to, row->finding);
    add_confidence(to, row->finding);
    add_description(to, row);
    buf_add_char(to, '}');
}

struct lines {
    const struct report_out *to;
    const struct report_identity *id;
    struct buf line;
};

static int put_line(void *arg, const struct report_evidence_row *row)
{
    struct lines *l = arg;

    if (!report_xarf_is_due(row))
        return 0;
    report_xarf_object(&l->line, l->id, row);
    buf_add_char(&l->line, '\n');
    return report_emit_full(l->to, &l->line);
}

int report_xarf(const struct report_out *to, const struct report_request *q,
                struct snow_error *err)
{
    struct lines l = { .to = to, .id = q->identity };
    int code = report_xarf_check(q->identity, err);

    if (code == 0)
        code = report_each_evidence(q, put_line, &l, err);
    if (code == 0)
        code = report_emit(to, &l.line);
    buf_fini(&l.line);
    return code;
}
