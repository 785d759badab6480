/*
 * How a question ends: from the cache, by what came, or by nothing that came.
 */
#include "registration/ask.h"

/* Everything that is called from here may ask more, or close the client. */
static void tell(struct registration_ask *a, struct registration_result *r)
{
    struct registration_client *c = a->client;

    if (a->is_claimed && c->cache)
        registration_cache_release(c->cache, a->name);
    a->topic->tell(a, r);
}

void registration_result_init(const struct registration_ask *a,
                              struct registration_result *r, unsigned status)
{
    *r = (struct registration_result){ .status = status };
    a->topic->init(a, r);
}

/* A domain that RDAP is of no use for gets a second try, over WHOIS. */
static bool may_try_whois(const struct registration_ask *a,
                          const struct registration_result *r)
{
    return a->topic == &registration_domain &&
           r->status == SNOW_REGISTRATION_UNKNOWN && !a->first && a->host &&
           a->wire.server.protocol == REGISTRATION_OVER_RDAP &&
           !a->client->routes.no_whois;
}

static bool try_whois(struct registration_ask *a,
                      const struct registration_result *r)
{
    if (!may_try_whois(a, r))
        return false;
    a->first = malloc(sizeof *a->first);
    if (!a->first)
        return false;
    *a->first = *r;
    a->limited = 0;
    registration_queue_push(&a->client->fresh, a);
    registration_client_wake(a->client);
    return true;
}

/* It is over with a server: go on, keep the answer and hand it over. What
 * RDAP said stands where WHOIS has nothing to say at all. */
void registration_ask_settle(struct registration_ask *a,
                             struct registration_result *r)
{
    struct registration_client *c = a->client;
    struct registration_result first;

    if (try_whois(a, r))
        return;
    if (a->first && r->status == SNOW_REGISTRATION_UNKNOWN && !r->has_source) {
        first = *a->first;
        r = &first;
    }
    if (c->cache && r->is_whole)
        a->topic->keep(a, r);
    tell(a, r);
}

/* An answer that nobody gave. */
void registration_ask_settle_alone(struct registration_ask *a, unsigned status)
{
    struct registration_result r;

    registration_result_init(a, &r, status);
    registration_ask_settle(a, &r);
}

bool registration_ask_recall(struct registration_ask *a)
{
    struct registration_client *c = a->client;
    struct registration_result r;
    int code;

    if (!c->cache)
        return false;
    code = a->topic->recall(a, &r);
    if (code == SNOW_EIO) { /* damaged: go on without it */
        registration_cache_close(c->cache);
        c->cache = c->directory.cache = c->routes.cache = NULL;
    }
    if (code)
        return false;
    if (!a->topic->is_inner)
        c->stats.from_cache++;
    tell(a, &r);
    return true;
}
