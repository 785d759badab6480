/* analysis/complaints.h: what a later scan says of what was complained of. */
#include "analysis/complaints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MADE 1000000
#define LATER 2000000

/* What the later scan has, from 192.0.2.0 on: "" is no name, NULL no answer. */
/* clang-format off */
static const char *const names[] = {
    /* 0 */ "still.com", "a.still.com", "b.STILL.com", "c.still.com",
    /* 4 */ "half.com", "", "a.half.com", "other.com",
    /* 8 */ "other.com", "a.other.com", "192-0-2-10.pool.isp.net", "",
    /* 12 */ "", "192-0-2-13.pool.isp.net", NULL, NULL,
    /* 16 */ "new.com", "moved.com", "a.moved.com", "x.two.com",
};

static const struct {
    const char *why, *domain;
    unsigned first, last;
    enum analysis_complaint_state state;
    uint64_t answered, same, renamed, gone, elsewhere;
} cases[] = {
    { "all as it was, in any case", "still.com", 0, 3,
      ANALYSIS_COMPLAINT_STILL, 4, 4, 0, 0, 0 },
    { "some of it", "half.com", 4, 7, ANALYSIS_COMPLAINT_PARTLY, 4, 2, 1, 1,
      0 },
    { "other names", "was.com", 8, 9, ANALYSIS_COMPLAINT_RENAMED, 2, 0, 2, 0,
      0 },
    { "one renamed, others without", "was.net", 9, 11,
      ANALYSIS_COMPLAINT_RENAMED, 3, 0, 1, 2, 0 },
    { "no name, or one of the provider's", "away.com", 10, 13,
      ANALYSIS_COMPLAINT_GONE, 4, 0, 0, 4, 0 },
    { "nobody answered", "silent.com", 14, 15, ANALYSIS_COMPLAINT_UNANSWERED,
      0, 0, 0, 0, 0 },
    { "one did not answer: nothing is gone", "away.net", 13, 14,
      ANALYSIS_COMPLAINT_UNANSWERED, 1, 0, 0, 1, 0 },
    { "elsewhere", "moved.com", 16, 16, ANALYSIS_COMPLAINT_MOVED, 1, 0, 1, 0,
      2 },
    { "still there, and elsewhere as well", "two.com", 19, 20,
      ANALYSIS_COMPLAINT_STILL, 1, 1, 0, 0, 0 },
    { "outside of what was scanned", "far.com", 300, 301,
      ANALYSIS_COMPLAINT_UNANSWERED, 0, 0, 0, 0, 0 },
    { "like the end of a name", "till.com", 0, 0, ANALYSIS_COMPLAINT_RENAMED,
      1, 0, 1, 0, 0 },
};
/* clang-format on */

static struct snow_addr addr(unsigned i)
{
    return snow_addr_from_ipv4(0xc0000200 + i);
}

static void put(struct snow_store *s, struct snow_record r)
{
    r.scan = 1;
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
}

static void put_complaint(struct snow_store *s, const char *id,
                          const char *data)
{
    struct snow_complaint c = { .message_id = "1@us.example",
                                .recipient = "abuse@them.example",
                                .finding_id = id,
                                .made_utc_s = MADE,
                                .data = data,
                                .data_len = strlen(data) };

    put(s,
        (struct snow_record){ .kind = SNOW_RECORD_COMPLAINT, .complaint = &c });
}

static void put_case(struct snow_store *s, size_t i)
{
    char id[16], text[SNOW_ADDR_TEXT_MAX];
    struct buf data = { 0 };

    snprintf(id, sizeof id, "%02zu", i); /* in the order of the table */
    buf_add_text(&data, "{\"kind\":\"run\",\"addresses\":[");
    for (unsigned k = cases[i].first; k <= cases[i].last; k++) {
        snow_addr_format(addr(k), text);
        buf_printf(&data, "%s{\"ip\":\"%s\",\"domain\":\"%s\"}",
                   k > cases[i].first ? "," : "", text, cases[i].domain);
    }
    buf_add_text(&data, "]}");
    put_complaint(s, id, data.data);
    buf_fini(&data);
}

static void put_names(struct snow_store *s)
{
    struct snow_block b;

    snow_block_init(&b, addr(0));
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (names[i])
            assert_int_equal(
                snow_block_set(&b, i,
                               *names[i] ? SNOW_PTR_NAME : SNOW_PTR_NXDOMAIN,
                               LATER, names[i], *names[i] != '\0'),
                0);
    put(s, (struct snow_record){ .kind = SNOW_RECORD_TAIL, .block = &b });
    snow_block_fini(&b);
}

