/* registration/cache.h: one file, several handles, a clock of our own. */
#include "registration/cache.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/records.h"
#include "support/folder.h"

#define NOW 1526815353 /* 2018-05-20 */
#define DAY 86400

struct fixture {
    char dir[64], path[96];
};

static struct registration_cache *open_cache(const struct fixture *f)
{
    struct registration_cache *c = NULL;
    struct snow_error err = { .code = 0 };

    if (registration_cache_open(&c, f->path, NOW, &err))
        fail_msg("not opened: %s", err.text);
    return c;
}

static struct snow_registration record(const char *domain, unsigned status)
{
    struct snow_registration r = { .status = (uint8_t)status,
                                   .http_code = 200,
                                   .registrar_iana_id = 9990,
                                   .created_utc_s = NOW - 3 * DAY,
                                   .expires_utc_s = SNOW_TIME_UNKNOWN,
                                   .updated_utc_s = SNOW_TIME_UNKNOWN,
                                   .seen_utc_s = NOW,
                                   .registrar = "First \"Names\"",
                                   .source = "https://rdap.example/" };

    text_copy(r.domain, sizeof r.domain, domain);
    return r;
}

/* clang-format off */
static const struct {
    const char *why;
    unsigned status;
    int64_t age_s;
    int code;
} cases[] = {
    { "just seen", SNOW_REGISTRATION_REGISTERED, 0, 0 },
    { "seen for 30 days", SNOW_REGISTRATION_REGISTERED, 30 * DAY - 1, 0 },
    { "too old", SNOW_REGISTRATION_REGISTERED, 30 * DAY, SNOW_ENOTFOUND },
    { "from the future", SNOW_REGISTRATION_REGISTERED, -1, SNOW_ENOTFOUND },
    { "not found, for 7 days", SNOW_REGISTRATION_NOT_FOUND, 7 * DAY - 1, 0 },
    { "not found, too old", SNOW_REGISTRATION_NOT_FOUND, 7 * DAY,
      SNOW_ENOTFOUND },
    { "unknown is not kept", SNOW_REGISTRATION_UNKNOWN, 0, SNOW_ENOTFOUND },
    { "limited is not kept", SNOW_REGISTRATION_LIMITED, 0, SNOW_ENOTFOUND },
    { "an error is not kept", SNOW_REGISTRATION_ERROR, 0, SNOW_ENOTFOUND },
};
/* clang-format on */

static void assert_same(const struct snow_registration *a,
                        const struct snow_registration *b)
{
    struct buf one = { 0 }, other = { 0 };

    record_registration_format_json(&one, a);
    record_registration_format_json(&other, b);
    assert_string_equal(one.data, other.data);
    buf_fini(&one);
    buf_fini(&other);
}

static void answers_are_good_for_their_time(void **state)
{
    struct registration_cache *c = open_cache(*state);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_registration in, out;
        char domain[32];
        int code;

        snprintf(domain, sizeof domain, "case%zu.com", i);
        in = record(domain, cases[i].status);
        assert_int_equal(registration_cache_put(c, &in), 0);
        code = registration_cache_get(c, domain, NOW + cases[i].age_s, &out);
        if (code != cases[i].code)
            fail_msg("%s: %d", cases[i].why, code);
        if (code == 0)
            assert_same(&in, &out);
    }
    registration_cache_close(c);
}

static void two_handles_share_it(void **state)
{
    struct registration_cache *a = open_cache(*state), *b = open_cache(*state);
    struct snow_registration r = record("x.com", SNOW_REGISTRATION_NOT_FOUND);

    assert_int_equal(registration_cache_get(b, "x.com", NOW, &r),
                     SNOW_ENOTFOUND);
    assert_int_equal(registration_cache_put(a, &r), 0);
    assert_int_equal(registration_cache_get(b, "x.com", NOW, &r), 0);
    assert_int_equal(r.status, SNOW_REGISTRATION_NOT_FOUND);
    r.status = SNOW_REGISTRATION_REGISTERED; /* the newer replaces */
    assert_int_equal(registration_cache_put(b, &r), 0);
    registration_cache_close(b);
    assert_int_equal(registration_cache_get(a, "x.com", NOW, &r), 0);
    assert_int_equal(r.status, SNOW_REGISTRATION_REGISTERED);
    registration_cache_close(a);
}

