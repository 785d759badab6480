#include "import/own.h"

#include "import/json_formats.h"
#include "import/name.h"

#define CAPABILITIES_MAX 65536

void import_own_text(struct import_reader *r, char *to, size_t cap,
                     const struct members_value *v)
{
    import_clear(r, &r->more);
    if (members_text(&r->more, v, MEMBERS_OCTETS))
        import_clear(r, &r->more);
    text_copy(to, cap, r->more.len > 0 ? r->more.data : "");
}

int import_own_list(struct buf *to, const struct members_value *list,
                    char between)
{
    struct members m;
    struct members_value v;
    size_t from = to->len;
    int more;

    members_begin(&m, list);
    while ((more = members_next(&m, NULL, &v)) > 0) {
        if (to->len > from)
            buf_add_char(to, between);
        if (v.kind != MEMBERS_TEXT || members_text(to, &v, MEMBERS_OCTETS))
            return SNOW_ESYNTAX;
    }
    return more;
}

int import_own_word(const struct members_value *v,
                    const char *(*word)(unsigned number))
{
    for (unsigned i = 0; i < 16; i++)
        if (members_is(v, word(i)))
            return (int)i;
    return -1;
}

/* --- ptr --- */

enum { IP, STATUS, NAMES, TIME, PTR_MEMBERS };

static int take_ptr(struct import_reader *r, const struct members_value *record)
{
    struct members_value v[PTR_MEMBERS], name;
    const struct members_want wants[] = { { "ip", &v[IP] },
                                          { "status", &v[STATUS] },
                                          { "names", &v[NAMES] },
                                          { "time", &v[TIME] } };
    struct import_ptr p = { .name = NULL };
    struct members m;
    int code = members_get(record, wants, PTR_MEMBERS), more;

    if (code || v[IP].kind != MEMBERS_TEXT || v[STATUS].kind != MEMBERS_TEXT ||
        import_addr(&p.addr, v[IP].at, v[IP].len))
        return SNOW_ESYNTAX;
    p.status = import_status(v[STATUS].at, v[STATUS].len);
    p.seen_utc_s = members_time(&v[TIME]);
    if (p.status != SNOW_PTR_NAME)
        return import_give(r, &p, NULL, 0);
    members_begin(&m, &v[NAMES]);
    while (!code && (more = members_next(&m, NULL, &name)) != 0) {
        import_clear(r, &r->text);
        if (more < 0 || name.kind != MEMBERS_TEXT ||
            members_text(&r->text, &name, MEMBERS_OCTETS))
            return SNOW_ESYNTAX;
        code = import_give(r, &p, r->text.data, r->text.len);
    }
    return code;
}

/* --- probe --- */

/** Texts of a probe in the scratch, which moves while it grows. */
struct text_at {
    size_t at, len;
};

struct probe_texts {
    struct text_at banner, hello, capabilities, subject, names, issuer;
};

static int put_text(struct import_reader *r, struct text_at *t,
                    const struct members_value *v)
{
    int code;

    t->at = r->text.len;
    code = v->kind == MEMBERS_ARRAY ? import_own_list(&r->text, v, '\n')
                                    : members_text(&r->text, v, MEMBERS_OCTETS);
    t->len = r->text.len - t->at;
    return code;
}

static int take_ehlo(struct import_reader *r, struct snow_probe *p,
                     struct probe_texts *t, const struct members_value *ehlo)
{
    struct members_value status, hello, capabilities;
    const struct members_want wants[] = { { "status", &status },
                                          { "hello", &hello },
                                          { "capabilities", &capabilities } };
    int word, code = members_get(ehlo, wants, COUNT_OF(wants));

    if (code)
        return code;
    word = import_own_word(&status, snow_ehlo_status_word);
    p->ehlo_status = word > 0 ? (uint8_t)word : SNOW_EHLO_NOT_ASKED;
    code = put_text(r, &t->hello, &hello);
    if (!code)
        code = put_text(r, &t->capabilities, &capabilities);
    if (t->capabilities.len > CAPABILITIES_MAX)
        t->capabilities.len = CAPABILITIES_MAX;
    return code;
}

static int take_tls(struct import_reader *r, struct snow_probe *p,
                    struct probe_texts *t, const struct members_value *tls)
{
    struct members_value status, version, cipher, subject, names, issuer,
        not_before, not_after, spki, own;
    const struct members_want wants[] = {
        { "status", &status },         { "version", &version },
        { "cipher", &cipher },         { "subject", &subject },
        { "names", &names },           { "issuer", &issuer },
        { "not_before", &not_before }, { "not_after", &not_after },
        { "spki_sha256", &spki },      { "self_signed", &own },
    };
    int word, code = members_get(tls, wants, COUNT_OF(wants));

