/* import/import.h: files into a scan, and this program's own records back. */
#include "import/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "analysis/mail_setup.h"
#include "analysis/website.h"
#include "base/records.h"
#include "report/columns.h"

static const struct import_how how = { .now_utc_s = 1526814153 };

/** A scan in memory, and what came of importing into it. */
struct fixture {
    struct snow_store *store;
    int64_t scan;
    struct import_file told;
    struct import_total total;
    struct snow_error err;
};

static void open_store(struct fixture *f)
{
    struct snow_scan scan = { .targets = "",
                              .settings = "{}",
                              .finished_utc_s = SNOW_TIME_UNKNOWN };

    *f = (struct fixture){ .scan = 0 };
    assert_int_equal(
        snow_store_open(&f->store, "memory:", SNOW_STORE_CREATE, NULL), 0);
    assert_int_equal(snow_store_add_scan(f->store, &scan, &f->scan, NULL), 0);
}

static void close_store(struct fixture *f)
{
    buf_fini(&f->total.targets);
    snow_store_close(f->store);
}

static void write_file(char path[32], const char *text, bool is_gzip)
{
    gzFile f;

    snprintf(path, 32, "/tmp/import-XXXXXX");
    f = gzdopen(mkstemp(path), is_gzip ? "wb" : "wbT");
    assert_non_null(f);
    gzwrite(f, text, (unsigned)strlen(text));
    assert_int_equal(gzclose(f), 0);
}

static int import_files(struct fixture *f, const char *const *texts, size_t n)
{
    struct import *m;
    int code;

    buf_fini(&f->total.targets);
    assert_int_equal(snow_store_begin(f->store, NULL), 0);
    assert_int_equal(import_new(&m, f->store, f->scan, NULL), 0);
    code = 0;
    for (size_t i = 0; !code && i < n; i++) {
        char path[32];

        write_file(path, texts[i], i % 2 == 0);
        code = import_read(m, path, &how, &f->told, &f->err);
        unlink(path);
    }
    if (!code)
        code = import_finish(m, &f->total, &f->err);
    import_free(m);
    if (code)
        snow_store_rollback(f->store);
    else
        assert_int_equal(snow_store_commit(f->store, NULL), 0);
    return code;
}

/* --- what is in the scan --- */

static int tell_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct buf *to = arg;

    buf_printf(to, "%s:", is_closed ? "closed" : "open");
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        const char *names = snow_block_names(b, i);

        if (b->status[i] == SNOW_PTR_OUTSIDE)
            continue;
        buf_printf(to, " %u=%s", i, snow_ptr_status_word(b->status[i]));
        for (unsigned k = 0; k < b->n_names[i]; k++) {
            buf_printf(to, ",%s", names);
            names += strlen(names) + 1;
        }
    }
    buf_add_char(to, '\n');
    return 0;
}

