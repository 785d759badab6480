#include "registration/whois_date.h"

#include "base/text.h"

#define TEXT_MAX 80 /* octets of a date; longer text is none */
#define TOKENS_MAX 24

enum kind { END, NUMBER, WORD, MARK };

struct token {
    uint8_t kind;
    uint8_t len;
    bool is_spaced; /* something blank stands before it */
    const char *text;
    int64_t value; /* of a number */
};

/* The text in pieces, and how far it has been read. */
struct scan {
    struct token t[TOKENS_MAX + 1]; /* the last is END */
    size_t at;
    const struct whois_dates *how;
    int year, month, day;
    int seconds; /* since midnight; -1: none given */
    int east_m;  /* minutes east of UTC */
    bool has_zone;
};

/* --- pieces -------------------------------------------------------------- */

static bool is_letter(char c)
{
    return text_is_alpha(c) || (unsigned char)c >= 0x80;
}

static void take_piece(struct token *t, const char *text, size_t len)
{
    size_t n = 1;

    t->text = text;
    if (text_is_digit(*text)) {
        t->kind = NUMBER;
        t->value = *text - '0';
        for (; n < len && n < 15 && text_is_digit(text[n]); n++)
            t->value = t->value * 10 + (text[n] - '0');
    } else if (is_letter(*text)) {
        t->kind = WORD;
        while (n < len && is_letter(text[n]))
            n++;
    } else {
        t->kind = MARK;
    }
    t->len = (uint8_t)n;
}

static bool split(struct scan *s, const char *text, size_t len)
{
    size_t n = 0;
    bool is_spaced = false;

    for (size_t i = 0; i < len;) {
        if ((unsigned char)text[i] <= ' ') {
            is_spaced = true;
            i++;
            continue;
        }
        if (n == TOKENS_MAX)
            return false;
        take_piece(&s->t[n], text + i, len - i);
        s->t[n].is_spaced = is_spaced;
        is_spaced = false;
        i += s->t[n++].len;
    }
    s->t[n] = (struct token){ .kind = END, .is_spaced = true };
    return n > 0;
}

static const struct token *peek(const struct scan *s, size_t ahead)
{
    for (size_t i = 0; i < ahead; i++)
        if (s->t[s->at + i].kind == END)
            return &s->t[s->at + i];
    return &s->t[s->at + ahead];
}

static bool is_mark(const struct token *t, char c)
{
    return t->kind == MARK && *t->text == c;
}

