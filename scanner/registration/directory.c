#include "registration/directory.h"

#include <errno.h>

#include "registration/lifetime.h"

#define DOCUMENT_MAX (4u << 20) /* fifty times what it is today */
#define ETAG_MAX 256            /* what is longer is not sent back */
#define REDIRECTS 3             /* of a document */
#define US_PER_S 1000000ull
#define AGAIN_US (300 * US_PER_S) /* after it could not be had */

static const char *const file_names[DOCUMENTS] = {
    [DOCUMENT_DNS] = "dns.json",
    [DOCUMENT_IPV4] = "ipv4.json",
    [DOCUMENT_IPV6] = "ipv6.json",
};

struct directory_fetch {
    struct registration_directory *directory; /**< NULL: gone meanwhile */
    enum registration_document which;
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

/* The name of a document beside this one, or NULL: no memory. */
static char *beside(const char *path, enum registration_document which)
{
    const char *host = strstr(path, "://");
    const char *from = is_url(path) ? host + 3 : path, *slash = NULL;
    size_t len = strcspn(from, is_url(path) ? "?#" : "");
    struct buf out = { 0 };

    for (size_t i = 0; i < len; i++)
        if (from[i] == '/')
            slash = from + i;
    if (slash)
        buf_add(&out, path, (size_t)(slash + 1 - path));
    else if (is_url(path))
        buf_printf(&out, "%.*s/", (int)(from + len - path), path);
    buf_add_text(&out, file_names[which]);
    if (out.failed)
        buf_fini(&out);
    return out.data;
}

/* @return SNOW_ENOTFOUND when it is not there */
static int read_file(struct buf *to, const char *path)
{
    char octets[8192];
    FILE *f = fopen(path, "rb");
    size_t n;
    bool has_failed;

    if (!f)
        return errno == ENOENT ? SNOW_ENOTFOUND : SNOW_EIO;
    while (to->len <= DOCUMENT_MAX && (n = fread(octets, 1, sizeof octets, f)))
        buf_add(to, octets, n);
    has_failed = ferror(f) != 0;
    fclose(f);
    return has_failed ? SNOW_EIO : to->failed ? SNOW_ENOMEM : 0;
}

static int load_file(struct directory_document *doc, bool is_needed,
                     struct snow_error *err)
{
    struct buf text = { 0 };
    int code = read_file(&text, doc->url);

    if (code == SNOW_ENOTFOUND && !is_needed) {
        code = 0;
    } else if (code) {
        snow_fail(err, SNOW_EIO, "%s: %s", doc->url, strerror(errno));
    } else if (registration_bootstrap_parse(&doc->table, text.data, text.len)) {
        code = snow_fail(err, SNOW_EIO,
                         "%s: no RDAP bootstrap document (RFC 9224)", doc->url);
    } else {
        doc->state = DIRECTORY_READY;
        doc->again_us = UINT64_MAX;
    }
    buf_fini(&text);
    return code == SNOW_ENOTFOUND ? SNOW_EIO : code;
}

static int init_document(struct registration_directory *d, const char *dns,
                         enum registration_document which,
                         struct snow_error *err)
{
    struct directory_document *doc = &d->documents[which];

    doc->url = which == DOCUMENT_DNS ? strdup(dns) : beside(dns, which);
    if (!doc->url)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    if (!is_url(dns))
        return load_file(doc, which == DOCUMENT_DNS, err);
    doc->state = DIRECTORY_UNASKED;
    return 0;
}

int registration_directory_init(struct registration_directory *d,
                                const struct registration_config *cfg,
                                struct snow_error *err)
{
    const char *dns = cfg->bootstrap ? cfg->bootstrap : "";
    int code = 0;