static int tell_name(void *arg, const struct snow_name *n)
{
    char addr[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(n->addr, addr);
    buf_printf(arg, "%s/%u=%s,%s\n", addr, n->nibbles,
               snow_ptr_status_word(n->status), n->n_names ? n->names : "");
    return 0;
}

static void assert_scan(struct fixture *f, const char *expected)
{
    struct buf text = { 0 };

    buf_add_text(&text, "");
    assert_int_equal(
        snow_store_each_block(f->store, f->scan, tell_block, &text, NULL), 0);
    assert_int_equal(
        snow_store_each_name(f->store, f->scan, tell_name, &text, NULL), 0);
    assert_string_equal(text.data, expected);
    buf_fini(&text);
}

#define BOTH                                                                   \
    "closed: 5=name,a.example 6=nxdomain\nclosed: 1=timeout\n"                 \
    "2001:db8::1/32=name,c.example\n"
#define TARGETS                                                                \
    "192.0.2.5-192.0.2.6;198.51.100.1-198.51.100.1;2001:db8::1-2001:db8::1"

static const char own[] =
    "{\"ip\":\"2001:db8::1\",\"status\":\"name\",\"names\":[\"c.example\"]}\n"
    "{\"ip\":\"192.0.2.6\",\"status\":\"nxdomain\",\"names\":[]}\n";
static const char table[] = "ip,ptr,status\n198.51.100.1,,timeout\n"
                            "192.0.2.5,A.example.,name\n";

static void files_become_a_scan(void **state)
{
    static const char *const texts[] = { own, table };
    struct fixture f;

    (void)state;
    open_store(&f);
    assert_int_equal(import_files(&f, texts, 2), 0);
    assert_scan(&f, BOTH);
    assert_string_equal(f.total.targets.data, TARGETS);
    assert_int_equal(f.total.by_status[SNOW_PTR_NAME], 2);
    assert_int_equal(f.total.by_status[SNOW_PTR_NXDOMAIN], 1);
    assert_int_equal(f.total.n_names, 2);
    close_store(&f);
}

static void a_second_import_adds_to_it(void **state)
{
    static const char *const first[] = { table }, *const second[] = { own };
    static const char *const more[] = {
        "192.0.2.5 z.example\n198.51.100.1 late.example\n"
    };
    struct fixture f;

    (void)state;
    open_store(&f);
    assert_int_equal(import_files(&f, first, 1), 0);
    assert_int_equal(import_files(&f, second, 1), 0);
    assert_scan(&f, BOTH);
    assert_string_equal(f.total.targets.data, TARGETS);
    assert_int_equal(import_files(&f, more, 1), 0);
    assert_scan(&f, "closed: 5=name,a.example,z.example 6=nxdomain\n"
                    "closed: 1=name,late.example\n"
                    "2001:db8::1/32=name,c.example\n");
    close_store(&f);
}

static void bad_lines_are_told_and_cost_nothing(void **state)
{
    static const char *const texts[] = {
        "\n\nip,ptr\n192.0.2.5,a.example\nx\n\ny\n192.0.2.6,b..c\n"
        "192.0.2.7,d.example"
    };
    struct fixture f;

    (void)state;
    open_store(&f);
    assert_int_equal(import_files(&f, texts, 1), 0);
    assert_int_equal(f.told.n_bad, 3);
    assert_int_equal(f.told.bad[0], 5);
    assert_int_equal(f.told.bad[1], 7);
    assert_int_equal(f.told.bad[2], 8);
    assert_scan(&f, "closed: 5=name,a.example 7=name,d.example\n");
    close_store(&f);
}

/* clang-format off */
static const struct {
    const char *why, *text, *says;
} refused[] = {
    { "no format", "hello world, this is text\n", "no format" },
    { "nothing in it", "\n\n", "empty" },
    { "nothing but comments", "; a\n# b\n", "empty" },
    { "a zone without an origin", "$TTL 60\n5 PTR a.example.\n",
      "line 2 is malformed; relative names need" },
    { "a zone of other names", "www.example. A 192.0.2.5\n",
      "nothing of any address" },
};
/* clang-format on */

static void what_is_no_data_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct fixture f;
        int code;

        open_store(&f);
        code = import_files(&f, &refused[i].text, 1);
        if (code != SNOW_ESYNTAX || !strstr(f.err.text, refused[i].says))
            fail_msg("%s: %d, %s", refused[i].why, code, f.err.text);
        close_store(&f);
    }
}

/* A line of more than IMPORT_LINE_MAX is passed over, those around it are not.
 */
static void endless_lines_are_passed_over(void **state)
{
    const size_t n = IMPORT_LINE_MAX + 300000;
    char *text = malloc(n + 100);
    const char *texts[1] = { text };
    struct fixture f;

    (void)state;
    assert_non_null(text);
    open_store(&f);
    snprintf(text, 100, "192.0.2.5 a.example\n");
    memset(text + 20, 'x', n);
    snprintf(text + 20 + n, 40, "\n192.0.2.6 b.example\n");
    assert_int_equal(import_files(&f, texts, 1), 0);
    assert_int_equal(f.told.n_bad, 1);
    assert_int_equal(f.told.bad[0], 2);
    assert_scan(&f, "closed: 5=name,a.example 6=name,b.example\n");
    free(text);
    close_store(&f);
}

/* A file that ends too early is no file: better nothing than a part that
 * nobody knows of. */
static void a_file_cut_off_is_refused(void **state)
{
    struct buf text = { 0 };
    const char *texts[1];
    char path[32];
    struct fixture f;
    struct import *m;

    (void)state;
    open_store(&f);
    for (unsigned i = 0; i < 20000; i++)
        buf_printf(&text, "10.0.%u.%u n%u.example\n", i / 256, i % 256,
                   i * 7919u);
    texts[0] = text.data;
    assert_int_equal(import_files(&f, texts, 1), 0);
    write_file(path, text.data, true);
    assert_int_equal(truncate(path, 30000), 0);
    assert_int_equal(import_new(&m, f.store, f.scan, NULL), 0);
    assert_int_equal(import_read(m, path, &how, &f.told, &f.err), SNOW_EIO);
    assert_non_null(strstr(f.err.text, "cut off"));
    import_free(m);
    unlink(path);
    buf_fini(&text);
    close_store(&f);
}

/* Nor is one whose bracket takes in all that follows. */
static void a_bracket_left_open_is_told(void **state)
{
    static const char *const texts[] = {
        "$ORIGIN 2.0.192.in-addr.arpa.\n1 PTR a.example.\n"
        "2 PTR ( b.example.\n3 PTR c.example.\n4 PTR d.example.\n",
    };
    struct fixture f;

    (void)state;
    open_store(&f);
    assert_int_equal(import_files(&f, texts, 1), SNOW_ESYNTAX);
    assert_non_null(strstr(f.err.text, "line 3 opens is never closed"));
    close_store(&f);
}

