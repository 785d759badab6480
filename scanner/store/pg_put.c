/*
 * Writers: what is put is gathered into columns, and each kind of row goes to
 * the server in one statement.
 *
 * Gathered  a row is appended to every column of its table; a commit, or 4 MiB,
 *           sends them.
 * Order     tables that delete what another has (partners) are never gathered
 *           at once: the one is sent before the other begins.
 * Twice     the same key in one statement: the last row counts.
 */
#include "store/pg_ops.h"

#include <stdlib.h>

#include "base/text.h"

#define COLUMNS_MAX 22
#define GATHERED_MAX (4u << 20) /* octets */

enum table {
    PUT_BLOCK,
    PUT_TAIL,
    PUT_PROBE,
    PUT_EVIDENCE,
    PUT_NAME,
    DELETE_NAME,
    PUT_NODE,
    DELETE_NODE,
    PUT_COUNT,
    PUT_COMPLAINT,
    N_TABLES,
    NONE = N_TABLES,
};

/** How rows of a kind are sent. */
struct statement {
    const char *types; /**< of the columns: i int8, b bytea, t text */
    enum table partner;
    const char *sql, *then; /**< then: with the first column alone, or NULL */
};

/* Which row of a batch counts, by its key; o is the place in the batch. */
#define LAST_OF(key, columns, n)                                               \
    "SELECT DISTINCT ON (" key ") " columns " FROM unnest(" n                  \
    ") WITH ORDINALITY AS t(" columns ", o) ORDER BY " key ", o DESC"
#define DO_SET " DO UPDATE SET "

