#include "cli/exits.h"

#include "base/text.h"
#include "snowline/error.h"

static const struct {
    int code, exit;
} of[] = {
    { 0, 0 },
    { SNOW_EINVAL, 2 },
    { SNOW_ESYNTAX, 2 },
    { SNOW_ERANGE, 2 },
    { SNOW_ENOTFOUND, 2 },
    { SNOW_EINCOMPLETE, 3 },
    { SNOW_EPOLICY, 4 },
    { SNOW_ESTORE, 5 },
};

/* clang-format off */
static const struct cli_exit exits[] = {
    { "0", "Complete. What could not be learnt of single hosts or domains is a "
      "finding, not a failure." },
    { "1", "Failed: disk full, folder not writable, out of memory; nobody says "
      "what an AS number stands for; check: something is not fit." },
    { "2", "Wrong usage: malformed or empty target, unknown option, no such "
      "store, an export that lacks who reports, or a zone." },
    { "3", "Incomplete but resumable: no resolver answers, --max-time or "
      "--max-queries reached." },
    { "4", "Refused by policy: only reserved addresses, too large without "
      "--yes-large, a rate over the ceiling." },
    { "5", "The store is damaged, no store, or written by a newer version." },
    { "129, 130, 143", "HUP, INT, TERM: drained for at most 5 s and kept; a "
      "second signal stops at once." },
};
/* clang-format on */

const struct cli_exit *cli_exits(size_t *n)
{
    *n = COUNT_OF(exits);
    return exits;
}

int cli_exit_code(int code, int signal)
{
    if (signal)
        return 128 + signal;
    for (size_t i = 0; i < COUNT_OF(of); i++)
        if (of[i].code == code)
            return of[i].exit;
    return 1;
}