static bool is_word(const struct token *t, const char *word)
{
    size_t n = strlen(word);

    if (t->kind != WORD || t->len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (text_lower(t->text[i]) != word[i])
            return false;
    return true;
}

static bool is_one_of(const struct token *t, const char *const *words)
{
    for (; *words; words++)
        if (is_word(t, *words))
            return true;
    return false;
}

static bool is_digits(const struct token *t, size_t least, size_t most)
{
    return t->kind == NUMBER && t->len >= least && t->len <= most;
}

/* --- days ---------------------------------------------------------------- */

/* Month names by their number; those of other languages that registries use
 * and that are no other word. */
/* clang-format off */
static const struct {
    const char *word;
    int month;
} months[] = {
    { "jan", 1 }, { "january", 1 }, { "feb", 2 }, { "february", 2 },
    { "mar", 3 }, { "march", 3 }, { "apr", 4 }, { "april", 4 }, { "may", 5 },
    { "jun", 6 }, { "june", 6 }, { "jul", 7 }, { "july", 7 }, { "aug", 8 },
    { "august", 8 }, { "sep", 9 }, { "sept", 9 }, { "september", 9 },
    { "oct", 10 }, { "october", 10 }, { "nov", 11 }, { "november", 11 },
    { "dec", 12 }, { "december", 12 },
    { "enero", 1 }, { "ene", 1 }, { "febrero", 2 }, { "marzo", 3 },
    { "abril", 4 }, { "abr", 4 }, { "mayo", 5 }, { "junio", 6 },
    { "julio", 7 }, { "agosto", 8 }, { "ago", 8 }, { "septiembre", 9 },
    { "setiembre", 9 }, { "octubre", 10 }, { "noviembre", 11 },
    { "diciembre", 12 }, { "dic", 12 },
    { "janvier", 1 }, { "fevrier", 2 }, { "f\xc3\xa9vrier", 2 },
    { "mars", 3 }, { "avril", 4 }, { "mai", 5 }, { "juin", 6 },
    { "juillet", 7 }, { "aout", 8 }, { "ao\xc3\xbbt", 8 },
    { "septembre", 9 }, { "octobre", 10 }, { "novembre", 11 },
    { "decembre", 12 }, { "d\xc3\xa9" "cembre", 12 },
};

static const char *const weekdays[] = {
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "tues", "thur", "thurs",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", NULL,
};
static const char *const ordinals[] = { "st", "nd", "rd", "th", NULL };
/* clang-format on */

static int month_of(const struct token *t)
{
    for (size_t i = 0; i < COUNT_OF(months); i++)
        if (is_word(t, months[i].word))
            return months[i].month;
    return 0;
}

/* What stands between the parts of a date. */
static void skip_marks(struct scan *s)
{
    while (peek(s, 0)->kind == MARK && strchr("-/.,", *peek(s, 0)->text))
        s->at++;
    if (is_word(peek(s, 0), "de") || is_word(peek(s, 0), "of"))
        s->at++;
}

static void skip_weekday(struct scan *s)
{
    if (!is_one_of(peek(s, 0), weekdays))
        return;
    s->at++;
    skip_marks(s);
}

/* A day of one or two digits, and its ordinal's ending. */
static bool take_day(struct scan *s)
{
    if (!is_digits(peek(s, 0), 1, 2))
        return false;
    s->day = (int)peek(s, 0)->value;
    s->at++;
    if (is_one_of(peek(s, 0), ordinals))
        s->at++;
    return true;
}

static bool take_year(struct scan *s)
{
    const struct token *t = peek(s, 0);

    if (is_digits(t, 4, 4))
        s->year = (int)t->value;
    else if (s->how->is_short && is_digits(t, 2, 2))
        s->year = (int)t->value + (t->value < 85 ? 2000 : 1900);
    else
        return false;
    s->at++;
    return true;
}

/* A name or a number of one or two digits. */
static bool take_month(struct scan *s)
{
    const struct token *t = peek(s, 0);

    s->month = is_digits(t, 1, 2) ? (int)t->value : month_of(t);
    if (s->month == 0)
        return false;
    s->at++;
    return true;
}

/* 20171103, and the clock that may be written on: 20171103081542. */
static bool take_packed(struct scan *s)
{
    const struct token *t = peek(s, 0);
    int64_t date = t->value, clock = 0;

    if (!is_digits(t, 8, 8) && !is_digits(t, 14, 14))
        return false;
    if (t->len == 14) {
        clock = date % 1000000;
        date /= 1000000;
        s->seconds =
            (int)(clock / 10000 * 3600 + clock / 100 % 100 * 60 + clock % 100);
    }
    s->year = (int)(date / 10000);
    s->month = (int)(date / 100 % 100);
    s->day = (int)(date % 100);
    s->at++;
    return clock / 10000 < 24 && clock / 100 % 100 < 60 && clock % 100 <= 60;
}

static bool take_year_first(struct scan *s)
{
    if (!is_digits(peek(s, 0), 4, 4))
        return false;
    take_year(s);
    skip_marks(s);
    if (!take_month(s))
        return false;
    skip_marks(s);
    return take_day(s);
}

/* Which of the two numbers is the day: full stops stand between day and month
 * in this order everywhere; else the registry's order, or what the numbers
 * themselves leave possible. */
static bool settle_order(struct scan *s, bool is_dotted)
{
    int first = s->day, second = s->month;

    if (is_dotted || s->how->order == WHOIS_DAY_FIRST || first == second)
        return true;
    if (s->how->order == WHOIS_ORDER_UNKNOWN && first <= 12 && second <= 12)
        return false;
    if (s->how->order == WHOIS_MONTH_FIRST || second > 12) {
        s->day = second;
        s->month = first;
    }
    return true;
}

/* 03-Nov-2017, 3rd November 2017, 03.11.2017, 03/11/2017. */
static bool take_day_first(struct scan *s)
{
    bool is_number, is_dotted;

    if (!take_day(s))
        return false;
    is_dotted = is_mark(peek(s, 0), '.');
    skip_marks(s);
    is_number = peek(s, 0)->kind == NUMBER;
    if (!take_month(s))
        return false;
    skip_marks(s);
    if (is_number && !is_digits(peek(s, 0), 4, 4) &&
        s->how->order == WHOIS_ORDER_UNKNOWN)
        return false; /* three numbers of two digits */
    return take_year(s) && (!is_number || settle_order(s, is_dotted));
}

/* --- times of day -------------------------------------------------------- */

/* Names of zones that mean one zone only: CST, IST, AST and the like do not. */
/* clang-format off */
static const struct {
    const char *word;
    int east_m;
} zones[] = {
    { "z", 0 }, { "utc", 0 }, { "gmt", 0 }, { "wet", 0 }, { "west", 60 },
    { "cet", 60 }, { "cest", 120 }, { "met", 60 }, { "mest", 120 },
    { "eet", 120 }, { "eest", 180 }, { "msk", 180 }, { "wat", 60 },
    { "cat", 120 }, { "sast", 120 }, { "eat", 180 }, { "jst", 540 },
    { "kst", 540 }, { "hkt", 480 }, { "sgt", 480 }, { "wib", 420 },
    { "nzst", 720 }, { "nzdt", 780 }, { "aest", 600 }, { "aedt", 660 },
    { "brt", -180 }, { "clt", -240 }, { "clst", -180 }, { "art", -180 },
    { "est", -300 }, { "edt", -240 }, { "cdt", -300 }, { "mst", -420 },
    { "mdt", -360 }, { "pst", -480 }, { "pdt", -420 },
};
/* clang-format on */

/* "+02", "+0200", "+02:00", "+3": minutes east. */
static bool take_offset(struct scan *s)
{
    const struct token *sign = peek(s, 0), *hours = peek(s, 1);
    int64_t h = hours->value, m = 0;

    if ((!is_mark(sign, '+') && !is_mark(sign, '-')) ||
        !(is_digits(hours, 1, 2) || is_digits(hours, 4, 4)))
        return false;
    s->at += 2;
    if (hours->len == 4) {
        m = h % 100;
        h /= 100;
    } else if (is_mark(peek(s, 0), ':') && is_digits(peek(s, 1), 2, 2)) {
        m = peek(s, 1)->value;
        s->at += 2;
    }
    if (h > 14 || m > 59)
        return false;
    s->east_m = (int)(h * 60 + m) * (is_mark(sign, '-') ? -1 : 1);
    s->has_zone = true;
    return true;
}

/* "Z", "UTC", "GMT+3", "(UTC+8)", "(GMT+03:00)", "+0200", or nothing; false
 * when there is a word that is no zone. */
static bool take_zone(struct scan *s)
{
    bool is_in_brackets = is_mark(peek(s, 0), '(');
    const struct token *t = peek(s, is_in_brackets);

    if (t->kind != WORD && !is_mark(t, '+') && !is_mark(t, '-'))
        return true;
    s->at += is_in_brackets;
    for (size_t i = 0; i < COUNT_OF(zones) && t->kind == WORD; i++) {
        if (!is_word(t, zones[i].word))
            continue;
        s->east_m = zones[i].east_m;
        s->has_zone = true;
        s->at++;
        break;
    }
    take_offset(s);
    if (s->has_zone && is_in_brackets && is_mark(peek(s, 0), ')'))
        s->at++;
    return s->has_zone;
}

static void take_half(struct scan *s)
{
    bool is_noon = is_word(peek(s, 0), "pm");

    if (!is_noon && !is_word(peek(s, 0), "am"))
        return;
    s->at++;
    if (s->seconds / 3600 == 12)
        s->seconds -= 12 * 3600;
    if (is_noon && s->seconds < 12 * 3600)
        s->seconds += 12 * 3600;
}

/* ":mm", ":ss" or a fraction, which is passed over. */
static bool take_small(struct scan *s, char mark, size_t most, int *out)
{
    if (!is_mark(peek(s, 0), mark) || !is_digits(peek(s, 1), 1, most))
        return false;
    *out = (int)peek(s, 1)->value;
    s->at += 2;
    return true;
}

/* "08:15", "08:15:42", "08:15:42.123", "8:15AM", and 081542 after a T. */
static bool take_clock(struct scan *s)
{
    const struct token *t = peek(s, 0);
    int minutes = 0, seconds = 0, fraction;

    if (is_digits(t, 6, 6) && s->at > 0 && is_word(t - 1, "t")) {
        s->seconds = (int)(t->value / 10000 * 3600 + t->value / 100 % 100 * 60 +
                           t->value % 100);
        s->at++;
        return t->value < 240000;
    }
    if (!is_digits(t, 1, 2) || !is_mark(peek(s, 1), ':'))
        return false;
    s->at++;
    if (!take_small(s, ':', 2, &minutes) || t->value > 23 || minutes > 59)
        return false;
    if (take_small(s, ':', 2, &seconds))
        take_small(s, '.', 9, &fraction);
    if (seconds > 60)
        return false;
    s->seconds = (int)t->value * 3600 + minutes * 60 + seconds;
    take_half(s);
    return true;
}

/* What may join a date to its time. */
static void skip_join(struct scan *s)
{
    static const char *const joins[] = { "t", "at", NULL };

    while (is_mark(peek(s, 0), ',') || is_mark(peek(s, 0), '.'))
        s->at++;
    if (is_one_of(peek(s, 0), joins))
        s->at++;
}

/* The time of day with its zone; without sense, it is as if it was not there:
 * the day is known all the same. */
static void take_time(struct scan *s)
{
    size_t before = s->at;

    if (s->seconds < 0) {
        skip_join(s);
        if (!take_clock(s)) {
            s->at = before;
            s->seconds = -1;
            return;
        }
    }
    if (!take_zone(s))
        s->seconds = -1;
}

/* November 3 2017; Fri Nov 03 08:15:42 GMT 2017, as C's ctime() writes. */
static bool take_name_first(struct scan *s)
{
    if (month_of(peek(s, 0)) == 0 || !take_month(s))
        return false;
    skip_marks(s);
    if (!take_day(s))
        return false;
    skip_marks(s);
    if (is_mark(peek(s, 1), ':')) {
        take_time(s);
        if (peek(s, 0)->kind == WORD) /* a zone not known: no time */
            s->at++;
    }
    return take_year(s);
}

/* --- the whole ----------------------------------------------------------- */

typedef bool (*form_fn)(struct scan *s);

static bool take_date(struct scan *s)
{
    static const form_fn forms[] = { take_packed, take_year_first,
                                     take_day_first, take_name_first };
    size_t before;

    skip_weekday(s);
    before = s->at;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        s->at = before;
        s->seconds = -1;
        s->has_zone = false;
        if (forms[i](s))
            return true;
    }
    return false;
}