static void the_document_is_kept(void **state)
{
    struct registration_cache *c = open_cache(*state);
    static const char url[] = "https://data.example/dns.json";
    struct registration_cached in = { .fresh_until_utc_s = NOW + 2 * DAY,
                                      .etag = "\"7-x\"",
                                      .octets = "{\"a\":1}",
                                      .len = 7 };
    struct registration_cached out;
    struct buf memory = { 0 };

    assert_int_equal(
        registration_cache_get_document(c, url, NOW, &out, &memory),
        SNOW_ENOTFOUND);
    assert_int_equal(registration_cache_put_document(c, url, NOW, &in), 0);
    assert_int_equal(
        registration_cache_get_document(c, url, NOW + 364 * DAY, &out, &memory),
        0);
    assert_string_equal(out.octets, in.octets);
    assert_int_equal(out.len, in.len);
    assert_string_equal(out.etag, in.etag);
    assert_int_equal(out.fresh_until_utc_s, in.fresh_until_utc_s);
    assert_int_equal(
        registration_cache_get_document(c, url, NOW + 365 * DAY, &out, &memory),
        SNOW_ENOTFOUND);
    buf_fini(&memory);
    registration_cache_close(c);
}

/* --- networks ------------------------------------------------------------ */

static struct snow_addr addr(const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

static struct snow_network network(const char *name, const char *first,
                                   const char *last, unsigned status)
{
    struct snow_network n = { .status = (uint8_t)status,
                              .http_code = 200,
                              .first = addr(first),
                              .last = addr(last),
                              .seen_utc_s = NOW,
                              .abuse_email = "abuse@host.example",
                              .source = "https://rdap.example/ip/" };

    text_copy(n.name, sizeof n.name, name);
    return n;
}

/* clang-format off */
static const struct {
    const char *name, *first, *last;
    unsigned status;
} kept[] = {
    { "WIDE",   "192.0.0.0",   "192.0.255.255", SNOW_REGISTRATION_REGISTERED },
    { "NARROW", "192.0.2.0",   "192.0.2.255",   SNOW_REGISTRATION_REGISTERED },
    { "TAIL",   "192.0.2.128", "192.0.2.255",   SNOW_REGISTRATION_REGISTERED },
    { "ALONE",  "203.0.113.7", "203.0.113.7",   SNOW_REGISTRATION_NOT_FOUND },
    { "LOST",   "198.51.100.0", "198.51.100.255", SNOW_REGISTRATION_UNKNOWN },
    { "SIX",    "2001:db8::",  "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
      SNOW_REGISTRATION_REGISTERED },
};

static const struct {
    const char *why, *addr;
    int64_t age_s;
    const char *name; /* NULL: none */
} wanted[] = {
    { "in the wide one alone", "192.0.3.1", 0, "WIDE" },
    { "in two of them", "192.0.2.1", 0, "NARROW" },
    { "in three of them", "192.0.2.200", 0, "TAIL" },
    { "the first address", "192.0.0.0", 0, "WIDE" },
    { "the last address", "192.0.255.255", 0, "WIDE" },
    { "just before", "191.255.255.255", 0, NULL },
    { "just behind", "192.1.0.0", 0, NULL },
    { "IPv6", "2001:db8::1", 0, "SIX" },
    { "no IPv6 network holds it", "2001:db9::1", 0, NULL },
    { "good for 30 days", "192.0.2.1", 30 * DAY - 1, "NARROW" },
    { "too old", "192.0.2.1", 30 * DAY, NULL },
    { "from the future", "192.0.2.1", -1, NULL },
    { "nobody's, for 7 days", "203.0.113.7", 7 * DAY - 1, "ALONE" },
    { "nobody's, too old", "203.0.113.7", 7 * DAY, NULL },
    { "nobody's tells nothing of its neighbour", "203.0.113.8", 0, NULL },
    { "unknown is not kept", "198.51.100.1", 0, NULL },
};
/* clang-format on */

static void networks_serve_their_addresses(void **state)
{
    struct registration_cache *c = open_cache(*state);

    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        struct snow_network n =
            network(kept[i].name, kept[i].first, kept[i].last, kept[i].status);

        assert_int_equal(registration_cache_put_network(c, &n), 0);
    }
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct snow_network n = { .name = "" };
        int code = registration_cache_get_network(c, addr(wanted[i].addr),
                                                  NOW + wanted[i].age_s, &n);

        if (code != (wanted[i].name ? 0 : SNOW_ENOTFOUND))
            fail_msg("%s: %d", wanted[i].why, code);
        if (wanted[i].name && strcmp(n.name, wanted[i].name) != 0)
            fail_msg("%s: '%s'", wanted[i].why, n.name);
        if (wanted[i].name && (strcmp(n.abuse_email, "abuse@host.example") ||
                               n.seen_utc_s != NOW))
            fail_msg("%s: not as it was put", wanted[i].why);
    }
    registration_cache_close(c);
}

