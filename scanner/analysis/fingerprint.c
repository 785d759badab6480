#include "analysis/fingerprint.h"

#include <string.h>

#include "base/map.h"

#define TEMPLATE_MAX 2048 /* octets of a greeting that are looked at */

static bool is_word_char(char c)
{
    return text_is_alnum(c) || c == '.' || c == '-' || c == ':' || c == '_';
}

static bool equals_fold(const char *word, size_t len, const char *text)
{
    if (strlen(text) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text_lower(word[i]) != text_lower(text[i]))
            return false;
    return true;
}

static bool is_under(const char *word, size_t len, const char *domain)
{
    size_t n = strlen(domain);

    return (len == n || (len > n && word[len - n - 1] == '.')) &&
           equals_fold(word + len - n, n, domain);
}

/* What a word is made of. */
struct shape {
    size_t digits, hex, letters, dots, colons, dashes;
};

static struct shape shape_of(const char *word, size_t len)
{
    struct shape s = { 0 };

    for (size_t i = 0; i < len; i++) {
        s.digits += text_is_digit(word[i]);
        s.hex += text_hex(word[i]) >= 0;
        s.letters += text_is_alpha(word[i]);
        s.dots += word[i] == '.';
        s.colons += word[i] == ':';
        s.dashes += word[i] == '-';
    }
    return s;
}

/* A host name: dots, and a last label of letters. Versions such as 4.92rc or
 * 8.15.2 have none. */
static bool is_host(const char *word, size_t len, const struct shape *s)
{
    size_t last = len;

    if (s->dots == 0 || s->colons > 0 || s->letters < 3)
        return false;
    while (last > 0 && word[last - 1] != '.')
        last--;
    if (len - last < 2)
        return false;
    for (size_t i = last; i < len; i++)
        if (!text_is_alpha(word[i]))
            return false;
    return true;
}

static const char *placeholder(const char *word, size_t len, const char *name,
                               const char *domain)
{
    struct shape s = shape_of(word, len);

    if (name && equals_fold(word, len, name))
        return "{ptr}";
    if (domain && is_under(word, len, domain))
        return name ? "{dom}" : "{ptr}";
    if (is_host(word, len, &s))
        return "{host}";
    if ((s.dots == 3 && s.digits + 3 == len) ||
        (s.colons >= 2 && s.hex > s.digits && s.hex + s.colons == len))
        return "{ip}";
    if (s.colons > 0 && s.digits >= 4 && s.digits + s.colons == len)
        return "{ts}";
    if (s.digits >= 5 && s.digits + s.dashes + s.colons == len)
        return "{ts}";
    if (s.dashes == 2 && s.digits >= 6 && s.letters <= 4)
        return "{ts}"; /* 2018-05-20t11:02:33z */
    if (s.hex == len && len >= 6 && s.digits > 0)
        return "{id}";
    return NULL;
}

/* Days, months and small numbers of an RFC 5322 date. */
static bool is_of_date(const char *word, size_t len)
{
    static const char *const words[] = {
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar",
        "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (equals_fold(word, len, words[i]))
            return true;
    for (size_t i = 0; i < len; i++)
        if (!text_is_digit(word[i]))
            return false;
    return len > 0 && (len <= 2 || len == 4);
}

/* Full stops and hyphens at a word's end are wording, no part of a name. */
static size_t trim(const char *word, size_t len)
{
    while (len > 0 && strchr(".-:", word[len - 1]))
        len--;
    return len;
}

void analysis_banner_template(struct buf *to, const char *banner, size_t len,
                              const char *name, const char *domain)
{
    if (len > TEMPLATE_MAX)
        len = TEMPLATE_MAX;
    for (size_t i = 0; i < len;) {
        size_t n = 0, word_len;
        const char *instead;

        while (i + n < len && is_word_char(banner[i + n]))
            n++;
        word_len = trim(banner + i, n);
        if (word_len == 0) {
            buf_add_char(to, text_lower(banner[i++]));
            continue;
        }
        instead = placeholder(banner + i, word_len, name, domain);
        if (!instead && is_of_date(banner + i, word_len))
            instead = "{ts}";
        if (instead)
            buf_add_text(to, instead);
        for (size_t k = 0; !instead && k < word_len; k++)
            buf_add_char(to, text_lower(banner[i + k]));
        i += word_len;
    }
}

uint64_t analysis_banner_fingerprint(const char *banner, size_t len,
                                     const char *name, const char *domain)
{
    struct buf b = { 0 };
    uint64_t hash = 0;

    analysis_banner_template(&b, banner, len, name, domain);
    if (b.len > 0 && !b.failed)
        hash = map_hash(b.data, b.len) | 1;
    buf_fini(&b);
    return hash;
}

bool analysis_banner_is_own(const char *banner, size_t len, const char *domain)
{
    if (len > TEMPLATE_MAX)
        len = TEMPLATE_MAX;
    for (size_t i = 0; i < len;) {
        size_t n = 0;

        while (i + n < len && is_word_char(banner[i + n]))
            n++;
        if (n > 0 && is_under(banner + i, trim(banner + i, n), domain))
            return true;
        i += n ? n : 1;
    }
    return false;
}
