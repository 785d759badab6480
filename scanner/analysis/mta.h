/* Which software is behind a mail server, told from what it says: its
 * greeting, the first line of its answer to EHLO, and what that offers, in
 * order. Octets in, a name out; so it can be told again of an old store with a
 * newer table. Pure.
 *
 * A greeting is a claim: it can be reworded, and it can lie. */
#ifndef ANALYSIS_MTA_H
#define ANALYSIS_MTA_H

#include "snowline/records.h"

#define ANALYSIS_MTA_VERSION_MAX 32 /**< NUL included */

enum analysis_mta_kind {
    ANALYSIS_MTA_SERVER,    /**< software that anybody may run */
    ANALYSIS_MTA_BULK,      /**< made for sending in bulk */
    ANALYSIS_MTA_GATEWAY,   /**< a filter before somebody's server */
    ANALYSIS_MTA_SERVICE,   /**< the servers of one operator */
    ANALYSIS_MTA_TOOL,      /**< a library, a test server, a trap */
    ANALYSIS_MTA_MIDDLEBOX, /**< a firewall rewrites what is behind it */
};

/** What decided. */
enum analysis_mta_source {
    ANALYSIS_MTA_NOTHING,
    ANALYSIS_MTA_GREETING,
    ANALYSIS_MTA_HELLO,
    ANALYSIS_MTA_CAPABILITIES, /**< their order; the weakest of the three */
};

struct analysis_mta {
    const char *family; /**< static; NULL when it is not known */
    enum analysis_mta_kind kind;
    enum analysis_mta_source source;
    size_t decided_len; /**< octets of that text that decided: the result does
                             not depend on what stands behind them */
    char version[ANALYSIS_MTA_VERSION_MAX]; /**< as it is said, but for a "v"
                                                 before it; "" when not said */
};

/**
 * Tell the software.
 *
 * The first line that names any decides, and in it the leftmost name. The
 * word in which a line names its host never does, whatever it looks like.
 *
 * @param p  the texts of a conversation; of `hello` the more is kept the
 *           better
 * @return   true when it is known; @p out is written in any case
 */
bool analysis_mta_tell(struct analysis_mta *out, const struct snow_probe *p);

#endif
