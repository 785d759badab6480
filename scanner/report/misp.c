/*
 * MISP: one event (core format), to be imported.
 *
 *   Attribute   ip-src, the exact prefixes of a finding that no other holds
 *   domain-ip   an address with its reverse name and domain
 *   dns-record  the PTR record that tied the two
 *   whois       what a registry said of a domain
 *   asn         who announces the addresses
 *
 * Nobody has reviewed a finding: `to_ids` is false throughout, the event is not
 * published, stays with its organisation (distribution 0), is tagged
 * tlp:amber, and says nothing of the threat (4, undefined) nor of the analysis
 * (0, initial). UUIDs are made of what they name: an event imported twice is
 * the same event.
 */
#include "addr/arpa.h"
#include "analysis/forward.h"
#include "report/object.h"
#include "report/sharing.h"
#include "report/writers.h"
#include "report/xarf.h"

#define INHERIT "5" /* an attribute or object is seen where its event is */
#define DATE_LEN 10 /* of "2018-05-20T11:02:33Z" */

/* clang-format off */
/* Templates of MISP's object catalogue. */
static const struct template {
    const char *name, *uuid, *version;
} templates[] = {
    { "domain-ip", "43b3b146-77eb-4931-b4cc-b66c60f28734", "11" },
    { "dns-record", "f023c8f0-81ab-41f3-9f5d-fa597a34a9b9", "2" },
    { "whois", "429faea1-34ff-47af-8a00-7c62d3be5a6a", "10" },
    { "asn", "4ec55cc6-9e49-4c64-b794-03c25c1a6587", "6" },
};
enum template_index { DOMAIN_IP, DNS_RECORD, WHOIS, ASN };

/* Kinds of attribute: the word, its category, whether its values lie about
 * everywhere and are to tie no events together. */
static const struct kind {
    const char *type, *category;
    bool is_common;
} kinds[] = {
    { "ip-src", "Network activity", false },
    { "ip-dst", "Network activity", false },
    { "domain", "Network activity", false },
    { "hostname", "Network activity", false },
    { "hostname", "Network activity", true },
    { "AS", "Network activity", true },
    { "whois-registrar", "Attribution", true },
    { "datetime", "Other", true },
    { "text", "Other", true },
};
enum kind_index { IP_SRC, IP_DST, DOMAIN, HOSTNAME, NAMESERVER, AS_NUMBER,
                  REGISTRAR, DATETIME, TEXT };
/* clang-format on */

struct misp {
    struct report_sharing shared;
    const struct report_out *to;
    struct buf out;
    char uuid[DIGEST_UUID_TEXT_MAX]; /* of the object at hand */
    const char *relation;            /* of its attribute before, or NULL */
    unsigned nth;                    /* of that relation, 0 … */
    const char *before;              /* of the next element of an array */
};

/* ---- parts ---- */

static void add_flag(struct misp *m, const char *key, bool value)
{
    report_object_key(&m->out, key);
    buf_add_text(&m->out, value ? "true" : "false");
}

/* MISP counts in text. */
static void add_timestamp(struct misp *m)
{
    report_object_key(&m->out, "timestamp");
    buf_printf(&m->out, "\"%lld\"", (long long)m->shared.q->made_utc_s);
}

/* What all attributes have, up to their value. */
static void add_kind(struct misp *m, enum kind_index kind, const char *uuid)
{
    const struct kind *k = &kinds[kind];

    report_object_open(&m->out, '{');
    report_object_text(&m->out, "uuid", uuid);
    report_object_text(&m->out, "type", k->type);
    report_object_text(&m->out, "category", k->category);
    add_flag(m, "to_ids", false);
    add_flag(m, "disable_correlation", k->is_common);
    report_object_text(&m->out, "distribution", INHERIT);
    add_timestamp(m);
}

/* One of the object at hand; nothing for an empty value. It is known by its
 * relation, so that what is learnt later gives no other a new name. */
