/* What the tables of commands and options say, for people and for shells:
 * --help, the manual page, completions. All pure. */
#ifndef CLI_DOCS_H
#define CLI_DOCS_H

#include "cli/commands.h"
#include "cli/options.h"

/** Append what commands there are, broken at @p width columns. */
void docs_help(struct buf *to, size_t width);

/** Append what one command does, its examples, and its options in groups. */
void docs_help_command(struct buf *to, const struct command *c, size_t width);

/** Append snowline(1) for man(7). */
void docs_manual(struct buf *to);

/** Append the completion of a shell.
 * @return 0, SNOW_EINVAL when it is none of DOCS_SHELLS */
int docs_completion(struct buf *to, const char *shell);
#define DOCS_SHELLS "bash|zsh|fish"

/** What the value of an option, or the argument of a command, is to be
 * completed with: the words of `words`, or files, or nothing. */
struct docs_value {
    const char *name;  /**< "FILE"; NULL: a flag */
    const char *words; /**< "a|b|c", or NULL */
    bool is_file;
};

/** @param c  whose --format is meant; NULL: any */
struct docs_value docs_option_value(const struct cli_option *o,
                                    const struct command *c);

/** The same of what stands behind the options. */
struct docs_value docs_argument(const struct command *c);

/** The groups of the options, each once, in the order of the table.
 * @param i  0 … @return NULL behind the last */
const char *docs_option_group(size_t i);

#endif
