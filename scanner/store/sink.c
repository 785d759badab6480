#include "store/sink.h"

#include <uv.h>

#include "base/text.h"

#define BATCH_BOUND (4u << 20)
#define STRINGS 6 /* of a probe; evidence has four */

/** A record in a batch; its octets follow, padded to eight. */
struct entry {
    size_t len; /**< of entry and octets */
    enum snow_record_kind kind;
    int64_t scan;
    struct snow_addr addr; /**< of a block */
    struct snow_probe probe;
    int64_t observed_utc_s;
    size_t lens[STRINGS]; /**< of the strings that follow */
};

/** One outcome of a block in a batch; its names follow. */
struct outcome {
    uint8_t i, status, n_names;
    uint32_t seen_utc_s;
    uint32_t names_len;
};

struct sink {
    struct snow_store *store;
    sink_fn drained;
    void *arg;
    uv_async_t wake; /**< the writer tells the loop */
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t cond;
    struct buf batches[2];
    unsigned filling; /**< index of the loop's batch */
    bool wants_flush;

    /* shared, under the mutex */
    bool is_busy, is_ending;
    struct snow_error error;

    struct snow_block scratch; /**< the writer's */
};

/* --- into the batch, on the loop --- */

static void pad(struct buf *b)
{
    static const char zeros[8];

    buf_add(b, zeros, (8 - b->len % 8) % 8);
}

static void add_block(struct buf *b, const struct snow_block *block)
{
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        struct outcome o = { .i = (uint8_t)i,
                             .status = block->status[i],
                             .n_names = block->n_names[i],
                             .seen_utc_s = block->seen_utc_s[i] };
        const char *names = snow_block_names(block, i);

        if (o.status == SNOW_PTR_PENDING)
            continue;
        for (unsigned k = 0; k < o.n_names; k++)
            o.names_len += (uint32_t)strlen(names + o.names_len) + 1;
        buf_add(b, &o, sizeof o);
        buf_add(b, names, o.names_len);
    }
}

static void add_name(struct buf *b, const struct snow_name *name)
{
    size_t len = 0;

    for (unsigned i = 0; i < name->n_names; i++)
        len += strlen(name->names + len) + 1;
    buf_add(b, name, sizeof *name);
    buf_add(b, name->names, len);
}

static void add_walk(struct buf *b, const struct snow_walk *walk)
{
    buf_add(b, walk, sizeof *walk);
    buf_add(b, walk->nodes, walk->n_nodes * sizeof *walk->nodes);
}

static void add_strings(struct buf *b, struct entry *e,
                        const char *const strings[STRINGS])
{
    for (int i = 0; i < STRINGS; i++) {
        buf_add(b, strings[i], e->lens[i]);
        buf_add_char(b, '\0');
    }
}

static void add_probe(struct buf *b, struct entry *e)
{
    const struct snow_probe *p = &e->probe;
    const char *strings[STRINGS] = { p->banner,       p->hello,
                                     p->capabilities, p->tls.subject,
                                     p->tls.names,    p->tls.issuer };

    e->lens[0] = p->banner_len;
    e->lens[1] = p->hello_len;
    e->lens[2] = p->capabilities_len;
    e->lens[3] = p->tls.subject_len;
    e->lens[4] = p->tls.names_len;
    e->lens[5] = p->tls.issuer_len;
    add_strings(b, e, strings);
}

static void add_evidence(struct buf *b, struct entry *e,
                         const struct snow_evidence *v)
{
    const char *strings[STRINGS] = { v->subject, v->kind, v->source, v->data };

    for (int i = 0; i < 3; i++)
        e->lens[i] = strlen(strings[i]);
    e->lens[3] = v->data_len;
    e->observed_utc_s = v->observed_utc_s;
    add_strings(b, e, strings);
}

static void add_octets(struct buf *b, struct entry *e,
                       const struct snow_record *r)
{
    switch (r->kind) {
    case SNOW_RECORD_BLOCK:
    case SNOW_RECORD_TAIL:
        e->addr = r->block->first;
        add_block(b, r->block);
        break;
    case SNOW_RECORD_PROBE:
        e->probe = *r->probe;
        add_probe(b, e);
        break;
    case SNOW_RECORD_EVIDENCE:
        add_evidence(b, e, r->evidence);
        break;
    case SNOW_RECORD_NAME:
        add_name(b, r->name);
        break;
    case SNOW_RECORD_WALK:
        add_walk(b, r->walk);
        break;
    case SNOW_RECORD_FINISHED:
    case SNOW_RECORD_COMPLAINT: /* refused by keep() */
        break;
    }
}

