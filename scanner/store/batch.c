#include "store/batch.h"

/** One outcome of a block in a batch; its names follow. */
struct outcome {
    uint8_t i, status, n_names;
    uint32_t seen_utc_s;
    uint32_t names_len;
};

/* --- in --- */

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

static void add_strings(struct buf *b, struct batch_entry *e,
                        const char *const strings[BATCH_STRINGS])
{
    for (int i = 0; i < BATCH_STRINGS; i++) {
        buf_add(b, strings[i], e->lens[i]);
        buf_add_char(b, '\0');
    }
}

static void add_probe(struct buf *b, struct batch_entry *e)
{
    const struct snow_probe *p = &e->probe;
    const char *strings[BATCH_STRINGS] = { p->banner,       p->hello,
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

static void add_evidence(struct buf *b, struct batch_entry *e,
                         const struct snow_evidence *v)
{
    const char *strings[BATCH_STRINGS] = { v->subject, v->kind, v->source,
                                           v->data };

    for (int i = 0; i < 3; i++)
        e->lens[i] = strlen(strings[i]);
    e->lens[3] = v->data_len;
    e->observed_utc_s = v->observed_utc_s;
    add_strings(b, e, strings);
}

static void add_octets(struct buf *b, struct batch_entry *e,
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

int batch_add(struct buf *b, const struct snow_record *r)
{
    struct batch_entry e = { .kind = r->kind,
                             .scan = r->scan,
                             .lease = r->lease };
    size_t at = b->len;

    buf_add(b, &e, sizeof e);
    add_octets(b, &e, r);
    pad(b);
    if (b->failed)
        return SNOW_ENOMEM;
    e.len = b->len - at;
    memcpy(b->data + at, &e, sizeof e);
    return 0;
}

bool batch_next(const struct buf *b, size_t *at, struct batch_entry *e)
{
    if (*at >= b->len)
        return false;
    memcpy(e, b->data + *at, sizeof *e);
    e->octets = b->data + *at + sizeof *e;
    *at += e->len;
    return true;
}

/* --- out --- */

static int put_block(const struct batch_entry *e, struct snow_record *r,
                     struct snow_block *scratch, struct snow_store *s,
                     struct snow_error *err)
{
    const char *octets = e->octets, *end = octets + e->len - sizeof *e;
    int code = 0;

    snow_block_reset(scratch, e->addr);
    while (!code && (size_t)(end - octets) >= sizeof(struct outcome)) {
        struct outcome o;

        memcpy(&o, octets, sizeof o);
        octets += sizeof o;
        code = snow_block_set(scratch, o.i, o.status, o.seen_utc_s,
                              o.n_names ? octets : NULL, o.n_names);
        octets += o.names_len;
    }
    r->block = scratch;
    return code ? code : snow_store_put(s, r, err);
}

static int put_name(const struct batch_entry *e, struct snow_record *r,
                    struct snow_store *s, struct snow_error *err)
{
    struct snow_name name;

    memcpy(&name, e->octets, sizeof name);
    name.names = e->octets + sizeof name;
    r->name = &name;
    return snow_store_put(s, r, err);
}

/* Entries begin at multiples of eight, and so do the nodes in one. */
static int put_walk(const struct batch_entry *e, struct snow_record *r,
                    struct snow_store *s, struct snow_error *err)
{
    struct snow_walk walk;

    memcpy(&walk, e->octets, sizeof walk);
    walk.nodes = (const void *)(e->octets + sizeof walk);
    r->walk = &walk;
    return snow_store_put(s, r, err);
}

static void read_strings(const struct batch_entry *e,
                         const char *strings[BATCH_STRINGS])
{
    const char *octets = e->octets;

    for (int i = 0; i < BATCH_STRINGS; i++) {
        strings[i] = octets;
        octets += e->lens[i] + 1;
    }
}

static int put_probe(struct batch_entry *e, struct snow_record *r,
                     struct snow_store *s, struct snow_error *err)
{
    const char *strings[BATCH_STRINGS];

    read_strings(e, strings);
    e->probe.banner = strings[0];
    e->probe.hello = strings[1];
    e->probe.capabilities = strings[2];
    e->probe.tls.subject = strings[3];
    e->probe.tls.names = strings[4];
    e->probe.tls.issuer = strings[5];
    r->probe = &e->probe;
    return snow_store_put(s, r, err);
}

static int put_evidence(const struct batch_entry *e, struct snow_record *r,
                        struct snow_store *s, struct snow_error *err)
{
    const char *strings[BATCH_STRINGS];
    struct snow_evidence v;

    read_strings(e, strings);
    v = (struct snow_evidence){ strings[0],        strings[1], strings[2],
                                e->observed_utc_s, strings[3], e->lens[3] };
    r->evidence = &v;
    return snow_store_put(s, r, err);
}

int batch_put(struct batch_entry *e, struct snow_block *scratch,
              struct snow_store *s, struct snow_error *err)
{
    struct snow_record r = { .kind = e->kind,
                             .scan = e->scan,
                             .lease = e->lease };

    switch (e->kind) {
    case SNOW_RECORD_BLOCK:
    case SNOW_RECORD_TAIL:
        return put_block(e, &r, scratch, s, err);
    case SNOW_RECORD_NAME:
        return put_name(e, &r, s, err);
    case SNOW_RECORD_WALK:
        return put_walk(e, &r, s, err);
    case SNOW_RECORD_PROBE:
        return put_probe(e, &r, s, err);
    case SNOW_RECORD_EVIDENCE:
        return put_evidence(e, &r, s, err);
    case SNOW_RECORD_FINISHED:
        return snow_store_put(s, &r, err);
    case SNOW_RECORD_COMPLAINT: /* nobody complains while scanning */
        break;
    }
    return SNOW_EINVAL;
}
