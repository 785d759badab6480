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
#include "base/records.h"
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

/* ---- what is joined from a store ---- */

static int64_t new_scan(struct snow_store *s)
{
    int64_t id = 0;
    struct snow_scan scan = { .targets = "192.0.2.0-192.0.2.255",
                              .settings = "{}",
                              .created_utc_s = 1526810000,
                              .now_utc_s = 1526814153,
                              .finished_utc_s = SNOW_TIME_UNKNOWN };

    assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
    return id;
}

static void put(struct snow_store *s, const struct snow_record *r)
{
    struct snow_error err = { 0 };

    if (snow_store_put(s, r, &err))
        fail_msg("put: %s", err.text);
}

/* clang-format off */
static const struct {
    unsigned at;
    uint8_t status;
    const char *names;
    unsigned n;
} outcomes[] = {
    { 16, SNOW_PTR_NAME, "commercieopard.example", 1 },
    { 17, SNOW_PTR_NAME, "other.example\0iclide.commercieopard.example", 2 },
    { 18, SNOW_PTR_NXDOMAIN, NULL, 0 },
    { 19, SNOW_PTR_NAME, "a\\.b.c.commercieopard.example", 1 },
    { 20, SNOW_PTR_TIMEOUT, NULL, 0 },
    { 21, SNOW_PTR_PRUNED, NULL, 0 },
    { 22, SNOW_PTR_OUTSIDE, NULL, 0 },
    { 64, SNOW_PTR_NAME, "=cmd.example", 1 },
    { 65, SNOW_PTR_NAME, "r\x1b[31med.example", 1 },
    { 66, SNOW_PTR_SERVFAIL, NULL, 0 },
};

static const struct {
    const char *addr, *banner, *capabilities;
    uint8_t status;
    uint16_t code;
} greetings[] = {
    { "192.0.2.16", "220-one, \"two\"\n220 \xff\x1b[2J", "PIPELINING\nSIZE 1",
      SNOW_SMTP_OPEN, 220 },
    { "192.0.2.17", "", "", SNOW_SMTP_REFUSED, 0 },
    { "192.0.2.18", "220 mail.other.example ESMTP PowerMTA(TM) v5.0r1",
      "XACK", SNOW_SMTP_OPEN, 220 },
    { "192.0.2.19", "220-commercieopard.example ESMTP Exim 4.96 #2\n220 hi",
      "", SNOW_SMTP_OPEN, 220 },
    { "192.0.2.65", "220 *************", "", SNOW_SMTP_OPEN, 220 },
    { "192.0.2.99", "220 in no finding", "", SNOW_SMTP_OPEN, 220 },
};
/* clang-format on */

static void put_probes(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(greetings); i++) {
        struct snow_probe p = {
            .port = 25,
            .status = greetings[i].status,
            .code = greetings[i].code,
            .ehlo_status =
                greetings[i].code ? SNOW_EHLO_OK : SNOW_EHLO_NOT_ASKED,
            .seen_utc_s = 1526814000,
            .banner = greetings[i].banner,
            .banner_len = strlen(greetings[i].banner),
            .hello = "mail",
            .hello_len = 4,
            .capabilities = greetings[i].capabilities,
            .capabilities_len = strlen(greetings[i].capabilities),
        };

        if (i == 0) { /* the others have not been asked, */
            p.tls_status = SNOW_TLS_OK;
            p.tls = (struct snow_tls){ .spki_sha256 = "00",
                                       .subject = "=mx.example",
                                       .subject_len = 11 };
        }
        if (i == 1) /* or in vain */
            p.tls_status = SNOW_TLS_NOT_OFFERED;

        assert_int_equal(snow_addr_parse(&p.addr, greetings[i].addr), 0);
        put(s, &(struct snow_record){
                   .kind = SNOW_RECORD_PROBE, .scan = scan, .probe = &p });
    }
}

/* What registries said: all of it, nothing but "registered", no answer. */
static const struct snow_registration registrations[] = {
    { .status = SNOW_REGISTRATION_REGISTERED,
      .http_code = 200,
      .created_utc_s = 1509696942,
      .domain = "commercieopard.example",
      .statuses = "client transfer prohibited;active",
      .source = "https://rdap.example/domain/commercieopard.example" },
    { .status = SNOW_REGISTRATION_REGISTERED,
      .created_utc_s = SNOW_TIME_UNKNOWN,
      .domain = "one.example" },
    { .status = SNOW_REGISTRATION_LIMITED,
      .http_code = 429,
      .created_utc_s = SNOW_TIME_UNKNOWN,
      .domain = "r\x1b[31med.example",
      .source = "https://rdap.example/domain/red.example" },
};

static void put_registrations(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(registrations); i++) {
        struct snow_registration g = registrations[i];
        struct buf json = { 0 };
        struct snow_evidence e = { .subject = g.domain,
                                   .kind = "registration",
                                   .source = g.source,
                                   .observed_utc_s = 1526814100 };

        g.expires_utc_s = g.updated_utc_s = SNOW_TIME_UNKNOWN;
        g.seen_utc_s = e.observed_utc_s;
        record_registration_format_json(&json, &g);
        e.data = json.data;
        e.data_len = json.len;
        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
        buf_fini(&json);
    }
}

