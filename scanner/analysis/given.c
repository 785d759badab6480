#include "analysis/given.h"

#include <sys/stat.h>

#include "base/csv.h"

/** What stands in records, with the registrar's name and a NUL behind it. */
struct record {
    int64_t created_utc_s;
    uint32_t iana_id;
    bool is_date_only;
};

enum column { DOMAIN, CREATED, REGISTRAR, IANA_ID };

static const struct csv_column columns[] = {
    [DOMAIN] = { "domain", true },
    [CREATED] = { "created", false },
    [REGISTRAR] = { "registrar", false },
    [IANA_ID] = { "iana_id", false },
};

/* The words of our own exports for "asked, and there is none". */
static bool is_absent(const char *text)
{
    return *text == '\0' || strcmp(text, "-") == 0;
}

static bool take_domain(char out[SNOW_DOMAIN_MAX], const char *text)
{
    size_t n = strlen(text);

    if (n > 0 && text[n - 1] == '.')
        n--;
    if (n == 0 || n >= SNOW_DOMAIN_MAX || !memchr(text, '.', n))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!text_is_alnum(text[i]) && !strchr("-_.", text[i]))
            return false;
        out[i] = text_lower(text[i]);
    }
    out[n] = '\0';
    return true;
}

static int take_record(struct record *r, const struct csv *c,
                       struct snow_error *err)
{
    const char *created = csv_get(c, CREATED), *id = csv_get(c, IANA_ID);
    uint64_t number = 0;

    *r = (struct record){ .created_utc_s = SNOW_TIME_UNKNOWN };
    if (!is_absent(created) &&
        text_parse_time(&r->created_utc_s, &r->is_date_only, created))
        return csv_wrong(c, created, "time (2018-01-05, 2018-01-05T08:15:42Z)",
                         err);
    if (!is_absent(id) && text_parse_u64(&number, id, UINT32_MAX))
        return csv_wrong(c, id, "IANA registrar ID", err);
    r->iana_id = (uint32_t)number;
    return 0;
}

static int keep(struct given *g, const struct csv *c, struct snow_error *err)
{
    char domain[SNOW_DOMAIN_MAX];
    const char *registrar = csv_get(c, REGISTRAR);
    struct record r;
    uint64_t *at;
    int code;

    if (!take_domain(domain, csv_get(c, DOMAIN)))
        return csv_wrong(c, csv_get(c, DOMAIN), "domain name (IDNs as xn--…)",
                         err);
    code = take_record(&r, c, err);
    if (code)
        return code;
    at = map_put(&g->at, domain, strlen(domain));
    if (at && *at == 0) {
        *at = 1 + g->records.len;
        buf_add(&g->records, &r, sizeof r);
        buf_add_text(&g->records, is_absent(registrar) ? "" : registrar);
        buf_add_char(&g->records, '\0');
    }
    return at && !g->records.failed
               ? 0
               : snow_fail(err, SNOW_ENOMEM, "out of memory");
}

int given_read(struct given *g, const char *path, struct snow_error *err)
{
    struct stat st;
    struct csv c;
    int code = csv_open(&c, path, columns, COUNT_OF(columns), err);

    *g = (struct given){ .seen_utc_s = SNOW_TIME_UNKNOWN };
    if (!code && fstat(fileno(c.f), &st) == 0)
        g->seen_utc_s = st.st_mtime;
    snprintf(g->source, sizeof g->source, "file:%s", path);
    while (!code && (code = csv_next(&c, err)) == 0)
        code = keep(g, &c, err);
    csv_close(&c);
    if (code == SNOW_ENOTFOUND)
        return 0;
    given_fini(g);
    return code;
}

void given_fini(struct given *g)
{
    map_fini(&g->at);
    buf_fini(&g->records);
    *g = (struct given){ 0 };
}

static void read_back(const struct given *g, size_t at, const char *domain,
                      struct snow_registration *out)
{
    struct record r;

    memcpy(&r, g->records.data + at, sizeof r);
    *out = (struct snow_registration){
        .status = SNOW_REGISTRATION_REGISTERED,
        .created_is_date_only = r.is_date_only,
        .registrar_iana_id = r.iana_id,
        .created_utc_s = r.created_utc_s,
        .expires_utc_s = SNOW_TIME_UNKNOWN,
        .updated_utc_s = SNOW_TIME_UNKNOWN,
        .seen_utc_s = g->seen_utc_s,
    };
    text_copy(out->domain, sizeof out->domain, domain);
    text_copy(out->registrar, sizeof out->registrar,
              g->records.data + at + sizeof r);
    text_copy(out->source, sizeof out->source, g->source);
}

bool given_has(const struct given *g, const char *domain)
{
    return map_get(&g->at, domain, strlen(domain)) != NULL;
}

bool given_get(const struct given *g, const char *domain,
               struct snow_registration *out)
{
    const uint64_t *at = map_get(&g->at, domain, strlen(domain));

    if (!at || *at == 0)
        return false;
    read_back(g, *at - 1, domain, out);
    return true;
}

bool given_next(const struct given *g, size_t *at,
                struct snow_registration *out)
{
    const char *domain;
    size_t len;
    uint64_t value;

    if (!map_next(&g->at, at, &domain, &len, &value))
        return false;
    read_back(g, value - 1, domain, out);
    return true;
}
