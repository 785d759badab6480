#include "analysis/mta.h"

#include <string.h>

#include "analysis/banner.h"
#include "analysis/mta_rules.h"
#include "base/text.h"

/*
 * mta – which software speaks.
 *
 *   mta_rules.c  the families and what tells them: the place to add to
 *   mta.c        reads a line as words and compares them with the table
 *   banner.c     lines, codes, the word that names the host
 *
 * Always    the first line that a rule fits decides, with all of it looked at;
 *           what stands behind that line changes nothing.
 * Never     looks at the host's word, but for rules that say so ("<").
 */

#define WORDS_MAX 48    /* of one line */
#define KEYWORDS_MAX 64 /* as many as a reply has lines */
#define ID_MIN 16       /* digits of a hexadecimal identifier */
#define MASKED_MIN 8    /* octets that a firewall has starred out */

struct word {
    const char *at;
    size_t len;
    bool is_apart; /* behind a ';' or '[': no version of what is before it */
};

/* A line in words; those before `host` are in the host's place. */
struct words {
    struct word all[WORDS_MAX];
    size_t n, host;
    size_t head; /* the software's name is none behind this one */
};

/* --- words ---------------------------------------------------------------- */

static bool is_word_char(char c)
{
    return text_is_alnum(c) || (c && strchr(".-_+@'", c));
}

static bool is_edge(char c)
{
    return !text_is_alnum(c);
}

/* The next word, without punctuation at its edges; false at the end. */
static bool next_word(struct word *out, const char *text, size_t len,
                      size_t *at)
{
    size_t i = *at, end;

    out->is_apart = false;
    for (; i < len && !text_is_alnum(text[i]); i++)
        out->is_apart |= text[i] == ';' || text[i] == '[';
    for (end = i; end < len && is_word_char(text[end]);)
        end++;
    *at = end;
    out->at = text + i;
    while (end > i && is_edge(text[end - 1]))
        end--;
    out->len = end - i;
    return out->len > 0;
}

static void add_words(struct words *to, const char *text, size_t len)
{
    size_t at = 0;

    while (to->n < WORDS_MAX && next_word(&to->all[to->n], text, len, &at))
        to->n++;
}

static void split_line(struct words *to, const struct banner_line *line)
{
    to->n = 0;
    add_words(to, line->host, line->host_len);
    to->host = to->n;
    if (to->n > 0 && analysis_banner_is_protocol(to->all[0].at, to->all[0].len))
        to->host = 0; /* there is no name of a host */
    add_words(to, line->rest, line->rest_len);
    to->head = to->host;
    while (to->head < to->n && analysis_banner_is_protocol(
                                   to->all[to->head].at, to->all[to->head].len))
        to->head++;
}

static bool begins_fold(const char *text, const char *with, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text_lower(text[i]) != text_lower(with[i]))
            return false;
    return true;
}

static bool is_id(const struct word *w)
{
    for (size_t i = 0; i < w->len; i++)
        if (text_hex(w->at[i]) < 0)
            return false;
    return w->len >= ID_MIN;
}

/* --- versions ------------------------------------------------------------- */

/* Digits first, and a dot before the last part, which is not all letters: that
 * would be a host's name. */
static bool is_version(const char *text, size_t len)
{
    size_t last = len;
    bool has_digit = false;

    if (len == 0 || len >= ANALYSIS_MTA_VERSION_MAX || !text_is_digit(text[0]))
        return false;
    while (last > 0 && text[last - 1] != '.')
        last--;
    for (size_t i = last; i < len; i++)
        has_digit |= text_is_digit(text[i]);
    return last > 0 && (has_digit || len - last == 1) &&
           !memchr(text, '@', len) && !memchr(text, '\'', len);
}

/* "v5.0r1", "V6.2", "vM.8.01". */
static bool read_version(struct analysis_mta *out, const char *text, size_t len)
{
    while (len > 0 && strchr("vVM.-_", text[0]))
        text++, len--;
    if (!is_version(text, len))
        return false;
    memcpy(out->version, text, len);
    out->version[len] = '\0';
    return true;
}

