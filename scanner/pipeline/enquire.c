#include "pipeline/enquire.h"

#include "base/text.h"

#define HTTP_PARALLEL 32

/* One name for curl: found by the resolver of the scan, never by curl. */
static void on_resolved(void *arg, const struct snow_addr *addrs, size_t n)
{
    http_lookup_done(arg, addrs, n);
}

static void on_resolve(void *arg, const char *host, struct http_lookup *l)
{
    struct enquire *q = arg;

    if (dns_resolver_ask(q->resolver, host, on_resolved, l))
        http_lookup_done(l, NULL, 0);
}

static bool on_allow(void *arg, struct snow_addr a)
{
    struct enquire *q = arg;

    return !snow_ranges_contains(q->plan->reserved, a);
}

static void end(struct enquire *q, int code)
{
    if (!q->stage.is_done)
        run_stage_done(q->run, &q->stage, code);
}

static void on_answer(void *arg, const struct snow_registration *r)
{
    struct enquire *q = arg;

    if (q->stage.is_done)
        return;
    q->open--;
    q->by_status[r->status & 15]++;
    if (!q->code)
        q->code = q->answer(q->arg, r);
    if (q->code || q->open == 0)
        end(q, q->code);
}

/* What is under way may take long at one question a second: a drain does not
 * wait for it, it is asked again by resume. */
static void on_stop(struct stage *s)
{
    end((struct enquire *)s, SNOW_ECANCELED);
}

static void add_stats(struct stage *s, struct progress *p)
{
    struct enquire *q = (struct enquire *)s;
    struct progress_stage *to = &p->registration;
    struct registration_stats stats;
    uint64_t answered = 0;

    registration_client_stats(q->client, &stats);
    p->http_requests += stats.asked;
    to->targets = q->n_targets;
    for (unsigned i = 1; i < COUNT_OF(to->by_status); i++) {
        to->by_status[i] = q->by_status[i];
        answered += q->by_status[i];
    }
    to->pending = to->targets - answered;
    to->is_known = true;
}

void enquire_cache_path(char *out, size_t cap, const struct snow_config *cfg)
{
    const char *base = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (cfg->registration_cache[0])
        text_copy(out, cap, cfg->registration_cache);
    else if (base && *base)
        snprintf(out, cap, "%s/snowline/registration.db", base);
    else if (home && *home)
        snprintf(out, cap, "%s/.cache/snowline/registration.db", home);
    else
        *out = '\0';
}

static int open_http(struct enquire *q, struct snow_error *err)
{
    const struct snow_config *cfg = q->run->cfg;
    struct http_config http = {
        .user_agent = q->user_agent,
        .ca_file = cfg->ca_file[0] ? cfg->ca_file : NULL,
        .timeout_ms = (unsigned)(cfg->http_timeout_s * 1000),
        .parallel = HTTP_PARALLEL,
        .resolve = on_resolve,
        .allow = on_allow,
        .arg = q,
    };

    snprintf(q->user_agent, sizeof q->user_agent, "snowline/%s%s%s%s",
             SNOW_VERSION, cfg->contact[0] ? " (" : "", cfg->contact,
             cfg->contact[0] ? ")" : "");
    if (dns_resolver_new(
            &q->resolver, &q->run->loop, q->plan->servers, q->plan->n_servers,
            (unsigned)(cfg->dns_timeout_s * 1000), (unsigned)cfg->dns_tries) ||
        http_new(&q->http, &q->run->loop, &http))
        return snow_fail(err, SNOW_ENOMEM, "HTTP cannot be set up");
    return 0;
}

static int open_client(struct enquire *q, struct snow_error *err)
{
    const struct snow_config *cfg = q->run->cfg;
    char cache[4096];
    struct registration_config registration = {
        .bootstrap = cfg->rdap_bootstrap,
        .servers = (const char *const *)cfg->rdap_servers.at,
        .n_servers = cfg->rdap_servers.n,
        .rate = cfg->registration_rate,
        .cache_path = cache,
    };

    enquire_cache_path(cache, sizeof cache, cfg);
    return registration_client_new(&q->client, &q->run->loop, q->http,
                                   &registration, q->run->clock, err);
}

int enquire_start(struct enquire *q, struct run *run, const struct plan *plan,
                  char *const *domains, size_t n, struct snow_error *err)
{
    int code;

    q->run = run;
    q->plan = plan;
    q->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_stop, [STAGE_STOP] = on_stop },
        .stats = add_stats,
    };
    if ((code = open_http(q, err)) || (code = open_client(q, err)))
        return code;
    run_add(run, &q->stage);
    for (size_t i = 0; i < n; i++) {
        if (registration_client_ask(q->client, domains[i], on_answer, q))
            return snow_fail(err, SNOW_ENOMEM, "out of memory");
        q->open++;
    }
    if (n == 0)
        end(q, 0);
    return 0;
}

void enquire_end(struct enquire *q)
{
    registration_client_close(q->client);
    http_close(q->http);
    dns_resolver_close(q->resolver);
    q->client = NULL;
    q->http = NULL;
    q->resolver = NULL;
}
