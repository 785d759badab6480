/*
 * web – what a domain's first page shows.
 *
 *   page.c   the judgement over what was read                     (pure)
 *   read.c   a page's text, links, frames, scripts, its title     (pure)
 *   html.c   tags and text                                        (pure)
 *   glyph.c  entities and character sets; folding                 (pure)
 *   signs.c  the table of words and hosts                         (pure)
 *
 * Always    a page with something of its own is content; what cannot be told
 *           is never told as nothing.
 * Start at  decide(), at the end of this file.
 */
#include "web/page.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "snowline/error.h"
#include "web/glyph.h"
#include "web/read.h"

#define OWN_LINKS_MAX 16 /* of a page that nobody made */

static const char *const kind_words[PAGE_N_KINDS] = {
    [PAGE_CONTENT] = "content",
    [PAGE_DEFAULT] = "default",
    [PAGE_PARKED] = "parked",
    [PAGE_ERROR] = "error",
};

static const struct {
    const char *word;
    enum page_kind kind;
} details[PAGE_N_DETAILS] = {
#define X(id, word, kind) [PAGE_##id] = { word, PAGE_##kind },
    PAGE_DETAILS(X)
#undef X
};

const char *page_kind_word(enum page_kind kind)
{
    return kind_words[kind];
}

const char *page_detail_word(enum page_detail detail)
{
    return details[detail].word;
}

enum page_kind page_detail_kind(enum page_detail detail)
{
    return details[detail].kind;
}

bool page_detail_parse(enum page_detail *out, const char *word)
{
    for (size_t i = 0; i < COUNT_OF(details); i++)
        if (strcmp(details[i].word, word) == 0) {
            *out = (enum page_detail)i;
            return true;
        }
    return false;
}

bool page_is_own(const char *host, size_t len, const char *domain)
{
    size_t n = strlen(domain);

    return len >= n && strncasecmp(host + len - n, domain, n) == 0 &&
           (len == n || host[len - n - 1] == '.');
}

/* --- what kind of octets --- */

enum octets { OCTETS_HTML, OCTETS_TEXT, OCTETS_OTHER };

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* Without a type, what looks like a page is one. */
static enum octets sniff(const struct page_answer *in)
{
    size_t n = in->len < 512 ? in->len : 512;

    for (size_t i = 0; i < n; i++)
        if (!text_is_space(in->body[i]) && in->body[i] != '\0')
            return in->body[i] == '<' || (in->body[i] & 0x80) ? OCTETS_HTML
                   : memchr(in->body, '\0', n)                ? OCTETS_OTHER
                                                              : OCTETS_TEXT;
    return OCTETS_HTML;
}

static enum octets octets_of(const struct page_answer *in)
{
    static const char *const html[] = { "text/html", "application/xhtml",
                                        "text/xml", "application/xml" };
    const char *type = in->content_type;

    while (text_is_space(*type))
        type++;
    if (*type == '\0')
        return sniff(in);
    for (size_t i = 0; i < COUNT_OF(html); i++)
        if (begins(type, html[i]))
            return OCTETS_HTML;
    return begins(type, "text/plain") ? OCTETS_TEXT : OCTETS_OTHER;
}

/* @return 0 for none, 'l' or 'b' for the order of its octets; a mark, a name,
 * or a '<' of two octets at the beginning tells */
static char utf16_order(const struct page_answer *in)
{
    static const struct {
        const char *octets;
        char order;
    } marks[] = {
        { "\xff\xfe", 'l' }, { "\xfe\xff", 'b' }, { "<\0", 'l' }, { "\0<", 'b' }
    };

    for (size_t i = 0; in->len >= 2 && i < COUNT_OF(marks); i++)
        if (memcmp(in->body, marks[i].octets, 2) == 0)
            return marks[i].order;
    if (strcasestr(in->content_type, "charset=utf-16be"))
        return 'b';
    return strcasestr(in->content_type, "charset=utf-16") ? 'l' : '\0';
}

/* --- the judgement --- */

