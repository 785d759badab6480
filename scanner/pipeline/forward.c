#include "pipeline/forward.h"

#include "analysis/banner.h"
#include "analysis/forward.h"
#include "base/clock.h"
#include "base/room.h"

#define NAMES_MAX 100000           /* of a scan */
#define REVERSE_NAMES_MAX 4        /* of an address; most have one */
#define NAMED_TEXT_MAX (64u << 20) /* octets of reverse names */

/* --- which names --- */

/* Remember the reverse names of an address; addresses come in order. */
static int remember(struct forward *f, struct snow_addr a, const char *names,
                    unsigned n)
{
    struct forward_named named = { .ipv4 = snow_addr_ipv4(a),
                                   .at = (uint32_t)f->named_text.len };
    void *all;

    if (!snow_addr_is_ipv4(a) || f->named_text.len >= NAMED_TEXT_MAX)
        return 0;
    all = room_for_one(f->named, f->n_named, &f->cap_named, sizeof *f->named);
    if (!all)
        return SNOW_ENOMEM;
    f->named = all;
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

/* Subjects are borrowed by the look-ups: they stay where they are. */
static int add_subject(struct forward *f, const char *name, size_t len)
{
    void *all =
        room_for_one(f->names, f->n_names, &f->cap_names, sizeof *f->names);
    char *copy = all ? strdup(name) : NULL;

    if (all)
        f->names = all;
    if (!copy)
        return SNOW_ENOMEM;
    f->names[f->n_names++] = copy;
    return map_put(&f->seen, copy, len) ? lookups_feed(&f->lookups, copy)
                                        : SNOW_ENOMEM;
}

/* Names are kept in lower case: one has one key. */
static int want(struct forward *f, const char *name)
{
    char key[ANALYSIS_FORWARD_NAME_MAX];
    size_t len = strlen(name);

    if (!analysis_forward_is_fit(name) || f->n_names >= NAMES_MAX)
        return 0;
    for (size_t i = 0; i <= len; i++)
        key[i] = text_lower(name[i]);
    return map_get(&f->seen, key, len) ? 0 : add_subject(f, key, len);
}

static int want_all(struct forward *f, const char *names, unsigned n)
{
    int code = 0;

    for (unsigned i = 0; !code && i < n && i < REVERSE_NAMES_MAX; i++) {
        code = want(f, names);
        names += strlen(names) + 1;
    }
    return code;
}

struct choosing {
    struct forward *forward;
    const struct forward_choice *choice;
};

static bool is_in(const struct snow_ranges *set, struct snow_addr a)
{
    return set && snow_ranges_contains(set, a);
}

static int take_reverse(void *arg, const struct snow_block *block,
                        bool is_closed)
{
    struct choosing *c = arg;
    int code = 0;

    (void)is_closed;
    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++) {
        struct snow_addr a = snow_addr_add(block->first, i);
        const char *names = snow_block_names(block, i);

        if (block->status[i] != SNOW_PTR_NAME)
            continue;
        if (is_in(c->choice->candidates, a))
            code = want_all(c->forward, names, block->n_names[i]);
        else if (is_in(c->choice->greeted, a))
            code = remember(c->forward, a, names, block->n_names[i]);
    }
    return code;
}

int forward_choose(struct forward *f, struct snow_store *s, int64_t scan,
                   const struct forward_choice *choice, struct snow_error *err)
{
    struct choosing c = { f, choice };
    int code = lookups_learn(&f->lookups, s, scan, choice->is_retry, err);

    return code ? code : snow_store_each_block(s, scan, take_reverse, &c, err);
}

int forward_add_known(struct forward *f)
{
    const char *name;
    size_t at = 0, len;
    uint64_t status;
    int code = 0;

    while (!code && map_next(&f->lookups.known, &at, &name, &len, &status))
        code = want(f, name);
    return code;
}

/* What a drain leaves is found by resume: its greetings are stored. */
int forward_take(struct forward *f, const struct snow_probe *p)
{
    char host[BANNER_HOST_MAX];
    const struct forward_named *named = find_named(f, p->addr);
    int code;

    if (f->lookups.is_draining || f->lookups.stage.is_done ||
        analysis_banner_host(host, p->banner, p->banner_len) == 0)
        return 0;
    code = want(f, host);
    return code || !named
               ? code
               : want_all(f, f->named_text.data + named->at, named->n);
}

/* --- asking --- */

/** One name. */
struct asking {
    struct lookup *lookup;
    struct analysis_forward answer;
    unsigned open;
    bool is_broken; /**< it was closed */
};

static void finish(struct asking *k)
{
    struct lookup *l = k->lookup;
    struct buf json = { 0 };
    struct snow_evidence e = {
        .source = "dns",
        .observed_utc_s = clock_utc_s(l->all->run->clock),
    };

    analysis_forward_format_json(&json, &k->answer);
    e.data = json.data;
    e.data_len = json.len;
    lookup_done(l, k->is_broken || json.failed ? NULL : &e);
    buf_fini(&json);
}

static void take(struct asking *k, const struct dns_records *r, uint8_t *status)
{
    *status = r->status;
    k->is_broken |= r->status == SNOW_PTR_PENDING;
    for (size_t i = 0;
         i < r->n_addrs && k->answer.n < COUNT_OF(k->answer.addrs); i++)
        k->answer.addrs[k->answer.n++] = r->addrs[i];
    if (--k->open == 0)
        finish(k);
}

static void on_a(void *arg, const struct dns_records *r)
{
    struct asking *k = arg;

    take(k, r, &k->answer.status);
}

static void on_aaaa(void *arg, const struct dns_records *r)
{
    struct asking *k = arg;

    take(k, r, &k->answer.status6);
}

/* An IPv4 address needs A alone. */
static int start(struct lookup *l)
{
    struct asking *k = l->state;
    struct dns_resolver *r = l->all->reach->resolver;
    int code;

    k->lookup = l;
    k->open = 1;
    code = dns_resolver_query(r, l->subject, DNS_TYPE_A, on_a, k);
    if (!code && plan_has_ipv6(l->all->reach->plan) &&
        dns_resolver_query(r, l->subject, DNS_TYPE_AAAA, on_aaaa, k) == 0)
        k->open++;
    return code;
}

static bool is_failure(const char *json, size_t len)
{
    struct analysis_forward f;

    return analysis_forward_parse_json(&f, json, len) ||
           snow_ptr_status_is_failure(f.status) ||
           snow_ptr_status_is_failure(f.status6);
}

const struct lookups_kind forward_kind = {
    .kind = FORWARD_KIND,
    .progress_at = offsetof(struct progress, forward),
    .parallel = FORWARD_PARALLEL,
    .state_size = sizeof(struct asking),
    .start = start,
    .is_failure = is_failure,
};

bool forward_is_wanted(const struct snow_config *cfg)
{
    return cfg->smtp != SMTP_NONE || cfg->mail == LOOK_CHECK;
}

void forward_init(struct forward *f, lookups_fn answer, void *arg)
{
    *f = (struct forward){
        .lookups = { .kind = &forward_kind, .answer = answer, .arg = arg }
    };
}

void forward_end(struct forward *f)
{
    if (f->lookups.kind)
        lookups_end(&f->lookups);
    map_fini(&f->seen);
    for (size_t i = 0; i < f->n_names; i++)
        free(f->names[i]);
    free(f->names);
    buf_fini(&f->named_text);
    free(f->named);
    *f = (struct forward){ 0 };
}
