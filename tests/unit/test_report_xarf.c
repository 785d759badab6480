/* XARF reports: who may report, what is reported, and that hostile names stay
 * text. The rules of the format are checked by tests/golden/sharing.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "../support/report_store.h"
#include "base/json.h"
#include "report/xarf.h"
#include "snowline/error.h"

static const struct report_identity us = {
    .reporter_org = "B\xc3\xbcro \"Abuse\"",
    .reporter_contact = "abuse@desk.example",
    .reporter_domain = "desk.example",
    .sender_org = "Sender",
    .sender_contact = "out@sender.example",
    .sender_domain = "sender.example",
};

static void write_xarf(struct buf *to, const struct report_request *q)
{
    struct report_out out = report_to_buf(to);
    struct snow_error err = { 0 };

    if (report_write(&out, report_format_find("xarf"), q, &err))
        fail_msg("%s", err.text);
}

static void reports_match_golden(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &us,
                                .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 }, again = { 0 };

    (void)state;
    fixture_init(&f);
    q.store = small_store(&q.scan);
    write_xarf(&got, &q);
    golden_check("tests/golden/xarf.ndjson", &got);
    q.made_utc_s = 1600000000; /* the time of the export changes nothing */
    write_xarf(&again, &q);
    assert_string_equal(got.data, again.data);
    buf_fini(&got);
    buf_fini(&again);
    snow_store_close(q.store);
}

/* The run is named no more, its campaign's other runs are. */
static void allowed_runs_are_left_out(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &us,
                                .least = SNOW_TIER_REVIEW };
    struct buf got = { 0 };

    (void)state;
    fixture_init(&f);
    q.store = small_store(&q.scan);
    write_xarf(&got, &q);
    assert_non_null(strstr(got.data, "commercieopard.example"));
    f.all[2].allowed = (char *)"our own";
    buf_clear(&got);
    write_xarf(&got, &q);
    assert_true(got.len > 0);
    assert_null(strstr(got.data, "commercieopard.example"));
    buf_fini(&got);
    snow_store_close(q.store);
}

#define LONG_63                                                                \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* clang-format off */
static const struct {
    const char *why, *org, *contact, *domain;
    int code;
} identities[] = {
    { "as it should be", "Desk", "abuse@desk.example", "desk.example", 0 },
    { "200 characters, more octets",
      "\xc3\xbc" LONG_63 LONG_63 LONG_63 "1234567890", "a@b.example",
      "b.example", 0 },
    { "201 characters", "\xc3\xbc" LONG_63 LONG_63 LONG_63 "12345678901",
      "a@b.example", "b.example", SNOW_EINVAL },
    { "no name", "", "a@b.example", "b.example", SNOW_EINVAL },
    { "blanks for a name", " \t", "a@b.example", "b.example", SNOW_EINVAL },
    { "a contact like an option", "Desk", "-oQ@b.example", "b.example",
      SNOW_EINVAL },
    { "a contact that is no mailbox", "Desk", "abuse", "b.example",
      SNOW_EINVAL },
    { "a domain of one label", "Desk", "a@b.example", "localhost",
      SNOW_EINVAL },
    { "a dot at the end", "Desk", "a@b.example", "b.example.", SNOW_EINVAL },
    { "an empty label", "Desk", "a@b.example", "b..example", SNOW_EINVAL },
    { "a hyphen at an end", "Desk", "a@b.example", "b-.example", SNOW_EINVAL },
    { "hyphens inside", "Desk", "a@b.example", "xn--bcher-kva.example", 0 },
    { "a space", "Desk", "a@b.example", "b c.example", SNOW_EINVAL },
    { "an address", "Desk", "a@b.example", "192.0.2.1", SNOW_EINVAL },
    { "a label of 64 octets", "Desk", "a@b.example", LONG_63 "a.example",
      SNOW_EINVAL },
    { "a URL", "Desk", "a@b.example", "https://b.example/", SNOW_EINVAL },
};
/* clang-format on */

static void identities_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(identities); i++) {
        struct report_identity id = us;
        struct snow_error err = { 0 };

        id.reporter_org = identities[i].org;
        id.reporter_contact = identities[i].contact;
        id.reporter_domain = identities[i].domain;
        if (report_xarf_check(&id, &err) != identities[i].code)
            fail_msg("%s: %s", identities[i].why, err.text);
        id = us;
        id.sender_org = identities[i].org;
        id.sender_contact = identities[i].contact;
        id.sender_domain = identities[i].domain;
        if (report_xarf_check(&id, &err) != identities[i].code)
            fail_msg("%s, the sender: %s", identities[i].why, err.text);
    }
}

/* Of each of these another report, of nothing else. */
static void ids_tell_reports_apart(void **state)
{
    struct fixture f;
    struct report_identity other = us;
    char id[6][DIGEST_UUID_TEXT_MAX];
    struct report_evidence_row row = { .ptr_seen_utc_s = 1526814000 };

    (void)state;
    fixture_init(&f);
    row.finding = &f.all[2];
    row.addr = f.all[2].first;
    report_xarf_id(id[0], &us, &row);
    other.sender_domain = "elsewhere.example";
    report_xarf_id(id[1], &other, &row);
    assert_string_equal(id[0], id[1]);
    other.reporter_domain = "elsewhere.example";
    report_xarf_id(id[1], &other, &row);
    row.addr = f.all[2].last;
    report_xarf_id(id[2], &us, &row);
    row.ptr_seen_utc_s++;
    report_xarf_id(id[3], &us, &row);
    row.finding = &f.all[0];
    report_xarf_id(id[4], &us, &row);
    row.ptr_seen_utc_s = SNOW_TIME_UNKNOWN; /* the finding's then */
    report_xarf_id(id[5], &us, &row);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(id[i], id[j]);
}

/* As long as they come, and of octets that grow when they are escaped. */
static void descriptions_stay_short(void **state)
{
    char caveats[3000], domain[SNOW_DOMAIN_MAX];
    struct fixture f;
    struct report_evidence_row row = { .n_names = 1 };

    (void)state;
    fixture_init(&f);
    memset(domain, 1, sizeof domain - 1);
    domain[sizeof domain - 1] = '\0';
    row.finding = &f.all[2];
    row.name = row.domain = row.names = domain;
    for (size_t len = 0; len + 1 < sizeof caveats; len += 1 + len / 7) {
        struct buf got = { 0 };
        struct doc *root;
        const char *text;

        for (size_t i = 0; i < len; i++)
            caveats[i] = (char)(i % 2 ? 0xbc : 0xc3);
        caveats[len] = '\0';
        f.all[2].caveats = caveats;
        report_xarf_object(&got, &us, &row);
        assert_int_equal(doc_parse(&root, got.data, got.len), 0);
        text = doc_text(doc_get(root, "description"));
        assert_non_null(text);
        if (strlen(text) > 1000 || (len > 1000 && strlen(text) < 999))
            fail_msg("%zu octets of %zu", strlen(text), len);
        doc_free(root);
        buf_fini(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_match_golden),
        cmocka_unit_test(allowed_runs_are_left_out),
        cmocka_unit_test(identities_are_checked),
        cmocka_unit_test(ids_tell_reports_apart),
        cmocka_unit_test(descriptions_stay_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