    for (size_t i = 0; i < cfg->n_servers && code == 0; i++)
        code = put_override(d, cfg->servers[i], err);
    for (int i = 0; i < DOCUMENTS && *dns && code == 0; i++)
        code = init_document(d, dns, (enum registration_document)i, err);
    return code;
}

void registration_directory_fini(struct registration_directory *d)
{
    registration_bootstrap_fini(&d->overrides);
    for (int i = 0; i < DOCUMENTS; i++) {
        struct directory_document *doc = &d->documents[i];

        if (doc->fetch)
            doc->fetch->directory = NULL; /* its end is going to free it */
        registration_bootstrap_fini(&doc->table);
        for (size_t j = 0; j < doc->n_old; j++)
            registration_bootstrap_fini(&doc->old[j]);
        free(doc->old);
        free(doc->url);
        *doc = (struct directory_document){ .state = DIRECTORY_NONE };
    }
}

/* --- a document ---------------------------------------------------------- */

/* The old table is kept; without memory for that it stays the one.
 * @return  false when the table has not been taken */
static bool take_table(struct directory_document *doc,
                       const struct registration_bootstrap *table,
                       enum directory_state state)
{
    void *grown = realloc(doc->old, (doc->n_old + 1) * sizeof *doc->old);

    if (!grown)
        return false;
    doc->old = grown;
    doc->old[doc->n_old++] = doc->table;
    doc->table = *table;
    doc->state = state;
    return true;
}

/* True when the table is filled from these octets. */
static bool take_octets(struct directory_document *doc, const char *octets,
                        size_t len, enum directory_state state)
{
    struct registration_bootstrap table = { .n_prefixes = 0 };
    bool is_taken = registration_bootstrap_parse(&table, octets, len) == 0 &&
                    take_table(doc, &table, state);

    if (!is_taken)
        registration_bootstrap_fini(&table);
    return is_taken;
}

/* A fresh one is asked after when it is not fresh any more. */
static bool take_fresh(struct registration_directory *d,
                       struct directory_document *doc,
                       const struct registration_cached *c)
{
    int64_t left_s = c->fresh_until_utc_s - clock_utc_s(d->clock);

    if (!take_octets(doc, c->octets, c->len, DIRECTORY_READY))
        return false;
    doc->again_us = clock_mono_us(d->clock) + (uint64_t)left_s * US_PER_S;
    return true;
}

/* What the cache has; false for nothing. */
static bool get_cached(struct registration_directory *d,
                       const struct directory_document *doc,
                       struct registration_cached *out, struct buf *memory)
{
    return d->cache && registration_cache_get_document(d->cache, doc->url,
                                                       clock_utc_s(d->clock),
                                                       out, memory) == 0;
}

/* Half-filled for want of memory, it still serves what is in it. */
static void take_snapshot(struct directory_document *doc,
                          enum registration_document which)
{
    registration_snapshot_fill(&doc->table, which);
    doc->state = DIRECTORY_MAKESHIFT;
    doc->is_snapshot = true;
}

/* What serves goes on to do so. */
static void give_up(struct registration_directory *d,
                    enum registration_document which)
{
    struct directory_document *doc = &d->documents[which];
    struct registration_cached c;
    struct buf memory = { 0 };

    doc->again_us = clock_mono_us(d->clock) + AGAIN_US;
    if (doc->state == DIRECTORY_UNASKED &&
        (!get_cached(d, doc, &c, &memory) ||
         !take_octets(doc, c.octets, c.len, DIRECTORY_MAKESHIFT)))
        take_snapshot(doc, which);
    buf_fini(&memory);
}

/* Take what has come, or been confirmed, and keep it for as long as the answer
 * says. */
static bool take_and_keep(struct registration_directory *d,
                          struct directory_document *doc,
                          const struct http_answer *a,
                          struct registration_cached c)
{
    int64_t now_utc_s = clock_utc_s(d->clock);

