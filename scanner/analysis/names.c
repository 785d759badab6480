#include "analysis/names.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"

#define NUMBERS_MAX 64 /* runs of digits looked at in one name */
#define LABEL_MAX 63   /* RFC 1035 §2.3.4 */
#define WORD_MAX 13    /* octets of the longest word below, with its NUL */

/* How surely a word in a host part tells a provider's pool; GENERIC_AT alone,
 * or GENERIC_WITH_NUMBER beside a number, makes a name generic. The order of
 * the weights follows long experience of mail filters. */
#define GENERIC_AT 4
#define GENERIC_WITH_NUMBER 2

/* clang-format off */
static const struct {
    char word[WORD_MAX];
    unsigned weight; /* 1: only makes two octets of the address count */
} pool_words[] = { /* sorted: looked up by halves */
    { "abo", 3 },           { "adsl", 4 },          { "broadband", 5 },
    { "cable", 4 },         { "cablelink", 4 },     { "cablemodem", 5 },
    { "catv", 4 },          { "cdma", 4 },          { "client", 2 },
    { "clients", 2 },       { "clnt", 2 },          { "cloud", 2 },
    { "cmodem", 4 },        { "colo", 1 },          { "compute", 1 },
    { "cpe", 4 },           { "cust", 2 },          { "customer", 2 },
    { "customers", 2 },     { "ded", 1 },           { "dedicated", 2 },
    { "dhcp", 5 },          { "dial", 4 },          { "dialup", 5 },
    { "dinamic", 5 },       { "dinamica", 5 },      { "dinamico", 5 },
    { "docsis", 4 },        { "dsl", 4 },           { "dyn", 5 },
    { "dynadsl", 5 },       { "dynamic", 5 },       { "dynamicip", 5 },
    { "dyndsl", 5 },        { "dynip", 5 },         { "ec", 2 },
    { "fttb", 4 },          { "ftth", 4 },          { "gpon", 4 },
    { "gprs", 4 },          { "hfc", 4 },           { "host", 2 },
    { "hosted", 1 },        { "hosting", 1 },       { "hst", 2 },
    { "instance", 2 },      { "ip", 2 },            { "ipv", 2 },
    { "li", 1 },            { "lte", 3 },           { "members", 1 },
    { "mobile", 3 },        { "nat", 3 },           { "net", 1 },
    { "node", 2 },          { "nodns", 5 },         { "noptr", 5 },
    { "nordns", 5 },        { "norev", 5 },         { "nothing", 5 },
    { "pool", 4 },          { "pools", 4 },         { "ppp", 5 },
    { "pppoe", 5 },         { "pppool", 5 },        { "ptr", 1 },
    { "rdns", 2 },          { "reserved", 5 },      { "residential", 4 },
    { "rev", 2 },           { "server", 1 },        { "slot", 2 },
    { "srv", 1 },           { "static", 3 },        { "subs", 3 },
    { "subscriber", 3 },    { "umts", 4 },          { "unallocated", 5 },
    { "unassigned", 5 },    { "undefined", 5 },     { "unknown", 5 },
    { "unnasigned", 5 },    { "unused", 5 },        { "user", 2 },
    { "users", 2 },         { "vds", 3 },           { "vdsl", 4 },
    { "vm", 2 },            { "vps", 3 },           { "wcdma", 4 },
    { "wifi", 3 },          { "wimax", 4 },         { "wireless", 3 },
    { "wlan", 3 },          { "xdsl", 4 },
};

static const char mail_words[][WORD_MAX] = {
    "mail", "mails", "mx", "mta", "smtp", "out", "outbound", "relay", "mailer",
    "mailout", "send", "sender", "post", "em", "email", "m", "pm",
    "bounce", "bulk", "news", "newsletter", "o",
};

static const char common_labels[][WORD_MAX] = {
    "mail", "www", "smtp", "mx", "pop", "pop3", "imap", "ns", "dns", "mta",
    "host", "server", "srv", "vps", "relay", "out", "outbound", "mailer",
    "mailout", "email", "webmail", "web", "ftp", "gw", "gate", "gateway",
    "fw", "firewall", "router", "vpn", "remote", "admin", "cpanel", "plesk",
    "node", "static", "cloud", "exchange", "office", "owa", "autodiscover",
    "app", "api", "dev", "test", "staging", "db", "backup", "monitor", "proxy",
    "cdn", "static", "secure", "my", "portal", "intranet", "cluster", "lb",
    "main", "primary", "hosting", "s", "m", "a", "b", "c", "d", "e", "o",
    "mail-out", "mx-out", "send", "sender", "news", "newsletter", "em", "list",
    "lists", "blog", "shop", "store", "support", "help", "bounce", "localhost",
};
/* clang-format on */

