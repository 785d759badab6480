#include "support/import.h"

static void add_time(struct buf *to, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    if (*text)
        buf_printf(to, " %s", text);
    buf_add_char(to, '\n');
}

static int hear_ptr(void *arg, const struct import_ptr *p)
{
    struct import_heard *h = arg;
    char addr[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(p->addr, addr);
    buf_printf(&h->text, "%s %s", addr, snow_ptr_status_word(p->status));
    if (p->name)
        buf_printf(&h->text, " %s", p->name);
    add_time(&h->text, p->seen_utc_s);
    return 0;
}

static int hear_probe(void *arg, const struct snow_probe *p)
{
    struct import_heard *h = arg;
    char addr[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(p->addr, addr);
    buf_printf(&h->text, "%s:%u %s %u", addr, p->port,
               snow_smtp_status_word(p->status), p->code);
    add_time(&h->text, p->seen_utc_s);
    return 0;
}

static int hear_evidence(void *arg, const struct snow_evidence *e)
{
    struct import_heard *h = arg;

    buf_printf(&h->text, "%s %s", e->kind, e->subject);
    add_time(&h->text, e->observed_utc_s);
    return 0;
}

static int take(struct import_heard *h, struct import_reader *r, char *line,
                size_t len)
{
    int code;

    if (!h->format)
        h->format = import_detect(line, len);
    code = h->format ? import_take(r, h->format, line, len) : SNOW_ESYNTAX;
    h->n_bad += code == SNOW_ESYNTAX;
    return code == SNOW_ESYNTAX ? 0 : code;
}

int import_hear(struct import_heard *h, const char *octets, size_t len,
                const char *origin)
{
    struct import_taker taker = { hear_ptr, hear_probe, hear_evidence, h };
    struct import_reader r = { .to = &taker,
                               .origin = origin,
                               .default_utc_s = SNOW_TIME_UNKNOWN };
    int code = 0;

    for (size_t at = 0; !code && at < len;) {
        const char *end = memchr(octets + at, '\n', len - at);
        size_t n = end ? (size_t)(end - octets) - at : len - at;
        char *line = malloc(n + 1);

        if (!line)
            return SNOW_ENOMEM;
        memcpy(line, octets + at, n);
        line[n] = '\0';
        if (n > 0)
            code = take(h, &r, line, n);
        free(line);
        at += n + (end != NULL);
    }
    if (!code && h->format && h->format->finish)
        code = h->format->finish(&r);
    import_reader_fini(&r);
    return code;
}
