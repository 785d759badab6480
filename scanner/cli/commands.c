/* The table of commands: what each is called, takes, prints and does. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/suggest.h"

/* clang-format off */
static const struct command commands[] = {
    { GROUP_SCAN, "scan", "TARGET...",
      "the whole job: sweep, probe, evidence, findings",
      "# how much, how long, what a /24 sees; nothing is sent\n"
      "snowline scan --dry-run 192.0.2.0/24\n"
      "# the whole job, into results/192.0.2.0-24.db\n"
      "snowline scan --ehlo probe.example.org --contact abuse@example.org \\\n"
      "    192.0.2.0/24\n"
      "# all that an AS announces, but for one netblock\n"
      "snowline scan AS64500 --exclude 192.0.2.0/24",
      "Prints the findings, and where the store is. On a store with an "
      "unfinished scan\nof the same targets and settings it goes on with "
      "that one.",
      NULL, CLI_SCAN, cmd_scan },
    { GROUP_SCAN, "resume", "STORE", "go on with an interrupted scan",
      "# after Ctrl-C, a crash, or \"no resolver answers\"\n"
      "snowline resume results/192.0.2.0-24.db\n"
      "# ask again what failed\n"
      "snowline resume results/192.0.2.0-24.db --retry failed",
      "Asks just what is not answered yet.", NULL, CLI_RESUME, cmd_resume },
    { GROUP_SCAN, "work", "STORE", "join a scan in a shared store",
      "# on each machine that is to help\n"
      "snowline work postgresql://snowline@db.example.net/snowline",
      "One more worker at the newest unfinished scan, until that is finished; "
      "what was asked for comes from the store.",
      NULL, CLI_WORK, cmd_work },
    { GROUP_LOOK, "status", "STORE", "how far a scan is",
      "snowline status results/192.0.2.0-24.db\n"
      "# for a program\n"
      "snowline status results/192.0.2.0-24.db --format json",
      "Also of a scan that another process is at.", "text|json", CLI_STATUS,
      cmd_status },
    { GROUP_LOOK, "findings", "STORE", "analyse again, offline",
      "snowline findings results/192.0.2.0-24.db\n"
      "# how a finding came by its score\n"
      "snowline findings results/192.0.2.0-24.db --explain c57fd119a8d111193\n"
      "# what would chance score?\n"
      "snowline findings results/192.0.2.0-24.db --decoys 200",
      "The same findings as at the end of the scan, or with other settings.",
      "table|csv|json|ndjson", CLI_FINDINGS, cmd_findings },
    { GROUP_SHARE, "export", "STORE", "write results for other programs",
      "# a table of findings, and one of their addresses\n"
      "snowline export results/192.0.2.0-24.db -o runs.csv\n"
      "snowline export results/192.0.2.0-24.db --format evidence-csv \\\n"
      "    -o addresses.csv\n"
      "# only what is surest\n"
      "snowline export results/192.0.2.0-24.db --tier high -o high.csv\n"
      "# a list for a mail server\n"
      "snowline export results/192.0.2.0-24.db --format postfix \\\n"
      "    -o listed.cidr\n"
      "# messages to abuse contacts, for you to send\n"
      "snowline export results/192.0.2.0-24.db --format complaint -o letters/",
      "Suspicious runs, their evidence, every name; lists for mail servers, "
      "name servers\nand packet filters; reports for those who hold the "
      "addresses.",
      "csv|evidence-csv|json|ndjson|names|cidr|rbldnsd|rpz|nft|postfix|xarf|"
      "stix|misp|complaint",
      CLI_EXPORT, cmd_export },
    { GROUP_SHARE, "report", "STORE", "one self-contained HTML file",
      "snowline report results/192.0.2.0-24.db -o report.html",
      "To be opened in a browser, from disk; it fetches nothing.", NULL,
      CLI_REPORT, cmd_report },
    { GROUP_LOOK, "diff", "STORE [A B]",
      "what changed between two scans of a store",
      "# the newest two that are finished\n"
      "snowline diff results/192.0.2.0-24.db\n"
      "# scan 1 and scan 3, as a table\n"
      "snowline diff results/192.0.2.0-24.db 1 3 --format csv -o changes.csv\n"
      "# two weeks after complaints were written\n"
      "snowline diff results/192.0.2.0-24.db --complaints --after 14",
      "Names, runs, domains and findings: from scan A to scan B, or between "
      "the newest two\nthat are finished. Of what one of them has no answer "
      "about nothing is said. --complaints: what became of what was complained "
      "of.",
      "text|csv|ndjson", CLI_DIFF, cmd_diff },
    { GROUP_SCAN, "import", "STORE FILE...", "names that others have looked up",
      "# formats are told apart by themselves\n"
      "snowline import net.db massdns.txt more.ndjson.gz\n"
      "# a zone of your own, from its server\n"
      "snowline import net.db axfr:2.0.192.in-addr.arpa@192.0.2.53\n"
      "# with dates, findings and exports need no packet\n"
      "snowline import net.db names.csv --domains dates.csv",
      "Adds a scan to the store, which is made if it is not there: then "
      "findings and\nexports need no packet. FILE is plain or gzip, - is "
      "standard input,\naxfr:ZONE@ADDR[:PORT] a transfer of your own zone.",
      "auto|snowline|zdns|massdns-json|zdns1|cof|sonar|dnsx|massdns|zone|csv|"
      "pairs",
      CLI_IMPORT, cmd_import },
    { GROUP_STAGE, "ptr", "TARGET...", "reverse names alone, no store",
      "snowline ptr 192.0.2.0/24 > names.ndjson\n"
      "# as a table, of a given resolver\n"
      "snowline ptr 192.0.2.0/24 --resolver 192.0.2.53 --format csv",
      "One record an address, as answers come.", "ndjson|csv", CLI_PTR,
      cmd_ptr },
    { GROUP_STAGE, "probe", "TARGET...", "mail servers alone, no store",
      "snowline probe 192.0.2.25 --ehlo probe.example.org\n"
      "# the addresses in a file, TLS from the start\n"
      "snowline probe @servers.txt --smtp-port 465",
      "Greets, says EHLO and QUIT; never MAIL, RCPT or DATA.", "ndjson|csv",
      CLI_PROBE, cmd_probe },
    { GROUP_STAGE, "domain", "NAME...",
      "all there is to know of domains, no store",
      "snowline domain example.com example.net\n"
      "# as a table, registrations alone\n"
      "snowline domain example.com --mail none --web none --format csv",
      "One record a registrable domain.", "ndjson|csv", CLI_DOMAIN,
      cmd_domain },
    { GROUP_CARE, "targets", "TARGET...",
      "what would be scanned; none of it is asked",
      "snowline targets 192.0.2.0/24 198.51.100.7 --exclude 192.0.2.128/25\n"
      "# what an AS announces\n"
      "snowline targets AS64500",
      "Prefixes, counts and exclusions. AS numbers are looked up, nothing else "
      "is sent.",
      NULL, CLI_TARGETS, cmd_targets },
    { GROUP_CARE, "check", "",
      "is all fit for a big scan? resolvers, port 25, our name",
      "snowline check --ehlo probe.example.org --smtp-control mail.example.org",
      "One line an item: ok, warn or fail, what was found, what to do. Exits "
      "with 1 when\nsomething fails.",
      "text|json", CLI_CHECK, cmd_check },
    { GROUP_CARE, "purge", "STORE",
      "forget old scans, and what servers said word by word",
      "# what would go?\n"
      "snowline purge results/192.0.2.0-24.db --older-than 90 --dry-run\n"
      "snowline purge results/192.0.2.0-24.db --older-than 90",
      "Forgets scans that ended before, but for the newest and the last one; "
      "of what stays,\ngreetings that are older are reduced to their wording, "
      "on which findings rest.\nComplaints are remembered. No octet of what is "
      "forgotten is left in the file.",
      NULL, CLI_PURGE, cmd_purge },
    { GROUP_HELP, "help", "[COMMAND]", "what a command does, with its options",
      "snowline help scan",
      "The same as COMMAND --help; without one, what commands there are.",
      NULL, CLI_HELP, cmd_help },
    { GROUP_HELP, "version", "", "which snowline this is", "snowline version",
      "", NULL, CLI_VERSION, cmd_version },
    { GROUP_HELP, "completion", "SHELL", "what the Tab key is to offer",
      "# for this bash alone; for zsh and fish see the manual\n"
      "source <(snowline completion bash)",
      "Prints the completion of bash, zsh or fish.", NULL, CLI_COMPLETION,
      cmd_completion },
    { GROUP_HELP, "manual", "", "the manual page",
      "# read it\n"
      "snowline manual | man -l -",
      "Prints snowline(1), for man or mandoc.", NULL, CLI_MANUAL, cmd_manual },
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

int command_find(const struct command **out, const char *name,
                 struct snow_error *err)
{
    struct suggestion near = { .word = name };
    const struct command *c = cli_command_find(name);

    if (c) {
        *out = c;
        return 0;
    }
    if (*name == '-')
        return snow_fail(err, SNOW_EINVAL,
                         "'%s' stands before the command; see snowline --help",
                         name);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        suggest_offer(&near, commands[i].name);
    if (near.nearest)
        return snow_fail(err, SNOW_EINVAL,
                         "unknown command '%s'; did you mean %s?", name,
                         near.nearest);
    return snow_fail(err, SNOW_EINVAL,
                     "unknown command '%s'; see snowline --help", name);
}

const struct command *cli_command_of(unsigned bit)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (commands[i].bit == bit)
            return &commands[i];
    return NULL;
}