/* Where names lead: back to one of two rows, nowhere, no answer. */
static const char *const forwards[][2] = {
    { "commercieopard.example",
      "{\"status\":\"name\",\"a\":[\"192.0.2.16\",\"198.51.100.1\"]}" },
    { "iclide.commercieopard.example", "{\"status\":\"nxdomain\",\"a\":[]}" },
    { "mail.other.example", "{\"status\":\"timeout\",\"a\":[]}" },
};

static void put_forwards(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(forwards); i++) {
        struct snow_evidence e = { .subject = forwards[i][0],
                                   .kind = "forward",
                                   .source = "dns",
                                   .observed_utc_s = 1526814100,
                                   .data = forwards[i][1],
                                   .data_len = strlen(forwards[i][1]) };

        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
    }
}

/* Mail set-up: any octets in the record, none of it, no answer, damage. */
static const char *const mails[][2] = {
    { "commercieopard.example",
      "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":10,\"host\":"
      "\"mail.one.example\"},{\"preference\":20,\"host\":\"=x.example\"}]},"
      "\"txt\":{\"status\":\"name\",\"spf\":\"v=spf1 \\\\027[31m,\\\"\\\\255 "
      "-all\"}}" },
    { "bridgewdable.example", "{\"mx\":{\"status\":\"timeout\"},"
                              "\"txt\":{\"status\":\"servfail\"}}" },
    { "r\033[31med.example",
      "{\"mx\":{\"status\":\"nodata\"},\"txt\":{\"status\":\"name\"}}" },
    { "old.example", "{\"mx\":7}" },
    { "one.example", "{" },
};

static void put_mails(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(mails); i++) {
        struct snow_evidence e = { .subject = mails[i][0],
                                   .kind = "mail",
                                   .source = "dns",
                                   .observed_utc_s = 1526814100,
                                   .data = mails[i][1],
                                   .data_len = strlen(mails[i][1]) };

        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
    }
}

/* What was seen of websites: one there, one not, one not told. */
static const char *const websites[][2] = {
    { "commercieopard.example",
      "{\"status\":\"parked\",\"names_company\":\"no\"}" },
    { "one.example", "{\"status\":\"timeout\",\"names_company\":\"unknown\"}" },
    { "two.example", "{\"status\":" },
    { "bridgewdable.example",
      "{\"status\":\"content\",\"names_company\":\"yes\"}" },
};

static void put_websites(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(websites); i++) {
        struct snow_evidence e = { .subject = websites[i][0],
                                   .kind = "web",
                                   .source = "http",
                                   .observed_utc_s = 1526814100,
                                   .data = websites[i][1],
                                   .data_len = strlen(websites[i][1]) };

        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
    }
}

/* A store with one block, of which ten addresses are answered. */
static const struct {
    const char *addr;
    uint8_t nibbles, status, n;
    const char *names;
} ipv6_names[] = {
    { "2001:db8::", 8, SNOW_PTR_NAME, 0, "" }, /* no address: no row */
    { "2001:db8::1", 32, SNOW_PTR_NAME, 2, "a.example\0b.example" },
    { "2001:db8::2", 32, SNOW_PTR_TIMEOUT, 0, "" },
};

static void put_ipv6_names(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(ipv6_names); i++) {
        struct snow_name name = { .nibbles = ipv6_names[i].nibbles,
                                  .status = ipv6_names[i].status,
                                  .n_names = ipv6_names[i].n,
                                  .seen_utc_s = 1526813100,
                                  .names = ipv6_names[i].names };

        assert_int_equal(snow_addr_parse(&name.addr, ipv6_names[i].addr), 0);
        put(s, &(struct snow_record){
                   .kind = SNOW_RECORD_NAME, .scan = scan, .name = &name });
    }
}

static struct snow_store *small_store(int64_t *scan)
{
    struct snow_store *s = NULL;
    struct snow_block b;
    struct snow_addr first;
    struct snow_error err = { 0 };

    if (snow_store_open(&s, "memory:", SNOW_STORE_CREATE, &err))
        fail_msg("%s", err.text);
    *scan = new_scan(s);
    assert_int_equal(snow_addr_parse(&first, "192.0.2.0"), 0);
    snow_block_init(&b, first);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        assert_int_equal(snow_block_set(&b, outcomes[i].at, outcomes[i].status,
                                        1526813000 + (int64_t)i,
                                        outcomes[i].names, outcomes[i].n),
                         0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    put(s, &(struct snow_record){
               .kind = SNOW_RECORD_TAIL, .scan = *scan, .block = &b });
    put_probes(s, *scan);
    put_registrations(s, *scan);
    put_forwards(s, *scan);
    put_mails(s, *scan);
    put_websites(s, *scan);
    put_ipv6_names(s, *scan);
    assert_int_equal(snow_store_commit(s, NULL), 0);
    snow_block_fini(&b);
    return s;
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
