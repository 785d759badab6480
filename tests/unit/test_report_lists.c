#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "report/lists.h"
#include "report/report.h"

static const struct report_identity somebody = {
    .reporter_org = "Example Desk",
    .reporter_contact = "net.abuse@desk.example",
    .reporter_domain = "desk.example",
    .sender_org = "",
    .sender_contact = "",
    .sender_domain = "",
    .list_zone = "bl.example",
    .list_expiry_s = 14 * 86400,
    .scan_contact = "",
};

#define MADE_UTC_S 1526814153 /* 2018-05-20T11:02:33Z */

static const char *const formats[] = { "cidr", "rbldnsd", "rpz", "nft",
                                       "postfix" };

static int write_list(struct buf *to, const char *format,
                      const struct report_request *q, struct snow_error *err)
{
    struct report_out out = report_to_buf(to);

    return report_write(&out, report_format_find(format), q, err);
}

static void lists_match_golden(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &somebody,
                                .made_utc_s = MADE_UTC_S,
                                .scan = 3,
                                .least = SNOW_TIER_CONTEXT };

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct buf got = { 0 };
        char path[64];

        assert_int_equal(write_list(&got, formats[i], &q, NULL), 0);
        snprintf(path, sizeof path, "tests/golden/list.%s", formats[i]);
        golden_check(path, &got);
        buf_fini(&got);
    }
}

/* ---- what is listed ---- */

/* Ranges as "FIRST-LAST FINDING ROOT", then domains as "NAME FINDING". */
static void describe(struct buf *to, const struct report_lists *l)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];

    for (size_t i = 0; i < l->n_ranges; i++) {
        const struct report_list_range *r = &l->ranges[i];

        snow_addr_format(r->range.first, first);
        snow_addr_format(r->range.last, last);
        buf_printf(to, "%s-%s %s %s\n", first, last, r->by.finding->id,
                   r->by.root->id);
    }
    for (size_t i = 0; i < l->n_domains; i++)
        buf_printf(to, "%s %s\n", l->domains[i].domain,
                   l->domains[i].finding->id);
}

/* clang-format off */
static const struct {
    const char *why;
    enum snow_tier least;
    const char *allowed[3]; /* ids of findings */
    const char *listed;
    uint64_t n_addrs;
    size_t n_unnameable;
} cases[] = {
    { "runs of a high campaign, whatever their own tier", SNOW_TIER_HIGH, { 0 },
      "192.0.2.16-192.0.2.19 run-01 campaign-01\n"
      "192.0.2.20-192.0.2.25 run-02 campaign-01\n"
      "198.51.100.4-198.51.100.7 run-03 campaign-01\n"
      "bridgewdable.example run-02\n"
      "commercieopard.example run-01\n"
      "highplaounge.example run-03\n", 14, 0 },
    { "what a strip holds beside its run; hostile names stay out",
      SNOW_TIER_REVIEW, { "campaign-01" },
      "192.0.2.65-192.0.2.66 run-hostile run-hostile\n"
      "203.0.113.0-203.0.113.3 run-04 strip-01\n"
      "203.0.113.4-203.0.113.7 strip-01 strip-01\n"
      "one.example run-04\n"
      "two.example strip-01\n", 10, 5 },
    { "an allowed run is left out of its campaign", SNOW_TIER_HIGH,
      { "run-02" },
      "192.0.2.16-192.0.2.19 run-01 campaign-01\n"
      "198.51.100.4-198.51.100.7 run-03 campaign-01\n"
      "commercieopard.example run-01\n"
      "highplaounge.example run-03\n", 8, 0 },
    { "all of a campaign is allowed", SNOW_TIER_HIGH, { "campaign-01" }, "",
      0, 0 },
    { "the only run of a strip is allowed", SNOW_TIER_REVIEW,
      { "run-04", "campaign-01", "run-hostile" },
      "203.0.113.4-203.0.113.7 strip-01 strip-01\n"
      "two.example strip-01\n", 4, 0 },
};
/* clang-format on */

static void allow(struct fixture *f, const char *id)
{
    for (size_t i = 0; id && i < FIXTURE_N; i++)
        if (strcmp(f->all[i].id, id) == 0)
            f->all[i].allowed = (char *)"a friend";
}

