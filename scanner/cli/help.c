/* What --help says, from the tables. */
#include "cli/docs.h"
#include "report/layout.h"

#define LEFT 26 /* columns of an option and its value, indented by two */

static void add_words(struct buf *to, const char *text, size_t width)
{
    layout_words(to, text, 0, 0, width);
    buf_add_char(to, '\n');
}

const char *docs_option_group(size_t i)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);

    for (size_t j = 0; j < n; j++) {
        size_t first = 0;

        while (strcmp(o[first].group, o[j].group) != 0)
            first++;
        if (first == j && i-- == 0)
            return o[j].group;
    }
    return NULL;
}

static void add_command(struct buf *to, const struct command *c, size_t width)
{
    size_t before = to->len, used;

    buf_printf(to, "  %-10s %-14s ", c->name, c->argument);
    used = to->len - before;
    layout_words(to, c->about, used, used, width);
    buf_add_char(to, '\n');
}

void docs_help(struct buf *to, size_t width)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_printf(to,
               "snowline %s - runs of new throwaway domains in a "
               "netblock\n\nusage: snowline COMMAND [OPTION...] "
               "ARGUMENT...\n",
               SNOW_VERSION);
    for (int group = 0; group < N_COMMAND_GROUPS; group++) {
        buf_printf(to, "\n%s\n", cli_group_title((enum command_group)group));
        for (size_t i = 0; i < n; i++)
            if ((int)c[i].group == group)
                add_command(to, &c[i], width);
    }
    buf_add_char(to, '\n');
    add_words(to,
              "snowline COMMAND --help shows the options. TARGET is an "
              "address, a CIDR, a range A-B, AS64500 (the prefixes it "
              "announces), @FILE (one a line) or - for standard input.",
              width);
    buf_add_char(to, '\n');
    add_words(to,
              "snowline knocks on other people's doors. Scan what you are "
              "responsible for, or slowly; say who you are (--contact, "
              "--ehlo); leave alone who asks for it.",
              width);
}

/* "Formats: text (default), json." */
static void add_formats(struct buf *to, const struct command *c, size_t width)
{
    struct buf text = { 0 };

    buf_add_text(&text, "Formats: ");
    for (const char *word = c->formats; *word;) {
        size_t len = strcspn(word, "|");

        buf_printf(&text, "%s%.*s%s", word == c->formats ? "" : ", ", (int)len,
                   word, word == c->formats ? " (default)" : "");
        word += len + (word[len] == '|');
    }
    buf_add_char(&text, '.');
    add_words(to, text.failed ? "" : text.data, width);
    to->failed |= text.failed;
    buf_fini(&text);
}

/* The same, with what each is. */
static void add_reports(struct buf *to, const struct command *c, size_t width)
{
    buf_add_text(to, "\nFormats\n");
    for (const char *word = c->formats; *word;) {
        char name[32];
        size_t len = strcspn(word, "|");
        const struct report_format *f;

        snprintf(name, sizeof name, "%.*s", (int)len, word);
        f = report_format_find(name);
        buf_printf(to, "  %-14s ", name);
        layout_words(to, f ? f->about : "", 17, 17, width);
        buf_add_text(to, word == c->formats ? " [default]\n" : "\n");
        word += len + (word[len] == '|');
    }
}

static void add_option(struct buf *to, const struct cli_option *o, size_t width)
{
    struct buf help = { 0 };
    size_t before = to->len, used;

    buf_printf(to, "  %s%c%s--%s%s%s", o->letter ? "-" : "   ",
               o->letter ? o->letter : ' ', o->letter ? ", " : "", o->name,
               o->value ? " " : "", o->value ? o->value : "");
    used = to->len - before;
    if (used > LEFT + 4) { /* its help begins below */
        buf_add_char(to, '\n');
        used = 0;
    }
    buf_printf(to, "%*s", (int)(LEFT + 6 - used), "");
    buf_add_text(&help, o->help);
    if (o->fallback)
        buf_printf(&help, " [%s]", o->fallback);
    layout_words(to, help.failed ? "" : help.data, LEFT + 6, LEFT + 6, width);
    buf_add_char(to, '\n');
    to->failed |= help.failed;
    buf_fini(&help);
}

static void add_group(struct buf *to, const struct command *c,
                      const char *group, size_t width)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);
    bool is_first = true;

    for (size_t i = 0; i < n; i++) {
        if (!(o[i].commands & c->bit) || strcmp(o[i].group, group) != 0)
            continue;
        if (is_first)
            buf_printf(to, "\n%s\n", group);
        is_first = false;
        add_option(to, &o[i], width);
    }
}

static void add_examples(struct buf *to, const char *text)
{
    buf_add_text(to, "\nExamples\n");
    while (*text) {
        size_t len = strcspn(text, "\n");

        buf_printf(to, "  %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

void docs_help_command(struct buf *to, const struct command *c, size_t width)
{
    const char *group;

    buf_printf(to, "usage: snowline %s%s%s%s\n\n%s\n", c->name,
               c->group == GROUP_HELP ? "" : " [OPTION...]",
               *c->argument ? " " : "", c->argument, c->about);
    if (*c->more)
        add_words(to, c->more, width);
    if (c->formats && (c->bit & (CLI_FINDINGS | CLI_EXPORT)))
        add_reports(to, c, width);
    else if (c->formats)
        add_formats(to, c, width);
    if (*c->examples)
        add_examples(to, c->examples);
    for (size_t i = 0; (group = docs_option_group(i)) != NULL; i++)
        add_group(to, c, group, width);
    if (c->group == GROUP_HELP)
        return;
    buf_add_char(to, '\n');
    add_words(to,
              "Defaults stand in [ ]. Every command takes --help and --config "
              "FILE (NAME = VALUE a line); SNOWLINE_NAME in the environment "
              "counts for more than the file, and an option for more than "
              "both.",
              width);
}
