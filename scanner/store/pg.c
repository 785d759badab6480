/*
 * The store on a PostgreSQL server: the tables of the file, and many writers.
 *
 *   pg.c         connect, errors, statements
 *   pg_schema.c  the tables
 *   pg_put.c     rows in, by the batch
 *   pg_scan.c    rows of scans, forgetting
 *   pg_read.c    rows out, by the page; pg_blocks.c in address order
 *   pg_fleet.c   workers and hosts; pg_shard.c shards and leases
 *
 * Always    what is sent can be sent once more: a commit whose answer got lost
 *           is repeated, and changes nothing.
 * Lost      a connection is made anew where a transaction or a reading begins;
 *           until then every call says SNOW_EAWAY.
 */
#include "store/pg_ops.h"

#include "base/text.h"

#define URL_BEGIN "postgresql:"

/* --- parameters and cells --- */

static void put_big_endian(char out[8], uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (char)(value >> (56 - 8 * i));
}

static void add_arg(struct pg_args *a, enum pg_type type, const char *octets,
                    size_t len)
{
    a->types[a->n] = (Oid)type;
    a->values[a->n] = octets;
    a->lengths[a->n] = (int)len;
    a->formats[a->n++] = 1;
}

void pg_arg_int(struct pg_args *a, int64_t value)
{
    put_big_endian(a->numbers[a->n], (uint64_t)value);
    add_arg(a, PG_INT8, a->numbers[a->n], 8);
}

void pg_arg_float(struct pg_args *a, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    put_big_endian(a->numbers[a->n], bits);
    add_arg(a, PG_FLOAT8, a->numbers[a->n], 8);
}

void pg_arg_bool(struct pg_args *a, bool value)
{
    a->numbers[a->n][0] = value;
    add_arg(a, PG_BOOL, a->numbers[a->n], 1);
}

void pg_arg_octets(struct pg_args *a, enum pg_type type, const char *octets,
                   size_t len)
{
    add_arg(a, type, octets, len);
}

void pg_arg_text(struct pg_args *a, const char *text)
{
    add_arg(a, PG_TEXT, text, text ? strlen(text) : 0);
}

static uint64_t get_big_endian(const char *octets, int len)
{
    uint64_t value = 0;

    for (int i = 0; i < len; i++)
        value = value << 8 | (unsigned char)octets[i];
    return value;
}

int64_t pg_int(const PGresult *r, int row, int column)
{
    int len = PQgetlength(r, row, column);
    uint64_t value = get_big_endian(PQgetvalue(r, row, column), len);

    if (len == 2)
        return (int16_t)value;
    return len == 4 ? (int64_t)(int32_t)value : (int64_t)value;
}

double pg_float(const PGresult *r, int row, int column)
{
    uint64_t bits = get_big_endian(PQgetvalue(r, row, column), 8);
    double value;

    memcpy(&value, &bits, sizeof value);
    return PQgetisnull(r, row, column) ? 0 : value;
}

const char *pg_octets(const PGresult *r, int row, int column, size_t *len)
{
    *len = (size_t)PQgetlength(r, row, column);
    return PQgetvalue(r, row, column);
}

/* --- errors --- */

/** What the server calls an error by (its appendix A), or a class of errors. */
struct meaning {
    const char *state;
    int code;
    const char *sentence; /**< NULL: the server's own */
};

/* clang-format off */
static const struct meaning meanings[] = {
    { "08",    SNOW_EAWAY, NULL }, /* connection */
    { "40",    SNOW_EAWAY, NULL }, /* serialization, deadlock */
    { "25P03", SNOW_EAWAY, NULL }, /* idle for longer than a lease */
    { "57P0",  SNOW_EAWAY, NULL }, /* shut down, started, or dropped */
    { "53300", SNOW_EAWAY, NULL }, /* too many connections */
    { "55P03", SNOW_EAWAY, NULL }, /* a lock was not to be had */
    { "53100", SNOW_EFULL, "no space left on the server's disk: free some, "
                           "then resume" },
    { "53200", SNOW_EIO, NULL },
    { "25006", SNOW_EREFUSED, "the server only lets read" },
    { "42501", SNOW_EREFUSED, NULL }, /* a missing right */
    { "XX",    SNOW_ESTORE, NULL },   /* damaged */
    { "42P01", SNOW_ESTORE, NULL },   /* a table is missing */
    { "42703", SNOW_ESTORE, NULL },   /* a column */
};
/* clang-format on */

