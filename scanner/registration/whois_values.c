#include "registration/whois_reader.h"

/* --- values -------------------------------------------------------------- */

/* Where text was cut, its last character may be half of one. */
static size_t without_last(const char *text, size_t n)
{
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    return n > 0 && (unsigned char)text[n - 1] >= 0x80 ? n - 1 : n;
}

void whois_copy_text(const struct whois_reader *rd, char *to, size_t cap,
                     struct whois_text from)
{
    size_t n = 0, i = 0;

    for (; i < from.len && n + 4 < cap; i++) {
        unsigned char c = (unsigned char)from.at[i];

        if (rd->is_utf8 || c < 0x80) {
            to[n++] = from.at[i] ? from.at[i] : ' ';
        } else if (c >= 0xa0) {
            to[n++] = (char)(0xc0 | c >> 6);
            to[n++] = (char)(0x80 | (c & 0x3f));
        } else {
            memcpy(to + n, "\xef\xbf\xbd", 3);
            n += 3;
        }
    }
    if (i < from.len)
        n = without_last(to, n);
    to[n] = '\0';
}

struct whois_text whois_first_word(struct whois_text t)
{
    size_t n = 0;

    while (n < t.len && (unsigned char)t.at[n] > ' ')
        n++;
    return (struct whois_text){ t.at, n };
}

/* Cut off what stands behind a mark: "Name (http://…)". */
struct whois_text whois_before(struct whois_text t, const char *mark)
{
    size_t n = strlen(mark);

    for (size_t i = 1; i + n <= t.len; i++)
        if (strncasecmp(t.at + i, mark, n) == 0)
            return whois_trim(t.at, i);
    return t;
}

/* --- the domain's values ------------------------------------------------- */

bool whois_read_date(const struct whois_reader *rd, struct whois_text t,
                     int64_t *utc_s, bool *is_date_only)
{
    return whois_date_read(utc_s, is_date_only, t.at, t.len, &rd->dates);
}

/* "changed: somebody@host 20121216134104 (Changed)", "created: 0-UANIC
 * 20020903000000": the date behind whoever did it. */
static struct whois_text behind_person(struct whois_text t)
{
    for (size_t i = 1; i + 8 <= t.len; i++) {
        size_t n = 0;

        while (i + n < t.len && text_is_digit(t.at[i + n]))
            n++;
        if ((n == 8 || n == 14) && (unsigned char)t.at[i - 1] <= ' ' &&
            (i + n == t.len || (unsigned char)t.at[i + n] <= ' '))
            return (struct whois_text){ t.at + i, t.len - i };
        i += n;
    }
    return (struct whois_text){ t.at, 0 };
}

/* "0-UANIC", "somebody@host". */
static bool is_handle(struct whois_text word)
{
    bool has_letter = false, has_mark = false;

    for (size_t i = 0; i < word.len; i++) {
        has_letter |= text_is_alpha(word.at[i]);
        has_mark |= word.at[i] == '-' || word.at[i] == '@';
    }
    return has_letter && has_mark;
}

static void take_created(struct whois_reader *rd, struct whois_text value)
{
    int64_t utc_s;
    bool is_date_only;

    if (rd->r->created_utc_s != SNOW_TIME_UNKNOWN)
        return;
    if (!whois_read_date(rd, value, &utc_s, &is_date_only) &&
        (!is_handle(whois_first_word(value)) || /* "before 20020903" */
         !whois_read_date(rd, behind_person(value), &utc_s, &is_date_only)))
        return;
    rd->r->created_utc_s = utc_s;
    rd->r->created_is_date_only = is_date_only;
    rd->shown |= HAS_DATE;
}

static void take_expires(struct whois_reader *rd, struct whois_text value)
{
    int64_t utc_s;
    bool is_date_only;

    if (rd->r->expires_utc_s == SNOW_TIME_UNKNOWN &&
        whois_read_date(rd, value, &utc_s, &is_date_only)) {
        rd->r->expires_utc_s = utc_s;
        rd->shown |= HAS_EXPIRY;
    }
}

static void take_updated(struct whois_reader *rd, struct whois_text value)
{
    int64_t utc_s;
    bool is_date_only;

    if (!whois_read_date(rd, value, &utc_s, &is_date_only)) {
        struct whois_text date = behind_person(value);

        if (date.len == 0 || !whois_read_date(rd, date, &utc_s, &is_date_only))
            return;
        /* .il: the first of its changes is the assignment */
        if (date.len > 10 &&
            whois_text_is(whois_trim(date.at + 8, date.len - 8), "(assigned)"))
            take_created(rd, date);
    }
    rd->shown |= HAS_DATE;
    /* the latest of an object's changes */
    if (rd->r->updated_utc_s == SNOW_TIME_UNKNOWN ||
        (rd->is_dated && rd->r->updated_utc_s < utc_s)) {
        rd->r->updated_utc_s = utc_s;
        rd->is_dated = true;
    }
}

