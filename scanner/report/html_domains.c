#include "base/records.h"
#include "report/html.h"
#include "report/mails.h"
#include "report/registrations.h"
#include "report/websites.h"

#define DAY_S 86400

/* What is known of the domains of the findings that are shown. */
struct known {
    struct report_registrations registrations;
    struct report_websites websites;
    struct report_mails mails;
    struct snow_registration record; /* of the domain at hand */
};

static void add_time(struct buf *to, int64_t utc_s)
{
    if (utc_s == SNOW_TIME_UNKNOWN)
        buf_add_text(to, ",null");
    else
        buf_printf(to, ",%lld", (long long)utc_s);
}

static void add_word(struct html *h, const char *word)
{
    buf_printf(&h->out, ",%zu", html_word(h, word));
}

static void add_octets(struct buf *to, const char *octets, size_t len)
{
    buf_add_char(to, ',');
    text_json(to, octets, len);
}

/* [name, created, registrar, IANA's number, name servers, statuses, source,
 * seen, website, SPF, MX], less what is not known at the end. */
static void add_domain(struct html *h, struct known *k, const char *domain)
{
    const struct snow_registration *r = &k->record;
    const char *web = report_websites_word(&k->websites, domain);
    struct report_mail mail;

    buf_add_char(&h->out, '[');
    text_json(&h->out, domain, strlen(domain));
    if (report_registrations_get(&k->registrations, domain, &k->record)) {
        add_time(&h->out, r->created_utc_s);
        add_word(h, r->registrar);
        buf_printf(&h->out, ",%lu", (unsigned long)r->registrar_iana_id);
        add_word(h, r->nameservers);
        add_word(h, r->statuses);
        add_octets(&h->out, r->source, strlen(r->source));
        add_time(&h->out, r->seen_utc_s);
    } else {
        size_t none = html_word(h, "");

        buf_printf(&h->out, ",null,%zu,0,%zu,%zu,\"\",null", none, none, none);
    }
    add_word(h, web ? web : "");
    if (report_mails_get(&k->mails, domain, &mail)) {
        add_octets(&h->out, mail.spf, mail.spf_len);
        add_octets(&h->out, mail.mx, mail.mx_len);
    }
    buf_add_char(&h->out, ']');
}

/* Domains of campaigns are those of their runs as well: each is told once. */
static int add_of_finding(struct html *h, struct known *k,
                          const struct snow_finding *f)
{
    for (size_t i = 0; i < f->n_domains; i++) {
        const char *domain = f->domains[i];
        uint64_t *at = map_put(&h->domains, domain, strlen(domain));
        int code;

        if (!at)
            return SNOW_ENOMEM;
        if (*at != 0)
            continue;
        *at = h->domains.n;
        if (h->domains.n > 1)
            buf_add_text(&h->out, ",\n");
        add_domain(h, k, domain);
        code = html_flush_full(h);
        if (code)
            return code;
    }
    return 0;
}

/* How many of the scan's other domains were registered on which day. */
struct background {
    struct html *h;
    struct map days; /* days since 1970 as text */
};

static int count_day(void *arg, const struct snow_evidence *e)
{
    struct background *b = arg;
    struct snow_registration *r;
    char day[24];
    uint64_t *n = NULL;
    int code;

    if (map_get(&b->h->domains, e->subject, strlen(e->subject)))
        return 0;
    r = malloc(sizeof *r);
    if (!r)
        return SNOW_ENOMEM;
    code = record_registration_parse_json(r, e->data, e->data_len);
    if (code == 0 && r->created_utc_s != SNOW_TIME_UNKNOWN) {
        int len = snprintf(day, sizeof day, "%lld",
                           (long long)(r->created_utc_s / DAY_S));

        n = map_put(&b->days, day, (size_t)len);
        code = n ? 0 : SNOW_ENOMEM;
    }
    if (n)
        ++*n;
    free(r);
    return code == SNOW_ESYNTAX ? 0 : code;
}

static int add_background(struct html *h)
{
    struct background b = { .h = h };
    const char *day;
    size_t len, at = 0;
    uint64_t n;
    bool is_first = true;
    int code = snow_store_each_evidence(h->q->store, h->q->scan, "registration",
                                        count_day, &b, h->err);

    buf_add_text(&h->out, ",\n\"background\":[");
    while (map_next(&b.days, &at, &day, &len, &n)) {
        buf_printf(&h->out, "%s[%s,%llu]", is_first ? "" : ",", day,
                   (unsigned long long)n);
        is_first = false;
    }
    buf_add_char(&h->out, ']');
    map_fini(&b.days);
    return code;
}

static int load(struct known *k, struct html *h)
{
    int code =
        report_registrations_load(&k->registrations, h->q, &h->tree, h->err);

    if (!code)
        code = report_websites_load(&k->websites, h->q, h->err);
    if (!code)
        code = report_mails_load(&k->mails, h->q, h->err);
    return code;
}

int html_domains(struct html *h)
{
    struct known *k = calloc(1, sizeof *k);
    int code = k ? load(k, h) : SNOW_ENOMEM;

    buf_add_text(&h->out, "\"domains\":[");
    for (size_t i = 0; i < h->tree.n && !code; i++)
        if (h->tree.nodes[i].is_shown)
            code = add_of_finding(h, k, &h->q->findings->all[i]);
    buf_add_char(&h->out, ']');
    if (!code)
        code = add_background(h);
    if (k) {
        report_registrations_fini(&k->registrations);
        report_websites_fini(&k->websites);
        report_mails_fini(&k->mails);
    }
    free(k);
    return code;
}
