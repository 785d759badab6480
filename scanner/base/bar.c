#include "base/bar.h"

#include <math.h>
#include <stdio.h>

/* What is left out, one more at each step. */
enum detail { ALL, ONE_HIT, NO_TOTAL, NO_HITS, NO_RATE };

void bar_count(struct buf *to, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_add_char(to, ',');
        buf_add_char(to, digits[i]);
    }
}

void bar_short(struct buf *to, double n, bool is_octets)
{
    static const char *const letters[] = { "", "k", "M", "G", "T" };
    static const char *const octets[] = { "B", "KB", "MB", "GB", "TB" };
    size_t i = 0;

    if (!isfinite(n) || n < 0)
        n = 0;
    for (; n >= 999.5 && i + 1 < COUNT_OF(letters); i++)
        n /= 1000;
    buf_printf(to, i > 0 && n < 99.95 ? "%.1f" : "%.0f", n);
    buf_printf(to, "%s%s", is_octets ? " " : "",
               is_octets ? octets[i] : letters[i]);
}

void bar_time(struct buf *to, double s)
{
    uint64_t n = s > 0 && s < 1e12 ? (uint64_t)s : 0;

    if (n >= 3600)
        buf_printf(to, "%llu:%02u", (unsigned long long)(n / 3600),
                   (unsigned)(n / 60 % 60));
    else
        buf_printf(to, "%u", (unsigned)(n / 60));
    buf_printf(to, ":%02u", (unsigned)(n % 60));
}

static bool is_octets(const struct bar_part *p)
{
    return strcmp(p->unit, "octets") == 0;
}

static void add_amount(struct buf *to, const struct bar_part *p, uint64_t n)
{
    if (is_octets(p))
        bar_short(to, (double)n, true);
    else
        bar_count(to, n);
}

/* Rounded down: 999 of 1,000 is not all. */
static void add_share(struct buf *to, const struct bar_part *p)
{
    double permille = floor(1000.0 * (double)p->done / (double)p->of);

    if (p->done >= p->of)
        permille = 1000;
    else if (permille > 999) /* by a rounding of large numbers */
        permille = 999;
    buf_printf(to, "%.1f %%", permille / 10);
}

/* How far the one thing is that goes on alone. */
static void add_alone(struct buf *to, const struct bar_part *p, enum detail d)
{
    if (p->of > 0) {
        add_share(to, p);
        if (d >= NO_TOTAL)
            return;
        buf_add_text(to, " of ");
    }
    add_amount(to, p, p->of > 0 ? p->of : p->done);
    if (*p->unit && !is_octets(p) && d < NO_TOTAL)
        buf_printf(to, " %s", p->unit);
}

static void add_among(struct buf *to, const struct bar_part *p)
{
    add_amount(to, p, p->done);
    if (p->of == 0)
        return;
    buf_add_char(to, '/');
    add_amount(to, p, p->of);
}

static void add_part(struct buf *to, const struct bar_part *p, bool is_alone,
                     enum detail d)
{
    buf_add_text(to, p->name);
    if (!p->unit)
        return;
    buf_add_char(to, ' ');
    if (is_alone)
        add_alone(to, p, d);
    else
        add_among(to, p);
    if (p->rate_per_s > 0 && is_alone && d < NO_RATE) {
        buf_add_char(to, ' ');
        bar_short(to, p->rate_per_s, is_octets(p));
        buf_add_text(to, "/s");
    }
    for (size_t i = 0; i < BAR_HITS && d < NO_HITS; i++) {
        if (!p->hits[i].name || (i > 0 && (p->hits[i].n == 0 || d >= ONE_HIT)))
            continue;
        buf_printf(to, " %s ", p->hits[i].name);
        bar_count(to, p->hits[i].n);
    }
}

/* The first n_shown of all parts. */
static void compose(struct buf *to, const struct bar_part *parts, size_t n,
                    size_t n_shown, double left_s, enum detail d)
{
    for (size_t i = 0; i < n_shown; i++) {
        buf_add_text(to, i > 0 ? " | " : "");
        add_part(to, &parts[i], n == 1, d);
    }
    if (n_shown < n)
        buf_printf(to, " +%zu", n - n_shown);
    if (left_s >= 0) {
        buf_add_text(to, " left ");
        bar_time(to, left_s);
    }
}

void bar_format(struct buf *to, const struct bar_part *parts, size_t n,
                double left_s, unsigned columns)
{
    size_t start = to->len, n_shown = n;
    enum detail d = ALL;

    compose(to, parts, n, n, left_s, d);
    while (!to->failed && to->len - start > columns &&
           (d < NO_RATE || n_shown > 1)) {
        if (d < NO_RATE)
            d = (enum detail)(d + 1);
        else
            n_shown--;
        to->len = start;
        compose(to, parts, n, n_shown, left_s, d);
    }
    if (to->failed || to->len - start <= columns)
        return;
    to->len = start + columns;
    to->data[to->len] = '\0';
}
