/*
 * The stages of one worker, which run as long as it does.
 *
 * Sets      go to the sweep and to the greeting as parts, which tell when they
 *           are done.
 * Names     are fed to the registration client and the look-ups; their answers
 *           find the slot by where the name lies in memory, or by its token.
 * Lost      a slot's memory is used again, its payload's is not: an answer that
 *           comes late finds nobody.
 */
#include "pipeline/crew.h"

#include <stdlib.h>

#include "addr/ranges_text.h"
#include "base/records.h"
#include "base/room.h"
#include "pipeline/shards.h"
#include "pipeline/swept.h"

static int out_of_memory(struct snow_error *err)
{
    return snow_fail(err, SNOW_ENOMEM, "out of memory");
}

/* --- records --- */

static int put(struct crew *c, struct snow_record *r, const struct slot *slot)
{
    r->scan = c->scan->id;
    r->lease = slot->shard.lease;
    return sink_put(c->run->sink, r);
}

static int put_evidence(struct crew *c, const struct snow_evidence *e,
                        const struct slot *slot)
{
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE, .evidence = e };

    return put(c, &r, slot);
}

/* So many items of a slot have their answers. */
static void settle(struct crew *c, struct slot *slot, uint64_t n)
{
    slot->open -= n;
    if (slot->open == 0)
        c->answered(c->arg, slot);
}

/* Whose name this is; NULL: nobody's any more. */
static struct slot *owner_of(const struct crew *c, const char *name)
{
    for (size_t i = 0; i < c->n_slots; i++) {
        struct slot *s = &c->slots[i];

        if (s->what && name >= s->what && name < s->what + s->shard.what_len)
            return s;
    }
    return NULL;
}

/* --- the sweep --- */

static void part_swept(void *arg, struct sweep_part *p)
{
    struct crew *c = arg;
    struct swept *w = (struct swept *)p;
    struct slot *slot = w->slot;

    swept_free(w);
    if (!slot)
        return;
    slot->swept = NULL;
    settle(c, slot, slot->open);
}

static int load_sweep(const struct crew *c, struct load *l,
                      struct snow_store *s, struct snow_error *err)
{
    struct swept_setup setup = { .run = c->run,
                                 .plan = c->plan,
                                 .scan = c->scan,
                                 .shard = &l->shard,
                                 .what = l->what };

    swept_free(l->swept); /* of an attempt that failed */
    return swept_open(&l->swept, &setup, s, err);
}

static int sweep_slot(struct crew *c, struct load *l, struct slot *slot)
{
    struct swept *w = l->swept;
    int code;

    w->slot = slot;
    slot->open = 1;
    code = sweep_add(&c->sweep, &w->part);
    if (code)
        return code;
    slot->swept = w;
    l->swept = NULL;
    return 0;
}

/* --- greetings --- */

static int take_probe(void *arg, const struct snow_probe *p)
{
    struct crew *c = arg;
    struct snow_record r = { .kind = SNOW_RECORD_PROBE, .probe = p };

    return put(c, &r, c->greet.owner);
}

static void part_greeted(void *arg, void *owner)
{
    struct slot *slot = owner;

    settle(arg, slot, slot->open);
}

struct greeted {
    unsigned port;
    const struct snow_ranges *set;
    struct snow_ranges *done;
};

static int take_greeted(void *arg, const struct snow_probe *p)
{
    struct greeted *g = arg;

    if (p->port != g->port || !snow_ranges_contains(g->set, p->addr))
        return 0;
    return snow_ranges_add(g->done, (struct snow_range){ p->addr, p->addr });
}

/* Who is to be greeted, and was not before the shard came to us. */
static int load_probe(const struct crew *c, struct load *l,
                      struct snow_store *s, struct snow_error *err)
{
    struct greeted g = { .port = (unsigned)c->run->cfg->smtp_port };
    int code;

    snow_ranges_free(l->set);
    l->set = NULL;
    if (snow_ranges_new(&l->set) || addr_ranges_parse(l->set, l->what) ||
        snow_ranges_subtract(l->set, c->plan->forbidden) ||
        snow_ranges_new(&g.done))
        return out_of_memory(err);
    g.set = l->set;
    code = l->shard.attempts < 2
               ? 0
               : snow_store_each_probe(s, c->scan->id, take_greeted, &g, err);
    if (!code)
        code = snow_ranges_subtract(l->set, g.done);
    snow_ranges_free(g.done);
    return code;
}