static void findings_make_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture f;
        struct report_lists l = { 0 };
        struct buf got = { 0 };

        fixture_init(&f);
        for (size_t k = 0; k < COUNT_OF(cases[i].allowed); k++)
            allow(&f, cases[i].allowed[k]);
        assert_int_equal(report_lists_init(&l, &f.findings, cases[i].least), 0);
        buf_add_text(&got, "");
        describe(&got, &l);
        if (strcmp(got.data, cases[i].listed) != 0)
            fail_msg("%s:\n%s", cases[i].why, got.data);
        if (l.n_addrs != cases[i].n_addrs ||
            l.n_unnameable != cases[i].n_unnameable)
            fail_msg("%s: %llu addresses, %zu unnameable", cases[i].why,
                     (unsigned long long)l.n_addrs, l.n_unnameable);
        report_lists_fini(&l);
        buf_fini(&got);
    }
}

/* Another finding may share addresses and domains with an allowed one. */
static void the_allowed_are_named_nowhere(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &somebody,
                                .least = SNOW_TIER_CONTEXT };

    (void)state;
    fixture_init(&f);
    allow(&f, "run-01");
    f.all[7].ranges[0] = f.all[2].ranges[0]; /* run-05 lies in run-01, */
    f.all[7].ranges[0].last = f.all[4].ranges[0].last; /* and beyond, */
    f.domains[7][0] = f.domains[2][0];                 /* with a domain of it */
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct buf got = { 0 };

        assert_int_equal(write_list(&got, formats[i], &q, NULL), 0);
        assert_null(strstr(got.data, "commercieopard"));
        assert_null(strstr(got.data, "192.0.2.16"));
        assert_null(strstr(got.data, "192.0.2.18"));
        buf_fini(&got);
    }
}

/* Two runs on the same addresses: each address is listed once. */
static void ranges_are_disjoint(void **state)
{
    struct fixture f;
    struct report_lists l = { 0 };

    (void)state;
    fixture_init(&f);
    f.all[4].ranges[0].first = f.all[2].ranges[0].first;
    f.all[5].ranges[0] = f.all[2].ranges[0];
    assert_int_equal(report_lists_init(&l, &f.findings, SNOW_TIER_CONTEXT), 0);
    for (size_t i = 1; i < l.n_ranges; i++)
        assert_true(snow_addr_compare(l.ranges[i - 1].range.last,
                                      l.ranges[i].range.first) < 0);
    report_lists_fini(&l);
}

/* ---- what is written ---- */

/* Nothing that a reader of any of these formats would take for its own. */
static void hostile_octets_are_in_no_list(void **state)
{
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &somebody,
                                .least = SNOW_TIER_CONTEXT };

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct buf got = { 0 };

        assert_int_equal(write_list(&got, formats[i], &q, NULL), 0);
        for (size_t k = 0; k < got.len; k++)
            if ((got.data[k] < ' ' && !strchr("\n\t", got.data[k])) ||
                got.data[k] > '~')
                fail_msg("%s: octet %02x", formats[i],
                         (unsigned char)got.data[k]);
        assert_null(strstr(got.data, "calc"));
        assert_null(strstr(got.data, "c.example"));
        assert_null(strstr(got.data, "med.example"));
        buf_fini(&got);
    }
}

#define LABEL_63                                                               \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define NAME_242                                                               \
    LABEL_63 "." LABEL_63 "." LABEL_63                                         \
             ".xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* clang-format off */
static const struct {
    const char *why, *zone;
    int code;
} zones[] = {
    { "a zone", "bl.example.org", 0 },
    { "one label", "rpz", 0 },
    { "a dot behind", "bl.example.", SNOW_EINVAL },
    { "two words", "bl.example 3600", SNOW_EINVAL },
    { "two lines", "bl.example\n$INCLUDE", SNOW_EINVAL },
    { "nothing", "", SNOW_EINVAL },
    { "as long as leaves room for hostmaster", NAME_242, 0 },
    { "longer", NAME_242 "x", SNOW_EINVAL },
};
/* clang-format on */

static void zones_are_host_names(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < 2 * COUNT_OF(zones); i++) {
        struct report_identity id = somebody;
        struct report_request q = { .findings = &f.findings, .identity = &id };
        struct snow_error err = { 0 };
        struct buf got = { 0 };
        const char *format = i % 2 ? "rpz" : "rbldnsd";
        int code;

        id.list_zone = zones[i / 2].zone;
        code = write_list(&got, format, &q, &err);
        if (code != zones[i / 2].code)
            fail_msg("%s: %s gave %d", zones[i / 2].why, format, code);
        if (code)
            assert_non_null(strstr(err.text, "list-zone"));
        buf_fini(&got);
    }
}

