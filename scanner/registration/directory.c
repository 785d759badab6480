#include "registration/directory.h"

#include <errno.h>

#define DOCUMENT_MAX (4u << 20)     /* fifty times what it is today */
#define REDIRECTS 3                 /* of the document */
#define AGAIN_US (300 * 1000000ull) /* after it could not be had */
#define STALE_S (365 * 86400)       /* better old than none: TLDs move rarely */

struct directory_fetch {
    struct registration_directory *directory; /**< NULL: gone meanwhile */
};

/* --- what the user says -------------------------------------------------- */

static int put_override(struct registration_directory *d, const char *text,
                        struct snow_error *err)
{
    const char *equals = strchr(text, '=');
    char name[SNOW_DOMAIN_MAX];
    size_t n = equals ? (size_t)(equals - text) : sizeof name;
    int code = SNOW_ESYNTAX;

    if (n < sizeof name) {
        memcpy(name, text, n);
        name[n] = '\0';
        code = registration_bootstrap_put(&d->overrides, name, equals + 1);
    }
    if (code == SNOW_ESYNTAX)
        snow_fail(err, code, "'%s' is not TLD=URL with an http or https URL",
                  text);
    return code;
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 ||
           strncmp(text, "https://", 8) == 0;
}

static int read_file(struct buf *to, const char *path)
{
    char octets[8192];
    FILE *f = fopen(path, "rb");
    size_t n;
    bool has_failed;

    if (!f)
        return SNOW_EIO;
    while (to->len <= DOCUMENT_MAX && (n = fread(octets, 1, sizeof octets, f)))
        buf_add(to, octets, n);
    has_failed = ferror(f) != 0;
    fclose(f);
    return has_failed ? SNOW_EIO : to->failed ? SNOW_ENOMEM : 0;
}

static int load_file(struct registration_directory *d, const char *path,
                     struct snow_error *err)
{
    struct buf text = { 0 };
    int code = read_file(&text, path);

    if (code) {
        snow_fail(err, code, "%s: %s", path, strerror(errno));
    } else if (registration_bootstrap_parse(&d->table, text.data, text.len)) {
        code = snow_fail(err, SNOW_EIO,
                         "%s: no RDAP bootstrap document (RFC 9224)", path);
    } else {
        d->state = DIRECTORY_READY;
    }
    buf_fini(&text);
    return code;
}

int registration_directory_init(struct registration_directory *d,
                                const struct registration_config *cfg,
                                struct snow_error *err)
{
    const char *bootstrap = cfg->bootstrap ? cfg->bootstrap : "";

    for (size_t i = 0; i < cfg->n_servers; i++) {
        int code = put_override(d, cfg->servers[i], err);

        if (code)
            return code;
    }
    d->state = DIRECTORY_NONE;
    if (!*bootstrap)
        return 0;
    if (!is_url(bootstrap))
        return load_file(d, bootstrap, err);
    d->url = strdup(bootstrap);
    d->state = DIRECTORY_UNASKED;
    return d->url ? 0 : snow_fail(err, SNOW_ENOMEM, "out of memory");
}

void registration_directory_fini(struct registration_directory *d)
{
    if (d->fetch)
        d->fetch->directory = NULL; /* its end is going to free it */
    d->fetch = NULL;
    registration_bootstrap_fini(&d->overrides);
    registration_bootstrap_fini(&d->table);
    free(d->url);
    d->url = NULL;
}

/* --- the document -------------------------------------------------------- */

/* True when the table is filled from these octets. */
static bool take_document(struct registration_directory *d, const char *octets,
                          size_t len)
{
    struct registration_bootstrap table = { .urls = { 0 } };

    if (registration_bootstrap_parse(&table, octets, len)) {
        registration_bootstrap_fini(&table);
        return false;
    }
    registration_bootstrap_fini(&d->table);
    d->table = table;
    d->state = DIRECTORY_READY;
    return true;
}

static bool take_cached(struct registration_directory *d, int64_t max_age_s)
{
    struct buf text = { 0 };
    bool is_taken = d->cache &&
                    registration_cache_get_bootstrap(d->cache, d->url,
                                                     clock_utc_s(d->clock),
                                                     max_age_s, &text) == 0 &&
                    take_document(d, text.data, text.len);

    buf_fini(&text);
    return is_taken;
}

static void give_up(struct registration_directory *d)
{
    if (take_cached(d, STALE_S))
        return;
    d->state = DIRECTORY_FAILED;
    d->again_us = clock_mono_us(d->clock) + AGAIN_US;
}

static void on_document(void *arg, const struct http_answer *a)
{
    struct directory_fetch *f = arg;
    struct registration_directory *d = f->directory;

    free(f);
    if (!d)
        return;
    d->fetch = NULL;
    if (a->code == SNOW_ECANCELED) {
        d->state = DIRECTORY_NONE; /* there is no asking any more */
        return;
    }
    if (a->code == 0 && a->status == 200 &&
        take_document(d, a->body, a->body_len)) {
        if (d->cache)
            registration_cache_put_bootstrap(
                d->cache, d->url, clock_utc_s(d->clock), a->body, a->body_len);
    } else {
        give_up(d);
    }
    d->changed(d->arg);
}

static void start_fetch(struct registration_directory *d)
{
    struct http_request r = { .url = d->url,
                              .accept = "application/json",
                              .body_max = DOCUMENT_MAX,
                              .redirects = REDIRECTS,
                              .done = on_document };

    d->fetch = malloc(sizeof *d->fetch);
    r.arg = d->fetch;
    if (d->fetch) {
        d->fetch->directory = d;
        d->state = DIRECTORY_FETCHING;
        if (http_get(d->http, &r) == 0)
            return;
    }
    free(d->fetch);
    d->fetch = NULL;
    give_up(d);
}

int registration_directory_find(struct registration_directory *d,
                                const char *domain, const char **base)
{
    bool is_due = d->state == DIRECTORY_UNASKED ||
                  (d->state == DIRECTORY_FAILED &&
                   clock_mono_us(d->clock) >= d->again_us);

    *base = registration_bootstrap_find(&d->overrides, domain);
    if (*base)
        return 0;
    if (is_due && !take_cached(d, CACHE_BOOTSTRAP_S))
        start_fetch(d);
    if (d->state == DIRECTORY_FETCHING)
        return SNOW_EAGAIN;
    if (d->state == DIRECTORY_READY)
        *base = registration_bootstrap_find(&d->table, domain);
    return 0;
}
