#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "../support/report_store.h"
#include "report/report.h"

/* Columns that scripts rely on, in this order; more may follow. */
static const char contract[] =
    "finding_id,kind,parent_id,tier,score,coverage,first_ip,last_ip,cidrs,"
    "ip_count,named_count,gap_count,domains,domain_count,apex_first,"
    "distinct_names,registrar,registrar_iana_id,created_min,created_max,"
    "age_days_median,burst_p,smtp_open,smtp_probed,banner_fingerprint,"
    "mx_inside,spf_covers,fcrdns_ok,web_none,reporters_max,reporters_median,"
    "asn,abuse_email,customer,reasons,caveats,first_seen,last_seen,";

static void write_report(struct buf *to, const char *format,
                         const struct report_request *q)
{
    struct report_out out = report_to_buf(to);
    struct snow_error err = { 0 };
    int code = report_write(&out, report_format_find(format), q, &err);

    if (code)
        fail_msg("%s gave %d: %s", format, code, err.text);
}

static void findings_match_golden(void **state)
{
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    write_report(&got, "csv",
                 &(struct report_request){ .findings = &f.findings,
                                           .least = SNOW_TIER_REVIEW });
    golden_check("tests/golden/findings.csv", &got);
    assert_memory_equal(got.data, contract, sizeof contract - 1);
    buf_fini(&got);
}

/* Cells of the row at *at, which moves behind its CRLF (RFC 4180 §2). */
static size_t count_cells(const struct buf *b, size_t *at)
{
    size_t cells = 1;
    bool is_quoted = false;

    for (; *at < b->len; ++*at) {
        char c = b->data[*at];

        is_quoted ^= c == '"';
        if (c == ',' && !is_quoted)
            cells++;
        if (c == '\r' && !is_quoted)
            break;
    }
    assert_true(*at + 1 < b->len && b->data[*at + 1] == '\n');
    *at += 2;
    return cells;
}

static void hostile_text_stays_in_its_cell(void **state)
{
    struct fixture f;
    struct buf got = { 0 };
    size_t at = 0, columns, rows = 0;

    (void)state;
    fixture_init(&f);
    write_report(&got, "csv",
                 &(struct report_request){ .findings = &f.findings,
                                           .least = SNOW_TIER_CONTEXT });
    columns = count_cells(&got, &at);
    for (; at < got.len; rows++)
        assert_int_equal(count_cells(&got, &at), columns);
    assert_int_equal(rows, FIXTURE_N);
    for (size_t i = 0; i < got.len; i++)
        if ((unsigned char)got.data[i] < ' ' && !strchr("\r\n", got.data[i]))
            fail_msg("control octet %02x at %zu", got.data[i], i);
    buf_fini(&got);
}

/* clang-format off */
static const struct {
    const char *why;
    enum snow_tier least;
    const char *ids[FIXTURE_N]; /* in this order, no others */
} tiers[] = {
    { "a shown campaign shows all of its runs", SNOW_TIER_HIGH,
      { "campaign-01", "run-01", "run-02", "run-03" } },
    { "a strip brings its run, a lone context run stays away",
      SNOW_TIER_REVIEW,
      { "campaign-01", "strip-01", "run-01", "run-hostile", "run-02",
        "run-03", "run-04" } },
    { "context is everything", SNOW_TIER_CONTEXT,
      { "campaign-01", "strip-01", "run-01", "run-hostile", "run-02",
        "run-03", "run-04", "run-05", "run-06" } },
};
/* clang-format on */

static void tiers_choose_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tiers); i++) {
        struct fixture f;
        struct buf got = { 0 };
        const char *line;
        size_t n = 0;

        fixture_init(&f);
        write_report(&got, "csv",
                     &(struct report_request){ .findings = &f.findings,
                                               .least = tiers[i].least });
        for (line = strstr(got.data, "\r\n") + 2; *line;
             line = strstr(line, "\r\n") + 2, n++) {
            const char *id = tiers[i].ids[n];

            if (n == FIXTURE_N || !id || strncmp(line, id, strlen(id)) != 0)
                fail_msg("%s: row %zu is %.20s", tiers[i].why, n, line);
        }
        if (n < FIXTURE_N && tiers[i].ids[n])
            fail_msg("%s: %s is missing", tiers[i].why, tiers[i].ids[n]);
        buf_fini(&got);
    }
}