/* A sign counts where there is not more text than it allows. */
static const struct web_sign *sign(const struct reading *r, enum web_means m)
{
    const struct web_sign *s = r->found.of[m];
    size_t max = s ? (size_t)s->text_max * 64 : 0;

    return s && (max == 0 || r->text_octets <= max) ? s : NULL;
}

static bool settle(struct page *p, enum page_detail detail, const char *words)
{
    p->detail = detail;
    p->kind = page_detail_kind(detail);
    if (words)
        text_copy(p->sign, sizeof p->sign, words);
    return true;
}

static bool settle_by(struct page *p, const struct reading *r,
                      enum web_means means, enum page_detail detail)
{
    const struct web_sign *s = sign(r, means);

    return s && settle(p, detail, s->words);
}

/* Visitors are sent to ww1.… to ww99.… of a domain by several parkers. */
static bool is_ww_number(const char *host)
{
    return host[0] == 'w' && host[1] == 'w' && text_is_digit(host[2]);
}

static bool is_thin(const struct reading *r)
{
    return r->text_octets < PAGE_TEXT_THIN;
}

static bool is_parked(struct page *p, const struct reading *r)
{
    const char *host = r->in->host;
    const char *parker = web_parking_host(host, strlen(host));

    if (parker && !page_is_own(host, strlen(host), r->in->domain))
        return settle(p, PAGE_HELD, parker);
    if (r->parker && r->text_octets < 6 * PAGE_TEXT_THIN)
        return settle(p, PAGE_HELD, r->parker);
    if (settle_by(p, r, WEB_EXPIRED, PAGE_EXPIRED))
        return true;
    if (!r->found.of[WEB_NOT_FOR_SALE]) {
        if (settle_by(p, r, WEB_FOR_SALE, PAGE_FOR_SALE))
            return true;
        if (strcasestr(p->title, r->in->domain) &&
            settle_by(p, r, WEB_NAME_FOR_SALE, PAGE_FOR_SALE))
            return true;
    }
    if (settle_by(p, r, WEB_HELD, PAGE_HELD))
        return true;
    return is_ww_number(host) && is_thin(r) &&
           settle(p, PAGE_HELD, "ww and a number");
}

static bool is_first_page(struct page *p, const struct reading *r)
{
    if (settle_by(p, r, WEB_SUSPENDED, PAGE_SUSPENDED))
        return true;
    return r->links_own <= OWN_LINKS_MAX &&
           (settle_by(p, r, WEB_PANEL, PAGE_PANEL) ||
            settle_by(p, r, WEB_SERVER, PAGE_SERVER) ||
            settle_by(p, r, WEB_FRESH, PAGE_FRESH));
}

/* RFC 9110 §15; a page that says much is worth reading whatever it is sent
 * with. */
static bool is_refusal(struct page *p, const struct reading *r)
{
    long status = r->in->status;

    if (status >= 300 && status < 400)
        return settle(p, PAGE_REDIRECTS, NULL);
    if (status < 400)
        return false;
    if (status == 404 || status == 410)
        return is_thin(r) && settle(p, PAGE_NOT_FOUND, NULL);
    if (status == 429 || status == 503)
        return settle(p, PAGE_BUSY, NULL);
    if (status == 401 || status == 403 || status == 407 || status == 451)
        return settle(p, PAGE_FORBIDDEN, NULL);
    return settle(p, PAGE_BROKEN, NULL);
}

static bool is_listing(struct page *p, const struct reading *r)
{
    if (strncasecmp(p->title, "index of /", 10) != 0)
        return false;
    return settle(p, r->entries > 0 ? PAGE_LISTING : PAGE_NOTHING, NULL);
}

/* Who runs a site that is not ready yet may be named all the same. */
static bool is_placeholder(struct page *p, const struct reading *r)
{
    for (unsigned m = WEB_NUMBER; m <= WEB_COMPANY; m++)
        if (r->found.of[m])
            return false;
    return settle_by(p, r, WEB_SOON, PAGE_PLACEHOLDER);
}

