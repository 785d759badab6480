/* The NXDOMAIN cut over a sweep: surveys of the /16s that the walk comes to,
 * and the gate that lets it into their /24s. */
#ifndef PIPELINE_CUTS_H
#define PIPELINE_CUTS_H

#include "dns/engine.h"
#include "dns/prune.h"
#include "snowline/targets.h"

#define CUTS_LANE UINT32_MAX /**< of questions that are no step of the walk */

/** A /24 is proven empty. @p checked: the number of an address of it that was
 * asked and does not exist, or -1. @return 0, or why not now */
typedef int (*cuts_pruned_fn)(void *arg, struct snow_addr block, int checked);

/** May the walk into @p block, whose zone has so many labels? (DNS_ZONE_UNKNOWN
 * if that is not known) */
typedef enum snow_gate (*cuts_open_fn)(void *arg, struct snow_addr block,
                                       unsigned zone_labels);

struct cut; /**< a /16 */

#define CUTS_WITNESSES 4

struct cuts {
    struct snow_targets *walk;
    const struct snow_ranges *targets; /**< nothing else is asked */
    uint64_t seed;
    bool is_pruning; /**< else the surveys only find out zones */
    cuts_pruned_fn pruned;
    cuts_open_fn open; /**< NULL: always */
    void *arg;
    int code;                             /**< of pruned() or of memory */
    struct cut **at;                      /**< [65536], by the /16's number */
    uint8_t *n_witnesses;                 /**< [65536] */
    uint8_t (*witnesses)[CUTS_WITNESSES]; /**< [65536] */
    struct cut *first, **last; /**< surveys that are not over, in order */
    struct prune_zones zones;
};

/** @param c  zeroed but for walk, targets, seed, is_pruning, pruned, open, arg
 * @return 0, SNOW_ENOMEM */
int cuts_init(struct cuts *c);
void cuts_fini(struct cuts *c); /**< zeroed is fine */

/**
 * An earlier run has found names in this /24; told before the walk begins.
 *
 * It is not walked again, but a few such are asked about all the same: how
 * their zone answers for a name that surely exists tells whether it may be
 * believed about others.
 */
void cuts_witness(struct cuts *c, struct snow_addr block);

/** The walk's gate; @p arg is the struct cuts. */
enum snow_gate cuts_gate(void *arg, struct snow_addr block);

/** Labels of the zone that an address lies in; DNS_ZONE_UNKNOWN. */
unsigned cuts_zone(const struct cuts *c, struct snow_addr a);

/** The next question of a survey. @return false when there is none now */
bool cuts_next(struct cuts *c, struct dns_question *out);

/** Is this question one of cuts_next()? */
bool cuts_is_own(const struct dns_question *q);

/** Its answer. */
void cuts_answer(struct cuts *c, const struct dns_question *q,
                 const struct dns_answer *a);

#endif
