#include "registration/lifetime.h"

#include "base/text.h"
#include "snowline/error.h"

/* --- dates --------------------------------------------------------------- */

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

/* 1 … 12, or 0. */
static unsigned month_of(const char *word)
{
    for (unsigned m = 0; m < 12; m++) {
        unsigned same = 0;

        while (same < 3 && text_lower(word[same]) == months[m * 3 + same])
            same++;
        if (same == 3)
            return m + 1;
    }
    return 0;
}

/* The three forms of RFC 9110 §5.6.7, of which two are from before 1995:
 *   Sun, 06 Nov 1994 08:49:37 GMT
 *   Sunday, 06-Nov-94 08:49:37 GMT
 *   Sun Nov  6 08:49:37 1994
 * The name of the day tells nothing and is passed over. */
static bool take_date(const char *text, unsigned *day, char month[4],
                      unsigned *year, char clock[9])
{
    int end = 0;

    if (sscanf(text, "%*3[A-Za-z], %2u %3[A-Za-z] %4u %8[0-9:] GMT%n", day,
               month, year, clock, &end) == 4 &&
        end > 0)
        return text[end] == '\0';
    if (sscanf(text, "%*9[A-Za-z], %2u-%3[A-Za-z]-%2u %8[0-9:] GMT%n", day,
               month, year, clock, &end) == 4 &&
        end > 0) {
        *year += *year < 70 ? 2000 : 1900;
        return text[end] == '\0';
    }
    return sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2u %8[0-9:] %4u%n", month, day,
                  clock, year, &end) == 4 &&
           end > 0 && text[end] == '\0';
}

bool registration_http_date(int64_t *utc_s, const char *text)
{
    char month[4] = "", clock[9] = "", iso[40];
    unsigned day, year;

    if (!take_date(text, &day, month, &year, clock) || strlen(clock) != 8)
        return false;
    snprintf(iso, sizeof iso, "%04u-%02u-%02uT%sZ", year, month_of(month), day,
             clock);
    return text_parse_time(utc_s, NULL, iso) == 0;
}

/* --- lifetimes ----------------------------------------------------------- */

/* The number of the directive max-age; false when there is none. */
static bool find_max_age(uint64_t *seconds, const char *cache_control)
{
    static const char name[] = "max-age=";
    char word[32];

    for (const char *at = cache_control; *at;) {
        size_t n = 0, len;

        at += strspn(at, ", \t");
        len = strcspn(at, ", \t");
        for (; n < len && n + 1 < sizeof word; n++)
            word[n] = text_lower(at[n]);
        word[n] = '\0';
        at += len;
        if (strncmp(word, name, sizeof name - 1) != 0)
            continue;
        switch (text_parse_u64(seconds, word + sizeof name - 1, INT32_MAX)) {
        case 0:
            return true;
        case SNOW_ERANGE:
            *seconds = INT32_MAX;
            return true;
        default:
            return false;
        }
    }
    return false;
}

int64_t registration_lifetime_s(const char *cache_control, const char *expires,
                                int64_t now_utc_s)
{
    uint64_t max_age_s;
    int64_t until, s = 0;

    if (find_max_age(&max_age_s, cache_control))
        s = (int64_t)max_age_s;
    else if (registration_http_date(&until, expires))
        s = until - now_utc_s;
    if (s < LIFETIME_LEAST_S)
        return LIFETIME_LEAST_S;
    return s < LIFETIME_MOST_S ? s : LIFETIME_MOST_S;
}
