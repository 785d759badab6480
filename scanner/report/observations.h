/* What a finding rests on: the observations behind each part of its score, as
 * lines of text, of each kind a few. */
#ifndef REPORT_OBSERVATIONS_H
#define REPORT_OBSERVATIONS_H

#include "base/map.h"
#include "report/report.h"

#define REPORT_OBSERVATION_LINES 6 /**< of a kind, at most */

/** Kinds in the order in which they are told: the part, of how many domains (or
 * addresses) a line must be to be told, what stands before it, and octets of it
 * that are not told. From 1 on lines are counted, the commonest come first. */
/* clang-format off */
#define REPORT_OBSERVATIONS(X)                                             \
    X(NAME,      APEX_FIRST, 0, "", ORDER_LEN)                            \
    X(GREETING,  MAIL,       0, "", ORDER_LEN)                            \
    X(SPF,       MAIL,       0, "", 0)                                    \
    X(MX,        MAIL,       0, "", 0)                                    \
    X(REGISTRAR, REGISTRAR,  1, "at ", 0)                                 \
    X(CREATED,   NEW,        0, "", 0)                                    \
    X(WEBSITE,   WEB,        0, "", 0)                                    \
    X(NS,        SHARED,     2, "name servers ", 0)                       \
    X(SPF_FORM,  SHARED,     2, "SPF ", 0)                                \
    X(SOA,       SHARED,     2, "SOA ", 0)                                \
    X(KEY,       SHARED,     2, "public key ", 0)                         \
    X(TITLE,     SHARED,     2, "page title ", 0)                         \
    X(LABEL,     NAMING,     2, "host label ", 0)
/* clang-format on */
#define X(id, part, least, before, skip) REPORT_OBSERVED_##id,
enum report_observation { REPORT_OBSERVATIONS(X) REPORT_N_OBSERVATIONS };
#undef X

/** Zeroed memory has seen nothing. */
struct report_observations {
    struct map of[REPORT_N_OBSERVATIONS]; /**< lines, and how often each was
                                               seen */
};

/** Look up what the store holds of a finding; without one there is nothing.
 *
 * @return  0, SNOW_ENOMEM, SNOW_ESTORE
 * @owner   the caller, with report_observations_fini() */
int report_observations_load(struct report_observations *out,
                             const struct report_request *q,
                             const struct snow_finding *f,
                             struct snow_error *err);
void report_observations_fini(struct report_observations *o);

/** Append the lines of a part, escaped and cut to the width. */
void report_observations_print(struct buf *to,
                               const struct report_observations *o,
                               enum snow_score_part part, size_t indent,
                               size_t width);

#endif
