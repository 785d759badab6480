/* "did you mean --format?": the name nearest to one that is none. Pure. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

#define SUGGEST_LEN_MAX 40 /**< octets of a name; longer ones are near none */

/** What is looked for, and the nearest so far. */
struct suggestion {
    const char *word;    /**< as it was typed */
    const char *nearest; /**< NULL: nothing is near enough */
    size_t distance;     /**< of nearest */
};

/**
 * How many octets must be inserted, left out, replaced or exchanged with their
 * neighbour to make one word of the other; - and _ are the same.
 *
 * @source Wagner & Lowrance 1975, restricted: no octet is edited twice
 */
size_t suggest_distance(const char *a, const char *b);

/** Offer a name; kept when it is nearer than those before it and near enough: a
 * third of the word may be wrong, three octets at most, or it is cut short. */
void suggest_offer(struct suggestion *s, const char *name);

/** Offer each of "a|b|c". @param memory  [SUGGEST_LEN_MAX + 1], where the
 * nearest is kept */
void suggest_offer_words(struct suggestion *s, const char *words, char *memory);

#endif
