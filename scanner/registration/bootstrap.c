#include "registration/bootstrap.h"

#include "base/json.h"
#include "snowline/error.h"
#include "snowline/records.h"

#define NAMES_MAX 65536 /* forty times what the root zone holds */

void registration_bootstrap_fini(struct registration_bootstrap *b)
{
    map_fini(&b->names);
    buf_fini(&b->urls);
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

int registration_bootstrap_put(struct registration_bootstrap *b,
                               const char *name, const char *url)
{
    char key[SNOW_DOMAIN_MAX];
    size_t at = b->urls.len;
    uint64_t *value;

    if (!read_name(key, name) || !is_base_url(url))
        return SNOW_ESYNTAX;
    if (map_get(&b->names, key, strlen(key)))
        return 0;
    buf_add_text(&b->urls, url);
    if (url[strlen(url) - 1] != '/')
        buf_add_char(&b->urls, '/');
    buf_add_char(&b->urls, '\0');
    if (b->urls.failed)
        return SNOW_ENOMEM;
    value = map_put(&b->names, key, strlen(key));
    if (!value)
        return SNOW_ENOMEM;
    *value = at;
    return 0;
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
    const struct doc *names = doc_at(service, 0);
    const char *url = choose(doc_at(service, 1));

    for (size_t i = 0; url && i < doc_n(names) && b->names.n < NAMES_MAX; i++) {
        const char *name = doc_text(doc_at(names, i));
        bool is_all = name && strcmp(name, "*") == 0;

        if (name && !is_all &&
            registration_bootstrap_put(b, name, url) == SNOW_ENOMEM)
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