/* Handles, organisations, names: each is better than the one before. */
void whois_take_registrar(struct whois_reader *rd, struct whois_text value,
                          uint8_t rank)
{
    static const char *const ends[] = { " [tag",  " (http", " ( http",
                                        " (www.", " http:", " https:" };
    char text[256];

    if (rank <= rd->rank)
        return;
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        value = whois_before(value, ends[i]);
    if (value.len == 0)
        return;
    whois_copy_text(rd, text, sizeof text, value);
    if (fields_is_redacted(text) || text_equal_fold(text, "none") ||
        text_equal_fold(text, "n/a") || text_equal_fold(text, "-") ||
        strncasecmp(text, "no registrar", 12) == 0)
        return;
    fields_copy_clean(rd->r->registrar, sizeof rd->r->registrar, text);
    rd->rank = rank;
    rd->shown |= HAS_REGISTRAR;
}

static void take_iana_id(struct whois_reader *rd, struct whois_text value)
{
    uint64_t id = 0;

    if (rd->r->registrar_iana_id != 0 || value.len == 0 || value.len > 9)
        return;
    for (size_t i = 0; i < value.len; i++) {
        if (!text_is_digit(value.at[i]))
            return;
        id = id * 10 + (uint64_t)(value.at[i] - '0');
    }
    rd->r->registrar_iana_id = (uint32_t)id;
}

static void add_status(struct whois_reader *rd, struct whois_text value)
{
    char text[64];

    value =
        whois_before(whois_before(whois_before(value, " http"), " ("), " - ");
    if (value.len == 0 || value.len >= sizeof text - 4)
        return;
    whois_copy_text(rd, text, sizeof text, value);
    fields_add_status(rd->r, text);
}

static void take_status(struct whois_reader *rd, struct whois_text value)
{
    enum snow_registration_status means = whois_status_means(value);

    if (value.len > 9 && strncasecmp(value.at, "ok-until ", 9) == 0) { /* .ua */
        take_expires(rd, whois_trim(value.at + 9, value.len - 9));
        value.len = 2;
    }
    if (means == SNOW_REGISTRATION_REGISTERED)
        rd->shown |= HAS_STATUS;
    else if (means != SNOW_REGISTRATION_PENDING && rd->says == 0)
        rd->says = (uint8_t)means;
    while (value.len > 0) {
        const char *comma = memchr(value.at, ',', value.len);
        size_t n = comma ? (size_t)(comma - value.at) : value.len;

        add_status(rd, whois_trim(value.at, n));
        n += comma != NULL;
        value = (struct whois_text){ value.at + n, value.len - n };
    }
}

/* A host name, and its addresses at most behind it; .pt writes a whole record
 * of the zone. */
bool whois_take_server(struct whois_reader *rd, struct whois_text value)
{
    struct whois_text host, rest;
    char text[SNOW_DOMAIN_MAX];

    if (value.len > 2 && memcmp(value.at, "- ", 2) == 0) /* .uy, .ve */
        value = whois_trim(value.at + 2, value.len - 2);
    host = whois_first_word(value);
    rest = whois_trim(value.at + host.len, value.len - host.len);

    if (rest.len > 3 && strncasecmp(rest.at, "ns", 2) == 0 &&
        (unsigned char)rest.at[2] <= ' ')
        return whois_take_server(rd, whois_trim(rest.at + 3, rest.len - 3));
    while (host.len > 0 && strchr(",;:.", host.at[host.len - 1]))
        host.len--;
    if (host.len == 0 || host.len >= sizeof text ||
        !memchr(host.at, '.', host.len) || memmem(host.at, host.len, "..", 2) ||
        text_is_digit(host.at[host.len - 1]) ||
        whois_text_is(host, "not.defined")) /* .uz */
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (!fields_read_host(text, text))
        return false;
    if (!rd->has_servers)
        fields_add_host(&rd->hosts, text);
    rd->shown |= HAS_SERVERS;
    return true;
}

void whois_take_value(struct whois_reader *rd, uint8_t meaning,
                      struct whois_text value)
{
    switch (meaning) {
    case WHOIS_CREATED:
        take_created(rd, value);
        break;
    case WHOIS_EXPIRES:
        take_expires(rd, value);
        break;
    case WHOIS_UPDATED:
        take_updated(rd, value);
        break;
    case WHOIS_REGISTRAR:
        whois_take_registrar(rd, value, RANK_NAME);
        break;
    case WHOIS_RESELLER:
        whois_take_registrar(rd, value, RANK_RESELLER);
        break;
    case WHOIS_REGISTRAR_ID:
        whois_take_registrar(rd, value, RANK_HANDLE);
        break;
    case WHOIS_IANA_ID:
        take_iana_id(rd, value);
        break;
    case WHOIS_STATUS:
        take_status(rd, value);
        break;
    case WHOIS_NAMESERVER:
        whois_take_server(rd, value);
        break;
    default:
        break;
    }
}
