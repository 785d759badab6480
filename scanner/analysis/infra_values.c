/* The values themselves: texts in a form in which two domains of one making
 * are alike. */
#include <string.h>

#include "analysis/infra.h"
#include "analysis/mail_setup.h"
#include "analysis/runs.h"
#include "analysis/website.h"
#include "base/text.h"

#define PLAIN_MAX 2048
#define OWN "DOM" /* the domain's own name; all else is in lower case */
#define OWN_ADDR "IP"

/* Append in lower case, with the domain's own name taken out wherever it
 * stands. */
static void add_plain(struct buf *to, const char *text, size_t len,
                      const char *own)
{
    size_t own_len = strlen(own);

    for (size_t i = 0; i < len;) {
        if (own_len > 0 && len - i >= own_len &&
            strncasecmp(text + i, own, own_len) == 0) {
            buf_add_text(to, OWN);
            i += own_len;
            continue;
        }
        buf_add_char(to, text_lower(text[i++]));
    }
}

/* Ends the use of a text. */
static int add_hash(struct infra *in, uint32_t domain, enum infra_kind kind,
                    struct buf *text)
{
    uint64_t hash = text->len > 0 ? map_hash(text->data, text->len) | 1 : 0;
    int code =
        text->failed ? SNOW_ENOMEM : analysis_infra_add(in, domain, kind, hash);

    buf_fini(text);
    return code;
}

static bool is_answered(const struct analysis_mail_setup *m,
                        enum mail_question q)
{
    return m->status[q] == SNOW_PTR_NAME || m->status[q] == SNOW_PTR_NXDOMAIN ||
           m->status[q] == SNOW_PTR_NODATA;
}

/* --- SPF --- */

static bool holds(struct snow_range r, struct snow_addr a)
{
    return snow_addr_compare(r.first, a) <= 0 &&
           snow_addr_compare(a, r.last) <= 0;
}

/* Does it hold an address of the domain's own? */
static bool is_own(const struct infra_owner *o,
                   const struct analysis_mail_setup *m, struct snow_range r)
{
    for (unsigned i = 0; i < m->a.n; i++)
        if (holds(r, m->a.at[i]))
            return true;
    for (unsigned i = 0; i < m->aaaa.n; i++)
        if (holds(r, m->aaaa.at[i]))
            return true;
    for (size_t i = 0; i < o->n_runs; i++) {
        const struct run *run = &o->all[o->runs[i]];

        if (holds(r, run->first) ||
            holds((struct snow_range){ run->first, run->last }, r.first))
            return true;
    }
    return false;
}

/* "ip4:" or "ip6:" behind an optional qualifier: octets before the address. */
static size_t addr_at(const char *term, size_t len)
{
    size_t at = len > 0 && strchr("+-~?", term[0]) != NULL;

    if (len < at + 5 || (strncasecmp(term + at, "ip4:", 4) != 0 &&
                         strncasecmp(term + at, "ip6:", 4) != 0))
        return 0;
    return at + 4;
}

static void add_term(struct buf *to, const struct infra_owner *o,
                     const struct analysis_mail_setup *m, const char *term,
                     size_t len)
{
    size_t at = addr_at(term, len), before = to->len;
    char text[SNOW_PREFIX_TEXT_MAX];
    struct snow_prefix p;

    if (at > 0 && len - at < sizeof text) {
        memcpy(text, term + at, len - at);
        text[len - at] = '\0';
        if (snow_prefix_parse(&p, text) == 0 &&
            is_own(o, m, snow_prefix_range(p))) {
            size_t added;

            add_plain(to, term, at, "");
            buf_add_text(to, OWN_ADDR);
            added = to->len - before;
            /* however many there are in a row */
            if (before > added && !to->failed &&
                memcmp(to->data + before - added - 1, to->data + before,
                       added) == 0)
                to->data[to->len = before - 1] = '\0';
            return;
        }
    }
    add_plain(to, term, len, o->name);
}

void analysis_infra_spf(struct buf *to, const struct infra_owner *o,
                        const struct analysis_mail_setup *m)
{
    const char *text = m->spf_text;

    for (size_t i = 0, len; i < m->spf_len; i += len) {
        for (len = 0; i + len < m->spf_len && text[i + len] != ' ';)
            len++;
        if (len > 0 && to->len > 0)
            buf_add_char(to, ' ');
        if (len > 0)
            add_term(to, o, m, text + i, len);
        len += len == 0;
    }
}

