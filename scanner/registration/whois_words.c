#include "registration/whois_words.h"

#include "base/text.h"

static const struct whois_word words[] = {
#define ROW(label, meaning, flags) { label, meaning, flags },
#include "registration/whois_labels.inc"
#undef ROW
};

const struct whois_word *whois_word(const char *label, size_t len)
{
    size_t low = 0, high = COUNT_OF(words);

    if (len == 0)
        return NULL;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = (unsigned char)*words[middle].label -
                    (unsigned char)*label; /* most differ here already */

        if (order == 0)
            order = strcmp(words[middle].label, label);

        if (order == 0)
            return &words[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool whois_is_about_people(const char *label)
{
    static const char *const parts[] = {
        "contact",   "contatto", "registrant", "owner",   "holder", "admin",
        "technical", "billing",  "reseller",   "titular", "person",
    };

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (strstr(label, parts[i]))
            return true;
    return false;
}

/* --- statuses ------------------------------------------------------------ */

/* clang-format off */
static const struct {
    const char *begin; /* the value's first words */
    uint8_t means;
} statuses[] = {
    { "active", SNOW_REGISTRATION_REGISTERED },
    { "activo", SNOW_REGISTRATION_REGISTERED },
    { "add", SNOW_REGISTRATION_REGISTERED },
    { "auto", SNOW_REGISTRATION_REGISTERED },
    { "client*", SNOW_REGISTRATION_REGISTERED },
    { "connect", SNOW_REGISTRATION_REGISTERED },
    { "delegated", SNOW_REGISTRATION_REGISTERED },
    { "granted", SNOW_REGISTRATION_REGISTERED },
    { "grace", SNOW_REGISTRATION_REGISTERED },
    { "in quarantine", SNOW_REGISTRATION_REGISTERED },
    { "in use", SNOW_REGISTRATION_REGISTERED },
    { "inactive", SNOW_REGISTRATION_REGISTERED },
    { "hold", SNOW_REGISTRATION_REGISTERED },
    { "not available", SNOW_REGISTRATION_REGISTERED }, /* .be */
    { "ok", SNOW_REGISTRATION_REGISTERED },
    { "paid", SNOW_REGISTRATION_REGISTERED },
    { "pending*", SNOW_REGISTRATION_REGISTERED },
    { "published", SNOW_REGISTRATION_REGISTERED },
    { "quarantine", SNOW_REGISTRATION_REGISTERED },
    { "redemption*", SNOW_REGISTRATION_REGISTERED },
    { "registered", SNOW_REGISTRATION_REGISTERED },
    { "renew", SNOW_REGISTRATION_REGISTERED },
    { "server*", SNOW_REGISTRATION_REGISTERED },
    { "to be suspended", SNOW_REGISTRATION_REGISTERED },
    { "transfer", SNOW_REGISTRATION_REGISTERED },
    { "200", SNOW_REGISTRATION_REGISTERED }, /* .nz */
    { "210", SNOW_REGISTRATION_REGISTERED },

    { "220", SNOW_REGISTRATION_NOT_FOUND },
    { "404", SNOW_REGISTRATION_NOT_FOUND },
    { "avail", SNOW_REGISTRATION_NOT_FOUND },
    { "available", SNOW_REGISTRATION_NOT_FOUND },
    { "free", SNOW_REGISTRATION_NOT_FOUND },
    { "no match", SNOW_REGISTRATION_NOT_FOUND },
    { "no object found", SNOW_REGISTRATION_NOT_FOUND },
    { "not found", SNOW_REGISTRATION_NOT_FOUND },
    { "not registered", SNOW_REGISTRATION_NOT_FOUND },
    { "unassigned", SNOW_REGISTRATION_NOT_FOUND },
    { "unregistered", SNOW_REGISTRATION_NOT_FOUND },

    { "440", SNOW_REGISTRATION_LIMITED },
    { "throttled", SNOW_REGISTRATION_LIMITED },

    { "500", SNOW_REGISTRATION_UNKNOWN },
    { "blocked", SNOW_REGISTRATION_UNKNOWN },
    { "forbidden", SNOW_REGISTRATION_UNKNOWN },
    { "invalid", SNOW_REGISTRATION_UNKNOWN },
    { "not allowed", SNOW_REGISTRATION_UNKNOWN },
    { "premium", SNOW_REGISTRATION_UNKNOWN },
    { "prohibited", SNOW_REGISTRATION_UNKNOWN },
    { "reserved", SNOW_REGISTRATION_UNKNOWN },
    { "restricted", SNOW_REGISTRATION_UNKNOWN },
    { "unassignable", SNOW_REGISTRATION_UNKNOWN },
    { "unavailable", SNOW_REGISTRATION_UNKNOWN },
    { "withheld", SNOW_REGISTRATION_UNKNOWN },
};
/* clang-format on */

/* Whole words, but for "client*", which clientHold and client_hold begin
 * with. */
static bool begins(struct whois_text value, const char *begin)
{
    size_t n = 0;

    for (; begin[n] && begin[n] != '*'; n++)
        if (n == value.len || text_lower(value.at[n]) != begin[n])
            return false;
    return n == value.len || begin[n] == '*' || !text_is_alnum(value.at[n]);
}

enum snow_registration_status whois_status_means(struct whois_text value)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (begins(value, statuses[i].begin))
            return (enum snow_registration_status)statuses[i].means;
    return SNOW_REGISTRATION_PENDING;
}

/* --- phrases ------------------------------------------------------------- */

#define PHRASE_MAX 160 /* octets of a line that can hold one */

/* '*' is any run of octets, '@' the domain that was asked about. Lines are in
 * small letters, one blank between words, without quotes, brackets and the
 * marks of comments around them. */
/* clang-format off */
static const char *const limited[] = {
    "access denied*", "*temporarily denied*", "*request denied*",
    "*has been blocked*", "*ip address blocked*", "*temporarily blocked*",
    "*is blacklisted*", "*have been blacklisted*", "*limit exceeded*",
    "*limit was exceeded*", "*limit * exceeded*", "*limit reached*",
    "*maximum * exceeded*", "*maximum * reached*", "*quota exceeded*",
    "*quota * exceeded*", "*rate exceeded*", "*queries* exceeded*",
    "*exceeded your *", "*exceeded the maximum*", "*you exceeded*",
    "*you have exceeded*", "*exceeds *limit*", "*due to query limit*",
    "*interval is too short*", "*too many *", "*restricted due to excessive*",
    "*excessive access*", "excessive querying, *", "*throttled*",
    "*try again later*", "*try again in *", "*wait * seconds*",
    "*still in grace period*", "please go away*", "please maintain at least *",
    "*server too busy*", "*server is busy*", "*temporarily unavailable*",
    "*temporarily * suspended*",
};
static const char *const not_found[] = {
    "no match", "no match *", "no match.*", "no match: *", "no matches*",
    "no matching *", "*/ no match", "@ no match*", "@ - no match*",
    "no data found*", "no data was found*", "no entries found*",
    "@: no entries found*", "*error*no entries found*", "no found*",
    "no information about*", "no information available about*",
    "no information was found*", "no object*", "*error *no objects found*",
    "no record found*", "no records found*", "no records matching *",
    "no result*", "no such domain*", "no domain records were found*",
    "*no existing domain*", "unfortunately, no results*", "nothing found*",
    "*query returned 0 objects*", "*returned 0 results*", "*no existe*",
    "*no ha sido registrado*", "*no registrado*",
    "*no se encuentra registrado*", "not found*", "*@* not found*",
    "data not found*", "domain not found*", "domain name not found*",
    "domain * not found*", "the domain * not found*", "key not found*",
    "object not found*", "record not found*", "*object_not_found*",
    "*not found in database*", "*object was not found*",
    "* was not found in the registry*", "*could not find the requested domain*",
    "not registered*", "*@ not registered*", "*@ not registred*",
    "*@ is not registered*", "*@ has not been registered*",
    "domain not registered*", "domain is not registered*",
    "domain has not been registered*", "domain name * not registered*",
    "the domain has not been registered*",
    "this domain * has not been registered*",
    "above domain name is not registered*", "*domain name is not registered*",
    "*error*domain is not registered*", "does not exist*", "*@ does not exist*",
    "@ * does not exist*", "domain does not exist*",
    "domain name * does not exist*", "*object does not exist*",
    "domain unknown*", "unknown domain*", "*domain name not known*",
    "*domain you requested is not known*",
    "we do not have an entry in our database*",
    "there is no information available on the domain*",
    "this domain is not available in our whois database*", "available",
    "*@ is available*", "domain available*", "domain is available*",
    "this domain is available*", "*is available for purchase*",
    "*is available for registration*", "free", "*@ is free*",
};
/* What cannot be had is neither registered nor free. */
static const char *const withheld[] = {
    "*cannot be registered*", "*can not be registered*", "*invalid domain*",
    "invalid query", "*is blocked*", "*is reserved*", "*malformed*",
    "*not available for registration*", "*premium name*", "*prohibited string*",
    "*reserved by the registry*", "*reserved domain*",
};
/* clang-format on */

#define PATTERNS_MAX COUNT_OF(not_found) /* the longest list */

/* The first that is said counts: a server that has had "too many requests"
 * may write "no entries found" below. */
static const struct {
    const char *const *patterns;
    size_t n;
    uint8_t means;
} phrase_kinds[] = {
    { withheld, COUNT_OF(withheld), SNOW_REGISTRATION_UNKNOWN },
    { limited, COUNT_OF(limited), SNOW_REGISTRATION_LIMITED },
    { not_found, COUNT_OF(not_found), SNOW_REGISTRATION_NOT_FOUND },
};

_Static_assert(COUNT_OF(limited) <= PATTERNS_MAX, "the longest list");
_Static_assert(COUNT_OF(withheld) <= PATTERNS_MAX, "the longest list");

/* Each run of octets between two stars is looked for behind the one before;
 * the first begins the text and the last ends it. */
static bool matches(struct whois_text text, const char *pattern)
{
    const char *star = strchrnul(pattern, '*');
    size_t n = (size_t)(star - pattern);

    if (n > text.len || memcmp(text.at, pattern, n) != 0)
        return false;
    if (*star == '\0')
        return n == text.len;
    text = (struct whois_text){ text.at + n, text.len - n };
    for (pattern = star + 1; *pattern; pattern = star + 1) {
        const char *found;

        star = strchrnul(pattern, '*');
        n = (size_t)(star - pattern);
        if (*star == '\0')
            return n <= text.len &&
                   memcmp(text.at + text.len - n, pattern, n) == 0;
        found = memmem(text.at, text.len, pattern, n);
        if (!found)
            return false;
        text.len -= (size_t)(found + n - text.at);
        text.at = found + n;
    }
    return true;
}

/* Pairs of neighbouring octets as a set of 64 bits: a pattern with a pair that
 * the text has not cannot match it, and most can be told so. */
static uint64_t pairs_of(const char *text, size_t len)
{
    uint64_t set = 0;

    for (size_t i = 1; i < len; i++)
        if (text[i] != '*' && text[i - 1] != '*')
            set |= UINT64_C(1) << ((text[i - 1] * 37 + text[i]) & 63);
    return set;
}

/* Patterns of one meaning, and their pairs. */
struct phrases {
    const char *const *patterns;
    size_t n;
    uint64_t pairs[PATTERNS_MAX];
};

static void phrases_init(struct phrases *p, const char *const *patterns,
                         size_t n)
{
    p->patterns = patterns;
    p->n = n;
    for (size_t i = 0; i < n; i++)
        p->pairs[i] = pairs_of(patterns[i], strlen(patterns[i]));
}

static bool matches_any(struct whois_text text, uint64_t pairs,
                        const struct phrases *p)
{
    for (size_t i = 0; i < p->n; i++)
        if ((p->pairs[i] & ~pairs) == 0 && matches(text, p->patterns[i]))
            return true;
    return false;
}

static bool is_frame(char c)
{
    return (unsigned char)c <= ' ' || strchr("%#;*-=>.,!:&<()[]{}|\"'`", c);
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`' || c == '[' || c == ']' ||
           c == '<' || c == '>';
}

/* A line as patterns expect it. */
static struct whois_text simplify(char out[PHRASE_MAX + 1], struct whois_text t,
                                  const char *domain)
{
    size_t n = 0, domain_len = strlen(domain);

    while (t.len > 0 && is_frame(*t.at))
        t = (struct whois_text){ t.at + 1, t.len - 1 };
    for (size_t i = 0; i < t.len;) {
        bool is_blank = (unsigned char)t.at[i] <= ' ';

        if (domain_len > 0 && t.len - i >= domain_len &&
            text_lower(t.at[i]) == text_lower(*domain) &&
            strncasecmp(t.at + i, domain, domain_len) == 0) {
            out[n++] = '@';
            i += domain_len;
            continue;
        }
        if (!(is_blank && n > 0 && out[n - 1] == ' ') && !is_quote(t.at[i]))
            out[n++] = is_blank ? ' ' : text_lower(t.at[i]);
        i++;
    }
    while (n > 0 && strchr(" .!*-=", out[n - 1]))
        n--;
    out[n] = '\0';
    return (struct whois_text){ out, n };
}

enum snow_registration_status whois_phrases_mean(const char *octets, size_t len,
                                                 const char *domain)
{
    struct phrases kinds[COUNT_OF(phrase_kinds)];
    bool has[COUNT_OF(phrase_kinds)] = { false };
    struct whois_lines lines;
    struct whois_line line;
    char simple[PHRASE_MAX + 1];

    for (size_t i = 0; i < COUNT_OF(phrase_kinds); i++)
        phrases_init(&kinds[i], phrase_kinds[i].patterns, phrase_kinds[i].n);
    whois_lines_init(&lines, octets, len);
    while (whois_lines_next(&lines, &line)) {
        struct whois_text text;
        uint64_t pairs;

        if (line.kind == WHOIS_BLANK || line.text.len > PHRASE_MAX)
            continue;
        text = simplify(simple, line.text, domain);
        pairs = pairs_of(text.at, text.len);
        for (size_t i = 0; i < COUNT_OF(phrase_kinds); i++)
            has[i] |= matches_any(text, pairs, &kinds[i]);
    }
    for (size_t i = 0; i < COUNT_OF(phrase_kinds); i++)
        if (has[i])
            return (enum snow_registration_status)phrase_kinds[i].means;
    return SNOW_REGISTRATION_UNKNOWN;
}

/* --- how registries write dates ------------------------------------------ */

struct dialect {
    const char *of;
    struct whois_dates how;
};

/* clang-format off */
#define DMY .order = WHOIS_DAY_FIRST
#define MDY .order = WHOIS_MONTH_FIRST
#define EAST(hours) .east_of_utc_m = ((hours) * 60)
#define EU_SUMMER .has_summer = true

/* Servers whose domains may be served by others, too. */
static const struct dialect of_servers[] = {
    { "whois.dominio.gq", { MDY } },
    { "whois.dot.cf", { MDY } },
    { "whois.dot.ga", { MDY } },
    { "whois.dot.ml", { MDY } },
    { "whois.dot.tk", { MDY } },
    { "whois.my.ga", { MDY } },
};

/* Suffixes of domain names; the longest one counts. */
static const struct dialect of_suffixes[] = {
    { "at", { EAST(1), EU_SUMMER } },
    { "cn", { EAST(8) } },
    { "xn--fiqs8s", { EAST(8) } }, { "xn--fiqz9s", { EAST(8) } },
    { "cz", { EAST(1), EU_SUMMER } },
    { "es", { DMY, .is_short = true } },
    { "fi", { EAST(2), EU_SUMMER } },
    { "fr", { DMY } }, { "re", { DMY } }, { "pm", { DMY } },
    { "tf", { DMY } }, { "wf", { DMY } }, { "yt", { DMY } },
    { "hk", { DMY } }, { "xn--j6w193g", { DMY } },
    { "hm", { DMY } },
    { "hu", { EAST(1), EU_SUMMER } },
    { "il", { DMY } },
    { "im", { DMY } },
    { "it", { EAST(1), EU_SUMMER } },
    { "jp", { EAST(9) } },
    { "kr", { EAST(9) } }, { "xn--3e0b707e", { EAST(9) } },
    { "lu", { DMY } },
    { "nl", { DMY } },
    { "pl", { EAST(1), EU_SUMMER } },
    { "pt", { DMY } },
    { "sm", { DMY } },
    { "tn", { DMY } },
    { "tw", { EAST(8) } },
    { "ug", { DMY } },
};
/* clang-format on */

const struct whois_dates *whois_dates_of(const char *server, const char *domain)
{
    static const struct whois_dates unknown = { 0 };
    size_t len = strlen(domain), longest = 0;
    const struct whois_dates *how = &unknown;

    for (size_t i = 0; i < COUNT_OF(of_servers); i++)
        if (text_equal_fold(server, of_servers[i].of))
            return &of_servers[i].how;
    for (size_t i = 0; i < COUNT_OF(of_suffixes); i++) {
        size_t n = strlen(of_suffixes[i].of);

        if (n > longest && len > n && domain[len - n - 1] == '.' &&
            text_equal_fold(domain + len - n, of_suffixes[i].of)) {
            how = &of_suffixes[i].how;
            longest = n;
        }
    }
    return how;
}
