/* Files that an older snowline wrote, and what a crash leaves of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/text.h"
#include "snowline/store.h"

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/snowline-sqlite.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/one.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const ends[] = { "", "-wal", "-shm" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char name[128];

        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    return rmdir(folder);
}

static struct snow_store *open_it(enum snow_store_mode mode)
{
    struct snow_error err = { 0 };
    struct snow_store *s;

    if (snow_store_open(&s, path, mode, &err))
        fail_msg("%s", err.text);
    return s;
}

static void execute(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int count(void *arg, const struct snow_name *name)
{
    (void)name;
    ++*(int *)arg;
    return 0;
}

static int n_names(struct snow_store *s)
{
    int n = 0;

    assert_int_equal(snow_store_each_name(s, 1, count, &n, NULL), 0);
    return n;
}

static void put_name(struct snow_store *s, struct snow_addr a)
{
    struct snow_name name = { .addr = a,
                              .nibbles = 32,
                              .status = SNOW_PTR_NAME,
                              .n_names = 1,
                              .names = "a.example" };
    struct snow_record r = { .kind = SNOW_RECORD_NAME,
                             .scan = 1,
                             .name = &name };

    assert_int_equal(snow_store_put(s, &r, NULL), 0);
}

static void add_scan(struct snow_store *s)
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    int64_t id;

    assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
}

#define DROP(column) "ALTER TABLE probe DROP COLUMN tls_" #column ";"
#define NO_TLS                                                                 \
    DROP(version)                                                              \
    DROP(cipher)                                                               \
    DROP(subject)                                                              \
    DROP(names)                                                                \
    DROP(issuer)                                                               \
    DROP(not_before)                                                           \
    DROP(not_after)                                                            \
    DROP(spki_sha256)                                                          \
    DROP(self_signed)

static void put_probe(struct snow_store *s, uint64_t i, const char *version)
{
    struct snow_probe p = { .addr = { 1, i }, .port = 25 };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = 1,
                             .probe = &p };

    text_copy(p.tls.version, sizeof p.tls.version, version);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
}

static int add_version(void *arg, const struct snow_probe *p)
{
    buf_printf(arg, "%s;", p->tls.version);
    assert_int_equal(p->tls.subject_len + p->tls.names_len + p->tls.issuer_len,
                     0);
    return 0;
}

static void check_versions(struct snow_store *s, const char *want)
{
    struct buf out = { 0 };

    assert_int_equal(snow_store_each_probe(s, 1, add_version, &out, NULL), 0);
    assert_string_equal(out.data, want);
    buf_fini(&out);
}

static void the_second_version_is_read_and_brought_up(void **state)
{
    struct snow_store *s = open_it(SNOW_STORE_CREATE);

    (void)state;
    add_scan(s);
    put_probe(s, 1, "TLSv1");
    snow_store_close(s);
    execute("DROP TABLE complaint;" NO_TLS "PRAGMA user_version = 2;");
    s = open_it(SNOW_STORE_READ);
    check_versions(s, ";");
    snow_store_close(s);
    s = open_it(SNOW_STORE_WRITE);
    check_versions(s, ";");
    put_probe(s, 2, "TLSv1.3");
    snow_store_close(s);
    s = open_it(SNOW_STORE_WRITE);
    check_versions(s, ";TLSv1.3;");
    snow_store_close(s);
}

static void the_first_version_is_read_and_brought_up(void **state)
{
    struct snow_walk walk;
    struct snow_store *s = open_it(SNOW_STORE_CREATE);

    (void)state;
    add_scan(s);
    snow_store_close(s);
    execute("DROP TABLE complaint; DROP TABLE name; DROP TABLE node;"
            "DROP TABLE walk;" NO_TLS "PRAGMA user_version = 1;");
    s = open_it(SNOW_STORE_READ);
    assert_int_equal(n_names(s), 0);
    assert_int_equal(snow_store_get_walk(s, 1, &walk, NULL), SNOW_ENOTFOUND);
    snow_store_close(s);
    for (int i = 1; i <= 2; i++) { /* once brought up, it stays so */
        s = open_it(SNOW_STORE_WRITE);
        assert_int_equal(snow_store_begin(s, NULL), 0);
        put_name(s, (struct snow_addr){ 1, (uint64_t)i });
        assert_int_equal(snow_store_commit(s, NULL), 0);
        assert_int_equal(n_names(s), i);
        snow_store_close(s);
    }
    s = open_it(SNOW_STORE_READ);
    assert_int_equal(n_names(s), 2);
    snow_store_close(s);
}

static int count_complaint(void *arg, const struct snow_complaint *c)
{
    (void)c;
    ++*(int *)arg;
    return 0;
}

static int n_complaints(struct snow_store *s)
{
    int n = 0;

    assert_int_equal(snow_store_each_complaint(s, count_complaint, &n, NULL),
                     0);
    return n;
}

