#include "analysis/naming.h"

#include <string.h>

#include "base/text.h"

#define LABEL_MAX 63
#define PAIRS_MAX 32 /* domains of which every pair is compared */

static size_t label_len(const char *domain)
{
    size_t n = strcspn(domain, ".");

    return n < LABEL_MAX ? n : LABEL_MAX;
}

/* 0 at @p from, 1 at @p to. */
static double ramp(double x, double from, double to)
{
    double y = (x - from) / (to - from);

    return y < 0 ? 0 : y > 1 ? 1 : y;
}

double analysis_naming_randomness(const char *domain)
{
    size_t n = label_len(domain), letters = 0, vowels = 0, digits = 0;
    size_t consonants = 0, longest = 0;
    double worst, next;

    for (size_t i = 0; i < n; i++) {
        char c = text_lower(domain[i]);
        bool is_vowel = c != '\0' && strchr("aeiouy", c) != NULL;

        letters += text_is_alpha(c);
        vowels += is_vowel;
        digits += text_is_digit(c);
        consonants = text_is_alpha(c) && !is_vowel ? consonants + 1 : 0;
        longest = consonants > longest ? consonants : longest;
    }
    if (n < 5) /* initials look like anything */
        return 0;
    /* honest names reach 4 consonants and fall to a quarter of vowels */
    worst = ramp((double)longest, 4, 8);
    next = letters ? ramp((double)vowels / (double)letters, .25, 0) : 1;
    worst = next > worst ? next : worst;
    next = ramp((double)digits / (double)n, .2, .6);
    return next > worst ? next : worst;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[LABEL_MAX + 1];

    for (size_t k = 0; k <= b_len; k++)
        row[k] = k;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= b_len; k++) {
            size_t above = row[k];

            row[k] = min3(above + 1, row[k - 1] + 1,
                          diagonal + (a[i - 1] != b[k - 1]));
            diagonal = above;
        }
    }
    return row[b_len];
}

bool analysis_naming_is_alike(const char *a, const char *b)
{
    size_t a_len = label_len(a), b_len = label_len(b), same_head = 0,
           same_tail = 0;
    size_t longer = a_len > b_len ? a_len : b_len;
    size_t shorter = a_len < b_len ? a_len : b_len;

    if (shorter < 4)
        return false;
    while (same_head < shorter && a[same_head] == b[same_head])
        same_head++;
    while (same_tail < shorter &&
           a[a_len - 1 - same_tail] == b[b_len - 1 - same_tail])
        same_tail++;
    if ((same_head >= 4 && same_head * 2 >= shorter) ||
        (same_tail >= 4 && same_tail * 2 >= shorter))
        return true;
    return distance(a, a_len, b, b_len) * 100 <= longer * 35;
}

double analysis_naming_cohesion(const char *const *domains, size_t n)
{
    size_t step = n > PAIRS_MAX ? n / PAIRS_MAX : 1, pairs = 0, alike = 0;

    for (size_t i = 0; i < n; i += step)
        for (size_t k = i + step; k < n; k += step) {
            pairs++;
            alike += analysis_naming_is_alike(domains[i], domains[k]);
        }
    return pairs ? (double)alike / (double)pairs : 0;
}
