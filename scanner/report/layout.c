#include "report/layout.h"

#include <math.h>

#include "report/glyphs.h"

#define ELLIPSIS "\xe2\x80\xa6" /* U+2026 */
#define EN_DASH "\xe2\x80\x93"  /* U+2013 */

size_t layout_width(const struct report_request *q)
{
    if (q->width == 0)
        return 100;
    return q->width < 80 ? 80 : q->width > 160 ? 160 : q->width;
}

/* Octets from @p from to the next code point; text is valid UTF-8 here. */
static size_t step(const char *text, size_t len, size_t from)
{
    size_t n = text_utf8((const unsigned char *)text + from, len - from);

    return n > 0 ? n : 1;
}

size_t layout_columns(const char *text, size_t len)
{
    size_t columns = 0;

    for (size_t i = 0, n; i < len; i += n) {
        n = step(text, len, i);
        columns += glyph_columns(text + i, n);
    }
    return columns;
}

/* How many octets of it fit. */
static size_t fitting(const char *text, size_t len, size_t columns)
{
    size_t end = 0, used = 0;

    while (end < len) {
        size_t n = step(text, len, end);

        used += glyph_columns(text + end, n);
        if (used > columns)
            break;
        end += n;
    }
    return end;
}

void layout_fit(struct buf *to, const char *text, size_t columns)
{
    struct buf safe = { 0 };

    text_escape(&safe, text, strlen(text));
    if (safe.failed || layout_columns(safe.data, safe.len) <= columns) {
        buf_add(to, safe.data, safe.len);
    } else {
        buf_add(to, safe.data,
                fitting(safe.data, safe.len, columns > 0 ? columns - 1 : 0));
        buf_add_text(to, ELLIPSIS);
    }
    to->failed |= safe.failed;
    buf_fini(&safe);
}

void layout_pad(struct buf *to, const char *text, size_t columns)
{
    size_t before = to->len, used;

    layout_fit(to, text, columns);
    if (to->failed)
        return;
    used = layout_columns(to->data + before, to->len - before);
    for (; used < columns; used++)
        buf_add_char(to, ' ');
}

void layout_wrap(struct buf *to, const char *const *items, size_t n,
                 size_t indent, size_t width)
{
    size_t used = indent;
    struct buf item = { 0 };

    for (size_t i = 0; i < n; i++) {
        size_t columns;

        buf_clear(&item);
        text_escape(&item, items[i], strlen(items[i]));
        if (i + 1 < n)
            buf_add_char(&item, ',');
        columns = layout_columns(item.data, item.len);
        if (i > 0 && used + 1 + columns > width) {
            buf_printf(to, "\n%*s", (int)indent, "");
            used = indent;
        } else if (i > 0) {
            buf_add_char(to, ' ');
            used++;
        }
        buf_add(to, item.data, item.len);
        used += columns;
    }
    to->failed |= item.failed;
    buf_fini(&item);
}

void layout_words(struct buf *to, const char *text, size_t used, size_t indent,
                  size_t width)
{
    struct buf word = { 0 };
    const char *between = "";

    for (size_t len, columns; *(text += strspn(text, " \n")); text += len) {
        len = strcspn(text, " \n");
        buf_clear(&word);
        text_escape(&word, text, len);
        columns = layout_columns(word.data, word.len);
        if (*between && used + 1 + columns > width) {
            buf_printf(to, "\n%*s", (int)indent, "");
            used = indent;
        } else {
            buf_add_text(to, between);
            used += strlen(between);
        }
        buf_add(to, word.data, word.len);
        used += columns;
        between = " ";
    }
    to->failed |= word.failed;
    buf_fini(&word);
}

/* The last address of an IPv4 range, less what it shares with the first. */
static const char *tail_of(const char *first, const char *last)
{
    size_t dot = 0;

    if (!strchr(first, '.') || strchr(first, ':'))
        return last;
    for (size_t i = 0; first[i] && first[i] == last[i]; i++)
        if (last[i] == '.')
            dot = i;
    return last + dot;
}

