#include "analysis/fingerprint.h"

#include <string.h>

#include "analysis/banner.h"
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
    size_t run;   /* the longest of digits */
    size_t turns; /* from digits to letters and back */
};

static struct shape shape_of(const char *word, size_t len)
{
    struct shape s = { 0 };
    size_t run = 0;
    char before = 0;

    for (size_t i = 0; i < len; i++) {
        bool is_digit = text_is_digit(word[i]);
        char kind = is_digit ? '0' : text_is_alpha(word[i]) ? 'a' : before;

        s.digits += is_digit;
        s.hex += text_hex(word[i]) >= 0;
        s.letters += text_is_alpha(word[i]);
        s.dots += word[i] == '.';
        s.colons += word[i] == ':';
        s.dashes += word[i] == '-';
        run = is_digit ? run + 1 : 0;
        s.run = run > s.run ? run : s.run;
        s.turns += before && kind != before;
        before = kind;
    }
    return s;
}

/* A host name: dots, and a last label of letters, or of ASCII for others.
 * Versions such as 4.92rc or 8.15.2 have none. */
static bool is_host(const char *word, size_t len, const struct shape *s)
{
    size_t last = len;

    if (s->dots == 0 || s->colons > 0 || s->letters < 3)
        return false;
    while (last > 0 && word[last - 1] != '.')
        last--;
    if (len - last < 2)
        return false;
    if (len - last > 4 && equals_fold(word + last, 4, "xn--"))
        return true;
    for (size_t i = last; i < len; i++)
        if (!text_is_alpha(word[i]))
            return false;
    return true;
}

/* Four numbers, none past 255: 6.0.3790.4675 is a version. */
static bool is_ipv4(const char *word, size_t len, const struct shape *s)
{
    unsigned octet = 0;

    if (s->dots != 3 || s->digits + 3 != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        octet = word[i] == '.' ? 0 : octet * 10 + (unsigned)(word[i] - '0');
        if (octet > 255)
            return false;
    }
    return true;
}

/* More colons than a time has, or two at once, or a letter. */
static bool is_ipv6(const char *word, size_t len, const struct shape *s)
{
    if (len > 5 && equals_fold(word, 5, "ipv6:")) {
        struct shape behind = shape_of(word + 5, len - 5);

        return behind.colons >= 2;
    }
    if (s->colons < 2 || s->hex + s->colons != len)
        return false;
    for (size_t i = 1; i < len; i++)
        if (word[i] == ':' && word[i - 1] == ':')
            return true;
    return s->colons > 2 || s->hex > s->digits;
}

/* 2018-05-20T11:02:33Z, 11:02, 20.05.2018, 1526814153, -0700 */
static bool is_time(const char *word, size_t len, const struct shape *s)
{
    if (s->colons > 0 && s->digits >= 4 && s->digits + s->colons == len)
        return true;
    if (s->digits >= 5 && s->digits + s->dashes + s->colons == len)
        return true;
    if (s->dashes == 2 && s->digits >= 6 && s->letters <= 4)
        return true;
    if (s->dots == 2 && s->digits + 2 == len && s->run == 4 && len <= 10)
        return word[len - 5] == '.' || word[4] == '.';
    return len == 5 && word[0] == '-' && s->digits == 4;
}

/* Hexadecimal digits; UUIDs; serial numbers of a host or a connection, in
 * which digits and letters take turns more often than in any version. */
static bool is_id(size_t len, const struct shape *s)
{
    if (s->hex == len && len >= 6 && (s->digits > 0 || len >= 8))
        return true;
    if (s->dashes == 4 && s->hex + 4 == len && len == 36)
        return true;
    return s->letters > 0 && (s->run >= 5 || (s->turns >= 6 && len >= 12));
}

/* What stands for a host here. */
struct naming {
    const char *name, *domain;  /* or NULL */
    char host[BANNER_HOST_MAX]; /* named so, without a dot; "" once seen */
};

static const char *foreign_placeholder(const char *word, size_t len,
                                       struct naming *as)
{
    struct shape s = shape_of(word, len);

    if (as->host[0] && equals_fold(word, len, as->host)) {
        as->host[0] = '\0';
        return "{host}";
    }
    if (is_host(word, len, &s))
        return "{host}";
    if (is_ipv4(word, len, &s) || is_ipv6(word, len, &s))
        return "{ip}";
    if (is_time(word, len, &s))
        return "{ts}";
    return is_id(len, &s) ? "{id}" : NULL;
}

