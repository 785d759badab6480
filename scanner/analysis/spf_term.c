#include "analysis/spf_term.h"

#include <string.h>

static const char version[] = "v=spf1";

/* What may stand behind the name of a term. */
enum value { NO_VALUE, MAY_DOMAIN, MUST_DOMAIN, NETWORK };

/* clang-format off */
static const struct word {
    const char *word;
    enum spf_kind kind;
    enum value value;
    bool has_cidr;
} mechanisms[] = {
    { "all",      SPF_ALL,      NO_VALUE,    false },
    { "include",  SPF_INCLUDE,  MUST_DOMAIN, false },
    { "a",        SPF_A,        MAY_DOMAIN,  true },
    { "mx",       SPF_MX,       MAY_DOMAIN,  true },
    { "ptr",      SPF_PTR,      MAY_DOMAIN,  false },
    { "ip4",      SPF_IP4,      NETWORK,     true },
    { "ip6",      SPF_IP6,      NETWORK,     true },
    { "exists",   SPF_EXISTS,   MUST_DOMAIN, false },
    { "redirect", SPF_REDIRECT, MUST_DOMAIN, false },
    { "exp",      SPF_EXP,      MUST_DOMAIN, false },
};
/* clang-format on */

const char *analysis_spf_problem_words(enum spf_problem problem)
{
#define X(name, words) words,
    static const char *const all[] = { SPF_PROBLEMS(X) };
#undef X

    return all[problem];
}

static bool equals(const char *word, const char *text, size_t len)
{
    if (strlen(word) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text_lower(text[i]) != word[i])
            return false;
    return true;
}

bool analysis_spf_is_record(const char *octets, size_t len)
{
    size_t n = sizeof version - 1;

    return len >= n && equals(version, octets, n) &&
           (len == n || octets[n] == ' ');
}

bool analysis_spf_next(const char *record, size_t len, size_t *at,
                       const char **token, size_t *token_len)
{
    size_t from = *at > 0 ? *at : sizeof version - 1;

    while (from < len && record[from] == ' ')
        from++;
    *at = from;
    while (*at < len && record[*at] != ' ')
        ++*at;
    *token = record + from;
    *token_len = *at - from;
    return *token_len > 0;
}

/* --- domain-spec and macro-string (RFC 7208 §7.1) --- */

/* Length of the macro-expand at the front, 0 when it is none. The letters c, r
 * and t belong to explanations alone, which are never read here. */
static size_t macro(const char *s, size_t len)
{
    size_t at = 3;
    bool has_digit = false, is_zero = true;

    if (len >= 2 && strchr("%_-", s[1]))
        return 2;
    if (len < 4 || s[1] != '{' || !strchr("slodiphv", text_lower(s[2])))
        return 0;
    for (; at < len && text_is_digit(s[at]); at++) {
        has_digit = true;
        is_zero = is_zero && s[at] == '0';
    }
    if (has_digit && is_zero)
        return 0;
    if (at < len && text_lower(s[at]) == 'r')
        at++;
    while (at < len && strchr(".-+,/_=", s[at]))
        at++;
    return at < len && s[at] == '}' ? at + 1 : 0;
}

/* Check a macro-string; *ends_in_macro tells of its last part. */
static enum spf_problem check_macros(const char *s, size_t len, bool *has_macro,
                                     bool *ends_in_macro)
{
    size_t step;

    *has_macro = *ends_in_macro = false;
    for (size_t at = 0; at < len; at += step) {
        *ends_in_macro = s[at] == '%';
        step = *ends_in_macro ? macro(s + at, len - at) : 1;
        if (step == 0)
            return SPF_PROBLEM_MACRO;
        *has_macro |= *ends_in_macro;
    }
    return SPF_PROBLEM_NONE;
}

/* Does it end in a dot and a label that may stand last? */
static bool has_toplabel(const char *s, size_t len)
{
    size_t from;
    bool has_letter = false;

    if (len > 0 && s[len - 1] == '.')
        len--;
    for (from = len; from > 0 && s[from - 1] != '.'; from--) {
        if (!text_is_alnum(s[from - 1]) && s[from - 1] != '-')
            return false;
        has_letter |= !text_is_digit(s[from - 1]);
    }
    return from > 0 && from < len && has_letter && s[from] != '-' &&
           s[len - 1] != '-';
}