/* The server's first line is for people; the rest is for its log. */
static int tell(struct pg_store *s, int code, const char *text,
                struct snow_error *err)
{
    size_t len = strcspn(text, "\n");

    return snow_fail(err, code, "%s: %.*s", s->shown, (int)len, text);
}

static int failed(struct pg_store *s, const PGresult *r, struct snow_error *err)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *text =
        r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    int code = PQstatus(s->db) == CONNECTION_OK ? SNOW_EIO : SNOW_EAWAY;

    if (!r && code == SNOW_EIO)
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->shown);
    for (size_t i = 0; state && i < COUNT_OF(meanings); i++) {
        const struct meaning *m = &meanings[i];

        if (strncmp(state, m->state, strlen(m->state)) != 0)
            continue;
        code = m->code;
        text = m->sentence ? m->sentence : text;
        break;
    }
    return tell(s, code, text ? text : PQerrorMessage(s->db), err);
}

/* --- statements --- */

static int check(struct pg_store *s, PGresult *r, PGresult **out,
                 struct snow_error *err)
{
    ExecStatusType status = PQresultStatus(r);
    int code = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                   ? 0
                   : failed(s, r, err);

    if (code || !out)
        PQclear(r);
    else
        *out = r;
    return code;
}

int pg_query(struct pg_store *s, const char *sql, const struct pg_args *a,
             PGresult **out, struct snow_error *err)
{
    static const struct pg_args none;

    a = a ? a : &none;
    return check(s,
                 PQexecParams(s->db, sql, a->n, a->types, a->values, a->lengths,
                              a->formats, 1),
                 out, err);
}

int pg_execute(struct pg_store *s, const char *sql, struct snow_error *err)
{
    return check(s, PQexec(s->db, sql), NULL, err);
}

int pg_connected(struct pg_store *s, struct snow_error *err)
{
    if (PQstatus(s->db) != CONNECTION_OK)
        PQreset(s->db);
    if (PQstatus(s->db) == CONNECTION_OK)
        return 0;
    return tell(s, SNOW_EAWAY, PQerrorMessage(s->db), err);
}

/* --- open and close --- */

static void on_notice(void *arg, const char *message)
{
    (void)arg;
    (void)message; /* what is no error is nobody's business */
}

/* What the URL says counts for more. A server that falls silent is given up
 * after half a minute: others may have our shards by then. */
static int connect_db(struct pg_store *s, struct snow_error *err)
{
    static const char *const names[] = {
        "connect_timeout",  "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "application_name",
        "dbname",           "client_encoding",  NULL
    };
    const char *const values[] = { "10",       "10",   "5",    "4", "20000",
                                   "snowline", s->url, "UTF8", NULL };

    s->db = PQconnectdbParams(names, values, 1);
    if (!s->db)
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", s->shown);
    PQsetNoticeProcessor(s->db, on_notice, NULL);
    if (PQstatus(s->db) != CONNECTION_OK)
        return tell(s, SNOW_EIO, PQerrorMessage(s->db), err);
    if (PQserverVersion(s->db) < 150000)
        return snow_fail(err, SNOW_ESTORE,
                         "%s: the server is older than PostgreSQL 15",
                         s->shown);
    return 0;
}

