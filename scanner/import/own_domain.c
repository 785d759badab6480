/* A record of `domain` taken apart into the kinds of evidence that it was made
 * of. What it does not hold stays unknown: it has no time of its own for what
 * was asked of the DNS, no preferences, and cannot tell an address that was not
 * asked for from one that is not there. */
#include "analysis/mail_setup.h"
#include "analysis/website.h"
#include "base/records.h"
#include "import/name.h"
#include "import/own.h"

#define SOURCE "import"

/* What all the evidence of a record shares. */
struct subject {
    struct import_reader *r;
    char domain[SNOW_DOMAIN_MAX];
    int64_t seen_utc_s;
};

static int give(const struct subject *s, const char *kind, const char *source,
                const struct buf *json)
{
    struct snow_evidence e = { .subject = s->domain,
                               .kind = kind,
                               .source = source,
                               .observed_utc_s = s->seen_utc_s,
                               .data = json->data,
                               .data_len = json->len };

    return json->failed ? SNOW_ENOMEM : s->r->to->evidence(s->r->to->arg, &e);
}

/* --- its registration --- */

static int copy_list(struct import_reader *r, char *to, size_t cap,
                     const struct members_value *list)
{
    int code;

    import_clear(r, &r->more);
    code = import_own_list(&r->more, list, ';');
    text_copy(to, cap, r->more.len > 0 ? r->more.data : "");
    return code;
}

/* Registries that tell a date alone are exported with its first second. */
static bool is_midnight(int64_t utc_s)
{
    return utc_s != SNOW_TIME_UNKNOWN && utc_s % 86400 == 0;
}

static int take_registration(const struct subject *s,
                             const struct members_value *record)
{
    struct members_value status, registrar, id, created, expires, updated, list,
        servers, source;
    const struct members_want wants[] = {
        { "status", &status },        { "registrar", &registrar },
        { "registrar_iana_id", &id }, { "created", &created },
        { "expires", &expires },      { "updated", &updated },
        { "statuses", &list },        { "nameservers", &servers },
        { "source", &source },
    };
    struct snow_registration g = { .seen_utc_s = s->seen_utc_s };
    struct import_reader *r = s->r;
    struct buf json = { 0 };
    uint64_t number = 0;
    int word, code = members_get(record, wants, COUNT_OF(wants));

    if (code || status.kind != MEMBERS_TEXT)
        return code;
    word = import_own_word(&status, snow_registration_status_word);
    if (word <= 0 || copy_list(r, g.statuses, sizeof g.statuses, &list) ||
        copy_list(r, g.nameservers, sizeof g.nameservers, &servers))
        return SNOW_ESYNTAX;
    g.status = (uint8_t)word;
    g.created_utc_s = members_time(&created);
    g.created_is_date_only = is_midnight(g.created_utc_s);
    g.expires_utc_s = members_time(&expires);
    g.updated_utc_s = members_time(&updated);
    if (members_number(&id, UINT32_MAX, &number))
        g.registrar_iana_id = (uint32_t)number;
    text_copy(g.domain, sizeof g.domain, s->domain);
    import_own_text(r, g.registrar, sizeof g.registrar, &registrar);
    import_own_text(r, g.source, sizeof g.source, &source);
    record_registration_format_json(&json, &g);
    code = give(s, "registration", g.source, &json);
    buf_fini(&json);
    return code;
}

/* --- its mail set-up --- */

static const char *spf_word(unsigned number)
{
    return number <= SPF_STATUS_TOO_MANY
               ? analysis_spf_status_word((enum spf_status)number)
               : "";
}

static void add_spf_entry(struct analysis_spf *spf, struct snow_prefix p,
                          char qualifier)
{
    struct spf_entry *e = &spf->entries[spf->n_entries];

    if (spf->n_entries == SPF_ENTRIES_MAX) {
        spf->is_cut = true;
        return;
    }
    *e = (struct spf_entry){ .prefix = p, .qualifier = qualifier };
    e->families = SPF_IPV4 | SPF_IPV6;
    if (p.len > 0)
        e->families = snow_addr_is_ipv4(p.first) ? SPF_IPV4 : SPF_IPV6;
    e->next = ++spf->n_entries;
}

