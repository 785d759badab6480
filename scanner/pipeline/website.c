/*
 * One look at the first page of each domain.
 *
 * Life      asked → (its turn → connected) for each hop → judged; a site
 *           whose first name has no address is asked for by its second.
 * Always    one connection to an address at a time, and one a second: the
 *           domains of a campaign often lie on one server.
 * Start at  start(), at the end of this file.
 */
#include "pipeline/website.h"

#include "analysis/forward.h"
#include "analysis/website.h"
#include "base/clock.h"
#include "dns/answer.h"

#define PARALLEL 32
#define PACE_US 1000000u /* between two connections to one address */
#define REDIRECTS 3
#define HOST_MAX 254 /* RFC 1035 §2.3.4, NUL included */

/** A look-up's own state. */
struct site {
    struct lookup *lookup;
    struct site *next; /**< of those that wait for their turn */
    struct http_turn *turn;
    struct snow_addr addr; /**< of the hop under way */
    char name[HOST_MAX];   /**< asked for */
    bool is_https;
    bool has_addr;        /**< it is counted as a connection to it */
    bool is_waiting;      /**< in the list */
    bool is_denied;       /**< its turn was, by us: a port that is not asked */
    bool is_unsure;       /**< one of its names: nobody could say whether it is
                                there */
    unsigned reason_type; /**< asked about */
    bool is_named;        /**< one of its names is there, without addresses */
    struct analysis_website website;
};

/** Shared by all. */
struct sites {
    struct map hosts; /**< of each address: when it may be connected to again
                           (in 2 µs), and whether one is open */
    struct site *waiting, **end;
    uv_timer_t *timer; /**< on the heap: it outlives this */
};

static struct sites *all_of(const struct site *s)
{
    return s->lookup->all->shared;
}

static uint64_t now_us(const struct site *s)
{
    return clock_mono_us(s->lookup->all->run->clock);
}

/* --- turns --- */

static uint64_t *host_of(const struct site *s)
{
    uint64_t key[2] = { s->addr.hi, s->addr.lo };

    return map_put(&all_of(s)->hosts, key, sizeof key);
}

static void on_timer(uv_timer_t *t);

static void wake(struct sites *all, uint64_t in_us)
{
    uint64_t ms = (in_us + 999) / 1000;

    if (!uv_is_active((uv_handle_t *)all->timer) ||
        uv_timer_get_due_in(all->timer) > ms)
        uv_timer_start(all->timer, on_timer, ms, 0);
}

/* The connection of the hop before is closed. */
static void release(struct site *s)
{
    uint64_t *host = s->has_addr ? host_of(s) : NULL;

    s->has_addr = false;
    if (!host)
        return;
    *host &= ~(uint64_t)1;
    wake(all_of(s), 0);
}

/* @return 0 when it is its turn, which is taken; else how long to wait */
static uint64_t take_turn(struct site *s, uint64_t now)
{
    uint64_t *host = host_of(s);

    if (*host & 1)
        return PACE_US;
    if (*host >> 1 > now)
        return (*host >> 1) - now;
    *host = (now + PACE_US) << 1 | 1;
    s->has_addr = true;
    return 0;
}

static void answer_odd(struct site *s);

/* Those whose turn has come go on; the others wait, in their order. A drain
 * begins no connection: what waits then is left to the resume. */
static void on_timer(uv_timer_t *t)
{
    struct sites *all = t->data;
    struct site **at = &all->waiting, *go = NULL, **go_end = &go;

    while (*at) {
        struct site *s = *at;
        bool is_over = s->turn && s->lookup->all->is_draining;
        uint64_t wait = s->turn && !is_over ? take_turn(s, now_us(s)) : 0;

        if (wait > 0)
            wake(all, wait);
        if (wait > 0 || is_over) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        s->next = NULL;
        s->is_waiting = false;
        *go_end = s;
        go_end = &s->next;
    }
    all->end = at;
    while (go) {
        struct site *s = go;
        struct http_turn *turn = s->turn;

        go = s->next;
        s->turn = NULL;
        if (turn) {
            s->lookup->all->http_requests++;
            http_turn_done(turn, true);
        } else {
            answer_odd(s);
        }
    }
}

static void enqueue(struct site *s)
{
    struct sites *all = all_of(s);

    s->next = NULL;
    s->is_waiting = true;
    *all->end = s;
    all->end = &s->next;
    wake(all, 0);
}

static void leave_queue(struct site *s)
{
    struct sites *all = all_of(s);
    struct site **at = &all->waiting;

    if (!s->is_waiting)
        return;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    if (!*at)
        all->end = at;
    s->is_waiting = false;
}

