/* report/complaint.h: who is told what, and what is remembered of it. That mail
 * programs read it is tests/integration/test_complaints.py. */
#include "report/complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/golden.h"
#include "../support/report_fixture.h"
#include "../support/report_store.h"
#include "analysis/own.h"

static const struct report_identity us = {
    .reporter_org = "Example Desk",
    .reporter_contact = "desk@example.org",
    .reporter_domain = "example.org",
    .sender_org = "Example Desk",
    .sender_contact = "desk@example.org",
    .sender_domain = "example.org",
    .scan_contact = "scan@example.org",
};

/* One contact, unless a case says otherwise. */
#define SPACE(first, last, mail)                                               \
    "{\"status\":\"registered\",\"first\":\"" first "\",\"last\":\"" last      \
    "\",\"abuse_email\":\"" mail "\"}"
#define NET(first, last, mail) SPACE("192.0.2." first, "192.0.2." last, mail)

struct lab {
    struct fixture f;
    struct report_request q;
    struct buf got; /* "contact: finding ip ip;" */
    struct buf last;
    unsigned n;
};

static void put_netblock(struct lab *lab, const char *json)
{
    struct snow_evidence e = { .subject = json, /* any, once */
                               .kind = "netblock",
                               .source = "",
                               .data = json,
                               .data_len = strlen(json) };
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = lab->q.scan,
                             .evidence = &e };

    assert_int_equal(snow_store_put(lab->q.store, &r, NULL), 0);
}

static void open_lab(struct lab *lab, const char *const netblocks[3])
{
    *lab = (struct lab){ .n = 0 };
    fixture_init(&lab->f);
    lab->q = (struct report_request){ .findings = &lab->f.findings,
                                      .identity = &us,
                                      .made_utc_s = 1526900000,
                                      .least = SNOW_TIER_REVIEW };
    lab->q.store = small_store(&lab->q.scan);
    for (size_t i = 0; i < 3 && netblocks[i]; i++)
        put_netblock(lab, netblocks[i]);
}

static void close_lab(struct lab *lab)
{
    snow_store_close(lab->q.store);
    buf_fini(&lab->got);
    buf_fini(&lab->last);
}

/* The addresses in a record, in their order. */
static void add_addresses(struct buf *to, const char *json)
{
    while ((json = strstr(json, "\"ip\":\""))) {
        json += strlen("\"ip\":\"");
        buf_printf(to, " %.*s", (int)strcspn(json, "\""), json);
    }
}

static int take(void *arg, const struct report_letter *l)
{
    struct lab *lab = arg;

    buf_printf(&lab->got, "%s:", l->recipient);
    for (size_t i = 0; i < l->n_told; i++) {
        struct buf json = { 0 };

        buf_add(&json, l->told[i].data, l->told[i].data_len);
        buf_printf(&lab->got, " %s", l->told[i].finding_id);
        add_addresses(&lab->got, json.data);
        buf_fini(&json);
    }
    buf_add_char(&lab->got, ';');
    buf_clear(&lab->last);
    buf_add(&lab->last, l->octets, l->len);
    lab->n++;
    return 0;
}

static struct report_letters write_letters(struct lab *lab)
{
    struct report_letters to = { .take = take, .arg = lab };
    struct snow_error err = { 0 };

    buf_clear(&lab->got);
    buf_add_text(&lab->got, "");
    lab->n = 0;
    if (report_each_letter(&lab->q, &to, &err))
        fail_msg("%s", err.text);
    return to;
}

