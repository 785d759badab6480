/*
 * What the Tab key offers in bash, zsh and fish, from the tables.
 *
 * Each writer is given all commands and options; what surrounds them is text.
 * Sources  bash(1) "Programmable Completion"; zshcompsys(1), _arguments;
 *          fish's complete(1).
 */
#include "cli/docs.h"
#include "snowline/error.h"

struct docs_value docs_option_value(const struct cli_option *o,
                                    const struct command *c)
{
    struct docs_value v = { .name = o->value, .words = o->words };

    if (c && strcmp(o->name, "format") == 0)
        v.words = c->formats;
    v.is_file =
        o->value && (strstr(o->value, "FILE") || strstr(o->value, "PATH"));
    return v;
}

struct docs_value docs_argument(const struct command *c)
{
    struct docs_value v = { .name = c->argument };

    if (strcmp(c->argument, "SHELL") == 0)
        v.words = DOCS_SHELLS;
    v.is_file = strstr(c->argument, "STORE") || strstr(c->argument, "FILE");
    return v;
}

/* "a|b|c" with something else between. */
static void add_words(struct buf *to, const char *words, const char *between)
{
    while (*words) {
        size_t len = strcspn(words, "|");

        buf_add(to, words, len);
        words += len + (words[len] == '|');
        if (*words)
            buf_add_text(to, between);
    }
}

static void add_commands(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    for (size_t i = 0; i < n; i++)
        buf_printf(to, "%s%s", i > 0 ? " " : "", c[i].name);
}

/* Text between single quotes of a shell; @p special octets get a backslash. */
static void add_quoted(struct buf *to, const char *text, const char *special,
                       const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'') {
            buf_add_text(to, quote);
            continue;
        }
        if (strchr(special, *text))
            buf_add_char(to, '\\');
        buf_add_char(to, *text);
    }
}

/* --- bash --- */

static const char bash_head[] =
    "_snowline()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local words= files=\n"
    "\n"
    "    COMPREPLY=()\n"
    "    if [[ $prev == = ]]; then # --NAME=VALUE is three words to bash\n"
    "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    elif [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    fi\n"
    "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
    "        words='";

static const char bash_middle[] =
    " --help --version'\n"
    "    else\n"
    "        case \"${COMP_WORDS[1]} $prev\" in\n";

static const char bash_tail[] =
    "                esac ;;\n"
    "        esac\n"
    "    fi\n"
    "    # readline's own way with names of files\n"
    "    [[ $files ]] && compopt -o default\n"
    "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
    "}\n"
    "complete -F _snowline snowline\n";

static void bash_value(struct buf *to, struct docs_value v)
{
    if (v.words) {
        buf_add_text(to, "words='");
        add_words(to, v.words, " ");
        buf_add_text(to, "' ;;\n");
    } else {
        buf_add_text(to, v.is_file ? "files=yes ;;\n" : ";;\n");
    }
}

static void bash_formats(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    for (size_t i = 0; i < n; i++) {
        if (!c[i].formats)
            continue;
        buf_printf(to, "            '%s --format') ", c[i].name);
        bash_value(to, (struct docs_value){ .words = c[i].formats });
    }
}

static void bash_options(struct buf *to)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);

    bash_formats(to);
    for (size_t i = 0; i < n; i++) {
        if (o[i].kind == CLI_FLAG || o[i].commands == 0)
            continue;
        buf_printf(to, "            *' --%s'", o[i].name);
        if (o[i].letter)
            buf_printf(to, "|*' -%c'", o[i].letter);
        buf_add_text(to, ") ");
        bash_value(to, docs_option_value(&o[i], NULL));
    }
    buf_add_text(to, "            *' --config') files=yes ;;\n"
                     "            *)\n"
                     "                case ${COMP_WORDS[1]}/$cur in\n");
}