/* clang-format off */
static const struct statement statements[N_TABLES] = {
    [PUT_BLOCK] = { "ib", PUT_TAIL,
        "INSERT INTO block(key, data) "
        LAST_OF("key", "key, data", "$1, $2")
        " ON CONFLICT (key)" DO_SET "data = excluded.data",
        "DELETE FROM tail USING unnest($1) AS k(key)"
        " WHERE scan = k.key >> 24 AND block = k.key & 16777215" },
    [PUT_TAIL] = { "iib", PUT_BLOCK,
        "INSERT INTO tail(scan, block, data) SELECT scan, block, data"
        " FROM unnest($1, $2, $3) WITH ORDINALITY AS t(scan, block, data, o)"
        " ORDER BY o", NULL },
#define PROBE                                                                  \
    "scan, addr, port, status, code, greeting_ms, ehlo_status, tls_status,"    \
    " client_blocked, seen, banner, hello, capabilities, tls_version,"         \
    " tls_cipher, tls_subject, tls_names, tls_issuer, tls_not_before,"         \
    " tls_not_after, tls_spki_sha256, tls_self_signed"
    [PUT_PROBE] = { "ibiiiiiiiibbbbbbbbiibi", NONE,
        "INSERT INTO probe(" PROBE ") "
        LAST_OF("scan, addr, port", PROBE,
                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
                " $15, $16, $17, $18, $19, $20, $21, $22")
        " ON CONFLICT (scan, addr, port)" DO_SET
        "status = excluded.status, code = excluded.code,"
        " greeting_ms = excluded.greeting_ms,"
        " ehlo_status = excluded.ehlo_status,"
        " tls_status = excluded.tls_status,"
        " client_blocked = excluded.client_blocked, seen = excluded.seen,"
        " banner = excluded.banner, hello = excluded.hello,"
        " capabilities = excluded.capabilities,"
        " tls_version = excluded.tls_version, tls_cipher = excluded.tls_cipher,"
        " tls_subject = excluded.tls_subject, tls_names = excluded.tls_names,"
        " tls_issuer = excluded.tls_issuer,"
        " tls_not_before = excluded.tls_not_before,"
        " tls_not_after = excluded.tls_not_after,"
        " tls_spki_sha256 = excluded.tls_spki_sha256,"
        " tls_self_signed = excluded.tls_self_signed", NULL },
    [PUT_EVIDENCE] = { "itbbib", NONE,
        "INSERT INTO evidence(scan, kind, subject, source, observed, data) "
        LAST_OF("scan, kind, subject",
                "scan, kind, subject, source, observed, data",
                "$1, $2, $3, $4, $5, $6")
        " ON CONFLICT (scan, kind, subject)" DO_SET
        "source = excluded.source, observed = excluded.observed,"
        " data = excluded.data", NULL },
    [PUT_NAME] = { "ibiiib", DELETE_NAME,
        "INSERT INTO name(scan, addr, nibbles, status, seen, names) "
        LAST_OF("scan, addr, nibbles",
                "scan, addr, nibbles, status, seen, names",
                "$1, $2, $3, $4, $5, $6")
        " ON CONFLICT (scan, addr, nibbles)" DO_SET
        "status = excluded.status, seen = excluded.seen,"
        " names = excluded.names", NULL },
    [DELETE_NAME] = { "ibi", PUT_NAME,
        "DELETE FROM name USING unnest($1, $2, $3) AS k(s, a, n)"
        " WHERE scan = k.s AND addr = k.a AND nibbles = k.n", NULL },
    [PUT_NODE] = { "ibiii", DELETE_NODE,
        "INSERT INTO node(scan, addr, nibbles, ask, open) "
        LAST_OF("scan, addr, nibbles", "scan, addr, nibbles, ask, open",
                "$1, $2, $3, $4, $5")
        " ON CONFLICT (scan, addr, nibbles)" DO_SET
        "ask = excluded.ask, open = excluded.open", NULL },
    [DELETE_NODE] = { "ibi", PUT_NODE,
        "DELETE FROM node USING unnest($1, $2, $3) AS k(s, a, n)"
        " WHERE scan = k.s AND addr = k.a AND nibbles = k.n", NULL },
    [PUT_COUNT] = { "iii", NONE,
        "INSERT INTO walk(scan, status, n) "
        LAST_OF("scan, status", "scan, status, n", "$1, $2, $3")
        " ON CONFLICT (scan, status)" DO_SET "n = excluded.n", NULL },
    [PUT_COMPLAINT] = { "bbiibb", NONE,
        "INSERT INTO complaint(message, finding, scan, made, recipient, data) "
        LAST_OF("message, finding",
                "message, finding, scan, made, recipient, data",
                "$1, $2, $3, $4, $5, $6")
        " ON CONFLICT (message, finding)" DO_SET
        "scan = excluded.scan, made = excluded.made,"
        " recipient = excluded.recipient, data = excluded.data", NULL },
};
/* clang-format on */

/** Rows of one table: an array of the server's for each column. */
struct gathered {
    struct buf columns[COLUMNS_MAX];
    uint32_t n;   /**< rows */
    unsigned now; /**< the column that is written next */
};

struct pg_batch {
    struct gathered of[N_TABLES];
    size_t octets;
};

/* --- arrays, in the binary form that the server takes (array_recv) --- */

#define HEADER 20 /* dimensions, has nulls, type, length, first index */

static void add_big_endian(struct buf *b, uint64_t value, int octets)
{
    for (int i = octets; i-- > 0;)
        buf_add_char(b, (char)(value >> (8 * i)));
}

static struct buf *next_column(struct pg_batch *b, enum table t)
{
    static const char header[HEADER];
    struct buf *c = &b->of[t].columns[b->of[t].now++];

    if (c->len == 0)
        buf_add(c, header, HEADER);
    return c;
}

static void add_int(struct pg_batch *b, enum table t, int64_t value)
{
    struct buf *c = next_column(b, t);

    add_big_endian(c, 8, 4);
    add_big_endian(c, (uint64_t)value, 8);
    b->octets += 12;
}

