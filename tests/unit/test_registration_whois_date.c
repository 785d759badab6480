/* registration/whois_date.h: every form that registries write, and what is no
 * date however much it looks like one. */
#include "registration/whois_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"

#define DMY                                                                    \
    {                                                                          \
        .order = WHOIS_DAY_FIRST                                               \
    }
#define MDY                                                                    \
    {                                                                          \
        .order = WHOIS_MONTH_FIRST                                             \
    }
#define CN                                                                     \
    {                                                                          \
        .east_of_utc_m = 480                                                   \
    }
#define CET                                                                    \
    {                                                                          \
        .east_of_utc_m = 60, .has_summer = true                                \
    }
#define SHORT                                                                  \
    {                                                                          \
        .is_short = true, .order = WHOIS_DAY_FIRST                             \
    }
#define PLAIN                                                                  \
    {                                                                          \
        0                                                                      \
    }

/* clang-format off */
static const struct {
    const char *why, *text;
    struct whois_dates how;
    const char *wanted; /* ten octets: no time of day; NULL: no date */
} cases[] = {
    { "RFC 3339", "2017-11-03T08:15:42Z", PLAIN, "2017-11-03T08:15:42Z" },
    { "a fraction", "2017-11-03T08:15:42.0Z", PLAIN, "2017-11-03T08:15:42Z" },
    { "a long fraction", "2017-11-03T08:15:42.187695+03:00", PLAIN, "2017-11-03T05:15:42Z" },
    { "small letters", "2017-11-03t08:15:42z", PLAIN, "2017-11-03T08:15:42Z" },
    { "offset without colon", "2017-11-03T08:15:42-0700", PLAIN, "2017-11-03T15:15:42Z" },
    { "offset of hours", "2017-11-03 08:15:42+08", PLAIN, "2017-11-03T00:15:42Z" },
    { "minus nothing", "2017-11-03 08:15:42 -0000", PLAIN, "2017-11-03T08:15:42Z" },
    { "no zone: UTC", "2017-11-03 08:15:42", PLAIN, "2017-11-03T08:15:42Z" },
    { "no zone: the registry's", "2003-03-17 12:20:05", CN, "2003-03-17T04:20:05Z" },
    { "a zone wins over the registry's", "2003-03-17T12:20:05Z", CN, "2003-03-17T12:20:05Z" },
    { "UTC", "2017-11-03 08:15:42 UTC", PLAIN, "2017-11-03T08:15:42Z" },
    { "GMT", "2017-11-03 08:15:42 GMT", PLAIN, "2017-11-03T08:15:42Z" },
    { "GMT and hours", "2017-11-03 08:15:42 GMT+1", PLAIN, "2017-11-03T07:15:42Z" },
    { "in brackets", "2017-11-03 08:15:42 (GMT+03:00)", PLAIN, "2017-11-03T05:15:42Z" },
    { "in brackets, short", "2017-11-03 08:15:42 (UTC+8)", PLAIN, "2017-11-03T00:15:42Z" },
    { "Japan", "2013/07/08 16:50:07 (JST)", PLAIN, "2013-07-08T07:50:07Z" },
    { "a zone without a time", "2005/05/30 (JST)", PLAIN, "2005-05-30" },
    { "named zones", "2009-03-25 01:57:22 PDT", PLAIN, "2009-03-25T08:57:22Z" },
    { "Africa", "18 Apr 2003 12:48 EAT", PLAIN, "2003-04-18T09:48:00Z" },
    { "CST is China's and Chicago's", "2017-11-03 08:15:42 CST", PLAIN, "2017-11-03" },
    { "IST is India's and Israel's", "2017-11-03 08:15:42 IST", PLAIN, "2017-11-03" },
    { "a word that is no zone", "2017-11-03 08:15:42 XYZ", PLAIN, "2017-11-03" },
    { "midnight is no time", "1999-12-10 00:00:00", PLAIN, "1999-12-10" },
    { "midnight somewhere is none either", "30/06/2003 00:00:00 EEST", DMY, "2003-06-30" },
    { "midnight in UTC is one", "1999-12-10T00:00:00Z", PLAIN, "1999-12-10T00:00:00Z" },
    { "winter in Europe", "2013-01-21 01:05:35", CET, "2013-01-21T00:05:35Z" },
    { "summer in Europe", "2013-07-21 01:05:35", CET, "2013-07-20T23:05:35Z" },
    { "the last second of winter", "2017-03-26 01:59:59", CET, "2017-03-26T00:59:59Z" },
    { "the first of summer", "2017-03-26 03:00:00", CET, "2017-03-26T01:00:00Z" },
    { "after the last of summer", "2017-10-29 03:00:00", CET, "2017-10-29T02:00:00Z" },

    { "a day", "2017-11-03", PLAIN, "2017-11-03" },
    { "a day, full stop", "2001-Aug-23.", PLAIN, "2001-08-23" },
    { "Korea", "2007. 03. 02.", PLAIN, "2007-03-02" },
    { "full stops, year first", "2002.09.19 13:00:00", CET, "2002-09-19T11:00:00Z" },
    { "slashes, year first", "2000/10/03", PLAIN, "2000-10-03" },
    { "no zeros", "2017-1-3", PLAIN, "2017-01-03" },
    { "one word", "20171103", PLAIN, "2017-11-03" },
    { "one word and an order", "19990518 #162310", PLAIN, "1999-05-18" },
    { "one word with a time", "20121216134104", PLAIN, "2012-12-16T13:41:04Z" },
    { "two words", "20110426 17:57:27", CET, "2011-04-26T15:57:27Z" },
    { "basic ISO", "20171103T081542Z", PLAIN, "2017-11-03T08:15:42Z" },
    { "month by name", "03-Nov-2017", PLAIN, "2017-11-03" },
    { "in capitals", "13-MAY-2009", PLAIN, "2009-05-13" },
    { "with a time", "05-Nov-2014 10:35:59 UTC", PLAIN, "2014-11-05T10:35:59Z" },
    { "full stops", "03.11.2017", PLAIN, "2017-11-03" },
    { "full stops, no zeros, a time", "18.7.2012 04:04:23", PLAIN, "2012-07-18T04:04:23Z" },
    { "blanks", "24 Oct 1997 00:00:00", PLAIN, "1997-10-24" },
    { "in full", "21-March-2002", PLAIN, "2002-03-21" },
    { "with at", "3 November 2017 at 10:15:42.123", PLAIN, "2017-11-03T10:15:42Z" },
    { "ordinals", "2nd April, 2001", PLAIN, "2001-04-02" },
    { "ordinals with a zero", "02nd August 2000", PLAIN, "2000-08-02" },
    { "a weekday", "Friday 7th November 2003", PLAIN, "2003-11-07" },
    { "a weekday with a comma", "Tue, 25 Feb 2014 10:54:01 UTC", PLAIN, "2014-02-25T10:54:01Z" },
    { "ctime", "Fri Nov 03 08:15:42 GMT 2017", PLAIN, "2017-11-03T08:15:42Z" },
    { "ctime without a zone", "Mon Apr 19 21:47:14 2010", PLAIN, "2010-04-19T21:47:14Z" },
    { "ctime, a zone of many", "Fri Nov 03 08:15:42 CST 2017", PLAIN, "2017-11-03" },
    { "ctime, a summer zone", "Mar 25 01:57:22 PDT 2009", PLAIN, "2009-03-25T08:57:22Z" },
    { "ctime, a short day", "Wed Feb  1 2012", PLAIN, "2012-02-01" },
    { "month first by name", "November 3 2017", PLAIN, "2017-11-03" },
    { "with a comma", "November 3, 2017", PLAIN, "2017-11-03" },
    { "afternoon", "Nov 3 2017 8:15PM", PLAIN, "2017-11-03T20:15:00Z" },
    { "just after midnight", "2017-11-03 12:15:42 AM", PLAIN, "2017-11-03T00:15:42Z" },
    { "Spanish", "23 de agosto de 2012", PLAIN, "2012-08-23" },
    { "French", "3 d\xc3\xa9" "cembre 2012", PLAIN, "2012-12-03" },
    { "a leap day", "2016-02-29", PLAIN, "2016-02-29" },
    { "a leap second", "2016-12-31T23:59:60Z", PLAIN, "2017-01-01T00:00:00Z" },
    { "a remark", "2018-11-09 (YYYY-MM-DD)", PLAIN, "2018-11-09" },

    { "day first by the table", "04/06/2003", DMY, "2003-06-04" },
    { "month first by the table", "12/08/2001", MDY, "2001-12-08" },
    { "hyphens, too", "27-05-1999", DMY, "1999-05-27" },
    { "nobody tells", "11/03/2017", PLAIN, NULL },
    { "nobody tells, hyphens", "11-03-2017", PLAIN, NULL },
    { "it tells itself: day", "25/12/2017", PLAIN, "2017-12-25" },
    { "it tells itself: month", "12/25/2017", PLAIN, "2017-12-25" },
    { "it tells itself: both", "03/03/2017", PLAIN, "2017-03-03" },
    { "against the table", "12/25/2017", DMY, NULL },
    { "two digits by the table", "16/09/03", SHORT, "2003-09-16" },
    { "of the other century", "16/09/97", SHORT, "1997-09-16" },
    { "two digits, nobody tells", "16/09/03", PLAIN, NULL },
    { "by name, nobody tells", "03-Nov-17", PLAIN, NULL },
    { "by name, the table", "03-Nov-17", SHORT, "2017-11-03" },

    { "nothing", "", PLAIN, NULL },
    { "before a month", "before Aug-1996", PLAIN, NULL },
    { "before a year", "Before 2001", PLAIN, NULL },
    { "a month", "Aug-1996", PLAIN, NULL },
    { "a year", "1996", PLAIN, NULL },
    { "zeros", "0000-00-00 00:00:00", PLAIN, NULL },
    { "no such day", "2017-02-30", PLAIN, NULL },
    { "no leap year", "1900-02-29", PLAIN, NULL },
    { "no such month", "2017-13-01", PLAIN, NULL },
    { "older than any domain", "1984-12-31", PLAIN, NULL },
    { "as old as the oldest", "1985-01-01", PLAIN, "1985-01-01" },
    { "the epoch", "1970-01-01T00:00:00Z", PLAIN, NULL },
    { "too far away", "2100-01-01", PLAIN, NULL },
    { "a date that goes on", "2017-11-03x", PLAIN, NULL },
    { "two dates", "2017-11-03 2018-11-03", PLAIN, NULL },
    { "a bound", "2001-01-01 or before", PLAIN, NULL },
    { "a date in a sentence", "see 2017-11-03", PLAIN, NULL },
    { "an impossible time leaves the day", "2017-11-03 25:15:42", PLAIN, "2017-11-03" },
    { "a broken time", "2017-12-18T19:00:-0500Z", PLAIN, NULL },
    { "nine digits", "201711031", PLAIN, NULL },
    { "words", "not available", PLAIN, NULL },
    { "marks", "----", PLAIN, NULL },
    { "a host", "ns1.hosting.example", PLAIN, NULL },
};
/* clang-format on */

static void dates_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[TEXT_TIME_MAX] = "";
        int64_t utc_s = 0;
        bool is_date_only = false;
        bool is_date = whois_date_read(&utc_s, &is_date_only, cases[i].text,
                                       strlen(cases[i].text), &cases[i].how);

        if (is_date)
            text_format_time(utc_s, text);
        if (is_date && is_date_only)
            text[10] = '\0';
        if (is_date != (cases[i].wanted != NULL) ||
            (is_date && strcmp(text, cases[i].wanted) != 0))
            fail_msg("%s: '%s' gave '%s'", cases[i].why, cases[i].text, text);
    }
}

/* Octets behind the length are not looked at, and long text is no date. */
static void only_the_given_octets_count(void **state)
{
    const struct whois_dates plain = { 0 };
    char text[300] = "2017-11-03T08:15:42Z";
    int64_t utc_s;
    bool is_date_only;

    (void)state;
    assert_true(whois_date_read(&utc_s, &is_date_only, text, 10, &plain));
    assert_true(is_date_only);
    memset(text + 10, ' ', sizeof text - 11);
    assert_false(whois_date_read(&utc_s, &is_date_only, text, 299, &plain));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(only_the_given_octets_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