static void referrals_are_good_for_a_day(void **state)
{
    struct registration_cache *c = open_cache(*state);
    char host[CACHE_HOST_MAX] = "?";

    assert_int_equal(registration_cache_get_referral(c, "test", NOW, host),
                     SNOW_ENOTFOUND);
    assert_int_equal(
        registration_cache_put_referral(c, "test", NOW, "whois.test"), 0);
    assert_int_equal(registration_cache_put_referral(c, "none", NOW, ""), 0);
    assert_int_equal(
        registration_cache_get_referral(c, "test", NOW + DAY - 1, host), 0);
    assert_string_equal(host, "whois.test");
    assert_int_equal(registration_cache_get_referral(c, "none", NOW, host), 0);
    assert_string_equal(host, "");
    assert_int_equal(
        registration_cache_get_referral(c, "test", NOW + DAY, host),
        SNOW_ENOTFOUND);
    registration_cache_close(c);
}

/* --- several at once ----------------------------------------------------- */

static void a_question_is_asked_by_one(void **state)
{
    struct registration_cache *a = open_cache(*state), *b = open_cache(*state);

    assert_int_equal(registration_cache_claim(a, "x.com", NOW), 0);
    assert_int_equal(registration_cache_claim(b, "x.com", NOW), SNOW_EBUSY);
    assert_int_equal(registration_cache_claim(b, "y.com", NOW), 0);
    assert_int_equal(registration_cache_claim(a, "x.com", NOW + 1), 0);

    registration_cache_release(b, "x.com"); /* not b's to give */
    assert_int_equal(registration_cache_claim(b, "x.com", NOW), SNOW_EBUSY);
    registration_cache_release(a, "x.com");
    assert_int_equal(registration_cache_claim(b, "x.com", NOW), 0);

    /* a process that died, and one with a wrong clock */
    assert_int_equal(registration_cache_claim(a, "y.com", NOW + CACHE_CLAIM_S),
                     0);
    assert_int_equal(registration_cache_claim(b, "z.com", NOW + DAY), 0);
    assert_int_equal(registration_cache_claim(a, "z.com", NOW), 0);
    registration_cache_close(a);
    registration_cache_close(b);
}

