#include "pipeline/memo.h"

#define KEY_MAX (DNS_NAME_TEXT_MAX + 2)

struct memo_entry {
    struct memo_entry *next;
    struct memo *memo;
    struct memo_waiter *waiters, **last;
    bool is_known;
    struct analysis_answer answer; /* lies behind one another in `kept` */
    char *kept;
    size_t octets;
    size_t key_len;
    char key[]; /* the type as one octet, the name */
};

struct analysis_answer memo_answer_of(const struct dns_records *r)
{
    return (struct analysis_answer){ .status = r->status,
                                     .names = r->names,
                                     .lens = r->lens,
                                     .preferences = r->preferences,
                                     .n_names = r->n_names,
                                     .addrs = r->addrs,
                                     .n_addrs = r->n_addrs,
                                     .serial = r->serial };
}

static size_t format_key(char out[KEY_MAX], const char *name, unsigned type)
{
    out[0] = (char)type;
    text_copy(out + 1, KEY_MAX - 1, name);
    return 1 + strlen(out + 1);
}

static void free_entry(struct memo_entry *e)
{
    free(e->kept);
    free(e);
}

/* --- what is remembered --- */

/* Copy an answer into one piece of memory: addresses, places of the names,
 * lengths, preferences, octets. */
static int copy_answer(struct memo_entry *e, const struct analysis_answer *a)
{
    size_t n = a->n_names, octets = 0;
    const char **names;
    uint16_t *lens, *preferences;
    char *at;

    for (size_t i = 0; i < n; i++)
        octets += a->lens[i] + 1u;
    octets +=
        a->n_addrs * sizeof *a->addrs + n * (sizeof *names + 2 * sizeof *lens);
    e->kept = malloc(octets + 1);
    if (!e->kept)
        return SNOW_ENOMEM;
    names = (void *)(e->kept + a->n_addrs * sizeof *a->addrs);
    lens = (void *)(names + n);
    preferences = lens + n;
    at = (char *)(preferences + n);
    if (a->n_addrs > 0)
        memcpy(e->kept, a->addrs, a->n_addrs * sizeof *a->addrs);
    for (size_t i = 0; i < n; i++) {
        names[i] = at;
        lens[i] = a->lens[i];
        preferences[i] = a->preferences[i];
        memcpy(at, a->names[i], a->lens[i] + 1u);
        at += a->lens[i] + 1u;
    }
    e->answer = *a;
    e->answer.addrs = (void *)e->kept;
    e->answer.names = names;
    e->answer.lens = lens;
    e->answer.preferences = preferences;
    e->octets = octets;
    return 0;
}

/* What is still waited for stays. */
static void forget(struct memo *m)
{
    struct memo_entry *e = m->first, *next;

    map_fini(&m->index);
    m->index = (struct map){ 0 };
    m->first = NULL;
    m->octets = 0;
    for (; e; e = next) {
        uint64_t *place = NULL;

        next = e->next;
        if (!e->is_known)
            place = map_put(&m->index, e->key, e->key_len);
        if (e->is_known) {
            free_entry(e);
            continue;
        }
        e->next = m->first;
        m->first = e;
        if (place) /* else it is asked again, should somebody want it */
            *place = (uintptr_t)e;
    }
}

/* One that waits for its answer. Entries past the end are not remembered: they
 * are in the list of all, but are not found. */
static struct memo_entry *add_entry(struct memo *m, const char *key, size_t len)
{
    struct memo_entry *e;
    uint64_t *place;

    if (m->index.n >= MEMO_ENTRIES_MAX || m->octets >= MEMO_OCTETS_MAX)
        forget(m);
    e = calloc(1, sizeof *e + len);
    place = e ? map_put(&m->index, key, len) : NULL;
    if (!place) {
        free(e);
        return NULL;
    }
    *place = (uintptr_t)e;
    e->memo = m;
    e->last = &e->waiters;
    e->key_len = len;
    memcpy(e->key, key, len);
    e->next = m->first;
    m->first = e;
    return e;
}

static void set_known(struct memo_entry *e, const struct analysis_answer *a)
{
    static const struct analysis_answer none = { .status = SNOW_PTR_ERROR };

    if (copy_answer(e, a))
        e->answer = none;
    e->is_known = true;
    e->memo->octets += e->octets + sizeof *e + e->key_len;
}

/* --- asking --- */

/* Those who wait are told one after the other; each may ask for more, and
 * thereby make us forget: they are told from the resolver's memory. */
static void on_records(void *arg, const struct dns_records *r)
{
    struct memo_entry *e = arg;
    struct memo_waiter *w = e->waiters;
    struct analysis_answer answer = memo_answer_of(r);

    e->waiters = NULL;
    e->last = &e->waiters;
    set_known(e, &answer);
    while (w) {
        struct memo_waiter *next = w->next;

        w->done(w->arg, &answer);
        w = next;
    }
}

static void add_waiter(struct memo_entry *e, struct memo_waiter *w)
{
    w->next = NULL;
    *e->last = w;
    e->last = &w->next;
}

int memo_ask(struct memo *m, const char *name, unsigned type,
             struct memo_waiter *w, const struct analysis_answer **out)
{
    char key[KEY_MAX];
    size_t len = format_key(key, name, type);
    const uint64_t *place = map_get(&m->index, key, len);
    struct memo_entry *e = place && *place ? (void *)(uintptr_t)*place : NULL;
    int code;

    if (e && e->is_known) {
        *out = &e->answer;
        return 1;
    }
    if (!e) {
        e = add_entry(m, key, len);
        if (!e)
            return SNOW_ENOMEM;
        code = dns_resolver_query(m->resolver, name, type, on_records, e);
        if (code) { /* it stays as one that nobody answers */
            e->answer.status = SNOW_PTR_ERROR;
            e->is_known = true;
            return code;
        }
    }
    add_waiter(e, w);
    return 0;
}

void memo_put(struct memo *m, const char *name, unsigned type,
              const struct analysis_answer *a)
{
    char key[KEY_MAX];
    size_t len = format_key(key, name, type);
    struct memo_entry *e;

    if (map_get(&m->index, key, len))
        return;
    e = add_entry(m, key, len);
    if (e)
        set_known(e, a);
}

void memo_fini(struct memo *m)
{
    struct memo_entry *e = m->first, *next;

    for (; e; e = next) {
        next = e->next;
        free_entry(e);
    }
    map_fini(&m->index);
    *m = (struct memo){ 0 };
}
