/* Exit codes: which error ends with which, and what each means. */
#ifndef CLI_EXITS_H
#define CLI_EXITS_H

#include <stddef.h>

struct cli_exit {
    const char *code; /**< "3"; "129, 130, 143" for those of signals */
    const char *text; /**< when */
};

/** What the codes mean, [*n]. */
const struct cli_exit *cli_exits(size_t *n);

/** The exit code for 0 or a SNOW_E…. @param signal  that ended it, 0: none */
int cli_exit_code(int code, int signal);

#endif
