/*
 * http – polite GETs on the loop.
 *
 *   exchange.c  a GET from the queue over names and redirects to its answer
 *   http.c      one transfer: what is asked of curl multi, and nothing else
 *
 * Always    a host is resolved by whom the caller says and handed to curl
 *           (CURLOPT_RESOLVE); curl's own resolver is forbidden for names. The
 *           address of each socket is checked once more when it is opened.
 * Never     keeps cookies; reads netrc, or a proxy from the environment.
 * Bounds    octets of the body (also unpacked), of the headers, on the wire.
 * Sources   RFC 3986 §3.2 (authority), RFC 9110 §8.4 (content coding).
 */
#include "loop/transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define URL_MAX 4096       /* longer ones are nobody's honest redirect */
#define HEADERS_MAX 65536  /* octets, all header lines of one response */
#define CONNECTIONS_KEPT 8 /* idle ones, for the next question to a host */
#define RESOLVED_FOR_S 60L /* an entry is set anew before each transfer */

/* Take the host out of the brackets of an IPv6 literal, off its final dot. */
static int read_host(struct http_place *p, char *host)
{
    size_t n = strlen(host);

    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        host++;
        if (snow_addr_parse(&p->addr, host))
            return SNOW_EPOLICY; /* zones and futures, RFC 3986 §3.2.2 */
        p->is_literal = true;
    } else {
        if (n > 0 && host[n - 1] == '.')
            host[--n] = '\0';
        if (!lookup_is_host(host))
            return SNOW_EPOLICY;
        p->is_literal = snow_addr_parse(&p->addr, host) == 0;
    }
    text_copy(p->host, sizeof p->host, host);
    for (char *c = p->host; *c; c++)
        *c = text_lower(*c);
    return 0;
}

static int read_place(struct http_place *p, CURLU *parts)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    uint64_t number;
    int code = SNOW_EPOLICY;

    if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) ||
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ||
        !curl_url_get(parts, CURLUPART_USER, &user, 0))
        goto out;
    p->is_https = strcmp(scheme, "https") == 0;
    if (!p->is_https && strcmp(scheme, "http") != 0)
        goto out;
    if (text_parse_u64(&number, port, 65535) || number == 0)
        goto out;
    p->port = (unsigned)number;
    code = read_host(p, host);
out:
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    return code;
}

/* Our spelling of the host, no fragment. */
static int rewrite(struct buf *to, CURLU *parts, const struct http_place *p)
{
    char host[LOOKUP_HOST_MAX + 2];
    char *url = NULL;

    snprintf(host, sizeof host, strchr(p->host, ':') ? "[%s]" : "%s", p->host);
    if (curl_url_set(parts, CURLUPART_HOST, host, 0) ||
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) ||
        curl_url_get(parts, CURLUPART_URL, &url, 0))
        return SNOW_EPOLICY;
    buf_clear(to);
    buf_add_text(to, url);
    curl_free(url);
    return to->failed ? SNOW_ENOMEM : 0;
}

