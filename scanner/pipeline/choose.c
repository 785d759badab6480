#include "pipeline/choose.h"

#include <stdlib.h>

#include "addr/ranges_text.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/records.h"
#include "base/room.h"
#include "pipeline/enquire.h"
#include "pipeline/forward.h"
#include "pipeline/greet.h"
#include "pipeline/kinds.h"
#include "pipeline/netblock.h"
#include "pipeline/scan.h"
#include "pipeline/shards.h"
#include "pipeline/whom.h"

#define DOMAINS_OF_SHARD 128
#define NAMES_OF_SHARD 256

/** A choice in the making. */
struct choice {
    const struct choose *of;
    const struct snow_shard *shard;
    struct snow_store *store;
    struct snow_candidates candidates;
    struct shards next;
};

static int out_of_memory(struct snow_error *err)
{
    return snow_fail(err, SNOW_ENOMEM, "out of memory");
}

/* --- whom to greet --- */

struct greeted {
    const struct choice *choice;
    struct snow_ranges *done;
};

static int take_greeted(void *arg, const struct snow_probe *p)
{
    struct greeted *g = arg;

    if (p->port != g->choice->of->cfg->smtp_port ||
        !greet_is_final(p, g->choice->shard->is_retry))
        return 0;
    return snow_ranges_add(g->done, (struct snow_range){ p->addr, p->addr });
}

static int find_greeted(const struct choice *c, struct snow_ranges *to_greet,
                        struct snow_error *err)
{
    int64_t scan = c->of->scan->id;
    struct whom whom = { c->of->cfg, c->of->plan->ipv4, c->candidates.addrs,
                         c->of->plan->forbidden };
    struct greeted g = { .choice = c };
    int code = whom_choose(to_greet, &whom, c->store, scan, err);

    if (!code && snow_ranges_new(&g.done))
        code = out_of_memory(err);
    if (!code)
        code = snow_store_each_probe(c->store, scan, take_greeted, &g, err);
    if (!code)
        code = snow_ranges_subtract(to_greet, g.done);
    snow_ranges_free(g.done);
    return code;
}

static int add_probes(struct choice *c, struct snow_error *err)
{
    struct snow_ranges *to_greet;
    int code;

    if (c->of->cfg->smtp == SMTP_NONE)
        return 0;
    if (snow_ranges_new(&to_greet))
        return out_of_memory(err);
    code = find_greeted(c, to_greet, err);
    if (!code)
        code = shards_cut(&c->next, SNOW_SHARD_PROBE, to_greet,
                          SHARDS_PROBE_LEAST, SHARDS_PROBE_MOST);
    snow_ranges_free(to_greet);
    return code;
}

/* --- whose registrations to ask for --- */

/** A domain, and the host in whose queue it will be. */
struct queued {
    const char *domain;
    char host[SNOW_DOMAIN_MAX];
};

struct asked {
    const struct choice *choice;
    struct map known;
    struct queued *at; /**< [n] */
    size_t n, cap;
};

static int take_known(void *arg, const struct snow_evidence *e)
{
    struct asked *a = arg;
    struct snow_registration r;

    if (record_registration_parse_json(&r, e->data, e->data_len) ||
        !enquire_is_final(r.status, a->choice->shard->is_retry))
        return 0;
    return map_put(&a->known, e->subject, strlen(e->subject)) ? 0 : SNOW_ENOMEM;
}

/* By TLD: all of one is at one host, as a rule. */
static void find_queue(char *out, const char *domain)
{
    const char *dot = strrchr(domain, '.');

    text_copy(out, SNOW_DOMAIN_MAX, dot ? dot : domain);
}

static int queue(struct asked *a, char *const *domains, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct queued *more;

        if (map_get(&a->known, domains[i], strlen(domains[i])))
            continue;
        more = room_for_one(a->at, a->n, &a->cap, sizeof *more);
        if (!more)
            return SNOW_ENOMEM;
        a->at = more;
        more[a->n].domain = domains[i];
        find_queue(more[a->n++].host, domains[i]);
    }
    return 0;
}

static int by_host(const void *a, const void *b)
{
    const struct queued *x = a, *y = b;
    int order = strcmp(x->host, y->host);

    return order ? order : strcmp(x->domain, y->domain);
}

/* A host's whole queue is one shard: who has it keeps to the host's pace. */
static int cut_queues(struct asked *a, struct shards *to)
{
    const char **names = calloc(a->n + 1, sizeof *names);
    int code = names ? 0 : SNOW_ENOMEM;

    for (size_t first = 0, i = 0; !code && i < a->n; i++) {
        names[i] = a->at[i].domain;
        if (i + 1 < a->n && strcmp(a->at[i].host, a->at[i + 1].host) == 0)
            continue;
        code = shards_cut_names(to, SNOW_SHARD_REGISTRATION, names + first,
                                i + 1 - first, SIZE_MAX);
        first = i + 1;
    }
    free(names);
    return code;
}

static int add_registrations(struct choice *c, struct snow_error *err)
{
    const struct snow_candidates *of = &c->candidates;
    struct asked a = { .choice = c };
    int code;

    if (c->of->cfg->registration == REGISTRATION_NONE)
        return 0;
    code = snow_store_each_evidence(c->store, c->of->scan->id, "registration",
                                    take_known, &a, err);
    if (!code && (queue(&a, of->domains, of->n_domains) ||
                  queue(&a, of->background, of->n_background)))
        code = out_of_memory(err);
    if (!code && a.n > 0) {
        qsort(a.at, a.n, sizeof *a.at, by_host);
        code = cut_queues(&a, &c->next);
    }
    map_fini(&a.known);
    free(a.at);
    return code;
}