/* clang-format off */
static const struct {
    const char *why, *contact, *rname;
} mailboxes[] = {
    { "the reporter's", "abuse@desk.example", " abuse.desk.example" },
    { "a dot in a label", "net.abuse@desk.example", " net\\.abuse.desk.example" },
    { "nobody told", "", " hostmaster.bl.example" },
    { "octets of a master file", "a\"$b@desk.example", " hostmaster.bl.example" },
    { "63 octets", LABEL_63 "@desk.example", " " LABEL_63 ".desk.example" },
    { "more than a label has", LABEL_63 "x@desk.example",
      " hostmaster.bl.example" },
    { "253 octets", "desk.mail@" NAME_242 "x", " desk\\.mail.xxx" },
    { "more than a name has", "desk.mails@" NAME_242 "x",
      " hostmaster.bl.example" },
};
/* clang-format on */

static void zones_name_who_answers_for_them(void **state)
{
    struct snow_findings none = { 0 };

    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(mailboxes); i++) {
        struct report_identity id = somebody;
        struct report_request q = { .findings = &none, .identity = &id };
        struct buf got = { 0 };

        id.reporter_contact = mailboxes[i / 2].contact;
        assert_int_equal(write_list(&got, i % 2 ? "rpz" : "rbldnsd", &q, NULL),
                         0);
        if (!strstr(got.data, mailboxes[i / 2].rname))
            fail_msg("%s: %s", mailboxes[i / 2].why, got.data);
        buf_fini(&got);
    }
}

/* A name that does not fit below the zone would keep all of it from loading. */
static void names_fit_below_the_zone(void **state)
{
    static char name[254];
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &somebody,
                                .least = SNOW_TIER_CONTEXT };
    struct buf got = { 0 };
    const size_t most = 253 - strlen("*.") - strlen(".bl.example");

    (void)state;
    fixture_init(&f);
    memset(name, 'a', sizeof name);
    for (size_t i = 50; i < sizeof name; i += 50)
        name[i] = '.';
    f.domains[7][0] = name; /* of run-05 */
    name[most] = '\0';
    assert_int_equal(write_list(&got, "rpz", &q, NULL), 0);
    assert_non_null(strstr(got.data, "\n*.aaaa"));
    buf_clear(&got);
    name[most] = 'a';
    name[most + 1] = '\0';
    assert_int_equal(write_list(&got, "rpz", &q, NULL), 0);
    assert_null(strstr(got.data, "\n*.aaaa"));
    assert_non_null(strstr(got.data, "\n; too long for this zone: aaaa"));
    buf_fini(&got);
}

/* Of a comment nftables takes 128 octets, of a string DNS takes 255. */
static void reasons_are_bounded(void **state)
{
    static char name[254];
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &somebody,
                                .least = SNOW_TIER_CONTEXT };

    (void)state;
    fixture_init(&f);
    f.domains[7][0] = name;
    for (size_t len = 3; len < sizeof name; len++) {
        struct buf got = { 0 };
        const char *at;

        memset(name, 'a', len);
        for (size_t i = 50; i < len; i += 50)
            name[i] = '.';
        memcpy(name + len - 3, "a.b", 4);
        assert_int_equal(write_list(&got, "nft", &q, NULL), 0);
        at = strstr(got.data, "comment \"run-05") + strlen("comment \"");
        assert_true(strcspn(at, "\"") <= 128);
        buf_clear(&got);
        assert_int_equal(write_list(&got, "rbldnsd", &q, NULL), 0);
        at = strstr(got.data, ":snowline run-05");
        assert_true(strcspn(at, "\n") <= 255);
        buf_fini(&got);
    }
}

static void a_full_disk_is_told(void **state)
{
    struct report_fd fd = { .fd = open("/dev/full", O_WRONLY) };
    struct report_out out = report_to_fd(&fd);
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &somebody };

    (void)state;
    fixture_init(&f);
    assert_true(fd.fd >= 0);
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        assert_int_equal(
            report_write(&out, report_format_find(formats[i]), &q, NULL),
            SNOW_EFULL);
    close(fd.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_match_golden),
        cmocka_unit_test(findings_make_lists),
        cmocka_unit_test(the_allowed_are_named_nowhere),
        cmocka_unit_test(ranges_are_disjoint),
        cmocka_unit_test(hostile_octets_are_in_no_list),
        cmocka_unit_test(zones_are_host_names),
        cmocka_unit_test(zones_name_who_answers_for_them),
        cmocka_unit_test(names_fit_below_the_zone),
        cmocka_unit_test(reasons_are_bounded),
        cmocka_unit_test(a_full_disk_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
