#include "registration/cache.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/records.h"

#define APPLICATION_ID 0x534e5243 /* "SNRC", in the file's header */
#define OPEN_MS 5000              /* another process may be making the file */
#define BUSY_MS 250 /* the loop waits here: better a question more */
#define KEY_OCTETS 16
#define PID_MASK 0x3fffff /* the kernel's are below 4194304 */

/* What makes each version out of the one before; an empty file is version 0.
 * An answer about a range of addresses serves all of them; ranges are kept as
 * octets, the most significant first, so that they compare as addresses do. */
static const char *const steps[] = {
    "CREATE TABLE registration("
    " domain TEXT PRIMARY KEY, seen_utc_s INTEGER NOT NULL,"
    " status INTEGER NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX registration_seen ON registration(seen_utc_s);"
    "CREATE TABLE bootstrap(url TEXT PRIMARY KEY,"
    " seen_utc_s INTEGER NOT NULL, document BLOB NOT NULL);"
    "PRAGMA application_id = 1397641795;",

    "ALTER TABLE bootstrap ADD COLUMN fresh_until_utc_s INTEGER NOT NULL"
    " DEFAULT 0;"
    "ALTER TABLE bootstrap ADD COLUMN etag TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE network(last BLOB NOT NULL, first BLOB NOT NULL,"
    " seen_utc_s INTEGER NOT NULL, good_until_utc_s INTEGER NOT NULL,"
    " record TEXT NOT NULL, PRIMARY KEY(last, first)) WITHOUT ROWID;"
    "CREATE TABLE referral(tld TEXT PRIMARY KEY,"
    " seen_utc_s INTEGER NOT NULL, host TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE claim(question TEXT PRIMARY KEY, owner INTEGER NOT NULL,"
    " until_utc_s INTEGER NOT NULL) WITHOUT ROWID;",
};
#define VERSION ((int64_t)COUNT_OF(steps))

enum statement {
    GET,
    PUT,
    GET_NETWORK,
    PUT_NETWORK,
    GET_REFERRAL,
    PUT_REFERRAL,
    GET_DOCUMENT,
    PUT_DOCUMENT,
    CLAIM,
    GET_CLAIM,
    RELEASE,
    DROP,
    DROP_NETWORKS,
    DROP_REFERRALS,
    DROP_CLAIMS,
    STATEMENTS
};

static const char *const texts[STATEMENTS] = {
    [GET] = "SELECT seen_utc_s, status, record FROM registration"
            " WHERE domain = ?1",
    [PUT] = "INSERT OR REPLACE INTO registration VALUES(?1, ?2, ?3, ?4)",
    /* Ranges lie inside one another: the narrowest one ends first. */
    [GET_NETWORK] = "SELECT record FROM network WHERE last >= ?1"
                    " AND first <= ?1 AND seen_utc_s <= ?2"
                    " AND good_until_utc_s > ?2"
                    " ORDER BY last, first DESC LIMIT 1",
    [PUT_NETWORK] = "INSERT OR REPLACE INTO network VALUES(?1, ?2, ?3, ?4, ?5)",
    [GET_REFERRAL] = "SELECT seen_utc_s, host FROM referral WHERE tld = ?1",
    [PUT_REFERRAL] = "INSERT OR REPLACE INTO referral VALUES(?1, ?2, ?3)",
    [GET_DOCUMENT] = "SELECT seen_utc_s, fresh_until_utc_s, etag, document"
                     " FROM bootstrap WHERE url = ?1",
    [PUT_DOCUMENT] = "INSERT OR REPLACE INTO bootstrap(url, seen_utc_s,"
                     " fresh_until_utc_s, etag, document)"
                     " VALUES(?1, ?2, ?3, ?4, ?5)",
    /* One that ends much later than ours was noted under a wrong clock. */
    [CLAIM] = "INSERT INTO claim VALUES(?1, ?2, ?3) ON CONFLICT(question)"
              " DO UPDATE SET owner = ?2, until_utc_s = ?3 WHERE owner = ?2"
              " OR until_utc_s <= ?4 OR until_utc_s > ?3 + 60",
    [GET_CLAIM] = "SELECT owner FROM claim WHERE question = ?1",
    [RELEASE] = "DELETE FROM claim WHERE question = ?1 AND owner = ?2",
    [DROP] = "DELETE FROM registration WHERE domain IN (SELECT domain"
             " FROM registration WHERE seen_utc_s < ?1 - 2592000 LIMIT 1000)",
    [DROP_NETWORKS] = "DELETE FROM network WHERE good_until_utc_s <= ?1",
    [DROP_REFERRALS] = "DELETE FROM referral WHERE seen_utc_s <= ?1 - 86400",
    [DROP_CLAIMS] = "DELETE FROM claim WHERE until_utc_s <= ?1",
};

