#include "registration/route.h"

#include "base/text.h"
#include "loop/lookup.h"
#include "registration/whois_servers.h"

#define ROOT_HOST "whois.iana.org"
#define AGAIN_US (300 * 1000000ull) /* after it could not be learnt */

/* --- what the user says -------------------------------------------------- */

/* Read "HOST", "HOST:PORT", "[IPv6]:PORT" or a bare IPv6 address. */
static int read_host(struct registration_override *o, const char *text)
{
    const char *colon = strrchr(text, ':');
    bool is_bracketed = text[0] == '[';
    size_t n = strlen(text);
    struct snow_addr addr;
    uint64_t port = WHOIS_PORT;

    if (colon &&
        (is_bracketed ? colon[-1] == ']' : strchr(text, ':') == colon)) {
        n = (size_t)(colon - text);
        if (text_parse_u64(&port, colon + 1, 65535) || port == 0)
            return SNOW_ESYNTAX;
    }
    if (is_bracketed && (n < 2 || text[n - 1] != ']'))
        return SNOW_ESYNTAX;
    snprintf(o->host, sizeof o->host, "%.*s", (int)(n - (is_bracketed ? 2 : 0)),
             text + is_bracketed);
    o->port = (unsigned)port;
    if (snow_addr_parse(&addr, o->host) == 0)
        return strchr(o->host, ':') || !is_bracketed ? 0 : SNOW_ESYNTAX;
    return !is_bracketed && n < sizeof o->host && lookup_is_host(o->host)
               ? 0
               : SNOW_ESYNTAX;
}

/* Read what stands before '=', with the dot it may begin with left out. */
static const char *read_suffix(struct registration_override *o,
                               const char *text)
{
    const char *equals = strchr(text, '=');
    bool has_dot = text[0] == '.' && text[1] != '=';
    size_t n = equals ? (size_t)(equals - text) - has_dot : 0;

    if (n == 0 || n >= sizeof o->suffix)
        return NULL;
    for (size_t i = 0; i < n; i++)
        o->suffix[i] = text_lower(text[has_dot + i]);
    o->suffix[n] = '\0';
    return equals + 1;
}

static bool is_suffix(const char *text)
{
    return strcmp(text, "*") == 0 || strcmp(text, ".") == 0 ||
           lookup_is_host(text);
}

static int reserve(struct registration_overrides *to, size_t n)
{
    if (n == 0)
        return 0;
    to->at = calloc(n, sizeof *to->at);
    return to->at ? 0 : SNOW_ENOMEM;
}

/* The directory has read these already, and knows their URLs. */
static int take_rdap(struct registration_routes *r,
                     const struct registration_config *cfg)
{
    if (reserve(&r->rdap, cfg->n_servers))
        return SNOW_ENOMEM;
    for (size_t i = 0; i < cfg->n_servers; i++)
        if (read_suffix(&r->rdap.at[r->rdap.n], cfg->servers[i]))
            r->rdap.n++;
    return 0;
}

static int take_whois(struct registration_routes *r,
                      const struct registration_config *cfg,
                      struct snow_error *err)
{
    if (reserve(&r->whois, cfg->n_whois_servers))
        return SNOW_ENOMEM;
    for (size_t i = 0; i < cfg->n_whois_servers; i++) {
        struct registration_override *o = &r->whois.at[r->whois.n++];
        const char *host = read_suffix(o, cfg->whois_servers[i]);

        if (!host || !is_suffix(o->suffix) || read_host(o, host))
            return snow_fail(err, SNOW_ESYNTAX,
                             "'%s' is not TLD=HOST or TLD=HOST:PORT",
                             cfg->whois_servers[i]);
    }
    return 0;
}

int registration_routes_init(struct registration_routes *r,
                             const struct registration_config *cfg,
                             struct snow_error *err)
{
    int code;

    r->no_rdap = cfg->no_rdap;
    r->no_whois = cfg->no_whois;
    code = take_rdap(r, cfg);
    if (code == 0)
        code = take_whois(r, cfg, err);
    return code == SNOW_ENOMEM ? snow_fail(err, code, "out of memory") : code;
}

void registration_routes_fini(struct registration_routes *r)
{
    while (r->referrals) {
        struct registration_referral *f = r->referrals;

        r->referrals = f->next;
        registration_queue_drop(&f->waiting);
        free(f);
    }
    free(r->rdap.at);
    free(r->whois.at);
    r->rdap = r->whois = (struct registration_overrides){ 0 };
}

/* How much of a domain a suffix takes, in octets; 1 for "*", 0 for nothing. */
static size_t covered(const char *suffix, const char *domain)
{
    size_t n = strlen(suffix), len = strlen(domain);

    if (strcmp(suffix, "*") == 0)
        return 1;
    if (n > len || (n < len && domain[len - n - 1] != '.'))
        return 0;
    return text_equal_fold(domain + len - n, suffix) ? n + 1 : 0;
}

