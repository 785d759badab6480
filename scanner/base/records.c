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

bool snow_probe_is_mail_capable(const struct snow_probe *p)
{
    return p->status == SNOW_SMTP_OPEN || p->status == SNOW_SMTP_BUSY ||
           (p->status == SNOW_SMTP_TARPIT && p->code == 220);
}

/* Members of a registration that are text, and those that are times. */
#define MEMBER(name) offsetof(struct snow_registration, name)
#define TEXT(name)                                                             \
    {                                                                          \
#name, MEMBER(name), sizeof((struct snow_registration *)NULL)->name    \
    }
static const struct {
    const char *key;
    size_t at, cap;
} texts[] = { TEXT(domain), TEXT(registrar), TEXT(statuses), TEXT(nameservers),
              TEXT(source) };

static const struct {
    const char *key;
    size_t at;
} times[] = {
    { "created", MEMBER(created_utc_s) },
    { "expires", MEMBER(expires_utc_s) },
    { "updated", MEMBER(updated_utc_s) },
    { "seen", MEMBER(seen_utc_s) },
};

void record_registration_format_json(struct buf *to,
                                     const struct snow_registration *r)
{
    const char *base = (const char *)r;

    buf_printf(to, "{\"status\":\"%s\"",
               snow_registration_status_word(r->status));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *text = base + texts[i].at;

        if (*text) {
            buf_printf(to, ",\"%s\":", texts[i].key);
            text_json(to, text, strlen(text));
        }
    }
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        char text[TEXT_TIME_MAX];
        int64_t utc_s;

        memcpy(&utc_s, base + times[i].at, sizeof utc_s);
        text_format_time(utc_s, text);
        if (*text)
            buf_printf(to, ",\"%s\":\"%s\"", times[i].key, text);
    }
    if (r->registrar_iana_id)
        buf_printf(to, ",\"registrar_iana_id\":%lu",
                   (unsigned long)r->registrar_iana_id);
    if (r->http_code)
        buf_printf(to, ",\"http_code\":%u", r->http_code);
    buf_printf(to, "%s}",
               r->created_is_date_only ? ",\"created_is_date_only\":true" : "");
}

static void read_members(struct snow_registration *r, const struct doc *root)
{
    char *base = (char *)r;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *text = doc_text(doc_get(root, texts[i].key));

        text_copy(base + texts[i].at, texts[i].cap, text ? text : "");
    }
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        const char *text = doc_text(doc_get(root, times[i].key));
        int64_t utc_s = SNOW_TIME_UNKNOWN;

        if (text)
            text_parse_time(&utc_s, NULL, text);
        memcpy(base + times[i].at, &utc_s, sizeof utc_s);
    }
}

int record_registration_parse_json(struct snow_registration *out,
                                   const char *octets, size_t len)
{
    struct snow_registration r = { .status = SNOW_REGISTRATION_UNKNOWN };
    struct doc *root;
    const char *status;
    int64_t number;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    read_members(&r, root);
    status = doc_text(doc_get(root, "status"));
    for (size_t i = 0; status && i < COUNT_OF(registration_words); i++)
        if (strcmp(registration_words[i].word, status) == 0)
            r.status = (uint8_t)registration_words[i].number;
    if (doc_integer(doc_get(root, "registrar_iana_id"), &number) &&
        number > 0 && number <= UINT32_MAX)
        r.registrar_iana_id = (uint32_t)number;
    if (doc_integer(doc_get(root, "http_code"), &number) && number > 0 &&
        number < 1000)
        r.http_code = (uint16_t)number;
    r.created_is_date_only = doc_is_true(doc_get(root, "created_is_date_only"));
    doc_free(root);
    *out = r;
    return 0;
}
