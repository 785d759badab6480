/*
 * STIX 2.1: one bundle.
 *
 *   identity         who reports, where that was told
 *   infrastructure   each finding; consists-of its members, addresses, domains
 *   note             why: score, reasons, caveats
 *   indicator        the exact prefixes of a finding that no other holds, a
 *                    hundred each
 *   ipv4-addr, domain-name, autonomous-system
 *   related-to       an address and its reverse name
 *   resolves-to      only where the name was asked, and led to the address
 *   report           refers to the first three kinds
 *
 * All ids are made of what they name: what is exported twice is the same
 * object. Only names that are host names become a domain-name; all are in the
 * other exports.
 */
#include "analysis/forward.h"
#include "report/object.h"
#include "report/sharing.h"
#include "report/writers.h"
#include "report/xarf.h"

#define ID_MAX 80

/* Of one indicator: those who read patterns nest as deep as there are ORs, and
 * some give up at a thousand. */
#define PATTERN_MAX 100

/* TLP:AMBER, STIX 2.1 §7.2.1.4: nobody has reviewed it, so that it stays among
 * those who have to know. */
#define AMBER "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"

/* Of an identity that is the same in all exports, `created` must not change
 * (STIX 2.1 §3.6): a time that says nothing. */
#define NEVER_UTC_S 0

/* STIX 2.1 §2.9: the namespace of cyber-observable objects. */
static const unsigned char observables[DIGEST_UUID_LEN] = {
    0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
    0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7,
};

struct stix {
    struct report_sharing shared;
    const struct report_out *to;
    struct buf out;
    struct buf refs; /* of the report: elements of an array */
    char author[ID_MAX];
    int64_t modified_utc_s;
    bool has_objects;
};

/* ---- ids ---- */

static void observable_id(char out[ID_MAX], const char *type, const char *key,
                          const char *json)
{
    char room[512], uuid[DIGEST_UUID_TEXT_MAX];
    struct buf name;

    buf_init_in(&name, room, sizeof room);
    buf_printf(&name, "{\"%s\":%s}", key, json);
    digest_uuid(uuid, observables, name.data, name.len);
    snprintf(out, ID_MAX, "%s--%s", type, uuid);
    buf_fini(&name);
}

/* Of an address or a host name: no octet of them needs an escape. */
static void value_id(char out[ID_MAX], const char *type, const char *value)
{
    char json[ANALYSIS_FORWARD_NAME_MAX + 2];

    snprintf(json, sizeof json, "\"%s\"", value);
    observable_id(out, type, "value", json);
}

static const char *addr_type(struct snow_addr a)
{
    return snow_addr_is_ipv4(a) ? "ipv4-addr" : "ipv6-addr";
}

static void object_id(char out[ID_MAX], const struct stix *s, const char *type,
                      const char *a, const char *b)
{
    char uuid[DIGEST_UUID_TEXT_MAX];

    report_sharing_uuid(uuid, &s->shared, type, a, b);
    snprintf(out, ID_MAX, "%s--%s", type, uuid);
}

/* ---- objects ---- */

/* `created` and `modified` are given to the millisecond (STIX 2.1 §3.2); so are
 * all others. */
static void add_time(struct stix *s, const char *key, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    report_object_key(&s->out, key);
    buf_printf(&s->out, "\"%.*s.000Z\"", (int)strcspn(text, "Z"), text);
}

/* What every object begins with. @return false when it has been written */
static bool begin(struct stix *s, const char *type, const char *id)
{
    if (!report_sharing_is_first(&s->shared, id, &s->out))
        return false;
    buf_add_text(&s->out, s->has_objects ? ",\n{" : ",\n\"objects\":[\n{");
    s->has_objects = true;
    report_object_text(&s->out, "type", type);
    report_object_text(&s->out, "spec_version", "2.1");
    report_object_text(&s->out, "id", id);
    return true;
}

static void add_ref(struct buf *to, const char *key, const char *id)
{
    report_object_key(to, key);
    report_object_open(to, '[');
    report_object_element(to, id);
    buf_add_char(to, ']');
}