static void a_full_disk_is_told(void **state)
{
    struct report_fd fd = { .fd = open("/dev/full", O_WRONLY) };
    struct report_out out = report_to_fd(&fd);
    struct snow_error err = { 0 };
    struct fixture f;
    struct report_request q = { .findings = &f.findings };
    size_t n;
    const struct report_format *formats = report_format_list(&n);

    (void)state;
    fixture_init(&f);
    assert_true(fd.fd >= 0);
    for (size_t i = 0; i < n; i++) {
        if (formats[i].needs_store || formats[i].needs)
            continue;
        assert_int_equal(report_write(&out, &formats[i], &q, &err), SNOW_EFULL);
        assert_non_null(strstr(err.text, formats[i].name));
    }
    assert_false(fd.reader_is_gone);
    close(fd.fd);
}

static void a_closed_pipe_is_told(void **state)
{
    int ends[2];
    struct report_fd fd = { 0 };
    struct report_out out = report_to_fd(&fd);
    struct fixture f;
    struct report_request q = { .findings = &f.findings };

    (void)state;
    fixture_init(&f);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    fd.fd = ends[1];
    assert_int_equal(report_write(&out, report_format_find("csv"), &q, NULL),
                     SNOW_EIO);
    assert_true(fd.reader_is_gone);
    close(ends[1]);
}

static void store_exports_match_golden(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    q.store = small_store(&q.scan);
    write_report(&got, "evidence-csv", &q);
    golden_check("tests/golden/evidence.csv", &got);
    buf_clear(&got);
    write_report(&got, "names", &q);
    golden_check("tests/golden/names.csv", &got);
    buf_fini(&got);
    snow_store_close(q.store);
}

/* Registrar, its number, both dates and the age, of a run whose registry gave
 * none of them; only the store knows that it was asked. */
static void asked_in_vain_is_a_dash(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    write_report(&got, "csv", &q);
    assert_non_null(strstr(got.data, ",one.example,1,1,4,,,,,,,"));
    buf_clear(&got);
    q.store = small_store(&q.scan);
    write_report(&got, "csv", &q);
    assert_non_null(strstr(got.data, ",one.example,1,1,4,-,-,-,-,-,,"));
    buf_fini(&got);
    snow_store_close(q.store);
}

/* The row of a finding, and its column of that name. */
static char *cell_of(const char *csv, const char *id, const char *column)
{
    static char cell[64];
    const char *at = strstr(csv, id), *header = csv;
    size_t n = 0;

    assert_non_null(at);
    for (; strncmp(header, column, strlen(column)) != 0; header++)
        n += *header == ',';
    for (bool is_quoted = false; n > 0; at++) {
        is_quoted ^= *at == '"';
        n -= *at == ',' && !is_quoted;
    }
    text_copy(cell, sizeof cell, at);
    cell[strcspn(cell, ",")] = '\0';
    return cell;
}

static const struct {
    const char *id, *web_none;
} counts[] = {
    { "campaign-01,", "1" }, /* of three, one has a website, one is unknown */
    { "run-01,", "1" },      /* the parked one */
    { "run-02,", "0" },      /* the one with a website */
    { "run-03,", "" },       /* nobody has looked */
    { "run-04,", "-" },      /* nothing could be told */
};

static void missing_websites_are_counted(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .least = SNOW_TIER_CONTEXT };
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    q.store = small_store(&q.scan);
    write_report(&got, "csv", &q);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        char line[16];

        snprintf(line, sizeof line, "\n%s", counts[i].id);
        assert_string_equal(cell_of(got.data, line, "web_none"),
                            counts[i].web_none);
    }
    buf_fini(&got);
    snow_store_close(q.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_match_golden),
        cmocka_unit_test(hostile_text_stays_in_its_cell),
        cmocka_unit_test(tiers_choose_rows),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(a_closed_pipe_is_told),
        cmocka_unit_test(store_exports_match_golden),
        cmocka_unit_test(missing_websites_are_counted),
        cmocka_unit_test(asked_in_vain_is_a_dash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