/* The longest one that fits; the first of equal ones. */
static const struct registration_override *
longest(const struct registration_overrides *of, const char *domain,
        size_t *covers)
{
    const struct registration_override *best = NULL;

    *covers = 0;
    for (size_t i = 0; i < of->n; i++) {
        size_t n = covered(of->at[i].suffix, domain);

        if (n > *covers) {
            *covers = n;
            best = &of->at[i];
        }
    }
    return best;
}

/* --- what whois.iana.org says -------------------------------------------- */

static const char *tld_of(const char *domain)
{
    const char *dot = strrchr(domain, '.');

    return dot ? dot + 1 : domain;
}

static struct registration_referral *referral_of(struct registration_routes *r,
                                                 const char *tld)
{
    struct registration_referral *f;

    for (f = r->referrals; f; f = f->next)
        if (text_equal_fold(f->tld, tld))
            return f;
    f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    text_copy(f->tld, sizeof f->tld, tld);
    if (r->cache && registration_cache_get_referral(
                        r->cache, tld, clock_utc_s(r->clock), f->host) == 0)
        f->state = REFERRAL_KNOWN;
    f->next = r->referrals;
    r->referrals = f;
    return f;
}

void registration_referral_take(struct registration_routes *r,
                                struct registration_referral *of,
                                const char *host, unsigned status)
{
    of->state = host ? REFERRAL_KNOWN : REFERRAL_FAILED;
    of->failed_status = status;
    of->again_us = clock_mono_us(r->clock) + AGAIN_US;
    if (!host)
        return;
    text_copy(of->host, sizeof of->host, host);
    if (r->cache)
        registration_cache_put_referral(r->cache, of->tld,
                                        clock_utc_s(r->clock), host);
}

/* A host is asked in its own way, whoever has named it. */
static void go_to(struct registration_route *out, const char *host,
                  unsigned port)
{
    struct whois_server server;

    registration_whois_server_named(&server, host);
    text_copy(out->host, sizeof out->host, host);
    out->query = server.query;
    out->server = (struct registration_server){ REGISTRATION_OVER_WHOIS,
                                                out->host, port };
}

void registration_routes_root(const struct registration_routes *r,
                              struct registration_route *out)
{
    go_to(out, ROOT_HOST, WHOIS_PORT);
    for (size_t i = 0; i < r->whois.n; i++)
        if (strcmp(r->whois.at[i].suffix, ".") == 0)
            go_to(out, r->whois.at[i].host, r->whois.at[i].port);
}

static int find_referred(struct registration_routes *r, const char *domain,
                         struct registration_route *out,
                         struct registration_referral **referral)
{
    struct registration_referral *f = referral_of(r, tld_of(domain));

    if (!f)
        return SNOW_ENOMEM;
    *referral = f;
    if (f->state == REFERRAL_FAILED && clock_mono_us(r->clock) >= f->again_us)
        f->state = REFERRAL_UNASKED;
    if (f->state == REFERRAL_UNASKED || f->state == REFERRAL_ASKING)
        return SNOW_EAGAIN;
    if (f->state == REFERRAL_FAILED || f->host[0] == '\0')
        return SNOW_ENOTFOUND;
    go_to(out, f->host, WHOIS_PORT);
    return 0;
}

/* --- which --------------------------------------------------------------- */

static int find_whois(struct registration_routes *r, const char *domain,
                      struct registration_route *out,
                      struct registration_referral **referral)
{
    struct whois_server known;
    bool is_known = registration_whois_server(&known, domain);
    size_t covers;
    const struct registration_override *o = longest(&r->whois, domain, &covers);
    int code;

    if (o) {
        go_to(out, o->host, o->port);
        return 0;
    }
    if (is_known && !known.is_a_guess) {
        go_to(out, known.host, WHOIS_PORT);
        return *known.host ? 0 : SNOW_ENOTFOUND;
    }
    code = find_referred(r, domain, out, referral);
    if (code == SNOW_ENOTFOUND && (*referral)->state == REFERRAL_FAILED &&
        is_known) { /* better a guess than nothing */
        go_to(out, known.host, WHOIS_PORT);
        return 0;
    }
    return code;
}

static int find_rdap(struct registration_routes *r, const char *domain,
                     struct registration_route *out)
{
    const char *base = NULL;
    int code = registration_directory_find(r->directory, domain, &base);

    if (code)
        return code;
    out->server =
        (struct registration_server){ REGISTRATION_OVER_RDAP, base, 0 };
    return base ? 0 : SNOW_ENOTFOUND;
}

int registration_routes_find(struct registration_routes *r, const char *domain,
                             bool is_second, struct registration_route *out,
                             struct registration_referral **referral)
{
    size_t by_rdap, by_whois;
    int code = SNOW_ENOTFOUND;

    *referral = NULL;
    if (!lookup_is_host(domain))
        return SNOW_ENOTFOUND;
    longest(&r->rdap, domain, &by_rdap);
    longest(&r->whois, domain, &by_whois);
    if (!r->no_rdap && !is_second && (by_rdap >= by_whois || r->no_whois))
        code = find_rdap(r, domain, out);
    if (code == SNOW_ENOTFOUND && !r->no_whois)
        code = find_whois(r, domain, out, referral);
    return code;
}