    if (code)
        return code;
    word = import_own_word(&status, snow_tls_status_word);
    p->tls_status = word > 0 ? (uint8_t)word : SNOW_TLS_NOT_ASKED;
    import_own_text(r, p->tls.version, sizeof p->tls.version, &version);
    import_own_text(r, p->tls.cipher, sizeof p->tls.cipher, &cipher);
    import_own_text(r, p->tls.spki_sha256, sizeof p->tls.spki_sha256, &spki);
    p->tls.not_before_utc_s = members_time(&not_before);
    p->tls.not_after_utc_s = members_time(&not_after);
    p->tls.is_self_signed = members_is_true(&own);
    if (!(code = put_text(r, &t->subject, &subject)) &&
        !(code = put_text(r, &t->names, &names)))
        code = put_text(r, &t->issuer, &issuer);
    return code;
}

static int give_probe(struct import_reader *r, struct snow_probe *p,
                      const struct probe_texts *t)
{
    const char *text;

    if (r->text.failed)
        return SNOW_ENOMEM;
    text = r->text.data ? r->text.data : "";
    p->banner = text + t->banner.at;
    p->banner_len = t->banner.len;
    p->hello = text + t->hello.at;
    p->hello_len = t->hello.len;
    p->capabilities = text + t->capabilities.at;
    p->capabilities_len = t->capabilities.len;
    p->tls.subject = text + t->subject.at;
    p->tls.subject_len = t->subject.len;
    p->tls.names = text + t->names.at;
    p->tls.names_len = t->names.len;
    p->tls.issuer = text + t->issuer.at;
    p->tls.issuer_len = t->issuer.len;
    return r->to->probe(r->to->arg, p);
}

/* What every probe has; the rest may be missing. */
static int take_greeting(struct import_reader *r, struct snow_probe *p,
                         struct probe_texts *t,
                         const struct members_value *record)
{
    struct members_value ip, port, status, banner, code, ms, blocked, time;
    const struct members_want wants[] = {
        { "ip", &ip },         { "port", &port },
        { "status", &status }, { "banner", &banner },
        { "code", &code },     { "greeting_ms", &ms },
        { "time", &time },     { "client_blocked", &blocked },
    };
    uint64_t number = 0;
    int word;

    if (members_get(record, wants, COUNT_OF(wants)) ||
        ip.kind != MEMBERS_TEXT || import_addr(&p->addr, ip.at, ip.len) ||
        !members_number(&port, UINT16_MAX, &number) || number == 0)
        return SNOW_ESYNTAX;
    p->port = (uint16_t)number;
    word = import_own_word(&status, snow_smtp_status_word);
    if (word < 0)
        return SNOW_ESYNTAX;
    p->status = (uint8_t)word;
    if (members_number(&code, 999, &number))
        p->code = (uint16_t)number;
    if (members_number(&ms, UINT32_MAX, &number))
        p->greeting_ms = (uint32_t)number;
    p->client_blocked = members_is_true(&blocked);
    p->seen_utc_s = members_time(&time);
    if (p->seen_utc_s == SNOW_TIME_UNKNOWN)
        p->seen_utc_s = r->default_utc_s;
    return put_text(r, &t->banner, &banner);
}

static int take_probe(struct import_reader *r,
                      const struct members_value *record)
{
    struct members_value ehlo, tls;
    const struct members_want wants[] = { { "ehlo", &ehlo }, { "tls", &tls } };
    struct snow_probe p = { .status = SNOW_SMTP_PENDING };
    struct probe_texts t = { .banner.len = 0 };
    int code = members_get(record, wants, COUNT_OF(wants));

    import_clear(r, &r->text);
    if (!code)
        code = take_greeting(r, &p, &t, record);
    if (!code)
        code = take_ehlo(r, &p, &t, &ehlo);
    if (!code)
        code = take_tls(r, &p, &t, &tls);
    if (code || p.status == SNOW_SMTP_PENDING)
        return code;
    return give_probe(r, &p, &t);
}

/* --- which of them --- */

static int (*kind_of(const struct members_value *record))(
    struct import_reader *r, const struct members_value *record)
{
    struct members_value ip, port, names, domain;
    const struct members_want wants[] = { { "ip", &ip },
                                          { "port", &port },
                                          { "names", &names },
                                          { "domain", &domain } };

    if (members_get(record, wants, COUNT_OF(wants)))
        return NULL;
    if (ip.kind == MEMBERS_TEXT && names.kind == MEMBERS_ARRAY)
        return take_ptr;
    if (ip.kind == MEMBERS_TEXT && port.kind == MEMBERS_PLAIN)
        return take_probe;
    return domain.kind == MEMBERS_TEXT ? import_own_domain : NULL;
}

bool import_own_detect(const char *line, size_t len)
{
    struct members_value record;

    return members_line(&record, line, len) == 0 && kind_of(&record);
}

int import_own_take(struct import_reader *r, char *line, size_t len)
{
    struct members_value record;
    int (*take)(struct import_reader * to, const struct members_value *from);

    if (members_line(&record, line, len))
        return SNOW_ESYNTAX;
    take = kind_of(&record);
    return take ? take(r, &record) : SNOW_ESYNTAX;
}
