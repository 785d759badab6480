#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/text.h"
#include "pipeline/canary.h"
#include "pipeline/check_local.h"
#include "pipeline/control.h"

static void name_servers_are_judged(void **state)
{
    static const struct {
        const char *why;
        struct canary_heard heard;
        enum check_verdict verdict;
        const char *found;
    } cases[] = {
        { "fine",
          { 20, 20, 0, 0, 0, 0, 0, 1.25, 500 },
          CHECK_OK,
          "answers; 20 of 20 questions answered, in 1.2 ms (median)" },
        { "nobody there",
          { 4, 0, 0, 0, 0, 0, 0, 0, 500 },
          CHECK_FAIL,
          "does not answer: none of 4 questions" },
        { "an address below .invalid",
          { 20, 20, 0, 1, 0, 0, 0, 1, 500 },
          CHECK_FAIL,
          "lies: it has answers" },
        { "REFUSED to all",
          { 20, 20, 0, 0, 0, 20, 0, 1, 500 },
          CHECK_FAIL,
          "refuses our questions" },
        { "REFUSED to some",
          { 20, 20, 0, 0, 0, 2, 0, 1, 500 },
          CHECK_WARN,
          "answers some questions with a failure" },
        { "SERVFAIL to all",
          { 20, 20, 0, 0, 0, 0, 20, 1, 500 },
          CHECK_FAIL,
          "cannot resolve anything" },
        { "no root",
          { 20, 20, 18, 0, 0, 0, 0, 1, 500 },
          CHECK_FAIL,
          "lies: it denies the root" },
        { "NOERROR for what cannot be",
          { 20, 20, 0, 0, 2, 0, 0, 1, 500 },
          CHECK_FAIL,
          "lies: names that nobody can have exist" },
        { "one lost",
          { 20, 19, 0, 0, 0, 0, 0, 1, 500 },
          CHECK_WARN,
          "loses questions; 19 of 20" },
        { "slow", { 20, 20, 0, 0, 0, 0, 0, 501, 500 }, CHECK_WARN, "is slow" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct check_item item = { 0 };

        canary_judge(&item, &cases[i].heard);
        if (item.verdict != cases[i].verdict ||
            strncmp(item.found, cases[i].found, strlen(cases[i].found)) != 0 ||
            (item.advice == NULL) != (item.verdict == CHECK_OK))
            fail_msg("%s: %d, %s", cases[i].why, (int)item.verdict, item.found);
    }
}

static void conversations_are_judged(void **state)
{
    static const struct {
        const char *why;
        uint8_t status;
        const char *banner, *capabilities;
        enum check_verdict verdict;
        const char *found;
    } cases[] = {
        { "greets", SNOW_SMTP_OPEN, "220 mail.example", "SIZE", CHECK_OK,
          "greets: 220 mail.example" },
        { "a masked greeting", SNOW_SMTP_OPEN, "220 **********", "SIZE",
          CHECK_FAIL, "intercepted: the greeting is masked: 220 ***" },
        { "STARTTLS made unreadable", SNOW_SMTP_OPEN, "220 mail.example",
          "XXXXXXXA\nSIZE", CHECK_FAIL, "intercepted: the greeting is masked" },
        { "something else", SNOW_SMTP_NOT_SMTP, "SSH-2.0-x", NULL, CHECK_FAIL,
          "intercepted: what greets speaks no SMTP: SSH-2.0-x" },
        { "nothing", SNOW_SMTP_SILENT, NULL, NULL, CHECK_FAIL,
          "intercepted: connects, and says nothing" },
        { "hangs up", SNOW_SMTP_CLOSED, NULL, NULL, CHECK_FAIL,
          "intercepted: connects, and hangs up" },
        { "filtered", SNOW_SMTP_TIMEOUT, NULL, NULL, CHECK_FAIL,
          "filtered: no answer in time" },
        { "refused", SNOW_SMTP_REFUSED, NULL, NULL, CHECK_FAIL, "refused: " },
        { "rejects us", SNOW_SMTP_REJECTED, "554 no", NULL, CHECK_WARN,
          "can be reached, and rejects us: 554 no" },
        { "a status that never comes", SNOW_SMTP_EXCLUDED, NULL, NULL,
          CHECK_FAIL, "cannot be greeted" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct check_item item = { 0 };
        struct snow_probe p = { .status = cases[i].status,
                                .banner = cases[i].banner,
                                .capabilities = cases[i].capabilities };

        p.banner_len = p.banner ? strlen(p.banner) : 0;
        p.capabilities_len = p.capabilities ? strlen(p.capabilities) : 0;
        control_judge(&item, &p);
        if (item.verdict != cases[i].verdict ||
            strncmp(item.found, cases[i].found, strlen(cases[i].found)) != 0)
            fail_msg("%s: %d, %s", cases[i].why, (int)item.verdict, item.found);
    }
}

static void controls_are_parsed(void **state)
{
    static const struct {
        const char *why, *text;
        int code;
        const char *host;
        uint16_t port;
    } cases[] = {
        { "a name", "mail.example", 0, "mail.example", 2525 },
        { "with a port", "mail.example:587", 0, "mail.example", 587 },
        { "an address", "192.0.2.1:26", 0, "192.0.2.1", 26 },
        { "no port", "mail.example:", SNOW_ESYNTAX, NULL, 0 },
        { "port 0", "mail.example:0", SNOW_ESYNTAX, NULL, 0 },
        { "too large a port", "mail.example:65536", SNOW_ESYNTAX, NULL, 0 },
        { "nothing", "", SNOW_ESYNTAX, NULL, 0 },
        { "no host", ":25", SNOW_ESYNTAX, NULL, 0 },
        { "IPv6", "2001:db8::1", SNOW_ESYNTAX, NULL, 0 },
        { "a space", "mail example", SNOW_ESYNTAX, NULL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char host[256];
        uint16_t port = 2525;
        int code = control_parse(host, &port, cases[i].text);

        if (code != cases[i].code ||
            (code == 0 &&
             (strcmp(host, cases[i].host) != 0 || port != cases[i].port)))
            fail_msg("%s: %d", cases[i].why, code);
    }
}

static uint64_t mono_us(void *arg)
{
    (void)arg;
    return 1000;
}

static int64_t utc_s(void *arg)
{
    return *(const int64_t *)arg;
}

static void clocks_are_judged(void **state)
{
    static const struct {
        const char *why;
        int64_t utc_s;
        uint64_t began_us;
        enum check_verdict verdict;
    } cases[] = {
        { "now", INT64_C(1750000000), 1000, CHECK_OK },
        { "the first second that is sane", INT64_C(1704067200), 0, CHECK_OK },
        { "the last one that is not", INT64_C(1704067199), 0, CHECK_FAIL },
        { "a machine without a battery", 60, 0, CHECK_FAIL },
        { "time goes back", INT64_C(1750000000), 1001, CHECK_FAIL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t now = cases[i].utc_s;
        struct clock clock = { mono_us, utc_s, &now };
        struct check_item item = { 0 };

        check_clock(&item, &clock, cases[i].began_us);
        if (item.verdict != cases[i].verdict)
            fail_msg("%s: %s", cases[i].why, item.found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_servers_are_judged),
        cmocka_unit_test(conversations_are_judged),
        cmocka_unit_test(controls_are_parsed),
        cmocka_unit_test(clocks_are_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
