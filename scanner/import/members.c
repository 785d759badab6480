#include "import/members.h"

#include "import/name.h"
#include "snowline/error.h"

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

/* --- one value --- */

/* Behind a text whose opening quote is before @p at; NULL: it is not closed. */
static const char *end_of_text(const char *at, const char *end)
{
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        const char *before = quote;

        if (!quote)
            return NULL;
        while (before > at && before[-1] == '\\')
            before--;
        if ((quote - before) % 2 == 0)
            return quote + 1;
        at = quote + 1; /* it is escaped */
    }
    return NULL;
}

/* Behind an object or array that begins at @p at. What stands in it is looked
 * at when somebody wants it; here its brackets have to match. */
static const char *end_of_nest(const char *at, const char *end)
{
    char close[MEMBERS_DEPTH_MAX];
    size_t depth = 0;

    for (; at && at < end; at++) {
        if (*at == '"') {
            at = end_of_text(at + 1, end);
            if (!at)
                return NULL;
            at--;
        } else if (*at == '{' || *at == '[') {
            if (depth == MEMBERS_DEPTH_MAX)
                return NULL;
            close[depth++] = *at == '{' ? '}' : ']';
        } else if (*at == '}' || *at == ']') {
            if (*at != close[--depth])
                return NULL;
            if (depth == 0)
                return at + 1;
        }
    }
    return NULL;
}

static bool is_plain(char c)
{
    return text_is_alnum(c) || c == '-' || c == '+' || c == '.';
}

/* The value at *at, which moves behind it. */
static int take_value(const char **at, const char *end, struct members_value *v)
{
    const char *from = *at, *to = from;

    if (from == end)
        return SNOW_ESYNTAX;
    if (*from == '"') {
        to = end_of_text(from + 1, end);
        if (!to)
            return SNOW_ESYNTAX;
        *v = (struct members_value){ MEMBERS_TEXT, from + 1,
                                     (size_t)(to - from) - 2 };
    } else if (*from == '{' || *from == '[') {
        to = end_of_nest(from, end);
        if (!to)
            return SNOW_ESYNTAX;
        *v = (struct members_value){ *from == '{' ? MEMBERS_OBJECT
                                                  : MEMBERS_ARRAY,
                                     from, (size_t)(to - from) };
    } else {
        while (to < end && is_plain(*to))
            to++;
        if (to == from)
            return SNOW_ESYNTAX;
        *v = (struct members_value){ MEMBERS_PLAIN, from, (size_t)(to - from) };
    }
    *at = to;
    return 0;
}

/* --- walking --- */

int members_line(struct members_value *object, const char *line, size_t len)
{
    const char *end = line + len, *at = skip_blanks(line, end);

    if (at == end || *at != '{' || take_value(&at, end, object) ||
        skip_blanks(at, end) != end)
        return SNOW_ESYNTAX;
    return 0;
}

void members_begin(struct members *m, const struct members_value *v)
{
    bool is_nest = v->kind == MEMBERS_OBJECT || v->kind == MEMBERS_ARRAY;

    *m = (struct members){ .close = v->kind == MEMBERS_ARRAY ? ']' : '}' };
    if (is_nest) {
        m->at = v->at + 1;
        m->end = v->at + v->len; /* behind the bracket that closes it */
    }
}

/* To the next member: over the comma, or out. */
static int step(struct members *m)
{
    m->at = skip_blanks(m->at, m->end);
    if (m->at == m->end)
        return SNOW_ESYNTAX;
    if (*m->at == m->close) {
        m->at = m->end = NULL;
        return 0;
    }
    if (m->has_begun && *m->at++ != ',')
        return SNOW_ESYNTAX;
    m->has_begun = true;
    m->at = skip_blanks(m->at, m->end);
    return 1;
}

int members_next(struct members *m, struct members_value *key,
                 struct members_value *value)
{
    struct members_value name = { MEMBERS_NONE, NULL, 0 };
    int more;

    if (!m->at)
        return 0;
    more = step(m);
    if (more <= 0)
        return more;
    if (m->close == '}') {
        if (take_value(&m->at, m->end, &name) || name.kind != MEMBERS_TEXT)
            return SNOW_ESYNTAX;
        m->at = skip_blanks(m->at, m->end);
        if (m->at == m->end || *m->at++ != ':')
            return SNOW_ESYNTAX;
        m->at = skip_blanks(m->at, m->end);
    }
    if (key)
        *key = name;
    return take_value(&m->at, m->end, value) ? SNOW_ESYNTAX : 1;
}

/* Nearly all keys are plain; one may be written with escapes all the same. */
static bool is_key(const struct members_value *key, const char *word)
{
    char room[256]; /* more than any word that is wanted */
    struct buf text;
    bool is_same;

    if (!memchr(key->at, '\\', key->len))
        return members_is(key, word);
    if (key->len >= sizeof room)
        return false;
    buf_init_in(&text, room, sizeof room);
    is_same = members_text(&text, key, MEMBERS_CHARACTERS) == 0 &&
              !text.failed && text.len == strlen(word) &&
              memcmp(text.data, word, text.len) == 0;
    buf_fini(&text);
    return is_same;
}