/* @return SNOW_ENOTFOUND, without a word, where there are no tables */
static int check_format(struct pg_store *s, struct snow_error *err)
{
    PGresult *r = NULL;
    struct snow_error why = { 0 };
    int code =
        pg_query(s, "SELECT to_regclass('store') IS NOT NULL", NULL, &r, err);
    int64_t version;
    bool is_there = !code && pg_int(r, 0, 0);

    PQclear(r);
    r = NULL;
    if (code || !is_there)
        return code ? code : SNOW_ENOTFOUND;
    code = pg_query(s,
                    "SELECT version::bigint FROM store"
                    " WHERE application = 'snowline'",
                    NULL, &r, &why);
    version = !code && PQntuples(r) == 1 ? pg_int(r, 0, 0) : 0;
    PQclear(r);
    if (code && code != SNOW_ESTORE)
        return snow_fail(err, code, "%s", why.text);
    if (version == 0)
        return snow_fail(err, SNOW_ESTORE,
                         "%s: holds tables that are no snowline store",
                         s->shown);
    if (version > PG_SCHEMA_VERSION)
        return snow_fail(err, SNOW_ESTORE,
                         "%s: written by a newer snowline (format %lld, this "
                         "one knows %d)",
                         s->shown, (long long)version, PG_SCHEMA_VERSION);
    return 0;
}

/* Two who begin at once: the second finds the tables of the first. */
static int create(struct pg_store *s, struct snow_error *err)
{
    struct snow_error why = { 0 };
    int code = pg_execute(s, pg_schema_sql, err);

    if (!code)
        return 0;
    pg_execute(s, "ROLLBACK", NULL);
    return check_format(s, &why) == 0 ? 0 : code;
}

static int open_tables(struct pg_store *s, enum snow_store_mode mode,
                       struct snow_error *err)
{
    int code = check_format(s, err);

    if (code == SNOW_ENOTFOUND && mode == SNOW_STORE_CREATE)
        return create(s, err);
    if (code == SNOW_ENOTFOUND)
        return snow_fail(err, code, "%s: holds no snowline store", s->shown);
    return code;
}

static void pg_close(struct snow_store *base)
{
    struct pg_store *s = pg_of(base);

    PQclear(s->leased);
    PQfinish(s->db);
    pg_batch_free(s->batch);
    block_codec_free(s->codec);
    buf_fini(&s->blob);
    buf_fini(&s->targets);
    buf_fini(&s->settings);
    free(s->url);
    free(s);
}

static int pg_open(struct snow_store **out, const char *where,
                   enum snow_store_mode mode, struct snow_error *err)
{
    struct pg_store *s = calloc(1, sizeof *s);
    struct buf url = { 0 };
    int code = SNOW_ENOMEM;

    if (!s)
        return snow_fail(err, code, "out of memory");
    s->base.backend = &store_postgresql;
    buf_printf(&url, URL_BEGIN "%s", where);
    s->url = url.data;
    if (url.failed || block_codec_new(&s->codec)) {
        snow_fail(err, code, "out of memory");
    } else {
        snow_store_show(s->shown, sizeof s->shown, s->url);
        code = connect_db(s, err);
    }
    if (!code)
        code = open_tables(s, mode, err);
    if (code)
        pg_close(&s->base);
    else
        *out = &s->base;
    return code;
}

/* A process of another machine has no number here. */
static int64_t pg_writer(const struct snow_store *base)
{
    (void)base;
    return 0;
}

const struct store_backend store_postgresql = {
    .scheme = "postgresql",
    .open = pg_open,
    .close = pg_close,
    .writer = pg_writer,
    .add_scan = pg_add_scan,
    .get_scan = pg_get_scan,
    .update_scan = pg_update_scan,
    .finish_scan = pg_finish_scan,
    .begin = pg_begin,
    .put = pg_put,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .each_scan = pg_each_scan,
    .blocks_open = pg_blocks_open,
    .blocks_next = pg_blocks_next,
    .blocks_close = pg_blocks_close,
    .count_blocks = pg_count_blocks,
    .each_probe = pg_each_probe,
    .each_evidence = pg_each_evidence,
    .names_open = pg_names_open,
    .names_next = pg_names_next,
    .names_close = pg_names_close,
    .each_node = pg_each_node,
    .get_walk = pg_get_walk,
    .each_complaint = pg_each_complaint,
    .forget_scan = pg_forget_scan,
    .compact = pg_compact,
    .sharing = &pg_sharing,
};
