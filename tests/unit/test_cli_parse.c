/* Command lines, config files, the environment: what counts, and what is said
 * of what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "cli/options.h"

/* clang-format off */
static const struct {
    const char *why;
    unsigned command;
    const char *args; /* separated by blanks */
    int code;
    const char *said; /* the sentence; NULL: as CHECKED tells */
} lines[] = {
    { "nothing", CLI_SCAN, "", 0, "" },
    { "options anywhere", CLI_SCAN, "a --dns-rate 5 b", 0, "a,b" },
    { "= as well", CLI_SCAN, "--dns-rate=5 a", 0, "a" },
    { "an empty value", CLI_EXPORT, "--allow= a", 0, "a" },
    { "a letter, with its value or not", CLI_EXPORT, "-o x -oy a", 0, "a" },
    { "standard input is an argument", CLI_SCAN, "- a", 0, "-,a" },
    { "standard output is a value", CLI_EXPORT, "-o - a", 0, "a" },
    { "all behind -- are arguments", CLI_SCAN, "-- --dns-rate -o", 0,
      "--dns-rate,-o" },
    { "-- as an argument", CLI_SCAN, "-- -- a", 0, "--,a" },
    { "help", CLI_SCAN, "a --help", SNOW_EDONE, "" },
    { "help by its letter", CLI_SCAN, "-h", SNOW_EDONE, "" },
    { "help in spite of what is wrong", CLI_SCAN, "--wrong --help", SNOW_EDONE,
      "" },
    { "help behind -- is an argument", CLI_SCAN, "-- --help", 0, "--help" },
    { "help takes none", CLI_SCAN, "--help=x", SNOW_EINVAL,
      "--help takes no value" },
    { "mistyped", CLI_EXPORT, "--formt csv", SNOW_EINVAL,
      "unknown option '--formt'; did you mean --format?" },
    { "mistyped, with a value", CLI_EXPORT, "--formt=csv", SNOW_EINVAL,
      "unknown option '--formt'; did you mean --format?" },
    { "cut short", CLI_SCAN, "--registr none", SNOW_EINVAL,
      "unknown option '--registr'; did you mean --registration?" },
    { "one hyphen", CLI_EXPORT, "-format csv", SNOW_EINVAL,
      "unknown option '-format'; did you mean --format?" },
    { "an underscore", CLI_SCAN, "--dns_rate 5", SNOW_EINVAL,
      "unknown option '--dns_rate'; did you mean --dns-rate?" },
    { "of other commands", CLI_EXPORT, "--smtp none", SNOW_EINVAL,
      "--smtp is of scan, resume and status, not of export" },
    { "of others, by its letter", CLI_IMPORT, "-o x", SNOW_EINVAL,
      "--output is of scan, findings, export, report, diff, ptr, probe and "
      "domain, not of import" },
    { "of no command", CLI_SCAN, "--imported x", SNOW_EINVAL,
      "unknown option '--imported'; see snowline scan --help" },
    { "near nothing", CLI_SCAN, "--quux", SNOW_EINVAL,
      "unknown option '--quux'; see snowline scan --help" },
    { "a letter of no option", CLI_SCAN, "-x", SNOW_EINVAL,
      "unknown option '-x'; see snowline scan --help" },
    { "a name longer than any", CLI_SCAN,
      "--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      SNOW_EINVAL,
      "unknown option '--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; see "
      "snowline scan --help" },
    { "a flag takes none", CLI_SCAN, "--no-prune=yes", SNOW_EINVAL,
      "--no-prune takes no value" },
    { "at the end", CLI_SCAN, "a --dns-rate", SNOW_EINVAL,
      "--dns-rate needs a value" },
    { "forgotten before another", CLI_SCAN, "--ehlo --no-prune", SNOW_EINVAL,
      "--ehlo needs a value" },
    { "a letter's at the end", CLI_EXPORT, "a -o", SNOW_EINVAL,
      "-o needs a value" },
    { "no number", CLI_SCAN, "--dns-tries many", SNOW_ESYNTAX,
      "--dns-tries: 'many' is no whole number" },
    { "a number past the end", CLI_SCAN, "--dns-tries 17", SNOW_ERANGE,
      "--dns-tries takes 1 to 16, not '17'" },
    { "a mistyped word", CLI_EXPORT, "--tier hgih", SNOW_EINVAL,
      "--tier takes high|review|context, not 'hgih'; did you mean high?" },
    { "a word near none", CLI_EXPORT, "--tier x", SNOW_EINVAL,
      "--tier takes high|review|context, not 'x'" },
    { "no config of those that talk", CLI_VERSION, "--config x", SNOW_EINVAL,
      "unknown option '--config'; see snowline version --help" },
};

