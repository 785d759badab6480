/*
 * What a page holds.
 *
 * Its text is folded into a window that is searched whenever it is full, so
 * that memory is constant. Enough stays before and behind for a sign to be
 * seen whole, with what must stand beside it.
 */
#include "web/read.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "web/glyph.h"

#define BEFORE 24                  /* octets kept before what is searched */
#define BEHIND (WEB_SIGN_MAX + 16) /* and not yet searched */
#define URL_MAX 512                /* looked at */
#define SCRIPT_MAX 2048            /* octets of each script looked at */
#define SCRIPT_MIN 64 /* shorter ones draw no page: counters, settings */

/* Words go on across these. */
static const char *const inline_elements[] = { "b",    "i",   "em",  "strong",
                                               "font", "u",   "s",   "small",
                                               "sup",  "sub", "wbr", "mark",
                                               "abbr" };

/* clang-format off */
static const struct web_sign phone_link = { 0, WEB_PHONE, 0, "tel:" };
static const struct web_sign mail_link = { 0, WEB_MAIL, 0, "mailto:" };
static const struct web_sign adblockkey = { 0, WEB_HELD, 48, "adblockkey" };
/* clang-format on */

void web_read_init(struct reading *r, const struct page_answer *in, char *title)
{
    *r = (struct reading){ .in = in, .title = title };
    web_index_init(&r->index);
}

/* --- text --- */

static void search_window(struct reading *r, size_t to)
{
    struct web_text t = {
        .at = r->window, .len = r->len, .from = r->searched, .to = to
    };
    size_t drop = to > BEFORE ? to - BEFORE : 0;

    web_search(&r->found, &r->index, &t, WEB_TEXT);
    memmove(r->window, r->window + drop, r->len - drop);
    r->len -= drop;
    r->searched = to - drop;
}

static void put_octet(struct reading *r, char c)
{
    if (r->len == sizeof r->window)
        search_window(r, r->len - BEHIND);
    r->window[r->len++] = c;
    if (r->text_octets < sizeof r->head - 1)
        r->head[r->text_octets] = c;
    r->text_octets++;
    if (r->in_link && r->link_len < sizeof r->link)
        r->link[r->link_len++] = c;
}

static void put(struct reading *r, const char *octets, size_t n)
{
    if (n == 1 && octets[0] == ' ') {
        r->is_spaced = r->text_octets > 0;
        return;
    }
    if (r->is_spaced)
        put_octet(r, ' ');
    r->is_spaced = false;
    for (size_t i = 0; i < n; i++)
        put_octet(r, octets[i]);
}

static void read_span(struct reading *r, struct html_span s)
{
    struct glyphs g;
    char folded[GLYPH_FOLD_MAX];
    uint32_t c;

    glyphs_init(&g, s);
    while ((c = glyphs_next(&g)))
        put(r, folded, glyph_fold(folded, c));
    r->odd += g.odd;
}

static void end_text(struct reading *r)
{
    search_window(r, r->len);
    if (r->text_octets < sizeof r->head)
        web_search_whole(&r->found, &r->index, r->head, WEB_TEXT_ALL);
}

/* --- the title --- */

/* Fold a short text. @return octets */
static size_t fold(char *to, size_t cap, struct html_span s)
{
    struct glyphs g;
    char folded[GLYPH_FOLD_MAX];
    size_t len = 0;
    uint32_t c;

    glyphs_init(&g, s);
    while ((c = glyphs_next(&g))) {
        size_t n = glyph_fold(folded, c);
        bool is_space = n == 1 && folded[0] == ' ';

        if (len + n >= cap)
            break;
        if (is_space && (len == 0 || to[len - 1] == ' '))
            continue;
        memcpy(to + len, folded, n);
        len += n;
    }
    if (len > 0 && to[len - 1] == ' ')
        len--;
    to[len] = '\0';
    return len;
}

/* What would steer a terminal, also from the right to the left. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static void keep_title(char out[PAGE_TITLE_MAX], struct html_span s)
{
    struct glyphs g;
    size_t len = 0;
    uint32_t c;

    glyphs_init(&g, s);
    while ((c = glyphs_next(&g))) {
        char utf8[4];
        size_t n;

        if (is_control(c) || c == 0xa0)
            c = ' ';
        n = glyph_encode(utf8, c);
        if (len + n >= PAGE_TITLE_MAX)
            break;
        if (c == ' ' && (len == 0 || out[len - 1] == ' '))
            continue;
        memcpy(out + len, utf8, n);
        len += n;
    }
    if (len > 0 && out[len - 1] == ' ')
        len--;
    out[len] = '\0';
}

/* Spaces alone can be long: what is cut off here is no title. */
static void read_title(struct reading *r, struct html_span s)
{
    char folded[PAGE_TITLE_MAX];
    struct web_text t = { .at = folded };

    if (r->has_title)
        return;
    r->has_title = true;
    keep_title(r->title, s);
    t.len = fold(folded, sizeof folded, s);
    t.to = t.len;
    web_search_whole(&r->found, &r->index, folded, WEB_TITLE);
    web_search(&r->found, &r->index, &t, WEB_TEXT | WEB_TITLE_IN);
    t.to = t.len > 0;
    web_search(&r->found, &r->index, &t, WEB_TITLE_BEGIN);
}

