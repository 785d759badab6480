#include "addr/ranges_text.h"

void addr_ranges_format(struct buf *to, const struct snow_ranges *set)
{
    for (size_t i = 0; i < snow_ranges_n(set); i++) {
        struct snow_range r = snow_ranges_at(set, i);
        char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];

        snow_addr_format(r.first, first);
        snow_addr_format(r.last, last);
        buf_printf(to, "%s%s-%s", i ? ";" : "", first, last);
    }
}

static int parse_one(struct snow_ranges *set, const char *text, size_t len)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];
    const char *dash = memchr(text, '-', len);
    size_t n_first = dash ? (size_t)(dash - text) : 0;
    size_t n_last = dash ? len - n_first - 1 : 0;
    struct snow_range r;

    if (!dash || n_first >= sizeof first || n_last >= sizeof last)
        return SNOW_ESYNTAX;
    snprintf(first, sizeof first, "%.*s", (int)n_first, text);
    snprintf(last, sizeof last, "%.*s", (int)n_last, dash + 1);
    if (snow_addr_parse(&r.first, first) || snow_addr_parse(&r.last, last))
        return SNOW_ESYNTAX;
    if (snow_addr_compare(r.first, r.last) > 0)
        return SNOW_EINVAL;
    return snow_ranges_add(set, r);
}

int addr_ranges_parse(struct snow_ranges *set, const char *text)
{
    int code = 0;

    while (!code && *text) {
        size_t len = strcspn(text, ";");

        code = parse_one(set, text, len);
        text += len + (text[len] == ';');
    }
    return code;
}
