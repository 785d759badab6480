#include "registration/network.h"

#include "base/text.h"
#include "registration/card.h"
#include "registration/fields.h"
#include "snowline/error.h"

#define ABUSE_DEPTH 4 /* entities inside entities: two are usual */

void registration_network_init(struct snow_network *n, struct snow_addr addr)
{
    *n = (struct snow_network){ .status = SNOW_REGISTRATION_UNKNOWN,
                                .first = addr,
                                .last = addr,
                                .seen_utc_s = SNOW_TIME_UNKNOWN };
}

static void take_text(char *to, size_t cap, const struct doc *v)
{
    const char *text = doc_text(v);

    fields_copy_clean(to, cap, text ? text : "");
    if (fields_is_redacted(to))
        *to = '\0';
}

/* --- the range ----------------------------------------------------------- */

/* An address; some append a prefix length to it. */
static bool read_addr(struct snow_addr *out, const struct doc *v)
{
    char text[SNOW_PREFIX_TEXT_MAX];

    take_text(text, sizeof text, v);
    text[strcspn(text, "/")] = '\0';
    return snow_addr_parse(out, text) == 0;
}

static bool read_ends(struct snow_range *out, const struct doc *object)
{
    return read_addr(&out->first, doc_get(object, "startAddress")) &&
           read_addr(&out->last, doc_get(object, "endAddress"));
}

static bool read_cidr(struct snow_range *out, const struct doc *cidr)
{
    const struct doc *v4 = doc_get(cidr, "v4prefix");
    const char *first = doc_text(v4 ? v4 : doc_get(cidr, "v6prefix"));
    char text[SNOW_PREFIX_TEXT_MAX];
    struct snow_prefix p;
    int64_t len;

    if (!first || !doc_integer(doc_get(cidr, "length"), &len) || len < 0 ||
        snprintf(text, sizeof text, "%s/%lld", first, (long long)len) >=
            (int)sizeof text ||
        snow_prefix_parse(&p, text))
        return false;
    *out = snow_prefix_range(p);
    return true;
}

/* The widest that is handed out: a /8 of IPv4, a /12 of IPv6. */
static bool is_plausible(const struct snow_range *r, struct snow_addr asked)
{
    bool is_ipv4 = snow_addr_is_ipv4(asked);

    if (snow_addr_compare(r->first, asked) > 0 ||
        snow_addr_compare(r->last, asked) < 0 ||
        snow_addr_is_ipv4(r->first) != is_ipv4 ||
        snow_addr_is_ipv4(r->last) != is_ipv4)
        return false;
    return is_ipv4 ? r->last.lo - r->first.lo < 1u << 24
                   : r->last.hi - r->first.hi < UINT64_C(1) << 52;
}

/* What lies from startAddress to endAddress, which RFC 9083 §5.4 asks for; else
 * the one of its prefixes that holds the address. */
static bool read_range(struct snow_range *out, const struct doc *object,
                       struct snow_addr asked)
{
    const struct doc *cidrs = doc_get(object, "cidr0_cidrs");

    if (read_ends(out, object))
        return is_plausible(out, asked);
    for (size_t i = 0; i < registration_list_n(cidrs); i++)
        if (read_cidr(out, registration_list_at(cidrs, i)) &&
            is_plausible(out, asked))
            return true;
    return false;
}

/* --- who holds it -------------------------------------------------------- */

/* Of a registrant's card; a maintainer's, which RIPE lists as a registrant
 * too, names nothing but its handle. */
static bool take_organisation(char *to, size_t cap, const struct doc *entity)
{
    static const char *const members[] = { "fn", "org" };
    const char *handle = doc_text(doc_get(entity, "handle"));

    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (registration_card_text(to, cap, entity, members[i]) &&
            (!handle || !text_equal_fold(to, handle)))
            return true;
    *to = '\0';
    return false;
}

static bool is_organisation(const struct doc *entity)
{
    char kind[16];

    return registration_card_text(kind, sizeof kind, entity, "kind") &&
           text_equal_fold(kind, "org");
}

