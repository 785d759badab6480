#include "analysis/burst.h"

#include <math.h>

#include "base/text.h"

/* A span narrower than this is not told from it: the background has a few
 * hundred dates only. */
#define WIDTH_MIN .001

static const double windows[] = { .001, .003, .01, .03 };

/* Ages in days of a hoster's customers when too few dates are known: a quarter
 * spread evenly over the logarithm of the first year, the others evenly over
 * ten years; the mixture with which the tests were calibrated. */
static const struct {
    double age_days, share; /* so many are that young or younger */
} default_curve[] = {
    { 0, 0 },      { 1, .001 },    { 3, .047 },    { 7, .084 },
    { 14, .115 },  { 30, .150 },   { 60, .186 },   { 90, .209 },
    { 150, .243 }, { 220, .274 },  { 365, .325 },  { 730, .400 },
    { 1460, .55 }, { 2190, .700 }, { 2920, .850 }, { 3650, 1 },
};

static double default_position(double age_days)
{
    size_t i = 1;

    if (!(age_days > 0))
        return 1;
    while (i < COUNT_OF(default_curve) && default_curve[i].age_days < age_days)
        i++;
    if (i == COUNT_OF(default_curve))
        return 0;
    return 1 - default_curve[i - 1].share -
           (default_curve[i].share - default_curve[i - 1].share) *
               (age_days - default_curve[i - 1].age_days) /
               (default_curve[i].age_days - default_curve[i - 1].age_days);
}

size_t analysis_burst_background_n(const struct burst_background *b)
{
    return b->n - b->n_left_out;
}

/* How many of sorted dates lie before @p t. */
static size_t count_before(const int64_t *dates, size_t n, int64_t t)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (dates[mid] < t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The nearest date of the background on either side of the first @p i dates,
 * of which @p out are left out. What is left out is among the dates: where both
 * lists agree, they are passed together. */
static int64_t date_before(const struct burst_background *b, size_t i,
                           size_t out)
{
    for (; out > 0 && b->created_utc_s[i - 1] == b->left_out[out - 1]; out--)
        i--;
    return b->created_utc_s[i - 1];
}

static int64_t date_after(const struct burst_background *b, size_t i,
                          size_t out)
{
    for (; i < b->n && out < b->n_left_out &&
           b->created_utc_s[i] == b->left_out[out];
         out++)
        i++;
    return i < b->n ? b->created_utc_s[i] : b->now_utc_s;
}

double analysis_burst_position(const struct burst_background *b,
                               int64_t created_utc_s)
{
    size_t n = analysis_burst_background_n(b), i, out;
    double before, after, within;

    if (n < BURST_BACKGROUND_MIN)
        return default_position(((double)b->now_utc_s - (double)created_utc_s) /
                                86400);
    i = count_before(b->created_utc_s, b->n, created_utc_s);
    out = count_before(b->left_out, b->n_left_out, created_utc_s);
    if (i == out)
        return 0;
    if (created_utc_s >= b->now_utc_s)
        return 1;
    /* between two dates it is taken to grow evenly, so that domains of one
     * day are not thought to be at one point of time */
    before = (double)date_before(b, i, out);
    after = (double)date_after(b, i, out);
    within = after > before
                 ? ((double)created_utc_s - before) / (after - before)
                 : 0;
    return ((double)(i - out) + within) / ((double)n + 1);
}

static double ln_choose(unsigned n, unsigned k)
{
    int sign;

    return lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
           lgamma_r((double)n - k + 1, &sign);
}

static double ln_pmf(unsigned k, unsigned n, double p)
{
    return ln_choose(n, k) + k * log(p) + (double)(n - k) * log1p(-p);
}

/* sum of b(i) for i >= k, in units of b(k) */
static double tail_ratio(unsigned k, unsigned n, double p)
{
    double term = 1, sum = 1, odds = p / (1 - p);

    for (unsigned i = k; i < n && term > sum * 1e-17; i++) {
        term *= (double)(n - i) / ((double)i + 1) * odds;
        sum += term;
    }
    return sum;
}

double analysis_binomial_tail_ln(unsigned k, unsigned n, double p)
{
    if (k == 0 || p >= 1)
        return 0;
    if (k > n || p <= 0)
        return -INFINITY;
    return fmin(0, ln_pmf(k, n, p) + log(tail_ratio(k, n, p)));
}

double analysis_burst_all_ln(unsigned n, double w)
{
    if (n < 2 || w >= 1)
        return 0;
    if (w <= 0)
        return -INFINITY;
    return fmin(0, (n - 1) * log(w) + log(n - (n - 1) * w));
}

double analysis_burst_scan_ln(unsigned k, unsigned n, double w)
{
    double factor;

    if (k < 2 || w >= 1)
        return 0;
    if (k > n || w <= 0)
        return -INFINITY;
    factor = k / w - n - 1 + 2 * tail_ratio(k, n, w);
    if (factor <= 0) /* far outside of where the approximation holds */
        return 0;
    return fmin(0, ln_pmf(k, n, w) + log(factor));
}

/* The fullest window of a width, the first of equals. */
static void fullest(struct burst_result *out, const double *positions, size_t n,
                    double width)
{
    size_t from = 0;

    out->from = 0;
    out->n = 0;
    for (size_t to = 0; to < n; to++) {
        while (positions[to] - positions[from] > width)
            from++;
        if (to - from + 1 > out->n) {
            out->from = from;
            out->n = to - from + 1;
        }
    }
}

void analysis_burst_test(struct burst_result *out, const double *positions,
                         size_t n)
{
    double span = positions[n - 1] - positions[0];
    double best =
        analysis_burst_all_ln((unsigned)n, span > WIDTH_MIN ? span : WIDTH_MIN);

    out->from = 0;
    out->n = n;
    for (size_t i = 0; i < COUNT_OF(windows); i++) {
        struct burst_result r;
        double ln_p;

        fullest(&r, positions, n, windows[i]);
        ln_p = analysis_burst_scan_ln((unsigned)r.n, (unsigned)n, windows[i]);
        if (r.n >= 3 && ln_p < best) {
            best = ln_p;
            out->from = r.from;
            out->n = r.n;
        }
    }
    out->p = fmin(1, exp(best) * BURST_WINDOWS);
}

static double largest_gap(const struct burst_result *r, const double *positions)
{
    double largest = WIDTH_MIN / 2;

    for (size_t i = r->from + 1; i < r->from + r->n; i++)
        largest = fmax(largest, positions[i] - positions[i - 1]);
    return largest;
}

static bool is_burst(size_t from, size_t k, const double *positions, size_t n)
{
    double width = fmax(WIDTH_MIN, positions[from + k - 1] - positions[from]);
    double ln_p = k == n
                      ? analysis_burst_all_ln((unsigned)n, width)
                      : analysis_burst_scan_ln((unsigned)k, (unsigned)n, width);

    return exp(ln_p) * BURST_WINDOWS <= BURST_P_MAX;
}

void analysis_burst_grow(struct burst_result *r, const double *positions,
                         size_t n)
{
    double gap = largest_gap(r, positions);
    bool has_grown = true;

    while (has_grown) {
        size_t end = r->from + r->n;

        has_grown = false;
        if (r->from > 0 && positions[r->from] - positions[r->from - 1] <= gap &&
            is_burst(r->from - 1, r->n + 1, positions, n)) {
            r->from--;
            r->n++;
            has_grown = true;
        } else if (end < n && positions[end] - positions[end - 1] <= gap &&
                   is_burst(r->from, r->n + 1, positions, n)) {
            r->n++;
            has_grown = true;
        }
    }
}