/* The same for what is no observable: when, by whom, for whom. */
static bool begin_told(struct stix *s, const char *type, const char *id)
{
    if (!begin(s, type, id))
        return false;
    add_time(s, "created", s->shared.scan.created_utc_s);
    add_time(s, "modified", s->modified_utc_s);
    if (s->author[0])
        report_object_text(&s->out, "created_by_ref", s->author);
    add_ref(&s->out, "object_marking_refs", AMBER);
    return true;
}

static void end(struct stix *s)
{
    buf_add_char(&s->out, '}');
}

static void put_author(struct stix *s)
{
    const struct report_identity *us = s->shared.q->identity;
    char room[512], uuid[DIGEST_UUID_TEXT_MAX];
    struct buf name;

    if (us->reporter_org[0] == '\0')
        return;
    buf_init_in(&name, room, sizeof room);
    buf_printf(&name, "identity %s %s", us->reporter_domain, us->reporter_org);
    report_object_uuid(uuid, &name);
    s->out.failed |= name.failed;
    buf_fini(&name);
    snprintf(s->author, sizeof s->author, "identity--%s", uuid);
    begin(s, "identity", s->author);
    add_time(s, "created", NEVER_UTC_S);
    add_time(s, "modified", NEVER_UTC_S);
    report_object_text(&s->out, "name", us->reporter_org);
    report_object_text(&s->out, "identity_class", "organization");
    if (us->reporter_contact[0])
        report_object_text(&s->out, "contact_information",
                           us->reporter_contact);
    end(s);
}

/* @param about  NULL: the type says it all */
static void relate(struct stix *s, const char *from, const char *type,
                   const char *to, const char *about)
{
    char ends[2 * ID_MAX], id[ID_MAX];

    snprintf(ends, sizeof ends, "%s %s", from, to);
    object_id(id, s, "relationship", type, ends);
    if (!begin_told(s, "relationship", id))
        return;
    report_object_text(&s->out, "relationship_type", type);
    report_object_text(&s->out, "source_ref", from);
    report_object_text(&s->out, "target_ref", to);
    if (about)
        report_object_text(&s->out, "description", about);
    end(s);
}

/* ---- findings ---- */

static void finding_id(char out[ID_MAX], const struct stix *s, const char *type,
                       const struct snow_finding *f)
{
    object_id(out, s, type, f->id, "");
}

static void add_name(struct stix *s, const struct snow_finding *f)
{
    report_object_key(&s->out, "name");
    buf_printf(&s->out, "\"%s %s\"", snow_finding_kind_word(f->kind), f->id);
}

/* No first_seen: of infrastructure it is when it was seen doing harm (STIX 2.1
 * §4.8), which nobody has. */
static void put_infrastructure(struct stix *s, const struct snow_finding *f)
{
    const struct snow_finding *parent = report_sharing_parent(&s->shared, f);
    char id[ID_MAX], other[ID_MAX];

    finding_id(id, s, "infrastructure", f);
    if (!begin_told(s, "infrastructure", id))
        return;
    add_name(s, f);
    add_ref(&s->out, "infrastructure_types", "unknown");
    end(s);
    report_object_element(&s->refs, id);
    if (!parent)
        return;
    finding_id(other, s, "infrastructure", parent);
    relate(s, other, "consists-of", id, NULL);
}

static void put_note(struct stix *s, const struct snow_finding *f)
{
    struct buf words = { 0 };
    char id[ID_MAX], about[ID_MAX];

    finding_id(id, s, "note", f);
    finding_id(about, s, "infrastructure", f);
    report_sharing_words(&words, f);
    s->out.failed |= words.failed;
    if (!words.failed && begin_told(s, "note", id)) {
        report_object_text(&s->out, "abstract", "what was observed");
        report_object_text(&s->out, "content", words.data);
        add_ref(&s->out, "object_refs", about);
        end(s);
        report_object_element(&s->refs, id);
    }
    buf_fini(&words);
}

/* [ipv4-addr:value ISSUBSET 'A/n' OR …] (STIX 2.1 §9.6.1), of the elements from
 * *at on; *at moves behind those that were taken. */
