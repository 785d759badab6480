#include "smtp/reply.h"

#include "base/text.h"

void smtp_reply_init(struct smtp_reply *r, char *text, size_t cap)
{
    *r = (struct smtp_reply){ .text = text, .text_cap = cap };
}

static void keep(struct smtp_reply *r, char c)
{
    if (r->text_len < r->text_cap)
        r->text[r->text_len++] = c;
}

static unsigned read_code(const char digits[3])
{
    return (unsigned)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 +
                      (digits[2] - '0'));
}

/* RFC 5321 §4.2: three digits, then SP, "-" or the end of the line. */
static bool has_code(const struct smtp_reply *r)
{
    for (size_t i = 0; i < 3; i++)
        if (i >= r->line_len || !text_is_digit(r->head[i]))
            return false;
    return r->line_len == 3 || r->head[3] == ' ' || r->head[3] == '-' ||
           r->head[3] == '\r';
}

static bool can_begin_reply(size_t at, char c)
{
    return at < 3 ? text_is_digit(c) : c == ' ' || c == '-' || c == '\r';
}

/* An octet that ends no line. */
static void take(struct smtp_reply *r, char c)
{
    size_t at = r->line_len++;

    if (at == 0 && r->n_lines > 0)
        keep(r, '\n');
    keep(r, c);
    if (at >= sizeof r->head)
        return;
    r->head[at] = c;
    if (r->n_lines == 0 && !can_begin_reply(at, c))
        r->is_foreign = true;
    if (at == 3 && has_code(r))
        r->code = (uint16_t)read_code(r->head);
}

static void drop_cr(struct smtp_reply *r)
{
    if (r->line_len > 0 && r->text_len > 0 && r->text[r->text_len - 1] == '\r')
        r->text_len--;
}

static void end_line(struct smtp_reply *r)
{
    bool is_coded = has_code(r);

    if (r->line_len == 0 && r->n_lines > 0)
        keep(r, '\n');
    drop_cr(r);
    if (is_coded)
        r->code = (uint16_t)read_code(r->head);
    if (r->n_lines == 0 && !is_coded) {
        r->is_foreign = true;
        r->state = SMTP_REPLY_FOREIGN;
    } else if (is_coded && (r->line_len == 3 || r->head[3] != '-')) {
        r->state = SMTP_REPLY_DONE;
    }
    r->n_lines++;
    r->line_len = 0;
}

size_t smtp_reply_feed(struct smtp_reply *r, const char *octets, size_t len)
{
    size_t i = 0;

    while (i < len && r->state == SMTP_REPLY_MORE) {
        char c = octets[i++];

        r->len++;
        if (c == '\n')
            end_line(r);
        else
            take(r, c);
        if (r->state == SMTP_REPLY_MORE &&
            (r->line_len >= SMTP_LINE_MAX || r->n_lines >= SMTP_LINES_MAX ||
             r->len >= SMTP_REPLY_MAX))
            r->state = r->is_foreign ? SMTP_REPLY_FOREIGN : SMTP_REPLY_TOO_LONG;
    }
    return i;
}

/* --- what it says --------------------------------------------------------- */

static size_t line_end(const char *text, size_t at, size_t len)
{
    while (at < len && text[at] != '\n')
        at++;
    return at;
}

/* How many octets of a kept line are its code. */
static size_t code_len(const char *line, size_t len)
{
    if (len < 3 || !text_is_digit(line[0]) || !text_is_digit(line[1]) ||
        !text_is_digit(line[2]))
        return 0;
    if (len == 3)
        return 3;
    return line[3] == ' ' || line[3] == '-' ? 4 : 0;
}

void smtp_reply_split(struct smtp_reply *r, struct smtp_hello *out)
{
    size_t end = line_end(r->text, 0, r->text_len);
    size_t at = code_len(r->text, end), list = end + 1, to = list;

    *out = (struct smtp_hello){ .word = r->text + at, .list = "" };
    while (at < end && !text_is_space(r->text[at])) {
        at++;
        out->word_len++;
    }
    for (at = list; at < r->text_len; at = end + 1) {
        end = line_end(r->text, at, r->text_len);
        at += code_len(r->text + at, end - at);
        memmove(r->text + to, r->text + at, end - at);
        to += end - at;
        if (end < r->text_len)
            r->text[to++] = '\n';
    }
    if (list >= r->text_len)
        return;
    out->list = r->text + list;
    out->list_len = to - list;
    r->text_len = to;
}

static bool is_at_fold(const char *text, size_t len, const char *word)
{
    size_t i = 0;

    while (word[i] && i < len && text_lower(text[i]) == text_lower(word[i]))
        i++;
    return word[i] == '\0';
}

bool smtp_hello_offers(const struct smtp_hello *h, const char *keyword)
{
    size_t n = strlen(keyword);

    for (size_t at = 0; at < h->list_len;) {
        size_t end = line_end(h->list, at, h->list_len);

        if (is_at_fold(h->list + at, end - at, keyword) &&
            (end - at == n || text_is_space(h->list[at + n])))
            return true;
        at = end + 1;
    }
    return false;
}

struct word {
    const char *word;
    bool is_whole; /* no letter or digit may stand beside it */
};

/* clang-format off */
static const struct word block_words[] = {
    { "blocked", true },      { "blacklist", false },
    { "black list", false },  { "blocklist", false },
    { "block list", false },  { "block-list", false },
    { "denylist", false },    { "dnsbl", false },
    { "rbl", true },          { "sbl", true },
    { "xbl", true },          { "pbl", true },
    { "cbl", true },          { "listed", true },
    { "spamhaus", false },    { "barracuda", false },
    { "spamcop", false },     { "sorbs", true },
    { "uceprotect", false },  { "senderbase", false },
    { "senderscore", false }, { "reputation", true },
    { "banned", true },
};
static const struct word ftp_words[] = {
    { "vsftpd", false },      { "proftpd", false },
    { "pure-ftpd", false },   { "filezilla", false },
    { "ftpd", true },         { "ftp server", true },
    { "ftp service", true },
};
static const struct word mail_words[] = {
    { "smtp", false },        { "mail", false },
};
/* clang-format on */

static bool stands_alone(const char *text, size_t at, size_t n, size_t len)
{
    return (at == 0 || !text_is_alnum(text[at - 1])) &&
           (at + n == len || !text_is_alnum(text[at + n]));
}

static bool says(const struct smtp_reply *r, const struct word *w)
{
    size_t n = strlen(w->word);

    for (size_t at = 0; at + n <= r->text_len; at++)
        if (is_at_fold(r->text + at, r->text_len - at, w->word) &&
            (!w->is_whole || stands_alone(r->text, at, n, r->text_len)))
            return true;
    return false;
}

static bool says_any(const struct smtp_reply *r, const struct word *words,
                     size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (says(r, &words[i]))
            return true;
    return false;
}

bool smtp_reply_says_blocked(const struct smtp_reply *r)
{
    return says_any(r, block_words, COUNT_OF(block_words));
}

bool smtp_reply_says_ftp(const struct smtp_reply *r)
{
    return says_any(r, ftp_words, COUNT_OF(ftp_words)) &&
           !says_any(r, mail_words, COUNT_OF(mail_words));
}
