/* What is said on standard error while something else goes on: whoever reads it
 * slowly, or not at all, must not make that wait. */
#ifndef CLI_ASIDE_H
#define CLI_ASIDE_H

#include "base/text.h"

/** Zeroed memory is one that has said nothing. */
struct aside {
    struct buf unsent;
    bool is_gone; /**< nobody reads it any more */
};

/** Say it as soon as there is room; what waits is bounded, and what would pass
 * the bound is dropped. */
void aside_say(struct aside *a, const char *text, size_t len);

/** Does nothing wait to be read? Then a line more is no burden. */
bool aside_is_free(struct aside *a);

/** Wait until all of it is read. */
void aside_end(struct aside *a);

#endif