/* Of an IPv6 address without a name the scan's targets alone know. */
static void what_was_asked_before_stays(void **state)
{
    static const char *const first[] = {
        "ip,ptr,status\n2001:db8::1,,nxdomain\n192.0.2.1,a.example,name\n"
    };
    static const char *const second[] = {
        "ip,ptr,status\n2001:db8::3,b.example,name\n"
    };
    struct snow_scan scan;
    struct fixture f;
    char *targets;

    (void)state;
    open_store(&f);
    assert_int_equal(import_files(&f, first, 1), 0);
    assert_int_equal(snow_store_get_scan(f.store, f.scan, &scan, NULL), 0);
    targets = strdup(f.total.targets.data);
    scan.targets = targets;
    scan.settings = "{}";
    assert_int_equal(snow_store_update_scan(f.store, &scan, NULL), 0);
    assert_int_equal(import_files(&f, second, 1), 0);
    assert_string_equal(f.total.targets.data,
                        "192.0.2.1-192.0.2.1;2001:db8::1-2001:db8::1;"
                        "2001:db8::3-2001:db8::3");
    free(targets);
    close_store(&f);
}

/* --- scattered addresses --- */

static void ranges_have_a_bound(void **state)
{
    struct buf text = { 0 };
    const char *texts[1];
    struct fixture f;

    (void)state;
    open_store(&f);
    for (unsigned i = 0; i < 40000; i++)
        buf_printf(&text, "%u.%u.%u.9 a.example\n", 1 + i / 16384, i / 64 % 256,
                   i % 64 * 4);
    texts[0] = text.data;
    assert_int_equal(import_files(&f, texts, 1), 0);
    assert_true(f.total.targets.len > 0 && f.total.targets.len < 1u << 20);
    assert_int_equal(f.total.by_status[SNOW_PTR_NAME], 40000);
    buf_fini(&text);
    close_store(&f);
}

/* --- our own records, there and back --- */

struct record {
    struct buf text;
    struct snow_registration registration;
    struct analysis_mail_setup mail;
    struct analysis_website site;
    bool has[3];
};

static int write_probe(void *arg, const struct snow_probe *p)
{
    struct record *r = arg;

    report_ndjson_row(&r->text, &report_kind_probe, p);
    return 0;
}

static int keep_evidence(void *arg, const struct snow_evidence *e)
{
    struct record *r = arg;
    int code = SNOW_EINVAL;

    if (strcmp(e->kind, "registration") == 0) {
        code = record_registration_parse_json(&r->registration, e->data,
                                              e->data_len);
        r->has[0] = true;
    } else if (strcmp(e->kind, "mail") == 0) {
        code = analysis_mail_parse_json(&r->mail, e->data, e->data_len);
        r->has[1] = true;
    } else if (strcmp(e->kind, "web") == 0) {
        code = analysis_website_parse_json(&r->site, e->data, e->data_len);
        r->has[2] = true;
    }
    return code;
}

static void write_domain(struct record *r, const char *line)
{
    char domain[SNOW_DOMAIN_MAX];
    struct report_domain d = { .domain = domain };

    assert_int_equal(sscanf(line, "{\"domain\":\"%250[^\"]\"", domain), 1);
    d.registration = r->has[0] ? &r->registration : NULL;
    d.mail = r->has[1] ? &r->mail : NULL;
    d.website = r->has[2] ? &r->site : NULL;
    report_ndjson_row(&r->text, &report_kind_domain, &d);
}

static void assert_same_again(struct import_reader *reader, char *line)
{
    struct record *r = calloc(1, sizeof *r);
    struct import_taker taker = { NULL, write_probe, keep_evidence, r };
    char *copy = strdup(line);

    assert_true(r && copy);
    reader->to = &taker;
    line[strlen(line) - 1] = '\0';
    assert_int_equal(
        import_format_find("snowline")->take(reader, line, strlen(line)), 0);
    if (strncmp(copy, "{\"domain\"", 9) == 0)
        write_domain(r, copy);
    assert_string_equal(r->text.data, copy);
    buf_fini(&r->text);
    free(copy);
    free(r);
}

/* What is printed, imported and printed again is the same, octet for octet. */
static void our_own_records_come_back(void **state)
{
    struct import_reader reader = { .default_utc_s = SNOW_TIME_UNKNOWN };
    FILE *f = fopen("tests/golden/records.ndjson", "r");
    char *line = NULL;
    size_t cap = 0, n = 0;

    (void)state;
    assert_non_null(f);
    while (getline(&line, &cap, f) > 0)
        if (!strstr(line, "\"resolver\"")) {
            assert_same_again(&reader, line);
            n++;
        }
    assert_true(n >= 7);
    free(line);
    fclose(f);
    import_reader_fini(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_become_a_scan),
        cmocka_unit_test(a_second_import_adds_to_it),
        cmocka_unit_test(bad_lines_are_told_and_cost_nothing),
        cmocka_unit_test(what_is_no_data_is_refused),
        cmocka_unit_test(endless_lines_are_passed_over),
        cmocka_unit_test(a_file_cut_off_is_refused),
        cmocka_unit_test(a_bracket_left_open_is_told),
        cmocka_unit_test(what_was_asked_before_stays),
        cmocka_unit_test(ranges_have_a_bound),
        cmocka_unit_test(our_own_records_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
