/* Registrable domains, with the traps of the list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/psl.h"
#include "base/text.h"

static const char rules[] = "// ===BEGIN ICANN DOMAINS===\n"
                            "com\norg\nnet\nuk\nco.uk\njp\n*.kobe.jp\n"
                            "!city.kobe.jp\n*.ck\n!www.ck\n"
                            "// ===END ICANN DOMAINS===\n"
                            "// ===BEGIN PRIVATE DOMAINS===\n"
                            "us.com\n*.linodeusercontent.com\n"
                            "*.compute-1.amazonaws.com\n"
                            "// ===END PRIVATE DOMAINS===\n";

static const struct {
    const char *why, *name, *domain, *icann; /* "": NULL; "?": not listed */
} cases[] = {
    { "plain", "mail.example.com", "example.com", "example.com" },
    { "bare", "example.com", "example.com", "example.com" },
    { "two-part suffix", "mail.example.co.uk", "example.co.uk",
      "example.co.uk" },
    { "the suffix itself", "co.uk", "", "" },
    { "a rule that makes every address a domain",
      "172-105-1-2.ip.linodeusercontent.com",
      "172-105-1-2.ip.linodeusercontent.com", "linodeusercontent.com" },
    { "the host is a suffix", "ec2-54-1-2-3.compute-1.amazonaws.com", "",
      "amazonaws.com" },
    { "third-level registry", "x.foo.us.com", "foo.us.com", "us.com" },
    { "exception", "a.b.city.kobe.jp", "city.kobe.jp", "city.kobe.jp" },
    { "wildcard", "a.x.y.kobe.jp", "x.y.kobe.jp", "x.y.kobe.jp" },
    { "not listed", "host.localdomain", "?", "?" },
    { "very many labels", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.example.com",
      "example.com", "example.com" },
};

static bool same(const char *got, const char *want)
{
    return strcmp(got ? got : "", want) == 0;
}

static void domains_are_split(void **state)
{
    char path[] = "/tmp/snowline-rules-XXXXXX";
    int fd = mkstemp(path);
    struct analysis_psl *psl;
    struct snow_error err;

    (void)state;
    assert_int_equal(write(fd, rules, sizeof rules - 1), sizeof rules - 1);
    close(fd);
    assert_int_equal(analysis_psl_open(&psl, path, &err), 0);
    unlink(path);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct analysis_split s = { 0 };
        bool is_listed = analysis_psl_split(&s, psl, cases[i].name);

        if (is_listed != (*cases[i].domain != '?'))
            fail_msg("%s: listed %d", cases[i].why, is_listed);
        if (is_listed && (!same(s.domain, cases[i].domain) ||
                          !same(s.icann, cases[i].icann)))
            fail_msg("%s: %s, %s", cases[i].why, s.domain, s.icann);
    }
    analysis_psl_close(psl);
}

static void a_list_must_be_one(void **state)
{
    struct analysis_psl *psl;
    struct snow_error err = { 0 };

    (void)state;
    assert_int_equal(analysis_psl_open(&psl, "/nonexistent", &err), SNOW_EIO);
    assert_non_null(strstr(err.text, "--psl"));
    assert_int_equal(analysis_psl_open(&psl, "/dev/null", &err), SNOW_EIO);
    assert_int_equal(analysis_psl_open(&psl, NULL, &err), 0);
    analysis_psl_close(psl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_are_split),
        cmocka_unit_test(a_list_must_be_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
