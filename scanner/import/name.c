#include "import/name.h"

#include "addr/arpa.h"
#include "snowline/error.h"

#define WIRE_MAX 255 /* octets of a name, RFC 1035 §2.3.4 */
#define LABEL_MAX 63

/* --- addresses --- */

/* "4.3.2.1.in-addr.arpa", the commonest by far, without a copy. */
static bool take_arpa_v4(struct snow_addr *out, const char *text, size_t len)
{
    static const char end[] = "in-addr.arpa";
    uint32_t ipv4 = 0;
    size_t at = 0;

    for (unsigned i = 0; i < 4; i++) {
        unsigned octet = 0;
        size_t from = at;

        while (at < len && text_is_digit(text[at]) && at - from < 3)
            octet = octet * 10 + (unsigned)(text[at++] - '0');
        if (at == from || octet > 255 || (text[from] == '0' && at > from + 1) ||
            at == len || text[at++] != '.')
            return false;
        ipv4 |= octet << (8 * i);
    }
    if (len > at && text[len - 1] == '.')
        len--;
    if (len - at != sizeof end - 1)
        return false;
    for (size_t i = 0; at + i < len; i++)
        if (text_lower(text[at + i]) != end[i])
            return false;
    *out = snow_addr_from_ipv4(ipv4);
    return true;
}

int import_addr(struct snow_addr *out, const char *text, size_t len)
{
    char copy[ADDR_ARPA_TEXT_MAX + 1];

    if (take_arpa_v4(out, text, len))
        return 0;
    if (len == 0 || len >= sizeof copy || memchr(text, '\0', len))
        return SNOW_ESYNTAX;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (snow_addr_parse(out, copy) == 0)
        return 0;
    return addr_arpa_parse(out, copy);
}

/* --- names --- */

/** A name while it is written. */
struct writing {
    char *to;
    size_t len;   /**< of the text */
    size_t wire;  /**< octets on the wire so far */
    size_t label; /**< octets of the label at hand */
};

static bool add_octet(struct writing *w, unsigned char c)
{
    char *to = w->to + w->len;

    if (++w->label > LABEL_MAX || ++w->wire > WIRE_MAX)
        return false;
    if (c == '.' || c == '\\') {
        *to++ = '\\';
        *to++ = (char)c;
    } else if (c > ' ' && c < 0x7f) {
        *to++ = text_lower((char)c);
    } else {
        *to++ = '\\';
        *to++ = (char)('0' + c / 100);
        *to++ = (char)('0' + c / 10 % 10);
        *to++ = (char)('0' + c % 10);
    }
    w->len = (size_t)(to - w->to);
    return true;
}

/* What a backslash stands before: three digits, xHH, or the octet itself.
 * @return how many octets of @p s it takes, 0: nonsense */
static size_t unescape(const char *s, size_t len, unsigned char *out)
{
    if (len >= 3 && text_is_digit(s[0]) && text_is_digit(s[1]) &&
        text_is_digit(s[2])) {
        unsigned c = (unsigned)(s[0] - '0') * 100 +
                     (unsigned)(s[1] - '0') * 10 + (unsigned)(s[2] - '0');

        *out = (unsigned char)c;
        return c <= 255 ? 3 : 0;
    }
    if (len >= 3 && s[0] == 'x' && text_hex(s[1]) >= 0 && text_hex(s[2]) >= 0) {
        *out = (unsigned char)(text_hex(s[1]) << 4 | text_hex(s[2]));
        return 3;
    }
    *out = len > 0 ? (unsigned char)s[0] : 0;
    return len > 0 && !text_is_digit(s[0]);
}

/* The octet of its length is for the label that follows, or the root. */
static bool end_label(struct writing *w)
{
    if (w->label == 0)
        return false;
    w->to[w->len++] = '.';
    w->label = 0;
    return ++w->wire <= WIRE_MAX;
}

/* The final dot is not written. */
static bool end_name(struct writing *w)
{
    if (w->len == 0 || (w->label > 0 && !end_label(w)))
        return false;
    w->to[--w->len] = '\0';
    return true;
}

int import_name(char out[SNOW_NAME_MAX], const char *text, size_t len)
{
    char room[SNOW_NAME_MAX + 8]; /* an octet more than may be, and a dot */
    struct writing w = { .to = room, .wire = 1 };

    if (len == 1 && *text == '.') {
        memcpy(out, ".", 2); /* the root, as the wire's reader writes it */
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        size_t more = 0;

        if (c == '.' && end_label(&w))
            continue;
        if (c == '.' ||
            (c == '\\' && !(more = unescape(text + i + 1, len - i - 1, &c))) ||
            !add_octet(&w, c))
            return SNOW_ESYNTAX;
        i += more;
    }
    if (!end_name(&w))
        return SNOW_ESYNTAX;
    memcpy(out, room, w.len + 1);
    return 0;
}

/* --- times --- */

#define YEAR_10000 UINT64_C(253402300800)

int64_t import_time(const char *text, size_t len)
{
    char copy[48];
    uint64_t number;
    int64_t utc_s;
    char *dot;

    if (len == 0 || len >= sizeof copy)
        return SNOW_TIME_UNKNOWN;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (text_parse_time(&utc_s, NULL, copy) == 0)
        return utc_s;
    dot = strchr(copy, '.');
    if (dot)
        *dot = '\0';
    if (text_parse_u64(&number, copy, INT64_MAX))
        return SNOW_TIME_UNKNOWN;
    while (number >= YEAR_10000) /* milli-, micro- or nanoseconds */
        number /= 1000;
    return (int64_t)number;
}

/* --- outcomes --- */

/* clang-format off */
static const struct {
    const char *word;
    unsigned status;
} statuses[] = {
    { "noerror", SNOW_PTR_NAME }, { "nxdomain", SNOW_PTR_NXDOMAIN },
    { "servfail", SNOW_PTR_SERVFAIL }, { "refused", SNOW_PTR_REFUSED },
    { "timeout", SNOW_PTR_TIMEOUT },
    /* our own */
    { "name", SNOW_PTR_NAME }, { "nodata", SNOW_PTR_NODATA },
    { "pruned", SNOW_PTR_PRUNED }, { "error", SNOW_PTR_ERROR },
    { "pending", SNOW_PTR_PENDING }, { "outside", SNOW_PTR_PENDING },
    /* zdns */
    { "iterative_timeout", SNOW_PTR_TIMEOUT },
    { "norecord", SNOW_PTR_NODATA },
    { "no_answer", SNOW_PTR_NODATA }, { "blacklist", SNOW_PTR_PENDING },
    { "illegal_input", SNOW_PTR_PENDING }, { "no_output", SNOW_PTR_PENDING },
    /* massdns */
    { "maxretries", SNOW_PTR_TIMEOUT },
};
/* clang-format on */

unsigned import_status(const char *word, size_t len)
{
    char copy[24];

    if (len >= sizeof copy)
        return SNOW_PTR_ERROR;
    memcpy(copy, word, len);
    copy[len] = '\0';
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (text_equal_fold(copy, statuses[i].word))
            return statuses[i].status;
    return SNOW_PTR_ERROR;
}