static void add_attribute(struct misp *m, enum kind_index kind,
                          const char *relation, const char *value)
{
    char uuid[DIGEST_UUID_TEXT_MAX], place[32];

    if (*value == '\0')
        return;
    m->nth = m->relation && strcmp(m->relation, relation) == 0 ? m->nth + 1 : 0;
    m->relation = relation;
    snprintf(place, sizeof place, "%s %u", relation, m->nth);
    report_sharing_uuid(uuid, &m->shared, "misp-attribute", m->uuid, place);
    add_kind(m, kind, uuid);
    report_object_text(&m->out, "object_relation", relation);
    report_object_text(&m->out, "value", value);
    buf_add_char(&m->out, '}');
}

static void add_time(struct misp *m, const char *relation, int64_t utc_s)
{
    char value[TEXT_TIME_MAX];

    text_format_time(utc_s, value);
    add_attribute(m, DATETIME, relation, value);
}

/* Only what is a host name; the others are in the text beside. */
static void add_host(struct misp *m, enum kind_index kind, const char *relation,
                     const char *name)
{
    if (analysis_forward_is_fit(name))
        add_attribute(m, kind, relation, name);
}

/* @param a, b  what tells it from others of the template */
static bool begin_object(struct misp *m, enum template_index index,
                         const char *a, const char *b)
{
    const struct template *t = &templates[index];

    report_sharing_uuid(m->uuid, &m->shared, t->name, a, b);
    if (!report_sharing_is_first(&m->shared, m->uuid, &m->out))
        return false;
    m->relation = NULL;
    buf_add_text(&m->out, m->before);
    m->before = ",\n";
    buf_add_char(&m->out, '{');
    report_object_text(&m->out, "name", t->name);
    report_object_text(&m->out, "meta-category", "network");
    report_object_text(&m->out, "template_uuid", t->uuid);
    report_object_text(&m->out, "template_version", t->version);
    report_object_text(&m->out, "uuid", m->uuid);
    report_object_text(&m->out, "distribution", INHERIT);
    add_timestamp(m);
    return true;
}

static void begin_attributes(struct misp *m)
{
    report_object_key(&m->out, "Attribute");
    report_object_open(&m->out, '[');
}

static void end_object(struct misp *m)
{
    buf_add_text(&m->out, "]}");
}

/* ---- findings ---- */

static void put_prefix(struct misp *m, const struct snow_finding *f,
                       const char *prefix, const char *words)
{
    char uuid[DIGEST_UUID_TEXT_MAX];

    report_sharing_uuid(uuid, &m->shared, "misp-prefix", f->id, prefix);
    buf_add_text(&m->out, m->before);
    m->before = ",\n";
    add_kind(m, IP_SRC, uuid);
    report_object_text(&m->out, "value", prefix);
    report_object_text(&m->out, "comment", words);
    if (f->first_seen_utc_s != SNOW_TIME_UNKNOWN &&
        f->last_seen_utc_s >= f->first_seen_utc_s) {
        report_object_time(&m->out, "first_seen", f->first_seen_utc_s);
        report_object_time(&m->out, "last_seen", f->last_seen_utc_s);
    }
    buf_add_char(&m->out, '}');
}

static int put_finding(void *arg, const struct report_finding_row *row)
{
    struct misp *m = arg;
    struct report_cell prefixes = { .state = REPORT_NOT_ASKED };
    struct buf words = { 0 };
    int code;

    if (!report_sharing_is_root(&m->shared, row->finding))
        return 0;
    buf_init_in(&prefixes.text, prefixes.room, sizeof prefixes.room);
    report_sharing_words(&words, row->finding);
    code = report_sharing_prefixes(&prefixes, &m->shared, row->finding);
    m->out.failed |= prefixes.text.failed || words.failed;
    for (size_t at = 0; !m->out.failed && at < prefixes.text.len;
         at += strlen(prefixes.text.data + at) + 1)
        put_prefix(m, row->finding, prefixes.text.data + at, words.data);
    buf_fini(&prefixes.text);
    buf_fini(&words);
    return code ? code : report_emit_full(m->to, &m->out);
}

