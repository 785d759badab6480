#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>

#include "../support/report_fixture.h"
#include "base/json.h"
#include "report/html.h"

/* clang-format off */
static const struct {
    const char *why, *in, *text, *json;
} cases[] = {
    { "plain", "a.example", "a.example", "\"a.example\"" },
    { "markup", "<b>&\"'</b>", "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;",
      "\"\\u003cb\\u003e\\u0026\\\"'\\u003c/b\\u003e\"" },
    { "the end of a script", "</script>", "&lt;/script&gt;",
      "\"\\u003c/script\\u003e\"" },
    { "a comment, which a script would fall for", "<!--<script",
      "&lt;!--&lt;script", "\"\\u003c!--\\u003cscript\"" },
    { "controls", "\x01\t\x7f", "\\x01\\x09\\x7F", "\"\\u0001\\t\\u007f\"" },
    { "C1 controls", "\xc2\x9b", "\\xC2\\x9B", "\"\\u009b\"" },
    { "what turns text around", "\xe2\x80\xae", "\\u{202E}", "\"\\u202e\"" },
    { "line separator", "\xe2\x80\xa8", "\\u{2028}", "\"\\u2028\"" },
    { "zero width", "\xe2\x80\x8b", "\\u{200B}", "\"\\u200b\"" },
    { "a filler", "\xe3\x85\xa4", "\\u{3164}", "\"\\u3164\"" },
    { "a selector", "\xef\xb8\x8f", "\\u{FE0F}", "\"\\ufe0f\"" },
    { "tags beyond the first plane", "\xf3\xa0\x81\x81", "\\u{E0041}",
      "\"\\udb40\\udc41\"" },
    { "no UTF-8", "\xff\xc3(", "\\xFF\\xC3(", "\"\\u00ff\\u00c3(\"" },
    { "letters of others", "na\xc3\xafve \xe5\x90\x8d",
      "na\xc3\xafve \xe5\x90\x8d", "\"na\xc3\xafve \xe5\x90\x8d\"" },
};
/* clang-format on */

static void foreign_octets_are_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf text = { 0 }, json = { 0 }, safe = { 0 };

        html_add_text(&text, cases[i].in);
        text_json(&json, cases[i].in, strlen(cases[i].in));
        html_add_json(&safe, json.data, json.len);
        if (strcmp(text.data, cases[i].text) != 0)
            fail_msg("%s: %s", cases[i].why, text.data);
        if (strcmp(safe.data, cases[i].json) != 0)
            fail_msg("%s: %s", cases[i].why, safe.data);
        buf_fini(&text);
        buf_fini(&json);
        buf_fini(&safe);
    }
}

static void put_names(struct snow_store *s, int64_t scan)
{
    static const struct {
        unsigned at;
        const char *name;
    } names[] = {
        { 16, "commercieopard.example" },
        { 17, "iclide.commercieopard.example" },
        { 65, "</script><script>alert(1)</script>.na\xc3\xafve.example" },
        { 90, "</script><script>alert(2)</script>.own.example" },
        { 99, "blueomb.com" },
        { 100, "netsy.blueomb.com" },
        { 200, "ip-192-0-2-200.provider.example" },
    };
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK, .scan = scan };
    struct snow_block b;
    struct snow_addr first;

    snow_addr_parse(&first, "192.0.2.0");
    snow_block_init(&b, first);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        snow_block_set(&b, i, i < 250 ? SNOW_PTR_NXDOMAIN : SNOW_PTR_SERVFAIL,
                       1526385600, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_equal(snow_block_set(&b, names[i].at, SNOW_PTR_NAME,
                                        1526385600, names[i].name, 1),
                         0);
    r.block = &b;
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    snow_block_fini(&b);
}

static void put_mail(struct snow_store *s, int64_t scan)
{
    static const char banner[] = "220 \"</script>\" <!-- \xe2\x80\xae\x1b[31m";
    struct snow_probe p = { .port = 25,
                            .status = SNOW_SMTP_OPEN,
                            .code = 220,
                            .seen_utc_s = 1526385660,
                            .banner = banner,
                            .banner_len = sizeof banner - 1 };
    struct snow_evidence e = {
        .subject = "commercieopard.example",
        .kind = "registration",
        .source = "",
        .data = "{\"status\":\"registered\",\"domain\":\"commercieopard."
                "example\",\"registrar\":\"<b>&amp;\",\"created\":"
                "\"2018-01-02T03:04:05Z\"}",
    };
    struct snow_record r = { .scan = scan };

    e.data_len = strlen(e.data);
    snow_addr_parse(&p.addr, "192.0.2.16");
    r.kind = SNOW_RECORD_PROBE;
    r.probe = &p;
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    r.kind = SNOW_RECORD_EVIDENCE;
    r.evidence = &e;
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
}

