/* How far something is that takes its time: told as it goes on. */
#ifndef SNOW_PROGRESS_H
#define SNOW_PROGRESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is told. Texts are one of a few words, and last. */
struct snow_progress {
    const char *stage; /**< what begins, or goes on; NULL: still the same */
    const char *unit;  /**< what is counted: "blocks", "octets", …; NULL: the
                            stage begins, and counts nothing yet */
    uint64_t done;
    uint64_t of;     /**< 0: nobody knows */
    const char *hit; /**< what was found on the way; NULL: nothing is */
    uint64_t hits;
};

/** Called often, within what it tells of: it must be quick. */
typedef void (*snow_progress_fn)(void *arg, const struct snow_progress *p);

#ifdef __cplusplus
}
#endif
#endif