/* ---- addresses ---- */

/* What no attribute has room for: every name as it came, the greeting. */
static void add_text(struct misp *m, const struct report_evidence_row *row)
{
    const struct snow_probe *p = row->probe;
    struct buf told = { 0 };

    buf_add_text(&told, "reverse name ");
    text_escape(&told, row->name, strlen(row->name));
    if (p) {
        buf_printf(&told, "; SMTP %s", snow_smtp_status_word(p->status));
        if (p->banner_len > 0)
            buf_add_text(&told, ": ");
        text_escape(&told, p->banner, p->banner_len);
    }
    m->out.failed |= told.failed;
    if (!told.failed)
        add_attribute(m, TEXT, "text", told.data);
    buf_fini(&told);
}

/* The times are of the domain's names on the address, over all scans. */
static void put_domain_ip(struct misp *m, const struct report_evidence_row *row,
                          const char *addr)
{
    const struct snow_registration *g = row->registration;
    const char *name = report_sharing_name(row, NULL);

    if (!begin_object(m, DOMAIN_IP, row->finding->id, addr))
        return;
    report_object_text(&m->out, "comment", row->finding->id);
    begin_attributes(m);
    add_attribute(m, IP_DST, "ip", addr);
    add_host(m, DOMAIN, "domain", row->domain);
    if (name)
        add_attribute(m, HOSTNAME, "hostname", name);
    add_time(m, "first-seen",
             row->past.first_utc_s != SNOW_TIME_UNKNOWN ? row->past.first_utc_s
                                                        : row->ptr_seen_utc_s);
    add_time(m, "last-seen",
             row->past.last_utc_s != SNOW_TIME_UNKNOWN ? row->past.last_utc_s
                                                       : row->ptr_seen_utc_s);
    if (g)
        add_time(m, "registration-date", g->created_utc_s);
    add_text(m, row);
    end_object(m);
}

static void put_ptr(struct misp *m, const struct report_evidence_row *row)
{
    char name[ADDR_ARPA_TEXT_MAX];
    const char *at = report_sharing_name(row, NULL);

    addr_arpa_format(row->addr, name);
    if (!at || !begin_object(m, DNS_RECORD, name, ""))
        return;
    report_object_text(&m->out, "comment", row->finding->id);
    begin_attributes(m);
    add_attribute(m, DOMAIN, "queried-domain", name);
    for (; at; at = report_sharing_name(row, at))
        add_attribute(m, DOMAIN, "ptr-record", at);
    end_object(m);
}

static void add_nameservers(struct misp *m, const char *list)
{
    char name[SNOW_DOMAIN_MAX];

    while (*list) {
        size_t len = strcspn(list, ";");

        if (len < sizeof name) {
            memcpy(name, list, len);
            name[len] = '\0';
            add_host(m, NAMESERVER, "nameserver", name);
        }
        list += len + (list[len] == ';');
    }
}

/* Once a domain, when a registry answered. */
static void put_whois(struct misp *m, const struct snow_registration *g)
{
    struct buf name = { 0 };

    if (!g || g->status != SNOW_REGISTRATION_REGISTERED ||
        !analysis_forward_is_fit(g->domain) ||
        !begin_object(m, WHOIS, g->domain, ""))
        return;
    begin_attributes(m);
    add_attribute(m, DOMAIN, "domain", g->domain);
    text_escape(&name, g->registrar, strlen(g->registrar));
    m->out.failed |= name.failed;
    add_attribute(m, REGISTRAR, "registrar", name.data ? name.data : "");
    add_time(m, "creation-date", g->created_utc_s);
    add_time(m, "expiration-date", g->expires_utc_s);
    add_time(m, "modification-date", g->updated_utc_s);
    add_nameservers(m, g->nameservers);
    end_object(m);
    buf_fini(&name);
}

