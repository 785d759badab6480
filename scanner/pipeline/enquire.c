#include "pipeline/enquire.h"

#include <stdlib.h>

#include "base/text.h"
#include "registration/snapshot.h"

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

/** A domain that was fed, among those that are not answered. */
struct fed {
    struct fed *next, **prev;
    struct enquire *all;
    void *owner;
    uint64_t ticket;
};

static void unlink_fed(struct fed *f)
{
    *f->prev = f->next;
    if (f->next)
        f->next->prev = f->prev;
    free(f);
}

static void on_fed_answer(void *arg, const struct snow_registration *r)
{
    struct fed fed = *(struct fed *)arg;
    struct enquire *q = fed.all;

    unlink_fed(arg);
    if (q->stage.is_done)
        return;
    q->open--;
    q->by_status[r->status & 15]++;
    q->answered(q->arg, fed.owner, fed.ticket, r);
    if (q->open == 0 && !q->is_fed)
        end(q, q->code);
}

int enquire_feed(struct enquire *q, const char *domain, void *owner,
                 uint64_t ticket)
{
    struct fed *fed = malloc(sizeof *fed);

    if (!fed)
        return SNOW_ENOMEM;
    *fed = (struct fed){ q->fed, &q->fed, q, owner, ticket };
    if (fed->next)
        fed->next->prev = &fed->next;
    q->fed = fed;
    if (registration_client_ask(q->client, domain, on_fed_answer, fed)) {
        unlink_fed(fed);
        return SNOW_ENOMEM;
    }
    q->n_targets++;
    q->open++;
    return 0;
}

void enquire_over(struct enquire *q)
{
    q->is_fed = false;
    if (q->client && q->open == 0)
        end(q, q->code);
}

/* What is under way may take long at one question a second: a drain does not
 * wait for it, it is asked again by resume. */
static void on_stop(struct stage *s)
{
    end((struct enquire *)s, SNOW_ECANCELED);
}

void enquire_count(const struct enquire *q, struct progress_stage *to)
{
    uint64_t answered = 0;

    to->targets = q->n_targets;
    for (unsigned i = 1; i < COUNT_OF(to->by_status); i++) {
        to->by_status[i] = q->by_status[i];
        answered += q->by_status[i];
    }
    to->pending = to->targets - answered;
    to->is_known = true;
}

static void add_stats(struct stage *s, struct progress *p)
{
    struct enquire *q = (struct enquire *)s;
    struct registration_stats stats;

    registration_client_stats(q->client, &stats);
    p->http_requests += stats.asked_rdap;
    p->whois_questions += stats.asked_whois;
    if (stats.missed) {
        text_copy(p->rdap_missed, sizeof p->rdap_missed, stats.missed);
        text_copy(p->rdap_snapshot, sizeof p->rdap_snapshot,
                  registration_snapshot_date());
    }
    enquire_count(q, &p->registration);
}

bool enquire_is_final(unsigned status, bool is_retry)
{
    return !is_retry || (status != SNOW_REGISTRATION_UNKNOWN &&
                         status != SNOW_REGISTRATION_LIMITED);
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

static int open_client(struct enquire *q, struct snow_error *err)
{
    const struct snow_config *cfg = q->run->cfg;
    char cache[4096];
    struct registration_config registration = {
        .http = q->reach->http,
        .talk = q->reach->talk,
        .no_rdap = cfg->registration == REGISTRATION_WHOIS,
        .no_whois = cfg->registration == REGISTRATION_RDAP,
        .bootstrap = cfg->rdap_bootstrap,
        .servers = (const char *const *)cfg->rdap_servers.at,
        .n_servers = cfg->rdap_servers.n,
        .whois_servers = (const char *const *)cfg->whois_servers.at,
        .n_whois_servers = cfg->whois_servers.n,
        .rate = cfg->registration_rate,
        .cache_path = cache,
        .gate = q->gate,
        .gate_arg = q->gate_arg,
    };

    enquire_cache_path(cache, sizeof cache, cfg);
    return registration_client_new(&q->client, &q->run->loop, &registration,
                                   q->run->clock, err);
}

int enquire_start(struct enquire *q, struct run *run, struct reach *reach,
                  char *const *domains, size_t n, struct snow_error *err)
{
    int code;

    q->run = run;
    q->reach = reach;
    q->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_stop, [STAGE_STOP] = on_stop },
        .stats = add_stats,
    };
    code = open_client(q, err);
    if (code)
        return code;
    run_add(run, &q->stage);
    q->stage.is_done =
        n == 0 && !q->is_fed; /* there may be others to use the client */
    for (size_t i = 0; i < n; i++) {
        if (registration_client_ask(q->client, domains[i], on_answer, q))
            return snow_fail(err, SNOW_ENOMEM, "out of memory");
        q->open++;
    }
    return 0;
}

void enquire_end(struct enquire *q)
{
    registration_client_close(q->client);
    q->client = NULL;
    while (q->fed)
        unlink_fed(q->fed);
}