/* Those that pass, in their order, and what it says of everybody else. */
static int take_passes(struct analysis_spf *spf,
                       const struct members_value *list)
{
    struct members m;
    struct members_value v;
    char text[SNOW_PREFIX_TEXT_MAX];
    int more;

    members_begin(&m, list);
    while ((more = members_next(&m, NULL, &v)) > 0) {
        struct snow_prefix p;

        if (v.kind != MEMBERS_TEXT || v.len >= sizeof text)
            return SNOW_ESYNTAX;
        memcpy(text, v.at, v.len);
        text[v.len] = '\0';
        if (snow_prefix_parse(&p, text))
            return SNOW_ESYNTAX;
        add_spf_entry(spf, p, '+');
    }
    return more;
}

static int take_includes(struct import_reader *r, struct analysis_spf *spf,
                         const struct members_value *list)
{
    struct members m;
    struct members_value v;
    int more;

    members_begin(&m, list);
    while ((more = members_next(&m, NULL, &v)) > 0)
        if (spf->n_includes < SPF_LOOKUPS_MAX)
            import_own_text(r, spf->includes[spf->n_includes++], SPF_NAME_MAX,
                            &v);
    return more;
}

static int take_spf(struct import_reader *r, struct analysis_spf *spf,
                    const struct members_value *mail)
{
    struct members_value status, all, lookups, includes, passes;
    const struct members_want wants[] = { { "spf_status", &status },
                                          { "spf_all", &all },
                                          { "spf_lookups", &lookups },
                                          { "spf_includes", &includes },
                                          { "spf_passes", &passes } };
    uint64_t number = 0;
    int word, code = members_get(mail, wants, COUNT_OF(wants));

    word = import_own_word(&status, spf_word);
    if (code || word <= SPF_STATUS_NOT_ASKED)
        return code;
    spf->status = (uint8_t)word;
    if (members_number(&lookups, UINT8_MAX, &number))
        spf->n_lookups = (uint8_t)number;
    if (take_includes(r, spf, &includes) || take_passes(spf, &passes))
        return SNOW_ESYNTAX;
    if (all.kind == MEMBERS_TEXT && all.len == 1 && strchr("+-~?", *all.at)) {
        spf->all = *all.at;
        add_spf_entry(spf, (struct snow_prefix){ .len = 0 }, spf->all);
    }
    return 0;
}

/* A text that was asked for: absent ones are "", unasked ones null. */
static void take_text(struct import_reader *r, uint8_t *status, char *to,
                      size_t cap, const struct members_value *v)
{
    import_clear(r, &r->more);
    if (v->kind != MEMBERS_TEXT || members_text(&r->more, v, MEMBERS_OCTETS))
        return;
    *status = r->more.len > 0 ? SNOW_PTR_NAME : SNOW_PTR_NODATA;
    if (r->more.len > cap)
        r->more.len = cap;
    if (r->more.len > 0)
        memcpy(to, r->more.data, r->more.len);
}

static int take_hosts(struct import_reader *r, struct analysis_mail_setup *m,
                      const struct members_value *list, bool is_mx)
{
    struct members at;
    struct members_value v;
    int more;

    members_begin(&at, list);
    while ((more = members_next(&at, NULL, &v)) > 0) {
        if (is_mx && m->n_mx < MAIL_MX_MAX) {
            struct mail_mx *mx = &m->mx[m->n_mx++];

            mx->preference = m->n_mx; /* their order is all that is known */
            import_own_text(r, mx->host, sizeof mx->host, &v);
        } else if (!is_mx && m->n_ns < MAIL_NS_MAX) {
            import_own_text(r, m->ns[m->n_ns++], MAIL_NAME_MAX, &v);
        }
    }
    return more;
}

