#include "registration/bootstrap.h"

#include "base/json.h"
#include "snowline/error.h"
#include "snowline/records.h"

#define KEYS_MAX 65536 /* forty times what the root zone holds */

void registration_bootstrap_fini(struct registration_bootstrap *b)
{
    map_fini(&b->names);
    buf_fini(&b->urls);
    free(b->prefixes);
    *b = (struct registration_bootstrap){ .n_prefixes = 0 };
}

/* Lower case without the final dot; false for what is no name of plain labels.
 * "*" becomes the empty suffix, which all names end in. */
static bool read_name(char out[SNOW_DOMAIN_MAX], const char *name)
{
    size_t n = strlen(name);

    if (n > 1 && name[n - 1] == '.')
        n--;
    if (n == 0 || n >= SNOW_DOMAIN_MAX || name[0] == '.')
        return false;
    if (n == 1 && name[0] == '*')
        n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!text_is_alnum(name[i]) && !strchr("-_.", name[i]))
            return false;
        if (name[i] == '.' && (i + 1 == n || name[i + 1] == '.'))
            return false; /* a label of no octets */
        out[i] = text_lower(name[i]);
    }
    out[n] = '\0';
    return true;
}

/* Length of "http://" or "https://" at the front, or 0. */
static size_t scheme_len(const char *url)
{
    char front[9] = "";

    for (size_t i = 0; i < sizeof front - 1 && url[i]; i++)
        front[i] = text_lower(url[i]);
    if (strcmp(front, "https://") == 0)
        return 8;
    front[7] = '\0';
    return strcmp(front, "http://") == 0 ? 7 : 0;
}

/* A path is put behind it: no query, no fragment, nothing unprintable. */
static bool is_base_url(const char *url)
{
    size_t scheme = scheme_len(url), n = strlen(url);

    if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/' ||
        n + 1 >= BOOTSTRAP_URL_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (url[i] <= ' ' || url[i] > '~' || strchr("?#\"\\<>", url[i]))
            return false;
    return true;
}

static int put_url(struct registration_bootstrap *b, const char *url)
{
    buf_add_text(&b->urls, url);
    if (url[strlen(url) - 1] != '/')
        buf_add_char(&b->urls, '/');
    buf_add_char(&b->urls, '\0');
    return b->urls.failed ? SNOW_ENOMEM : 0;
}

static int put_prefix(struct registration_bootstrap *b, const char *key,
                      const char *url)
{
    struct registration_bootstrap_prefix p = { .url = b->urls.len };

    if (snow_prefix_parse(&p.prefix, key))
        return SNOW_ESYNTAX;
    if (b->n_prefixes == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 64;
        void *grown = realloc(b->prefixes, cap * sizeof *b->prefixes);

        if (!grown)
            return SNOW_ENOMEM;
        b->prefixes = grown;
        b->cap = cap;
    }
    if (put_url(b, url))
        return SNOW_ENOMEM;
    b->prefixes[b->n_prefixes++] = p;
    return 0;
}

static int put_name(struct registration_bootstrap *b, const char *key,
                    const char *url)
{
    char name[SNOW_DOMAIN_MAX];
    size_t at = b->urls.len;
    uint64_t *value;

    if (!read_name(name, key))
        return SNOW_ESYNTAX;
    if (map_get(&b->names, name, strlen(name)))
        return 0;
    if (put_url(b, url))
        return SNOW_ENOMEM;
    value = map_put(&b->names, name, strlen(name));
    if (!value)
        return SNOW_ENOMEM;
    *value = at;
    return 0;
}

int registration_bootstrap_put(struct registration_bootstrap *b,
                               const char *key, const char *url)
{
    if (!is_base_url(url))
        return SNOW_ESYNTAX;
    return strchr(key, '/') ? put_prefix(b, key, url) : put_name(b, key, url);
}

/* The first https URL, else the first http one, else NULL. */
static const char *choose(const struct doc *urls)
{
    const char *second = NULL;

    for (size_t i = 0; i < doc_n(urls); i++) {
        const char *url = doc_text(doc_at(urls, i));

        if (!url || !is_base_url(url))
            continue;
        if (scheme_len(url) == 8)
            return url;
        if (!second)
            second = url;
    }
    return second;
}

static int put_service(struct registration_bootstrap *b,
                       const struct doc *service)
{
    const struct doc *keys = doc_at(service, 0);
    const char *url = choose(doc_at(service, 1));

    for (size_t i = 0; url && i < doc_n(keys); i++) {
        const char *key = doc_text(doc_at(keys, i));
        bool is_all = key && strcmp(key, "*") == 0;

        if (b->names.n + b->n_prefixes >= KEYS_MAX)
            return 0;
        if (key && !is_all &&
            registration_bootstrap_put(b, key, url) == SNOW_ENOMEM)
            return SNOW_ENOMEM;
    }
    return 0;
}

int registration_bootstrap_parse(struct registration_bootstrap *b,
                                 const char *octets, size_t len)
{
    struct doc *root;
    const struct doc *services;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    services = doc_get(root, "services");
    if (!doc_is_array(services))
        code = SNOW_ESYNTAX;
    for (size_t i = 0; code == 0 && i < doc_n(services); i++)
        code = put_service(b, doc_at(services, i));
    doc_free(root);
    return code;
}

const char *registration_bootstrap_find(const struct registration_bootstrap *b,
                                        const char *domain)
{
    char name[SNOW_DOMAIN_MAX];
    const char *at = name;

    if (!read_name(name, domain))
        return NULL;
    for (;;) {
        const uint64_t *value = map_get(&b->names, at, strlen(at));
        const char *dot = strchr(at, '.');

        if (value)
            return b->urls.data + *value;
        if (*at == '\0')
            return NULL;
        at = dot ? dot + 1 : at + strlen(at);
    }
}

/* IPv4 lies inside ::/0, but is another family. */
static bool holds(struct snow_prefix p, struct snow_addr a)
{
    struct snow_range r = snow_prefix_range(p);
    bool is_ipv4 = snow_addr_is_ipv4(p.first) && snow_addr_is_ipv4(r.last);

    return snow_addr_is_ipv4(a) == is_ipv4 &&
           snow_addr_compare(r.first, a) <= 0 &&
           snow_addr_compare(r.last, a) >= 0;
}

const char *
registration_bootstrap_find_address(const struct registration_bootstrap *b,
                                    struct snow_addr a)
{
    const struct registration_bootstrap_prefix *best = NULL;

    for (size_t i = 0; i < b->n_prefixes; i++) {
        const struct registration_bootstrap_prefix *p = &b->prefixes[i];

        if (holds(p->prefix, a) && (!best || p->prefix.len > best->prefix.len))
            best = p;
    }
    return best ? b->urls.data + best->url : NULL;
}
