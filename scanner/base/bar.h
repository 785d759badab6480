/* The line of progress: what goes on, short enough for the window. Pure. */
#ifndef BASE_BAR_H
#define BASE_BAR_H

#include "base/text.h"

#define BAR_HITS 2

/** Something found on the way. */
struct bar_hits {
    const char *name; /**< NULL: none */
    uint64_t n;
};

/** One thing that goes on. */
struct bar_part {
    const char *name;
    const char *unit; /**< what is counted; "octets" are told as KB, MB, GB;
                           NULL: nothing is, the name alone is told */
    uint64_t done;
    uint64_t of;       /**< 0: nobody knows */
    double rate_per_s; /**< 0 is not told */
    struct bar_hits hits[BAR_HITS];
};

/**
 * Append a line such as "sweep 41.2 % 18.3k/s names 1,204 left 2:10", or with
 * several parts "greeted 12/40 | domains 3/9 left 0:31".
 *
 * What matters least goes first where there is little room: the second hits,
 * the totals, all hits, the rates, then parts from the end. 100 % is told of
 * what is done to the last.
 *
 * @param n        parts, 1 …
 * @param left_s   < 0: not known
 * @param columns  1 …; the line takes no more; one octet is one column
 */
void bar_format(struct buf *to, const struct bar_part *parts, size_t n,
                double left_s, unsigned columns);

/** "1,204". */
void bar_count(struct buf *to, uint64_t n);

/** "18.3k"; octets as "18.3 MB". */
void bar_short(struct buf *to, double n, bool is_octets);

/** "2:10", "1:02:10". @param s  >= 0 */
void bar_time(struct buf *to, double s);

#endif
