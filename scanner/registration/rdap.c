#include "registration/rdap.h"

#include "base/text.h"
#include "registration/card.h"
#include "registration/fields.h"
#include "registration/redaction.h"
#include "snowline/error.h"

#define RATE_TEXT_MAX 4096     /* octets of an error that are searched */
#define OLDEST_UTC_S 473385600 /* 1985-01-01: no domain is older, RFC 920 */

/* --- events: when -------------------------------------------------------- */

enum pick { EARLIEST, LATEST };

/* clang-format off */
static const struct {
    const char *action;
    size_t at;
    enum pick pick; /* among several of the kind */
} event_kinds[] = {
    { "registration",
      offsetof(struct snow_registration, created_utc_s), EARLIEST },
    { "expiration",
      offsetof(struct snow_registration, expires_utc_s), LATEST },
    { "last changed",
      offsetof(struct snow_registration, updated_utc_s), LATEST },
};
/* clang-format on */

/* The time of one event, if it is of this kind and means anything: dates before
 * there were domains stand for "not known". */
static bool read_event(const struct doc *event, const char *action,
                       int64_t *utc_s, bool *is_date_only)
{
    const char *is = doc_text(doc_get(event, "eventAction"));
    const char *date = doc_text(doc_get(event, "eventDate"));
    char clean[64];

    if (!is || !date || !text_equal_fold(is, action))
        return false;
    fields_copy_clean(clean, sizeof clean, date);
    return text_parse_time(utc_s, is_date_only, clean) == 0 &&
           *utc_s >= OLDEST_UTC_S;
}

/* The earliest or latest event of a kind; false when there is none. */
static bool pick_event(const struct doc *events, const char *action,
                       enum pick pick, int64_t *utc_s, bool *is_date_only)
{
    bool is_found = false;

    for (size_t i = 0; i < registration_list_n(events); i++) {
        int64_t t;
        bool date_only;

        if (!read_event(registration_list_at(events, i), action, &t,
                        &date_only) ||
            (is_found && (pick == LATEST ? t <= *utc_s : t >= *utc_s)))
            continue;
        *utc_s = t;
        *is_date_only = date_only;
        is_found = true;
    }
    return is_found;
}

static void read_events(struct snow_registration *r, const struct doc *events)
{
    int64_t utc_s;
    bool is_date_only;

    for (size_t i = 0; i < COUNT_OF(event_kinds); i++) {
        if (!pick_event(events, event_kinds[i].action, event_kinds[i].pick,
                        &utc_s, &is_date_only))
            continue;
        memcpy((char *)r + event_kinds[i].at, &utc_s, sizeof utc_s);
        if (i == 0)
            r->created_is_date_only = is_date_only;
    }
    /* RFC 9083 §10.2.3: registered anew under the same name */
    if (pick_event(events, "reregistration", LATEST, &utc_s, &is_date_only) &&
        (r->created_utc_s == SNOW_TIME_UNKNOWN || utc_s > r->created_utc_s)) {
        r->created_utc_s = utc_s;
        r->created_is_date_only = is_date_only;
    }
}

/* --- entities: by whom --------------------------------------------------- */

static bool take_card(struct snow_registration *r, const struct doc *entity)
{
    return registration_card_text(r->registrar, sizeof r->registrar, entity,
                                  "fn") ||
           registration_card_text(r->registrar, sizeof r->registrar, entity,
                                  "org");
}

/* Its card, the card of an entity inside it, or its handle. */
static void read_registrar_name(struct snow_registration *r,
                                const struct doc *entity)
{
    const struct doc *inner = doc_get(entity, "entities");
    const char *handle;

    if (take_card(r, entity) || registration_card_is_redacted(entity))
        return;
    for (size_t i = 0; i < registration_list_n(inner); i++)
        if (take_card(r, registration_list_at(inner, i)))
            return;
    handle = doc_text(doc_get(entity, "handle"));
    if (handle && !fields_is_redacted(handle))
        fields_copy_clean(r->registrar, sizeof r->registrar, handle);
}

static void read_iana_id(struct snow_registration *r, const struct doc *entity)
{
    const struct doc *ids = doc_get(entity, "publicIds");

    for (size_t i = 0; i < registration_list_n(ids); i++) {
        const struct doc *id =
            doc_get(registration_list_at(ids, i), "identifier");
        const char *type =
            doc_text(doc_get(registration_list_at(ids, i), "type"));
        const char *text = doc_text(id);
        char clean[32];
        uint64_t number = 0;
        int64_t integer;

        if (!type || !text_equal_fold(type, "IANA Registrar ID"))
            continue;
        fields_copy_clean(clean, sizeof clean, text ? text : "");
        if (text && text_parse_u64(&number, clean, UINT32_MAX))
            continue;
        if (doc_integer(id, &integer) && integer > 0 && integer <= UINT32_MAX)
            number = (uint64_t)integer;
        r->registrar_iana_id = (uint32_t)number;
        return;
    }
}

static void read_registrar(struct snow_registration *r,
                           const struct doc *object)
{
    const struct doc *entities = doc_get(object, "entities");

    for (size_t i = 0; i < registration_list_n(entities); i++) {
        const struct doc *entity = registration_list_at(entities, i);

        if (!registration_has_role(entity, "registrar"))
            continue;
        if (!registration_registrar_is_redacted(object, i))
            read_registrar_name(r, entity);
        read_iana_id(r, entity);
        return;
    }
}

