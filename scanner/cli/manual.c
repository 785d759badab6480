/*
 * snowline(1), from the tables, in the macros of man(7).
 *
 * Text of the tables is escaped: no dot or quote of it can begin a line, a
 * backslash is one, and hyphens, quotes and carets are those that can be copied
 * into a shell (groff_char(7)).
 */
#include "cli/docs.h"
#include "cli/exits.h"
#include "report/layout.h"

#define DATE "2026-11-25" /* when the words below were last looked at */
#define LINE 78           /* octets of a line of source; mandoc -Tlint */

static void add_escaped(struct buf *to, const char *text, size_t len)
{
    /* clang-format off */
    static const struct { char of; const char *is; } escapes[] = {
        { '\\', "\\e" },   { '-', "\\-" },    { '\'', "\\(aq" },
        { '`', "\\(ga" },  { '^', "\\(ha" },  { '~', "\\(ti" },
        { '"', "\\(dq" },  { '\n', " " },
    };
    /* clang-format on */

    for (size_t i = 0; i < len; i++) {
        size_t j = 0;

        if (text[i] == '.' && (i == 0 || text[i - 1] == ' '))
            buf_add_text(to, "\\&");
        while (j < COUNT_OF(escapes) && escapes[j].of != text[i])
            j++;
        if (j < COUNT_OF(escapes))
            buf_add_text(to, escapes[j].is);
        else
            buf_add_char(to, text[i]);
    }
}

static void add(struct buf *to, const char *text)
{
    add_escaped(to, text, strlen(text));
}

/* Words in lines that are short enough for all who read the source. */
static void add_lines(struct buf *to, const char *text)
{
    struct buf escaped = { 0 };

    add(&escaped, text);
    layout_words(to, escaped.failed ? "" : escaped.data, 0, 0, LINE);
    buf_add_char(to, '\n');
    to->failed |= escaped.failed;
    buf_fini(&escaped);
}

static void add_bold(struct buf *to, const char *text)
{
    buf_add_text(to, "\\fB");
    add(to, text);
    buf_add_text(to, "\\fR");
}

static void add_italic(struct buf *to, const char *text)
{
    buf_add_text(to, "\\fI");
    add(to, text);
    buf_add_text(to, "\\fR");
}

static void add_heading(struct buf *to, const char *macro, const char *text)
{
    buf_printf(to, ".%s ", macro);
    add(to, text);
    buf_add_char(to, '\n');
}

/* "Formats: csv (default), json." */
static void add_formats_of(struct buf *to, const char *words)
{
    const char *before = "Formats:\n\\fB";
    const char *behind = "\\fR (default)";

    while (*words) {
        size_t len = strcspn(words, "|");

        buf_add_text(to, before);
        add_escaped(to, words, len);
        buf_add_text(to, behind);
        words += len + (words[len] == '|');
        before = ",\n\\fB";
        behind = "\\fR";
    }
    buf_add_text(to, ".\n");
}

