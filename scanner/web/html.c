/*
 * Tags and text of a page that anyone wrote.
 *
 * Always    linear: each octet is looked at a bounded number of times, and
 *           whatever is not closed runs to the end once.
 * Sources   HTML Living Standard §13.2.5.
 */
#include "web/html.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Their contents are no HTML, §13.2.5.2 … 5. */
static const char *const raw_elements[] = { "script",   "style",    "title",
                                            "textarea", "noscript", "noembed",
                                            "noframes", "iframe",   "xmp" };

static const char *const attribute_names[HTML_N_ATTRIBUTES] = {
    [HTML_HREF] = "href",
    [HTML_SRC] = "src",
    [HTML_CONTENT] = "content",
    [HTML_HTTP_EQUIV] = "http-equiv",
    [HTML_ADBLOCKKEY] = "data-adblockkey",
};

void html_init(struct html *h, const char *octets, size_t len)
{
    *h = (struct html){ .at = octets, .end = octets + len };
}

bool html_span_is(struct html_span s, const char *word)
{
    return s.at && s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

static size_t left(const struct html *h)
{
    return (size_t)(h->end - h->at);
}

static bool is_at(const struct html *h, size_t i, const char *word)
{
    size_t len = strlen(word);

    return left(h) >= i + len && strncasecmp(h->at + i, word, len) == 0;
}

static void skip_to(struct html *h, const char *mark)
{
    size_t len = strlen(mark);
    const char *found = memmem(h->at, left(h), mark, len);

    h->at = found ? found + len : h->end;
}

static void skip_spaces(struct html *h)
{
    while (h->at < h->end && text_is_space(*h->at))
        h->at++;
}

/* --- tags --- */

/* A name ends where the grammar goes on. */
static struct html_span read_name(struct html *h, const char *ends)
{
    struct html_span s = { .at = h->at };

    while (h->at < h->end && !text_is_space(*h->at) &&
           (*h->at == '\0' || !strchr(ends, *h->at)))
        h->at++;
    s.len = (size_t)(h->at - s.at);
    return s;
}

static struct html_span read_value(struct html *h)
{
    char quote = h->at < h->end ? *h->at : '\0';
    struct html_span s;
    const char *end;

    if (quote != '"' && quote != '\'')
        return read_name(h, ">");
    h->at++;
    end = memchr(h->at, quote, left(h));
    s.at = h->at;
    s.len = end ? (size_t)(end - s.at) : left(h);
    h->at = end ? end + 1 : h->end;
    return s;
}

static void keep(struct html_token *t, struct html_span name,
                 struct html_span value)
{
    for (size_t i = 0; i < HTML_N_ATTRIBUTES; i++)
        if (text_lower(*name.at) == *attribute_names[i] &&
            !t->attributes[i].at && html_span_is(name, attribute_names[i]))
            t->attributes[i] = value;
}

static void read_attribute(struct html *h, struct html_token *t)
{
    struct html_span name = read_name(h, "/>=");
    struct html_span value;

    if (name.len == 0) { /* a stray '/' or '=' */
        h->at++;
        return;
    }
    skip_spaces(h);
    value = (struct html_span){ .at = h->at };
    if (h->at < h->end && *h->at == '=') {
        h->at++;
        skip_spaces(h);
        value = read_value(h);
    }
    keep(t, name, value);
}

static void copy_name(char to[HTML_NAME_MAX], struct html_span name)
{
    size_t n = name.len < HTML_NAME_MAX - 1 ? name.len : HTML_NAME_MAX - 1;

    for (size_t i = 0; i < n; i++)
        to[i] = text_lower(name.at[i]);
    to[n] = '\0';
}

static bool is_raw(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(raw_elements); i++)
        if (raw_elements[i][0] == name[0] && strcmp(raw_elements[i], name) == 0)
            return true;
    return false;
}

/* At the '<' of a tag. @return false when the page ends inside of it */
static bool read_tag(struct html *h, struct html_token *t)
{
    h->at++;
    t->kind = HTML_OPEN;
    if (*h->at == '/') {
        t->kind = HTML_CLOSE;
        h->at++;
    }
    copy_name(t->name, read_name(h, "/>"));
    for (skip_spaces(h); h->at < h->end && *h->at != '>'; skip_spaces(h))
        read_attribute(h, t);
    if (h->at == h->end)
        return false;
    h->at++;
    if (t->kind == HTML_OPEN && is_raw(t->name))
        text_copy(h->raw, sizeof h->raw, t->name);
    return true;
}

/* --- what is no tag --- */

/* Contents end at their own end tag only, §13.2.5.12. */
static void read_raw(struct html *h, struct html_token *t)
{
    size_t n = strlen(h->raw);

    *t = (struct html_token){ .kind = HTML_RAW, .text.at = h->at };
    text_copy(t->name, sizeof t->name, h->raw);
    for (;;) {
        const char *mark = memchr(h->at, '<', left(h));

        h->at = mark ? mark : h->end;
        if (!mark || (is_at(h, 1, "/") && is_at(h, 2, h->raw) &&
                      left(h) > n + 2 && !text_is_alnum(h->at[n + 2])))
            break;
        h->at++;
    }
    t->text.len = (size_t)(h->at - t->text.at);
    h->raw[0] = '\0';
}

/* At a '<': comments, declarations and processing instructions. */
static bool skip_markup(struct html *h)
{
    if (is_at(h, 1, "!--")) {
        h->at += 2; /* "<!-->" is one, too */
        skip_to(h, "-->");
        return true;
    }
    if (!is_at(h, 1, "!") && !is_at(h, 1, "?"))
        return false;
    skip_to(h, ">");
    return true;
}

static bool is_tag(const struct html *h)
{
    size_t i = is_at(h, 1, "/") ? 2 : 1;

    return left(h) > i && text_is_alpha(h->at[i]);
}

static void read_text(struct html *h, struct html_token *t)
{
    const char *from = h->at;
    const char *mark = left(h) > 1 ? memchr(from + 1, '<', left(h) - 1) : NULL;

    h->at = mark ? mark : h->end;
    *t = (struct html_token){
        .kind = HTML_TEXT, .text = { .at = from, .len = (size_t)(h->at - from) }
    };
}

bool html_next(struct html *h, struct html_token *t)
{
    if (h->raw[0]) {
        read_raw(h, t);
        return true;
    }
    while (h->at < h->end) {
        if (*h->at != '<') {
            read_text(h, t);
            return true;
        }
        if (skip_markup(h))
            continue;
        if (!is_tag(h)) {
            read_text(h, t); /* a '<' of the text */
            return true;
        }
        *t = (struct html_token){ .kind = HTML_OPEN };
        return read_tag(h, t);
    }
    return false;
}
