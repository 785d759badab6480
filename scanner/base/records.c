#include "base/records.h"

#include "base/json.h"
#include "snowline/error.h"

struct word {
    unsigned number;
    const char *word;
};

#define X(name, number, word) { number, word },
static const struct word ptr_words[] = { SNOW_PTR_STATUSES(X) };
static const struct word smtp_words[] = { SNOW_SMTP_STATUSES(X) };
static const struct word ehlo_words[] = { SNOW_EHLO_STATUSES(X) };
static const struct word tls_words[] = { SNOW_TLS_STATUSES(X) };
static const struct word registration_words[] = { SNOW_REGISTRATION_STATUSES(
    X) };
#undef X

static const char *word_of(const struct word *words, size_t n, unsigned number)
{
    for (size_t i = 0; i < n; i++)
        if (words[i].number == number)
            return words[i].word;
    return "?";
}

const char *snow_ptr_status_word(unsigned status)
{
    return word_of(ptr_words, COUNT_OF(ptr_words), status);
}

const char *snow_smtp_status_word(unsigned status)
{
    return word_of(smtp_words, COUNT_OF(smtp_words), status);
}

const char *snow_ehlo_status_word(unsigned status)
{
    return word_of(ehlo_words, COUNT_OF(ehlo_words), status);
}

const char *snow_tls_status_word(unsigned status)
{
    return word_of(tls_words, COUNT_OF(tls_words), status);
}

const char *snow_registration_status_word(unsigned status)
{
    return word_of(registration_words, COUNT_OF(registration_words), status);
}

bool snow_ptr_status_is_failure(unsigned status)
{
    return status == SNOW_PTR_SERVFAIL || status == SNOW_PTR_REFUSED ||
           status == SNOW_PTR_TIMEOUT || status == SNOW_PTR_ERROR;
}

bool snow_ptr_status_is_answer(unsigned status)
{
    return status == SNOW_PTR_NAME || status == SNOW_PTR_NXDOMAIN ||
           status == SNOW_PTR_NODATA || status == SNOW_PTR_PRUNED;
}

bool snow_probe_is_mail_capable(const struct snow_probe *p)
{
    return p->status == SNOW_SMTP_OPEN || p->status == SNOW_SMTP_BUSY ||
           (p->status == SNOW_SMTP_TARPIT && p->code == 220);
}

/* --- members as JSON ----------------------------------------------------- */

/* A member that is text, and one that is a time. */
struct text_member {
    const char *key;
    size_t at, cap;
};

struct time_member {
    const char *key;
    size_t at;
};

struct members {
    const struct text_member *texts;
    size_t n_texts;
    const struct time_member *times;
    size_t n_times;
};