/* --- the rest --- */

static int add_domains(struct choice *c)
{
    const struct snow_candidates *of = &c->candidates;

    if (kinds_are_none(c->of->cfg))
        return 0;
    return shards_cut_names(&c->next, SNOW_SHARD_DOMAIN,
                            (const char *const *)of->domains, of->n_domains,
                            DOMAINS_OF_SHARD);
}

static int add_sets(struct choice *c)
{
    const struct snow_ranges *addrs = c->candidates.addrs;
    int code = 0;

    if (netblock_is_wanted(c->of->cfg) && snow_ranges_n(addrs) > 0)
        code = shards_add_set(&c->next, SNOW_SHARD_NETBLOCK, 0, addrs);
    if (!code && forward_is_wanted(c->of->cfg))
        code = shards_add_set(&c->next, SNOW_SHARD_FOLLOW, SNOW_SHARD_FOLLOW,
                              addrs);
    return code;
}

/* --- kept together: the shards, and that they are chosen --- */

/* Has somebody else got the lease by now, then it is for them to do. */
static int keep(const struct choose *of, const struct snow_shard *shard,
                struct shards *next, struct snow_store *s,
                struct snow_error *err)
{
    struct snow_record r = { .kind = SNOW_RECORD_FINISHED,
                             .scan = of->scan->id,
                             .lease = shard->lease };
    bool is_held = false, is_end = shard->kind == SNOW_SHARD_FINISH;
    int code = snow_store_begin(s, err);

    if (code)
        return code;
    code = snow_store_fence(s, &shard->lease, 1, of->lease_s, &is_held, err);
    if (!code && is_held && next)
        code = shards_put(next, s, of->scan->id, err);
    if (!code && is_held && is_end)
        code = snow_store_finish_scan(s, of->scan->id,
                                      clock_utc_s(&clock_system), err);
    if (!code && is_held)
        code = snow_store_put(s, &r, err);
    if (!code)
        code = snow_store_commit(s, err);
    if (code)
        snow_store_rollback(s);
    return code;
}

bool choose_is_due(const struct snow_config *cfg)
{
    return cfg->smtp != SMTP_NONE || cfg->registration != REGISTRATION_NONE ||
           !kinds_are_none(cfg);
}

int choose_candidates(const struct choose *of, const struct snow_shard *shard,
                      struct snow_store *s, struct snow_error *err)
{
    struct choice c = { .of = of, .shard = shard, .store = s };
    struct snow_analysis_config analysis;
    int code;

    c.next.is_retry = shard->is_retry;
    scan_analysis_config(&analysis, of->cfg, of->scan);
    code =
        snow_candidates_choose(&c.candidates, s, of->scan->id, &analysis, err);
    if (!code && !(code = add_probes(&c, err)))
        code = add_registrations(&c, err);
    if (!code && (add_domains(&c) || add_sets(&c)))
        code = out_of_memory(err);
    if (!code)
        code = keep(of, shard, &c.next, s, err);
    snow_candidates_fini(&c.candidates);
    shards_fini(&c.next);
    return code;
}

/** What is known of whom. */
struct following {
    struct forward forward;
    struct snow_ranges *candidates, *greeted;
};

static int take_address(void *arg, const struct snow_probe *p)
{
    return snow_ranges_add(arg, (struct snow_range){ p->addr, p->addr });
}

static int take_greeting(void *arg, const struct snow_probe *p)
{
    return forward_take(arg, p);
}

static int follow(struct following *f, const struct choose *of,
                  const struct snow_shard *shard, struct snow_store *s,
                  struct snow_error *err)
{
    struct forward_choice choice = { .is_retry = shard->is_retry };
    int64_t scan = of->scan->id;
    char *what = strndup(shard->what, shard->what_len);
    int code = what ? addr_ranges_parse(f->candidates, what) : SNOW_ENOMEM;

    free(what);
    if (of->cfg->mail == LOOK_CHECK)
        choice.candidates = f->candidates;
    choice.greeted = f->greeted;
    if (!code)
        code = snow_store_each_probe(s, scan, take_address, f->greeted, err);
    if (!code)
        code = forward_choose(&f->forward, s, scan, &choice, err);
    if (!code)
        code = snow_store_each_probe(s, scan, take_greeting, &f->forward, err);
    return code;
}

int choose_names(const struct choose *of, const struct snow_shard *shard,
                 struct snow_store *s, struct snow_error *err)
{
    struct following f = { .candidates = NULL };
    struct shards next = { .is_retry = shard->is_retry };
    const struct lookups *l = &f.forward.lookups;
    int code;

    forward_init(&f.forward, NULL, NULL);
    if (snow_ranges_new(&f.candidates) || snow_ranges_new(&f.greeted))
        code = out_of_memory(err);
    else
        code = follow(&f, of, shard, s, err);
    if (!code && shards_cut_names(&next, SNOW_SHARD_FORWARD, l->subjects, l->n,
                                  NAMES_OF_SHARD))
        code = out_of_memory(err);
    if (!code)
        code = keep(of, shard, &next, s, err);
    forward_end(&f.forward);
    snow_ranges_free(f.candidates);
    snow_ranges_free(f.greeted);
    shards_fini(&next);
    return code;
}

int choose_end(const struct choose *of, const struct snow_shard *shard,
               struct snow_store *s, struct snow_error *err)
{
    return keep(of, shard, NULL, s, err);
}