/* --- links, frames, scripts --- */

static bool begins(struct html_span s, const char *with)
{
    size_t n = strlen(with);

    return s.len >= n && strncasecmp(s.at, with, n) == 0;
}

static struct html_span trim(struct html_span s)
{
    while (s.len > 0 && text_is_space(*s.at)) {
        s.at++;
        s.len--;
    }
    return s;
}

static struct html_span after(struct html_span s, size_t n)
{
    return (struct html_span){ .at = s.at + n, .len = s.len - n };
}

/* The host of a URL, of length 0 where it has none: it is our own. */
static struct html_span host_of(struct html_span url)
{
    struct html_span s = { .at = url.at };

    if (begins(url, "http://"))
        s = after(url, 7);
    else if (begins(url, "https://"))
        s = after(url, 8);
    else if (begins(url, "//"))
        s = after(url, 2);
    for (size_t i = 0; i < s.len; i++)
        if (strchr("/?#:\\ \t\r\n", s.at[i])) {
            s.len = i;
            break;
        }
    return s;
}

static bool is_own(const struct reading *r, struct html_span host)
{
    const char *answered = r->in->host;

    if (host.len == 0 || page_is_own(host.at, host.len, r->in->domain))
        return true;
    return host.len == strlen(answered) &&
           strncasecmp(host.at, answered, host.len) == 0;
}

/* Words of an address: what stands between its signs. */
static void search_link(struct reading *r, struct html_span url)
{
    char words[URL_MAX];
    struct web_text t = { .at = words };

    for (size_t i = 0; i < url.len && t.len < sizeof words; i++) {
        char c = text_lower(url.at[i]);
        bool is_word = text_is_alnum(c) || (unsigned char)c >= 0x80;

        words[t.len++] = is_word ? c : ' ';
    }
    t.to = t.len;
    web_search(&r->found, &r->index, &t, WEB_LINK);
}

static void end_link(struct reading *r)
{
    struct web_text t = { .at = r->link,
                          .len = r->link_len,
                          .to = r->link_len };

    if (r->in_link)
        web_search(&r->found, &r->index, &t, WEB_LINK);
    r->in_link = false;
    r->link_len = 0;
}

/* Directories are listed by names alone, sorted by "?C=N". */
static bool is_entry(struct html_span url)
{
    return url.len > 0 && url.at[0] != '?' && url.at[0] != '/' &&
           url.at[0] != '.' && !begins(url, "cgi-bin");
}

static void read_own_link(struct reading *r, struct html_span url)
{
    r->links_own++;
    r->entries += is_entry(url);
    r->in_link = true;
    search_link(r, url);
}

static void read_link(struct reading *r, struct html_span url)
{
    struct html_span host;

    end_link(r);
    url = trim(url);
    host = host_of(url);
    if (begins(url, "mailto:"))
        web_found_note(&r->found, &mail_link);
    else if (begins(url, "tel:"))
        web_found_note(&r->found, &phone_link);
    else if (begins(url, "#"))
        search_link(r, url); /* a section of the one page there is */
    else if (url.len == 0 || begins(url, "javascript:") || begins(url, "data:"))
        return;
    else if (is_own(r, host))
        read_own_link(r, after(url, (size_t)(host.at - url.at) + host.len));
    else
        r->links_foreign++;
}

/* Where a frame, a script or a refresh comes from. @return is it our own? */
static bool read_place(struct reading *r, struct html_span url)
{
    char lower[URL_MAX];
    struct html_span host;
    struct web_text t = { .at = lower };

    url = trim(url);
    for (; t.len < url.len && t.len < sizeof lower; t.len++)
        lower[t.len] = text_lower(url.at[t.len]);
    t.to = t.len;
    web_search(&r->found, &r->index, &t, WEB_PLACE);
    host = host_of((struct html_span){ .at = lower, .len = t.len });
    if (is_own(r, host))
        return true;
    if (!r->parker) /* the first one tells */
        r->parker = web_parking_host(host.at, host.len);
    return false;
}

