#include "registration/whois_lines.h"

#include "base/text.h"

#define LABEL_OCTETS_MAX 96 /* before it is cleaned */

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

struct whois_text whois_trim(const char *at, size_t len)
{
    while (len > 0 && is_blank(*at)) {
        at++;
        len--;
    }
    while (len > 0 && is_blank(at[len - 1]))
        len--;
    return (struct whois_text){ at, len };
}

bool whois_text_is(struct whois_text text, const char *words)
{
    for (size_t i = 0; i < text.len; i++)
        if (words[i] == '\0' || text_lower(text.at[i]) != words[i])
            return false;
    return words[text.len] == '\0';
}

/* --- labels -------------------------------------------------------------- */

/* "Creation Date (dd/mm/yyyy)" without what is in brackets. */
static struct whois_text without_brackets(struct whois_text t)
{
    size_t i = t.len;

    if (t.len == 0 || t.at[t.len - 1] != ')')
        return t;
    while (i > 0 && t.at[i - 1] != '(')
        i--;
    return i > 1 ? whois_trim(t.at, i - 1) : t;
}

/* "Data de registo / Creation Date": the English half. */
static struct whois_text last_language(struct whois_text t)
{
    for (size_t i = t.len; i > 2; i--)
        if (t.at[i - 2] == '/' && t.at[i - 3] == ' ' && t.at[i - 1] == ' ')
            return whois_trim(t.at + i, t.len - i);
    return t;
}

static bool joins_words(char c)
{
    return is_blank(c) || c == '.' || c == '_' || c == '-' || c == '*' ||
           c == '#';
}

size_t whois_label_clean(char out[WHOIS_LABEL_MAX], struct whois_text text)
{
    size_t n = 0;

    out[0] = '\0';
    text = last_language(without_brackets(text));
    for (size_t i = 0; i < text.len; i++) {
        bool is_join = joins_words(text.at[i]);

        if (is_join && (n == 0 || out[n - 1] == ' '))
            continue;
        if (n + 1 == WHOIS_LABEL_MAX)
            return out[0] = '\0', 0;
        out[n++] = is_join ? ' ' : text_lower(text.at[i]);
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    for (size_t i = 0; i < 2 && n > 0 && text_is_digit(out[n - 1]); i++)
        n--; /* "name server 1" is a name server */
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n;
}

static void set_field(struct whois_line *l, struct whois_text label,
                      const char *value)
{
    const char *end = l->text.at + l->text.len;

    if (label.len > LABEL_OCTETS_MAX)
        return;
    l->label_len = whois_label_clean(l->label, label);
    if (l->label_len == 0)
        return;
    l->kind = WHOIS_FIELD;
    l->value = whois_trim(value, (size_t)(end - value));
}

/* "[Label] value", "a. [Label] value", "a [Label] value". */
static bool take_bracketed(struct whois_line *l)
{
    const char *at = l->text.at, *end = at + l->text.len, *close;

    if (end - at > 2 && text_is_alpha(at[0]) && (at[1] == '.' || at[1] == ' '))
        at += at[1] == '.' && at[2] == ' ' ? 3 : 2;
    if (at == end || *at != '[')
        return false;
    close = memchr(at, ']', (size_t)(end - at));
    if (!close)
        return false;
    set_field(l, (struct whois_text){ at + 1, (size_t)(close - at - 1) },
              close + 1);
    l->is_bracketed = l->kind == WHOIS_FIELD;
    return l->is_bracketed;
}

static struct whois_text skip_dots(struct whois_text t)
{
    while (t.len > 0 && strchr(". :", *t.at))
        t = whois_trim(t.at + 1, t.len - 1);
    return t;
}

/* "Label....: value", "Label#. . . . value" of .dz. */
static bool take_dotted(struct whois_line *l)
{
    const char *at = l->text.at;
    const char *dots = memmem(at, l->text.len, "....", 4);

    if (!dots)
        dots = memmem(at, l->text.len, "#. . ", 5);
    if (!dots || dots - at > LABEL_OCTETS_MAX ||
        memchr(at, ':', (size_t)(dots - at)))
        return false;
    set_field(l, whois_trim(at, (size_t)(dots - at)), dots + 1);
    l->value = skip_dots(l->value);
    return l->kind == WHOIS_FIELD;
}

/* A label has no more than a few words before its colon; ours begins with a
 * letter, a digit ("7b. Date") or a mark that asks for attention. */
static bool take_colon(struct whois_line *l)
{
    const char *at = l->text.at;
    size_t most =
        l->text.len < LABEL_OCTETS_MAX ? l->text.len : LABEL_OCTETS_MAX;
    const char *colon = memchr(at, ':', most);

    /* rwhois puts the class in front: "domain:Created:20090324" */
    if (colon && colon - at == 6 && strncasecmp(at, "domain:", 7) == 0) {
        const char *second = memchr(colon + 1, ':', most - 7);

        if (second && !is_blank(colon[1])) {
            at = colon + 1;
            colon = second;
        }
    }
    if (!colon ||
        (colon + 2 < l->text.at + l->text.len && memcmp(colon, "://", 3) == 0))
        return false;
    set_field(l, whois_trim(at, (size_t)(colon - at)), colon + 1);
    if (l->value.len > 1 && memcmp(l->value.at, "..", 2) == 0) /* .tg */
        l->value = skip_dots(l->value);
    return l->kind == WHOIS_FIELD;
}

/* --- lines --------------------------------------------------------------- */

static bool is_comment(struct whois_text t)
{
    return strchr("%#;>=&", *t.at) != NULL ||
           (t.len > 1 && t.at[0] == '-' && t.at[1] == '-');
}

static unsigned indent_of(const char *from, const char *to)
{
    unsigned columns = 0;

    for (; from < to; from++)
        columns = *from == '\t' ? (columns / 8 + 1) * 8 : columns + 1;
    return columns;
}

void whois_lines_init(struct whois_lines *l, const char *octets, size_t len)
{
    *l = (struct whois_lines){ .at = octets,
                               .end = octets + len,
                               .is_paragraph_over = true };
}

static void take_line(struct whois_line *out, const char *at, size_t len)
{
    out->kind = WHOIS_BLANK;
    out->is_bracketed = false;
    out->label[0] = '\0';
    out->label_len = 0;
    out->value = (struct whois_text){ at, 0 };
    out->text = whois_trim(at, len);
    if (out->text.len == 0)
        return;
    out->kind = WHOIS_COMMENT;
    if (is_comment(out->text))
        return;
    out->indent = indent_of(at, out->text.at);
    out->kind = WHOIS_PLAIN;
    if (!take_bracketed(out) && !take_dotted(out))
        take_colon(out);
}

bool whois_lines_next(struct whois_lines *l, struct whois_line *out)
{
    const char *end = l->at;

    if (l->at >= l->end)
        return false;
    while (end < l->end && *end != '\n' && *end != '\r')
        end++;
    take_line(out, l->at, (size_t)(end - l->at));
    if (end < l->end && *end == '\r' && end + 1 < l->end && end[1] == '\n')
        end++;
    l->at = end < l->end ? end + 1 : end;
    out->is_first = l->is_paragraph_over && out->kind >= WHOIS_FIELD;
    l->is_paragraph_over = out->kind < WHOIS_FIELD;
    return true;
}
