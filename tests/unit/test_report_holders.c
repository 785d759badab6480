/* report/holders.h: who holds and announces the addresses of a finding, by what
 * the store knows. */
#include "report/holders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/columns.h"

/* clang-format off */
static const struct {
    const char *subject, *kind, *json;
} evidence[] = {
    { "AS64500", "as", "{\"is_target\":true,\"ranges\":"
      "\"192.0.2.0-192.0.2.127;2001:db8::-2001:db8::ffff\"}" },
    { "AS64499", "as", "{\"is_target\":true,\"ranges\":"
      "\"192.0.2.96-192.0.2.255\"}" },
    { "AS64501", "as", "{\"is_target\":false,\"ranges\":"
      "\"192.0.2.0-192.0.2.255\"}" },
    { "AS64502", "as", "damaged" },
    { "192.0.2.0-192.0.2.63", "netblock", "{\"status\":\"registered\","
      "\"first\":\"192.0.2.0\",\"last\":\"192.0.2.63\",\"name\":\"ONE\","
      "\"organisation\":\"One, Ltd\",\"abuse_email\":\"abuse@one.example\"}" },
    { "192.0.2.64-192.0.2.95", "netblock", "{\"status\":\"registered\","
      "\"first\":\"192.0.2.64\",\"last\":\"192.0.2.95\",\"name\":\"TWO\","
      "\"organisation\":\"One, Ltd\",\"abuse_email\":\"abuse@two.example\"}" },
    { "192.0.2.96-192.0.2.127", "netblock", "{\"status\":\"registered\","
      "\"first\":\"192.0.2.96\",\"last\":\"192.0.2.127\","
      "\"name\":\"THREE\"}" },
    { "192.0.2.128-192.0.2.159", "netblock", "{\"status\":\"unknown\","
      "\"first\":\"192.0.2.128\",\"last\":\"192.0.2.159\"}" },
    { "192.0.2.160-192.0.2.191", "netblock", "{\"status\":\"not-found\","
      "\"first\":\"192.0.2.160\",\"last\":\"192.0.2.191\"}" },
    { "192.0.2.192-192.0.2.255", "netblock", "{\"status\":\"registered\"}" },
};

#define NONE "-"
static const struct {
    const char *why, *ranges[2];
    const char *asn, *abuse, *name, *organisation; /* "": not asked */
} cases[] = {
    { "one of everything", { "192.0.2.8-192.0.2.9" }, "64500",
      "abuse@one.example", "ONE", "One, Ltd" },
    { "over two netblocks of one holder", { "192.0.2.60-192.0.2.70" }, "64500",
      "abuse@one.example;abuse@two.example", "ONE;TWO", "One, Ltd" },
    { "two ranges, one netblock each",
      { "192.0.2.80-192.0.2.81", "192.0.2.1-192.0.2.2" }, "64500",
      "abuse@one.example;abuse@two.example", "ONE;TWO", "One, Ltd" },
    { "announced by two, of a holder that publishes little",
      { "192.0.2.100-192.0.2.101" }, "64499;64500", NONE, "THREE", NONE },
    { "one netblock says more than the other", { "192.0.2.90-192.0.2.100" },
      "64499;64500", "abuse@two.example", "TWO;THREE", "One, Ltd" },
    { "nobody could say", { "192.0.2.130-192.0.2.140" }, "64499", "", "", "" },
    { "the registry knows of none", { "192.0.2.160-192.0.2.161" }, "64499",
      NONE, NONE, NONE },
    { "a damaged record", { "192.0.2.200-192.0.2.201" }, "64499", "", "", "" },
    { "elsewhere", { "198.51.100.1-198.51.100.2" }, "", "", "", "" },
    { "IPv6", { "2001:db8::fff0-2001:db8::1:0" }, "64500", "", "", "" },
    { "the last and the first address", { "192.0.2.127-192.0.2.128" },
      "64499;64500", NONE, "THREE", NONE },
};
/* clang-format on */

static struct snow_store *make_store(int64_t *scan)
{
    struct snow_store *s;
    struct snow_scan scan_row = { .targets = "", .settings = "{}" };

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_add_scan(s, &scan_row, scan, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(evidence); i++) {
        struct snow_evidence e = { .subject = evidence[i].subject,
                                   .kind = evidence[i].kind,
                                   .source = "",
                                   .data = evidence[i].json,
                                   .data_len = strlen(evidence[i].json) };
        struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                                 .scan = *scan,
                                 .evidence = &e };

        assert_int_equal(snow_store_put(s, &r, NULL), 0);
    }
    assert_int_equal(snow_store_commit(s, NULL), 0);
    return s;
}

static const char *cell_text(struct report_cell *c)
{
    if (c->state != REPORT_KNOWN)
        return c->state == REPORT_ABSENT ? NONE : "";
    for (size_t i = 0; i + 1 < c->text.len; i++)
        if (c->text.data[i] == '\0')
            c->text.data[i] = ';';
    return c->text.data;
}

static void check(size_t i, const char *what, struct report_cell *c,
                  const char *want)
{
    if (strcmp(cell_text(c), want) != 0)
        fail_msg("%s: %s is '%s'", cases[i].why, what, cell_text(c));
    buf_fini(&c->text);
    *c = (struct report_cell){ .state = REPORT_NOT_ASKED };
}

static void read_range(struct snow_range *out, const char *text)
{
    struct snow_ranges *set;

    assert_int_equal(snow_ranges_new(&set), 0);
    assert_int_equal(snow_ranges_read(set, text, NULL), 0);
    *out = snow_ranges_at(set, 0);
    snow_ranges_free(set);
}

static void findings_are_looked_up(void **state)
{
    struct report_request q = { .scan = 0 };
    struct report_holders h;

    (void)state;
    q.store = make_store(&q.scan);
    assert_int_equal(report_holders_load(&h, &q, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct snow_range ranges[2];
        struct snow_finding f = { .ranges = ranges };
        struct report_cell c = { .state = REPORT_NOT_ASKED };

        while (f.n_ranges < 2 && cases[i].ranges[f.n_ranges]) {
            read_range(&ranges[f.n_ranges], cases[i].ranges[f.n_ranges]);
            f.n_ranges++;
        }
        report_holders_asns(&c, &h, &f);
        check(i, "asn", &c, cases[i].asn);
        report_holders_texts(&c, &h, &f, REPORT_HOLDER_ABUSE_EMAIL);
        check(i, "abuse_email", &c, cases[i].abuse);
        report_holders_texts(&c, &h, &f, REPORT_HOLDER_NAME);
        check(i, "netname", &c, cases[i].name);
        report_holders_texts(&c, &h, &f, REPORT_HOLDER_ORGANISATION);
        check(i, "org", &c, cases[i].organisation);
    }
    report_holders_fini(&h);
    snow_store_close(q.store);
}

static void without_a_store_nobody_is_known(void **state)
{
    struct report_request q = { .scan = 1 };
    struct report_holders h;
    struct snow_finding f = { .n_ranges = 0 };
    struct report_cell c = { .state = REPORT_NOT_ASKED };

    (void)state;
    assert_int_equal(report_holders_load(&h, &q, NULL), 0);
    report_holders_asns(&c, &h, &f);
    report_holders_texts(&c, &h, &f, REPORT_HOLDER_NAME);
    assert_int_equal(c.state, REPORT_NOT_ASKED);
    report_holders_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_looked_up),
        cmocka_unit_test(without_a_store_nobody_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