static void add_pattern(struct stix *s, const struct buf *prefixes, size_t *at)
{
    const char *before = "\"[";

    report_object_key(&s->out, "pattern");
    for (unsigned n = 0; n < PATTERN_MAX && *at < prefixes->len; n++) {
        const char *prefix = prefixes->data + *at;

        buf_printf(&s->out, "%s%s:value ISSUBSET '%s'", before,
                   strchr(prefix, ':') ? "ipv6-addr" : "ipv4-addr", prefix);
        before = " OR ";
        *at += strlen(prefix) + 1;
    }
    buf_add_text(&s->out, "]\"");
}

/* It holds from the last observation until lists expire. */
static void add_validity(struct stix *s, const struct snow_finding *f)
{
    int64_t expiry_s = s->shared.q->identity->list_expiry_s;
    int64_t from = f->last_seen_utc_s;
    int64_t until = s->modified_utc_s;

    if (from == SNOW_TIME_UNKNOWN)
        from = s->shared.scan.created_utc_s;
    if (until < from) /* it must be behind (STIX 2.1 §4.7) */
        until = from;
    add_time(s, "valid_from", from);
    if (expiry_s > 0)
        add_time(s, "valid_until", until + expiry_s);
}

/* @return where the prefixes begin that are for the next one */
static size_t add_indicator(struct stix *s, const struct snow_finding *f,
                            const struct buf *prefixes, size_t at)
{
    char id[ID_MAX], about[ID_MAX];

    object_id(id, s, "indicator", f->id, prefixes->data + at);
    finding_id(about, s, "infrastructure", f);
    if (!begin_told(s, "indicator", id))
        return prefixes->len;
    add_name(s, f);
    report_object_text(&s->out, "description",
                       "Addresses for inspection, in exact prefixes; the note "
                       "about the infrastructure tells why.");
    add_ref(&s->out, "indicator_types", "anomalous-activity");
    add_pattern(s, prefixes, &at);
    report_object_text(&s->out, "pattern_type", "stix");
    add_validity(s, f);
    end(s);
    report_object_element(&s->refs, id);
    relate(s, id, "indicates", about, NULL);
    return at;
}

static int put_indicator(struct stix *s, const struct snow_finding *f)
{
    struct report_cell prefixes = { .state = REPORT_NOT_ASKED };
    int code;

    buf_init_in(&prefixes.text, prefixes.room, sizeof prefixes.room);
    code = report_sharing_prefixes(&prefixes, &s->shared, f);
    s->out.failed |= prefixes.text.failed;
    for (size_t at = 0; code == 0 && !s->out.failed && at < prefixes.text.len;)
        at = add_indicator(s, f, &prefixes.text, at);
    buf_fini(&prefixes.text);
    return code;
}

static int put_finding(void *arg, const struct report_finding_row *row)
{
    struct stix *s = arg;
    const struct snow_finding *f = row->finding;
    int code = 0;

    if (f->allowed)
        return 0;
    put_infrastructure(s, f);
    put_note(s, f);
    if (report_sharing_is_root(&s->shared, f))
        code = put_indicator(s, f);
    return code ? code : report_emit_full(s->to, &s->out);
}

/* ---- addresses ---- */

/* The systems first, as the address refers to them. */
static void put_addr(struct stix *s, const char *id, struct snow_addr addr)
{
    struct report_cell asns = { .state = REPORT_NOT_ASKED };
    char text[SNOW_ADDR_TEXT_MAX], other[ID_MAX];
    struct buf refs = { 0 };

    buf_init_in(&asns.text, asns.room, sizeof asns.room);
    report_sharing_asns(&asns, &s->shared, addr);
    for (size_t at = 0; at < asns.text.len;
         at += strlen(asns.text.data + at) + 1) {
        const char *number = asns.text.data + at;

        observable_id(other, "autonomous-system", "number", number);
        report_object_element(&refs, other);
        if (!begin(s, "autonomous-system", other))
            continue;
        buf_printf(&s->out, ",\"number\":%s", number);
        end(s);
    }
    snow_addr_format(addr, text);
    if (begin(s, addr_type(addr), id)) {
        report_object_text(&s->out, "value", text);
        if (refs.len > 0)
            buf_printf(&s->out, ",\"belongs_to_refs\":[%s]", refs.data);
        end(s);
    }
    s->out.failed |= asns.text.failed || refs.failed;
    buf_fini(&asns.text);
    buf_fini(&refs);
}

