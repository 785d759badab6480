/* Readers: a query's rows come in pages, through a cursor of the server's, and
 * all cursors of a handle see one state. */
#include "store/pg_ops.h"

#include <stdio.h>

#include "base/text.h"

#define PAGE "512" /* rows */

/* --- pages --- */

/* The first cursor begins a transaction, unless there is one. */
int pg_begin_reading(struct pg_store *s, struct snow_error *err)
{
    bool is_begun = false;
    int code = s->n_readers == 0 ? pg_connected(s, err) : 0;

    if (!code && s->n_readers == 0 &&
        PQtransactionStatus(s->db) == PQTRANS_IDLE) {
        code = pg_execute(s, "BEGIN ISOLATION LEVEL REPEATABLE READ", err);
        is_begun = true;
    }
    if (code)
        return code;
    s->is_reading |= is_begun;
    s->n_readers++;
    return 0;
}

void pg_end_reading(struct pg_store *s)
{
    if (--s->n_readers > 0 || !s->is_reading)
        return;
    s->is_reading = false;
    pg_execute(s, "ROLLBACK", NULL); /* nothing was written */
}

int pg_rows_open(struct pg_rows *r, struct pg_store *s, const char *sql,
                 const struct pg_args *a, struct snow_error *err)
{
    struct buf declare = { 0 };
    int code = pg_begin_reading(s, err);

    *r = (struct pg_rows){ .store = s };
    if (code)
        return code;
    snprintf(r->name, sizeof r->name, "rows_%u", ++s->n_cursors);
    buf_printf(&declare, "DECLARE %s NO SCROLL CURSOR FOR %s", r->name, sql);
    code =
        declare.failed ? SNOW_ENOMEM : pg_query(s, declare.data, a, NULL, err);
    buf_fini(&declare);
    if (code) {
        pg_end_reading(s);
        return code;
    }
    r->is_open = true;
    return 0;
}

int pg_rows_next(struct pg_rows *r, bool *has_row, struct snow_error *err)
{
    char fetch[64];
    int code;

    *has_row = true;
    if (r->page && ++r->row < PQntuples(r->page))
        return 0;
    PQclear(r->page);
    r->page = NULL;
    r->row = 0;
    *has_row = false;
    snprintf(fetch, sizeof fetch, "FETCH " PAGE " FROM %s", r->name);
    code = pg_query(r->store, fetch, NULL, &r->page, err);
    if (!code)
        *has_row = PQntuples(r->page) > 0;
    return code;
}

void pg_rows_close(struct pg_rows *r)
{
    char text[64];

    PQclear(r->page);
    r->page = NULL;
    if (!r->is_open)
        return;
    r->is_open = false;
    snprintf(text, sizeof text, "CLOSE %s", r->name);
    pg_execute(r->store, text, NULL);
    pg_end_reading(r->store);
}

int pg_each_row(struct pg_store *s, const char *sql, const struct pg_args *a,
                const struct pg_reader *to, struct snow_error *err)
{
    struct pg_rows r;
    bool has_row = false;
    int code = pg_rows_open(&r, s, sql, a, err);

    if (code)
        return code;
    code = pg_rows_next(&r, &has_row, err);
    while (!code && has_row) {
        code = to->row(to->arg, r.page, r.row);
        if (!code)
            code = pg_rows_next(&r, &has_row, err);
    }
    pg_rows_close(&r);
    return code;
}

/* --- cells --- */

struct snow_addr pg_addr(const PGresult *r, int row, int column)
{
    size_t len;
    const char *octets = pg_octets(r, row, column, &len);
    struct snow_addr a = { 0, 0 };

    for (int i = 0; i < 8 && len == 16; i++) {
        a.hi = a.hi << 8 | (unsigned char)octets[i];
        a.lo = a.lo << 8 | (unsigned char)octets[8 + i];
    }
    return a;
}

int64_t pg_time(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? SNOW_TIME_UNKNOWN
                                       : pg_int(r, row, column);
}

/* libpq puts a NUL behind every cell. */
static const char *text_of(const PGresult *r, int row, int column)
{
    return PQgetvalue(r, row, column);
}

/* --- what is read --- */

/** Whom a row goes to. */
struct whom {
    snow_scan_fn scan;
    snow_probe_fn probe;
    snow_evidence_fn evidence;
    snow_complaint_fn complaint;
    const char *kind;
    void *arg;
};

void pg_read_scan(struct snow_scan *out, const PGresult *r, int row)
{
    *out = (struct snow_scan){
        .id = pg_int(r, row, 0),
        .targets = text_of(r, row, 1),
        .settings = text_of(r, row, 2),
        .seed = (uint64_t)pg_int(r, row, 3),
        .created_utc_s = pg_int(r, row, 4),
        .now_utc_s = pg_int(r, row, 5),
        .finished_utc_s = pg_time(r, row, 6),
    };
}

static int hand_scan(void *arg, const PGresult *r, int row)
{
    const struct whom *w = arg;
    struct snow_scan scan;

    pg_read_scan(&scan, r, row);
    return w->scan(w->arg, &scan);
}