static const char *placeholder(const char *word, size_t len, struct naming *as)
{
    if (as->name && equals_fold(word, len, as->name))
        return "{ptr}";
    if (as->domain && is_under(word, len, as->domain))
        return as->name ? "{dom}" : "{ptr}";
    return foreign_placeholder(word, len, as);
}

/* Days, months, zones and small numbers of an RFC 5322 date. */
static bool is_of_date(const char *word, size_t len)
{
    static const char *const words[] = {
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan",  "feb",
        "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",  "nov",
        "dec", "am",  "pm",  "utc", "gmt", "est", "edt", "cst",  "cdt",
        "mst", "mdt", "pst", "pdt", "bst", "cet", "eet", "cest", "eest",
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

/* Octets of the code that a line begins with: what follows its hyphen is a
 * word of its own. */
static size_t code_at(const char *banner, size_t len, size_t at)
{
    if ((at > 0 && banner[at - 1] != '\n') || len - at < 4 ||
        (banner[at + 3] != '-' && banner[at + 3] != ' '))
        return 0;
    for (size_t i = 0; i < 3; i++)
        if (!text_is_digit(banner[at + i]))
            return 0;
    return 4;
}

/* The next piece: a word, or what is of none. @return its octets */
static size_t piece_at(const char *banner, size_t len, size_t at, bool *is_word)
{
    size_t n = code_at(banner, len, at);

    *is_word = false;
    if (n > 0)
        return n;
    while (at + n < len && is_word_char(banner[at + n]))
        n++;
    n = trim(banner + at, n);
    *is_word = n > 0;
    return n > 0 ? n : 1;
}

void analysis_banner_template(struct buf *to, const char *banner, size_t len,
                              const char *name, const char *domain)
{
    struct naming as = { .name = name, .domain = domain };
    bool is_word;

    if (len > TEMPLATE_MAX)
        len = TEMPLATE_MAX;
    analysis_banner_host(as.host, banner, len);
    for (size_t i = 0, n; i < len; i += n) {
        const char *instead = NULL;

        n = piece_at(banner, len, i, &is_word);
        if (is_word)
            instead = placeholder(banner + i, n, &as);
        if (is_word && !instead && is_of_date(banner + i, n))
            instead = "{ts}";
        if (instead)
            buf_add_text(to, instead);
        for (size_t k = 0; !instead && k < n; k++)
            buf_add_char(to, text_lower(banner[i + k]));
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

static bool looks_like_host(const char *word, size_t len)
{
    struct shape s = shape_of(word, len);

    return is_host(word, len, &s);
}

/* The domain that a word is a name of, the longest, or NULL. */
static const char *domain_of(const char *word, size_t len, const char *domains,
                             unsigned n)
{
    const char *best = NULL;

    for (unsigned i = 0; i < n; i++) {
        if (is_under(word, len, domains) &&
            (!best || strlen(domains) > strlen(best)))
            best = domains;
        domains += strlen(domains) + 1;
    }
    return best;
}

/* What stands for a word when it is kept; NULL: itself. A name is a host beside
 * other domains, and so must be what stands for it. */
static const char *kept_as(const char *word, size_t len, struct naming *as,
                           const char *domains, unsigned n)
{
    const char *domain = domain_of(word, len, domains, n);

    if (!domain)
        return foreign_placeholder(word, len, as);
    return looks_like_host(word, len) && looks_like_host(domain, strlen(domain))
               ? domain
               : NULL;
}

void analysis_banner_redact(struct buf *to, const char *banner, size_t len,
                            const char *domains, unsigned n_domains)
{
    struct naming as = { .name = NULL };
    bool is_word;

    if (len > TEMPLATE_MAX)
        len = TEMPLATE_MAX;
    analysis_banner_host(as.host, banner, len);
    for (size_t i = 0, n; i < len; i += n) {
        const char *instead = NULL;

        n = piece_at(banner, len, i, &is_word);
        if (is_word)
            instead = kept_as(banner + i, n, &as, domains, n_domains);
        if (instead)
            buf_add_text(to, instead);
        else
            buf_add(to, banner + i, n);
    }
}

bool analysis_banner_is_own(const char *banner, size_t len, const char *domain)
{
    bool is_word;

    if (len > TEMPLATE_MAX)
        len = TEMPLATE_MAX;
    for (size_t i = 0, n; i < len; i += n) {
        n = piece_at(banner, len, i, &is_word);
        if (is_word && is_under(banner + i, n, domain))
            return true;
    }
    return false;
}
