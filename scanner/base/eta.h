/* How fast something goes and how long it will still take, without jumping
 * about. Pure: the clock is an argument. */
#ifndef BASE_ETA_H
#define BASE_ETA_H

#include <stdbool.h>
#include <stdint.h>

/** Zeroed memory is one that has seen nothing. */
struct eta {
    bool is_begun, has_left;
    double at_s;         /**< of the last call */
    double begun_s;      /**< of the first */
    uint64_t done;       /**< then */
    double steps, share; /**< both fade; their ratio is the rate */
    double left_s;       /**< what was told last */
};

/** What is to be told. */
struct eta_told {
    double rate_per_s;
    double left_s; /**< < 0: not known */
};

/**
 * Take a look at how far it is.
 *
 * The rate is a mean in which what is long past counts for little; the time
 * left goes down with the clock and drifts to what the rate says.
 *
 * @param now_s  of a clock that does not go back
 * @param done   what was done before the first call does not count as work
 * @param of     0: nobody knows
 */
struct eta_told eta_update(struct eta *e, double now_s, uint64_t done,
                           uint64_t of);

#endif
