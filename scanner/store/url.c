#include "base/text.h"
#include "snowline/store.h"

/* Parameters from '?' on; what is secret among them stays so. */
static void add_query(struct buf *to, const char *query)
{
    static const char *const secrets[] = { "password=", "sslpassword=" };

    while (*query) {
        size_t len = 1 + strcspn(query + 1, "&");
        const char *secret = NULL;

        for (size_t i = 0; i < COUNT_OF(secrets); i++)
            if (strncmp(query + 1, secrets[i], strlen(secrets[i])) == 0)
                secret = secrets[i];
        if (secret)
            buf_printf(to, "%c%s***", *query, secret);
        else
            buf_add(to, query, len);
        query += len;
    }
}

/* The last '@' before the query, else the last at all: a password may hold what
 * it should not, and is not to be seen all the same. */
static const char *end_of_user(const char *from)
{
    const char *query = strchr(from, '?'), *at = NULL;

    for (const char *p = from; *p && (p != query || !at); p++)
        if (*p == '@')
            at = p;
    return at;
}

void snow_store_show(char *out, size_t cap, const char *url)
{
    const char *from = strstr(url, "://");
    const char *at = from ? end_of_user(from += 3) : NULL;
    struct buf text = { 0 };

    if (!from) {
        text_copy(out, cap, url);
        return;
    }
    if (at) {
        size_t user = strcspn(from, ":@");

        buf_add(&text, url, (size_t)(from - url) + user);
        buf_add_text(&text, from + user < at ? ":***" : "");
        url = from = at;
    }
    from += strcspn(from, "?");
    buf_add(&text, url, (size_t)(from - url));
    add_query(&text, from);
    text_copy(out, cap, text.failed || !text.data ? "?" : text.data);
    buf_fini(&text);
}
