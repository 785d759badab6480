/* Records as JSON, the form in which evidence is kept. */
#ifndef BASE_RECORDS_H
#define BASE_RECORDS_H

#include "base/text.h"
#include "snowline/records.h"

/** Append a registration as one JSON object. */
void record_registration_format_json(struct buf *to,
                                     const struct snow_registration *r);

/**
 * A registration as the evidence that is kept of it.
 *
 * @param out   points into @p json and @p r
 * @param json  empty at first; the caller's to give back, after a failure, too
 * @return      0, SNOW_ENOMEM
 */
int record_registration_evidence(struct snow_evidence *out, struct buf *json,
                                 const struct snow_registration *r);

/** Read it back; what is missing stays empty or unknown.
 * @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int record_registration_parse_json(struct snow_registration *out,
                                   const char *octets, size_t len);

/** Append a network as one JSON object. */
void record_network_format_json(struct buf *to, const struct snow_network *n);

/** Read it back; what is missing stays empty or unknown, but for the range.
 * @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int record_network_parse_json(struct snow_network *out, const char *octets,
                              size_t len);

#endif