static enum spf_problem parse_domain(struct spf_term *t, const char *s,
                                     size_t len)
{
    bool ends_in_macro;
    enum spf_problem problem =
        check_macros(s, len, &t->has_macro, &ends_in_macro);

    if (problem)
        return problem;
    if (!ends_in_macro && !has_toplabel(s, len))
        return SPF_PROBLEM_DOMAIN;
    t->value = s;
    t->value_len = len;
    return SPF_PROBLEM_NONE;
}

/* --- prefix lengths and addresses --- */

/* Take "/N" off the end; *len shrinks when there is one. Where N is none, as
 * in "/024" and "/", what is left is no domain. */
static bool take_length(const char *s, size_t *len, unsigned *out)
{
    size_t from = *len;
    unsigned n = 0;

    while (from > 0 && text_is_digit(s[from - 1]))
        from--;
    if (from == 0 || s[from - 1] != '/' || from == *len || *len - from > 3 ||
        (s[from] == '0' && *len - from > 1))
        return false;
    for (size_t i = from; i < *len; i++)
        n = n * 10 + (unsigned)(s[i] - '0');
    *out = n;
    *len = from - 1;
    return true;
}

/* "/24", "//64" or "/24//64" at the end of a or mx (RFC 7208 §5.3). */
static enum spf_problem take_dual(struct spf_term *t, const char *s,
                                  size_t *len)
{
    size_t left = *len;
    unsigned n;

    if (take_length(s, &left, &n) && left > 0 && s[left - 1] == '/') {
        t->has_cidr6 = true;
        t->cidr6 = n;
        *len = left - 1;
    }
    t->has_cidr4 = take_length(s, len, &t->cidr4);
    return t->cidr4 <= 32 && t->cidr6 <= 128 ? SPF_PROBLEM_NONE
                                             : SPF_PROBLEM_LENGTH;
}

static enum spf_problem parse_network(struct spf_term *t, const char *s,
                                      size_t len)
{
    bool is_ip4 = t->kind == SPF_IP4;
    char text[SNOW_ADDR_TEXT_MAX];

    if (is_ip4)
        t->has_cidr4 = take_length(s, &len, &t->cidr4);
    else
        t->has_cidr6 = take_length(s, &len, &t->cidr6);
    if (t->cidr4 > 32 || t->cidr6 > 128)
        return SPF_PROBLEM_LENGTH;
    if (len >= sizeof text || is_ip4 == (memchr(s, ':', len) != NULL))
        return SPF_PROBLEM_NETWORK;
    memcpy(text, s, len);
    text[len] = '\0';
    return snow_addr_parse(&t->addr, text) ? SPF_PROBLEM_NETWORK
                                           : SPF_PROBLEM_NONE;
}

/* --- terms --- */

/* What stands behind a mechanism's name: "", ":VALUE", with lengths. */
static enum spf_problem parse_value(struct spf_term *t, const struct word *w,
                                    const char *rest, size_t len)
{
    enum spf_problem problem = SPF_PROBLEM_NONE;

    if (w->value == NO_VALUE)
        return len > 0 ? SPF_PROBLEM_EXCESS : SPF_PROBLEM_NONE;
    if (w->value == NETWORK)
        return len > 1 && *rest == ':' ? parse_network(t, rest + 1, len - 1)
                                       : SPF_PROBLEM_NETWORK;
    if (w->has_cidr)
        problem = take_dual(t, rest, &len);
    if (problem || (len == 0 && w->value == MAY_DOMAIN))
        return problem;
    if (len < 2 || *rest != ':')
        return SPF_PROBLEM_DOMAIN;
    return parse_domain(t, rest + 1, len - 1);
}

static size_t name_length(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && (text_is_alnum(s[n]) || strchr("-_.", s[n])))
        n++;
    return n;
}

static const struct word *find_word(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(mechanisms); i++)
        if (equals(mechanisms[i].word, name, len))
            return &mechanisms[i];
    return NULL;
}