void layout_range(struct buf *to, struct snow_range r)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];
    char cidr[SNOW_PREFIX_TEXT_MAX];
    struct snow_range left = r;
    struct snow_prefix p;

    if (!snow_range_next_prefix(&left, &p)) {
        snow_prefix_format(p, cidr);
        buf_add_text(to, cidr);
        return;
    }
    snow_addr_format(r.first, first);
    snow_addr_format(r.last, last);
    buf_printf(to, "%s" EN_DASH "%s", first, tail_of(first, last));
}

void layout_addresses(struct buf *to, const struct snow_finding *f)
{
    struct snow_range whole = { f->first, f->last };

    if (f->n_ranges > 1)
        buf_printf(to, "%zu ranges", f->n_ranges);
    else
        layout_range(to, whole);
}

void layout_domains(struct buf *to, const struct snow_finding *f,
                    size_t columns)
{
    layout_some(to, (const char *const *)f->domains, f->n_domains, columns);
}

void layout_some(struct buf *to, const char *const *items, size_t n,
                 size_t columns)
{
    size_t shown = 0, used = 0;

    for (; shown < n; shown++) {
        const char *domain = items[shown];
        size_t left = n - shown - 1;
        size_t more = left > 0 ? (size_t)snprintf(NULL, 0, " +%zu", left) : 0;
        size_t before = to->len, room = columns - more;

        if (shown > 0 && used + 2 + strlen(domain) > room)
            break;
        if (shown > 0)
            buf_add_text(to, ", ");
        layout_fit(to, domain, shown > 0 ? room - used - 2 : room);
        if (to->failed)
            return;
        used += layout_columns(to->data + before, to->len - before);
    }
    if (shown < n)
        buf_printf(to, " +%zu", n - shown);
}

void layout_registration(struct buf *to, const struct snow_finding *f)
{
    char from[TEXT_TIME_MAX], until[TEXT_TIME_MAX];

    text_format_time(f->created_min_utc_s, from);
    text_format_time(f->created_max_utc_s, until);
    if (*from && *until && strncmp(from, until, 10) == 0)
        buf_printf(to, "created %.10s; ", from);
    else if (*from && *until)
        buf_printf(to, "created %.10s to %.10s; ", from, until);
    else
        buf_add_text(to, "creation unknown; ");
    if (f->registrar[0])
        text_escape(to, f->registrar, strlen(f->registrar));
    else
        buf_add_text(to, "registrar unknown");
    if (f->registrar_iana_id > 0)
        buf_printf(to, " (IANA %lu)", (unsigned long)f->registrar_iana_id);
}

void layout_smtp(struct buf *to, const struct snow_finding *f)
{
    if (f->smtp_probed == 0)
        buf_add_char(to, '-');
    else
        buf_printf(to, "%llu/%llu", (unsigned long long)f->smtp_open,
                   (unsigned long long)f->smtp_probed);
}

void layout_tier(struct buf *to, enum snow_tier tier, size_t columns,
                 bool colour)
{
    /* SGR, ECMA-48 §8.3.117: bold, plain, faint */
    static const char *const on[] = { "\033[1m", "", "\033[2m" };

    bool is_coloured = colour && on[tier][0];

    if (is_coloured)
        buf_add_text(to, on[tier]);
    layout_pad(to, snow_tier_word(tier), columns);
    if (is_coloured)
        buf_add_text(to, "\033[0m");
}

void layout_customers(struct buf *to, const struct snow_finding *f)
{
    if (f->n_customers == 0)
        buf_add_text(to, "none known");
    for (size_t i = 0; i < f->n_customers; i++) {
        if (i > 0)
            buf_add_text(to, ", ");
        buf_add_text(to, f->customers[i]);
    }
}

void layout_reporters(struct buf *to, const struct snow_finding *f)
{
    buf_printf(to, "%llu address%s, median %.1f, most %llu",
               (unsigned long long)f->reporters_known,
               f->reporters_known == 1 ? "" : "es", f->reporters_median,
               (unsigned long long)f->reporters_max);
    if (!isnan(f->reporters_cv))
        buf_printf(to, "; spread %.2f of the mean inside a run",
                   f->reporters_cv);
}
