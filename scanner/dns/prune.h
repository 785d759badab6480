/* Which /24s of an IPv4 /16 are proven empty (RFC 8020). Pure. */
#ifndef DNS_PRUNE_H
#define DNS_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#define PRUNE_BLOCKS 256
#define PRUNE_NET_LABELS 2   /**< of a /16's reverse name */
#define PRUNE_BLOCK_LABELS 3 /**< of a /24's */

/**
 * How a zone's servers treat a name that has no records but names below it.
 *
 * RFC 8020 lets NXDOMAIN stand for all that lies below, and many servers
 * answer NXDOMAIN for such a name all the same. So a zone is believed once it
 * has answered NOERROR for one, and never again once it was caught.
 */
enum prune_trust { PRUNE_UNTRIED, PRUNE_HONEST, PRUNE_LYING };

/** What is known of the zones above all /16s, for a whole sweep. */
struct prune_zones {
    uint8_t root;          /**< in-addr.arpa */
    uint8_t by_octet[256]; /**< N.in-addr.arpa */
};

enum prune_stage { PRUNE_NET, PRUNE_BLOCK, PRUNE_CHECK, PRUNE_OVER };

/** One question of a survey. */
struct prune_question {
    enum prune_stage stage; /**< about the /16, a /24, an address in a /24 */
    uint8_t block;          /**< number of the /24 */
};

/** What came of it. */
struct prune_answer {
    uint8_t status;      /**< enum snow_ptr_status, final */
    uint8_t zone_labels; /**< of the zone that says so; 255 unknown */
    bool is_alias;       /**< the name exists, whatever the status says */
};

/** A survey of one /16, before its addresses are asked. */
struct prune_survey {
    struct prune_zones *zones;
    uint8_t octet; /**< the first one */
    enum prune_stage stage;
    unsigned at;     /**< the next /24 to be asked about in this stage */
    unsigned n_open; /**< questions not answered yet */
    uint64_t wanted[4];
    uint64_t answered[4]; /**< about their own name */
    uint64_t known[4];    /**< names were found in these before */
    uint64_t empty[4];    /**< judged to be so, when all was answered */
    uint64_t doubtful[4]; /**< a check failed, or found something */
    uint64_t checks[4];   /**< one address of these is asked */
    uint8_t status[256];  /**< of the /24's own name */
    uint8_t zone[256];    /**< that said so */
    uint8_t trust;        /**< enum prune_trust of the /16's own zone */
};

/**
 * @param wanted  [4], /24s that are worth a question, as bits; may be none
 * @param zones   shared by all surveys; borrowed
 */
void prune_survey_init(struct prune_survey *s, uint8_t octet,
                       const uint64_t wanted[4], struct prune_zones *zones);

/** An earlier run has found names in this /24: a zone that denies it lies. Told
 * before the first question, of /24s that are among the wanted ones. */
void prune_survey_know(struct prune_survey *s, unsigned block);

/** The next question, which stays the next one until prune_survey_take().
 * @return false when there is none before an answer has come, or at all */
bool prune_survey_next(const struct prune_survey *s,
                       struct prune_question *out);

/** The next question is on its way. */
void prune_survey_take(struct prune_survey *s);

void prune_survey_answer(struct prune_survey *s, const struct prune_question *q,
                         const struct prune_answer *a);

bool prune_survey_is_over(const struct prune_survey *s);

/** Is this /24 known not to be proven empty, whatever else is learnt? */
bool prune_survey_is_open(const struct prune_survey *s, unsigned block);

/** Is this /24 proven empty? Only once the survey is over. */
bool prune_survey_is_empty(const struct prune_survey *s, unsigned block);

/** Was an address of it asked, and found not to exist? */
bool prune_survey_is_checked(const struct prune_survey *s, unsigned block);

/** Labels of the zone that the /24 lies in; 255 unknown. */
unsigned prune_survey_zone(const struct prune_survey *s, unsigned block);

#endif