static int greet_slot(struct crew *c, struct load *l, struct slot *slot)
{
    struct snow_ranges *set = l->set;

    slot->open = snow_ranges_count(set);
    if (slot->open == 0) {
        c->answered(c->arg, slot);
        return 0;
    }
    l->set = NULL;
    return greet_add(&c->greet, set, slot, c->scan->seed);
}

/* --- registrations --- */

static void take_registration(void *arg, void *owner, uint64_t ticket,
                              const struct snow_registration *r)
{
    struct crew *c = arg;
    struct slot *slot = owner;
    struct buf json = { 0 };
    struct snow_evidence e;

    if ((uint64_t)slot->shard.lease.token != ticket)
        return;
    if (record_registration_evidence(&e, &json, r) || put_evidence(c, &e, slot))
        c->enquire.code = SNOW_ENOMEM;
    else
        settle(c, slot, 1);
    buf_fini(&json);
}

/* --- look-ups --- */

static int take_evidence(struct crew *c, const struct lookups *l,
                         const struct snow_evidence *e)
{
    const struct slot *slot = owner_of(c, l->subject);

    return slot ? put_evidence(c, e, slot) : 0;
}

static int take_forward(void *arg, const struct snow_evidence *e)
{
    struct crew *c = arg;

    return take_evidence(c, &c->forward, e);
}

static int take_kind(void *arg, const struct snow_evidence *e)
{
    struct crew *c = arg;
    size_t i = 0;

    while (i + 1 < c->kinds.n &&
           strcmp(c->kinds.of[i].kind->kind, e->kind) != 0)
        i++;
    return take_evidence(c, &c->kinds.of[i], e);
}

static void settled(void *arg, const char *subject)
{
    struct slot *slot = owner_of(arg, subject);

    if (slot)
        settle(arg, slot, 1);
}

/* The evidence that the names of a shard lead to; NULL: there is no more. */
static const char *evidence_kind(const struct crew *c,
                                 enum snow_shard_kind kind, size_t i)
{
    if (kind == SNOW_SHARD_REGISTRATION)
        return i == 0 ? "registration" : NULL;
    if (kind == SNOW_SHARD_FORWARD)
        return i == 0 ? FORWARD_KIND : NULL;
    return i < c->kinds.n ? c->kinds.of[i].kind->kind : NULL;
}

static int take_known(void *arg, const struct snow_evidence *e)
{
    return map_put(arg, e->subject, strlen(e->subject)) ? 0 : SNOW_ENOMEM;
}

/* What was answered before the shard came to us. */
static int load_names(const struct crew *c, struct load *l,
                      struct snow_store *s, struct snow_error *err)
{
    const char *kind;
    int code = 0;

    if (l->shard.attempts < 2)
        return 0;
    for (size_t i = 0; !code && (kind = evidence_kind(c, l->shard.kind, i));
         i++)
        code = snow_store_each_evidence(s, c->scan->id, kind, take_known,
                                        &l->known[i], err);
    return code;
}

static int ask(struct crew *c, struct slot *slot, size_t i, const char *name)
{
    if (slot->shard.kind == SNOW_SHARD_REGISTRATION)
        return enquire_feed(&c->enquire, name, slot,
                            (uint64_t)slot->shard.lease.token);
    return lookups_feed(
        slot->shard.kind == SNOW_SHARD_FORWARD ? &c->forward : &c->kinds.of[i],
        name);
}

/* Every name of a shard, for every kind of evidence that is not known. */
static int each_name(struct crew *c, const struct load *l, struct slot *slot,
                     bool is_asked)
{
    const char *name;
    int code = 0;

    for (size_t i = 0; evidence_kind(c, slot->shard.kind, i); i++)
        for (size_t at = 0;
             !code && (name = shards_next_name(slot->what, slot->shard.what_len,
                                               &at));) {
            if (map_get(&l->known[i], name, strlen(name)))
                continue;
            if (is_asked)
                code = ask(c, slot, i, name);
            else
                slot->open++;
        }
    return code;
}