    c.fresh_until_utc_s =
        now_utc_s +
        registration_lifetime_s(a->cache_control, a->expires, now_utc_s);
    if (*a->etag)
        c.etag = a->etag;
    if (strlen(c.etag) > ETAG_MAX)
        c.etag = "";
    if (!take_fresh(d, doc, &c))
        return false;
    if (d->cache)
        registration_cache_put_document(d->cache, doc->url, now_utc_s, &c);
    return true;
}

/* RFC 9110 §15.4.5: what is in the cache is good for another while. */
static bool take_unchanged(struct registration_directory *d,
                           struct directory_document *doc,
                           const struct http_answer *a)
{
    struct buf memory = { 0 };
    struct registration_cached c;
    bool is_taken =
        get_cached(d, doc, &c, &memory) && take_and_keep(d, doc, a, c);

    buf_fini(&memory);
    return is_taken;
}

static bool take_answer(struct registration_directory *d,
                        struct directory_document *doc,
                        const struct http_answer *a)
{
    struct registration_cached c = { .etag = "",
                                     .octets = a->body,
                                     .len = a->body_len };

    if (a->code)
        return false;
    if (a->status == 304)
        return take_unchanged(d, doc, a);
    return a->status == 200 && take_and_keep(d, doc, a, c);
}

static void on_document(void *arg, const struct http_answer *a)
{
    struct directory_fetch *f = arg;
    struct registration_directory *d = f->directory;
    enum registration_document which = f->which;

    free(f);
    if (!d)
        return;
    d->documents[which].fetch = NULL;
    if (a->code == SNOW_ECANCELED) { /* there is no asking any more */
        if (d->documents[which].state == DIRECTORY_UNASKED)
            d->documents[which].state = DIRECTORY_NONE;
        return;
    }
    if (!take_answer(d, &d->documents[which], a))
        give_up(d, which);
    d->changed(d->arg);
}

static int start_fetch(struct registration_directory *d,
                       enum registration_document which, const char *etag)
{
    struct directory_document *doc = &d->documents[which];
    struct http_request r = { .url = doc->url,
                              .accept = "application/json",
                              .if_none_match = *etag ? etag : NULL,
                              .body_max = DOCUMENT_MAX,
                              .redirects = REDIRECTS,
                              .done = on_document };
    int code = SNOW_ENOMEM;

    doc->fetch = malloc(sizeof *doc->fetch);
    if (doc->fetch) {
        *doc->fetch = (struct directory_fetch){ d, which };
        r.arg = doc->fetch;
        code = http_get(d->http, &r);
    }
    if (code) {
        free(doc->fetch);
        doc->fetch = NULL;
    }
    return code;
}

/* From the cache while that is fresh, else from where it is published. */
static void begin(struct registration_directory *d,
                  enum registration_document which)
{
    struct directory_document *doc = &d->documents[which];
    int64_t now_utc_s = clock_utc_s(d->clock);
    struct buf memory = { 0 };
    struct registration_cached c = { .etag = "" };
    bool is_cached = get_cached(d, doc, &c, &memory);
    bool is_fresh = is_cached && c.fresh_until_utc_s > now_utc_s &&
                    c.fresh_until_utc_s <= now_utc_s + LIFETIME_MOST_S;

    if ((!is_fresh || !take_octets(doc, c.octets, c.len, DIRECTORY_READY)) &&
        start_fetch(d, which, is_fresh ? "" : c.etag))
        give_up(d, which);
    buf_fini(&memory);
}

/* The document as far as it is there, begun where that is due; NULL: none yet,
 * it is on its way. */
static const struct registration_bootstrap *
table_of(struct registration_directory *d, enum registration_document which)
{
    struct directory_document *doc = &d->documents[which];
    bool is_due = doc->state == DIRECTORY_UNASKED ||
                  (doc->state != DIRECTORY_NONE &&
                   clock_mono_us(d->clock) >= doc->again_us);

    if (is_due && !doc->fetch)
        begin(d, which);
    return doc->state == DIRECTORY_UNASKED ? NULL : &doc->table;
}

/* --- asking it ----------------------------------------------------------- */

int registration_directory_find(struct registration_directory *d,
                                const char *domain, const char **base)
{
    const struct registration_bootstrap *table;

    *base = registration_bootstrap_find(&d->overrides, domain);
    if (*base)
        return 0;
    table = table_of(d, DOCUMENT_DNS);
    if (!table)
        return SNOW_EAGAIN;
    *base = registration_bootstrap_find(table, domain);
    return 0;
}

int registration_directory_find_address(struct registration_directory *d,
                                        struct snow_addr a, const char **base)
{
    const struct registration_bootstrap *table;

    *base = registration_bootstrap_find_address(&d->overrides, a);
    if (*base)
        return 0;
    table = table_of(d, snow_addr_is_ipv4(a) ? DOCUMENT_IPV4 : DOCUMENT_IPV6);
    if (!table)
        return SNOW_EAGAIN;
    *base = registration_bootstrap_find_address(table, a);
    return 0;
}

const char *
registration_directory_missed(const struct registration_directory *d)
{
    for (int i = 0; i < DOCUMENTS; i++)
        if (d->documents[i].is_snapshot)
            return d->documents[i].url;
    return NULL;
}