static enum page_detail content_of(const struct reading *r)
{
    bool is_seen = r->text_octets > 0 || r->images > 0 || r->forms > 0;

    if (!is_thin(r))
        return PAGE_SITE;
    if (r->leads_elsewhere)
        return PAGE_ELSEWHERE;
    if (r->scripts > 0 || r->frames > 0 || r->refreshes > 0)
        return PAGE_SCRIPT_ONLY;
    return is_seen || r->in->is_cut ? PAGE_THIN : PAGE_EMPTY;
}

static void decide(struct page *p, const struct reading *r, enum octets octets)
{
    const char *host = r->in->host;

    if (is_parked(p, r))
        return;
    if (!page_is_own(host, strlen(host), r->in->domain)) {
        settle(p, PAGE_ELSEWHERE, NULL);
        return;
    }
    if (settle_by(p, r, WEB_CHALLENGE, PAGE_CHALLENGE) || is_first_page(p, r) ||
        is_refusal(p, r))
        return;
    if (octets == OCTETS_OTHER && r->in->len > 0)
        settle(p, PAGE_FILE, NULL);
    else if (!is_listing(p, r) && !is_placeholder(p, r))
        settle(p, content_of(r), NULL);
}

/* --- who runs it --- */

static const char *const company_words[WEB_N_MEANS] = {
    [WEB_NUMBER] = "number",   [WEB_IMPRINT] = "imprint",
    [WEB_ADDRESS] = "address", [WEB_COMPANY] = "form",
    [WEB_PHONE] = "phone",     [WEB_MAIL] = "mail",
    [WEB_CONTACT] = "contact",
};

/* Where words may be missed, none found says nothing: in a page cut off, in
 * octets of an unknown character set. */
static enum page_company absence(const struct page *p, const struct reading *r)
{
    bool is_foreign = r->odd > r->text_octets / 16;

    if (p->kind != PAGE_CONTENT)
        return p->kind == PAGE_ERROR ? PAGE_COMPANY_UNKNOWN : PAGE_COMPANY_NO;
    return (p->detail == PAGE_SITE || p->detail == PAGE_THIN) &&
                   !r->in->is_cut && !is_foreign
               ? PAGE_COMPANY_NO
               : PAGE_COMPANY_UNKNOWN;
}

static void name_company(struct page *p, const struct reading *r)
{
    p->company_sign = "";
    p->company = absence(p, r);
    if (p->kind != PAGE_CONTENT || p->detail == PAGE_ELSEWHERE)
        return;
    for (unsigned m = WEB_NUMBER; m <= WEB_CONTACT; m++)
        if (r->found.of[m]) {
            p->company = PAGE_COMPANY_YES;
            p->company_sign = company_words[m];
            return;
        }
}

static void judge(struct page *out, const struct page_answer *in)
{
    struct reading r;
    struct page p = { .kind = PAGE_CONTENT };
    enum octets octets = octets_of(in);

    web_read_init(&r, in, p.title);
    if (octets == OCTETS_HTML)
        web_read_html(&r);
    else if (octets == OCTETS_TEXT)
        web_read_text(&r);
    p.text_octets = r.text_octets;
    p.links_own = r.links_own;
    p.links_foreign = r.links_foreign;
    p.forms = r.forms;
    p.scripts = r.scripts;
    decide(&p, &r, octets);
    name_company(&p, &r);
    *out = p;
}

int page_judge(struct page *out, const struct page_answer *in)
{
    struct page_answer answer = *in;
    struct buf utf8 = { 0 };
    char order = utf16_order(in);
    int code = 0;

    if (answer.len > PAGE_BODY_MAX) {
        answer.len = PAGE_BODY_MAX;
        answer.is_cut = true;
    }
    if (order && octets_of(in) != OCTETS_OTHER) {
        glyph_from_utf16(&utf8, answer.body, answer.len, order == 'b');
        answer.body = utf8.data;
        answer.len = utf8.len;
    }
    if (utf8.failed)
        code = SNOW_ENOMEM;
    else
        judge(out, &answer);
    buf_fini(&utf8);
    return code;
}