static void bash_command(struct buf *to, const struct command *c)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);

    buf_printf(to, "                    %s/-*) words='", c->name);
    for (size_t i = 0; i < n; i++)
        if (o[i].commands & c->bit)
            buf_printf(to, "--%s ", o[i].name);
    buf_printf(to, "%s--help' ;;\n                    %s/*) ",
               c->bit & CLI_TALKS ? "" : "--config ", c->name);
    if (c->bit == CLI_HELP) {
        buf_add_text(to, "words='");
        add_commands(to);
        buf_add_text(to, "' ;;\n");
        return;
    }
    bash_value(to, docs_argument(c));
}

static void write_bash(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_add_text(to, bash_head);
    add_commands(to);
    buf_add_text(to, bash_middle);
    bash_options(to);
    for (size_t i = 0; i < n; i++)
        bash_command(to, &c[i]);
    buf_add_text(to, bash_tail);
}

/* --- zsh --- */

static const char zsh_head[] = "#compdef snowline\n"
                               "\n"
                               "_snowline()\n"
                               "{\n"
                               "    local -a commands\n"
                               "    commands=(\n";

static const char zsh_middle[] =
    "    )\n"
    "    if (( CURRENT == 2 )); then\n"
    "        _describe -t commands command commands\n"
    "        return\n"
    "    fi\n"
    "    local command=$words[2]\n"
    "    shift words\n"
    "    (( CURRENT-- ))\n"
    "    case $command in\n";

static const char zsh_tail[] =
    "    esac\n"
    "}\n"
    "\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
    "    _snowline \"$@\"\n"
    "else\n"
    "    compdef _snowline snowline\n"
    "fi\n";

/* The end of a specification: ":MESSAGE:ACTION". */
static void zsh_value(struct buf *to, struct docs_value v)
{
    if (!v.name)
        return;
    buf_add_char(to, ':');
    add_quoted(to, v.name, ":\\", "'\\''");
    buf_add_char(to, ':');
    if (v.words) {
        buf_add_char(to, '(');
        add_words(to, v.words, " ");
        buf_add_char(to, ')');
    } else {
        buf_add_text(to, v.is_file ? "_files" : " ");
    }
}

/* What nobody can guess is only named, and not where an option begins: a bare
 * message would keep zsh from completing that. */
static void zsh_argument(struct buf *to, struct docs_value v)
{
    buf_add_text(to, " \\\n                '*");
    if (v.is_file || v.words)
        zsh_value(to, v);
    else
        buf_printf(to, ":%s:_guard \"^-*\" %s", v.name, v.name);
    buf_add_char(to, '\'');
}

static void zsh_option(struct buf *to, const struct cli_option *o,
                       const struct command *c)
{
    const char *takes = o->kind == CLI_FLAG ? "" : "=";

    buf_add_text(to, " \\\n                ");
    if (o->letter)
        buf_printf(to, "'(-%c --%s)'{-%c+,--%s%s}'", o->letter, o->name,
                   o->letter, o->name, takes);
    else
        buf_printf(to, "'%s--%s%s", o->kind == CLI_LIST ? "*" : "", o->name,
                   takes);
    buf_add_char(to, '[');
    add_quoted(to, o->help, "[]\\", "'\\''");
    buf_add_char(to, ']');
    if (o->kind != CLI_FLAG)
        zsh_value(to, docs_option_value(o, c));
    buf_add_char(to, '\'');
}

static void zsh_command(struct buf *to, const struct command *c)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);

    buf_printf(to, "        %s)\n            _arguments -s", c->name);
    for (size_t i = 0; i < n; i++)
        if (o[i].commands & c->bit)
            zsh_option(to, &o[i], c);
    buf_add_text(to, " \\\n                '--config=[file of NAME = VALUE "
                     "lines]:FILE:_files' \\\n                '(- *)'"
                     "{-h,--help}'[what the command does]'");
    if (c->bit == CLI_HELP) {
        buf_add_text(to, " \\\n                '1:COMMAND:(");
        add_commands(to);
        buf_add_text(to, ")'");
    } else if (*c->argument) {
        zsh_argument(to, docs_argument(c));
    }
    buf_add_text(to, " ;;\n");
}