/* clang-format off */
static const struct {
    const char *why, *netblocks[3], *letters;
    unsigned unaddressed;
} cases[] = {
    { "nobody is known: nobody is written to", { NULL }, "", 4 },
    { "one for all", { NET("0", "255", "a@one.example") },
      "a@one.example: run-01 192.0.2.16 192.0.2.17 192.0.2.19 "
      "run-hostile 192.0.2.65;", 0 },
    { "each is told of its own alone",
      { NET("0", "17", "b@one.example"), NET("18", "63", "a@two.example") },
      "a@two.example: run-01 192.0.2.19;"
      "b@one.example: run-01 192.0.2.16 192.0.2.17;", 1 },
    { "the smallest netblock that has a contact",
      { NET("0", "255", "a@one.example"), NET("16", "17", "b@two.example"),
        NET("19", "19", "") },
      "a@one.example: run-01 192.0.2.19 run-hostile 192.0.2.65;"
      "b@two.example: run-01 192.0.2.16 192.0.2.17;", 0 },
    { "one contact in two networks, however it is written",
      { NET("0", "17", "Abuse@one.example"), NET("18", "63",
        "abuse@ONE.example") },
      "Abuse@one.example: run-01 192.0.2.16 192.0.2.17 192.0.2.19;", 1 },
    { "as large as a network may be",
      { SPACE("192.0.0.0", "192.255.255.255", "a@one.example") },
      "a@one.example: run-01 192.0.2.16 192.0.2.17 192.0.2.19 "
      "run-hostile 192.0.2.65;", 0 },
    { "what a registry holds itself is nobody's network",
      { SPACE("192.0.0.0", "193.0.0.0", "a@registry.example"),
        SPACE("0.0.0.0", "255.255.255.255", "b@registry.example"),
        SPACE("::", "ffff::", "c@registry.example") }, "", 4 },
    { "what is no mailbox is none",
      { NET("0", "63", "a@one.example>\\r\\nBcc: <b@two.example"),
        NET("64", "127", "c@three.example, d@four.example") }, "", 4 },
};
/* clang-format on */

static void each_contact_is_told_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct report_letters told;
        struct lab lab;

        open_lab(&lab, cases[i].netblocks);
        told = write_letters(&lab);
        if (strcmp(lab.got.data, cases[i].letters) != 0 ||
            told.unaddressed != cases[i].unaddressed)
            fail_msg("%s: %s, %u unaddressed", cases[i].why, lab.got.data,
                     (unsigned)told.unaddressed);
        assert_int_equal(told.n, lab.n);
        close_lab(&lab);
    }
}

static const char *const one[3] = { NET("0", "255", "abuse@one.example") };

static void the_message_matches_golden(void **state)
{
    struct buf got = { 0 };
    struct report_out out = report_to_buf(&got);
    struct lab lab;

    (void)state;
    open_lab(&lab, one);
    assert_int_equal(
        report_write(&out, report_format_find("complaint"), &lab.q, NULL), 0);
    golden_check("tests/golden/complaint.mbox", &got);
    assert_null(memchr(got.data, '\r', got.len));
    buf_fini(&got);
    close_lab(&lab);
}

static void the_allowed_are_not_named(void **state)
{
    struct lab lab;

    (void)state;
    open_lab(&lab, one);
    lab.f.all[2].allowed = (char *)"our own";
    write_letters(&lab);
    assert_string_equal(lab.got.data,
                        "abuse@one.example: run-hostile 192.0.2.65;");
    close_lab(&lab);
}

static char id[17];

static int take_id(void *arg, const struct report_letter *l)
{
    (void)arg;
    text_copy(id, sizeof id, l->id);
    return 0;
}

/* The same day the same message; another day, another one. */
static void messages_are_known_again(void **state)
{
    static const int64_t times[] = { 1526900000, 1526940000, 1526990000 };
    struct report_letters to = { .take = take_id };
    char ids[3][17];
    struct lab lab;

    (void)state;
    open_lab(&lab, one);
    for (size_t i = 0; i < 3; i++) {
        lab.q.made_utc_s = times[i];
        assert_int_equal(report_each_letter(&lab.q, &to, NULL), 0);
        text_copy(ids[i], sizeof ids[i], id);
    }
    assert_string_equal(ids[0], ids[1]);
    assert_string_not_equal(ids[0], ids[2]);
    close_lab(&lab);
}

static struct snow_range range_of(const char *first, const char *last)
{
    struct snow_range r;

    assert_int_equal(snow_addr_parse(&r.first, first), 0);
    assert_int_equal(snow_addr_parse(&r.last, last), 0);
    return r;
}

/* A /24 whose names are one domain's on even addresses, another's on odd. */
static void put_block(struct lab *lab, struct snow_addr first)
{
    struct snow_record r = { .kind = SNOW_RECORD_TAIL, .scan = lab->q.scan };
    struct snow_block b;

    snow_block_init(&b, first);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        assert_int_equal(snow_block_set(&b, i, SNOW_PTR_NAME, 1526813000,
                                        i % 2 ? "bridgewdable.example"
                                              : "commercieopard.example",
                                        1),
                         0);
    r.block = &b;
    assert_int_equal(snow_store_begin(lab->q.store, NULL), 0);
    assert_int_equal(snow_store_put(lab->q.store, &r, NULL), 0);
    assert_int_equal(snow_store_commit(lab->q.store, NULL), 0);
    snow_block_fini(&b);
}