/* What a config file leaves in dns-rate, contact, excludes; or what is said. */
static const struct {
    const char *why;
    unsigned command;
    const char *text;
    size_t len; /* 0: up to the NUL */
    const char *says;
} files[] = {
    { "empty", CLI_SCAN, "\n\n# all is comment\n  # this too\n", 0, "2000||" },
    { "plain", CLI_SCAN, "dns-rate = 5\ncontact=a@b.c", 0, "5|a@b.c|" },
    { "underscores", CLI_SCAN, "dns_rate = 5\n", 0, "5||" },
    { "CRLF and a mark", CLI_SCAN,
      "\xef\xbb\xbf" "dns-rate = 5\r\ncontact = a\r\n", 0, "5|a|" },
    { "the last counts", CLI_SCAN, "dns-rate = 5\ndns-rate = 6\n", 0, "6||" },
    { "lists grow", CLI_SCAN, "exclude = a\nexclude = b\n", 0, "2000||a,b" },
    { "a comment behind", CLI_SCAN, "contact = a # b\ndns-rate = 5\t#x\n", 0,
      "5|a|" },
    { "no comment", CLI_SCAN, "contact = a#b\n", 0, "2000|a#b|" },
    { "nothing but a comment", CLI_SCAN, "contact = # b\n", 0, "2000||" },
    { "quotes", CLI_SCAN, "contact = \" a # b \" # c\n", 0, "2000| a # b |" },
    { "empty quotes", CLI_SCAN, "contact = \"\"\n", 0, "2000||" },
    { "a quote inside", CLI_SCAN, "contact = a \"b\"\n", 0, "2000|a \"b\"|" },
    { "an = in the value", CLI_SCAN, "contact = a=b\n", 0, "2000|a=b|" },
    { "another command's key", CLI_EXPORT, "dns-rate = 5\n", 0, "2000||" },
    { "another command's format", CLI_STATUS, "format = rbl\nx", 0,
      "F:1: no command has a format 'rbl'" },
    { "another command's format, passed over", CLI_STATUS,
      "format = evidence-csv\n", 0, "2000||" },
    { "another command's wrong value", CLI_EXPORT, "dns-rate = x\n", 0,
      "F:1: dns-rate: 'x' is no number" },
    { "unknown", CLI_SCAN, "\nquux = 5\n", 0, "F:2: unknown key 'quux'" },
    { "mistyped", CLI_SCAN, "dns_raet = 5\n", 0,
      "F:1: unknown key 'dns-raet'; did you mean dns-rate?" },
    { "another one's beginning", CLI_SCAN, "config = x\n", 0,
      "F:1: unknown key 'config'" },
    { "of no command", CLI_SCAN, "imported = x\n", 0,
      "F:1: unknown key 'imported'" },
    { "no =", CLI_SCAN, "# x\ndns-rate 5\n", 0, "F:2: expected NAME = VALUE" },
    { "no name", CLI_SCAN, "= 5\n", 0, "F:1: unknown key ''" },
    { "open quote", CLI_SCAN, "contact = \"a\n", 0,
      "F:1: a quote that is never closed" },
    { "more behind a quote", CLI_SCAN, "contact = \"a\" b\n", 0,
      "F:1: 'b' stands behind a closing quote" },
    { "a flag", CLI_SCAN, "no-prune = perhaps\n", 0,
      "F:1: no-prune: 'perhaps' is not yes or no" },
    { "a NUL", CLI_SCAN, "contact = a\n\0\n", 14,
      "F:2: a NUL: this is no text" },
    { "what steers a terminal", CLI_SCAN, "\x1b[2J = 1\n", 0,
      "F:1: unknown key '\\x1B[2J'" },
};
/* clang-format on */

static void add_list(struct buf *to, const struct text_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        buf_printf(to, "%s%s", i > 0 ? "," : "", list->at[i]);
}

static int parse(struct snow_config *cfg, unsigned command, const char *args,
                 struct snow_error *err)
{
    char memory[256], *argv[16] = { "snowline" };
    int argc = 1;

    snprintf(memory, sizeof memory, "%s", args);
    for (char *s = memory; *s;) {
        argv[argc++] = s;
        s += strcspn(s, " ");
        if (*s)
            *s++ = '\0';
    }
    assert_int_equal(cli_config_init(cfg), 0);
    return cli_parse(cfg, command, argc, argv, err);
}

static void command_lines_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct snow_config cfg;
        struct snow_error err = { 0 };
        struct buf got = { 0 };
        int code = parse(&cfg, lines[i].command, lines[i].args, &err);

        if (code == 0)
            add_list(&got, &cfg.targets);
        else
            buf_add_text(&got, err.text);
        if (code != lines[i].code ||
            strcmp(got.data ? got.data : "", lines[i].said) != 0)
            fail_msg("%s: %d, '%s'", lines[i].why, code, got.data);
        buf_fini(&got);
        cli_config_fini(&cfg);
    }
}

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

/* What is set, or what is said with F for the path. */
static void read_file(struct buf *to, unsigned command, const char *path)
{
    struct snow_config cfg;
    struct snow_error err = { 0 };
    size_t len = strlen(path);

    assert_int_equal(cli_config_init(&cfg), 0);
    if (cli_config_file(&cfg, command, path, &err) == 0) {
        buf_printf(to, "%.10g|%s|", cfg.dns_rate, cfg.contact);
        add_list(to, &cfg.excludes);
    } else if (strncmp(err.text, path, len) == 0) {
        buf_printf(to, "F%s", err.text + len);
    } else {
        buf_add_text(to, err.text);
    }
    cli_config_fini(&cfg);
}

