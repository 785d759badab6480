/*
 * cli – talks to people: options, help, progress, errors, exit codes.
 *
 *   main.c      the one place that exits
 *   commands.c  the table of commands
 *   options.c   the table of options, and how each kind is read
 *   parse.c     the command line        config_file.c  and what else sets them
 *   settings.c  what a store remembers  suggest.c  "did you mean ...?"
 *   help.c manual.c completion.c        what the tables say
 *   progress.c  the line on stderr      output.c where results go
 *   terminal.c  its width, its colours  exits.c  the exit codes
 *   cmd_*.c     the commands
 *
 * Start at  main(), at the end of this file.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/docs.h"
#include "cli/exits.h"
#include "cli/options.h"

static int print_help(const struct command *c, struct snow_error *err)
{
    struct snow_config cfg = { 0 };
    struct outcome outcome = { 0 };
    int code = c ? cli_add_target(&cfg, c->name) : 0;

    if (!code)
        code = cmd_help(&cfg, &outcome, err);
    cli_config_fini(&cfg);
    return code;
}

static void warn(void)
{
    struct buf text = { 0 };

    cli_config_doubts(&text);
    if (!text.failed && text.len > 0)
        fputs(text.data, stderr);
    buf_fini(&text);
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
        code = print_help(c, &err);
    } else if (!code) {
        warn();
        code = c->run(&cfg, &outcome, &err);
    }
    if (code && !outcome.signal)
        fprintf(stderr, "snowline: %s\n",
                err.text[0] ? err.text : snow_strerror(code));
    cli_config_fini(&cfg);
    return cli_exit_code(code, outcome.signal);
}

/* What stands first is a command, or one of two questions. */
static const char *name_of(const char *word)
{
    if (strcmp(word, "--version") == 0)
        return "version";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return "help";
    return word;
}

static int no_command(void)
{
    struct buf text = { 0 };

    docs_help(&text, 80);
    if (!text.failed)
        fputs(text.data, stderr);
    buf_fini(&text);
    return cli_exit_code(SNOW_EINVAL, 0);
}

/* Whoever starts us with a standard stream closed must not have the store take
 * its number: what is printed there would be written into it. To read from what
 * is only to be written, and the other way round, stays an error. */
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    const struct command *c;
    struct snow_error err = { 0 };
    int code;

    hold_standard_streams();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a quiet end */
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk */
    if (argc < 2)
        return no_command();
    code = command_find(&c, name_of(argv[1]), &err);
    if (!code)
        return run(c, argc - 1, argv + 1);
    fprintf(stderr, "snowline: %s\n", err.text);
    return cli_exit_code(code, 0);
}