static void who_dies_asks_nothing(void **state)
{
    struct registration_cache *c;
    pid_t child = fork();
    int status;

    if (child == 0) {
        c = open_cache(*state);
        status = registration_cache_claim(c, "x.com", NOW);
        registration_cache_close(c); /* as it is in the end */
        _exit(status);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    c = open_cache(*state);
    assert_int_equal(registration_cache_claim(c, "x.com", NOW), 0);
    registration_cache_close(c);
}

static void a_busy_file_costs_a_question(void **state)
{
    const struct fixture *f = *state;
    struct registration_cache *c = open_cache(f), *other;
    struct snow_registration r = record("x.com", SNOW_REGISTRATION_NOT_FOUND);
    sqlite3 *db;

    assert_int_equal(registration_cache_claim(c, "z.com", NOW), 0);
    assert_int_equal(registration_cache_put(c, &r), 0);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL),
                     SQLITE_OK);
    /* what is there is read all the same; what is new is not kept */
    assert_int_equal(registration_cache_get(c, "x.com", NOW, &r), 0);
    text_copy(r.domain, sizeof r.domain, "y.com");
    assert_int_equal(registration_cache_put(c, &r), SNOW_EIO);
    assert_int_equal(registration_cache_claim(c, "y.com", NOW), 0);
    registration_cache_release(c, "z.com");
    other = open_cache(f); /* another process begins */
    assert_int_equal(registration_cache_get(other, "x.com", NOW, &r), 0);
    sqlite3_close(db);

    text_copy(r.domain, sizeof r.domain, "y.com");
    assert_int_equal(registration_cache_put(c, &r), 0);
    assert_int_equal(registration_cache_get(other, "y.com", NOW, &r), 0);
    /* a claim that could not be given back is, with the next one */
    assert_int_equal(registration_cache_claim(other, "z.com", NOW), SNOW_EBUSY);
    assert_int_equal(registration_cache_claim(c, "y.com", NOW), 0);
    assert_int_equal(registration_cache_claim(other, "z.com", NOW), 0);
    registration_cache_close(other);
    registration_cache_close(c);
}

static void execute(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void old_answers_are_dropped(void **state)
{
    const struct fixture *f = *state;
    struct registration_cache *c = open_cache(f);
    struct snow_registration r = record("x.com", SNOW_REGISTRATION_REGISTERED);

    assert_int_equal(registration_cache_put(c, &r), 0);
    registration_cache_close(c);
    assert_int_equal(registration_cache_open(&c, f->path, NOW + 31 * DAY, NULL),
                     0);
    assert_int_equal(registration_cache_get(c, "x.com", NOW, &r),
                     SNOW_ENOTFOUND);
    registration_cache_close(c);
}

/* A file as version 1 made it: what it holds goes on to be good. */
static void an_older_one_becomes_new(void **state)
{
    const struct fixture *f = *state;
    struct registration_cache *c;
    struct snow_registration r = record("x.com", SNOW_REGISTRATION_REGISTERED);
    struct registration_cached out;
    struct buf memory = { 0 }, sql = { 0 };

    buf_add_text(&sql,
                 "CREATE TABLE registration("
                 " domain TEXT PRIMARY KEY, seen_utc_s INTEGER NOT NULL,"
                 " status INTEGER NOT NULL, record TEXT NOT NULL)"
                 " WITHOUT ROWID;"
                 "CREATE INDEX registration_seen ON registration(seen_utc_s);"
                 "CREATE TABLE bootstrap(url TEXT PRIMARY KEY,"
                 " seen_utc_s INTEGER NOT NULL, document BLOB NOT NULL);"
                 "PRAGMA application_id = 1397641795;"
                 "PRAGMA user_version = 1;");
    buf_printf(&sql, "INSERT INTO registration VALUES('x.com', %d, %d, '", NOW,
               SNOW_REGISTRATION_REGISTERED);
    record_registration_format_json(&sql, &r);
    buf_printf(&sql, "'); INSERT INTO bootstrap VALUES('u', %d, 'old');", NOW);
    execute(f->path, sql.data);

    for (int i = 0; i < 2; i++) { /* and stays so */
        c = open_cache(f);
        assert_int_equal(registration_cache_get(c, "x.com", NOW, &r), 0);
        assert_int_equal(
            registration_cache_get_document(c, "u", NOW, &out, &memory), 0);
        assert_int_equal(out.len, 3);
        assert_string_equal(out.etag, "");
        assert_int_equal(out.fresh_until_utc_s, 0);
        assert_int_equal(registration_cache_put_referral(c, "a", NOW, "b"), 0);
        registration_cache_close(c);
    }
    buf_fini(&memory);
    buf_fini(&sql);
}

static void write_text(const char *path)
{
    FILE *f = fopen(path, "w");

    for (int i = 0; i < 1000; i++)
        fputs("this is no database\n", f);
    fclose(f);
}

static void make_newer(const char *path)
{
    struct registration_cache *c = NULL;

    assert_int_equal(registration_cache_open(&c, path, NOW, NULL), 0);
    registration_cache_close(c);
    execute(path, "PRAGMA user_version = 99");
}

/* Its header stays, what comes after is overwritten. */
static void damage(const char *path)
{
    char junk[4096 * 3];
    struct registration_cache *c = NULL;
    int fd;

    assert_int_equal(registration_cache_open(&c, path, NOW, NULL), 0);
    registration_cache_close(c);
    memset(junk, 0x5a, sizeof junk);
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, junk, sizeof junk, 100), sizeof junk);
    close(fd);
}