static void seek_version(struct analysis_mta *out, const struct words *w,
                         size_t from, unsigned within)
{
    for (size_t i = from; i < w->n && i < from + within; i++)
        if (w->all[i].is_apart ||
            read_version(out, w->all[i].at, w->all[i].len))
            return;
}

/* --- rules ---------------------------------------------------------------- */

/* One word and one of a pattern, which ends at a space, "$" or NUL. */
static bool fits_word(struct analysis_mta *out, const struct word *w,
                      const char *pattern, size_t len)
{
    if (len == 1 && *pattern == '%')
        return read_version(out, w->at, w->len);
    if (len == 1 && *pattern == '~')
        return is_id(w);
    if (pattern[len - 1] != '*')
        return w->len == len && begins_fold(w->at, pattern, len);
    if (w->len < len - 1 || !begins_fold(w->at, pattern, len - 1))
        return false;
    read_version(out, w->at + len - 1, w->len - (len - 1));
    return true;
}

/* Does the pattern begin at word @p at? Then @p end is the word behind it. */
static bool fits_at(struct analysis_mta *out, const struct words *w, size_t at,
                    const char *pattern, size_t *end)
{
    while (*pattern && *pattern != '$') {
        size_t len = strcspn(pattern, " $");

        if (at == w->n || !fits_word(out, &w->all[at], pattern, len))
            return false;
        at++;
        pattern += len + (pattern[len] == ' ');
    }
    *end = at;
    return *pattern == '\0' || at == w->n;
}

/* May a pattern begin there at all? */
static bool may_begin(const struct words *w, size_t at, char mark)
{
    if (mark == '<' && at == 0)
        return true;
    return at >= w->host && (mark != '^' || at <= w->head);
}

static bool is_host_under(const struct banner_line *line, const char *domain)
{
    size_t n = strlen(domain), len = line->host_len;

    return !domain[0] || (len > n && line->host[len - n - 1] == '.' &&
                          begins_fold(line->host + len - n, domain, n));
}

/* Most rules begin with another letter than the word at hand. */
static bool may_fit(const struct words *w, size_t at, const char *pattern)
{
    return at == w->n || strchr("%~*$", *pattern) ||
           text_lower(*pattern) == text_lower(w->all[at].at[0]);
}

static bool fits_rule(struct analysis_mta *out, const struct words *w,
                      size_t at, const struct mta_rule *rule)
{
    char mark = rule->words[0];
    const char *pattern = rule->words + (mark == '^' || mark == '<');
    size_t end;

    out->version[0] = '\0';
    if (!may_begin(w, at, mark) || !may_fit(w, at, pattern) ||
        !fits_at(out, w, at, pattern, &end))
        return false;
    if (!out->version[0])
        seek_version(out, w, end, rule->version_in);
    return true;
}

static void set(struct analysis_mta *out, const struct mta_rule *rule,
                enum analysis_mta_source source, size_t decided_len)
{
    out->family = mta_family_name(rule->family);
    out->kind = mta_family_kind(rule->family);
    out->source = source;
    out->decided_len = decided_len;
}

/* The rule that fits a line: of several the one that fits further left. */
static const struct mta_rule *find_rule(struct analysis_mta *out,
                                        const struct banner_line *line,
                                        const struct mta_rules *rules)
{
    struct words w;

    split_line(&w, line);
    for (size_t at = 0; at < w.n; at++)
        for (size_t i = 0; i < rules->n; i++) {
            const struct mta_rule *rule = &rules->all[i];

            if (rule->host && !is_host_under(line, rule->host))
                continue;
            if (fits_rule(out, &w, at, rule))
                return rule;
        }
    out->version[0] = '\0';
    return NULL;
}

/* --- the three texts ------------------------------------------------------ */

/* A firewall overwrites a greeting with stars; it leaves the code, and with
 * the first releases every 0, 2 and space. */
static bool is_masked(const struct banner_line *line)
{
    const char *text = line->host;
    size_t len = line->host_len + line->rest_len, stars = 0;

    for (size_t i = 0; i < len; i++) {
        if (!strchr("*02 \r", text[i]) || text[i] == '\0')
            return false;
        stars += text[i] == '*';
    }
    return stars >= MASKED_MIN;
}