static const char head[] =
    ".SH NAME\n"
    "snowline \\- find runs of new throwaway domains that can send mail\n"
    ".SH SYNOPSIS\n"
    ".B snowline\n"
    "\\fICOMMAND\\fR [\\fIOPTION\\fR...] \\fIARGUMENT\\fR...\n"
    ".br\n"
    ".B snowline\n"
    "\\fICOMMAND\\fR \\fB\\-\\-help\\fR\n"
    ".SH DESCRIPTION\n"
    ".B snowline\n"
    "walks a hosting provider\\(aqs netblocks, asks for every address\\(aqs\n"
    "reverse name, greets the mail servers it finds, looks up when and where\n"
    "their domains were registered and what they are set up for, and reports\n"
    "runs of new throwaway domains that can send mail, each with its "
    "evidence.\n"
    ".PP\n"
    "It flags and explains; it accuses nobody. A finding says that something\n"
    "resembles a pattern, what was observed, when, and who said it. What "
    "could\n"
    "not be learnt is unknown, and counts neither for nor against anyone.\n"
    ".PP\n"
    "It knocks on other people\\(aqs doors. Scan what you are responsible "
    "for,\n"
    "or slowly; say who you are\n"
    ".RB ( \\-\\-contact ,\n"
    ".BR \\-\\-ehlo );\n"
    "leave alone who asks for it.\n"
    ".PP\n"
    "Results go to standard output or the file of\n"
    ".BR \\-o ;\n"
    "progress, warnings and errors go to standard error. Nothing is ever "
    "asked\n"
    "of the terminal.\n"
    ".SS Targets\n"
    "A\n"
    ".I TARGET\n"
    "is an address, a CIDR, a range \\fIA\\fR\\-\\fIB\\fR, an AS number\n"
    "(AS64500, for the prefixes that it announces), @\\fIFILE\\fR with one of\n"
    "these a line, or\n"
    ".B \\-\n"
    "for standard input; IPv4 and IPv6. Overlaps are merged. What the lists "
    "of\n"
    "reserved and of opted\\-out addresses hold is left alone.\n"
    ".SS Stores\n"
    "A\n"
    ".I STORE\n"
    "is the file that a scan writes. It may hold several scans; commands that\n"
    "read it take the last unless\n"
    ".B \\-\\-scan\n"
    "says otherwise.\n";

static char text_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void add_command(struct buf *to, const struct command *c)
{
    struct buf about = { 0 };

    buf_add_text(to, ".TP\n");
    add_bold(to, c->name);
    if (c->group != GROUP_HELP)
        buf_add_text(to, " [\\fIOPTION\\fR...]");
    if (*c->argument) {
        buf_add_char(to, ' ');
        add_italic(to, c->argument);
    }
    buf_add_char(to, '\n');
    buf_printf(&about, "%c%s.", text_upper(*c->about), c->about + 1);
    add_lines(to, about.failed ? "" : about.data);
    to->failed |= about.failed;
    buf_fini(&about);
    if (*c->more)
        add_lines(to, c->more);
    if (c->formats)
        add_formats_of(to, c->formats);
}

static void add_commands(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_add_text(to, ".SH COMMANDS\n");
    for (int group = 0; group < N_COMMAND_GROUPS; group++) {
        add_heading(to, "SS", cli_group_title((enum command_group)group));
        for (size_t i = 0; i < n; i++)
            if ((int)c[i].group == group)
                add_command(to, &c[i]);
    }
}

/* Which commands have it: "(scan, resume)". */
static void add_owners(struct buf *to, unsigned bits)
{
    size_t n;
    const struct command *c = cli_commands(&n);
    const char *before = " (";

    for (size_t i = 0; i < n; i++) {
        if (!(c[i].bit & bits))
            continue;
        buf_printf(to, "%s%s", before, c[i].name);
        before = ", ";
    }
    buf_add_char(to, ')');
}

static void add_option(struct buf *to, const struct cli_option *o)
{
    struct buf help = { 0 };

    buf_add_text(to, ".TP\n");
    if (o->letter)
        buf_printf(to, "\\fB\\-%c\\fR, ", o->letter);
    buf_add_text(to, "\\fB\\-\\-");
    add(to, o->name);
    buf_add_text(to, "\\fR");
    if (o->value) {
        buf_add_char(to, ' ');
        add_italic(to, o->value);
    }
    buf_add_char(to, '\n');
    buf_add_text(&help, o->help);
    if (o->fallback)
        buf_printf(&help, " [%s]", o->fallback);
    add_owners(&help, o->commands);
    add_lines(to, help.failed ? "" : help.data);
    to->failed |= help.failed;
    buf_fini(&help);
}