static const struct snow_scan scan = { .id = 1,
                                       .targets = "",
                                       .settings = "{}",
                                       .now_utc_s = LATER,
                                       .finished_utc_s = LATER };

static struct snow_store *make_store(void)
{
    struct snow_store *s;
    int64_t id;

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
    put_names(s);
    return s;
}

static void check(size_t i, const struct analysis_complaint *got)
{
    if (got->state != cases[i].state || got->answered != cases[i].answered ||
        got->same != cases[i].same || got->renamed != cases[i].renamed ||
        got->gone != cases[i].gone || got->elsewhere != cases[i].elsewhere)
        fail_msg("%s: %s, %d answered, %d same, %d renamed, %d gone, %d "
                 "elsewhere",
                 cases[i].why, analysis_complaint_word(got->state),
                 (int)got->answered, (int)got->same, (int)got->renamed,
                 (int)got->gone, (int)got->elsewhere);
    assert_int_equal(got->n, cases[i].last - cases[i].first + 1);
    assert_int_equal(got->n_domains, 1);
}

static void a_later_scan_tells(void **state)
{
    struct analysis_complaints c;
    struct snow_store *s = make_store();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        put_case(s, i);
    assert_int_equal(analysis_complaints_load(&c, s, NULL), 0);
    assert_int_equal(c.n, COUNT_OF(cases));
    assert_int_equal(analysis_complaints_ask(&c, s, &scan, 0, NULL, NULL), 0);
    for (size_t i = 0; i < c.n; i++) {
        check(c.all[i].number, &c.all[i]);
        assert_true(i == 0 ||
                    snow_addr_compare(c.all[i - 1].first, c.all[i].first) <= 0);
    }
    analysis_complaints_fini(&c);
    snow_store_close(s);
}

static void an_earlier_scan_tells_nothing(void **state)
{
    static const struct {
        int64_t now_utc_s, after_s;
        enum analysis_complaint_state state;
    } ages[] = {
        { MADE - 1, 0, ANALYSIS_COMPLAINT_NOT_ASKED },
        { MADE, 0, ANALYSIS_COMPLAINT_NOT_ASKED },
        { MADE + 1, 0, ANALYSIS_COMPLAINT_STILL },
        { MADE + 99, 100, ANALYSIS_COMPLAINT_NOT_ASKED },
        { MADE + 100, 100, ANALYSIS_COMPLAINT_STILL },
    };
    struct snow_store *s = make_store();

    (void)state;
    put_case(s, 0);
    for (size_t i = 0; i < COUNT_OF(ages); i++) {
        struct snow_scan at = scan;
        struct analysis_complaints c;

        at.now_utc_s = ages[i].now_utc_s;
        assert_int_equal(analysis_complaints_load(&c, s, NULL), 0);
        assert_int_equal(
            analysis_complaints_ask(&c, s, &at, ages[i].after_s, NULL, NULL),
            0);
        assert_int_equal(c.all[0].state, ages[i].state);
        assert_true((c.all[0].answered > 0) ==
                    (c.all[0].state == ANALYSIS_COMPLAINT_STILL));
        analysis_complaints_fini(&c);
    }
    snow_store_close(s);
}

static void damage_counts_no_address(void **state)
{
    static const char *const data[] = {
        "",
        "no JSON",
        "[]",
        "{\"addresses\":7}",
        ("{\"addresses\":[7,{\"ip\":\"x\",\"domain\":\"a.com\"},{\"ip\":"
         "\"192.0.2.0\"},{\"ip\":\"192.0.2.0\",\"domain\":\"\"}]}"),
    };
    struct snow_store *s = make_store();
    struct analysis_complaints c;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(data); i++) {
        char id[2] = { (char)('0' + i), '\0' };

        put_complaint(s, id, data[i]);
    }
    assert_int_equal(analysis_complaints_load(&c, s, NULL), 0);
    assert_int_equal(analysis_complaints_ask(&c, s, &scan, 0, NULL, NULL), 0);
    assert_int_equal(c.n, COUNT_OF(data));
    for (size_t i = 0; i < c.n; i++) {
        assert_int_equal(c.all[i].n, 0);
        assert_int_equal(c.all[i].state, ANALYSIS_COMPLAINT_UNANSWERED);
    }
    analysis_complaints_fini(&c);
    snow_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_scan_tells),
        cmocka_unit_test(an_earlier_scan_tells_nothing),
        cmocka_unit_test(damage_counts_no_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
