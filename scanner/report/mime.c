#include "report/mime.h"

#include "snowline/records.h"

#define WORD_OCTETS 42 /* of an encoded word: 56 in base64, 68 in all */

static void end_line(struct buf *to)
{
    buf_add_text(to, "\r\n");
}

/* One word of a value, on this line or on the next: RFC 5322 asks for 78, with
 * an encoded word RFC 2047 §2 for 76. */
static void add_word(struct buf *to, size_t *column, const char *word,
                     size_t len)
{
    if (*column + 1 + len > MIME_LINE_MAX) {
        end_line(to);
        *column = 0;
    }
    buf_add_char(to, ' ');
    buf_add(to, word, len);
    *column += 1 + len;
}

/* Printable ASCII, whatever it was. */
static void add_printable(struct buf *to, const char *text)
{
    for (; *text; text++)
        if (*text >= ' ' && *text <= '~')
            buf_add_char(to, *text);
        else
            buf_printf(to, "\\x%02X", (unsigned char)*text);
}

void mime_field(struct buf *to, const char *name, const char *value)
{
    struct buf text = { 0 };
    size_t column = strlen(name) + 1, at = 0;

    add_printable(&text, value);
    buf_printf(to, "%s:", name);
    while (at < text.len) {
        size_t len = strcspn(text.data + at, " ");

        if (len > 0)
            add_word(to, &column, text.data + at, len);
        at += len + 1;
    }
    end_line(to);
    to->failed |= text.failed;
    buf_fini(&text);
}

static bool is_ascii(const char *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)octets[i] > 126)
            return false;
    return true;
}

/* Whole characters that fit into an encoded word (RFC 2047 §5). */
static size_t piece(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len) {
        size_t more = text_utf8((const unsigned char *)text + n, len - n);

        more = more > 0 ? more : 1;
        if (n + more > WORD_OCTETS)
            break;
        n += more;
    }
    return n;
}

static void add_encoded(struct buf *to, size_t *column, const struct buf *text)
{
    for (size_t at = 0, n; at < text->len; at += n) {
        char room[96];
        struct buf word;

        n = piece(text->data + at, text->len - at);
        buf_init_in(&word, room, sizeof room);
        buf_add_text(&word, "=?utf-8?B?");
        text_base64(&word, text->data + at, n);
        buf_add_text(&word, "?=");
        add_word(to, column, word.data, word.len);
        buf_fini(&word);
    }
}

/* A quoted string may be folded at its spaces; each stays (RFC 5322 §3.2.4). */
static void add_quoted(struct buf *to, size_t *column, const struct buf *text)
{
    struct buf quoted = { 0 };
    size_t at = 0;

    buf_add_char(&quoted, '"');
    for (size_t i = 0; i < text->len; i++) {
        if (strchr("\"\\", text->data[i]))
            buf_add_char(&quoted, '\\');
        buf_add_char(&quoted, text->data[i]);
    }
    buf_add_char(&quoted, '"');
    while (!quoted.failed && at < quoted.len) {
        size_t len = strcspn(quoted.data + at, " ");

        add_word(to, column, quoted.data + at, len);
        at += len + 1;
    }
    to->failed |= quoted.failed;
    buf_fini(&quoted);
}

void mime_mailbox(struct buf *to, const char *name, const char *phrase,
                  const char *address)
{
    size_t column = strlen(name) + 1;
    struct buf text = { 0 }, route = { 0 };

    text_escape(&text, phrase, strlen(phrase));
    buf_printf(to, "%s:", name);
    if (text.len > 0 && is_ascii(text.data, text.len))
        add_quoted(to, &column, &text);
    else if (text.len > 0)
        add_encoded(to, &column, &text);
    buf_add_char(&route, '<');
    if (text_is_mailbox(address))
        buf_add_text(&route, address);
    buf_add_char(&route, '>');
    if (!route.failed)
        add_word(to, &column, route.data, route.len);
    end_line(to);
    to->failed |= text.failed || route.failed;
    buf_fini(&text);
    buf_fini(&route);
}

/* A moment, as people of mail write it. */
struct moment {
    char day[4], month[4], clock[9];
    int year, of_month;
};

static int digits(const char *text, int n)
{
    int number = 0;

    while (n-- > 0)
        number = 10 * number + (*text++ - '0');
    return number;
}

static struct moment moment_of(int64_t utc_s)
{
    static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[TEXT_TIME_MAX];
    struct moment m;
    int64_t day = utc_s / 86400 - (utc_s % 86400 < 0);