/* Unknown is null. */
static void add_time(struct pg_batch *b, enum table t, int64_t utc_s)
{
    if (utc_s != SNOW_TIME_UNKNOWN)
        add_int(b, t, utc_s);
    else
        add_big_endian(next_column(b, t), UINT32_MAX, 4);
}

static void add_octets(struct pg_batch *b, enum table t, const char *octets,
                       size_t len)
{
    struct buf *c = next_column(b, t);

    add_big_endian(c, len, 4);
    buf_add(c, octets, len);
    b->octets += len + 4;
}

static void add_text(struct pg_batch *b, enum table t, const char *text)
{
    add_octets(b, t, text, strlen(text));
}

static void add_addr(struct pg_batch *b, enum table t, struct snow_addr a)
{
    struct buf *c = next_column(b, t);

    add_big_endian(c, 16, 4);
    add_big_endian(c, a.hi, 8);
    add_big_endian(c, a.lo, 8);
    b->octets += 20;
}

/* What only the whole column tells. */
static void close_column(struct buf *c, uint32_t n, enum pg_type element)
{
    struct buf header = { 0 };

    add_big_endian(&header, 1, 4);
    add_big_endian(&header, 1, 4);
    add_big_endian(&header, element, 4);
    add_big_endian(&header, n, 4);
    add_big_endian(&header, 1, 4);
    if (header.failed || c->failed)
        c->failed = true;
    else
        memcpy(c->data, header.data, HEADER);
    buf_fini(&header);
}

/* --- sending --- */

static int send_rows(struct pg_store *s, const struct statement *st,
                     struct gathered *g, struct snow_error *err)
{
    struct pg_args a = { 0 };
    int code = 0;

    for (size_t i = 0; !code && st->types[i]; i++) {
        char type = st->types[i];
        enum pg_type one = type == 'i'   ? PG_INT8
                           : type == 'b' ? PG_BYTEA
                                         : PG_TEXT;
        enum pg_type many = type == 'i'   ? PG_INT8_ARRAY
                            : type == 'b' ? PG_BYTEA_ARRAY
                                          : PG_TEXT_ARRAY;

        close_column(&g->columns[i], g->n, one);
        if (g->columns[i].failed)
            code = snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->shown);
        else
            pg_arg_octets(&a, many, g->columns[i].data, g->columns[i].len);
    }
    if (!code)
        code = pg_query(s, st->sql, &a, NULL, err);
    a.n = 1;
    if (!code && st->then)
        code = pg_query(s, st->then, &a, NULL, err);
    return code;
}

static void forget(struct gathered *g)
{
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        buf_clear(&g->columns[i]);
    g->n = 0;
    g->now = 0;
}

static int send_table(struct pg_store *s, enum table t, struct snow_error *err)
{
    struct gathered *g = &s->batch->of[t];
    int code = g->n ? send_rows(s, &statements[t], g, err) : 0;

    forget(g);
    return code;
}

static int send_all(struct pg_store *s, struct snow_error *err)
{
    int code = 0;

    for (unsigned t = 0; !code && t < N_TABLES; t++)
        code = send_table(s, t, err);
    s->batch->octets = 0;
    return code;
}

/* A row of this table follows. */
static int begin_row(struct pg_store *s, enum table t, struct snow_error *err)
{
    enum table partner = statements[t].partner;
    int code = 0;

    if (partner != NONE)
        code = send_table(s, partner, err);
    if (!code && s->batch->octets >= GATHERED_MAX)
        code = send_all(s, err);
    s->batch->of[t].now = 0;
    s->batch->of[t].n++;
    return code;
}

/* --- records --- */

static int put_block(struct pg_store *s, const struct snow_record *r,
                     struct snow_error *err)
{
    enum table t = r->kind == SNOW_RECORD_TAIL ? PUT_TAIL : PUT_BLOCK;
    int64_t number = snow_addr_ipv4(r->block->first) >> 8;
    int code;