static bool hear_greeting(struct analysis_mta *out, const struct snow_probe *p)
{
    static const struct mta_rule masked = { .family = MTA_PIX };
    const struct mta_rule *rule;
    struct banner_line line;
    size_t at = 0, end;

    for (unsigned i = 0; i < BANNER_LINES_MAX; i++) {
        end = analysis_banner_line(&line, p->banner, p->banner_len, &at);
        if (end == 0 || (i == 0 && !line.has_code))
            return false;
        rule = i == 0 && is_masked(&line)
                   ? &masked
                   : find_rule(out, &line, &mta_greeting_rules);
        if (rule) {
            set(out, rule, ANALYSIS_MTA_GREETING, end);
            return true;
        }
    }
    return false;
}

static bool hear_hello(struct analysis_mta *out, const struct snow_probe *p)
{
    const struct mta_rule *rule;
    struct banner_line line;
    size_t at = 0, end;

    end = analysis_banner_line(&line, p->hello, p->hello_len, &at);
    rule = end > 0 ? find_rule(out, &line, &mta_hello_rules) : NULL;
    if (rule)
        set(out, rule, ANALYSIS_MTA_HELLO, end);
    return rule != NULL;
}

/* The first word of each line. */
static size_t list_keywords(struct word *to, const char *text, size_t len)
{
    size_t n = 0;

    for (size_t at = 0; at < len; n++) {
        size_t end = at;

        if (n == KEYWORDS_MAX)
            return 0; /* more than any server has */
        while (end < len && !text_is_space(text[end]))
            end++;
        to[n] = (struct word){ .at = text + at, .len = end - at };
        while (end < len && text[end] != '\n')
            end++;
        at = end + 1;
    }
    return n;
}

/* "AUTH=PLAIN" is AUTH, too. */
static bool fits_keyword(const struct word *w, const char *pattern, size_t len)
{
    const char *equals = memchr(w->at, '=', w->len);

    if (w->len == len && begins_fold(w->at, pattern, len))
        return true;
    return equals && (size_t)(equals - w->at) == len &&
           begins_fold(w->at, pattern, len);
}

static bool fits_list(const struct word *w, size_t n, const char *pattern)
{
    bool is_exact = *pattern == '=';
    size_t at = 0;

    for (pattern += is_exact; *pattern;) {
        bool is_optional = *pattern == '?';
        size_t len = strcspn(pattern, " ") - is_optional;

        pattern += is_optional;
        while (!is_exact && at < n && !fits_keyword(&w[at], pattern, len))
            at++;
        if (at < n && fits_keyword(&w[at], pattern, len))
            at++;
        else if (!is_optional)
            return false;
        pattern += len + (pattern[len] == ' ');
    }
    return !is_exact || at == n;
}

static bool hear_list(struct analysis_mta *out, const struct snow_probe *p)
{
    const struct mta_rules *rules = &mta_capability_rules;
    struct word keywords[KEYWORDS_MAX];
    size_t n = list_keywords(keywords, p->capabilities, p->capabilities_len);
    struct banner_line line;
    struct words first = { .n = 0 };
    size_t at = 0;

    if (n == 0)
        return false;
    if (analysis_banner_line(&line, p->banner, p->banner_len, &at))
        split_line(&first, &line);
    for (size_t i = 0; i < rules->n; i++) {
        const struct mta_rule *rule = &rules->all[i];

        if (!fits_list(keywords, n, rule->capabilities) ||
            (rule->words && !fits_rule(out, &first, first.host, rule)))
            continue;
        set(out, rule, ANALYSIS_MTA_CAPABILITIES, p->capabilities_len);
        return true;
    }
    return false;
}

bool analysis_mta_tell(struct analysis_mta *out, const struct snow_probe *p)
{
    *out = (struct analysis_mta){ .family = NULL };
    return hear_greeting(out, p) || hear_hello(out, p) || hear_list(out, p);
}