static int feed_slot(struct crew *c, struct load *l, struct slot *slot)
{
    char **more =
        room_for_one(c->texts, c->n_texts, &c->cap_texts, sizeof *more);

    if (!more)
        return SNOW_ENOMEM;
    c->texts = more;
    more[c->n_texts++] = slot->what = l->what;
    l->what = NULL;
    each_name(c, l, slot, false);
    if (slot->open > 0)
        return each_name(c, l, slot, true);
    c->answered(c->arg, slot);
    return 0;
}

/* --- networks: one shard, one stage --- */

static int take_network(void *arg, const struct snow_evidence *e)
{
    struct crew *c = arg;

    return c->netblock_slot ? put_evidence(c, e, c->netblock_slot) : 0;
}

static int load_netblock(const struct crew *c, struct load *l,
                         struct snow_store *s, struct snow_error *err)
{
    struct netblock *n = (struct netblock *)(uintptr_t)&c->netblock;
    int code;

    netblock_end(n);
    *n = (struct netblock){ .answer = take_network,
                            .arg = (void *)(uintptr_t)c };
    snow_ranges_free(l->set);
    l->set = NULL;
    if (snow_ranges_new(&l->set))
        return out_of_memory(err);
    code = addr_ranges_parse(l->set, l->what);
    return code ? code
                : netblock_choose(n, l->set, s, c->scan->id, l->shard.is_retry,
                                  err);
}

static int netblock_slot(struct crew *c, struct slot *slot)
{
    c->has_netblock = true;
    c->netblock_slot = slot;
    slot->open = 1;
    netblock_start(&c->netblock, c->run, c->enquire.client);
    return 0;
}

static void look_at_netblock(struct crew *c)
{
    struct slot *slot = c->netblock_slot;

    if (!slot || !c->netblock.stage.is_done || c->netblock.stage.code)
        return;
    c->netblock_slot = NULL;
    settle(c, slot, 1);
}

/* --- shards --- */

bool crew_wants(const struct crew *c, enum snow_shard_kind kind)
{
    if (kind == SNOW_SHARD_SWEEP || kind == SNOW_SHARD_WALK)
        return c->sweep.engine && sweep_wants_part(&c->sweep);
    if (kind == SNOW_SHARD_PROBE)
        return c->greet.engine && greet_wants_part(&c->greet);
    if (kind == SNOW_SHARD_NETBLOCK)
        return !c->has_netblock;
    return true;
}

int crew_load(const struct crew *c, struct load *l, struct snow_store *s,
              struct snow_error *err)
{
    switch (l->shard.kind) {
    case SNOW_SHARD_SWEEP:
    case SNOW_SHARD_WALK:
        return load_sweep(c, l, s, err);
    case SNOW_SHARD_PROBE:
        return load_probe(c, l, s, err);
    case SNOW_SHARD_NETBLOCK:
        return load_netblock(c, l, s, err);
    case SNOW_SHARD_REGISTRATION:
    case SNOW_SHARD_DOMAIN:
    case SNOW_SHARD_FORWARD:
        return load_names(c, l, s, err);
    default:
        return 0;
    }
}

void crew_unload(struct load *l)
{
    swept_free(l->swept);
    snow_ranges_free(l->set);
    for (size_t i = 0; i < KINDS_MAX; i++)
        map_fini(&l->known[i]);
    free(l->what);
    *l = (struct load){ .what = NULL };
}

int crew_take(struct crew *c, struct load *l, struct slot *slot)
{
    switch (l->shard.kind) {
    case SNOW_SHARD_SWEEP:
    case SNOW_SHARD_WALK:
        return sweep_slot(c, l, slot);
    case SNOW_SHARD_PROBE:
        return greet_slot(c, l, slot);
    case SNOW_SHARD_NETBLOCK:
        return netblock_slot(c, slot);
    default:
        return feed_slot(c, l, slot);
    }
}