    buf_clear(&s->blob);
    if (block_encode(s->codec, &s->blob, r->block))
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->shown);
    if ((code = begin_row(s, t, err)))
        return code;
    if (t == PUT_TAIL) {
        add_int(s->batch, t, r->scan);
        add_int(s->batch, t, number);
    } else {
        add_int(s->batch, t, r->scan << 24 | number);
    }
    add_octets(s->batch, t, s->blob.data, s->blob.len);
    return 0;
}

static void add_tls(struct pg_batch *b, const struct snow_tls *t)
{
    bool has_certificate = t->spki_sha256[0] != '\0';

    add_text(b, PUT_PROBE, t->version);
    add_text(b, PUT_PROBE, t->cipher);
    add_octets(b, PUT_PROBE, t->subject, t->subject_len);
    add_octets(b, PUT_PROBE, t->names, t->names_len);
    add_octets(b, PUT_PROBE, t->issuer, t->issuer_len);
    add_time(b, PUT_PROBE,
             has_certificate ? t->not_before_utc_s : SNOW_TIME_UNKNOWN);
    add_time(b, PUT_PROBE,
             has_certificate ? t->not_after_utc_s : SNOW_TIME_UNKNOWN);
    add_text(b, PUT_PROBE, t->spki_sha256);
    add_int(b, PUT_PROBE, t->is_self_signed);
}

static int put_probe(struct pg_store *s, int64_t scan,
                     const struct snow_probe *p, struct snow_error *err)
{
    struct pg_batch *b = s->batch;
    const enum table t = PUT_PROBE;
    int code = begin_row(s, t, err);

    if (code)
        return code;
    add_int(b, t, scan);
    add_addr(b, t, p->addr);
    add_int(b, t, p->port);
    add_int(b, t, p->status);
    add_int(b, t, p->code);
    add_int(b, t, p->greeting_ms);
    add_int(b, t, p->ehlo_status);
    add_int(b, t, p->tls_status);
    add_int(b, t, p->client_blocked);
    add_int(b, t, p->seen_utc_s);
    add_octets(b, t, p->banner, p->banner_len);
    add_octets(b, t, p->hello, p->hello_len);
    add_octets(b, t, p->capabilities, p->capabilities_len);
    add_tls(b, &p->tls);
    return 0;
}

static int put_evidence(struct pg_store *s, int64_t scan,
                        const struct snow_evidence *e, struct snow_error *err)
{
    const enum table t = PUT_EVIDENCE;
    int code = begin_row(s, t, err);

    if (code)
        return code;
    add_int(s->batch, t, scan);
    add_text(s->batch, t, e->kind);
    add_text(s->batch, t, e->subject);
    add_text(s->batch, t, e->source);
    add_int(s->batch, t, e->observed_utc_s);
    add_octets(s->batch, t, e->data, e->data_len);
    return 0;
}

static int begin_prefix(struct pg_store *s, enum table t, int64_t scan,
                        struct snow_addr addr, unsigned nibbles,
                        struct snow_error *err)
{
    int code = begin_row(s, t, err);

    if (code)
        return code;
    add_int(s->batch, t, scan);
    add_addr(s->batch, t, addr);
    add_int(s->batch, t, nibbles);
    return 0;
}

static int put_name(struct pg_store *s, int64_t scan,
                    const struct snow_name *name, struct snow_error *err)
{
    bool is_kept = name->status != SNOW_PTR_PENDING;
    int code = begin_prefix(s, is_kept ? PUT_NAME : DELETE_NAME, scan,
                            name->addr, name->nibbles, err);
    size_t len = 0;

    if (code || !is_kept)
        return code;
    for (unsigned i = 0; i < name->n_names; i++)
        len += strlen(name->names + len) + 1;
    add_int(s->batch, PUT_NAME, name->status);
    add_int(s->batch, PUT_NAME, name->seen_utc_s);
    add_octets(s->batch, PUT_NAME, name->names, len);
    return 0;
}

