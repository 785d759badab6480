#include "registration/fields.h"

void registration_record_init(struct snow_registration *r, const char *domain)
{
    *r = (struct snow_registration){ .status = SNOW_REGISTRATION_UNKNOWN,
                                     .created_utc_s = SNOW_TIME_UNKNOWN,
                                     .expires_utc_s = SNOW_TIME_UNKNOWN,
                                     .updated_utc_s = SNOW_TIME_UNKNOWN,
                                     .seen_utc_s = SNOW_TIME_UNKNOWN };
    text_copy(r->domain, sizeof r->domain, domain);
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

void fields_copy_clean(char *to, size_t cap, const char *from)
{
    size_t len = strlen(from), n = 0;

    for (size_t i = 0; i < len;) {
        size_t step = text_utf8((const unsigned char *)from + i, len - i);
        bool is_space = is_blank(from[i]);
        size_t room = step > 0 ? step : 1;

        if (is_space && (n == 0 || to[n - 1] == ' ')) {
            i++;
            continue;
        }
        if (n + room >= cap)
            break;
        memcpy(to + n, is_space ? " " : from + i, room);
        n += room;
        i += room;
    }
    if (n > 0 && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

void fields_append(char *list, size_t cap, const char *item)
{
    size_t n = strlen(list), len = strlen(item);

    if (len == 0 || n + len + 2 > cap)
        return;
    if (n > 0)
        list[n++] = ';';
    memcpy(list + n, item, len + 1);
}

bool fields_is_redacted(const char *text)
{
    static const char *const words[] = {
        "redacted",           "redacted for privacy", "redacted for gdpr",
        "redacted by policy", "data redacted",        "gdpr redacted",
        "gdpr masked",        "not disclosed",        "data protected",
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_equal_fold(text, words[i]))
            return true;
    return false;
}

/* In RDAP's words: RFC 8056 §2. */
static const char *const epp_statuses[] = {
    "active",
    "add period",
    "auto renew period",
    "client delete prohibited",
    "client hold",
    "client renew prohibited",
    "client transfer prohibited",
    "client update prohibited",
    "inactive",
    "pending create",
    "pending delete",
    "pending renew",
    "pending restore",
    "pending transfer",
    "pending update",
    "redemption period",
    "renew period",
    "server delete prohibited",
    "server hold",
    "server renew prohibited",
    "server transfer prohibited",
    "server update prohibited",
    "transfer period",
};

/* The same letters, whatever stands between them. */
static bool has_letters_of(const char *text, const char *words)
{
    for (; *text; text++) {
        if (*text == ' ' || *text == '_' || *text == '-')
            continue;
        words += *words == ' ';
        if (text_lower(*text) != *words++)
            return false;
    }
    return *words == '\0';
}

/* clientHold, clienthold and client_hold are "client hold"; other words that
 * are written into one another are spread in the same way. */
static void spread_words(char *to, size_t cap, const char *from)
{
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(epp_statuses); i++)
        if (has_letters_of(from, epp_statuses[i])) {
            text_copy(to, cap, epp_statuses[i]);
            return;
        }
    for (size_t i = 0; from[i] && n + 2 < cap; i++) {
        bool is_upper = from[i] >= 'A' && from[i] <= 'Z';
        bool after_lower = i > 0 && from[i - 1] >= 'a' && from[i - 1] <= 'z';

        if (is_upper && after_lower)
            to[n++] = ' ';
        to[n++] = from[i] == ';' ? ',' : text_lower(from[i]);
    }
    to[n] = '\0';
}

/* Is it in the list already, as a whole? */
static bool is_listed(const char *list, const char *item)
{
    size_t n = strlen(item);

    for (const char *at = list; (at = strstr(at, item)); at++)
        if ((at == list || at[-1] == ';') && (at[n] == ';' || at[n] == '\0'))
            return true;
    return false;
}

void fields_add_status(struct snow_registration *r, const char *text)
{
    char clean[64], words[sizeof clean * 2];

    fields_copy_clean(clean, sizeof clean, text);
    spread_words(words, sizeof words, clean);
    if (words[0] && !is_listed(r->statuses, words))
        fields_append(r->statuses, sizeof r->statuses, words);
}

bool fields_read_host(char out[SNOW_DOMAIN_MAX], const char *text)
{
    size_t n = strlen(text);

    if (n > 0 && text[n - 1] == '.')
        n--;
    if (n == 0 || n >= SNOW_DOMAIN_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!text_is_alnum(text[i]) && !strchr("-_.", text[i]))
            return false;
        out[i] = text_lower(text[i]);
    }
    out[n] = '\0';
    return true;
}

void fields_add_host(struct fields_hosts *hosts, const char *text)
{
    if (hosts->n < FIELDS_HOSTS_MAX &&
        fields_read_host(hosts->host[hosts->n], text))
        hosts->n++;
}

static int compare_hosts(const void *a, const void *b)
{
    return strcmp(a, b);
}

void fields_keep_hosts(struct snow_registration *r, struct fields_hosts *hosts)
{
    qsort(hosts->host, hosts->n, sizeof hosts->host[0], compare_hosts);
    for (size_t i = 0; i < hosts->n; i++)
        if (i == 0 || strcmp(hosts->host[i], hosts->host[i - 1]) != 0)
            fields_append(r->nameservers, sizeof r->nameservers,
                          hosts->host[i]);
}