static void config_files_are_read(void **state)
{
    char path[] = "/tmp/snowline-config.XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct buf got = { 0 };

        write_file(path, files[i].text,
                   files[i].len ? files[i].len : strlen(files[i].text));
        read_file(&got, files[i].command, path);
        if (strcmp(got.data, files[i].says) != 0)
            fail_msg("%s: %s", files[i].why, got.data);
        buf_fini(&got);
    }
    unlink(path);
}

static void what_is_no_config_file_is_told(void **state)
{
    static const char *const cases[][2] = {
        { "/nonexistent", "F: No such file or directory" },
        { "/tmp", "F: Is a directory" },
        { "/dev/zero", "F:1: a NUL: this is no text" },
        { "/dev/null", "2000||" },
    };
    struct buf got = { 0 };
    char path[] = "/tmp/snowline-config.XXXXXX", line[5000];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    memset(line, 'a', sizeof line);
    write_file(path, line, sizeof line);
    read_file(&got, CLI_SCAN, path);
    assert_string_equal(got.data, "F:1: the line is too long");
    unlink(path);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf_clear(&got);
        read_file(&got, CLI_SCAN, cases[i][0]);
        assert_string_equal(got.data, cases[i][1]);
    }
    buf_fini(&got);
}

/* clang-format off */
static const struct {
    const char *why, *variable, *value, *args;
    double rate;
    const char *format, *excludes, *said;
} environments[] = {
    { "counts", "SNOWLINE_DNS_RATE", "7", "", 7, "", "", NULL },
    { "less than an option", "SNOWLINE_DNS_RATE", "7", "--dns-rate 8", 8, "",
      "", NULL },
    { "a wrong value", "SNOWLINE_DNS_RATE", "x", "", 0, "", "",
      "SNOWLINE_DNS_RATE: dns-rate: 'x' is no number" },
    { "an option's list replaces it", "SNOWLINE_EXCLUDE", "a",
      "--exclude b --exclude c", 2000, "", "b,c", NULL },
    { "a list of one", "SNOWLINE_EXCLUDE", "a", "", 2000, "", "a", NULL },
    { "another command's", "SNOWLINE_DECOYS", "x", "", 2000, "", "", NULL },
    { "a file that is not there", "SNOWLINE_CONFIG", "/nonexistent", "", 0, "",
      "", "/nonexistent: No such file or directory" },
    { "no file", "SNOWLINE_CONFIG", "", "", 2000, "", "", NULL },
    { "not read beside --config", "SNOWLINE_CONFIG", "/nonexistent",
      "--config /dev/null", 2000, "", "", NULL },
};
/* clang-format on */

static void environment_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(environments); i++) {
        struct snow_config cfg;
        struct snow_error err = { 0 };
        struct buf got = { 0 }, want = { 0 };
        int code;

        setenv(environments[i].variable, environments[i].value, 1);
        code = parse(&cfg, CLI_SCAN, environments[i].args, &err);
        unsetenv(environments[i].variable);
        if (code) {
            buf_add_text(&got, err.text);
            buf_add_text(&want,
                         environments[i].said ? environments[i].said : "");
        } else {
            buf_printf(&got, "%g %s ", cfg.dns_rate, cfg.format);
            add_list(&got, &cfg.excludes);
            buf_printf(&want, "%g %s %s", environments[i].rate,
                       environments[i].format, environments[i].excludes);
        }
        if (strcmp(got.data, want.data) != 0)
            fail_msg("%s: %s", environments[i].why, got.data);
        buf_fini(&got);
        buf_fini(&want);
        cli_config_fini(&cfg);
    }
}

/* clang-format off */
static const struct {
    const char *why, *variable, *said;
} doubts[] = {
    { "one of ours", "SNOWLINE_DNS_RATE", "" },
    { "the file's", "SNOWLINE_CONFIG", "" },
    { "mistyped", "SNOWLINE_DNS_RAET",
      "snowline: warning: SNOWLINE_DNS_RAET is no setting; did you mean "
      "SNOWLINE_DNS_RATE?\n" },
    { "somebody else's", "SNOWLINE_BUILD", "" },
    { "too long",
      "SNOWLINE_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "" },
};
/* clang-format on */

static void misspelt_variables_are_doubted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(doubts); i++) {
        struct buf said = { 0 };

        setenv(doubts[i].variable, "1", 1);
        cli_config_doubts(&said);
        unsetenv(doubts[i].variable);
        if (strcmp(said.data ? said.data : "", doubts[i].said) != 0)
            fail_msg("%s: %s", doubts[i].why, said.data);
        buf_fini(&said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines_are_read),
        cmocka_unit_test(config_files_are_read),
        cmocka_unit_test(what_is_no_config_file_is_told),
        cmocka_unit_test(environment_is_read),
        cmocka_unit_test(misspelt_variables_are_doubted),
    };

    clearenv(); /* nobody else's settings */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
