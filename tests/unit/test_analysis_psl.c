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
                            "us.com\np.q.r.s.t.net\n*.linodeusercontent.com\n"
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
    { "a rule of the other section lies beneath", "x.us.com", "x.us.com",
      "us.com" },
    { "seven labels, and a rule of six", "a.p.q.r.s.t.net", "a.p.q.r.s.t.net",
      "t.net" },
    { "the rule of six itself", "p.q.r.s.t.net", "", "t.net" },
    { "what the rule of six lies in", "q.r.s.t.net", "t.net", "t.net" },
    { "very many labels", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.example.com",
      "example.com", "example.com" },
};

static const char *const beneath[] = {
    "", "a.", "1.2.", "city.", "a.b.c.d.e.f.", "com.", "co.uk.",
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
        bool is_listed =
            analysis_psl_split(&s, psl, cases[i].name, ANALYSIS_SUFFIX_MAX);

        if (is_listed != (*cases[i].domain != '?'))
            fail_msg("%s: listed %d", cases[i].why, is_listed);
        if (is_listed && (!same(s.domain, cases[i].domain) ||
                          !same(s.icann, cases[i].icann)))
            fail_msg("%s: %s, %s", cases[i].why, s.domain, s.icann);
    }
    analysis_psl_close(psl);
}

/* What was asked before must not show, nor what is known already. */
static void names_are_split_alike(void **state)
{
    char path[] = "/tmp/snowline-rules-XXXXXX";
    int fd = mkstemp(path);
    struct analysis_psl *fresh, *used;
    struct snow_error err;

    (void)state;
    assert_int_equal(write(fd, rules, sizeof rules - 1), sizeof rules - 1);
    close(fd);
    assert_int_equal(analysis_psl_open(&used, path, &err), 0);
    for (size_t i = 0; i < 2 * COUNT_OF(beneath) * COUNT_OF(cases); i++) {
        struct analysis_split s = { 0 }, want = { 0 };
        bool is_listed, is_wanted;
        char name[256];

        snprintf(name, sizeof name, "%s%s",
                 beneath[i / COUNT_OF(cases) % COUNT_OF(beneath)],
                 cases[i % COUNT_OF(cases)].name);
        assert_int_equal(analysis_psl_open(&fresh, path, &err), 0);
        is_wanted = analysis_psl_split(&want, fresh, name, ANALYSIS_SUFFIX_MAX);
        is_listed = analysis_psl_split(
            &s, used, name,
            i % 2 && is_wanted ? want.suffix_labels : ANALYSIS_SUFFIX_MAX);
        analysis_psl_close(fresh);
        if (is_listed != is_wanted || s.domain != want.domain ||
            s.icann != want.icann || s.suffix != want.suffix)
            fail_msg("%s: %s, %s after others; %s, %s alone", name, s.domain,
                     s.icann, want.domain, want.icann);
    }
    unlink(path);
    analysis_psl_close(used);
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
        cmocka_unit_test(names_are_split_alike),
        cmocka_unit_test(a_list_must_be_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
