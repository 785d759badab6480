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

/** Is anything that leads somewhere asked for at all? */
bool forward_is_wanted(const struct snow_config *cfg);

/** @param answer  takes each evidence */
void forward_init(struct forward *f, lookups_fn answer, void *arg);

/** Whose reverse names are of interest; borrowed while it is chosen. */
struct forward_choice {
    const struct snow_ranges *candidates; /**< theirs are asked for; or NULL */
    const struct snow_ranges *greeted;    /**< theirs when the greeting names a
                                               host; or NULL */
    bool is_retry;                        /**< what failed is asked again */
};

/**
 * Learn what a scan has been told, and choose among its reverse names: the
 * first four of an address, 100,000 a scan. Past 64 MiB of names, those of
 * further greeted addresses are not remembered and not asked for.
 *
 * @return 0, SNOW_ENOMEM, SNOW_ESTORE
 */
int forward_choose(struct forward *f, struct snow_store *s, int64_t scan,
                   const struct forward_choice *choice, struct snow_error *err);

/** Add what was asked for beyond that choice, so that all is counted.
 * @return 0, SNOW_ENOMEM */
int forward_add_known(struct forward *f);

/**
 * Ask for the host that a greeting names, and for the reverse names of its
 * address; nothing where it names none.
 *
 * @return 0, SNOW_ENOMEM
 */
int forward_take(struct forward *f, const struct snow_probe *p);

void forward_end(struct forward *f); /**< zeroed is fine */

#endif
