#include "pipeline/forward.h"

#include "analysis/banner.h"
#include "analysis/forward.h"
#include "base/clock.h"
#include "dns/answer.h"

#define NAMES_MAX 100000           /* of a scan */
#define REVERSE_NAMES_MAX 4        /* of an address; most have one */
#define NAMED_TEXT_MAX (64u << 20) /* octets of reverse names */

/* --- which names --- */

int forward_knows(struct forward *f, const char *name)
{
    return map_put(&f->known, name, strlen(name)) ? 0 : SNOW_ENOMEM;
}

static bool reserve_named(struct forward *f)
{
    size_t cap = f->cap_named ? 2 * f->cap_named : 256;
    struct forward_named *named;

    if (f->n_named < f->cap_named)
        return true;
    named = realloc(f->named, cap * sizeof *named);
    if (!named)
        return false;
    f->named = named;
    f->cap_named = cap;
    return true;
}

int forward_name(struct forward *f, struct snow_addr a, const char *names,
                 unsigned n)
{
    struct forward_named named = { .ipv4 = snow_addr_ipv4(a),
                                   .at = (uint32_t)f->named_text.len };

    if (!snow_addr_is_ipv4(a) || f->named_text.len >= NAMED_TEXT_MAX)
        return 0;
    if (!reserve_named(f))
        return SNOW_ENOMEM;
    for (; named.n < n && named.n < REVERSE_NAMES_MAX; named.n++) {
        size_t len = strlen(names) + 1;

        buf_add(&f->named_text, names, len);
        names += len;
    }
    f->named[f->n_named++] = named;
    return f->named_text.failed ? SNOW_ENOMEM : 0;
}

static int compare_named(const void *key, const void *entry)
{
    uint32_t a = *(const uint32_t *)key;
    uint32_t b = ((const struct forward_named *)entry)->ipv4;

    return (a > b) - (a < b);
}

static const struct forward_named *find_named(const struct forward *f,
                                              struct snow_addr a)
{
    uint32_t ipv4 = snow_addr_ipv4(a);

    if (f->n_named == 0 || !snow_addr_is_ipv4(a))
        return NULL;
    return bsearch(&ipv4, f->named, f->n_named, sizeof *f->named,
                   compare_named);
}

/* Names are kept in lower case: one has one key. */
static int want(struct forward *f, const char *name)
{
    char key[FORWARD_NAME_MAX];
    size_t len = strlen(name);

    if (!analysis_forward_is_fit(name) || f->known.n >= NAMES_MAX)
        return 0;
    for (size_t i = 0; i <= len; i++)
        key[i] = text_lower(name[i]);
    if (map_get(&f->known, key, len))
        return 0;
    buf_add(&f->queue, key, len + 1);
    return f->queue.failed ? SNOW_ENOMEM : forward_knows(f, key);
}

static void pump(struct forward *f);

int forward_take(struct forward *f, const struct snow_probe *p)
{
    char host[BANNER_HOST_MAX];
    const struct forward_named *named = find_named(f, p->addr);
    const char *name = named ? f->named_text.data + named->at : NULL;
    int code;

    if (f->is_draining || f->stage.is_done ||
        analysis_banner_host(host, p->banner, p->banner_len) == 0)
        return 0;
    code = want(f, host);
    for (uint32_t i = 0; !code && named && i < named->n; i++) {
        code = want(f, name);
        name += strlen(name) + 1;
    }
    if (!code)
        pump(f);
    return code;
}

bool forward_is_due(const struct forward *f)
{
    return f->queue_at < f->queue.len;
}

/* --- asking --- */

static void end(struct forward *f, int code)
{
    if (!f->stage.is_done)
        run_stage_done(f->run, &f->stage, code);
}

static int keep(struct forward *f, const char *name,
                const struct dns_records *r)
{
    struct analysis_forward answer = { .status = r->status };
    struct buf json = { 0 };
    struct snow_evidence e = { .subject = name,
                               .kind = FORWARD_KIND,
                               .source = "dns",
                               .observed_utc_s = clock_utc_s(f->run->clock) };
    int code = SNOW_ENOMEM;

    for (size_t i = 0; i < r->n_addrs && i < ANALYSIS_FORWARD_MAX; i++)
        answer.addrs[answer.n++] = r->addrs[i];
    analysis_forward_format_json(&json, &answer);
    e.data = json.data;
    e.data_len = json.len;
    if (!json.failed)
        code = f->answer(f->arg, &e);
    buf_fini(&json);
    return code;
}

static void on_records(void *arg, const struct dns_records *r)
{
    struct forward_slot *slot = arg;
    struct forward *f = slot->forward;
    int code;

    if (f->stage.is_done)
        return;
    code = keep(f, slot->name, r);
    slot->next = f->free;
    f->free = slot;
    f->open--;
    if (code)
        end(f, code);
    pump(f);
}

static int ask_next(struct forward *f)
{
    const char *name = f->queue.data + f->queue_at;
    struct forward_slot *slot = f->free;
    int code;

    text_copy(slot->name, sizeof slot->name, name);
    code = dns_resolver_query(f->resolver, slot->name, DNS_TYPE_A, on_records,
                              slot);
    if (code)
        return code;
    f->free = slot->next;
    f->open++;
    f->queue_at += strlen(name) + 1;
    return 0;
}

/* What a drain leaves is found by resume: its greetings are stored. */
static void pump(struct forward *f)
{
    int code = 0;

    if (!f->resolver || f->stage.is_done)
        return;
    while (!code && f->free && !f->is_draining && forward_is_due(f) &&
           !run_must_wait(f->run))
        code = ask_next(f);
    if (code)
        end(f, code);
    else if (f->open == 0 && f->is_draining)
        end(f, SNOW_ECANCELED);
    else if (f->open == 0 && f->is_over && !forward_is_due(f))
        end(f, 0);
}

void forward_over(struct forward *f)
{
    f->is_over = true;
    pump(f);
}

static void on_drain(struct stage *s)
{
    struct forward *f = (struct forward *)s;

    f->is_draining = true;
    pump(f);
}

static void on_stop(struct stage *s)
{
    end((struct forward *)s, SNOW_ECANCELED);
}

static void on_kick(struct stage *s)
{
    pump((struct forward *)s);
}

static void add_stats(struct stage *s, struct progress *p)
{
    p->queries += dns_resolver_asked(((struct forward *)s)->resolver);
}

int forward_start(struct forward *f, struct run *run, const struct plan *plan,
                  struct snow_error *err)
{
    const struct snow_config *cfg = run->cfg;

    f->run = run;
    f->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_drain,
                [STAGE_STOP] = on_stop,
                [STAGE_KICK] = on_kick },
        .stats = add_stats,
    };
    for (size_t i = 0; i < FORWARD_PARALLEL; i++) {
        f->slots[i] = (struct forward_slot){ .forward = f, .next = f->free };
        f->free = &f->slots[i];
    }
    if (dns_resolver_new(&f->resolver, &run->loop, plan->servers,
                         plan->n_servers, (unsigned)(cfg->dns_timeout_s * 1000),
                         (unsigned)cfg->dns_tries))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    run_add(run, &f->stage);
    pump(f);
    return 0;
}

void forward_end(struct forward *f)
{
    f->stage.is_done = true; /* what closing tells is no answer */
    dns_resolver_close(f->resolver);
    f->resolver = NULL;
    map_fini(&f->known);
    buf_fini(&f->queue);
    buf_fini(&f->named_text);
    free(f->named);
    f->named = NULL;
    f->n_named = 0;
}