static int add_spf(struct infra *in, const struct infra_owner *o,
                   const struct analysis_mail_setup *m)
{
    char room[PLAIN_MAX];
    struct buf text;
    int code;

    if (!is_answered(m, MAIL_TXT))
        return 0;
    buf_init_in(&text, room, sizeof room);
    analysis_infra_spf(&text, o, m);
    code = add_hash(in, o->domain, INFRA_SPF, &text);
    if (!code) /* asked, even if it includes nobody */
        code = analysis_infra_add(in, o->domain, INFRA_INCLUDE, 0);
    for (unsigned i = 0; !code && i < m->spf.n_includes; i++) {
        const char *name = m->spf.includes[i];

        buf_init_in(&text, room, sizeof room);
        add_plain(&text, name, strlen(name), o->name);
        if (!text.failed && strstr(text.data, OWN))
            buf_clear(&text); /* its own */
        code = add_hash(in, o->domain, INFRA_INCLUDE, &text);
    }
    return code;
}

/* --- the others --- */

/* The domain behind the first mailbox of rua, where that is somebody else's.
 * RFC 7489 §6.3 */
static int add_dmarc(struct infra *in, const struct infra_owner *o,
                     const struct analysis_mail_setup *m)
{
    char room[MAIL_DMARC_TEXT_MAX + 1], plain[MAIL_DMARC_TEXT_MAX * 2];
    struct buf text;
    const char *at;

    if (!is_answered(m, MAIL_DMARC))
        return 0;
    memcpy(room, m->dmarc, m->dmarc_len);
    room[m->dmarc_len] = '\0';
    buf_init_in(&text, plain, sizeof plain);
    at = strcasestr(room, "rua=");
    at = at ? strpbrk(at, "@;") : NULL;
    if (at && *at == '@') {
        at++;
        add_plain(&text, at, strcspn(at, ",;! \t"), o->name);
        if (!text.failed && strstr(text.data, OWN))
            buf_clear(&text);
    }
    return add_hash(in, o->domain, INFRA_DMARC, &text);
}

static int add_zone(struct infra *in, const struct infra_owner *o,
                    const struct analysis_mail_setup *m)
{
    char room[PLAIN_MAX];
    struct buf text;
    int code = 0;

    buf_init_in(&text, room, sizeof room);
    for (unsigned i = 0; i < m->n_ns; i++) { /* sorted */
        add_plain(&text, m->ns[i], strlen(m->ns[i]), o->name);
        buf_add_char(&text, ' ');
    }
    if (is_answered(m, MAIL_NS))
        code = add_hash(in, o->domain, INFRA_NAMESERVERS, &text);
    buf_init_in(&text, room, sizeof room);
    add_plain(&text, m->soa_server, strlen(m->soa_server), o->name);
    if (text.len > 0)
        buf_add_char(&text, ' ');
    add_plain(&text, m->soa_mailbox, strlen(m->soa_mailbox), o->name);
    if (!code && is_answered(m, MAIL_SOA))
        code = add_hash(in, o->domain, INFRA_SOA, &text);
    return code;
}

int analysis_infra_add_mail(struct infra *in, const struct infra_owner *o,
                            const struct analysis_mail_setup *m)
{
    int code = add_zone(in, o, m);

    if (!code)
        code = add_spf(in, o, m);
    return code ? code : add_dmarc(in, o, m);
}

/* Only what somebody wrote: the pages of a server, a registrar or a reseller
 * say nothing of the domain's owner. */
int analysis_infra_add_website(struct infra *in, const struct infra_owner *o,
                               const struct analysis_website *w)
{
    char room[PAGE_TITLE_MAX * 2];
    struct buf text;

    if (w->status != WEBSITE_CONTENT && !analysis_website_is_none(w))
        return 0;
    buf_init_in(&text, room, sizeof room);
    if (w->status == WEBSITE_CONTENT)
        add_plain(&text, w->title, strlen(w->title), o->name);
    return add_hash(in, o->domain, INFRA_TITLE, &text);
}