/* @return false for what is no host name */
static bool put_domain(struct stix *s, char id[ID_MAX], const char *name)
{
    if (!analysis_forward_is_fit(name))
        return false;
    value_id(id, "domain-name", name);
    if (begin(s, "domain-name", id)) {
        report_object_text(&s->out, "value", name);
        end(s);
    }
    return true;
}

/* Where a name leads is known of the finding's first one. */
static void put_name(struct stix *s, const char *addr,
                     const struct report_evidence_row *row, const char *name)
{
    char id[ID_MAX], seen[TEXT_TIME_MAX], about[64];

    put_domain(s, id, name);
    text_format_time(row->ptr_seen_utc_s, seen);
    snprintf(about, sizeof about, "reverse name (PTR)%s%s",
             *seen ? ", seen " : "", seen);
    relate(s, addr, "related-to", id, about);
    if (strcmp(name, row->name) == 0 &&
        analysis_forward_judge(row->forward, row->addr) == ANALYSIS_WAY_BACK)
        relate(s, id, "resolves-to", addr, NULL);
}

static int put_evidence(void *arg, const struct report_evidence_row *row)
{
    struct stix *s = arg;
    char finding[ID_MAX], addr[ID_MAX], domain[ID_MAX];
    char text[SNOW_ADDR_TEXT_MAX];

    if (!report_xarf_is_due(row))
        return 0;
    snow_addr_format(row->addr, text);
    value_id(addr, addr_type(row->addr), text);
    finding_id(finding, s, "infrastructure", row->finding);
    put_addr(s, addr, row->addr);
    relate(s, finding, "consists-of", addr, NULL);
    if (put_domain(s, domain, row->domain))
        relate(s, finding, "consists-of", domain, NULL);
    for (const char *name = NULL; (name = report_sharing_name(row, name));)
        put_name(s, addr, row, name);
    return report_emit_full(s->to, &s->out);
}

/* ---- the bundle ---- */

static void put_report(struct stix *s)
{
    char id[ID_MAX];

    s->out.failed |= s->refs.failed;
    if (s->refs.len == 0 || s->refs.failed)
        return;
    object_id(id, s, "report", s->shared.targets, "");
    if (!begin_told(s, "report", id))
        return;
    report_object_text(&s->out, "name",
                       "Runs of new domains with mail servers, for inspection");
    add_ref(&s->out, "report_types", "observed-data");
    add_time(s, "published", s->modified_utc_s);
    report_object_key(&s->out, "object_refs");
    buf_printf(&s->out, "[%s]", s->refs.data);
    end(s);
}

static int put_bundle(struct stix *s, struct snow_error *err)
{
    const struct report_request *q = s->shared.q;
    char id[ID_MAX];
    int code;

    object_id(id, s, "bundle", s->shared.targets, "");
    buf_add_text(&s->out, "{\"type\":\"bundle\"");
    report_object_text(&s->out, "id", id);
    put_author(s);
    code = report_each_finding(q, put_finding, s, err);
    if (code == 0)
        code = report_each_evidence(q, put_evidence, s, err);
    if (code)
        return code;
    put_report(s);
    buf_add_text(&s->out, s->has_objects ? "\n]}\n" : "}\n");
    return report_emit(s->to, &s->out);
}

int report_stix(const struct report_out *to, const struct report_request *q,
                struct snow_error *err)
{
    struct stix s = { .to = to, .modified_utc_s = q->made_utc_s };
    int code = report_sharing_init(&s.shared, q, err);

    if (s.modified_utc_s < s.shared.scan.created_utc_s)
        s.modified_utc_s = s.shared.scan.created_utc_s;
    if (code == 0)
        code = put_bundle(&s, err);
    report_sharing_fini(&s.shared);
    buf_fini(&s.out);
    buf_fini(&s.refs);
    return code;
}