/* What a name is made of, in lower case; 0: not of this. */
/* clang-format off */
static const char name_chars[256] = {
    ['.'] = '.', ['-'] = '-', ['_'] = '_',
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
    ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',
    ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
    ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
    ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
    ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
    ['z'] = 'z',
    ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
    ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
    ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o',
    ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
    ['Z'] = 'z',
};
/* clang-format on */

/* Is the text, one octet long at least, a word of a table? */
static inline bool is_word(const char word[WORD_MAX], const char *text,
                           size_t len)
{
    return *word == *text && len < WORD_MAX && word[len] == '\0' &&
           memcmp(word, text, len) == 0;
}

/* Copy in lower case; where the last of at least two labels begins, or NULL
 * when it is no host name. */
static const char *copy_labels(char *to, const char *from, size_t len)
{
    size_t label = 0; /* where it begins */

    for (size_t i = 0; i < len; i++) {
        char c = to[i] = name_chars[(unsigned char)from[i]];

        if (c == 0 || (c == '.' ? i == label : i - label >= LABEL_MAX))
            return NULL;
        if (c == '.')
            label = i + 1;
    }
    to[len] = '\0';
    return label > 0 && label < len ? to + label : NULL;
}

bool analysis_name_normalise(char out[ANALYSIS_NAME_MAX], const char *raw)
{
    char name[ANALYSIS_NAME_MAX];
    size_t len = strnlen(raw, ANALYSIS_NAME_MAX + 1);
    const char *tld, *c;

    if (len > 0 && raw[len - 1] == '.')
        len--;
    if (len >= sizeof name)
        return false;
    c = tld = copy_labels(name, raw, len);
    while (c && text_is_digit(*c))
        c++;
    if (!c || *c == '\0' || strcmp(tld, "arpa") == 0)
        return false;
    memcpy(out, name, len + 1);
    return true;
}

/* A run of digits of a name. */
struct number {
    const char *at;
    size_t len;
    uint64_t value; /* of the last 19 digits at most */
};

static size_t find_numbers(struct number out[NUMBERS_MAX], const char *text,
                           size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n < NUMBERS_MAX; i++) {
        struct number *t = &out[n];

        if (!text_is_digit(text[i]))
            continue;
        *t = (struct number){ .at = text + i };
        for (; i < len && text_is_digit(text[i]); i++, t->len++)
            t->value = t->value % 1000000000000000000u * 10 +
                       (uint64_t)(text[i] - '0');
        n++;
    }
    return n;
}

/* Do @p n numbers stand one behind the other with one separator between? */
static bool are_joined(const struct number *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *end = t[i].at + t[i].len;

        if (t[i].len > 3)
            return false;
        if (i + 1 < n && (t[i + 1].at != end + 1 || !strchr(".-_x", *end)))
            return false;
    }
    return true;
}

/* Do the octets from @p from on stand in @p t, forward or backward? */
static bool matches_octets(const struct number *t, const uint8_t octets[4],
                           size_t from, size_t n)
{
    bool forward = true, backward = true;

    for (size_t i = 0; i < n; i++) {
        forward = forward && t[i].value == octets[from + i];
        backward = backward && t[i].value == octets[from + n - 1 - i];
    }
    return forward || backward;
}

/* Three or four octets in a row, anywhere in the name. */
static bool embeds_separated(const struct number *t, size_t n,
                             const uint8_t octets[4])
{
    for (size_t i = 0; i + 3 <= n; i++)
        if (are_joined(t + i, 3) && (matches_octets(t + i, octets, 0, 3) ||
                                     matches_octets(t + i, octets, 1, 3)))
            return true;
    return false;
}

/* The last two octets, in the host part alone. */
static bool embeds_last_two(const struct number *t, size_t n,
                            const uint8_t octets[4])
{
    for (size_t i = 0; i + 2 <= n; i++)
        if (are_joined(t + i, 2) && matches_octets(t + i, octets, 2, 2))
            return true;
    return false;
}

/* Are digits four octets behind one another, each of @p least digits or more?
 */