static void the_third_version_is_read_and_brought_up(void **state)
{
    struct snow_complaint c = { .message_id = "a@b.example",
                                .recipient = "abuse@c.example",
                                .finding_id = "r-1",
                                .data = "{}",
                                .data_len = 2 };
    struct snow_record r = { .kind = SNOW_RECORD_COMPLAINT,
                             .scan = 1,
                             .complaint = &c };
    struct snow_store *s = open_it(SNOW_STORE_CREATE);

    (void)state;
    snow_store_close(s);
    execute("DROP TABLE complaint; PRAGMA user_version = 3;");
    s = open_it(SNOW_STORE_READ);
    assert_int_equal(n_complaints(s), 0);
    snow_store_close(s);
    s = open_it(SNOW_STORE_WRITE);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    assert_int_equal(n_complaints(s), 1);
    snow_store_close(s);
}

/* Is that somewhere in the store's file, or in its log? */
static bool is_on_disk(const char *octets)
{
    static const char *const ends[] = { "", "-wal" };
    bool found = false;

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct buf all = { 0 };
        char name[128], piece[4096];
        size_t n;
        FILE *f;

        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        f = fopen(name, "rb");
        while (f && (n = fread(piece, 1, sizeof piece, f)) > 0)
            buf_add(&all, piece, n);
        found |= all.len > 0 &&
                 memmem(all.data, all.len, octets, strlen(octets)) != NULL;
        if (f)
            fclose(f);
        buf_fini(&all);
    }
    return found;
}

static void fill_scan(struct snow_store *s, int64_t scan, const char *banner)
{
    struct snow_probe p = { .addr = { 1, 0 },
                            .port = 25,
                            .banner = banner,
                            .banner_len = strlen(banner) };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = scan,
                             .probe = &p };

    add_scan(s);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    for (p.addr.lo = 1; p.addr.lo <= 1000; p.addr.lo++)
        assert_int_equal(snow_store_put(s, &r, NULL), 0);
    assert_int_equal(snow_store_commit(s, NULL), 0);
}

static void what_is_forgotten_leaves_the_disk(void **state)
{
    struct snow_forgotten n = { 0 };
    struct snow_store *s = open_it(SNOW_STORE_CREATE);
    uint64_t freed = 0;

    (void)state;
    fill_scan(s, 1, "220 forget-me.example");
    fill_scan(s, 2, "220 keep-me.example");
    assert_true(is_on_disk("forget-me"));
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_forget_scan(s, 1, &n, NULL), 0);
    assert_int_equal(snow_store_commit(s, NULL), 0);
    assert_int_equal(n.probes, 1000);
    assert_true(is_on_disk("forget-me")); /* in the log */
    assert_int_equal(snow_store_compact(s, true, &freed, NULL), 0);
    assert_true(freed > 0);
    assert_false(is_on_disk("forget-me"));
    assert_true(is_on_disk("keep-me"));
    snow_store_close(s);
    assert_false(is_on_disk("forget-me"));
}

/* Who reads needs the old octets: it is said, and can be done again. */
static void a_reader_is_waited_for(void **state)
{
    struct snow_forgotten n;
    struct snow_store *s = open_it(SNOW_STORE_CREATE), *other;
    struct snow_blocks *cursor;
    uint64_t freed;

    (void)state;
    fill_scan(s, 1, "220 forget-me.example");
    other = open_it(SNOW_STORE_READ);
    assert_int_equal(snow_store_blocks(&cursor, other, 1, NULL), 0);
    assert_int_equal(n_names(other), 0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_forget_scan(s, 1, &n, NULL), 0);
    assert_int_equal(snow_store_commit(s, NULL), 0);
    assert_int_equal(snow_store_compact(s, true, &freed, NULL), SNOW_EBUSY);
    snow_blocks_close(cursor);
    snow_store_close(other);
    assert_int_equal(snow_store_compact(s, true, &freed, NULL), 0);
    assert_false(is_on_disk("forget-me"));
    snow_store_close(s);
}

/* A name and the node that it came from: both or neither. */
static void a_crash_leaves_the_last_commit(void **state)
{
    struct snow_node node = { { 1, 0 }, 31, 0xffff, 0 };
    struct snow_walk walk = { { 16 }, &node, 1 }, out;
    struct snow_record r = { .kind = SNOW_RECORD_WALK,
                             .scan = 1,
                             .walk = &walk };
    struct snow_store *s = open_it(SNOW_STORE_CREATE);
    pid_t child;
    int status;

    (void)state;
    add_scan(s);
    snow_store_close(s);
    child = fork();
    if (child == 0) {
        s = open_it(SNOW_STORE_WRITE);
        snow_store_begin(s, NULL);
        put_name(s, (struct snow_addr){ 1, 1 });
        snow_store_put(s, &r, NULL);
        snow_store_commit(s, NULL);
        snow_store_begin(s, NULL);
        put_name(s, (struct snow_addr){ 1, 2 });
        node.ask = 0;
        walk.by_status[0] = 0;
        snow_store_put(s, &r, NULL);
        _exit(0); /* no commit, no close */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    s = open_it(SNOW_STORE_WRITE);
    assert_int_equal(n_names(s), 1);
    assert_int_equal(snow_store_get_walk(s, 1, &out, NULL), 0);
    assert_int_equal(out.by_status[0], 16);
    snow_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_second_version_is_read_and_brought_up, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(
            the_first_version_is_read_and_brought_up, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(
            the_third_version_is_read_and_brought_up, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(what_is_forgotten_leaves_the_disk,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_reader_is_waited_for, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_crash_leaves_the_last_commit,
                                        make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
