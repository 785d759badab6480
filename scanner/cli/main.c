/*
 * cli – talks to people: options, help, progress, errors, exit codes.
 *
 *   main.c      the table of commands; the one place that exits
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

static const struct command {
    const char *name, *argument, *about, *more;
    unsigned bit;
    command_fn run;
} commands[] = {
    { "scan", "TARGET...", "the whole job: sweep, probe, evidence, findings",
      "Prints the findings, and where the store is. On a store with an "
      "unfinished scan\nof the same targets and settings it goes on with "
      "that one.",
      CLI_SCAN, cmd_scan },
    { "resume", "STORE", "go on with an interrupted scan",
      "Asks just what is not answered yet.", CLI_RESUME, cmd_resume },
    { "status", "STORE", "how far a scan is", "Formats: text (default), json.",
      CLI_STATUS, cmd_status },
    { "findings", "STORE", "analyse again, offline",
      "Formats: table (default), csv, json, ndjson.", CLI_FINDINGS,
      cmd_findings },
    { "export", "STORE", "write results for other programs",
      "Formats: csv (default: suspicious runs), evidence-csv, names, json, "
      "ndjson.",
      CLI_EXPORT, cmd_export },
    { "diff", "STORE [A B]", "what changed between two scans of a store",
      "Names, runs, domains and findings: from scan A to scan B, or between "
      "the newest two\nthat are finished. Of what one of them has no answer "
      "about nothing is said.\nFormats: text (default), csv, ndjson.",
      CLI_DIFF, cmd_diff },
    { "import", "STORE FILE...", "names that others have looked up",
      "Adds a scan to the store, which is made if it is not there: then "
      "findings and\nexports need no packet. FILE is plain or gzip, - is "
      "standard input,\naxfr:ZONE@ADDR[:PORT] a transfer of your own zone. "
      "Formats: auto (default),\nsnowline, zdns, massdns-json, zdns1, cof, "
      "sonar, dnsx, massdns, zone, csv, pairs.",
      CLI_IMPORT, cmd_import },
    { "ptr", "TARGET...", "reverse names alone, no store",
      "One record an address, as answers come. Formats: ndjson (default), "
      "csv.",
      CLI_PTR, cmd_ptr },
    { "probe", "TARGET...", "mail servers alone, no store",
      "Greets, says EHLO and QUIT; never MAIL, RCPT or DATA. Formats: ndjson "
      "(default),\ncsv.",
      CLI_PROBE, cmd_probe },
    { "domain", "NAME...", "all there is to know of domains, no store",
      "One record a registrable domain. Formats: ndjson (default), csv.",
      CLI_DOMAIN, cmd_domain },
    { "targets", "TARGET...", "what would be scanned; none of it is asked",
      "Prefixes, counts and exclusions. AS numbers are looked up, nothing else "
      "is sent.",
      CLI_TARGETS, cmd_targets },
    { "check", "", "is all fit for a big scan? resolvers, port 25, our name",
      "One line an item: ok, warn or fail, what was found, what to do. Exits "
      "with 1 when\nsomething fails. Formats: text (default), json.",
      CLI_CHECK, cmd_check },
};

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
    fprintf(to,
            "snowline %s - runs of new throwaway domains in a netblock\n\n"
            "usage: snowline COMMAND [OPTION...] ARGUMENT...\n\n",
            SNOW_VERSION);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(to, "  %-8s %-13s %s\n", commands[i].name, commands[i].argument,
                commands[i].about);
    fprintf(to, "\nsnowline COMMAND --help shows the options. TARGET is an "
                "address, a CIDR, a range\nA-B, AS64500 (the prefixes it "
                "announces), @FILE (one a line) or - for standard\ninput.\n\n"
                "snowline knocks on other people's doors. Scan what you are "
                "responsible for, or\nslowly; say who you are (--contact, "
                "--ehlo); leave alone who asks for it.\n");
}

static void command_help(const struct command *c)
{
    printf("usage: snowline %s [OPTION...]%s%s\n\n%s\n%s\n", c->name,
           *c->argument ? " " : "", c->argument, c->about, c->more);
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

    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a quiet end */
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk */
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return run(&commands[i], argc - 1, argv + 1);
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