/* What follows may be a remark, but no second date, no more of a word, and
 * nothing that makes a bound of the date. */
static bool ends_well(const struct scan *s)
{
    static const char *const bounds[] = { "or", "before", "earlier", "prior",
                                          NULL };
    const struct token *t = peek(s, 0);

    if (t->kind != END && t->kind != MARK && !t->is_spaced)
        return false;
    if (is_mark(t, '#')) /* the number of an order */
        return true;
    for (; t->kind != END; t++)
        if (is_digits(t, 4, 15) || is_one_of(t, bounds))
            return false;
    return true;
}

/* Last Sunday of a month, at 01:00 UTC (directive 2000/84/EC). */
static int64_t last_sunday(int year, int month)
{
    int64_t utc_s = 0;

    text_day_utc(&utc_s, year, month, 31);
    return utc_s - (utc_s / 86400 + 4) % 7 * 86400 + 3600;
}

static int east_of_utc_m(const struct scan *s, int64_t local_s)
{
    int east_m = s->how->east_of_utc_m;
    int64_t utc_s = local_s - east_m * 60;

    if (s->how->has_summer && utc_s >= last_sunday(s->year, 3) &&
        utc_s < last_sunday(s->year, 10))
        east_m += 60;
    return east_m;
}

static bool is_utc(const struct scan *s)
{
    return s->has_zone && s->east_m == 0;
}

bool whois_date_read(int64_t *utc_s, bool *is_date_only, const char *text,
                     size_t len, const struct whois_dates *how)
{
    struct scan s = { .how = how, .seconds = -1 };
    int64_t day;

    if (len > TEXT_MAX || !split(&s, text, len) || !take_date(&s))
        return false;
    if (s.seconds < 0 || !s.has_zone)
        take_time(&s);
    if (!ends_well(&s) || s.year < 1985 || s.year > 2099 ||
        !text_day_utc(&day, s.year, s.month, s.day))
        return false;
    /* midnight there stands for no time at all */
    *is_date_only = s.seconds < 0 || (s.seconds == 0 && !is_utc(&s));
    *utc_s = day;
    if (!*is_date_only)
        *utc_s +=
            s.seconds -
            60 * (s.has_zone ? s.east_m : east_of_utc_m(&s, day + s.seconds));
    return true;
}
