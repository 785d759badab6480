#include "cli/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

#define WIDTH_MAX 10000 /* a wider one is a mistake */

unsigned terminal_width(int fd)
{
    struct winsize size = { 0 };
    const char *columns = getenv("COLUMNS");
    uint64_t n;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (columns && text_parse_u64(&n, columns, WIDTH_MAX) == 0)
        return (unsigned)n;
    return 0;
}

bool terminal_has_colour(int fd)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    if (no_colour && *no_colour)
        return false;
    return isatty(fd) && term && strcmp(term, "dumb") != 0;
}
