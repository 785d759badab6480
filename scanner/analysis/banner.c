#include "analysis/banner.h"

#include <string.h>

#include "base/text.h"

static bool equals_fold(const char *word, size_t len, const char *text)
{
    for (size_t i = 0; i < len; i++)
        if (!text[i] || text_lower(word[i]) != text_lower(text[i]))
            return false;
    return text[len] == '\0';
}

/* Three digits, then SP, "-" or the end. */
static size_t code_len(const char *line, size_t len)
{
    if (len < 3 || !text_is_digit(line[0]) || !text_is_digit(line[1]) ||
        !text_is_digit(line[2]))
        return 0;
    if (len == 3)
        return 3;
    return line[3] == ' ' || line[3] == '-' ? 4 : 0;
}

/* Some servers begin "220 2.0.0 mail.example.com". */
static bool is_enhanced_code(const char *word, size_t len)
{
    return len == 5 && strchr("245", word[0]) && word[1] == '.' &&
           text_is_digit(word[2]) && word[3] == '.' && text_is_digit(word[4]);
}

static size_t skip_spaces(const char *text, size_t len, size_t at)
{
    while (at < len && text_is_space(text[at]))
        at++;
    return at;
}

static size_t word_end(const char *text, size_t len, size_t at)
{
    while (at < len && !text_is_space(text[at]))
        at++;
    return at;
}

size_t analysis_banner_line(struct banner_line *out, const char *text,
                            size_t len, size_t *at)
{
    const char *line, *newline;
    size_t n, from, end, looked;

    if (*at >= len)
        return 0;
    line = text + *at;
    newline = memchr(line, '\n', len - *at);
    n = newline ? (size_t)(newline - line) : len - *at;
    looked = n < BANNER_LINE_MAX ? n : BANNER_LINE_MAX;
    from = code_len(line, looked);
    *out = (struct banner_line){ .has_code = from > 0 };
    from = skip_spaces(line, looked, from);
    end = word_end(line, looked, from);
    if (is_enhanced_code(line + from, end - from)) {
        from = skip_spaces(line, looked, end);
        end = word_end(line, looked, from);
    }
    out->host = line + from;
    out->host_len = end - from;
    out->rest = line + end;
    out->rest_len = looked - end;
    looked += *at;
    *at += n + 1;
    return looked;
}

bool analysis_banner_is_protocol(const char *word, size_t len)
{
    static const char *const words[] = {
        "esmtp", "smtp",   "esmtps",  "smtps",  "lmtp",  "nt-esmtp", "mail",
        "to",    "server", "service", "mailer", "ready", "welcome",
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (equals_fold(word, len, words[i]))
            return true;
    return false;
}

static bool is_host_char(char c)
{
    return text_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* A host by its looks: labels that are not empty, the last of which has a
 * letter. */
static bool is_host(const char *word, size_t len)
{
    bool has_letter = false;

    for (size_t i = 0; i < len; i++) {
        if (!is_host_char(word[i]))
            return false;
        if (word[i] == '.' && (i == 0 || word[i - 1] == '.'))
            return false;
        has_letter = word[i] != '.' && (has_letter || text_is_alpha(word[i]));
    }
    return has_letter && len < BANNER_HOST_MAX;
}

static bool says_smtp(const struct banner_line *l)
{
    size_t from = skip_spaces(l->rest, l->rest_len, 0);
    size_t len = word_end(l->rest, l->rest_len, from) - from;

    return equals_fold(l->rest + from, len, "esmtp") ||
           equals_fold(l->rest + from, len, "smtp");
}

size_t analysis_banner_host(char out[BANNER_HOST_MAX], const char *banner,
                            size_t len)
{
    struct banner_line l;
    size_t at = 0, n;

    out[0] = '\0';
    if (!analysis_banner_line(&l, banner, len, &at) || !l.has_code)
        return 0;
    n = l.host_len;
    while (n > 0 && strchr(".,;:", l.host[n - 1]))
        n--;
    if (!is_host(l.host, n) || analysis_banner_is_protocol(l.host, n) ||
        (!memchr(l.host, '.', n) && !says_smtp(&l)))
        return 0;
    for (size_t i = 0; i < n; i++)
        out[i] = text_lower(l.host[i]);
    out[n] = '\0';
    return n;
}

static bool is_under(const char *host, const char *domain)
{
    size_t len = strlen(host), n = strlen(domain);

    return (len == n || (len > n && host[len - n - 1] == '.')) &&
           equals_fold(host + len - n, n, domain);
}

enum analysis_banner_match analysis_banner_compare(const char *host,
                                                   const char *names,
                                                   unsigned n,
                                                   const char *domain)
{
    if (host[0] == '\0')
        return ANALYSIS_BANNER_NONE;
    for (unsigned i = 0; i < n; i++) {
        size_t len = strlen(names);

        if (equals_fold(names, len - (len > 0 && names[len - 1] == '.'), host))
            return ANALYSIS_BANNER_EQUAL;
        names += len + 1;
    }
    if (!domain)
        return ANALYSIS_BANNER_UNKNOWN;
    return is_under(host, domain) ? ANALYSIS_BANNER_DOMAIN
                                  : ANALYSIS_BANNER_OTHER;
}

const char *analysis_banner_match_word(enum analysis_banner_match match)
{
    static const char *const words[] = {
#define X(id, word) word,
        ANALYSIS_BANNER_MATCHES(X)
#undef X
    };

    return words[match];
}
