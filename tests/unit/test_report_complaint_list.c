/* The list of complaints, a line each: what is not known yet has no number,
 * and a stranger's octets are escaped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/complaints.h"
#include "report/report.h"
#include "report/writers.h"

#define MADE 1526342400
#define DAY_S 86400

/* clang-format off */
static const struct {
    const char *why;
    enum analysis_complaint_state state;
    int64_t seen_utc_s;
    const char *domain, *line;
} cases[] = {
    { "no scan since", ANALYSIS_COMPLAINT_NOT_ASKED, SNOW_TIME_UNKNOWN,
      "a.example",
      "not-asked   2018-05-15  192.0.2.0-192.0.2.3               - of 4" },
    { "still there", ANALYSIS_COMPLAINT_STILL, MADE + 12 * DAY_S, "a.example",
      "still       12 days     192.0.2.0-192.0.2.3               3 of 4" },
    { "a stranger's octets", ANALYSIS_COMPLAINT_STILL, MADE + DAY_S,
      "\x1b[2J.example", "\\x1B[2J.example\n" },
};
/* clang-format on */

static size_t keep(struct buf *to, const char *text)
{
    size_t at = to->len;

    buf_add(to, text, strlen(text) + 1);
    return at;
}

static void lines_tell_what_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf got = { 0 };
        struct report_out out = report_to_buf(&got);
        struct analysis_complaint one = {
            .made_utc_s = MADE,
            .n = 4,
            .n_domains = 1,
            .state = cases[i].state,
            .seen_utc_s = cases[i].seen_utc_s,
            .same = 3,
        };
        struct analysis_complaints all = { .all = &one, .n = 1 };

        one.domains = keep(&all.text, cases[i].domain);
        one.range = keep(&all.text, "192.0.2.0-192.0.2.3");
        one.recipient = keep(&all.text, "abuse@net.example");
        assert_int_equal(
            report_complaints(&out, &all, MADE, REPORT_CHANGES_TEXT), 0);
        if (!strstr(got.data, cases[i].line))
            fail_msg("%s: %s", cases[i].why, got.data);
        assert_int_equal(
            report_complaints(&out, &all, MADE, REPORT_CHANGES_CSV), 0);
        buf_fini(&got);
        buf_fini(&all.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_tell_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