static void write_zsh(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_add_text(to, zsh_head);
    for (size_t i = 0; i < n; i++) {
        buf_printf(to, "        '%s:", c[i].name);
        add_quoted(to, c[i].about, "\\", "'\\''");
        buf_add_text(to, "'\n");
    }
    buf_add_text(to, zsh_middle);
    for (size_t i = 0; i < n; i++)
        zsh_command(to, &c[i]);
    buf_add_text(to, zsh_tail);
}

/* --- fish --- */

static const char fish_head[] =
    "function __snowline_begins\n"
    "    test (count (commandline -opc)) -eq 1\n"
    "end\n"
    "function __snowline_is\n"
    "    set -l tokens (commandline -opc)\n"
    "    set -q tokens[2]; and contains -- $tokens[2] $argv\n"
    "end\n"
    "complete -c snowline -f\n";

static void fish_condition(struct buf *to, unsigned bits)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_add_text(to, "complete -c snowline -n '__snowline_is");
    for (size_t i = 0; i < n; i++)
        if (c[i].bit & bits)
            buf_printf(to, " %s", c[i].name);
    buf_add_char(to, '\'');
}

static void fish_option(struct buf *to, const struct cli_option *o,
                        unsigned bits, struct docs_value v)
{
    fish_condition(to, bits);
    if (o->letter)
        buf_printf(to, " -s %c", o->letter);
    buf_printf(to, " -l %s", o->name);
    if (o->kind != CLI_FLAG)
        buf_add_text(to, v.is_file ? " -r -F" : " -x");
    if (v.words) {
        buf_add_text(to, " -a '");
        add_words(to, v.words, " ");
        buf_add_char(to, '\'');
    }
    buf_add_text(to, " -d '");
    add_quoted(to, o->help, "\\", "\\'");
    buf_add_text(to, "'\n");
}

static void fish_options(struct buf *to)
{
    size_t n, n_commands;
    const struct cli_option *o = cli_options(&n);
    const struct command *c = cli_commands(&n_commands);

    for (size_t i = 0; i < n; i++) {
        bool is_format = strcmp(o[i].name, "format") == 0;

        if (!is_format && o[i].commands != 0)
            fish_option(to, &o[i], o[i].commands,
                        docs_option_value(&o[i], NULL));
        for (size_t j = 0; is_format && j < n_commands; j++)
            if (c[j].formats)
                fish_option(to, &o[i], c[j].bit,
                            docs_option_value(&o[i], &c[j]));
    }
}

static void fish_argument(struct buf *to, const struct command *c)
{
    struct docs_value v = docs_argument(c);

    if (!v.is_file && !v.words && c->bit != CLI_HELP)
        return;
    fish_condition(to, c->bit);
    if (v.is_file) {
        buf_add_text(to, " -F\n");
        return;
    }
    buf_add_text(to, " -a '");
    if (v.words)
        add_words(to, v.words, " ");
    else
        add_commands(to);
    buf_add_text(to, "'\n");
}

static void write_fish(struct buf *to)
{
    size_t n;
    const struct command *c = cli_commands(&n);

    buf_add_text(to, fish_head);
    for (size_t i = 0; i < n; i++) {
        buf_printf(to, "complete -c snowline -n __snowline_begins -a %s -d '",
                   c[i].name);
        add_quoted(to, c[i].about, "\\", "\\'");
        buf_add_text(to, "'\n");
    }
    fish_options(to);
    for (size_t i = 0; i < n; i++)
        fish_argument(to, &c[i]);
    fish_condition(to, ~(unsigned)CLI_TALKS);
    buf_add_text(to, " -l config -r -F -d 'file of NAME = VALUE lines'\n"
                     "complete -c snowline -s h -l help -d 'what there is'\n");
}

int docs_completion(struct buf *to, const char *shell)
{
    static void (*const write[])(struct buf * to) = { write_bash, write_zsh,
                                                      write_fish };
    uint64_t i;

    if (cli_find_word(&i, DOCS_SHELLS, shell))
        return SNOW_EINVAL;
    if (i != 1) /* zsh wants its #compdef first */
        buf_printf(to,
                   "# Completion of snowline for %s, made by \"snowline "
                   "completion %s\".\n",
                   shell, shell);
    write[i](to);
    return 0;
}
