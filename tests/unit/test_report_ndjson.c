#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "analysis/mail_setup.h"
#include "analysis/website.h"
#include "base/json.h"
#include "report/columns.h"

static void write_report(struct buf *to, const char *format,
                         const struct snow_findings *findings)
{
    struct report_out out = report_to_buf(to);
    struct report_request q = { .findings = findings,
                                .least = SNOW_TIER_REVIEW };

    assert_int_equal(report_write(&out, report_format_find(format), &q, NULL),
                     0);
}

static void findings_match_golden(void **state)
{
    struct fixture f;
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    write_report(&got, "ndjson", &f.findings);
    golden_check("tests/golden/findings.ndjson", &got);
    buf_clear(&got);
    write_report(&got, "json", &f.findings);
    golden_check("tests/golden/findings.json", &got);
    buf_fini(&got);
}

static void no_findings_are_an_empty_array(void **state)
{
    struct snow_findings none = { 0 };
    struct buf got = { 0 };

    (void)state;
    write_report(&got, "json", &none);
    assert_string_equal(got.data, "[]\n");
    buf_clear(&got);
    write_report(&got, "ndjson", &none);
    assert_int_equal(got.len, 0);
    buf_fini(&got);
}

static struct snow_addr addr(const char *text)
{
    struct snow_addr a = { 0, 0 };

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

static void add_ptrs(struct buf *to)
{
    report_ptr_ndjson(
        to, &(struct report_ptr){ .addr = addr("192.0.2.1"),
                                  .status = SNOW_PTR_NAME,
                                  .n_names = 2,
                                  .ttl = 3600,
                                  .names = "a.example\0\xff\x1b[2J\"\\.example",
                                  .resolver = "127.0.0.1:53",
                                  .seen_utc_s = 1526814153 });
    report_ptr_ndjson(to, &(struct report_ptr){ .addr = addr("2001:db8::1"),
                                                .status = SNOW_PTR_TIMEOUT,
                                                .seen_utc_s = 1526814153 });
}

static void add_probes(struct buf *to)
{
    static const char banner[] = "220-one\n220 two\xff\x00\x1b";
    struct snow_probe p = { .addr = addr("192.0.2.1"),
                            .port = 25,
                            .status = SNOW_SMTP_OPEN,
                            .ehlo_status = SNOW_EHLO_OK,
                            .tls_status = SNOW_TLS_NOT_OFFERED,
                            .client_blocked = true,
                            .code = 220,
                            .greeting_ms = 12,
                            .seen_utc_s = 1526814153,
                            .banner = banner,
                            .banner_len = sizeof banner - 1,
                            .hello = "mail.example",
                            .hello_len = 12,
                            .capabilities = "PIPELINING\n8BITMIME",
                            .capabilities_len = 19 };

    report_probe_ndjson(to, &p);
    p.banner = "220 mail.example ESMTP PowerMTA(TM) v5.0r1";
    p.banner_len = strlen(p.banner);
    p.tls_status = SNOW_TLS_OK;
    p.tls = (struct snow_tls){ .version = "TLSv1.3",
                               .cipher = "TLS_AES_256_GCM_SHA384",
                               .spki_sha256 = "00ff",
                               .is_self_signed = true,
                               .not_before_utc_s = 1526814153,
                               .not_after_utc_s = SNOW_TIME_UNKNOWN,
                               .subject = "mx\x1b.example",
                               .subject_len = 11,
                               .names = "mx.example\nmail.example",
                               .names_len = 23,
                               .issuer = "",
                               .issuer_len = 0 };
    report_probe_ndjson(to, &p);
    report_probe_ndjson(to, &(struct snow_probe){ .addr = p.addr,
                                                  .port = 25,
                                                  .status = SNOW_SMTP_REFUSED,
                                                  .seen_utc_s = 1526814153 });
    report_probe_ndjson(to, &(struct snow_probe){ .addr = p.addr,
                                                  .port = 25,
                                                  .status = SNOW_SMTP_SILENT,
                                                  .seen_utc_s = 1526814153 });
}

static void fill_mail(struct analysis_mail_setup *m)
{
    struct snow_addr addr = snow_addr_from_ipv4(0xc0000219);

    for (unsigned i = 0; i < MAIL_QUESTIONS; i++)
        m->status[i] = SNOW_PTR_NAME;
    m->n_mx = 2;
    text_copy(m->mx[0].host, MAIL_NAME_MAX, "mx.commercieopard.example");
    text_copy(m->mx[1].host, MAIL_NAME_MAX, "mx2.commercieopard.example");
    m->n_ns = 1;
    text_copy(m->ns[0], MAIL_NAME_MAX, "ns1.example");
    text_copy(m->soa_server, MAIL_NAME_MAX, "ns1.example");
    text_copy(m->soa_mailbox, MAIL_NAME_MAX, "host.example");
    m->soa_serial = 2018052001;
    m->a = (struct mail_addrs){ 1, { addr } };
    m->spf_len = 11;
    memcpy(m->spf_text, "v=spf1 \"\x01\xff-", 11);
    m->dmarc_len = 16;
    memcpy(m->dmarc, "v=DMARC1;p=none;", 16);
    text_copy(m->dmarc_policy, sizeof m->dmarc_policy, "none");
    m->spf = (struct analysis_spf){ .status = SPF_STATUS_OK,
                                    .all = '-',
                                    .n_lookups = 1,
                                    .n_includes = 1,
                                    .n_entries = 2 };
    text_copy(m->spf.includes[0], SPF_NAME_MAX, "spf.example");
    m->spf.entries[0] =
        (struct spf_entry){ .prefix = { snow_addr_from_ipv4(0xc0000200), 120 },
                            .qualifier = '+',
                            .families = SPF_IPV4 };
    m->spf.entries[1] = (struct spf_entry){ .qualifier = '-' };
}

static void fill_website(struct analysis_website *w)
{
    *w = (struct analysis_website){ .status = WEBSITE_CONTENT,
                                    .detail = "site",
                                    .http_status = 200,
                                    .url = "http://commercieopard.example/",
                                    .address = "192.0.2.25",
                                    .text_octets = 2018,
                                    .title = "<script>Leopards\xe2\x80\xae",
                                    .company = PAGE_COMPANY_YES,
                                    .company_sign = "imprint" };
}

static void add_domains(struct buf *to)
{
    struct snow_registration r = {
        .status = SNOW_REGISTRATION_REGISTERED,
        .registrar_iana_id = 64500,
        .created_utc_s = 1509696942,
        .expires_utc_s = 1541232942,
        .updated_utc_s = SNOW_TIME_UNKNOWN,
        .seen_utc_s = 1526814153,
        .domain = "commercieopard.example",
        .registrar = "Ex\x1b \"Registrar\"",
        .statuses = "active;client hold",
        .nameservers = "ns1.example;ns2.example",
        .source = "https://rdap.example/domain/commercieopard.example",
    };

    struct snow_registration unknown = { .status = SNOW_REGISTRATION_UNKNOWN,
                                         .created_utc_s = SNOW_TIME_UNKNOWN,
                                         .expires_utc_s = SNOW_TIME_UNKNOWN,
                                         .updated_utc_s = SNOW_TIME_UNKNOWN,
                                         .seen_utc_s = 1526814153,
                                         .domain = "unknown.example" };
    struct analysis_mail_setup *m = calloc(1, sizeof *m);
    struct analysis_website w = { 0 };

    assert_non_null(m);
    fill_mail(m);
    fill_website(&w);
    report_domain_ndjson(to, &(struct report_domain){ r.domain, &r, m, &w });
    memset(m, 0, sizeof *m);
    m->status[MAIL_TXT] = SNOW_PTR_TIMEOUT;
    m->status[MAIL_DMARC] = SNOW_PTR_NXDOMAIN;
    w = (struct analysis_website){ .status = WEBSITE_REFUSED };
    report_domain_ndjson(
        to, &(struct report_domain){ unknown.domain, &unknown, m, &w });
    report_domain_ndjson(
        to, &(struct report_domain){ .domain = "nobody-asked.example" });
    free(m);
}

static void records_match_golden(void **state)
{
    struct buf got = { 0 };

    (void)state;
    add_ptrs(&got);
    add_probes(&got);
    add_domains(&got);
    golden_check("tests/golden/records.ndjson", &got);
    buf_fini(&got);
}

/* Every line of these is a JSON object with all columns of its kind. */
static const struct {
    const char *path;
    const struct report_kind *kind;
} files[] = {
    { "tests/golden/findings.ndjson", &report_kind_finding },
    { "tests/golden/records.ndjson", NULL },
};

static void check_keys(const struct doc *object, const struct report_kind *k,
                       const char *path)
{
    void *at = NULL;
    const char *key;
    const struct doc *value;

    for (size_t i = 0; i < k->n; i++)
        if (!doc_next(object, &at, &key, &value) ||
            strcmp(key, k->columns[i].name) != 0)
            fail_msg("%s: no %s", path, k->columns[i].name);
    assert_false(doc_next(object, &at, &key, &value));
}

static void lines_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct buf text = { 0 };
        size_t lines = 0;

        golden_read(&text, files[i].path);
        for (size_t at = 0; at < text.len; lines++) {
            size_t len = strcspn(text.data + at, "\n");
            struct doc *root;

            if (doc_parse(&root, text.data + at, len))
                fail_msg("%s: line %zu is no JSON", files[i].path, lines + 1);
            assert_true(doc_is_object(root));
            if (files[i].kind)
                check_keys(root, files[i].kind, files[i].path);
            doc_free(root);
            at += len + 1;
        }
        assert_true(lines >= 7);
        buf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_match_golden),
        cmocka_unit_test(no_findings_are_an_empty_array),
        cmocka_unit_test(records_match_golden),
        cmocka_unit_test(lines_parse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