static void make_foreign(const char *path)
{
    execute(path, "CREATE TABLE notes(text); INSERT INTO notes VALUES('mine')");
}

static void make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0755), 0);
}

static const struct {
    const char *why;
    void (*make)(const char *path);
    const char *says;
} foreign[] = {
    { "a text file", write_text, "not a database" },
    { "another program's database", make_foreign, "some other program" },
    { "made by a newer program", make_newer, "newer version" },
    { "damaged", damage, "" },
    { "a folder", make_folder, "" },
};

static void what_is_no_cache_is_refused(void **state)
{
    const struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        char path[128];
        struct registration_cache *c = NULL;
        struct snow_error err = { .code = 0 };

        snprintf(path, sizeof path, "%s/foreign%zu.db", f->dir, i);
        foreign[i].make(path);
        if (registration_cache_open(&c, path, NOW, &err) != SNOW_EIO)
            fail_msg("%s: taken", foreign[i].why);
        if (!strstr(err.text, foreign[i].says) || !strstr(err.text, path))
            fail_msg("%s: '%s'", foreign[i].why, err.text);
    }
}

static void folders_are_made(void **state)
{
    const struct fixture *f = *state;
    struct fixture deep;
    struct registration_cache *c = NULL;

    deep = *f;
    snprintf(deep.path, sizeof deep.path, "%s/a/b/c.db", f->dir);
    registration_cache_close(open_cache(&deep));
    assert_int_equal(access(deep.path, R_OK | W_OK), 0);
    snprintf(deep.path, sizeof deep.path, "%s/a/b/c.db/d.db", f->dir);
    assert_int_equal(registration_cache_open(&c, deep.path, NOW, NULL),
                     SNOW_EIO);
}

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){ .dir = "/tmp/snow-cache-XXXXXX" };
    assert_non_null(mkdtemp(f.dir));
    snprintf(f.path, sizeof f.path, "%s/cache.db", f.dir);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    const struct fixture *f = *state;

    return folder_remove(f->dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_are_good_for_their_time),
        TEST(two_handles_share_it),
        TEST(the_document_is_kept),
        TEST(networks_serve_their_addresses),
        TEST(referrals_are_good_for_a_day),
        TEST(a_question_is_asked_by_one),
        TEST(who_dies_asks_nothing),
        TEST(a_busy_file_costs_a_question),
        TEST(an_older_one_becomes_new),
        TEST(old_answers_are_dropped),
        TEST(what_is_no_cache_is_refused),
        TEST(folders_are_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