static void put_systems(struct misp *m, struct snow_addr addr)
{
    struct report_cell asns = { .state = REPORT_NOT_ASKED };

    buf_init_in(&asns.text, asns.room, sizeof asns.room);
    report_sharing_asns(&asns, &m->shared, addr);
    for (size_t at = 0; at < asns.text.len;
         at += strlen(asns.text.data + at) + 1) {
        const char *number = asns.text.data + at;

        if (!begin_object(m, ASN, number, ""))
            continue;
        begin_attributes(m);
        add_attribute(m, AS_NUMBER, "asn", number);
        end_object(m);
    }
    m->out.failed |= asns.text.failed;
    buf_fini(&asns.text);
}

static int put_evidence(void *arg, const struct report_evidence_row *row)
{
    struct misp *m = arg;
    char addr[SNOW_ADDR_TEXT_MAX];

    if (!report_xarf_is_due(row))
        return 0;
    snow_addr_format(row->addr, addr);
    put_domain_ip(m, row, addr);
    put_ptr(m, row);
    put_whois(m, row->registration);
    put_systems(m, row->addr);
    return report_emit_full(m->to, &m->out);
}

/* ---- the event ---- */

static void add_organisation(struct misp *m)
{
    const struct report_identity *us = m->shared.q->identity;
    char uuid[DIGEST_UUID_TEXT_MAX], room[512];
    struct buf name;

    if (us->reporter_org[0] == '\0')
        return; /* who imports it is its creator then */
    buf_init_in(&name, room, sizeof room);
    buf_printf(&name, "misp-org %s %s", us->reporter_domain, us->reporter_org);
    report_object_uuid(uuid, &name);
    m->out.failed |= name.failed;
    buf_fini(&name);
    report_object_key(&m->out, "Orgc");
    report_object_open(&m->out, '{');
    report_object_text(&m->out, "name", us->reporter_org);
    report_object_text(&m->out, "uuid", uuid);
    buf_add_char(&m->out, '}');
}

/* Of the day the scan began. */
static void add_event(struct misp *m)
{
    char uuid[DIGEST_UUID_TEXT_MAX], date[TEXT_TIME_MAX];
    char info[REPORT_SHARING_TARGETS_MAX + 80];

    snprintf(info, sizeof info,
             "Runs of new domains with mail servers, for inspection: %s",
             m->shared.targets);
    report_sharing_uuid(uuid, &m->shared, "misp-event", m->shared.targets, "");
    text_format_time(m->shared.scan.created_utc_s, date);
    date[DATE_LEN] = '\0';
    buf_add_text(&m->out, "{\"Event\":{");
    report_object_text(&m->out, "uuid", uuid);
    report_object_text(&m->out, "info", info);
    report_object_text(&m->out, "date", date);
    report_object_text(&m->out, "threat_level_id", "4");
    report_object_text(&m->out, "analysis", "0");
    report_object_text(&m->out, "distribution", "0");
    add_flag(m, "published", false);
    add_timestamp(m);
    add_organisation(m);
    buf_add_text(&m->out, ",\"Tag\":[{\"name\":\"tlp:amber\"}]");
}

static void begin_array(struct misp *m, const char *key)
{
    buf_printf(&m->out, ",\n\"%s\":[", key);
    m->before = "\n";
}

static int put_event(struct misp *m, struct snow_error *err)
{
    const struct report_request *q = m->shared.q;
    int code;

    add_event(m);
    begin_array(m, "Attribute");
    code = report_each_finding(q, put_finding, m, err);
    if (code)
        return code;
    buf_add_char(&m->out, ']');
    begin_array(m, "Object");
    code = report_each_evidence(q, put_evidence, m, err);
    if (code)
        return code;
    buf_add_text(&m->out, "]}}\n");
    return report_emit(m->to, &m->out);
}

int report_misp(const struct report_out *to, const struct report_request *q,
                struct snow_error *err)
{
    struct misp m = { .to = to };
    int code = report_sharing_init(&m.shared, q, err);

    if (code == 0)
        code = put_event(&m, err);
    report_sharing_fini(&m.shared);
    buf_fini(&m.out);
    return code;
}