static struct snow_store *make_store(int64_t *id, int64_t finished_utc_s)
{
    struct snow_scan scan = {
        .targets = "192.0.2.0-192.0.2.255;198.51.100.0-198.51.100.7",
        .settings = "{\"exclude\":[\"</script>\",\"x\"],\"psl\":\"\","
                    "\"allow\":\"/home/ann/allow.csv\"}",
        .created_utc_s = 1526385600,
        .now_utc_s = 1526342400,
        .finished_utc_s = finished_utc_s,
    };
    struct snow_store *s;

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_add_scan(s, &scan, id, NULL), 0);
    put_names(s, *id);
    put_mail(s, *id);
    assert_int_equal(snow_store_commit(s, NULL), 0);
    if (finished_utc_s != SNOW_TIME_UNKNOWN)
        assert_int_equal(snow_store_finish_scan(s, *id, finished_utc_s, NULL),
                         0);
    return s;
}

/* The page of the fixture. */
static void write_page(struct buf *to, struct report_request *q,
                       int64_t finished_utc_s)
{
    struct fixture f;
    struct report_out out = report_to_buf(to);
    struct snow_error err = { 0 };

    fixture_init(&f);
    q->findings = &f.findings;
    q->store = make_store(&q->scan, finished_utc_s);
    if (report_write(&out, report_format_find("html"), q, &err))
        fail_msg("%s", err.text);
    snow_store_close(q->store);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

/* What stands between two texts. */
static struct buf between(const struct buf *page, const char *from,
                          const char *to)
{
    const char *begin = strstr(page->data, from), *end;
    struct buf text = { 0 };

    assert_non_null(begin);
    begin += strlen(from);
    end = strstr(begin, to);
    assert_non_null(end);
    buf_add(&text, begin, (size_t)(end - begin));
    return text;
}

static void assert_hash(const struct buf *page, const char *from,
                        const char *to, const char *policy)
{
    struct buf text = between(page, from, to);
    unsigned char hash[EVP_MAX_MD_SIZE], base64[2 * EVP_MAX_MD_SIZE];
    unsigned len;
    char source[200];

    assert_int_equal(
        EVP_Digest(text.data, text.len, hash, &len, EVP_sha256(), NULL), 1);
    EVP_EncodeBlock(base64, hash, (int)len);
    snprintf(source, sizeof source, "%s 'sha256-%s'", policy, (char *)base64);
    if (!strstr(page->data, source))
        fail_msg("the policy does not hold %s", source);
    buf_fini(&text);
}

static void the_policy_names_what_is_there(void **state)
{
    struct report_request q = { .least = SNOW_TIER_CONTEXT };
    struct buf page = { 0 };

    (void)state;
    write_page(&page, &q, 1526385700);
    assert_hash(&page, "<style>", "</style>", "style-src");
    assert_hash(&page, "<script id=\"early\">", "</script>", "script-src");
    assert_hash(&page, "<script>", "</script>", "");
    assert_non_null(strstr(page.data, "default-src 'none'"));
    assert_null(strstr(page.data, "unsafe"));
    assert_null(strstr(page.data, " style="));
    assert_null(strstr(page.data, " onclick="));
    buf_fini(&page);
}

static void files_are_told_by_their_names(void **state)
{
    struct report_request q = { .least = SNOW_TIER_CONTEXT };
    struct buf page = { 0 };

    (void)state;
    write_page(&page, &q, 1526385700);
    assert_non_null(strstr(page.data, ">allow</th><td>allow.csv<"));
    assert_null(strstr(page.data, "/home/ann"));
    buf_fini(&page);
}

static void nothing_foreign_is_markup(void **state)
{
    struct report_request q = { .least = SNOW_TIER_CONTEXT };
    struct buf page = { 0 }, data;
    struct doc *root;

    (void)state;
    write_page(&page, &q, 1526385700);
    assert_int_equal(strlen(page.data), page.len);
    assert_int_equal(count(page.data, "<script"), 3);
    assert_int_equal(count(page.data, "</script"), 3);
    assert_int_equal(count(page.data, "<!--"), 0);
    for (size_t i = 0; i < page.len; i++)
        if ((unsigned char)page.data[i] < ' ' && page.data[i] != '\n')
            fail_msg("octet %02x at %zu", page.data[i], i);
    assert_null(strstr(page.data, "\xe2\x80\xae"));
    assert_non_null(strstr(page.data, "r\\x1B[31med.example"));
    data = between(&page, "id=\"data\">", "</script>");
    assert_int_equal(doc_parse(&root, data.data, data.len), 0);
    assert_int_equal(doc_n(doc_get(root, "findings")), FIXTURE_N);
    assert_int_equal(doc_n(doc_get(root, "measured")), FIXTURE_N);
    doc_free(root);
    buf_fini(&data);
    buf_fini(&page);
}

/* Each address of a block by its letter; to the list of suffixes .example is
 * none. */
static void the_map_tells_states_apart(void **state)
{
    struct report_request q = { .least = SNOW_TIER_REVIEW };
    struct buf page = { 0 }, data;
    struct doc *root;
    const struct doc *block;
    int64_t n;

    (void)state;
    write_page(&page, &q, 1526385700);
    data = between(&page, "id=\"data\">", "</script>");
    assert_int_equal(doc_parse(&root, data.data, data.len), 0);
    block = doc_at(doc_get(root, "blocks"), 0);
    assert_true(doc_integer(doc_at(block, 0), &n));
    assert_int_equal(n, 0xc00002);
    assert_string_equal(doc_text(doc_at(block, 1)),
                        "n16Ggn47un24un8d2n99gn49f6");
    assert_string_equal(doc_text(doc_at(block, 2)), "commercieopard.example");
    assert_string_equal(doc_text(doc_get(doc_at(block, 3), "99")),
                        "blueomb.com");
    assert_string_equal(doc_text(doc_get(doc_at(block, 3), "90")),
                        "</script><script>alert(2)</script>.own.example");
    assert_int_equal(doc_n(doc_get(root, "blocks")), 2);
    block = doc_at(doc_get(root, "blocks"), 1);
    assert_true(doc_integer(doc_at(block, 0), &n));
    assert_int_equal(n, 0xc63364);
    assert_string_equal(doc_text(doc_at(block, 1)), "p8o248");
    doc_free(root);
    buf_fini(&data);
    buf_fini(&page);
}

static void the_first_screen_says_how_far_it_came(void **state)
{
    static const struct report_identity told = { .reporter_org = "Desk <1>",
                                                 .reporter_contact =
                                                     "a@desk.example" };
    static const struct report_identity contact = {
        .reporter_org = "", .reporter_contact = "", .scan_contact = "c@x.test"
    };
    struct report_request q = { .least = SNOW_TIER_REVIEW };
    struct buf page = { 0 };

    (void)state;
    write_page(&page, &q, 1526385700);
    assert_null(strstr(page.data, "This scan is not finished."));
    assert_non_null(strstr(page.data, "<dt>By</dt><dd>not told</dd>"));
    assert_non_null(strstr(page.data, "<b>7</b> with a name"));
    assert_non_null(strstr(page.data, "<b>243</b> without a name"));
    assert_non_null(strstr(page.data, "<b>6</b> failed"));
    assert_non_null(strstr(page.data, "<b>8</b> not asked yet"));
    assert_non_null(strstr(page.data, "<b>248</b> of the same /24s"));
    assert_non_null(strstr(page.data, "A resemblance, not a verdict."));
    buf_clear(&page);
    q.identity = &told;
    write_page(&page, &q, SNOW_TIME_UNKNOWN);
    assert_non_null(strstr(page.data, "This scan is not finished."));
    assert_non_null(strstr(page.data, "Desk &lt;1&gt;, a@desk.example"));
    buf_clear(&page);
    q.identity = &contact;
    write_page(&page, &q, SNOW_TIME_UNKNOWN);
    assert_non_null(strstr(page.data, "<dd>c@x.test</dd>"));
    buf_fini(&page);
}

static void nothing_found_is_a_page_as_well(void **state)
{
    struct snow_findings none = { 0 };
    struct report_request q = { .findings = &none };
    struct buf page = { 0 };
    struct report_out out = report_to_buf(&page);

    (void)state;
    q.store = make_store(&q.scan, 1526385700);
    assert_int_equal(report_write(&out, report_format_find("html"), &q, NULL),
                     0);
    assert_non_null(strstr(page.data, "No addresses resemble the pattern"));
    assert_non_null(strstr(page.data, "\"addresses\":[]"));
    snow_store_close(q.store);
    buf_fini(&page);
}

/* A full disk ends it, wherever it strikes. */
static int write_some(void *arg, const char *octets, size_t len)
{
    size_t *left = arg;

    (void)octets;
    if (len > *left)
        return SNOW_EFULL;
    *left -= len;
    return 0;
}

static void a_full_disk_is_told(void **state)
{
    struct fixture f;
    struct report_request q = { .least = SNOW_TIER_CONTEXT };
    size_t room;
    struct report_out out = { .write = write_some, .arg = &room };

    (void)state;
    fixture_init(&f);
    q.findings = &f.findings;
    q.store = make_store(&q.scan, 1526385700);
    for (size_t most = 0; most < 100000; most += 10000) {
        room = most;
        assert_int_equal(
            report_write(&out, report_format_find("html"), &q, NULL),
            SNOW_EFULL);
    }
    snow_store_close(q.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_octets_are_text),
        cmocka_unit_test(the_policy_names_what_is_there),
        cmocka_unit_test(files_are_told_by_their_names),
        cmocka_unit_test(nothing_foreign_is_markup),
        cmocka_unit_test(the_map_tells_states_apart),
        cmocka_unit_test(the_first_screen_says_how_far_it_came),
        cmocka_unit_test(nothing_found_is_a_page_as_well),
        cmocka_unit_test(a_full_disk_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