static bool are_octets(const struct number *t, const uint8_t o[4], bool is_back,
                       size_t least)
{
    size_t at = 0;

    for (size_t i = 0; i < 4; i++) {
        unsigned octet = o[is_back ? 3 - i : i];
        size_t n = octet >= 100 ? 3 : octet >= 10 ? 2 : 1;

        n = n < least ? least : n;
        if (at + n > t->len)
            return false;
        for (size_t d = n; d-- > 0; octet /= 10)
            if (t->at[at + d] != (char)('0' + octet % 10))
                return false;
        at += n;
    }
    return at == t->len;
}

/* One run of digits that is the whole address. */
static bool embeds_joined(const struct number *t, const uint8_t o[4])
{
    const uint64_t forward = (uint64_t)o[0] << 24 | (uint64_t)o[1] << 16 |
                             (uint64_t)o[2] << 8 | o[3];
    const uint64_t backward = (uint64_t)o[3] << 24 | (uint64_t)o[2] << 16 |
                              (uint64_t)o[1] << 8 | o[0];

    if (t->len < 7 || t->len > 12)
        return false;
    if (t->len >= 8 && (t->value == forward || t->value == backward))
        return true;
    for (size_t least = 1; least <= 3; least += 2)
        if (are_octets(t, o, false, least) || are_octets(t, o, true, least))
            return true;
    return false;
}

/* Does @p text begin with the hexadecimal octets, with nothing or a hyphen
 * between them? */
static bool begins_with_hex(const char *text, const char hex[8])
{
    size_t step = 2;

    for (size_t i = 0; i < 4; i++, text += step) {
        if (text[0] != hex[2 * i] || text[1] != hex[2 * i + 1])
            return false;
        if (i == 0 && text[2] == '-')
            step = 3;
        if (i < 3 && step == 3 && text[2] != '-')
            return false;
    }
    return true;
}

static bool embeds_hex(const char *name, const uint8_t o[4])
{
    static const char digits[] = "0123456789abcdef";
    char hex[8], back[8];

    for (size_t i = 0; i < 4; i++) {
        hex[2 * i] = back[6 - 2 * i] = digits[o[i] >> 4];
        hex[2 * i + 1] = back[7 - 2 * i] = digits[o[i] & 15];
    }
    for (; *name; name++)
        if ((*name == *hex && begins_with_hex(name, hex)) ||
            (*name == *back && begins_with_hex(name, back)))
            return true;
    return false;
}

/* Providers put what they like before "dsl", and no other word ends so. */
static bool ends_in_dsl(const char *word, size_t len)
{
    return len > 3 && memcmp(word + len - 3, "dsl", 3) == 0;
}

/* The weight of a word among those of pools; 0: it is none of them. */
static unsigned pool_weight(const char *word, size_t len)
{
    char key[WORD_MAX] = "";
    size_t low = 0, high = COUNT_OF(pool_words);

    if (len >= WORD_MAX)
        return 0;
    memcpy(key, word, len);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(key, pool_words[mid].word, WORD_MAX);

        if (order == 0)
            return pool_words[mid].weight;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return 0;
}

static unsigned word_weight(const char *word, size_t len)
{
    unsigned weight = pool_weight(word, len);

    if (weight < GENERIC_AT && ends_in_dsl(word, len))
        return GENERIC_AT;
    if (weight == 0 && len == 1 && *word != 'm' && *word != 'o')
        return 1; /* d81-9; m and o are mail servers' */
    return weight;
}

/* Walk the words (runs of letters) of a host part: the heaviest pool word. */
static unsigned heaviest_word(const char *host, size_t len)
{
    unsigned heaviest = 0;

    for (size_t i = 0; i < len;) {
        size_t n = 0;
        unsigned weight;

        while (i + n < len && text_is_alpha(host[i + n]))
            n++;
        weight = n > 0 ? word_weight(host + i, n) : 0;
        if (weight > heaviest)
            heaviest = weight;
        i += n ? n : 1;
    }
    return heaviest;
}

/* Are two numbers all that the first label, or the first two, are made of? */
static bool stand_alone(const struct number *t, size_t n, const char *name,
                        size_t host_len)
{
    const char *end;

    if (n < 2 || t[0].at != name)
        return false;
    end = t[1].at + t[1].len;
    return *end == '.' || end == name + host_len;
}

