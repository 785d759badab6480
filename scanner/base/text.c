#include "base/text.h"

#include <errno.h>

#include "snowline/error.h"

void text_copy(char *to, size_t cap, const char *from)
{
    size_t len = strlen(from);

    if (cap == 0)
        return;
    if (len >= cap)
        len = cap - 1;
    memcpy(to, from, len);
    to[len] = '\0';
}

bool text_is_alnum(char c)
{
    return text_is_alpha(c) || text_is_digit(c);
}

bool text_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int text_hex(char c)
{
    c = text_lower(c);
    if (text_is_digit(c))
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_equal_fold(const char *a, const char *b)
{
    while (*a && text_lower(*a) == text_lower(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

/* Octets that follow the lead octet, and the least code point they may make;
 * RFC 3629 §4. */
size_t text_utf8(const unsigned char *s, size_t len)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    size_t more;
    uint32_t point;

    if (len == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : 1;
    if (s[0] < 0xc2 || s[0] > 0xf4 || len <= more)
        return 0;
    point = s[0] & (0x3fu >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (s[i] & 0x3fu);
    }
    if (point < least[more] || point > 0x10ffff ||
        (point >= 0xd800 && point < 0xe000))
        return 0;
    return more + 1;
}

uint32_t text_point(const unsigned char *s, size_t n)
{
    uint32_t point = n == 1 ? s[0] : s[0] & (0x7fu >> n);

    for (size_t i = 1; i < n; i++)
        point = point << 6 | (s[i] & 0x3fu);
    return point;
}

bool text_is_hidden(uint32_t point)
{
    static const uint32_t ranges[][2] = {
        { 0x0000, 0x001f }, { 0x007f, 0x009f },   { 0x00ad, 0x00ad },
        { 0x034f, 0x034f }, { 0x061c, 0x061c },   { 0x115f, 0x1160 },
        { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },   { 0x200b, 0x200f },
        { 0x2028, 0x202e }, { 0x2060, 0x206f },   { 0x3164, 0x3164 },
        { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
        { 0xfff9, 0xfffb }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
    };

    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (point >= ranges[i][0] && point <= ranges[i][1])
            return true;
    return false;
}

/* Octets of text that may stand as they are. 0: to be escaped. */
static size_t plain(const unsigned char *s, size_t len)
{
    size_t n = text_utf8(s, len);

    return n > 0 && text_is_hidden(text_point(s, n)) ? 0 : n;
}

/* How many octets in front are printable ASCII: nearly all of them, nearly
 * always. */
static size_t clean(const unsigned char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] >= 0x20 && s[n] < 0x7f)
        n++;
    return n;
}

void text_escape(struct buf *to, const void *octets, size_t len)
{
    const unsigned char *s = octets;

    if (len == 0)
        buf_add(to, "", 0);
    for (size_t i = 0; i < len;) {
        size_t n = clean(s + i, len - i);

        n = n > 0 ? n : plain(s + i, len - i);
        if (n > 0)
            buf_add(to, s + i, n);
        else
            buf_printf(to, "\\x%02X", s[i]);
        i += n > 0 ? n : 1;
    }
}

static void json_octet(struct buf *to, unsigned char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (size_t i = 0; i + 1 < sizeof shorts; i += 2)
        if ((unsigned char)shorts[i] == c) {
            buf_printf(to, "\\%c", shorts[i + 1]);
            return;
        }
    buf_printf(to, "\\u%04x", c);
}

/* A character that is not shown as it is: by its number, beyond U+FFFF by two
 * surrogates (RFC 8259 §7), so that it is read back as what it was. */
static void json_point(struct buf *to, uint32_t point)
{
    if (point >= 0x10000) {
        buf_printf(to, "\\u%04x", 0xd800 + ((point - 0x10000) >> 10));
        point = 0xdc00 + (point & 0x3ff);
    }
    buf_printf(to, "\\u%04x", point);
}

/* The printable ASCII at the front that no format treats in its own way. */
static size_t simple(const unsigned char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' &&
           s[n] != '\\')
        n++;
    return n;
}

void text_json(struct buf *to, const void *octets, size_t len)
{
    const unsigned char *s = octets;

    buf_add_char(to, '"');
    for (size_t i = 0; i < len;) {
        size_t n = simple(s + i, len - i);

        n = n > 0 ? n : plain(s + i, len - i);
        if (n > 0 && s[i] != '"' && s[i] != '\\') {
            buf_add(to, s + i, n);
            i += n;
            continue;
        }
        n = text_utf8(s + i, len - i);
        if (n > 1)
            json_point(to, text_point(s + i, n));
        else
            json_octet(to, s[i]);
        i += n > 0 ? n : 1;
    }
    buf_add_char(to, '"');
}

void text_base64(struct buf *to, const void *octets, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *s = octets;

    for (size_t i = 0; i < len; i += 3) {
        unsigned long x = (unsigned long)s[i] << 16 |
                          (i + 1 < len ? s[i + 1] : 0UL) << 8 |
                          (i + 2 < len ? s[i + 2] : 0UL);
        char out[4];

        out[0] = digits[x >> 18 & 63];
        out[1] = digits[x >> 12 & 63];
        out[2] = i + 1 < len ? digits[x >> 6 & 63] : '=';
        out[3] = i + 2 < len ? digits[x & 63] : '=';
        buf_add(to, out, sizeof out);
    }
}

static bool is_formula(const char *s, size_t len)
{
    return len > 0 && s[0] != '\0' && strchr("=+-@\t\r", s[0]) &&
           !(len == 1 && s[0] == '-');
}

/* Text that holds nothing to be escaped any more. */
static void add_cell(struct buf *to, const char *s, size_t len, bool is_formula,
                     bool is_quoted)
{
    const char *quote;

    is_quoted = is_quoted || memchr(s, ',', len) || memchr(s, '"', len);
    if (is_quoted)
        buf_add_char(to, '"');
    if (is_formula)
        buf_add_char(to, '\'');
    while ((quote = memchr(s, '"', len))) {
        size_t n = (size_t)(quote - s) + 1;

        buf_add(to, s, n);
        buf_add_char(to, '"');
        s += n;
        len -= n;
    }
    buf_add(to, s, len);
    if (is_quoted)
        buf_add_char(to, '"');
}

static void add_csv(struct buf *to, const char *s, size_t len, bool is_quoted)
{
    struct buf cell = { 0 };
    bool is_evil = is_formula(s, len);

    if (clean((const unsigned char *)s, len) == len) {
        add_cell(to, len > 0 ? s : "", len, is_evil, is_quoted);
        return;
    }
    text_escape(&cell, s, len);
    if (!cell.failed)
        add_cell(to, cell.data, cell.len, is_evil, is_quoted);
    to->failed |= cell.failed;
    buf_fini(&cell);
}

void text_csv(struct buf *to, const void *octets, size_t len)
{
    add_csv(to, octets, len, false);
}

void text_csv_quoted(struct buf *to, const void *octets, size_t len)
{
    add_csv(to, octets, len, true);
}

int text_parse_u64(uint64_t *out, const char *text, uint64_t max)
{
    uint64_t value = 0;

    if (*text == '\0')
        return SNOW_ESYNTAX;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');

        if (!text_is_digit(*text))
            return SNOW_ESYNTAX;
        if (value > (max - digit) / 10 || digit > max)
            return SNOW_ERANGE;
        value = value * 10 + digit;
    }
    *out = value;
    return 0;
}

/* Dot-string: atoms of RFC 5321's atext, joined by single dots. */
static bool is_local_part(const char *text, size_t len)
{
    if (len == 0 || len > 64 || strchr("-.", text[0]) || text[len - 1] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && text[i - 1] == '.')
            return false;
        if (!text_is_alnum(text[i]) && !strchr("!#$%&'*+-/=?^_`{|}~.", text[i]))
            return false;
    }
    return true;
}

bool text_is_host_name(const char *text)
{
    const char *last = strrchr(text, '.');
    size_t label = 0;

    if (!text_is_alpha(last ? last[1] : *text) || strlen(text) > 253)
        return false;
    for (const char *c = text; *c; c++) {
        if (*c == '.' && (label == 0 || c[-1] == '-'))
            return false;
        if (*c != '.' && !text_is_alnum(*c) && (*c != '-' || label == 0))
            return false;
        label = *c == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return label > 0 && text[strlen(text) - 1] != '-';
}

bool text_is_mailbox(const char *text)
{
    const char *at = strrchr(text, '@');

    return at && strlen(text) <= 254 && strchr(at, '.') &&
           is_local_part(text, (size_t)(at - text)) &&
           text_is_host_name(at + 1);
}