static void read_frame(struct reading *r, struct html_span url)
{
    r->frames++;
    if (!read_place(r, url))
        r->leads_elsewhere = true;
}

/* "5; url=/next" (HTML §4.2.5.3); without an address it only comes again. */
static void read_refresh(struct reading *r, struct html_span content)
{
    for (size_t i = 0; i + 4 <= content.len && i < URL_MAX; i++) {
        struct html_span url = after(content, i);

        if (!begins(url, "url="))
            continue;
        url = trim(after(url, 4));
        while (url.len > 0 && (*url.at == '\'' || *url.at == '"'))
            url = after(url, 1);
        r->refreshes++;
        if (!read_place(r, url))
            r->leads_elsewhere = true;
        return;
    }
}

static void read_script(struct reading *r, struct html_span s)
{
    char lower[SCRIPT_MAX];
    struct web_text t = { .at = lower };

    r->scripts += s.len >= SCRIPT_MIN;
    for (size_t i = 0; i < s.len && t.len < sizeof lower; i++)
        if (!text_is_space(s.at[i]))
            lower[t.len++] = text_lower(s.at[i]);
    t.to = t.len;
    web_search(&r->found, &r->index, &t, WEB_SCRIPT);
}

/* --- tags --- */

static void on_a(struct reading *r, const struct html_token *t)
{
    if (t->attributes[HTML_HREF].at)
        read_link(r, t->attributes[HTML_HREF]);
}

static void on_frame(struct reading *r, const struct html_token *t)
{
    if (t->attributes[HTML_SRC].len > 0)
        read_frame(r, t->attributes[HTML_SRC]);
}

static void on_script(struct reading *r, const struct html_token *t)
{
    if (t->attributes[HTML_SRC].len == 0)
        return;
    r->scripts++;
    read_place(r, t->attributes[HTML_SRC]);
}

static void on_meta(struct reading *r, const struct html_token *t)
{
    if (html_span_is(t->attributes[HTML_HTTP_EQUIV], "refresh") &&
        t->attributes[HTML_CONTENT].at)
        read_refresh(r, t->attributes[HTML_CONTENT]);
}

static void on_form(struct reading *r, const struct html_token *t)
{
    (void)t;
    r->forms++;
}

static void on_image(struct reading *r, const struct html_token *t)
{
    (void)t;
    r->images++;
}

/* The mark by which parkers pay an advertisement blocker. */
static void on_html(struct reading *r, const struct html_token *t)
{
    if (t->attributes[HTML_ADBLOCKKEY].len > 0)
        web_found_note(&r->found, &adblockkey);
}

static const struct {
    const char *name;
    void (*open)(struct reading *r, const struct html_token *t);
} elements[] = {
    { "a", on_a },          { "area", on_a },        { "frame", on_frame },
    { "iframe", on_frame }, { "script", on_script }, { "meta", on_meta },
    { "form", on_form },    { "input", on_form },    { "img", on_image },
    { "svg", on_image },    { "video", on_image },   { "object", on_image },
    { "embed", on_image },  { "canvas", on_image },  { "html", on_html },
};

static bool is_inline(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(inline_elements); i++)
        if (inline_elements[i][0] == name[0] &&
            strcmp(inline_elements[i], name) == 0)
            return true;
    return false;
}

static void read_tag(struct reading *r, const struct html_token *t)
{
    if (!is_inline(t->name))
        put(r, " ", 1);
    if (t->kind == HTML_CLOSE) {
        if (strcmp(t->name, "a") == 0)
            end_link(r);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(elements); i++)
        if (elements[i].name[0] == t->name[0] &&
            strcmp(elements[i].name, t->name) == 0)
            elements[i].open(r, t);
}

static void read_raw(struct reading *r, const struct html_token *t)
{
    if (strcmp(t->name, "title") == 0)
        read_title(r, t->text);
    else if (strcmp(t->name, "script") == 0)
        read_script(r, t->text);
}

void web_read_html(struct reading *r)
{
    struct html h;
    struct html_token t;
    struct html_span path = { .at = r->in->path, .len = strlen(r->in->path) };

    read_place(r, path);
    html_init(&h, r->in->body, r->in->len);
    while (html_next(&h, &t)) {
        if (t.kind == HTML_TEXT)
            read_span(r, t.text);
        else if (t.kind == HTML_RAW)
            read_raw(r, &t);
        else
            read_tag(r, &t);
    }
    end_link(r);
    end_text(r);
}

void web_read_text(struct reading *r)
{
    read_span(r, (struct html_span){ .at = r->in->body, .len = r->in->len });
    end_text(r);
}