int http_place_parse(struct http_place *p, struct buf *url, const char *text)
{
    CURLU *parts = curl_url();
    int code = SNOW_ESYNTAX;

    if (!parts)
        return SNOW_ENOMEM;
    if (strlen(text) <= URL_MAX &&
        curl_url_set(parts, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK)
        code = read_place(p, parts);
    if (code == 0)
        code = rewrite(url, parts, p);
    curl_url_cleanup(parts);
    return code;
}

/* --- curl's callbacks about one transfer --------------------------------- */

static size_t on_body(char *octets, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * n;

    if (len > t->body_max - t->body.len) {
        t->is_too_large = !t->is_look;
        t->is_cut = t->is_look;
        if (t->is_cut)
            buf_add(&t->body, octets, t->body_max - t->body.len);
        return 0;
    }
    buf_add(&t->body, octets, len);
    return t->body.failed ? 0 : len;
}

static size_t on_header(char *octets, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;

    (void)octets;
    t->header_octets += size * n;
    t->is_too_large = t->is_too_large || t->header_octets > HEADERS_MAX;
    return t->is_too_large ? 0 : size * n;
}

/* Octets on the wire are bounded, too: compressed ones may unpack to nothing
 * for as long as the server likes. */
static int on_progress(void *arg, curl_off_t total, curl_off_t now,
                       curl_off_t up_total, curl_off_t up_now)
{
    struct transfer *t = arg;

    (void)total;
    (void)up_total;
    (void)up_now;
    if (now <= 0 || (uint64_t)now <= t->body_max + HEADERS_MAX)
        return 0;
    t->is_too_large = !t->is_look;
    t->is_cut = t->is_look;
    return 1;
}

static bool read_sockaddr(struct snow_addr *out, const struct curl_sockaddr *s)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (s->family == AF_INET && s->addrlen >= sizeof v4) {
        memcpy(&v4, &s->addr, sizeof v4);
        *out = snow_addr_from_ipv4(ntohl(v4.sin_addr.s_addr));
        return true;
    }
    if (s->family != AF_INET6 || s->addrlen < sizeof v6)
        return false;
    memcpy(&v6, &s->addr, sizeof v6);
    *out = (struct snow_addr){ 0 };
    for (size_t i = 0; i < 16; i++) {
        uint64_t *half = i < 8 ? &out->hi : &out->lo;

        *half = *half << 8 | v6.sin6_addr.s6_addr[i];
    }
    return true;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose,
                                    struct curl_sockaddr *s)
{
    struct transfer *t = arg;
    const struct http_config *cfg = t->all->cfg;
    struct snow_addr addr;

    (void)purpose;
    if (!read_sockaddr(&addr, s) || !cfg->allow(cfg->arg, addr)) {
        t->is_denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(s->family, s->socktype | SOCK_CLOEXEC, s->protocol);
}

/* A name without its CURLOPT_RESOLVE entry would go to the system's resolver:
 * it fails instead. */
static int on_own_resolver(void *state, void *reserved, void *arg)
{
    (void)state;
    (void)reserved;
    (void)arg;
    return 1;
}

/* --- starting one -------------------------------------------------------- */

/* clang-format off */
static const struct {
    CURLoption option;
    long value;
} number_options[] = {
    { CURLOPT_NOSIGNAL,          1 },
    { CURLOPT_NOPROGRESS,        0 }, /* on_progress() is wanted */
    { CURLOPT_FOLLOWLOCATION,    0 },
    { CURLOPT_HTTP_VERSION,      CURL_HTTP_VERSION_1_1 },
    { CURLOPT_SSLVERSION,        CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_NETRC,             CURL_NETRC_IGNORED },
    { CURLOPT_DNS_CACHE_TIMEOUT, RESOLVED_FOR_S },
};

static const struct {
    CURLoption option;
    const char *value;
} text_options[] = {
    { CURLOPT_PROTOCOLS_STR,   "http,https" },
    { CURLOPT_PROXY,           "" }, /* not even the environment's */
    { CURLOPT_ACCEPT_ENCODING, "gzip" },
};
/* clang-format on */

static bool set_callbacks(struct transfer *t)
{
    CURL *e = t->easy;

    return !curl_easy_setopt(e, CURLOPT_PRIVATE, t) &&
           !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) &&
           !curl_easy_setopt(e, CURLOPT_WRITEDATA, t) &&
           !curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) &&
           !curl_easy_setopt(e, CURLOPT_HEADERDATA, t) &&
           !curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress) &&
           !curl_easy_setopt(e, CURLOPT_XFERINFODATA, t) &&
           !curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket) &&
           !curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
}

/* What is only looked at proves nothing, so its certificate need not either;
 * others, a registry's, are verified. */
static bool set_trust(struct transfer *t)
{
    long is_judged = !t->is_look;

    return !curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, is_judged) &&
           !curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 2 * is_judged) &&
           !curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, !is_judged + 0L) &&
           !curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, !is_judged + 0L);
}

static bool set_target(struct transfer *t, const struct transfer_target *to)
{
    CURL *e = t->easy;
    curl_resolver_start_callback forbid = on_own_resolver;

    if (to->place->is_literal)
        forbid = NULL; /* nothing to resolve, but curl asks all the same */
    return !curl_easy_setopt(e, CURLOPT_URL, to->url) &&
           !curl_easy_setopt(e, CURLOPT_RESOLVE, t->resolved) &&
           !curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION, forbid) &&
           !curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers) &&
           !curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE,
                             t->is_look ? 0 : (curl_off_t)t->body_max);
}

