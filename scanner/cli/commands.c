/* The table of commands: what each is called, takes, prints and does. */
#include "cli/commands.h"
#include "cli/options.h"

/* clang-format off */
static const struct command commands[] = {
    { "scan", "TARGET...", "the whole job: sweep, probe, evidence, findings",
      "Prints the findings, and where the store is. On a store with an "
      "unfinished scan\nof the same targets and settings it goes on with "
      "that one.",
      NULL, CLI_SCAN, cmd_scan },
    { "resume", "STORE", "go on with an interrupted scan",
      "Asks just what is not answered yet.", NULL, CLI_RESUME, cmd_resume },
    { "status", "STORE", "how far a scan is",
      "Also of a scan that another process is at.", "text|json", CLI_STATUS,
      cmd_status },
    { "findings", "STORE", "analyse again, offline",
      "The same findings as at the end of the scan, or with other settings.",
      "table|csv|json|ndjson", CLI_FINDINGS, cmd_findings },
    { "export", "STORE", "write results for other programs",
      "Suspicious runs, their evidence, every name; lists for mail servers, "
      "name servers\nand packet filters; reports for those who hold the "
      "addresses.",
      "csv|evidence-csv|json|ndjson|names|xarf|stix|misp", CLI_EXPORT, cmd_export },
    { "report", "STORE", "one self-contained HTML file",
      "To be opened in a browser, from disk; it fetches nothing.", NULL,
      CLI_REPORT, cmd_report },
    { "diff", "STORE [A B]", "what changed between two scans of a store",
      "Names, runs, domains and findings: from scan A to scan B, or between "
      "the newest two\nthat are finished. Of what one of them has no answer "
      "about nothing is said.",
      "text|csv|ndjson", CLI_DIFF, cmd_diff },
    { "import", "STORE FILE...", "names that others have looked up",
      "Adds a scan to the store, which is made if it is not there: then "
      "findings and\nexports need no packet. FILE is plain or gzip, - is "
      "standard input,\naxfr:ZONE@ADDR[:PORT] a transfer of your own zone.",
      "auto|snowline|zdns|massdns-json|zdns1|cof|sonar|dnsx|massdns|zone|csv|"
      "pairs",
      CLI_IMPORT, cmd_import },
    { "ptr", "TARGET...", "reverse names alone, no store",
      "One record an address, as answers come.", "ndjson|csv", CLI_PTR,
      cmd_ptr },
    { "probe", "TARGET...", "mail servers alone, no store",
      "Greets, says EHLO and QUIT; never MAIL, RCPT or DATA.", "ndjson|csv",
      CLI_PROBE, cmd_probe },
    { "domain", "NAME...", "all there is to know of domains, no store",
      "One record a registrable domain.", "ndjson|csv", CLI_DOMAIN,
      cmd_domain },
    { "targets", "TARGET...", "what would be scanned; none of it is asked",
      "Prefixes, counts and exclusions. AS numbers are looked up, nothing else "
      "is sent.",
      NULL, CLI_TARGETS, cmd_targets },
    { "check", "", "is all fit for a big scan? resolvers, port 25, our name",
      "One line an item: ok, warn or fail, what was found, what to do. Exits "
      "with 1 when\nsomething fails.",
      "text|json", CLI_CHECK, cmd_check },
};
/* clang-format on */

const struct command *cli_commands(size_t *n)
{
    *n = COUNT_OF(commands);
    return commands;
}

const struct command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int command_check_format(const struct command *c, struct snow_config *cfg,
                         struct snow_error *err)
{
    const struct cli_option *format = cli_option_find("format");
    const char *words = c->formats ? c->formats : "";
    char first[32];
    uint64_t i;

    if (*cfg->format == '\0') {
        snprintf(first, sizeof first, "%.*s", (int)strcspn(words, "|"), words);
        return cli_option_set(cfg, format, first, "--", err);
    }
    if (c->formats && cli_find_word(&i, words, cfg->format) == 0)
        return 0;
    return snow_fail(err, SNOW_EINVAL, "--format %s: %s has %s", cfg->format,
                     c->name, c->formats ? c->formats : "none");
}