/* run-01 and run-02 take turns on 16 /24s. */
static void open_large_lab(struct lab *lab, const char *const netblocks[3])
{
    struct snow_range r = range_of("10.0.0.0", "10.0.15.255");

    open_lab(lab, netblocks);
    lab->f.ranges[2][0] = lab->f.ranges[4][0] = r;
    for (unsigned i = 0; i < 16; i++)
        put_block(lab, snow_addr_add(r.first, i * SNOW_BLOCK_SIZE));
}

struct sizes {
    char ids[8][17];
    unsigned n_addrs[8], n;
};

static int take_size(void *arg, const struct report_letter *l)
{
    struct sizes *s = arg;

    assert_true(s->n < COUNT_OF(s->ids));
    text_copy(s->ids[s->n], sizeof s->ids[0], l->id);
    for (size_t i = 0; i < l->n_told; i++)
        for (const char *at = l->told[i].data;
             (at = strstr(at, "\"ip\":")) &&
             at < l->told[i].data + l->told[i].data_len;
             at++)
            s->n_addrs[s->n]++;
    s->n++;
    return 0;
}

/* 4,096 addresses of two runs: no mail server takes them in one message. */
static void large_findings_fill_several_messages(void **state)
{
    static const char *const all[3] = { SPACE("10.0.0.0", "10.255.255.255",
                                              "abuse@one.example") };
    struct sizes s = { .n = 0 };
    struct report_letters to = { .take = take_size, .arg = &s };
    unsigned n = 0;
    struct lab lab;

    (void)state;
    open_large_lab(&lab, all);
    assert_int_equal(report_each_letter(&lab.q, &to, NULL), 0);
    assert_int_equal(to.n_addresses, 4096);
    for (unsigned i = 0; i < s.n; i++) {
        n += s.n_addrs[i];
        assert_true(s.n_addrs[i] < 2 * REPORT_LETTER_ADDRESSES);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(s.ids[i], s.ids[k]);
    }
    assert_int_equal(n, 4096);
    close_lab(&lab);
}

static void findings_without_a_contact_count_once(void **state)
{
    static const char *const nobody[3] = { NULL };
    struct report_letters told;
    struct lab lab;

    (void)state;
    open_large_lab(&lab, nobody);
    told = write_letters(&lab);
    /* run-hostile, and what is left of the campaign where its run was */
    assert_int_equal(told.unaddressed, 4096 + 1 + 3);
    assert_int_equal(told.unaddressed_findings, 2 + 1 + 1);
    close_lab(&lab);
}

/* What the user alone knows stays with the user. */
static void own_lists_are_nobodys_business(void **state)
{
    struct own own = { .has_reporters = true, .has_allocations = true };
    struct buf bare = { 0 };
    struct lab lab;

    (void)state;
    open_lab(&lab, one);
    write_letters(&lab);
    buf_add(&bare, lab.last.data, lab.last.len);
    lab.q.own = &own;
    write_letters(&lab);
    assert_string_equal(lab.last.data, bare.data);
    buf_fini(&bare);
    close_lab(&lab);
}

static void the_reporter_is_checked(void **state)
{
    struct report_identity bad = us;
    struct report_letters to = { .take = take_id };
    struct lab lab;

    (void)state;
    bad.reporter_contact = "nobody";
    open_lab(&lab, one);
    lab.q.identity = &bad;
    assert_int_equal(report_each_letter(&lab.q, &to, NULL), SNOW_EINVAL);
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_contact_is_told_of_its_own),
        cmocka_unit_test(the_message_matches_golden),
        cmocka_unit_test(the_allowed_are_not_named),
        cmocka_unit_test(messages_are_known_again),
        cmocka_unit_test(large_findings_fill_several_messages),
        cmocka_unit_test(findings_without_a_contact_count_once),
        cmocka_unit_test(own_lists_are_nobodys_business),
        cmocka_unit_test(the_reporter_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