static void on_turn(void *arg, const struct http_hop *hop,
                    struct http_turn *turn)
{
    struct site *s = arg;
    const struct snow_config *cfg = s->lookup->all->run->cfg;

    release(s);
    s->addr = hop->addr;
    if ((hop->port != 80 && hop->port != 443 && hop->port != cfg->http_port) ||
        !host_of(s)) { /* without memory there is no pace, so no turn */
        s->is_denied = true;
        http_turn_done(turn, false);
        return;
    }
    s->turn = turn;
    enqueue(s);
}

/* --- what came of it --- */

static void done(struct site *s)
{
    struct snow_evidence e = { .source = "http",
                               .observed_utc_s =
                                   clock_utc_s(s->lookup->all->run->clock) };
    struct buf json = { 0 };

    analysis_website_format_json(&json, &s->website);
    e.data = json.data;
    e.data_len = json.len;
    lookup_done(s->lookup, json.failed ? NULL : &e);
    buf_fini(&json);
}

static void settle(struct site *s, enum website_status status,
                   const char *detail)
{
    s->website.status = status;
    text_copy(s->website.detail, sizeof s->website.detail, detail);
    done(s);
}

/* What is no name of a host is asked of nobody. */
static void answer_odd(struct site *s)
{
    settle(s, WEBSITE_ERROR, "name");
}

static int ask(struct site *s);

/* Host and path of a URL that http.c has written. */
static const char *split_url(char host[HOST_MAX], const char *url)
{
    const char *at = strstr(url, "://");
    size_t n;

    at = at ? at + 3 : url;
    n = strcspn(at, "/?#");
    text_copy(host, HOST_MAX, "");
    if (n < HOST_MAX) {
        memcpy(host, at, n);
        host[n] = '\0';
    }
    if (host[0] != '[' && strchr(host, ':'))
        *strchr(host, ':') = '\0';
    return at + n;
}

static void judge(struct site *s, const struct http_answer *a)
{
    struct analysis_website *w = &s->website;
    char host[HOST_MAX];
    struct page_answer answer = { .domain = s->lookup->subject,
                                  .host = host,
                                  .status = a->status,
                                  .content_type = a->content_type,
                                  .body = a->body,
                                  .len = a->body_len,
                                  .is_cut = a->is_cut };
    struct page page;

    answer.path = split_url(host, a->url);
    if (page_judge(&page, &answer)) {
        settle(s, WEBSITE_ERROR, "memory");
        return;
    }
    analysis_website_from_page(w, &page);
    w->http_status =
        a->status > 0 && a->status < 1000 ? (unsigned)a->status : 0;
    w->octets = a->body_len;
    w->is_cut = a->is_cut;
    if (!page_is_own(host, strlen(host), s->lookup->subject))
        text_copy(w->redirects_to, sizeof w->redirects_to, host);
    done(s);
}

/* --- nobody there --- */

static bool is_www(const struct site *s)
{
    return strcmp(s->name, s->lookup->subject) != 0;
}

static void ask_reason(struct site *s, unsigned type);

/* No address was found, but maybe nobody could say: A and AAAA of both names
 * tell (RFC 2308 §2). What does not exist has neither. */
static void on_reason(void *arg, const struct dns_records *r)
{
    struct site *s = arg;
    bool is_there = r->status == SNOW_PTR_NODATA;

    s->is_named |= is_there;
    s->is_unsure |= !is_there && r->status != SNOW_PTR_NXDOMAIN;
    if (is_there && s->reason_type == DNS_TYPE_A) {
        ask_reason(s, DNS_TYPE_AAAA);
    } else if (is_www(s)) {
        text_copy(s->name, sizeof s->name, s->lookup->subject);
        ask_reason(s, DNS_TYPE_A);
    } else if (s->is_unsure) {
        settle(s, WEBSITE_ERROR, "dns");
    } else {
        settle(s, WEBSITE_NONE, s->is_named ? "nodata" : "nxdomain");
    }
}

static void ask_reason(struct site *s, unsigned type)
{
    s->reason_type = type;
    if (dns_resolver_query(s->lookup->all->reach->resolver, s->name, type,
                           on_reason, s))
        settle(s, WEBSITE_ERROR, "dns");
}

/* A second name, or the second port, is asked only where the first had nobody
 * to ask. @return false when there is none left */
static bool ask_second(struct site *s, int code)
{
    const struct snow_config *cfg = s->lookup->all->run->cfg;

    if (code == SNOW_ENOTFOUND && !is_www(s) && !s->is_https &&
        (size_t)snprintf(s->name, sizeof s->name, "www.%s",
                         s->lookup->subject) < sizeof s->name)
        return ask(s) == 0;
    if (code != SNOW_EREFUSED || s->is_https || cfg->http_port != 80)
        return false;
    s->is_https = true;
    return ask(s) == 0;
}