static bool set_options(struct transfer *t, const struct transfer_target *to)
{
    const struct http_config *cfg = t->all->cfg;
    CURL *e = t->easy;

    for (size_t i = 0; i < COUNT_OF(number_options); i++)
        if (curl_easy_setopt(e, number_options[i].option,
                             number_options[i].value))
            return false;
    for (size_t i = 0; i < COUNT_OF(text_options); i++)
        if (curl_easy_setopt(e, text_options[i].option, text_options[i].value))
            return false;
    if (cfg->ca_file && curl_easy_setopt(e, CURLOPT_CAINFO, cfg->ca_file))
        return false;
    return !curl_easy_setopt(e, CURLOPT_USERAGENT, cfg->user_agent) &&
           set_callbacks(t) && set_trust(t) && set_target(t, to);
}

static bool add_line(struct curl_slist **list, struct buf *line)
{
    struct curl_slist *longer = NULL;

    if (!line->failed)
        longer = curl_slist_append(*list, line->data);
    buf_fini(line);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool add_header(struct transfer *t, const char *name, const char *value)
{
    struct buf line = { 0 };

    if (!value)
        return true;
    buf_printf(&line, "%s: %s", name, value);
    return add_line(&t->headers, &line);
}

/* "+host:port:addr,addr": curl's form of a name that is resolved already; the
 * plus lets the entry lapse. */
static bool add_addresses(struct transfer *t, const struct transfer_target *to)
{
    struct buf line = { 0 };

    if (to->place->is_literal)
        return true;
    buf_printf(&line, "+%s:%u:", to->place->host, to->place->port);
    for (size_t i = 0; i < to->n; i++) {
        char addr[SNOW_ADDR_TEXT_MAX];

        snow_addr_format(to->addrs[i], addr);
        buf_printf(&line, i > 0 ? ",[%s]" : "[%s]", addr);
    }
    return add_line(&t->resolved, &line);
}

static void drop_lists(struct transfer *t)
{
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->resolved);
    t->headers = t->resolved = NULL;
}

int transfer_start(struct transfer *t, const struct transfer_target *to)
{
    if (!t->easy)
        t->easy = curl_easy_init();
    if (!t->easy)
        return SNOW_ENOMEM;
    curl_easy_reset(t->easy);
    drop_lists(t);
    buf_clear(&t->body);
    t->body_max = to->request->body_max;
    t->header_octets = 0;
    t->is_denied = t->is_too_large = t->is_cut = false;
    t->is_look = to->request->is_look;
    if (!add_header(t, "Accept", to->request->accept) ||
        !add_header(t, "If-None-Match", to->request->if_none_match) ||
        !add_addresses(t, to))
        return SNOW_ENOMEM;
    if (!set_options(t, to) || curl_multi_add_handle(t->all->multi, t->easy))
        return SNOW_EIO;
    t->is_running = true;
    return 0;
}

/* --- ends ---------------------------------------------------------------- */

/* curl calls a header line of more than 100 KiB "out of memory", too. */
static bool is_endless_line(const struct transfer *t, CURLcode result)
{
    curl_off_t begun_us = 0;

    curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &begun_us);
    return result == CURLE_OUT_OF_MEMORY && begun_us > 0 && !t->body.failed;
}

static int code_of(const struct transfer *t, CURLcode result)
{
    long os = 0;

    if (t->is_too_large || result == CURLE_FILESIZE_EXCEEDED ||
        is_endless_line(t, result))
        return SNOW_ELIMIT;
    if (t->body.failed || result == CURLE_OUT_OF_MEMORY)
        return SNOW_ENOMEM;
    if (result == CURLE_OK || t->is_cut)
        return 0;
    if (result == CURLE_OPERATION_TIMEDOUT)
        return SNOW_ETIMEOUT;
    if (result != CURLE_COULDNT_CONNECT)
        return SNOW_EIO;
    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os);
    if (t->is_denied)
        return SNOW_EPOLICY;
    if (os == ETIMEDOUT)
        return SNOW_ETIMEOUT;
    /* no route, no descriptor: that is us */
    return os == ECONNREFUSED || os == EHOSTUNREACH || os == ECONNRESET
               ? SNOW_EREFUSED
               : SNOW_EIO;
}

