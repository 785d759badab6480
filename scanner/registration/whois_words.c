#include "registration/whois_words.h"

#include "base/text.h"

static const struct whois_word words[] = {
#include "registration/whois_labels.inc"
};

const struct whois_word *whois_word(const char *label, size_t len)
{
    size_t low = 0, high = COUNT_OF(words);

    if (len == 0)
        return NULL;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(words[middle].label, label);

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
        "contact", "contatto", "registrant", "owner",   "holder",
        "admin",   "technical", "billing",   "reseller", "titular",
        "person",
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
    { "client", SNOW_REGISTRATION_REGISTERED },
    { "connect", SNOW_REGISTRATION_REGISTERED },
    { "delegated", SNOW_REGISTRATION_REGISTERED },
    { "granted", SNOW_REGISTRATION_REGISTERED },
    { "grace", SNOW_REGISTRATION_REGISTERED },
    { "in use", SNOW_REGISTRATION_REGISTERED },
    { "inactive", SNOW_REGISTRATION_REGISTERED },
    { "hold", SNOW_REGISTRATION_REGISTERED },
    { "not available", SNOW_REGISTRATION_REGISTERED }, /* .be */
    { "ok", SNOW_REGISTRATION_REGISTERED },
    { "paid", SNOW_REGISTRATION_REGISTERED },
    { "pending", SNOW_REGISTRATION_REGISTERED },
    { "published", SNOW_REGISTRATION_REGISTERED },
    { "quarantine", SNOW_REGISTRATION_REGISTERED },
    { "redemption", SNOW_REGISTRATION_REGISTERED },
    { "registered", SNOW_REGISTRATION_REGISTERED },
    { "renew", SNOW_REGISTRATION_REGISTERED },
    { "server", SNOW_REGISTRATION_REGISTERED },
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

/* "client" begins clientHold and client_hold, but "free" no "freedom". */
static bool begins(struct whois_text value, const char *words_of)
{
    size_t n = strlen(words_of);
    bool is_prefix = strcmp(words_of, "client") == 0 ||
                     strcmp(words_of, "server") == 0 ||
                     strcmp(words_of, "pending") == 0 ||
                     strcmp(words_of, "redemption") == 0;

    if (value.len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (text_lower(value.at[i]) != words_of[i])
            return false;
    return value.len == n || is_prefix || !text_is_alnum(value.at[n]);
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
    "*limit exceeded*", "*quota exceeded*", "*exceeded your *",
    "*you have exceeded*", "*you exceeded*", "*exceeded the maximum*",
    "*maximum * exceeded*", "*maximum * reached*", "*limit reached*",
    "*number of allowed queries exceeded*", "*too many *", "*ip address blocked*",
    "*restricted due to excessive*", "*due to query limit*",
    "*has been blocked*", "*temporarily blocked*", "*is blacklisted*",
    "*have been blacklisted*", "*access denied*", "*request denied*",
    "*server too busy*", "*server is busy*", "*try again later*",
    "*try again in *", "*throttled*", "*temporarily unavailable*",
    "*excessive access*", "*temporarily denied*", "*excessive querying*, *your*",
    "*temporarily * suspended*", "*limit was exceeded*", "*exceeded*quer*limit*",
    "*query limit * exceeded*", "*rate limit*exceed*", "*exceeds *limit*",
};
static const char *const not_found[] = {
    "no match", "no match for *", "no match *@*", "no match.*",
    "no match found*", "no matches*", "no matching *", "no data found*",
    "no data was found*", "no entries found*", "no object found*",
    "no objects found*", "no object*", "no record found*", "no records found*",
    "no records matching *", "no result*", "no such domain*",
    "no domain records were found*", "no information available about*",
    "no information about*", "no information was found*", "no found*",
    "not found*", "domain not found*", "object not found*", "key not found*",
    "data not found*", "record not found*", "domain name not found*",
    "domain * not found*", "*@* not found*", "the domain * not found*",
    "*@ is available*", "*@ is free*", "*@ is not available*not registered*",
    "*@ does not exist*", "*@ is not registered*", "*@ has not been registered*",
    "*@ not registered*", "*@ does not exist*", "domain has not been registered*",
    "domain is not registered*", "the domain has not been registered*",
    "this domain * has not been registered*", "object does not exist*",
    "domain does not exist*", "*object does not exist*", "nothing found*",
    "domain name * does not exist*", "domain name * not registered*",
    "*query returned 0 objects*", "domain name not known*",
    "domain unknown*", "unknown domain*", "*error *no objects found*",
    "*error*no entries found*", "*error*domain is not registered*",
    "unfortunately, no results*", "there is no information available*",
    "*object_not_found*", "*object was not found*", "*not found in database*",
    "we do not have an entry in our database*", "available", "available *",
    "domain available*", "domain is available*", "domain status: available*",
    "not registered*", "this domain is available*", "@ - no match*",
    "the above domain name is not registered*",
    "above domain name is not registered*", "*domain name is not registered*",
    "*no se encuentra registrado*", "*no existe*", "*no ha sido registrado*",
    "*no registrado*", "free", "*is free", "*is available for registration*",
    "*is available for purchase*", "no found", "* not found.", "*not been registered*",
    "does not exist*", "*status: not registered*", "*no existing domain*",
    "*domain you requested is not known*", "*returned 0 results*", "domain not registered*",
};
/* What cannot be had is neither registered nor free. */
static const char *const withheld[] = {
    "*reserved by the registry*", "*reserved domain*", "*is reserved*",
    "*prohibited string*", "*cannot be registered*", "*can not be registered*",
    "*not available for registration*", "*premium name*", "*is blocked*",
    "*invalid query*", "*invalid domain*", "*malformed*", "*not valid*",
};
/* clang-format on */

static bool matches(const char *text, const char *pattern)
{
    const char *star = NULL, *retry = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool matches_any(const char *text, const char *const *patterns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (matches(text, patterns[i]))
            return true;
    return false;
}

static bool is_frame(char c)
{
    return strchr(" %#;*-=>.,!:&<()[]{}|\"'`", c) != NULL;
}

/* A line as patterns expect it. */
static void simplify(char out[PHRASE_MAX + 1], struct whois_text t,
                     const char *domain)
{
    size_t n = 0, domain_len = strlen(domain);

    while (t.len > 0 && is_frame(*t.at))
        t = (struct whois_text){ t.at + 1, t.len - 1 };
    for (size_t i = 0; i < t.len;) {
        bool is_blank = (unsigned char)t.at[i] <= ' ';

        if (domain_len > 0 && t.len - i >= domain_len &&
            strncasecmp(t.at + i, domain, domain_len) == 0) {
            out[n++] = '@';
            i += domain_len;
            continue;
        }
        if (!(is_blank && n > 0 && out[n - 1] == ' ') &&
            !strchr("\"'`[]<>", t.at[i]))
            out[n++] = is_blank ? ' ' : text_lower(t.at[i]);
        i++;
    }
    while (n > 0 && strchr(" .!*-=", out[n - 1]))
        n--;
    out[n] = '\0';
}

enum snow_registration_status
whois_phrases_mean(const char *octets, size_t len, const char *domain)
{
    struct whois_lines lines;
    struct whois_line line;
    bool is_limited = false, is_not_found = false;
    char text[PHRASE_MAX + 1];

    whois_lines_init(&lines, octets, len);
    while (whois_lines_next(&lines, &line)) {
        if (line.kind == WHOIS_BLANK || line.text.len > PHRASE_MAX)
            continue;
        simplify(text, line.text, domain);
        if (matches_any(text, withheld, COUNT_OF(withheld)))
            return SNOW_REGISTRATION_UNKNOWN;
        is_not_found |= matches_any(text, not_found, COUNT_OF(not_found));
        is_limited |= matches_any(text, limited, COUNT_OF(limited));
    }
    if (is_not_found)
        return SNOW_REGISTRATION_NOT_FOUND;
    return is_limited ? SNOW_REGISTRATION_LIMITED : SNOW_REGISTRATION_UNKNOWN;
}

/* --- how registries write dates ------------------------------------------ */

/* clang-format off */
static const struct {
    const char *suffix; /* of domain names; the longest one counts */
    struct whois_dates how;
} registries[] = {
#define DMY .order = WHOIS_DAY_FIRST
#define MDY .order = WHOIS_MONTH_FIRST
#define EAST(hours) .east_of_utc_m = (hours) * 60
#define EU_SUMMER .has_summer = true
    { "at", { EAST(1), EU_SUMMER } },
    { "cf", { MDY } }, { "ga", { MDY } }, { "gq", { MDY } },
    { "ml", { MDY } }, { "tk", { MDY } },
    { "cn", { EAST(8) } },
    { "xn--fiqs8s", { EAST(8) } }, { "xn--fiqz9s", { EAST(8) } },
    { "cz", { EAST(1), EU_SUMMER } },
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
#undef DMY
#undef MDY
#undef EAST
#undef EU_SUMMER
};
/* clang-format on */

const struct whois_dates *whois_dates_of(const char *domain)
{
    static const struct whois_dates unknown = { 0 };
    size_t len = strlen(domain), longest = 0;
    const struct whois_dates *how = &unknown;

    for (size_t i = 0; i < COUNT_OF(registries); i++) {
        size_t n = strlen(registries[i].suffix);

        if (n > longest && len > n && domain[len - n - 1] == '.' &&
            text_equal_fold(domain + len - n, registries[i].suffix)) {
            how = &registries[i].how;
            longest = n;
        }
    }
    return how;
}
