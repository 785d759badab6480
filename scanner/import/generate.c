#include "import/zone.h"

/** What $GENERATE counts. */
struct counting {
    uint64_t first, last, step;
};

static int take_range(struct counting *c, const char *text)
{
    char copy[64], *dash, *slash;

    if (strlen(text) >= sizeof copy)
        return SNOW_ESYNTAX;
    text_copy(copy, sizeof copy, text);
    dash = strchr(copy, '-');
    if (!dash)
        return SNOW_ESYNTAX;
    *dash = '\0';
    slash = strchr(dash + 1, '/');
    if (slash)
        *slash = '\0';
    c->step = 1;
    if (text_parse_u64(&c->first, copy, INT32_MAX) ||
        text_parse_u64(&c->last, dash + 1, INT32_MAX) ||
        (slash && text_parse_u64(&c->step, slash + 1, INT32_MAX)))
        return SNOW_ESYNTAX;
    if (c->step == 0 || c->first > c->last ||
        (c->last - c->first) / c->step >= ZONE_GENERATE_MAX)
        return SNOW_ESYNTAX;
    return 0;
}

/** How a number is written: ${offset,width,base}. */
struct style {
    int64_t offset;
    uint64_t width;
    char base;
};

static int take_style(struct style *s, const char *at, size_t len)
{
    char copy[32], *offset = copy, *width, *base = NULL;
    bool is_less;
    uint64_t number = 0;

    *s = (struct style){ .base = 'd' };
    if (len >= sizeof copy)
        return SNOW_ESYNTAX;
    memcpy(copy, at, len);
    copy[len] = '\0';
    width = strchr(copy, ',');
    if (width) {
        *width++ = '\0';
        base = strchr(width, ',');
    }
    if (base) {
        *base++ = '\0';
        if (strlen(base) != 1 || !strchr("doxXnN", *base))
            return SNOW_ESYNTAX;
        s->base = *base;
    }
    is_less = *offset == '-';
    if (text_parse_u64(&number, offset + (*offset == '-' || *offset == '+'),
                       INT32_MAX) ||
        (width && text_parse_u64(&s->width, width, 63)))
        return SNOW_ESYNTAX;
    s->offset = is_less ? -(int64_t)number : (int64_t)number;
    return 0;
}

/* Hexadecimal digits, the last first, each with a dot before the next. */
static void add_nibbles(struct buf *to, uint64_t value, uint64_t width,
                        bool is_upper)
{
    const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";

    do {
        buf_add_char(to, digits[value & 15]);
        value >>= 4;
        width -= width > 0;
        if (value == 0 && width == 0)
            return;
        buf_add_char(to, '.');
        width -= width > 0;
    } while (value != 0 || width > 0);
}

static int add_number(struct buf *to, const struct style *s, uint64_t i)
{
    int64_t value = (int64_t)i + s->offset;
    unsigned long long number = (unsigned long long)value;
    int width = (int)s->width;

    if (value < 0)
        return SNOW_ESYNTAX;
    if (s->base == 'd')
        buf_printf(to, "%0*llu", width, number);
    else if (s->base == 'o')
        buf_printf(to, "%0*llo", width, number);
    else if (s->base == 'x')
        buf_printf(to, "%0*llx", width, number);
    else if (s->base == 'X')
        buf_printf(to, "%0*llX", width, number);
    else
        add_nibbles(to, number, s->width, s->base == 'N');
    return 0;
}

/* Write a pattern for one number; "\$" is a dollar sign. */
static int expand(struct buf *to, const char *pattern, uint64_t i)
{
    struct style style = { .base = 'd' };
    int code = 0;

    buf_clear(to);
    for (const char *at = pattern; !code && *at; at++) {
        const char *end;

        if (*at == '\\' && at[1] == '$') {
            buf_add_char(to, *++at);
            continue;
        }
        if (*at != '$') {
            buf_add_char(to, *at);
            continue;
        }
        style = (struct style){ .base = 'd' };
        end = at[1] == '{' ? strchr(at, '}') : at;
        if (!end)
            return SNOW_ESYNTAX;
        if (end > at)
            code = take_style(&style, at + 2, (size_t)(end - at) - 2);
        if (!code)
            code = add_number(to, &style, i);
        at = end;
    }
    if (to->failed)
        return SNOW_ENOMEM;
    return code || to->len >= SNOW_NAME_MAX ? SNOW_ESYNTAX : code;
}

static const char *next_part(const char *part)
{
    return part + strlen(part) + 1;
}

static int generate(struct import_reader *r, const struct counting *c,
                    const struct zone_record *patterns)
{
    struct zone_record rec = { .type = patterns->type };
    int code = 0;

    for (uint64_t i = c->first; !code && i <= c->last; i += c->step) {
        code = expand(&r->text, patterns->owner, i);
        if (!code)
            code = expand(&r->more, patterns->target, i);
        rec.owner = r->text.data;
        rec.target = r->more.data;
        if (!code)
            code = zone_take_record(r, &rec);
    }
    return code;
}

int zone_generate(struct import_reader *r, const char *parts, size_t n)
{
    struct zone_record patterns;
    struct counting c;
    const char *at = parts;

    /* range, owner, [TTL], [class], type, what it says */
    if (n < 4 || n > 6 || take_range(&c, at))
        return SNOW_ESYNTAX;
    patterns.owner = at = next_part(at);
    for (size_t i = 2; i + 2 < n; i++)
        at = next_part(at);
    patterns.type = at = next_part(at);
    patterns.target = next_part(at);
    return generate(r, &c, &patterns);
}
