#include "pipeline/reach.h"

#define HTTP_PARALLEL 64
#define TALK_PARALLEL 64

/* One name for curl or a talk: found by the resolver of the scan alone. */
static void on_resolved(void *arg, const struct snow_addr *addrs, size_t n)
{
    http_lookup_done(arg, addrs, n);
}

static void on_resolve(void *arg, const char *host, struct http_lookup *l)
{
    struct reach *r = arg;

    if (dns_resolver_ask(r->resolver, host, on_resolved, l))
        http_lookup_done(l, NULL, 0);
}

bool reach_allows(const struct reach *r, struct snow_addr a)
{
    return !snow_ranges_contains(r->plan->forbidden, a);
}

static bool on_allow(void *arg, struct snow_addr a)
{
    return reach_allows(arg, a);
}

static int open_http(struct reach *r, struct run *run)
{
    const struct snow_config *cfg = r->cfg;
    struct http_config http = {
        .user_agent = r->user_agent,
        .ca_file = cfg->ca_file[0] ? cfg->ca_file : NULL,
        .timeout_ms = (unsigned)(cfg->http_timeout_s * 1000),
        .parallel = HTTP_PARALLEL,
        .resolve = on_resolve,
        .allow = on_allow,
        .arg = r,
    };

    snprintf(r->user_agent, sizeof r->user_agent, "snowline/%s%s%s%s",
             SNOW_VERSION, cfg->contact[0] ? " (" : "", cfg->contact,
             cfg->contact[0] ? ")" : "");
    return http_new(&r->http, &run->loop, &http);
}

static int open_talk(struct reach *r, struct run *run)
{
    struct talk_config talk = {
        .timeout_ms = (unsigned)(r->cfg->http_timeout_s * 1000),
        .parallel = TALK_PARALLEL,
        .resolve = on_resolve,
        .allow = on_allow,
        .arg = r,
    };

    return talk_new(&r->talk, &run->loop, &talk);
}

static void add_stats(struct stage *s, struct progress *p)
{
    p->queries += dns_resolver_asked(((struct reach *)s)->resolver);
}

int reach_open(struct reach *r, struct run *run, const struct plan *plan,
               struct snow_error *err)
{
    const struct snow_config *cfg = run->cfg;
    int code;

    *r = (struct reach){ .stage = { .stats = add_stats, .is_done = true },
                         .cfg = cfg,
                         .plan = plan };
    code = dns_resolver_new(
        &r->resolver, &run->loop, plan->servers, plan->n_servers,
        (unsigned)(cfg->dns_timeout_s * 1000), (unsigned)cfg->dns_tries);
    if (!code)
        code = open_http(r, run);
    if (!code)
        code = open_talk(r, run);
    if (code) {
        reach_close(r);
        return snow_fail(err, code, "look-ups cannot be set up");
    }
    run_add(run, &r->stage);
    return 0;
}

void reach_close(struct reach *r)
{
    http_close(r->http);
    talk_close(r->talk);
    dns_resolver_close(r->resolver);
    *r = (struct reach){ 0 };
}