/* A redirect that ends nowhere: there is a server, and no more is known. */
static void fail_redirect(struct site *s, const struct http_answer *a)
{
    if (a->code == SNOW_EPOLICY && !a->redirect[0] && !s->is_denied)
        settle(s, WEBSITE_EXCLUDED, "redirect");
    else if (a->code == SNOW_ETIMEOUT)
        settle(s, WEBSITE_TIMEOUT, "redirect");
    else
        settle(s, WEBSITE_ERROR, "redirect");
}

static void fail(struct site *s, const struct http_answer *a)
{
    if (a->redirects > 0 || a->redirect[0])
        fail_redirect(s, a);
    else if (ask_second(s, a->code))
        return;
    else if (a->code == SNOW_ENOTFOUND)
        ask_reason(s, DNS_TYPE_A);
    else if (a->code == SNOW_EREFUSED)
        settle(s, WEBSITE_REFUSED, "");
    else if (a->code == SNOW_ETIMEOUT)
        settle(s, WEBSITE_TIMEOUT, "");
    else if (a->code == SNOW_EPOLICY && !s->is_denied)
        settle(s, WEBSITE_EXCLUDED, "");
    else
        settle(s, WEBSITE_ERROR, "exchange");
}

static void on_done(void *arg, const struct http_answer *a)
{
    struct site *s = arg;
    struct http_turn *turn = s->turn;
    bool was_connected = s->has_addr;

    leave_queue(s);
    s->turn = NULL;
    release(s);
    if (turn)
        http_turn_done(turn, false); /* its exchange is over */
    if (a->code == SNOW_ECANCELED) {
        lookup_done(s->lookup, NULL);
        return;
    }
    if (was_connected)
        snow_addr_format(s->addr, s->website.address);
    if (a->address[0])
        text_copy(s->website.address, sizeof s->website.address, a->address);
    text_copy(s->website.url, sizeof s->website.url, a->url);
    s->website.redirects = a->redirects;
    if (a->code == 0)
        judge(s, a);
    else
        fail(s, a);
}

/* --- asking --- */

static int ask(struct site *s)
{
    const struct snow_config *cfg = s->lookup->all->run->cfg;
    char url[HOST_MAX + 32];
    struct http_request r = { .url = url,
                              .accept = "text/html, */*;q=0.5",
                              .body_max = PAGE_BODY_MAX,
                              .redirects = REDIRECTS,
                              .is_look = true,
                              .turn = on_turn,
                              .done = on_done,
                              .arg = s };

    if (s->is_https)
        snprintf(url, sizeof url, "https://%s/", s->name);
    else if (cfg->http_port == 80)
        snprintf(url, sizeof url, "http://%s/", s->name);
    else
        snprintf(url, sizeof url, "http://%s:%llu/", s->name,
                 (unsigned long long)cfg->http_port);
    return http_get(s->lookup->all->reach->http, &r);
}

static int open_shared(struct lookups *l)
{
    struct sites *all = l->shared;

    if (all->timer)
        return 0;
    all->timer = malloc(sizeof *all->timer);
    if (!all->timer)
        return SNOW_ENOMEM;
    uv_timer_init(&l->run->loop, all->timer); /* cannot fail */
    all->timer->data = all;
    all->end = &all->waiting;
    return 0;
}

static int start(struct lookup *l)
{
    struct site *s = l->state;
    int code = open_shared(l->all);

    if (code)
        return code;
    s->lookup = l;
    text_copy(s->name, sizeof s->name, l->subject);
    if (analysis_forward_is_fit(l->subject))
        code = ask(s);
    else
        enqueue(s);
    return code;
}

static bool is_failure(const char *json, size_t len)
{
    struct analysis_website w;

    return analysis_website_parse_json(&w, json, len) ||
           analysis_website_is_failure(&w);
}

static void free_timer(uv_handle_t *timer)
{
    free(timer);
}

static void fini(struct lookups *l)
{
    struct sites *all = l->shared;

    map_fini(&all->hosts);
    if (all->timer)
        uv_close((uv_handle_t *)all->timer, free_timer);
}

const struct lookups_kind website_kind = {
    .kind = WEBSITE_KIND,
    .progress_at = offsetof(struct progress, web),
    .parallel = PARALLEL,
    .state_size = sizeof(struct site),
    .shared_size = sizeof(struct sites),
    .start = start,
    .is_failure = is_failure,
    .fini = fini,
};