static void add_options(struct buf *to)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);
    const char *group;

    buf_add_text(
        to, ".SH OPTIONS\n"
            "Options stand anywhere behind the command; their names are\n"
            "not cut short. Behind each stand its default, in brackets,\n"
            "and the commands that take it. A rate or a time may carry\n"
            "its unit (2000/s, 30s). All but those of the last group take\n"
            "\\fB\\-\\-config\\fR \\fIFILE\\fR, every command takes\n"
            "\\fB\\-\\-help\\fR.\n");
    for (size_t i = 0; (group = docs_option_group(i)) != NULL; i++) {
        bool is_first = true;

        for (size_t j = 0; j < n; j++) {
            if (o[j].commands == 0 || strcmp(o[j].group, group) != 0)
                continue;
            if (is_first)
                add_heading(to, "SS", group);
            is_first = false;
            add_option(to, &o[j]);
        }
    }
}

static void add_format(struct buf *to, const struct report_format *f)
{
    struct buf text = { 0 };

    buf_add_text(&text, f->about);
    if (f->needs & REPORT_NEEDS_REPORTER)
        buf_add_text(&text, "; needs to be told who reports");
    if (f->needs & REPORT_NEEDS_ZONE)
        buf_add_text(&text, "; needs --list-zone");
    if (f->is_for_machines)
        buf_add_text(&text, "; of the tier high alone, unless --tier is given");
    buf_add_text(to, ".TP\n");
    add_bold(to, f->name);
    buf_add_char(to, '\n');
    add_lines(to, text.failed ? "" : text.data);
    to->failed |= text.failed;
    buf_fini(&text);
}

static void add_formats(struct buf *to)
{
    size_t n;
    const struct report_format *f = report_format_list(&n);

    buf_add_text(to, ".SH FORMATS\n"
                     "What\n"
                     ".BR findings ,\n"
                     ".B export\n"
                     "and\n"
                     ".B report\n"
                     "write:\n");
    for (size_t i = 0; i < n; i++)
        add_format(to, &f[i]);
    buf_add_text(to,
                 ".PP\n"
                 "CSV is that of RFC 4180, with a header and UTC times; an\n"
                 "empty cell was not asked for, a lone hyphen was, and is\n"
                 "absent. A \\(aq stands before what a spreadsheet would take\n"
                 "for a formula.\n");
}

static const char configuration[] =
    ".SH CONFIGURATION\n"
    "Every option can be set in a file that\n"
    ".B \\-\\-config\n"
    "or\n"
    ".B SNOWLINE_CONFIG\n"
    "names. No file is read unless one is named. An option of the command "
    "line\n"
    "counts for more than the environment, that for more than the file, and\n"
    "that for more than the default.\n"
    ".PP\n"
    "A line is\n"
    ".IR NAME \" = \" VALUE ,\n"
    "where\n"
    ".I NAME\n"
    "is that of an option, with hyphens or underscores. What stands behind a "
    "#\n"
    "at the beginning of a line or behind a blank is a comment. A value may\n"
    "stand in double quotes, and must, where it holds such a # or begins or\n"
    "ends with a blank. Flags are\n"
    ".BR yes \" or \" no .\n"
    "What may be given several times stands on several lines. Keys of other\n"
    "commands are checked and passed over; so is a format that the command\n"
    "does not have. An unknown key is an error.\n"
    ".PP\n"
    ".EX\n"
    "# who we are\n"
    "contact = abuse@example.org\n"
    "ehlo = probe.example.org\n"
    "reporter_org = \"Example Network, Abuse Desk #2\"\n"
    "reporter_contact = abuse@example.org\n"
    "reporter_domain = example.org\n"
    "dns_rate = 500\n"
    ".EE\n";