static int take_addrs(struct mail_addrs *to, const struct members_value *list)
{
    struct members m;
    struct members_value v;
    int more;

    members_begin(&m, list);
    while ((more = members_next(&m, NULL, &v)) > 0) {
        struct snow_addr a;

        if (v.kind != MEMBERS_TEXT || import_addr(&a, v.at, v.len))
            return SNOW_ESYNTAX;
        if (to->n < MAIL_ADDRS_MAX)
            to->at[to->n++] = a;
    }
    return more;
}

static int take_dns(struct import_reader *r, struct analysis_mail_setup *m,
                    const struct members_value *dns)
{
    struct members_value ns, server, mailbox, serial;
    const struct members_want wants[] = { { "ns", &ns },
                                          { "soa_server", &server },
                                          { "soa_mailbox", &mailbox },
                                          { "soa_serial", &serial } };
    uint64_t number = 0;
    int code = members_get(dns, wants, COUNT_OF(wants));

    if (code || (code = take_hosts(r, m, &ns, false)))
        return code;
    import_own_text(r, m->soa_server, sizeof m->soa_server, &server);
    import_own_text(r, m->soa_mailbox, sizeof m->soa_mailbox, &mailbox);
    if (members_number(&serial, UINT32_MAX, &number))
        m->soa_serial = (uint32_t)number;
    m->status[MAIL_NS] = m->n_ns > 0 ? SNOW_PTR_NAME : 0;
    m->status[MAIL_SOA] = m->soa_server[0] ? SNOW_PTR_NAME : 0;
    return 0;
}

static int take_mail_status(struct import_reader *r,
                            struct analysis_mail_setup *m,
                            const struct members_value *mail)
{
    struct members_value mx, policy;
    const struct members_want wants[] = { { "mx_status", &mx },
                                          { "dmarc_policy", &policy } };
    int word, code = members_get(mail, wants, COUNT_OF(wants));

    if (code)
        return code;
    word = import_own_word(&mx, snow_ptr_status_word);
    m->status[MAIL_MX] = word > 0 ? (uint8_t)word : SNOW_PTR_PENDING;
    import_own_text(r, m->dmarc_policy, sizeof m->dmarc_policy, &policy);
    return take_spf(r, &m->spf, mail);
}

static size_t used(const char *octets, size_t cap)
{
    while (cap > 0 && octets[cap - 1] == '\0')
        cap--;
    return cap;
}

static int fill_mail(struct import_reader *r, struct analysis_mail_setup *m,
                     const struct members_value *record)
{
    struct members_value mx, spf, dmarc, a, aaaa, dns, mail;
    const struct members_want wants[] = {
        { "mx", &mx },     { "spf", &spf }, { "dmarc", &dmarc }, { "a", &a },
        { "aaaa", &aaaa }, { "dns", &dns }, { "mail", &mail },
    };
    int code = members_get(record, wants, COUNT_OF(wants));

    if (code || take_mail_status(r, m, &mail) || take_dns(r, m, &dns) ||
        take_hosts(r, m, &mx, true) || take_addrs(&m->a, &a) ||
        take_addrs(&m->aaaa, &aaaa))
        return SNOW_ESYNTAX;
    if (m->n_mx > 0)
        m->status[MAIL_MX] = SNOW_PTR_NAME;
    take_text(r, &m->status[MAIL_TXT], m->spf_text, sizeof m->spf_text, &spf);
    take_text(r, &m->status[MAIL_DMARC], m->dmarc, sizeof m->dmarc, &dmarc);
    m->spf_len = (uint16_t)used(m->spf_text, sizeof m->spf_text);
    m->dmarc_len = (uint16_t)used(m->dmarc, sizeof m->dmarc);
    m->n_dmarc = m->dmarc_len > 0;
    m->status[MAIL_A] = m->a.n > 0 ? SNOW_PTR_NAME : 0;
    m->status[MAIL_AAAA] = m->aaaa.n > 0 ? SNOW_PTR_NAME : 0;
    return 0;
}

static bool is_mail_known(const struct analysis_mail_setup *m)
{
    bool is_known = m->spf.status != SPF_STATUS_NOT_ASKED;

    for (size_t i = 0; i < MAIL_QUESTIONS; i++)
        is_known |= m->status[i] != SNOW_PTR_PENDING;
    return is_known;
}