/* --- statuses and name servers ------------------------------------------- */

static void read_statuses(struct snow_registration *r,
                          const struct doc *statuses)
{
    for (size_t i = 0; i < registration_list_n(statuses); i++) {
        const char *text = doc_text(registration_list_at(statuses, i));

        if (text)
            fields_add_status(r, text);
    }
}

/* In A-labels; where there are none, the other one may be plain, too. */
static const char *name_of(const struct doc *object)
{
    const char *name = doc_text(doc_get(object, "ldhName"));

    return name ? name : doc_text(doc_get(object, "unicodeName"));
}

static void read_nameservers(struct snow_registration *r,
                             const struct doc *servers)
{
    struct fields_hosts hosts = { 0 };

    for (size_t i = 0; i < registration_list_n(servers); i++) {
        const struct doc *server = registration_list_at(servers, i);
        const char *name = name_of(server);

        if (!name)
            name = doc_text(server); /* a bare name where an object belongs */
        if (name)
            fields_add_host(&hosts, name);
    }
    fields_keep_hosts(r, &hosts);
}

/* --- the whole ----------------------------------------------------------- */

/* A name that cannot be compared (none, or not in A-labels) is let pass. */
static bool is_about(const struct doc *object, const char *domain)
{
    const char *class = doc_text(doc_get(object, "objectClassName"));
    const char *name = name_of(object);
    char is[SNOW_DOMAIN_MAX], asked[SNOW_DOMAIN_MAX];

    if (!class || !text_equal_fold(class, "domain"))
        return false;
    if (!name || !fields_read_host(is, name))
        return true;
    return fields_read_host(asked, domain) && strcmp(is, asked) == 0;
}

int registration_rdap_parse(struct snow_registration *r, const char *body,
                            size_t len)
{
    struct doc *root;
    int code = registration_doc_parse(&root, body, len);

    if (code)
        return code;
    if (is_about(root, r->domain)) {
        read_events(r, doc_get(root, "events"));
        read_registrar(r, root);
        read_statuses(r, doc_get(root, "status"));
        read_nameservers(r, doc_get(root, "nameservers"));
    } else {
        code = SNOW_ESYNTAX;
    }
    doc_free(root);
    return code;
}

/* An RDAP error object (RFC 9083 §6) that says 404. */
static bool says_not_found(const char *body, size_t len)
{
    struct doc *root;
    const struct doc *error;
    int64_t number = 0;
    const char *text;

    if (registration_doc_parse(&root, body, len))
        return false;
    error = doc_get(root, "errorCode");
    text = doc_text(error);
    if (text && strcmp(text, "404") == 0)
        number = 404;
    doc_integer(error, &number);
    doc_free(root);
    return number == 404;
}

static bool is_empty(const char *body, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!text_is_space(body[i]))
            return false;
    return true;
}

static bool holds(const char *text, size_t len, const char *words)
{
    size_t n = strlen(words);

    for (size_t i = 0; i + n <= len; i++) {
        size_t same = 0;

        while (same < n && text_lower(text[i + same]) == words[same])
            same++;
        if (same == n)
            return true;
    }
    return false;
}

static bool speaks_of_a_limit(const char *body, size_t len)
{
    static const char *const words[] = {
        "rate limit",       "rate-limit", "ratelimit",      "too many requests",
        "too many queries", "quota",      "limit exceeded", "exceeded the",
        "exceeded your",    "throttl",    "queries per",
    };

    if (len > RATE_TEXT_MAX)
        len = RATE_TEXT_MAX;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (holds(body, len, words[i]))
            return true;
    return false;
}

enum snow_registration_status
registration_rdap_classify(const struct registration_reply *reply)
{
    bool is_limit = false;

    switch (reply->status) {
    case 200:
        return SNOW_REGISTRATION_REGISTERED;
    case 404:
        return is_empty(reply->body, reply->body_len) ||
                       says_not_found(reply->body, reply->body_len)
                   ? SNOW_REGISTRATION_NOT_FOUND
                   : SNOW_REGISTRATION_UNKNOWN;
    case 429:
        return SNOW_REGISTRATION_LIMITED;
    case 503:
        is_limit = reply->retry_after[0] != '\0';
        break;
    case 403:
        break;
    default:
        return SNOW_REGISTRATION_UNKNOWN;
    }
    return is_limit || speaks_of_a_limit(reply->body, reply->body_len)
               ? SNOW_REGISTRATION_LIMITED
               : SNOW_REGISTRATION_UNKNOWN;
}

void registration_rdap_read(struct snow_registration *r,
                            const struct registration_reply *reply)
{
    r->status = (uint8_t)registration_rdap_classify(reply);
    if (reply->status > 0 && reply->status < 1000)
        r->http_code = (uint16_t)reply->status;
    if (r->status == SNOW_REGISTRATION_REGISTERED &&
        registration_rdap_parse(r, reply->body, reply->body_len))
        r->status = SNOW_REGISTRATION_UNKNOWN;
}