static bool embeds_ipv4(const char *name, size_t host_len, uint32_t ipv4)
{
    const uint8_t o[4] = { (uint8_t)(ipv4 >> 24), (uint8_t)(ipv4 >> 16),
                           (uint8_t)(ipv4 >> 8), (uint8_t)ipv4 };
    struct number t[NUMBERS_MAX];
    size_t n = find_numbers(t, name, strlen(name));

    if (embeds_separated(t, n, o) || embeds_hex(name, o))
        return true;
    for (size_t i = 0; i < n; i++)
        if (embeds_joined(&t[i], o))
            return true;
    while (n > 0 && t[n - 1].at >= name + host_len)
        n--; /* the rest stands in the domain */
    return embeds_last_two(t, n, o) && (stand_alone(t, n, name, host_len) ||
                                        heaviest_word(name, host_len) > 0);
}

/* All 32 nibbles, or the 16 of the interface, in either order. */
static bool embeds_ipv6(const char *name, struct snow_addr a)
{
    char text[33], back[33], squeezed[ANALYSIS_NAME_MAX];
    size_t n = 0;

    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)a.hi,
             (unsigned long long)a.lo);
    for (size_t i = 0; i < 32; i++)
        back[i] = text[31 - i];
    back[32] = '\0';
    for (const char *c = name; *c && n + 1 < sizeof squeezed; c++)
        if (!strchr(".-_", *c))
            squeezed[n++] = *c;
    squeezed[n] = '\0';
    if (a.lo >> 32 == 0) /* ::17 and its like would be found anywhere */
        return strstr(squeezed, text) || strstr(squeezed, back);
    back[16] = '\0';
    return strstr(squeezed, text + 16) || strstr(squeezed, back);
}

bool analysis_name_embeds(const char *name, size_t host_len, struct snow_addr a)
{
    return snow_addr_is_ipv4(a) ? embeds_ipv4(name, host_len, snow_addr_ipv4(a))
                                : embeds_ipv6(name, a);
}

bool analysis_name_is_generic(const char *name, size_t host_len,
                              struct snow_addr a)
{
    unsigned weight = heaviest_word(name, host_len);

    if (weight >= GENERIC_AT)
        return true;
    if (weight >= GENERIC_WITH_NUMBER && strcspn(name, "0123456789") < host_len)
        return true;
    return analysis_name_embeds(name, host_len, a);
}

static bool is_listed(const char (*list)[WORD_MAX], size_t n, const char *text,
                      size_t len)
{
    for (size_t i = 0; len > 0 && i < n; i++)
        if (is_word(list[i], text, len))
            return true;
    return false;
}

void analysis_name_template(struct analysis_template *out, const char *host,
                            size_t host_len)
{
    struct number t[NUMBERS_MAX];
    size_t n = find_numbers(t, host, host_len), len = 0, letters = 0;
    char skeleton[ANALYSIS_NAME_MAX] = "";

    *out = (struct analysis_template){ .is_numbered = n > 0 };
    for (size_t i = 0; i < host_len && len < sizeof skeleton; i++)
        if (!text_is_digit(host[i]))
            skeleton[len++] = host[i];
        else if (len == 0 || skeleton[len - 1] != '#')
            skeleton[len++] = '#';
    out->skeleton = (uint32_t)map_hash(skeleton, len);
    while (letters < host_len && text_is_alpha(host[letters]))
        letters++;
    out->is_mail = is_listed(mail_words, COUNT_OF(mail_words), host, letters);
    for (size_t i = 0; i < n && i < 3; i++)
        out->number = out->number * 1000000 + t[i].value % 1000000;
}

/* One word followed by at least one digit: the octets taken, or 0. */
static size_t skip_numbered(const char *s, size_t len, const char *word)
{
    size_t at = strlen(word), digits = 0;

    if (len < at || memcmp(s, word, at) != 0)
        return 0;
    while (at + digits < len && text_is_digit(s[at + digits]))
        digits++;
    return digits ? at + digits : 0;
}

bool analysis_name_is_esp(const char *host, size_t host_len)
{
    size_t first = skip_numbered(host, host_len, "o"), second;

    if (first == 0 || first >= host_len || host[first] != '.')
        return false;
    first++;
    second = skip_numbered(host + first, host_len - first, "ptr");
    return second > 0 &&
           (first + second == host_len || host[first + second] == '.');
}

bool analysis_label_is_common(const char *label, size_t len)
{
    while (len > 0 && (text_is_digit(label[len - 1]) || label[len - 1] == '-'))
        len--;
    return len == 0 ||
           is_listed(common_labels, COUNT_OF(common_labels), label, len);
}
