/* Registrations of the user's own: what a file says, and what is no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/given.h"

/* clang-format off */
static const struct {
    const char *why, *line, *asked;
    const char *created; /* NULL: nothing is known of the domain */
    const char *registrar;
    uint32_t iana_id;
} cases[] = {
    { "all of it", "a.example,2018-01-05T08:15:42Z,\"Names, Inc.\",9990",
      "a.example", "2018-01-05T08:15:42Z", "Names, Inc.", 9990 },
    { "a date alone", "a.example,2018-01-05,,", "a.example",
      "2018-01-05T00:00:00Z", "", 0 },
    { "neither date nor registrar", "a.example", "a.example", "", "", 0 },
    { "absent as in our exports", "a.example,-,-,-", "a.example", "", "", 0 },
    { "case and final dot", "A.Example.,2018-01-05", "a.example",
      "2018-01-05T00:00:00Z", "", 0 },
    { "another domain", "a.example,2018-01-05", "b.example", NULL, "", 0 },
    { "the first line counts",
      "a.example,2018-01-05\na.example,2019-01-05", "a.example",
      "2018-01-05T00:00:00Z", "", 0 },
};

static const struct {
    const char *line, *error;
} wrong[] = {
    { "localhost,2018-01-05", ":2: 'localhost' is no domain name (IDNs as xn--…)" },
    { "\xc3\xa9.example", ":2: '\xc3\xa9.example' is no domain name (IDNs as xn--…)" },
    { "a.example,05/01/2018",
      ":2: '05/01/2018' is no time (2018-01-05, 2018-01-05T08:15:42Z)" },
    { "a.example,2018-01-05\nb.example,2018-02-30",
      ":3: '2018-02-30' is no time (2018-01-05, 2018-01-05T08:15:42Z)" },
    { "a.example,,x,many", ":2: 'many' is no IANA registrar ID" },
    { "\x1b[31m.example", ":2: '\\x1B[31m.example' is no domain name (IDNs as xn--…)" },
};
/* clang-format on */

static void write_file(char *path, const char *lines)
{
    FILE *f = fdopen(mkstemp(path), "w");

    assert_non_null(f);
    fprintf(f, "domain,created,registrar,iana_id\n%s\n", lines);
    fclose(f);
}

static void lines_are_registrations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char path[] = "/tmp/snow-given-XXXXXX", created[TEXT_TIME_MAX];
        struct snow_registration r = { .created_utc_s = SNOW_TIME_UNKNOWN };
        struct given g;
        bool is_known;

        write_file(path, cases[i].line);
        assert_int_equal(given_read(&g, path, NULL), 0);
        is_known = given_get(&g, cases[i].asked, &r);
        text_format_time(r.created_utc_s, created);
        if (is_known != (cases[i].created != NULL) ||
            is_known != given_has(&g, cases[i].asked) ||
            (is_known && (strcmp(created, cases[i].created) != 0 ||
                          strcmp(r.registrar, cases[i].registrar) != 0 ||
                          r.registrar_iana_id != cases[i].iana_id ||
                          r.status != SNOW_REGISTRATION_REGISTERED ||
                          strncmp(r.source, "file:/tmp/", 10) != 0 ||
                          r.seen_utc_s == SNOW_TIME_UNKNOWN)))
            fail_msg("%s: %s '%s'", cases[i].why, created, r.registrar);
        given_fini(&g);
        unlink(path);
    }
}

static void nothing_is_guessed_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char path[] = "/tmp/snow-given-XXXXXX";
        struct snow_error err = { 0 };
        struct given g;

        write_file(path, wrong[i].line);
        assert_int_equal(given_read(&g, path, &err), SNOW_ESYNTAX);
        assert_string_equal(err.text + strlen(path), wrong[i].error);
        assert_int_equal(g.at.n, 0);
        unlink(path);
    }
}

static void all_are_walked(void **state)
{
    char path[] = "/tmp/snow-given-XXXXXX";
    struct snow_registration r;
    struct given g;
    size_t at = 0, n = 0;

    (void)state;
    write_file(path, "a.example\nb.example\nc.example\na.example");
    assert_int_equal(given_read(&g, path, NULL), 0);
    while (given_next(&g, &at, &r))
        n += r.domain[0] >= 'a' && r.domain[0] <= 'c';
    assert_int_equal(n, 3);
    given_fini(&g);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_registrations),
        cmocka_unit_test(nothing_is_guessed_at),
        cmocka_unit_test(all_are_walked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
