/* Is everything fit for a big scan? Each thing that is looked at ends as an
 * item; nothing is printed here, and nobody is contacted but the name servers
 * and those named with --smtp-control. */
#ifndef PIPELINE_CHECK_H
#define PIPELINE_CHECK_H

#include "pipeline/config.h"
#include "snowline/error.h"

enum check_verdict { CHECK_OK, CHECK_WARN, CHECK_FAIL };

/** What came of looking at one thing. Text may hold foreign octets. */
struct check_item {
    const char *name;  /**< of the kind: "resolver", … */
    char subject[300]; /**< which one; "" where there is only one */
    enum check_verdict verdict;
    char found[400];    /**< what was seen */
    const char *advice; /**< what to do about it; NULL: nothing */
};

/** Called once an item, at the end, in the order of the table in check.c. */
typedef void (*check_fn)(void *arg, const struct check_item *item);

/** Say what was found; printf's way. */
void check_item_say(struct check_item *item, enum check_verdict verdict,
                    const char *advice, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * Look at everything.
 *
 * @param signal  that ended it early, 0 none
 * @return        0, whatever the items say; SNOW_ECANCELED after a signal;
 *                SNOW_EINVAL, SNOW_ESYNTAX, SNOW_ERANGE for options that make
 *                no sense; SNOW_EIO, SNOW_ENOMEM
 */
int check_run(const struct snow_config *cfg, check_fn fn, void *arg,
              int *signal, struct snow_error *err);

#endif