const char *cli_group_title(enum command_group group)
{
    static const char *const titles[N_COMMAND_GROUPS] = {
        [GROUP_SCAN] = "Scan",
        [GROUP_LOOK] = "Look at what was found",
        [GROUP_SHARE] = "Share it",
        [GROUP_STAGE] = "Single stages, without a store",
        [GROUP_CARE] = "Take care",
        [GROUP_HELP] = "Help",
    };

    return titles[group];
}

int command_check_format(const struct command *c, struct snow_config *cfg,
                         struct snow_error *err)
{
    const struct cli_option *format = cli_option_find("format");
    const char *words = c->formats ? c->formats : "";
    char first[32], memory[SUGGEST_LEN_MAX + 1];
    struct suggestion near = { .word = cfg->format };
    uint64_t i;

    if (*cfg->format == '\0') {
        snprintf(first, sizeof first, "%.*s", (int)strcspn(words, "|"), words);
        return cli_option_set(cfg, format, first, "--", err);
    }
    if (c->formats && cli_find_word(&i, words, cfg->format) == 0)
        return 0;
    suggest_offer_words(&near, words, memory);
    return snow_fail(err, SNOW_EINVAL, "--format %s: %s has %s%s%s%s",
                     cfg->format, c->name, c->formats ? words : "none",
                     near.nearest ? "; did you mean " : "",
                     near.nearest ? near.nearest : "", near.nearest ? "?" : "");
}
