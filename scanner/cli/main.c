/*
 * cli – talks to people: options, help, progress, errors, exit codes.
 *
 *   main.c      the one place that exits
 *   commands.c  the table of commands
 *   options.c   the table of options    parse.c  reads it in every form
 *   progress.c  the line on stderr      output.c where results go
 *   cmd_*.c     the commands
 *
 * Start at  main(), at the end of this file.
 */
#include <signal.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"

static const struct {
    int code, exit;
} exits[] = {
    { 0, 0 },
    { SNOW_EINVAL, 2 },
    { SNOW_ESYNTAX, 2 },
    { SNOW_ERANGE, 2 },
    { SNOW_ENOTFOUND, 2 },
    { SNOW_EINCOMPLETE, 3 },
    { SNOW_EPOLICY, 4 },
    { SNOW_ESTORE, 5 },
};

static int exit_code(int code, const struct outcome *o)
{
    if (o->signal)
        return 128 + o->signal;
    for (size_t i = 0; i < COUNT_OF(exits); i++)
        if (exits[i].code == code)
            return exits[i].exit;
    return 1;
}

static void help(FILE *to)
{
    size_t n;
    const struct command *commands = cli_commands(&n);

    fprintf(to,
            "snowline %s - runs of new throwaway domains in a netblock\n\n"
            "usage: snowline COMMAND [OPTION...] ARGUMENT...\n\n",
            SNOW_VERSION);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "  %-8s %-13s %s\n", commands[i].name, commands[i].argument,
                commands[i].about);
    fprintf(to, "\nsnowline COMMAND --help shows the options. TARGET is an "
                "address, a CIDR, a range\nA-B, AS64500 (the prefixes it "
                "announces), @FILE (one a line) or - for standard\ninput.\n\n"
                "snowline knocks on other people's doors. Scan what you are "
                "responsible for, or\nslowly; say who you are (--contact, "
                "--ehlo); leave alone who asks for it.\n");
}

/* "Formats: text (default), json." */
static void command_formats(const struct command *c)
{
    size_t column = 0;

    for (const char *word = c->formats; *word;) {
        size_t len = strcspn(word, "|");
        const char *before = column == 0 ? "Formats: " : ", ";

        if (column + len > 68)
            before = ",\n", column = 0;
        column += (size_t)printf("%s%.*s%s", before, (int)len, word,
                                 word == c->formats ? " (default)" : "");
        word += len + (word[len] == '|');
    }
    puts(".");
}

static void command_help(const struct command *c)
{
    printf("usage: snowline %s [OPTION...]%s%s\n\n%s\n%s\n", c->name,
           *c->argument ? " " : "", c->argument, c->about, c->more);
    if (c->formats)
        command_formats(c);
    cli_help_options(c->bit);
}

static int run(const struct command *c, int argc, char **argv)
{
    struct snow_config cfg;
    struct outcome outcome = { 0 };
    struct snow_error err = { 0 };
    int code = cli_config_init(&cfg);

    if (code)
        snow_fail(&err, code, "out of memory");
    else
        code = cli_parse(&cfg, c->bit, argc, argv, &err);
    if (!code)
        code = command_check_format(c, &cfg, &err);
    if (code == SNOW_EDONE) {
        command_help(c);
        code = 0;
    } else if (!code) {
        code = c->run(&cfg, &outcome, &err);
    }
    if (code && !outcome.signal)
        fprintf(stderr, "snowline: %s\n",
                err.text[0] ? err.text : snow_strerror(code));
    cli_config_fini(&cfg);
    return exit_code(code, &outcome);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    const struct command *c = cli_command_find(name);

    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a quiet end */
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk */
    if (c)
        return run(c, argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("snowline %s\n", SNOW_VERSION);
        return 0;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        strcmp(name, "help") == 0) {
        help(stdout);
        return 0;
    }
    if (*name == '\0') {
        help(stderr);
        return 2;
    }
    fprintf(stderr, "snowline: unknown command; see snowline --help\n");
    return 2;
}