int sink_put(struct sink *k, const struct snow_record *r)
{
    struct buf *b = &k->batches[k->filling];
    struct entry e = { .kind = r->kind, .scan = r->scan };
    size_t at = b->len;

    buf_add(b, &e, sizeof e);
    add_octets(b, &e, r);
    pad(b);
    if (b->failed)
        return SNOW_ENOMEM;
    e.len = b->len - at;
    memcpy(b->data + at, &e, sizeof e);
    if (b->len >= BATCH_BOUND)
        sink_flush(k);
    return 0;
}

/* --- out of the batch, on the writer --- */

static int read_block(struct sink *k, const struct entry *e, const char *octets)
{
    const char *end = octets + e->len - sizeof *e;
    int code = 0;

    snow_block_reset(&k->scratch, e->addr);
    while (!code && (size_t)(end - octets) >= sizeof(struct outcome)) {
        struct outcome o;

        memcpy(&o, octets, sizeof o);
        octets += sizeof o;
        code = snow_block_set(&k->scratch, o.i, o.status, o.seen_utc_s,
                              o.n_names ? octets : NULL, o.n_names);
        octets += o.names_len;
    }
    return code;
}

static void read_strings(const struct entry *e, const char *octets,
                         const char *strings[STRINGS])
{
    for (int i = 0; i < STRINGS; i++) {
        strings[i] = octets;
        octets += e->lens[i] + 1;
    }
}

static int keep_block(struct sink *k, const struct entry *e, const char *octets,
                      struct snow_error *err)
{
    struct snow_record r = { .kind = e->kind,
                             .scan = e->scan,
                             .block = &k->scratch };
    int code = read_block(k, e, octets);

    return code ? code : snow_store_put(k->store, &r, err);
}

static int keep_name(struct sink *k, const struct entry *e, const char *octets,
                     struct snow_error *err)
{
    struct snow_name name;
    struct snow_record r = { .kind = e->kind, .scan = e->scan, .name = &name };

    memcpy(&name, octets, sizeof name);
    name.names = octets + sizeof name;
    return snow_store_put(k->store, &r, err);
}

/* Entries begin at multiples of eight, and so do the nodes in one. */
static int keep_walk(struct sink *k, const struct entry *e, const char *octets,
                     struct snow_error *err)
{
    struct snow_walk walk;
    struct snow_record r = { .kind = e->kind, .scan = e->scan, .walk = &walk };

    memcpy(&walk, octets, sizeof walk);
    walk.nodes = (const void *)(octets + sizeof walk);
    return snow_store_put(k->store, &r, err);
}

static int keep_strings(struct sink *k, struct entry *e, const char *octets,
                        struct snow_error *err)
{
    const char *strings[STRINGS];
    struct snow_evidence v;
    struct snow_record r = { .kind = e->kind, .scan = e->scan };

    read_strings(e, octets, strings);
    e->probe.banner = strings[0];
    e->probe.hello = strings[1];
    e->probe.capabilities = strings[2];
    e->probe.tls.subject = strings[3];
    e->probe.tls.names = strings[4];
    e->probe.tls.issuer = strings[5];
    v = (struct snow_evidence){ strings[0],        strings[1], strings[2],
                                e->observed_utc_s, strings[3], e->lens[3] };
    if (e->kind == SNOW_RECORD_PROBE)
        r.probe = &e->probe;
    else
        r.evidence = &v;
    return snow_store_put(k->store, &r, err);
}

static int keep(struct sink *k, struct entry *e, const char *octets,
                struct snow_error *err)
{
    switch (e->kind) {
    case SNOW_RECORD_BLOCK:
    case SNOW_RECORD_TAIL:
        return keep_block(k, e, octets, err);
    case SNOW_RECORD_NAME:
        return keep_name(k, e, octets, err);
    case SNOW_RECORD_WALK:
        return keep_walk(k, e, octets, err);
    case SNOW_RECORD_FINISHED:
    case SNOW_RECORD_COMPLAINT: /* nobody complains while scanning */
        return SNOW_EINVAL;
    case SNOW_RECORD_PROBE:
    case SNOW_RECORD_EVIDENCE:
        break;
    }
    return keep_strings(k, e, octets, err);
}

static int keep_all(struct sink *k, const struct buf *b, struct snow_error *err)
{
    int code = snow_store_begin(k->store, err);
    size_t at = 0;

    if (code)
        return code;
    while (!code && at < b->len) {
        struct entry e;

        memcpy(&e, b->data + at, sizeof e);
        code = keep(k, &e, b->data + at + sizeof e, err);
        at += e.len;
    }
    if (!code)
        code = snow_store_commit(k->store, err);
    if (code)
        snow_store_rollback(k->store);
    return code;
}

