/* Text and octets: growing buffers, escapes, numbers, times as text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/** A growing run of octets, always with a NUL behind the last. Zeroed memory
 * is an empty one; a failed allocation sets `failed` and later calls do
 * nothing, so that one check at the end is enough. */
struct buf {
    char *data;
    size_t len, cap;
    bool failed;
    bool is_borrowed; /**< data is not ours to free */
};

/** An empty buffer in memory of the caller, which outlives it; what does not
 * fit moves to the heap. @param cap  1 … */
void buf_init_in(struct buf *b, char *memory, size_t cap);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /**< keeps the memory */
/** Make room for more octets and the NUL, where there is too little.
 * @return false when there is no memory */
bool buf_grow(struct buf *b, size_t more);
/** Room for @p more octets behind the last, to be written directly; the caller
 * sets len. @return 0, SNOW_ENOMEM */
int buf_reserve(struct buf *b, size_t more);
void buf_drop_front(struct buf *b, size_t len); /**< len <= b->len */
void buf_add_text(struct buf *b, const char *text);
void buf_add_u64(struct buf *b, uint64_t number); /**< decimal */

/** Append a number as "%.*f" writes it. @param decimals  0 … 9 */
void buf_add_fixed(struct buf *b, double number, int decimals);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* These two make up most of what is written: they are no calls. */
static inline void buf_add(struct buf *b, const void *octets, size_t len)
{
    if (b->failed || (len >= b->cap - b->len && !buf_grow(b, len)))
        return;
    if (len > 0)
        memcpy(b->data + b->len, octets, len);
    b->len += len;
    b->data[b->len] = '\0';
}

static inline void buf_add_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

/** Copy as much of @p from as fits, always ending in NUL. */
void text_copy(char *to, size_t cap, const char *from);

/** Append octets for a terminal or log line: printable ASCII and valid UTF-8
 * stay, everything else becomes \xHH. */
void text_escape(struct buf *to, const void *octets, size_t len);

/** Append octets as a JSON string with its quotes; octets that are no UTF-8
 * text become \u00XX. */
void text_json(struct buf *to, const void *octets, size_t len);

/** Append octets in base64, one line, with padding (RFC 4648 §4). */
void text_base64(struct buf *to, const void *octets, size_t len);

/** Append octets as one CSV cell: RFC 4180 quoting, control octets as \xHH,
 * a ' before what a spreadsheet would take for a formula (a lone "-" stays).*/
void text_csv(struct buf *to, const void *octets, size_t len);

/** The same, in quotes by all means. */
void text_csv_quoted(struct buf *to, const void *octets, size_t len);

/** Length of the valid UTF-8 sequence at @p s, 0 if there is none (overlong
 * forms, surrogates and what lies past U+10FFFF are none). */
size_t text_utf8(const unsigned char *s, size_t len);

/** The character of such a sequence of @p n octets. */
uint32_t text_point(const unsigned char *s, size_t n);

/** Is it a character that a terminal obeys, that turns text around, or that is
 * there and not seen? Controls, breaks, directions (UAX #9), joiners, fillers,
 * selectors, annotations, tags. */
bool text_is_hidden(uint32_t point);

/** What ends a word that @p n things are counted by: "s", or nothing. */
static inline const char *text_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static inline char text_lower(char c) /**< ASCII only */
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool text_is_digit(char c) /**< ASCII only */
{
    return c >= '0' && c <= '9';
}

static inline bool text_is_alpha(char c) /**< ASCII only */
{
    c = text_lower(c);
    return c >= 'a' && c <= 'z';
}

bool text_is_alnum(char c); /**< ASCII only */
bool text_is_space(char c); /**< space, \t, \n, \r, \v, \f */
int text_hex(char c);       /**< 0 … 15, or -1 */
bool text_equal_fold(const char *a, const char *b); /**< ASCII case folded */

/** True for labels of letters, digits and inner hyphens (RFC 1123 §2.1), one or
 * more, no dot behind; the last is no number. */
bool text_is_host_name(const char *text);

/**
 * True for an address that mail can be written to from anywhere: a Dot-string
 * at a domain of two labels or more (RFC 5321 §4.1.2), in ASCII, no longer
 * than §4.5.3.1 allows. Quoted local parts and address literals, which
 * nobody publishes, are none.
 */
bool text_is_mailbox(const char *text);

/** Read a decimal number that is all of @p text.
 * @return 0, SNOW_ESYNTAX, SNOW_ERANGE when more than @p max */
int text_parse_u64(uint64_t *out, const char *text, uint64_t max);

#define TEXT_TIME_MAX 24 /**< "-292277022657-01-27T08:29:52Z" never appears */

/** UTC seconds as "2018-05-20T11:02:33Z"; "" for SNOW_TIME_UNKNOWN. */
void text_format_time(int64_t utc_s, char out[TEXT_TIME_MAX]);

/**
 * Read an RFC 3339 time, leniently: any fraction, `t`/`z`, a space for the T,
 * offsets with or without colon, a date alone, no zone (taken as UTC).
 *
 * @param is_date_only  set when no time of day was given; may be NULL
 * @return              0, SNOW_ESYNTAX, SNOW_ERANGE (no such day)
 */
int text_parse_time(int64_t *utc_s, bool *is_date_only, const char *text);

/** UTC seconds at the start of a day of the Gregorian calendar; false when
 * there is no such day. */
bool text_day_utc(int64_t *utc_s, int year, int month, int day);

#endif