void transfer_stop(struct transfer *t)
{
    if (t->is_running)
        curl_multi_remove_handle(t->all->multi, t->easy);
    t->is_running = false;
}

void transfer_fini(struct transfer *t)
{
    drop_lists(t);
    buf_fini(&t->body);
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
}

static const char *header(struct transfer *t, const char *name)
{
    struct curl_header *found;

    if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &found))
        return "";
    return found->value;
}

void transfer_read(struct transfer *t, struct http_answer *a,
                   const char **redirect)
{
    char *url = NULL, *address = NULL;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &a->status);
    curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
    a->address = address ? address : "";
    a->is_cut = t->is_cut;
    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &url);
    *redirect = url;
    a->body = t->body.data ? t->body.data : "";
    a->body_len = t->body.len;
    a->content_type = header(t, "Content-Type");
    a->retry_after = header(t, "Retry-After");
    a->cache_control = header(t, "Cache-Control");
    a->etag = header(t, "ETag");
    a->expires = header(t, "Expires");
}

/* --- all of them on the loop --------------------------------------------- */

static void collect(struct transfers *ts)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(ts->multi, &left))) {
        CURLcode result = m->data.result;
        char *private = NULL;
        struct transfer *t;

        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
        t = (struct transfer *)(void *)private;
        transfer_stop(t); /* m is gone */
        ts->ended(t, code_of(t, result));
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct transfers *ts = timer->data;
    int running;

    curl_multi_socket_action(ts->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(ts);
}

static void on_fd(void *arg, int fd, bool readable, bool writable)
{
    struct transfers *ts = arg;
    int running;
    int ready =
        (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0);

    curl_multi_socket_action(ts->multi, fd, ready, &running);
    collect(ts);
}

static int on_set_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                         void *per_socket)
{
    struct transfers *ts = arg;
    bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
    bool out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;

    (void)easy;
    (void)per_socket;
    return fdwatch_set(ts->watch, fd, in, out) == 0 ? 0 : -1;
}

static int on_set_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct transfers *ts = arg;

    (void)multi;
    if (timeout_ms < 0)
        uv_timer_stop(&ts->timer);
    else
        uv_timer_start(&ts->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

int transfers_init(struct transfers *ts, struct uv_loop_s *loop)
{
    int code = SNOW_ENOMEM;

    if (curl_global_init(CURL_GLOBAL_DEFAULT)) /* counts its callers */
        return SNOW_EIO;
    ts->has_curl = true;
    ts->multi = curl_multi_init();
    if (!ts->multi)
        return SNOW_ENOMEM;
    if (curl_multi_setopt(ts->multi, CURLMOPT_SOCKETFUNCTION, on_set_socket) ||
        curl_multi_setopt(ts->multi, CURLMOPT_SOCKETDATA, ts) ||
        curl_multi_setopt(ts->multi, CURLMOPT_TIMERFUNCTION, on_set_timer) ||
        curl_multi_setopt(ts->multi, CURLMOPT_TIMERDATA, ts) ||
        curl_multi_setopt(ts->multi, CURLMOPT_MAXCONNECTS,
                          (long)CONNECTIONS_KEPT))
        return SNOW_EIO;
    code = fdwatch_new(&ts->watch, loop, on_fd, ts);
    if (code)
        return code;
    uv_timer_init(loop, &ts->timer); /* cannot fail */
    ts->timer.data = ts;
    return 0;
}

void transfers_stop(struct transfers *ts)
{
    curl_multi_setopt(ts->multi, CURLMOPT_SOCKETFUNCTION, NULL);
    curl_multi_setopt(ts->multi, CURLMOPT_TIMERFUNCTION, NULL);
    fdwatch_close(ts->watch);
    ts->watch = NULL;
}

void transfers_fini(struct transfers *ts)
{
    fdwatch_close(ts->watch);
    curl_multi_cleanup(ts->multi);
    if (ts->has_curl)
        curl_global_cleanup();
    *ts = (struct transfers){ .cfg = ts->cfg };
}