struct registration_cache {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    int64_t owner; /**< of claims: this handle, among all of all processes; the
                        low bits are the process's id */
    struct buf json;
};

void registration_cache_close(struct registration_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(c->statements[i]);
    sqlite3_close(c->db);
    buf_fini(&c->json);
    free(c);
}

/* --- opening ------------------------------------------------------------- */

/* Make the folders above a file, for this user alone. */
static int make_folders(const char *path)
{
    char *copy = strdup(path);
    int code = 0;

    if (!copy)
        return SNOW_ENOMEM;
    for (char *c = copy + 1; *copy && code == 0 && (c = strchr(c, '/')); c++) {
        *c = '\0';
        if (mkdir(copy, 0700) && errno != EEXIST)
            code = SNOW_EIO;
        *c = '/';
    }
    free(copy);
    return code;
}

static int64_t pragma(struct registration_cache *c, const char *text)
{
    sqlite3_stmt *s = NULL;
    int64_t value = -1;

    if (sqlite3_prepare_v2(c->db, text, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}

static int run(struct registration_cache *c, const char *text)
{
    return sqlite3_exec(c->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                    : SNOW_EIO;
}

static bool is_empty(struct registration_cache *c)
{
    return pragma(c, "PRAGMA user_version") == 0 &&
           pragma(c, "PRAGMA application_id") == 0 &&
           pragma(c, "SELECT count(*) FROM sqlite_master") == 0;
}

static const char *refusal(struct registration_cache *c)
{
    if (pragma(c, "PRAGMA application_id") != APPLICATION_ID)
        return "it is some other program's database";
    if (pragma(c, "PRAGMA user_version") > VERSION)
        return "it was made by a newer version of this program";
    return NULL;
}

/* Bring the file from its version to ours. */
static int migrate(struct registration_cache *c)
{
    int64_t version = pragma(c, "PRAGMA user_version");
    char text[48];

    if (version < 0)
        return SNOW_EIO;
    for (; version < VERSION; version++)
        if (run(c, steps[version]))
            return SNOW_EIO;
    snprintf(text, sizeof text, "PRAGMA user_version = %d", (int)VERSION);
    return run(c, text);
}

/* A file without anything in it becomes ours, an older one is brought up to
 * date; two processes may want that at once. Null: it is ours; else what is
 * wrong with it. */
static const char *claim_file(struct registration_cache *c)
{
    const char *wrong;

    if (pragma(c, "PRAGMA application_id") == APPLICATION_ID &&
        pragma(c, "PRAGMA user_version") == VERSION)
        return NULL; /* without a lock: somebody may be writing */
    if (run(c, "BEGIN IMMEDIATE"))
        return sqlite3_errmsg(c->db);
    wrong = is_empty(c) ? NULL : refusal(c);
    if (wrong)
        return wrong;
    if (migrate(c) || run(c, "COMMIT"))
        return sqlite3_errmsg(c->db);
    return NULL;
}

static const char *open_db(struct registration_cache *c, const char *path)
{
    const char *wrong;

    if (sqlite3_open_v2(path, &c->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                            SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return c->db ? sqlite3_errmsg(c->db) : "out of memory";
    sqlite3_busy_timeout(c->db, OPEN_MS);
    wrong = claim_file(c);
    if (wrong)
        return wrong;
    /* Another process may be in its way: then it does the same. */
    sqlite3_busy_timeout(c->db, BUSY_MS);
    run(c, "PRAGMA journal_mode = WAL");
    run(c, "PRAGMA synchronous = NORMAL");
    for (size_t i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(c->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &c->statements[i], NULL) != SQLITE_OK)
            return sqlite3_errmsg(c->db);
    return NULL;
}

/* Run a prepared statement that answers nothing. */
static int finish(sqlite3_stmt *s)
{
    int code = sqlite3_step(s);

    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code == SQLITE_DONE ? 0 : SNOW_EIO;
}

/* If it cannot now, then another time. */
static void drop_old(struct registration_cache *c, int64_t now_utc_s)
{
    for (int i = DROP; i <= DROP_CLAIMS; i++) {
        sqlite3_bind_int64(c->statements[i], 1, now_utc_s);
        finish(c->statements[i]);
    }
}

static bool is_locked(const struct registration_cache *c)
{
    return c->db && sqlite3_errcode(c->db) == SQLITE_BUSY;
}

int registration_cache_open(struct registration_cache **out, const char *path,
                            int64_t now_utc_s, struct snow_error *err)
{
    struct registration_cache *c = calloc(1, sizeof *c);
    const char *wrong;
    int code = SNOW_EIO;

    if (!c)
        return snow_fail(err, SNOW_ENOMEM, "%s: out of memory", path);
    sqlite3_randomness(sizeof c->owner, &c->owner);
    c->owner = (c->owner & ~(int64_t)PID_MASK) | (getpid() & PID_MASK);
    if (make_folders(path)) {
        snow_fail(err, SNOW_EIO, "%s: its folder cannot be made: %s", path,
                  strerror(errno));
        goto fail;
    }
    wrong = open_db(c, path);
    if (wrong) {
        code = is_locked(c) ? SNOW_EBUSY : SNOW_EIO;
        snow_fail(err, code,
                  "%s: cannot serve as registration cache: %s; delete it or "
                  "name another file",
                  path, wrong);
        goto fail;
    }
    drop_old(c, now_utc_s);
    *out = c;
    return 0;

fail:
    registration_cache_close(c);
    return code;
}

/* --- records ------------------------------------------------------------- */

/* How long an answer is good; 0 for what is never kept. */
static int64_t lifetime_s(unsigned status)
{
    if (status == SNOW_REGISTRATION_REGISTERED)
        return CACHE_REGISTERED_S;
    return status == SNOW_REGISTRATION_NOT_FOUND ? CACHE_NOT_FOUND_S : 0;
}

/* An answer from the future was noted under a wrong clock. */
static bool is_fresh(int64_t seen_utc_s, int64_t now_utc_s, int64_t max_age_s)
{
    return seen_utc_s <= now_utc_s && now_utc_s - seen_utc_s < max_age_s;
}

static int read_record(sqlite3_stmt *s, int64_t now_utc_s,
                       struct snow_registration *out)
{
    int64_t seen_utc_s = sqlite3_column_int64(s, 0);
    unsigned status = (unsigned)sqlite3_column_int(s, 1);
    const char *record = (const char *)sqlite3_column_text(s, 2);

    if (!record || !is_fresh(seen_utc_s, now_utc_s, lifetime_s(status)) ||
        record_registration_parse_json(out, record,
                                       (size_t)sqlite3_column_bytes(s, 2)))
        return SNOW_ENOTFOUND;
    return 0;
}

int registration_cache_get(struct registration_cache *c, const char *domain,
                           int64_t now_utc_s, struct snow_registration *out)
{
    sqlite3_stmt *s = c->statements[GET];
    int code = SNOW_EIO, step;

    sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
    step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        code = read_record(s, now_utc_s, out);
    else if (step == SQLITE_DONE || step == SQLITE_BUSY)
        code = SNOW_ENOTFOUND;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code;
}

int registration_cache_put(struct registration_cache *c,
                           const struct snow_registration *r)
{
    sqlite3_stmt *s = c->statements[PUT];

    if (lifetime_s(r->status) == 0)
        return 0;
    buf_clear(&c->json);
    record_registration_format_json(&c->json, r);
    if (c->json.failed)
        return SNOW_ENOMEM;
    sqlite3_bind_text(s, 1, r->domain, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, r->seen_utc_s);
    sqlite3_bind_int(s, 3, r->status);
    sqlite3_bind_text(s, 4, c->json.data, (int)c->json.len, SQLITE_STATIC);
    return finish(s);
}

/* --- networks ------------------------------------------------------------ */

static void bind_key(sqlite3_stmt *s, int at, struct snow_addr a)
{
    unsigned char key[KEY_OCTETS];

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (unsigned char)((i < 8 ? a.hi : a.lo) >> (56 - i % 8 * 8));
    sqlite3_bind_blob(s, at, key, sizeof key, SQLITE_TRANSIENT);
}

static int read_network(sqlite3_stmt *s, struct snow_addr addr,
                        struct snow_network *out)
{
    const char *record = (const char *)sqlite3_column_text(s, 0);

    if (!record ||
        record_network_parse_json(out, record,
                                  (size_t)sqlite3_column_bytes(s, 0)) ||
        snow_addr_compare(out->first, addr) > 0 ||
        snow_addr_compare(out->last, addr) < 0)
        return SNOW_ENOTFOUND;
    return 0;
}

int registration_cache_get_network(struct registration_cache *c,
                                   struct snow_addr addr, int64_t now_utc_s,
                                   struct snow_network *out)
{
    sqlite3_stmt *s = c->statements[GET_NETWORK];
    int code = SNOW_EIO, step;

    bind_key(s, 1, addr);
    sqlite3_bind_int64(s, 2, now_utc_s);
    step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        code = read_network(s, addr, out);
    else if (step == SQLITE_DONE || step == SQLITE_BUSY)
        code = SNOW_ENOTFOUND;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code;
}

int registration_cache_put_network(struct registration_cache *c,
                                   const struct snow_network *n)
{
    sqlite3_stmt *s = c->statements[PUT_NETWORK];

    if (lifetime_s(n->status) == 0)
        return 0;
    buf_clear(&c->json);
    record_network_format_json(&c->json, n);
    if (c->json.failed)
        return SNOW_ENOMEM;
    bind_key(s, 1, n->last);
    bind_key(s, 2, n->first);
    sqlite3_bind_int64(s, 3, n->seen_utc_s);
    sqlite3_bind_int64(s, 4, n->seen_utc_s + lifetime_s(n->status));
    sqlite3_bind_text(s, 5, c->json.data, (int)c->json.len, SQLITE_STATIC);
    return finish(s);
}

/* --- WHOIS servers ------------------------------------------------------- */

int registration_cache_get_referral(struct registration_cache *c,
                                    const char *tld, int64_t now_utc_s,
                                    char out[CACHE_HOST_MAX])
{
    sqlite3_stmt *s = c->statements[GET_REFERRAL];
    int code = SNOW_EIO, step;

    sqlite3_bind_text(s, 1, tld, -1, SQLITE_STATIC);
    step = sqlite3_step(s);
    if (step == SQLITE_ROW) {
        const char *host = (const char *)sqlite3_column_text(s, 1);

        code = SNOW_ENOTFOUND;
        if (host && strlen(host) < CACHE_HOST_MAX &&
            is_fresh(sqlite3_column_int64(s, 0), now_utc_s, CACHE_REFERRAL_S)) {
            text_copy(out, CACHE_HOST_MAX, host);
            code = 0;
        }
    } else if (step == SQLITE_DONE || step == SQLITE_BUSY) {
        code = SNOW_ENOTFOUND;
    }
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code;
}

int registration_cache_put_referral(struct registration_cache *c,
                                    const char *tld, int64_t now_utc_s,
                                    const char *host)
{
    sqlite3_stmt *s = c->statements[PUT_REFERRAL];

    sqlite3_bind_text(s, 1, tld, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, now_utc_s);
    sqlite3_bind_text(s, 3, host, -1, SQLITE_STATIC);
    return finish(s);
}

/* --- who is asking ------------------------------------------------------- */

static bool take_claim(struct registration_cache *c, const char *question,
                       int64_t now_utc_s)
{
    sqlite3_stmt *s = c->statements[CLAIM];

    sqlite3_bind_text(s, 1, question, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, c->owner);
    sqlite3_bind_int64(s, 3, now_utc_s + CACHE_CLAIM_S);
    sqlite3_bind_int64(s, 4, now_utc_s);
    /* a busy file costs a question */
    return finish(s) != 0 || sqlite3_changes(c->db) > 0;
}

static void drop_claim(struct registration_cache *c, const char *question,
                       int64_t owner)
{
    sqlite3_stmt *s = c->statements[RELEASE];

    sqlite3_bind_text(s, 1, question, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, owner);
    finish(s); /* else it lapses */
}

/* Whose claim it is; 0: nobody's any more. */
static int64_t owner_of(struct registration_cache *c, const char *question)
{
    sqlite3_stmt *s = c->statements[GET_CLAIM];
    int64_t owner = 0;

    sqlite3_bind_text(s, 1, question, -1, SQLITE_STATIC);
    if (sqlite3_step(s) == SQLITE_ROW)
        owner = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return owner;
}

/* One of another machine may be taken for dead: that costs a question. */
static bool is_dead(int64_t owner)
{
    return kill((pid_t)(owner & PID_MASK), 0) != 0 && errno == ESRCH;
}

int registration_cache_claim(struct registration_cache *c, const char *question,
                             int64_t now_utc_s)
{
    int64_t owner;

    if (take_claim(c, question, now_utc_s))
        return 0;
    owner = owner_of(c, question);
    if (owner && !is_dead(owner))
        return SNOW_EBUSY;
    drop_claim(c, question, owner);
    return take_claim(c, question, now_utc_s) ? 0 : SNOW_EBUSY;
}

void registration_cache_release(struct registration_cache *c,
                                const char *question)
{
    drop_claim(c, question, c->owner);
}

/* --- bootstrap documents ------------------------------------------------- */

/* The statement's memory ends with its row: the text is copied, the tag behind
 * it. */
static int read_document(sqlite3_stmt *s, int64_t now_utc_s,
                         struct registration_cached *out, struct buf *memory)
{
    const char *etag = (const char *)sqlite3_column_text(s, 2);
    size_t len = (size_t)sqlite3_column_bytes(s, 3);

    if (!is_fresh(sqlite3_column_int64(s, 0), now_utc_s, CACHE_DOCUMENT_S))
        return SNOW_ENOTFOUND;
    buf_clear(memory);
    buf_add(memory, sqlite3_column_blob(s, 3), len);
    buf_add_char(memory, '\0');
    buf_add_text(memory, etag ? etag : "");
    if (memory->failed)
        return SNOW_ENOMEM;
    *out = (struct registration_cached){
        .fresh_until_utc_s = sqlite3_column_int64(s, 1),
        .octets = memory->data,
        .len = len,
        .etag = memory->data + len + 1,
    };
    return 0;
}

int registration_cache_get_document(struct registration_cache *c,
                                    const char *url, int64_t now_utc_s,
                                    struct registration_cached *out,
                                    struct buf *memory)
{
    sqlite3_stmt *s = c->statements[GET_DOCUMENT];
    int code = SNOW_EIO, step;

    sqlite3_bind_text(s, 1, url, -1, SQLITE_STATIC);
    step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        code = read_document(s, now_utc_s, out, memory);
    else if (step == SQLITE_DONE)
        code = SNOW_ENOTFOUND;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return code;
}

int registration_cache_put_document(struct registration_cache *c,
                                    const char *url, int64_t now_utc_s,
                                    const struct registration_cached *d)
{
    sqlite3_stmt *s = c->statements[PUT_DOCUMENT];

    sqlite3_bind_text(s, 1, url, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, now_utc_s);
    sqlite3_bind_int64(s, 3, d->fresh_until_utc_s);
    sqlite3_bind_text(s, 4, d->etag, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 5, d->octets, (int)d->len, SQLITE_STATIC);
    return finish(s);
}