static const char environment[] =
    ".SH ENVIRONMENT\n"
    ".TP\n"
    ".BI SNOWLINE_ NAME\n"
    "Sets the option of that name, in capitals, with underscores for hyphens:\n"
    "SNOWLINE_DNS_RATE=500. Where an option may be given several times, this\n"
    "is one value.\n"
    ".TP\n"
    ".B SNOWLINE_CONFIG\n"
    "The file to read settings from where there is no\n"
    ".BR \\-\\-config .\n"
    ".TP\n"
    ".B NO_COLOR\n"
    "Set to anything: no colours.\n"
    ".TP\n"
    ".B COLUMNS\n"
    "Columns to fit text to where standard output is no terminal.\n"
    ".TP\n"
    ".BR XDG_CACHE_HOME \", \" HOME\n"
    "Where the cache of registrations is.\n"
    ".TP\n"
    ".B TMPDIR\n"
    "Where an import sorts what does not fit in memory; /var/tmp if not set.\n";

static void add_files(struct buf *to)
{
    buf_add_text(to, ".SH FILES\n"
                     ".TP\n"
                     ".I results/TARGET.db\n"
                     "The store of a scan without\n"
                     ".BR \\-o .\n"
                     ".TP\n"
                     ".I \\(ti/.cache/snowline/registration.db\n"
                     "What registries have answered, for all scans.\n"
                     ".TP\n"
                     ".I ");
    add(to, SNOW_DATADIR "/targets/reserved.txt");
    buf_add_text(to, "\n"
                     "Addresses that are left alone unless\n"
                     ".B \\-\\-include\\-reserved\n"
                     "is given.\n"
                     ".TP\n"
                     ".I ");
    add(to, SNOW_CONFDIR "/optout.txt");
    buf_add_text(to,
                 "\nThose of people who have asked to be left alone: always "
                 "are.\n"
                 ".PP\n"
                 "A copy in a source tree reads the lists of its own\n"
                 ".I targets\n"
                 "folder.\n");
}

static void add_exits(struct buf *to)
{
    size_t n;
    const struct cli_exit *e = cli_exits(&n);

    buf_add_text(to, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < n; i++) {
        buf_add_text(to, ".TP\n");
        add_bold(to, e[i].code);
        buf_add_char(to, '\n');
        add_lines(to, e[i].text);
    }
    buf_add_text(to, ".PP\nA closed pipe is a quiet end.\n");
}

/* Lines as they are, each for itself. */
static void add_examples(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_add_text(to, ".SH EXAMPLES\n");
    for (size_t i = 0; i < n; i++) {
        const char *text = c[i].examples;

        buf_add_text(to, i > 0 ? ".PP\n.EX\n" : ".EX\n");
        while (*text) {
            size_t len = strcspn(text, "\n");

            add_escaped(to, text, len);
            buf_add_char(to, '\n');
            text += len + (text[len] == '\n');
        }
        buf_add_text(to, ".EE\n");
    }
    buf_add_text(to, ".PP\n"
                     "Completions for a whole machine go where its shell looks "
                     "for them:\n"
                     ".PP\n"
                     ".EX\n"
                     "snowline completion bash > "
                     "/etc/bash_completion.d/snowline\n"
                     "snowline completion zsh > "
                     "/usr/local/share/zsh/site\\-functions/_snowline\n"
                     "snowline completion fish > "
                     "/etc/fish/completions/snowline.fish\n"
                     ".EE\n");
}

void docs_manual(struct buf *to)
{
    buf_add_text(to, ".\\\" Made by \"snowline manual\" from its tables.\n"
                     ".TH SNOWLINE 1 " DATE " \"snowline " SNOW_VERSION
                     "\" \"User Commands\"\n");
    buf_add_text(to, head);
    add_commands(to);
    add_options(to);
    add_formats(to);
    buf_add_text(to, configuration);
    buf_add_text(to, environment);
    add_files(to);
    add_exits(to);
    add_examples(to);
    buf_add_text(to, ".SH SEE ALSO\n"
                     ".BR dig (1),\n"
                     ".BR nmap (1),\n"
                     ".BR whois (1)\n"
                     ".PP\n"
                     "RFC 5321 (SMTP), RFC 8020 (NXDOMAIN), RFC 9083 (RDAP)\n");
}