/* clang-format off */
#define TEXT(type, name)                                                       \
    { #name, offsetof(struct type, name), sizeof((struct type *)NULL)->name }
#define TIME(type, key, name) { key, offsetof(struct type, name) }

static const struct text_member registration_texts[] = {
    TEXT(snow_registration, domain),
    TEXT(snow_registration, registrar),
    TEXT(snow_registration, statuses),
    TEXT(snow_registration, nameservers),
    TEXT(snow_registration, source),
};
static const struct time_member registration_times[] = {
    TIME(snow_registration, "created", created_utc_s),
    TIME(snow_registration, "expires", expires_utc_s),
    TIME(snow_registration, "updated", updated_utc_s),
    TIME(snow_registration, "seen", seen_utc_s),
};
static const struct text_member network_texts[] = {
    TEXT(snow_network, handle),
    TEXT(snow_network, name),
    TEXT(snow_network, organisation),
    TEXT(snow_network, abuse_email),
    TEXT(snow_network, country),
    TEXT(snow_network, parent),
    TEXT(snow_network, source),
};
static const struct time_member network_times[] = {
    TIME(snow_network, "seen", seen_utc_s),
};
#undef TEXT
#undef TIME
#define MEMBERS(of)                                                            \
    { of##_texts, COUNT_OF(of##_texts), of##_times, COUNT_OF(of##_times) }
static const struct members registration_members = MEMBERS(registration);
static const struct members network_members = MEMBERS(network);
#undef MEMBERS
/* clang-format on */

static void format_members(struct buf *to, const struct members *m,
                           const void *record)
{
    const char *base = record;

    for (size_t i = 0; i < m->n_texts; i++) {
        const char *text = base + m->texts[i].at;

        if (*text) {
            buf_printf(to, ",\"%s\":", m->texts[i].key);
            text_json(to, text, strlen(text));
        }
    }
    for (size_t i = 0; i < m->n_times; i++) {
        char text[TEXT_TIME_MAX];
        int64_t utc_s;

        memcpy(&utc_s, base + m->times[i].at, sizeof utc_s);
        text_format_time(utc_s, text);
        if (*text)
            buf_printf(to, ",\"%s\":\"%s\"", m->times[i].key, text);
    }
}

static void read_members(const struct members *m, void *record,
                         const struct doc *root)
{
    char *base = record;

    for (size_t i = 0; i < m->n_texts; i++) {
        const char *text = doc_text(doc_get(root, m->texts[i].key));

        text_copy(base + m->texts[i].at, m->texts[i].cap, text ? text : "");
    }
    for (size_t i = 0; i < m->n_times; i++) {
        const char *text = doc_text(doc_get(root, m->times[i].key));
        int64_t utc_s = SNOW_TIME_UNKNOWN;

        if (text)
            text_parse_time(&utc_s, NULL, text);
        memcpy(base + m->times[i].at, &utc_s, sizeof utc_s);
    }
}

static uint8_t read_status(const struct doc *root)
{
    const char *is = doc_text(doc_get(root, "status"));

    for (size_t i = 0; is && i < COUNT_OF(registration_words); i++)
        if (strcmp(registration_words[i].word, is) == 0)
            return (uint8_t)registration_words[i].number;
    return SNOW_REGISTRATION_UNKNOWN;
}

static uint16_t read_http_code(const struct doc *root)
{
    int64_t number;

    return doc_integer(doc_get(root, "http_code"), &number) && number > 0 &&
                   number < 1000
               ? (uint16_t)number
               : 0;
}

/* --- a domain's registration --------------------------------------------- */

void record_registration_format_json(struct buf *to,
                                     const struct snow_registration *r)
{
    buf_printf(to, "{\"status\":\"%s\"",
               snow_registration_status_word(r->status));
    format_members(to, &registration_members, r);
    if (r->registrar_iana_id)
        buf_printf(to, ",\"registrar_iana_id\":%lu",
                   (unsigned long)r->registrar_iana_id);
    if (r->http_code)
        buf_printf(to, ",\"http_code\":%u", r->http_code);
    buf_printf(to, "%s}",
               r->created_is_date_only ? ",\"created_is_date_only\":true" : "");
}

int record_registration_evidence(struct snow_evidence *out, struct buf *json,
                                 const struct snow_registration *r)
{
    record_registration_format_json(json, r);
    *out = (struct snow_evidence){ .subject = r->domain,
                                   .kind = "registration",
                                   .source = r->source,
                                   .observed_utc_s = r->seen_utc_s,
                                   .data = json->data,
                                   .data_len = json->len };
    return json->failed ? SNOW_ENOMEM : 0;
}

int record_registration_parse_json(struct snow_registration *out,
                                   const char *octets, size_t len)
{
    struct snow_registration r = { .status = SNOW_REGISTRATION_UNKNOWN };
    struct doc *root;
    int64_t number;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    read_members(&registration_members, &r, root);
    r.status = read_status(root);
    if (doc_integer(doc_get(root, "registrar_iana_id"), &number) &&
        number > 0 && number <= UINT32_MAX)
        r.registrar_iana_id = (uint32_t)number;
    r.http_code = read_http_code(root);
    r.created_is_date_only = doc_is_true(doc_get(root, "created_is_date_only"));
    doc_free(root);
    *out = r;
    return 0;
}

/* --- an address's network ------------------------------------------------ */

void record_network_format_json(struct buf *to, const struct snow_network *n)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(n->first, first);
    snow_addr_format(n->last, last);
    buf_printf(to, "{\"status\":\"%s\",\"first\":\"%s\",\"last\":\"%s\"",
               snow_registration_status_word(n->status), first, last);
    format_members(to, &network_members, n);
    if (n->http_code)
        buf_printf(to, ",\"http_code\":%u", n->http_code);
    buf_add_char(to, '}');
}

static int read_range(struct snow_network *n, const struct doc *root)
{
    const char *first = doc_text(doc_get(root, "first"));
    const char *last = doc_text(doc_get(root, "last"));

    if (!first || !last || snow_addr_parse(&n->first, first) ||
        snow_addr_parse(&n->last, last) ||
        snow_addr_compare(n->first, n->last) > 0)
        return SNOW_ESYNTAX;
    return 0;
}

int record_network_parse_json(struct snow_network *out, const char *octets,
                              size_t len)
{
    struct snow_network n = { .status = SNOW_REGISTRATION_UNKNOWN };
    struct doc *root;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    code = read_range(&n, root);
    read_members(&network_members, &n, root);
    n.status = read_status(root);
    n.http_code = read_http_code(root);
    doc_free(root);
    if (code == 0)
        *out = n;
    return code;
}