int members_get(const struct members_value *object,
                const struct members_want *wants, size_t n)
{
    struct members m;
    struct members_value key, value;
    int more;

    for (size_t i = 0; i < n; i++)
        *wants[i].to = (struct members_value){ MEMBERS_NONE, NULL, 0 };
    if (object->kind != MEMBERS_OBJECT)
        return 0;
    members_begin(&m, object);
    while ((more = members_next(&m, &key, &value)) > 0)
        for (size_t i = 0; i < n; i++)
            if (is_key(&key, wants[i].key))
                *wants[i].to = value;
    return more;
}

/* --- values --- */

static void add_point(struct buf *to, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(to, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_add_char(to, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            buf_add_char(to, (char)(0xe0 | c >> 12));
        } else {
            buf_add_char(to, (char)(0xf0 | c >> 18));
            buf_add_char(to, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buf_add_char(to, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_add_char(to, (char)(0x80 | (c & 0x3f)));
}

/* Up to @p most digits of a base; how many there were. */
static size_t take_digits(const char *at, const char *end, size_t most,
                          unsigned base, uint32_t *out)
{
    size_t n = 0;

    for (*out = 0; n < most && at + n < end; n++) {
        int digit = text_hex(at[n]);

        if (digit < 0 || (unsigned)digit >= base)
            break;
        *out = *out * base + (unsigned)digit;
    }
    return n;
}

/* "\uXXXX", of which two may be one character (RFC 8259 §7). @p at is behind
 * the u. @return behind it, or NULL */
static const char *unicode(struct buf *to, const char *at, const char *end,
                           enum members_reading how)
{
    uint32_t c, low;

    if (take_digits(at, end, 4, 16, &c) != 4)
        return NULL;
    at += 4;
    if (how == MEMBERS_OCTETS && c < 0x100) {
        buf_add_char(to, (char)c);
        return at;
    }
    if (c >= 0xd800 && c < 0xdc00 && end - at >= 6 && at[0] == '\\' &&
        at[1] == 'u' && take_digits(at + 2, end, 4, 16, &low) == 4 &&
        low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
        at += 6;
    }
    add_point(to, c);
    return at;
}

/* One escape, its backslash before @p at: those of JSON, and those that
 * programs written in C let slip in. @return behind it, or NULL */
static const char *escape(struct buf *to, const char *at, const char *end,
                          enum members_reading how)
{
    static const char shorts[] = "\"\"\\\\//b\bf\fn\nr\rt\ta\av\v";
    uint32_t c;
    size_t n;

    if (at == end)
        return NULL;
    if (*at == 'u')
        return unicode(to, at + 1, end, how);
    for (size_t i = 0; i + 1 < sizeof shorts; i += 2)
        if (shorts[i] == *at) {
            buf_add_char(to, shorts[i + 1]);
            return at + 1;
        }
    n = *at == 'x' ? take_digits(at + 1, end, 2, 16, &c)
                   : take_digits(at, end, 3, 8, &c);
    if (n == 0 || c > 255)
        return NULL;
    buf_add_char(to, (char)c);
    return at + n + (*at == 'x');
}

int members_text(struct buf *to, const struct members_value *v,
                 enum members_reading how)
{
    const char *at, *end;

    if (v->kind != MEMBERS_TEXT)
        return 0;
    at = v->at;
    end = at + v->len;
    buf_add(to, "", 0); /* an empty text is one, too */
    while (at && at < end) {
        const char *back = memchr(at, '\\', (size_t)(end - at));

        buf_add(to, at, (size_t)((back ? back : end) - at));
        at = back ? escape(to, back + 1, end, how) : end;
    }
    return at ? 0 : SNOW_ESYNTAX;
}

bool members_is(const struct members_value *v, const char *text)
{
    return v->kind == MEMBERS_TEXT && v->len == strlen(text) &&
           memcmp(v->at, text, v->len) == 0;
}

bool members_is_true(const struct members_value *v)
{
    return v->kind == MEMBERS_PLAIN && v->len == 4 &&
           memcmp(v->at, "true", 4) == 0;
}

static bool is_scalar(const struct members_value *v)
{
    return v->kind == MEMBERS_TEXT || v->kind == MEMBERS_PLAIN;
}

bool members_number(const struct members_value *v, uint64_t max, uint64_t *out)
{
    char text[24];

    if (!is_scalar(v) || v->len >= sizeof text)
        return false;
    memcpy(text, v->at, v->len);
    text[v->len] = '\0';
    return text_parse_u64(out, text, max) == 0;
}

int64_t members_time(const struct members_value *v)
{
    return is_scalar(v) ? import_time(v->at, v->len) : SNOW_TIME_UNKNOWN;
}