/* The first registrant that is an organisation, else the first at all. */
static void read_organisation(struct snow_network *n,
                              const struct doc *entities)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < registration_list_n(entities); i++) {
            const struct doc *e = registration_list_at(entities, i);

            if (registration_has_role(e, "registrant") &&
                (pass > 0 || is_organisation(e)) &&
                take_organisation(n->organisation, sizeof n->organisation, e))
                return;
        }
}

/* --- whom to write to ---------------------------------------------------- */

static bool take_mailbox(struct snow_network *n, const char *text)
{
    char clean[SNOW_MAILBOX_MAX + 1]; /* what is too long stays too long */

    if (strncmp(text, "mailto:", 7) == 0)
        text += 7;
    fields_copy_clean(clean, sizeof clean, text);
    if (!text_is_mailbox(clean))
        return false;
    memcpy(n->abuse_email, clean, strlen(clean) + 1);
    return true;
}

static bool is_typed(const struct doc *params, const char *type)
{
    const struct doc *types = doc_get(params, "type");

    for (size_t i = 0; i < registration_list_n(types); i++) {
        const char *is = doc_text(registration_list_at(types, i));

        if (is && text_equal_fold(is, type))
            return true;
    }
    return false;
}

/* An address marked as the one for abuse, else the first. */
static bool take_email(struct snow_network *n, const struct doc *entity)
{
    for (int pass = 0; pass < 2; pass++) {
        const struct doc *params;
        const char *text;
        size_t at = 0;

        while ((text = registration_card_next(entity, "email", &at, &params)))
            if ((pass > 0 || is_typed(params, "abuse")) &&
                take_mailbox(n, text))
                return true;
    }
    return false;
}

/* Those at exactly this depth; nearer ones have been looked at before. */
static bool find_abuse(struct snow_network *n, const struct doc *entities,
                       int depth)
{
    for (size_t i = 0; i < registration_list_n(entities); i++) {
        const struct doc *e = registration_list_at(entities, i);
        bool is_found =
            depth > 0 ? find_abuse(n, doc_get(e, "entities"), depth - 1)
                      : registration_has_role(e, "abuse") && take_email(n, e);

        if (is_found)
            return true;
    }
    return false;
}

/* --- the whole ----------------------------------------------------------- */

static void read_country(struct snow_network *n, const struct doc *v)
{
    char code[8];

    take_text(code, sizeof code, v);
    if (strlen(code) != 2 || !text_is_alpha(code[0]) || !text_is_alpha(code[1]))
        return;
    for (size_t i = 0; i < 2; i++)
        n->country[i] = (char)(text_lower(code[i]) - 'a' + 'A');
}

static bool read_object(struct snow_network *n, const struct doc *object)
{
    const char *class = doc_text(doc_get(object, "objectClassName"));
    const struct doc *entities = doc_get(object, "entities");
    struct snow_range range;
    bool is_found = false;

    if (!class || !text_equal_fold(class, "ip network") ||
        !read_range(&range, object, n->first))
        return false;
    n->first = range.first;
    n->last = range.last;
    take_text(n->handle, sizeof n->handle, doc_get(object, "handle"));
    take_text(n->name, sizeof n->name, doc_get(object, "name"));
    take_text(n->parent, sizeof n->parent, doc_get(object, "parentHandle"));
    read_country(n, doc_get(object, "country"));
    read_organisation(n, entities);
    for (int depth = 0; depth < ABUSE_DEPTH && !is_found; depth++)
        is_found = find_abuse(n, entities, depth);
    return true;
}

void registration_network_read(struct snow_network *n,
                               const struct registration_reply *reply)
{
    struct doc *root = NULL;

    n->status = (uint8_t)registration_rdap_classify(reply);
    if (reply->status > 0 && reply->status < 1000)
        n->http_code = (uint16_t)reply->status;
    if (n->status != SNOW_REGISTRATION_REGISTERED)
        return;
    if (registration_doc_parse(&root, reply->body, reply->body_len) ||
        !read_object(n, root))
        n->status = SNOW_REGISTRATION_UNKNOWN;
    doc_free(root);
}
