#include "registration/snapshot.h"

#include "snowline/error.h"
#include "snowline/records.h"

/** A base URL and the keys it serves, with blanks between. */
struct snapshot_row {
    const char *url, *keys;
};

#include "registration/snapshot.inc"

#define ROWS(name)                                                             \
    {                                                                          \
        name##_rows, COUNT_OF(name##_rows)                                     \
    }
static const struct {
    const struct snapshot_row *rows;
    size_t n;
} documents[DOCUMENTS] = {
    [DOCUMENT_DNS] = ROWS(dns),
    [DOCUMENT_IPV4] = ROWS(ipv4),
    [DOCUMENT_IPV6] = ROWS(ipv6),
};

/* Put the key with its URL, in which it stands for the '*'. */
static int put_key(struct registration_bootstrap *b, const char *url,
                   const char *key)
{
    const char *star = strchr(url, '*');
    char full[BOOTSTRAP_URL_MAX];
    int n;

    if (!star)
        return registration_bootstrap_put(b, key, url);
    n = snprintf(full, sizeof full, "%.*s%s%s", (int)(star - url), url, key,
                 star + 1);
    return n < (int)sizeof full ? registration_bootstrap_put(b, key, full)
                                : SNOW_ESYNTAX;
}

static int put_row(struct registration_bootstrap *b,
                   const struct snapshot_row *row)
{
    char key[SNOW_DOMAIN_MAX];
    int code = 0;

    for (const char *at = row->keys; *at && code == 0;) {
        size_t n = strcspn(at, " ");

        if (n >= sizeof key)
            return SNOW_ESYNTAX;
        memcpy(key, at, n);
        key[n] = '\0';
        code = put_key(b, row->url, key);
        at += n + (at[n] == ' ');
    }
    return code;
}

int registration_snapshot_fill(struct registration_bootstrap *b,
                               enum registration_document document)
{
    int code = 0;

    for (size_t i = 0; code == 0 && i < documents[document].n; i++)
        code = put_row(b, &documents[document].rows[i]);
    return code;
}

const char *registration_snapshot_date(void)
{
    return SNAPSHOT_DATE;
}