/* "name=value": of no other modifier than these two is a domain expected. */
static enum spf_problem parse_modifier(struct spf_term *t, const char *token,
                                       size_t name_len, size_t len)
{
    const struct word *w = find_word(token, name_len);
    const char *value = token + name_len + 1;
    bool ends_in_macro;

    if (!text_is_alpha(*token))
        return SPF_PROBLEM_MECHANISM;
    len -= name_len + 1;
    if (w && w->kind >= SPF_REDIRECT) {
        t->kind = w->kind;
        return len > 0 ? parse_domain(t, value, len) : SPF_PROBLEM_DOMAIN;
    }
    t->kind = SPF_OTHER;
    t->name = token;
    t->name_len = name_len;
    t->value = value;
    t->value_len = len;
    return check_macros(value, len, &t->has_macro, &ends_in_macro);
}

static enum spf_problem parse_mechanism(struct spf_term *t, const char *token,
                                        size_t len)
{
    const struct word *w;
    size_t n;

    t->qualifier = '+';
    if (strchr("+-~?", *token)) {
        t->qualifier = *token++;
        len--;
    }
    n = name_length(token, len);
    w = find_word(token, n);
    if (!w || w->kind >= SPF_REDIRECT)
        return SPF_PROBLEM_MECHANISM;
    t->kind = w->kind;
    return parse_value(t, w, token + n, len - n);
}

enum spf_problem analysis_spf_term_parse(struct spf_term *out,
                                         const char *token, size_t len)
{
    struct spf_term t = { .cidr4 = 32, .cidr6 = 128 };
    enum spf_problem problem;
    size_t n;

    for (size_t i = 0; i < len; i++)
        if (token[i] <= ' ' || token[i] > '~')
            return SPF_PROBLEM_OCTET;
    if (len == 0)
        return SPF_PROBLEM_MECHANISM;
    n = name_length(token, len);
    problem = n > 0 && n < len && token[n] == '='
                  ? parse_modifier(&t, token, n, len)
                  : parse_mechanism(&t, token, len);
    if (!problem)
        *out = t;
    return problem;
}

static const char *word_of(enum spf_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(mechanisms); i++)
        if (mechanisms[i].kind == kind)
            return mechanisms[i].word;
    return "?";
}

void analysis_spf_term_format(struct buf *to, const struct spf_term *t)
{
    char addr[SNOW_ADDR_TEXT_MAX];

    if (t->qualifier && t->qualifier != '+')
        buf_add_char(to, t->qualifier);
    if (t->kind == SPF_OTHER)
        buf_add(to, t->name, t->name_len);
    else
        buf_add_text(to, word_of(t->kind));
    if (t->kind >= SPF_REDIRECT)
        buf_add_char(to, '=');
    else if (t->value_len > 0 || t->kind == SPF_IP4 || t->kind == SPF_IP6)
        buf_add_char(to, ':');
    if (t->kind == SPF_IP4 || t->kind == SPF_IP6) {
        snow_addr_format(t->addr, addr);
        /* a mapped address would read as IPv4 */
        buf_printf(to, "%s%s",
                   t->kind == SPF_IP6 && snow_addr_is_ipv4(t->addr) ? "::ffff:"
                                                                    : "",
                   addr);
    }
    buf_add(to, t->value, t->value_len);
    if (t->has_cidr4)
        buf_printf(to, "/%u", t->cidr4);
    if (t->has_cidr6)
        buf_printf(to, t->kind == SPF_IP6 ? "/%u" : "//%u", t->cidr6);
}

enum spf_problem analysis_spf_check(const char *record, size_t len)
{
    unsigned n_redirects = 0, n_exps = 0;
    size_t at = 0, n;
    const char *token;

    while (analysis_spf_next(record, len, &at, &token, &n)) {
        struct spf_term t;
        enum spf_problem problem = analysis_spf_term_parse(&t, token, n);

        if (problem)
            return problem;
        n_redirects += t.kind == SPF_REDIRECT;
        n_exps += t.kind == SPF_EXP;
    }
    return n_redirects > 1 || n_exps > 1 ? SPF_PROBLEM_TWICE : SPF_PROBLEM_NONE;
}
