#include "report/html.h"

#define FLUSH_LEN 65536 /* octets that are worth a system call */

int html_flush(struct html *h)
{
    struct buf data = { 0 };
    int code;

    if (!h->is_data) {
        h->written += h->out.len;
        return report_emit(h->to, &h->out);
    }
    if (h->out.len > 0)
        html_add_json(&data, h->out.data, h->out.len);
    data.failed |= h->out.failed;
    buf_clear(&h->out);
    h->written += data.len;
    code = report_emit(h->to, &data);
    buf_fini(&data);
    return code;
}

int html_flush_full(struct html *h)
{
    return h->out.failed || h->out.len >= FLUSH_LEN ? html_flush(h) : 0;
}

static void add_ascii(struct buf *to, char c)
{
    static const struct {
        char c;
        const char *reference;
    } references[] = {
        { '<', "&lt;" },   { '>', "&gt;" },   { '&', "&amp;" },
        { '"', "&quot;" }, { '\'', "&#39;" },
    };

    for (size_t i = 0; i < COUNT_OF(references); i++)
        if (references[i].c == c) {
            buf_add_text(to, references[i].reference);
            return;
        }
    buf_add_char(to, c);
}

/* visible() in page/dom.js does the same. */
void html_add(struct buf *to, const void *octets, size_t len)
{
    const unsigned char *s = octets;

    for (size_t i = 0; i < len;) {
        size_t n = text_utf8(s + i, len - i);
        uint32_t point = n > 0 ? text_point(s + i, n) : s[i];

        if (n == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
            buf_printf(to, "\\x%02X", s[i]);
        else if (text_is_hidden(point))
            buf_printf(to, "\\u{%04X}", (unsigned)point);
        else if (n == 1)
            add_ascii(to, (char)s[i]);
        else
            buf_add(to, s + i, n);
        /* a control of two octets is shown octet by octet */
        i += n == 0 || (point >= 0x7f && point < 0xa0) ? 1 : n;
    }
}

void html_add_text(struct buf *to, const char *text)
{
    html_add(to, text, strlen(text));
}

void html_add_json(struct buf *to, const char *json, size_t len)
{
    while (len > 0) {
        size_t n = 0;

        while (n < len && json[n] != '<' && json[n] != '>' && json[n] != '&')
            n++;
        buf_add(to, json, n);
        if (n < len)
            buf_printf(to, "\\u%04x", (unsigned char)json[n++]);
        json += n;
        len -= n;
    }
}

void html_add_time(struct buf *to, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    if (*text)
        buf_printf(to, "<time datetime=\"%s\">%.10s %.8s</time> UTC", text,
                   text, text + 11);
    else
        buf_add_char(to, '-');
}

size_t html_word(struct html *h, const char *word)
{
    uint64_t *at = map_put(&h->words, word, strlen(word));

    if (!at) {
        h->out.failed = true;
        return 0;
    }
    if (*at == 0) {
        *at = h->words.n;
        if (h->words.n > 1)
            buf_add_char(&h->words_json, ',');
        text_json(&h->words_json, word, strlen(word));
    }
    return (size_t)*at - 1;
}