static int put_node(struct pg_store *s, int64_t scan,
                    const struct snow_node *node, struct snow_error *err)
{
    bool is_left = node->ask || node->open;
    int code = begin_prefix(s, is_left ? PUT_NODE : DELETE_NODE, scan,
                            node->addr, node->nibbles, err);

    if (code || !is_left)
        return code;
    add_int(s->batch, PUT_NODE, node->ask);
    add_int(s->batch, PUT_NODE, node->open);
    return 0;
}

static int put_walk(struct pg_store *s, int64_t scan,
                    const struct snow_walk *walk, struct snow_error *err)
{
    int code = 0;

    for (size_t i = 0; !code && i < walk->n_nodes; i++)
        code = put_node(s, scan, &walk->nodes[i], err);
    for (int i = 0; !code && i < 16; i++) {
        if ((code = begin_row(s, PUT_COUNT, err)))
            break;
        add_int(s->batch, PUT_COUNT, scan);
        add_int(s->batch, PUT_COUNT, i);
        add_int(s->batch, PUT_COUNT, (int64_t)walk->by_status[i]);
    }
    return code;
}

static int put_complaint(struct pg_store *s, int64_t scan,
                         const struct snow_complaint *c, struct snow_error *err)
{
    const enum table t = PUT_COMPLAINT;
    int code = begin_row(s, t, err);

    if (code)
        return code;
    add_text(s->batch, t, c->message_id);
    add_text(s->batch, t, c->finding_id);
    add_int(s->batch, t, scan);
    add_int(s->batch, t, c->made_utc_s);
    add_text(s->batch, t, c->recipient);
    add_octets(s->batch, t, c->data, c->data_len);
    return 0;
}

int pg_put(struct snow_store *base, const struct snow_record *r,
           struct snow_error *err)
{
    struct pg_store *s = pg_of(base);

    switch (r->kind) {
    case SNOW_RECORD_BLOCK:
    case SNOW_RECORD_TAIL:
        return put_block(s, r, err);
    case SNOW_RECORD_PROBE:
        return put_probe(s, r->scan, r->probe, err);
    case SNOW_RECORD_EVIDENCE:
        return put_evidence(s, r->scan, r->evidence, err);
    case SNOW_RECORD_NAME:
        return put_name(s, r->scan, r->name, err);
    case SNOW_RECORD_WALK:
        return put_walk(s, r->scan, r->walk, err);
    case SNOW_RECORD_COMPLAINT:
        return put_complaint(s, r->scan, r->complaint, err);
    case SNOW_RECORD_FINISHED:
        return pg_finish_shard(s, &r->lease, err);
    }
    return SNOW_EINVAL;
}

/* --- transactions --- */

int pg_begin(struct snow_store *base, struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    int code = pg_connected(s, err);

    if (!code && !s->batch)
        s->batch = calloc(1, sizeof *s->batch);
    if (!code && !s->batch)
        code = snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->shown);
    return code ? code : pg_execute(s, "BEGIN", err);
}

int pg_commit(struct snow_store *base, struct snow_error *err)
{
    struct pg_store *s = pg_of(base);
    int code = send_all(s, err);

    return code ? code : pg_execute(s, "COMMIT", err);
}

void pg_rollback(struct snow_store *base)
{
    struct pg_store *s = pg_of(base);

    for (unsigned t = 0; s->batch && t < N_TABLES; t++)
        forget(&s->batch->of[t]);
    if (s->batch)
        s->batch->octets = 0;
    if (PQtransactionStatus(s->db) != PQTRANS_IDLE)
        pg_execute(s, "ROLLBACK", NULL);
}

void pg_batch_free(struct pg_batch *b)
{
    for (unsigned t = 0; b && t < N_TABLES; t++)
        for (size_t i = 0; i < COLUMNS_MAX; i++)
            buf_fini(&b->of[t].columns[i]);
    free(b);
}
