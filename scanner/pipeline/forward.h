/* Where names lead: the addresses of the candidates' reverse names, of the
 * hosts that greetings name, and of the reverse names beside those. */
#ifndef PIPELINE_FORWARD_H
#define PIPELINE_FORWARD_H

#include "base/text.h"
#include "pipeline/lookups.h"

#define FORWARD_PARALLEL 32
#define FORWARD_KIND "forward" /**< of its evidence; subject: the name */

/** Reverse names of one address. */
struct forward_named {
    uint32_t ipv4;
    uint32_t at; /**< where they begin in the text */
    uint32_t n;
};

/** Zeroed memory but for what forward_init() sets. */
struct forward {
    struct lookups lookups;
    struct forward_named *named; /**< [n_named] of cap_named, ascending */
    size_t n_named, cap_named;
    struct buf named_text;
    struct map seen; /**< names that are among the subjects */
    char **names;    /**< [n_names] of cap_names: the subjects, owned */
    size_t n_names, cap_names;
};

extern const struct lookups_kind forward_kind;

/** @param answer  takes each evidence */
void forward_init(struct forward *f, lookups_fn answer, void *arg);

/**
 * Ask for the first four of these names, at most 100,000 a scan.
 *
 * @param names  [n] each NUL-terminated, one behind the other
 * @return       0, SNOW_ENOMEM
 */
int forward_want(struct forward *f, const char *names, unsigned n);

/**
 * Remember the first four reverse names of an address that is to be greeted.
 *
 * @param a      addresses come in ascending order; past 64 MiB of names, those
 *               of further addresses are not remembered and not asked
 * @return       0, SNOW_ENOMEM
 */
int forward_name(struct forward *f, struct snow_addr a, const char *names,
                 unsigned n);

/**
 * Ask for the host that a greeting names, and for the reverse names of its
 * address; nothing where it names none.
 *
 * @return 0, SNOW_ENOMEM
 */
int forward_take(struct forward *f, const struct snow_probe *p);

void forward_end(struct forward *f); /**< zeroed is fine */

#endif