static void write_batches(void *arg)
{
    struct sink *k = arg;

    uv_mutex_lock(&k->mutex);
    for (;;) {
        struct snow_error err = { 0 };
        int code;

        while (!k->is_busy && !k->is_ending)
            uv_cond_wait(&k->cond, &k->mutex);
        if (!k->is_busy)
            break;
        uv_mutex_unlock(&k->mutex);
        code = keep_all(k, &k->batches[!k->filling], &err);
        uv_mutex_lock(&k->mutex);
        if (code)
            snow_fail(&k->error, code, "%s",
                      err.text[0] ? err.text : snow_strerror(code));
        k->is_busy = false;
        uv_cond_broadcast(&k->cond);
        uv_async_send(&k->wake);
    }
    uv_mutex_unlock(&k->mutex);
}

/* --- between the two --- */

/* The filled batch becomes the writer's, which must be idle. */
static void hand_over(struct sink *k)
{
    buf_clear(&k->batches[!k->filling]);
    k->filling = !k->filling;
    k->is_busy = true;
    uv_cond_broadcast(&k->cond);
}

static bool may_hand_over(const struct sink *k)
{
    return !k->is_busy && !k->error.code && k->batches[k->filling].len > 0;
}

void sink_flush(struct sink *k)
{
    uv_mutex_lock(&k->mutex);
    k->wants_flush = k->is_busy;
    if (may_hand_over(k))
        hand_over(k);
    uv_mutex_unlock(&k->mutex);
}

static void on_wake(uv_async_t *a)
{
    struct sink *k = a->data;

    if (k->wants_flush || k->batches[k->filling].len >= BATCH_BOUND)
        sink_flush(k);
    k->drained(k->arg);
}

bool sink_is_full(const struct sink *k)
{
    return k->batches[k->filling].len >= BATCH_BOUND;
}

bool sink_is_idle(const struct sink *k)
{
    struct sink *mutable = (struct sink *)(uintptr_t)k;
    bool is_idle;

    uv_mutex_lock(&mutable->mutex);
    is_idle = !k->is_busy && k->batches[k->filling].len == 0;
    uv_mutex_unlock(&mutable->mutex);
    return is_idle;
}

int sink_error(const struct sink *k, struct snow_error *err)
{
    struct sink *mutable = (struct sink *)(uintptr_t)k;
    int code;

    uv_mutex_lock(&mutable->mutex);
    code = k->error.code;
    if (code && err)
        *err = k->error;
    uv_mutex_unlock(&mutable->mutex);
    return code;
}

static void on_closed(uv_handle_t *h)
{
    struct sink *k = h->data;

    buf_fini(&k->batches[0]);
    buf_fini(&k->batches[1]);
    snow_block_fini(&k->scratch);
    free(k);
}

int sink_new(struct sink **out, uv_loop_t *loop, struct snow_store *s,
             sink_fn drained, void *arg)
{
    struct sink *k = calloc(1, sizeof *k);

    if (!k)
        return SNOW_ENOMEM;
    k->store = s;
    k->drained = drained;
    k->arg = arg;
    if (uv_mutex_init(&k->mutex))
        goto no_mutex;
    if (uv_cond_init(&k->cond))
        goto no_cond;
    if (uv_async_init(loop, &k->wake, on_wake))
        goto no_wake;
    k->wake.data = k;
    uv_unref((uv_handle_t *)&k->wake); /* it alone keeps no loop alive */
    if (uv_thread_create(&k->thread, write_batches, k) == 0) {
        *out = k;
        return 0;
    }
    uv_close((uv_handle_t *)&k->wake, on_closed); /* frees k, later */
    uv_cond_destroy(&k->cond);
    uv_mutex_destroy(&k->mutex);
    return SNOW_ENOMEM;

no_wake:
    uv_cond_destroy(&k->cond);
no_cond:
    uv_mutex_destroy(&k->mutex);
no_mutex:
    free(k);
    return SNOW_ENOMEM;
}

int sink_close(struct sink *k, struct snow_error *err)
{
    int code;

    if (!k)
        return 0;
    uv_mutex_lock(&k->mutex);
    while (k->is_busy || may_hand_over(k)) {
        if (may_hand_over(k))
            hand_over(k);
        uv_cond_wait(&k->cond, &k->mutex);
    }
    k->is_ending = true;
    uv_cond_broadcast(&k->cond);
    uv_mutex_unlock(&k->mutex);
    uv_thread_join(&k->thread);
    code = sink_error(k, err);
    uv_mutex_destroy(&k->mutex);
    uv_cond_destroy(&k->cond);
    uv_close((uv_handle_t *)&k->wake, on_closed);
    return code;
}