    text_format_time(utc_s, text);
    if (text[0] == '\0')
        return moment_of(0); /* no year of four digits */
    snprintf(m.day, sizeof m.day, "%.3s", days + 3 * ((day % 7 + 7) % 7));
    snprintf(m.month, sizeof m.month, "%.3s",
             months + 3 * (digits(text + 5, 2) - 1));
    snprintf(m.clock, sizeof m.clock, "%.8s", text + 11);
    m.year = digits(text, 4);
    m.of_month = digits(text + 8, 2);
    return m;
}

void mime_date(struct buf *to, int64_t utc_s)
{
    struct moment m = moment_of(utc_s);

    buf_printf(to, "Date: %s, %d %s %04d %s +0000\r\n", m.day, m.of_month,
               m.month, m.year, m.clock);
}

void mime_mbox_line(struct buf *to, const char *address, int64_t utc_s)
{
    struct moment m = moment_of(utc_s);

    buf_printf(to, "From %s %s %s %2d %s %04d\n", address, m.day, m.month,
               m.of_month, m.clock, m.year);
}

/* Nothing that a server may change, or take for something else: no long line,
 * no line that an mbox would have to quote, no white space at an end. */
static bool is_plain_line(const char *line, size_t len)
{
    if (len > MIME_LINE_MAX || !is_ascii(line, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (line[i] < ' ' || (i > 0 && strncmp(line + i - 1, "=_", 2) == 0))
            return false;
    return len == 0 || (line[len - 1] != ' ' && strncmp(line, "From ", 5) != 0);
}

static bool is_plain(const struct buf *text)
{
    for (size_t at = 0, len; at < text->len; at += len + 1) {
        len = strcspn(text->data + at, "\n");
        if (!is_plain_line(text->data + at, len))
            return false;
    }
    return true;
}

static void add_plain(struct buf *to, const struct buf *text)
{
    for (size_t at = 0, len; at < text->len; at += len + 1) {
        len = strcspn(text->data + at, "\n");
        buf_add(to, text->data + at, len);
        end_line(to);
    }
}

static bool is_from(const char *line, size_t len)
{
    return len >= 5 && strncmp(line, "From ", 5) == 0;
}

/* Spaces are written as they are within a line alone. */
static bool is_literal(char c, bool is_last)
{
    return c == ' ' ? !is_last : c > ' ' && c <= '~' && c != '=';
}

/* A line that is broken may begin anew with what an mbox would quote. */
static void add_quoted_line(struct buf *to, const char *line, size_t len)
{
    size_t column = 0;

    for (size_t i = 0; i < len; i++) {
        bool is_last = i + 1 == len;
        bool is_as_it_is = is_literal(line[i], is_last);

        if (column + (is_as_it_is ? 1 : 3) >
            MIME_LINE_MAX - (is_last ? 0u : 1u)) {
            buf_add_text(to, "=\r\n");
            column = 0;
        }
        if (column == 0 && is_from(line + i, len - i))
            is_as_it_is = false;
        if (is_as_it_is)
            buf_add_char(to, line[i]);
        else
            buf_printf(to, "=%02X", (unsigned char)line[i]);
        column += is_as_it_is ? 1 : 3;
    }
    buf_add_text(to, "\r\n");
}

static void add_quoted_printable(struct buf *to, const struct buf *text)
{
    for (size_t at = 0, len; at < text->len; at += len + 1) {
        len = strcspn(text->data + at, "\n");
        add_quoted_line(to, text->data + at, len);
    }
}

void mime_text(struct buf *to, const struct buf *text)
{
    bool is_as_it_is = is_plain(text);

    buf_printf(to,
               "Content-Type: text/plain; charset=%s\r\n"
               "Content-Transfer-Encoding: %s\r\n\r\n",
               is_as_it_is ? "us-ascii" : "utf-8",
               is_as_it_is ? "7bit" : "quoted-printable");
    if (is_as_it_is)
        add_plain(to, text);
    else
        add_quoted_printable(to, text);
}

void mime_attachment(struct buf *to, const char *type, const char *name,
                     const struct buf *octets)
{
    enum { A_LINE = MIME_LINE_MAX / 4 * 3 };

    buf_printf(to,
               "Content-Type: %s\r\n"
               "Content-Disposition: attachment; filename=\"%s\"\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n",
               type, name);
    for (size_t at = 0; at < octets->len; at += A_LINE) {
        size_t left = octets->len - at;

        text_base64(to, octets->data + at, left < A_LINE ? left : A_LINE);
        end_line(to);
    }
}
