/* Help, manual and completions: all that the tables hold is in each, and none
 * of it is taken for markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/docs.h"
#include "cli/exits.h"

/* Is @p name in @p text, as a word of its own? */
static bool has(const struct buf *text, const char *name)
{
    size_t len = strlen(name);
    const char *s = text->data;

    while ((s = strstr(s, name)) != NULL) {
        char before = s == text->data ? ' ' : s[-1];

        if (!text_is_alnum(before) && !text_is_alnum(s[len]) && s[len] != '-')
            return true;
        s++;
    }
    return false;
}

/* As roff writes it: "dns\-rate". */
static void hyphens_to_roff(char *to, const char *name)
{
    for (; *name; name++) {
        if (*name == '-')
            *to++ = '\\';
        *to++ = *name;
    }
    *to = '\0';
}

static void manual_has_all_of_the_tables(void **state)
{
    struct buf text = { 0 };
    char name[100];
    size_t n;
    const struct cli_option *o = cli_options(&n);

    (void)state;
    docs_manual(&text);
    for (size_t i = 0; i < n; i++) {
        hyphens_to_roff(name, o[i].name);
        if (o[i].commands != 0 && !has(&text, name))
            fail_msg("no option %s", o[i].name);
    }
    for (const struct command *c = cli_commands(&n); n > 0; n--, c++)
        if (!has(&text, c->name))
            fail_msg("no command %s", c->name);
    for (const struct cli_exit *e = cli_exits(&n); n > 0; n--, e++)
        if (!strstr(text.data, e->code))
            fail_msg("no exit code %s", e->code);
    for (const struct report_format *f = report_format_list(&n); n > 0;
         n--, f++) {
        char bold[120]; /* "\fB" ends in a letter: no word begins there */

        hyphens_to_roff(name, f->name);
        snprintf(bold, sizeof bold, "\\fB%s\\fR", name);
        if (!strstr(text.data, bold))
            fail_msg("no format %s", f->name);
    }
    buf_fini(&text);
}

/* A line is a macro that we wrote, or text that no macro begins. */
static void manual_escapes_its_tables(void **state)
{
    static const char macros[] =
        " SH SS TP PP B I BR BI IR RB br EX EE TH \\\" ";
    struct buf text = { 0 };
    size_t len;

    (void)state;
    docs_manual(&text);
    for (const char *line = text.data; *line; line += len + 1) {
        char macro[8];

        len = strcspn(line, "\n");
        for (size_t i = 0; i < len; i++)
            if (line[i] < ' ' || line[i] > '~')
                fail_msg("no plain text: %.*s", (int)len, line);
        if (*line == '\'' || len == 0)
            fail_msg("a line that roff reads: '%.*s'", (int)len, line);
        if (*line != '.')
            continue;
        snprintf(macro, sizeof macro, " %.*s ", (int)strcspn(line + 1, " \n"),
                 line + 1);
        if (!strstr(macros, macro))
            fail_msg("no macro of man(7): %.*s", (int)len, line);
    }
    assert_int_equal(text.data[text.len - 1], '\n');
    buf_fini(&text);
}

static void check_completion(const char *shell)
{
    struct buf text = { 0 };
    char spelt[40];
    size_t n;
    const struct cli_option *o = cli_options(&n);
    const char *hyphens = strcmp(shell, "fish") == 0 ? "-l " : "--";

    assert_int_equal(docs_completion(&text, shell), 0);
    for (size_t i = 0; i < n; i++) {
        snprintf(spelt, sizeof spelt, "%s%s", hyphens, o[i].name);
        if (has(&text, spelt) != (o[i].commands != 0))
            fail_msg("%s: %s", shell, o[i].name);
    }
    for (const struct command *c = cli_commands(&n); n > 0; n--, c++) {
        if (!has(&text, c->name))
            fail_msg("%s: no command %s", shell, c->name);
        for (const char *word = c->formats; word && *word;) {
            size_t len = strcspn(word, "|");

            snprintf(spelt, sizeof spelt, "%.*s", (int)len, word);
            if (!has(&text, spelt))
                fail_msg("%s: no format %s", shell, spelt);
            word += len + (word[len] == '|');
        }
    }
    buf_fini(&text);
}

static void completions_have_all_of_the_tables(void **state)
{
    struct buf text = { 0 };

    (void)state;
    check_completion("bash");
    check_completion("zsh");
    check_completion("fish");
    assert_int_equal(docs_completion(&text, "tcsh"), SNOW_EINVAL);
    assert_int_equal(docs_completion(&text, ""), SNOW_EINVAL);
    assert_int_equal(text.len, 0);
}

/* No line is longer, but for one word or an example. */
static void check_width(const struct buf *text, size_t width, const char *of)
{
    size_t len;

    for (const char *line = text->data; *line; line += len + 1) {
        const char *word = line + strspn(line, " ");

        len = strcspn(line, "\n");
        if (len > width && strcspn(word, " ") < strcspn(word, "\n") &&
            strncmp(line, "  snowline", 10) != 0 && *word != '#' &&
            strncmp(line, "usage:", 6) != 0 && *word != '-')
            fail_msg("%s at %zu: %.*s", of, width, (int)len, line);
    }
}

static void help_fits_the_terminal(void **state)
{
    static const size_t widths[] = { 60, 80, 110 };
    size_t n, n_options;
    const struct command *c = cli_commands(&n);
    const struct cli_option *o = cli_options(&n_options);

    (void)state;
    for (size_t w = 0; w < COUNT_OF(widths); w++) {
        for (size_t i = 0; i < n; i++) {
            struct buf text = { 0 };

            docs_help_command(&text, &c[i], widths[w]);
            check_width(&text, widths[w], c[i].name);
            for (size_t j = 0; j < n_options; j++)
                if ((o[j].commands & c[i].bit) && !has(&text, o[j].name))
                    fail_msg("%s: no %s", c[i].name, o[j].name);
            buf_fini(&text);
        }
    }
}

static void groups_come_once(void **state)
{
    const char *group;

    (void)state;
    for (size_t i = 0; (group = docs_option_group(i)) != NULL; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(group, docs_option_group(j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manual_has_all_of_the_tables),
        cmocka_unit_test(manual_escapes_its_tables),
        cmocka_unit_test(completions_have_all_of_the_tables),
        cmocka_unit_test(help_fits_the_terminal),
        cmocka_unit_test(groups_come_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