static int take_mail(const struct subject *s,
                     const struct members_value *record)
{
    struct analysis_mail_setup *m = calloc(1, sizeof *m);
    struct buf json = { 0 };
    int code;

    if (!m)
        return SNOW_ENOMEM;
    code = fill_mail(s->r, m, record);
    if (!code && is_mail_known(m)) {
        analysis_mail_format_json(&json, m);
        code = give(s, "mail", SOURCE, &json);
    }
    buf_fini(&json);
    free(m);
    return code;
}

/* --- its website --- */

static const char *web_word(unsigned number)
{
    return number < WEBSITE_N_STATUSES
               ? analysis_website_status_word((enum website_status)number)
               : "";
}

static int fill_site(struct import_reader *r, struct analysis_website *w,
                     const struct members_value *site)
{
    struct members_value detail, http, url, to, address, title, octets, company,
        sign;
    const struct members_want wants[] = {
        { "detail", &detail },
        { "http_status", &http },
        { "url", &url },
        { "redirects_to", &to },
        { "address", &address },
        { "title", &title },
        { "text_octets", &octets },
        { "names_company", &company },
        { "company_sign", &sign },
    };
    uint64_t number = 0;
    int code = members_get(site, wants, COUNT_OF(wants));

    if (code)
        return code;
    import_own_text(r, w->detail, sizeof w->detail, &detail);
    import_own_text(r, w->url, sizeof w->url, &url);
    import_own_text(r, w->redirects_to, sizeof w->redirects_to, &to);
    import_own_text(r, w->address, sizeof w->address, &address);
    import_own_text(r, w->title, sizeof w->title, &title);
    import_own_text(r, w->company_sign, sizeof w->company_sign, &sign);
    if (members_number(&http, 999, &number))
        w->http_status = (unsigned)number;
    if (members_number(&octets, INT64_MAX, &number))
        w->text_octets = number;
    if (company.kind == MEMBERS_PLAIN && company.len == 5)
        w->company = PAGE_COMPANY_NO;
    if (members_is_true(&company))
        w->company = PAGE_COMPANY_YES;
    return 0;
}

static int take_web(const struct subject *s, const struct members_value *record)
{
    struct members_value web, site;
    const struct members_want wants[] = { { "web", &web },
                                          { "website", &site } };
    struct analysis_website w = { .company = PAGE_COMPANY_UNKNOWN };
    struct buf json = { 0 };
    int word, code = members_get(record, wants, COUNT_OF(wants));

    if (code || web.kind != MEMBERS_TEXT)
        return code;
    word = import_own_word(&web, web_word);
    if (word < 0 || fill_site(s->r, &w, &site))
        return SNOW_ESYNTAX;
    w.status = (enum website_status)word;
    analysis_website_format_json(&json, &w);
    code = give(s, "web", SOURCE, &json);
    buf_fini(&json);
    return code;
}

/* --- all of it --- */

int import_own_domain(struct import_reader *r,
                      const struct members_value *record)
{
    struct members_value domain, time;
    const struct members_want wants[] = { { "domain", &domain },
                                          { "time", &time } };
    struct subject s = { .r = r };
    char name[SNOW_NAME_MAX];
    int code = members_get(record, wants, COUNT_OF(wants));

    if (code || domain.kind != MEMBERS_TEXT ||
        import_name(name, domain.at, domain.len) ||
        strlen(name) >= sizeof s.domain || name[0] == '.' ||
        !strchr(name, '.') || strchr(name, '\\'))
        return SNOW_ESYNTAX;
    text_copy(s.domain, sizeof s.domain, name);
    s.seen_utc_s = members_time(&time);
    if (s.seen_utc_s == SNOW_TIME_UNKNOWN)
        s.seen_utc_s = r->default_utc_s;
    code = take_registration(&s, record);
    if (!code)
        code = take_mail(&s, record);
    return code ? code : take_web(&s, record);
}