void crew_drop(struct crew *c, struct slot *slot)
{
    if (slot->swept) {
        slot->swept->slot = NULL;
        sweep_drop(&c->sweep, &slot->swept->part);
    }
    greet_drop(&c->greet, slot);
    if (c->netblock_slot == slot)
        c->netblock_slot = NULL;
}

/* --- the crew --- */

static int start_engines(struct crew *c, struct snow_error *err)
{
    const struct snow_config *cfg = c->run->cfg;
    int code = 0;

    c->sweep = (struct sweep){ .is_fed = true,
                               .is_paused = c->plan->dns_rate > 0,
                               .answer = swept_answer,
                               .pruned = swept_pruned,
                               .keep = swept_keep,
                               .part_done = part_swept,
                               .part_arg = c };
    c->greet = (struct greet){ .is_fed = true,
                               .is_paused = cfg->smtp_rate > 0,
                               .answer = take_probe,
                               .part_done = part_greeted,
                               .arg = c };
    if (cfg->imported.n == 0)
        code = sweep_start(&c->sweep, c->run, c->plan, err);
    if (!code && cfg->smtp != SMTP_NONE) {
        c->own_name = own_name_watch(c->run, c->plan);
        code = greet_start(&c->greet, c->run, NULL, c->scan->seed, err);
    }
    return code;
}

static void feed(struct crew *c, struct lookups *l)
{
    l->is_fed = true;
    l->settled = settled;
    l->arg = c;
}

static int start_lookups(struct crew *c, struct snow_error *err)
{
    kinds_init(&c->kinds, c->run->cfg, take_kind, c);
    for (size_t i = 0; i < c->kinds.n; i++)
        feed(c, &c->kinds.of[i]);
    c->forward =
        (struct lookups){ .kind = &forward_kind, .answer = take_forward };
    feed(c, &c->forward);
    if (kinds_start(&c->kinds, c->run, &c->reach, err))
        return SNOW_ENOMEM;
    return lookups_start(&c->forward, c->run, &c->reach, err);
}

int crew_start(struct crew *c, struct snow_error *err)
{
    int code = start_engines(c, err);

    c->enquire = (struct enquire){ .is_fed = true,
                                   .answered = take_registration,
                                   .arg = c,
                                   .gate = hosts_gate,
                                   .gate_arg = &c->hosts };
    if (!code)
        code = reach_open(&c->reach, c->run, c->plan, err);
    if (!code)
        code = enquire_start(&c->enquire, c->run, &c->reach, NULL, 0, err);
    c->hosts.client = c->enquire.client;
    return code ? code : start_lookups(c, err);
}

void crew_share(struct crew *c, double share)
{
    if (c->plan->dns_rate > 0)
        sweep_set_rate(&c->sweep, share * c->plan->dns_rate);
    if (c->run->cfg->smtp_rate > 0)
        greet_set_rate(&c->greet, share * c->run->cfg->smtp_rate);
}

void crew_tick(struct crew *c)
{
    hosts_tick(&c->hosts);
    look_at_netblock(c);
}

void crew_over(struct crew *c)
{
    sweep_over(&c->sweep);
    greet_over(&c->greet);
    enquire_over(&c->enquire);
    for (size_t i = 0; i < c->kinds.n; i++)
        lookups_over(&c->kinds.of[i]);
    lookups_over(&c->forward);
}

static void end_parts(struct crew *c)
{
    struct sweep_part *left[SWEEP_PARTS];

    memcpy(left, c->sweep.parts, sizeof left);
    sweep_end(&c->sweep);
    for (size_t i = 0; i < SWEEP_PARTS; i++)
        swept_free((struct swept *)left[i]);
}

void crew_end(struct crew *c)
{
    own_name_close(c->own_name);
    end_parts(c);
    greet_end(&c->greet);
    netblock_end(&c->netblock);
    enquire_end(&c->enquire);
    c->hosts.client = NULL;
    kinds_stop(&c->kinds);
    lookups_stop(&c->forward);
    if (c->reach.cfg)
        reach_close(&c->reach);
    kinds_end(&c->kinds);
    if (c->forward.kind)
        lookups_end(&c->forward);
    for (size_t i = 0; i < c->n_texts; i++)
        free(c->texts[i]);
    free(c->texts);
}
