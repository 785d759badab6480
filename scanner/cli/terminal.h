/* What stands at the other end of a descriptor. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

/** Columns of the terminal at @p fd; where it is none, those that COLUMNS
 * tells; 0 when nobody says. */
unsigned terminal_width(int fd);

/** May colours be sent there? Only to a terminal, never with NO_COLOR set to
 * anything (https://no-color.org), nor with TERM=dumb. */
bool terminal_has_colour(int fd);

#endif