int pg_each_scan(struct snow_store *base, snow_scan_fn fn, void *arg,
                 struct snow_error *err)
{
    struct whom w = { .scan = fn, .arg = arg };
    struct pg_reader to = { hand_scan, &w };

    return pg_each_row(pg_of(base),
                       "SELECT " PG_SCAN_COLUMNS " FROM scan ORDER BY id", NULL,
                       &to, err);
}

static void read_tls(struct snow_tls *t, const PGresult *r, int row)
{
    text_copy(t->version, sizeof t->version, text_of(r, row, 12));
    text_copy(t->cipher, sizeof t->cipher, text_of(r, row, 13));
    t->subject = pg_octets(r, row, 14, &t->subject_len);
    t->names = pg_octets(r, row, 15, &t->names_len);
    t->issuer = pg_octets(r, row, 16, &t->issuer_len);
    t->not_before_utc_s = pg_time(r, row, 17);
    t->not_after_utc_s = pg_time(r, row, 18);
    text_copy(t->spki_sha256, sizeof t->spki_sha256, text_of(r, row, 19));
    t->is_self_signed = pg_int(r, row, 20) != 0;
}

static int hand_probe(void *arg, const PGresult *r, int row)
{
    const struct whom *w = arg;
    struct snow_probe p = {
        .addr = pg_addr(r, row, 0),
        .port = (uint16_t)pg_int(r, row, 1),
        .status = (uint8_t)pg_int(r, row, 2),
        .code = (uint16_t)pg_int(r, row, 3),
        .greeting_ms = (uint32_t)pg_int(r, row, 4),
        .ehlo_status = (uint8_t)pg_int(r, row, 5),
        .tls_status = (uint8_t)pg_int(r, row, 6),
        .client_blocked = pg_int(r, row, 7) != 0,
        .seen_utc_s = pg_int(r, row, 8),
    };

    p.banner = pg_octets(r, row, 9, &p.banner_len);
    p.hello = pg_octets(r, row, 10, &p.hello_len);
    p.capabilities = pg_octets(r, row, 11, &p.capabilities_len);
    read_tls(&p.tls, r, row);
    return w->probe(w->arg, &p);
}

int pg_each_probe(struct snow_store *base, int64_t scan, snow_probe_fn fn,
                  void *arg, struct snow_error *err)
{
    struct whom w = { .probe = fn, .arg = arg };
    struct pg_reader to = { hand_probe, &w };
    struct pg_args a = { 0 };

    pg_arg_int(&a, scan);
    return pg_each_row(
        pg_of(base),
        "SELECT addr, port, status, code, greeting_ms, ehlo_status, tls_status,"
        " client_blocked, seen, banner, hello, capabilities, tls_version,"
        " tls_cipher, tls_subject, tls_names, tls_issuer, tls_not_before,"
        " tls_not_after, tls_spki_sha256, tls_self_signed FROM probe"
        " WHERE scan = $1 ORDER BY addr, port",
        &a, &to, err);
}

static int hand_evidence(void *arg, const PGresult *r, int row)
{
    const struct whom *w = arg;
    struct snow_evidence e = { .subject = text_of(r, row, 0),
                               .kind = w->kind,
                               .source = text_of(r, row, 1),
                               .observed_utc_s = pg_int(r, row, 2) };

    e.data = pg_octets(r, row, 3, &e.data_len);
    return w->evidence(w->arg, &e);
}

int pg_each_evidence(struct snow_store *base, int64_t scan, const char *kind,
                     snow_evidence_fn fn, void *arg, struct snow_error *err)
{
    struct whom w = { .evidence = fn, .kind = kind, .arg = arg };
    struct pg_reader to = { hand_evidence, &w };
    struct pg_args a = { 0 };

    pg_arg_int(&a, scan);
    pg_arg_text(&a, kind);
    return pg_each_row(pg_of(base),
                       "SELECT subject, source, observed, data FROM evidence"
                       " WHERE scan = $1 AND kind = $2 ORDER BY subject",
                       &a, &to, err);
}

static int hand_complaint(void *arg, const PGresult *r, int row)
{
    const struct whom *w = arg;
    struct snow_complaint c = { .message_id = text_of(r, row, 0),
                                .finding_id = text_of(r, row, 1),
                                .scan = pg_int(r, row, 2),
                                .made_utc_s = pg_int(r, row, 3),
                                .recipient = text_of(r, row, 4) };

    c.data = pg_octets(r, row, 5, &c.data_len);
    return w->complaint(w->arg, &c);
}

int pg_each_complaint(struct snow_store *base, snow_complaint_fn fn, void *arg,
                      struct snow_error *err)
{
    struct whom w = { .complaint = fn, .arg = arg };
    struct pg_reader to = { hand_complaint, &w };

    return pg_each_row(pg_of(base),
                       "SELECT message, finding, scan, made, recipient, data"
                       " FROM complaint ORDER BY made, message, finding",
                       NULL, &to, err);
}
