#include "base/clock.h"
#include "base/text.h"
#include "snowline/error.h"
#include "snowline/records.h"

static uint64_t system_mono_us(void *arg)
{
    struct timespec t;

    (void)arg;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int64_t system_utc_s(void *arg)
{
    (void)arg;
    return (int64_t)time(NULL);
}

const struct clock clock_system = { system_mono_us, system_utc_s, NULL };

/* Days since 1970-01-01 of a day of the Gregorian calendar: years are counted
 * from March, so that the leap day comes last. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

static void put_digits(char *to, int n, int number)
{
    for (; n > 0; number /= 10)
        to[--n] = (char)('0' + number % 10);
}

#define YEAR_0 INT64_C(-62167219200) /* 0000-01-01 */
#define YEAR_10000 INT64_C(253402300800)

/* The other way round: days since 1970 to a date. */
static void put_date(char *to, int64_t days)
{
    int64_t since = days + 719468; /* since 0000-03-01 */
    int64_t era = (since >= 0 ? since : since - 146096) / 146097;
    int of_era = (int)(since - era * 146097);
    int year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153; /* 0 is March */

    put_digits(to, 4, (int)(era * 400) + year + (month >= 10));
    to[4] = to[7] = '-';
    put_digits(to + 5, 2, month < 10 ? month + 3 : month - 9);
    put_digits(to + 8, 2, of_year - (153 * month + 2) / 5 + 1);
}

/* For each line of output: not gmtime_r(), which takes a lock. */
void text_format_time(int64_t utc_s, char out[TEXT_TIME_MAX])
{
    int64_t days = utc_s / 86400;
    int rest = (int)(utc_s % 86400);

    out[0] = '\0';
    if (utc_s < YEAR_0 || utc_s >= YEAR_10000)
        return;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    put_date(out, days);
    out[10] = 'T';
    put_digits(out + 11, 2, rest / 3600);
    put_digits(out + 14, 2, rest / 60 % 60);
    put_digits(out + 17, 2, rest % 60);
    out[13] = out[16] = ':';
    out[19] = 'Z';
    out[20] = '\0';
}

/* Take exactly n digits off the front. */
static bool take_number(const char **at, int n, int *out)
{
    *out = 0;
    for (; n > 0; n--, (*at)++) {
        if (!text_is_digit(**at))
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

/* Take "Z", "+hh:mm", "+hhmm", "+hh" or nothing; seconds east of UTC. */
static bool take_zone(const char **at, int *east_s)
{
    int sign, hours, minutes = 0;

    *east_s = 0;
    if (**at == '\0')
        return true;
    if (text_lower(**at) == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    sign = *(*at)++ == '-' ? -1 : 1;
    if (!take_number(at, 2, &hours))
        return false;
    if (**at == ':')
        (*at)++;
    if (**at && !take_number(at, 2, &minutes))
        return false;
    *east_s = sign * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

static bool day_exists(int year, int month, int day)
{
    static const char lengths[] = { 31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31 };
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month >= 1 && month <= 12 && day >= 1 &&
           day <= lengths[month - 1] + (month == 2 && is_leap);
}

bool text_day_utc(int64_t *utc_s, int year, int month, int day)
{
    if (!day_exists(year, month, day))
        return false;
    *utc_s = days_of(year, month, day) * 86400;
    return true;
}

/* "hh:mm:ss" and a fraction that is passed over; a leap second is let in. */
static bool take_clock(const char **at, int64_t *seconds)
{
    int hour, minute, second;

    if (!take_number(at, 2, &hour) || *(*at)++ != ':' ||
        !take_number(at, 2, &minute) || *(*at)++ != ':' ||
        !take_number(at, 2, &second))
        return false;
    if (**at == '.' || **at == ',')
        for ((*at)++; text_is_digit(**at); (*at)++)
            ;
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second <= 60;
}

int text_parse_time(int64_t *utc_s, bool *is_date_only, const char *text)
{
    int year, month, day, east_s = 0;
    int64_t seconds = 0;
    const char *at = text;
    bool has_clock;

    if (!take_number(&at, 4, &year) || *at++ != '-' ||
        !take_number(&at, 2, &month) || *at++ != '-' ||
        !take_number(&at, 2, &day))
        return SNOW_ESYNTAX;
    has_clock = text_lower(*at) == 't' || *at == ' ';
    if (has_clock) {
        at++;
        if (!take_clock(&at, &seconds))
            return SNOW_ESYNTAX;
    }
    if (!take_zone(&at, &east_s) || *at != '\0')
        return SNOW_ESYNTAX;
    if (!day_exists(year, month, day))
        return SNOW_ERANGE;
    *utc_s = days_of(year, month, day) * 86400 + seconds - east_s;
    if (is_date_only)
        *is_date_only = !has_clock;
    return 0;
}
